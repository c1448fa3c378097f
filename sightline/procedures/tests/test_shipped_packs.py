"""The packs that Sightline ships: whole, cited, and each with a result of its own."""

from datetime import date, datetime

import pytest

from sightline.procedures.check import check_packs, run_example
from sightline.procedures.clocks import LONDON, due
from sightline.procedures.loader import load_pack, pack_names
from sightline.procedures.schema import KINDS, Definition
from sightline.procedures.show import show
from sightline.procedures.terms import Certainty, GuidedField

TODAY = date(2026, 11, 22)
MANUALS = [
    "milton-keynes",
    "north-east-lincolnshire",
    "nottinghamshire",
    "rotherham",
    "working-together-2023",
]
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


# -------------------------------------------------------------------------- each manual keeps what is its own


OWN = {
    # pack: (outcomes, may limits be extended, name of level 3, limbs of the definition, name of a review)
    "milton-keynes": (0, False, "Targeted help", 6, "child safeguarding practice review"),
    "north-east-lincolnshire": (2, False, "Targeted help", 4, "child safeguarding practice review"),
    "nottinghamshire": (5, False, "Targeted Early Help", 6, "serious case review"),
    "rotherham": (1, True, "Targeted help", 4, "child safeguarding practice review"),
    "working-together-2023": (4, False, "Targeted help", 6, "child safeguarding practice review"),
}


@pytest.mark.obligation("STR-04")
@pytest.mark.parametrize("name", MANUALS)
def test_one_case_gives_each_pack_its_own_result(name):
    """A concern about a child at level 3, received on a Friday, under each of the five manuals."""
    pack = load_pack(name)
    outcomes, extendable, level, limbs, review = OWN[name]
    assert len(pack.outcomes(TODAY).item) == outcomes
    assert pack.extension("strategy_discussion", TODAY).allowed is extendable
    assert [level.name for level in pack.levels(TODAY).level if level.number == 3] == [level]
    assert len(pack.definition("safeguarding", TODAY).parts) == limbs
    assert pack.called("practice_review", TODAY) == review
    received = datetime(2026, 11, 20, 16, tzinfo=LONDON)
    decided_by = due(received, pack.limit("decision_on_concern", TODAY), pack.calendar(TODAY))
    assert decided_by == datetime(2026, 11, 23, 17, tzinfo=LONDON)


@pytest.mark.obligation("STR-04")
def test_no_two_manuals_are_alike():
    seen = set()
    for name in MANUALS:
        pack = load_pack(name)
        guidance = pack.guidance(GuidedField.FAMILY_KNOWS, TODAY) + pack.guidance(GuidedField.IDENTITY, TODAY)
        seen.add(
            (
                pack.manual.publisher,
                tuple(outcome.id for outcome in pack.outcomes(TODAY).item),
                tuple(principle.heading for principle in pack.principles(TODAY)),
                tuple(text.text for text in guidance),
                pack.levels(TODAY).title,
            )
        )
    assert len(seen) == len(MANUALS)


@pytest.mark.obligation("STR-05")
@pytest.mark.parametrize(
    ("name", "suspected", "online", "mind"),
    [
        ("north-east-lincolnshire", False, False, False),
        ("rotherham", False, False, True),
        ("working-together-2023", True, True, True),
    ],
)
def test_each_manual_defines_in_its_own_terms(name, suspected, online, mind):
    pack = load_pack(name)
    safeguarding = pack.definition("safeguarding", TODAY)
    protection = pack.definition("child_protection", TODAY)
    assert ("suspected" in protection.text) is suspected
    assert ("online" in protection.text) is online
    assert any("mind" in part for part in safeguarding.parts) is mind
    assert safeguarding.document == protection.document == pack.manual


@pytest.mark.obligation("STR-05")
def test_a_definition_of_an_earlier_day_stays_as_it_was():
    england = load_pack("england")
    before, after = date(2023, 12, 14), date(2023, 12, 15)
    assert len(england.definition("safeguarding", before).parts) == 4
    assert len(england.definition("safeguarding", after).parts) == 6
    assert [version.from_ for version in england.history(Definition, "safeguarding")] == [
        date(2018, 7, 4),
        after,
    ]


