"""What is no number where a page sends one: the number of a list's page, a version, a place on a form."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

import sightline
from sightline.concerns.tests.factories import make_front_door

from .test_every_page import address, wrong_with
from .world import World

#: "²" is a digit to `str.isdigit` and no number to `int`, which takes no more than 4,300 digits either; no list has a
#: page 0; the last is more than the database counts to.
NO_NUMBER = ("²", "9" * 5000, "0", "-1", "99999999999999999999")
#: Lists that come a page at a time.
LISTS = (
    "web:home", "web:team", "web:supervision", "concerns:board", "concerns:board_rows", "matching:find",
    "chronology:child", "chronology:family", "voice:child", "documents:list", "archive:items", "archive:disposals",
    "meetings:mine", "plans:actions",
)  # fmt: skip
#: Forms, with what their buttons and hidden fields send: each of them alone.
SENT = {
    "concerns:step": ("remove",),
    "concerns:decide": ("take_over", "look", "version"),
    "concerns:act": ("version",),
    "concerns:answer": ("version",),
    "records:write": ("version",),
    "records:correct": ("version", "seen"),
    "records:contribute": ("version",),
    "voice:hear": ("version",),
    "web:duty": ("seen",),
    "agencies:agency": ("seen",),
    "documents:draw": ("marks", "front.x", "front.y"),
    "enquiries:section": ("number",),
    "enquiries:send": ("version",),
    "meetings:hold": ("version",),
    "plans:close": ("as_of",),
}


#: Who comes to every one of them, between them.
ROLES = (
    "front-door-decision-manager", "team-manager", "records-officer", "administrator", "quality-lead",
    "designated-safeguarding-lead",
)  # fmt: skip


@pytest.mark.django_db
def test_what_is_no_number_is_no_error(world: World) -> None:
    """A page of a list is a page all the same, and a form is taken or refused."""
    clients = [world.client(world.people[role]) for role in ROLES]
    assert _lists(world, clients) + _forms(world, clients) == []


def _lists(world: World, clients: list[Client]) -> list[str]:
    wrong = []
    for name in LISTS:
        path = address(name, world, world.known)
        client = next((c for c in clients if c.get(path).status_code == 200), None)
        assert client is not None, name
        for number in NO_NUMBER:
            names = ("page", "agreed", "actions", "n", "number", "version")
            shown = client.get(path, dict.fromkeys(names, number))
            wrong += [f"{name} with {number[:20]}: {w}" for w in wrong_with(name, shown)]
            # A page beyond the end may lead to the first.
            if shown.status_code not in (200, 302):
                wrong.append(f"{name} with {number[:20]}: {shown.status_code}")
    return wrong


def takes(client: Client, path: str) -> bool:
    """Whether this person comes to the form: to it, or on to the first step in it, or only what is sent goes there."""
    answer = client.get(path)
    return answer.status_code in (200, 405) or answer.headers.get("Location", "").startswith(path)


def _forms(world: World, clients: list[Client]) -> list[str]:
    wrong = []
    for name, fields in SENT.items():
        path = address(name, world, world.known)
        client = next((c for c in clients if takes(c, path)), None)
        assert client is not None, name
        for number in NO_NUMBER:
            for field in fields:
                response = client.post(path, {"act": "save", field: number})
                wrong += [f"{name}, {field} {number[:20]}: {w}" for w in wrong_with(name, response)]
    return wrong


@pytest.mark.django_db
def test_whoever_is_worried_takes_out_one_who_is_there_and_nobody_else(client: Client) -> None:
    make_front_door()
    client.raise_request_exception = False
    assert client.post("/worried/").status_code == 302
    child = {"given": "Maya", "family": "Lund", "school": "Northmoor Primary"}
    client.post("/worried/children/0/", child)
    for number in (*NO_NUMBER[:2], *NO_NUMBER[3:], "7", "x"):
        response = client.post("/worried/children/", {"remove": number})
        assert (response.status_code, response.headers.get("Location")) == (302, "/worried/children/")
        assert "Maya" in client.get("/worried/children/").content.decode()
    client.post("/worried/children/", {"remove": "0"})
    assert "Maya" not in client.get("/worried/children/", follow=True).content.decode()
    for number in NO_NUMBER[1::3]:
        assert client.get(f"/worried/children/{number}/").status_code == 404


ROOT = Path(sightline.__file__).parent


def read_otherwise(tree: ast.AST) -> Iterator[int]:
    """Lines of a page that ask text itself whether it is a number."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr="isdigit" | "isdecimal" | "isnumeric"):
                yield node.lineno


def test_pages_read_a_number_in_one_way() -> None:
    assert list(read_otherwise(ast.parse("a\nb.isdigit()\nwhole_number(c)"))) == [2]
    pages: list[Any] = [p for p in ROOT.rglob("*.py") if "pages" in p.relative_to(ROOT).parts]
    assert len(pages) > 50
    wrong = [f"{p.relative_to(ROOT)}:{at}" for p in pages for at in read_otherwise(ast.parse(p.read_text()))]
    assert wrong == []
