"""Writing in the record: a visit at night, what others confirm and say of it, and what a manager asks for."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from sightline.agencies.tests.factories import as_practitioner
from sightline.kernel.time import LONDON, now, today
from sightline.records import queries
from sightline.records.actions import EntryIn, sign
from sightline.records.tests.conftest import Family
from sightline.records.tests.conftest import make_family as make_family

from .conftest import IN_TWO_OTHER_WAYS, IN_TWO_WAYS, Visitor
from .filling import fill, fills

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = "All three were asleep when I came."


def lately(minutes: int) -> str:
    """The time so many minutes ago as it is typed, never one of yesterday."""
    then = (now() - timedelta(minutes=minutes)).astimezone(LONDON)
    return f"{then:%H:%M}" if then.date() == today() else "00:00"


@pytest.fixture
def home(transactional_db: None, make_family: Callable[[], Family]) -> Family:
    """Three siblings, and the people around them."""
    return make_family()


def signs(visitor: Visitor) -> None:
    """Presses the button of the entry, not "Sign out"."""
    visitor.comes_by(visitor.page.locator("button[name=act][value=sign]"))


def the_visit_is_filled_in(worker: Visitor, family: Family) -> None:
    worker.goes_to(f"/child/{family.maya}/write/")
    worker.follows("Visit")
    for name in ("Theo Ferreira-Lund", "Bea Ferreira-Lund"):
        worker.chooses(name, "Who else is this about?")
    fill(worker, "happened_at-time", lately(20))
    fills(
        worker,
        q_where="At home, at night",
        q_interpreting="none_needed",
        text=f"{TEXT}\n\no They are used to being alone.",
    )
    for n in range(3):
        answers = {"seen": "yes", "seen_alone": "no", "alone_why_not": "They were asleep"}
        fills(worker, **{f"c{n}_{name}": value for name, value in answers.items()})
    worker.writes("Only for Theo", "Theo has a graze on his left knee.")


def what_stands(family: Family) -> dict[str, str]:
    with as_practitioner(family.worker):
        return {
            name: queries.entries([f])[0].text
            for name, f in zip(("maya", "theo", "bea"), family.folders, strict=True)
        }


def the_three_records_are_right(family: Family) -> None:
    texts = what_stands(family)
    assert all(text.startswith(TEXT) for text in texts.values())
    assert [name for name, text in texts.items() if "graze" in text] == ["theo"]


@pytest.mark.obligation("REC-01")
@pytest.mark.obligation("REC-05")
@IN_TWO_WAYS
def test_a_visit_to_three_siblings_with_a_line_for_one(arrives: Callable[..., Visitor], home: Family) -> None:
    worker = arrives(home.worker)
    the_visit_is_filled_in(worker, home)
    if worker.scripts:
        worker.page.get_by_text(re.compile("^Saved at")).wait_for()
        worker.sees("How it will be signed")
        worker.looks_over_the_page()
    else:
        the_wording_is_looked_over_and_a_draft_left(worker)
    signs(worker)
    worker.sees("Signed as entry 1 in Maya’s record")
    the_three_records_are_right(home)


def the_wording_is_looked_over_and_a_draft_left(worker: Visitor) -> None:
    fills(worker, text=f"{TEXT}\n\no They failed to wake.")
    worker.presses("Check the wording")
    worker.sees("“failed to”")
    worker.presses("Leave as draft")
    worker.sees("Your draft is saved")
    worker.goes_to("/")
    worker.follows("You were writing: visit about Maya")


def test_two_tabs_and_a_lost_page_lose_nothing(somebody: Callable[..., Visitor], home: Family) -> None:
    worker = somebody()
    worker.is_signed_in_as(home.worker)
    worker.goes_to(f"/child/{home.maya}/write/note/")
    worker.page.locator("textarea[name=text]").fill("The first half.")
    worker.page.get_by_text(re.compile("^Saved at")).wait_for()
    worker.goes_to("/")
    worker.follows("You were writing: note about Maya")
    other = worker.context.new_page()
    other.goto(worker.page.url)
    with other.expect_response("**/keep/"):
        other.locator("textarea[name=text]").fill("What the other tab says.")
    worker.page.locator("textarea[name=text]").fill("What this tab says.")
    worker.page.get_by_text("saved from another page or device").wait_for()
    worker.looks_over_the_page()
    with as_practitioner(home.worker):
        kept = {d.content["text"][0] for d in queries.drafts()}
    assert kept == {"What the other tab says.", "What this tab says."}


@pytest.mark.obligation("REC-04")
@IN_TWO_OTHER_WAYS
def test_a_health_visitor_confirms_what_was_written_for_her(
    arrives: Callable[..., Visitor], home: Family
) -> None:
    with as_practitioner(home.worker):
        sign(EntryIn(
            (home.maya,), "note", now() - timedelta(hours=1), "The baby was weighed at home.",
            written_for=home.visitor.pk,
        ))  # fmt: skip
    visitor = arrives(home.visitor)
    visitor.follows("Read and confirm it")
    visitor.follows("Maya Ferreira-Lund")
    visitor.sees("The baby was weighed at home.")
    visitor.presses("Sign with my name and post")
    visitor.sees("Select whether it is right")
    visitor.chooses("Yes, it is right")
    visitor.presses("Sign with my name and post")
    visitor.sees("Nothing waits for you")
    worker = arrives(home.worker)
    worker.goes_to(f"/child/{home.maya}/chronology/")
    worker.follows("Note, entry 1")
    worker.sees("Confirmed by Ines Farrow, Health visitor")


@pytest.mark.obligation("REC-09")
@IN_TWO_WAYS
def test_a_managers_oversight_comes_back_and_a_mother_disagrees(
    arrives: Callable[..., Visitor], home: Family
) -> None:
    manager = arrives(home.manager)
    manager.goes_to(f"/child/{home.maya}/write/oversight/")
    fill(manager, "happened_at-time", lately(20))
    manager.writes("What must be done, by whom and by when?", "Dana sees Maya at school by Friday.")
    day = today() + timedelta(days=9)
    manager.gives_the_day("On which day will you look at this again?", day.day, day.month, day.year)
    fills(manager, text="Read the record with Dana.")
    signs(manager)
    manager.sees("Signed as entry 1")
    manager.goes_to("/")
    manager.follows("Look again at the management oversight")
    manager.sees("Which earlier one does this look at again?")

    worker = arrives(home.worker)
    worker.goes_to(f"/child/{home.maya}/chronology/")
    worker.follows("Management oversight, entry 1")
    worker.follows("Add somebody’s own words")
    worker.writes("Whose words are these?", "Ana Ferreira")
    worker.writes("Who are they to the child?", "mother")
    worker.chooses("They disagree with it")
    worker.writes("What they say, in their own words", "Nobody asked me.")
    worker.writes("How did they give it?", "Spoken, and read back to her")
    worker.gives_the_day("When did they say or write it?", today().day, today().month, today().year)
    fill(worker, "happened_at-time", lately(10))
    signs(worker)
    worker.sees("Ana Ferreira, mother, disagrees:")
    worker.sees("Nobody asked me.")
    worker.follows("Correct this entry")
    worker.writes("What was wrong?", "It was Thursday.")
    worker.presses("Add the correction")
    worker.sees("The original, as it was signed")
