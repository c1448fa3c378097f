"""The life of a duty and who may move its date."""

from datetime import date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.kernel.verdicts import Refused
from sightline.procedures import rules
from sightline.procedures.clocks import LONDON
from sightline.procedures.loader import load_pack
from sightline.procedures.rules import ManagerView, after_step, step
from sightline.procedures.terms import DutyAct as Act
from sightline.procedures.terms import DutyState as State

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 10, tzinfo=LONDON)
DUE = NOW + timedelta(days=3)
LATER = DUE + timedelta(days=7)
REASON = "The father is abroad until the weekend; grandmother stays with the child."

TRUTH = {
    State.OPEN: "shorten extend miss - discharge withdraw - - never-owe",
    State.SHORTENED: "shorten extend miss - discharge withdraw - - never-owe",
    State.EXTENDED: "shorten extend miss - discharge withdraw - - never-owe",
    State.MISSED: "- - - answer discharge withdraw write-up - never-owe",
    State.ANSWERED: "- - - - discharge withdraw write-up - never-owe",
    State.DONE_LATE: "- - - answer - - write-up owe-again never-owe",
    State.LAPSED: "- - - answer - - write-up owe-again never-owe",
    State.DISCHARGED: "- - - - - - - owe-again never-owe",
    State.WITHDRAWN: "- - - - - - - - -",
    State.NEVER_DONE: "- - - - - - - owe-again never-owe",
}


@pytest.mark.parametrize(("state", "act"), list(product(State, Act)))
def test_every_step_is_allowed_or_refused_with_a_reason(state, act):
    allowed = TRUTH[state].split()[list(Act).index(act)] != "-"
    verdict = step(state, act)
    assert verdict.allowed is allowed
    if not allowed:
        assert len(verdict.reason.split()) > 3
        with pytest.raises(Refused):
            after_step(state, act)


@pytest.mark.obligation("TIM-03")
@given(st.lists(st.sampled_from(list(Act)), max_size=12))
def test_a_missed_duty_stays_in_sight_until_answered_for_or_shown_to_have_been_done_in_time(acts):
    state, missed, answered, in_time, never = State.OPEN, False, False, False, False
    for act in acts:
        if not step(state, act):
            continue
        state = after_step(state, act)
        missed |= act is Act.MISS
        answered |= act is Act.ANSWER
        in_time |= act is Act.WRITE_UP
        never |= act is Act.NEVER_OWE
        if missed and not answered and not in_time and not never:
            assert state in rules.UNANSWERED
            assert state in rules.IN_SIGHT
        if state in rules.FINAL:
            assert answered or in_time or never or not missed
        if missed and not never:
            assert state is not State.WITHDRAWN, "that would leave the figures"


@pytest.mark.obligation("TIM-03")
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("state", sorted(rules.STILL_TO_DO))
def test_what_is_late_is_missed_before_it_is_withdrawn_whether_or_not_the_clock_has_marked_it(state, late):
    before = state
    for act in rules.steps_of_withdrawing(state, late):
        state = after_step(state, act)
    assert state is {
        State.MISSED: State.LAPSED,
        State.ANSWERED: State.NEVER_DONE,
    }.get(before, State.LAPSED if late else State.WITHDRAWN)
    [never] = rules.steps_of_withdrawing(before, late, never_owed=True)
    assert after_step(before, never) is State.WITHDRAWN, "what never was cannot have been missed"


def test_every_state_leads_to_an_end_and_ends_lead_nowhere():
    reached = {State.OPEN}
    while True:
        more = {then for (state, _), then in rules.TRANSITIONS.items() if state in reached} - reached
        if not more:
            break
        reached |= more
    assert reached == set(State)
    # What ended is over, but for what was taken back.
    onwards = {s for s, act in rules.TRANSITIONS if act not in (Act.OWE_AGAIN, Act.NEVER_OWE)}
    assert set(State) - onwards == rules.FINAL


def test_the_diagram_draws_the_whole_table():
    drawn = rules.diagram()
    assert drawn == rules.diagram()
    assert drawn.startswith("stateDiagram-v2\n    [*] --> Open\n")
    assert drawn.count(" --> ") == len(rules.TRANSITIONS) + 1 + len(rules.FINAL)
    assert "    DoneLate --> Discharged: answer for\n" in drawn


# ------------------------------------------------------------------------------------ done, and written down later

DONE = {
    State.OPEN: ("discharge", "miss discharge"),
    State.SHORTENED: ("discharge", "miss discharge"),
    State.EXTENDED: ("discharge", "miss discharge"),
    State.MISSED: ("write up", "discharge"),
    State.ANSWERED: ("write up", "discharge"),
    State.DONE_LATE: ("write up", ""),
    State.LAPSED: ("write up", ""),
    State.DISCHARGED: ("", ""),
    State.WITHDRAWN: ("", ""),
    State.NEVER_DONE: ("", ""),
}
"""What happens to a duty in each state when it turns out to have been done: in time, late."""


@pytest.mark.obligation("TIM-03")
@pytest.mark.parametrize(("state", "in_time"), list(product(State, [True, False])))
def test_what_was_done_in_time_was_in_time_however_late_it_is_written_down(state, in_time):
    acts = rules.steps_of_doing(state, in_time)
    assert " ".join(acts) == DONE[state][not in_time]
    for act in acts:
        state = after_step(state, act)
    if acts and in_time:
        assert state is State.DISCHARGED


