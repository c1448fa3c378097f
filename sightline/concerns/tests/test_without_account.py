"""Without an account, on a device that may be the abuser's: shown once, then let go of."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import signing
from django.test import Client

from sightline.concerns.models import Concern, Draft
from sightline.concerns.pages.holding import COOKIE
from sightline.kernel.time import now

from .factories import FrontDoor, make_front_door
from .without_account import STEPS, begins, comes_back, read, sends, tells

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("PAR-01")]
NOTHING = "We cannot find anything under this reference and secret code"
#: Every address under which this browser could show something of a concern.
ADDRESSES = (
    "/worried/sent/", "/worried/later/", "/worried/yours/", "/worried/resume/", "/worried/check/",
    *(f"/worried/{step}/" for step, _ in STEPS),
)  # fmt: skip


@pytest.fixture(autouse=True)
def door() -> FrontDoor:
    return make_front_door()


def held(client: Client) -> bool:
    cookie = client.cookies.get(COOKIE)
    return cookie is not None and bool(cookie.value) and cookie["max-age"] != 0


def shows_nothing(client: Client, *secrets: str) -> None:
    """None of the addresses opens, and wherever they lead nothing of the concern stands there."""
    for address in ADDRESSES:
        answer = client.get(address, follow=True)
        assert answer.redirect_chain, address
        assert answer.redirect_chain[-1][0] in ("/worried/", "/worried/return/"), address
        page = answer.content.decode()
        assert not any(word in page for word in (*secrets, "Maya", "through the wall")), address


def test_after_sending_reference_and_secret_are_shown_once_and_let_go_of(client: Client) -> None:
    reference, secret = tells(client)
    assert not held(client)
    shows_nothing(client, reference, secret)
    assert comes_back(client, reference, secret) == "/worried/yours/"


def test_the_page_that_shows_them_is_kept_by_no_browser_and_follow_asks_for_both(client: Client) -> None:
    begins(client)
    sends(client)
    shown = client.get("/worried/sent/")
    assert "no-store" in shown["Cache-Control"]
    assert 'href="/worried/return/"' in shown.content.decode()
    assert "/worried/yours/" not in shown.content.decode()
    again = client.get("/worried/sent/")
    assert (again.status_code, again["Location"]) == (302, "/worried/return/")


def test_sent_twice_it_is_there_once(client: Client, owning: Any) -> None:
    begins(client)
    sends(client)
    sends(client)
    with owning():
        assert Concern.objects.count() == 1
    reference, secret = read(client.get("/worried/sent/").content.decode())
    assert comes_back(client, reference, secret) == "/worried/yours/"


def test_after_exit_nothing_opens_and_a_draft_is_gone(client: Client, owning: Any) -> None:
    begins(client, steps=3)
    client.get("/worried/leave/")
    assert not held(client)
    shows_nothing(client)
    with owning():
        assert Draft.objects.count() == 0


def test_after_exit_from_the_page_that_says_sent_the_concern_stays_and_nothing_opens(client: Client) -> None:
    reference, secret = tells(client)
    client.get("/worried/leave/")
    shows_nothing(client, reference, secret)
    assert comes_back(client, reference, secret) == "/worried/yours/"


def test_to_be_finished_later_it_is_let_go_of_and_comes_back_with_both_alone(client: Client) -> None:
    begins(client, steps=3)
    reference, secret = read(client.get("/worried/later/").content.decode())
    assert not held(client)
    shows_nothing(client, reference, secret)
    assert NOTHING in comes_back(client, reference, "ABCD-ABCD-ABCD-ABCD")
    assert NOTHING in comes_back(client, "C-ABCD-ABCD", secret)
    shows_nothing(client, reference, secret)
    elsewhere = Client()
    assert comes_back(elsewhere, reference.lower(), secret.replace("-", " ")) == "/worried/resume/"
    assert elsewhere.get("/worried/resume/")["Location"] == "/worried/voice/"
    assert "through the wall" in elsewhere.get("/worried/happened/").content.decode()


def test_brought_back_the_secret_is_never_shown_again_not_even_in_the_cookie(client: Client) -> None:
    begins(client, steps=3)
    reference, secret = read(client.get("/worried/later/").content.decode())
    comes_back(client, reference, secret)
    kept = signing.loads(client.cookies[COOKIE].value, salt=COOKIE)
    assert secret not in str(kept)
    later = client.get("/worried/later/").content.decode()
    assert "the same reference and secret code" in later
    assert secret not in later
    assert not held(client)
    comes_back(client, reference, secret)
    for step, fields in STEPS[3:]:
        client.post(f"/worried/{step}/", fields)
    sends(client)
    sent = client.get("/worried/sent/").content.decode()
    assert reference in sent
    assert secret not in sent
    assert not held(client)
    assert comes_back(client, reference, secret) == "/worried/yours/"
    assert reference in client.get("/worried/yours/").content.decode()


@pytest.mark.parametrize("came_back", [False, True])
def test_the_cookie_holds_no_secret_and_nothing_that_opens_it_elsewhere(
    client: Client, came_back: bool
) -> None:
    begins(client, steps=3)
    held_before = client.cookies[COOKIE].value
    reference, secret = read(client.get("/worried/later/").content.decode())
    if came_back:
        comes_back(client, reference, secret)
    words = signing.loads(client.cookies[COOKIE].value if came_back else held_before, salt=COOKIE)
    assert ("seed" in words) is not came_back
    for word in words.values():
        assert secret.replace("-", "") not in word.replace("-", "").upper()
        assert NOTHING in comes_back(Client(), reference, word)


@pytest.mark.parametrize("what", ["a draft", "a draft brought back", "a concern", "a concern just sent"])
def test_left_alone_the_device_forgets_it_and_only_both_bring_it_back(
    client: Client, settings: Any, what: str
) -> None:
    idle = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    with time_machine.travel(now(), tick=False) as clock:
        begins(client, steps=3 if "draft" in what else len(STEPS))
        if what == "a concern just sent":
            sends(client)
        else:
            if what == "a concern":
                sends(client)
            if what != "a draft":
                shown = client.get("/worried/sent/" if what == "a concern" else "/worried/later/")
                reference, secret = read(shown.content.decode())
                there = comes_back(client, reference, secret)
            here = "/worried/yours/" if what == "a concern" else "/worried/happened/"
            # Whoever goes on is not interrupted, however long it takes in all.
            for _ in range(3):
                clock.shift(idle - timedelta(minutes=1))
                assert client.get(here).status_code == 200
            # Closing the browser ends it too: the browser is told neither an age nor a day to keep it until.
            for kept in client.cookies.values():
                assert (kept["max-age"], kept["expires"]) == ("", ""), kept.key
        clock.shift(idle + timedelta(seconds=2))
        shows_nothing(client)
        if what in ("a draft brought back", "a concern"):
            assert comes_back(client, reference, secret) == there


def test_what_was_written_for_too_long_is_shown_to_be_copied_and_kept_nowhere(
    client: Client, settings: Any, owning: Any
) -> None:
    words = "I hear shouting through the wall <b>every</b> night."
    with time_machine.travel(now(), tick=False) as clock:
        begins(client, steps=2)
        clock.shift(timedelta(seconds=settings.SESSION_COOKIE_AGE + 2))
        shown = client.post("/worried/happened/", {"what_happened": words, "harm_where": "home"})
        assert "I hear shouting through the wall &lt;b&gt;every&lt;/b&gt; night." in shown.content.decode()
        assert "Exit this page" in shown.content.decode()
        with owning():
            assert all("through the wall" not in str(draft.content) for draft in Draft.objects.all())
        shows_nothing(client)


def test_exit_from_a_concern_that_was_come_back_to_closes_it(client: Client) -> None:
    reference, secret = tells(client)
    comes_back(client, reference, secret)
    assert "Exit this page" in client.get("/worried/yours/").content.decode()
    client.get("/worried/leave/")
    shows_nothing(client, reference, secret)


@pytest.mark.parametrize("secret", ["right", "wrong"])
def test_coming_back_too_often_is_asked_to_wait_with_the_right_secret_too(
    client: Client, settings: Any, secret: str
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "concern_return": "3/h/ip"}
    begins(client, steps=3)
    reference, right = read(client.get("/worried/later/").content.decode())
    for _ in range(3):
        assert NOTHING in comes_back(client, reference, "ABCD-ABCD-ABCD-ABCD")
    typed = right if secret == "right" else "EFGH-EFGH-EFGH-EFGH"
    answer = client.post("/worried/return/", {"reference": reference, "secret": typed})
    assert answer.status_code == 429
    assert not held(client)


@pytest.mark.parametrize("forged", ["empty", "nonsense", "signed and incomplete"])
def test_a_cookie_that_is_none_of_ours_opens_nothing(client: Client, forged: str) -> None:
    incomplete = signing.dumps({"reference": "C-AAAA-AAAA"}, salt=COOKIE)
    client.cookies[COOKIE] = {"empty": "", "signed and incomplete": incomplete}.get(forged, forged)
    shows_nothing(client)
