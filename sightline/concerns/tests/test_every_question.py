"""Every question that the pages ask is a rule of the action: what is raised past them leaves none of them open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from sightline.agencies.tests.factories import as_practitioner, as_public
from sightline.concerns import rules
from sightline.concerns.actions import ChildIn, ConcernIn, raise_concern
from sightline.concerns.models import Concern
from sightline.concerns.terms import Agreed, Told
from sightline.kernel.verdicts import Refused

from .factories import FrontDoor, a_concern, make_front_door

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("PAR-01"), pytest.mark.obligation("NTC-01")]

NEIGHBOUR: dict[str, Any] = {"anonymous": True, "source_code": "9"}


@pytest.fixture
def door() -> FrontDoor:
    return make_front_door()


@pytest.mark.parametrize("public", [True, False])
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"family_told": Told.NOT_ASKED}, "told"),
        ({"family_told": Told.NO, "family_told_words": " "}, "told_why_not"),
        ({"family_agreed": Agreed.NO, "family_agreed_words": ""}, "agreed_words"),
        ({"immediate_danger": None}, "danger"),
        ({"immediate_danger": True, "danger_words": " "}, "danger_words"),
        ({"harm_where": []}, "harm_where"),
        ({"harm_where": ["home", "moon"]}, "harm_where"),
        ({"source_code": ""}, "source_code"),
        ({"indicators": ["neglect.hunger of another sort"]}, "indicators"),
        ({"children": [ChildIn(sex="F", said="I am cold.")]}, "children"),
        ({"children": []}, "children"),
        ({"what_happened": " "}, "what_happened"),
    ],
)
def test_nothing_is_raised_while_a_question_is_open(
    door: FrontDoor, changes: dict[str, Any], field: str, *, public: bool
) -> None:
    sent = replace(a_concern(**(NEIGHBOUR if public else {})), **changes)
    with as_public() if public else as_practitioner(door.teacher), pytest.raises(Refused) as refused:
        raise_concern(sent)
    assert refused.value.verdict.field == field
    with as_practitioner(door.decider):
        assert not Concern.objects.exists()


def test_somebody_without_an_account_gives_a_name_or_says_that_they_give_none(door: FrontDoor) -> None:
    with as_public(), pytest.raises(Refused, match="Give your name, or say that you stay anonymous"):
        raise_concern(a_concern(source_code="1B"))
    for who in ({"referrer_name": "Wes Poole", "source_code": "1B"}, NEIGHBOUR):
        with as_public():
            assert raise_concern(a_concern(**who)).reference


def test_what_a_neighbour_need_not_know_is_still_answered(door: FrontDoor) -> None:
    unknown = {"family_told": Told.NOT_KNOWN, "family_told_words": "", "family_agreed": Agreed.NOT_KNOWN}
    sent = replace(
        a_concern(**NEIGHBOUR, **unknown), children=[ChildIn(given="Maya")], harm_where=["not_known"]
    )
    with as_public():
        assert raise_concern(sent).reference


def test_what_is_left_out_is_no_answer() -> None:
    sent = ConcernIn(children=[ChildIn(given="Maya")], what_happened="Shouting every night.")
    assert set(
        rules.unanswered(
            danger=sent.immediate_danger, danger_words=sent.danger_words, harm_where=sent.harm_where,
            source_code=sent.source_code, public=True, anonymous=sent.anonymous, name=sent.referrer_name,
        )
    ) == {"danger", "harm_where", "source_code", "name"}  # fmt: skip
    assert "told" in rules.family_side(
        sent.family_told, sent.family_told_words, sent.family_agreed, sent.family_agreed_words, public=True
    )


@pytest.mark.parametrize(
    ("child", "found"),
    [
        (ChildIn(given="Maya"), True),
        (ChildIn(family="Lund"), True),
        (ChildIn(age_years=0), True),
        (ChildIn(expected_on=date(2027, 3, 1)), True),
        (ChildIn(born_on=date(2020, 3, 1)), True),
        (ChildIn(lines="4 Tern Street"), False),
    ],
)
def test_a_child_has_a_name_or_an_age(child: ChildIn, *, found: bool) -> None:
    born = child.born_on is not None or child.expected_on is not None or child.age_years is not None
    assert bool(rules.can_be_found(names=f"{child.given}{child.family}", born=born)) is found
