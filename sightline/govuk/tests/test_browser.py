"""What the pages do in a real browser, with and without a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, Route, expect

from .urls import KEPT

WIDTHS = (1280, 320)


@pytest.fixture
def troubles(page: Page) -> Iterator[list[str]]:
    """Errors of the page's scripts and requests that failed; none is expected."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    yield found
    assert found == []


def violations(page: Page) -> list[str]:
    results = Axe().run(page).response["violations"]
    return [f"{v['id']}: {[n['html'][:120] for n in v['nodes']]}" for v in results]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_gallery_is_accessible(served: str, page: Page, troubles: list[str], width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{served}/gallery/")
    expect(page.locator(".govuk-js-character-count").first).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_role("alert").first).to_contain_text("There is a problem")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_mistakes_take_the_focus_and_lead_to_the_input(served: str, page: Page, troubles: list[str]) -> None:
    page.goto(f"{served}/gallery/")
    page.get_by_role("button", name="Send it").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.get_by_role("link", name="Enter the child’s date of birth").click()
    expect(page.locator("#id_born-day")).to_be_focused()


def test_an_answer_reveals_its_question(served: str, page: Page, troubles: list[str]) -> None:
    page.goto(f"{served}/gallery/")
    why = page.get_by_label("Why not?")
    expect(why).to_be_hidden()
    page.get_by_label("No", exact=True).first.check()
    expect(why).to_be_visible()


def test_without_a_script_every_question_can_be_answered(served: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served}/gallery/")
    expect(page.get_by_label("Why not?")).to_be_visible()
    expect(page.locator("[data-print]")).to_be_hidden()
    page.get_by_label("Child’s name").fill("Zoë 😟")
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_label("Child’s name")).to_have_value("Zoë 😟")
    expect(page).to_have_title(re.compile("^Error: "))
    context.close()


def test_words_with_lines_come_back_as_typed(served: str, page: Page, troubles: list[str]) -> None:
    typed = "One\n    indented\n\n\ntwo 'quoted' <b> & 😟 قالت"
    page.goto(f"{served}/gallery/")
    page.get_by_label("Yes, and they do not agree").check()
    page.get_by_label("What did they say?").fill(typed)
    page.get_by_role("button", name="Send it").click()
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_label("What did they say?")).to_have_value(typed)


def test_a_draft_is_kept_while_it_is_written(served: str, page: Page, troubles: list[str]) -> None:
    page.clock.install()
    page.goto(f"{served}/gallery/")
    page.locator("[data-print]").wait_for(state="visible")
    with page.expect_request("**/gallery/draft/") as sent:
        page.get_by_label("What happened?").fill("She said\nher ear hurts")
        page.clock.run_for(5000)
    body = parse_qs(sent.value.post_data or "")
    assert body["story"][0].replace("\r\n", "\n") == "She said\nher ear hurts"
    assert body["csrfmiddlewaretoken"]
    expect(page.locator("[data-autosave-status]")).to_have_text(re.compile(r"^Saved at \d\d:\d\d$"))
    expect(page.locator("[data-autosave-status]")).to_have_attribute("aria-live", "polite")


def test_nothing_is_sent_when_nothing_was_written(served: str, page: Page, troubles: list[str]) -> None:
    page.clock.install()
    sent: list[Request] = []
    page.on("request", lambda r: sent.append(r) if r.url.endswith("/draft/") else None)
    page.goto(f"{served}/gallery/")
    page.locator("[data-print]").wait_for(state="visible")
    page.clock.run_for(60_000)
    assert sent == []


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (
            403,
            "Not saved: you are signed out. Copy your last words, then sign in again; your draft is there.",
        ),
        (500, "Not saved at"),
    ],
)
def test_a_draft_that_cannot_be_kept_says_so(served: str, page: Page, status: int, said: str) -> None:
    page.clock.install()
    page.route("**/gallery/draft/", lambda route: route.fulfill(status=status, body=""))
    page.goto(f"{served}/gallery/")
    page.locator("[data-print]").wait_for(state="visible")
    page.get_by_label("What happened?").fill("She said")
    page.clock.run_for(5000)
    expect(page.locator("[data-autosave-status]")).to_contain_text(said)


def test_a_lost_network_is_said_and_tried_again(served: str, page: Page) -> None:
    page.clock.install()
    page.goto(f"{served}/gallery/")
    page.locator("[data-print]").wait_for(state="visible")
    page.context.set_offline(True)
    page.get_by_label("What happened?").fill("She said")
    page.clock.run_for(5000)
    expect(page.locator("[data-autosave-status]")).to_have_text("Not saved: no connection. Trying again.")
    page.context.set_offline(False)
    page.clock.run_for(5000)
    expect(page.locator("[data-autosave-status]")).to_contain_text("Saved at")


def test_leaving_the_page_keeps_the_last_words(served: str, page: Page) -> None:
    KEPT.clear()
    page.goto(f"{served}/gallery/")
    page.locator("[data-print]").wait_for(state="visible")
    page.get_by_label("What happened?").fill("The last words")
    page.goto("about:blank")
    page.wait_for_timeout(500)
    assert KEPT
    assert KEPT[-1]["story"] == ["The last words"]


