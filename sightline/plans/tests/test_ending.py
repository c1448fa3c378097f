"""What a case must have before it closes, and how many protection plans a child has had before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sightline.access.tests.factories import joined
from sightline.agencies.tests.factories import as_practitioner
from sightline.children.actions import died
from sightline.children.queries import HeldElsewhere
from sightline.enquiries.actions import conference, contact
from sightline.enquiries.actions.contact import AttemptIn
from sightline.enquiries.queries.held import held
from sightline.enquiries.terms import ContactWay, Reached, Stage
from sightline.kernel.time import now, today
from sightline.kernel.together import answer as read
from sightline.kernel.verdicts import Refused
from sightline.plans import actions, queries
from sightline.plans.actions import BeginIn, TransferAnswer, WishesIn
from sightline.plans.models import Ending, Plan
from sightline.plans.terms import PlanKind, PlanState, ReviewResult
from sightline.procedures.models import Duty

from .factories import (
    AT_NO_MEETING,
    WISHED,
    a_step,
    an_end,
    begun,
    closed_review,
    conference_decision,
    hear,
    make_family,
    reviewed,
    signed,
)

pytestmark = pytest.mark.django_db

UNSEEN = "manager must first decide how the child is kept safe"


def not_reached(family):
    """Visits at which nobody is reached, as many as ask for a manager's decision."""
    with as_practitioner(family.worker):
        for minutes in (90, 60, 30, 10):
            contact.record_attempt(
                family.maya,
                AttemptIn(
                    now() - timedelta(minutes=minutes), ContactWay.VISIT, "Maya and her mother",
                    Reached.NO_ANSWER, "Rang and knocked.", adapted="Came in the evening.",
                ),
            )  # fmt: skip
        assert owed()


def owed():
    return Duty.objects.filter(kind="decision_on_non_contact", closed_at__isnull=True).exists()


@pytest.mark.obligation("FAM-15")
def test_a_case_with_failed_visits_closes_only_once_a_manager_has_decided_how_the_child_is_safe():
    family = make_family()
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    closed_review(family, plan, signed(family, plan))
    not_reached(family)
    with as_practitioner(family.manager):
        with pytest.raises(Refused, match=UNSEEN):
            actions.close_plan(plan, an_end(family))
        assert Plan.objects.get(id=plan).state != PlanState.CLOSED.value
        contact.decide_on_non_contact(
            family.maya, what="seen_elsewhere", safe_words="Her school sees her every day.",
            reasons="She is safe there.", knows_family=False,
        )  # fmt: skip
        actions.close_plan(plan, an_end(family))
        assert Plan.objects.get(id=plan).state == PlanState.CLOSED.value


@pytest.mark.obligation("FAM-15")
def test_another_authority_that_takes_the_plan_does_not_close_a_case_of_a_child_who_is_not_seen():
    family = make_family()
    plan = begun(family)
    signed(family, plan)
    not_reached(family)
    with as_practitioner(family.manager):
        actions.ask_transfer(plan, "Northmoor Council", "The whole plan was sent.")
        answer = TransferAnswer(
            True, "Chair of Northmoor", "They accept the plan.", today(), end=an_end(family, reason="RC5")
        )
        [asked] = queries.transfers_of([family.maya])
        with pytest.raises(Refused, match=UNSEEN):
            actions.answer_transfer(asked.id, answer)


@pytest.mark.obligation("REC-02")
def test_no_record_goes_to_another_authority_without_its_summary():
    family = make_family()
    plan = begun(family)
    signed(family, plan)

    with as_practitioner(family.manager):
        actions.ask_transfer(plan, "Northmoor Council", "The whole plan was sent.")
        [asked] = queries.transfers_of([family.maya])

        def answer(**changes):
            end = an_end(family, reason="RC5", **changes)
            actions.answer_transfer(
                asked.id,
                TransferAnswer(True, "Chair of Northmoor", "They accept the plan.", today(), end=end),
            )

        with pytest.raises(Refused, match="closing summary") as refused:
            answer(summary=" ")
        assert refused.value.verdict.field == "summary"
        assert not read(held([family.maya])).ended
        answer()
        assert read(held([family.maya])) == HeldElsewhere(ended=True, summary=True)


@pytest.mark.obligation("FAM-15")
def test_a_childs_death_closes_the_case_and_asks_nothing_of_being_reached():
    family = make_family()
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    signed(family, plan)
    not_reached(family)
    with as_practitioner(family.manager):
        died(family.maya, today())
        actions.close_plan(plan, an_end(family, reason="RC2", wishes=WishesIn()))
        assert not owed()


# -- nobody decides for a family that they know ---------------------------------------------------------

KNOWN = pytest.mark.parametrize(
    ("knows", "told"), [(None, "Say whether you know"), (True, "another manager must decide")]
)


@KNOWN
def test_nobody_closes_steps_or_reopens_a_plan_or_closes_a_review_of_a_family_that_they_know(knows, told):
    family = make_family()
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    item = signed(family, plan)
    with as_practitioner(family.manager):
        review = actions.start_review(plan, today(), without_quorum_why=AT_NO_MEETING)
        actions.answer_outcome(review, item, reviewed())
        hear(family, plan, review_id=review)
        with pytest.raises(Refused, match=told):
            actions.close_review(review, ReviewResult.CLOSE, "She is safe.", WISHED, knows_family=knows)
        actions.close_review(review, ReviewResult.CLOSE, "She is safe.", WISHED, knows_family=False)
        with pytest.raises(Refused, match=told):
            actions.close_plan(plan, an_end(family, knows_family=knows))
        with pytest.raises(Refused, match=told):
            actions.step_plan(plan, a_step(family, PlanKind.EARLY_HELP, knows_family=knows))
        assert Plan.objects.get(id=plan).state != PlanState.CLOSED.value
        actions.close_plan(plan, an_end(family))
        with pytest.raises(Refused, match=told):
            actions.reopen_plan(plan, "Closed on the wrong child's page.", knows_family=knows)
        assert Plan.objects.get(id=plan).state == PlanState.CLOSED.value


