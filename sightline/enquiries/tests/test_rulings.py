"""What is decided over a conflict of interests waits for another manager (CHD-06), whichever decision it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from sightline.access.tests.factories import let_in
from sightline.agencies.models import Notice, RolePermission
from sightline.agencies.tests.factories import as_practitioner, make_practitioner, setting_up
from sightline.children.actions import correct_particulars, died
from sightline.children.models import Residence, Status
from sightline.children.rules import Address, Birth
from sightline.children.terms import LivesAt, Sex
from sightline.enquiries.actions import assessment as act
from sightline.enquiries.actions import changes, looked_after, no_longer_looked_after, protection
from sightline.enquiries.actions import episode as way
from sightline.enquiries.actions.ruling import rule_on
from sightline.enquiries.actions.taking_back import take_back
from sightline.enquiries.models import (
    Enquiry,
    Episode,
    LookedAfter,
    Strategy,
    StrategyDecision,
    Waiting,
    WaitingHome,
)
from sightline.enquiries.queries import protection as queries
from sightline.enquiries.terms import Act, LegalBasis, Reached, Stage
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import Refused
from sightline.meetings import actions as meetings
from sightline.procedures.models import Duty
from sightline.records.actions import ConflictIn
from sightline.voice.actions import WishesIn

from .factories import a_closing, begun, discussed, make_case
from .test_contact import tried
from .test_pages import browser
from .test_protection import BECAUSE, deciding, owed, stage_of

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("CHD-06")]

UNRESOLVED = ConflictIn("Her uncle, who works for the authority, wants it settled quietly.", "", False)
RESOLVED = ConflictIn("Her uncle wants it settled quietly.", "He was told that he has no say in it.", True)


def ruling_owed(folder_id):
    return owed(folder_id, "decision_on_conflict")


@pytest.mark.parametrize("upholds", [True, False])
def test_what_a_discussion_decides_over_a_conflict_waits_for_another_manager(upholds):
    case = make_case("strategy_discussion")
    meeting_id = discussed(case, case.maya)
    how = {"knows_family": False, "worker_id": case.worker.pk}
    with as_practitioner(case.manager):
        part = Strategy.objects.get(folder_id=case.maya)
        [made] = protection.decide_strategy(
            meeting_id, [deciding(part, "section_47_joint", conflict=UNRESOLVED)], **how
        )
        assert stage_of(case.maya) is Stage.STRATEGY
        assert not Enquiry.objects.exists()
        assert owed(case.maya, "strategy_discussion") is not None, "its clock runs on"
        assert ruling_owed(case.maya).path == f"/meetings/{meeting_id}/decision/{made.decision_id}/ruling/"
        assert queries.strategy(part.id, [case.maya]).outcome.endswith("Waits for a manager’s ruling")
        with pytest.raises(Refused, match="still to rule"):
            protection.decide_strategy(meeting_id, [deciding(part, "assessment")], **how)
        with pytest.raises(Refused, match="Another manager must rule"):
            meetings.rule_on(made.decision_id, upholds=True, reasons=BECAUSE)
    page = browser(case.manager).get(reverse("enquiries:strategy", args=[case.maya, part.id]))
    assert "A manager has still to rule" in page.content.decode()
    assert 'name="c0-outcome"' not in page.content.decode()
    with as_practitioner(case.other_manager):
        meetings.rule_on(made.decision_id, upholds=upholds, reasons=BECAUSE)
        assert ruling_owed(case.maya) is None
        assert (stage_of(case.maya) is Stage.ENQUIRY) is upholds
        if upholds:
            enquiry = Enquiry.objects.get(folder_id=case.maya)
            assert enquiry.worker_id == case.worker.pk, "whom the discussion had named"
            assert enquiry.began_at == part.meeting.began_at, "the clock of the discussion, not of the ruling"
            assert owed(case.maya, "strategy_discussion") is None
            return
        assert owed(case.maya, "strategy_discussion") is not None
    with as_practitioner(case.manager):
        protection.decide_strategy(meeting_id, [deciding(part, "assessment", conflict=RESOLVED)], **how)
        assert stage_of(case.maya) is Stage.ASSESSMENT, (
            "one that is resolved for the child takes effect at once"
        )
        assert StrategyDecision.objects.filter(strategy=part).count() == 2


@pytest.mark.obligation("TIM-01")
@pytest.mark.parametrize(("days", "sooner"), [(2, True), (6, True), (60, False)])
def test_a_ruling_keeps_the_day_that_the_conference_was_wanted_by_as_long_as_that_is_sooner(days, sooner):
    case = make_case("strategy_discussion")
    meeting_id = discussed(case, case.maya)
    wanted, why = today() + timedelta(days=4), "Her father comes home on Friday."
    with as_practitioner(case.manager):
        part = Strategy.objects.get(folder_id=case.maya)
        [made] = protection.decide_strategy(
            meeting_id,
            [
                deciding(
                    part, "section_47_joint", conflict=UNRESOLVED, conference_by=wanted, sooner_why=why
                )
            ],
            knows_family=False, worker_id=case.worker.pk,
        )  # fmt: skip
    with time_machine.travel(now() + timedelta(days=days)), as_practitioner(case.other_manager):
        meetings.rule_on(made.decision_id, upholds=True, reasons=BECAUSE)
        assert stage_of(case.maya) is Stage.ENQUIRY
        duty = Duty.objects.get(folder_id=case.maya, kind="initial_conference")
        assert duty.sooner_why == (why if sooner else "")
        if sooner:
            assert duty.due_at.astimezone(LONDON).date() == max(wanted, today())


def test_a_discussion_decides_anew_after_a_decision_of_its_that_was_not_upheld():
    case = make_case("strategy_discussion")
    meeting_id = discussed(case, case.maya)
    how = {"knows_family": False, "worker_id": case.worker.pk}
    with as_practitioner(case.manager):
        part = Strategy.objects.get(folder_id=case.maya)
        protection.decide_strategy(meeting_id, [deciding(part, "section_47_joint")], **how)
        [made] = protection.decide_strategy(
            meeting_id, [deciding(part, "assessment", conflict=UNRESOLVED)], **how
        )
        assert stage_of(case.maya) is Stage.ENQUIRY
    with as_practitioner(case.other_manager):
        meetings.rule_on(made.decision_id, upholds=False, reasons=BECAUSE)
    with as_practitioner(case.manager):
        protection.decide_strategy(meeting_id, [deciding(part, "assessment")], **how)
        assert stage_of(case.maya) is Stage.ASSESSMENT, (
            "what it takes back is the decision that was in effect"
        )


def test_a_discussion_that_closes_the_case_over_a_conflict_closes_it_with_the_ruling():
    case = make_case("strategy_discussion")
    meeting_id = discussed(case, case.maya)
    with as_practitioner(case.manager):
        part = Strategy.objects.get(folder_id=case.maya)
        [made] = protection.decide_strategy(
            meeting_id, [deciding(part, "no_further_action", conflict=UNRESOLVED)], knows_family=False
        )
        assert stage_of(case.maya) is Stage.STRATEGY
    with as_practitioner(case.other_manager):
        meetings.rule_on(made.decision_id, upholds=True, reasons=BECAUSE)
        episode = Episode.objects.get(folder_id=case.maya)
        assert (Stage(episode.stage), episode.closure) == (Stage.CLOSED, "RC8")


NOT_LEARNT = WishesIn(why_not="She was too frightened to say.")


def a_placement(**changes):
    fields = {
        "began_on": today() - timedelta(days=1), "basis": LegalBasis.AGREED, "basis_words": "Both parents agreed.",
        "network": "Both grandmothers were asked.", "reasons": BECAUSE, "lives_at": LivesAt.FOSTER_CARE,
        "placed_with": "Foster carers", "area": "Saltwick", "confidential": True, "knows_family": False,
        "wishes": NOT_LEARNT, "nothing_less": "Both grandmothers are too ill to take her.",
    }  # fmt: skip
    return looked_after.LookedAfterIn(**{**fields, **changes})


def lives(folder_id):
    """What kind of place the child's home is now, and with whom."""
    home = Residence.objects.filter(folder_id=folder_id, held_until=None)
    return home.values_list("lives_at", "with_whom").first()


