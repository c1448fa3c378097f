"""A manager rules on what a meeting decided with a conflict of interests not resolved for the child (CHD-06)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.verdicts import Refused
from sightline.procedures import actions as duties
from sightline.records import actions as records

from .. import hooks
from ..models import DecisionTakenBack, MeetingDecision
from .absence import missed_ruled_on


@transaction.atomic
def rule_on(decision_id: UUID, *, upholds: bool, reasons: str) -> None:
    """A manager decides whether a meeting's decision takes effect, of which rooms above are told, or one on those who
    missed it. Raises NotFound, NotPermitted or Refused."""
    row = MeetingDecision.objects.filter(decision_id=decision_id).first()
    if row is None:
        ruling = missed_ruled_on(decision_id, upholds=upholds, reasons=reasons)
        duties.happened("conflict_decided", [ruling.folder_id], subject_id=decision_id, at=ruling.made_at)
        records.tell_maker(ruling, f"/meetings/{ruling.subject_id}/")
        record(Verb.WROTE, "meetings.rule_on", folder_id=ruling.folder_id, subject=ruling)
        return
    if DecisionTakenBack.objects.filter(decision=row).exists():
        raise Refused("The meeting that decided was not held after all, so there is nothing to rule on.")
    ruling = records.rule_on(decision_id, upholds=upholds, reasons=reasons)
    duties.happened("conflict_decided", [row.folder_id], subject_id=decision_id, at=ruling.made_at)
    records.tell_maker(ruling, f"/meetings/{row.meeting_id}/minutes/")
    record(Verb.WROTE, "meetings.rule_on", folder_id=row.folder_id, subject=row)
    for listener in hooks.ruled:
        listener(hooks.Ruled(row.meeting_id, row.folder_id, decision_id, upholds))
