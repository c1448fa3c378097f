"""A looked-after child is reviewed and visited again and again: each from the one before, by the pack."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from dateutil.relativedelta import relativedelta

from sightline.agencies.tests.factories import as_practitioner
from sightline.enquiries.actions import looked_after
from sightline.enquiries.actions.contact import AttemptIn, record_attempt
from sightline.enquiries.terms import ContactWay, Reached
from sightline.kernel.time import LONDON, now, today
from sightline.meetings import actions as meetings
from sightline.meetings.models import Meeting
from sightline.meetings.terms import Purpose
from sightline.procedures.models import Duty

from .factories import Case, begun, make_case
from .test_back import WRONG
from .test_goes_wrong import conference_concluded
from .test_protection import A_PLACEMENT, owed

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("TIM-03")]

REVIEWS = ("first_looked_after_review", "second_looked_after_review", "later_looked_after_review")
VISITS = ("first_placement_visit", "later_placement_visit")


def _placed() -> Case:
    case = make_case()
    begun(case, case.maya)
    with as_practitioner(case.manager):
        looked_after.become_looked_after(
            case.maya, looked_after.LookedAfterIn(**{**A_PLACEMENT, "began_on": today()})
        )
    return case


def _counts(case: Case, kinds: tuple[str, ...]) -> list[tuple[str, datetime, bool]]:
    """What counts of these kinds: which, from when it runs, and whether it is still to do."""
    with as_practitioner(case.manager):
        rows = Duty.objects.filter(folder_id=case.maya, kind__in=kinds).exclude(state="withdrawn")
        return [(d.kind, d.started_at, d.closed_at is None) for d in rows.order_by("started_at", "opened_at")]


def _reviewed(case: Case, at: datetime, kind: str) -> tuple[UUID, datetime]:
    with time_machine.travel(at):
        meeting_id = conference_concluded(case, Purpose.LOOKED_AFTER_REVIEW, kind)
        with as_practitioner(case.manager):
            held = Meeting.objects.get(id=meeting_id)
            assert held.began_at is not None
            return held.id, held.began_at


def _not_held(meeting_id: UUID) -> None:
    with as_practitioner(Meeting.objects.get(id=meeting_id).chair):
        meetings.reopen(meeting_id, WRONG)
        meetings.not_held(meeting_id, WRONG, knows_family=False)


def test_each_review_of_a_looked_after_child_is_owed_from_the_one_before() -> None:
    case = _placed()
    start = _counts(case, REVIEWS)[0][1]
    first_id, first = _reviewed(case, now() + timedelta(days=10), REVIEWS[0])
    with as_practitioner(case.manager):
        second = owed(case.maya, REVIEWS[1])
        assert second.due_at.date() == (first.astimezone(LONDON) + relativedelta(months=3)).date()
        assert second.owner_id == case.manager.pk
        assert second.citation
    second_id, then = _reviewed(case, first + timedelta(days=80), REVIEWS[1])
    with as_practitioner(case.manager):
        later = owed(case.maya, REVIEWS[2])
        assert later.due_at.date() == (then.astimezone(LONDON) + relativedelta(months=6)).date()
    third_id, third = _reviewed(case, then + timedelta(days=150), REVIEWS[2])
    assert _counts(case, REVIEWS)[2:] == [(REVIEWS[2], then, False), (REVIEWS[2], third, True)]
    with time_machine.travel(third + timedelta(days=1)):
        with as_practitioner(case.manager):
            _not_held(third_id)
        assert _counts(case, REVIEWS)[2:] == [(REVIEWS[2], then, True)]
        with as_practitioner(case.manager):
            _not_held(first_id)
        assert [row[:2] for row in _counts(case, REVIEWS)] == [(REVIEWS[0], start), (REVIEWS[1], then)], (
            "the second was in truth the first"
        )
        with as_practitioner(case.manager):
            _not_held(second_id)
        assert _counts(case, REVIEWS) == [(REVIEWS[0], start, True)]


def test_a_child_is_visited_again_in_the_placement_from_each_visit_at_which_they_were_seen() -> None:
    case = _placed()

    def visited(days: int, *, written: int | None = None, reached: Reached = Reached.SEEN) -> datetime:
        at = began + timedelta(days=days)
        with (
            time_machine.travel(began + timedelta(days=written or days, minutes=5)),
            as_practitioner(case.worker),
        ):
            words = "She showed her room."
            record_attempt(
                case.maya, AttemptIn(at, ContactWay.VISIT, "Maya", reached, words, seen_alone=True)
            )
        return at

    began = now()
    first = visited(2)
    with as_practitioner(case.manager):
        later = owed(case.maya, VISITS[1])
        assert later.due_at.date() == (first + timedelta(weeks=6)).astimezone(LONDON).date()
    visited(20, reached=Reached.NOT_AT_HOME)
    assert [row[1] for row in _counts(case, VISITS)][1:] == [first], "nobody saw her"
    third = visited(60)
    between = visited(40, written=61)
    assert _counts(case, VISITS)[1:] == [
        (VISITS[1], first, False), (VISITS[1], between, False), (VISITS[1], third, True),
    ]  # fmt: skip
