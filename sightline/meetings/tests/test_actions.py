"""A meeting from being called to its minutes, as the people who call, chair and come to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection

from sightline.access.models import Grant
from sightline.access.tests.factories import let_in
from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner, make_practitioner, setting_up
from sightline.children.actions import answer_identity, record_adult, tie
from sightline.children.rules import Answer, Birth, Names, NewAdult, NewTie
from sightline.children.terms import Answered, IdentityQuestion, Kinship, Known
from sightline.kernel.time import now, today
from sightline.kernel.together import answer
from sightline.kernel.verdicts import NotFound, Refused
from sightline.meetings import actions, hooks, queries
from sightline.meetings.actions import DecisionIn, Invitee, SaidIn
from sightline.meetings.models import ChildTold, Invitation, KeepApart, Meeting, MeetingChild, Said
from sightline.meetings.terms import (
    Came,
    ChildStage,
    GivenKind,
    How,
    MeetingState,
    Purpose,
    SupporterAnswer,
    Topic,
)
from sightline.procedures.models import TO_DO, Duty
from sightline.records.models import Decision

from .factories import (
    NOT_LEARNT,
    call,
    everybody_came,
    in_days,
    invite_all,
    invited,
    make_family,
    prepare,
    send_report,
)

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
                    wishes=NOT_LEARNT,
                ),
                DecisionIn(
                    family.theo,
                    "Child in need plan",
                    "He is well cared for at nursery and at home.",
                    wishes=NOT_LEARNT,
                ),
            ],
            knows_family=False,
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
    assert maya.decisions[0].dissents == (("Ana Ferreira", "A plan is not fair on us.", ids["Ana"]),)
    assert maya.decisions[0].maker == "Ruth Lindqvist"
    assert [s.words for s in maya.said] == ["I want help, but not a plan.", "She is safe with me."]
    assert [s.words for s in theo.said] == ["I want help, but not a plan."]
    assert [what for what, _ in told] == ["held", "concluded"]
    assert told[1][1].folder_ids == (family.maya, family.theo)
    assert told[1][1].purpose is Purpose.INITIAL_CONFERENCE
    with as_practitioner(family.worker):
        assert {d.kind for d in Decision.objects.filter(subject_id=meeting_id)} == {"meeting"}
        assert not Duty.objects.filter(kind="minutes_of_meeting", closed_at__isnull=True).exists()


@pytest.mark.obligation("REC-05")
def test_a_meeting_about_siblings_that_was_not_held_is_owed_again_for_each_of_them() -> None:
    family = make_family()
    meeting_id = call(family, when=now() + timedelta(hours=1))
    with as_practitioner(family.chair):
        clocks = Duty.objects.filter(kind="invitation_to_family", subject_id=meeting_id)
        due = set(clocks.values_list("folder_id", "due_at"))
        assert {folder for folder, _due in due} == {family.maya, family.theo}
    invite_all(family, meeting_id)
    with time_machine.travel(now() + timedelta(hours=2)), as_practitioner(family.chair):
        actions.hold(
            meeting_id, people=everybody_came(meeting_id), without_quorum_why="It cannot wait.",
            unready_why="The court sits tomorrow.",
        )  # fmt: skip
        assert not clocks.filter(TO_DO).exists()
        minutes = Duty.objects.filter(kind="minutes_of_meeting", subject_id=meeting_id)
        minutes.update(due_at=now() - timedelta(minutes=1), state="missed")
        actions.not_held(meeting_id, "It was recorded on the wrong meeting.", knows_family=False)
        assert sorted(clocks.filter(TO_DO).values_list("folder_id", "due_at")) == sorted(due), "once for each"
        assert set(minutes.values_list("state", flat=True)) == {"withdrawn"}, "of no meeting, none are missed"


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


@pytest.mark.obligation("FAM-01")
def test_a_parent_whom_nobody_invited_is_named_before_the_meeting_and_it_is_held_with_a_reason_alone() -> (
    None
):
    family = make_family()
    meeting_id = call(family)
    with as_practitioner(family.worker):
        assert queries.meeting(meeting_id).unready == (
            "Ana Ferreira (mother) is not invited", "Jon Lund (father) is not invited",
        )  # fmt: skip
    invite_all(family, meeting_id)
    prepare(family, meeting_id)
    with as_practitioner(family.worker):
        assert queries.meeting(meeting_id).unready == ()
        actions.withdraw_invitation(invited(meeting_id)["Jon"], "He is away at sea.")
        assert queries.meeting(meeting_id).unready == ("Jon Lund (father) is not invited",)
    with time_machine.travel(in_days(10) + timedelta(minutes=5)), as_practitioner(family.chair):
        people = everybody_came(meeting_id)
        with pytest.raises(Refused, match=r"Jon Lund \(father\) is not invited"):
            actions.hold(meeting_id, people=people)
        actions.hold(meeting_id, people=people, unready_why="He is away at sea and was told by letter.")
        assert queries.meeting(meeting_id).row.unready == "Jon Lund (father) is not invited"


@pytest.mark.obligation("FAM-08")
@pytest.mark.parametrize(
    ("lives_there", "named"), [(Known.YES, True), (Known.NO, False), (Known.NOT_KNOWN, False)]
)
def test_a_mothers_partner_who_does_not_live_there_is_not_asked_for(lives_there, named) -> None:
    family = make_family()
    with as_practitioner(family.worker):
        partner = record_adult(family.maya, NewAdult(Names("Kyle", "Dunmore"), Birth()))
        tie(family.maya, NewTie(partner, Kinship.PARENTS_PARTNER, Known.NO, lives_there))
    meeting_id = call(family)
    with as_practitioner(family.worker):
        asked = " ".join(queries.meeting(meeting_id).unready)
    assert ("Kyle Dunmore" in asked) is named
    assert "Jon Lund (father) is not invited" in asked


@pytest.mark.obligation("FAM-04")
def test_an_invitation_takes_over_what_is_recorded_of_somebodys_language_and_what_it_says_itself_holds() -> (
    None
):
    family = make_family()
    meeting_id = call(family)
    with as_practitioner(family.worker):
        for person in (family.mother, family.father):
            for question, words in (
                (IdentityQuestion.COMMUNICATION, "Face him when you speak"),
                (IdentityQuestion.INTERPRETER, "British Sign Language"),
            ):
                answer_identity(family.maya, Answer(question, Answered.GIVEN, words=words), person_id=person)
    ids = invite_all(family, meeting_id)
    with as_practitioner(family.worker):
        jon = queries.meeting(meeting_id).person(ids["Jon"]).row
        assert (jon.needs_interpreter, jon.language) == (True, "British Sign Language")
        assert jon.needs == "Face him when you speak"
        assert "Jon Lund needs an interpreter and none is booked" in queries.meeting(meeting_id).unready
        actions.withdraw_invitation(ids["Ana"], "The wrong day.")
        again = actions.invite(meeting_id, Invitee.family(family.mother, "Mother", needs_interpreter=False))
        assert queries.meeting(meeting_id).person(again).row.needs_interpreter is False


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


def test_whoever_is_invited_to_write_sends_a_report_and_arranges_nothing() -> None:
    family = make_family()
    meeting_id = call(family)
    with as_practitioner(family.worker):
        own = actions.invite(meeting_id, Invitee.practitioner(family.officer.pk, opens=True, writes=True))
        taker = call(family, Purpose.CORE_GROUP, chair_id=family.worker.pk, minute_taker_id=family.visitor.pk)
    with as_practitioner(family.officer):
        assert not queries.meeting(meeting_id).may_work
        send_report(meeting_id, {family.maya: "Called to the house twice."}, for_family=True)
        for act in (
            lambda: actions.cancel(meeting_id, "No reason"),
            lambda: actions.invite(meeting_id, Invitee.family(family.father, "Father")),
            lambda: actions.hold(meeting_id),
            lambda: actions.write_minutes(meeting_id, [SaidIn(own, "I was there.")]),
            lambda: actions.agree_actions(meeting_id, []),
            lambda: actions.conclude(meeting_id),
        ):
            with pytest.raises(Refused, match="do not arrange it"):
                act()
        with pytest.raises(Refused, match="do not arrange it"):
            actions.give(own, GivenKind.INVITATION, how=How.BY_HAND)
        called = actions.call(
            Purpose.PROFESSIONALS, [family.maya], in_days(3), chair_id=family.chair.pk, place="Here"
        )
        actions.invite(called, Invitee.practitioner(family.visitor.pk))
        assert queries.meeting(called).may_work, "whoever called it"
    with as_practitioner(family.visitor):
        assert queries.meeting(taker).may_work, "whoever takes the minutes"
    let_in(family.maya, family.manager)
    with as_practitioner(family.manager):
        assert queries.meeting(meeting_id).may_work, "whoever works with the child"


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


def test_what_an_invitation_opened_moves_with_the_meeting_and_ends_when_it_is_taken_back() -> None:
    family = make_family()
    meeting_id = call(family)

    def open_until(who: Practitioner) -> set[datetime | None]:
        with as_practitioner(family.worker):
            given = Grant.objects.filter(practitioner=who, origin="meeting")
            return set(given.values_list("ends_at", flat=True))

    with as_practitioner(family.worker):
        _seen, sent = [
            actions.invite(meeting_id, Invitee.practitioner(who.pk, opens=True))
            for who in (family.visitor, family.officer)
        ]
    [before] = open_until(family.visitor)
    with as_practitioner(family.worker):
        actions.move(meeting_id, when=in_days(70), why="The court sits first.")
    for who in (family.visitor, family.officer):
        [ends_at] = open_until(who)
        assert before is not None
        assert ends_at is not None
        assert before < in_days(70) < ends_at
    with as_practitioner(family.worker):
        actions.withdraw_invitation(sent, "He knows the father.")
    [ended] = open_until(family.officer)
    assert ended is not None
    assert ended <= now(), "what it opened is closed at once"
    assert open_until(family.visitor) == {ends_at}
    with as_practitioner(family.worker):
        actions.cancel(meeting_id, "The family has moved away.")
    for who in (family.visitor, family.chair):
        [closed] = open_until(who)
        assert closed is not None
        assert closed <= now(), "nobody reads on for a meeting that will not be"
    with as_practitioner(family.worker):
        actions.reopen(meeting_id, "They stay after all.")
    for who in (family.visitor, family.chair):
        [again] = open_until(who)
        assert again is not None
        assert again > in_days(70), "on again, it opens again what it had opened"
    with as_practitioner(family.worker):
        actions.cancel(meeting_id, "Nobody can come.")
    with as_practitioner(family.worker):
        yesterday = now() - timedelta(days=1)
        Grant.objects.filter(practitioner=family.chair).update(given_at=yesterday, ends_at=yesterday)
    with as_practitioner(family.chair), pytest.raises(Refused, match="works with the child"):
        actions.reopen(meeting_id, "They can after all.")


@pytest.mark.obligation("FAM-02")
def test_a_supporter_is_offered_or_it_says_why_not() -> None:
    family = make_family()
    meeting_id = call(family)
    ids = invite_all(family, meeting_id)
    with as_practitioner(family.worker):
        with pytest.raises(Refused, match="why no supporter"):
            actions.offer_supporter(ids["Ana"], offered=False)
        assert any("Ana Ferreira may bring a supporter" in w for w in queries.meeting(meeting_id).unready)
        actions.offer_supporter(ids["Ana"], offered=False, why_not="She asked us not to tell anybody.")
        actions.offer_supporter(ids["Jon"], offered=True, answer=SupporterAnswer.BRINGS, name="Bo Lind")
        shown = queries.meeting(meeting_id)
    assert not any("may bring" in words for words in shown.unready)
    assert shown.person(ids["Ana"]).supporter.why_not == "She asked us not to tell anybody."


@pytest.mark.obligation("FAM-03")
def test_papers_that_come_late_say_why() -> None:
    family = make_family()
    meeting_id = call(family, when=in_days(1))
    ids = invite_all(family, meeting_id)
    with as_practitioner(family.worker):
        with pytest.raises(Refused, match="should have had the papers by"):
            actions.give(ids["Ana"], GivenKind.PAPERS, how=How.BY_HAND)
        actions.give(
            ids["Ana"], GivenKind.PAPERS, how=How.BY_HAND, late_why="The doctor's letter came today."
        )
        shown = queries.meeting(meeting_id).person(ids["Ana"])
    assert shown.papers_given.late_why == "The doctor's letter came today."


@pytest.mark.obligation("FAM-05", "FAM-09")
def test_what_was_explained_covers_topics_and_says_what_was_understood() -> None:
    family = make_family()
    meeting_id = call(family)
    ids = invite_all(family, meeting_id)
    with as_practitioner(family.worker):
        with pytest.raises(Refused, match="understood"):
            actions.give(ids["Jon"], GivenKind.EXPLAINED, how=How.READ_ALOUD, covers=[Topic.RIGHTS])
        actions.give(
            ids["Jon"], GivenKind.EXPLAINED, how=How.READ_ALOUD, covers=list(Topic), form="invitation_easy",
            understood="That he may refuse, and what may follow.", reply="I will come.",
        )  # fmt: skip
        (found,) = queries.meeting(meeting_id).person(ids["Jon"]).explained
    assert set(found.covers) == {topic.value for topic in Topic}
    assert (found.form, found.reply) == ("invitation_easy", "I will come.")


@pytest.mark.obligation("FAM-04")
def test_who_needs_an_interpreter_has_one_or_it_says_why_not() -> None:
    family = make_family()
    meeting_id = call(family)
    ids = invite_all(family, meeting_id)
    prepare(family, meeting_id)
    with as_practitioner(family.worker):
        actions.book_interpreter(ids["Ana"], language="British Sign Language", booked_with="Hands, 12")
    with time_machine.travel(in_days(10) + timedelta(minutes=5)), as_practitioner(family.chair):
        people = everybody_came(meeting_id)
        with pytest.raises(Refused, match="Ana Ferreira needs an interpreter"):
            actions.hold(meeting_id, people=people)
        people = [
            replace(one, interpreter_used=True) if one.invitation_id == ids["Ana"] else one for one in people
        ]
        actions.hold(meeting_id, people=people)
        assert queries.meeting(meeting_id).person(ids["Ana"]).attendance.interpreter_used


@pytest.mark.obligation("FAM-14")
def test_nothing_is_concluded_before_each_account_is_there_or_why_not() -> None:
    family = make_family()
    meeting_id = call(family, Purpose.CORE_GROUP)
    ids = invite_all(family, meeting_id)
    prepare(family, meeting_id)
    with time_machine.travel(in_days(10) + timedelta(minutes=5)), as_practitioner(family.chair):
        actions.hold(meeting_id, people=everybody_came(meeting_id, Jon=Came.NOT_THERE))
        for folder in (family.maya, family.theo):
            actions.tell_child(meeting_id, folder, ChildStage.PART, done=False, words="They are at school.")
        with pytest.raises(Refused, match="what Ana Ferreira and Jon Lund said"):
            actions.conclude(meeting_id)
        actions.write_minutes(meeting_id, [SaidIn(ids["Ana"], "Mornings are better.")])
        actions.write_minutes(meeting_id, [SaidIn(ids["Jon"], "He did not come or write.", no_account=True)])
        actions.conclude(meeting_id)
        assert queries.meeting(meeting_id).state is MeetingState.CONCLUDED


@pytest.mark.obligation("CHD-12")
def test_children_who_were_not_told_are_listed() -> None:
    family = make_family()
    meeting_id = call(family)
    with as_practitioner(family.worker):
        assert [c.called for c in queries.meeting(meeting_id).not_told] == ["Maya", "Theo"]
        actions.tell_child(
            meeting_id, family.maya, ChildStage.BEFORE, done=True, words="At home, with pictures."
        )
        actions.tell_child(meeting_id, family.theo, ChildStage.BEFORE, done=False, words="He is two.")
        assert [c.called for c in queries.meeting(meeting_id).not_told] == ["Theo"]
    with (
        time_machine.travel(in_days(11)),
        as_practitioner(family.worker),
        pytest.raises(Refused, match="The meeting had begun by then"),
    ):
        actions.tell_child(meeting_id, family.maya, ChildStage.BEFORE, done=True, words="On the way home.")


@pytest.mark.obligation("CHD-09")
def test_adults_needs_stand_apart_from_the_childs_part() -> None:
    family = make_family()
    meeting_id = call(family)
    ids = invite_all(family, meeting_id)
    prepare(family, meeting_id)
    with time_machine.travel(in_days(10) + timedelta(minutes=5)), as_practitioner(family.chair):
        actions.hold(meeting_id, people=everybody_came(meeting_id))
        actions.write_minutes(
            meeting_id,
            [SaidIn(ids["Ana"], "I drink to sleep.", about_adult=True), SaidIn(ids["Ana"], "Maya reads.")],
        )
        child = queries.meeting(meeting_id).children[0]
    assert [s.words for s in child.about_child] == ["Maya reads."]
    assert [s.words for s in child.about_adults] == ["I drink to sleep."]


@pytest.mark.obligation("PAR-05", "CHD-07")
def test_an_action_has_somebody_a_day_and_why_then() -> None:
    family = make_family()
    meeting_id = call(family)
    invite_all(family, meeting_id)
    prepare(family, meeting_id)
    with time_machine.travel(in_days(10) + timedelta(minutes=5)), as_practitioner(family.chair):
        actions.hold(meeting_id, people=everybody_came(meeting_id))
        due = (now() + timedelta(days=3)).date()
        for missing, match in (
            ({"by_whom": ""}, "who will do it"),
            ({"timing_why": ""}, "suits the child's age"),
        ):
            fields = {"by_whom": "Ana", "timing_why": "Before school starts.", **missing}
            with pytest.raises(Refused, match=match):
                actions.agree_actions(meeting_id, [actions.ActionIn(family.maya, "Ring", due, **fields)])
        actions.agree_actions(
            meeting_id,
            [
                actions.ActionIn(
                    family.maya, "Ring", due, "Before school starts.", practitioner_id=family.visitor.pk
                )
            ],
        )
    with time_machine.travel(in_days(20)), as_practitioner(family.visitor):
        (found,) = queries.actions_of_agency([family.visitor.postings.get().agency_id]).rows
    assert found.late
    assert found.by_whom.startswith("Ngozi Adeyemi, ")


def test_somebody_who_left_the_agency_cannot_be_asked_and_is_shown_as_gone() -> None:
    family = make_family()
    gone = make_practitioner("health-visitor", name="Tom Gone", held_until=today())
    meeting_id = call(family)
    with as_practitioner(family.worker):
        with pytest.raises(Refused, match="hold no post"):
            actions.invite(meeting_id, Invitee.practitioner(gone.pk))
        with pytest.raises(Refused, match="hold no post"):
            actions.change_chair(meeting_id, gone.pk, "He asked for it.")
        actions.invite(meeting_id, Invitee.practitioner(family.officer.pk))
    with setting_up(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE sightline_owner")
        cursor.execute(
            "UPDATE agencies_posting SET held_until = %s WHERE practitioner_id = %s",
            [today(), family.officer.pk],
        )
        cursor.execute("SET LOCAL ROLE sightline_app")
    with as_practitioner(family.worker):
        assert queries.meeting(meeting_id).person(invited(meeting_id)["Owen"]).left_agency


def test_a_child_who_moves_to_another_group_half_way_keeps_the_part() -> None:
    family = make_family()
    meeting_id = call(family)
    with as_practitioner(family.worker):
        with pytest.raises(Refused, match="why this child leaves"):
            actions.take_out_child(meeting_id, family.theo, "")
        actions.take_out_child(meeting_id, family.theo, "He is looked at with his half-sister now.")
        with pytest.raises(Refused, match="only child"):
            actions.take_out_child(meeting_id, family.maya, "She too.")
        shown = queries.meeting(meeting_id)
        assert shown.folder_ids == (family.maya,)
        assert [c.left for c in shown.children] == [False, True]
        actions.add_child(meeting_id, family.theo)
        assert queries.meeting(meeting_id).folder_ids == (family.maya, family.theo)


def test_the_chair_of_a_conference_is_independent() -> None:
    family = make_family()
    for who, match in ((family.worker, "works with one"), (family.manager, "answers for one")):
        with pytest.raises(Refused, match=match):
            call(family, chair_id=who.pk)
    call(family, Purpose.CORE_GROUP, chair_id=family.worker.pk)


def test_only_the_chair_records_decisions_and_a_meeting_is_held_first() -> None:
    family = make_family()
    meeting_id = call(family)
    invite_all(family, meeting_id)
    decision = DecisionIn(family.maya, "No plan", "She is safe at home now.", wishes=NOT_LEARNT)
    with as_practitioner(family.chair), pytest.raises(Refused, match="Record who came"):
        actions.decide(meeting_id, [decision], knows_family=False)
    prepare(family, meeting_id)
    with time_machine.travel(in_days(10) + timedelta(minutes=5)):
        with as_practitioner(family.chair):
            actions.hold(meeting_id, people=everybody_came(meeting_id))
            for known, told in ((None, "Say whether you know"), (True, "somebody else must chair")):
                with pytest.raises(Refused, match=told):
                    actions.decide(meeting_id, [decision], knows_family=known)
                with pytest.raises(Refused) as unheard:
                    actions.decide(meeting_id, [replace(decision, wishes=None)], knows_family=False)
                assert unheard.value.verdict.field == "wishes_why_not"
            assert not Decision.objects.filter(folder_id=family.maya).exists()
        with (
            as_practitioner(family.worker),
            pytest.raises(Refused, match="Ruth Lindqvist chairs this meeting"),
        ):
            actions.decide(meeting_id, [decision], knows_family=False)


def test_the_right_role_and_the_wrong_child_reads_and_writes_nothing() -> None:
    family = make_family()
    meeting_id = call(family)
    ids = invite_all(family, meeting_id)
    with as_practitioner(family.worker):
        actions.keep_apart(
            family.maya, family.mother, family.father, in_room=True, address=True, why="She says so."
        )
    with as_practitioner(family.stranger):
        for model in (Meeting, MeetingChild, Invitation, KeepApart, Said, ChildTold):
            assert model.objects.count() == 0, model
        assert queries.mine() == []
        assert queries.for_folders([family.maya, family.theo]) == []
        assert answer(queries.moments([family.maya])) == []
        for act in (
            lambda: actions.invite(meeting_id, Invitee.outsider("Lee Ward", "Solicitor")),
            lambda: actions.give(ids["Ana"], GivenKind.MINUTES, how=How.POST),
            lambda: actions.tell_child(meeting_id, family.maya, ChildStage.BEFORE, done=True, words="Told."),
            lambda: send_report(meeting_id, {family.maya: "Well."}, for_family=True),
            lambda: actions.keep_apart(
                family.maya, family.mother, family.father, in_room=True, address=False, why="No."
            ),
        ):
            with pytest.raises(NotFound):
                act()


def test_what_happened_stands_on_the_timeline() -> None:
    family = make_family()
    meeting_id = call(family)
    with as_practitioner(family.worker):
        assert answer(queries.moments([family.maya])) == []
    with time_machine.travel(in_days(11)), as_practitioner(family.worker):
        (found,) = answer(queries.moments([family.maya]))
    assert found.kind == "Initial child protection conference"
    assert found.href == f"/meetings/{meeting_id}/"
