"""No page asks for each row, and none asks more often than it may."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.children.actions import record_adult, tie
from sightline.children.rules import Birth, Names, NewAdult, NewTie
from sightline.children.terms import Kinship
from sightline.concerns.tests.factories import raised_by
from sightline.kernel.time import now
from sightline.meetings.actions import Invitee, call, invite
from sightline.meetings.terms import Purpose
from sightline.procedures.actions import Opening, open_duties
from sightline.records.actions import sign_entry
from sightline.records.terms import EntryKind

from .test_every_page import QUERIES, address, asked, own_routes
from .world import World

pytestmark = pytest.mark.django_db


def test_a_page_costs_the_same_with_one_row_and_with_sixty(world: World) -> None:
    """No page asks for each row."""
    readers: list[Practitioner] = [
        world.door.decider, world.door.teacher, world.door.manager, world.people["administrator"],
        world.people["quality-lead"],
    ]  # fmt: skip
    with as_practitioner(world.door.decider):
        grow_family_meetings_and_duties(world, 1)
    few = costs(world, readers)
    for _ in range(58):
        raised_by(world.door.teacher)
    with as_practitioner(world.door.decider):
        for n in range(59):
            sign_entry({world.known.folder_id: f"Entry {n}."}, kind=EntryKind.NOTE, happened_at=now())
        grow_family_meetings_and_duties(world, 12)
    team = world.door.team
    for _ in range(20):
        make_practitioner(team=team, sign_in=False)
    many = costs(world, readers)
    wrong = [f"{key}: {n} with one row, {many[key]} with sixty" for key, n in few.items() if many[key] > n]
    wrong += [f"{key}: {n} queries" for key, n in many.items() if n > QUERIES]
    assert not wrong, "\n".join(wrong)


def grow_family_meetings_and_duties(world: World, many: int) -> None:
    """So many more of each: relatives with what ties them, meetings to which somebody is invited, open duties."""
    folder_id = world.known.folder_id
    for n in range(many):
        aunt = record_adult(folder_id, NewAdult(Names(f"Aunt {many} {n}", "Ferreira"), Birth()))
        tie(folder_id, NewTie(aunt, Kinship.AUNT_OR_UNCLE))
        meeting = call(Purpose.PROFESSIONALS, [folder_id], now() + timedelta(days=2 + n), place="Room 4")
        invite(meeting, Invitee.practitioner(world.door.teacher.pk, opens=True))
    owner, team = world.door.decider.pk, world.door.team.pk
    open_duties(
        [Opening(folder_id, "plan_action", now(), uuid4(), "/", owner, team) for _ in range(many)],
    )  # fmt: skip


def costs(world: World, readers: list[Practitioner]) -> dict[str, int]:
    found = {}
    for who in readers:
        client = world.client(who)
        client.get("/")
        for name in own_routes():
            response, queries = asked(client, address(name, world, world.known))
            # A file that is taken is no page: it is written down as a copy.
            if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
                found[f"{name} as {who.name}"] = queries
    return found
