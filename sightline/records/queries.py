"""Reads of the record: entries and decisions of folders that the viewer may open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from sightline.kernel.verdicts import NotFound

from .models import Decision, Entry
from .terms import DecisionKind, EntryKind


@dataclass(frozen=True)
class EntryView:
    id: UUID
    folder_id: UUID
    number: int
    kind: EntryKind
    happened_at: datetime
    written_at: datetime
    author: str
    author_post: str
    text: str
    late_why: str
    corrects_number: int | None
    was_wrong: str
    corrected_by: tuple[int, ...]


def entries(folder_ids: Iterable[UUID], *, limit: int = 50, offset: int = 0) -> list[EntryView]:
    """The latest entries first. Two queries."""
    rows = list(
        Entry.objects.filter(folder_id__in=list(folder_ids))
        .select_related("author", "corrects")
        .order_by("-happened_at", "-number")[offset : offset + limit]
    )
    corrections: dict[UUID, list[int]] = {}
    for corrected, number in Entry.objects.filter(corrects_id__in=[row.id for row in rows]).values_list(
        "corrects_id", "number"
    ):
        corrections.setdefault(corrected, []).append(number)
    return [_entry_view(row, tuple(sorted(corrections.get(row.id, ())))) for row in rows]


def entry(entry_id: UUID, folder_ids: Iterable[UUID]) -> EntryView:
    """One entry of these folders. Raises NotFound."""
    row = (
        Entry.objects.filter(id=entry_id, folder_id__in=list(folder_ids))
        .select_related("author", "corrects")
        .first()
    )
    if row is None:
        raise NotFound
    return _entry_view(row, tuple(sorted(row.corrections.values_list("number", flat=True))))


def _entry_view(row: Entry, corrected_by: tuple[int, ...]) -> EntryView:
    return EntryView(
        id=row.id,
        folder_id=row.folder_id,
        number=row.number,
        kind=EntryKind(row.kind),
        happened_at=row.happened_at,
        written_at=row.written_at,
        author=row.author.name,
        author_post=row.author_post,
        text=row.text,
        late_why=row.late_why,
        corrects_number=row.corrects.number if row.corrects else None,
        was_wrong=row.was_wrong,
        corrected_by=corrected_by,
    )


def count_entries(folder_ids: Iterable[UUID]) -> int:
    """How many entries these folders hold that the viewer may read."""
    return Entry.objects.filter(folder_id__in=list(folder_ids)).count()


@dataclass(frozen=True)
class DecisionView:
    """A decision with its maker and reasons; `in_effect` is False while a manager must rule, or ruled against."""

    id: UUID
    folder_id: UUID
    kind: DecisionKind
    outcome: str
    reasons: str
    maker: str
    maker_post: str
    made_at: datetime
    pack: str
    pack_version: str
    definition_id: str
    conflict: str
    conflict_resolved: str
    for_the_child: bool | None
    in_effect: bool
    ruling: str
    replaced: bool


def decisions(folder_ids: Iterable[UUID], *, limit: int = 100) -> list[DecisionView]:
    """All decisions on a child, latest first (REC-08). One query."""
    rows = (
        Decision.objects.filter(folder_id__in=list(folder_ids))
        .select_related("maker", "ruling__maker")
        .prefetch_related("replaced_by")
        .order_by("-made_at", "-id")[:limit]
    )
    return [_view(row) for row in rows]


def _view(row: Decision) -> DecisionView:
    ruling: Decision | None = getattr(row, "ruling", None)
    words = f"{ruling.outcome}: {ruling.maker.name}, {ruling.maker_post}. {ruling.reasons}" if ruling else ""
    return DecisionView(
        id=row.id,
        folder_id=row.folder_id,
        kind=DecisionKind(row.kind),
        outcome=row.outcome,
        reasons=row.reasons,
        maker=row.maker.name,
        maker_post=row.maker_post,
        made_at=row.made_at,
        pack=row.pack,
        pack_version=row.pack_version,
        definition_id=row.definition_id,
        conflict=row.conflict,
        conflict_resolved=row.conflict_resolved,
        for_the_child=row.for_the_child,
        in_effect=not row.awaits_ruling or bool(ruling and ruling.upholds),
        ruling=words,
        replaced=bool(row.replaced_by.all()),
    )


def awaiting_ruling(folder_ids: Iterable[UUID] | None = None) -> list[DecisionView]:
    """Decisions that have no effect until a manager rules on them."""
    waiting = Q(awaits_ruling=True, ruling__isnull=True)
    if folder_ids is not None:
        waiting &= Q(folder_id__in=list(folder_ids))
    rows = (
        Decision.objects.filter(waiting)
        .select_related("maker", "ruling__maker")
        .prefetch_related("replaced_by")
        .order_by("made_at")
    )
    return [_view(row) for row in rows[:100]]
