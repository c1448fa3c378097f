"""Whoever reads a list of children is on the trail with the children who stood on it (REC-18)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.concerns.tests.factories import FrontDoor, make_front_door, raised_by
from sightline.procedures import actions as duties

from .test_work import decided, signed_in, works_with

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("REC-18")]
# This room imports no models, its tests neither.
AuditEvent = apps.get_model("audit", "AuditEvent")
Duty = apps.get_model("procedures", "Duty")


@pytest.fixture
def door() -> FrontDoor:
    return make_front_door()


def told(who: Any, what: str) -> list[set[str]]:
    with as_practitioner(who):
        rows = AuditEvent.objects.filter(what=what, practitioner_id=who.pk, folder_id__isnull=True)
        return [set(row.detail["folders"]) for row in rows.order_by("at", "id")]


def as_text(folder_ids: list[UUID]) -> set[str]:
    return {str(each) for each in folder_ids}


def test_each_list_of_children_is_one_event_with_those_who_stood_on_it(door: FrontDoor) -> None:
    maya, theo = decided(door)
    new = list(raised_by(door.teacher).folder_ids)
    works_with(door, maya, door.worker)
    with as_practitioner(door.decider):
        ids = Duty.objects.filter(folder_id=theo, closed_at__isnull=True).values_list("id", flat=True)
        duties.hand_to(list(ids), door.decider.pk)
    quality = make_practitioner("quality-lead", team=door.team)
    reads = [
        (door.decider, "/", "web.home", {str(theo)}),
        (door.worker, "/", "web.home", {str(maya)}),
        (door.worker, "/news/", "web.news", {str(maya)}),
        (door.manager, "/team/", "web.team", as_text([maya, theo, *new])),
        (door.manager, "/team/unallocated/", "concerns.unallocated", {str(maya)}),
        (door.decider, "/front-door/", "concerns.board", as_text([*new])),
        (quality, "/partnership/", "web.partnership", as_text([maya, theo, *new])),
    ]
    for who, path, what, wanted in reads:
        client = signed_in(who)
        before = len(told(who, what))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        after = told(who, what)
        assert len(after) == before + 1, f"{path}: one event"
        assert after[-1] >= wanted, path
        assert sum("INSERT INTO audit_event" in q["sql"] for q in asked) == 1, path
    assert told(door.worker, "web.home")[-1].isdisjoint(as_text([theo, *new])), (
        "who was not shown is not told"
    )


def test_a_list_that_shows_nobody_is_not_told(door: FrontDoor) -> None:
    nobody = make_practitioner("social-worker")
    signed_in(nobody).get("/")
    assert told(nobody, "web.home") == []


def test_the_board_is_told_again_by_itself_only_when_somebody_new_stands_on_it(door: FrontDoor) -> None:
    first = list(raised_by(door.teacher).folder_ids)
    client: Client = signed_in(door.decider)
    assert client.get("/front-door/").status_code == 200
    for _ in range(3):
        assert client.get("/front-door/rows/").status_code == 200
    assert told(door.decider, "concerns.board") == [as_text(first)]
    second = list(raised_by(door.teacher).folder_ids)
    for _ in range(3):
        client.get("/front-door/rows/")
    assert told(door.decider, "concerns.board") == [as_text(first), as_text([*first, *second])]
    client.get("/front-door/")
    assert len(told(door.decider, "concerns.board")) == 3, "a person who opens the board again reads it again"
    other = make_practitioner("front-door-decision-manager", team=door.team)
    signed_in(other).get("/front-door/rows/")
    assert len(told(other, "concerns.board")) == 1, "what one was shown says nothing of another"
