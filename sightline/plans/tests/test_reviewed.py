"""What a plan owes between its review and its end: each outcome answered, and what the review decided done."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner
from sightline.children.actions import died
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import Refused
from sightline.plans import actions, rules
from sightline.plans.actions import StatementIn, WishesIn
from sightline.plans.models import Action, Plan
from sightline.plans.terms import Next, PlanKind, PlanState, ReviewResult, StatementKind
from sightline.procedures.models import Duty

from .factories import (
    AT_NO_MEETING,
    WISHED,
    a_step,
    an_action,
    an_end,
    an_outcome,
    begun,
    closed_review,
    hear,
    make_family,
    reviewed,
    signed,
)
from .test_pages import _client, _day

pytestmark = pytest.mark.django_db


@pytest.mark.obligation("PLN-01")
@pytest.mark.parametrize("kind", [PlanKind.EARLY_HELP, PlanKind.CHILD_IN_NEED])
def test_a_signed_plan_ends_only_once_what_came_of_each_outcome_is_said_or_it_is_taken_out(kind):
    family = make_family()
    plan = begun(family, kind=kind)
    item = signed(family, plan)
    with as_practitioner(family.manager):
        with pytest.raises(Refused, match=r"what came of each planned outcome.* Maya eats breakfast"):
            actions.close_plan(plan, an_end(family))
        if kind is PlanKind.CHILD_IN_NEED:
            with pytest.raises(Refused, match="what came of each planned outcome"):
                actions.step_plan(plan, a_step(family, PlanKind.EARLY_HELP))
            actions.drop(plan, "outcome", item, "Her school has taken it on.")
        else:
            closed_review(family, plan, item, ReviewResult.CLOSE)
        actions.close_plan(plan, an_end(family))
        assert Plan.objects.get(id=plan).state == PlanState.CLOSED.value


@pytest.mark.obligation("PLN-01")
def test_where_the_child_has_moved_or_died_no_review_can_say_what_came_of_the_plan():
    family = make_family()
    maya, theo = (begun(family, each, kind=PlanKind.CHILD_IN_NEED) for each in (family.maya, family.theo))
    signed(family, maya)
    signed(family, theo)
    with as_practitioner(family.manager):
        actions.close_plan(maya, an_end(family, reason="RC5"))
        died(family.theo, today())
        actions.close_plan(theo, an_end(family, reason="RC2", wishes=WishesIn()))
        assert not Plan.objects.exclude(state=PlanState.CLOSED.value).exists()


def _followed(plan):
    return [
        (d.state, d.closed_at is None) for d in Duty.objects.filter(subject_id=plan, kind="review_followed")
    ]


@pytest.mark.obligation("TIM-03")
def test_what_a_review_decided_is_owed_until_it_is_done_or_a_later_one_decides_otherwise():
    family = make_family()
    plan = begun(family)
    item = signed(family, plan)
    closed_review(family, plan, item, ReviewResult.STEP_DOWN)
    with as_practitioner(family.manager):
        duty = Duty.objects.get(subject_id=plan, kind="review_followed")
        assert (duty.owner_id, duty.closed_at) == (family.worker.pk, None)
        assert duty.due_at > now()
    closed_review(family, plan, item, ReviewResult.CONTINUES)
    with as_practitioner(family.manager):
        assert _followed(plan) == [("discharged", False)]
    closed_review(family, plan, item, ReviewResult.CLOSE)
    with as_practitioner(family.manager):
        actions.close_plan(plan, an_end(family))
        assert [state for state, _ in _followed(plan)] == ["discharged"] * 2
        actions.reopen_plan(plan, "Closed on the wrong child's page.", knows_family=False)
        assert (
            Duty.objects.filter(subject_id=plan, kind="review_followed", closed_at__isnull=True).count() == 1
        )


@pytest.mark.parametrize("kind", list(PlanKind))
@pytest.mark.parametrize("result", list(ReviewResult))
def test_a_review_decides_on_no_plan_that_there_is_not(kind, result):
    no_such = (kind, result) in {
        (PlanKind.CHILD_PROTECTION, ReviewResult.STEP_UP), (PlanKind.EARLY_HELP, ReviewResult.STEP_DOWN),
    }  # fmt: skip
    assert bool(rules.check_result(kind, result)) is not no_such


@pytest.mark.parametrize("may_decide", [True, False])
@pytest.mark.parametrize("chairs", [True, False])
@pytest.mark.parametrize("leads", [True, False])
def test_the_lead_alone_never_decides_on_a_protection_plan_but_its_chair_or_a_manager_does(
    may_decide, chairs, leads
):
    who = {"may_decide": may_decide, "chairs": chairs, "leads": leads}
    assert bool(rules.may_decide_review(PlanKind.CHILD_PROTECTION, **who)) is (
        not leads and (may_decide or chairs)
    )
    assert rules.may_decide_review(PlanKind.CHILD_IN_NEED, **who)


@pytest.mark.obligation("HLP-04")
def test_a_lead_social_worker_answers_in_a_review_of_a_protection_plan_and_does_not_close_it():
    family = make_family()
    plan = begun(family)
    item = signed(family, plan)
    with as_practitioner(family.worker):
        review = actions.start_review(plan, today(), without_quorum_why=AT_NO_MEETING)
        actions.answer_outcome(review, item, reviewed())
        hear(family, plan, review_id=review)
        with pytest.raises(Refused, match="Whoever chaired the review conference closes"):
            actions.close_review(review, ReviewResult.CLOSE, "She is safe.", WISHED, knows_family=False)
    page = reverse("plans:review", args=[family.maya, review])
    close = reverse("plans:review_close", args=[family.maya, review])
    theirs = _client(family.worker).get(page).text
    assert close not in theirs
    assert "does not decide alone whether it goes on" in theirs
    assert close in _client(family.chair).get(page).text
    form = _client(family.chair).get(close).text
    assert "needs a plan lower down" in form
    assert "needs a plan higher up" not in form
    with as_practitioner(family.chair):
        with pytest.raises(Refused, match="no plan higher up"):
            actions.close_review(review, ReviewResult.STEP_UP, "She is safe.", WISHED, knows_family=False)
        actions.close_review(review, ReviewResult.CLOSE, "She is safe.", WISHED, knows_family=False)


@pytest.mark.obligation("PLN-01")
def test_an_outcome_that_a_review_says_changes_is_owed_until_it_is_written_anew_and_signed():
    family = make_family()
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    item = signed(family, plan)
    words = "She eats at school too, since the evenings are hers."

    def owed_answer():
        return Duty.objects.filter(subject_id=plan, kind="plan_answers", closed_at__isnull=True).exists()

    with as_practitioner(family.worker):
        review = actions.start_review(plan, today(), without_quorum_why=AT_NO_MEETING)
        actions.answer_outcome(review, item, reviewed(next=Next.CHANGES, next_words=words))
        hear(family, plan, review_id=review)
        actions.close_review(review, ReviewResult.CONTINUES, "It helps her.", WISHED, knows_family=False)
        assert owed_answer()
    page = reverse("plans:child", args=[family.maya])
    shown = _client(family.worker).get(page).text
    assert "To be changed" in shown
    assert f"Review 1: {words}" in shown
    with as_practitioner(family.worker):
        actions.reopen_review(review, "One more was still to be heard.", knows_family=False)
        assert not owed_answer()
        actions.close_review(review, ReviewResult.CONTINUES, "It helps her.", WISHED, knows_family=False)
        actions.write_statement([plan], StatementIn(StatementKind.STRENGTH, "Nan rings every evening."))
        actions.sign_plan(plan)
        assert owed_answer(), "the outcome itself stands as it was"
        actions.write_outcome([plan], an_outcome(words=words), item=item)
        actions.sign_plan(plan)
        assert not owed_answer()
    assert "To be changed" not in _client(family.worker).get(page).text


@pytest.mark.obligation("TIM-03")
def test_an_action_counts_as_done_on_the_day_on_which_it_was_done():
    family = make_family()
    with time_machine.travel(now() - timedelta(days=10)):
        plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
        with as_practitioner(family.worker):
            [action] = actions.give_action(
                [plan], an_action(family.worker, due_on=today() + timedelta(days=8))
            )
    friday = today() - timedelta(days=3)
    sent = {"act": "done", "words": "We went; the new aids fit."}
    client, page = _client(family.worker), reverse("plans:action", args=[family.maya, action])
    for wrong in (today() - timedelta(days=11), today() + timedelta(days=1)):
        assert client.post(page, sent | _day("on", wrong)).status_code in (200, 409)
    assert client.post(page, sent | _day("on", friday)).status_code == 302
    with as_practitioner(family.worker):
        assert Action.objects.get(id=action).closed_on == friday
        assert Duty.objects.get(subject_id=action).state == "discharged", "in time, though written down late"
