"""What goes wrong on a child's way: it has its way, or a refusal that says what to do, and no clock is left running."""

from __future__ import annotations

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.children.actions import correct_particulars, died, record_adult, tie
from sightline.children.queries import child_page
from sightline.children.rules import Birth, Names, NewAdult, NewTie
from sightline.children.terms import Kinship, Known, Sex
from sightline.enquiries.actions import assessment as act
from sightline.enquiries.actions import changes, emergency, medical, protection
from sightline.enquiries.actions.taking_back import take_back
from sightline.enquiries.models import Closing, Enquiry, Episode, Strategy
from sightline.enquiries.queries import assessment as queries
from sightline.enquiries.queries.needs_and_progress import progress_of
from sightline.enquiries.queries.protection import conferences_due
from sightline.enquiries.rules import assessment as rules
from sightline.enquiries.rules.child import may_begin_work
from sightline.enquiries.rules.closing import may_close_case
from sightline.enquiries.terms import AgainstAge, Development, EmergencyKind, Stage
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotPermitted, Refused
from sightline.meetings import actions as meetings
from sightline.meetings import queries as met
from sightline.meetings.terms import Came, ChildStage, Purpose
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty
from sightline.records.actions import Answered, sign_entry
from sightline.records.terms import EntryKind
from sightline.voice.actions import WishesIn

from .factories import a_closing, a_signing, an_ending, begun, complete, discussed, make_case, sent
from .test_back import WRONG, running, statuses, written
from .test_pages import browser, page, words_of
from .test_protection import deciding, discussed_again, enquired, found, owed, stage_of

pytestmark = pytest.mark.django_db


def to_conference(case):
    """Maya's enquiry, ended with a conference."""
    maya, _theo = enquired(case)
    written(case, maya)
    with as_practitioner(case.manager):
        protection.end_enquiry(maya.id, an_ending())
    return maya


def conference_concluded(case, purpose=Purpose.INITIAL_CONFERENCE, kind="initial_conference"):
    """The conference on Maya, called, held and concluded as its pages do it, for which a duty of that kind waits."""
    chair = make_practitioner("independent-conference-chair", name="Helen Abara")
    with as_practitioner(case.worker):
        meeting_id = meetings.call(
            purpose, [case.maya], now() + timedelta(hours=1), chair_id=chair.pk, place="Room 2",
            agenda="Is she safe?",
        )  # fmt: skip
        meetings.tell_child(meeting_id, case.maya, ChildStage.BEFORE, done=False, words="She was ill.")
    with time_machine.travel(now() + timedelta(hours=2)), as_practitioner(chair):
        meetings.hold(
            meeting_id, people=[meetings.AttendanceIn(i.id, Came.CAME) for i in met.meeting(meeting_id).invited],
            without_quorum_why="Nobody else could come, and she could not wait.",
            unready_why="They were told by telephone.",
        )  # fmt: skip
        meetings.tell_child(meeting_id, case.maya, ChildStage.PART, done=False, words="She is too young.")
        meetings.write_minutes(meeting_id, [meetings.SaidIn(None, "Mornings are hard.")])
        meetings.decide(
            meeting_id,
            [
                meetings.DecisionIn(
                    case.maya, "A plan", "The risk goes on.", wishes=WishesIn(why_not="She is too young.")
                )
            ],
            knows_family=False,
        )
        assert owed(case.maya, kind) is not None, "held, and its minutes still to be finished"
        meetings.conclude(meeting_id)
    return meeting_id


@pytest.mark.obligation("ENQ-01")
@pytest.mark.obligation("TIM-03")
def test_the_clock_of_a_conference_stops_when_it_was_held_and_its_decision_is_recorded():
    case = make_case("strategy_discussion")
    to_conference(case)
    conference_concluded(case)
    with as_practitioner(case.manager):
        assert owed(case.maya, "initial_conference") is None
        assert Duty.objects.get(folder_id=case.maya, kind="initial_conference").state == "discharged"


# -- another discussion -----------------------------------------------------------------------------------


