"""Whose account an enquiry heard: of each who answers for the child, whether and how, or why not (FAM-14)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sightline.children.queries import ChildView
from sightline.children.terms import Known
from sightline.govuk.words import date_only
from sightline.records.terms import Interpreting

from ..models import SpokenTo
from .assessment import answers_for


@dataclass(frozen=True)
class Account:
    """Somebody of the child's life, or the child, with what stands of their being heard, the earliest first.
    `awaited`: holds parental responsibility or is a parent or carer, so that the enquiry says how they were heard."""

    person_id: UUID
    who: str
    awaited: bool
    responsible: bool
    rows: tuple[SpokenTo, ...]

    @property
    def answered(self) -> bool:
        return bool(self.rows)

    @property
    def heard(self) -> bool:
        return any(row.spoken_on for row in self.rows)

    @property
    def stands(self) -> str:
        """'Heard', 'Not heard' or 'Not said yet'."""
        return "Heard" if self.heard else "Not heard" if self.rows else "Not said yet"


def how_heard(row: SpokenTo) -> str:
    """'1 September 2026, alone', and who interpreted where somebody did; or why somebody was not heard."""
    if row.spoken_on is None:
        return f"Not heard: {row.not_heard_why}"
    alone = {True: ", alone", False: ", not alone", None: ""}[row.alone]
    why = f": {row.not_alone_why.rstrip('. ')}" if row.not_alone_why else ""
    return f"{date_only(row.spoken_on)}{alone}{why}{_through(row)}"


def _through(row: SpokenTo) -> str:
    if row.interpreting == Interpreting.RELATIVE.value:
        who = f" ({row.interpreter})" if row.interpreter else ""
        return f"; a relative interpreted{who}: {row.relative_why}"
    return f"; interpreter: {row.interpreter}" if row.interpreter else ""


def accounts(child: ChildView, rows: Iterable[SpokenTo]) -> list[Account]:
    """The child, then everybody in their life who answers for them, then whoever else of it was spoken to."""
    of: dict[UUID, list[SpokenTo]] = {}
    for row in rows:
        if row.person_id is not None:
            of.setdefault(row.person_id, []).append(row)
    found = [
        Account(
            child.child.id, f"{child.child.name}, the child", False, False, tuple(of.get(child.child.id, ()))
        )
    ]
    for tie in child.ties_once:
        awaited = answers_for(tie) and tie.person.birth.died_on is None
        those = tuple(of.get(tie.person.id, ()))
        if awaited or those:
            responsible = tie.parental_responsibility is Known.YES
            found.append(Account(tie.person.id, f"{tie.name}, {tie.said}", awaited, responsible, those))
    return [found[0], *sorted(found[1:], key=lambda one: (not one.awaited, not one.responsible))]


def others(shown: Sequence[Account], rows: Iterable[SpokenTo]) -> list[SpokenTo]:
    """Those who were spoken to and are not in the child's life, or were recorded by name alone."""
    there = {one.person_id for one in shown}
    return [row for row in rows if row.person_id not in there]


def may_be_heard(child: ChildView) -> dict[UUID, str]:
    """The child and everybody in their life, for the question who it was."""
    return {child.child.id: f"{child.child.name}, the child"} | {
        tie.person.id: f"{tie.name}, {tie.said}" for tie in child.ties_once
    }


def are_children(child: ChildView) -> set[UUID]:
    """The child, and the children in their life."""
    return {child.child.id, *(tie.person.id for tie in child.ties_once if tie.is_child)}
