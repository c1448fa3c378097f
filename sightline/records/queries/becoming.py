"""What became of an entry: corrections, the same in other records, the numbers that a reader does not see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q

from sightline.kernel.verdicts import NotFound

from ..models import (
    Entry,
    EntryCounter,
)
from .people import ways_into
from .reading import _with_people, views
from .shown import EntryView


@dataclass(frozen=True)
class Story:
    """An entry with all that stands on it: what puts it right, its reviews, and what others say of it, in order; and
    what puts those right (`of_after`)."""

    entry: EntryView
    corrections: tuple[EntryView, ...]
    after: tuple[EntryView, ...]
    of_after: tuple[EntryView, ...]

    @property
    def all(self) -> list[EntryView]:
        return [self.entry, *self.corrections, *self.after, *self.of_after]

    def right(self, view: EntryView) -> EntryView:
        """One of these as its last correction has it: itself where nothing was put right."""
        return ([view] + [c for c in self.all if c.corrects_id == view.id])[-1]

    @property
    def latest(self) -> EntryView:
        """The entry as its last correction has it."""
        return self.right(self.entry)


def story(entry_id: UUID, folder_ids: Iterable[UUID]) -> Story:
    """One entry of these folders with all that stands on it. Two queries. Raises NotFound."""
    which = (
        Q(id=entry_id) | Q(corrects_id=entry_id) | Q(follows_id=entry_id) | Q(corrects__follows_id=entry_id)
    )
    rows = list(
        _with_people(Entry.objects.filter(which, folder_id__in=list(folder_ids))).order_by(
            "folder_id", "number"
        )
    )
    found = views(rows, linked=rows)
    entry = next((view for view in found if view.id == entry_id), None)
    if entry is None:
        raise NotFound
    after = tuple(view for view in found if view.follows_id == entry_id and view.corrects_id is None)
    return Story(
        entry,
        tuple(view for view in found if view.corrects_id == entry_id),
        after,
        tuple(view for view in found if view.corrects_id in {a.id for a in after}),
    )


def standing(entry_ids: Iterable[UUID]) -> list[EntryView]:
    """Entries as their last correction has them: the correction where there is one."""
    wanted = list(entry_ids)
    latest = {
        row.corrects_id: row
        for row in _with_people(Entry.objects.filter(corrects_id__in=wanted)).order_by("number")
    }
    rows = {row.id: row for row in _with_people(Entry.objects.filter(id__in=wanted))}
    return views(latest.get(ident, rows[ident]) for ident in wanted if ident in rows)


@dataclass(frozen=True)
class AlsoIn:
    """The same entry in the record of another child."""

    entry_id: UUID
    folder_id: UUID
    number: int


def written_together(view: EntryView) -> list[AlsoIn]:
    """Where else an entry stands, as far as the viewer may write there."""
    return _also_in(view.id, view.written_together, view.kind)


def entry_beside(entry_id: UUID) -> list[tuple[UUID, UUID]]:
    """The folder and id of the same entry in the record of each other child, as far as the viewer may write there."""
    together, kind = Entry.objects.filter(id=entry_id).values_list("written_together", "kind").get()
    return [(also.folder_id, also.entry_id) for also in _also_in(entry_id, together, kind)]


def _also_in(entry_id: UUID, together: UUID | None, kind: str) -> list[AlsoIn]:
    if together is None:
        return []
    rows = list(
        Entry.objects.filter(written_together=together, kind=kind)
        .exclude(id=entry_id)
        .order_by("folder_id")
        .values_list("id", "folder_id", "number")
    )
    writes = {folder for folder, may, _ in ways_into([folder for _, folder, _ in rows]) if may}
    return [AlsoIn(ident, folder, number) for ident, folder, number in rows if folder in writes]


def times_corrected(entry_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How often each of these entries was corrected. At most one query."""
    found = dict.fromkeys(entry_ids, 0)
    if found:
        rows = Entry.objects.filter(corrects_id__in=found).values_list("corrects_id")
        found |= dict(rows.annotate(count=Count("id")).order_by())
    return found


def hidden_numbers(
    folder_ids: Iterable[UUID], *, first: int = 1, last: int | None = None, seen: int | None = None
) -> dict[UUID, list[int]]:
    """The numbers of a record that were given and that the viewer does not see, by folder: a page says so of each
    (REC-03). From `first` to `last`, where the viewer looks at a part. `seen` is how many entries of these folders
    the viewer sees in all, where that has been counted already. At most three queries, often one."""
    given = dict(EntryCounter.objects.filter(folder_id__in=list(folder_ids)).values_list("folder_id", "last"))
    if seen == sum(given.values()):
        return {}
    open_to = dict(
        Entry.objects.filter(folder_id__in=given)
        .values_list("folder_id")
        .annotate(count=Count("id"))
        .order_by()
    )
    # A record of thousands is read number by number only where some are missing.
    folders = [folder for folder, top in given.items() if open_to.get(folder, 0) < top]
    if not folders:
        return {}
    numbers: dict[UUID, set[int]] = defaultdict(set)
    for folder, number in Entry.objects.filter(folder_id__in=folders).values_list("folder_id", "number"):
        numbers[folder].add(number)
    return {
        folder: missing
        for folder in folders
        for top in (given[folder],)
        if (missing := [n for n in range(first, min(top, last or top) + 1) if n not in numbers[folder]])
    }