@pytest.mark.obligation("ENQ-01")
@pytest.mark.parametrize("outcome", ["assessment", "no_further_action"])
def test_another_discussion_never_ends_an_enquiry_that_is_under_way(outcome):
    case = make_case("strategy_discussion")
    maya, _theo = enquired(case)
    assert maya.led_by == "joint"
    meeting_id, second = discussed_again(case, 20)
    with as_practitioner(case.manager):
        with pytest.raises(Refused, match="A section 47 enquiry is under way") as refused:
            protection.decide_strategy(meeting_id, [deciding(second, outcome)], knows_family=False)
        assert refused.value.verdict.field == "outcome"
        protection.decide_strategy(meeting_id, [deciding(second, "section_47_single")], knows_family=False)
        row = Enquiry.objects.get(folder_id=case.maya)
        assert (row.led_by, row.ended_at, stage_of(case.maya)) == ("single", None, Stage.ENQUIRY)
    written(case, row)
    with as_practitioner(case.manager):
        protection.end_enquiry(row.id, an_ending())
        assert stage_of(case.maya) is Stage.CONFERENCE


@pytest.mark.obligation("ENQ-01")
def test_a_discussion_before_the_conference_may_decide_otherwise_and_no_clock_is_left_running():
    case = make_case("strategy_discussion")
    maya = to_conference(case)
    with as_practitioner(case.manager):
        clock = owed(case.maya, "initial_conference").due_at
    meeting_id, second = discussed_again(case, 20)
    with as_practitioner(case.manager):
        protection.decide_strategy(meeting_id, [deciding(second, "assessment")], knows_family=False)
        assert stage_of(case.maya) is Stage.ASSESSMENT
        assert owed(case.maya, "initial_conference") is None
        take_back(maya.episode_id, WRONG, knows_family=False)
        assert running(case.maya, "initial_conference").get().due_at == clock
        take_back(maya.episode_id, WRONG, knows_family=False)
        assert stage_of(case.maya) is Stage.CONFERENCE
        assert [c.enquiry_id for c in conferences_due([case.maya])] == [maya.id]


@pytest.mark.obligation("ENQ-01")
def test_a_discussion_before_the_conference_lets_the_enquiry_go_on_with_the_clock_that_it_had():
    case = make_case("strategy_discussion")
    maya = to_conference(case)
    with as_practitioner(case.manager):
        clock = owed(case.maya, "initial_conference").due_at
    meeting_id, second = discussed_again(case, 20)
    with as_practitioner(case.manager):
        protection.decide_strategy(
            meeting_id,
            [deciding(second, "section_47_joint")],
            knows_family=False,
            worker_id=case.worker.pk,
        )
        [row] = Enquiry.objects.filter(folder_id=case.maya)
        assert (row.id, row.ended_at, stage_of(case.maya)) == (maya.id, None, Stage.ENQUIRY)
        assert running(case.maya, "initial_conference").get().due_at == clock
        take_back(maya.episode_id, WRONG, knows_family=False)
        row.refresh_from_db()
        assert row.ended_at is not None, "as it stood before the discussion"
        take_back(maya.episode_id, WRONG, knows_family=False)
        assert [c.enquiry_id for c in conferences_due([case.maya])] == [maya.id]
        assert running(case.maya, "initial_conference").get().due_at == clock


def test_a_discussion_whose_calling_was_taken_back_decides_nothing_and_says_what_to_do():
    case = make_case()
    begun(case, case.maya)
    make_practitioner("police-front-door-officer", name="Rhona Officer")
    make_practitioner("health-visitor", name="Ines Nurse")
    meeting_id, part = discussed_again(case, 20)
    with as_practitioner(case.manager):
        take_back(part.episode_id, WRONG, knows_family=False)
        with pytest.raises(Refused, match="Call another discussion"):
            protection.decide_strategy(meeting_id, [deciding(part, "section_47_joint")], knows_family=False)
        assert not Enquiry.objects.exists()
        assert stage_of(case.maya) is Stage.ASSESSMENT


def test_a_brother_added_to_a_discussion_is_decided_on_and_one_who_leaves_it_is_not():
    case = make_case("strategy_discussion")
    meeting_id = discussed(case, case.maya, held=False)
    with as_practitioner(case.manager):
        meetings.add_child(meeting_id, case.theo)
        theo = Strategy.objects.get(folder_id=case.theo)
        assert (theo.cause, stage_of(case.theo)) == ("Two bruises without an explanation.", Stage.STRATEGY)
        assert owed(case.theo, "strategy_discussion").path.endswith(f"/strategy/{theo.id}/")
        meetings.take_out_child(meeting_id, case.theo, "He is looked at apart.")
        take_back(theo.episode_id, "He is looked at apart from his sister.", knows_family=False)
        meetings.add_child(meeting_id, case.theo)
        assert Strategy.objects.filter(folder_id=case.theo).count() == 1


