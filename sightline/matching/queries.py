"""Reads of the matching room: one journey to the database each."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from .rules import PAGE, ChildDetails, Question, asked_of, in_words, strength
from .terms import Reason, Sort, Strength


@dataclass(frozen=True)
class Agency:
    """An agency that works with the child as the pointer shows it, and how to reach it."""

    name: str
    reach: str


@dataclass(frozen=True)
class Found:
    """A child as the pointer shows them, and why they were found. `opens`: the viewer may open the folder."""

    folder_id: UUID
    name: str
    known_as: str
    born_on: date | None
    expected_on: date | None
    area: str
    agencies: tuple[Agency, ...]
    opens: bool
    points: float
    reasons: Reason

    @property
    def said(self) -> tuple[str, ...]:
        """The reasons in words."""
        return in_words(self.reasons)


@dataclass(frozen=True)
class Suggestion(Found):
    """Somebody already known whom a concern may be about."""

    strength: Strength = Strength.POSSIBLE


@dataclass(frozen=True)
class Results:
    """One page of what was found; `count` is of all pages."""

    found: tuple[Found, ...]
    count: int


def search(
    question: Question,
    *,
    sort: Sort = Sort.CLOSEST,
    loosely: bool = False,
    page: int = 1,
    size: int = PAGE,
    leave_out: Iterable[UUID] = (),
) -> Results:
    """The children that a question may mean, for whoever is looking. Nobody without the permission finds anything.

    `page` counts from 1. Nothing is audited here: pages go through `actions.search`.
    """
    if not question:
        return Results((), 0)
    query = question.query(sort=sort, loosely=loosely, leave_out=leave_out)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT folder_id, name, known_as, born_on, expected_on, area, agencies, opens, points, reasons, found "
            "FROM matching_search(%s::jsonb, %s, %s)",
            [json.dumps(query), size, (page - 1) * size],
        )
        rows = cursor.fetchall()
    return Results(
        tuple(
            Found(
                folder_id=row[0],
                name=row[1],
                known_as=row[2],
                born_on=row[3],
                expected_on=row[4],
                area=row[5],
                agencies=tuple(Agency(*pair) for pair in _json(row[6])),
                opens=row[7],
                points=row[8],
                reasons=Reason(row[9]),
            )
            for row in rows
        ),
        rows[0][10] if rows else 0,
    )


def _json(value: str | list[list[str]]) -> list[list[str]]:
    # Django's own connection hands JSON over as text.
    parsed: list[list[str]] = json.loads(value) if isinstance(value, str) else value
    return parsed


def suggest(
    details: ChildDetails, *, leave_out: Iterable[UUID] = (), most: int = 5
) -> tuple[Suggestion, ...]:
    """Children already known whom these details may be about, the likeliest first, at most `most`.

    `leave_out` are folders not to suggest: the concern's own, and those of the same family raised with it.
    For whoever is looking: a sealed child is suggested to the named alone.
    """
    found = search(asked_of(details), loosely=True, size=4 * most, leave_out=leave_out).found
    suggested = []
    for child in found:
        how = strength(
            child.reasons, born_said=details.born_on is not None, born_known=child.born_on is not None
        )
        if how:
            suggested.append(Suggestion(**vars(child), strength=how))
    suggested.sort(key=lambda child: (child.strength is not Strength.LIKELY, -child.points))
    return tuple(suggested[:most])


@dataclass(frozen=True)
class SealedMatch:
    """A sealed folder that a concern may be about, and the practitioners named on the seal."""

    folder_id: UUID
    named: tuple[UUID, ...]
    reasons: Reason
    strength: Strength


def sealed_matches(details: ChildDetails, *, leave_out: Iterable[UUID] = ()) -> tuple[SealedMatch, ...]:
    """Sealed folders that these details may be about. Only for the job "matching"; everybody else gets none."""
    question = asked_of(details)
    if not question:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.folder_id, s.named, s.points, s.reasons, p.born_on IS NOT NULL "
            "FROM matching_sealed(%s::jsonb) s JOIN children_pointer p ON p.folder_id = s.folder_id "
            "ORDER BY s.points DESC",
            [json.dumps(question.query(leave_out=leave_out))],
        )
        rows = cursor.fetchall()
    out = []
    for folder_id, named, _points, bits, born_known in rows:
        how = strength(Reason(bits), born_said=details.born_on is not None, born_known=born_known)
        if how:
            out.append(SealedMatch(folder_id, tuple(named), Reason(bits), how))
    return tuple(out)
