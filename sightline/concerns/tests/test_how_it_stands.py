"""How a concern stands is said in words for whoever reads them; and what is typed about it is taken or told."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner
from sightline.children.actions import recorded_wrongly
from sightline.children.models import Tie
from sightline.children.terms import Fact
from sightline.concerns import actions
from sightline.concerns.models import Addition, Concern

from .factories import FrontDoor, make_front_door, raised_by
from .test_pages import signed_in
from .test_sooner import decide, end_of, reopened
from .without_account import comes_back, tells

pytestmark = pytest.mark.django_db

AGAIN = "It was opened again, and"


@pytest.fixture
def door() -> FrontDoor:
    return make_front_door()


@pytest.mark.obligation("REC-12")
def test_what_was_taken_back_stands_in_the_words_of_each_reader(client: Client, door: FrontDoor) -> None:
    concern_id = raised_by(door.teacher).concern_id
    with as_practitioner(door.teacher):
        actions.take_back(concern_id, "It was a misunderstanding.")
    assert "You took it back." in signed_in(client, door.teacher).get(own(concern_id)).content.decode()
    staff = signed_in(client, door.decider).get(at_the_door(concern_id)).content.decode()
    assert "They took it back." in staff
    assert "You took it back" not in staff


def test_what_is_decided_and_opened_again_waits_for_a_decision_wherever_it_is_read(
    client: Client, door: FrontDoor
) -> None:
    concern_id = raised_by(door.teacher).concern_id
    decide(door, concern_id, "section_17_assessment", end_of(2))
    staff = signed_in(client, door.decider).get(at_the_door(concern_id)).content.decode()
    assert "It is decided on, and they have not been told yet." in staff
    assert "You will be told" not in staff
    assert reopened(client, door, concern_id, sooner="no").status_code == 302
    assert AGAIN in client.get(at_the_door(concern_id)).content.decode()
    for page in (own(concern_id), reverse("concerns:mine"), "/"):
        read = signed_in(client, door.teacher).get(page).content.decode()
        assert AGAIN in read, page
        assert "Nobody has taken it up yet" not in read, page


def test_whoever_has_no_account_reads_that_it_was_opened_again(client: Client, door: FrontDoor) -> None:
    reference, secret = tells(client)
    with as_practitioner(door.decider):
        concern_id = Concern.objects.get().id
    decide(door, concern_id, "section_17_assessment", end_of(2))
    assert reopened(Client(headers={"user-agent": "Tests"}), door, concern_id, sooner="no").status_code == 302
    comes_back(client, reference, secret)
    assert AGAIN in client.get("/worried/yours/").content.decode()


@pytest.mark.obligation("PAR-02")
@pytest.mark.parametrize("act", ["add", "acknowledge", "danger", "reopen", "close_taken_back"])
@pytest.mark.parametrize(
    ("words", "why"),
    [("Bruised\x00 arm", "hidden character (NUL)"), ("long " * 20_000, "Shorten")],
    ids=["hidden character", "too long"],
)
def test_words_that_cannot_be_kept_are_refused_with_all_that_was_typed(
    client: Client, door: FrontDoor, act: str, words: str, why: str
) -> None:
    concern_id = raised_by(door.teacher).concern_id
    sent = {"act": act, "words": words, "sooner": "no", "knows_family": "no"}
    answer = signed_in(client, door.decider).post(reverse("concerns:act", args=[concern_id]), sent)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert why in page
    assert words[:30].replace("\x00", "") in page.replace("\x00", "")
    with as_practitioner(door.decider):
        assert not Addition.objects.exists()


@pytest.mark.obligation("REC-12")
def test_who_was_recorded_wrongly_does_not_stand_around_the_children(client: Client, door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    page = signed_in(client, door.decider).get(at_the_door(raised.concern_id)).content.decode()
    assert "Ana Ferreira" in page
    with as_practitioner(door.decider):
        for tie in Tie.objects.filter(folder_id=raised.folder_ids[0]).exclude(other__folder__isnull=False):
            recorded_wrongly(tie.folder_id, Fact.TIE, tie.id, "That is the mother of another child.")
    assert "Ana Ferreira" not in client.get(at_the_door(raised.concern_id)).content.decode()


def own(concern_id: object) -> str:
    return reverse("concerns:own", args=[concern_id])


def at_the_door(concern_id: object) -> str:
    return reverse("concerns:concern", args=[concern_id])
