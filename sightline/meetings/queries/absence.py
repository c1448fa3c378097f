"""Decisions on a child's safety where somebody of the family stays away again and again (FAM-15)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sightline.procedures.models import TO_DO, Duty
from sightline.records.queries import DecisionView, decisions
from sightline.records.terms import DecisionKind


def missed_owed(meeting_id: UUID) -> list[UUID]:
    """The children of a meeting on whom a manager has still to decide because somebody stayed away. One query."""
    owed = Duty.objects.filter(TO_DO, kind="decision_on_missed_meetings", subject_id=meeting_id)
    return list(owed.values_list("folder_id", flat=True))


def missed_decision(folder_ids: Sequence[UUID], decision_id: UUID) -> DecisionView | None:
    """What was decided because somebody stayed away, where it is one of these children's. One query."""
    of_kind = (d for d in decisions(folder_ids, only=[decision_id]) if d.kind is DecisionKind.MISSED_MEETINGS)
    return next(of_kind, None)
