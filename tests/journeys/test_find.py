"""Finding a child: from the one box to whom to ring, and to the record in an emergency."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sightline.concerns.tests.factories import FrontDoor, raised_by

from .conftest import IN_TWO_WAYS, Visitor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.obligation("REC-18")]


def somebody_looks_for_maya(person: Visitor) -> None:
    person.goes_to("/find/")
    person.presses("Search")
    person.sees("Type a name, date of birth, address or number")
    person.writes("Whom are you looking for?", "Maia Fereira 3/14/2017")
    person.presses("Search")
    person.sees("Maya Ferreira-Lund")
    person.sees("born the same day")
    assert "Fereira" not in person.page.url


def whom_to_ring_and_why_not_more(person: Visitor) -> None:
    person.follows("Maya Ferreira-Lund")
    person.sees("Who works with Maya Ferreira-Lund")
    person.sees("Why you do not see more")
    person.does_not_see("Tern Street")


@IN_TWO_WAYS
def test_a_stranger_to_the_case_finds_whom_to_ring_and_opens_the_record_in_an_emergency(
    arrives: Callable[..., Visitor], front_door: FrontDoor
) -> None:
    raised_by(front_door.teacher)
    worker = arrives(front_door.worker)
    somebody_looks_for_maya(worker)
    whom_to_ring_and_why_not_more(worker)
    worker.follows("Open the record in an emergency")
    worker.presses("Open the record")
    worker.sees("Say why you must see this record now")
    worker.writes(
        "Why must you see this record now?", "Her grandmother rang, she has not come home from school"
    )
    worker.presses("Open the record")
    worker.sees("This record is open to you until")
    worker.sees_the_heading("Maya Ferreira-Lund")


def test_nobody_found_says_what_that_means(somebody: Callable[..., Visitor], front_door: FrontDoor) -> None:
    teacher = somebody(width=320)
    teacher.is_signed_in_as(front_door.teacher)
    teacher.goes_to("/find/")
    teacher.writes("Whom are you looking for?", "Nobody Atall")
    teacher.presses("Search")
    teacher.sees("Not known to this partnership is not the same as no concern")
