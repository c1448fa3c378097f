"""A notice of a concern that nobody acknowledges: the board, the concern and whoever is on duty are told so."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from sightline.agencies.actions import acknowledge, settle_and_pass_on
from sightline.agencies.models import Notice
from sightline.agencies.rounds import rounds
from sightline.agencies.tests.factories import as_practitioner
from sightline.kernel.time import now
from sightline.kernel.viewer import Viewer, looking_as

from .factories import FrontDoor, make_front_door, raised_by
from .test_front_door_pages import page_of
from .test_pages import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("HLP-06")]

BOARDS = ("/front-door/", "/front-door/rows/")
NOBODY = "Nobody has acknowledged"


@pytest.fixture
def door() -> FrontDoor:
    return make_front_door()


def passes() -> int:
    with looking_as(Viewer.for_job("notices")):
        return settle_and_pass_on()


def row_of(page: str, name: str = "Maya") -> str:
    """The row of the board that names a child, as it is read."""
    rows = [row for row in page.split("<tr")[1:] if name in row]
    assert len(rows) == 1, page
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", rows[0]))


def test_the_board_says_how_far_a_danger_that_nobody_acknowledges_has_gone(
    client: Client, door: FrontDoor
) -> None:
    began = now()
    raised = raised_by(door.teacher, immediate_danger=True, danger_words="He is at the door.")
    other = raised_by(door.teacher)
    signed_in(client, door.decider)

    def pages() -> list[str]:
        board = [client.get(path).content.decode() for path in BOARDS]
        return [*board, client.get(page_of(raised.concern_id)).content.decode()]

    with time_machine.travel(began + timedelta(minutes=10), tick=False):
        assert all(NOBODY not in page for page in pages()), "whoever was asked has time left"
    with time_machine.travel(began + timedelta(minutes=16), tick=False):
        assert passes() == 1
        for page in pages():
            assert "2 people asked so far. It is with Ola Brandt until" in text_of(page)
        assert NOBODY not in client.get(page_of(other.concern_id)).content.decode()
    with time_machine.travel(began + timedelta(minutes=32), tick=False):
        assert passes() == 1
        assert "3 people asked so far. It is with Gwen Ashby until" in text_of(pages()[0])
    with time_machine.travel(began + timedelta(minutes=48), tick=False):
        assert passes() == 1, "urgent: it goes round"
        assert "3 people asked so far. It is with Priya Nair until" in text_of(pages()[0])
    with time_machine.travel(began + timedelta(minutes=64), tick=False):
        for page in pages():
            assert "All 3 who could be asked were asked, Priya Nair last, at" in text_of(page)
            assert "It goes round again." in text_of(page)
        signed_in(client, door.manager)
        for path in ("/notices/", "/", f"/notices/{mine(door.manager)}/"):
            assert NOBODY.split(maxsplit=1)[0] in client.get(path).content.decode()
        assert "All 3 who could be asked were asked" in client.get("/notices/").content.decode()
        assert "Nobody had acknowledged it by" in client.get("/").content.decode(), "at the top of every page"
        with as_practitioner(door.manager):
            acknowledge(mine(door.manager))
        signed_in(client, door.decider)
        assert all(NOBODY not in page for page in pages()), "at once, before the job has settled the others"


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def mine(practitioner: object) -> object:
    """The latest notice of somebody's own."""
    with as_practitioner(practitioner):  # type: ignore[arg-type]
        found = Notice.objects.order_by("-created_at").first()
        assert found is not None
        return found.pk


def test_what_is_not_urgent_rests_with_all_who_were_asked_and_the_board_says_so(
    client: Client, door: FrontDoor
) -> None:
    from sightline.concerns import actions

    began = now()
    raised = raised_by(door.teacher)
    with as_practitioner(door.teacher):
        actions.take_back(raised.concern_id, "It was another child.")
    for minutes, passed in ((16, 1), (32, 1), (48, 0)):
        with time_machine.travel(began + timedelta(minutes=minutes), tick=False):
            assert passes() == passed
    with time_machine.travel(began + timedelta(minutes=50), tick=False):
        signed_in(client, door.decider)
        row = row_of(client.get("/front-door/").content.decode())
    assert NOBODY in row
    assert "All 3 who could be asked were asked, Gwen Ashby last" in row
    assert "It waits for whoever comes on duty next." in row


def test_how_far_a_notice_has_gone_is_told_to_those_it_went_to_and_to_their_team_alone(
    door: FrontDoor,
) -> None:
    raised = raised_by(door.teacher, immediate_danger=True, danger_words="He is at the door.")
    path = f"/front-door/{raised.concern_id}/"
    for who, sees in ((door.decider, 1), (door.second, 1), (door.teacher, 0), (door.stranger, 0)):
        with as_practitioner(who):
            assert len(rounds([path])) == sees, who.name
