"""Where the fonts for print lie once the package is installed, and which characters they can show."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typst


def fonts_dir() -> Path:
    """The folder of fonts that the build hook (hatch_build.py) fetched. FileNotFoundError says how to mend it."""
    folder = Path(str(distribution("sightline").locate_file("sightline/_fonts")))
    if not any(folder.glob("*.ttf")):
        raise FileNotFoundError(
            f"The fonts for print are missing from {folder}: run `uv sync --reinstall-package sightline`."
        )
    return folder


@cache
def fonts() -> typst.Fonts:
    """The same fonts on every machine: none of the system's, so that a print looks alike everywhere."""
    import typst

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts_dir())]
    )


@cache
def _covered() -> frozenset[str]:
    """Every character that one of the fonts has."""
    # Large, and wanted when something is first printed: the web server starts without it.
    from fontTools.ttLib import TTFont

    found: set[int] = set()
    for path in fonts_dir().glob("*_400Regular.ttf"):
        with TTFont(path, lazy=True) as font:
            found.update(font["cmap"].getBestCmap())
    return frozenset(map(chr, found))


def showable(text: str) -> str:
    """The text with nothing in it that a tagged PDF cannot hold.

    Characters of control are left out, except line ends and tabs; a character that no font has is written
    as its number, such as [U+0F00], so that a reader sees that something stood there.
    """
    if text.isascii() and (text.isprintable() or not set(text) - _PLAIN):
        return text
    text = unicodedata.normalize("NFC", text)
    amiss = {ord(c): _instead(c) for c in set(text) - _PLAIN if _instead(c) != c}
    return text.translate(amiss) if amiss else text


#: Printable ASCII with line ends and tabs.
_PLAIN = frozenset(map(chr, range(0x20, 0x7F))) | set("\n\r\t")


def _instead(character: str) -> str:
    kind = unicodedata.category(character)
    if kind in ("Cc", "Cs") or character == "\ufeff":
        return ""
    if kind == "Cf" or unicodedata.combining(character) or character in _covered():
        return character
    if kind in ("Zs", "Zl", "Zp"):
        return " "
    return f"[U+{ord(character):04X}]"
