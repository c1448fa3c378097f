"""No page leads somebody to a page that then says no: links and buttons stand there for those who may use them."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.db import transaction
from django.urls import Resolver404, resolve

from sightline.agencies.gate import PUBLIC
from sightline.agencies.queries import acting_as
from sightline.agencies.rules import permitted
from sightline.agencies.terms import Permission
from sightline.agencies.tests.factories import as_practitioner

from .test_every_page import ROUTES, address
from .world import World

pytestmark = pytest.mark.django_db
#: Who reads a record without writing in it, who sees the front door without deciding, and who answers for others.
WALKERS = (
    "health-visitor", "police-front-door-officer", "front-door-decision-manager", "team-manager",
    "records-officer", "quality-lead",
)  # fmt: skip


class Leads(HTMLParser):
    """Where the links of a page lead, and where its forms send."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.forms: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.links.add(str(given["href"]))
        elif tag == "form" and given.get("method") == "post":
            self.forms.add(given.get("action") or "")


def _led_to(url: str) -> tuple[str, object]:
    """The name of the route at an address of ours, and the permission that it asks for."""
    try:
        found = resolve(urlsplit(url).path)
    except Resolver404:
        return "", PUBLIC
    return found.view_name or "", getattr(found.func, "permission", PUBLIC)


@pytest.mark.timeout(900)
def test_nobody_is_led_to_a_page_that_says_no(world: World) -> None:
    wrong: set[str] = set()
    followed = 0
    for role in WALKERS:
        who = world.people[role]
        client = world.client(who)
        client.get("/")
        with as_practitioner(who):
            acting = acting_as(who.pk)
        asked: set[str] = set()
        for name, route in ROUTES.items():
            permission = getattr(route.view, "permission", PUBLIC)
            if permission is PUBLIC or (
                isinstance(permission, Permission) and not permitted(acting, permission)
            ):
                continue
            path = address(name, world, world.known)
            with transaction.atomic():
                page = client.get(path)
                transaction.set_rollback(True)
            if page.status_code != 200 or not page["Content-Type"].startswith("text/html"):
                continue
            leads = Leads(page.content.decode())
            for link in leads.links | leads.forms:
                url = urljoin(path, link).partition("#")[0]
                there, needed = _led_to(url)
                if not there:
                    continue
                followed += 1
                if isinstance(needed, Permission) and not permitted(acting, needed):
                    wrong.add(f"{name} leads {role} to {there}, which they may not use")
                elif needed is Permission.WRITE_FOLDER and link in leads.links and there not in asked:
                    # Whether they may write is a matter of this record as well as of their role.
                    asked.add(there)
                    with transaction.atomic():
                        answer = client.get(url)
                        transaction.set_rollback(True)
                    if answer.status_code == 403:
                        wrong.add(f"{name} leads {role} to {there}: they may not write there")
    assert not wrong, "\n".join(sorted(wrong))
    assert followed > 500