def no_longer(row, words, knows_family=False, **more):
    """The child is no longer looked after, from today."""
    heard = WishesIn(why_not="She was too frightened to say.")
    more.setdefault("home", None)
    return no_longer_looked_after.end_looked_after(
        row.id, today(), words, knows_family=knows_family, wishes=heard, **more
    )


@pytest.mark.parametrize("upholds", [True, False])
def test_a_child_becomes_looked_after_over_a_conflict_only_when_another_manager_upholds_it(upholds):
    case = make_case()
    begun(case, case.maya)
    with as_practitioner(case.manager):
        sooner = {"visit_by": today() + timedelta(days=2), "sooner_why": "She does not sleep there."}
        asked = a_placement(basis=LegalBasis.INTERIM, conflict=UNRESOLVED, **sooner)
        assert looked_after.become_looked_after(case.maya, asked) is None
        assert not LookedAfter.objects.exists()
        assert not Status.objects.filter(folder_id=case.maya, kind="looked_after").exists()
        assert not Residence.objects.filter(folder_id=case.maya, area="Saltwick").exists()
        with pytest.raises(Refused, match="still to rule on that"):
            looked_after.become_looked_after(case.maya, a_placement())
        decision_id = Waiting.objects.get(folder_id=case.maya).decision_id
        assert ruling_owed(case.maya).subject_id == decision_id
        with pytest.raises(Refused, match="Another manager must rule"):
            rule_on(decision_id, upholds=True, reasons=BECAUSE)
    tab = browser(case.other_manager).get(reverse("enquiries:child", args=[case.maya])).content.decode()
    assert reverse("enquiries:ruling", args=[case.maya, decision_id]) in tab
    answer = browser(case.other_manager).post(
        reverse("enquiries:ruling", args=[case.maya, decision_id]),
        {"upholds": "yes" if upholds else "no", "reasons": BECAUSE},
    )
    assert answer.status_code == 302, answer.content.decode()
    with as_practitioner(case.manager):
        assert ruling_owed(case.maya) is None
        assert LookedAfter.objects.filter(folder_id=case.maya).exists() is upholds
        if not upholds:
            assert looked_after.become_looked_after(case.maya, a_placement()) is not None
            return
        row = LookedAfter.objects.get(folder_id=case.maya)
        assert (row.began_on, row.decision_id) == (today() - timedelta(days=1), decision_id)
        lives = Residence.objects.get(folder_id=case.maya, area="Saltwick", held_until=None)
        assert (lives.with_whom, lives.confidential) == ("Foster carers", True)
        assert LookedAfter.objects.get().nothing_less == "Both grandmothers are too ill to take her."
        assert owed(case.maya, "first_looked_after_review") is not None
        assert owed(case.maya, "first_placement_visit").sooner_why == "She does not sleep there."


