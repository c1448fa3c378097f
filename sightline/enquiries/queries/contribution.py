"""What other agencies were asked for in an assessment, and what they gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sightline.kernel.verdicts import NotFound

from ..models import (
    AnswerDraft,
    Contribution,
)


@dataclass(frozen=True)
class ContributionView:
    """What an agency was asked for and what it said."""

    id: UUID
    assessment_id: UUID
    folder_id: UUID
    child_name: str
    agency: str
    asked_of: str
    asked_words: str
    asked_at: datetime
    asked_by: str
    chased_at: tuple[datetime, ...]
    answer: str
    declined: str
    answered_at: datetime | None
    answered_as: str

    @property
    def is_open(self) -> bool:
        return self.answered_at is None


def contribution_view(row: Contribution) -> ContributionView:
    """A contribution as pages show it."""
    return ContributionView(
        id=row.id,
        assessment_id=row.assessment_id,
        folder_id=row.folder_id,
        child_name=row.child_name,
        agency=row.agency.name,
        asked_of=row.practitioner.name if row.practitioner else "",
        asked_words=row.asked_words,
        asked_at=row.asked_at,
        asked_by=row.asked_by.name,
        chased_at=tuple(row.chased_at),
        answer=row.answer,
        declined=row.declined,
        answered_at=row.answered_at,
        answered_as=row.answered_as,
    )


def draft(contribution_id: UUID) -> AnswerDraft | None:
    """The answer that the viewer was typing; row security shows nobody another's."""
    return AnswerDraft.objects.filter(contribution_id=contribution_id).exclude(content={}).first()


def contribution(contribution_id: UUID) -> Contribution:
    """A contribution that the viewer may see: their own to give, or one in a record that they may open."""
    row = (
        Contribution.objects.filter(id=contribution_id)
        .select_related("agency", "practitioner", "asked_by")
        .first()
    )
    if row is None:
        raise NotFound
    return row