@KNOWN
def test_nobody_takes_or_gives_a_plan_of_a_family_that_they_know(knows, told):
    family = make_family()
    plan = begun(family)
    signed(family, plan)
    with as_practitioner(family.worker):
        asked = actions.receive_transfer(family.theo, "Northmoor Council", "Their reports.", category="NEG")
    with as_practitioner(family.chair):
        begin = BeginIn(
            PlanKind.CHILD_PROTECTION, today(), "The risk came along.", "NEG", wishes=WISHED,
            from_authority="Northmoor Council", lead_id=family.worker.pk,
        )  # fmt: skip
        answer = TransferAnswer(True, "Helen Abara, chair", "We take it.", today(), begin=begin)
        with pytest.raises(Refused, match=told):
            actions.answer_transfer(asked, replace(answer, knows_family=knows))
    with as_practitioner(family.manager):
        actions.ask_transfer(plan, "Northmoor Council", "The whole plan was sent.")
        [out] = queries.transfers_of([family.maya])
        end = an_end(family, reason="RC5", knows_family=knows)
        with pytest.raises(Refused, match=told):
            actions.answer_transfer(out.id, TransferAnswer(True, "Chair", "They take it.", today(), end=end))


@KNOWN
def test_nobody_records_a_conference_without_a_plan_of_a_family_that_they_know(knows, told):
    family = make_family()
    decided = conference_decision(family, family.maya)
    with as_practitioner(family.chair):
        sent = {"decision_id": decided, "reasons": "She is safe with her aunt, and all agree on it."}
        with pytest.raises(Refused, match=told):
            conference.no_plan_made(family.maya, **sent, knows_family=knows)
        episode = conference.no_plan_made(family.maya, **sent, knows_family=False)
        assert episode.stage == Stage.ASSESSMENT.value


# -- protection plans before this one -----------------------------------------------------------------


def ended(family, plan):
    """A protection plan that ran and was closed after a review."""
    item = signed(family, plan)
    with as_practitioner(family.chair):
        review = actions.start_review(plan, today(), without_quorum_why=AT_NO_MEETING)
        actions.answer_outcome(review, item, reviewed())
        hear(family, plan, review_id=review)
        actions.close_review(
            review, ReviewResult.CLOSE, "The evenings are calm and she eats.", WISHED, knows_family=False
        )
    with as_practitioner(family.manager):
        actions.close_plan(plan, an_end(family))


def before(family, plan):
    with as_practitioner(family.worker):
        return Plan.objects.get(id=plan).earlier_plans


def test_plans_made_elsewhere_and_here_are_added_and_a_later_plan_goes_on_counting():
    family = make_family()
    first = begun(family, earlier_plans=2)
    assert before(family, first) == 2
    ended(family, first)
    second = begun(family)
    assert before(family, second) == 3
    ended(family, second)
    third = begun(family, earlier_plans=2)
    assert before(family, third) == 4, "told again of the same two"


def test_a_step_up_counts_the_plans_before_and_what_was_told_of_elsewhere():
    family = make_family()
    plan = begun(family, earlier_plans=1)
    item = signed(family, plan)
    with as_practitioner(family.chair):
        review = actions.start_review(plan, today(), without_quorum_why=AT_NO_MEETING)
        actions.answer_outcome(review, item, reviewed())
        hear(family, plan, review_id=review)
        actions.close_review(
            review, ReviewResult.STEP_DOWN, "The evenings are calm.", WISHED, knows_family=False
        )
    with as_practitioner(family.manager):
        in_need = actions.step_plan(plan, a_step(family, PlanKind.CHILD_IN_NEED))
    decided = conference_decision(family, family.maya)
    with as_practitioner(family.manager):
        again = actions.step_plan(
            in_need, a_step(family, PlanKind.CHILD_PROTECTION, category="NEG", decision_id=decided)
        )
    assert before(family, again) == 2


def test_a_plan_begun_from_a_conference_remembers_what_another_authority_told_of():
    family = make_family()
    with as_practitioner(family.worker):
        actions.receive_transfer(
            family.maya, "Northmoor Council", "Their plan and reports.", category="EMO", earlier_plans=2
        )
    assert before(family, begun(family)) == 2


def test_plans_in_a_folder_that_was_joined_to_this_one_are_counted():
    family = make_family()
    ended(family, begun(family, earlier_plans=1))
    joined(family.maya, family.theo)
    decided = conference_decision(family, family.theo)
    with as_practitioner(family.chair):
        plan = actions.begin_plan(
            family.theo,
            BeginIn(
                PlanKind.CHILD_PROTECTION, today(), "She is hungry at school.", "NEG", decision_id=decided,
                lead_id=family.worker.pk, wishes=WISHED,
            ), knows_family=False,
        )  # fmt: skip
    assert before(family, plan) == 2


@pytest.mark.obligation("HLP-04")
def test_a_child_stepped_down_to_early_help_ends_in_need_with_the_censuss_reason():
    family = make_family()
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    with as_practitioner(family.manager):
        actions.step_plan(plan, a_step(family, PlanKind.EARLY_HELP))
        assert Ending.objects.get(plan_id=plan).reason == "RC7", (
            "no case that had a plan closed after assessment"
        )
