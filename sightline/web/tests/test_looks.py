"""Who has looked at a record, as its page tells it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils.html import strip_tags

from sightline.access.actions import seal
from sightline.access.tests.factories import let_in
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.concerns.tests.factories import make_front_door, raised_by
from sightline.kernel.time import today
from sightline.kernel.viewer import Viewer, looking_as

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


def test_the_quality_lead_reads_the_whole_trail_but_what_is_sealed() -> None:
    """By whom, what and when; a child is named only where the record is open to the reader."""
    door = make_front_door()
    shown, closed = raised_by(door.teacher).folder_ids[:2]
    lead = make_practitioner("quality-lead", name="Grace Tan")
    let_in(shown, lead)
    with as_practitioner(door.manager):
        seal(closed, "Somebody who works here is family.", [door.manager.pk])
    with transaction.atomic(), looking_as(Viewer.public()):
        record(Verb.SIGNED_IN, "sign-in", subject=lead.user)
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(lead.user)
    client.get("/figures/")
    told = words(client.get("/trail/").content.decode())
    assert "Work of many: figures" in told
    assert door.teacher.name in told
    assert "Maya Ferreira-Lund" in told
    assert "A record that is not open to you" not in told
    assert re.search(r"Grace Tan\s*What\s*Sign in\s*signed in", told)
    assert door.teacher.name in words(
        client.get("/trail/", {"words": door.teacher.name.split()[0]}).content.decode()
    )
    assert "Nothing found" in words(client.get("/trail/", {"words": "nobody of that name"}).content.decode())
    assert "Nothing found" in words(client.get("/trail/", {"verb": "exported"}).content.decode())
    day = today() - timedelta(days=1)
    long_ago = {"until-day": day.day, "until-month": day.month, "until-year": day.year}
    assert "Nothing found" in words(client.get("/trail/", long_ago).content.decode())
    assert "There is a problem" in words(client.get("/trail/", {"since-day": "40"}).content.decode())
    assert client.get("/trail/", {"older": "rubbish"}).status_code == 200


def test_the_trail_goes_on_page_by_page() -> None:
    lead = make_practitioner("quality-lead", name="Grace Tan")
    with as_practitioner(lead):
        for n in range(60):
            record(Verb.SEARCHED, "web.trail", found=n)
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(lead.user)
    first = client.get("/trail/", {"verb": "searched"}).content.decode()
    assert first.count("searched</") >= 50
    (older,) = re.findall(r'href="([^"]+older=[^"]+)"', first)
    assert 10 <= client.get(older.replace("&amp;", "&")).content.decode().count("searched</") < 50


def test_nobody_else_reads_the_whole_trail() -> None:
    door = make_front_door()
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(door.manager.user)
    assert client.get("/trail/").status_code == 403
