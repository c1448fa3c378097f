"""Saying of anything that is recorded of people that it was recorded wrongly: one form for all of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.kernel.verdicts import NotFound

from .. import actions
from ..queries import ChildView, PersonView
from ..terms import Fact
from . import forms
from .frame import open_child
from .views import _change, _form, _person, _tab


@dataclass(frozen=True)
class _Held:
    """Something recorded; `folder_id` through which it is written, and the adult whom it is about (None: the child)."""

    row: Any
    folder_id: UUID
    adult_id: UUID | None = None


def _of_child(view: ChildView, fact: Fact) -> Sequence[Any]:
    found: dict[Fact, Sequence[Any]] = {
        Fact.TIE: view.every_tie,
        Fact.STATUS: view.every_status,
        Fact.PROVIDER: view.every_provider,
        Fact.INVOLVEMENT: view.every_involvement,
    }
    return found.get(fact, ())


def _of_person(person: PersonView, fact: Fact) -> Sequence[Any]:
    found: dict[Fact, Sequence[Any]] = {
        Fact.NAME: person.names,
        Fact.IDENTITY: (*person.answers.values(), *person.past_answers, *person.wrong_answers),
        Fact.ADDRESS: person.residences,
    }
    return found.get(fact, ())


def _held(view: ChildView, fact: Fact) -> Iterator[_Held]:
    for row in (*_of_child(view, fact), *_of_person(view.child, fact)):
        yield _Held(row, row.folder_id)
    for tie in view.every_tie:
        if not tie.is_child and tie.folder_id is not None:
            for row in _of_person(tie.person, fact):
                yield _Held(row, tie.folder_id, tie.person.id)


@page(permission=Permission.WRITE_FOLDER)
def wrong(request: HttpRequest, folder_id: UUID, what: str, row_id: UUID) -> HttpResponse:
    """Something was recorded wrongly: it stays to be read, struck out, with what was wrong and who says so."""
    view, shown = open_child(request, folder_id, "children.wrong")
    try:
        fact = Fact(what)
    except ValueError:
        raise NotFound from None
    held = next((each for each in _held(view, fact) if each.row.id == row_id), None)
    if held is None:
        raise NotFound
    form = _form(request, forms.WrongForm)
    of_person = fact in (Fact.NAME, Fact.IDENTITY, Fact.ADDRESS)
    return _change(
        request,
        shown,
        form,
        lambda: actions.recorded_wrongly(
            held.folder_id, fact, held.row.id, form.cleaned_data["why"], person_id=held.adult_id
        ),
        title="This was recorded wrongly",
        done="It is marked as recorded wrongly and counts no longer. Record what is right, if you know it.",
        back=_person(view, held.adult_id or view.child.id) if of_person else _tab(view),
        current=[f"{held.row.said_then}, {held.row.span}, {held.row.recorded}"],
        button="Mark it as wrong",
        hint="It stays to be read, struck out, with your reason and your name. What was recorded before it is not "
        "brought back: record again what is right. What was right once and has changed since is ended instead.",
    )
