"""Who around a child must not be in one room with whom, or learn an address; who may join a meeting."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sightline.access.queries import opened_of
from sightline.children.models import Person, Tie
from sightline.children.queries import name_and_age, names_of_folders
from sightline.kernel.models import held_on
from sightline.kernel.time import today

from .. import rules
from ..models import (
    Invitation,
    KeepApart,
)
from .standing import name_of


def kept_pairs(folder_ids: Iterable[UUID], *, in_room: bool = False) -> list[tuple[UUID, UUID]]:
    """Who is kept apart from whom today around these children, as pairs of people."""
    found = KeepApart.objects.filter(held_on(today()), folder_id__in=list(folder_ids))
    if in_room:
        found = found.filter(in_room=True)
    return list(found.values_list("one_id", "other_id"))


def apart_from(meeting_id: UUID, person_id: UUID, folder_ids: Iterable[UUID]) -> list[str]:
    """The names of those invited to a meeting with whom somebody must not be in one room."""
    pairs = kept_pairs(folder_ids, in_room=True)
    if not any(person_id in pair for pair in pairs):
        return []
    rows = list(
        Invitation.objects.filter(meeting_id=meeting_id, person__isnull=False, withdrawn_at__isnull=True)
    )
    names = name_and_age([r.person_id for r in rows if r.kind == "child" and r.person_id])
    others: dict[object, str] = {r.person_id: name_of(r, names) for r in rows if r.person_id != person_id}
    return rules.named_apart(pairs, person_id, others)


def people_around(folder_id: UUID) -> dict[UUID, str]:
    """The child of a folder and who is in their life today: name by person, as far as the viewer may see."""
    return people_around_all([folder_id])


def people_around_all(folder_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The same over several children, each person once."""
    wanted = list(folder_ids)
    children = list(Person.objects.filter(folder_id__in=wanted).values_list("id", flat=True))
    others = list(
        Tie.objects.filter(held_on(today()), folder_id__in=wanted).values_list("other_id", flat=True)
    )
    names = name_and_age([*children, *others])
    return {person: found.name for person, found in names.items()}


def others_around(folder_ids: Iterable[UUID], leave_out: Collection[UUID]) -> dict[UUID, str]:
    """Who is in these children's lives today but for those left out: name by person."""
    ties = Tie.objects.filter(held_on(today()), folder_id__in=list(folder_ids)).exclude(
        other_id__in=leave_out
    )
    return {
        person: found.name for person, found in name_and_age(ties.values_list("other_id", flat=True)).items()
    }


def may_join(folder_ids: Iterable[UUID]) -> list[tuple[UUID, str]]:
    """The brothers and sisters of these children whose own records the viewer may open: folder and name."""
    wanted = list(folder_ids)
    others = Tie.objects.filter(held_on(today()), folder_id__in=wanted, other__folder__isnull=False)
    back = Tie.objects.filter(held_on(today()), other__folder_id__in=wanted)
    found = {
        *others.values_list("other__folder_id", flat=True), *back.values_list("folder_id", flat=True)
    } - set(wanted)  # fmt: skip
    names = names_of_folders(opened_of(found))
    return sorted(((folder, one.name) for folder, one in names.items()), key=lambda pair: pair[1])


@dataclass(frozen=True)
class ApartView:
    """Two people who are kept apart: from what, why, since when."""

    id: UUID
    folder_id: UUID
    one: str
    other: str
    in_room: bool
    address: bool
    why: str
    since: date
    until: date | None
    recorded_by: str
    ended_why: str

    @property
    def words(self) -> str:
        what = [
            w
            for w, yes in (("be in one room", self.in_room), ("learn each other's address", self.address))
            if yes
        ]
        return f"{self.one} and {self.other} must not {' or '.join(what)}"


def kept_apart(folder_ids: Iterable[UUID], names: Mapping[UUID, str] | None = None) -> list[ApartView]:
    """Who around these children is kept apart from whom (FAM-08). `names`: those that the page knows already."""
    found = KeepApart.objects.filter(held_on(today()), folder_id__in=list(folder_ids))
    rows = list(found.select_related("recorded_by").order_by("held_from", "id"))
    known = dict(names or {})
    missing = {p for r in rows for p in (r.one_id, r.other_id)} - set(known)
    if missing:
        known |= {person: one.name for person, one in name_and_age(missing).items()}
    return [
        ApartView(
            id=r.id,
            folder_id=r.folder_id,
            one=known[r.one_id],
            other=known[r.other_id],
            in_room=r.in_room,
            address=r.address,
            why=r.why,
            since=r.held_from,
            until=r.held_until,
            recorded_by=r.recorded_by.name if r.recorded_by else "",
            ended_why=r.ended_why,
        )
        for r in rows
    ]
