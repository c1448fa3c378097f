"""The needs that an assessment names, and the child's developmental progress against age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sightline.children.queries import ChildView
from sightline.children.rules import months_old

from ..models import (
    Need,
    Progress,
)
from ..terms import (
    AgainstAge,
    Development,
)


@dataclass(frozen=True)
class NeedView:
    id: UUID
    words: str
    whose: str
    service: str
    agency: str
    agency_id: UUID | None
    waiting_since: date | None
    unmet_why: str

    @property
    def is_answered(self) -> bool:
        return bool(self.service or self.unmet_why)


@dataclass(frozen=True)
class ProgressView:
    """What a child could do on a day. `judged_at` is the age in months that it was judged by, where the date of birth
    was put right since; None where it is the same."""

    id: UUID
    area: Development
    seen_on: date
    age_months: int | None
    judged_at: int | None
    against_age: AgainstAge
    words: str
    source: str
    recorded_at: datetime
    recorded_by_id: UUID


def needs_of(assessment_id: UUID) -> tuple[NeedView, ...]:
    """The needs that stand in an assessment, in the order in which they were named."""
    rows = (
        Need.objects.filter(assessment_id=assessment_id, replaced_by__isnull=True, withdrawn_why="")
        .select_related("agency")
        .order_by("written_at", "id")
    )
    return tuple(
        NeedView(
            n.id,
            n.words,
            n.whose,
            n.service,
            n.agency.name if n.agency else "",
            n.agency_id,
            n.waiting_since,
            n.unmet_why,
        )
        for n in rows
    )


def progress_of(child: ChildView) -> tuple[ProgressView, ...]:
    """A child's development over time, oldest first, without what was put right since; ages as the date of birth is
    known today."""
    rows = Progress.objects.filter(folder_id__in=list(child.folder_ids), corrected_by__isnull=True)
    return tuple(
        _progress(row, age_in_months(child, row.seen_on)) for row in rows.order_by("seen_on", "recorded_at")
    )


def _progress(row: Progress, months: int | None) -> ProgressView:
    age = row.age_months if months is None else months
    return ProgressView(
        row.id, Development(row.area), row.seen_on, age, row.age_months if row.age_months != age else None,
        AgainstAge(row.against_age), row.words, row.source, row.recorded_at, row.recorded_by_id,
    )  # fmt: skip


def age_in_months(child: ChildView, on: date) -> int | None:
    """The child's age on a day, where the date of birth is known."""
    born = child.child.birth.born_on
    return months_old(born, on) if born and on >= born else None
