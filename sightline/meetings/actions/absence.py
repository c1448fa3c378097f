"""What follows where somebody of the family stays away again and again (FAM-15)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from sightline.access.queries import responsible_manager
from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty
from sightline.procedures.pack import Pack
from sightline.procedures.queries import pack_in_force
from sightline.procedures.schema import MeetingRule
from sightline.records import actions as records
from sightline.records.actions import NO_CONFLICT, ConflictIn
from sightline.records.models import Decision
from sightline.records.terms import DecisionKind

from .. import queries, rules
from ..models import Meeting
from .base import children_of, deciding, locked, ruling_owed


@dataclass(frozen=True)
class MissedIn:
    """What a manager decides for one child's safety, and why; `conflict`: with whose interests it was in conflict."""

    outcome: str
    reasons: str
    conflict: ConflictIn = NO_CONFLICT


def ask_about_absent(meeting: Meeting, rule: MeetingRule, pack: Pack, folder_ids: Sequence[UUID]) -> None:
    """Somebody of the family who stays away again and again: a decision on the child's safety is due. A step of holding
    a meeting."""
    if any(
        rules.stayed_away(latest_first, rule.missed_in_a_row)
        for latest_first in queries.attendance_of_family(meeting.id, folder_ids).values()
    ):
        for folder_id in folder_ids:
            duties.happened(
                "family_stayed_away",
                [folder_id],
                subject_id=meeting.id,
                at=now(),
                path=f"/meetings/{meeting.id}/stayed-away/",
                owner_id=responsible_manager(folder_id),
                pack=pack,
            )


@transaction.atomic
def decide_on_missed(
    meeting_id: UUID, decided: Mapping[UUID, MissedIn], *, knows_family: bool | None
) -> None:
    """A manager decides, by folder, what it means for each child's safety that somebody stays away, and what is tried
    next. With a conflict of interests not resolved for the child it stays owed until another manager upholds it.

    Raises Refused where none is owed on a child, or one waits for a ruling already."""
    permit(Permission.SIGN_OFF)
    meeting = locked(meeting_id)
    if set(decided) - set(children_of(meeting.id)):
        raise NotFound
    if not decided or set(decided) - set(queries.missed_owed(meeting.id)):
        raise Refused("No decision on these missed meetings is owed any more.")
    rules.knows_nobody(knows_family).or_refuse()
    if waiting := _waiting(meeting.id).filter(folder_id__in=decided).select_related("maker").first():
        raise Refused(
            f"{waiting.maker.name} decided on this with a conflict of interests that was not resolved for the child: "
            f"{waiting.outcome}. A manager has still to rule on that."
        )
    if not all(one.outcome.strip() for one in decided.values()):
        raise Refused("Say what you decide for the child’s safety", "outcome")
    pack = pack_in_force()
    made = records.decide(
        [
            deciding(
                meeting, pack, folder_id, one.outcome, one.reasons, kind=DecisionKind.MISSED_MEETINGS,
                conflict=one.conflict.conflict, conflict_resolved=one.conflict.conflict_resolved,
                for_the_child=one.conflict.for_the_child,
            )
            for folder_id, one in decided.items()
        ]
    )  # fmt: skip
    for decision in made:
        if decision.awaits_ruling:
            ruling_owed(meeting.id, decision, pack)
        else:
            _takes_effect(meeting.id, decision)
        record(Verb.WROTE, "meetings.decide_on_missed", folder_id=decision.folder_id, subject=meeting)


def _waiting(meeting_id: UUID) -> QuerySet[Decision]:
    """Decisions on missed meetings on which a manager has still to rule."""
    return Decision.objects.filter(
        kind=DecisionKind.MISSED_MEETINGS.value,
        subject_id=meeting_id,
        awaits_ruling=True,
        ruling__isnull=True,
    )


def _takes_effect(meeting_id: UUID, decision: Decision) -> None:
    duties.happened(
        "missed_meetings_decided", [decision.folder_id], subject_id=meeting_id, at=now(), pack=pack_in_force()
    )


def missed_ruled_on(decision_id: UUID, *, upholds: bool, reasons: str) -> Decision:
    """A manager rules on a decision on missed meetings: upheld, it is decided; else it is owed as before. A step of the
    ruling. Raises NotFound where the decision is none of these."""
    decision = Decision.objects.filter(id=decision_id, kind=DecisionKind.MISSED_MEETINGS.value).first()
    if decision is None or decision.subject_id is None:
        raise NotFound
    ruling = records.rule_on(decision_id, upholds=upholds, reasons=reasons)
    if upholds:
        _takes_effect(decision.subject_id, decision)
    return ruling


def missed_stands_no_more(meeting_id: UUID) -> None:
    """The meeting was not held after all: nobody rules on what was decided about who missed it. A step of that."""
    for decision in _waiting(meeting_id):
        duties.never_were(
            Duty.objects.filter(subject_id=decision.id, kind="decision_on_conflict"),
            "The meeting was not held after all.",
        )
