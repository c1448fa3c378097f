"""A visit or a core group that was none, was at another time or is written down late: what was owed stands as it would,
had all of it been known, in the ledger and in the figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import connection

from sightline.agencies.tests.factories import as_practitioner
from sightline.kernel.time import now, today
from sightline.kernel.viewer import Viewer, looking_as
from sightline.meetings import actions as meetings
from sightline.meetings import queries as held
from sightline.meetings.actions import AttendanceIn, Invitee
from sightline.meetings.terms import Came, Purpose
from sightline.plans import actions
from sightline.plans.models import Plan, Visit
from sightline.plans.terms import PlanKind, ReviewResult
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty, DutyEvent
from sightline.procedures.queries import on_folders
from sightline.procedures.terms import DutyAct, DutyState
from sightline.records.actions import Answered, correct_entry, sign_entry
from sightline.records.terms import EntryKind

from .factories import (
    AT_NO_MEETING,
    WISHED,
    Family,
    a_visit,
    an_end,
    begun,
    hear,
    make_family,
    reviewed,
    signed,
)
from .test_done_in_time import _looked_after as placed

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("TIM-03")]

#: A visit is owed every ten working days, which is two weeks at the most but for holidays.
WHEN = datetime(2027, 9, 6, 12, tzinfo=now().tzinfo)
LAST = 90


def day(n: int) -> datetime:
    return WHEN + timedelta(days=n)


@dataclass(frozen=True)
class Case:
    """Visits as they were recorded, each on its day; then what is found out on the last day: by the day that was wrong
    the day that is right, or None where the child was not seen then; and days that are written down only now."""

    recorded: Sequence[int]
    right: dict[int, int | None]
    late: Sequence[int] = ()

    @property
    def true(self) -> list[int]:
        days = [self.right.get(n, n) for n in self.recorded]
        return sorted({*(n for n in days if n is not None), *self.late})


CASES = {
    "the latest never was": Case((5, 12, 30), {30: None}),
    "one between never was, and the one after it came too late": Case((5, 14, 24), {14: None}),
    "one between never was, that had been too late": Case((5, 40, 48), {40: None}),
    "one between was later": Case((5, 10, 30), {10: 25}),
    "one between was after the next": Case((5, 10, 18), {10: 28}),
    "the first never was": Case((5, 12, 30), {5: None}),
    "the first was after all the others": Case((5, 12, 30), {5: 41}),
    "none ever was": Case((5, 12), {5: None, 12: None}),
    "two were wrong": Case((5, 12, 20, 50), {12: None, 20: 33}),
    "one is written down after the next, and was late itself": Case((5, 60), {}, (30, 45)),
    "one never was and another is written down late": Case((5, 30, 40), {30: None}, (17,)),
    "on the right day only the hour was wrong": Case((5, 12), {12: 12}),
}


def _begun(family: Family, folder_id: UUID, kind: PlanKind = PlanKind.CHILD_PROTECTION) -> UUID:
    with time_machine.travel(day(0), tick=False):
        return begun(family, folder_id, kind, began_on=today())


def _swept() -> None:
    with looking_as(Viewer.for_job("duties")):
        duties.mark_missed()


def _visited(family: Family, plan: UUID, days: Sequence[int], *, written: int | None = None) -> None:
    for n in days:
        with time_machine.travel(day(n if written is None else written), tick=False):
            _swept()
            with as_practitioner(family.worker):
                late = "Written from my notebook." if written is not None else ""
                actions.record_visit(plan, a_visit(visited_at=day(n), said="", late_why=late))


def _put_right(family: Family, plan: UUID, right: dict[int, int | None]) -> None:
    with time_machine.travel(day(LAST), tick=False), as_practitioner(family.worker):
        for wrong, true in right.items():
            was = Visit.objects.get(plan_id=plan, visited_at=day(wrong), corrects__isnull=True)
            seen = {"seen": "no", "seen_why_not": "She was at her aunt's."}
            if true is not None:
                seen = {"seen": "yes", "seen_alone": "yes"}
            correct_entry(
                was.entry_id, "It was written on the wrong day.", "Maya drew and was calm.",
                answers={"where": "At home", "interpreting": "none_needed"}, child_answers={was.folder_id: seen},
                happened_at=day(true) if true is not None else None, late_why="It was looked up only now.",
            )  # fmt: skip


def ledger(family: Family, plan: UUID, kinds: Sequence[str]) -> list[tuple[Any, ...]]:
    """What counts of these kinds: from when it ran, when it was due, how it stands and when it was met."""
    with time_machine.travel(day(LAST), tick=False):
        _swept()
    return ledger_of(family, plan, kinds)


def ledger_of(family: Family, plan: UUID, kinds: Sequence[str]) -> list[tuple[Any, ...]]:
    found = []
    with as_practitioner(family.worker):
        for row in Duty.objects.filter(subject_id=plan, kind__in=kinds).exclude(state="withdrawn"):
            met = None
            if row.state in (DutyState.DISCHARGED.value, DutyState.DONE_LATE.value):
                acts = (DutyAct.DISCHARGE.value, DutyAct.WRITE_UP.value)
                last = DutyEvent.objects.filter(duty=row, act__in=acts).order_by("at", "id").last()
                assert last is not None
                met = last.done_at or last.at
            found.append((row.kind, row.started_at, row.due_at, row.state, met))
    return sorted(found, key=lambda row: (row[1], row[0]))


def figures(folder_id: UUID, other: UUID) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM procedures_kept(%s, %s, %s, %s) ORDER BY title",
            [day(-1), day(LAST + 90), day(LAST), [other]],
        )
        return [row for row in cursor.fetchall() if "visit" in row[0].lower() or "core" in row[0].lower()]


VISITS = ("child_protection_visit", "child_in_need_visit")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *((name, PlanKind.CHILD_PROTECTION) for name in CASES),
        ("one between was after the next", PlanKind.CHILD_IN_NEED),
    ],
)
def test_visits_put_right_leave_what_is_owed_as_if_they_had_been_written_so(
    name: str, kind: PlanKind
) -> None:
    case = CASES[name]
    family = make_family()
    plan, twin = _begun(family, family.maya, kind), _begun(family, family.theo, kind)
    _visited(family, plan, case.recorded)
    _visited(family, twin, case.true)
    before = ledger(family, plan, VISITS)
    _put_right(family, plan, case.right)
    _visited(family, plan, case.late, written=LAST)
    after = ledger(family, plan, VISITS)
    assert after == ledger(family, twin, VISITS)
    assert (after == before) is (case.true == sorted(case.recorded))
    with as_practitioner(family.worker):
        assert figures(family.maya, family.theo) == figures(family.theo, family.maya)
        owed = [duty for duty in on_folders([family.maya]) if duty.kind in VISITS and duty.to_do]
        assert len(owed) == 1, "one next visit is owed, whatever was put right"


def test_a_late_visit_that_was_answered_for_need_not_be_again_while_it_is_late_all_the_same() -> None:
    family = make_family()
    plan = _begun(family, family.maya)
    _visited(family, plan, (5, 30, 38))
    with time_machine.travel(day(LAST), tick=False), as_practitioner(family.manager):
        [late] = Duty.objects.filter(subject_id=plan, state="done late")
        duties.answer_for(late.id, "I was ill, and nobody stood in for me.")
    _put_right(family, plan, {30: 33})
    found = {row[1]: (row[3], row[4]) for row in ledger(family, plan, VISITS)}
    assert found[day(5)] == (DutyState.DISCHARGED.value, day(33))
    with time_machine.travel(day(LAST), tick=False), as_practitioner(family.worker):
        assert figures(family.maya, family.theo)[0][5] == 1, "it is late, as it was"
    _put_right(family, plan, {5: 25})
    found = {row[1]: (row[3], row[4]) for row in ledger(family, plan, VISITS)}
    assert day(5) not in found
    assert found[day(25)] == (DutyState.DISCHARGED.value, day(33))


@pytest.mark.parametrize(
    ("right", "states"),
    [
        ({30: None}, ["discharged", "missed and no longer owed"]),
        ({30: 16}, ["discharged", "discharged", "missed and no longer owed"]),
        ({5: None}, ["discharged"]),
    ],
    ids=["the last never was", "the last was earlier", "the first never was"],
)
def test_under_a_plan_that_was_closed_since_nothing_is_owed_anew_and_what_was_missed_by_then_counts(
    right: dict[int, int | None], states: list[str]
) -> None:
    family = make_family()
    plan = _begun(family, family.maya, PlanKind.CHILD_IN_NEED)
    _visited(family, plan, (5, 30))
    with time_machine.travel(day(31), tick=False), as_practitioner(family.worker):
        item = signed(family, plan)
        actions.drop(plan, "outcome", item, "Nobody plans for it any more.")
    with time_machine.travel(day(70), tick=False), as_practitioner(family.manager):
        actions.close_plan(plan, an_end(family))
    _put_right(family, plan, right)
    assert [row[3] for row in ledger(family, plan, VISITS)] == states
    with time_machine.travel(day(LAST), tick=False), as_practitioner(family.worker):
        assert not [duty for duty in on_folders([family.maya]) if duty.kind in VISITS and duty.to_do]


CORE = ("first_core_group", "later_core_group")


def _core_group(family: Family, plan: UUID, n: int, *, written: int | None = None) -> UUID:
    """A core group as a meeting, held that day and, where given, written down only later."""
    folder = family.maya if plan == Plan.objects.get(folder_id=family.maya).id else family.theo
    with time_machine.travel(day(n - 1), tick=False), as_practitioner(family.worker):
        meeting = meetings.call(
            Purpose.CORE_GROUP, [folder], day(n), chair_id=family.worker.pk, place="School", process_id=plan,
        )  # fmt: skip
        meetings.invite(meeting, Invitee.practitioner(family.nurse.pk, opens=True))
    with time_machine.travel(day(n if written is None else written), tick=False):
        _swept()
        with as_practitioner(family.worker):
            people = [AttendanceIn(one.id, Came.CAME) for one in held.meeting(meeting).invited]
            meetings.hold(
                meeting, began_at=day(n), people=people, without_quorum_why="It cannot wait.",
                unready_why="None came.",
            )  # fmt: skip
    return meeting


CORE_GROUPS = {
    "the latest was none": ((7, 40, 70), 70, None),
    "one between was none": ((7, 30, 50), 30, None),
    "one between was none, that had been too late": ((7, 60, 80), 60, None),
    "the first was none": ((7, 30), 7, None),
    "the only one was none": ((7,), 7, None),
    "one is written down after the next": ((7, 60), None, 30),
}


@pytest.mark.parametrize(
    ("name", "closed"),
    [
        *((name, False) for name in CORE_GROUPS),
        *((name, True) for name, (_days, none, _late) in CORE_GROUPS.items() if none is not None),
    ],
)
def test_a_core_group_that_was_none_or_is_written_down_late_leaves_what_is_owed_as_if_known(
    name: str, closed: bool
) -> None:
    days, none, late = CORE_GROUPS[name]
    family = make_family()
    plan, twin = _begun(family, family.maya), _begun(family, family.theo)
    with as_practitioner(family.worker):
        of = {n: _core_group(family, plan, n) for n in days}
        for n in sorted({*days, *([late] if late else [])} - {none}):
            _core_group(family, twin, n)
    if closed:
        with time_machine.travel(day(LAST - 5), tick=False), as_practitioner(family.manager):
            for each in (plan, twin):
                _swept()
                actions.close_plan(each, an_end(family, reason="RC3"))
    if none is not None:
        with time_machine.travel(day(LAST), tick=False), as_practitioner(family.worker):
            meetings.not_held(of[none], "It was put in the wrong record.")
    if late is not None:
        with as_practitioner(family.worker):
            _core_group(family, plan, late, written=LAST)
    assert ledger(family, plan, CORE) == ledger(family, twin, CORE)
    with as_practitioner(family.worker):
        assert figures(family.maya, family.theo) == figures(family.theo, family.maya)


@pytest.mark.parametrize(
    ("how", "then"),
    [
        ("in time", "to do"),
        ("in time", "missed and no longer owed"),
        ("missed, written up", "missed"),
        ("late", "to do"),
        ("late", "missed and no longer owed"),
        ("late and answered for", "missed"),
    ],
)
def test_a_review_whose_closing_is_taken_back_owes_as_before_and_what_it_had_opened_counts_in_nothing(
    how: str, then: str
) -> None:
    family = make_family()
    plan = _begun(family, family.maya)
    kinds = ("first_review_conference", "later_review_conference")
    [(_, _, due, _, _)] = ledger_of(family, plan, kinds)
    held_on = due - timedelta(days=3) if how in ("in time", "missed, written up") else due + timedelta(days=2)
    closed_at = held_on if how == "in time" else max(held_on, due) + timedelta(days=3)
    with time_machine.travel(due - timedelta(days=10), tick=False), as_practitioner(family.worker):
        item = signed(family, plan)
    with time_machine.travel(closed_at, tick=False):
        _swept()
        before = ledger_of(family, plan, kinds)
        with as_practitioner(family.manager):
            review = actions.start_review(plan, held_on.date(), without_quorum_why=AT_NO_MEETING)
            actions.answer_outcome(review, item, reviewed())
            hear(family, plan, review_id=review)
            actions.close_review(
                review, ReviewResult.CONTINUES, "She eats and is calm.", WISHED, knows_family=False
            )
            if how == "late and answered for":
                late = Duty.objects.get(subject_id=plan, kind=kinds[0])
                duties.answer_for(late.id, "The chair was ill, and nobody stood in.")
                before = [(*before[0][:3], DutyState.ANSWERED.value, None)]
            elif how == "late":
                before = [(*before[0][:3], DutyState.MISSED.value, None)]
    with as_practitioner(family.worker):
        next_due = Duty.objects.get(subject_id=plan, kind=kinds[1]).due_at
    at = closed_at + timedelta(days=1) if then == "to do" else next_due + timedelta(days=1)
    with time_machine.travel(at, tick=False):
        _swept()
        with as_practitioner(family.manager):
            if then == "missed and no longer owed":
                duties.withdraw(
                    Duty.objects.get(subject_id=plan, kind=kinds[1]).id, "Another review was held."
                )
            actions.reopen_review(review, "It was closed on the wrong child.", knows_family=False)
        _swept()
        after = ledger_of(family, plan, kinds)
    if how in ("in time", "missed, written up"):
        # Long past by now, it is missed like any that nobody did.
        before = [(*before[0][:3], DutyState.MISSED.value, None)] if at > due else before
    assert after == before


def test_the_first_visit_in_a_placement_is_the_first_at_which_the_child_was_in_truth_seen() -> None:
    family = make_family()
    with time_machine.travel(day(0), tick=False):
        placed(family)
        with as_practitioner(family.worker):
            duty = Duty.objects.get(folder_id=family.maya, kind="first_placement_visit")

    def visited(n: int) -> UUID:
        with time_machine.travel(day(n), tick=False), as_practitioner(family.worker):
            answers = [Answered(name, name, "Yes", "yes") for name in ("seen", "seen_alone")]
            signed_now = sign_entry(
                {family.maya: "She drew."},
                kind=EntryKind.VISIT,
                happened_at=day(n),
                answers=answers,
                on_form=True,
            )
            return signed_now[family.maya].id

    def stands() -> list[tuple[str, Any]]:
        with time_machine.travel(day(LAST), tick=False):
            _swept()
        return [(row[3], row[4]) for row in ledger_of(family, duty.subject_id, ["first_placement_visit"])]

    in_time, late = visited(1), visited(40)
    assert stands() == [(DutyState.DISCHARGED.value, day(1))]
    wrong = {
        "was_wrong": "It was her sister.", "text": "She was not there.",
        "answers": {"where": "At home", "interpreting": "none_needed"},
        "child_answers": {family.maya: {"seen": "no", "seen_why_not": "She was at school."}},
    }  # fmt: skip
    with time_machine.travel(day(LAST), tick=False), as_practitioner(family.worker):
        correct_entry(in_time, **wrong)
    assert stands() == [(DutyState.DONE_LATE.value, day(40))]
    with time_machine.travel(day(LAST), tick=False), as_practitioner(family.worker):
        correct_entry(late, **wrong)
    assert stands() == [(DutyState.MISSED.value, None)]


def test_by_an_agreed_date_counts_what_was_in_truth_done_by_then(owning: Any) -> None:
    family = make_family()
    plan = _begun(family, family.maya)
    _visited(family, plan, (5, 30))
    with owning():
        late = Duty.objects.get(subject_id=plan, state="done late")
        Duty.objects.filter(id=late.id).update(agreed_at=day(45))

    def by_agreement() -> int:
        with as_practitioner(family.worker):
            found = figures(family.maya, family.theo)
        [agreed] = [row[4] for row in found if "visit" in row[0].lower()]
        return int(agreed)

    assert by_agreement() == 2
    _put_right(family, plan, {30: 50})
    assert by_agreement() == 1
