"""Discussion, enquiry and what protects a child, through their actions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from sightline.access.queries import joined_set
from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.children.models import Status
from sightline.children.queries import child_page
from sightline.children.terms import LivesAt
from sightline.chronology.rules import Asked, as_known
from sightline.concerns import actions as concerns_actions
from sightline.concerns import queries as concerns
from sightline.concerns.queries import board
from sightline.concerns.tests.factories import a_decision
from sightline.enquiries.actions import assessment as act
from sightline.enquiries.actions import (
    changes,
    conference,
    emergency,
    looked_after,
    medical,
    protection,
    safe,
)
from sightline.enquiries.actions import episode as way
from sightline.enquiries.actions.protection import EnquiryIn, StrategyIn
from sightline.enquiries.actions.taking_back import take_back
from sightline.enquiries.models import Assessment, Emergency, Enquiry, Episode, Strategy
from sightline.enquiries.queries import protection as queries
from sightline.enquiries.queries.heard import accounts, others
from sightline.enquiries.terms import EmergencyKind, LegalBasis, MadeSafeBy, Stage
from sightline.kernel.ids import uuid7
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.meetings.actions import AttendanceIn, Invitee, hold, invite
from sightline.meetings.models import Invitation, Meeting
from sightline.meetings.terms import Came
from sightline.procedures.models import Duty
from sightline.procedures.queries import pack_in_force
from sightline.records.actions import sign_entry
from sightline.records.chronology import told
from sightline.records.terms import Interpreting
from sightline.voice.actions import WishesIn
from sightline.voice.models import Regard

from .factories import (
    a_beginning,
    a_closing,
    a_signing,
    an_ending,
    begun,
    discussed,
    everybody_heard,
    make_case,
    sent,
)

pytestmark = pytest.mark.django_db

NOT_LEARNT = WishesIn(why_not="She was too frightened to say.")
BECAUSE = "What the agencies brought together shows it beyond doubt."


def stage_of(folder_id):
    return Stage(Episode.objects.filter(folder_id=folder_id).latest("opened_at").stage)


def owed(folder_id, kind):
    return Duty.objects.filter(folder_id=folder_id, kind=kind, closed_at__isnull=True).first()


def deciding(strategy, outcome, **changes):
    fields = {
        "threshold": "Two injuries without an explanation.", "safety": "She sleeps at her grandmother's tonight.",
        "reasons": BECAUSE, "wishes": WishesIn(why_not="She was asleep."), "closing": a_closing(),
    }  # fmt: skip
    return StrategyIn(strategy.id, outcome, **{**fields, **changes})


@pytest.mark.obligation("ENQ-01")
def test_a_discussion_decides_for_each_child_and_the_conference_clock_runs_from_it():
    case = make_case("strategy_discussion")
    meeting_id = discussed(case)
    with as_practitioner(case.manager):
        maya, theo = (Strategy.objects.get(folder_id=f) for f in (case.maya, case.theo))
        assert maya.referred_by_id == case.door.teacher.postings.get().agency_id
        assert owed(case.maya, "strategy_discussion") is not None
        protection.decide_strategy(
            meeting_id,
            [deciding(maya, "section_47_joint"), deciding(theo, "assessment")],
            knows_family=False, worker_id=case.worker.pk,
        )  # fmt: skip
        assert (stage_of(case.maya), stage_of(case.theo)) == (Stage.ENQUIRY, Stage.ASSESSMENT)
        enquiry = Enquiry.objects.get(folder_id=case.maya)
        duty = owed(case.maya, "initial_conference")
        assert duty.started_at == enquiry.began_at
        assert owed(case.theo, "initial_conference") is None
        assert owed(case.maya, "strategy_discussion") is None
        assert owed(case.theo, "strategy_discussion") is None


@pytest.mark.obligation("ENQ-01")
@pytest.mark.parametrize("ill", [True, False])
def test_the_agency_that_referred_takes_part_whoever_comes_for_it(owning, ill):
    case = make_case("strategy_discussion")
    teacher = case.door.teacher
    post = teacher.postings.get()
    lead = make_practitioner("designated-safeguarding-lead", team=post.team, name="Lee School")
    if not ill:
        with owning():
            teacher.postings.update(held_until=today())
    meeting_id = discussed(case, case.maya, held=False)
    with as_practitioner(case.manager):
        assert Strategy.objects.get(folder_id=case.maya).referred_by_id == post.agency_id
        asked = Invitation.objects.filter(meeting_id=meeting_id, withdrawn_at__isnull=True)
        assert asked.filter(practitioner_id=teacher.pk).exists() is ill
        people = [
            AttendanceIn(row.id, Came.APOLOGISED if row.practitioner_id == teacher.pk else Came.CAME)
            for row in asked
        ]
        began = now() - timedelta(minutes=50)
        with pytest.raises(Refused, match=f"nobody from {post.agency.name}, which referred") as refused:
            hold(meeting_id, began_at=began, people=people)
        assert refused.value.verdict.field == "without_quorum_why"
        came = invite(meeting_id, Invitee.practitioner(lead.pk))
        hold(meeting_id, began_at=began, people=[*people, AttendanceIn(came, Came.CAME)])
        assert Meeting.objects.get(id=meeting_id).quorate


@pytest.mark.obligation("TIM-01")
def test_the_conference_is_sooner_where_the_child_needs_it():
    case = make_case("strategy_discussion")
    meeting_id = discussed(case)
    why, soon = "Her father comes home on Friday.", today() + timedelta(days=4)
    with as_practitioner(case.manager):
        maya, theo = (Strategy.objects.get(folder_id=f) for f in (case.maya, case.theo))
        for outcome, changes, words in (
            ("section_47_joint", {"conference_by": soon}, "Say why"),
            (
                "section_47_joint",
                {"conference_by": soon + timedelta(days=90), "sooner_why": why},
                "no later than that",
            ),
            ("assessment", {"conference_by": soon, "sooner_why": why}, "No clock of a conference starts"),
        ):
            with pytest.raises(Refused, match=words):
                protection.decide_strategy(
                    meeting_id, [deciding(maya, outcome, **changes), deciding(theo, "assessment")],
                    knows_family=False, worker_id=case.worker.pk,
                )  # fmt: skip
        protection.decide_strategy(
            meeting_id,
            [
                deciding(maya, "section_47_joint", conference_by=soon, sooner_why=why),
                deciding(theo, "section_47_joint"),
            ],
            knows_family=False, worker_id=case.worker.pk,
        )  # fmt: skip
        hers, his = (
            (Duty.objects.get(folder_id=f, kind="initial_conference")) for f in (case.maya, case.theo)
        )
        assert (hers.due_at.astimezone(LONDON).date(), hers.sooner_why) == (soon, why)
        assert his.due_at > hers.due_at
        assert not his.sooner_why


def discussed_again(case, minutes_ago):
    """Another discussion about Maya, with everybody of the first."""
    with as_practitioner(case.manager):
        asked = [case.door.teacher.pk, *Practitioner.objects.filter(name__in=["Rhona Officer", "Ines Nurse"])
                 .values_list("pk", flat=True)]  # fmt: skip
        meeting_id = protection.call_strategy(
            protection.Calling(
                (case.maya,), now() - timedelta(minutes=minutes_ago), cause="A third bruise, on the other arm.",
                safety_now="She stays at her grandmother's.", chair_id=case.manager.pk, link="01632 960100",
                asked=tuple(asked),
            )
        )  # fmt: skip
        invited = Invitation.objects.filter(meeting_id=meeting_id, withdrawn_at__isnull=True)
        hold(
            meeting_id, began_at=now() - timedelta(minutes=minutes_ago),
            people=[AttendanceIn(row.id, Came.CAME) for row in invited],
        )  # fmt: skip
        return meeting_id, Strategy.objects.get(folder_id=case.maya, meeting_id=meeting_id)


@pytest.mark.obligation("TIM-03")
@pytest.mark.parametrize(
    ("minutes", "state"), [(30, "discharged"), (70, "done late")], ids=["held in time", "held late"]
)
def test_a_discussion_was_in_time_when_it_was_held_and_not_when_it_was_decided_on(minutes, state):
    case = make_case("strategy_discussion")
    meeting_id = discussed(case, case.maya)
    with as_practitioner(case.manager):
        due = now() - timedelta(minutes=minutes)
        duty = owed(case.maya, "strategy_discussion")
        Duty.objects.filter(id=duty.id).update(due_at=due, critical_at=due)
        maya = Strategy.objects.get(folder_id=case.maya)
        protection.decide_strategy(meeting_id, [deciding(maya, "assessment")], knows_family=False)
        assert Duty.objects.get(id=duty.id).state == state


def test_a_discussion_decides_only_after_it_was_held():
    case = make_case("strategy_discussion")
    meeting_id = discussed(case, held=False)
    with as_practitioner(case.manager):
        maya = Strategy.objects.get(folder_id=case.maya)
        with pytest.raises(Refused, match="who took part first"):
            protection.decide_strategy(meeting_id, [deciding(maya, "assessment")], knows_family=False)


def test_nobody_decides_in_a_discussion_on_a_family_that_they_know():
    case = make_case("strategy_discussion")
    meeting_id = discussed(case)
    with as_practitioner(case.manager):
        maya = Strategy.objects.get(folder_id=case.maya)
        with pytest.raises(Refused, match="You know this family"):
            protection.decide_strategy(meeting_id, [deciding(maya, "assessment")], knows_family=True)


def enquired(case):
    meeting_id = discussed(case)
    with as_practitioner(case.manager):
        parts = [Strategy.objects.get(folder_id=f) for f in (case.maya, case.theo)]
        protection.decide_strategy(
            meeting_id, [deciding(p, "section_47_joint") for p in parts], knows_family=False,
            worker_id=case.worker.pk,
        )  # fmt: skip
        return [Enquiry.objects.get(folder_id=f) for f in (case.maya, case.theo)]


def found(**changes):
    fields = {
        "harm_where": ["home"], "child_seen_on": today(), "seen_alone": True,
        "powers_told": "Both parents were told of section 47 at home.",
        "not_heard_why": "Her mother does not say who the father is, and nobody else knows.",
        "finding": "continuing_risk", "analysis": "The injuries do not fit what was said of them.", "conference": True,
    }  # fmt: skip
    return EnquiryIn(**{**fields, **changes})


@pytest.mark.obligation("ENQ-01")
def test_siblings_end_an_enquiry_differently_and_nobody_decides_on_their_own():
    case = make_case("strategy_discussion")
    maya, theo = enquired(case)
    with as_practitioner(case.worker):
        protection.write_enquiry(maya.id, found())
        protection.write_enquiry(
            theo.id,
            found(
                finding="not_substantiated", conference=False,
                conference_why="He was never alone with him and is safe at his father's home.",
            ),
        )  # fmt: skip
        for row in (maya, theo):
            everybody_heard(row)
        with pytest.raises(NotPermitted):
            protection.end_enquiry(maya.id, an_ending("continuing_risk", True))
    with as_practitioner(case.other_manager):
        protection.spoke_to(maya.id, whom="Her grandmother", spoken_on=today(), told="Section 47.",
                            interpreting=Interpreting.NONE_NEEDED)  # fmt: skip
        with pytest.raises(Refused, match="Another manager must decide"):
            protection.end_enquiry(maya.id, an_ending("continuing_risk", True))
    with as_practitioner(case.manager):
        protection.end_enquiry(maya.id, an_ending("continuing_risk", True))
        protection.end_enquiry(theo.id, an_ending("not_substantiated", False))
        assert (stage_of(case.maya), stage_of(case.theo)) == (Stage.CONFERENCE, Stage.ASSESSMENT)
        assert owed(case.maya, "initial_conference") is not None
        assert owed(case.theo, "initial_conference") is None
        assert [c.folder_id for c in queries.conferences_due([case.maya, case.theo])] == [case.maya]
        episode = conference.conference_decided(
            case.maya, plan_made=True, reasons=BECAUSE, decision_id=maya.ends.get().decision_id
        )
        assert Stage(episode.stage) is Stage.HELP


@pytest.mark.obligation("CHD-13")
@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({}, "wishes_why_not"),
        ({"weight": "Much."}, "wishes_why_not"),
        ({"why_not": "She was asked twice."}, None),
    ],
)
def test_an_enquiry_is_not_ended_without_the_childs_wishes_or_why_not(wishes, field):
    case = make_case("strategy_discussion")
    maya, _theo = enquired(case)
    with as_practitioner(case.worker):
        protection.write_enquiry(maya.id, found())
        everybody_heard(maya)
    with as_practitioner(case.manager):
        ending = an_ending(wishes=WishesIn(**wishes))
        if field is None:
            made = protection.end_enquiry(maya.id, ending)
            assert Regard.objects.get(decision_id=made.decision_id).power == "47"
            return
        with pytest.raises(Refused) as refused:
            protection.end_enquiry(maya.id, ending)
        assert refused.value.verdict.field == field
        assert stage_of(case.maya) is Stage.ENQUIRY


def test_an_enquiry_says_whether_the_child_was_seen_alone_or_why_not():
    case = make_case("strategy_discussion")
    maya, _theo = enquired(case)
    with as_practitioner(case.worker):
        protection.write_enquiry(maya.id, found(seen_alone=False))
    with as_practitioner(case.manager), pytest.raises(Refused, match="seen alone, or why not"):
        protection.end_enquiry(maya.id, an_ending("continuing_risk", True))


@pytest.mark.obligation("NTC-04")
def test_an_enquiry_says_where_the_harm_is():
    case = make_case("strategy_discussion")
    maya, _theo = enquired(case)
    with as_practitioner(case.worker):
        protection.write_enquiry(maya.id, found(harm_where=[]))
    with as_practitioner(case.manager), pytest.raises(Refused, match="Say where the harm is"):
        protection.end_enquiry(maya.id, an_ending("continuing_risk", True))
    with as_practitioner(case.worker):
        text = protection.write_enquiry(maya.id, found(harm_where=["outside", "online"]))
    assert text.harm_where == ["outside", "online"]


def test_a_conference_before_its_enquiry_is_refused_with_what_to_do():
    case = make_case()
    begun(case, case.maya)
    with as_practitioner(case.worker):
        decision_id = Episode.objects.get(folder_id=case.maya).decision_id
        with pytest.raises(Refused, match="Record the enquiry and the conference first"):
            conference.conference_decided(case.maya, plan_made=True, reasons=BECAUSE, decision_id=decision_id)


def test_a_step_is_taken_back_and_can_be_taken_again():
    case = make_case("strategy_discussion")
    maya, _theo = enquired(case)
    told = []
    way.moved.append(told.append)
    try:
        with as_practitioner(case.manager):
            take_back(maya.episode_id, "The discussion was recorded for the wrong child.", knows_family=False)
            assert stage_of(case.maya) is Stage.STRATEGY
            with pytest.raises(Refused):
                take_back(maya.episode_id, "no", knows_family=False)
        assert [t.after for t in told] == [Stage.STRATEGY]
    finally:
        way.moved.remove(told.append)


def test_police_protection_has_its_hours_and_says_why_nothing_less():
    case = make_case("immediate_protection")
    with as_practitioner(case.manager):
        began = now() - timedelta(hours=2)
        fields = {
            "kind": EmergencyKind.POLICE, "began_at": began, "authority": "PC 1182", "reasons": "Found alone at night.",
            "why_nothing_less": "Nobody could be reached.", "where": "With foster carers.", "told": "Told at the door.",
        }  # fmt: skip
        with pytest.raises(Refused, match="nothing less"):
            emergency.begin_emergency(case.maya, emergency.EmergencyIn(**{**fields, "why_nothing_less": ""}))
        row = emergency.begin_emergency(case.maya, emergency.EmergencyIn(**fields))
        assert row.ends_at == began + timedelta(hours=72)
        assert owed(case.maya, "immediate_protection") is None
        assert owed(case.maya, "police_protection_ends").due_at == row.ends_at
        assert Status.objects.filter(folder_id=case.maya, kind="police_protection", held_until=None).exists()
        with pytest.raises(Refused, match="cannot be extended"):
            emergency.extend_emergency(
                row.id, row.ends_at + timedelta(days=1), "The court said so on Monday."
            )
        emergency.end_emergency(row.id, now(), "She went to her grandmother with both parents' agreement.")
        assert owed(case.maya, "police_protection_ends") is None


@pytest.mark.obligation("TIM-02")
def test_an_order_ends_when_the_court_said_and_never_later_than_the_law_allows():
    case = make_case("immediate_protection")
    began = (now() - timedelta(hours=1)).replace(second=0, microsecond=0)
    ends = began + timedelta(days=3)

    def sent(at):
        return {
            f"{field}-{part}": value
            for field, when in (("began_at", began), ("ends_at", at))
            for part, value in (
                ("day", when.astimezone(LONDON).day), ("month", when.astimezone(LONDON).month),
                ("year", when.astimezone(LONDON).year), ("time", f"{when.astimezone(LONDON):%H:%M}"),
            )
        } | {
            "kind": "emergency_protection_order", "authority": "The family court", "reasons": "Found alone at night.",
            "why_nothing_less": "Nobody could be reached.", "where": "With foster carers.", "told": "At the door.",
        }  # fmt: skip

    client, form = (
        Client(headers={"user-agent": "Tests"}),
        reverse("enquiries:begin_emergency", args=[case.maya]),
    )
    client.force_login(case.manager.user)
    assert "Left empty, it lasts as long as the law allows: 8 calendar days" in client.get(form).text
    refused = client.post(form, sent(began + timedelta(days=20)))
    assert refused.status_code == 409
    assert "the longest that the law allows" in refused.text
    assert client.post(form, sent(ends)).status_code == 302
    with as_practitioner(case.manager):
        row = Emergency.objects.get(folder_id=case.maya)
        assert row.ends_at == ends
        duty = owed(case.maya, "emergency_protection_order_ends")
        assert (duty.due_at, duty.sooner_why) == (ends, "The court said that its order ends then.")
        # A court extends it from when it would have ended, not from the longest that it might have been.
        emergency.extend_emergency(row.id, ends + timedelta(days=2), "The court said so on Monday.")
        assert owed(case.maya, "emergency_protection_order_ends").due_at == ends + timedelta(days=2)


@pytest.mark.obligation("TIM-02")
def test_an_order_is_extended_once_as_long_as_the_pack_says_and_what_was_due_moves_with_it():
    case = make_case("immediate_protection")
    with as_practitioner(case.manager):
        row = emergency.begin_emergency(
            case.maya,
            emergency.EmergencyIn(
                kind=EmergencyKind.ORDER, began_at=now() - timedelta(hours=1), authority="The family court",
                reasons="Found alone at night.", why_nothing_less="Nobody could be reached.",
                where="With foster carers.", told="Told at the door.",
            ),
        )  # fmt: skip
        limit = pack_in_force().limit("emergency_protection_order_extension", today())
        longest = row.ends_at + timedelta(days=limit.amount)
        assert limit.citation
        with pytest.raises(Refused, match="Give a time after the order") as refused:
            emergency.extend_emergency(row.id, longest + timedelta(minutes=1), "The court said so on Monday.")
        assert refused.value.verdict.field == "until"
        emergency.extend_emergency(row.id, longest, "The court said so on Monday.")
        assert owed(case.maya, "emergency_protection_order_ends").due_at == longest
        with pytest.raises(Refused, match="extended once"):
            emergency.extend_emergency(row.id, longest, "The court said so again.")


SAFE = {
    "way": MadeSafeBy.RELATIVES, "what": "Her grandmother took both children home.", "done_by": "Dana Worker",
    "under": "Their mother agreed at the door, and signed.", "told": "Both were told by Dana.",
}  # fmt: skip


@pytest.mark.parametrize("lacks", ["what", "under", "done_by", "told"])
def test_a_child_made_safe_by_agreement_meets_what_was_decided(lacks):
    """Police protection and a court's order are not the only ways: the record of what was done is what is owed."""
    case = make_case("immediate_protection")
    done = now() - timedelta(minutes=5)
    with as_practitioner(case.manager):
        with pytest.raises(Refused) as refused:
            safe.make_safe(case.maya, safe.MadeSafeIn(**{**SAFE, lacks: " "}, done_at=done))
        assert refused.value.verdict.field == lacks
        with pytest.raises(Refused, match="past"):
            safe.make_safe(case.maya, safe.MadeSafeIn(**SAFE, done_at=now() + timedelta(hours=1)))
        assert owed(case.maya, "immediate_protection") is not None
        safe.make_safe(case.maya, safe.MadeSafeIn(**SAFE, done_at=done))
        assert owed(case.maya, "immediate_protection") is None
        assert owed(case.maya, "strategy_discussion") is not None, "what else was decided stays due"
        assert owed(case.theo, "immediate_protection") is not None, "each child is made safe by themselves"
    with as_practitioner(case.door.teacher), pytest.raises((NotPermitted, NotFound)):
        safe.make_safe(case.theo, safe.MadeSafeIn(**SAFE, done_at=done))


