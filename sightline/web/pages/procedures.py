"""What the procedures in force say: principles, definitions, levels of need, time limits, outcomes, roles."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import PUBLIC, page
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound
from sightline.procedures.kept import KeptPack, kept_pack
from sightline.procedures.loader import UnknownPack, load_pack
from sightline.procedures.pack import NotInForce, Pack
from sightline.procedures.queries import pack_in_force
from sightline.procedures.reading import DIGITS
from sightline.procedures.schema import Value


def _day(request: HttpRequest) -> date:
    """The day asked about in the address (?on=2024-01-18), else today."""
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today()


#: A text of a pack, as decisions and duties keep it.
_VERSION = re.compile(r"[a-z0-9-]+(@[0-9a-f]+)?")


@dataclass(frozen=True)
class Asked:
    """What a page about the procedures is asked: which text, as it holds on which day.

    `under`: the version that a decision or a duty was made under, where it keeps one; `kept`: its very text, where
    that was changed since and is kept here; `changed`: whether it was; `gone`: it is not kept, and there are no such
    procedures any more, so that `pack`, the one in force, is not what is asked for.
    """

    pack: Pack
    on: date
    under: str = ""
    kept: KeptPack | None = None
    changed: bool = False
    gone: bool = False

    @property
    def asked(self) -> dict[str, str]:
        return {"under": self.under, "on": self.on.isoformat()} if self.under else {}

    def same_today(self, found: Value) -> bool:
        """Whether a value holds today as it stands here, in the procedures in force."""
        pack = pack_in_force()
        return next((v for v in pack.all(type(found), today()) if v.id == found.id), None) == found

    def shown(self, found: Value | None = None) -> dict[str, Any]:
        """What every page about it shows; `found` is the one value that it shows."""
        return {
            "pack": self.pack,
            "on": self.on,
            "asked": self.asked,
            "query": f"?{urlencode(self.asked)}" if self.under else "",
            "made_under": self.under,
            "kept": self.kept,
            "changed": self.changed,
            "gone": self.gone,
            "same_today": found is not None and self.same_today(found),
        }

    def back(self) -> dict[str, str]:
        return {"back_href": reverse("web:procedures", query=self.asked), "back_text": "Procedures"}


def _asked(request: HttpRequest) -> Asked:
    """?under=: the text that a decision or a duty was made under; else the pack in force. ?on=: the day. Raises
    NotFound where there is no such pack."""
    on, under = _day(request), request.GET.get("under", "")
    if not under:
        return Asked(pack_in_force(), on)
    if not _VERSION.fullmatch(under):
        raise NotFound
    name, _, digest = under.partition("@")
    try:
        now = load_pack(name)
    except UnknownPack:
        now = None
    if digest and (now is None or now.version != under):
        kept = kept_pack(under)
        then = kept.pack if kept is not None and kept.pack is not None else now
        if then is None and kept is None and len(digest) != DIGITS:
            raise NotFound
        return Asked(then or pack_in_force(), on, under, kept, changed=True, gone=then is None)
    if now is None:
        raise NotFound
    return Asked(now, on, under)


def _one(request: HttpRequest, asked: Asked, found: Value | None, name: str) -> HttpResponse:
    """A page with one value. Where that of then is not kept, or not to be read, the page says so; what was never there
    has none."""
    whole = asked.kept is not None and asked.kept.pack is not None and not asked.kept.unread
    if asked.gone or (found is None and asked.changed and not whole):
        return render(request, "web/not_kept.html", {**asked.shown(), **asked.back()})
    if found is None:
        raise NotFound
    return render(request, f"web/{name}.html", {**asked.shown(found), **asked.back(), name: found})


def _held(part: Callable[[date], Any], on: date) -> Any:
    """A part of the pack as it held on that day; None where none did."""
    try:
        return part(on)
    except NotInForce:
        return None


#: The parts that stand on a page of their own.
PARTS = (
    ("principles", "Principles"),
    ("definitions", "Definitions"),
    ("levels", "Levels of need"),
    ("limits", "Time limits"),
    ("outcomes", "Outcomes"),
    ("indicators", "Signs of harm"),
    ("agencies", "What each agency does"),
    ("glossary", "Abbreviations"),
    ("all", "All on one page"),
    ("text", "Word for word"),
)


@page(permission=PUBLIC, methods=("GET",))
def procedures(request: HttpRequest) -> HttpResponse:
    """The pack as it held on a day, a part at a time or all on one page."""
    asked, part = _asked(request), request.GET.get("part", "")
    pack, on = asked.pack, asked.on
    kept = (asked.kept or (None if asked.changed else kept_pack(pack.version))) if part == "text" else None
    return render(
        request,
        "web/procedures.html",
        {
            **asked.shown(),
            "principles": pack.principles(on),
            "definitions": pack.definitions(on),
            "levels": _held(pack.levels, on),
            "limits": pack.limits(on),
            "outcomes": _held(pack.outcomes, on),
            "indicators": pack.indicators(on),
            "agencies": pack.agency_types(on),
            "glossary": pack.glossary(on),
            "parts": PARTS,
            "part": part if part in dict(PARTS) else PARTS[0][0],
            "texts": kept.files if kept is not None else {},
            "file": request.GET.get("file", ""),
        },
    )


@page(permission=PUBLIC, methods=("GET",))
def principle(request: HttpRequest, principle_id: str) -> HttpResponse:
    """Why: one principle, in our own words, with the paragraph that it comes from."""
    asked = _asked(request)
    found = next((p for p in asked.pack.principles(asked.on) if p.id == principle_id), None)
    return _one(request, asked, found, "principle")


@page(permission=PUBLIC, methods=("GET",))
def definition(request: HttpRequest, definition_id: str) -> HttpResponse:
    """A definition as it held on the day of a decision, in the pack that it was made under; later changes, and
    another pack, leave that so."""
    asked = _asked(request)
    found = next((d for d in asked.pack.definitions(asked.on) if d.id == definition_id), None)
    return _one(request, asked, found, "definition")
