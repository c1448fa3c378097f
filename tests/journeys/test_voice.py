"""A child is heard and answered; paper leaves and comes back; a fourteen-year-old reads her own record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from sightline.access.actions import give_access
from sightline.access.terms import GrantLevel, GrantOrigin
from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner, make_practitioner, setting_up
from sightline.concerns.tests.factories import FrontDoor, raised_by
from sightline.kernel.time import LONDON, now
from sightline.records.actions import sign_entry
from sightline.records.terms import EntryKind

from .conftest import PASSWORD, Visitor

pytestmark = pytest.mark.django_db(transaction=True)


def the_time(visitor: Visitor, question: str) -> None:
    """Today, by the clock on the wall, a minute after midnight."""
    at = now().astimezone(LONDON)
    group = visitor.page.get_by_role("group", name=question).first
    for label, value in (("Day", at.day), ("Month", at.month), ("Year", at.year)):
        group.get_by_label(label).fill(str(value))
    group.get_by_label("Time").fill("0:01")


@pytest.fixture
def maya(front_door: FrontDoor) -> str:
    """The address of a child whose concern the front door has."""
    raised = raised_by(front_door.teacher)
    return f"/child/{raised.folder_ids[0]}/"


@pytest.fixture
def officer(front_door: FrontDoor, maya: str) -> Practitioner:
    """A records officer who was given Maya's record."""
    officer = make_practitioner("records-officer", name="Owen Pritchard", team=front_door.team)
    with setting_up():
        assert officer.user is not None
        officer.user.set_password(PASSWORD)
        officer.user.save()
    folder_id = UUID(maya.split("/")[2])
    with as_practitioner(front_door.decider):
        give_access(
            folder_id, why="Answers requests to see it", practitioner_id=officer.pk,
            level=GrantLevel.WRITE, origin=GrantOrigin.GIVEN,
        )  # fmt: skip
        for text in ("Maya drew her house and sang.", "Mr Harland from next door came to the gate."):
            sign_entry({folder_id: text}, kind=EntryKind.NOTE, happened_at=now())
    return officer


def she_writes_down_what_maya_said(worker: Visitor) -> None:
    worker.presses("Keep it")
    worker.sees("There is a problem")
    worker.writes("What did they say?", "i want mum at the gate")
    worker.chooses("Direct work")
    the_time(worker, "When was it?")
    worker.writes("Where was it?", "The music room")
    worker.chooses("Yes", "Was the child alone with who listened?")
    worker.writes("What do they want to happen?", "That mum collects her.")
    worker.presses("Keep it")
    worker.sees("Kept, in Maya's own words.")
    worker.sees("i want mum at the gate")
    worker.sees("Waiting for an answer")


def she_answers_with_a_no_and_its_reason(worker: Visitor) -> None:
    worker.follows("Record what was explained")
    worker.page.get_by_label("i want mum at the gate", exact=False).first.check()
    worker.chooses("No", "What was the answer?")
    worker.writes("What reason was the child given?", "Mum works until five.")
    worker.writes("What was the child told?", "Mum cannot come on Mondays. Nan comes then.")
    worker.chooses("Talking with them", "How was it explained?")
    the_time(worker, "When was it explained?")
    worker.presses("Save")
    worker.sees("Recorded as explained to Maya")
    worker.does_not_see("Waiting for an answer")


@pytest.mark.obligation("CHD-03")
@pytest.mark.obligation("CHD-04")
@pytest.mark.obligation("CHD-01")
@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (320, False)])
def test_a_child_is_heard_and_answered(
    somebody: Callable[..., Visitor], front_door: FrontDoor, maya: str, width: int, scripts: bool
) -> None:
    worker = somebody(width=width, scripts=scripts)
    worker.signs_in_as(front_door.decider)
    worker.goes_to(f"{maya}voice/hear/")
    she_writes_down_what_maya_said(worker)
    she_answers_with_a_no_and_its_reason(worker)
    for name in ("needs", "told", "matters", "advocate", "rights", "for-you"):
        worker.goes_to(f"{maya}voice/{name}/")
    worker.sees("What you told us, and what we did")
    worker.sees("Mum works until five.")
    worker.goes_to(maya)
    worker.sees("i want mum at the gate")


def he_decides_item_by_item(officer: Visitor) -> None:
    officer.presses("Gather from the record")
    officer.sees("items came from the record")
    officer.presses("Give the")
    while officer.page.get_by_role("link", name="Decide on").count():
        officer.comes_by(officer.page.get_by_role("link", name="Decide on").first)
        words = officer.page.locator("main").inner_text()
        if "Mr Harland" in words:
            officer.chooses("Give it without some words")
            officer.page.get_by_label("Words to hold back").fill("Mr Harland")
        else:
            officer.chooses("Hold it all back")
        officer.chooses("About somebody else")
        officer.writes("Your reasons", "They have not agreed and could be known by it.")
        officer.presses("Decide")