@pytest.mark.parametrize("accepted", [True, False])
def test_a_step_up_decided_over_a_conflict_waits_and_its_clock_runs_on(accepted):
    case = make_case("early_help")
    begun(case, case.maya, form="early_help")
    with as_practitioner(case.worker):
        row = changes.ask_step_up(case.maya, reasons=BECAUSE, family_view="Her mother wants it.")
    with as_practitioner(case.door.decider):
        changes.decide_step_up(
            row.id,
            accepted=accepted,
            reasons=BECAUSE,
            knows_family=False,
            wishes=NOT_LEARNT,
            conflict=UNRESOLVED,
        )
        assert owed(case.maya, "decision_on_step_up") is not None
        assert stage_of(case.maya) is Stage.EARLY_HELP
        with pytest.raises(Refused, match="still to rule on that"):
            changes.decide_step_up(row.id, accepted=True, reasons=BECAUSE, knows_family=False)
        decision_id = Waiting.objects.get(folder_id=case.maya).decision_id
    with as_practitioner(case.manager):
        rule_on(decision_id, upholds=True, reasons=BECAUSE)
        row.refresh_from_db()
        assert (row.accepted, row.decision_id) == (accepted, decision_id)
        assert owed(case.maya, "decision_on_step_up") is None
        assert stage_of(case.maya) is (Stage.ASSESSMENT if accepted else Stage.EARLY_HELP)
        assert (owed(case.maya, "assessment") is not None) is accepted


