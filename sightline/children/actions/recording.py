"""People who are new here: one, with a concern, or many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Model

from sightline.audit.actions import attempt, event, record_many
from sightline.audit.terms import Verb
from sightline.kernel.time import today
from sightline.kernel.verdicts import Refused

from .. import rules
from ..models import Identity, Person, Tie
from ..rules import Address, Birth, Names, NewAdult, NewChild, NewProvider, NewTie
from ..terms import Kinship, Known, ProviderKind, Sex
from .gate import _enter, _insert, _wrote, london_day, refresh_pointers
from .people import tie_many
from .rows import _adult_rows, _check_new, _child_rows, _tie


def record_child(new: NewChild) -> UUID:
    """Record a child in the folder opened for them, with whatever is known; returns the person's id.

    For whoever opens the folder (a concern), in the same transaction, or may write in it. Raises Refused
    where a date or number cannot be, NotFound, NotPermitted.
    """
    with attempt("children.record_child", folder_id=new.folder_id):
        if _enter(new.folder_id).child_id is not None:
            raise Refused("This record already has its child.")
        _check_new(new)
        return _record_children([new])[0]


#: By folder (for an adult: by person): when and by whom what is loaded in bulk was recorded then.
RecordedThen = Mapping[UUID, tuple[datetime, UUID | None]]


def record_children_bulk(children: Sequence[NewChild], *, recorded: RecordedThen | None = None) -> list[UUID]:
    """What `record_child` writes, for many children in few statements; returns their ids in the same order.

    For the named jobs that import or load data: they report what cannot be and refuse nothing (imported
    history stays as it was), so the rules are theirs to ask beforehand. `recorded` dates rows back.
    """
    return _record_children(children, recorded or {})


def _date_back(rows: Iterable[Model], recorded: RecordedThen) -> None:
    for row in rows:
        if isinstance(row, Person):
            continue  # the database alone says when somebody was first recorded
        stamped: Any = row
        then = recorded.get(stamped.folder_id or stamped.person_id)
        if then is not None:
            stamped.recorded_at, stamped.recorded_by_id = then
            if isinstance(row, Identity):
                row.held_from = london_day(row.recorded_at)


def _record_children(children: Sequence[NewChild], recorded: RecordedThen | None = None) -> list[UUID]:
    ids: list[UUID] = []
    rows: list[Model] = []
    for new in children:
        child_id, of_child = _child_rows(new)
        ids.append(child_id)
        rows += of_child
    _date_back(rows, recorded or {})
    _insert(rows)
    refresh_pointers([new.folder_id for new in children])
    record_many(
        event(
            Verb.WROTE,
            "children.record_child",
            folder_id=new.folder_id,
            subject=("children_person", child_id),
        )
        for new, child_id in zip(children, ids, strict=True)
    )
    return ids


def record_adult(folder_id: UUID, new: NewAdult) -> UUID:
    """Record an adult in the life of a folder's child; returns the person's id.

    They are seen through ties alone, so `tie` follows in the same transaction, in each child's folder.
    """
    with attempt("children.record_adult", folder_id=folder_id):
        _enter(folder_id)
        _check_new(new)
        adult_id, rows = _adult_rows(new)
        _insert(rows)
        _wrote("children.record_adult", folder_id, ("children_person", adult_id))
        return adult_id


def record_family_bulk(
    adults: Sequence[NewAdult],
    ties: Sequence[tuple[UUID, UUID, NewTie]],
    *,
    recorded: RecordedThen | None = None,
) -> list[UUID]:
    """What `record_adult` and `tie` write, for many at once: adults (in the order given back), then ties as
    (folder, child, tie). A tie between children is given from both sides. For the named jobs alone.
    `recorded` dates rows back."""
    ids: list[UUID] = []
    rows: list[Model] = []
    for new in adults:
        adult_id, of_adult = _adult_rows(new)
        ids.append(adult_id)
        rows += of_adult
    rows += [_tie(folder_id, child_id, new, new.held_from or today()) for folder_id, child_id, new in ties]
    _date_back(rows, recorded or {})
    _insert(rows)
    refresh_pointers(list(dict.fromkeys(folder_id for folder_id, _child, _new in ties)))
    first_folder = {new.other_id: folder_id for folder_id, _child, new in reversed(ties)}
    record_many(
        event(
            Verb.WROTE,
            "children.record_adult",
            folder_id=first_folder.get(adult_id),
            subject=("children_person", adult_id),
        )
        for adult_id in ids
    )
    record_many(
        event(Verb.WROTE, "children.tie", folder_id=row.folder_id, subject=row)
        for row in rows
        if isinstance(row, Tie)
    )
    return ids


def record_child_of_concern(
    folder_id: UUID,
    *,
    given: str = "",
    family: str = "",
    known_as: str = "",
    born_on: date | None = None,
    age_years: int | None = None,
    expected_on: date | None = None,
    sex: str = "U",
    lines: str = "",
    postcode: str = "",
    area: str = "",
    school: str = "",
) -> UUID:
    """`record_child` with what somebody who raises a concern knows; an age in years becomes an estimated
    birth.

    For the public too, who reads nothing back: in the transaction that opens the folder.
    """
    estimated = born_on is None and expected_on is None and age_years is not None
    birth = Birth(
        born_on=rules.born_about(age_years, today()) if estimated and age_years is not None else born_on,
        estimated=estimated,
        expected_on=expected_on,
        sex=Sex.NOT_KNOWN if expected_on is not None else Sex(sex),
    )
    somewhere = Address(lines=lines, postcode=postcode, area=area)
    return record_child(
        NewChild(
            folder_id=folder_id,
            names=Names(given, family, known_as),
            birth=birth,
            address=somewhere if rules.check_address(somewhere) else None,
            providers=(NewProvider(ProviderKind.SCHOOL, school),) if school.strip() else (),
        )
    )


def tie_family_of_concern(
    children: Sequence[tuple[UUID, UUID]],
    people: Sequence[tuple[str, str, Kinship, Known, str]],
) -> list[UUID]:
    """The family in a concern: its children (folder, person) as brothers and sisters, and the people around
    them (given and family name, kinship, whether they live with the children, telephone number), each
    recorded once and tied to every child. Returns the people's ids."""
    ties = [
        (folder_id, NewTie(sibling_id, Kinship.SIBLING))
        for place, (folder_id, _child_id) in enumerate(children)
        for _folder_id, sibling_id in children[place + 1 :]
    ]
    ids: list[UUID] = []
    for given, family, kinship, lives_with, telephone in people:
        adult = NewAdult(Names(given, family), Birth(telephone=telephone))
        ids.append(record_adult(children[0][0], adult))
        ties += [
            (folder_id, NewTie(ids[-1], kinship, lives_with_child=lives_with))
            for folder_id, _child_id in children
        ]
    tie_many(ties)
    return ids
