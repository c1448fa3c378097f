"""The procedures as they held on any day that an address names, read by anybody."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from sightline.concerns.tests.factories import make_front_door
from sightline.procedures.loader import load_pack, pack_names
from sightline.web.pages.procedures import PARTS

pytestmark = pytest.mark.django_db

#: Before any text, before some, long after all; and what is no day.
DAYS = ("0001-01-01", "2010-01-01", "2999-01-01", "9999-12-31", "2010-02-31", "²", "9" * 5000, "a\x00b", "")


@pytest.mark.obligation("STR-04")
def test_procedures_are_a_page_on_whatever_day(client: Client) -> None:
    make_front_door()
    for on in DAYS:
        for part, _words in PARTS:
            assert client.get("/procedures/", {"on": on, "part": part}).status_code == 200, (on, part)
    for name in pack_names():
        pack = load_pack(name)
        principle = [p.id for p in pack.principles()][:1]
        definition = [d.id for d in pack.definitions(date.max)][:1]
        for on in DAYS[:4]:
            asked = {"on": on, "under": name, "part": "all"}
            assert client.get("/procedures/", asked).status_code == 200, (name, on)
            for kind, ids in (("principle", principle), ("definition", definition)):
                for id in ids:
                    answer = client.get(f"/procedures/{kind}/{id}/", asked)
                    assert answer.status_code in (200, 404), (name, kind, on)
    for under in ("²", "9" * 5000, "elsewhere@00ff", "a\x00b"):
        assert client.get("/procedures/", {"under": under}).status_code == 404


@pytest.mark.obligation("STR-04")
def test_what_did_not_hold_on_a_day_is_said_and_not_shown(client: Client) -> None:
    make_front_door()
    early = client.get("/procedures/", {"on": "2010-01-01", "part": "levels"}).content.decode()
    assert "state nothing on this that was in force on 1 January 2010" in early
    now = client.get("/procedures/", {"part": "levels"}).content.decode()
    assert "state nothing on this" not in now
    whole = client.get("/procedures/", {"on": "2010-01-01", "part": "all"}).content.decode()
    assert 'id="levels"' in whole
    assert 'id="outcomes"' in whole
    assert "this manual states no outcomes" not in whole.lower()
    limits = load_pack("rotherham").limits(date(2010, 1, 1))
    assert limits
    assert all(limit.title in whole for limit in limits)
