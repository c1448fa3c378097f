"""Body maps: drawing one by pointing or from a list, reading one, putting one right. Works without scripts.

The two drawings are picture buttons: pressing one sends the form with the point that was pressed, and it comes back
with one more mark there. Everything typed stays in the form until it is saved at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.pages.frame import open_child
from sightline.govuk.forms import typed
from sightline.govuk.numbers import whole_number
from sightline.govuk.words import moment
from sightline.kernel.time import LONDON
from sightline.kernel.verdicts import NotPermitted, Refused

from .. import actions, drawing, queries, rules
from ..actions import NewBodyMap
from ..queries import BodyMapView
from ..rules import Mark
from ..terms import BodyView, MarkKind, Region
from . import forms
from .views import _subject, taking_out

Draft = dict[str, list[str]]
_FIELDS = ("view", "region", "kind", "description", "size", "said", "x", "y")


def _whole(text: str, most: int) -> int:
    """The number sent, `most` where it is more than that; 0 where it is none."""
    return min(whole_number(text, most=999) or 0, most)


def _number(draft: Mapping[str, Sequence[str]], name: str) -> float | None:
    text = (list(draft.get(name, [])) or [""])[0]
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value <= rules.HEIGHT else None


def _taken(draft: Draft, number: int) -> Draft:
    """The draft of one mark, without its number."""
    return {name: draft.get(f"m{number}-{name}", []) for name in _FIELDS}


def _numbered(marks: Sequence[Draft]) -> Draft:
    return {f"m{n}-{name}": values for n, mark in enumerate(marks, 1) for name, values in mark.items()}


def _pointed(post: Mapping[str, str]) -> Draft | None:
    """The mark that pressing a drawing means; None where none was pressed."""
    for view in BodyView:
        if f"{view.value}.x" in post:
            x = min(_whole(post.get(f"{view.value}.x", ""), 999), rules.WIDTH)
            y = min(_whole(post.get(f"{view.value}.y", ""), 999), rules.HEIGHT)
            if x == y == 0:
                # Pressed by keyboard: no point was meant, only one more mark on this side.
                return {"view": [view.value]}
            return {
                "view": [view.value], "region": [rules.region_at(view, x, y).value], "x": [str(x)], "y": [str(y)]
            }  # fmt: skip
    return None


def _changed(request: HttpRequest, draft: Draft, marks: list[Draft]) -> str | None:
    """What was pressed other than Save, done to the marks; gives the place on the page to come back to."""
    pressed = _pointed(request.POST)
    act = request.POST.get("do", "")
    if pressed is None and act == "more":
        pressed = {}
    if pressed is not None:
        if len(marks) < rules.MOST_MARKS:
            marks.append(pressed)
        return f"mark-{len(marks)}"
    if act.startswith("remove-"):
        number = _whole(act.removeprefix("remove-"), rules.MOST_MARKS)
        if 0 < number <= len(marks):
            del marks[number - 1]
        return "marks"
    return None


def _shown_marks(marks: Sequence[Draft]) -> list[tuple[int, Mark]]:
    """Those of the marks being written of which side and part are known, for the drawing."""
    found = []
    for number, mark in enumerate(marks, 1):
        view, region = ("".join(mark.get(name, [])) for name in ("view", "region"))
        if view in set(BodyView) and region in set(Region):
            side, part = BodyView(view), Region(region)
            x, y = _number(mark, "x"), _number(mark, "y")
            if x is not None and y is not None and rules.region_at(side, x, y) is not part:
                x = y = None
            found.append((number, Mark(side, part, MarkKind.OTHER, "", x=x, y=y)))
    return found


def _of_earlier(earlier: BodyMapView) -> tuple[Draft, list[Draft]]:
    """An earlier body map as a draft of the one that puts it right."""
    local = earlier.seen_at.astimezone(LONDON)
    draft: Draft = {
        "seen_at-day": [str(local.day)], "seen_at-month": [str(local.month)], "seen_at-year": [str(local.year)],
        "seen_at-time": [f"{local:%H:%M}"], "seen_parts": [earlier.seen_parts], "said": [earlier.said],
    }  # fmt: skip
    if earlier.none_seen:
        draft["none_seen"] = ["yes"]
    marks: list[Draft] = [
        {
            "view": [m.view.value], "region": [m.region.value], "kind": [m.kind.value],
            "description": [m.description], "size": [m.size], "said": [m.said], "x": [f"{m.x:g}"], "y": [f"{m.y:g}"],
        }
        for m in earlier.marks
    ]  # fmt: skip
    return draft, marks


def _write(
    request: HttpRequest, folder_id: UUID, shown: dict[str, Any], *, to: UUID, back: str, kind: str = "",
    subject_id: UUID | None = None, earlier: BodyMapView | None = None,
) -> HttpResponse:  # fmt: skip
    which = forms.RightForm if earlier else forms.BodyMapForm
    draft, marks = _of_earlier(earlier) if earlier else ({}, [])
    status, place, written = 200, "", None
    form: Any = which(draft=draft)
    mark_forms = [forms.MarkForm(prefix=f"m{n}", draft=_numbered(marks)) for n in range(1, len(marks) + 1)]
    if request.method == "POST":
        draft = typed(request.POST)
        count = _whole(request.POST.get("marks", ""), rules.MOST_MARKS)
        marks = [_taken(draft, number) for number in range(1, count + 1)]
        changed = _changed(request, draft, marks)
        numbered = _numbered(marks)
        if changed is not None:
            place = changed
            form = which(draft=draft)
            mark_forms = [forms.MarkForm(prefix=f"m{n}", draft=numbered) for n in range(1, len(marks) + 1)]
        else:
            form = which(request.POST)
            mark_forms = [forms.MarkForm(request.POST, prefix=f"m{n}") for n in range(1, len(marks) + 1)]
            valid = [each.is_valid() for each in (form, *mark_forms)]
            if all(valid):
                try:
                    written = _save(to, form, mark_forms, marks, kind, subject_id, earlier)
                except NotPermitted:
                    raise
                except Refused as refused:
                    form.refuse(refused.verdict)
                    status = 409
    if written is not None:
        messages.success(request, "The body map is recorded.")
        return HttpResponseRedirect(reverse("documents:body_map", args=[folder_id, written]))
    seen = _shown_marks(marks)
    return render(
        request,
        "documents/draw.html",
        shown
        | {
            "form": form,
            "forms": [form, *mark_forms],
            "map_form": form,
            "mark_forms": [(n, each, marks[n - 1]) for n, each in enumerate(mark_forms, 1)],
            "marks": seen,
            "drawings": [(view, drawing.of_marks(view, seen)) for view in BodyView],
            "width": rules.WIDTH,
            "height": rules.HEIGHT,
            "place": place,
            "earlier": earlier,
            "back_href": back,
        },
        status=status,
    )


def _save(
    to: UUID, form: Any, mark_forms: Sequence[forms.MarkForm], marks: Sequence[Draft], kind: str,
    subject_id: UUID | None, earlier: BodyMapView | None,
) -> UUID:  # fmt: skip
    got = form.cleaned_data
    told = [
        each.mark(_number(mark, "x"), _number(mark, "y"))
        for each, mark in zip(mark_forms, marks, strict=True)
    ]
    new = NewBodyMap(
        seen_at=got["seen_at"],
        seen_parts=got["seen_parts"],
        marks=told,
        none_seen=bool(got["none_seen"]),
        said=got["said"],
        replaces=earlier.id if earlier else None,
        was_wrong=got.get("was_wrong", ""),
    )
    return actions.draw_body_map(to, new, subject_kind=kind, subject_id=subject_id).id


@page(permission=Permission.WRITE_FOLDER)
def draw(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Record what was seen on a child's body."""
    view, shown = open_child(request, folder_id, "documents.draw", tab="documents")
    kind, subject, subject_id = _subject(request, view)
    return _write(
        request, folder_id, shown,
        to=subject.folder_id if subject else view.folder_ids[0],
        back=subject.href if subject else reverse("documents:list", args=[folder_id]),
        kind=kind, subject_id=subject_id,
    )  # fmt: skip