def test_several_discussions_stand_in_one_process():
    case = make_case("strategy_discussion")
    first = discussed(case)
    with as_practitioner(case.manager):
        process = met.meeting(first).row.process_id
    again, _part = discussed_again(case, 20)
    with as_practitioner(case.manager):
        assert {line.id for line in met.for_process(process)} == {first, again}


# -- begun in error, and closed without an assessment -------------------------------------------------------


def test_work_that_should_not_have_been_begun_is_taken_back_and_begun_again():
    case = make_case()
    [row] = begun(case, case.maya)
    with as_practitioner(case.manager):
        clock = owed(case.maya, "assessment").due_at
        with pytest.raises(Refused, match="sets it aside"):
            take_back(row.episode_id, WRONG, knows_family=False)
        act.set_aside(row.id, WRONG, knows_family=False)
        take_back(row.episode_id, WRONG, knows_family=False)
        episode = Episode.objects.get(id=row.episode_id)
        assert (episode.stage, episode.closure, statuses(case.maya)) == ("closed", "", set())
        assert not Closing.objects.exists()
        assert owed(case.maya, "assessment").due_at == clock, "what the concern asked for is owed as before"
        with pytest.raises(Refused, match="Begin anew"):
            take_back(row.episode_id, WRONG, knows_family=False)
    [again] = begun(case, case.maya)
    assert again.episode_id != row.episode_id
    with as_practitioner(case.manager):
        assert stage_of(case.maya) is Stage.ASSESSMENT


def test_a_discussion_called_in_error_is_cancelled_before_its_beginning_is_taken_back():
    case = make_case("strategy_discussion")
    meeting_id = discussed(case, case.maya, held=False)
    with as_practitioner(case.manager):
        episode = Episode.objects.get(folder_id=case.maya)
        with pytest.raises(Refused, match="Cancel it on its own page first"):
            take_back(episode.id, WRONG, knows_family=False)
        meetings.cancel(meeting_id, "It was called for the wrong child.")
        take_back(episode.id, WRONG, knows_family=False)
        assert stage_of(case.maya) is Stage.CLOSED
        assert owed(case.maya, "strategy_discussion") is not None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, None),
        ({"under_way": True}, ""),
        ({"reasons": "No."}, "reasons"),
        ({"safe_words": ""}, "safe_words"),
        ({"safe_words": "", "died": True}, None),
    ],
)
def test_what_a_manager_says_who_closes_a_case_without_an_assessment(changes, field):
    said = {
        "under_way": False,
        "died": False,
        "safe_words": "She was seen at school today.",
        "reasons": WRONG,
    }
    verdict = may_close_case(**{**said, **changes})
    assert (verdict.field or "" if not verdict else None) == field


def a_case_end(**more):
    fields = {
        "reasons": "They have moved to the north for good.", "closing": a_closing(reason="RC7"), "knows_family": False,
        "safe_words": "She was seen at her new school.", "wishes": a_signing().wishes,
    }  # fmt: skip
    return changes.CaseEnd(**{**fields, **more})


@pytest.mark.obligation("FAM-15")
def test_a_case_closes_without_an_assessment_by_a_manager_and_says_all_that_a_closing_says():
    case = make_case()
    [row] = begun(case, case.maya)
    with as_practitioner(case.worker), pytest.raises(NotPermitted):
        changes.close_case(case.maya, a_case_end())
    with as_practitioner(case.manager):
        with pytest.raises(Refused, match="An assessment of this child is still open"):
            changes.close_case(case.maya, a_case_end())
        act.set_aside(row.id, WRONG, knows_family=False)
        with pytest.raises(Refused, match="You know this family"):
            changes.close_case(case.maya, a_case_end(knows_family=True))
        with pytest.raises(Refused, match="no reason by itself"):
            short = a_closing(reason="RC7", summary="No contact with the family.")
            changes.close_case(case.maya, a_case_end(closing=short))
        changes.close_case(case.maya, a_case_end())
        assert (Episode.objects.get().closure, statuses(case.maya)) == ("RC7", set())


