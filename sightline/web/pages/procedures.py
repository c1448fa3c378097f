"""What the procedures in force say: principles, definitions, levels of need, time limits, outcomes, roles."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import PUBLIC, page
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound
from sightline.procedures.queries import pack_in_force


def _day(request: HttpRequest) -> date:
    """The day asked about in the address (?on=2024-01-18), else today."""
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today()


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
    pack, on = pack_in_force(), _day(request)
    part = request.GET.get("part", "")
    return render(
        request,
        "web/procedures.html",
        {
            "pack": pack,
            "on": on,
            "principles": pack.principles(on),
            "definitions": pack.definitions(on),
            "levels": pack.levels(on),
            "limits": pack.limits(on),
            "outcomes": pack.outcomes(on),
            "agencies": pack.agency_types(on),
            "glossary": pack.glossary(on),
            "parts": PARTS,
            "part": part if part in dict(PARTS) else PARTS[0][0],
        },
    )


@page(permission=PUBLIC, methods=("GET",))
def principle(request: HttpRequest, principle_id: str) -> HttpResponse:
    """Why: one principle, in our own words, with the paragraph that it comes from."""
    pack, on = pack_in_force(), _day(request)
    found = next((p for p in pack.principles(on) if p.id == principle_id), None)
    if found is None:
        raise NotFound
    return render(
        request,
        "web/principle.html",
        {
            "pack": pack,
            "principle": found,
            "on": on,
            "back_href": reverse("web:procedures"),
            "back_text": "Procedures",
        },
    )


@page(permission=PUBLIC, methods=("GET",))
def definition(request: HttpRequest, definition_id: str) -> HttpResponse:
    """A definition as it held on the day of a decision; later changes leave that so."""
    pack, on = pack_in_force(), _day(request)
    found = next((d for d in pack.definitions(on) if d.id == definition_id), None)
    if found is None:
        raise NotFound
    return render(
        request,
        "web/definition.html",
        {
            "pack": pack,
            "definition": found,
            "on": on,
            "back_href": reverse("web:procedures"),
            "back_text": "Procedures",
        },
    )