def test_exit_leaves_at_once_and_keeps_nothing_more(served: str, page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.url))
    page.route("**/left", lambda route: route.fulfill(body="weather"))
    page.goto(f"{served}/gallery/")
    page.locator("[data-print]").wait_for(state="visible")
    page.locator(".govuk-js-exit-this-page-button").evaluate("link => link.href = '/left'")
    page.locator("#id_story").evaluate("area => area.value = 'what nobody may find'")
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url("**/left")
    assert not [url for url in sent if url.endswith("/draft/")]


def test_a_form_is_sent_once_however_often_it_is_pressed(served: str, page: Page) -> None:
    posts: list[str] = []

    def slow(route: Route) -> None:
        if route.request.method == "POST":
            posts.append(route.request.url)
            return  # never answered, so that the first is still under way at the second press
        route.continue_()

    page.route("**/gallery/", slow)
    page.goto(f"{served}/gallery/")
    page.locator("[data-print]").wait_for(state="visible")
    # The second press comes later than the design system's own guard against double clicks.
    page.evaluate(
        """() => {
            const button = document.querySelector("main form button[type=submit]");
            button.click();
            setTimeout(() => button.click(), 1500);
        }"""
    )
    page.wait_for_timeout(2500)
    assert len(posts) == 1


def test_a_board_refreshes_without_losing_place(served: str, page: Page, troubles: list[str]) -> None:
    page.clock.install()
    page.goto(f"{served}/gallery/")
    page.locator("[data-print]").wait_for(state="visible")
    page.get_by_text("Who is on duty").click()
    page.locator("#board a").focus()
    page.evaluate("window.scrollTo(0, 700)")
    top = page.evaluate("window.scrollY")
    page.route(
        "**/gallery/board/",
        lambda route: route.fulfill(
            content_type="text/html",
            body='<p>One more above</p><p><a href="?sort=due">Due</a></p>'
            "<details><summary>Who is on duty</summary>Amy Bell</details>",
        ),
    )
    page.clock.run_for(21_000)
    expect(page.locator("#board")).to_contain_text("One more above")
    expect(page.locator("#board details")).to_have_attribute("open", "")
    expect(page.locator("#board a")).to_be_focused()
    assert page.evaluate("window.scrollY") == top
    expect(page.locator('[data-refresh-status="board"]')).to_contain_text("Changed at")


def test_a_board_that_cannot_refresh_says_so(served: str, page: Page) -> None:
    page.clock.install()
    page.goto(f"{served}/gallery/")
    page.locator("[data-print]").wait_for(state="visible")
    page.route("**/gallery/board/", lambda route: route.fulfill(status=403))
    page.clock.run_for(21_000)
    expect(page.locator('[data-refresh-status="board"]')).to_have_text(
        "This page has stopped keeping up to date. Sign in again."
    )


def test_the_keyboard_reaches_everything_and_is_seen(served: str, page: Page) -> None:
    page.goto(f"{served}/gallery/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main-content")).to_be_focused()
    for link in ("Sightline", "My work"):
        focus = page.get_by_role("link", name=link).first
        page.keyboard.press("Tab")
        focus.focus()
        assert focus.evaluate("e => getComputedStyle(e).boxShadow") != "none"


def test_a_printed_page_has_no_navigation(served: str, page: Page) -> None:
    page.goto(f"{served}/gallery/")
    page.emulate_media(media="print")
    expect(page.locator(".sl-top")).to_be_hidden()
    expect(page.locator(".sl-voice")).to_be_visible()
    # A page of a record that is printed before it is said what for prints a sheet that says so, and nothing else.
    page.evaluate(
        "document.body.classList.add('sl-unasked');"
        "document.body.insertAdjacentHTML('afterbegin', '<div class=\"sl-onpaper\">Not printed</div>')"
    )
    expect(page.locator(".sl-voice")).to_be_hidden()
    expect(page.locator(".sl-onpaper")).to_be_visible()
    page.emulate_media(media="screen")
    expect(page.locator(".sl-voice")).to_be_visible()
    expect(page.locator(".sl-onpaper")).to_be_hidden()


def test_a_notice_goes_when_it_has_been_answered_elsewhere(served: str, page: Page) -> None:
    page.clock.install()
    page.goto(f"{served}/gallery/")
    page.locator("[data-print]").wait_for(state="visible")
    expect(page.get_by_role("region", name="Notices")).to_be_visible()
    page.clock.run_for(31_000)
    expect(page.get_by_role("region", name="Notices")).to_have_count(0)


def test_a_board_with_another_token_has_not_changed(served: str, page: Page) -> None:
    page.clock.install()
    page.goto(f"{served}/gallery/")
    page.locator("[data-print]").wait_for(state="visible")
    answers = iter(("one", "two", "three"))
    page.route(
        "**/gallery/board/",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f'<p>Same</p><input type="hidden" name="csrfmiddlewaretoken" value="{next(answers)}">',
        ),
    )
    page.clock.run_for(21_000)
    token = page.locator("#board input[name=csrfmiddlewaretoken]")
    expect(token).to_have_value("one")
    page.clock.run_for(21_000)
    expect(token).to_have_value("one")