def test_a_manager_who_closes_a_case_over_a_conflict_waits_for_another():
    case = make_case()
    begun(case, case.maya)
    with as_practitioner(case.manager):
        [row] = Episode.objects.filter(folder_id=case.maya)
        act.set_aside(row.assessments.get().id, "It was begun for the wrong child.", knows_family=False)
        end = changes.CaseEnd(
            BECAUSE, a_closing(), False, "She was seen at her new school.",
            WishesIn(why_not="She was asked twice."), UNRESOLVED,
        )  # fmt: skip
        changes.close_case(case.maya, end)
        assert stage_of(case.maya) is Stage.ASSESSMENT
        with pytest.raises(Refused, match="still to rule on that"):
            changes.close_case(case.maya, end)
        decision_id = Waiting.objects.get(folder_id=case.maya).decision_id
    with as_practitioner(case.other_manager):
        rule_on(decision_id, upholds=True, reasons=BECAUSE)
        assert stage_of(case.maya) is Stage.CLOSED


def test_a_ruling_closes_no_case_over_a_discussion_that_was_called_meanwhile():
    case = make_case()
    begun(case, case.maya)
    with as_practitioner(case.manager):
        [row] = Episode.objects.filter(folder_id=case.maya)
        act.set_aside(row.assessments.get().id, "It was begun for the wrong child.", knows_family=False)
        wishes = WishesIn(why_not="She was asked twice.")
        safe = "She was seen at her new school."
        changes.close_case(case.maya, changes.CaseEnd(BECAUSE, a_closing(), False, safe, wishes, UNRESOLVED))
        decision_id = Waiting.objects.get(folder_id=case.maya).decision_id
    discussed(case, case.maya, held=False)
    ruling = reverse("enquiries:ruling", args=[case.maya, decision_id])
    answer = browser(case.other_manager).post(ruling, {"upholds": "yes", "reasons": BECAUSE})
    assert answer.status_code == 409
    assert "A discussion, enquiry or conference is under way" in answer.content.decode()
    with as_practitioner(case.manager):
        assert stage_of(case.maya) is Stage.STRATEGY
        assert ruling_owed(case.maya) is not None
    assert browser(case.other_manager).post(ruling, {"upholds": "no", "reasons": BECAUSE}).status_code == 302
    with as_practitioner(case.manager):
        assert stage_of(case.maya) is Stage.STRATEGY
        assert ruling_owed(case.maya) is None


@pytest.mark.obligation("ASM-08")
def test_where_a_child_is_to_live_is_as_hidden_while_it_waits_as_it_will_be():
    case = make_case()
    begun(case, case.maya)
    nurse = make_practitioner("health-visitor")
    let_in(case.maya, nurse)
    with as_practitioner(case.manager):
        looked_after.become_looked_after(case.maya, a_placement(conflict=UNRESOLVED, lines="1 Quay Row"))
        waiting = Waiting.objects.get(folder_id=case.maya)
        assert WaitingHome.objects.get(waiting=waiting).lines == "1 Quay Row"
    role = case.other_manager.postings.get().role
    with setting_up():
        RolePermission.objects.filter(role=role, permission="address.confidential").delete()
    for who in (nurse, case.other_manager):
        with as_practitioner(who):
            seen = Waiting.objects.get(folder_id=case.maya).sent
            assert not WaitingHome.objects.exists()
        for word in ("Quay Row", "Saltwick", "Foster carers", BECAUSE):
            assert word not in str(seen)
    answer = browser(case.other_manager).post(
        reverse("enquiries:ruling", args=[case.maya, waiting.decision_id]),
        {"upholds": "yes", "reasons": BECAUSE},
    )
    assert answer.status_code == 409
    assert "A manager who may see it must rule" in answer.content.decode()
    with as_practitioner(case.manager):
        assert not LookedAfter.objects.exists()
        assert ruling_owed(case.maya) is not None


