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
from sightline.audit.actions import event, record, record_list, record_many
from sightline.audit.queries import who_looked
from sightline.audit.terms import Verb
from sightline.children.queries import names_of_folders
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


NOT_PRINTED = "This page was not printed."


@pytest.mark.obligation("REC-18")
def test_a_page_printed_with_the_browser_stands_among_who_has_looked() -> None:
    door = make_front_door()
    folder = raised_by(door.teacher).folder_ids[0]
    client = Client(headers={"user-agent": "Tests"})
    assert door.decider.user is not None
    client.force_login(door.decider.user)
    client.post(f"/child/{folder}/print/?page=/child/{folder}/voice/", {"purpose": "The core group"})
    shown = client.get(f"/child/{folder}/voice/", follow=True).content.decode()
    (told,) = re.findall(r'data-print-told="([^"]+)"', shown)
    assert client.post(told, {"page": f"/child/{folder}/voice/"}).status_code == 204
    looked = words(client.get(f"/child/{folder}/looked/", follow=True).content.decode())
    assert re.search(r"Voice[^A-Z]*printed", looked)
    for other in ("", "/nowhere/", "/team/"):
        assert client.post(told, {"page": other}).status_code == 404
    client.force_login(make_practitioner("social-worker").user)  # type: ignore[arg-type]
    assert client.post(told, {"page": f"/child/{folder}/voice/"}).status_code == 404


@pytest.mark.obligation("FIL-06")
def test_a_page_is_printed_once_it_is_said_what_for_and_stands_among_the_copies() -> None:
    door = make_front_door()
    folder = raised_by(door.teacher).folder_ids[0]
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(door.decider.user)  # type: ignore[arg-type]
    for page in ("", "voice/", "voice/needs/", "voice/rights/", "voice/for-you/"):
        there = f"/child/{folder}/{page}"
        shown = client.get(there).text
        assert "data-print hidden" not in shown
        (asks,) = re.findall(rf'href="(/child/{folder}/print/[^"]+)"', shown)
        form = client.get(asks).text
        assert "What is it needed for?" in form
        assert "Say what it is needed for" in client.post(asks, {}).text
        sent = {"purpose": f"The core group, {page or 'overview'}"}
        assert NOT_PRINTED in shown
        assert client.post(asks, sent).headers["Location"] == f"{there}#print"
        # It prints as it is shown now. Opened again, or from its address alone, it asks again.
        assert NOT_PRINTED not in client.get(there).text
        assert NOT_PRINTED in client.get(there).text
    for page in ("people/", "copies/", "chronology/"):
        shown = client.get(f"/child/{folder}/{page}", follow=True).text
        assert NOT_PRINTED in shown
        assert "data-print-told" not in shown
    assert NOT_PRINTED not in client.get("/team/").text
    copies = client.get(f"/child/{folder}/copies/", follow=True).text
    assert "Printed. The core group, voice/needs/" in copies
    assert "the eight needs" in copies.lower()
    for other in ("/team/", "/nowhere/", f"/child/{folder}/write/", "https://elsewhere.example/"):
        assert client.get(f"/child/{folder}/print/", {"page": other}).status_code == 404
    client.force_login(make_practitioner("social-worker").user)  # type: ignore[arg-type]
    shut = client.get(f"/child/{folder}/print/", {"page": f"/child/{folder}/voice/"})
    assert shut.headers["Location"] == f"/child/{folder}/pointer/"


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


def pages_of(client: Client, path: str) -> list[str]:
    """This page and all that come after it, by its own links."""
    pages = [client.get(path).content.decode()]
    while older := re.findall(r'href="([^"]+older=[^"]+)"', pages[-1]):
        pages.append(client.get(older[-1].replace("&amp;", "&")).content.decode())
        assert len(pages) < 20
    return pages


@pytest.mark.obligation("REC-18")
def test_however_often_somebody_looked_all_of_it_is_told() -> None:
    door = make_front_door()
    folder = raised_by(door.teacher).folder_ids[0]
    with as_practitioner(door.manager):
        record_many(event(Verb.READ, f"enquiries.page_{n}", folder_id=folder) for n in range(650))
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(door.decider.user)
    pages = pages_of(client, f"/child/{folder}/looked/")
    assert len(pages) >= 4
    told = [n for page in pages for n in re.findall(r"Enquiries: page (\d+)\b", page)]
    assert sorted(map(int, told)) == list(range(650)), "each once, and none left out"
    assert "Concern: raise" in words(pages[-1])
    assert "The latest" in words(pages[-1])
    assert "The latest" not in words(pages[0])
    assert client.get(f"/child/{folder}/looked/", {"older": "rubbish"}).status_code == 200


@pytest.mark.obligation("REC-18")
def test_a_childs_page_tells_of_searches_and_lists_that_showed_the_child() -> None:
    door = make_front_door()
    maya, theo = raised_by(door.teacher).folder_ids
    searcher = make_practitioner("health-visitor", name="Hedda Aske")
    with as_practitioner(searcher):
        record(Verb.SEARCHED, "matching.search", found=2, page=1, folders=[maya], adults=[])
    lister = make_practitioner("team-manager", name="Lotte Brun")
    with as_practitioner(lister):
        record_list("web.team", [theo, maya])
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(door.decider.user)
    on_maya, on_theo = (words(client.get(f"/child/{f}/looked/").content.decode()) for f in (maya, theo))
    assert re.search(r"Hedda Aske.{0,80}Search: was shown on the list ?searched", on_maya)
    assert re.search(r"Lotte Brun.{0,80}My team’s work: was shown on the list ?read", on_maya)
    assert "Hedda Aske" not in on_theo
    assert "Lotte Brun" in on_theo
    with as_practitioner(door.manager):
        seal(theo, "Somebody who works here is family.", [door.manager.pk])
    with as_practitioner(door.decider):
        assert {row.practitioner_id for row in who_looked([theo])} <= {door.decider.pk}, (
            "sealed: own deeds alone"
        )
    outsider = make_practitioner("health-visitor")
    with as_practitioner(outsider):
        assert who_looked([maya, theo]) == []


@pytest.mark.obligation("REC-18")
def test_the_trail_is_narrowed_to_one_child_whose_record_is_open() -> None:
    door = make_front_door()
    shown, other = raised_by(door.teacher).folder_ids
    lead = make_practitioner("quality-lead", name="Grace Tan")
    let_in(shown, lead)
    with as_practitioner(door.manager):
        record(Verb.READ, "web.child", folder_id=other)
        record_list("web.team", [shown])
        number = names_of_folders([shown, other])
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(lead.user)
    looked = client.get(f"/child/{shown}/looked/").content.decode()
    (link,) = re.findall(r'href="(/trail/[^"]+record=[^"]+)"', looked)
    assert link.endswith(number[shown].record)
    told = words(client.get(link).content.decode())
    assert "Concern: raise" in told
    assert re.search(r"My team’s work.{0,10}\s*read; 1 child shown", told)
    assert "A record that is not open to you" not in told
    assert "Sign in" not in told
    refused = words(client.get("/trail/", {"record": number[other].record}).content.decode())
    assert "No record that is open to you has this number." in refused
    made_up = words(client.get("/trail/", {"record": "nothing"}).content.decode())
    assert "No record that is open to you has this number." in made_up