def test_where_the_police_protect_the_child_already_the_decision_owes_no_second_measure():
    case = make_case("section_17_assessment")
    with as_practitioner(case.manager):
        emergency.begin_emergency(
            case.maya,
            emergency.EmergencyIn(
                kind=EmergencyKind.POLICE, began_at=now() - timedelta(minutes=1), authority="PC 1182",
                reasons="Found alone at night.", why_nothing_less="Nobody could be reached.",
                where="With foster carers.", told="Told at the door.",
            ),
        )  # fmt: skip
    with as_practitioner(case.door.decider):
        concerns_actions.reopen(case.concern_id, "She was found alone.")
        parts = concerns.concern(case.concern_id).parts
        concerns_actions.screen(
            case.concern_id, [a_decision(p.id, "immediate_protection") for p in parts], knows_family=False
        )
    with as_practitioner(case.manager):
        assert owed(case.maya, "immediate_protection") is None
        assert owed(case.maya, "strategy_discussion") is not None
        assert owed(case.theo, "immediate_protection") is not None


A_PLACEMENT = {
    "began_on": today(), "basis": LegalBasis.AGREED, "basis_words": "Both parents agreed in writing.",
    "network": "Both grandmothers and an uncle were asked.", "reasons": BECAUSE, "lives_at": LivesAt.FOSTER_CARE,
    "placed_with": "Foster carers", "area": "Saltwick", "knows_family": False, "wishes": NOT_LEARNT,
}  # fmt: skip


