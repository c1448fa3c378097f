"""No page asks for each row, and none asks more often than it may."""

from __future__ import annotations

import pytest

from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.concerns.tests.factories import raised_by
from sightline.kernel.time import now
from sightline.records.actions import sign_entry
from sightline.records.terms import EntryKind

from .test_every_page import QUERIES, address, asked, own_routes
from .world import World

pytestmark = pytest.mark.django_db


def test_a_page_costs_the_same_with_one_row_and_with_sixty(world: World) -> None:
    """No page asks for each row."""
    readers: list[Practitioner] = [
        world.door.decider, world.door.teacher, world.people["administrator"], world.people["quality-lead"],
    ]  # fmt: skip
    few = costs(world, readers)
    for _ in range(58):
        raised_by(world.door.teacher)
    with as_practitioner(world.door.decider):
        for n in range(59):
            sign_entry({world.known.folder_id: f"Entry {n}."}, kind=EntryKind.NOTE, happened_at=now())
    team = world.door.team
    for _ in range(20):
        make_practitioner(team=team, sign_in=False)
    many = costs(world, readers)
    wrong = [f"{key}: {n} with one row, {many[key]} with sixty" for key, n in few.items() if many[key] > n]
    wrong += [f"{key}: {n} queries" for key, n in many.items() if n > QUERIES]
    assert wrong == []


def costs(world: World, readers: list[Practitioner]) -> dict[str, int]:
    found = {}
    for who in readers:
        client = world.client(who)
        client.get("/")
        for name in own_routes():
            response, queries = asked(client, address(name, world, world.known))
            if response.status_code == 200:
                found[f"{name} as {who.name}"] = queries
    return found
