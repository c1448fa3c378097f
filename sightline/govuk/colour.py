"""The partnership's own colour, as a stylesheet, never so pale that white words on it cannot be read."""

from __future__ import annotations

import re

OWN_COLOUR = "#12343b"
_HEX = re.compile(r"#?([0-9a-fA-F]{6})")
#: WCAG 2.2, success criterion 1.4.3: normal text against what is behind it.
LEAST_CONTRAST = 4.5


def channels(colour: str) -> tuple[int, int, int]:
    """'#12343b' as (18, 52, 59). ValueError for anything but six hexadecimal digits."""
    found = _HEX.fullmatch(colour)
    if not found:
        raise ValueError(f"A colour is # and six hexadecimal digits, such as {OWN_COLOUR}, not {colour!r}.")
    digits = found.group(1)
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def luminance(colour: tuple[int, int, int]) -> float:
    """Relative luminance from 0 to 1, as WCAG 2.2 defines it."""
    red, green, blue = (
        c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast_with_white(colour: str) -> float:
    """From 1 (white) to 21 (black)."""
    return 1.05 / (luminance(channels(colour)) + 0.05)


def stylesheet(colour: str) -> str:
    """The few custom properties that carry the partnership's colour through every page.

    ValueError when white words on it would be unreadable: the masthead is that colour.
    """
    red, green, blue = channels(colour)
    if contrast_with_white(colour) < LEAST_CONTRAST:
        raise ValueError(
            f"White words on {colour} would be too faint (contrast {contrast_with_white(colour):.1f}, "
            f"at least {LEAST_CONTRAST} is needed): choose a darker colour."
        )
    own = f"#{red:02x}{green:02x}{blue:02x}"
    calm = "#" + "".join(f"{round(255 - (255 - c) * 0.09):02x}" for c in (red, green, blue))
    return (
        f":root{{--sl-ink:{own};--sl-calm:{calm};--govuk-brand-colour:{own};"
        f"--govuk-template-background-colour:{calm};--govuk-surface-background-colour:{calm}}}\n"
    )