@pytest.mark.parametrize(
    ("done", "in_time"),
    [
        (DUE - timedelta(minutes=1), True),
        (DUE, True),
        (DUE + timedelta(minutes=1), False),
        (DUE.date() - timedelta(days=1), True),
        (DUE.date(), True),
        (DUE.date() + timedelta(days=1), False),
    ],
    ids=["before", "at", "after", "day before", "same day", "day after"],
)
def test_an_instant_is_measured_to_the_minute_and_a_day_as_a_whole(done, in_time):
    assert rules.done_in_time(done, DUE) is in_time


# ------------------------------------------------------------------------------------------------- shortening


@pytest.mark.obligation("TIM-01")
def test_any_limit_may_be_shortened_for_a_reason():
    assert rules.may_shorten("She is afraid to go home on Friday", DUE, DUE - timedelta(days=1), NOW)


@pytest.mark.obligation("TIM-01")
@pytest.mark.parametrize(
    ("reason", "new_due", "says"),
    [
        ("", DUE - timedelta(days=1), "Say why"),
        ("x x x x", DUE - timedelta(days=1), "Say why"),
        (REASON, DUE, "earlier"),
        (REASON, LATER, "earlier"),
        (REASON, NOW, "passed"),
    ],
)
def test_shortening_is_refused(reason, new_due, says):
    verdict = rules.may_shorten(reason, DUE, new_due, NOW)
    assert not verdict
    assert says in verdict.reason


# -------------------------------------------------------------------------------------------------- extension

HEALTH = ManagerView("Eastmere Health", "P. Nair", "named nurse", "She agrees: the baby is seen daily.", True)
SCHOOL = ManagerView(
    "Quayside Primary", "S. Reyes", "head teacher", "He would rather not wait so long.", False
)

OWN = ManagerView("Eastmere Council", "D. Okafor", "team manager", REASON, True)


def may_extend(pack="rotherham", role="team_manager", views=(HEALTH, SCHOOL), **changes):
    arguments = {
        "own_agency": "Eastmere Council",
        "other_agencies": {"Eastmere Health", "Quayside Primary", "Eastmere Council"},
        "present_due": DUE,
        "new_due": LATER,
        "now": NOW,
        **changes,
    }
    extension = load_pack(pack).extension("strategy_discussion", TODAY)
    return rules.may_extend(
        extension, role, changes.pop("reason", REASON), views, **_without(arguments, "reason")
    )


def _without(arguments, name):
    return {key: value for key, value in arguments.items() if key != name}


@pytest.mark.obligation("TIM-02")
def test_rotherham_extends_by_the_named_manager_after_asking_the_others():
    assert may_extend()
    assert may_extend(role="service_manager")


@pytest.mark.obligation("TIM-02")
@pytest.mark.parametrize(
    "pack",
    ["england", "milton-keynes", "north-east-lincolnshire", "nottinghamshire", "working-together-2023"],
)
def test_nobody_else_extends_at_all(pack):
    assert "do not allow" in may_extend(pack).reason


@pytest.mark.obligation("TIM-02")
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"role": "social_worker"}, "Only the manager"),
        ({"views": ()}, "manager of Eastmere Health and of Quayside Primary first"),
        ({"views": (HEALTH,)}, "manager of Quayside Primary first"),
        ({"views": (HEALTH, ManagerView("Quayside Primary", "S. Reyes", "head", "ok", True))}, "Quayside"),
        ({"views": (), "other_agencies": set()}, "a manager of another agency first"),
        (
            {"views": (OWN,), "other_agencies": ()},
            "another agency",
        ),
        ({"reason": "needed"}, "Say why"),
        ({"new_due": DUE}, "later than the present"),
        ({"now": DUE + timedelta(seconds=1)}, "has passed"),
    ],
)  # fmt: skip
def test_extension_is_refused_and_the_old_date_stands(changes, says):
    verdict = may_extend(**changes)
    assert not verdict
    assert says in verdict.reason


@pytest.mark.obligation("TIM-02")
def test_a_statutory_limit_is_never_moved():
    pack = load_pack("rotherham")
    local = rules.extended_due(pack.limit("strategy_discussion", TODAY), DUE, LATER)
    statutory = rules.extended_due(pack.limit("assessment", TODAY), DUE, LATER)
    assert (local.due, local.agreed) == (LATER, None)
    assert (statutory.due, statutory.agreed) == (DUE, LATER)


# ------------------------------------------------------------------------------------------------- real words


@pytest.mark.parametrize(
    "text",
    [
        "She is afraid",
        "мать сейчас не отвечает",
        "母亲今天不在家里孩子独自一人",
        "ਮਾਂ ਘਰ ਨਹੀਂ ਹੈ",
        "Mae hi'n ofnus iawn",
    ],
)
def test_real_words(text):
    assert rules.has_real_words(text)


@pytest.mark.parametrize(
    "text", ["", "   ", "...", "ok", "asap asap asap", "1 2 3 4", "x y z", "because because"]
)
def test_not_real_words(text):
    assert not rules.has_real_words(text)


def test_withdrawing_and_answering_need_words():
    assert rules.may_withdraw("The family moved abroad")
    assert not rules.may_withdraw("n/a")
    assert rules.may_answer("The duty rota had a gap")
    assert not rules.may_answer("late")