@pytest.mark.obligation("HLP-03")
def test_a_child_looked_after_without_agreement_says_why_nothing_less_would_do_where_it_is_read():
    case = make_case()
    begun(case, case.maya)
    why = "A kinship placement was weighed: both grandmothers are too ill."
    with as_practitioner(case.manager):
        order = A_PLACEMENT | {"basis": LegalBasis.INTERIM, "began_on": today()}
        with pytest.raises(Refused, match="why nothing less would do") as refused:
            looked_after.become_looked_after(case.maya, looked_after.LookedAfterIn(**order))
        assert refused.value.verdict.field == "nothing_less"
        row = looked_after.become_looked_after(
            case.maya, looked_after.LookedAfterIn(**order, nothing_less=why)
        )
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(case.manager.user)
    assert why in client.get(reverse("enquiries:looked_after", args=[case.maya, row.id])).content.decode()
    assert why in client.get(reverse("enquiries:child", args=[case.maya])).content.decode()


@pytest.mark.obligation("TIM-01")
def test_the_first_review_and_visit_of_a_child_looked_after_are_sooner_where_they_need_it():
    case = make_case()
    begun(case, case.maya)
    soon = {"review_by": today() + timedelta(days=9), "visit_by": today() + timedelta(days=2)}
    why = "She does not sleep in the new place."
    with as_practitioner(case.manager):
        for wrong, told, field in (
            ({"review_by": today() + timedelta(days=90), "sooner_why": why}, "ends no later", "review_by"),
            ({"visit_by": today() + timedelta(days=60), "sooner_why": why}, "ends no later", "visit_by"),
            (soon, "Say why this child needs it sooner", "sooner_why"),
        ):
            with pytest.raises(Refused, match=told) as refused:
                looked_after.become_looked_after(case.maya, looked_after.LookedAfterIn(**A_PLACEMENT | wrong))
            assert refused.value.verdict.field == field
        looked_after.become_looked_after(
            case.maya, looked_after.LookedAfterIn(**A_PLACEMENT | soon, sooner_why=why)
        )
        for kind, by in (("first_looked_after_review", "review_by"), ("first_placement_visit", "visit_by")):
            duty = owed(case.maya, kind)
            assert (duty.due_at.astimezone(LONDON).date(), duty.sooner_why) == (soon[by], why)