@pytest.mark.parametrize("turned_18", [True, False])
def test_no_ruling_makes_a_child_looked_after_who_died_or_turned_18_meanwhile(turned_18):
    case = make_case()
    begun(case, case.maya)
    with as_practitioner(case.manager):
        looked_after.become_looked_after(case.maya, a_placement(conflict=UNRESOLVED))
        decision_id = Waiting.objects.get(folder_id=case.maya).decision_id
        if turned_18:
            born = Birth(born_on=today() - timedelta(days=6600), sex=Sex.FEMALE)
            correct_particulars(case.maya, born, why="From her passport.")
        else:
            died(case.maya, today())
    with as_practitioner(case.other_manager):
        with pytest.raises(Refused, match="turned 18" if turned_18 else "has died"):
            rule_on(decision_id, upholds=True, reasons=BECAUSE)
        assert not LookedAfter.objects.exists()
        rule_on(decision_id, upholds=False, reasons=BECAUSE)
        assert ruling_owed(case.maya) is None


def test_each_form_of_these_decisions_asks_for_a_conflict_and_keeps_what_was_typed():
    case = make_case("strategy_discussion")
    discussed(case, case.maya)
    client = browser(case.manager)
    with as_practitioner(case.manager):
        part = Strategy.objects.get(folder_id=case.maya)
    for path in (
        reverse("enquiries:strategy", args=[case.maya, part.id]),
        reverse("enquiries:become_looked_after", args=[case.maya]),
    ):
        told = client.post(
            path, {"reasons": "Kept as typed.", "c0-reasons": "Kept as typed."}
        ).content.decode()
        assert "Say whether there is a conflict" in told
        assert "Kept as typed." in told


def test_nobody_takes_back_or_sets_aside_for_a_family_that_they_know():
    case = make_case()
    [row] = begun(case, case.maya)
    with as_practitioner(case.manager):
        for known in (None, True):
            with pytest.raises(Refused) as refused:
                act.set_aside(row.id, "It was begun for the wrong child.", knows_family=known)
            assert refused.value.verdict.field == "knows_family"
            with pytest.raises(Refused) as refused:
                take_back(row.episode_id, "It was begun for the wrong child.", knows_family=known)
            assert refused.value.verdict.field == "knows_family"
        made = looked_after.become_looked_after(case.maya, a_placement())
        with pytest.raises(Refused, match="another manager must decide"):
            no_longer(made, "She is at her grandmother's.", knows_family=True)
        assert not Duty.objects.filter(kind="decision_on_conflict").exists()


