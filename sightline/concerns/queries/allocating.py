"""The children whom nobody has been named for yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sightline.access.queries import leads_of
from sightline.children.queries import NameAndAge, brothers_and_sisters, names_of_folders
from sightline.kernel.time import LONDON, now
from sightline.procedures.queries import (
    DutyView,
    owed,
    pack_in_force,
    views_of,
)

from .. import rules


@dataclass(frozen=True)
class Unallocated:
    """A child to whom something is owed that nobody has been named for: the first of it, and how much."""

    folder_id: UUID
    child: NameAndAge
    first: DutyView
    count: int


@dataclass(frozen=True)
class ToAllocate:
    """The children to be allocated, the most urgent first, each with the duties that wait for somebody; `cut_at` says
    how many duties were looked through where the teams owe more, else 0."""

    duties: Mapping[UUID, Sequence[UUID]]
    cut_at: int

    def rows(self, folder_ids: Sequence[UUID]) -> list[Unallocated]:
        """These of them as a page shows them, those that the viewer may see. A fixed number of queries."""
        views = views_of(self.duties[one][0] for one in folder_ids)
        names = names_of_folders(folder_ids)
        return [
            Unallocated(one, names[one], views[first], len(self.duties[one]))
            for one in folder_ids
            if one in names and (first := self.duties[one][0]) in views
        ]


#: So many of the soonest duties of teams are looked through for those that nobody has been named for.
LOOKED_THROUGH = 2000


def unallocated(team_ids: Sequence[UUID]) -> ToAllocate:
    """The children whom these teams have taken on, or the front door has decided on, and nobody works with yet. A fixed
    number of queries."""
    pack, day = pack_in_force(), now().astimezone(LONDON).date()
    if not team_ids:
        return ToAllocate({}, 0)
    due = owed(team_ids=team_ids, most=LOOKED_THROUGH)
    outlines = [
        outline
        for outline in due.outlines
        if outline.owner_id is None
        and rules.goes_with_the_child(
            pack.duty_kind(outline.kind, day, or_earliest=True).owner_role, outline.path
        )
    ]
    leads = leads_of({o.folder_id for o in outlines})
    duties: dict[UUID, list[UUID]] = {}
    for outline in outlines:
        duties.setdefault(leads[outline.folder_id], []).append(outline.id)
    return ToAllocate(duties, LOOKED_THROUGH if due.cut else 0)


def family_of(folder_id: UUID) -> list[tuple[UUID, NameAndAge]]:
    """The child's brothers and sisters whose records the viewer may open."""
    others = {other for _one, other in brothers_and_sisters([folder_id])}
    leads = leads_of(others)
    names = names_of_folders(set(leads.values()) - {folder_id})
    return sorted(names.items(), key=lambda one: one[1].name)
