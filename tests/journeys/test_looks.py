"""How the pages look and work for whoever comes to them: on a desk and on a telephone, by keyboard, without scripts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

import pytest
from playwright.sync_api import Page

from sightline.access.tests.factories import let_in
from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.concerns.actions import screen, start_draft, take_up
from sightline.concerns.models import ConcernPart, Screening
from sightline.concerns.tests.factories import FrontDoor, a_concern, a_decision, raised_by
from sightline.kernel.time import today
from sightline.procedures.models import Duty
from sightline.procedures.queries import pack_in_force

from .conftest import PASSWORD, Visitor

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = [1280, 320]


def a_concern_in_hand(door: FrontDoor) -> tuple[UUID, UUID]:
    """The concern's id and the first child's folder; the decider has taken it up."""
    raised = raised_by(door.teacher)
    with as_practitioner(door.decider):
        take_up(raised.concern_id)
        part = ConcernPart.objects.filter(concern_id=raised.concern_id).order_by("id").first()
        assert part is not None
        return raised.concern_id, part.folder_id


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_of_the_front_door(somebody: Callable[..., Visitor], front_door: FrontDoor, width: int) -> None:
    concern, folder = a_concern_in_hand(front_door)
    manager = somebody(width)
    manager.signs_in_as(front_door.decider)
    for path in (
        "/", "/?by=child", "/?by=family", "/team/", "/team/?by=owner", "/team/unallocated/", "/news/", "/you/",
        f"/child/{folder}/allocate/", f"/access/{folder}/", f"/child/{folder}/past/",
        "/front-door/", f"/front-door/{concern}/",
        f"/front-door/{concern}/decide/", f"/child/{folder}/",
        f"/child/{folder}/people/", f"/child/{folder}/decisions/",
        f"/child/{folder}/looked/", f"/child/{folder}/people/add/", "/find/", "/people/rota/", "/procedures/",
    ):  # fmt: skip
        manager.goes_to(path)


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_of_everybody_else(somebody: Callable[..., Visitor], front_door: FrontDoor, width: int) -> None:
    concern, folder = a_concern_in_hand(front_door)
    nobody = somebody(width)
    for path in (
        "/", "/worried/", "/worried/return/", "/sign-in/login/", "/privacy/", "/help/", "/accessibility/",
    ):  # fmt: skip
        nobody.goes_to(path)
    teacher = nobody
    teacher.signs_in_as(front_door.teacher)
    for path in (
        "/", "/concerns/", f"/concerns/{concern}/", f"/child/{folder}/pointer/", f"/child/{folder}/emergency/",
    ):  # fmt: skip
        teacher.goes_to(path)


OPEN_ALL = "() => document.querySelectorAll('details').forEach(each => { each.open = true; })"


class Eyes:
    """Somebody who looks at the same pages at a desk, on a telephone and without scripts, and signs in once."""

    def __init__(self, somebody: Callable[..., Visitor], who: Practitioner | None) -> None:
        self.screens = [somebody(1280), somebody(320), somebody(320, scripts=False)]
        if who is None:
            return
        first, *others = self.screens
        first.signs_in_as(who)
        for other in others:
            other.context.add_cookies([{**each} for each in first.context.cookies()])

    def look_at(self, paths: Sequence[str]) -> None:
        """Each page as it comes, with whatever is folded away in it opened."""
        for screen_ in self.screens:
            for path in paths:
                answer = screen_.page.goto(f"{screen_.address}{path}")
                assert answer is not None
                assert answer.status == 200, f"{path}: {answer.status}"
                assert "/sign-in/" not in screen_.page.url, path
                screen_.page.evaluate(OPEN_ALL)
                screen_.looks_over_the_page()

    def sends_empty(self, path: str, button: str) -> None:
        """What a page says when nothing was answered, on a telephone and without scripts."""
        for screen_ in self.screens[1:]:
            screen_.page.goto(f"{screen_.address}{path}")
            screen_.page.evaluate(OPEN_ALL)
            screen_.presses(button)
            screen_.sees("There is a problem")


def a_conflict(door: FrontDoor) -> tuple[UUID, UUID, UUID, list[UUID]]:
    """A decision that waits for a manager's ruling: the concern, the decision, the child's folder, what is owed."""
    raised = raised_by(door.teacher)
    with as_practitioner(door.decider):
        parts = list(ConcernPart.objects.filter(concern_id=raised.concern_id).order_by("place_in_list"))
        first, second = (
            a_decision(
                parts[0].id, "early_help", conflict="The school wants no police.", for_the_child=False
            ),
            a_decision(parts[1].id, "section_17_assessment"),
        )
        screen(raised.concern_id, [first, second], knows_family=False, version=None)
        decision = Screening.objects.get(part=parts[0]).decision_id
        owed = Duty.objects.filter(folder_id=parts[1].folder_id).values_list("id", flat=True)
        return raised.concern_id, decision, parts[1].folder_id, list(owed)


def test_matches_rulings_duties_and_who_may_open_a_record(
    somebody: Callable[..., Visitor], front_door: FrontDoor
) -> None:
    raised_by(front_door.teacher)
    concern, folder = a_concern_in_hand(front_door)
    with as_practitioner(front_door.decider):
        part = ConcernPart.objects.filter(concern_id=concern).order_by("id").values_list("id", flat=True)[0]
        start_draft("concern")
    ruled, decision, decided, owed = a_conflict(front_door)
    assert owed
    let_in(folder, front_door.manager)
    let_in(decided, front_door.manager)
    decider = Eyes(somebody, front_door.decider)
    match, ruling = f"/front-door/{concern}/match/{part}/", f"/front-door/{ruled}/ruling/{decision}/"
    decider.look_at([match, "/drafts/", *[f"/duty/{each}/" for each in owed[:2]]])
    decider.sends_empty(match, "It is this child")
    decider.sends_empty(f"/duty/{owed[0]}/", "Withdraw")
    manager = Eyes(somebody, front_door.manager)
    give, hand_over, seal = (f"/access/{folder}/{what}/" for what in ("give", "hand-over", "seal"))
    manager.look_at(
        [ruling, give, hand_over, seal, f"/child/{decided}/looked/", "/figures/", "/news/", "/drafts/"]
    )
    for path, button in (
        (ruling, "Record your ruling"), (give, "Let them in"), (hand_over, "Hand over"), (seal, "Seal"),
    ):  # fmt: skip
        manager.sends_empty(path, button)


def test_the_trail_the_figures_and_why_the_procedures_ask(
    somebody: Callable[..., Visitor], front_door: FrontDoor
) -> None:
    raised_by(front_door.teacher)
    anybody = Eyes(somebody, None)
    with as_practitioner(front_door.decider):
        pack = pack_in_force()
    principles, definitions = pack.principles(today()), pack.definitions(today())
    anybody.look_at(
        [
            f"/procedures/?part={part}"
            for part in ("definitions", "levels", "limits", "outcomes", "agencies", "glossary")
        ]
        + [f"/procedures/principle/{principles[0].id}/", f"/procedures/definition/{definitions[0].id}/"]
    )
    lead = Eyes(somebody, make_practitioner("quality-lead", name="Grace Tan", password=PASSWORD))
    lead.look_at(
        [
            "/trail/",
            "/trail/?words=Gwen",
            "/trail/?record=none",
            "/figures/",
            "/figures/?period=year",
            "/news/",
        ]
    )


class Keyboard:
    """Somebody who has no mouse: only Tab, Enter, Space, arrows and letters."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, words: str, most: int = 80) -> None:
        """Tabs until what has the focus is called `words`, which it must be within `most` steps."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            if words in self.name():
                return
        raise AssertionError(f"No Tab leads to {words!r} on {self.page.url}")

    def name(self) -> str:
        """What has the focus: its label, or its own words."""
        found = self.page.evaluate(
            """() => {
                const e = document.activeElement;
                const labels = [...(e.labels || [])].map(l => l.innerText).join(' ');
                return labels || e.getAttribute('aria-label') || e.innerText || '';
            }"""
        )
        return str(found)

    def answers(self, question: str, answer: str) -> None:
        """To a group of answers by Tab, to the answer by arrows, and chosen by Space."""
        for _ in range(80):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(
                "q => document.activeElement.type === 'radio' && "
                "!!document.activeElement.closest('fieldset')?.innerText.includes(q)",
                question,
            ):
                break
        for _ in range(12):
            if self.name().strip() == answer:
                self.page.keyboard.press("Space")
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"No arrow leads to {answer!r} of {question!r}")

    def chooses(self, answer: str) -> None:
        """By arrows, within the group of answers that the next Tabs lead to."""
        for _ in range(80):
            if self.page.evaluate("document.activeElement.type === 'radio'"):
                break
            self.page.keyboard.press("Tab")
        for _ in range(12):
            if self.name().strip().startswith(answer):
                self.page.keyboard.press("Space")
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"No arrow leads to {answer!r}")

    def writes(self, label: str, words: str) -> None:
        self.to(label)
        self.page.keyboard.type(words)

    def presses(self, button: str, key: str = "Enter") -> None:
        self.to(button)
        assert self.focus_is_seen(), f"{button} does not show that it has the focus"
        before = self.page.url
        self.page.keyboard.press(key)
        self.page.wait_for_function("before => location.href !== before", arg=before)
        self.page.wait_for_load_state()

    def focus_is_seen(self) -> bool:
        return bool(
            self.page.evaluate(
                """() => { const s = getComputedStyle(document.activeElement);
                return s.outlineStyle !== 'none' || s.boxShadow !== 'none'; }"""
            )
        )


def test_a_concern_is_raised_by_keyboard_alone(
    somebody: Callable[..., Visitor], front_door: FrontDoor
) -> None:
    teacher = somebody()
    teacher.signs_in_as(front_door.teacher)
    teacher.goes_to("/")
    by = Keyboard(teacher.page)
    by.to("Skip to main content")
    by.presses("Raise a concern")
    by.presses("Start now", "Space")
    by.answers("Is any child in danger now?", "No")
    by.presses("Continue")
    by.writes("First name", "Maya")
    by.answers("When was the child born?", "I do not know")
    by.answers("Sex", "Girl")
    by.presses("Continue")
    by.presses("Continue")
    by.writes("What has happened?", "She said there is shouting at night.")
    by.to("At home")
    teacher.page.keyboard.press("Space")
    by.presses("Continue")
    by.presses("Continue")
    by.presses("Continue")
    by.answers("Does the family know", "No")
    by.answers("Did they agree", "They were not asked")
    by.presses("Continue")
    by.presses("Continue")
    by.answers("Which service", "A school")
    by.writes("How can the front door reach you today?", "01632 960123")
    by.presses("Continue")
    by.presses("Send this concern")
    teacher.sees("Your concern has been sent")


def test_a_concern_is_decided_and_answered_by_keyboard_alone(
    somebody: Callable[..., Visitor], front_door: FrontDoor
) -> None:
    raised = raised_by(front_door.teacher, children=a_concern().children[:1])
    manager = somebody()
    manager.signs_in_as(front_door.decider)
    manager.goes_to(f"/front-door/{raised.concern_id}/")
    by = Keyboard(manager.page)
    by.presses("Decide")
    by.answers("Do you know anybody in this family", "No")
    manager.page.keyboard.press("Tab")
    by.chooses("2:")
    manager.page.keyboard.press("Tab")
    manager.page.keyboard.press("Space")
    by.chooses("Early help")
    by.answers("Does this child need anything sooner", "No")
    by.writes("Your reasons", "Her mother asked for help herself and she is safe today.")
    by.writes("On whose agreement", "The mother agreed on the telephone.")
    by.writes("What was the child told", "Her teacher told her after lunch.")
    by.writes("What were the parents told", "I told the mother on the telephone.")
    by.answers("in conflict with the interests", "No")
    by.presses("Make this decision")
    manager.sees("Decided.")
    by.writes("What do you tell them?", "Early help will ring the family this week.")
    by.presses("Send")
    manager.sees("The referrer has been told.")


def test_board_and_decision_without_scripts(somebody: Callable[..., Visitor], front_door: FrontDoor) -> None:
    concern, _folder = a_concern_in_hand(front_door)
    manager = somebody(scripts=False)
    manager.signs_in_as(front_door.decider)
    manager.follows("Front door")
    manager.follows("Maya Ferreira-Lund")
    manager.follows("Decide")
    manager.sees("Theo Ferreira-Lund")
    manager.presses("Make th")
    manager.sees("There is a problem")
    manager.page.goto(f"{manager.address}/front-door/{concern}/")
    manager.presses("Hand back")
    manager.sees("Handed back")
