"""The right role and the wrong child: what is sealed, foreign or invented is one and the same page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import zip_longest
from typing import Any

import pytest
from django.db import connection

from sightline.access.tests.factories import let_in

from .test_every_page import OF_SOMEBODY, ROUTES, address, own_routes, told, without_tokens
from .world import Records, World

pytestmark = pytest.mark.django_db

#: The pages of a child whose record one may not open; every other page of such a record leads to the first.
POINTER = {"matching:pointer", "matching:emergency"}


@pytest.mark.obligation("REC-18")
def test_sealed_foreign_and_invented_look_the_same(world: World, owning: Callable[[], Any]) -> None:
    """The right role and the wrong child: one page, the same questions to the database, the refusal on the trail.

    A child whose pointer they may see is no secret: whatever page of the record they ask for, they are shown that.
    """
    invented = Records.invented()
    wrong, pointed = [], 0
    for who in (world.people["social-worker"], world.people["records-officer"], world.door.stranger):
        client = world.client(who)
        client.get("/")
        for name in own_routes():
            wanted = ROUTES[name].wanted
            if not wanted & OF_SOMEBODY:
                continue
            before = refusals(owning)
            sealed, sealed_queries = told(client, address(name, world, world.sealed))
            nothing, nothing_queries = told(client, address(name, world, invented))
            foreign, foreign_queries = told(client, address(name, world, world.known))
            reads = sealed.status_code != 405
            if not reads:
                sealed, nothing, foreign = (
                    client.post(address(name, world, which), {"act": "take_up", "words": "Because."})
                    for which in (world.sealed, invented, world.known)
                )
                sealed_queries = nothing_queries = foreign_queries = []
            if nothing.status_code == 403:
                continue  # not their page at all
            where = f"{name} as {who.name}"
            if (sealed.status_code, nothing.status_code) != (404, 404):
                wrong.append(f"{where}: sealed {sealed.status_code}, invented {nothing.status_code}")
            elif without_tokens(sealed) != without_tokens(nothing):
                wrong.append(f"{where}: sealed and invented differ")
            if sealed_queries != nothing_queries:
                wrong.append(
                    f"{where}: {differ(sealed_queries, nothing_queries)} for sealed and for invented"
                )
            if name in POINTER:
                pass
            elif reads and "folder_id" in wanted:
                pointed += 1
                if foreign.headers.get("Location") != address("matching:pointer", world, world.known):
                    wrong.append(f"{where}: foreign {foreign.status_code}, and not to the pointer")
            else:
                if foreign.status_code != 404 or without_tokens(foreign) != without_tokens(nothing):
                    wrong.append(f"{where}: foreign {foreign.status_code}")
                if foreign_queries != nothing_queries:
                    wrong.append(
                        f"{where}: {differ(foreign_queries, nothing_queries)} for foreign and for invented"
                    )
            if refusals(owning) - before < 2:
                wrong.append(f"{where}: not on the trail")
    assert wrong == []
    assert pointed > 100


@pytest.mark.obligation("REC-18")
def test_nothing_is_sent_to_a_record_of_which_one_sees_the_pointer(
    world: World, owning: Callable[[], Any]
) -> None:
    """The page leads to the pointer, with whom to ask; what is sent there is refused, and both are on the trail."""
    who = world.people["social-worker"]
    client = world.client(who)
    shown = client.get(address("web:decisions", world, world.known), follow=True)
    assert shown.status_code == 200
    page = shown.content.decode()
    assert "Why you do not see more" in page
    assert "Open the record in an emergency" in page
    for name in ("records:write", "voice:hear", "children:tie", "documents:add"):
        before = refusals(owning)
        sent = client.post(address(name, world, world.known), {"words": "I was there."})
        assert sent.status_code == 404, name
        assert refusals(owning) == before + 1, name


#: Ids that name something within a record, and not the record.
WITHIN = {
    "concern_id", "part_id", "decision_id", "screening_id", "duty_id", "entry_id", "statement_id", "tie_id", "row_id",
    "document_id", "map_id", "view_id", "matter_id", "assessment_id", "contribution_id", "meeting_id",
    "invitation_id", "plan_id", "person_id", "access_id", "item_id",
}  # fmt: skip


@pytest.mark.obligation("REC-18")
def test_what_stands_in_another_record_is_not_there_in_ones_own(world: World) -> None:
    """An entry, a document, a concern asked for in a record that is open: sealed and invented ones answer alike,
    after the same questions to the database."""
    who = world.people["social-worker"]
    let_in(world.known.folder_id, who)
    client = world.client(who)
    client.get("/")
    invented = Records.invented()
    wrong, compared = [], 0
    for name in own_routes():
        wanted = ROUTES[name].wanted
        if "folder_id" not in wanted or not wanted & WITHIN:
            continue
        sealed, nothing = (
            told(
                client,
                address(
                    name, world, replace(world.known, **{key: getattr(which, key) for key in wanted & WITHIN})
                ),
            )
            for which in (world.sealed, invented)
        )
        if nothing[0].status_code in (403, 405):
            continue
        compared += 1
        if sealed[0].status_code != 404 or without_tokens(sealed[0]) != without_tokens(nothing[0]):
            wrong.append(f"{name}: sealed {sealed[0].status_code}, invented {nothing[0].status_code}")
        if sealed[1] != nothing[1]:
            wrong.append(f"{name}: {differ(sealed[1], nothing[1])} for sealed and for invented")
    assert wrong == []
    assert compared > 20


def differ(one: list[str], other: list[str]) -> str:
    """Where two lists of statements part."""
    for n, (here, there) in enumerate(zip_longest(one, other, fillvalue="nothing")):
        if here != there:
            return f"question {n + 1} is {here[:200]!r} and {there[:200]!r}"
    return "the same"


def refusals(owning: Callable[[], Any]) -> int:
    with owning(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_event WHERE verb = 'refused'")
        return int(cursor.fetchone()[0])


def test_an_unknown_address_is_the_same_page(world: World) -> None:
    client = world.client(world.people["social-worker"])
    unknown, refused = client.get("/no/such/page/"), client.get(address("web:record", world, world.sealed))
    assert unknown.status_code == refused.status_code == 404
    assert without_tokens(unknown) == without_tokens(refused)
