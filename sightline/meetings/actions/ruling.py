"""A manager rules on what a meeting decided with a conflict of interests not resolved for the child (CHD-06)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from sightline.access.queries import responsible_manager
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures.pack import Pack
from sightline.records import actions as records
from sightline.records.models import Decision

from .. import hooks
from ..models import DecisionTakenBack, Meeting, MeetingDecision


def ruling_owed(meeting: Meeting, decision: Decision, pack: Pack) -> None:
    """Whoever answers for the child's record owes a ruling, within the pack's time."""
    duties.happened(
        "conflict_unresolved", [decision.folder_id], subject_id=decision.id, at=now(),
        path=f"/meetings/{meeting.id}/decision/{decision.id}/ruling/", owner_id=responsible_manager(decision.folder_id),
        pack=pack,
    )  # fmt: skip


@transaction.atomic
def rule_on(decision_id: UUID, *, upholds: bool, reasons: str) -> None:
    """A manager decides whether a meeting's decision takes effect; rooms above are told. Raises NotFound, NotPermitted
    or Refused."""
    row = MeetingDecision.objects.filter(decision_id=decision_id).first()
    if row is None:
        raise NotFound
    if DecisionTakenBack.objects.filter(decision=row).exists():
        raise Refused("The meeting that decided was not held after all, so there is nothing to rule on.")
    ruling = records.rule_on(decision_id, upholds=upholds, reasons=reasons)
    duties.happened("conflict_decided", [row.folder_id], subject_id=decision_id, at=ruling.made_at)
    records.tell_maker(ruling, f"/meetings/{row.meeting_id}/minutes/")
    record(Verb.WROTE, "meetings.rule_on", folder_id=row.folder_id, subject=row)
    for listener in hooks.ruled:
        listener(hooks.Ruled(row.meeting_id, row.folder_id, decision_id, upholds))
