"""Signing in at a real browser: with a password and the keyboard alone, with a passkey, at both widths."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .factories import make_partnership, make_practitioner, make_team

# Playwright runs an event loop in this thread; the tests ask the database outside of it, in plain calls.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

PASSWORD = "three random words"
WIDTHS = (1280, 320)


@pytest.fixture
def troubles(page: Page) -> Iterator[list[str]]:
    """Errors of the page's scripts, the policy's refusals included; none is expected."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on(
        "console", lambda said: found.append(said.text) if "Content Security Policy" in said.text else None
    )
    yield found
    assert found == []


def looks_over(page: Page) -> None:
    results = Axe().run(page).response["violations"]
    assert [f"{v['id']}: {[n['html'][:120] for n in v['nodes']]}" for v in results] == []
    width = page.viewport_size["width"]  # type: ignore[index]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/sign-in/login/")
    page.get_by_label("Email address").fill("ana@example.org")
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{address}/")


def test_signing_in_by_keyboard_alone(live_server, page: Page, troubles: list[str]) -> None:
    make_partnership()
    make_practitioner(email="ana@example.org", password=PASSWORD)
    page.goto(f"{live_server.url}/sign-in/login/?next=/notices/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.locator("#id_login").focus()
    page.keyboard.type("ana@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type("not the password")
    page.keyboard.press("Enter")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    looks_over(page)
    page.locator("#id_password").focus()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/notices/")


def test_a_passkey_is_added_and_signs_in(live_server, page: Page, troubles: list[str]) -> None:
    make_partnership()
    make_practitioner(email="ana@example.org", password=PASSWORD)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/sign-in/2fa/webauthn/add/")
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    looks_over(page)
    page.get_by_label("Name of this passkey").fill("Work phone")
    page.get_by_label("Sign in with it alone").check()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    looks_over(page)
    page.goto(f"{live_server.url}/sign-in/2fa/webauthn/")
    expect(page.get_by_role("term")).to_have_text("Work phone")
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{live_server.url}/sign-in/login/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{live_server.url}/")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_of_this_room_is_accessible(
    live_server, page: Page, troubles: list[str], settings, width: int
) -> None:
    settings.DEMO = True
    make_partnership()
    team = make_team(front_door=False)
    manager = make_practitioner(
        "administrator", team=team, email="ana@example.org", password=PASSWORD, name="Ana Field"
    )
    page.set_viewport_size({"width": width, "height": 800})
    for path in (
        "login/",
        "password/reset/",
        "password/reset/done/",
        "inactive/",
        "3rdparty/login/cancelled/",
    ):
        page.goto(f"{live_server.url}/sign-in/{path}")
        looks_over(page)
    sign_in(page, live_server.url)
    paths = (
        "/sign-in/2fa/", "/sign-in/password/change/", "/sign-in/sessions/", "/sign-in/3rdparty/",
        "/sign-in/logout/", "/sign-in/reauthenticate/", "/notices/", "/people/", f"/people/{manager.pk}/",
        "/people/appoint/", "/people/agencies/", "/people/roles/", "/people/rota/",
        f"/people/rota/{team.pk}/",
        "/access/emergencies/", "/nowhere/",
    )  # fmt: skip
    for path in paths:
        page.goto(f"{live_server.url}{path}")
        looks_over(page)
