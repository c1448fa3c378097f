"""The clock of a request, what is proposed to be held back, and what leaves with a volume."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.archive import rules
from sightline.archive.rules import Decided, Pause, SomebodyElse
from sightline.archive.terms import Asker, Choice, Ground, RemovalAct, RemovalState, RequestAct, RequestState
from sightline.kernel.time import LONDON
from sightline.kernel.verdicts import Refused

CAME = datetime(2026, 11, 2, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)

# -- paper ----------------------------------------------------------------------------------------


@pytest.mark.obligation("FIL-02")
@pytest.mark.parametrize("state", list(RemovalState))
@pytest.mark.parametrize("act", list(RemovalAct))
def test_a_removal_goes_one_way_and_no_other(state: RemovalState, act: RemovalAct) -> None:
    allowed = {
        ("asked", "approve"), ("asked", "refuse"), ("asked", "take_back"), ("approved", "take"),
        ("approved", "take_back"), ("out", "chase"), ("out", "return"),
    }  # fmt: skip
    if (state.value, act.value) in allowed:
        assert rules.after_removal(state, act)
    else:
        with pytest.raises(Refused):
            rules.after_removal(state, act)


@pytest.mark.obligation("FIL-02")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, None),
        ({"approver": "asker"}, ""),
        ({"due_back": CAME - HOUR}, "due_back"),
        ({"due_back": CAME + timedelta(days=30)}, "due_back"),
        ({"safeguards": " "}, "safeguards"),
        ({"told": ""}, "told"),
    ],
)
def test_a_manager_approves_for_a_set_time_with_safeguards(changes, field) -> None:
    asked = {
        "asked_by": "asker", "approver": "manager", "due_back": CAME + timedelta(days=3), "at": CAME,
        "longest": CAME + timedelta(days=14), "safeguards": "In a locked bag.", "told": "The duty desk.",
    }  # fmt: skip
    verdict = rules.may_approve_removal(**{**asked, **changes})
    assert verdict.allowed is (field is None)
    if field:
        assert verdict.field == field


# -- the clock --------------------------------------------------------------------------------------


@pytest.mark.obligation("REC-13")
def test_the_clock_begins_when_the_request_is_in_and_it_is_known_who_asks() -> None:
    assert rules.clock_runs_from(CAME, None, []) is None
    assert rules.clock_runs_from(CAME, CAME, []) == CAME
    assert rules.clock_runs_from(CAME, CAME + 30 * HOUR, []) == CAME + 30 * HOUR
    assert rules.clock_runs_from(CAME, CAME, [Pause(CAME + HOUR, None)]) is None
    assert rules.clock_runs_from(CAME, CAME, [Pause(CAME + HOUR, CAME + 5 * HOUR)]) == CAME
    late = datetime(2026, 3, 10, 20, tzinfo=LONDON)
    asked, answered = datetime(2026, 3, 12, 9, tzinfo=LONDON), datetime(2026, 3, 15, 17, tzinfo=LONDON)
    assert rules.clock_runs_from(late, late, [Pause(asked, answered)]) == datetime(
        2026, 3, 13, 20, tzinfo=LONDON
    )


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), max_size=5))
def test_the_clock_never_loses_more_than_it_stood(spans: list[tuple[int, int]]) -> None:
    pauses = [Pause(CAME + a * HOUR, CAME + (a + b) * HOUR) for a, b in spans]
    start = rules.clock_runs_from(CAME, CAME, pauses)
    began = CAME.astimezone(LONDON)
    stood = {
        day
        for pause in pauses
        for day in _days(pause.began.astimezone(LONDON).date(), pause.ended.astimezone(LONDON).date())
    }
    assert start == began + timedelta(days=len(stood))


def _days(after: date, until: date) -> list[date]:
    return [after + timedelta(days=n) for n in range(1, (until - after).days + 1)]


@pytest.mark.obligation("REC-13")
@pytest.mark.parametrize(
    ("extended", "at", "reasons", "told", "allowed"),
    [
        (False, CAME, "Eleven volumes over nine years.", "Letter of today.", True),
        (True, CAME, "Eleven volumes over nine years.", "Letter of today.", False),
        (False, CAME + timedelta(days=40), "Eleven volumes over nine years.", "Letter of today.", False),
        (False, CAME, "Busy", "Letter of today.", False),
        (False, CAME, "Eleven volumes over nine years.", "", False),
    ],
)
def test_time_is_extended_once_with_reasons_told_within_the_first_month(extended, at, reasons, told, allowed):
    verdict = rules.may_extend(
        extended=extended, reasons=reasons, told=told, first_due=CAME + timedelta(days=30), at=at
    )
    assert verdict.allowed is allowed


@pytest.mark.parametrize(
    ("asker", "authority", "child_view", "child_asks", "field"),
    [
        (Asker.SELF, "", "", False, ""),
        (Asker.SELF, "", "", True, "child_view"),
        (Asker.SELF, "", "She knows what it is; her advocate helps.", True, ""),
        (Asker.PARENT, "", "She agrees.", True, "authority"),
        (Asker.PARENT, "Birth certificate seen.", "", True, "child_view"),
        (Asker.PARENT, "Birth certificate seen.", "She agrees.", True, ""),
    ],
)
def test_identity_and_authority_are_checked_and_the_child_is_asked(
    asker, authority, child_view, child_asks, field
):
    verdict = rules.identity_is_checked(
        asker, "Passport, seen by Owen.", authority, child_view, child_asks=child_asks
    )
    assert (verdict.allowed, verdict.field) == (not field, field)


@pytest.mark.parametrize("state", list(RequestState))
def test_nothing_is_given_before_it_is_approved(state: RequestState) -> None:
    may_give = RequestAct.GIVE in rules.acts_on_request(state)
    assert may_give is (state in (RequestState.APPROVED, RequestState.ANSWERED))


# -- what is held back ---------------------------------------------------------------------------------

KYLE = SomebodyElse("Kyle Dunmore (mother's partner)", ("Kyle", "Dunmore", "Kyle Dunmore"))


def proposed(text: str, **changes: object) -> list[rules.Proposal]:
    fields: dict = {
        "told_by": "", "others": [KYLE], "workers": {"Dana Okafor"},
        "listed": {Ground.PRIVILEGE: ("legal advice",)}, "asker": Asker.SELF,
    }  # fmt: skip
    return rules.propose(text, **{**fields, **changes})


@pytest.mark.obligation("REC-13")
def test_other_people_are_proposed_by_their_ties_and_by_what_they_told() -> None:
    [named] = proposed("Mum said that Kyle shouts, and Dunmore left.")
    assert (named.ground, set(named.words)) == (Ground.THIRD_PARTY, {"Kyle", "Dunmore"})
    assert proposed("Skylar came along.") == []
    assert proposed("Mr Harland from next door rang.")[0].words == ("Mr Harland",)
    assert proposed("Ms Okafor visited with Dana Okafor.") == []
    assert proposed("It was loud.", told_by="the neighbour")[0].ground is Ground.THIRD_PARTY
    assert proposed("It was loud.", told_by="Dana Okafor") == []
    assert proposed("We took legal advice.")[0].ground is Ground.PRIVILEGE
    assert proposed("It was loud.", raised_by_public=True)[0].ground is Ground.THIRD_PARTY


JON = SomebodyElse("Jon Lund (father)", ("Jon", "Lund", "Jon Lund"))
OWN = {"Maya Ferreira-Lund", "Ferreira-Lund"}


@pytest.mark.obligation("REC-13")
def test_the_name_of_whose_record_it_is_is_nobody_elses_even_where_it_holds_anothers() -> None:
    assert proposed("Maya Ferreira-Lund drew.", others=[JON], own=OWN) == []
    [named] = proposed("Lund came for Maya\nFerreira-Lund.", others=[JON], own=OWN)
    assert named.words == ("Lund",)
    assert (
        rules.without("LUND came for Maya Ferreira-Lund.", ["Lund"], OWN)
        == "[held back] came for Maya Ferreira-Lund."
    )
    items = [
        Decided(1, "[held back] came.", ("Lund",), "No."),
        Decided(2, "Maya Ferreira-Lund sang.", (), ""),
    ]
    assert rules.shown_elsewhere(items, OWN) == []
    assert rules.shown_elsewhere([*items, Decided(3, "Ms Lund rang.", (), "")], OWN) == [(3, "Lund")]
    assert proposed("It was loud.", author="Kyle Dunmore, mum's friend")[0].ground is Ground.THIRD_PARTY


@pytest.mark.parametrize(
    ("asker", "is_the_child", "allowed"),
    [(Asker.SELF, True, True), (Asker.SELF, False, False), (Asker.PARENT, True, False),
     (Asker.AUTHORISED, True, False), (Asker.PARENT, False, True)],
)  # fmt: skip
def test_nobody_else_asks_as_the_child(asker, is_the_child, allowed) -> None:
    assert bool(rules.asks_as(asker, named=True, is_the_child=is_the_child)) is allowed
    assert rules.asks_as(asker, named=False, is_the_child=False)


def test_what_a_child_said_is_weighed_before_a_parent_is_given_it() -> None:
    assert proposed("I am afraid.", child_said=True) == []
    assert proposed("I am afraid.", child_said=True, asker=Asker.PARENT)[0].ground is Ground.EXPECTATION
    assert (
        proposed("I am afraid.", child_said=True, keep_from="Dad", asker=Asker.PARENT)[0].ground
        is Ground.EXPECTATION
    )


@pytest.mark.obligation("REC-13")
def test_words_taken_out_leave_nothing_of_themselves() -> None:
    text = "Kyle Dunmore came. KYLE\nDUNMORE shouted at Kyle's car. Skylar slept."
    left = rules.without(text, ["Kyle", "Kyle Dunmore"])
    assert "kyle d" not in left.casefold()
    assert "dunmore" not in left.casefold()
    assert "Skylar slept." in left


@given(st.text("abcKyle Dunmor.\n", max_size=80))
def test_no_word_that_was_taken_out_still_stands(text: str) -> None:
    assert not rules.named_in(rules.without(text, ["Kyle"]), "Kyle")


@pytest.mark.obligation("REC-13")
@pytest.mark.parametrize(
    ("choice", "ground", "words", "reasons", "field"),
    [
        (Choice.GIVE, None, [], "", ""),
        (Choice.HOLD, None, [], "He has not agreed.", "ground"),
        (Choice.HOLD, Ground.THIRD_PARTY, [], " ", "reasons"),
        (Choice.HOLD, Ground.THIRD_PARTY, [], "He has not agreed.", ""),
        (Choice.PARTLY, Ground.THIRD_PARTY, [], "He has not agreed.", "words"),
        (Choice.PARTLY, Ground.THIRD_PARTY, ["Kevin"], "He has not agreed.", "words"),
        (Choice.PARTLY, Ground.THIRD_PARTY, ["Kyle"], "He has not agreed.", ""),
    ],
)
def test_what_is_held_back_has_its_ground_and_reasons(choice, ground, words, reasons, field) -> None:
    verdict = rules.decision_is_whole(choice, ground, words, reasons, "Kyle shouts.")
    assert (verdict.allowed, verdict.field) == (not field, field)


def test_a_name_held_back_here_may_not_stand_there() -> None:
    items = [
        Decided(1, "[held back] shouts.", ("Kyle",), "He has not agreed."),
        Decided(2, "Kyle came to the gate.", (), ""),
        Decided(3, "Kyle is her brother's name too.", (), "Her brother agreed."),
    ]
    assert rules.shown_elsewhere(items) == [(2, "Kyle")]
    sure = {"undecided": 0, "total": 3, "deciders": {"owen"}, "approver": "priya"}
    assert not rules.may_approve(elsewhere=rules.shown_elsewhere(items), **sure)
    assert rules.may_approve(elsewhere=[], **sure)
    assert not rules.may_approve(elsewhere=[], **{**sure, "approver": "owen"})
    assert not rules.may_approve(elsewhere=[], **{**sure, "undecided": 1})


@pytest.mark.obligation("REC-13")
@pytest.mark.parametrize(
    ("held", "given", "pointed_out"),
    [
        ("He slept in her room.", "On Monday.\nHe slept  in her ROOM, again.", "He slept in her room."),
        ("The child said: “He hits me.”", "“He hits me!”", "He hits me."),
        ("Told by Sam Reyes: He slept in her room.", "He slept in her room.", "He slept in her room."),
        ("One thing.\n\nHe slept in her room.", "He slept in her room.", "He slept in her room."),
        ("Was she seen alone? Yes", "Was she seen alone? Yes", None),
        ("At school.", "She was at school.", None),
        ("He slept in her room.", "He slept in her rooms.", None),
    ],
)
def test_a_text_held_back_whole_may_not_stand_in_another(held, given, pointed_out) -> None:
    items = [Decided(1, "", (), "No.", held), Decided(2, given, (), "")]
    assert rules.shown_elsewhere(items) == ([(2, pointed_out)] if pointed_out else [])
    assert rules.shown_elsewhere([items[0], Decided(2, given, (), "He told her himself.")]) == []


@pytest.mark.parametrize(
    ("held", "text"),
    [
        ("İpek", "She saw ipek there."),
        ("KYLE  Dunmore", "With Kyle\nDunmore."),
        ("O’Neill", "Of o’neill’s son."),
    ],
)
def test_a_name_is_found_elsewhere_however_it_is_written(held: str, text: str) -> None:
    assert rules.named_in(text, held)
    items = [rules.Decided(1, "", (held,), "She asked."), rules.Decided(2, text, (), "")]
    assert rules.shown_elsewhere(items) == [(2, held)]
    assert rules.taking_out(["Somebody", held])(text) == rules.without(text, [held]) != text
    assert proposed(text, others=[rules.SomebodyElse("A neighbour", (held,))])


@pytest.mark.obligation("REC-13")
def test_a_long_record_is_looked_through_once_and_not_once_for_each_thing_held_back(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """Of 5,000 entries with three paragraphs, every tenth held back or with a name held back."""
    looked_at = 0

    def counting(what):  # type: ignore[no-untyped-def]
        def counted(*args: object) -> object:
            nonlocal looked_at
            looked_at += 1
            return what(*args)

        return counted

    items = []
    for n in range(15_000):
        text = f"On day {n} she came with Name{n} to number{n % 977} and stayed until the evening."
        if n % 10 == 0:
            items.append(rules.Decided(n, "", (), "Of them.", text))
        elif n % 10 == 1:
            items.append(rules.Decided(n, f"On day {n} she came.", (f"Name{n}",), "Of them."))
        else:
            items.append(rules.Decided(n, text, (), ""))
    items += [
        rules.Decided("again", f"As before: {items[40].held_text}", (), ""),
        rules.Decided("named", "It was Name51 again.", (), ""),
    ]
    for name in ("named_in", "_bare"):
        monkeypatch.setattr(rules, name, counting(getattr(rules, name)))
    assert {key for key, _ in rules.shown_elsewhere(items)} == {"again", "named"}
    assert looked_at < 3 * len(items)


def test_a_reference_is_told_apart_from_a_concerns() -> None:
    assert rules.reference_for("C-7KQ4-M2XD") == "R-7KQ4-M2XD"
    assert rules.tidy_reference("r 7kq4 m2xd") == "R-7KQ4-M2XD"
    assert rules.tidy_reference("C-7KQ4-M2XD") == ""
