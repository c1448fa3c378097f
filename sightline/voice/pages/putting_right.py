"""Putting right what was written of what became of a child's words: one page for every kind of it. Thin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.govuk.forms import PageForm
from sightline.kernel.verdicts import NotFound

from .. import actions, queries
from ..actions import Wrong
from . import forms, wording
from .views import _opened, _send


@dataclass(frozen=True)
class Kind:
    """One kind of row: what the page is called, the form and what it starts from, who writes it, and the way back."""

    title: str
    form: type[PageForm]
    initial: Callable[[Any], Mapping[str, Any]]
    write: Callable[[Wrong, Any], object]
    back: str


def _as_written(*names: str) -> Callable[[Any], Mapping[str, Any]]:
    return lambda row: {name: getattr(row, name) for name in names}


def _of_explanation(row: Any) -> Mapping[str, Any]:
    names = ("answer", "words", "how", "explained_at", "explained_by", "child_said")
    return {**_as_written(*names)(row), "why_no": row.why_no, "why_partly": row.why_no}


def _of_telling(row: Any) -> Mapping[str, Any]:
    names = ("about", "happens_on", "told", "told_at", "told_by", "why_not_told", "took_part", "part_words")
    return {**_as_written(*names)(row), "was_told": bool(row.told)}


KINDS = {
    "done": Kind(
        "Put right what was done", forms.CorrectDoneForm,
        _as_written("words", "done_on"),
        lambda wrong, form: actions.correct_done(wrong, form.cleaned_data["words"], form.cleaned_data["done_on"]),
        "child",
    ),
    "explained": Kind(
        "Put right what was explained",
        forms.CorrectExplanationForm, _of_explanation,
        lambda wrong, form: actions.correct_explanation(wrong, form.what()), "child",
    ),
    "advocate": Kind(
        "Put right what is written of the advocate",
        forms.CorrectAdvocacyForm, _as_written("act", "on", "words", "name", "organisation", "telephone"),
        lambda wrong, form: actions.correct_advocacy(wrong, form.what()), "advocate",
    ),
    "rights": Kind(
        "Put right how the rights were explained", forms.CorrectRightsForm,
        _as_written("form", "how", "told_at", "told_by", "child_said"),
        lambda wrong, form: actions.correct_rights(wrong, form.what()), "rights",
    ),
    "told": Kind(
        "Put right what was told beforehand", forms.CorrectTellingForm,
        _of_telling, lambda wrong, form: actions.correct_telling(wrong, form.what()), "told",
    ),
}  # fmt: skip


@page(permission=Permission.WRITE_FOLDER)
def put_right(request: HttpRequest, folder_id: UUID, became: str, became_id: UUID) -> HttpResponse:
    """Says what was wrong and what is right; what stood there before stays readable."""
    if (kind := KINDS.get(became)) is None:
        raise NotFound
    view, shown = _opened(request, folder_id, "put_right", kind.back)
    row = queries.to_put_right(became, became_id, view.folder_ids)
    form = kind.form(**wording.sent(request), initial=dict(kind.initial(row)))
    return _send(
        request, form,
        lambda: kind.write(Wrong(row.id, form.cleaned_data["was_wrong"]), form),
        "Put right. What stood there before stays readable.",
        reverse(f"voice:{kind.back}", args=[shown["folder_id"]]), "voice/put_right.html",
        shown | (wording.aids(form, view.folder_ids) if hasattr(form, "adults_words") else {}) | {
            "title": kind.title, "row": row, "lines": queries.lines_of(row),
        },
    )  # fmt: skip


#: What is taken back, in words, and the page on which it stands.
TAKEN_BACK = {
    "said": ("Take back what the child is written to have said", "child"),
    "done": ("Take back what was done", "child"),
    "explained": ("Take back what was explained", "child"),
    "advocate": ("Take back a step of the advocate", "advocate"),
    "rights": ("Take back that the rights were explained", "rights"),
    "told": ("Take back what was told beforehand", "told"),
}


@page(permission=Permission.WRITE_FOLDER)
def take_back(request: HttpRequest, folder_id: UUID, became: str, became_id: UUID) -> HttpResponse:
    """Says that something was written by mistake, and why: it stays readable, struck through, and counts in nothing."""
    if became not in TAKEN_BACK:
        raise NotFound
    title, back = TAKEN_BACK[became]
    view, shown = _opened(request, folder_id, "take_back", back)
    row = queries.to_put_right(became, became_id, view.folder_ids)
    form = forms.TakeBackForm(request.POST or None)
    return _send(
        request, form,
        lambda: actions.take_back(became, row.id, form.cleaned_data["why"]),
        "Taken back. It stays readable, marked so, and counts in nothing.",
        reverse(f"voice:{back}", args=[shown["folder_id"]]), "voice/take_back.html",
        shown | {"title": title, "row": row, "lines": queries.lines_of(row)},
    )  # fmt: skip
