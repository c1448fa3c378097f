"""An assessment that should never have been begun asked for nothing: what was owed for it counts in nothing, however it
was met; taken up again it stands as it stood."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from sightline.agencies.tests.factories import as_practitioner
from sightline.enquiries.actions import assessment as act
from sightline.enquiries.actions.ruling import rule_on
from sightline.enquiries.actions.taking_back import take_back
from sightline.enquiries.models import Waiting
from sightline.kernel.time import now
from sightline.kernel.verdicts import Refused
from sightline.kernel.viewer import Viewer, looking_as
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty
from sightline.procedures.queries import kept_limits

from .factories import Case, begun, complete, make_case, sent
from .test_back import WRONG
from .test_rulings import UNRESOLVED

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("TIM-03")]

EARLY = {"form": "early_help"}


def _counted(case: Case) -> list[tuple[Any, ...]]:
    """What counts of this child, but for what is owed to the referrer: kind, clock, how it stands and whether
    anything is left to do or say."""
    with looking_as(Viewer.for_job("duties")):
        duties.mark_missed()
    with as_practitioner(case.manager):
        found = Duty.objects.filter(folder_id=case.maya, path__startswith="/child/").exclude(
            state="withdrawn"
        )
        return sorted((d.kind, d.started_at, d.due_at, d.state, d.closed_at is None) for d in found)


def _figures(case: Case, since: datetime) -> dict[str, int]:
    with as_practitioner(case.manager):
        return {kept.title: kept.owed for kept in kept_limits(since, since + timedelta(days=365))}


BY_CONCERN, BY_NOBODY, HELP = ("section_17_assessment", {}), ("signposting", {}), ("early_help", EARLY)


@pytest.mark.parametrize(
    ("asked", "returned"),
    [
        (BY_CONCERN, "in time"),
        (BY_CONCERN, "late"),
        (BY_NOBODY, "never sent"),
        (BY_NOBODY, "late and answered for"),
        (HELP, "never sent"),
        (HELP, "late"),
    ],
    ids=lambda case: case if isinstance(case, str) else case[0],
)
def test_what_an_assessment_that_should_not_have_been_begun_asked_for_counts_in_nothing(
    returned: str, asked: tuple[str, dict[str, str]]
) -> None:
    outcome, form = asked
    case = make_case(outcome)
    since = now() - timedelta(days=1)
    before, counts = _counted(case), _figures(case, since)
    [row] = begun(case, case.maya, **form)
    at = now() + timedelta(minutes=5)
    if returned != "never sent":
        sent(case, row, "early_help_plan" if form else "child_in_need_plan")
        with as_practitioner(case.manager):
            sign_off = Duty.objects.get(subject_id=row.duty_subject, kind="sign_off")
        at = sign_off.due_at + timedelta(days=-1 if returned == "in time" else 2)
        with time_machine.travel(at), as_practitioner(case.manager):
            act.send_back(row.id, "Say more about her father.")
            sign_off.refresh_from_db()
            if returned == "late and answered for":
                assert sign_off.state == "done late"
                duties.answer_for(sign_off.id, "I was away, and nobody stood in for me.")
    with time_machine.travel(at + timedelta(hours=1)):
        stood = _counted(case)
        assert stood != before or outcome == "section_17_assessment"
        with as_practitioner(case.manager):
            act.set_aside(row.id, WRONG, knows_family=False)
        assert _without_state(_counted(case)) == _without_state(before)
        assert _figures(case, since) == counts
        with as_practitioner(case.manager):
            act.take_up_again(row.id, WRONG, knows_family=False)
        assert _counted(case) == stood


def _without_state(counted: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Time goes by: what was to do before may be missed by now."""
    return [row[:3] for row in counted]


def test_what_a_concern_asked_for_is_answered_by_the_next_assessment_once_one_was_set_aside() -> None:
    case = make_case()
    [row] = begun(case, case.maya)
    complete(case, row)
    with as_practitioner(case.manager):
        act.set_aside(row.id, WRONG, knows_family=False)
        take_back(row.episode_id, WRONG, knows_family=False)
    [again] = begun(case, case.maya)
    assert again.duty_subject == row.duty_subject
    with as_practitioner(case.manager):
        assert Duty.objects.filter(folder_id=case.maya, kind="assessment").count() == 1


@pytest.mark.parametrize("waited", [False, True], ids=["at once", "upheld later"])
def test_an_assessment_is_not_taken_up_beside_another_that_is_open(waited: bool) -> None:
    case = make_case()
    [row] = begun(case, case.maya)
    with as_practitioner(case.manager):
        act.set_aside(row.id, WRONG, knows_family=False)
        if waited:
            assert act.take_up_again(row.id, WRONG, knows_family=False, conflict=UNRESOLVED) is None
    [other] = begun(case, case.maya)
    with as_practitioner(case.other_manager if waited else case.manager):
        with pytest.raises(Refused, match="began another assessment"):
            if waited:
                rule_on(Waiting.objects.get().decision_id, upholds=True, reasons=WRONG)
            else:
                act.take_up_again(row.id, WRONG, knows_family=False)
        act.set_aside(other.id, WRONG, knows_family=False)
        if not waited:
            assert act.take_up_again(row.id, WRONG, knows_family=False) is not None
