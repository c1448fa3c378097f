"""Reads of the matching room: one journey to the database each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from sightline.children.rules import leading_name
from sightline.children.terms import Kinship
from sightline.govuk.words import age as age_in_words
from sightline.kernel.verdicts import NotFound

from .rules import PAGE, ChildDetails, Question, asked_of, in_words, strength
from .terms import Reason, Sort, Strength


@dataclass(frozen=True)
class Agency:
    """An agency that works with the child as the pointer shows it, and how to reach it."""

    name: str
    reach: str


@dataclass(frozen=True)
class Found:
    """A child as the pointer shows them, and why they were found. `opens`: the viewer may open the record."""

    folder_id: UUID
    name: str
    known_as: str
    born_on: date | None
    expected_on: date | None
    area: str
    agencies: tuple[Agency, ...]
    opens: bool
    points: float
    likeness: Reason

    @property
    def used_name(self) -> str:
        return leading_name(self.name, self.known_as)

    @property
    def age(self) -> str:
        """In words: "9 years old", "expected 3 May 2027"."""
        return age_in_words(self.born_on or self.expected_on)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why, in words, the strongest reason first."""
        return in_words(self.likeness)


@dataclass(frozen=True)
class Suggestion(Found):
    """Somebody already known whom a concern may be about."""

    strength: Strength = Strength.POSSIBLE


@dataclass(frozen=True)
class FoundAdult:
    """An adult of the name that was asked for, in a record that the viewer may open."""

    person_id: UUID
    name: str
    kinship: Kinship
    words: str
    folder_id: UUID
    child: str
    likeness: Reason

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why, in words."""
        return in_words(self.likeness)


@dataclass(frozen=True)
class Results:
    """A page of the children found, `count` of them in all; beside the first page up to ten adults."""

    found: tuple[Found, ...]
    count: int
    adults: tuple[FoundAdult, ...] = ()


@dataclass(frozen=True)
class Elsewhere:
    """What a reference is of, beside children, in a room above: its page, and what stands beside the link."""

    id: UUID
    text: str
    address: str
    note: str


#: Rooms above say here what they hold under references, for whoever is looking; each asks the database only where one
#: of them may be its own.
found_elsewhere: list[Callable[[Sequence[str]], list[Elsewhere]]] = []


_COLUMNS = (
    "folder_id, name, known_as, born_on, expected_on, area, agencies, opens, points, reasons, found, adult"
)


def search(
    question: Question,
    *,
    sort: Sort = Sort.CLOSEST,
    loosely: bool = False,
    page: int = 1,
    size: int = PAGE,
    leave_out: Iterable[UUID] = (),
) -> Results:
    """The children that a question may mean, for whoever is looking; without the permission nobody.

    One query, and a second where adults were found. `page` counts from 1. Nothing is audited here: pages go
    through `actions.search`.
    """
    if not question:
        return Results((), 0)
    query = question.query(sort=sort, loosely=loosely, leave_out=leave_out)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} FROM matching_search(%s::jsonb, %s, %s)",  # noqa: S608 our own columns
            [json.dumps(query), size, (page - 1) * size],
        )
        rows = cursor.fetchall()
    children = [row for row in rows if row[11] is None]
    return Results(
        tuple(_found(row) for row in children),
        children[0][10] if children else 0,
        _adults({(row[0], row[11]): Reason(row[9]) for row in rows if row[11] is not None}),
    )


def _found(row: Sequence[Any]) -> Found:
    """A child of the search, of a row of `_COLUMNS`."""
    return Found(
        folder_id=row[0],
        name=row[1],
        known_as=row[2],
        born_on=row[3],
        expected_on=row[4],
        area=row[5],
        agencies=tuple(Agency(*pair) for pair in _json(row[6])),
        opens=row[7],
        points=row[8],
        likeness=Reason(row[9]),
    )


_NAMED = """
    SELECT DISTINCT ON (t.folder_id, t.other_id) t.folder_id, t.other_id, t.kinship, t.words, c.name,
           (SELECT trim(n.given || ' ' || n.family) FROM children_personname n
            WHERE n.person_id = t.other_id AND n.held_from <= current_date
              AND (n.held_until IS NULL OR n.held_until > current_date)
            ORDER BY n.use <> 'full', n.held_from DESC LIMIT 1)
    FROM children_tie t JOIN children_pointer c ON c.folder_id = t.folder_id
    WHERE t.folder_id = ANY (%s::uuid[]) AND t.other_id = ANY (%s::uuid[])
      AND (t.held_until IS NULL OR t.held_until > t.held_from)
    ORDER BY t.folder_id, t.other_id, t.held_from DESC