@pytest.mark.obligation("REC-05")
def test_becoming_looked_after_by_mistake_is_taken_back_with_status_address_and_clocks():
    case = make_case()
    begun(case, case.maya)
    with as_practitioner(case.manager):
        home = Residence.objects.get(person__folder_id=case.maya, held_until=None)
        Residence.objects.filter(id=home.id).update(held_from=today() - timedelta(days=90))
        made = looked_after.become_looked_after(case.maya, a_placement(basis=LegalBasis.INTERIM))
        assert Residence.objects.get(person_id=home.person_id, held_until=None).area == "Saltwick"
        clocks = Duty.objects.filter(subject_id=made.id)
        clocks.filter(kind="first_placement_visit").update(state="missed", due_at=now() - timedelta(days=1))
        clocks.filter(kind="first_looked_after_review").update(due_at=now() - timedelta(days=1))
    client = browser(case.manager)
    back = reverse("enquiries:take_looked_after_back", args=[case.maya, made.id])
    assert back in client.get(reverse("enquiries:looked_after", args=[case.maya, made.id])).content.decode()
    known = client.post(
        back, {"words": "It was her cousin Maya.", "knows_family": "yes", "has_conflict": "no"}
    )
    assert known.status_code == 409
    assert (
        client.post(
            back, {"words": "It was her cousin Maya.", "knows_family": "no", "has_conflict": "no"}
        ).status_code
        == 302
    )
    with as_practitioner(case.manager):
        row = LookedAfter.objects.get(id=made.id)
        assert row.was_taken_back
        assert row.ended_words == "Taken back: It was her cousin Maya."
        held = Status.objects.filter(folder_id=case.maya, kind__in=["looked_after", "interim_care_order"])
        assert {(s.held_until == s.held_from) for s in held} == {True}, "it never held"
        lives = Residence.objects.get(person_id=home.person_id, held_until=None)
        assert (lives.lines, lives.postcode) == (home.lines, home.postcode)
        assert set(clocks.values_list("state", flat=True)) == {"withdrawn"}, "never owed, and so not missed"
        with pytest.raises(Refused, match="nothing to take back"):
            no_longer_looked_after.take_looked_after_back(row.id, "Once more.", knows_family=False)
        assert looked_after.become_looked_after(case.maya, a_placement()) is not None
    tab = client.get(reverse("enquiries:child", args=[case.maya])).content.decode()
    assert "Taken back" in tab


@pytest.mark.obligation("REC-05")
def test_that_a_child_is_no_longer_looked_after_is_taken_back_with_status_and_clocks():
    case = make_case()
    begun(case, case.maya)
    with as_practitioner(case.manager):
        made = looked_after.become_looked_after(case.maya, a_placement(basis=LegalBasis.INTERIM))
        review = owed(case.maya, "first_looked_after_review")
        home = Address(LivesAt.HOME, "3 Quay Row", "", "Saltwick", "Her mother")
        no_longer(made, "Home to her mother, by the order.", home=home)
        assert owed(case.maya, "first_looked_after_review") is None
        assert lives(case.maya) == ("home", "Her mother"), "the placement is her home no more"
    client = browser(case.manager)
    period = reverse("enquiries:looked_after", args=[case.maya, made.id])
    back = reverse("enquiries:take_end_back", args=[case.maya, made.id])
    assert back in client.get(period).content.decode()
    sent = {"words": "It was her cousin who went home.", "knows_family": "no", "has_conflict": "no"}
    assert client.post(back, sent).status_code == 302
    with as_practitioner(case.manager):
        row = LookedAfter.objects.get(id=made.id)
        assert (row.ended_on, row.ended_words) == (None, "")
        standing = Status.objects.filter(folder_id=case.maya, held_until=None)
        assert {"looked_after", "interim_care_order"} <= set(standing.values_list("kind", flat=True))
        again = owed(case.maya, "first_looked_after_review")
        assert again is not None
        assert again.due_at == review.due_at, "with the clock that it had"
        assert lives(case.maya) == ("foster_care", "Foster carers"), "and where she lived"
        no_longer(made, "She left and will not say where she is.")
        assert lives(case.maya) is None, "nobody knows where she lives"
        no_longer_looked_after.take_end_back(made.id, "She came back the same day.", knows_family=False)
        assert lives(case.maya) == ("foster_care", "Foster carers")
    told = client.get(period).content.decode()
    assert "It was her cousin who went home." in told
    assert "Home to her mother, by the order." in told, "what had been recorded stays readable"
    assert client.post(back, sent).status_code == 409, "there is no end to take back"


