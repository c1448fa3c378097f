"""Somebody at a browser: what they can do, in sentences; every page that they come to is looked over."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from sightline.agencies.models import Practitioner
from sightline.concerns.tests.factories import FrontDoor, make_front_door

from .accessible import violations

# Playwright runs an event loop in this thread; the tests ask the database outside of it, in plain calls.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

#: Seconds that a journey may take. A browser may stop answering, and some of its calls wait without end.
LONGEST = 900
#: Milliseconds to wait for a page and for what should stand on it: a machine that others use as well is slow.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE / 2)

PASSWORD = "a long sentence to sign in with"
#: More stops than any page has.
STOPS = 400
#: Letters that are typed one by one; the rest comes at once, as if pasted, which takes a tenth of the time.
TYPED = 12


@dataclass(frozen=True)
class Way:
    """How somebody comes to the pages: how wide the screen is, whether scripts run, with what it is worked."""

    width: int = 1280
    scripts: bool = True
    keyboard: bool = False

    def __str__(self) -> str:
        return (
            f"{self.width}-{'scripts' if self.scripts else 'none'}-{'keys' if self.keyboard else 'pointer'}"
        )


#: Each journey is walked twice, the second time in all the other way; over the journeys each width meets scripts and
#: none, and each of these keyboard and pointer.
IN_TWO_WAYS = pytest.mark.parametrize("way", [Way(keyboard=True), Way(320, scripts=False)], ids=str)
IN_TWO_OTHER_WAYS = pytest.mark.parametrize("way", [Way(320), Way(scripts=False, keyboard=True)], ids=str)

#: All that is hardest at once, for the longest journey, which is walked but once: what scripts and a pointer change on
#: its pages is seen on the journeys beside it and where every page is looked at (tests/pages/test_keyboard.py).
IN_THE_HARDEST_WAY = pytest.mark.parametrize("way", [Way(320, scripts=False, keyboard=True)], ids=str)

#: Whether the keyboard is where this is: a group of radio buttons is one stop.
_REACHED = """e => {
    const at = document.activeElement;
    return at === e || (at.type === 'radio' && e.type === 'radio' && at.name === e.name && at.form === e.form);
}"""

#: How many stops there may be until that is reached; 0 where it stands before where the keyboard is. A guess, so that
#: not every press has to be asked about: too few or too many are made good by going on.
_STOPS_UNTIL = """e => {
    const groups = new Set();
    let stops = 0, at = -1;
    const here = document.activeElement;
    for (const one of document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')) {
        const group = one.type === 'radio' ? `${one.form && one.form.action} ${one.name}` : null;
        if (one === here) at = stops;
        if (one === e || (group && one.name === e.name && one.form === e.form)) {
            return at < 0 && here !== document.body ? 0 : stops - Math.max(at, 0);
        }
        if (one.disabled || one.type === 'hidden' || one.tabIndex < 0 || !one.checkVisibility()) continue;
        if (group && groups.has(group)) continue;
        if (group) groups.add(group);
        stops += 1;
    }
    return 0;
}"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every journey has its limit."""
    for item in items:
        if "/journeys/" in str(item.path):
            item.add_marker(pytest.mark.timeout(LONGEST))


