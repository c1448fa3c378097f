"""Who has looked at a record, as its page tells it."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils.html import strip_tags

from sightline.concerns.tests.factories import make_front_door, raised_by

pytestmark = pytest.mark.django_db


def words(page: str) -> str:
    return re.sub(r"\s+", " ", strip_tags(page.partition("<main")[2]))


def test_who_has_looked_names_people_and_what_they_did() -> None:
    door = make_front_door()
    folder = raised_by(door.teacher).folder_ids[0]
    client = Client(headers={"user-agent": "Tests"})
    assert door.decider.user is not None
    client.force_login(door.decider.user)
    for _ in range(3):
        client.get(f"/child/{folder}/", follow=True)
    told = words(client.get(f"/child/{folder}/looked/", follow=True).content.decode())
    assert f"{door.decider.name}" in told
    assert "Child’s page" in told
    assert "read, 3 times" in told
    assert door.teacher.name in told
    assert "Concern: raise" in told


def test_an_officer_of_the_front_door_is_offered_only_what_they_may_do() -> None:
    from sightline.agencies.tests.factories import make_practitioner

    door = make_front_door()
    raised = raised_by(door.teacher)
    officer = make_practitioner("police-front-door-officer", team=door.team)
    for who, may in ((officer, False), (door.decider, True)):
        client = Client(headers={"user-agent": "Tests"})
        assert who.user is not None
        client.force_login(who.user)
        shown = client.get(f"/front-door/{raised.concern_id}/").content.decode()
        assert (f"/front-door/{raised.concern_id}/decide/" in shown) is may
        assert ("known already?" in shown) is may


@pytest.mark.parametrize("part", ["", "limits", "definitions", "all"])
def test_the_procedures_come_a_part_at_a_time(part: str) -> None:
    make_front_door()
    shown = Client().get("/procedures/", {"part": part}).content.decode()
    assert ('id="principles"' in shown) is (part in ("", "all"))
    assert ('id="limits"' in shown) is (part in ("limits", "all"))