@pytest.mark.obligation("FAM-15")
def test_no_case_closes_while_a_decision_on_missed_meetings_is_owed():
    case = make_case()
    [row] = begun(case, case.maya)
    meeting_id = uuid4()
    with as_practitioner(case.manager):
        act.set_aside(row.id, WRONG, knows_family=False)
        duties.happened(
            "family_stayed_away", [case.maya], subject_id=meeting_id, at=now(), owner_id=case.manager.pk,
            path=f"/meetings/{meeting_id}/stayed-away/",
        )  # fmt: skip
        with pytest.raises(Refused, match="stayed away from meetings"):
            changes.close_case(case.maya, a_case_end())
        duties.happened("missed_meetings_decided", [case.maya], subject_id=meeting_id, at=now())
        changes.close_case(case.maya, a_case_end())
        assert Episode.objects.get().closure == "RC7"


@pytest.mark.obligation("ASM-04")
def test_no_assessment_is_sent_or_signed_over_new_information_that_nobody_looked_at():
    case = make_case()
    [row] = begun(case, case.maya)
    sent(case, row)

    def learns(words):
        with as_practitioner(case.manager):
            return sign_entry(
                {case.maya: words}, kind="note", happened_at=now(), impact={case.maya: "Not safe at home."}
            )[case.maya]

    first = learns("A neighbour saw him hit her.")
    with as_practitioner(case.manager), pytest.raises(Refused, match="new information on the child"):
        act.sign(row.id, a_signing())
    signing = page(browser(case.manager), "sign", case.maya, row.id).content.decode()
    assert f'href="/child/{case.maya}/enquiries/look-again/{first.id}/"' in signing
    with as_practitioner(case.worker):
        changes.looked_again(case.maya, first.id, changes=False, words="It is what she told us on Monday.")
    with as_practitioner(case.manager):
        act.sign(row.id, a_signing())
        assert stage_of(case.maya) is Stage.HELP


@pytest.mark.obligation("CHD-12")
def test_a_child_who_dies_while_assessed_has_a_case_that_closes_and_nothing_new_begins():
    case = make_case()
    [row] = begun(case, case.maya)
    with as_practitioner(case.manager):
        died(case.maya, today())
        act.set_aside(row.id, "The child has died on Monday.", knows_family=False)
        with pytest.raises(Refused, match="Select that as the reason"):
            changes.close_case(case.maya, a_case_end(safe_words=""))
        for refused in (
            lambda: act.begin(act.Beginning([case.maya], "section_17", case.worker.pk, "agreement", WRONG)),
            lambda: medical.ask_for_medical(case.maya, reasons=WRONG, asked_of="Dr Hale"),
        ):
            with pytest.raises(Refused, match="This child has died"):
                refused()
        changes.close_case(case.maya, a_case_end(safe_words="", closing=a_closing(reason="RC2")))
        assert Episode.objects.get().closure == "RC2"


def test_a_signed_assessment_closes_the_case_of_a_child_who_died_without_asking_whether_they_are_safe():
    case = make_case()
    [row] = begun(case, case.maya)
    sent(case, row, outcome="no_further_action")
    with as_practitioner(case.manager):
        died(case.maya, today())
        act.sign(row.id, a_signing("no_further_action", closing=a_closing(reason="RC2")))
        assert stage_of(case.maya) is Stage.CLOSED


def test_no_case_closes_over_an_emergency_measure_or_an_enquiry():
    case = make_case("strategy_discussion")
    maya, _theo = enquired(case)
    written(case, maya)
    with as_practitioner(case.manager):
        with pytest.raises(Refused, match="under way"):
            changes.close_case(case.maya, a_case_end())
        protection.end_enquiry(maya.id, an_ending("not_substantiated", False))
        row = emergency.begin_emergency(
            case.maya,
            emergency.EmergencyIn(
                EmergencyKind.POLICE, now() - timedelta(hours=2), "PC 1182", "Found alone.", "Nobody was reached.",
                "With foster carers.", "Told at the door.",
            ),
        )  # fmt: skip
        with pytest.raises(Refused, match="An emergency measure has not ended"):
            changes.close_case(case.maya, a_case_end())
        emergency.end_emergency(row.id, now(), "She went to her grandmother with both parents' agreement.")
        with pytest.raises(Refused, match=r"recorded already that it ended on .*grandmother"):
            emergency.end_emergency(row.id, now(), "Once more, by somebody else.")
        changes.close_case(case.maya, a_case_end())


DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, ""),
        ({"died": DAY}, "has died"),
        ({"died": DAY + timedelta(days=1)}, ""),
        ({"born": date(2008, 11, 23)}, "turned 18 on 23 November 2026"),
        ({"born": date(2008, 11, 24)}, ""),
        ({"born": None, "unborn": True}, ""),
        ({"born": None, "unborn": True, "before_birth": False}, "not born yet"),
        ({"born": DAY + timedelta(days=1), "before_birth": False}, "not born yet"),
        ({"before_birth": False}, ""),
    ],
)
def test_nothing_begins_for_a_child_who_has_died_is_18_or_cannot_be_taken_in_before_birth(changes, told):
    fields = {"born": date(2017, 3, 14), "died": None, "unborn": False, "day": DAY}
    verdict = may_begin_work(**{**fields, **changes})
    assert (told in verdict.reason) if told else bool(verdict)


# -- the assessment -----------------------------------------------------------------------------------------


@pytest.mark.obligation("ASM-04")
def test_an_early_help_assessment_is_updated_while_its_plan_goes_on():
    case = make_case("early_help")
    with as_practitioner(case.manager):
        [row] = act.begin(
            act.Beginning(
                [case.maya], "early_help", case.worker.pk, "agreement", "Her mother agreed on Tuesday."
            )
        )
    sent(case, row, outcome="early_help_plan")
    with as_practitioner(case.manager):
        act.sign(row.id, a_signing("early_help_plan"))
        assert stage_of(case.maya) is Stage.HELP
    with as_practitioner(case.worker):
        again = act.update(row.id, "Her father has moved back in with them.")
        assert stage_of(case.maya) is Stage.EARLY_HELP
    sent(case, again, outcome="early_help_plan")
    with as_practitioner(case.manager):
        act.sign(again.id, a_signing("early_help_plan"))
        assert stage_of(case.maya) is Stage.HELP
        assert "early_help" in statuses(case.maya)


@pytest.mark.obligation("ASM-09")
def test_a_mothers_partner_does_not_stand_for_the_father():
    case = make_case()
    [row] = begun(case, case.maya)
    with as_practitioner(case.worker):
        man = record_adult(case.maya, NewAdult(Names("Kyle", "Dunmore"), Birth(sex=Sex.MALE)))
        tie(case.maya, NewTie(man, Kinship.PARENTS_PARTNER, Known.NO, Known.YES))
        said = [lack.words for lack in queries.assessment(row.id, child_page([case.maya])).lacks]
        assert rules.NO_FATHER in said
        assert any("Kyle Dunmore" in words and "took part" in words for words in said)


def test_nobody_signs_an_assessment_of_which_they_wrote_a_part():
    case = make_case()
    [row] = begun(case, case.maya)
    complete(case, row)
    with as_practitioner(case.manager):
        act.write(row.id, "network", {"explored": "Both grandmothers were asked by me.", "can_help": "Nan.",
                                      "meeting": "Offered on Monday."})  # fmt: skip
    with as_practitioner(case.worker):
        act.send(row.id, case.manager.pk, outcome_id="child_in_need_plan", words="Both parents agree to it.")
    with as_practitioner(case.manager), pytest.raises(Refused, match=r"wrote a part .* The family network"):
        act.sign(row.id, a_signing())
    with as_practitioner(case.other_manager):
        act.sign(row.id, a_signing())


def test_a_visit_in_the_record_shows_that_the_child_was_seen_before_the_case_closes():
    case = make_case()
    [row] = begun(case, case.maya)
    complete(case, row, seen=False)
    with as_practitioner(case.worker):
        act.send(
            row.id, case.manager.pk, outcome_id="no_further_action", words="Nothing more is needed here."
        )
    with as_practitioner(case.manager):
        seen = [
            Answered(n, n, v, v) for n, v in (("where", "At home"), ("seen", "yes"), ("seen_alone", "yes"))
        ]
        ending = a_signing("no_further_action", safe_words="She was seen at home and told us herself.")
        with pytest.raises(Refused, match="Nobody has recorded seeing this child"):
            act.sign(row.id, ending)
        sign_entry(
            {case.maya: "She drew."}, kind=EntryKind.VISIT, happened_at=now(), answers=seen, on_form=True
        )
        act.sign(row.id, ending)


