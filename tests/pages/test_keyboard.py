"""Every page in a browser, at a desk and on a telephone: by keyboard alone, looked over by axe, and not too wide.

Tab comes to each control in the order in which it stands, where it is can be seen, and Enter and Space send it.
Then all that is folded away is opened, and axe finds nothing wrong.

What the browser shows was answered to the test client, so one world in one transaction serves all its pages."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Browser, Page, ViewportSize

from ..journeys.accessible import violations
from .test_every_page import address, own_routes
from .test_typed_text import FORMS, decided, of_enquiries, to_be_decided
from .world import World

pytestmark = pytest.mark.django_db

# Playwright runs an event loop in this thread; the test asks the database outside of it, in plain calls.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

DESK: ViewportSize = {"width": 1280, "height": 900}
TELEPHONE: ViewportSize = {"width": 320, "height": 900}

#: Writes down where the keyboard comes to, whether that can be seen, and that a form was sent.
_WATCHED = """() => {
    window.said = e => `${e.tagName.toLowerCase()} ${e.name || e.textContent.trim().slice(0, 30)}`;
    window.stops = [];
    window.unseen = [];
    window.sent = 0;
    document.addEventListener('submit', e => { e.preventDefault(); window.sent += 1; }, true);
    document.addEventListener('focusin', ({target}) => {
        window.stops.push(said(target));
        const own = getComputedStyle(target);
        const ring = s => (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none';
        const drawn = target.matches('[type=radio], [type=checkbox]') && target.nextElementSibling;
        if (!ring(own) && !(drawn && ring(getComputedStyle(drawn, '::before')))) window.unseen.push(said(target));
    });
}"""

#: What can be reached, in the order of the page: a group of radio buttons is one stop, what is folded away is none.
_EXPECTED = """() => {
    const groups = new Set();
    const main = document.querySelector('main');
    main.tabIndex = -1;
    main.focus();
    window.stops = [];
    window.unseen = [];
    return [...main.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')].filter(e => {
        if (e.disabled || e.type === 'hidden' || e.tabIndex < 0) return false;
        if (!e.checkVisibility({visibilityProperty: true})) return false;
        if (e.type !== 'radio') return true;
        const group = `${e.form && e.form.action} ${e.name}`;
        const [chosen] = document.querySelectorAll(`input[name="${CSS.escape(e.name)}"]:checked`);
        if (chosen ? e !== chosen : groups.has(group)) return false;
        groups.add(group);
        return true;
    }).map(said);
}"""


class _Answers(BaseHTTPRequestHandler):
    """The one page that is looked at, and the files that every page brings with it, which a browser keeps."""

    protocol_version = "HTTP/1.1"
    shown: ClassVar[dict[str, bytes]] = {}

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        file = finders.find(path.removeprefix("/static/")) if path.startswith("/static/") else None
        content = Path(str(file)).read_bytes() if file else self.shown.get(path)
        self.send_response(200 if content is not None else 404)
        self.send_header("Content-Type", (file and guess_type(path)[0]) or "text/html; charset=utf-8")
        self.send_header("Cache-Control", "max-age=3600" if file else "no-store")
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the test says what it saw."""


@pytest.fixture
def shows(browser: Browser) -> Iterator[Callable[[str, bytes], Page]]:
    """Opens a page as it was sent."""
    # Not by Playwright's routes: beside those a browser keeps no file, and each page would bring its own again.
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        # Axe is put into the page by the test, which the policy of the page would not let it do.
        context = browser.new_context(viewport=DESK, bypass_csp=True)
        page = context.new_page()

        def opens(path: str, content: bytes) -> Page:
            _Answers.shown = {urlsplit(path).path: content}
            page.goto(f"http://127.0.0.1:{server.server_port}{path}", wait_until="domcontentloaded")
            return page

        yield opens
        context.close()
        server.shutdown()