@pytest.mark.obligation("HLP-02")
@pytest.mark.parametrize("name", PACKS)
def test_levels_of_need_have_descriptors_to_rely_on(name):
    thresholds = load_pack(name).levels(TODAY)
    for level in thresholds.level:
        assert len(level.descriptor) >= 3
        assert thresholds.get(level.id) is level
    if name != "england" and thresholds.certainty is not Certainty.BASELINE:
        assert thresholds.caveat
        assert "Sightline's own" in thresholds.note


@pytest.mark.obligation("HLP-02")
def test_nottinghamshire_names_its_own_threshold_document():
    pack = load_pack("nottinghamshire")
    assert pack.levels(TODAY).title == "Pathway to Provision"
    assert pack.called("threshold_document", TODAY) == "Pathway to Provision"


@pytest.mark.obligation("REC-20")
@pytest.mark.parametrize("name", PACKS)
def test_each_type_of_agency_records_by_its_own_values(name):
    pack = load_pack(name)
    types = {agency.id for agency in pack.agency_types(TODAY)}
    assert {"local_authority", "police", "health", "school", "voluntary", "housing", "probation"} <= types
    for agency in types:
        assert pack.role(pack.recording(agency, TODAY).responsible_role, TODAY).title
        assert pack.late_entry(agency, TODAY).amount > 0
    assert pack.late_entry("police", TODAY).unit != pack.late_entry("school", TODAY).unit


@pytest.mark.obligation("REC-20")
def test_north_east_lincolnshire_alone_speaks_of_recording():
    told = {name: load_pack(name).recording("school", TODAY).certainty for name in MANUALS}
    confirmed = [name for name, certainty in told.items() if certainty is Certainty.CONFIRMED]
    assert confirmed == ["north-east-lincolnshire"]


@pytest.mark.obligation("WRK-04")
@pytest.mark.parametrize("name", PACKS)
def test_every_kind_of_duty_leads_to_the_procedure_that_governs_it(name):
    pack = load_pack(name)
    for kind in pack.duty_kinds(TODAY):
        limit = pack.limit(kind.limit, TODAY)
        assert kind.citation
        assert limit.citation
        assert kind.why.endswith(".")
        assert pack.role(kind.owner_role, TODAY).gist


@pytest.mark.obligation("STR-04")
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("england", 0),
        ("milton-keynes", 38),
        ("north-east-lincolnshire", 90),
        ("nottinghamshire", 17),
        ("rotherham", 60),
        ("working-together-2023", 44),
    ],
)
def test_every_principle_of_the_manual_is_there(name, count):
    principles = load_pack(name).principles(TODAY)
    assert len(principles) == count
    for principle in principles:
        assert principle.document == load_pack(name).manual
        assert principle.certainty is Certainty.CONFIRMED


def test_the_intention_that_breaks_off_is_marked_and_not_finished():
    pack = load_pack("milton-keynes")
    unfinished = [principle for principle in pack.principles(TODAY) if not principle.complete]
    assert [principle.id for principle in unfinished] == ["int_interagency_protection"]
    assert not unfinished[0].gist.endswith(".")
    assert "breaks off" in pack.incomplete
    assert "The source breaks off here." in show(pack, TODAY)


@pytest.mark.parametrize("name", PACKS)
def test_a_figure_that_could_not_be_confirmed_says_so(name):
    limits = {limit.id: limit for limit in load_pack(name).limits(TODAY)}
    for id in (
        "decision_on_concern",
        "assessment",
        "initial_conference",
        "first_core_group",
        "first_review_conference",
    ):
        assert limits[id].caveat == "Not confirmed against the text of the document."
    assert limits["first_looked_after_review"].caveat == ""
    assert limits["immediate_danger"].caveat.startswith("Sightline baseline")
