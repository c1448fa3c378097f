"""Two people at one concern, and one who presses twice: who did it and when, what was typed stays, once is once."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner
from sightline.concerns import actions, queries
from sightline.concerns.models import Addition, Answer, Concern, Draft, Screening, Transfer
from sightline.records.models import Decision

from .factories import FrontDoor, a_decision, make_front_door, raised_by
from .test_pages import signed_in, typed
from .without_account import comes_back, tells

pytestmark = pytest.mark.django_db
MINE = "These are my own words, typed with care."
WHEN = r"at \d\d:\d\d on \d{1,2} [A-Z][a-z]+"


@pytest.fixture
def door() -> FrontDoor:
    return make_front_door()


class Desk:
    """Somebody at their own browser, with a page open."""

    def __init__(self, who: Practitioner) -> None:
        self.client = signed_in(Client(), who)
        self.page = ""
        self.address = ""

    def opens(self, address: str) -> Desk:
        self.page, self.address = self.client.get(address).content.decode(), address
        return self

    def sends(self, address: str = "", **fields: str) -> HttpResponse:
        """The form that posts `act` where there is one, else the page's own, with what it carries hidden."""
        act = fields.get("act")
        forms = [f for f in re.findall(r"<form.*?</form>", self.page, re.S) if 'method="post"' in f]
        wanted = [f for f in forms if act is None or f'value="{act}"' in f]
        hidden = dict(
            re.findall(r'type="hidden"[^>]* name="(version|once_key|seen)" value="([^"]*)"', wanted[-1])
        )
        return self.client.post(address or self.address, hidden | fields)


def concern_page(raised: Any) -> str:
    return reverse("concerns:concern", args=[raised.concern_id])


def act_page(raised: Any) -> str:
    return reverse("concerns:act", args=[raised.concern_id])


def decided(
    door: FrontDoor, concern_id: UUID, outcome: str = "early_help", **changes: Any
) -> list[Screening]:
    with as_practitioner(door.decider):
        parts = queries.concern(concern_id).parts
        return actions.screen(
            concern_id, [a_decision(p.id, outcome, **changes) for p in parts], knows_family=False
        )


def says(answer: HttpResponse, words: str, *, kept: str = MINE) -> None:
    """The page says who did what and when, and keeps what was typed."""
    page = answer.content.decode()
    assert answer.status_code == 409, page
    assert re.search(words + " " + WHEN, page), page
    assert kept in page


