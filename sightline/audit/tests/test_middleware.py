"""What stands in the trail, and what is rolled back, after each way a request can end."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.signals import user_login_failed
from django.db import DatabaseError, connection, transaction
from django.test import Client, RequestFactory

from sightline.audit.middleware import OneTransaction, address_of
from sightline.kernel.viewer import Viewer, current, looking_as

from .pages import SOMEBODY

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("REC-18")]


@pytest.fixture(autouse=True)
def _pages(settings):
    settings.ROOT_URLCONF = "sightline.audit.tests.pages"
    settings.MIDDLEWARE = [
        "sightline.audit.middleware.OneTransaction",
        "sightline.audit.tests.pages.WhoIsLooking",
    ]


@pytest.fixture
def ask():
    return Client(raise_request_exception=False).get


@pytest.fixture
def trail(owning):
    def rows(*columns: str) -> list[tuple]:
        names = ", ".join(columns or ("verb", "what", "practitioner_id"))
        with owning(), connection.cursor() as cursor:
            cursor.execute(f"SELECT {names} FROM audit_event ORDER BY at, id")
            return cursor.fetchall()

    return rows


def test_a_reading_is_told_with_who_as_what_from_where_and_on_which_folder(ask, trail):
    folder = uuid.uuid4()
    assert ask(f"/read/{folder}").status_code == 200
    assert trail("verb", "what", "practitioner_id", "post", "origin", "folder_id", "actor_kind") == [
        ("read", "tests.read", SOMEBODY, "Social worker, North team", "192.0.2.7", folder, "practitioner")
    ]


@pytest.mark.parametrize(
    ("kind", "status", "verb"),
    [
        ("refused", 500, "refused"),
        ("permitted", 500, "refused"),
        ("missing", 404, "refused"),
        ("denied", 403, "refused"),
        ("error", 500, "error"),
    ],
)
def test_what_was_refused_is_told_once_and_what_it_wrote_is_gone(ask, trail, kind, status, verb):
    assert ask(f"/refuse/{kind}").status_code == status
    assert trail() == [(verb, "refuse", SOMEBODY)]


def test_words_of_an_exception_are_not_kept(ask, trail):
    ask("/refuse/missing")
    assert "Ann" not in str(trail("*"))


def test_the_page_that_says_no_still_knows_who_is_looking(ask):
    assert ask("/refuse/denied").content.decode() == str(SOMEBODY)


def test_a_guessed_id_is_told_with_the_ids_asked_for(ask, trail):
    folder, entry = uuid.uuid4(), uuid.uuid4()
    assert ask(f"/child/{folder}/entry/{entry}").status_code == 404
    (row,) = trail("verb", "what", "folder_id", "detail->>'asked_entry'")
    assert row == ("refused", "entry", folder, str(entry))


def test_a_refusal_told_by_an_action_and_by_the_gate_stands_once_with_what_was_asked_for(ask, trail):
    folder, entry = uuid.uuid4(), uuid.uuid4()
    assert ask(f"/gate/{folder}/{entry}").status_code == 404
    assert trail("verb", "what", "folder_id", "detail->>'asked_entry'") == [
        ("refused", "tests.read", folder, str(entry))
    ]


@pytest.mark.django_db(transaction=True)
def test_losing_the_database_in_the_middle_confirms_nothing_and_is_told_when_it_answers_again(
    ask, fresh_database
):
    assert ask("/lost").status_code == 500
    with fresh_database.connect("sightline_backup") as backup:
        rows = backup.execute("SELECT verb, what, practitioner_id FROM audit_event").fetchall()
    assert rows == [("error", "lost", SOMEBODY)]


def test_a_refusal_that_a_page_catches_stands_and_its_writing_does_not(ask, trail):
    assert ask("/form").status_code == 422
    assert {row[:2] for row in trail()} == {("refused", "tests.decide"), ("read", "tests.form")}


def test_an_answer_that_refuses_without_an_exception_is_told(ask, trail):
    ask("/403")
    assert trail() == [("refused", "returns-403", SOMEBODY)]


def test_an_error_in_a_middleware_is_told_of_the_practitioner(ask, trail):
    assert ask("/403", headers={"broken": "1"}).status_code == 500
    assert trail() == [("error", "unknown-address", SOMEBODY)]


def test_a_wrong_address_is_told_of_a_practitioner_and_not_of_a_stranger(ask, trail):
    ask("/nowhere/Ann-Example", headers={"stranger": "1"})
    assert trail() == []
    ask("/nowhere/Ann-Example")
    assert trail() == [("refused", "unknown-address", SOMEBODY)]


def test_a_swallowed_database_error_confirms_nothing(ask, trail):
    response = ask("/swallows")
    assert response.status_code == 500
    assert trail() == [("error", "swallows", SOMEBODY)]


def test_a_stream_is_told_first_and_then_looks_as_the_same_viewer(ask, trail):
    response = ask("/streams")
    assert trail()[0][:2] == ("exported", "tests.streams")
    assert b"".join(response.streaming_content).decode() == f"{SOMEBODY} 1"


def test_health_is_asked_without_a_transaction(ask, trail):
    ask("/health/live", headers={"stranger": "1"})
    assert trail() == []


def test_a_failed_sign_in_keeps_a_digest_of_the_name_and_nothing_else(rf, trail):
    def sign_in(request):
        user_login_failed.send(
            sender=__name__,
            credentials={"email": "ann@example.org", "password": "****"},
            request=request,
        )
        from django.http import HttpResponse

        return HttpResponse("again")

    for _ in range(2):
        OneTransaction(sign_in)(rf.post("/sign-in/login/", REMOTE_ADDR="203.0.113.9"))
    first, second = trail("verb", "origin", "detail->>'name_digest'", "actor_kind")
    assert first == second
    assert first[:2] == ("failed sign-in", "203.0.113.9")
    assert "ann" not in str(trail("*"))


def test_after_a_request_nobody_is_looking(ask):
    before = current()
    ask("/refuse/error")
    assert current() == before


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "198.51.100.1", "127.0.0.1"),
        (1, "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        (2, "6.6.6.6, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (1, "nonsense", ""),
        (3, "198.51.100.1", "127.0.0.1"),
    ],
)
def test_an_address_that_anybody_could_write_is_not_believed(settings, proxies, forwarded, expected):
    settings.PROXIES = proxies
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})
    assert address_of(request) == expected


@pytest.mark.obligation("REC-12")
def test_nobody_tells_the_trail_in_anothers_name():
    from sightline.audit.actions import event, record_many
    from sightline.audit.terms import Verb
    from sightline.kernel.ids import uuid7

    with looking_as(Viewer.practitioner(uuid7())):
        theirs = event(Verb.READ, "tests.read", viewer=Viewer.practitioner(uuid7()))
        with pytest.raises(DatabaseError), transaction.atomic():
            record_many([theirs])
