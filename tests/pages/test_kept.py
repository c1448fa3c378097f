"""What is typed and not sent is there again: each form that keeps it shows it when its page is opened anew."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest
from django.db import transaction
from django.test import Client

from .test_every_page import address, own_routes
from .test_typed_text import FORMS, Shown, of_enquiries, to_be_decided
from .world import World

pytestmark = pytest.mark.django_db

WRITERS = ("decider", "manager", "administrator", None)
#: Their pages keep a draft of their own under a key, which their journeys go through.
KEEPS_OTHERWISE = ("records",)


class Kept(HTMLParser):
    """The forms of a page that keep what is typed: to where, what is typed and what is chosen in each."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self._fields: dict[str, str] | None = None
        self._select = ""
        self.feed(page.partition("<main")[2])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, kind, value = given.get("name") or "", given.get("type") or "text", given.get("value") or ""
        if tag == "form":
            self._fields = {} if given.get("data-autosave-url") else None
            if self._fields is not None:
                self.forms.append((given["data-autosave-url"] or "", self._fields))
        elif self._fields is None or name == "csrfmiddlewaretoken":
            return
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and value:
            self._fields.setdefault(self._select, value)
        elif name and (tag == "textarea" or (tag == "input" and kind == "text")):
            self._fields[name] = f"Typed {len(self._fields)}"
        elif name and tag == "input" and kind == "hidden":
            self._fields[name] = value
        elif name and tag == "input" and kind in ("radio", "checkbox"):
            self._fields.setdefault(name, value)


def not_there_again(client: Client, path: str) -> tuple[list[str], int]:
    """What the forms of the page at that address kept and do not show again, and how many forms were kept."""
    page = client.get(path)
    if page.status_code != 200 or not page["Content-Type"].startswith("text/html"):
        return [], 0
    wrong, kept = [], 0
    for to, fields in Kept(page.content.decode()).forms:
        typed = {name: words for name, words in fields.items() if words.startswith("Typed ")}
        if not typed:
            continue
        kept += 1
        with transaction.atomic():
            answer = client.post(to, fields)
            again = client.get(path)
            transaction.set_rollback(True)
        if answer.status_code != 200:
            wrong.append(f"{path}: keeping it answers {answer.status_code}")
            continue
        shown = {unescape(value).strip() for value in Shown(again.content.decode()).values.values()}
        gone = [name for name, words in typed.items() if words not in shown]
        if gone:
            wrong.append(f"{path}: not there again {gone}")
    return wrong, kept


@pytest.mark.timeout(600)
@pytest.mark.obligation("REC-12")
def test_what_a_page_has_kept_is_there_when_it_is_opened_again(world: World) -> None:
    wrong: set[str] = set()
    seen: set[str] = set()
    people = {**world.people, "decider": world.door.decider, "manager": world.door.manager}
    for who in WRITERS:
        client = world.client(people[who] if who else None)
        client.get("/")
        for name in own_routes():
            if name.partition(":")[0] in KEEPS_OTHERWISE:
                continue
            for place in FORMS.get(name, [{}]):
                path = address(name, replace(world, places={**world.places, **place}), world.known)
                if path not in seen:
                    found, kept = not_there_again(client, path)
                    wrong.update(found)
                    seen |= {path} if kept else set()
    case, places = to_be_decided()
    manager = Client(headers={"user-agent": "Tests"})
    manager.force_login(case.manager.user)  # type: ignore[arg-type]
    found, kept = not_there_again(manager, of_enquiries("strategy", places))
    wrong.update(found)
    assert kept
    assert not wrong, "\n".join(sorted(wrong))
    assert len(seen) > 60, "most forms are kept"
