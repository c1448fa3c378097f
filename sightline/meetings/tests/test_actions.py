"""A meeting from being called to its minutes, as the people who call, chair and come to it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from sightline.agencies.tests.factories import as_practitioner
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.meetings import actions, hooks, queries
from sightline.meetings.actions import DecisionIn, SaidIn
from sightline.meetings.models import Meeting, MeetingChild
from sightline.meetings.terms import Came, ChildStage, MeetingState, Purpose
from sightline.procedures.models import Duty
from sightline.records.models import Decision

from .factories import call, everybody_came, in_days, invite_all, invited, make_family, prepare

pytestmark = pytest.mark.django_db


def test_a_conference_from_call_to_minutes(monkeypatch) -> None:
    told: list[tuple[str, hooks.Happened]] = []
    monkeypatch.setattr(hooks, "held", [lambda h: told.append(("held", h))])
    monkeypatch.setattr(hooks, "concluded", [lambda h: told.append(("concluded", h))])
    family = make_family()
    meeting_id = call(family)
    ids = invite_all(family, meeting_id)
    prepare(family, meeting_id)
    with as_practitioner(family.worker):
        assert not Duty.objects.filter(kind="invitation_to_family", closed_at__isnull=True).exists()
    with time_machine.travel(in_days(10) + timedelta(minutes=5)), as_practitioner(family.chair):
        actions.hold(meeting_id, people=everybody_came(meeting_id))
        assert Duty.objects.filter(kind="minutes_of_meeting", closed_at__isnull=True).count() == 2
        actions.write_minutes(
            meeting_id,
            [
                SaidIn(ids["Ana"], "I want help, but not a plan."),
                SaidIn(ids["Jon"], words_by_folder={family.maya: "She is safe with me."}),
            ],
        )
        actions.decide(
            meeting_id,
            [
                DecisionIn(
                    family.maya,
                    "Child protection plan: neglect",
                    "She goes without her hearing aids, and early help was not enough.",
                    dissents={ids["Ana"]: "A plan is not fair on us."},
                ),
                DecisionIn(family.theo, "Child in need plan", "He is well cared for at nursery and at home."),
            ],
        )
        with pytest.raises(Refused, match="how they took part"):
            actions.conclude(meeting_id)
        for folder in (family.maya, family.theo):
            actions.tell_child(
                meeting_id, folder, ChildStage.PART, done=True, words="Her letter was read out."
            )
        actions.conclude(meeting_id)
        shown = queries.meeting(meeting_id)
    assert shown.state is MeetingState.CONCLUDED
    maya, theo = shown.children
    assert [d.outcome for d in maya.decisions] == ["Child protection plan: neglect"]
    assert maya.decisions[0].dissents == (("Ana Ferreira", "A plan is not fair on us."),)
    assert maya.decisions[0].maker == "Ruth Lindqvist"
    assert [s.words for s in maya.said] == ["I want help, but not a plan.", "She is safe with me."]
    assert [s.words for s in theo.said] == ["I want help, but not a plan."]
    assert [what for what, _ in told] == ["held", "concluded"]
    assert told[1][1].folder_ids == (family.maya, family.theo)
    assert told[1][1].purpose is Purpose.INITIAL_CONFERENCE
    with as_practitioner(family.worker):
        assert {d.kind for d in Decision.objects.filter(subject_id=meeting_id)} == {"meeting"}
        assert not Duty.objects.filter(kind="minutes_of_meeting", closed_at__isnull=True).exists()


@pytest.mark.obligation("FAM-01")
def test_the_family_is_invited_before_the_meeting_or_it_says_why() -> None:
    family = make_family()
    meeting_id = call(family)
    invite_all(family, meeting_id)
    with time_machine.travel(in_days(10) + timedelta(minutes=5)), as_practitioner(family.chair):
        people = everybody_came(meeting_id)
        with pytest.raises(Refused, match="Ana Ferreira was not given the invitation"):
            actions.hold(meeting_id, people=people)
        actions.hold(meeting_id, people=people, unready_why="The family asked for it to be held at once.")
        shown = queries.meeting(meeting_id)
    assert "Jon Lund was not given the papers" in shown.row.unready
    assert shown.row.unready_why == "The family asked for it to be held at once."


def test_without_quorum_only_with_a_reason() -> None:
    family = make_family()
    meeting_id = call(family)
    invite_all(family, meeting_id)
    prepare(family, meeting_id)
    with time_machine.travel(in_days(10) + timedelta(minutes=5)), as_practitioner(family.chair):
        people = everybody_came(meeting_id, Dana=Came.APOLOGISED, Ruth=Came.CAME, Owen=Came.APOLOGISED)
        with pytest.raises(Refused, match=r"quorum is not met: 2 of at least 3 agencies"):
            actions.hold(meeting_id, people=people)
        actions.hold(
            meeting_id, people=people, without_quorum_why="The police are at court; the child cannot wait."
        )
        row = Meeting.objects.get(id=meeting_id)
    assert row.quorate is False
    assert row.lacked == "2 of at least 3 agencies"


def test_two_chairs_recording_at_once() -> None:
    family = make_family()
    meeting_id = call(family)
    invite_all(family, meeting_id)
    prepare(family, meeting_id)
    with time_machine.travel(in_days(10) + timedelta(minutes=5)):
        with as_practitioner(family.worker):
            opened = queries.meeting(meeting_id).row.version
        with as_practitioner(family.chair):
            actions.hold(meeting_id, people=everybody_came(meeting_id))
        with (
            as_practitioner(family.worker),
            pytest.raises(Refused, match=r"Ruth Lindqvist recorded who came at \d\d:\d\d"),
        ):
            actions.write_minutes(meeting_id, [SaidIn(None, "Maya is well.")], version=opened)


def test_a_meeting_is_seen_by_the_invited_and_a_part_by_its_folder_alone() -> None:
    family = make_family()
    meeting_id = call(family)
    with as_practitioner(family.worker):
        actions.invite(meeting_id, actions.Invitee.practitioner(family.officer.pk))
    with as_practitioner(family.officer):
        shown = queries.meeting(meeting_id)
        assert shown.children == ()
        assert MeetingChild.objects.count() == 0
        assert [line.id for line in queries.mine()] == [meeting_id]
        with pytest.raises(Refused, match="do not arrange it"):
            actions.cancel(meeting_id, "No reason")
    with as_practitioner(family.stranger):
        assert Meeting.objects.count() == 0
        with pytest.raises(NotFound):
            queries.meeting(meeting_id)
        with pytest.raises(NotFound):
            actions.cancel(meeting_id, "No reason")
        with pytest.raises(NotFound):
            actions.call(Purpose.CORE_GROUP, [family.maya], in_days(3), place="Here")


def test_an_invitation_opens_the_records_for_the_meeting_alone() -> None:
    family = make_family()
    meeting_id = call(family)
    invite_all(family, meeting_id)
    with as_practitioner(family.visitor):
        assert len(queries.meeting(meeting_id).children) == 2
    with time_machine.travel(now() + timedelta(days=45)), as_practitioner(family.visitor):
        opens = queries.meeting(meeting_id).person(invited(meeting_id)["Ngozi"]).row.opens_until
        assert opens is not None
        assert opens < now()
