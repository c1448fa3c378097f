"""Makes a tagged PDF (PDF/UA-1) from a template and data."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from django.utils import timezone

from .apart import typeset_apart
from .fonts import showable


@dataclass(frozen=True)
class About:
    """What stands on every page of a print.

    `title` is the document's; `reader` who asked for it, with their post; `subject` whom it is about, `marking` how
    it is to be kept; `lang` the language that it is written in. `at` is when it was made (now, unless said).
    Of a work in volumes, `volume` says which this is ("volume 2 of 3") and `first_page` the number of its first page.
    """

    title: str
    reader: str
    subject: str = ""
    marking: str = "Confidential"
    partnership: str = ""
    lang: str = "en"
    at: datetime | None = None
    first_page: int = 1
    volume: str = ""


#: What the rooms above do to whatever is printed before it is typeset: a function of the data that gives it back fit
#: for whoever is looking. No print is made without asking them.
fitting: list[Callable[[Any], Any]] = []


def make(
    template: str, data: Mapping[str, Any], *, about: About, large: bool = False, fitted: bool = False
) -> bytes:
    """The PDF of `sightline/<room>/typst/<name>.typ`, with `template` being `"<room>/<name>"`.

    The template reads `data` as a dictionary (see `print/typst/page.typ`); text is data and never source, so
    nothing that somebody typed is run. A `large` print is made in a process of its own, which takes half a second
    more and gives its memory back: for volumes of the record, in a job. What is `fitted` has been made fit for somebody
    else, to whom it goes, such as a copy of their own record. Days and times are put into words by the
    caller: TypeError otherwise. Raises typst.TypstError, or RuntimeError for a large one, where the template is wrong.
    """
    # Typesetting is large, and wanted when something is first printed: the web server starts without it.
    from .typeset import ROOT, typeset

    room, _, name = template.partition("/")
    at = (about.at or timezone.now()).replace(microsecond=0)
    wanted: Any = {"about": asdict(about) | {"at": _moment(at)}, "data": data}
    for fit in () if fitted else fitting:
        wanted = fit(wanted)
    given = json.dumps(_plain(wanted), ensure_ascii=False)
    source = str(ROOT / room / "typst" / f"{name}.typ")
    return (typeset_apart if large else typeset)(source, given, at)


def pages_of(pdf: bytes) -> int:
    """How many pages a PDF has that was made here."""
    from pypdfium2 import PdfDocument

    with PdfDocument(pdf) as document:
        return len(document)


def picture(content: bytes, alt: str) -> dict[str, Any]:
    """A picture (PNG, JPEG, GIF, WebP or SVG) as a template's `picture` takes it; `alt` says what it shows."""
    return {"bytes": list(content), "alt": alt}


def _plain(value: Any) -> Any:
    """Data as JSON has it, all text fit for print."""
    match value:
        case Enum():
            return _plain(value.value)
        case str():
            return showable(value)
        case None | bool() | int() | float():
            return value
        case UUID():
            return str(value)
        case date():
            raise TypeError("Put days and times into words before printing them.")
        case Mapping():
            return {str(key): _plain(each) for key, each in value.items()}
        case bytes():
            raise TypeError("A picture is given by print.pdf.picture.")
        case Sequence():
            return list(value) if value and isinstance(value[0], int) else [_plain(each) for each in value]
        case _:
            raise TypeError(f"{type(value).__name__} cannot be printed.")


def _moment(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{local.day} {local:%B %Y} at {local:%H:%M}"
