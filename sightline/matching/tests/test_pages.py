"""The search page and the pointer page, as a browser without JavaScript sees them."""

from __future__ import annotations

import re
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sightline.agencies.models import Partnership
from sightline.agencies.terms import Permission
from sightline.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(world, searcher) -> Client:
    return world.signed_in(searcher)


def search(browser: Client, text: str, **query: str):
    answer = browser.post("/find/", {"q": text})
    assert answer.status_code == 302, answer.content.decode()
    return browser.get(answer["Location"], query) if not query else browser.get(
        answer["Location"] + "".join(f"&{name}={value}" for name, value in query.items())
    )  # fmt: skip


def test_a_search_shows_the_pointer_and_why_and_keeps_the_name_out_of_the_address(world, browser):
    child = world.child(
        "Zofia", "Nowak", date(2016, 3, 12), known_as="Zosia", area="Millbeck", postcode="ZZ99 3CZ",
        agencies=(("Northmoor Police", "01632 960001"),),
    )  # fmt: skip
    answer = browser.post("/find/", {"q": "Sophia Nowak"})
    assert "Nowak" not in answer["Location"]
    shown = browser.get(answer["Location"]).content.decode()
    for words in (">Zosia</strong>", "full name Zofia Nowak", "Millbeck", "Another form of the name",
                  "Northmoor Police", "01632 960001", "1 child found", f"/child/{child}/pointer/"):  # fmt: skip
        assert words in shown
    for hidden in ("ZZ99", "12 March 2016"):
        assert hidden not in shown


def test_nothing_found_says_what_was_searched_and_what_that_means(browser):
    shown = search(browser, "Nobody Atall 31/02/2016").content.decode()
    assert "Nobody found" in shown
    assert "the name Nobody Atall" in shown
    assert "31/02/2016 is not a date" in shown
    assert "is not the same as no concern" in shown


def test_an_empty_or_endless_search_is_refused_with_what_was_typed(browser):
    assert (
        "Type a name, date of birth, address or number"
        in browser.post("/find/", {"q": "  "}).content.decode()
    )
    long = browser.post("/find/", {"q": "Ana " * 2500}).content.decode()
    assert "There is a problem" in long
    assert "Ana Ana Ana" in long
    assert browser.post("/find/", {}).status_code == 200


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "'; DROP TABLE x; --", "\u202eabc\u202c", "👧🏽", "%00"]
)
def test_hostile_text_is_shown_as_text(browser, text):
    shown = search(browser, text)
    assert shown.status_code == 200
    assert "<script>alert" not in shown.content.decode()


def test_an_address_of_a_search_that_is_over_asks_again(browser):
    assert "That search is over" in browser.get("/find/?s=elsewhere").content.decode()


def test_odd_addresses_are_the_first_page(world, browser):
    world.child("Ana", "Reyes")
    for query in (
        {"page": "-1"},
        {"page": "x"},
        {"page": "99999"},
        {"sort": "x"},
        {"loosely": "x"},
        {"page": "²"},
    ):
        assert "1 child found" in search(browser, "Ana Reyes", **query).content.decode()


def test_pages_of_many_and_the_number_of_queries_stays_the_same(world, searcher, browser):
    for number in range(3):
        world.child("Ana", f"Reyes{number}")
    few = _queries(browser, "Ana")
    for number in range(42):
        world.child("Ana", f"Clark{number}")
    assert _queries(browser, "Ana") == few <= 25
    shown = search(browser, "Ana", page="3", sort="name").content.decode()
    assert "45 children found" in shown
    assert "Shown: 41 to 45" in shown
    assert "Previous" in shown
    assert 'rel="next"' not in shown


def _queries(browser: Client, text: str) -> int:
    address = browser.post("/find/", {"q": text})["Location"]
    with CaptureQueriesContext(connection) as caught:
        assert browser.get(address).status_code == 200
    return len(caught)