def test_acknowledged_by_somebody_else_first_it_is_sent_once_and_the_second_is_told(door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    first, second = (Desk(who).opens(concern_page(raised)) for who in (door.decider, door.second))
    assert first.sends(act_page(raised), act="acknowledge", words="We have it.").status_code == 302
    says(
        second.sends(act_page(raised), act="acknowledge", words=MINE),
        "Gwen Ashby told the referrer that it arrived",
    )
    with as_practitioner(door.decider):
        assert [a.words for a in Answer.objects.all()] == ["We have it."]


@pytest.mark.parametrize(
    ("act", "rows"),
    [("acknowledge", Answer), ("add", Addition), ("danger", Addition)],
)
def test_the_same_form_sent_twice_is_kept_once(door: FrontDoor, act: str, rows: Any) -> None:
    raised = raised_by(door.teacher, immediate_danger=True, danger_words="He is at the door.")
    desk = Desk(door.decider).opens(concern_page(raised))
    for _ in range(2):
        assert desk.sends(act_page(raised), act=act, words=MINE).status_code == 302
    with as_practitioner(door.decider):
        words = [row.words for row in rows.objects.filter(concern_id=raised.concern_id)]
    # What is added stands in each child's part; what is told, once.
    assert len(words) == (1 if rows is Answer else 2)


def test_danger_acted_on_by_somebody_else_first(door: FrontDoor) -> None:
    raised = raised_by(door.teacher, immediate_danger=True, danger_words="He is at the door.")
    first, second = (Desk(who).opens(concern_page(raised)) for who in (door.decider, door.second))
    first.sends(act_page(raised), act="danger", words="Police sent at 14:05.")
    says(second.sends(act_page(raised), act="danger", words=MINE), "Gwen Ashby added to this concern")


def test_taken_up_by_somebody_else_first_and_taken_up_twice(door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    first, second = (Desk(who).opens(concern_page(raised)) for who in (door.decider, door.second))
    for _ in range(2):
        assert first.sends(act_page(raised), act="take_up").status_code == 302
    says(second.sends(act_page(raised), act="take_up"), "Gwen Ashby took this concern up", kept="")
    with as_practitioner(door.decider):
        assert Concern.objects.get().taken_by_id == door.decider.pk
    back = first.opens(concern_page(raised))
    for _ in range(2):
        assert back.sends(act_page(raised), act="hand_back").status_code == 302
    with as_practitioner(door.decider):
        assert Concern.objects.get().taken_by_id is None


def test_adding_is_never_lost_and_says_what_was_done_meanwhile(door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    desk = Desk(door.second).opens(concern_page(raised))
    decided(door, raised.concern_id)
    assert desk.sends(act_page(raised), act="add", words=MINE).status_code == 302
    page = desk.client.get(concern_page(raised)).content.decode()
    assert MINE in page
    assert re.search("Meanwhile: Gwen Ashby decided on this concern " + WHEN, page)


def test_a_decision_sent_twice_is_one_decision_and_leaves_no_draft(door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    address = reverse("concerns:decide", args=[raised.concern_id])
    desk = Desk(door.decider).opens(address)
    fields = {
        "knows_family": "no",
        **typed(door, 0, "early_help", sooner_early_help="no"),
        **typed(door, 1, "early_help", sooner_early_help="no"),
    }
    for _ in range(2):
        answer = desk.sends(**fields)
        assert answer.status_code == 302, answer.content.decode()
        assert answer["Location"] == reverse("concerns:answer", args=[raised.concern_id])
    with as_practitioner(door.decider):
        assert Screening.objects.count() == 2
        assert Draft.objects.count() == 0


def test_decided_by_somebody_else_first(door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    desk = Desk(door.second).opens(reverse("concerns:decide", args=[raised.concern_id]))
    decided(door, raised.concern_id)
    answer = desk.sends(
        knows_family="no",
        **typed(door, 0, "early_help", sooner_early_help="no", reasons=MINE),
        **typed(door, 1, "early_help", sooner_early_help="no"),
    )
    says(answer, "Gwen Ashby decided on this concern")


def test_answered_by_somebody_else_first_and_answered_twice(door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    decided(door, raised.concern_id)
    address = reverse("concerns:answer", args=[raised.concern_id])
    first, second = (Desk(who).opens(address) for who in (door.decider, door.second))
    for _ in range(2):
        assert first.sends(words="Early help will ring.").status_code == 302
    answer = second.sends(words=MINE)
    says(answer, "Gwen Ashby told the referrer what was decided")
    with as_practitioner(door.decider):
        assert [a.words for a in Answer.objects.all()] == ["Early help will ring."]
    # Having read that, they may send theirs all the same.
    second.page = answer.content.decode()
    assert second.sends(words=MINE).status_code == 302


@pytest.mark.obligation("CHD-06")
@pytest.mark.parametrize("upholds", ["yes", "no"])
def test_ruled_on_by_another_manager_first_and_ruled_on_twice(door: FrontDoor, upholds: str) -> None:
    raised = raised_by(door.teacher)
    made = decided(
        door, raised.concern_id, "section_17_assessment", conflict="The school.", for_the_child=False
    )
    from sightline.agencies.tests.factories import make_practitioner

    other = make_practitioner("team-manager", team=door.team, name="Ines Kerr")
    address = reverse("concerns:ruling", args=[raised.concern_id, made[0].decision_id])
    first, second = (Desk(who).opens(address) for who in (door.manager, other))
    for _ in range(2):
        assert (
            first.sends(knows_family="no", upholds=upholds, reasons="It is right for her.").status_code == 302
        )
    says(second.sends(knows_family="no", upholds="yes", reasons=MINE), "Priya Nair ruled on this decision")
    if upholds == "no":
        decided(door, raised.concern_id)
        says(
            second.sends(knows_family="no", upholds="yes", reasons=MINE), "Priya Nair ruled on this decision"
        )
    with as_practitioner(door.manager):
        assert Decision.objects.filter(rules_on_id=made[0].decision_id).count() == 1
    assert "Priya Nair has ruled on it" in second.opens(address).page
    assert "Record your ruling" not in second.page


def test_a_transfer_accepted_is_recorded_once(door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    made = decided(door, raised.concern_id, "other_authority", authority="Westmarch Council")
    address = reverse("concerns:accepted", args=[raised.concern_id, made[0].id])
    first, second = (Desk(who).opens(address) for who in (door.decider, door.second))
    for _ in range(2):
        assert first.sends(accepted_by="Jo Penn, duty manager").status_code == 302
    answer = second.sends(accepted_by="Al Moss, team manager")
    says(answer, "Gwen Ashby recorded", kept="Al Moss, team manager")
    assert "Jo Penn, duty manager has accepted already" in answer.content.decode()
    with as_practitioner(door.decider):
        assert Transfer.objects.get(screening=made[0]).accepted_by == "Jo Penn, duty manager"


def test_reopened_and_closed_once_and_by_somebody_else_first(door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    with as_practitioner(door.teacher):
        actions.take_back(raised.concern_id, "It was a misunderstanding.")
    first, second = (Desk(who).opens(concern_page(raised)) for who in (door.decider, door.second))
    for _ in range(2):
        assert (
            first.sends(
                act_page(raised), act="close_taken_back", knows_family="no", words="The school confirms it."
            ).status_code
            == 302
        )
    says(
        second.sends(act_page(raised), act="close_taken_back", knows_family="no", words=MINE),
        "Gwen Ashby added to this concern",
    )
    says(
        second.sends(act_page(raised), act="reopen", sooner="no", words=MINE),
        "Gwen Ashby added to this concern",
    )
    second.opens(concern_page(raised))
    for _ in range(2):
        assert (
            second.sends(
                act_page(raised), act="reopen", sooner="no", words="The child says otherwise."
            ).status_code
            == 302
        )
    # The form is gone from the page by now: what was typed stands there all the same.
    says(
        first.sends(act_page(raised), act="reopen", sooner="no", words=MINE),
        "Ola Brandt reopened this concern",
    )
    with as_practitioner(door.decider):
        assert Addition.objects.filter(kind="reopened").count() == 2  # in each child's part


def test_the_referrer_adds_and_takes_back_once_and_learns_when_it_was_decided_first(door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    desk = Desk(door.teacher).opens(reverse("concerns:own", args=[raised.concern_id]))
    for _ in range(2):
        assert desk.sends(act="more", words=MINE).status_code == 302
    with as_practitioner(door.teacher):
        assert Addition.objects.filter(words=MINE).count() == 2  # in each child's part
    desk.opens(desk.address)
    decided(door, raised.concern_id)
    answer = desk.sends(act="take_back", words="I take it back for my own reasons.")
    says(answer, "The front door decided on it", kept="I take it back for my own reasons.")
    assert "Gwen" not in answer.content.decode()
    told = desk.client.post(desk.address, {"act": "more", "words": "And more.", "version": "1"}, follow=True)
    assert re.search("Added. The front door sees it with your concern. The front door decided on it " + WHEN,
                     told.content.decode())  # fmt: skip


def test_taken_back_twice_is_taken_back_once(door: FrontDoor) -> None:
    raised = raised_by(door.teacher)
    address = reverse("concerns:own", args=[raised.concern_id])
    desk, elsewhere = (Desk(door.teacher).opens(address) for _ in range(2))
    for _ in range(2):
        assert desk.sends(act="take_back", words="A misunderstanding.").status_code == 302
    says(elsewhere.sends(act="take_back", words=MINE), "You took it back")
    with as_practitioner(door.teacher):
        assert Addition.objects.filter(kind="taken_back").count() == 2  # in each child's part


@pytest.mark.obligation("PAR-01")
def test_without_an_account_what_is_added_twice_stands_once(
    door: FrontDoor, client: Client, owning: Any
) -> None:
    comes_back(client, *tells(client))
    page = client.get("/worried/yours/").content.decode()
    hidden = dict(re.findall(r'name="(version|once_key)" value="([^"]*)"', page))
    for _ in range(2):
        assert client.post("/worried/yours/", {"act": "more", "words": MINE, **hidden}).status_code == 302
    assert client.get("/worried/yours/").content.decode().count(MINE) == 1
    with owning():
        assert Addition.objects.count() == 1
    taken = {"act": "take_back", "words": "I was wrong about it.", **hidden, "once_key": ""}
    assert client.post("/worried/yours/", taken)["Location"] == "/worried/yours/"
    assert "You took it back." in client.get("/worried/yours/").content.decode()
    signed_in(client, door.decider)
    shown = client.get("/front-door/").content.decode()
    assert "Maya" in shown


def test_a_concern_sent_twice_is_one_and_both_times_it_says_sent(door: FrontDoor) -> None:
    desk = Desk(door.teacher)
    start = desk.client.post("/concerns/raise/")["Location"]
    draft = start.removesuffix("danger/")
    for step, fields in (
        ("danger", {"danger": "no"}),
        ("children/0", {"given": "Maya", "when": "age", "age_years": "9", "sex": "F"}),
        ("happened", {"what_happened": "She came without a coat again.", "harm_where": "home"}),
        ("voice", {"why_not_0": "She would not speak today."}),
        ("family", {"told": "no", "told_why_not": "Not reached yet.", "agreed": "not_asked"}),
        ("help", {}),
        ("you", {"source_code": "2A", "contact": "01632 960123"}),
    ):
        answer = desk.client.post(f"{draft}{step}/", fields)
        assert answer.status_code == 302, answer.content.decode()
    first, second = (desk.client.post(f"{draft}check/", follow=True) for _ in range(2))
    assert first.status_code == second.status_code == 200
    assert first.content.decode().count("Your concern has been sent") >= 1
    assert "Your concern has been sent" in second.content.decode()
    with as_practitioner(door.teacher):
        assert Concern.objects.count() == 1
    stranger = signed_in(Client(), door.stranger)
    assert stranger.get(f"{draft}check/").status_code == 404


def test_start_now_pressed_twice_makes_one_draft(door: FrontDoor) -> None:
    desk = Desk(door.teacher).opens(reverse("concerns:raise"))
    first, second = desk.sends(once_key=_key(desk.page)), desk.sends(once_key=_key(desk.page))
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    with as_practitioner(door.teacher):
        assert Draft.objects.count() == 1
    again = desk.opens(reverse("concerns:raise")).sends(once_key=_key(desk.page))
    assert again["Location"] != first["Location"], "the page opened anew starts another"


def _key(page: str) -> str:
    found = re.search(r'name="once_key" value="([^"]+)"', page)
    assert found is not None
    return found[1]
