"""The page of all decisions on a child."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from sightline.access.tests.factories import let_in
from sightline.agencies.tests.factories import as_practitioner
from sightline.concerns.tests.factories import make_front_door, raised_by
from sightline.procedures.queries import pack_in_force
from sightline.records.actions import Deciding, decide
from sightline.records.terms import DecisionKind
from sightline.voice.actions import Wishes, have_regard, take_back
from sightline.voice.terms import Power
from sightline.voice.tests.factories import heard
from sightline.web.pages.child import DECISIONS

from .test_work import signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.obligation("REC-08")
@pytest.mark.obligation("STR-05")
def test_every_decision_stands_on_a_page_and_its_address_leads_there() -> None:
    door = make_front_door()
    folder = raised_by(door.teacher).folder_ids[0]
    let_in(folder, door.manager)
    pack = pack_in_force()
    with as_practitioner(door.manager):
        made = decide(
            [
                Deciding(
                    folder,
                    DecisionKind.MATCH,
                    f"Outcome {n}",
                    "Two people who know her say so, and she does.",
                    pack.name,
                    pack.version,
                )
                for n in range(DECISIONS * 2 + 1)
            ]
        )
    client = signed_in(door.manager)
    address = reverse("web:decisions", args=[folder])
    shown = [client.get(f"{address}?page={n}").text for n in (1, 2, 3)]
    assert [len(re.findall(r'id="decision-', page)) for page in shown] == [DECISIONS, DECISIONS, 1]
    assert all(f">{len(made)}</span>" in page for page in shown)
    assert shown[0].count("the definition in force that day") == DECISIONS
    assert f'href="{address}?page=3"' in shown[0]
    for decision in (made[0], made[DECISIONS], made[-1]):
        assert f'id="decision-{decision.id}"' in client.get(f"{address}?decision={decision.id}").text
    assert client.get(f"{address}?page=4").headers["Location"] == address
    for other in ("nothing", str(folder)):
        assert client.get(f"{address}?decision={other}").text.count('id="decision-') == DECISIONS
    # From the timeline, where the oldest of them stands too.
    story = client.get(reverse("chronology:child", args=[folder]) + "?page=2").text
    assert f"{address}?decision={made[0].id}#decision-{made[0].id}" in story


@pytest.mark.obligation("CHD-13")
def test_what_a_child_said_that_a_decision_rests_on_stands_with_it_and_on_the_voice_page() -> None:
    door = make_front_door()
    folder = raised_by(door.teacher).folder_ids[0]
    let_in(folder, door.manager)
    pack = pack_in_force()
    rests_on = heard(folder, door.manager, said="I want mum to pick me up herself.")
    heard(folder, door.manager, said="I like art.")
    with as_practitioner(door.manager):
        deciding = Deciding(folder, DecisionKind.MATCH, "Stays", "She asked for it.", pack.name, pack.version)
        [made] = decide([deciding])
        wishes = Wishes(Power.SECTION_17, [rests_on.id], "She is clear.")
        have_regard(folder, wishes, decision_id=made.id)
    client = signed_in(door.manager)
    where = {name: reverse(name, args=[folder]) for name in ("web:decisions", "voice:child")}
    shown = {name: client.get(address).text for name, address in where.items()}
    for page in shown.values():
        weighed = page[page.index("Section 17") :]
        assert "She is clear." in weighed
        assert "“I want mum to pick me up herself.”" in weighed
        assert "I like art." not in weighed
        assert "taken back since" not in page
    with as_practitioner(door.manager):
        take_back("said", rests_on.id, "Said by her sister.")
    for address in where.values():
        assert "It was taken back since" in client.get(address).text
