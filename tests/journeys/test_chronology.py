"""The story of a child, read by those who answer for it and those who judge it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from sightline.access.tests.factories import let_in
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.children.actions import tie
from sightline.children.queries import child_page
from sightline.children.rules import NewTie
from sightline.children.terms import Kinship
from sightline.chronology.jobs import print_chronology
from sightline.chronology.models import Print
from sightline.concerns.tests.factories import FrontDoor, raised_by
from sightline.kernel.time import now
from sightline.records.actions import sign_entry

from .conftest import IN_TWO_OTHER_WAYS, IN_TWO_WAYS, Visitor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def siblings(front_door: FrontDoor) -> list[UUID]:
    """Maya and Theo, about whom a teacher raised a concern, with what a worker wrote of each."""
    maya, theo = raised_by(front_door.teacher).folder_ids[:2]
    with as_practitioner(front_door.decider):
        sign_entry(
            {maya: "Maya was seen at school.\n\n@Sam Reyes, teacher: She had no lunch."},
            kind="note", happened_at=now() - timedelta(hours=2), impact={maya: "She is hungry at school."},
        )  # fmt: skip
        sign_entry(
            {theo: "Theo was not brought to the clinic."}, kind="note", happened_at=now() - timedelta(hours=1)
        )
        tie(maya, NewTie(child_page([theo]).child.id, Kinship.SIBLING))
    return [maya, theo]


@IN_TWO_WAYS
def test_a_manager_reads_the_story_filters_it_and_prints_it(
    front_door: FrontDoor, siblings: list[UUID], arrives: Callable[..., Visitor]
) -> None:
    decider = arrives(front_door.decider)
    decider.goes_to(f"/child/{siblings[0]}/")
    decider.follows("Chronology")
    decider.sees("Maya was seen at school.")
    decider.sees("told by Sam Reyes, teacher")
    decider.sees("Third-party information")
    decider.opens("Choose what to see")
    decider.writes("Words", "clinic")
    decider.presses("Show")
    decider.sees("Nothing matches")
    decider.follows("Show everything")
    decider.follows("Add to your own chronology")
    decider.writes("What happened, in a line?", "No lunch at school")
    decider.writes("What does it mean for the child?", "She is hungry, and nobody had told us before.")
    decider.presses("Save")
    decider.sees("It stands in your own chronology.")
    decider.goes_to(f"/child/{siblings[0]}/chronology/")
    decider.sees("She is hungry, and nobody had told us before.")
    decider.follows("Print as PDF")
    decider.presses("Make the PDF")
    decider.sees("Making the PDF")
    with as_practitioner(front_door.decider):
        wanted = Print.objects.get()
    print_chronology(str(wanted.id), str(front_door.decider.pk))
    decider.goes_to(f"/child/{siblings[0]}/chronology/print/{wanted.id}/")
    fetched = decider.fetches(decider.page.get_by_role("link", name="Fetch the PDF"))
    assert fetched.read_bytes().startswith(b"%PDF")


@pytest.mark.obligation("REC-15")
@IN_TWO_OTHER_WAYS
def test_a_stranger_on_duty_reads_one_page(siblings: list[UUID], arrives: Callable[..., Visitor]) -> None:
    duty = make_practitioner("social-worker", name="Night Duty")
    let_in(siblings[0], duty)
    reader = arrives(duty)
    reader.goes_to(f"/child/{siblings[0]}/summary/")
    reader.sees("Know this first")
    reader.sees("Who to ring")
    reader.sees("I don't like it when he shouts.")
    reader.sees("What is not known")
