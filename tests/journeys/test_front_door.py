"""From a teacher's worry to an answer: the trunk of Sightline, walked by the people who walk it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import expect

from sightline.agencies.tests.factories import as_practitioner
from sightline.concerns import actions, queries
from sightline.concerns.actions import ChildIn
from sightline.concerns.tests.factories import FrontDoor, a_decision, raised_by
from sightline.kernel.time import today
from sightline.procedures.queries import pack_in_force

from .conftest import IN_TWO_OTHER_WAYS, IN_TWO_WAYS, Visitor
from .filling import fills

pytestmark = pytest.mark.django_db(transaction=True)

STORY = "Maya came without her hearing aids. She said there is shouting at night."


def a_teacher_raises_a_concern_about_two_children(teacher: Visitor) -> None:
    teacher.goes_to("/concerns/raise/")
    teacher.presses("Start now")
    teacher.chooses("No", "Is any child in danger now?")
    teacher.presses("Continue")
    teacher.writes("First name", "Maya")
    teacher.writes("Last name", "Ferreira-Lund")
    teacher.chooses("I know the date of birth")
    teacher.gives_the_day("Date of birth", 14, 3, 2017)
    teacher.chooses("Girl", "Sex")
    teacher.presses("Continue")
    teacher.follows("Add another child")
    teacher.writes("First name", "Theo")
    teacher.writes("Last name", "Ferreira-Lund")
    teacher.chooses("I know about how old the child is")
    teacher.writes("Age in years", "4")
    teacher.chooses("Boy", "Sex")
    teacher.presses("Continue")
    teacher.sees("Maya Ferreira-Lund")
    teacher.sees("Theo Ferreira-Lund")
    teacher.presses("Continue")
    teacher.writes("What has happened?", STORY)
    teacher.chooses("At home")
    teacher.presses("Continue")
    teacher.writes("What has Maya Ferreira-Lund said?", "I put my hearing aids in the drawer.")
    teacher.presses("Continue")
    teacher.sees("Write what Theo Ferreira-Lund said or showed, or why that is not known.")
    teacher.writes("If Theo Ferreira-Lund has not said anything", "He is at nursery until three.")
    teacher.presses("Continue")
    teacher.follows("Add somebody")
    teacher.writes("First name", "Ana")
    teacher.writes("Last name", "Ferreira")
    teacher.chooses("Mother")
    teacher.chooses("Yes", "Do they live with the children?")
    teacher.presses("Continue")
    teacher.sees("Ana Ferreira")
    teacher.presses("Continue")
    teacher.chooses("Yes", "Does the family know that you are raising this concern?")
    teacher.writes("What were they told, and by whom?", "I told her mother at the gate.")
    teacher.chooses("Yes", "Did they agree to it?")
    teacher.presses("Continue")
    teacher.presses("Continue")
    teacher.chooses("A school")
    teacher.writes("How can the front door reach you today?", "01632 960123")
    teacher.presses("Continue")
    teacher.sees(STORY)
    teacher.sees("I told her mother at the gate.")
    teacher.presses("Send this concern")
    teacher.sees("Your concern has been sent")


def the_manager_decides(manager: Visitor, door: FrontDoor, children: int) -> None:
    with as_practitioner(door.decider):
        level = pack_in_force().levels(today()).level[1]
    manager.follows("Decide")
    # Nobody decides before it is said whether the child is known: one of the two is.
    manager.sees("Is Maya Ferreira-Lund known already?")
    manager.does_not_see("Is Theo Ferreira-Lund known already?")
    manager.presses("It may be one of them")
    manager.answers(manager.page.locator("input[name='folder']").first)
    manager.writes("What makes you sure?", "Same name, same birthday, same school.")
    manager.presses("It is this child")
    manager.sees("is read together with the known record from now on")
    manager.does_not_see("Is Maya Ferreira-Lund known already?")
    manager.chooses("No", "Do you know anybody in this family outside your work?")
    for n in range(children):
        part = manager.page.locator(".sl-part--child").nth(n)
        answers = {
            "level_id": level.id,
            f"descriptors_{level.id}": level.descriptor[0].id,
            "outcome_id": "early_help",
            "sooner_early_help": "no",
        }
        fills(manager, **{f"c{n}-{name}": value for name, value in answers.items()})
        for label, words in (
            ("Your reasons", "Their mother asked for help herself, and both are safe today."),
            ("On whose agreement", "The mother agreed on the telephone."),
            ("What was the child told", "Their teacher told them after lunch."),
            ("What were the parents told", "I told the mother on the telephone."),
        ):
            manager.answers(part.get_by_label(label), words)
        fills(manager, **{f"c{n}-has_conflict": "no"})
    manager.presses("Make th")
    manager.sees("Decided.")
    manager.writes("What do you tell them?", "Early help will ring the family this week.")
    manager.presses("Send")
    manager.sees("The referrer has been told.")


def maya_is_known(door: FrontDoor) -> None:
    """From a concern in spring that was decided on and answered."""
    maya = ChildIn(given="Maya", family="Ferreira-Lund", born_on=date(2017, 3, 14), sex="F")
    spring = raised_by(door.teacher, children=[maya], what_happened="In spring she came without a coat.")
    with as_practitioner(door.decider):
        [part] = queries.concern(spring.concern_id).parts
        actions.screen(spring.concern_id, [a_decision(part.id)], knows_family=False)
        actions.answer(spring.concern_id, "Her aunt bought her one.")


@pytest.mark.obligation("PAR-02")
@pytest.mark.obligation("NTC-01")
@pytest.mark.obligation("NTC-04")
@pytest.mark.obligation("TIM-03")
@pytest.mark.obligation("ASM-03")
@IN_TWO_OTHER_WAYS
def test_a_teacher_is_answered(arrives: Callable[..., Visitor], front_door: FrontDoor) -> None:
    teacher, manager = arrives(), arrives()
    maya_is_known(front_door)
    teacher.signs_in_as(front_door.teacher)
    a_teacher_raises_a_concern_about_two_children(teacher)

    manager.signs_in_as(front_door.decider)
    manager.follows("Front door")
    manager.follows("Maya Ferreira-Lund")
    manager.sees(STORY)
    manager.sees("Decide what to do about this concern")
    manager.presses("Deal with this")
    the_manager_decides(manager, front_door, 2)

    teacher.follows("Follow this concern")
    teacher.sees("Early help will ring the family this week.")
    teacher.does_not_see("both are safe today")


@pytest.mark.obligation("PAR-01")
@IN_TWO_WAYS
def test_a_neighbour_tells_and_comes_back(
    arrives: Callable[..., Visitor], somebody: Callable[..., Visitor], front_door: FrontDoor
) -> None:
    neighbour = arrives()
    neighbour.goes_to("/")
    neighbour.follows("Tell us")
    neighbour.presses("Start now")
    neighbour.chooses("No", "Is any child in danger now?")
    neighbour.presses("Continue")
    neighbour.writes("First name", "Maya")
    neighbour.chooses("I know about how old the child is")
    neighbour.writes("Age in years", "9")
    neighbour.chooses("Girl", "Sex")
    neighbour.presses("Continue")
    neighbour.presses("Continue")
    neighbour.writes("What has happened?", "I hear shouting through the wall every night.")
    neighbour.chooses("At home")
    neighbour.presses("Continue")
    neighbour.presses("Continue")
    neighbour.presses("Continue")
    neighbour.chooses("No", "Does the family know that you are telling us?")
    neighbour.writes("Why not?", "I am afraid of him.")
    neighbour.chooses("I do not know", "Did they agree to it?")
    neighbour.presses("Continue")
    neighbour.presses("Continue")
    neighbour.chooses("A neighbour or friend")
    neighbour.chooses("No, I want to stay anonymous")
    neighbour.presses("Continue")
    neighbour.presses("Send this concern")
    neighbour.sees("Your secret code is")
    reference = neighbour.page.locator(".govuk-panel__body strong").inner_text()
    secret = neighbour.page.locator(".sl-code").inner_text()

    # Whoever sits down at this device next finds nothing: not by loading it again, not by going back.
    assert "sightline_concern" not in {c["name"] for c in neighbour.context.cookies()}
    neighbour.page.reload()
    neighbour.sees_the_heading("Come back to your concern")
    neighbour.does_not_see(secret)
    for _ in range(3):
        neighbour.page.go_back()
        neighbour.does_not_see(secret)
        neighbour.does_not_see("through the wall")
    for address in ("sent", "later", "yours", "happened"):
        neighbour.goes_to(f"/worried/{address}/")
        neighbour.does_not_see(secret)
        neighbour.does_not_see("through the wall")

    elsewhere = somebody()
    elsewhere.goes_to("/worried/return/")
    elsewhere.writes("Reference", reference)
    elsewhere.writes("Secret code", "ABCD-ABCD-ABCD-ABCD")
    elsewhere.presses("Continue")
    elsewhere.sees("We cannot find anything under this reference and secret code")
    elsewhere.writes("Secret code", secret)
    elsewhere.presses("Continue")
    elsewhere.sees("It has arrived")


@pytest.mark.obligation("PAR-01")
def test_exit_this_page_leaves_nothing_behind(
    somebody: Callable[..., Visitor], front_door: FrontDoor
) -> None:
    frightened = somebody()
    frightened.goes_to("/worried/")
    frightened.presses("Start now")
    frightened.chooses("No", "Is any child in danger now?")
    frightened.presses("Continue")
    with frightened.page.expect_request(lambda request: request.url.startswith("https://")):
        frightened.page.get_by_role("button", name="Exit this page").first.click()
    assert "sightline_concern" not in {c["name"] for c in frightened.context.cookies()}
    frightened.page.goto(f"{frightened.address}/worried/happened/")
    frightened.sees("Worried about a child?")


@pytest.mark.obligation("HLP-06")
@IN_TWO_OTHER_WAYS
def test_immediate_danger_cannot_be_missed(arrives: Callable[..., Visitor], front_door: FrontDoor) -> None:
    raised_by(front_door.teacher)
    raised_by(
        front_door.teacher, immediate_danger=True, danger_words="He said that he will come back tonight."
    )
    manager = arrives(front_door.manager)
    manager.sees("A concern says that a child is in immediate danger")
    manager.follows("Front door")
    manager.sees_the_heading("Immediate danger")
    manager.comes_by(manager.page.locator("#danger a").first)
    manager.writes("Who was sent or told, by whom and when?", "Police sent at 14:05, by Priya Nair.")
    manager.presses("Record what was done")
    manager.sees("The shortest clock is stopped.")


@pytest.mark.obligation("HLP-06")
@pytest.mark.parametrize("width", [1280, 320])
def test_the_board_takes_in_what_is_new_and_nobody_loses_their_place(
    somebody: Callable[..., Visitor], front_door: FrontDoor, width: int
) -> None:
    for _ in range(6):
        raised_by(front_door.teacher)
    manager = somebody(width)
    manager.is_signed_in_as(front_door.decider)
    page = manager.page
    page.clock.install()
    page.set_viewport_size({"width": width, "height": 500})
    manager.follows("Front door")
    link = page.locator("#board a").filter(has_text="Maya").last
    link.focus()
    page.evaluate("window.scrollBy(0, -100)")
    place = "[document.activeElement.href, document.activeElement.getBoundingClientRect().top]"
    was = page.evaluate(place)
    raised_by(front_door.teacher, immediate_danger=True, danger_words="He is at the door.")
    with page.expect_response(lambda answer: "/front-door/rows/" in answer.url and answer.ok):
        page.clock.run_for(20_000)
    manager.sees("Changed at")
    manager.sees_the_heading("Immediate danger")
    # A browser scrolls by whole pixels, and rows are as tall as their letters.
    link_now, top_now = page.evaluate(place)
    assert link_now == was[0]
    assert abs(top_now - was[1]) <= 1
    manager.looks_over_the_page()


def test_signed_out_in_the_middle_the_draft_is_there(
    somebody: Callable[..., Visitor], front_door: FrontDoor
) -> None:
    teacher = somebody()
    teacher.signs_in_as(front_door.teacher)
    teacher.goes_to("/concerns/raise/")
    teacher.presses("Start now")
    teacher.chooses("No", "Is any child in danger now?")
    teacher.presses("Continue")
    with teacher.page.expect_response(lambda answer: answer.url.endswith("/keep/") and answer.ok):
        teacher.writes("First name", "Maya")
    teacher.context.clear_cookies()
    teacher.signs_in_as(front_door.teacher)
    teacher.sees("You were writing a concern")
    teacher.follows("Go on writing")
    assert teacher.page.get_by_label("First name").input_value() == "Maya"


def test_bad_input_is_told_plainly_and_nothing_is_lost(
    somebody: Callable[..., Visitor], front_door: FrontDoor
) -> None:
    teacher = somebody()
    teacher.is_signed_in_as(front_door.teacher)
    teacher.goes_to("/concerns/raise/")
    teacher.presses("Start now")
    teacher.presses("Continue")
    teacher.sees("Select yes if a child is in danger now")
    teacher.chooses("No", "Is any child in danger now?")
    teacher.presses("Continue")
    nasty = "<script>alert(1)</script> '; DROP TABLE x; -- \u202e مريم 🦄"
    teacher.writes("First name", nasty)
    teacher.chooses("I know the date of birth")
    teacher.gives_the_day("Date of birth", 31, 2, 2017)
    teacher.chooses("Girl", "Sex")
    teacher.presses("Continue")
    teacher.sees("There is a problem")
    assert "DROP TABLE" in teacher.page.get_by_label("First name").input_value()
    teacher.gives_the_day("Date of birth", 1, 2, 2099)
    teacher.presses("Continue")
    teacher.sees("There is a problem")
    teacher.gives_the_day("Date of birth", 1, 2, 2017)
    teacher.presses("Continue")
    teacher.sees("<script>alert(1)</script>")


@pytest.mark.obligation("ASM-03")
@IN_TWO_WAYS
def test_a_child_who_is_known_is_found_and_a_wrong_match_is_undone(
    arrives: Callable[..., Visitor], front_door: FrontDoor
) -> None:
    known = raised_by(front_door.teacher, what_happened="In spring she came without a coat.")
    raised = raised_by(front_door.teacher, what_happened="In autumn she came without her hearing aids.")
    decider = arrives(front_door.decider)
    decider.goes_to(f"/front-door/{raised.concern_id}/")
    decider.follows("Is Maya Ferreira-Lund known already?")
    choice = decider.page.locator(f"input[name='folder'][value='{known.folder_ids[0]}']")
    expect(choice).not_to_be_checked()
    # The suggestion says why it is made; a person looks at that, and decides.
    expect(decider.page.locator(".govuk-radios__hint").first).to_contain_text("name")
    decider.answers(choice)
    decider.writes("What makes you sure?", "Same name, same birthday, same school.")
    decider.presses("It is this child")
    decider.sees("Known already")
    decider.goes_to(f"/child/{known.folder_ids[0]}/chronology/")
    decider.sees("In spring she came without a coat.")
    decider.sees("In autumn she came without her hearing aids.")

    decider.goes_to(f"/front-door/{raised.concern_id}/")
    decider.follows("Undo this match")
    decider.sees("Same name, same birthday, same school.")
    decider.writes("What makes you sure?", "They are cousins who share a name.")
    decider.presses("Undo this match")
    decider.sees("The match is undone. Both histories are kept.")
    decider.goes_to(f"/child/{known.folder_ids[0]}/chronology/")
    decider.sees("In spring she came without a coat.")
    decider.does_not_see("In autumn she came without her hearing aids.")
    decider.goes_to(f"/child/{raised.folder_ids[0]}/chronology/")
    decider.sees("In autumn she came without her hearing aids.")
    decider.does_not_see("In spring she came without a coat.")
