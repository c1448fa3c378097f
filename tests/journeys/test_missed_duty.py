"""What was missed: whoever owed it finds it on My work, and says what went wrong and what was done about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from sightline.access.tests.factories import let_in
from sightline.agencies.tests.factories import as_practitioner
from sightline.concerns.actions import screen
from sightline.concerns.models import ConcernPart
from sightline.concerns.tests.factories import FrontDoor, a_decision, raised_by
from sightline.kernel.time import now
from sightline.kernel.viewer import Viewer, looking_as
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty

from .conftest import Visitor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.obligation("TIM-03")]

WHAT = "What went wrong, and what was done about it?"
WORDS = "The letter went to the old address; I rang on Friday and met them that day."


@pytest.fixture
def missed(front_door: FrontDoor, as_owner: Any) -> Duty:
    """A duty of the worker's whose day has passed."""
    raised = raised_by(front_door.teacher)
    with as_practitioner(front_door.decider):
        parts = ConcernPart.objects.filter(concern_id=raised.concern_id).order_by("place_in_list")
        screen(raised.concern_id, [a_decision(p.id) for p in parts], knows_family=False, version=None)
    maya = raised.folder_ids[0]
    let_in(maya, front_door.worker)
    with as_practitioner(front_door.manager):
        duty = Duty.objects.get(folder_id=maya, kind="early_help_contact")
        duties.hand_to([duty.pk], front_door.worker.pk)
    late = now() - timedelta(days=2)
    as_owner.execute(
        "UPDATE procedures_duty SET soon_at = %(at)s, due_at = %(at)s, critical_at = %(at)s WHERE id = %(id)s",
        {"at": late, "id": duty.pk},
    )
    with transaction.atomic(), looking_as(Viewer.for_job("duties")):
        assert duties.mark_missed() == 1
    return duty


def the_worker_finds_what_was_missed(worker: Visitor, front_door: FrontDoor, missed: Duty) -> None:
    worker.signs_in_as(front_door.worker)
    worker.goes_to("/")
    worker.sees("Critically overdue")
    worker.sees(missed.title)
    worker.follows("Answer for this")
    worker.sees("It stays in sight until somebody says what went wrong.")


def it_is_answered_for(worker: Visitor, missed: Duty) -> None:
    worker.sees("Recorded, with your name and the time.")
    worker.sees("Answered for")
    worker.sees(WORDS)
    worker.goes_to("/")
    worker.sees_the_heading("My work")
    # It is still to be done, and nobody is asked again why it was late.
    worker.sees(missed.title)
    worker.does_not_see("Answer for this")


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (320, True), (1280, False), (320, False)])
def test_somebody_answers_for_a_missed_duty(
    somebody: Callable[..., Visitor], front_door: FrontDoor, missed: Duty, width: int, scripts: bool
) -> None:
    worker = somebody(width=width, scripts=scripts)
    the_worker_finds_what_was_missed(worker, front_door, missed)
    worker.presses("Answer for it")
    worker.sees("There is a problem")
    worker.sees("Say what went wrong and what was done about it")
    worker.writes(WHAT, WORDS)
    worker.presses("Answer for it")
    it_is_answered_for(worker, missed)


def test_by_keyboard_alone(somebody: Callable[..., Visitor], front_door: FrontDoor, missed: Duty) -> None:
    worker = somebody()
    the_worker_finds_what_was_missed(worker, front_door, missed)
    keys, page = worker.page.keyboard, worker.page

    def tabs_to(element: str) -> None:
        for _ in range(60):
            keys.press("Tab")
            if page.evaluate(element):
                return
        raise AssertionError(f"the keyboard does not reach {element}")

    tabs_to("document.activeElement.localName === 'textarea'")
    keys.type(WORDS)
    tabs_to("document.activeElement.localName === 'button'")
    with page.expect_navigation():
        keys.press("Enter")
    worker.looks_over_the_page()
    it_is_answered_for(worker, missed)
