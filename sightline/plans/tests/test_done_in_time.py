"""What was done in time was in time, however late somebody came to write it down: every duty whose event has a time of
its own is measured by that time, whether or not the sweep has marked it as missed meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from sightline.agencies.tests.factories import as_practitioner
from sightline.children.terms import LivesAt
from sightline.enquiries.actions import emergency, looked_after, medical
from sightline.enquiries.actions.contact import AttemptIn, record_attempt
from sightline.enquiries.terms import ContactWay, EmergencyKind, LegalBasis, Reached
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now, today
from sightline.kernel.viewer import Viewer, looking_as
from sightline.meetings import actions as meetings
from sightline.meetings.actions import AttendanceIn, Invitee, tell_child
from sightline.meetings.models import Invitation, Meeting
from sightline.meetings.terms import Came, ChildStage, GivenKind, How, Purpose
from sightline.plans import actions
from sightline.plans.actions import IncidentIn
from sightline.plans.terms import IncidentKind, ReviewResult
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty, DutyEvent
from sightline.procedures.terms import DutyAct, DutyState
from sightline.records.actions import Answered, sign_entry
from sightline.records.terms import EntryKind
from sightline.voice import actions as voice
from sightline.voice.actions import AdvocacyStep, RightsExplained, WishesIn
from sightline.voice.terms import AdvocacyAct, Answer, Explained, Heard, RightsForm

from .factories import AT_NO_MEETING, WISHED, Family, a_visit, begun, hear, make_family, reviewed, signed

pytestmark = pytest.mark.django_db

AGO = timedelta(days=3)
"""Everything below was done three days ago, and is written down now."""


def _owed(family: Family, kind: str, subject_id: UUID | None = None) -> UUID:
    """A duty that began to run a month ago, on that subject where it is about one."""
    with as_practitioner(family.manager):
        [duty] = duties.open_duties(
            [
                duties.Opening(
                    family.maya,
                    kind,
                    now() - timedelta(days=1),
                    subject_id=subject_id,
                    owner_id=family.worker.pk,
                )
            ]
        )
    return duty.id


def _running(family: Family, kind: str) -> UUID:
    with as_practitioner(family.manager):
        return Duty.objects.get(folder_id=family.maya, kind=kind, closed_at__isnull=True).id


def visit_under_the_plan(family: Family) -> tuple[UUID, Callable[[], Any]]:
    plan = begun(family, began_on=today() - timedelta(days=20))
    sent = a_visit(visited_at=now() - AGO, late_why="Away with the flu.")
    return _running(family, "child_protection_visit"), lambda: actions.record_visit(plan, sent)


def visit_in_the_record(family: Family) -> tuple[UUID, Callable[[], Any]]:
    begun(family, began_on=today() - timedelta(days=20))
    answers = [
        Answered(name, name, value, value)
        for name, value in (("where", "At home"), ("seen", "yes"), ("seen_alone", "yes"))
    ]
    return _running(family, "child_protection_visit"), lambda: sign_entry(
        {family.maya: "She drew for me."}, kind=EntryKind.VISIT, happened_at=now() - AGO, answers=answers,
        on_form=True, late_why="Away with the flu.",
    )  # fmt: skip


def core_group(family: Family) -> tuple[UUID, Callable[[], Any]]:
    plan = begun(family, began_on=today() - timedelta(days=20))
    return _running(family, "first_core_group"), lambda: actions.core_group_met(
        plan, now() - AGO, family_came=1, without_quorum_why="The others were told by telephone."
    )


def _meeting(family: Family, purpose: Purpose, process_id: UUID | None = None) -> UUID:
    """A meeting of three days ago, to which its chair alone was asked."""
    with as_practitioner(family.chair):
        meeting_id = meetings.call(
            purpose, [family.maya], now() + timedelta(days=1), chair_id=family.chair.pk, place="Room 2",
            agenda="How is she?", process_id=process_id,
            earlier_why="It was agreed by telephone, and is written down only now.",
        )  # fmt: skip
        Meeting.objects.filter(id=meeting_id).update(
            starts_at=now() - AGO, called_at=now() - timedelta(days=9)
        )
        if not Invitation.objects.filter(meeting_id=meeting_id, practitioner=family.chair).exists():
            meetings.invite(meeting_id, Invitee.practitioner(family.chair.pk))
    return meeting_id


def _held(meeting_id: UUID) -> None:
    invited = Invitation.objects.filter(meeting_id=meeting_id, withdrawn_at__isnull=True)
    meetings.hold(
        meeting_id, began_at=now() - AGO, people=[AttendanceIn(row.id, Came.CAME) for row in invited],
        without_quorum_why="Nobody else could come, and she could not wait.",
        unready_why="Written down only now; the family was told by telephone.",
    )  # fmt: skip


def core_group_as_a_meeting(family: Family) -> tuple[UUID, Callable[[], Any]]:
    plan = begun(family, began_on=today() - timedelta(days=20))
    meeting_id = _meeting(family, Purpose.CORE_GROUP, plan)
    return _running(family, "first_core_group"), lambda: _held(meeting_id)


def conference(family: Family) -> tuple[UUID, Callable[[], Any]]:
    """Held in time; its minutes are finished when the clock has run out."""
    process = uuid7()
    duty = _owed(family, "initial_conference", process)
    meeting_id = _meeting(family, Purpose.INITIAL_CONFERENCE, process)
    with as_practitioner(family.chair):
        _held(meeting_id)
        tell_child(meeting_id, family.maya, ChildStage.BEFORE, done=False, words="Nobody found her in time.")
        tell_child(
            meeting_id, family.maya, ChildStage.PART, done=False, words="She is too young for the room."
        )
        meetings.write_minutes(
            meeting_id,
            [
                meetings.SaidIn(None, "Mornings are hard."),
            ],
        )
        meetings.decide(
            meeting_id,
            [
                meetings.DecisionIn(
                    family.maya,
                    "A plan is needed",
                    "Neglect has gone on although help was given.",
                    wishes=WishesIn(why_not="She was asked twice."),
                )
            ],
            knows_family=False,
        )
    return duty, lambda: meetings.conclude(meeting_id)


def review(family: Family) -> tuple[UUID, Callable[[], Any]]:
    plan = begun(family, began_on=today() - timedelta(days=100))
    item = signed(family, plan)

    def close() -> None:
        opened = actions.start_review(plan, (now() - AGO).date(), without_quorum_why=AT_NO_MEETING)
        actions.answer_outcome(opened, item, reviewed())
        hear(family, plan, review_id=opened)
        with as_practitioner(family.chair):
            actions.close_review(
                opened, ReviewResult.CONTINUES, "It has begun to help her.", WISHED, knows_family=False
            )

    return _running(family, "first_review_conference"), close


def return_conversation(family: Family) -> tuple[UUID, Callable[[], Any]]:
    began = now() - timedelta(days=5)
    with as_practitioner(family.worker):
        [row] = actions.record_incident(
            [family.maya],
            IncidentIn(IncidentKind.MISSING, began, "Not home.", "Her mother", began + timedelta(hours=3)),
        )
    return _running(family, "return_interview"), lambda: actions.talk_after_return(
        row,
        held_at=now() - AGO,
        by_whom="Street Line",
        independent=True,
        place="The pier",
        alone=True,
        said="I walked to the sea.",
    )


def transfer_in(family: Family) -> tuple[UUID, Callable[[], Any]]:
    with as_practitioner(family.worker):
        row = actions.receive_transfer(family.maya, "Northmoor Council", "Their reports.", category="NEG")
    return _running(family, "transfer_in_conference"), lambda: actions.answer_transfer(
        row,
        actions.TransferAnswer(
            accepted=False, answered_by="Ruth Head, Eastmarch Council", words="They stay there after all.",
            conference_on=(now() - AGO).date(),
        ),
    )  # fmt: skip


def a_medical(family: Family) -> tuple[UUID, Callable[[], Any]]:
    with as_practitioner(family.worker):
        row = medical.ask_for_medical(
            family.maya, reasons="To see how old the bruises are.", asked_of="Dr Hale"
        )
    return _running(family, "medical"), lambda: medical.write_medical(
        row.id,
        medical.MedicalIn(
            consent="Her mother, in writing.", done_at=now() - AGO, done_by="Dr Hale", result="Two bruises.",
            told="Both parents.",
        ),
    )  # fmt: skip


def _police(family: Family) -> emergency.EmergencyIn:
    return emergency.EmergencyIn(
        EmergencyKind.POLICE, now() - AGO, "PC 1182", "Found alone at night.", "Nobody could be reached.",
        "With foster carers.", "Told at the door.",
    )  # fmt: skip


def protection_at_once(family: Family) -> tuple[UUID, Callable[[], Any]]:
    duty = _owed(family, "immediate_protection", uuid7())
    return duty, lambda: emergency.begin_emergency(family.maya, _police(family))


def police_protection_ended(family: Family) -> tuple[UUID, Callable[[], Any]]:
    with as_practitioner(family.worker):
        row = emergency.begin_emergency(family.maya, _police(family))
    return _running(family, "police_protection_ends"), lambda: emergency.end_emergency(
        row.id, now() - AGO, "She went to her grandmother with both parents' agreement."
    )


def _looked_after(family: Family) -> None:
    begun(family, began_on=today() - timedelta(days=20))
    with as_practitioner(family.manager):
        looked_after.become_looked_after(
            family.maya,
            looked_after.LookedAfterIn(
                began_on=today() - timedelta(days=6), basis=LegalBasis.AGREED, basis_words="Agreed in writing.",
                network="Both grandmothers were asked.", reasons="Nobody could care for her safely at home.",
                lives_at=LivesAt.FOSTER_CARE, placed_with="Foster carers", area="Saltwick", knows_family=False,
                wishes=WishesIn(why_not="She was too frightened to say."),
            ),
        )  # fmt: skip


def placement_visit(family: Family) -> tuple[UUID, Callable[[], Any]]:
    _looked_after(family)
    sent = AttemptIn(
        now() - AGO, ContactWay.VISIT, "Maya", Reached.SEEN, "With her carers, drawing.", seen_alone=True
    )
    return _running(family, "first_placement_visit"), lambda: record_attempt(family.maya, sent)


def placement_visit_in_the_record(family: Family) -> tuple[UUID, Callable[[], Any]]:
    _looked_after(family)
    answers = [
        Answered(n, n, v, v) for n, v in (("where", "At her carers'"), ("seen", "yes"), ("seen_alone", "yes"))
    ]
    return _running(family, "first_placement_visit"), lambda: sign_entry(
        {family.maya: "She showed me her room."}, kind=EntryKind.VISIT, happened_at=now() - AGO, answers=answers,
        on_form=True, late_why="Away with the flu.",
    )  # fmt: skip


def child_heard(family: Family) -> tuple[UUID, Callable[[], Any]]:
    said = voice.Said(Heard.TALKING, now() - AGO, "At school", True, said="I want to go home.")
    return _owed(family, "hear_the_child", uuid7()), lambda: voice.hear(family.maya, said)


def child_answered(family: Family) -> tuple[UUID, Callable[[], Any]]:
    with as_practitioner(family.worker):
        said = voice.Said(Heard.TALKING, now() - timedelta(days=6), "At school", True, said="I want to go home.",
                          wants="To hear when")  # fmt: skip
        view = voice.hear(family.maya, said)
    told = voice.Explaining(
        "On Friday, with Mum.", now() - AGO, Explained.TALKING, [view.id], answer=Answer.YES
    )
    return _running(family, "answer_to_child"), lambda: voice.explain(family.maya, told)


def advocate_offered(family: Family) -> tuple[UUID, Callable[[], Any]]:
    step = AdvocacyStep(AdvocacyAct.OFFERED, (now() - AGO).date())
    return _owed(family, "offer_advocate", uuid7()), lambda: voice.advocacy(family.maya, step)


def rights_explained(family: Family) -> tuple[UUID, Callable[[], Any]]:
    told = RightsExplained(RightsForm.MIDDLE, Explained.TALKING, now() - AGO)
    return _owed(family, "explain_rights", uuid7()), lambda: voice.tell_rights(family.maya, told)


EVENTS = [
    visit_under_the_plan, visit_in_the_record, core_group, core_group_as_a_meeting, conference, review,
    return_conversation, transfer_in, a_medical, protection_at_once, police_protection_ended, placement_visit,
    placement_visit_in_the_record, child_heard, child_answered, advocate_offered, rights_explained,
]  # fmt: skip


def _move(duty_id: UUID, due_at: datetime) -> None:
    changed = Duty.objects.filter(id=duty_id).update(
        started_at=due_at - timedelta(days=30), due_at=due_at, soon_at=due_at, critical_at=due_at
    )
    assert changed == 1


@pytest.mark.obligation("TIM-03")
@pytest.mark.parametrize("swept", [False, True], ids=["before the sweep", "after the sweep"])
@pytest.mark.parametrize("in_time", [True, False], ids=["in time", "late"])
@pytest.mark.parametrize("event", EVENTS, ids=lambda e: e.__name__)
def test_a_duty_is_met_when_the_thing_was_done_and_not_when_it_was_written_down(event, in_time, swept):
    family = make_family()
    duty_id, do = event(family)
    with as_practitioner(family.manager):
        # Due after it was done and before now, or before it was done.
        _move(duty_id, now() - (timedelta(days=1) if in_time else timedelta(days=5)))
    if swept:
        with looking_as(Viewer.for_job("duties")):
            duties.mark_missed()
    with as_practitioner(family.chair if event in (conference, core_group_as_a_meeting) else family.worker):
        do()
        duty = Duty.objects.get(id=duty_id)
        acts = list(DutyEvent.objects.filter(duty=duty).order_by("at", "id").values_list("act", "done_at"))
    if in_time:
        assert duty.state == DutyState.DISCHARGED.value
        assert duty.closed_at <= duty.due_at + timedelta(days=1)
        assert [a for a, _ in acts][-1] == (DutyAct.WRITE_UP if swept else DutyAct.DISCHARGE).value
        assert (DutyAct.MISS.value in [a for a, _ in acts]) is swept, (
            "what the sweep said stays on the record"
        )
    else:
        assert duty.state == DutyState.DONE_LATE.value
        assert duty.closed_at is None, "it stays in sight until somebody answers for it"
    assert acts[-1][1] is not None, "the history says when it was done"


@pytest.mark.obligation("FAM-01")
def test_the_family_had_its_invitation_when_it_had_it():
    family = make_family()
    with as_practitioner(family.worker):
        meeting_id = meetings.call(
            Purpose.CHILD_IN_NEED_REVIEW, [family.maya], now() + timedelta(days=10), chair_id=family.worker.pk,
            place="At school", agenda="How is she?", earlier_why="Help began before there was a plan.",
        )  # fmt: skip
        meetings.invite(meeting_id, Invitee.family(family.mother, "Mother"))
        row = Invitation.objects.get(meeting_id=meeting_id, person_id=family.mother)
        duty = Duty.objects.get(subject_id=meeting_id, kind="invitation_to_family")
        _move(duty.id, now() - timedelta(days=1))
        meetings.give(row.id, GivenKind.INVITATION, how=How.BY_HAND, at=now() - AGO, form="invitation")
        meetings.give(row.id, GivenKind.PAPERS, how=How.BY_HAND, at=now() - AGO)
        assert Duty.objects.get(id=duty.id).state == DutyState.DISCHARGED.value


@pytest.mark.obligation("CHD-01")
def test_an_earlier_visit_written_after_a_later_one_shows_that_the_earlier_duty_was_met_in_time():
    family = make_family()
    plan = begun(family, began_on=today() - timedelta(days=20))
    first = _running(family, "child_protection_visit")
    with as_practitioner(family.worker):
        _move(first, now() - timedelta(days=2))
        actions.record_visit(plan, a_visit())
        assert Duty.objects.get(id=first).state == DutyState.DONE_LATE.value
        actions.record_visit(plan, a_visit(visited_at=now() - AGO, late_why="Written from my notebook."))
        assert Duty.objects.get(id=first).state == DutyState.DISCHARGED.value
        [after] = Duty.objects.filter(subject_id=plan, kind="child_protection_visit", closed_at__isnull=True)
        assert after.started_at > now() - timedelta(days=1), "the next visit is counted from the later one"
