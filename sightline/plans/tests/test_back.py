"""Every step of a plan is taken back with a reason and taken again; the original row says so, and nothing is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner
from sightline.children.actions import died, set_authority
from sightline.children.models import Authority, Status
from sightline.children.rules import NewAuthority
from sightline.chronology.queries import timeline
from sightline.chronology.rules import Asked
from sightline.enquiries.models import Episode
from sightline.enquiries.terms import Stage
from sightline.kernel.models import held_on
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.meetings import actions as meetings
from sightline.meetings import queries as held
from sightline.meetings.actions import AttendanceIn, Invitee
from sightline.meetings.terms import Came, Purpose
from sightline.plans import actions, queries
from sightline.plans.actions import TransferAnswer, WishesIn
from sightline.plans.models import Action, Ending, Offer, Plan, Review, TakenBack
from sightline.plans.terms import Achieved, Next, OfferState, PlanKind, ReviewResult
from sightline.procedures import actions as duties
from sightline.procedures.actions import answer_for
from sightline.procedures.models import Duty
from sightline.records.queries import decisions

from .factories import (
    AT_NO_MEETING,
    WISHED,
    a_step,
    a_visit,
    an_action,
    an_end,
    an_outcome,
    begun,
    closed_review,
    conference_decision,
    hear,
    make_family,
    reviewed,
    signed,
    written,
)
from .test_pages import _client

pytestmark = pytest.mark.django_db

WRONG = "It was recorded on the wrong child of the two."


def statuses(folder_id):
    rows = Status.objects.filter(held_on(today()), folder_id=folder_id)
    return {(row.kind, row.category) for row in rows}


def owed(folder_id):
    """What is still to be done, of which kind on what, with the clock that it has."""
    rows = Duty.objects.filter(folder_id=folder_id, closed_at__isnull=True).exclude(state="done late")
    return {(d.kind, d.subject_id, d.due_at, d.owner_id) for d in rows}


def stage(folder_id):
    return Stage(Episode.objects.filter(folder_id=folder_id).latest("opened_at").stage)


def on_timeline(folder_id):
    return {(each.moment.kind, *each.moment.tags) for each in timeline([folder_id], Asked(), size=200).shown}


@pytest.mark.parametrize("kind", [PlanKind.EARLY_HELP, PlanKind.CHILD_IN_NEED, PlanKind.CHILD_PROTECTION])
def test_the_closing_of_a_plan_is_taken_back_with_all_that_it_had_ended_and_it_is_closed_again(kind):
    family = make_family()
    plan = begun(family, kind=kind)
    item = signed(family, plan)
    closed_review(family, plan, item, ReviewResult.CLOSE)
    with as_practitioner(family.manager):
        for _turn in range(2):
            was, due, at = statuses(family.maya), owed(family.maya), stage(family.maya)
            assert was
            assert {d[0] for d in due} >= {"plan_action"}
            actions.close_plan(plan, an_end(family))
            assert statuses(family.maya) == set()
            assert stage(family.maya) is Stage.CLOSED
            actions.reopen_plan(plan, WRONG, knows_family=False)
            assert statuses(family.maya) == was
            assert owed(family.maya) == due
            assert stage(family.maya) is at
            assert queries.plan_shown(plan).open
            assert not Action.objects.filter(plan_id=plan).exclude(state="open").exists()
        assert (
            Ending.objects.filter(plan_id=plan).count() == TakenBack.objects.filter(plan_id=plan).count() == 2
        )


def test_what_was_taken_back_says_so_where_it_stands_by_whom_and_why():
    family = make_family()
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    closed_review(family, plan, signed(family, plan))
    with as_practitioner(family.manager):
        actions.close_plan(plan, an_end(family))
        actions.reopen_plan(plan, WRONG, knows_family=False)
        [closing] = [c for c in queries.history_of(plan) if c.act == "closed"]
        said = queries.back_words(closing)
        assert said.startswith("Taken back by Priya Nair on ")
        assert said.endswith(WRONG)
        shown = on_timeline(family.maya)
        assert ("Child in need plan ended", said) in shown
        assert ("Child in need plan goes on again",) in shown
        [ended] = [d for d in decisions([family.maya]) if d.outcome.startswith("Plan closed")]
        assert ended.replaced


def test_a_closing_is_not_taken_back_without_a_reason_by_nobody_in_particular_or_twice():
    family = make_family()
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    closed_review(family, plan, signed(family, plan))
    with as_practitioner(family.manager):
        actions.close_plan(plan, an_end(family))
        with pytest.raises(Refused) as refused:
            actions.reopen_plan(plan, "oops", knows_family=False)
        assert refused.value.verdict.field == "why"
    with as_practitioner(family.worker), pytest.raises(Refused, match="ended by a manager"):
        actions.reopen_plan(plan, WRONG, knows_family=False)
    with as_practitioner(family.manager):
        actions.reopen_plan(plan, WRONG, knows_family=False)
        with pytest.raises(Refused):
            actions.reopen_plan(plan, WRONG, knows_family=False)
    with as_practitioner(family.stranger), pytest.raises(NotFound):
        actions.reopen_plan(plan, WRONG, knows_family=False)


def test_a_plan_that_was_closed_is_not_reopened_over_another_that_has_begun():
    family = make_family()
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    closed_review(family, plan, signed(family, plan))
    with as_practitioner(family.manager):
        actions.close_plan(plan, an_end(family))
    begun(family, kind=PlanKind.EARLY_HELP)
    with as_practitioner(family.manager), pytest.raises(Refused, match="another plan now"):
        actions.reopen_plan(plan, WRONG, knows_family=False)


def stepped(family, to):
    """A plan that steps to `to` from where one steps there; the manager stepped it."""
    if to is PlanKind.CHILD_PROTECTION:
        plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
        item = signed(family, plan)
        decided = conference_decision(family, family.maya)
        how = {"category": "NEG", "decision_id": decided}
    else:
        plan = begun(family)
        item = signed(family, plan)
        closed_review(family, plan, item, ReviewResult.STEP_DOWN)
        how = {}
    return plan, item, a_step(family, to, **how)


@pytest.mark.obligation("HLP-01", "HLP-04")
@pytest.mark.parametrize("to", list(PlanKind))
def test_a_step_up_or_down_is_taken_back_and_taken_again(to):
    family = make_family()
    plan, item, step = stepped(family, to)
    with as_practitioner(family.manager):
        offer = actions.offer_service(
            family.maya,
            actions.OfferIn("Calm mornings", name="Breakfast club", state=OfferState.RECEIVING),
            plan_id=plan,
        )
        for turn in range(2):
            was, due, at = statuses(family.maya), owed(family.maya), stage(family.maya)
            new = actions.step_plan(plan, step)
            assert Offer.objects.get(id=offer).plan_id == new
            actions.write_outcome([new], an_outcome(words=f"Written since, {turn}."))
            actions.write_outcome([new], an_outcome(words=f"Changed since, {turn}."), item=item)
            [given] = actions.give_action([new], an_action(family.nurse, words="Given since."))
            assert queries.stepped_from(new) == plan
            actions.reopen_plan(plan, WRONG, knows_family=False)
            assert statuses(family.maya) == was
            assert stage(family.maya) is at
            assert owed(family.maya) - due == {d for d in owed(family.maya) if d[1] == given}
            assert due <= owed(family.maya)
            shown = queries.plan_shown(plan)
            assert shown.open
            words = [o.words for o in shown.outcomes]
            assert f"Written since, {turn}." in words
            assert f"Changed since, {turn}." in words
            assert len(words) == len(set(words)) == 2 + turn
            assert Action.objects.get(id=given).plan_id == Offer.objects.get(id=offer).plan_id == plan
            gone = queries.plan_shown(new)
            assert not gone.open
            assert gone.undone.endswith(WRONG)
            assert queries.stepped_from(new) is None
            with pytest.raises(Refused):
                actions.reopen_plan(new, WRONG, knows_family=False)
            actions.close_action(given, done=True, words="She went.")
        here, _elsewhere = queries.protection_plans_before(family.maya)
        assert here == (0 if to is PlanKind.CHILD_PROTECTION else 1)
        assert len([m for m in on_timeline(family.maya) if m[0].endswith("goes on again")]) == 1


@pytest.mark.obligation("PAR-04", "HLP-01")
@pytest.mark.parametrize("to", [PlanKind.CHILD_PROTECTION, PlanKind.CHILD_IN_NEED])
def test_the_group_around_the_child_goes_along_with_a_step_and_back_again(to):
    family = make_family()
    plan, _item, step = stepped(family, to)
    since = today() - timedelta(days=3)
    with as_practitioner(family.manager):
        actions.name_core_member(
            plan,
            "Health visitor",
            practitioner_id=family.nurse.pk,
            brings="Hears how she speaks",
            from_day=since,
        )
        gone = actions.name_core_member(plan, "Chair", practitioner_id=family.chair.pk)
        actions.end_core_member(plan, gone, "Only for the first meeting.")
        nan = actions.name_core_member(plan, "Mum", person_id=family.mother, brings="Bedtimes")
        new = actions.step_plan(plan, step)
        shown = queries.plan_shown(new)
        assert [(m.name, m.role, m.brings, m.held_from) for m in shown.core] == [
            ("Ines Farrow", "Health visitor", "Hears how she speaks", since),
            ("Ana Ferreira", "Mum", "Bedtimes", today()),
        ]
        page = _client(family.manager).get(reverse("plans:plan", args=[family.maya, new])).content.decode()
        assert "Brings: Hears how she speaks" in page
        [mum] = [m.id for m in shown.core if m.person_id == family.mother]
        assert mum != nan
        actions.end_core_member(new, mum, "She asked to be told alone.")
        actions.name_core_member(new, "Social worker", practitioner_id=family.worker.pk, brings="Visits")
        actions.reopen_plan(plan, WRONG, knows_family=False)
        back = queries.plan_shown(plan)
        assert [(m.name, m.brings) for m in back.core_now] == [
            ("Ines Farrow", "Hears how she speaks"),
            ("Dana Okafor", "Visits"),
        ]
        assert {m.why_ended for m in back.core_before} == {
            "Only for the first meeting.",
            "She asked to be told alone.",
        }


def test_a_step_is_not_taken_back_once_what_followed_was_reviewed_or_ended():
    family = make_family()
    plan, item, step = stepped(family, PlanKind.CHILD_IN_NEED)
    with as_practitioner(family.manager):
        new = actions.step_plan(plan, step)
        actions.sign_plan(new, without="Heard last week on the plan before.")
    closed_review(family, new, item, ReviewResult.CLOSE)
    with as_practitioner(family.manager):
        assert queries.stepped_from(new) is None
        with pytest.raises(Refused, match="Take its reviews back first"):
            actions.reopen_plan(plan, WRONG, knows_family=False)
        actions.close_plan(new, an_end(family))
        with pytest.raises(Refused, match="Reopen that one first"):
            actions.reopen_plan(plan, WRONG, knows_family=False)
        actions.reopen_plan(new, WRONG, knows_family=False)
        assert queries.plan_shown(new).open


def test_a_step_is_taken_back_once_the_reviews_of_what_followed_are_the_latest_first():
    family = make_family()
    plan, item, step = stepped(family, PlanKind.CHILD_IN_NEED)
    with as_practitioner(family.manager):
        was, due, at = statuses(family.maya), owed(family.maya), stage(family.maya)
        new = actions.step_plan(plan, step)
        actions.sign_plan(new, without="Heard last week on the plan before.")
    review = closed_review(family, new, item, ReviewResult.CONTINUES)
    with as_practitioner(family.manager):
        with pytest.raises(Refused, match="Take its closing back first"):
            actions.withdraw_review(review, WRONG)
        actions.reopen_review(review, WRONG, knows_family=False)
        with pytest.raises(Refused, match="has been reviewed"):
            actions.reopen_plan(plan, WRONG, knows_family=False)
        actions.withdraw_review(review, WRONG)
        assert queries.stepped_from(new) == plan
        actions.reopen_plan(plan, WRONG, knows_family=False)
        assert (statuses(family.maya), owed(family.maya), stage(family.maya)) == (was, due, at)
        kept = queries.review_shown(review)
        assert [o.answer is not None for o in kept.outcomes] == [True], "what was answered stays readable"


def test_the_opening_of_a_review_is_taken_back_and_another_is_opened():
    family = make_family()
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    item = signed(family, plan)
    with as_practitioner(family.chair):
        review = actions.start_review(plan, today(), without_quorum_why=AT_NO_MEETING)
        actions.answer_outcome(review, item, reviewed())
        due = owed(family.maya)
    with as_practitioner(family.worker), pytest.raises(NotPermitted, match="whoever opened it"):
        actions.withdraw_review(review, WRONG)
    with as_practitioner(family.manager):
        with pytest.raises(Refused) as refused:
            actions.withdraw_review(review, " ")
        assert refused.value.verdict.field == "why"
        actions.withdraw_review(review, WRONG)
        assert queries.open_review(plan) is None
        assert owed(family.maya) == due, "the review is still to be held"
        assert queries.review_shown(review).withdrawn.endswith(WRONG)
        assert [line.withdrawn for line in queries.reviews_of([plan])] == [True]
        assert ("Opening of review 1 taken back",) in on_timeline(family.maya)
        [opened] = [c for c in queries.history_of(plan) if c.act == "review 1 opened"]
        assert queries.back_words(opened).endswith(WRONG)
        [line] = [one for one in queries.progress_of([plan]) if one.outcome == item]
        assert [point.name for point in line.points] == ["At the start"], "it places nothing on a scale"
        assert not line.answers
        for act in (
            lambda: actions.withdraw_review(review, WRONG),
            lambda: actions.answer_outcome(review, item, reviewed()),
        ):
            with pytest.raises(Refused, match="opening of this review was taken back"):
                act()
        again = actions.start_review(plan, today(), without_quorum_why=AT_NO_MEETING)
        assert queries.review_shown(again).number == 2
        assert queries.open_review(plan) == again


@pytest.mark.parametrize("kind", list(PlanKind))
def test_the_beginning_of_a_plan_is_taken_back_and_another_is_begun(kind):
    family = make_family()
    fields = {}
    if kind is PlanKind.CHILD_PROTECTION:
        fields["decision_id"] = conference_decision(family, family.maya)
    with as_practitioner(family.manager):
        was, due = statuses(family.maya), owed(family.maya)
        at = stage(family.maya) if fields else None
    for turn in range(2):
        plan = begun(family, kind=kind, **fields)
        item = written(family, plan)
        with as_practitioner(family.manager):
            assert statuses(family.maya) != was
            actions.withdraw_plan(plan, WRONG, knows_family=False)
            assert statuses(family.maya) == was
            if at is not None:
                assert stage(family.maya) is at
                assert owed(family.maya) == due
            else:
                assert {d[0] for d in owed(family.maya)} == {"plan_begun"}, "the child waits for a plan"
            shown = queries.plan_shown(plan)
            assert not shown.open
            assert shown.undone.endswith(WRONG)
            assert [o.item for o in shown.outcomes] == [item], "what was written stays readable"
            assert not Action.objects.filter(plan_id=plan, state="open").exists()
            assert queries.protection_plans_before(family.maya) == (0, 0)
            assert f"Beginning of the {kind.label.lower()} taken back" in {
                m[0] for m in on_timeline(family.maya)
            }
            with pytest.raises(Refused, match="Begin another one"):
                actions.reopen_plan(plan, WRONG, knows_family=False)
            assert TakenBack.objects.filter(plan__folder_id=family.maya).count() == turn + 1


@pytest.mark.obligation("TIM-03")
def test_what_a_plan_that_never_should_have_begun_asked_for_is_neither_missed_nor_done_late():
    family = make_family()
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    with as_practitioner(family.worker):
        visit = Duty.objects.get(subject_id=plan, kind="child_in_need_visit")
        [action] = actions.give_action([plan], an_action(family.nurse))
        on_action = Duty.objects.get(subject_id=action)
    late = max(visit.due_at, on_action.due_at) + timedelta(days=2)
    with time_machine.travel(late), as_practitioner(family.worker):
        duties.mark_missed()
        actions.record_visit(plan, a_visit(visited_at=now()))
        assert Duty.objects.get(id=visit.id).state == "done late"
        assert Duty.objects.get(id=on_action.id).state == "missed"
    with time_machine.travel(late + timedelta(hours=1)), as_practitioner(family.manager):
        actions.withdraw_plan(plan, WRONG, knows_family=False)
        of_plan = Duty.objects.filter(subject_id__in=[plan, action])
        assert set(of_plan.values_list("state", flat=True)) == {"withdrawn"}
        assert not of_plan.filter(closed_at__isnull=True).exists(), "nobody answers for what never was"


def test_the_beginning_of_a_plan_is_not_taken_back_over_what_followed_or_by_anybody():
    family = make_family()
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    item = signed(family, plan)
    with as_practitioner(family.nurse), pytest.raises(Refused, match="by whoever began it"):
        actions.withdraw_plan(plan, WRONG, knows_family=False)
    with as_practitioner(family.stranger), pytest.raises(NotFound):
        actions.withdraw_plan(plan, WRONG, knows_family=False)
    with as_practitioner(family.chair), pytest.raises(Refused, match="You know this family"):
        actions.withdraw_plan(plan, WRONG, knows_family=True)
    with as_practitioner(family.worker):
        review = actions.start_review(plan, today(), without_quorum_why=AT_NO_MEETING)
        with pytest.raises(Refused, match="Take its reviews back first"):
            actions.withdraw_plan(plan, WRONG, knows_family=False)
        actions.withdraw_review(review, WRONG)
        actions.drop(plan, "outcome", item, "It was written for her brother.")
    with as_practitioner(family.manager):
        new = actions.step_plan(plan, a_step(family, PlanKind.EARLY_HELP))
        with pytest.raises(Refused, match="Take that step back"):
            actions.withdraw_plan(new, WRONG, knows_family=False)
        actions.reopen_plan(plan, WRONG, knows_family=False)
        actions.withdraw_plan(plan, WRONG, knows_family=False)
        assert not queries.plan_shown(plan).open
        assert statuses(family.maya) == set()


@pytest.mark.parametrize("first", [ReviewResult.CONTINUES, ReviewResult.STEP_DOWN])
@pytest.mark.parametrize("second", [ReviewResult.CONTINUES, ReviewResult.CLOSE])
@pytest.mark.parametrize("kind", [PlanKind.CHILD_IN_NEED, PlanKind.CHILD_PROTECTION])
def test_the_closing_of_a_review_is_taken_back_and_it_is_closed_otherwise(kind, first, second):
    family = make_family()
    plan = begun(family, kind=kind)
    item = signed(family, plan)
    with as_practitioner(family.worker):
        due = owed(family.maya)
    review = closed_review(family, plan, item, first)
    with as_practitioner(family.manager):
        reviews = Duty.objects.filter(subject_id=plan, kind__contains="review", closed_at__isnull=True)
        since = reviews.filter(opened_at__gte=Review.objects.get(id=review).closed_at)
        assert since.exclude(kind="review_followed").exists() is (first is ReviewResult.CONTINUES)
        assert since.filter(kind="review_followed").exists() is (first is not ReviewResult.CONTINUES)
        actions.reopen_review(review, WRONG, knows_family=False)
        assert owed(family.maya) == due
        shown = queries.review_shown(review)
        assert shown.closed_at is None
        assert shown.unanswered == 0, "nothing that was answered is lost"
        [said] = shown.taken_back
        assert first.label in said
        assert said.endswith(WRONG)
        actions.close_review(review, second, "She eats and is calm.", WISHED, knows_family=False)
        assert queries.review_shown(review).result is second
        kinds = [each[0] for each in on_timeline(family.maya)]
        assert "Closing of review 1 taken back" in kinds
        [closing] = [c for c in queries.history_of(plan) if queries.back_words(c)]
        assert closing.act == f"review 1 closed: {first.label.lower()}"


def test_a_reviews_closing_is_taken_back_by_whoever_closed_it_or_a_manager_and_of_the_latest_alone():
    family = make_family()
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    item = signed(family, plan)
    review = closed_review(family, plan, item, ReviewResult.CONTINUES)
    with as_practitioner(family.worker), pytest.raises(NotPermitted, match="whoever closed it"):
        actions.reopen_review(review, WRONG, knows_family=False)
    later = closed_review(family, plan, item, ReviewResult.CONTINUES, by=family.worker)
    with as_practitioner(family.manager), pytest.raises(Refused, match="another review since"):
        actions.reopen_review(review, WRONG, knows_family=False)
    with as_practitioner(family.worker):
        for knows in (None, True):
            with pytest.raises(Refused):
                actions.reopen_review(later, WRONG, knows_family=knows)
        actions.reopen_review(later, WRONG, knows_family=False)
        with pytest.raises(Refused, match="no closing to take back"):
            actions.reopen_review(later, WRONG, knows_family=False)
        assert Review.objects.get(id=later).closed_at is None


@pytest.mark.parametrize("done", [True, False])
def test_an_action_that_was_closed_is_to_be_done_after_all_by_the_same_day_and_closed_again(done):
    family = make_family()
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    with as_practitioner(family.worker):
        [action] = actions.give_action([plan], an_action(family.nurse))
        due = owed(family.maya)
        for turn in range(2):
            actions.close_action(action, done=done, words="The clinic was closed that day.")
            assert owed(family.maya) != due
            actions.reopen_action(action, "It was another child who went.")
            assert owed(family.maya) == due
            assert Action.objects.get(id=action).state == "open"
            marked = [c for c in queries.history_of(plan) if queries.back_words(c)]
            assert len(marked) == turn + 1
        with pytest.raises(Refused, match="open already"):
            actions.reopen_action(action, "It was another child who went.")
        with pytest.raises(Refused) as refused:
            actions.close_action(action, done=done, words="She went.")
            actions.reopen_action(action, " ")
        assert refused.value.verdict.field == "why"


@pytest.mark.obligation("TIM-03")
@pytest.mark.parametrize("answered", [False, True])
def test_an_action_that_was_done_late_and_was_not_done_is_owed_as_the_one_that_was_missed(answered):
    family = make_family()
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    with as_practitioner(family.worker):
        [action] = actions.give_action([plan], an_action(family.nurse))
        duty = Duty.objects.get(subject_id=action)
    with time_machine.travel(duty.due_at + timedelta(days=2)), as_practitioner(family.worker):
        for state in ("missed and answered for", "missed and answered for") if answered else ("missed",):
            actions.close_action(action, done=True, words="The clinic saw her today.")
            duty.refresh_from_db()
            if duty.state == "done late" and answered:
                with as_practitioner(family.nurse):
                    answer_for(duty.id, "The clinic was closed for a week.")
            actions.reopen_action(action, "It was another child who went.")
            again = Duty.objects.get(subject_id=action)
            assert (again.id, again.state, again.closed_at) == (duty.id, state, None)


def test_a_plan_closed_by_death_in_error_is_open_again_with_its_review():
    family = make_family()
    plan = begun(family)
    signed(family, plan)
    with as_practitioner(family.manager):
        review = actions.start_review(plan, today(), without_quorum_why=AT_NO_MEETING)
        was, due = statuses(family.maya), owed(family.maya)
        died(family.maya, today())
        actions.close_plan(plan, an_end(family, reason="RC2", wishes=WishesIn()))
        assert Review.objects.get(id=review).closed_at is not None
        actions.reopen_plan(plan, WRONG, knows_family=False)
        assert Review.objects.get(id=review).closed_at is None
        assert statuses(family.maya) == was
        assert owed(family.maya) >= due


@pytest.mark.obligation("PAR-12")
def test_a_plan_given_to_another_authority_in_error_is_ours_again():
    family = make_family()
    plan = begun(family)
    signed(family, plan)
    with as_practitioner(family.manager):
        set_authority(family.maya, NewAuthority("Eastmarch Council", "Northmoor Council"))
        was, due = statuses(family.maya), owed(family.maya)
        actions.ask_transfer(plan, "Northmoor Council", "The whole plan was sent.")
        [asked] = queries.transfers_of([family.maya])
        answer = TransferAnswer(
            True, "Chair of Northmoor", "They accept.", today(), end=an_end(family, reason="RC5")
        )
        actions.answer_transfer(asked.id, answer)
        actions.reopen_plan(plan, WRONG, knows_family=False)
        now_held = Authority.objects.get(held_on(today()), folder_id=family.maya)
        assert (now_held.responsible, now_held.present) == ("Eastmarch Council", "Northmoor Council")
        assert (statuses(family.maya), owed(family.maya)) == (was, due)


def test_a_form_that_was_opened_before_somebody_else_acted_takes_nothing_back():
    family = make_family()
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    item = signed(family, plan)
    review = closed_review(family, plan, item, ReviewResult.CONTINUES)
    with as_practitioner(family.manager):
        [action] = actions.give_action([plan], an_action(family.nurse))
        actions.close_action(action, done=True, words="She went.")
        seen = Plan.objects.get(id=plan).version
    with as_practitioner(family.worker):
        actions.write_outcome([plan], an_outcome(words="Something else."))
    with as_practitioner(family.manager):
        for stale in (
            lambda: actions.reopen_action(action, WRONG, seen=seen),
            lambda: actions.reopen_review(review, WRONG, knows_family=False, seen=seen),
        ):
            with pytest.raises(Refused, match="Dana Okafor changed this plan at"):
                stale()


@pytest.mark.obligation("PLN-01")
def test_an_outcome_that_a_review_ended_is_asked_of_no_more_until_it_is_planned_again_or_the_closing_taken_back():
    family = make_family()
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    item = signed(family, plan)
    with as_practitioner(family.manager):
        [other] = actions.write_outcome([plan], an_outcome(words="She reads with Nan."))
        review = actions.start_review(plan, today(), without_quorum_why=AT_NO_MEETING)
        actions.answer_outcome(review, item, reviewed(next=Next.ENDS))
        actions.answer_outcome(review, item, reviewed(next=Next.GOES_ON))
        actions.answer_outcome(review, other, reviewed(next=Next.ENDS, achieved=Achieved.YES))
        hear(family, plan, review_id=review)
        actions.close_review(review, ReviewResult.CONTINUES, "Mornings go on.", WISHED, knows_family=False)
        assert {o.item: o.ended_at for o in queries.plan_shown(plan).outcomes} == {item: None, other: 1}
        second = actions.start_review(plan, today(), without_quorum_why=AT_NO_MEETING)
        assert [o.outcome.item for o in queries.review_shown(second).outcomes] == [item]
        actions.drop(plan, "outcome", other, "It is reached and done with.")
        first = queries.review_shown(review)
        assert {o.outcome.item for o in first.outcomes} == {item, other}, "a closed review stays as it was"
        assert {line.outcome for line in queries.progress_of([plan])} >= {item, other}, (
            "and so do outcomes over time"
        )
        actions.answer_outcome(second, item, reviewed())
        hear(family, plan, review_id=second)
        actions.close_review(second, ReviewResult.CONTINUES, "Mornings go on.", WISHED, knows_family=False)
        actions.reopen_review(second, WRONG, knows_family=False)
        actions.answer_outcome(second, item, reviewed(next=Next.ENDS))
        actions.close_review(second, ReviewResult.CONTINUES, "All is well.", WISHED, knows_family=False)
        [ended] = queries.plan_shown(plan).outcomes
        assert ended.ended_at == 2
        assert "outcome" in {m.part for m in queries.plan_shown(plan).lacks}, (
            "a plan that goes on plans for something"
        )
        actions.write_outcome([plan], an_outcome(words="Breakfast and supper."), item=item)
        [again] = queries.plan_shown(plan).outcomes
        assert again.ended_at is None


@pytest.mark.parametrize("purpose", [Purpose.CORE_GROUP, Purpose.REVIEW_CONFERENCE])
def test_a_meeting_that_was_not_held_after_all_leaves_the_plan_as_it_was(purpose):
    family = make_family()
    plan = begun(family)
    item = signed(family, plan)
    chair = family.worker if purpose is Purpose.CORE_GROUP else family.chair
    with as_practitioner(family.worker):
        meeting = meetings.call(
            purpose, [family.maya], now() + timedelta(minutes=1), chair_id=chair.pk, place="School"
        )
        meetings.invite(meeting, Invitee.practitioner(family.nurse.pk, opens=True))
    with time_machine.travel(now() + timedelta(minutes=10)), as_practitioner(chair):
        due = owed(family.maya)
        for turn in range(2):
            people = [AttendanceIn(one.id, Came.CAME) for one in held.meeting(meeting).invited]
            meetings.hold(
                meeting,
                began_at=now(),
                people=people,
                without_quorum_why="It cannot wait.",
                unready_why="None came.",
            )
            assert owed(family.maya) != due
            review = queries.open_review(plan)
            if review is not None:
                actions.answer_outcome(review, item, reviewed())
            with pytest.raises(Refused, match="Say why"):
                meetings.not_held(meeting, " ")
            meetings.not_held(meeting, WRONG)
            assert owed(family.maya) == due
            assert queries.open_review(plan) is None
            shown = held.meeting(meeting)
            assert shown.state.value == "called"
            assert {one.came for one in shown.invited} == {None}
            assert len([c for c in shown.changes if c.why == WRONG]) == turn + 1
            with pytest.raises(Refused, match="not been recorded as held"):
                meetings.not_held(meeting, WRONG)
    if purpose is Purpose.CORE_GROUP:
        history = _client(family.worker).get(reverse("plans:history", args=[family.maya, plan])).text
        assert f'href="{reverse("meetings:meeting", args=[meeting])}">Core group held</a>' in history
        assert f">{meeting}" not in history, "a key is nothing to read"
    if purpose is Purpose.REVIEW_CONFERENCE:
        with time_machine.travel(now() + timedelta(minutes=30)), as_practitioner(chair):
            meetings.hold(
                meeting, began_at=now(), people=people, without_quorum_why="It cannot wait.",
                unready_why="None came.",
            )  # fmt: skip
            review = queries.open_review(plan)
            actions.answer_outcome(review, item, reviewed())
            hear(family, plan, review_id=review)
            actions.close_review(
                review, ReviewResult.CONTINUES, "She eats and is calm.", WISHED, knows_family=False
            )
            with pytest.raises(Refused, match="Take its closing back first"):
                meetings.not_held(meeting, WRONG)
