"""How much somebody without an account may send, and how often: one request holds nobody up for long."""

from __future__ import annotations

import select
import time
from typing import Any

import pytest
from django.db import Error, connection, transaction
from django.test import Client

from sightline.agencies.tests.factories import as_practitioner
from sightline.concerns import rules
from sightline.concerns.actions import ChildIn, PersonIn, raise_concern
from sightline.concerns.models import Concern, Draft
from sightline.kernel.verdicts import Refused

from .factories import FrontDoor, a_concern, make_front_door
from .without_account import begins, comes_back, tells

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("PAR-01")]
MOST = rules.MOST_NAMED


@pytest.fixture
def door() -> FrontDoor:
    return make_front_door()


@pytest.mark.parametrize("step", ["children", "people"])
@pytest.mark.parametrize("tail", ["", "keep/"])
def test_a_draft_takes_no_more_children_or_people_than_a_concern_names(
    client: Client, door: FrontDoor, owning: Any, step: str, tail: str
) -> None:
    begins(client, steps=1)
    last = client.post(f"/worried/{step}/{MOST - 1}/{tail}", {"given": "Ada"})
    assert last.status_code == 200
    for beyond in (MOST, MOST + 1, 151, 10**9):
        assert client.post(f"/worried/{step}/{beyond}/{tail}", {"given": "Ada"}).status_code == 404
    with owning():
        assert len(Draft.objects.get().content) == 2


def test_nothing_is_kept_under_a_step_that_is_none(client: Client, door: FrontDoor, owning: Any) -> None:
    begins(client, steps=1)
    for nowhere in ("danger/3", "happened/0", "children", "people", "check", "nothing", "resume", "anything"):
        assert client.post(f"/worried/{nowhere}/keep/", {"given": "Ada"}).status_code == 404, nowhere
    with owning():
        assert list(Draft.objects.get().content) == ["danger"]


@pytest.mark.parametrize("whom", ["children", "people"])
def test_a_concern_that_names_too_many_is_refused_and_says_what_to_do(door: FrontDoor, whom: str) -> None:
    one: Any = ChildIn(given="Ada") if whom == "children" else PersonIn(given="Ada")
    with as_practitioner(door.teacher):
        with pytest.raises(Refused, match="raise a second one") as refused:
            raise_concern(a_concern(**{whom: [one] * (MOST + 1)}))
        assert refused.value.verdict.field == whom
    assert not Concern.objects.exists()


def test_a_full_list_says_so_and_a_place_that_became_free_is_used(client: Client, door: FrontDoor) -> None:
    begins(client, steps=1)
    for n in range(MOST):
        client.post(f"/worried/people/{n}/", {"given": f"Ada {n}", "kinship": "neighbour"})
    full = client.get("/worried/people/").content.decode()
    assert "raise a second for the others" in full
    assert "Add somebody" not in full
    client.post("/worried/people/", {"remove": "4"})
    assert 'href="/worried/people/4/"' in client.get("/worried/people/").content.decode()


