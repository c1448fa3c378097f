"""Truth tables of meetings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from sightline.kernel.verdicts import Refused
from sightline.meetings import rules
from sightline.meetings.rules import Prepared, Present, Quorum
from sightline.meetings.terms import Came, InviteeKind, MeetingAct, MeetingState
from sightline.procedures.loader import load_pack, pack_names

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
KINDS = {"police": "the police", "health": "health", "local_authority": "children's social care"}


def there(kind: str, came: Came | None = Came.CAME, **more) -> Present:
    return Present(name=kind, kind=InviteeKind.PRACTITIONER, came=came, agency=kind, agency_kind=kind, **more)


def family(came: Came) -> Present:
    return Present(name="Ana", kind=InviteeKind.FAMILY, came=came)


@pytest.mark.parametrize(("state", "act"), list(product(MeetingState, MeetingAct)))
def test_every_step_is_in_the_table_or_refused_with_what_to_do(state, act):
    if (state, act) in rules.TRANSITIONS:
        assert rules.after(state, act) is rules.TRANSITIONS[(state, act)]
    else:
        with pytest.raises(Refused) as refused:
            rules.after(state, act)
        assert refused.value.verdict.reason.endswith(".")


def test_the_diagram_shows_every_step():
    assert rules.diagram().count("-->") == len(rules.TRANSITIONS) + 1


SCHOOL = rules.Needed("Elm School", "which referred", "elm")
NORTHMOOR = rules.Needed("Northmoor Council", "whose plan it is")
ALL = [there("local_authority"), there("police"), there("health")]


@pytest.mark.parametrize(
    ("quorum", "people", "lacks"),
    [
        (Quorum(("police",), 3), ALL, []),
        (Quorum(("police",), 3), ALL[:1] + ALL[2:], ["nobody from the police", "2 of at least 3 agencies"]),
        (Quorum(("police",)), [there("police", Came.SENT_SOMEBODY)], []),
        (Quorum(("police",)), [there("police", Came.BY_LINK)], []),
        (Quorum(("police",)), [there("police", Came.APOLOGISED)], ["nobody from the police"]),
        (Quorum(("police",)), [there("police", Came.NOT_THERE)], ["nobody from the police"]),
        (Quorum(("police",)), [there("police", None)], ["nobody from the police"]),
        (Quorum(least_agencies=2), [there("health"), there("health")], ["1 of at least 2 agencies"]),
        (Quorum(least_agencies=1), [family(Came.CAME)], ["0 of at least 1 agencies"]),
        (Quorum(least_family=1), [family(Came.APART)], []),
        (Quorum(least_family=1), [family(Came.NOT_THERE)], ["0 of at least 1 of the family"]),
        (Quorum(), [there("health", Came.APOLOGISED, essential=True)], ["health, who is needed"]),
        (Quorum(), [there("health", essential=True)], []),
        (Quorum(needed=(SCHOOL,)), ALL, ["nobody from Elm School, which referred"]),
        (Quorum(needed=(SCHOOL,)), [there("elm")], []),
        (
            Quorum(needed=(SCHOOL,)),
            [there("elm", Came.APOLOGISED)],
            ["nobody from Elm School, which referred"],
        ),
        (Quorum(needed=(SCHOOL,)), [there("elm", Came.APOLOGISED), there("elm")], []),
        (Quorum(needed=(NORTHMOOR,)), [there("x", agency_name="northmoor council ")], []),
        (Quorum(needed=(NORTHMOOR,)), [there("x", agency_name="Northmoor")], []),
        (
            Quorum(needed=(NORTHMOOR,)),
            [there("x"), family(Came.CAME)],
            ["nobody from Northmoor Council, whose plan it is"],
        ),
        (Quorum(), [], []),
    ],
)
def test_quorum(quorum, people, lacks):
    assert rules.lacking(quorum, people, KINDS) == lacks


def prepared(**changes) -> Prepared:
    fields = {
        "name": "Ana",
        "invited_at": NOON - timedelta(days=6),
        "papers_at": NOON - timedelta(days=3),
        "supporter_said": True,
        "language_said": True,
    }
    return Prepared(**{**fields, **changes})


@pytest.mark.obligation("FAM-03")
@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ({}, []),
        ({"invited_at": None}, ["Ana was not given the invitation"]),
        ({"invited_at": NOON}, ["Ana was not given the invitation"]),
        ({"papers_at": None}, ["Ana was not given the papers"]),
        ({"papers_at": NOON - timedelta(days=2)}, []),
        ({"papers_at": NOON - timedelta(days=1)}, ["Ana had the papers late"]),
        ({"papers_at": NOON}, ["Ana was not given the papers"]),
        ({"supporter_said": False}, ["it is not recorded that Ana may bring a supporter"]),
        ({"language_said": False}, ["Ana needs an interpreter and none is booked"]),
    ],
)
def test_what_the_family_is_owed_before_a_meeting(changes, lacks):
    found = rules.not_ready([prepared(**changes)], starts_at=NOON, papers_by=NOON - timedelta(days=2))
    assert found == lacks


def test_without_papers_to_share_none_are_owed():
    assert rules.not_ready([prepared(papers_at=None)], starts_at=NOON, papers_by=None) == []


@pytest.mark.parametrize("independent", [True, False])
@pytest.mark.parametrize("close", list(product([True, False], repeat=3)))
def test_an_independent_chair_stands_apart_from_the_work(independent, close):
    works, answers, manages = close
    verdict = rules.may_chair(
        independent=independent,
        works_with_child=works,
        answers_for_record=answers,
        manages_worker=manages,
        name="Ruth",
    )
    assert bool(verdict) is (not independent or not any(close))


@pytest.mark.parametrize(
    ("lacks", "why", "unready", "unready_why", "allowed"),
    [
        ([], "", [], "", True),
        (["police"], "", [], "", False),
        (["police"], "The child cannot wait", [], "", True),
        ([], "", ["papers late"], "", False),
        ([], "", ["papers late"], "They asked for it", True),
        (["police"], "The child cannot wait", ["papers late"], " ", False),
    ],
)
def test_going_on_without_needs_a_reason(lacks, why, unready, unready_why, allowed):
    verdict = rules.may_hold(
        unanswered=[], lacks=lacks, without_quorum_why=why, unready=unready, unready_why=unready_why
    )
    assert bool(verdict) is allowed


@pytest.mark.obligation("FAM-15")
@pytest.mark.parametrize(
    ("came", "threshold", "away"),
    [
        ([Came.NOT_THERE, Came.NOT_THERE], 2, True),
        ([Came.NOT_THERE, Came.CAME, Came.NOT_THERE], 2, False),
        ([Came.APOLOGISED, Came.NOT_THERE], 2, False),
        ([Came.NOT_THERE], 2, False),
        ([Came.NOT_THERE], 1, True),
        ([Came.NOT_THERE, Came.NOT_THERE], 0, False),
    ],
)
def test_staying_away_again_and_again(came, threshold, away):
    assert rules.stayed_away(came, threshold) is away


@pytest.mark.parametrize("name", pack_names())
def test_each_pack_has_every_kind_of_meeting_with_its_quorum_cited(name):
    pack = load_pack(name)
    for rule in pack.meetings(NOON.date()):
        assert rule.citation
        assert rule.papers_ahead is not None or not rule.family
        assert rule.must or rule.least_agencies or rule.least_family
