"""Whoever sends a concern without an account is never asked what the family knows: nothing says that it does not."""

from __future__ import annotations

import pytest
from django.test import Client

from sightline.agencies.tests.factories import as_practitioner, as_public
from sightline.concerns.actions import ChildIn, ConcernIn, raise_concern
from sightline.concerns.models import ConcernPart
from sightline.concerns.terms import Agreed, Told

from .factories import a_concern, make_front_door, raised_by
from .test_pages import signed_in
from .without_account import tells

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("PAR-01")]


def row(page: str, key: str) -> str:
    """What stands beside a key of a summary list."""
    return page.split(key, 1)[1].split("</div>", 1)[0]


def test_through_the_pages_without_an_account_it_is_stored_and_shown_as_not_asked(client: Client) -> None:
    door = make_front_door()
    tells(client)
    signed_in(client, door.decider)
    with as_practitioner(door.decider):
        part = ConcernPart.objects.get()
        assert (part.family_told, part.family_agreed) == ("not_asked", "not_asked")
    page = client.get(f"/front-door/{part.concern_id}/").content.decode()
    assert "Not asked" in row(page, "Family knows")
    assert "Not asked" in row(page, "Family agreed")


def test_an_answer_of_no_stays_an_answer(client: Client) -> None:
    door = make_front_door()
    raised = raised_by(
        door.teacher, family_told=Told.NO, family_told_words="It may put her at risk.",
        family_agreed=Agreed.NOT_ASKED,
    )  # fmt: skip
    page = signed_in(client, door.decider).get(f"/front-door/{raised.concern_id}/").content.decode()
    assert "No. It may put her at risk." in row(page, "Family knows")
    assert "They were not asked" in row(page, "Family agreed")


def test_nothing_said_is_never_an_answer() -> None:
    sent = ConcernIn(children=[ChildIn(given="Maya")], what_happened="Shouting every night.")
    assert sent.family_told == "not_asked"
    make_front_door()
    with as_public():
        assert raise_concern(a_concern(family_told=sent.family_told)).reference
