"""Whoever is shown a child is on the trail with it: the child's own page, and every list on which the child stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pgtrigger
import pytest
from django.db import transaction

from sightline.access.models import Folder
from sightline.access.tests.factories import let_in
from sightline.agencies.tests.factories import as_practitioner
from sightline.audit.models import AuditEvent
from sightline.children.actions import rename
from sightline.children.models import Tie
from sightline.children.rules import Names
from sightline.concerns.models import PartName
from sightline.kernel.verdicts import NotFound, Refused
from sightline.plans.actions import NeedIn, write_need
from sightline.web.queries.looks import LISTS as NAMED_LISTS

from .test_addresses_everywhere import said
from .test_every_page import address, own_routes
from .world import World

pytestmark = pytest.mark.django_db

#: Who decides, who answers for others, who raised the concern, and who orders the records.
READERS = (
    "front-door-decision-manager", "team-manager", "designated-safeguarding-lead", "records-officer",
)  # fmt: skip


#: Lists of children; with nobody on them they would show nothing of what is tested here.
LISTS = {
    "web:home", "web:team", "web:news", "concerns:board", "concerns:mine", "concerns:own", "concerns:allocate",
    "meetings:mine", "plans:actions", "plans:unmet", "matching:emergency",
}  # fmt: skip


def called(number: int) -> str:
    """A name that nothing else in the program is called."""
    return f"Zq{chr(97 + number % 26)}{chr(97 + number // 26)}ulvo"


@pytest.fixture
def named(world: World, owning: Callable[[], Any]) -> dict[str, UUID]:
    """Every child of the world under a name of their own, in the record and in what was said of them."""
    with owning():
        folders = list(Folder.objects.order_by("number").values_list("id", flat=True))
    found = {called(n): folder for n, folder in enumerate(folders)}
    for name, folder in found.items():
        for who in (world.door.manager, world.door.decider):
            try:
                with as_practitioner(who), transaction.atomic():
                    rename(folder, Names(name, "Ferreira-Lund"))
                break
            except (NotFound, Refused):
                continue
        else:
            pytest.fail(f"nobody names {folder}")
        with owning(), pgtrigger.ignore():
            PartName.objects.filter(folder_id=folder).update(name=f"{name} Ferreira-Lund")
    return found


def told_of(event: AuditEvent) -> set[str]:
    """The folders that a row of the trail names, be it one or a list of them."""
    ids = {str(event.folder_id)} if event.folder_id else set()
    for value in event.detail.values():
        ids |= {str(each) for each in value} if isinstance(value, list) else {str(value)}
    return ids


def brothers_and_sisters_of(folder: UUID) -> set[UUID]:
    """The records in which the child of this one stands by name."""
    return set(Tie.objects.filter(other__folder_id=folder).values_list("folder_id", flat=True))


def shown_untold(
    world: World, role: str, named: dict[str, UUID], owning: Callable[[], Any]
) -> tuple[list[str], set[str]]:
    """Which pages show somebody a child without a row of the trail that names the child's folder, and which
    show any at all."""
    with owning():
        ties = {folder: brothers_and_sisters_of(folder) for folder in named.values()}
    client = world.client(world.people[role])
    client.get("/")
    wrong: list[str] = []
    shown: set[str] = set()
    for route in own_routes():
        with transaction.atomic():
            with owning():
                last = AuditEvent.objects.order_by("-id").values_list("id", flat=True).first()
            response = client.get(address(route, world, world.known))
            page = said(response) if response.status_code == 200 else ""
            with owning():
                rows = list(AuditEvent.objects.filter(id__gt=last))
            told = set().union(*(told_of(row) for row in rows))
            wrong += [
                f"{route} tells the trail of a list {row.what}, which has no name on who has looked"
                for row in rows
                if "folders" in row.detail and row.folder_id is None and row.what not in NAMED_LISTS
            ]
            transaction.set_rollback(True)
        for name, folder in named.items():
            reached = str(folder) in page
            if not reached and name not in page:
                continue
            shown.add(route)
            # A brother whose record is closed to them stands by name in the sister's own, which is told.
            of_another = not reached and any(str(each) in told for each in ties[folder])
            if str(folder) not in told and not of_another:
                wrong.append(f"{route} shows {role} {name} and does not tell the trail")
    return wrong, shown


@pytest.mark.obligation("REC-18")
@pytest.mark.timeout(900)
def test_no_page_shows_a_child_and_keeps_it_from_the_trail(
    world: World, named: dict[str, UUID], owning: Callable[[], Any]
) -> None:
    let_in(world.known.folder_id, world.people["records-officer"])
    with as_practitioner(world.door.decider):
        write_need([world.known.plan_id], NeedIn("Somebody to talk to", unmet_why="No place before May."))
    wrong: list[str] = []
    seen: set[str] = set()
    for role in READERS:
        missing, shown = shown_untold(world, role, named, owning)
        wrong += missing
        seen |= shown
        assert shown, f"{role} is shown nobody"
    assert not wrong, "\n".join(wrong)
    assert seen >= LISTS