@pytest.mark.obligation("CHD-07")
def test_ages_follow_a_date_of_birth_that_was_put_right():
    case = make_case()
    begun(case, case.maya)
    with as_practitioner(case.worker):
        correct_particulars(
            case.maya, Birth(born_on=today() - timedelta(days=800), sex=Sex.FEMALE), why="From the red book."
        )
        act.record_progress(
            case.maya,
            act.Seen(Development.TALKING, today(), AgainstAge.A_LITTLE_BEHIND, "Three words.", "School"),
        )
        [before] = progress_of(child_page([case.maya]))
        assert (before.age_months, before.judged_at) == (26, None)
        correct_particulars(
            case.maya, Birth(born_on=today() - timedelta(days=400), sex=Sex.FEMALE), why="Read wrongly."
        )
        [after] = progress_of(child_page([case.maya]))
        assert (after.age_months, after.judged_at) == (13, 26)


# -- the enquiry --------------------------------------------------------------------------------------------


@pytest.mark.obligation("EQU-01")
def test_culture_given_as_an_explanation_of_harm_is_answered_for_before_an_enquiry_ends():
    case = make_case("strategy_discussion")
    maya, _theo = enquired(case)
    written(case, maya, analysis="In their culture it is normal to smack a child, so it was no surprise.")
    with as_practitioner(case.manager):
        with pytest.raises(Refused, match="may read as if culture explained the harm") as refused:
            protection.end_enquiry(maya.id, an_ending())
        assert refused.value.verdict.field == "culture_answer"
        made = protection.end_enquiry(
            maya.id, an_ending(culture_answer="She was hurt, whatever it is called.")
        )
        assert "She was hurt, whatever it is called." in made.decision.reasons


def test_whoever_wrote_in_an_enquiry_does_not_decide_on_it_and_no_conference_is_said_in_full():
    case = make_case("strategy_discussion")
    maya, _theo = enquired(case)
    with as_practitioner(case.other_manager):
        protection.write_enquiry(maya.id, found())
    written(case, maya)
    with as_practitioner(case.other_manager), pytest.raises(Refused, match="wrote in it yourself"):
        protection.end_enquiry(maya.id, an_ending())
    with as_practitioner(case.manager):
        with pytest.raises(Refused, match="say in full how they are kept safe"):
            protection.end_enquiry(maya.id, an_ending("continuing_risk", False, reasons="She is safe now."))
        protection.end_enquiry(maya.id, an_ending())


# -- somebody who left --------------------------------------------------------------------------------------


def test_what_a_worker_who_left_had_begun_goes_on_with_somebody_else(owning):
    case = make_case("strategy_discussion")
    [row] = begun(case, case.maya)
    maya, _theo = enquired(case)
    other = make_practitioner(
        "social-worker",
        team=case.worker.postings.get().team,
        name="Noor Successor",
        line_manager=case.manager,
    )
    with owning():
        case.worker.postings.update(held_until=today())
    client = browser(case.manager)
    said = words_of(page(client, "assessment", case.maya, row.id))
    assert "Dana Worker writes this assessment and works here no more" in said
    assert "Dana Worker carries out this enquiry and works here no more" in words_of(
        page(client, "enquiry", case.maya, maya.id)
    )
    for name, subject in (("hand_over", row), ("hand_enquiry", maya)):
        path = reverse(f"enquiries:{name}", args=[case.maya, subject.id])
        kept = client.post(path, {"to": "", "why": "Dana has left us."})
        assert "Choose who goes on with it" in words_of(kept)
        assert "Dana has left us." in kept.content.decode()
        assert client.post(path, {"to": str(other.pk), "why": "Dana has left us."}).status_code == 302
    with as_practitioner(other):
        row.refresh_from_db()
        maya.refresh_from_db()
        assert row.author_id == maya.worker_id == other.pk
        assert (
            owed(case.maya, "assessment").owner_id
            == owed(case.maya, "initial_conference").owner_id
            == other.pk
        )
        act.write(row.id, "network", {"explored": "Her aunt was asked as well."})
    said = words_of(page(client, "assessment", case.maya, row.id))
    assert "works here no more" not in said
    assert "To Noor Successor" in said


# -- through the pages --------------------------------------------------------------------------------------


