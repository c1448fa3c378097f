"""A child is heard and answered; paper leaves and comes back; a fourteen-year-old reads her own record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import expect

from sightline.access.actions import give_access
from sightline.access.terms import GrantLevel, GrantOrigin
from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.concerns.tests.factories import FrontDoor, raised_by
from sightline.kernel.time import LONDON, now, today
from sightline.records.actions import sign_entry
from sightline.records.terms import EntryKind

from .conftest import IN_TWO_OTHER_WAYS, IN_TWO_WAYS, Visitor
from .filling import fills

pytestmark = pytest.mark.django_db(transaction=True)


def the_time(visitor: Visitor, question: str) -> None:
    """Today, by the clock on the wall, a minute after midnight."""
    at = now().astimezone(LONDON)
    group = visitor.page.get_by_role("group", name=question).first
    for label, value in (("Day", at.day), ("Month", at.month), ("Year", at.year)):
        visitor.answers(group.get_by_label(label), str(value))
    visitor.answers(group.get_by_label("Time"), "0:01")


@pytest.fixture
def maya(front_door: FrontDoor) -> str:
    """The address of a child whose concern the front door has."""
    raised = raised_by(front_door.teacher)
    return f"/child/{raised.folder_ids[0]}/"


@pytest.fixture
def officer(front_door: FrontDoor, maya: str) -> Practitioner:
    """A records officer who was given Maya's record."""
    officer = make_practitioner("records-officer", name="Owen Pritchard", team=front_door.team)
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
    worker.answers(worker.page.get_by_label("i want mum at the gate", exact=False).first)
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
@IN_TWO_OTHER_WAYS
def test_a_child_is_heard_and_answered(
    arrives: Callable[..., Visitor], front_door: FrontDoor, maya: str
) -> None:
    worker = arrives(front_door.decider)
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
            officer.writes("Words to hold back", "Mr Harland")
        else:
            officer.chooses("Hold it all back")
        officer.chooses("About somebody else")
        officer.writes("Your reasons", "They have not agreed and could be known by it.")
        officer.presses("Decide")


def what_else_stands_about_her_is_a_press_away(officer: Visitor) -> None:
    """On a telephone the form comes first, under one line that says about whom it is."""
    line = officer.page.locator(".sl-mast__more p").first
    if officer.way.width > 320:
        expect(officer.page.get_by_text("More about Maya")).to_be_hidden()
        return
    expect(line).to_be_hidden()
    officer.opens("More about Maya")
    expect(line).to_be_visible()


def he_logs_her_request(owen: Visitor, maya: str) -> None:
    owen.goes_to(f"{maya}access/")
    owen.sees("Nobody has asked")
    owen.follows("Somebody asks to see it")
    what_else_stands_about_her_is_a_press_away(owen)
    fills(
        owen, asker="self", name="Maya Ferreira-Lund", contact="At school",
        received_at=now() - timedelta(days=1), how="She told her teacher", scope="Everything about me.",
    )  # fmt: skip
    owen.presses("Save")
    owen.follows("Maya Ferreira-Lund")
    owen.follows("Check identity and authority")
    fills(owen, identity="Her teacher knows her.", asked_for="no", child_view="Her advocate sits with her.")
    owen.presses("Save")


def its_clock_waits_and_is_extended_with_reasons(owen: Visitor) -> None:
    owen.follows("Stop the clock")
    fills(owen, why="clarify", words="Asked which years she means.")
    owen.presses("Save")
    owen.sees("The clock stands")
    owen.follows("The clock runs again")
    fills(owen, came_at=now(), words="All of them.")
    owen.presses("Save")
    owen.follows("Extend by two months")
    owen.presses("Save")
    owen.sees("There is a problem")
    fills(owen, words="Nine volumes over eleven years.", told="Letter of today, with the reasons.")
    owen.presses("Save")
    owen.sees("Extended, as the law allows once.")


@pytest.mark.timeout(900)
@pytest.mark.obligation("REC-13")
@pytest.mark.obligation("REC-14")
@IN_TWO_WAYS
def test_a_fourteen_year_old_reads_her_own_record(
    arrives: Callable[..., Visitor], front_door: FrontDoor, maya: str, officer: Practitioner
) -> None:
    owen = arrives(officer)
    he_logs_her_request(owen, maya)
    its_clock_waits_and_is_extended_with_reasons(owen)
    request = owen.page.url
    owen.follows("Gather and decide")
    he_decides_item_by_item(owen)

    priya = arrives(front_door.manager)
    priya.goes_to(request)
    priya.follows("Approve what is given")
    priya.writes("What did you look at?", "Every item and its ground.")
    priya.presses("Save")

    owen.goes_to(request)
    owen.follows("Give the copy")
    fills(owen, given_as="online", days="7", given_at=now())
    owen.presses("Save")
    owen.sees("Secret code")
    she_reads_it_and_says_what_is_wrong(
        arrives(), owen.page.locator("dd.govuk-summary-list__value").all_inner_texts()
    )
    owen.goes_to(f"{maya}access/")
    owen.sees("I sang at the end.")


def she_reads_it_and_says_what_is_wrong(her: Visitor, told: list[str]) -> None:
    """With the address, the reference and the code that she was given; what she says is kept in her words."""
    address, reference, secret = told[:3]
    her.goes_to(address)
    her.presses("Open it")
    her.sees("There is a problem")
    fills(her, reference=reference.lower(), secret=secret.lower())
    her.presses("Open it")
    her.sees("Your record")
    her.sees("Maya drew her house and sang.")
    her.sees("[held back]")
    her.does_not_see("Harland")
    assert reference not in her.page.url
    her.presses("Send")
    her.sees("Select what you want to tell us")
    fills(her, kind="wrong", words="I sang at the end.")
    her.presses("Send")
    her.sees("Thank you. We have it, in your words")
    her.sees("I sang at the end.")


@pytest.mark.obligation("FIL-02")
@IN_TWO_OTHER_WAYS
def test_paper_leaves_by_a_managers_leave_and_comes_back(
    arrives: Callable[..., Visitor], front_door: FrontDoor, maya: str, officer: Practitioner
) -> None:
    owen = arrives(officer)
    owen.goes_to(f"{maya}paper/")
    owen.follows("Add a volume")
    owen.writes("Volume number", "1")
    owen.writes("Where is it kept?", "Records room, cabinet 4")
    owen.gives_the_day("First day that it covers", 1, 3, 2024)
    owen.presses("Save")
    owen.follows("Volume 1")
    volume = owen.page.url
    owen.follows("Ask for this volume")
    owen.writes("What is the volume needed for?", "The hearing.")
    owen.writes("Where does it go", "County court, with Owen")
    owen.presses("Save")

    priya = arrives(front_door.manager)
    priya.goes_to(volume)
    priya.follows("Approve")
    fills(priya, due_back=today() + timedelta(days=1), safeguards="In the locked bag.", told="The duty desk.")
    priya.presses("Save")
    priya.sees("Approved")

    owen.goes_to(volume)
    owen.follows("It is taken out")
    owen.presses("Save")
    owen.goes_to(f"{maya}paper/")
    owen.sees("Volume 1 is out")
    owen.follows("Volume 1")
    owen.follows("It is back")
    owen.writes("Who brought it back", "Owen, complete.")
    owen.presses("Save")
    owen.does_not_see("Volume 1 is out")