@pytest.mark.obligation("TIM-01")
def test_a_medical_is_sooner_where_the_child_needs_it():
    case = make_case()
    asking = {"reasons": "How old the bruises are.", "asked_of": "Dr Hale"}
    begun(case, case.maya)
    by, why = now() + timedelta(hours=3), "The marks fade by tonight."
    with as_practitioner(case.worker):
        for wrong, told in (
            ({"needed_by": now() + timedelta(days=20), "sooner_why": why}, "ends no later"),
            ({"needed_by": now() - timedelta(hours=1), "sooner_why": why}, "still to come"),
            ({"needed_by": by}, "Say why"),
        ):
            with pytest.raises(Refused, match=told):
                medical.ask_for_medical(case.maya, **asking, **wrong)
        medical.ask_for_medical(case.maya, **asking, needed_by=by, sooner_why=why)
        assert (owed(case.maya, "medical").due_at, owed(case.maya, "medical").sooner_why) == (by, why)


@pytest.mark.obligation("HLP-07")
def test_becoming_looked_after_asks_the_network_first_and_starts_the_review_clock():
    case = make_case()
    begun(case, case.maya)
    fields = A_PLACEMENT
    with as_practitioner(case.worker), pytest.raises(NotPermitted):
        looked_after.become_looked_after(case.maya, looked_after.LookedAfterIn(**fields))
    with as_practitioner(case.manager):
        for known, told in ((None, "Say whether you know"), (True, "another manager must decide")):
            with pytest.raises(Refused, match=told):
                looked_after.become_looked_after(
                    case.maya, looked_after.LookedAfterIn(**{**fields, "knows_family": known})
                )
        with pytest.raises(Refused, match="family network"):
            looked_after.become_looked_after(
                case.maya, looked_after.LookedAfterIn(**{**fields, "network": ""})
            )
        looked_after.become_looked_after(case.maya, looked_after.LookedAfterIn(**fields))
        assert owed(case.maya, "first_looked_after_review").limit_id == "first_looked_after_review"
        assert owed(case.maya, "first_placement_visit") is not None
        assert Status.objects.filter(folder_id=case.maya, kind="looked_after", held_until=None).exists()