@pytest.mark.parametrize("upholds", [True, False])
def test_a_child_stays_looked_after_until_another_manager_upholds_that_they_are_not(upholds):
    case = make_case()
    begun(case, case.maya)
    with as_practitioner(case.manager):
        made = looked_after.become_looked_after(case.maya, a_placement(basis=LegalBasis.INTERIM))
    client = browser(case.manager)
    path = reverse("enquiries:looked_after", args=[case.maya, made.id])
    day = {"ended_on-day": today().day, "ended_on-month": today().month, "ended_on-year": today().year}
    sent = {"knows_family": "no", **day, "words": "Home to her mother, by the order."}
    asked = client.post(path, sent).content.decode()
    assert "Say whether there is a conflict" in asked
    assert "Home to her mother, by the order." in asked
    sent |= {"has_conflict": "yes", "conflict": UNRESOLVED.conflict, "for_the_child": "no"}
    assert "Say whether it is known where" in client.post(path, sent).content.decode()
    sent |= {"home_known": "yes", "lives_at": "home", "with_whom": "Her mother", "area": "Saltwick",
             "confidential": "yes"}  # fmt: skip
    assert client.post(path, sent).status_code == 409, "her wishes are asked for"
    sent |= {"wishes_why_not": "She was too frightened to say."}
    told = client.post(path, sent, follow=True).content.decode()
    assert "Nothing of it takes effect until another manager has ruled" in told
    again = client.post(path, {**sent, "has_conflict": "no"})
    assert again.status_code == 409
    assert "has still to rule on" in again.content.decode()
    with as_practitioner(case.manager):
        row = LookedAfter.objects.get(id=made.id)
        assert (row.ended_on, row.ended_words) == (None, "")
        assert owed(case.maya, "first_looked_after_review") is not None
        with pytest.raises(Refused, match="still to rule"):
            no_longer_looked_after.take_looked_after_back(
                made.id, "It was her cousin Maya.", knows_family=False
            )
    with as_practitioner(case.other_manager):
        rule_on(Waiting.objects.get(what="looked_after_end").decision_id, upholds=upholds, reasons=BECAUSE)
        row.refresh_from_db()
        assert (row.ended_on == today()) is upholds
        assert (owed(case.maya, "first_looked_after_review") is None) is upholds
        held = Status.objects.filter(folder_id=case.maya, held_until=None)
        kinds = set(held.values_list("kind", flat=True)) & {"looked_after", "interim_care_order"}
        assert kinds == (set() if upholds else {"looked_after", "interim_care_order"})
        assert lives(case.maya) == (("home", "Her mother") if upholds else ("foster_care", "Foster carers"))
        if upholds:
            assert row.ended_words == "Home to her mother, by the order."
            return
        assert no_longer(made, "Home to her mother.", conflict=RESOLVED).ended_on == today()


@pytest.mark.parametrize("upholds", [True, False])
def test_an_assessment_is_set_aside_and_taken_up_over_a_conflict_only_when_another_manager_upholds_it(
    upholds,
):
    case = make_case()
    [row] = begun(case, case.maya)
    client = browser(case.manager)
    sent = {"knows_family": "no", "words": "It was begun for the wrong child."}

    def ruled_on(name, state):
        path = reverse(f"enquiries:{name}", args=[case.maya, row.id])
        asked = client.post(path, sent).content.decode()
        assert "Say whether there is a conflict" in asked
        assert "It was begun for the wrong child." in asked
        over = {**sent, "has_conflict": "yes", "conflict": UNRESOLVED.conflict, "for_the_child": "no"}
        told = client.post(path, over, follow=True).content.decode()
        assert "Nothing of it takes effect until another manager has ruled" in told
        assert client.post(path, {**over, "has_conflict": "no"}).status_code == 409
        with as_practitioner(case.other_manager):
            row.refresh_from_db()
            assert row.state == state, "until then it stands as before"
            [waiting] = Waiting.objects.filter(decision__ruling__isnull=True)
            rule_on(waiting.decision_id, upholds=upholds, reasons=BECAUSE)
            row.refresh_from_db()
        return path

    path = ruled_on("set_aside", "writing")
    assert row.state == ("set_aside" if upholds else "writing")
    if not upholds:
        assert client.post(path, {**sent, "has_conflict": "no"}).status_code == 302
    with as_practitioner(case.manager):
        last = row.sign_offs.latest("at")
        assert (last.act, last.by_id) == ("set aside", case.manager.pk), "who decided, not who ruled"
        assert last.decision is not None
    ruled_on("take_up", "set_aside")
    assert row.state == ("writing" if upholds else "set_aside")


