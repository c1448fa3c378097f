"""What is sent without a script after the session has ended is there again after signing in, for the same person."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner
from sightline.concerns.models import Addition
from sightline.concerns.tests.factories import FrontDoor, make_front_door, raised_by
from sightline.kernel.time import now

pytestmark = pytest.mark.django_db

WORDS = "The nurse saw her <b>on Monday</b> & was worried: \u0645\u0631\u064a\u0645."
NOT_SENT = "/sign-in/not-sent/"


@pytest.fixture
def door() -> FrontDoor:
    return make_front_door()


def signed_in(door: FrontDoor) -> Client:
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(door.decider.user)
    assert client.get("/").status_code == 200
    return client


def later(hours: float = 1) -> Any:
    return time_machine.travel(now() + timedelta(seconds=settings.SESSION_COOKIE_AGE * hours + 60))


def said(door: FrontDoor) -> list[str]:
    with as_practitioner(door.decider):
        return list(Addition.objects.values_list("words", flat=True).distinct())


def hidden(page: str) -> dict[str, str]:
    return {
        name: unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
        if name != "csrfmiddlewaretoken"
    }


def test_words_sent_after_the_session_ended_are_sent_again_by_the_same_person(door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    path = reverse("concerns:act", args=[raised.concern_id])
    client = signed_in(door)
    with later():
        asked = client.post(path, {"act": "add", "words": WORDS})
        assert asked["Location"] == f"/sign-in/login/?next={NOT_SENT.replace('/', '%2F')}"
        assert "It is kept: sign in" in client.get(asked["Location"]).content.decode()
        assert said(door) == []
        raw = "".join(session.get_decoded().__str__() for session in Session.objects.all())
        assert "nurse" not in raw, "nobody reads it in the database"
        client.force_login(door.decider.user)
        page = client.get(NOT_SENT).content.decode()
        assert "&lt;b&gt;on Monday&lt;/b&gt;" in page
        assert hidden(page) == {"act": "add", "words": WORDS}
        assert f'action="{path}"' in page
        assert client.get(NOT_SENT).status_code == 200, "reading it sends nothing"
        assert said(door) == []
        assert client.post(path, hidden(page)).status_code == 302
        assert said(door) == [WORDS]
        assert client.get(NOT_SENT)["Location"] == "/", "and it is kept no longer"


def test_somebody_else_at_the_same_device_learns_nothing_of_it(door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    client = signed_in(door)
    with later():
        client.post(reverse("concerns:act", args=[raised.concern_id]), {"act": "add", "words": WORDS})
        client.force_login(door.second.user)
        other = client.get(NOT_SENT)
        assert (other.status_code, other["Location"]) == (302, "/")
        client.force_login(door.decider.user)
        assert client.get(NOT_SENT).status_code == 302, "nor does it wait for the next"


def test_it_is_thrown_away_when_it_is_not_wanted(door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    client = signed_in(door)
    with later():
        client.post(reverse("concerns:act", args=[raised.concern_id]), {"act": "add", "words": WORDS})
        client.force_login(door.decider.user)
        assert client.post(NOT_SENT)["Location"] == "/"
        assert client.get(NOT_SENT)["Location"] == "/"
        assert said(door) == []


@pytest.mark.parametrize("way", ["no session", "a draft saved by the page", "too long"])
def test_nothing_is_kept_of_strangers_nor_of_what_has_its_draft(
    door: FrontDoor, way: str, owning: Callable[[], Any]
) -> None:
    path = reverse("concerns:act", args=[raised_by(door.teacher).concern_id])
    client = Client(headers={"user-agent": "Tests"}) if way == "no session" else signed_in(door)
    with owning():
        before = Session.objects.count()
    headers = {"accept": "application/json"} if way == "a draft saved by the page" else {}
    words = WORDS * 20_000 if way == "too long" else WORDS
    with later():
        answer = client.post(path, {"act": "add", "words": words}, headers=headers)
        assert answer.status_code == 302
        assert NOT_SENT.replace("/", "%2F") not in answer["Location"]
        with owning():
            assert Session.objects.count() == before
