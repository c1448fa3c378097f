"""The front door's pages, as they answer a browser without scripts."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.concerns.models import ConcernPart, Draft, Screening
from sightline.concerns.pages.holding import COOKIE
from sightline.concerns.queries import screening_draft
from sightline.kernel.time import now, today
from sightline.procedures.queries import pack_in_force

from .factories import FrontDoor, make_front_door, raised_by
from .without_account import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def door() -> FrontDoor:
    return make_front_door()


def signed_in(client: Client, who: Practitioner) -> Client:
    assert who.user is not None
    client.force_login(who.user)
    return client


def typed(door: FrontDoor, n: int, outcome: str, **more: str) -> dict[str, str]:
    """What the form sends for the nth child."""
    with as_practitioner(door.decider):
        level = pack_in_force().levels(today()).level[1]
    fields = {
        "level_id": level.id,
        f"descriptors_{level.id}": level.descriptor[0].id,
        "outcome_id": outcome,
        "reasons": "Their mother asked for help herself.",
        "working_well": "Their grandmother is there every afternoon.",
        "stands_on": "The mother agreed on the telephone.",
        "child_told": "Their teacher told them after lunch.",
        "parents_told": "I told the mother on the telephone.",
        "has_conflict": "no",
        **more,
    }
    return {f"c{n}-{name}": value for name, value in fields.items()}


@pytest.mark.obligation("HLP-02")
def test_brothers_and_sisters_are_decided_on_in_one_sitting_each_with_an_outcome_of_their_own(
    client: Client, door: FrontDoor
) -> None:
    raised = raised_by(door.teacher)
    address = reverse("concerns:decide", args=[raised.concern_id])
    answer = signed_in(client, door.decider).post(
        address,
        {
            "knows_family": "no",
            **typed(door, 0, "early_help", sooner_early_help="no"),
            **typed(
                door, 1, "no_further_action",
                advice_no_further_action="Nursery keeps an eye on him.",
                records_referral_no_further_action="no",
            ),
        },
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()
    with as_practitioner(door.decider):
        made = {s.outcome_id: s for s in Screening.objects.filter(concern_id=raised.concern_id)}
    assert set(made) == {"early_help", "no_further_action"}
    assert made["no_further_action"].advice == "Nursery keeps an eye on him."
    assert made["early_help"].working_well == "Their grandmother is there every afternoon."


@pytest.mark.obligation("TIM-01")
def test_an_outcome_that_starts_a_clock_asks_whether_this_child_needs_it_sooner(
    client: Client, door: FrontDoor
) -> None:
    raised = raised_by(door.teacher)
    sent = {"knows_family": "no", **typed(door, 0, "early_help"), **typed(door, 1, "early_help")}
    answer = signed_in(client, door.decider).post(reverse("concerns:decide", args=[raised.concern_id]), sent)
    page = answer.content.decode()
    assert page.count("Say whether this child needs anything sooner than the time limits") >= 2
    assert "Say why nothing less" not in page
    assert "Their mother asked for help herself." in page


def test_words_about_one_child_are_taken_over_for_another_but_no_choice_is(
    client: Client, door: FrontDoor
) -> None:
    raised = raised_by(door.teacher)
    address = reverse("concerns:decide", args=[raised.concern_id])
    answer = signed_in(client, door.decider).post(
        address,
        {
            **typed(door, 0, "early_help"),
            "c1-child_told": "He is four; his key worker told him.",
            "take_over": "1",
        },
    )
    assert answer.status_code == 302
    with as_practitioner(door.decider):
        kept = screening_draft(raised.concern_id)
        assert kept is not None
        fields = kept.content["screening"]
        assert not Screening.objects.exists()
        assert ConcernPart.objects.count() == 2
    assert fields["c1-reasons"] == ["Their mother asked for help herself."]
    assert fields["c1-child_told"] == ["He is four; his key worker told him."]
    assert "c1-outcome_id" not in fields
    assert "c1-level_id" not in fields
    assert "take_over" not in fields
    shown = client.get(address).content.decode()
    assert shown.count("Their mother asked for help herself.") == 2


def test_what_is_working_well_stands_on_the_childs_page_beside_what_we_are_worried_about(
    client: Client, door: FrontDoor
) -> None:
    raised = raised_by(door.teacher)
    signed_in(client, door.decider)
    before = client.get(f"/child/{raised.folder_ids[0]}/").content.decode()
    assert "there was shouting every night" in before
    client.post(
        reverse("concerns:decide", args=[raised.concern_id]),
        {
            "knows_family": "no",
            **typed(door, 0, "early_help", sooner_early_help="no"),
            **typed(door, 1, "early_help", sooner_early_help="no", working_well="He likes nursery."),
        },
    )
    maya, theo = (client.get(f"/child/{folder}/").content.decode() for folder in raised.folder_ids)
    assert "Their grandmother is there every afternoon." in maya
    assert "He likes nursery." in theo
    assert "He likes nursery." not in maya
    assert "Ana Ferreira" in maya


@pytest.mark.obligation("PAR-01")
@pytest.mark.parametrize("how", ["get", "post"])
def test_exit_this_page_forgets_the_draft_for_good(
    client: Client, door: FrontDoor, owning: Any, how: str
) -> None:
    client.post("/worried/")
    cookie = client.cookies[COOKIE].value
    reference, secret = read(client.get("/worried/later/").content.decode())
    client.cookies[COOKIE] = cookie
    with owning():
        assert Draft.objects.count() == 1
    gone = getattr(client, how)("/worried/leave/")
    assert gone.status_code == 302
    assert not gone["Location"].startswith("/")
    assert gone["Referrer-Policy"] in ("no-referrer", "same-origin")
    with owning():
        assert Draft.objects.count() == 0
    assert all(not cookie.value or cookie["max-age"] == 0 for cookie in client.cookies.values())
    # Whoever knows reference and secret finds nothing either.
    back = client.post("/worried/return/", {"reference": reference, "secret": secret})
    assert "We cannot find anything under this reference and secret code" in back.content.decode()


@pytest.mark.obligation("PAR-01")
def test_too_many_concerns_without_an_account_from_one_place_are_asked_to_wait(
    client: Client, door: FrontDoor, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "concern_start": "2/h/ip"}
    answers = [client.post("/worried/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert "999" in answers[2].content.decode()


@pytest.mark.obligation("PAR-02")
def test_an_agency_in_the_front_door_adds_what_it_knows_and_the_referrer_does_not_see_it(
    client: Client, door: FrontDoor
) -> None:
    raised = raised_by(door.teacher)
    officer = make_practitioner("police-front-door-officer", team=door.team, name="Rhona Lindqvist")
    signed_in(client, officer)
    act = reverse("concerns:act", args=[raised.concern_id])
    empty = client.post(act, {"act": "add", "words": ""})
    assert empty.status_code == 409
    told = client.post(act, {"act": "add", "words": "Called to the house twice in May."}, follow=True)
    assert "Added by Rhona Lindqvist" in told.content.decode()
    theirs = signed_in(client, door.teacher).get(f"/concerns/{raised.concern_id}/").content.decode()
    assert "twice in May" not in theirs


@pytest.mark.obligation("PAR-01")
def test_half_an_hour_away_ends_the_session_and_the_draft_is_there_after_signing_in_again(
    client: Client, door: FrontDoor, settings: Any
) -> None:
    teacher = make_practitioner(
        "designated-safeguarding-lead", email="sam@example.org", password="a long sentence to try"
    )
    sign_in = {"login": "sam@example.org", "password": "a long sentence to try"}
    with time_machine.travel(now(), tick=False) as clock:
        client.post("/sign-in/login/", sign_in)
        first = client.post("/concerns/raise/", {"once_key": str(uuid4())})["Location"]
        children = first.replace("/danger/", "/children/0/")
        client.post(first, {"danger": "no"})
        kept = client.post(f"{children}keep/", {"given": "Maya", "family": "Ferre"})
        assert kept.status_code == 200
        clock.shift(settings.SESSION_COOKIE_AGE + 1)
        away = client.get(children)
        assert (away.status_code, away["Location"].partition("?")[0]) == (302, "/sign-in/login/")
        lost = client.post(f"{children}keep/", {"given": "Maya", "family": "Ferreira-Lund"})
        assert lost.status_code == 302
        back = client.post(away["Location"], sign_in)
        assert (back.status_code, back["Location"]) == (302, children)
        page = client.get(children).content.decode()
        assert 'value="Maya"' in page
        assert 'value="Ferre"' in page
        assert "Maya Ferre" in client.get("/concerns/raise/").content.decode()
        assert "Maya Ferre" in client.get("/concerns/").content.decode()
    with as_practitioner(teacher):
        assert Draft.objects.get().practitioner_id == teacher.pk


@pytest.mark.obligation("PAR-01")
def test_what_one_child_said_never_becomes_the_words_of_another(client: Client, door: FrontDoor) -> None:
    client = signed_in(client, door.teacher)
    begun = client.post(reverse("concerns:raise"), {"once_key": ""})["Location"].removesuffix("danger/")

    def child(n: int, given: str) -> None:
        sent = {"given": given, "when": "age", "age_years": "9", "sex": "F"}
        assert client.post(f"{begun}children/{n}/", sent).status_code == 302

    for n, given in enumerate(("Maya", "Theo", "Iris")):
        child(n, given)
    said = {f"said_{n}": f"{given} said this." for n, given in enumerate(("Maya", "Theo", "Iris"))}
    client.post(f"{begun}voice/", said | {"about_0": "About Maya alone."})
    assert client.post(f"{begun}children/", {"remove": "0"}).status_code == 302
    page = client.get(f"{begun}voice/").content.decode()
    assert page.index("Theo") < page.index("Theo said this.") < page.index("Iris said this.")
    assert "Maya" not in page
    last = client.get(f"{begun}check/").content.decode()
    assert "Theo said this." in last
    assert "Maya said this." not in last
    # Whoever is put into her place has said nothing yet.
    child(0, "Noor")
    page = client.get(f"{begun}voice/").content.decode()
    assert "What has Noor said?" in page
    assert "Maya" not in page