def test_no_ruling_sets_aside_what_was_sent_to_be_signed_meanwhile():
    case = make_case()
    [row] = begun(case, case.maya)
    with as_practitioner(case.manager):
        act.set_aside(row.id, "It was begun for the wrong child.", knows_family=False, conflict=UNRESOLVED)
        type(row).objects.filter(id=row.id).update(state="sent")
        decision_id = Waiting.objects.get(folder_id=case.maya).decision_id
    with as_practitioner(case.other_manager):
        with pytest.raises(Refused):
            rule_on(decision_id, upholds=True, reasons=BECAUSE)
        rule_on(decision_id, upholds=False, reasons=BECAUSE)
        assert ruling_owed(case.maya) is None


@pytest.mark.parametrize("upholds", [True, False])
@pytest.mark.parametrize("what", ["step", "beginning", "end"])
def test_what_is_taken_back_over_a_conflict_stands_until_another_manager_upholds_it(what, upholds):
    case = make_case()
    [row] = begun(case, case.maya)
    because = "It was recorded on the wrong child."
    asked = {"knows_family": "no", "words": because, "has_conflict": "yes", "for_the_child": "no",
             "conflict": UNRESOLVED.conflict}  # fmt: skip
    with as_practitioner(case.manager):
        if what == "step":
            way.move(way.locked(row.episode_id), Act.AGREE_HELP, reasons=BECAUSE)
            path = reverse("enquiries:take_back", args=[case.maya, row.episode_id])
        else:
            made = looked_after.become_looked_after(case.maya, a_placement())
            if what == "end":
                no_longer(made, "She is at home again.")
            name = "take_end_back" if what == "end" else "take_looked_after_back"
            path = reverse(f"enquiries:{name}", args=[case.maya, made.id])

    def taken_back():
        if what == "step":
            return stage_of(case.maya) is Stage.ASSESSMENT
        row = LookedAfter.objects.get(id=made.id)
        return row.ended_on is None if what == "end" else row.was_taken_back

    client = browser(case.manager)
    answer = client.post(path, asked, follow=True)
    assert "Nothing of it takes effect until another manager has ruled" in answer.content.decode()
    again = client.post(path, {**asked, "has_conflict": "no"})
    assert again.status_code == 409
    assert "has still to rule on" in again.content.decode()
    with as_practitioner(case.other_manager):
        assert not taken_back()
        rule_on(Waiting.objects.get(folder_id=case.maya).decision_id, upholds=upholds, reasons=BECAUSE)
        assert taken_back() is upholds


@pytest.mark.obligation("FAM-15")
@pytest.mark.parametrize("upholds", [True, False])
def test_how_a_child_whom_nobody_reaches_is_kept_safe_is_owed_until_a_conflict_over_it_is_ruled_on(upholds):
    case = make_case()
    begun(case, case.maya)
    with as_practitioner(case.worker):
        for minutes in (90, 60, 30, 10):
            tried(case, Reached.NO_ANSWER, minutes)
    sent = {
        "knows_family": "no", "what": "seen_elsewhere", "safe_words": "Her school sees her each day.",
        "reasons": BECAUSE, "has_conflict": "yes", "conflict": UNRESOLVED.conflict, "for_the_child": "no",
    }  # fmt: skip
    path = reverse("enquiries:non_contact", args=[case.maya])
    client = browser(case.manager)
    asked = client.post(path, {**sent, "has_conflict": ""}).content.decode()
    assert "Say whether there is a conflict" in asked
    assert "Her school sees her each day." in asked
    assert client.post(path, sent).status_code == 302
    assert client.post(path, {**sent, "has_conflict": "no"}).status_code == 409
    with as_practitioner(case.other_manager):
        assert owed(case.maya, "decision_on_non_contact") is not None
        rule_on(Waiting.objects.get(folder_id=case.maya).decision_id, upholds=upholds, reasons=BECAUSE)
        assert (owed(case.maya, "decision_on_non_contact") is None) is upholds
    with as_practitioner(case.manager):
        assert Notice.objects.filter(text__contains="has ruled").exists()
