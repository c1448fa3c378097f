"""Who came, whether the quorum was met, and that it was not held after all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.kernel.time import LONDON, now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty, DutyEvent
from sightline.procedures.terms import DutyAct

from .. import hooks, queries, rules
from ..models import (
    Attendance,
    DecisionTakenBack,
    Invitation,
    Meeting,
    MeetingDecision,
)
from ..terms import (
    Came,
    InviteeKind,
    MeetingAct,
    MeetingState,
    Purpose,
)
from .absence import ask_about_absent, missed_stands_no_more
from .base import (
    changed,
    children_of,
    happened,
    locked,
    me,
    note_change,
    rule_of,
    said_when,
    stamp,
    still_open,
    tell_rooms,
    tell_trail,
)


@dataclass(frozen=True)
class AttendanceIn:
    """How one invited person took part. `words`: who came instead, or what was tried so that they could come."""

    invitation_id: UUID
    came: Came
    words: str = ""
    report: bool = False
    supporter_came: bool | None = None
    interpreter_used: bool | None = None
    no_interpreter_why: str = ""


@transaction.atomic
def record_attendance(
    meeting_id: UUID, people: Sequence[AttendanceIn], *, version: int | None = None
) -> None:
    """Who came, apologised, sent a report; the latest that is recorded of somebody holds."""
    permit(Permission.WRITE_FOLDER)
    meeting = locked(meeting_id, version=version)
    still_open(meeting)
    _attendance_rows(meeting, people)
    changed(meeting, "recorded who came")
    tell_trail(meeting, "meetings.record_attendance")


def _attendance_rows(meeting: Meeting, people: Sequence[AttendanceIn]) -> None:
    invited = {row.id: row for row in Invitation.objects.filter(meeting=meeting, withdrawn_at__isnull=True)}
    for one in people:
        row = invited.get(one.invitation_id)
        if row is None:
            raise NotFound
        of_family = row.kind in (InviteeKind.FAMILY.value, InviteeKind.CHILD.value)
        name = row.name or "the child"
        if one.came is Came.SENT_SOMEBODY and not one.words.strip():
            raise Refused(f"Say who came in place of {name}.", f"words_{row.id}")
        if of_family and one.came is Came.NOT_THERE and not one.words.strip():
            raise Refused(f"Say what was tried so that {name} could take part.", f"words_{row.id}")
        if (
            row.needs_interpreter
            and one.came.took_part
            and one.interpreter_used is not True
            and not one.no_interpreter_why.strip()
        ):
            raise Refused(
                f"{name} needs an interpreter. Say whether one was there, or why not.",
                f"interpreter_{row.id}",
            )
        Attendance(
            **stamp(row),
            came=one.came.value,
            words=one.words.strip(),
            report=one.report,
            supporter_came=one.supporter_came,
            interpreter_used=one.interpreter_used,
            no_interpreter_why=one.no_interpreter_why.strip(),
        ).save(force_insert=True)


@transaction.atomic
def hold(
    meeting_id: UUID,
    *,
    began_at: datetime | None = None,
    people: Sequence[AttendanceIn] = (),
    without_quorum_why: str = "",
    unready_why: str = "",
    version: int | None = None,
) -> None:
    """The meeting took place: who took part, whether the quorum was met, what the family had before it.

    Duties follow as the pack says, and rooms above are told. Raises Refused where somebody's attendance is not
    said, or the quorum or the family's preparation lacks something and no reason is given.
    """
    permit(Permission.WRITE_FOLDER)
    meeting = locked(meeting_id, version=version)
    rules.after(MeetingState(meeting.state), MeetingAct.HOLD)
    began = began_at or now()
    if began > now():
        raise Refused(
            "The meeting cannot have begun in the future. Give the time at which it began.", "began_at"
        )
    _attendance_rows(meeting, people)
    rule, pack = rule_of(meeting)
    rules.may_be_about(
        Purpose(meeting.purpose), queries.about(children_of(meeting.id)), began.astimezone(LONDON).date()
    ).or_refuse()
    people_there = queries.present(meeting.id)
    lacks = queries.quorum_lacks(rule, pack, people_there, meeting_id=meeting.id)
    unready = queries.unready(meeting.id, rule, pack, began)
    rules.may_hold(
        unanswered=[one.name for one in people_there if one.came is None],
        lacks=lacks,
        without_quorum_why=without_quorum_why,
        unready=unready,
        unready_why=unready_why,
    ).or_refuse()
    meeting.began_at, meeting.quorate, meeting.lacked = began, not lacks, "; ".join(lacks)
    meeting.held_written_at = now()
    meeting.without_quorum_why = without_quorum_why.strip() if lacks else ""
    meeting.unready, meeting.unready_why = "; ".join(unready), unready_why.strip() if unready else ""
    changed(meeting, "recorded who came", MeetingAct.HOLD)
    folders = children_of(meeting.id)
    for event in rule.on_held:
        happened(event, meeting, folders, pack, began)
    ask_about_absent(meeting, rule, pack, folders)
    tell_trail(meeting, "meetings.hold")
    tell_rooms(hooks.held, meeting, folders)


@transaction.atomic
def not_held(
    meeting_id: UUID, why: str, *, knows_family: bool | None = None, version: int | None = None
) -> None:
    """It was recorded as held by mistake: it is called as before, and what its being held had done and opened is as it
    was. What was written stays; what was decided stays readable and stands no more: by its chair, who says whether they
    know the family. Raises Refused without a reason, or where a room above has gone on from what was decided."""
    acting = permit(Permission.WRITE_FOLDER)
    meeting = locked(meeting_id, version=version)
    rules.after(MeetingState(meeting.state), MeetingAct.NOT_HELD)
    if not why.strip():
        raise Refused("Say why it was not held after all.", "why")
    decided = list(
        MeetingDecision.objects.filter(meeting=meeting, taken_back__isnull=True).select_related("decision")
    )
    if decided:
        rules.leads(
            chair=meeting.chair_id, viewer=acting.practitioner_id, chair_name=meeting.chair.name
        ).or_refuse()
        rules.knows_nobody(knows_family).or_refuse()
    folders = children_of(meeting.id)
    # First what this room knows of: a room above may know what met a duty instead.
    _owed_before(meeting, folders)
    tell_rooms(hooks.not_held, meeting, folders, why=why.strip())
    _stand_no_more(decided, why.strip())
    missed_stands_no_more(meeting.id)
    assert meeting.began_at is not None
    note_change(
        meeting, f"Not held after all; it had been recorded as held on {said_when(meeting.began_at)}", why
    )
    meeting.began_at, meeting.held_written_at, meeting.not_held_at = None, None, now()
    meeting.quorate, meeting.lacked, meeting.without_quorum_why = None, "", ""
    meeting.unready, meeting.unready_why = "", ""
    changed(meeting, "took back that it was held", MeetingAct.NOT_HELD)
    tell_trail(meeting, "meetings.not_held")


def _stand_no_more(decided: Sequence[MeetingDecision], why: str) -> None:
    """Decisions of a meeting that was not held: readable with the reason, and nobody rules on them any more."""
    for row in decided:
        DecisionTakenBack(folder_id=row.folder_id, decision=row, words=why, at=now(), by_id=me()).save(
            force_insert=True
        )
        duties.never_were(
            Duty.objects.filter(subject_id=row.decision_id, kind="decision_on_conflict"),
            "The meeting that decided was not held after all.",
        )


def _owed_before(meeting: Meeting, folder_ids: Sequence[UUID]) -> None:
    """What was owed until the meeting was held is owed again, what is owed because it was held is not."""
    assert meeting.began_at is not None
    rule, pack = rule_of(meeting)
    day = meeting.began_at.astimezone(LONDON).date()
    events = [pack.event(one, day) for one in (*rule.on_held, "family_stayed_away")]
    reason = "It was taken back that the meeting was held."
    opened = Duty.objects.filter(
        subject_id=meeting.id, folder_id__in=folder_ids, opened_at__gte=meeting.held_written_at,
        kind__in={kind for event in events for kind in event.opens},
    )  # fmt: skip
    duties.never_were(opened, reason)
    subjects = [meeting.id, *([meeting.process_id] if meeting.process_id else [])]
    done = DutyEvent.objects.filter(
        duty__subject_id__in=subjects, duty__folder_id__in=folder_ids,
        act__in=(DutyAct.DISCHARGE.value, DutyAct.WRITE_UP.value),
        duty__kind__in={kind for event in events for kind in event.discharges}, at__gte=meeting.held_written_at,
    )  # fmt: skip
    duties.owe_again(list(Duty.objects.filter(id__in=done.values("duty_id"))), reason)