@pytest.mark.obligation("REC-13")
def test_a_fourteen_year_old_reads_her_own_record(
    somebody: Callable[..., Visitor], front_door: FrontDoor, maya: str, officer: Practitioner
) -> None:
    owen = somebody()
    owen.signs_in_as(officer)
    owen.goes_to(f"{maya}access/")
    owen.follows("Somebody asks to see it")
    owen.chooses("The person whose record it is")
    owen.writes("Their name", "Maya Ferreira-Lund")
    owen.writes("How can they be reached safely?", "At school")
    owen.writes("How did the request come?", "She told her teacher")
    the_time(owen, "When did it come?")
    owen.writes("What do they ask for?", "Everything about me.")
    owen.presses("Save")
    owen.follows("Maya Ferreira-Lund")
    owen.follows("Check identity and authority")
    owen.writes("What was seen that proves who they are", "Her teacher knows her.")
    owen.chooses("No", "Did we have to ask them for proof?")
    owen.writes("What does the child say to it", "She knows what it is; her advocate sits with her.")
    owen.presses("Save")
    owen.follows("Gather and decide")
    he_decides_item_by_item(owen)

    priya = somebody()
    priya.signs_in_as(front_door.manager)
    priya.goes_to(owen.page.url.removeprefix(priya.address).partition("items/")[0])
    priya.follows("Approve what is given")
    priya.writes("What did you look at?", "Every item and its ground.")
    priya.presses("Save")

    owen.goes_to(owen.page.url.removeprefix(owen.address).partition("items/")[0])
    owen.follows("Give the copy")
    owen.chooses("To read here, with a reference and a secret code")
    owen.writes("For how many days can it be read here?", "7")
    the_time(owen, "When was it given?")
    owen.presses("Save")
    owen.sees("Secret code")
    told = owen.page.locator("dd.govuk-summary-list__value").all_inner_texts()

    she_reads_it_on_her_own_telephone(somebody(width=320, scripts=False), told)

    owen.goes_to(f"{maya}access/")
    owen.sees("I sang at the end.")


def she_reads_it_on_her_own_telephone(her: Any, told: list[str]) -> None:
    """Without scripts, on a small screen; what she says is kept in her words."""
    page = her.page
    page.goto(told[0])
    page.get_by_label("Reference").fill(told[1].lower())
    page.get_by_label("Secret code").fill(told[2].lower())
    her.presses("Open it")
    her.sees("Your record")
    her.sees("Maya drew her house and sang.")
    her.sees("[held back]")
    her.does_not_see("Harland")
    assert told[1] not in page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_label("Something is wrong", exact=True).check()
    page.get_by_label("In your own words").fill("I sang at the end.")
    her.presses("Send")
    her.sees("Thank you. We have it, in your words")
    her.sees("I sang at the end.")


@pytest.mark.obligation("FIL-02")
def test_paper_leaves_by_a_managers_leave_and_comes_back(
    somebody: Callable[..., Visitor], front_door: FrontDoor, maya: str, officer: Practitioner
) -> None:
    owen = somebody()
    owen.signs_in_as(officer)
    owen.goes_to(f"{maya}paper/")
    owen.follows("Add a volume")
    owen.writes("Volume number", "1")
    owen.writes("Where is it kept?", "Records room, cabinet 4")
    owen.gives_the_day("First day that it covers", 1, 3, 2024)
    owen.presses("Save")
    owen.follows("Volume 1")
    owen.follows("Ask for this volume")
    owen.writes("What is the volume needed for?", "The hearing.")
    owen.writes("Where does it go", "County court, with Owen")
    owen.presses("Save")

    priya = somebody(width=320)
    priya.signs_in_as(front_door.manager)
    priya.goes_to(owen.page.url.removeprefix(owen.address))
    priya.follows("Approve")
    tomorrow = now().astimezone(LONDON) + timedelta(days=1)
    priya.gives_the_day("On which day does it come back?", tomorrow.day, tomorrow.month, tomorrow.year)
    priya.writes("How is it kept safe while it is out?", "In the locked bag.")
    priya.writes("Who else was told", "The duty desk.")
    priya.presses("Save")
    priya.sees("Approved")

    owen.goes_to(owen.page.url.removeprefix(owen.address))
    owen.follows("It is taken out")
    owen.presses("Save")
    owen.goes_to(f"{maya}paper/")
    owen.sees("Volume 1 is out")
    owen.follows("Volume 1")
    owen.follows("It is back")
    owen.writes("Who brought it back", "Owen, complete.")
    owen.presses("Save")
    owen.does_not_see("Volume 1 is out")
