"""A form that was sent twice, as by a double click or a reload, is done once: whatever a form takes, it takes once."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from sightline.agencies.models import Practitioner
from sightline.kernel.time import today

from .garbage import WRITTEN_ANYWAY, writes
from .test_every_page import address, own_routes
from .test_typed_text import SEVERAL, Typed
from .world import World

pytestmark = pytest.mark.django_db

#: Beside drafts and the trail: what says that a page was shown, and what tells somebody.
NOT_THE_DEED = WRITTEN_ANYWAY | {"procrastinate_jobs", "procrastinate_events"}


def answered(page: str, pressed: dict[str, str], prefix: str, ahead: int) -> dict[str, str]:
    """An answer to every question of a page: words, the first of every choice, a day so far ahead."""
    fields = Typed(page)
    (token, *_) = re.findall(r'name="csrfmiddlewaretoken" value="(\w{64})"', page) or [""]
    day = today() + timedelta(days=ahead)
    sent = {"csrfmiddlewaretoken": token, **fields.hidden, **fields.chosen, **pressed}
    for name in fields.typed:
        if name.startswith(prefix):
            part = name.rpartition("-")[2]
            sent[name] = str(getattr(day, part)) if part in ("day", "month", "year") else f"Words for {name}"
            if part == "time":
                sent[name] = "00:01"
    return sent


def done_twice(world: World, who: Practitioner) -> tuple[list[str], int]:
    """The forms that do again what they did when they are sent a second time, and how many were taken at all."""
    client = world.client(who)
    client.get("/")
    wrong, taken = [], 0
    for name in own_routes():
        for pressed, prefix in SEVERAL.get(name, [({}, "")]):
            path = address(name, world, world.known)
            page = client.get(path)
            if page.status_code != 200 or not page["Content-Type"].startswith("text/html"):
                continue
            for ahead in (0, -1, 1):
                sent: dict[str, Any] = answered(page.content.decode(), pressed, prefix, ahead)
                with transaction.atomic():
                    if client.post(path, sent).status_code != 302:
                        transaction.set_rollback(True)
                        continue
                    taken += 1
                    first = writes()
                    again = client.post(path, sent)
                    more = deeds(writes() - first)
                    transaction.set_rollback(True)
                if more:
                    wrong.append(f"{name}: {again.status_code}, again {dict(more)}")
                break
    return wrong, taken


def deeds(written: Counter[str]) -> Counter[str]:
    return Counter({table: n for table, n in written.items() if table not in NOT_THE_DEED})


@pytest.mark.parametrize("role", ["decider", "manager", "administrator"])
def test_whatever_a_form_takes_it_takes_once(world: World, role: str) -> None:
    people = {**world.people, "decider": world.door.decider, "manager": world.door.manager}
    wrong, taken = done_twice(world, people[role])
    assert not wrong, "\n".join(wrong)
    assert taken > 3, "enough are taken as they are filled in here"
