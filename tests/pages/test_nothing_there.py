"""The right role and the wrong child: what is sealed, foreign or invented is one and the same page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from .test_every_page import OF_SOMEBODY, POINTER, ROUTES, address, asked, own_routes, without_tokens
from .world import Records, World

pytestmark = pytest.mark.django_db


@pytest.mark.obligation("REC-18")
def test_sealed_foreign_and_invented_look_the_same(world: World, owning: Callable[[], Any]) -> None:
    """The right role and the wrong child: one page, as many queries, and the refusal on the trail."""
    invented = Records.invented()
    wrong = []
    for who in (world.people["social-worker"], world.people["records-officer"], world.door.stranger):
        client = world.client(who)
        client.get("/")
        for name in own_routes():
            wanted = ROUTES[name].wanted
            if not wanted & OF_SOMEBODY:
                continue
            before = refusals(owning)
            sealed, sealed_queries = asked(client, address(name, world, world.sealed))
            nothing, nothing_queries = asked(client, address(name, world, invented))
            foreign, foreign_queries = asked(client, address(name, world, world.known))
            if sealed.status_code == 405:
                sealed, nothing, foreign = (
                    client.post(address(name, world, which), {"act": "take_up", "words": "Because."})
                    for which in (world.sealed, invented, world.known)
                )
                sealed_queries = nothing_queries = foreign_queries = 0
            if nothing.status_code == 403:
                continue  # not their page at all
            told = f"{name} as {who.name}"
            if (sealed.status_code, nothing.status_code) != (404, 404):
                wrong.append(f"{told}: sealed {sealed.status_code}, invented {nothing.status_code}")
            elif without_tokens(sealed) != without_tokens(nothing):
                wrong.append(f"{told}: sealed and invented differ")
            if sealed_queries != nothing_queries:
                wrong.append(f"{told}: {sealed_queries} queries for sealed, {nothing_queries} for invented")
            if name not in POINTER:
                if foreign.status_code != 404 or without_tokens(foreign) != without_tokens(nothing):
                    wrong.append(f"{told}: foreign {foreign.status_code}")
                if foreign_queries != nothing_queries:
                    wrong.append(
                        f"{told}: {foreign_queries} queries for foreign, {nothing_queries} for invented"
                    )
            if refusals(owning) - before < 2:
                wrong.append(f"{told}: not on the trail")
    assert wrong == []


def refusals(owning: Callable[[], Any]) -> int:
    with owning(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_event WHERE verb = 'refused'")
        return int(cursor.fetchone()[0])


def test_an_unknown_address_is_the_same_page(world: World) -> None:
    client = world.client(world.people["social-worker"])
    unknown, refused = client.get("/no/such/page/"), client.get(address("web:record", world, world.sealed))
    assert unknown.status_code == refused.status_code == 404
    assert without_tokens(unknown) == without_tokens(refused)