class Visitor:
    """A person at a browser of their own. One without a mouse does it all by Tab, arrows, Space, Enter and letters."""

    def __init__(
        self, context: BrowserContext, address: str, way: Way = Way(), bare: Page | None = None
    ) -> None:
        self.context = context
        self.way = way
        self.scripts = way.scripts
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.address = address
        self.bare = bare
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))

    # -- going about ----------------------------------------------------------------------------

    def goes_to(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else f"{self.address}{path}")
        self.looks_over_the_page()

    def follows(self, link: str) -> None:
        self.comes_by(self.page.locator("a").filter(has_text=link, visible=True).first)

    def presses(self, button: str) -> None:
        self.comes_by(self.page.get_by_role("button", name=button).first)

    def comes_by(self, control: Locator) -> None:
        """Presses what leads to another page, waits until that page stands, and looks it over."""
        if self.way.keyboard:
            self._reaches(control)
        # A form may first wait for the saving of its draft: the press alone does not mean that we have left.
        with self.page.expect_navigation():
            if self.way.keyboard:
                self.page.keyboard.press("Enter")
            else:
                control.click()
        self.looks_over_the_page()

    def fetches(self, control: Locator) -> Path:
        """Follows what leads to a file, says what it is needed for, takes it and goes back; where the file is."""
        self.comes_by(control)
        self.writes("What is it needed for?", "The core group")
        control = self.page.get_by_role("button", name="Download")
        if self.way.keyboard:
            self._reaches(control)
        with self.page.expect_download() as download:
            if self.way.keyboard:
                self.page.keyboard.press("Enter")
            else:
                control.click()
        path = download.value.path()
        self.follows("Back")
        return path

    def writes(self, label: str, words: str) -> None:
        self.answers(self.page.get_by_label(label, exact=False).first, words)

    def chooses(self, answer: str, question: str = "") -> None:
        where: Any = self.page
        if question:
            where = self.page.get_by_role("group", name=question).first
        self.answers(where.get_by_label(answer, exact=True).first)

    def gives_the_day(self, question: str, day: int, month: int, year: int) -> None:
        group = self.page.get_by_role("group", name=question).first
        for label, value in (("Day", day), ("Month", month), ("Year", year)):
            self.answers(group.get_by_label(label), str(value))

    def opens(self, summary: str) -> None:
        folded = self.page.locator("summary").filter(has_text=summary).first
        if self.way.keyboard:
            self._reaches(folded)
            self.page.keyboard.press("Enter")
        else:
            folded.click()

    def answers(self, control: Locator, value: str = "") -> None:
        """Ticks or chooses a box, chooses from a list by its value, or writes into a field."""
        kind = str(control.evaluate("e => e.type"))
        if self.way.keyboard:
            self._answers_by_keys(control, kind, value)
        elif kind in ("radio", "checkbox"):
            control.check()
        elif kind == "select-one":
            control.select_option(value)
        else:
            control.fill(value)

    def _answers_by_keys(self, control: Locator, kind: str, value: str) -> None:
        keys = self.page.keyboard
        self._reaches(control)
        if kind == "radio":
            if control.evaluate("e => e === document.activeElement && !e.checked"):
                keys.press("Space")
            self._until(control, "e => e.checked", "ArrowDown")
        elif kind == "checkbox":
            if not control.evaluate("e => e.checked"):
                keys.press("Space")
        elif kind == "select-one":
            keys.press("Home")
            self._until(control, "(e, value) => e.value === value", "ArrowDown", value)
        else:
            keys.press("Control+a")
            if value:
                keys.type(value[:TYPED])
                keys.insert_text(value[TYPED:])
            else:
                keys.press("Delete")

    def _reaches(self, control: Locator) -> None:
        """Tab until the keyboard is there."""
        for _ in range(control.evaluate(_STOPS_UNTIL) - 1):
            self.page.keyboard.down("Tab")
        self._until(control, _REACHED, "Tab")

    def _until(self, control: Locator, so: str, key: str, given: str = "") -> None:
        # Looked up anew each time: a part of the page that keeps itself up to date may have been changed for another.
        for _ in range(STOPS):
            if control.evaluate(so, given):
                self.page.keyboard.up(key)
                return
            self.page.keyboard.down(key)
        name = control.evaluate("e => e.name || e.innerText")
        raise AssertionError(f"{key} does not lead to {name!r} on {self.page.url}")

    # -- seeing ---------------------------------------------------------------------------------

    def sees(self, words: str) -> None:
        expect(self.page.locator("body")).to_contain_text(words)

    def does_not_see(self, words: str) -> None:
        expect(self.page.locator("body")).not_to_contain_text(words)

    def sees_the_heading(self, words: str) -> None:
        expect(self.page.get_by_role("heading", name=words).first).to_be_visible()

    def looks_over_the_page(self) -> None:
        """No accessibility violation, nothing wider than the screen, no error of a script."""
        size = self.page.viewport_size
        assert size is not None
        self.page.wait_for_load_state("domcontentloaded")  # in the middle of a change of page there is none
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"], f"{self.page.url} is {wide} wide"
        assert self.problems == []
        found = violations(self.page, self.bare)
        assert found == [], f"{self.page.url}: {found}"

    # -- signing in -----------------------------------------------------------------------------

    def signs_in_as(self, practitioner: Practitioner) -> None:
        self.goes_to("/sign-in/login/")
        self.writes("Email", practitioner.user.email)  # type: ignore[union-attr]
        self.answers(self.page.locator("input[type=password]"), PASSWORD)
        self.presses("Sign in")

    def is_signed_in_as(self, practitioner: Practitioner) -> None:
        """As after signing in, which other journeys do by its page."""
        assert practitioner.user is not None
        client = Client(headers={"user-agent": "Tests"})
        client.force_login(practitioner.user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.context.add_cookies([
            {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.address, "httpOnly": True}
        ])  # fmt: skip
        self.goes_to("/")


@pytest.fixture
def front_door(transactional_db: None) -> FrontDoor:
    """The people of a small partnership, all with the same password."""
    door = make_front_door()
    from sightline.agencies.tests.factories import setting_up

    with setting_up():
        for person in (door.teacher, door.decider, door.second, door.manager, door.worker, door.stranger):
            assert person.user is not None
            person.user.set_password(PASSWORD)
            person.user.save()
    return door


@pytest.fixture
def bare(browser: Browser) -> Iterator[Callable[[], Page]]:
    """A page for axe to look at what another browser, in which no script runs, was sent."""
    opened: list[Page] = []

    def opens() -> Page:
        if not opened:
            context = browser.new_context(bypass_csp=True)
            context.route("**/*.js", lambda route: route.abort())
            opened.append(context.new_page())
        return opened[0]

    yield opens
    for page in opened:
        page.context.close()


@pytest.fixture
def somebody(
    browser: Browser, live_server: Any, front_door: FrontDoor, bare: Callable[[], Page]
) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors: `somebody(width=320)`, `somebody(scripts=False)`, `somebody(way=way)`."""
    contexts: list[BrowserContext] = []

    def arrives(width: int = 1280, scripts: bool = True, way: Way | None = None) -> Visitor:
        way = way or Way(width, scripts)
        context = browser.new_context(
            viewport={"width": way.width, "height": 900},
            java_script_enabled=way.scripts,
            bypass_csp=True,  # axe is put into the page by the test
        )
        contexts.append(context)
        return Visitor(context, live_server.url, way, None if way.scripts else bare())

    yield arrives
    for context in contexts:
        context.close()


@pytest.fixture
def arrives(somebody: Callable[..., Visitor], way: Way) -> Callable[..., Visitor]:
    """Somebody comes in the way in which the journey is walked, signed in if they are somebody with a sign-in."""

    def comes(who: Practitioner | None = None) -> Visitor:
        visitor: Visitor = somebody(way=way)
        if who is not None:
            visitor.is_signed_in_as(who)
        return visitor

    return comes