def test_an_adult_is_shown_in_a_record_that_opens(world, searcher, browser):
    child = world.child("Ana", "Clark")
    world.adult("Halina", "Zawada", child)
    assert "Ana Clark" not in search(browser, "Halina Zawada").content.decode()
    world.grant(child, searcher)
    shown = search(browser, "Halina Zawada").content.decode()
    assert "Halina Zawada" in shown
    assert "Mother" in shown
    assert f"/child/{child}/" in shown


@pytest.mark.obligation("REC-18")
def test_the_wrong_role_is_refused_with_a_reason(world):
    child = world.child("Ana", "Reyes")
    browser = world.signed_in(world.practitioner(Permission.RAISE_CONCERN))
    for path in ("/find/", f"/child/{child}/pointer/", f"/child/{child}/emergency/"):
        answer = browser.get(path)
        assert answer.status_code == 403
        assert "does not let you" in answer.content.decode()
    assert Client().get("/find/").status_code == 302


@pytest.mark.obligation("REC-18")
def test_the_pointer_page_says_who_to_ring_and_no_more(world, browser, owning):
    child = world.child(
        "Ana", "Reyes", date(2016, 3, 12), lines="12 Church Road", postcode="ZZ99 3CZ", area="Millbeck",
        nhs="9990000018", agencies=(("another service", "Ask the front door, 01632 960000"),),
    )  # fmt: skip
    shown = browser.get(f"/child/{child}/pointer/").content.decode()
    for words in ("Ana Reyes", "Millbeck", "another service", "01632 960000", "Why you do not see more"):
        assert words in shown
    for hidden in ("Church Road", "ZZ99", "9990000018", "12 March 2016", "Open the record"):
        assert hidden not in shown
    with owning():
        event = AuditEvent.objects.get(folder_id=child)
    assert (event.verb, event.what) == ("read", "matching.pointer")


def test_the_pointer_page_leads_to_a_record_that_opens(world, searcher, browser):
    child = world.child("Ana", "Reyes")
    world.grant(child, searcher)
    shown = browser.get(f"/child/{child}/pointer/").content.decode()
    assert "Open the record" in shown
    assert "Why you do not see more" not in shown


@pytest.mark.obligation("REC-18")
def test_a_sealed_and_an_invented_id_answer_alike_with_the_same_number_of_queries(world):
    viewer = world.practitioner(Permission.SEARCH, Permission.EMERGENCY)
    named = world.practitioner(Permission.SEARCH)
    browser = world.signed_in(viewer)
    sealed = world.child("Ana", "Reyes")
    world.seal(sealed, named)
    browser.get("/find/")
    for page in ("pointer", "emergency"):
        bodies, counts = set(), set()
        for folder in (sealed, uuid4()):
            with CaptureQueriesContext(connection) as caught:
                answer = browser.get(f"/child/{folder}/{page}/")
            assert answer.status_code == 404
            bodies.add(re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode()))
            counts.add(len(caught))
        assert len(bodies) == len(counts) == 1
    assert world.signed_in(named).get(f"/child/{sealed}/pointer/").status_code == 200


@pytest.mark.obligation("REC-18")
def test_emergency_access_wants_a_reason_of_real_words_and_then_opens(world, owning):
    with owning():
        Partnership.objects.create(name="Northmoor", authority_code="999", pack="rotherham")
    viewer = world.practitioner(Permission.SEARCH, Permission.EMERGENCY, Permission.READ_FOLDER)
    browser = world.signed_in(viewer)
    child = world.child("Ana", "Reyes")
    path = f"/child/{child}/emergency/"
    assert "4 hours" in browser.get(path).content.decode()
    assert "Open the record in an emergency" in browser.get(f"/child/{child}/pointer/").content.decode()
    for empty in ("", "asdf asdf", "x" * 501):
        answer = browser.post(path, {"reason": empty})
        assert answer.status_code == 200
        assert "There is a problem" in answer.content.decode()
    answer = browser.post(path, {"reason": "His mother rang, he has not come home and she fears for him"})
    assert answer.status_code == 302
    assert answer["Location"] == f"/child/{child}/"
    assert "Open the record</a>" in browser.get(f"/child/{child}/pointer/").content.decode()
