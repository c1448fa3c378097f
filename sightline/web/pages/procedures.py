"""What the procedures in force say: principles, definitions, levels of need, time limits, outcomes, roles."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import PUBLIC, page
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound
from sightline.procedures.loader import UnknownPack
from sightline.procedures.pack import NotInForce, Pack
from sightline.procedures.queries import pack_in_force, pack_named


def _day(request: HttpRequest) -> date:
    """The day asked about in the address (?on=2024-01-18), else today."""
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today()


#: A text of a pack, as decisions and duties keep it.
_VERSION = re.compile(r"[a-z0-9-]+(@[0-9a-f]+)?")


def _asked(request: HttpRequest) -> tuple[Pack, date, dict[str, Any]]:
    """The pack and the day asked about, and what a page about them shows besides.

    ?under=: the text that a decision or a duty was made under, where it keeps one; else the pack in force. Raises
    NotFound where there is no such pack.
    """
    on, under = _day(request), request.GET.get("under", "")
    if not under:
        return pack_in_force(), on, {"on": on, "asked": {}, "query": ""}
    if not _VERSION.fullmatch(under):
        raise NotFound
    try:
        pack = pack_named(under.partition("@")[0])
    except UnknownPack:
        raise NotFound from None
    asked = {"under": under, "on": on.isoformat()}
    return pack, on, {"on": on, "asked": asked, "query": f"?{urlencode(asked)}", "made_under": under}


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
    ("agencies", "What each agency does"),
    ("glossary", "Abbreviations"),
    ("all", "All on one page"),
)


@page(permission=PUBLIC, methods=("GET",))
def procedures(request: HttpRequest) -> HttpResponse:
    """The pack as it held on a day, a part at a time or all on one page."""
    pack, on, shown = _asked(request)
    part = request.GET.get("part", "")
    return render(
        request,
        "web/procedures.html",
        {
            **shown,
            "pack": pack,
            "principles": pack.principles(on),
            "definitions": pack.definitions(on),
            "levels": _held(pack.levels, on),
            "limits": pack.limits(on),
            "outcomes": _held(pack.outcomes, on),
            "agencies": pack.agency_types(on),
            "glossary": pack.glossary(on),
            "parts": PARTS,
            "part": part if part in dict(PARTS) else PARTS[0][0],
        },
    )


@page(permission=PUBLIC, methods=("GET",))
def principle(request: HttpRequest, principle_id: str) -> HttpResponse:
    """Why: one principle, in our own words, with the paragraph that it comes from."""
    pack, on, shown = _asked(request)
    found = next((p for p in pack.principles(on) if p.id == principle_id), None)
    if found is None:
        raise NotFound
    return render(
        request,
        "web/principle.html",
        {
            **shown,
            "pack": pack,
            "principle": found,
            "back_href": reverse("web:procedures", query=shown["asked"]),
            "back_text": "Procedures",
        },
    )


@page(permission=PUBLIC, methods=("GET",))
def definition(request: HttpRequest, definition_id: str) -> HttpResponse:
    """A definition as it held on the day of a decision, in the pack that it was made under; later changes, and
    another pack, leave that so."""
    pack, on, shown = _asked(request)
    found = next((d for d in pack.definitions(on) if d.id == definition_id), None)
    if found is None:
        raise NotFound
    return render(
        request,
        "web/definition.html",
        {
            **shown,
            "pack": pack,
            "definition": found,
            "back_href": reverse("web:procedures", query=shown["asked"]),
            "back_text": "Procedures",
        },
    )