"""


def _adults(hits: Mapping[tuple[UUID, UUID], Reason]) -> tuple[FoundAdult, ...]:
    """Names and ties of the adults of the search, in its order, as the doors let the viewer read them."""
    if not hits:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, [[str(folder) for folder, _ in hits], [str(person) for _, person in hits]])
        told = {(row[0], row[1]): row[2:] for row in cursor.fetchall()}
    return tuple(
        FoundAdult(
            person_id=person,
            name=told[folder, person][3] or "Name not known",
            kinship=Kinship(told[folder, person][0]),
            words=told[folder, person][1],
            folder_id=folder,
            child=told[folder, person][2],
            likeness=likeness,
        )
        for (folder, person), likeness in hits.items()
        if (folder, person) in told
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
    return _likely(found, details, most)


def _likely(found: Iterable[Found], details: ChildDetails, most: int) -> tuple[Suggestion, ...]:
    """Of those whom the search found, whom these details may be about."""
    suggested = []
    for child in found:
        how = strength(
            child.likeness, born_said=details.born_on is not None, born_known=child.born_on is not None
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
    likeness: Reason
    strength: Strength


def sealed_matches(details: ChildDetails, *, leave_out: Iterable[UUID] = ()) -> tuple[SealedMatch, ...]:
    """Sealed folders that these details may be about, for the job "matching"; everybody else gets none."""
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


# -- the same, for a child whose details stand in a folder of their own -----------------------------------

_DETAILS = """
    SELECT p.folder_id,
           (SELECT json_agg(json_build_array(n.given, n.family) ORDER BY n.use <> 'full', n.held_from DESC)
            FROM children_personname n
            WHERE n.person_id = p.id AND (n.held_until IS NULL OR n.held_until > n.held_from)),
           (SELECT q.born_on FROM children_particulars q WHERE q.person_id = p.id
            ORDER BY q.recorded_at DESC, q.id DESC LIMIT 1),
           (SELECT json_build_array(r.postcode, r.lines) FROM children_residence r
            WHERE r.person_id = p.id AND (r.held_until IS NULL OR r.held_until > r.held_from)
            ORDER BY r.held_from DESC LIMIT 1),
           (SELECT json_object_agg(i.scheme, i.value) FROM children_identifier i
            WHERE i.person_id = p.id AND i.scheme IN ('nhs', 'upn') AND i.withdrawn_at IS NULL)
    FROM children_person p WHERE p.folder_id = ANY (%s::uuid[])
"""


def details_of(folder_id: UUID) -> ChildDetails:
    """What is recorded of the child of a folder, as far as the viewer may read it.

    Raises NotFound alike for a sealed, a foreign and an invented id.
    """
    return _details_of([folder_id])[folder_id]


def _details_of(folder_ids: Sequence[UUID]) -> dict[UUID, ChildDetails]:
    """The same for the children of several folders. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_DETAILS, [[str(folder_id) for folder_id in folder_ids]])
        told = {
            folder_id: (names or (), born_on, home or ["", ""], numbers or {})
            for folder_id, names, born_on, home, numbers in cursor.fetchall()
        }
    if set(folder_ids) - set(told):
        raise NotFound
    return {
        folder_id: ChildDetails(
            names=tuple((given, family) for given, family in names),
            born_on=born_on,
            postcode=home[0],
            lines=home[1],
            nhs=numbers.get("nhs", ""),
            upn=numbers.get("upn", ""),
        )
        for folder_id, (names, born_on, home, numbers) in told.items()
    }


def suggest_for_children(
    folder_ids: Sequence[UUID], *, leave_out: Iterable[UUID] = (), most: int = 5
) -> dict[UUID, tuple[Suggestion, ...]]:
    """Whom the child of each of these folders (a concern's) may be, among the children already known. Two queries.

    `leave_out` are further folders not to suggest. Raises NotFound as `details_of` does.
    """
    details = _details_of(folder_ids)
    asked = {folder_id: asked_of(one) for folder_id, one in details.items()}
    queries = {
        folder_id: json.dumps(question.query(loosely=True, leave_out=[folder_id, *leave_out]))
        for folder_id, question in asked.items()
        if question
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT asked.folder, {_COLUMNS} "  # noqa: S608 our own columns
            "FROM unnest(%s::uuid[], %s::text[]) AS asked (folder, query) "
            "CROSS JOIN LATERAL matching_search(asked.query::jsonb, %s, 0) WHERE adult IS NULL",
            [[str(folder_id) for folder_id in queries], list(queries.values()), 4 * most],
        )
        rows = cursor.fetchall()
    return {
        folder_id: _likely([_found(row[1:]) for row in rows if row[0] == folder_id], one, most)
        for folder_id, one in details.items()
    }


def suggest_for_child(
    folder_id: UUID, *, leave_out: Iterable[UUID] = (), most: int = 5
) -> tuple[Suggestion, ...]:
    """The same for one child."""
    return suggest_for_children([folder_id], leave_out=leave_out, most=most)[folder_id]


def sealed_matches_for_folder(folder_id: UUID) -> list[tuple[UUID, tuple[UUID, ...]]]:
    """Sealed folders that the child of this folder may be about, each with those named on the seal.

    For the job "matching" alone. Run it for every concern, match or not, away from the request, so that
    nobody can tell by waiting.
    """
    return [(m.folder_id, m.named) for m in sealed_matches(details_of(folder_id), leave_out=[folder_id])]