def test_a_draft_that_grows_too_long_is_refused_and_stays_as_it_was(
    client: Client, door: FrontDoor, owning: Any
) -> None:
    begins(client, steps=2)
    long = "x" * (rules.LONGEST_DRAFT // 2)
    assert client.post("/worried/happened/keep/", {"what_happened": long}).status_code == 200
    refused = client.post("/worried/help/keep/", {"known_agencies": long})
    assert refused.status_code == 409
    assert "Shorten it" in refused.content.decode()
    with owning():
        assert "help" not in Draft.objects.get().content


def test_saving_faster_than_anybody_types_is_asked_to_wait(
    client: Client, door: FrontDoor, settings: Any, owning: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "concern_keep": "4/m/key,6/m/ip"}
    begins(client, steps=2)
    answers = [client.post("/worried/happened/keep/", {"what_happened": f"{n}"}) for n in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    step = client.post("/worried/happened/", {"what_happened": "3"})
    assert step.status_code == 429
    assert "not saved yet" in step.content.decode()
    assert client.get("/worried/happened/").status_code == 200
    with owning():
        assert Draft.objects.get().content["happened"] == {"what_happened": ["1"]}
    # Another draft in the same network has a count of its own, and both together have one.
    other = Client()
    other.post("/worried/")
    answers = [other.post("/worried/danger/keep/", {"danger": "no"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]


def test_somebody_who_types_without_a_pause_is_never_asked_to_wait(client: Client, door: FrontDoor) -> None:
    begins(client, steps=2)
    for n in range(60 // 4 + 10):
        assert client.post("/worried/happened/keep/", {"what_happened": "word " * n}).status_code == 200


def test_reading_and_adding_to_ones_own_too_often_is_asked_to_wait(
    client: Client, door: FrontDoor, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {
        **settings.ACCOUNT_RATE_LIMITS, "concern_read": "2/m/key", "concern_add": "1/h/key",
    }  # fmt: skip
    comes_back(client, *tells(client))
    assert [client.get("/worried/yours/").status_code for _ in range(3)] == [200, 200, 429]
    adds = [client.post("/worried/yours/", {"act": "more", "words": ""}) for _ in range(2)]
    assert adds[1].status_code == 429
    assert "not saved yet" in adds[1].content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("which", ["PUBLIC_STATEMENT_SECONDS", "PUBLIC_REQUEST_SECONDS"])
def test_a_request_without_an_account_that_takes_too_long_is_ended_and_undone(
    door: FrontDoor, settings: Any, monkeypatch: Any, as_owner: Any, which: str
) -> None:
    setattr(settings, which, 0.5)

    def slow(*_: Any, **__: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(20)")

    client = Client(raise_request_exception=False)
    monkeypatch.setattr("sightline.concerns.pages.holding.rules.new_reference", slow)
    assert client.post("/worried/").status_code == 500
    monkeypatch.undo()
    assert client.post("/worried/").status_code == 302
    drafts = as_owner.execute("SELECT count(*) FROM concerns_draft").fetchone()
    errors = as_owner.execute("SELECT what FROM audit_event WHERE verb = 'error'").fetchall()
    assert (drafts, errors) == ((1,), [("concerns.worried",)])


@pytest.mark.django_db(transaction=True)
def test_where_the_database_knows_no_limit_of_the_whole_a_transaction_does_not_stand_idle(
    door: FrontDoor, settings: Any, monkeypatch: Any, as_owner: Any
) -> None:
    # Longer than a busy machine takes between two statements.
    settings.PUBLIC_STATEMENT_SECONDS = 3
    monkeypatch.setattr(connection, "pg_version", 160_014)

    found: dict[str, Any] = {}

    def idle(*_: Any, **__: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('transaction_timeout')")
            (found["whole"],) = cursor.fetchone()
        # The database says that it ends this, and closes: then there is something to read.
        select.select([connection.connection.fileno()], [], [], 30)
        try:
            connection.cursor().execute("SELECT 1")
        except Error as error:
            found["said"] = str(error)
            raise

    monkeypatch.setattr("sightline.concerns.pages.holding.rules.new_reference", idle)
    assert Client(raise_request_exception=False).post("/worried/").status_code == 500
    # What PostgreSQL 16 does not know was not asked of it, and it ended what nothing happened in.
    assert found["whole"] == "0"
    assert "idle-in-transaction timeout" in found["said"]
    drafts = as_owner.execute("SELECT count(*) FROM concerns_draft").fetchone()
    errors = as_owner.execute("SELECT what FROM audit_event WHERE verb = 'error'").fetchall()
    assert (drafts, errors) == ((0,), [("concerns.worried",)])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("swallowed", [False, True])
def test_where_the_database_knows_no_limit_of_the_whole_its_statements_share_one(
    door: FrontDoor, settings: Any, monkeypatch: Any, as_owner: Any, swallowed: bool
) -> None:
    settings.PUBLIC_REQUEST_SECONDS = 1.5
    monkeypatch.setattr(connection, "pg_version", 160_014)
    said: list[str] = []

    def many(*_: Any, **__: Any) -> str:
        """Each by itself is short; together they would take half a minute."""
        for _n in range(100):
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(0.3)")
            except Error as error:
                said.append(str(error))
                if not swallowed:
                    raise
                break
        return "ABCD-EFGH"

    client = Client(raise_request_exception=False)
    client.get("/worried/")
    began = time.monotonic()
    monkeypatch.setattr("sightline.concerns.pages.raising.rules.new_reference", many)
    answer = client.post("/worried/")
    assert time.monotonic() - began < 15, "the hundred would take twice as long"
    assert len(said) == 1
    assert "timeout" in said[0] or "longer than somebody who is not signed in may take" in said[0]
    drafts = as_owner.execute("SELECT count(*) FROM concerns_draft").fetchone()
    errors = as_owner.execute("SELECT what FROM audit_event WHERE verb = 'error'").fetchall()
    if swallowed:
        # What went wrong was undone with its savepoint; there are seconds left to finish with.
        assert (answer.status_code, drafts, errors) == (302, (1,), [])
    else:
        assert (answer.status_code, drafts, errors) == (500, (0,), [("concerns.worried",)])
    monkeypatch.undo()
    assert Client().post("/worried/").status_code == 302


@pytest.mark.parametrize("version", [160_014, 180_003])
def test_the_limit_of_time_ends_with_the_request(
    client: Client, door: FrontDoor, monkeypatch: Any, version: int
) -> None:
    monkeypatch.setattr(connection, "pg_version", version)

    def limits() -> list[str]:
        found = []
        for name in ("statement_timeout", "transaction_timeout", "idle_in_transaction_session_timeout"):
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_setting(%s)", [name])
                found.append(cursor.fetchone()[0])
        return found

    before = limits()
    client.get("/worried/")
    assert limits() == before