def test_a_beginning_is_taken_back_and_a_case_closed_in_the_browser():
    case = make_case()
    [row] = begun(case, case.maya)
    client = browser(case.manager)
    back = reverse("enquiries:take_back", args=[case.maya, row.episode_id])
    assert "Take the beginning back" in words_of(client.get(back))
    refused = client.post(back, {"words": WRONG, "knows_family": "no", "has_conflict": "no"})
    assert refused.status_code == 409
    assert WRONG in refused.content.decode()
    assert "A manager sets it aside" in words_of(refused)
    with as_practitioner(case.manager):
        act.set_aside(row.id, WRONG, knows_family=False)
    close = reverse("enquiries:close", args=[case.maya])
    sent_ = {
        "knows_family": "no", "reason": "RC7", "reasons": "They have moved away for good.",
        "safe_words": "", "summary": "A bruise; it was seen and explained.", "helps_now": "Her school.",
        "feedback_asked": "Asked at home.", "record_in_order_by": str(case.manager.pk),
        "wishes_why_not": "She was asked twice.", "has_conflict": "no",
    }  # fmt: skip
    unsafe = client.post(close, sent_)
    assert "Say how you know that the child is safe" in words_of(unsafe)
    assert "They have moved away for good." in unsafe.content.decode()
    assert client.post(close, sent_ | {"safe_words": "Seen at her new school."}).status_code == 302
    tab = words_of(page(client, "child", case.maya))
    assert "A bruise; it was seen and explained." in tab
    assert "Seen at her new school." in tab


@pytest.mark.obligation("CHD-13")
@pytest.mark.obligation("HLP-07")
def test_a_child_becomes_looked_after_in_the_browser_with_wishes_and_the_network():
    case = make_case()
    begun(case, case.maya)
    client = browser(case.manager)
    path = reverse("enquiries:become_looked_after", args=[case.maya])
    shown = words_of(client.get(path))
    assert "No family group meeting is recorded" in shown
    assert "Nothing that the child said is recorded. Why not, and what was tried?" in shown
    day = today()
    sent_ = {
        "knows_family": "no", "began_on-day": day.day, "began_on-month": day.month, "began_on-year": day.year,
        "basis": "section_20", "basis_words": "Both parents agreed in writing.",
        "network": "Both grandmothers were asked; a family group meeting was offered.", "lives_at": "foster_care",
        "placed_with": "Foster carers", "area": "Saltwick", "confidential": "no",
        "reasons": "Nobody at home can care for her now.", "has_conflict": "no",
    }  # fmt: skip
    without = client.post(path, sent_)
    assert without.status_code == 409, words_of(without)
    assert "Both grandmothers were asked" in without.content.decode()
    answer = client.post(path, sent_ | {"wishes_why_not": "She was too frightened to say."})
    assert answer.status_code == 302, words_of(answer)


@pytest.mark.obligation("ENQ-01")
def test_discussion_enquiry_and_conference_each_show_power_threshold_agencies_and_clock():
    case = make_case("strategy_discussion")
    maya = to_conference(case)
    client = browser(case.manager)
    with as_practitioner(case.manager):
        strategy = Strategy.objects.get(folder_id=case.maya)
        meeting_id = meetings.call(
            Purpose.INITIAL_CONFERENCE, [case.maya], now() + timedelta(days=9), place="Room 2", agenda="Is she safe?",
            chair_id=make_practitioner("independent-conference-chair", name="Helen Abara").pk,
        )  # fmt: skip
    for shown in (
        words_of(page(client, "strategy", case.maya, strategy.id)),
        words_of(page(client, "enquiry", case.maya, maya.id)),
        words_of(client.get(f"/meetings/{meeting_id}/")),
    ):
        assert "Section 47 of the Children Act 1989" in shown
        assert "Two injuries without an explanation." in shown
    assert "Done in time, it was due by" in words_of(page(client, "strategy", case.maya, strategy.id))
    enquiry = words_of(page(client, "enquiry", case.maya, maya.id))
    assert "Rhona Officer" in enquiry
    assert re.search(r"Clock of the conference By \w+ \d+ \w+ 20\d\d at 17:00", enquiry)
    assert "Conference: by" in words_of(client.get(f"/meetings/{meeting_id}/"))


def test_a_discussion_is_called_and_decided_on_its_own_page():
    case = make_case("strategy_discussion")
    client = browser(case.manager)
    shown = client.get(f"/child/{case.maya}/meetings/call/").content.decode()
    assert 'value="strategy_discussion"' not in shown
    assert reverse("enquiries:call", args=[case.maya]) in shown
    meeting_id = discussed(case, case.maya)
    with as_practitioner(case.manager):
        strategy = Strategy.objects.get(folder_id=case.maya)
    there = client.get(f"/meetings/{meeting_id}/minutes/decide/")
    assert there["Location"] == reverse("enquiries:strategy", args=[case.maya, strategy.id])
