"""A number that another child's record holds: it is said whose, and somebody who has checked it goes on."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from sightline.access.actions import seal
from sightline.agencies.tests.factories import as_practitioner
from sightline.audit.models import AuditEvent
from sightline.children.models import Identifier
from sightline.concerns.actions import ChildIn
from sightline.concerns.models import ConcernPart
from sightline.concerns.tests.factories import FrontDoor, make_front_door, raised_by

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("ASM-03")]

NHS = {"scheme": "nhs", "value": "999 000 0018"}


@pytest.fixture
def door() -> FrontDoor:
    return make_front_door()


def record_of(door: FrontDoor, given: str) -> UUID:
    child = ChildIn(given=given, family=f"{given}son", age_years=9, sex="F")
    return raised_by(door.teacher, children=[child]).folder_ids[0]


def gives(door: FrontDoor, folder_id: UUID, **sent: str) -> Any:
    """Sends the form of a number, through the page that the front door has."""
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(door.decider.user)
    with as_practitioner(door.decider):
        child_id = ConcernPart.objects.get(folder_id=folder_id).child_id
    path = reverse("children:number", args=[folder_id, child_id])
    assert "although" not in client.get(path).content.decode()
    return client.post(path, sent)


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", unescape(strip_tags(answer.content.decode())))


def held(door: FrontDoor) -> int:
    with as_practitioner(door.decider):
        return Identifier.objects.count()


def test_it_is_said_whose_it_is_too_and_taken_once_it_was_checked(
    door: FrontDoor, owning: Callable[[], Any]
) -> None:
    first, second = record_of(door, "Maya"), record_of(door, "Theo")
    assert gives(door, first, **NHS).status_code == 302
    asked = gives(door, second, **NHS)
    assert "stands on the record of Maya Mayason, 9 years old too" in text(asked)
    assert 'value="999 000 0018"' in asked.content.decode()
    assert not re.search(r'name="although"[^>]*checked', asked.content.decode())
    assert held(door) == 1
    with owning():
        [told] = AuditEvent.objects.filter(what="matching.holding_number")
        assert told.detail["folders"] == [str(first)]
    assert gives(door, second, **NHS, although="on").status_code == 302
    assert held(door) == 2


def test_a_number_that_is_wrong_is_only_told_to_be_wrong(door: FrontDoor) -> None:
    folder_id = record_of(door, "Maya")
    asked = gives(door, folder_id, scheme="nhs", value="9990000019")
    assert "its last digit does not fit" in text(asked)
    assert "although" not in asked.content.decode()


def test_nobody_learns_from_it_of_a_record_that_is_sealed(door: FrontDoor) -> None:
    first, second = record_of(door, "Maya"), record_of(door, "Theo")
    assert gives(door, first, **NHS).status_code == 302
    with as_practitioner(door.manager):
        seal(first, why="Their father works at the front door.", named=[door.manager.pk])
    assert gives(door, second, **NHS).status_code == 302