def test_a_medical_is_done_with_consent_and_told():
    case = make_case("strategy_discussion")
    enquired(case)
    with as_practitioner(case.worker):
        row = medical.ask_for_medical(
            case.maya, reasons="To see how old the bruises are.", asked_of="Dr Hale"
        )
        with pytest.raises(Refused, match="consented"):
            medical.write_medical(row.id, medical.MedicalIn(done_at=now()))
        medical.write_medical(
            row.id,
            medical.MedicalIn(
                consent="Her mother, in writing, today.", done_at=now(), done_by="Dr Hale", result="Two bruises.",
                told="Both parents and the police.",
            ),
        )  # fmt: skip
        assert owed(case.maya, "medical") is None


@pytest.mark.obligation("REC-12")
def test_what_was_written_to_a_medical_stays_and_is_put_right_by_adding():
    case = make_case("strategy_discussion")
    enquired(case)
    early, right = now() - timedelta(hours=5), now() - timedelta(hours=1)
    with as_practitioner(case.worker):
        row = medical.ask_for_medical(
            case.maya, reasons="To see how old the bruises are.", asked_of="Dr Hale"
        )
        medical.write_medical(
            row.id,
            medical.MedicalIn(
                consent="Her mother, in writing.", done_at=early, done_by="Dr Hale", result="Two bruises.",
                told="Both parents.",
            ),
        )  # fmt: skip
        with pytest.raises(Refused, match="what was wrong") as refused:
            medical.write_medical(row.id, medical.MedicalIn(done_at=right, done_by="Dr Adeyemi"))
        assert refused.value.verdict.field == "wrong"
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(case.worker.user)
    page = reverse("enquiries:medical", args=[case.maya, row.id])
    local = right.astimezone(LONDON)
    sent = {
        "done_at-day": local.day, "done_at-month": local.month, "done_at-year": local.year,
        "done_at-time": f"{local:%H:%M}",
        "done_by": "Dr Adeyemi", "wrong": "Dr Hale was away; it was her colleague.", "version": "2",
    }  # fmt: skip
    assert client.post(page, sent).status_code == 302
    shown = client.get(page).content.decode()
    assert "Dr Adeyemi" in shown
    assert "Done by: Dr Hale" in shown, "what had stood stays readable"
    assert "it was her colleague" in shown
    with as_practitioner(case.worker):
        [moment] = [m for m in told([case.maya]) if m.kind == "Child protection medical"]
        assert moment.happened_at == early, "as it was known before"
        now_known = as_known(moment, Asked())
        assert now_known.happened_at.replace(second=0, microsecond=0) == right.replace(
            second=0, microsecond=0
        )
        assert now_known.text == "Done by Dr Adeyemi. Two bruises."
        assert now_known.tags == ("Corrected",)