@page(permission=Permission.WRITE_FOLDER)
def put_right(request: HttpRequest, folder_id: UUID, map_id: UUID) -> HttpResponse:
    """Put a body map right by another one: the earlier stays readable."""
    view, shown = open_child(request, folder_id, "documents.put_right", tab="documents")
    earlier = queries.body_map(map_id, view.folder_ids)
    back = reverse("documents:body_map", args=[folder_id, map_id])
    return _write(request, folder_id, shown, to=earlier.folder_id, back=back, earlier=earlier)


@page(permission=Permission.WRITE_FOLDER)
def withdraw(request: HttpRequest, folder_id: UUID, map_id: UUID) -> HttpResponse:
    """Say that a body map should not be in this record."""
    view, shown = open_child(request, folder_id, "documents.withdraw_body_map", tab="documents")
    found = queries.body_map(map_id, view.folder_ids)
    return taking_out(
        request,
        shown,
        lambda why: actions.withdraw_body_map(found.id, why),
        what=f"the body map of {moment(found.seen_at)}",
        after="It stays in the list and can still be read, with your name and reason. It counts no longer: what was "
        "seen of this child after all is drawn anew.",
        back=reverse("documents:body_map", args=[folder_id, map_id]),
    )


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def body_map(request: HttpRequest, folder_id: UUID, map_id: UUID) -> HttpResponse:
    """One body map: the drawing, and the same in words."""
    view, shown = open_child(request, folder_id, "documents.body_map", tab="documents")
    found = queries.body_map(map_id, view.folder_ids)
    record(
        Verb.READ, "documents.body_map", folder_id=found.folder_id, subject=("documents_bodymap", found.id)
    )
    return render(
        request,
        "documents/body_map.html",
        shown
        | {
            "map": found,
            "drawings": [(side, drawing.of_map(side, found.marks)) for side in BodyView],
            "back_href": reverse("documents:list", args=[folder_id]),
        },
    )