def stuck(page: Page, key: str) -> list[str]:
    """What cannot be reached, seen, or sent with this key on this page, at a desk and where a telephone shows more or
    less of it."""
    page.evaluate(_WATCHED)
    page.set_viewport_size(DESK)
    expected: list[str] = page.evaluate(_EXPECTED)
    wrong = _walked(page, expected)
    button = page.locator("main form[method=post] button[type=submit]:not([tabindex='-1']):visible")
    if button.count():
        button.last.focus()
        page.keyboard.press(key)
        if not page.evaluate("window.sent"):
            wrong.append(f"{key} on the button sends nothing")
    page.set_viewport_size(TELEPHONE)
    on_telephone: list[str] = page.evaluate(_EXPECTED)
    if on_telephone != expected:
        wrong += _walked(page, on_telephone)
    return wrong


def _walked(page: Page, expected: list[str]) -> list[str]:
    """What Tab does not come to in its order, and where it cannot be seen."""
    for _ in expected:
        page.keyboard.down("Tab")
    page.keyboard.up("Tab")
    stops: list[str] = page.evaluate("window.stops")
    wrong = [f"where it is cannot be seen: {name}" for name in page.evaluate("window.unseen")]
    if stops != expected:
        at = next(
            (n for n, pair in enumerate(zip(stops, expected, strict=False)) if pair[0] != pair[1]), len(stops)
        )
        wrong.append(f"Tab comes to {stops[at : at + 2]} instead of {expected[at : at + 2]}")
    return wrong


#: In parts, so that several processes can take them.
PARTS = 2
#: Between them they may reach each page; the last has no account.
WALKERS = ("decider", "manager", "quality-lead", "administrator", "records-officer", "")
#: What somebody without an account is shown; of all else they only see the sign-in.
OPEN_TO_ALL = ("web", "concerns", "archive")


def wrong_with(page: Page, key: str) -> list[str]:
    """What keeps somebody from using this page."""
    found = stuck(page, key)
    # What has the focus looks unlike the rest.
    page.evaluate("document.activeElement.blur()")
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    for size in (TELEPHONE, DESK):
        page.set_viewport_size(size)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > size["width"]:
            found.append(f"is {wide} wide where there is room for {size['width']}")
        found += violations(page)
    return found


def pages(world: World, part: int) -> Iterator[tuple[str, str, bytes]]:
    """Every page of this part that somebody of this world is shown: its name, its address, what was sent."""
    people = {**world.people, "decider": world.door.decider, "manager": world.door.manager}
    met: set[str] = set()
    for who in WALKERS:
        client = world.client(people[who] if who else None)
        client.get("/")
        if not who:
            client.post("/worried/")
        for name in own_routes()[part::PARTS]:
            if not who and name.partition(":")[0] not in OPEN_TO_ALL:
                continue
            for place in FORMS.get(name, [{}]):
                path = address(name, replace(world, places={**world.places, **place}), world.known)
                if path not in met and (content := _page(client, path)):
                    met.add(path)
                    yield name, path, content
    if part:
        return
    case, places = to_be_decided()
    manager: Any = Client(headers={"user-agent": "Tests"})
    manager.force_login(case.manager.user)
    for path in (of_enquiries("strategy", places), *decided(case, places)):
        yield path, path, _page(manager, path)


def _page(client: Client, path: str) -> bytes:
    """What stands at that address, where it is a whole page."""
    answer = client.get(path)
    if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
        return b""
    content: bytes = answer.content
    return content if b"<main" in content else b""


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_is_fit_for_everybody(
    world: World, shows: Callable[[str, bytes], Page], part: int
) -> None:
    wrong: list[str] = []
    names: set[str] = set()
    for number, (name, path, content) in enumerate(pages(world, part)):
        names.add(name)
        page = shows(path, content)
        wrong += [f"{name} ({path}): {fault}" for fault in wrong_with(page, ("Enter", "Space")[number % 2])]
    assert not wrong, "\n".join(wrong)
    assert len(names) > 150 / PARTS, sorted(names)