@pytest.mark.obligation("HLP-01")
def test_early_help_is_stepped_up_and_the_record_goes_along():
    case = make_case("early_help")
    lead = make_practitioner("early-help-lead-professional", name="Leila Helper")
    with as_practitioner(case.manager):
        from sightline.access.actions import give_access
        from sightline.access.terms import GrantLevel

        give_access(case.maya, why="Leads early help", practitioner_id=lead.pk, level=GrantLevel.WRITE)
    begun(case, case.maya, form="early_help", author_id=lead.pk)
    with as_practitioner(lead):
        row = changes.ask_step_up(
            case.maya,
            reasons="He has begun to come home drunk.",
            family_view="Her mother asks for it herself.",
        )
    with as_practitioner(case.door.decider):
        changes.decide_step_up(row.id, accepted=True, reasons=BECAUSE, knows_family=False, wishes=NOT_LEARNT)
    with as_practitioner(lead):
        assert stage_of(case.maya) is Stage.ASSESSMENT
        assert owed(case.maya, "assessment") is not None
        assert Assessment.objects.get(folder_id=case.maya).form == "early_help", "the record goes along"


@pytest.mark.obligation("ASM-04")
def test_new_significant_information_asks_for_a_review_of_the_open_assessment():
    case = make_case()
    begun(case, case.maya)
    with as_practitioner(case.manager):
        entry = sign_entry(
            {case.maya: "A neighbour saw him hit her."}, kind="note", happened_at=now(),
            impact={case.maya: "She may not be safe at home."},
        )[case.maya]  # fmt: skip
        duty = owed(case.maya, "review_of_open_assessment")
        assert duty.owner_id == case.worker.pk
        assert duty.path.endswith(f"/look-again/{entry.id}/")
    with as_practitioner(case.worker):
        changes.looked_again(
            case.maya, entry.id, changes=True, words="A strategy discussion is called today."
        )
        assert owed(case.maya, "review_of_open_assessment") is None


