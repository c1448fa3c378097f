"""Who is in a child's life and who works with them: walked by the worker who writes it down."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sightline.concerns.tests.factories import FrontDoor, raised_by

from .conftest import IN_TWO_OTHER_WAYS, Visitor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def maya(front_door: FrontDoor) -> str:
    """The address of the People tab of a child whose concern the front door has."""
    raised = raised_by(front_door.teacher)
    return f"/child/{raised.folder_ids[0]}/people/"


def she_adds_the_grandmother(worker: Visitor) -> None:
    worker.follows("Add somebody")
    worker.presses("Save")
    worker.sees("There is a problem")
    worker.sees("Enter at least one name")
    worker.writes("Given names", "Lucia")
    worker.chooses("Female", "Sex")
    worker.chooses("Grandparent")
    worker.writes("The family’s own word for it", "Avó")
    worker.chooses("No", "Do they hold parental responsibility?")
    worker.chooses("No", "Do they live with the child?")
    worker.presses("Save")
    worker.sees("They are recorded.")
    worker.sees("Grandparent (“Avó”)")


def she_says_who_works_with_maya(worker: Visitor) -> None:
    worker.follows("Add who works with them")
    council = worker.page.locator("option").filter(has_text="Eastmarch Council").first.get_attribute("value")
    worker.answers(worker.page.get_by_label("Which agency?"), str(council))
    worker.presses("Continue")
    people = worker.page.get_by_label("Who in this agency?")
    priya = people.locator("option").filter(has_text="Priya Nair").get_attribute("value")
    worker.answers(people, str(priya))
    worker.writes("In what role", "Team manager")
    worker.writes("What do they contribute?", "Brings the others together")
    worker.chooses("Yes", "Are they the lead professional from now on?")
    worker.presses("Save")
    worker.sees("Lead professional")
    worker.sees("Brings the others together")


def she_writes_down_the_move_to_a_secret_place(worker: Visitor) -> None:
    worker.follows("They have moved")
    worker.chooses("With relatives or friends")
    worker.writes("House and street", "12 Hidden Lane")
    worker.writes("Town or district", "Westmere")
    worker.chooses("Yes", "Must this address be kept from anybody?")
    worker.presses("Save")
    worker.sees("The address is recorded")


def she_writes_how_maya_describes_herself(worker: Visitor) -> None:
    worker.follows("Names, birth, identity, numbers and addresses")
    worker.follows("Answer Ethnicity")
    worker.chooses("They have told us")
    worker.chooses("White and Asian")
    worker.writes("In their own words", "Goan and Scots")
    worker.chooses("Yes", "Are these their own words?")
    worker.presses("Save")
    worker.sees("Goan and Scots")
    worker.follows("Add a number")
    worker.chooses("NHS number")
    worker.answers(worker.page.get_by_label("Number", exact=True), "999 000 0019")
    worker.presses("Save")
    worker.sees("its last digit does not fit the others")
    worker.answers(worker.page.get_by_label("Number", exact=True), "999 000 0018")
    worker.presses("Save")
    worker.sees("999 000 0018")


@pytest.mark.obligation("PAR-04")
@pytest.mark.obligation("ASM-08")
@IN_TWO_OTHER_WAYS
def test_a_worker_writes_down_who_is_in_mayas_life(
    arrives: Callable[..., Visitor], front_door: FrontDoor, maya: str
) -> None:
    worker = arrives(front_door.decider)
    worker.goes_to(maya)
    worker.sees("Ana Ferreira")
    worker.sees("There is no lead professional")
    she_adds_the_grandmother(worker)
    she_says_who_works_with_maya(worker)
    she_writes_down_the_move_to_a_secret_place(worker)
    worker.follows("missing")
    worker.sees("What the record lacks")
    worker.goes_to(maya)
    she_writes_how_maya_describes_herself(worker)
