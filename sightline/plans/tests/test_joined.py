"""What enquiries, the record and plans tell each other: one way of one child."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner
from sightline.enquiries.actions import episode as way
from sightline.enquiries.actions.conference import conference_decided
from sightline.enquiries.actions.taking_back import take_back
from sightline.enquiries.models import Episode
from sightline.enquiries.terms import Act, Stage
from sightline.enquiries.tests.factories import close_case
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import Refused
from sightline.meetings.terms import Purpose
from sightline.plans import actions, queries
from sightline.plans.actions import BeginIn
from sightline.plans.models import Visit
from sightline.plans.terms import PlanKind
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty
from sightline.procedures.queries import pack_in_force
from sightline.records.actions import Deciding, EntryIn, correct_entry, sign
from sightline.records.actions import decide as decide_on
from sightline.records.terms import DecisionKind

from ..terms import ReviewResult
from .factories import (
    AT_NO_MEETING,
    WISHED,
    a_visit,
    an_end,
    before_its_conference,
    begun,
    decided_at,
    hear,
    make_family,
    reviewed,
    signed,
)
from .test_pages import _client

pytestmark = pytest.mark.django_db

BECAUSE = "What was seen at home shows it."


def stage_of(folder_id):
    return Stage(Episode.objects.filter(folder_id=folder_id).latest("opened_at").stage)


def owed(folder_id, kind):
    return Duty.objects.filter(folder_id=folder_id, kind=kind, closed_at__isnull=True).first()


@pytest.mark.obligation("ENQ-01")
def test_a_conference_s_plan_moves_the_child_on_and_before_the_enquiry_there_is_none():
    family = make_family()
    pack = pack_in_force()

    def begin(decision_id):
        actions.begin_plan(
            family.maya,
            BeginIn(
                PlanKind.CHILD_PROTECTION, today(), BECAUSE, "NEG", decision_id=decision_id, wishes=WISHED,
                lead_id=family.worker.pk,
            ), knows_family=False,
        )  # fmt: skip

    with as_practitioner(family.chair):
        [other] = decide_on(
            [Deciding(family.maya, DecisionKind.MEETING, "A plan", BECAUSE, pack.name, pack.version)]
        )
        with pytest.raises(Refused, match="Discuss first"):
            begin(other.id)
    before_its_conference(family, family.maya)
    with as_practitioner(family.chair), pytest.raises(Refused, match="made by a conference") as refused:
        begin(other.id)
    assert refused.value.verdict.field == "decision", "a decision of no conference makes no plan"
    core_group = decided_at(family.chair, family.maya, Purpose.CORE_GROUP)
    with as_practitioner(family.chair), pytest.raises(Refused, match="made by a conference"):
        begin(core_group)
    page = reverse("plans:begin", args=[family.maya])
    assert "No conference has decided on this child yet" in _client(family.chair).get(page).text
    decided = decided_at(family.chair, family.maya, Purpose.INITIAL_CONFERENCE)
    offered = _client(family.chair).get(page).text
    assert str(decided) in offered
    assert str(other.id) not in offered
    assert str(core_group) not in offered
    with as_practitioner(family.chair):
        begin(decided)
        assert stage_of(family.maya) is Stage.HELP


def test_a_conference_that_makes_no_plan_leaves_the_child_at_the_assessment():
    family = make_family()
    before_its_conference(family, family.maya)
    with as_practitioner(family.chair):
        decision_id = begun_decision(family)
        conference_decided(family.maya, plan_made=False, reasons=BECAUSE, decision_id=decision_id)
        assert stage_of(family.maya) is Stage.ASSESSMENT
    begun(family, kind=PlanKind.CHILD_IN_NEED)
    with as_practitioner(family.worker):
        assert stage_of(family.maya) is Stage.HELP, "the plan that was agreed instead"


def begun_decision(family):
    pack = pack_in_force()
    [decision] = decide_on(
        [Deciding(family.maya, DecisionKind.MEETING, "No plan", BECAUSE, pack.name, pack.version)]
    )
    return decision.id


@pytest.mark.obligation("HLP-01")
def test_closing_a_plan_closes_the_child_s_way_and_reopening_it_takes_that_back():
    family = make_family()
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    item = signed(family, plan)
    with as_practitioner(family.manager):
        review = actions.start_review(plan, today(), without_quorum_why=AT_NO_MEETING)
        actions.answer_outcome(review, item, reviewed())
        hear(family, plan, review_id=review)
        actions.close_review(
            review, ReviewResult.CLOSE, "The evenings are calm and she eats.", WISHED, knows_family=False
        )
        actions.close_plan(plan, an_end(family))
        assert stage_of(family.maya) is Stage.CLOSED
        assert Episode.objects.get(folder_id=family.maya).closure
        actions.reopen_plan(plan, "It was closed for the wrong child.", knows_family=False)
        assert stage_of(family.maya) is Stage.HELP


def test_the_way_never_closes_over_a_plan_that_is_open():
    family = make_family()
    begun(family, kind=PlanKind.CHILD_IN_NEED)
    with as_practitioner(family.manager), pytest.raises(Refused, match="Close it on the Plan tab"):
        close_case(family.maya)


def test_help_that_was_agreed_owes_a_plan_until_it_begins():
    family = make_family()
    with as_practitioner(family.worker):
        episode = way.begin(family.maya, Stage.ASSESSMENT, reasons=BECAUSE)
        way.move(way.locked(episode.id), Act.AGREE_HELP, reasons=BECAUSE)
        assert owed(family.maya, "plan_begun").owner_id == family.worker.pk
    begun(family, kind=PlanKind.CHILD_IN_NEED)
    with as_practitioner(family.worker):
        assert owed(family.maya, "plan_begun") is None


@pytest.mark.obligation("TIM-03")
@pytest.mark.parametrize("begun_after", [0, 1, 60], ids=["not begun", "in time", "late"])
def test_help_that_was_agreed_by_mistake_leaves_nothing_that_counts(begun_after):
    family = make_family()
    with as_practitioner(family.worker):
        episode = way.begin(family.maya, Stage.ASSESSMENT, reasons=BECAUSE)
        way.move(way.locked(episode.id), Act.AGREE_HELP, reasons=BECAUSE)
    with time_machine.travel(now() + timedelta(days=begun_after)):
        if begun_after:
            begun(family, kind=PlanKind.CHILD_IN_NEED)
        asked = Duty.objects.filter(subject_id=episode.id, kind="plan_begun").exclude(state="withdrawn")
        with as_practitioner(family.manager):
            assert asked.count() == 1
            take_back(episode.id, "It was agreed for her brother.", knows_family=False)
            assert not asked.exists(), "neither to do nor done, in time or late"


@pytest.mark.obligation("TIM-03")
def test_a_step_taken_back_leaves_what_else_is_owed_of_a_plan_and_a_closing_brings_it_back():
    family = make_family()
    with as_practitioner(family.worker):
        episode = way.begin(family.maya, Stage.ASSESSMENT, reasons=BECAUSE)
        way.move(way.locked(episode.id), Act.AGREE_HELP, reasons=BECAUSE)
        due = owed(family.maya, "plan_begun").due_at
        way.move(way.locked(episode.id), Act.ASSESS_AGAIN, reasons=BECAUSE)
    with as_practitioner(family.manager):
        take_back(episode.id, "It was her brother.", knows_family=False)
        assert owed(family.maya, "plan_begun").due_at == due
        close_case(family.maya)
        assert owed(family.maya, "plan_begun") is None
        take_back(episode.id, "It was her brother.", knows_family=False)
        assert owed(family.maya, "plan_begun").due_at == due


@pytest.mark.obligation("TIM-03")
@pytest.mark.parametrize("answered", [False, True])
def test_a_step_down_that_was_a_mistake_asks_nothing_of_the_plan(answered):
    family = make_family()
    with as_practitioner(family.worker):
        episode = way.begin(family.maya, Stage.ASSESSMENT, reasons=BECAUSE)
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    asked = Duty.objects.filter(subject_id=plan, kind="plan_answers").exclude(state="withdrawn")
    with as_practitioner(family.manager):
        way.move(way.locked(episode.id), Act.STEP_DOWN, reasons=BECAUSE)
        assert asked.count() == 1
        if answered:
            actions.name_lead(plan, family.nurse.pk, "She knows the family's day.")
        take_back(episode.id, "It was her brother.", knows_family=False)
        assert not asked.exists()


def an_entry(folder_id, **answers):
    return EntryIn(
        (folder_id,), "visit", now(), "Maya drew at the kitchen table and was calm.",
        answers={"where": "At home", "interpreting": "none_needed"}, child_answers={folder_id: answers},
    )  # fmt: skip


@pytest.mark.obligation("CHD-02")
def test_a_visit_written_in_the_record_is_the_plan_s_visit_and_answers_its_duty():
    family = make_family()
    plan = begun(family)
    with as_practitioner(family.worker):
        first = owed(family.maya, "child_protection_visit")
        sign(an_entry(family.maya, seen="no", seen_why_not="Nobody was at home."))
        assert owed(family.maya, "child_protection_visit").id == first.id
        sign(an_entry(family.maya, seen="yes", seen_alone="yes"))
        assert owed(family.maya, "child_protection_visit").id != first.id
        shown = queries.visits_of([family.maya])
        assert [(v.how, v.where) for v in shown] == [("Seen alone", "At home"), ("Not seen", "At home")]
        assert shown[1].why_not == "Nobody was at home."
        assert Visit.objects.filter(plan_id=plan).count() == 2


@pytest.mark.obligation("CHD-02")
@pytest.mark.parametrize("under_the_plan", [False, True], ids=["in the record", "under the plan"])
def test_a_visit_put_right_in_the_record_is_put_right_for_the_plan_by_adding(under_the_plan):
    """Alone was wrong, then that she was seen at all: each holds from then on, and the clock goes back with it."""
    family = make_family()
    plan = begun(family)
    with as_practitioner(family.worker):
        first = owed(family.maya, "child_protection_visit")
        if under_the_plan:
            actions.record_visit(plan, a_visit(alone=True, why_not=""))
        else:
            sign(an_entry(family.maya, seen="yes", seen_alone="yes"))
        [was] = queries.visits_of([family.maya])
        after = owed(family.maya, "child_protection_visit")
        correct_entry(
            was.entry_id, "Her brother was in the room.", "Maya drew while Theo played beside her.",
            answers={"where": "At her aunt's", "interpreting": "none_needed"},
            child_answers={
                family.maya: {"seen": "yes", "seen_alone": "no", "alone_why_not": "Theo would not go out."}
            },
        )  # fmt: skip
        [shown] = queries.visits_of([family.maya])
        assert (shown.how, shown.why_not, shown.where) == (
            "Seen, not alone",
            "Theo would not go out.",
            "At her aunt's",
        )
        assert shown.before == "Seen alone"
        assert owed(family.maya, "child_protection_visit").id == after.id
        correct_entry(
            was.entry_id, "It was another child.", "Maya was not at home.",
            answers={"where": "At home", "interpreting": "none_needed"},
            child_answers={family.maya: {"seen": "no", "seen_why_not": "She was at her aunt's."}},
        )  # fmt: skip
        [shown] = queries.visits_of([family.maya])
        assert (shown.how, shown.before) == ("Not seen", "Seen, not alone")
        again = owed(family.maya, "child_protection_visit")
        assert (again.started_at, again.due_at) == (first.started_at, first.due_at)
        assert Visit.objects.filter(plan_id=plan).count() == 3, "nothing is taken away"


def corrected(family, answer, **changes):
    """What a visit under the plan is corrected to, and how the duties to visit stand afterwards, the first first."""
    [was] = queries.visits_of([family.maya])
    correct_entry(
        was.entry_id, "It was written on the wrong day.", "Maya drew and was calm.",
        answers={"where": "At home", "interpreting": "none_needed"},
        child_answers={family.maya: answer}, **changes,
    )  # fmt: skip
    found = Duty.objects.filter(folder_id=family.maya, kind="child_protection_visit").order_by(
        "opened_at", "id"
    )
    return [(d.started_at, d.state) for d in found]


@pytest.mark.obligation("TIM-03")
def test_a_visit_that_never_was_met_nothing_and_what_it_met_is_late_by_the_clock_that_it_had():
    family = make_family()
    plan = begun(family, began_on=today())
    with as_practitioner(family.worker):
        first = owed(family.maya, "child_protection_visit")
    at = first.due_at - timedelta(hours=1)
    with time_machine.travel(at, tick=False), as_practitioner(family.worker):
        actions.record_visit(plan, a_visit(visited_at=at))
    with time_machine.travel(first.due_at + timedelta(days=30)), as_practitioner(family.worker):
        duties.mark_missed()
        states = corrected(family, {"seen": "no", "seen_why_not": "She was at her aunt's."})
        # Neither met in time by a visit that was none, nor missed since it: owed once, from where it ran.
        assert states == [
            (first.started_at, "withdrawn"),
            (at, "withdrawn"),
            (first.started_at, "open"),
        ]


@pytest.mark.obligation("TIM-03")
def test_a_visit_that_was_on_another_day_met_what_was_owed_on_that_day():
    family = make_family()
    plan = begun(family, began_on=today())
    with as_practitioner(family.worker):
        first = owed(family.maya, "child_protection_visit")
    at, later = first.due_at - timedelta(hours=1), first.due_at + timedelta(days=1)
    with time_machine.travel(at, tick=False), as_practitioner(family.worker):
        actions.record_visit(plan, a_visit(visited_at=at))
    with time_machine.travel(first.due_at + timedelta(days=2)), as_practitioner(family.worker):
        states = corrected(family, {"seen": "yes", "seen_alone": "yes"}, happened_at=later)
        assert states == [
            (first.started_at, "withdrawn"),
            (at, "withdrawn"),
            (first.started_at, "done late"),
            (later, "open"),
        ]


def test_a_visit_recorded_under_the_plan_stands_in_the_record_once():
    family = make_family()
    plan = begun(family)
    with as_practitioner(family.worker):
        actions.record_visit(plan, a_visit())
        assert Visit.objects.filter(plan_id=plan).count() == 1


def test_a_visit_to_a_child_without_a_plan_stays_in_the_record_alone():
    family = make_family()
    with as_practitioner(family.worker):
        sign(an_entry(family.maya, seen="yes", seen_alone="no", alone_why_not="He is four."))
        assert queries.visits_of([family.maya]) == []
