"""A family that was pointed to a service is given it: recorded, shown, and told to whoever answers the referrer."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner
from sightline.concerns import queries
from sightline.concerns.models import Given
from sightline.kernel.time import LONDON, now

from .factories import FrontDoor, make_front_door, raised_by
from .test_front_door_pages import page_of, text
from .test_pages import signed_in
from .test_ruling import CONFLICT, decide, owed

pytestmark = pytest.mark.django_db
ADVICE = "The advice centre in Harbour Street."


@pytest.fixture
def door() -> FrontDoor:
    return make_front_door()


def sent(**changes: Any) -> dict[str, Any]:
    at = now().astimezone(LONDON)
    return {
        "what": "An appointment on Tuesday at ten.", "how": "By telephone, with the centre on the line",
        "by_whom": "Gwen Ashby, decision manager", "said": "“That would help.”",
        "given_at-day": at.day, "given_at-month": at.month, "given_at-year": at.year, "given_at-time": f"{at:%H:%M}",
        **changes,
    }  # fmt: skip


def test_what_the_family_was_given_ends_the_duty_and_stands_with_the_decision(
    client: Client, door: FrontDoor
) -> None:
    raised = raised_by(door.teacher)
    first, second = decide(door, raised, "signposting", advice=ADVICE)
    signed_in(client, door.decider)
    concern = text(client.get(page_of(raised.concern_id)))
    assert f"Advice given, or where pointed to {ADVICE}" in concern
    assert "Record what the family was given" in concern
    there = reverse("concerns:given", args=[first.decision_id])
    shown = text(client.get(there))
    assert ADVICE in shown
    assert "Theo" in shown, "the brother, for whom the same may have been given"
    tomorrow = now().astimezone(LONDON) + timedelta(days=1)
    for change, said in (
        ({"what": ""}, "Say what the family was given"),
        ({"said": " "}, "Write down what the family said"),
        (
            {"given_at-day": tomorrow.day, "given_at-month": tomorrow.month, "given_at-year": tomorrow.year},
            "future",
        ),
        ({"given_at-year": "1999"}, "since the concern arrived"),
    ):
        refused = client.post(there, sent(**change))
        assert said in text(refused), change
        assert "signposting" in owed(door, first.folder_id)
    assert client.post(there, sent(also=[str(second.decision_id)])).status_code == 302
    for decided in (first, second):
        assert "signposting" not in owed(door, decided.folder_id)
        for page in (
            page_of(raised.concern_id),
            reverse("concerns:answer", args=[raised.concern_id]),
            reverse("web:decisions", args=[decided.folder_id]),
            reverse("chronology:child", args=[decided.folder_id]),
        ):
            assert "An appointment on Tuesday at ten." in text(client.get(page)), page
        assert ADVICE in text(client.get(reverse("web:decisions", args=[decided.folder_id])))
    assert "Record what the family was given" not in text(client.get(page_of(raised.concern_id)))


def test_the_referrer_learns_of_it_from_the_answer_alone(client: Client, door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    first, _second = decide(door, raised, "signposting", advice=ADVICE)
    signed_in(client, door.decider)
    assert client.post(reverse("concerns:given", args=[first.decision_id]), sent()).status_code == 302
    signed_in(client, door.teacher)
    own = text(client.get(reverse("concerns:own", args=[raised.concern_id])))
    assert "An appointment on Tuesday" not in own
    assert client.get(reverse("concerns:given", args=[first.decision_id])).status_code in (403, 404)


def test_sent_twice_it_stands_there_once(client: Client, door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    first, _second = decide(door, raised, "signposting", advice=ADVICE)
    signed_in(client, door.decider)
    there = reverse("concerns:given", args=[first.decision_id])
    key = re.search(r'name="once_key" value="([^"]+)"', client.get(there).content.decode())
    assert key
    for _ in range(2):
        assert client.post(there, sent(once_key=key[1])).status_code == 302
    with as_practitioner(door.decider):
        assert Given.objects.count() == 1


def test_a_decision_without_effect_or_of_another_outcome_has_nothing_to_give(
    client: Client, door: FrontDoor
) -> None:
    raised = raised_by(door.teacher)
    helped, _ = decide(door, raised, "early_help")
    waits, _ = decide(door, raised_by(door.teacher), "signposting", advice=ADVICE, **CONFLICT)
    signed_in(client, door.decider)
    for decided in (helped, waits):
        assert client.post(reverse("concerns:given", args=[decided.decision_id]), sent()).status_code == 404


def test_advice_with_no_further_action_is_shown_to_whoever_answers(client: Client, door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    decided, _ = decide(door, raised, "no_further_action", advice=ADVICE)
    signed_in(client, door.decider)
    for page in (
        page_of(raised.concern_id),
        reverse("concerns:answer", args=[raised.concern_id]),
        reverse("web:decisions", args=[decided.folder_id]),
    ):
        assert ADVICE in text(client.get(page)), page


def test_a_decision_says_the_primary_need_in_words(client: Client, door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    decide(door, raised, "section_17_assessment", need_code="N4")
    signed_in(client, door.decider)
    assert "Referral, primary need: Family in acute stress" in text(client.get(page_of(raised.concern_id)))


def test_the_board_keeps_what_it_was_narrowed_to_from_page_to_page(
    client: Client, door: FrontDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries.board, "__kwdefaults__", {"state": None, "page": 1, "size": 1})
    for _ in range(3):
        raised_by(door.teacher)
    signed_in(client, door.decider)
    for page in ("/front-door/?state=waiting&page=2", "/front-door/rows/?state=waiting&page=2"):
        shown = client.get(page).content.decode()
        for other in (1, 3):
            assert f"/front-door/?state=waiting&amp;page={other}" in shown, page
