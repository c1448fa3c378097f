"""A form that is too long to read, or has too many fields: a page of ours says what to do, and nothing is written."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.test import Client

from sightline.audit.models import AuditEvent
from sightline.concerns.models import Draft

from .factories import FrontDoor, make_front_door

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("PAR-01")]

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def door() -> FrontDoor:
    return make_front_door()


def bodies(settings: Any) -> dict[str, str]:
    return {
        "long": "what_happened=" + "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1),
        "many": "&".join(["a=1"] * (settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)),
    }


def answered(response: Any, what: str) -> None:
    page = response.content.decode()
    assert response.status_code == 413
    assert "This is too much at once" in page
    assert ("Shorten the text" if what == "long" else "Send part of it now") in page
    assert "999" in page
    assert "no-store" in response["Cache-Control"]


PATHS = ("/worried/happened/", "/worried/happened/keep/", "/worried/return/", "/sign-in/login/")


@pytest.mark.parametrize("what", ["long", "many"])
def test_without_an_account(door: FrontDoor, settings: Any, owning: Any, caplog: Any, what: str) -> None:
    client = Client()
    client.post("/worried/")
    client.post("/worried/happened/keep/", {"what_happened": "Shouting."})
    caplog.set_level(logging.INFO)
    for checks in (False, True):
        client.handler.enforce_csrf_checks = checks
        for path in PATHS:
            answered(client.post(path, bodies(settings)[what], content_type=FORM), what)
    assert not [each for each in caplog.records if each.exc_info]
    with owning():
        assert Draft.objects.get().content == {"happened": {"what_happened": ["Shouting."]}}
        assert AuditEvent.objects.filter(verb="refused", detail__status=413).count() == 2 * len(PATHS)
        assert not AuditEvent.objects.filter(verb="error").exists()


@pytest.mark.parametrize("what", ["long", "many"])
def test_signed_in(client: Client, door: FrontDoor, settings: Any, what: str) -> None:
    assert door.teacher.user is not None
    client.force_login(door.teacher.user)
    answered(client.post("/concerns/raise/", bodies(settings)[what], content_type=FORM), what)


def test_too_many_parts_of_a_form_with_files(client: Client, door: FrontDoor, settings: Any) -> None:
    many = {f"f{n}": "1" for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
    assert door.teacher.user is not None
    client.force_login(door.teacher.user)
    answered(client.post("/concerns/raise/", many), "many")


def test_as_long_as_may_be_is_no_refusal_of_its_length(client: Client, door: FrontDoor) -> None:
    client.post("/worried/")
    assert client.post("/worried/happened/keep/", {"what_happened": "x" * 1_000_000}).status_code == 200
