"""A looked-after child is reviewed and visited again and again: each from the one before, by the pack."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from dateutil.relativedelta import relativedelta
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner
from sightline.children import actions as children
from sightline.children.models import Residence
from sightline.children.rules import Address
from sightline.children.terms import Fact, LivesAt
from sightline.enquiries.actions import looked_after, no_longer_looked_after
from sightline.enquiries.actions.contact import AttemptIn, record_attempt
from sightline.enquiries.models import LookedAfter
from sightline.enquiries.terms import ContactWay, Reached
from sightline.kernel.time import LONDON, now, today
from sightline.meetings import actions as meetings
from sightline.meetings.models import Meeting
from sightline.meetings.terms import Purpose
from sightline.procedures.models import Duty

from .factories import Case, begun, make_case
from .test_back import WRONG
from .test_goes_wrong import conference_concluded
from .test_pages import browser
from .test_protection import A_PLACEMENT, BECAUSE, NOT_LEARNT, owed

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


def _moves(case: Case, days: int, lives_at: LivesAt = LivesAt.FOSTER_CARE) -> UUID:
    day = today() - timedelta(days=days)
    return children.move_to(case.maya, Address(lives_at=lives_at, area="Eastmere", held_from=day))


def _seen_at(case: Case, at: datetime) -> None:
    sent = AttemptIn(at, ContactWay.VISIT, "Maya", Reached.SEEN, "She showed her room.", seen_alone=True)
    record_attempt(case.maya, sent)


def _first_owed(case: Case) -> list[datetime]:
    return [at for _kind, at, open_still in _counts(case, VISITS[:1]) if open_still]


def test_a_new_placement_is_visited_within_its_own_week_and_the_one_before_no_more() -> None:
    case = _placed()
    began = now()
    with time_machine.travel(began + timedelta(days=3)):
        with as_practitioner(case.manager):
            child_id = LookedAfter.objects.get(folder_id=case.maya).child_id
            homes = Residence.objects.filter(person_id=child_id, held_until=None).values_list("id", flat=True)
            seen = ",".join(str(one) for one in homes)
        sent = {"lives_at": "foster_care", "area": "Eastmere", "confidential": "no", "seen": seen}
        there = reverse("children:address", args=[case.maya, child_id])
        assert browser(case.manager).post(there, sent).status_code == 302
        with as_practitioner(case.manager):
            midnight = datetime.combine(today(), datetime.min.time(), LONDON)
            assert _first_owed(case) == [midnight], "the placement before can be visited no more"
            duty = owed(case.maya, VISITS[0])
            assert duty.due_at.astimezone(LONDON).date() == today() + timedelta(days=7)
            assert "Regulation 28" in duty.citation
            assert duty.owner_id == case.manager.pk
    with time_machine.travel(began + timedelta(days=5)), as_practitioner(case.worker):
        _seen_at(case, began + timedelta(days=1))
        assert _first_owed(case) == [midnight], "a visit before the move is none to the new placement"
        then = now()
        _seen_at(case, then)
        assert _first_owed(case) == []
        assert owed(case.maya, VISITS[1]).started_at == then


def test_a_move_written_down_late_is_met_by_the_visit_already_made_and_hospital_is_no_placement() -> None:
    case = _placed()
    began = now()
    with time_machine.travel(began + timedelta(days=9)), as_practitioner(case.manager):
        _seen_at(case, began + timedelta(days=6))
        _moves(case, 4)
        assert _first_owed(case) == []
        _moves(case, 1, LivesAt.HOSPITAL)
        assert _first_owed(case) == []
        _moves(case, 0)
        assert len(_first_owed(case)) == 1


def test_a_placement_recorded_wrongly_owes_no_visit_and_that_before_is_owed_again() -> None:
    case = _placed()
    with as_practitioner(case.manager):
        first = _first_owed(case)
    with time_machine.travel(now() + timedelta(days=2)), as_practitioner(case.manager):
        wrong = _moves(case, 0)
        assert _first_owed(case) != first
        children.recorded_wrongly(case.maya, Fact.ADDRESS, wrong, WRONG)
        assert _first_owed(case) == first


def test_a_child_no_longer_looked_after_is_owed_no_visit_anywhere() -> None:
    case = _placed()
    with time_machine.travel(now() + timedelta(days=2)), as_practitioner(case.manager):
        _moves(case, 0)
        row = LookedAfter.objects.get(folder_id=case.maya)
        home = Address(lives_at=LivesAt.HOME, area="Saltwick")
        no_longer_looked_after.end_looked_after(
            row.id, today(), BECAUSE, home=home, knows_family=False, wishes=NOT_LEARNT
        )
        assert _first_owed(case) == []
        _moves(case, 0)
        assert _first_owed(case) == [], "a home of a child who is not looked after is no placement"
