"""The packs that Sightline ships: whole, cited, and each with a result of its own."""

from datetime import date, datetime

import pytest

from sightline.procedures.check import check_packs, run_example
from sightline.procedures.clocks import LONDON, due
from sightline.procedures.loader import load_pack, pack_names
from sightline.procedures.schema import KINDS
from sightline.procedures.show import show
from sightline.procedures.terms import Certainty

TODAY = date(2026, 11, 22)
MANUALS = ["milton-keynes", "north-east-lincolnshire", "nottinghamshire", "rotherham", "working-together-2023"]
PACKS = ["england", *MANUALS]


def test_the_shipped_packs_have_no_fault():
    assert [str(fault) for fault in check_packs()] == []


def test_every_manual_has_its_pack():
    assert pack_names() == sorted(PACKS)


def _examples():
    for name in PACKS:
        for example in load_pack(name).examples:
            yield pytest.param(name, example, id=f"{name}: {example.says}")


@pytest.mark.parametrize(("name", "example"), list(_examples()))
def test_worked_example(name, example):
    assert run_example(load_pack(name), example) == ""


@pytest.mark.parametrize("name", PACKS)
def test_every_value_is_cited_and_says_how_sure_it_is(name):
    pack = load_pack(name)
    for by_id in pack.values.values():
        for versions in by_id.values():
            for value in versions:
                assert value.citation.count(": ") >= 1
                assert value.place in value.citation
                assert bool(value.caveat) is (value.certainty is not Certainty.CONFIRMED)


@pytest.mark.parametrize("name", PACKS)
def test_showing_a_pack_leaves_nothing_out(name):
    pack = load_pack(name)
    text = show(pack, TODAY)
    for kind in KINDS.values():
        for value in pack.all(kind, TODAY):
            assert f"[{value.id}]" in text
    assert pack.version in text
    assert max(len(line) for line in text.splitlines()) <= 140


@pytest.mark.parametrize("name", PACKS)
def test_immediate_danger_has_the_shortest_clock(name):
    pack = load_pack(name)
    start = datetime(2026, 11, 20, 10, tzinfo=LONDON)
    calendar = pack.calendar(TODAY)
    ends = {limit.id: due(start, limit, calendar) for limit in pack.limits(TODAY)}
    assert min(ends, key=ends.__getitem__) == "immediate_danger"
