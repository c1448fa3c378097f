"""What is decided on a plan over a conflict of interests waits for another manager (CHD-06), whatever it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from sightline.access.tests.factories import let_in
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.children.models import Status
from sightline.enquiries.actions.ruling import rule_on
from sightline.enquiries.models import Waiting
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import Refused
from sightline.plans import actions, queries
from sightline.plans.actions import BeginIn, TransferAnswer
from sightline.plans.models import Category, Incident, Plan, Review, Transfer
from sightline.plans.terms import Direction, IncidentKind, PlanKind, PlanState, ReviewResult
from sightline.procedures.models import TO_DO, Duty
from sightline.procedures.queries import pack_in_force
from sightline.records.actions import ConflictIn

from .factories import (
    AT_NO_MEETING,
    WISHED,
    a_step,
    an_end,
    begun,
    closed_review,
    hear,
    make_family,
    reviewed,
    signed,
)
from .test_incidents import an_incident, owed
from .test_pages import _client, _day

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("CHD-06")]

UNRESOLVED = ConflictIn("Her father wants to be left alone.", "", False)
BECAUSE = "It is her safety that counts, and she was heard."
STILL = "A manager has still to rule on that"


def ruled(family, upholds=True, by=None):
    """Another manager rules on what waits."""
    with as_practitioner(by or family.chair):
        [waiting] = Waiting.objects.filter(decision__ruling__isnull=True)
        rule_on(waiting.decision_id, upholds=upholds, reasons=BECAUSE)
        assert not Duty.objects.filter(TO_DO, folder_id=family.maya, kind="decision_on_conflict").exists()


def state_of(plan):
    return PlanState(Plan.objects.get(id=plan).state)


def answered(family, plan):
    """A review with every answer."""
    with as_practitioner(family.worker):
        review = actions.start_review(plan, today(), without_quorum_why=AT_NO_MEETING)
        for one in queries.review_shown(review).outcomes:
            actions.answer_outcome(review, one.outcome.item, reviewed())
        hear(family, plan, review_id=review)
    return review


@pytest.mark.parametrize("upholds", [True, False])
def test_a_plan_is_begun_over_a_conflict_by_its_form_only_when_a_manager_upholds_it(upholds):
    family = make_family()
    client, begin = _client(family.worker), reverse("plans:begin", args=[family.maya])
    sent = {
        "knows_family": "no", "kind": "early_help", "reasons": "Help by agreement will do.",
        **_day("began_on", today()),
        "wishes_why_not": "She was asked twice, and went on drawing.", "has_conflict": "yes",
        "conflict": "Her father wants to be left alone.", "for_the_child": "no",
    }  # fmt: skip
    soon = today() + timedelta(days=3)
    none = {**sent, **_day("core_group_by", soon), "sooner_why": "He is out on Friday."}
    assert "No clock for this starts with this plan" in client.post(begin, none).text
    sent |= {**_day("review_by", soon), "sooner_why": "He is out on Friday."}
    page = client.post(begin, sent, follow=True).text
    assert "Nothing of it takes effect until another manager has ruled" in page
    assert "Early help plan begun</strong>: decided by Dana Okafor" in page
    assert STILL in client.post(begin, {**sent, "has_conflict": "no"}).text
    with as_practitioner(family.worker):
        assert not Plan.objects.exists()
        assert not Status.objects.filter(folder_id=family.maya, held_until=None).exists()
    manager, tab = _client(family.manager), reverse("plans:child", args=[family.maya])
    with as_practitioner(family.manager):
        ruling = reverse("enquiries:ruling", args=[family.maya, Waiting.objects.get().decision_id])
    assert ruling in manager.get(tab).text
    assert ruling not in client.get(tab).text, "whoever decided does not rule"
    answer = manager.post(ruling, {"upholds": "yes" if upholds else "no", "reasons": BECAUSE})
    assert answer.status_code == 302, answer.text
    assert ruling not in manager.get(tab).text
    with as_practitioner(family.worker):
        assert Plan.objects.exists() is upholds
        if upholds:
            plan = Plan.objects.get()
            assert plan.lead_id == family.worker.pk, "who decided leads it, not who ruled"
            review = Duty.objects.get(kind="early_help_review")
            assert review.due_at.astimezone(LONDON).date() == soon


def test_a_ruling_that_comes_late_keeps_what_a_child_needs_sooner_as_far_as_it_still_is():
    family = make_family()
    with as_practitioner(family.worker):
        actions.begin_plan(
            family.maya,
            BeginIn(
                PlanKind.CHILD_IN_NEED, today(), "Help from several services is needed.", wishes=WISHED,
                conflict=UNRESOLVED, visit_by=today() + timedelta(days=1), sooner_why="She is alone at night.",
            ), knows_family=False,
        )  # fmt: skip
    with time_machine.travel(now() + timedelta(days=3)):
        ruled(family, by=family.manager)
        with as_practitioner(family.worker):
            visit = Duty.objects.get(kind="child_in_need_visit", folder_id=family.maya)
            assert visit.due_at.astimezone(LONDON).date() == today()


@pytest.mark.parametrize("upholds", [True, False])
def test_a_plan_closes_over_a_conflict_only_when_another_manager_upholds_it(upholds):
    family = make_family()
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    closed_review(family, plan, signed(family, plan))
    with as_practitioner(family.manager):
        actions.close_plan(plan, an_end(family, conflict=UNRESOLVED))
        assert state_of(plan) is PlanState.SIGNED
        assert owed(family.maya, "child_in_need_review"), "what is owed on it runs on"
        for again in (
            lambda: actions.close_plan(plan, an_end(family)),
            lambda: actions.step_plan(plan, a_step(family, PlanKind.EARLY_HELP)),
        ):
            with pytest.raises(Refused, match=STILL):
                again()
    ruled(family, upholds)
    with as_practitioner(family.manager):
        assert (state_of(plan) is PlanState.CLOSED) is upholds
        assert bool(owed(family.maya, "child_in_need_review")) is not upholds
        if not upholds:
            actions.close_plan(plan, an_end(family))
            return
        # Taking it back over a conflict waits as well, and then puts everything right.
        actions.reopen_plan(plan, "It was her cousin.", knows_family=False, conflict=UNRESOLVED)
        assert state_of(plan) is PlanState.CLOSED
    ruled(family)
    with as_practitioner(family.manager):
        assert state_of(plan) is not PlanState.CLOSED
        assert owed(family.maya, "child_in_need_review")


def test_no_ruling_closes_a_plan_while_a_review_is_open():
    family = make_family()
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    closed_review(family, plan, signed(family, plan))
    with as_practitioner(family.manager):
        actions.close_plan(plan, an_end(family, conflict=UNRESOLVED))
    with as_practitioner(family.worker):
        actions.start_review(plan, today(), without_quorum_why=AT_NO_MEETING)
    with pytest.raises(Refused):
        ruled(family)
    with as_practitioner(family.manager):
        assert owed(family.maya, "decision_on_conflict")
    ruled(family, upholds=False)
    with as_practitioner(family.manager):
        assert state_of(plan) is not PlanState.CLOSED


@pytest.mark.obligation("TIM-01")
@pytest.mark.parametrize("conflict", [ConflictIn(), UNRESOLVED])
def test_a_step_down_starts_its_clocks_as_soon_as_this_child_needs_also_after_a_ruling(conflict):
    family = make_family()
    plan = begun(family)
    signed(family, plan)
    review = answered(family, plan)
    with as_practitioner(family.chair):
        actions.close_review(review, ReviewResult.STEP_DOWN, BECAUSE, WISHED, knows_family=False)
    soon = today() + timedelta(days=2)
    with as_practitioner(family.manager), pytest.raises(Refused, match="No clock for this starts"):
        actions.step_plan(
            plan,
            a_step(family, PlanKind.CHILD_IN_NEED, conflict=conflict, core_group_by=soon, sooner_why="Soon."),
        )
    step = {
        "knows_family": "no", "to": "child_in_need", "reasons": "She has been safe for half a year.",
        "has_conflict": "yes" if conflict.conflict else "no", "conflict": conflict.conflict, "for_the_child": "no",
        "summary": "Hunger and fear have ended.", "helps_now": "Dana and the school.",
        "feedback_asked": "Asked on the last visit.", "record_in_order_by": str(family.manager.pk),
        "wishes_why_not": "She was asked twice.", **_day("visit_by", soon), "sooner_why": "The evenings are new.",
    }  # fmt: skip
    answer = _client(family.manager).post(reverse("plans:step", args=[family.maya, plan]), step)
    assert answer.status_code == 302, answer.text
    if conflict.conflict:
        with as_practitioner(family.manager):
            assert state_of(plan) is not PlanState.CLOSED
        ruled(family)
    with as_practitioner(family.manager):
        new = Plan.objects.get(came_from_id=plan)
        assert (new.kind, new.lead_id) == ("child_in_need", family.worker.pk)
        visit = Duty.objects.get(kind="child_in_need_visit", subject_id=new.id)
        assert visit.due_at.astimezone(LONDON).date() == soon
        assert visit.sooner_why == "The evenings are new."


@pytest.mark.parametrize("upholds", [True, False])
def test_a_review_stays_open_until_a_conflict_over_its_decision_is_ruled_on(upholds):
    family = make_family()
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    signed(family, plan)
    review = answered(family, plan)

    def close(conflict):
        return actions.close_review(
            review, ReviewResult.CONTINUES, BECAUSE, WISHED, knows_family=False, conflict=conflict
        )

    with as_practitioner(family.worker):
        close(UNRESOLVED)
        assert Review.objects.get(id=review).closed_at is None
        with pytest.raises(Refused, match=STILL):
            close(ConflictIn())
    ruled(family, upholds, by=family.manager)
    with as_practitioner(family.worker):
        row = Review.objects.get(id=review)
        assert (row.closed_at is not None) is upholds
        if not upholds:
            close(ConflictIn())
            return
        assert row.closed_by_id == family.worker.pk
        actions.reopen_review(review, "It was about her brother.", knows_family=False, conflict=UNRESOLVED)
        assert Review.objects.get(id=review).closed_at is not None
    ruled(family, by=family.manager)
    with as_practitioner(family.worker):
        assert Review.objects.get(id=review).closed_at is None


def test_the_beginning_of_a_plan_is_taken_back_over_a_conflict_only_when_it_is_upheld():
    family = make_family()
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    with as_practitioner(family.worker):
        actions.withdraw_plan(plan, "It was meant for her brother.", knows_family=False, conflict=UNRESOLVED)
        assert state_of(plan) is not PlanState.CLOSED
    ruled(family, by=family.manager)
    with as_practitioner(family.worker):
        assert state_of(plan) is PlanState.CLOSED
        assert not Status.objects.filter(
            folder_id=family.maya, kind="child_in_need", held_until=None
        ).exists()


@pytest.mark.parametrize("upholds", [True, False])
def test_the_category_changes_over_a_conflict_only_when_another_manager_upholds_it(upholds):
    family = make_family()
    plan = begun(family)
    client, path = _client(family.chair), reverse("plans:write", args=[family.maya, plan, "category"])
    sent = {"code": "EMO", "why": "What Maya says of the evenings."}
    asked = client.post(path, sent).text
    assert "Say whether you know anybody in this family" in asked
    assert "Say whether there is a conflict" in asked
    assert "What Maya says of the evenings." in asked
    over = sent | {
        "knows_family": "no",
        "has_conflict": "yes",
        "conflict": UNRESOLVED.conflict,
        "for_the_child": "no",
    }
    known = client.post(path, {**over, "knows_family": "yes", "has_conflict": "no"})
    assert "another manager must decide" in known.text
    told = client.post(path, over, follow=True).text
    assert "Nothing of it takes effect until another manager has ruled" in told
    assert "Category is now emotional abuse</strong>: decided by" in told
    assert STILL in client.post(path, {**over, "has_conflict": "no"}).text

    def category():
        [status] = Status.objects.filter(folder_id=family.maya, kind="protection_plan", held_until=None)
        with as_practitioner(family.chair):
            assert queries.plan_shown(plan).category_latest == status.category
        return status.category

    with as_practitioner(family.chair):
        assert category() == "NEG"
    ruled(family, upholds, by=family.manager)
    with as_practitioner(family.chair):
        assert category() == ("EMO" if upholds else "NEG")
        if upholds:
            row = Category.objects.get(plan_id=plan, held_until=None)
            assert (row.written_by_id, row.held_from) == (family.chair.pk, today())
        else:
            actions.change_category(plan, actions.CategoryIn(**sent), knows_family=False)
            assert category() == "EMO"


def test_a_move_between_authorities_and_its_taking_back_wait_for_a_ruling():
    family = make_family()
    with as_practitioner(family.worker):
        asked = actions.receive_transfer(family.maya, "Northmoor Council", "Their reports.", category="NEG")
    begin = BeginIn(
        PlanKind.CHILD_PROTECTION, today(), "The risk came along.", category="NEG", lead_id=family.worker.pk,
        wishes=WISHED, from_authority="Northmoor Council", conflict=UNRESOLVED,
    )  # fmt: skip
    said = TransferAnswer(
        True, "Helen Abara, chair", "The risk came along.", today(), begin=begin, knows_family=False
    )
    with as_practitioner(family.chair):
        assert actions.answer_transfer(asked, said) is None
        assert not Plan.objects.exists()
        assert owed(family.maya, "transfer_in_conference")
        with pytest.raises(Refused, match=STILL):
            actions.answer_transfer(asked, said)
    ruled(family, by=family.manager)
    with as_practitioner(family.manager):
        assert Transfer.objects.get(id=asked, direction=Direction.IN.value).accepted is True
        plan = Plan.objects.get()
        assert owed(family.maya, "transfer_in_conference") == []
        actions.take_transfer_back(
            asked, "It was recorded on the wrong child.", knows_family=False, conflict=UNRESOLVED
        )
        assert state_of(plan.id) is not PlanState.CLOSED
    ruled(family)
    with as_practitioner(family.manager):
        assert Transfer.objects.get(id=asked).answered_at is None
        assert state_of(plan.id) is PlanState.CLOSED


@pytest.mark.obligation("NTC-03")
@pytest.mark.parametrize("upholds", [True, False])
def test_a_decision_on_repeated_incidents_over_a_conflict_stays_owed_until_it_is_upheld(upholds):
    family = make_family()
    begun(family, kind=PlanKind.CHILD_IN_NEED)
    with as_practitioner(family.worker):
        limit = pack_in_force().repeat("missing_repeated", today())
        for n in range(limit.count):
            actions.record_incident([family.maya], an_incident(n))
    page = reverse("plans:decide_incidents", args=[family.maya])
    assert _client(family.worker).get(page).status_code == 403, "it is a manager's"
    client = _client(family.manager)
    sent = {
        "knows_family": "no",
        "kind": "missing",
        "outcome": "Nothing more is done",
        "reasons": "She comes back by herself.",
    }
    kept = client.post(page, sent).text
    assert "Say whether there is a conflict" in kept
    assert "She comes back by herself." in kept
    sent |= {"has_conflict": "yes", "conflict": UNRESOLVED.conflict, "for_the_child": "no"}
    assert "Nothing more is done</strong>: decided by" in client.post(page, sent, follow=True).text
    again = client.post(page, {**sent, "has_conflict": "no", "reasons": "Once more."})
    assert STILL in again.text
    with as_practitioner(family.worker):
        assert owed(family.maya, "incident_decision")
        [later] = actions.record_incident([family.maya], an_incident(0))
    head = make_practitioner("service-manager", name="Ruth Head")
    let_in(family.maya, head)
    ruled(family, upholds, by=head)
    with as_practitioner(family.worker):
        assert bool(owed(family.maya, "incident_decision")) is not upholds
        decided = Incident.objects.filter(kind=IncidentKind.MISSING.value, decision__isnull=False)
        assert decided.count() == (limit.count if upholds else 0)
        assert not decided.filter(id=later).exists(), "what came after it was not weighed in it"