@pytest.mark.obligation("HLP-01")
def test_an_early_help_assessment_that_ends_in_a_step_up_goes_to_the_front_door():
    case = make_case("early_help")
    with as_practitioner(case.manager):
        [row] = act.begin(a_beginning(case, case.maya, form="early_help"))
    sent(case, row, outcome="step_up")
    with as_practitioner(case.manager):
        with pytest.raises(Refused) as refused:
            act.sign(row.id, a_signing("step_up"))
        assert refused.value.verdict.field == "family_view"
        act.sign(row.id, a_signing("step_up", family_view="Her mother was told on Tuesday and wants it."))
        assert stage_of(case.maya) is Stage.EARLY_HELP, "nothing steps up by itself"
        assert owed(case.maya, "decision_on_step_up") is not None
        asked = queries.step_up_waiting([case.maya])
        assert asked.family_view == "Her mother was told on Tuesday and wants it."
        assert not queries.authority_took_on([case.maya], row.started_at)
    with as_practitioner(case.door.decider):
        [row_on_board] = board([case.door.team.pk]).asked
        assert (row_on_board.what, row_on_board.due.subject_id) == ("Step up from early help", asked.id)
        assert row_on_board.asked_by == case.manager.name
        changes.decide_step_up(
            asked.id, accepted=True, reasons=BECAUSE, knows_family=False, wishes=NOT_LEARNT
        )
        assert board([case.door.team.pk]).asked == []
    with as_practitioner(case.worker):
        assert stage_of(case.maya) is Stage.ASSESSMENT
        assert queries.authority_took_on([case.maya], row.started_at)


