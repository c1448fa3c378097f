"""Every form of enquiries, meetings and plans, and every page of the trunk, by keyboard alone.

Tab comes to each control in the order in which it
stands, where it is can be seen, and Enter and Space send it.

The browser's pages come from the test client, so one world in one transaction serves them all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Browser, Page, Route

from .test_every_page import address, own_routes
from .test_typed_text import FORMS, ROOMS, decided, to_be_decided
from .world import World

pytestmark = pytest.mark.django_db

# Playwright runs an event loop in this thread; the test asks the database outside of it, in plain calls.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

#: What can be reached, in the order of the page: a group of radio buttons is one stop, what is folded away is none.
_EXPECTED = """() => {
    const said = e => `${e.tagName.toLowerCase()} ${e.name || e.textContent.trim().slice(0, 30)}`;
    const groups = new Set();
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


@pytest.fixture
def shows(browser: Browser) -> Iterator[Callable[[str, bytes], Page]]:
    """Opens a page as it was sent, without a server."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    shown: dict[str, bytes] = {}

    def answers(route: Route) -> None:
        path = urlsplit(route.request.url).path
        file = finders.find(path.removeprefix("/static/")) if path.startswith("/static/") else None
        if file:
            route.fulfill(path=str(file))
        elif path in shown:
            route.fulfill(content_type="text/html; charset=utf-8", body=shown[path])
        else:
            route.abort()

    page.route("**/*", answers)

    def opens(path: str, content: bytes) -> Page:
        shown.clear()
        shown[urlsplit(path).path] = content
        page.goto(f"http://sightline.example{path}", wait_until="domcontentloaded")
        return page

    yield opens
    context.close()


def stuck(page: Page, key: str) -> list[str]:
    """What cannot be reached, seen, or sent with this key on this page."""
    expected: list[str] = page.evaluate(_EXPECTED)
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
    button = page.locator("main form[method=post] button[type=submit]:not([tabindex='-1']):visible")
    if not button.count():
        return wrong
    button.last.focus()
    page.keyboard.press(key)
    if not page.evaluate("window.sent"):
        wrong.append(f"{key} on the button sends nothing")
    return wrong


def _with_a_form(client: Client, path: str) -> bytes:
    """What stands at that address, where it is a page with a form."""
    answer = client.get(path)
    if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
        return b""
    content: bytes = answer.content
    return content if b'<form method="post"' in content.partition(b"<main")[2] else b""


@pytest.mark.timeout(300)
def test_every_form_of_the_middle_of_the_way_by_keyboard_alone(
    world: World, shows: Callable[[str, bytes], Page]
) -> None:
    decider = world.client(world.door.decider)
    paths: list[tuple[Client, str]] = []
    for name in own_routes():
        if name.partition(":")[0] in ROOMS:
            for place in FORMS.get(name, [{}]):
                here = replace(world, places={**world.places, **place})
                paths.append((decider, address(name, here, world.known)))
    wrong: list[str] = []
    walked = 0

    def walk(client: Client, path: str) -> None:
        nonlocal walked
        if content := _with_a_form(client, path):
            walked += 1
            key = ("Enter", "Space")[walked % 2]
            wrong.extend(f"{path}: {fault}" for fault in stuck(shows(path, content), key))

    for client, path in paths:
        walk(client, path)
    case, places = to_be_decided()
    manager: Any = Client(headers={"user-agent": "Tests"})
    manager.force_login(case.manager.user)
    walk(manager, f"/child/{places['folder_id']}/enquiries/strategy/{places['strategy_id']}/")
    for path in decided(case, places):
        walk(manager, path)
    assert wrong == [], "\n".join(wrong)
    assert walked > 70, "most pages of these rooms are forms"


#: The rooms of a concern's way from the first worry to the answer, and what stands around it.
TRUNK = ("web", "concerns", "children", "access", "agencies", "matching", "records", "returns")
#: Whose pages are walked: between them they may reach each, the last without an account.
WALKERS = ("decider", "manager", "quality-lead", "administrator", "")


@pytest.mark.timeout(900)
@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_of_the_trunk_by_keyboard_alone(
    world: World, shows: Callable[[str, bytes], Page], width: int
) -> None:
    people = {**world.people, "decider": world.door.decider, "manager": world.door.manager}
    wrong: list[str] = []
    walked: set[str] = set()
    for who in WALKERS:
        client = world.client(people[who] if who else None)
        client.get("/")
        if not who:
            client.post("/worried/")
        for name in own_routes():
            room = name.partition(":")[0]
            if name in walked or room not in TRUNK or (not who and room not in ("web", "concerns")):
                continue
            path = address(name, world, world.known)
            answer = client.get(path)
            if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
                continue
            if b"<main" not in answer.content:
                continue  # a part of a page
            walked.add(name)
            page = shows(path, answer.content)
            page.set_viewport_size({"width": width, "height": 900})
            wrong.extend(
                f"{name} at {width}: {fault}" for fault in stuck(page, ("Enter", "Space")[len(walked) % 2])
            )
    assert not wrong, "\n".join(wrong)
    assert len(walked) > 60, sorted(walked)
