"""Every route, as everybody: who is let in, what the refused are told, and what a page must always be.

A route whose ids are not in the world fails: a new page is walked from its first day.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sightline.agencies.gate import PUBLIC, SIGNED_IN
from sightline.agencies.queries import acting_as
from sightline.agencies.rules import permitted
from sightline.agencies.terms import Permission
from sightline.agencies.tests.factories import as_practitioner

from .scripts import needing_scripts
from .world import Records, World, routes

pytestmark = pytest.mark.django_db

#: A page never asks the database more often than this, however much it shows.
QUERIES = 25
#: Where a transaction and who is looking begin and end: the same two of each around every page.
BOUNDARIES = ("SAVEPOINT", "RELEASE SAVEPOINT", "BEGIN", "COMMIT", "SELECT set_config('sightline.viewer'")
#: At most once a minute, whichever page it falls on: the session goes on.
STILL_HERE = 'UPDATE "django_session"'
#: What differs from one asking to the next: texts, ids, numbers, the names of savepoints.
VALUES = re.compile(r"'(?:[^']|'')*'(?:::\w+)?|\b\d+(?:\.\d+)?\b|\"s\d+_x\d+\"")
ROUTES = routes()
#: Parts of a page and answers to scripts, which are no page of their own.
PARTS = {"concerns:board_rows"}
#: Stylesheets, which a browser may keep.
KEPT_BY_BROWSERS = {"govuk:colour"}
#: As whom every page is looked at for what needs a script: who reads and decides, who answers for others, who keeps
#: people and rotas; and nobody.
WITHOUT_SCRIPTS = {"front-door-decision-manager", "team-manager", "quality-lead", "administrator", ""}
#: Routes of a child, a concern or a duty: what they refuse says nothing about why.
OF_SOMEBODY = {
    "folder_id", "concern_id", "duty_id", "draft_id", "notice_id", "grant_id", "emergency_id", "contribution_id",
    "asked_id",
    "meeting_id", "action_id",
}  # fmt: skip


def own_routes() -> list[str]:
    return [name for name, route in ROUTES.items() if hasattr(route.view, "permission")]


def address(name: str, world: World, records: Records) -> str:
    have, wanted = world.arguments(records), ROUTES[name].wanted
    assert wanted <= set(have), f"{name}: give the world its {sorted(wanted - set(have))}"
    return reverse(name, kwargs={key: have[key] for key in wanted})


class Looked(HTMLParser):
    """What a page has that it must have or must not have."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.title, self.headings, self._in_title = "", 0, False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.headings += tag == "h1"
        self._in_title = tag == "title" and not self.title
        if tag == "style" or "style" in given:
            self.found.append(f"inline style in <{tag}>")
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.found.append("inline script")
        self.found += [f"{name} in <{tag}>" for name in given if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title, self._in_title = data.strip(), False


def is_page(name: str, response: HttpResponse) -> bool:
    """Whether the answer is a page of its own, and no part of one or a file."""
    return response.headers.get("Content-Type", "").startswith("text/html") and name not in PARTS


def wrong_with(name: str, response: HttpResponse) -> list[str]:
    """What any answer of the program must not be, in words."""
    wrong = []
    if response.status_code >= 500:
        wrong.append(f"answered {response.status_code}")
    policy = response.headers.get("Content-Security-Policy", "")
    if not policy or "unsafe" in policy:
        wrong.append(f"policy {policy!r}")
    if name not in KEPT_BY_BROWSERS and "no-store" not in response.headers.get("Cache-Control", ""):
        wrong.append(f"kept: {response.headers.get('Cache-Control')}")
    if is_page(name, response) and response.status_code in (200, 400, 403, 404, 409, 429):
        looked = Looked(response.content.decode())
        wrong += looked.found
        if not looked.title:
            wrong.append("no title")
        if looked.headings != 1:
            wrong.append(f"{looked.headings} first headings")
    return wrong


def without_tokens(response: HttpResponse) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())


def asked(client: Client, path: str) -> tuple[HttpResponse, int]:
    """The answer and how many queries it took, with the once-a-minute ones of the session done before."""
    response, statements = told(client, path)
    return response, len(statements)


def told(client: Client, path: str) -> tuple[HttpResponse, list[str]]:
    """The answer, and what the database was asked for it, in order and without the values."""
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path)
    statements = [
        one["sql"]
        for one in captured.captured_queries
        if not one["sql"].startswith((*BOUNDARIES, STILL_HERE))
    ]
    return response, [VALUES.sub("?", each) for each in statements]


def test_every_route_has_an_address_here(world: World) -> None:
    for name in ROUTES:
        address(name, world, world.known)


def test_every_page_as_everybody(world: World) -> None:
    """Nobody meets an error; who lacks the permission is told why; who is signed out is led to the sign-in. All that
    can be pressed does something without scripts."""
    wrong: list[str] = []
    for role, who in {"": None, **world.people}.items():
        client = world.client(who)
        # What a session asks once a minute is asked now and stands: each page below is rolled back.
        client.get("/")
        with as_practitioner(who) if who else transaction.atomic():
            acting = acting_as(who.pk) if who else None
        for name, route in ROUTES.items():
            permission = getattr(route.view, "permission", PUBLIC)
            if permission == PUBLIC and role not in ("", "social-worker"):
                continue  # the same for everybody with a sign-in
            path = address(name, world, world.known)
            with transaction.atomic():
                response = client.get(path)
                transaction.set_rollback(True)
            met = wrong_with(name, response)
            if role in WITHOUT_SCRIPTS and is_page(name, response) and response.status_code == 200:
                met += needing_scripts(name, path, response)
            wrong += [f"{name} as {role or 'nobody'}: {w}" for w in met]
            if not hasattr(route.view, "permission") or response.status_code == 405:
                continue
            status = response.status_code
            if permission == PUBLIC:
                fine = status in (200, 302, 404)
            elif who is None:
                fine = status == 302 and response.headers["Location"].startswith("/sign-in/login/?next=")
            elif isinstance(permission, Permission) and not permitted(acting, permission):
                fine = status == 403 and len(re.findall("<p", response.content.decode())) > 0
            else:
                # Who may read a record and not write in it is told so; whoever may not read it learns nothing.
                told = status == 403 and permission in (SIGNED_IN, Permission.WRITE_FOLDER)
                fine = status in (200, 302, 404) or told
            if not fine:
                wrong.append(f"{name} as {role or 'nobody'}: {status}")
    assert wrong == []