def test_an_assessment_of_a_child_in_early_help_begins_only_by_the_front_doors_decision():
    case = make_case("early_help")
    with as_practitioner(case.manager):
        act.begin(a_beginning(case, case.maya, form="early_help"))
        with pytest.raises(Refused, match="the front door decides"):
            act.begin(a_beginning(case, case.maya))


@pytest.mark.obligation("ENQ-01")
def test_what_is_about_the_family_is_written_once_and_each_child_keeps_their_own():
    case = make_case("strategy_discussion")
    maya, theo = enquired(case)
    with as_practitioner(case.worker):
        protection.write_enquiry(theo.id, found(analysis="Theo was at his father's.", checks="Old."))
        protection.write_enquiry(
            maya.id,
            found(checks="The school and the police knew of it.", analysis="Maya is afraid."),
            also=[theo.id],
        )
        everybody_heard(maya, also=[theo.id])
        mine, his = (queries.enquiry(e.id, [e.folder_id]) for e in (maya, theo))
        assert mine.text.checks == his.text.checks == "The school and the police knew of it."
        assert (mine.text.analysis, his.text.analysis) == ("Maya is afraid.", "Theo was at his father's.")
        assert mine.text.written_together == his.text.written_together is not None
        assert his.texts[1].checks == "Old.", "what stood before stays"
        assert [s.whom for s in his.spoken_to] == ["Ana Ferreira, mother"]
        assert his.spoken_to[0].person_id == mine.spoken_to[0].person_id is not None


@pytest.mark.obligation("ENQ-01", "FAM-14")
def test_whoever_is_heard_is_one_of_the_childs_life_and_a_child_is_heard_alone_or_it_is_said_why_not():
    case = make_case("strategy_discussion")
    maya, theo = enquired(case)
    with as_practitioner(case.worker):
        his = child_page(joined_set(case.theo))
        theo_id = his.child.id
        told = {
            "spoken_on": today(), "told": "Section 47, in words for his age.",
            "interpreting": Interpreting.NONE_NEEDED,
        }  # fmt: skip
        with pytest.raises(Refused, match="Choose somebody who is in this child’s life"):
            protection.spoke_to(maya.id, person_id=uuid7(), **told)
        with pytest.raises(Refused, match="Say whether the child was spoken to alone"):
            protection.spoke_to(theo.id, person_id=theo_id, **told)
        with pytest.raises(Refused, match="Say who else was there"):
            protection.spoke_to(theo.id, person_id=theo_id, alone=False, **told)
        protection.spoke_to(theo.id, person_id=theo_id, alone=False, not_alone_why="He is four.", **told)
        # In his enquiry he is himself, in hers her brother; a teacher is in neither's life.
        protection.spoke_to(maya.id, whom="Ms Hale, teacher", alone=True, also=[theo.id], **told)
        protection.write_enquiry(maya.id, found(not_heard_why=""))
        lacks = protection.lacks_of(*_as_it_stands(maya))
        assert lacks[0] == "Record how Ana Ferreira, mother was heard, or why not"
        assert lacks[1].startswith("No father is recorded")
        shown = accounts(his, queries.enquiry(theo.id, [case.theo]).spoken_to)
        assert (shown[0].who, shown[0].stands) == ("Theo Ferreira-Lund, the child", "Heard")
        assert [s.whom for s in others(shown, queries.enquiry(theo.id, [case.theo]).spoken_to)] == [
            "Ms Hale, teacher"
        ]


def _as_it_stands(row):
    view = queries.enquiry(row.id, [row.folder_id])
    return view.text, child_page(joined_set(row.folder_id)), view.spoken_to


def test_the_right_role_and_the_wrong_child():
    case = make_case("strategy_discussion")
    maya, _theo = enquired(case)
    stranger = make_practitioner("team-manager")
    with as_practitioner(stranger):
        assert Enquiry.objects.count() == 0
        assert Strategy.objects.count() == 0
        with pytest.raises(NotFound):
            protection.end_enquiry(maya.id, an_ending("continuing_risk", True))
        with pytest.raises(NotFound):
            changes.ask_step_up(case.maya, reasons=BECAUSE, family_view=BECAUSE)
