"""Somebody at a browser: what they can do, in sentences; every page that they come to is looked over."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every journey has its limit."""
    for item in items:
        if "/journeys/" in str(item.path):
            item.add_marker(pytest.mark.timeout(LONGEST))


class Visitor:
    """A person at a browser of their own."""

    def __init__(self, context: BrowserContext, address: str, *, scripts: bool = True) -> None:
        self.context = context
        self.scripts = scripts
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.address = address
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))

    # -- going about ----------------------------------------------------------------------------

    def goes_to(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")
        self.looks_over_the_page()

    def follows(self, link: str) -> None:
        self.comes_by(self.page.locator("a").filter(has_text=link, visible=True).first)

    def presses(self, button: str) -> None:
        self.comes_by(self.page.get_by_role("button", name=button).first)

    def comes_by(self, control: Locator) -> None:
        """Presses what leads to another page, waits until that page stands, and looks it over."""
        # A form may first wait for the saving of its draft: the press alone does not mean that we have left.
        with self.page.expect_navigation():
            control.click()
        self.looks_over_the_page()

    def writes(self, label: str, words: str) -> None:
        self.page.get_by_label(label, exact=False).first.fill(words)

    def chooses(self, answer: str, question: str = "") -> None:
        where: Any = self.page
        if question:
            where = self.page.get_by_role("group", name=question).first
        where.get_by_label(answer, exact=True).first.check()

    def gives_the_day(self, question: str, day: int, month: int, year: int) -> None:
        group = self.page.get_by_role("group", name=question).first
        for label, value in (("Day", day), ("Month", month), ("Year", year)):
            group.get_by_label(label).fill(str(value))

    def opens(self, summary: str) -> None:
        self.page.get_by_text(summary, exact=True).first.click()

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
        if not self.scripts:
            return  # axe is a script itself: where none may run, it never answers
        found = violations(self.page)
        assert found == [], f"{self.page.url}: {found}"

    # -- signing in -----------------------------------------------------------------------------

    def signs_in_as(self, practitioner: Practitioner) -> None:
        self.goes_to("/sign-in/login/")
        self.writes("Email", practitioner.user.email)  # type: ignore[union-attr]
        self.page.locator("input[type=password]").fill(PASSWORD)
        self.presses("Sign in")


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
def somebody(browser: Browser, live_server: Any, front_door: FrontDoor) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors: `somebody(width=320)`, `somebody(scripts=False)`."""
    contexts: list[BrowserContext] = []

    def arrives(width: int = 1280, scripts: bool = True) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            bypass_csp=True,  # axe is put into the page by the test
        )
        contexts.append(context)
        return Visitor(context, live_server.url, scripts=scripts)

    yield arrives
    for context in contexts:
        context.close()
