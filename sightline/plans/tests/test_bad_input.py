"""What happens out of order, and what happens to a child and the people around a plan: through the pages, each with
its way or a refusal that says what to do, and with what was typed kept."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner
from sightline.children.actions import correct_particulars, died
from sightline.children.rules import Birth
from sightline.kernel.time import LONDON, now, today
from sightline.plans import actions, queries
from sightline.plans.models import Plan, Transfer
from sightline.plans.terms import PlanKind
from sightline.procedures.models import Duty

from .factories import Family, a_visit, an_action, begun, make_family, signed
from .test_pages import _client, _day

pytestmark = pytest.mark.django_db
TYPED = "Sana's own words, typed on the train."


def words_of(response: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def calling(family: Family, purpose: str, **changes: Any) -> dict[str, Any]:
    when = (now() + timedelta(days=30)).astimezone(LONDON)
    return {
        "purpose": purpose, "children": [str(family.maya)], "format": "in_person", "when-day": when.day,
        "when-month": when.month, "when-year": when.year, "when-time": "10:00", "minutes_long": "60",
        "place": "Civic Centre", "chair": str(family.chair.pk), "agenda": TYPED, **changes,
    }  # fmt: skip


@pytest.mark.obligation("ENQ-01")
@pytest.mark.parametrize(
    ("purpose", "what_to_do"),
    [
        (
            "initial_conference",
            "No strategy discussion has begun an enquiry about Maya. Hold the discussion first",
        ),
        ("review_conference", "There is no child protection plan for Maya. Begin the plan first"),
        ("core_group", "There is no child protection plan for Maya. Begin the plan first"),
        ("child_in_need_review", "There is no child in need plan for Maya. Begin the plan first"),
        ("receiving_in_conference", "No request of another authority for Maya is recorded. Record it first"),
    ],
)
def test_a_meeting_before_what_it_rests_on_is_refused_with_what_to_do(purpose: str, what_to_do: str) -> None:
    family = make_family()
    client = _client(family.worker)
    address = reverse("meetings:call", args=[family.maya])
    refused = client.post(address, calling(family, purpose))
    assert what_to_do in words_of(refused).replace("&#39;", "'")
    assert TYPED.split("'")[1] in refused.content.decode()
    why = "Held at the hospital on Monday, on paper; chaired by Ruth."
    done = client.post(address, calling(family, purpose, earlier_why=why), follow=True)
    assert "The meeting is called" in words_of(done)


def test_a_protection_plan_before_its_conference_is_refused_with_what_to_do() -> None:
    family = make_family()
    client = _client(family.chair)
    sent = {
        "kind": "child_protection", "category": "NEG", **_day("began_on", today()), "reasons": TYPED,
        "wishes_why_not": "She was asked twice, and drew.", "lead": str(family.worker.pk),
    }  # fmt: skip
    refused = client.post(reverse("plans:begin", args=[family.maya]), sent)
    assert "conference" in words_of(refused)
    assert "typed on the train." in refused.content.decode()
    with as_practitioner(family.worker):
        assert not Plan.objects.exists()


def test_siblings_part_half_way_and_each_keeps_what_was_written() -> None:
    family = make_family()
    maya = begun(family)
    theo = begun(family, family.theo, with_plan=maya)
    client = _client(family.worker)
    away = reverse("plans:write", args=[family.theo, theo, "leave"])
    assert "Say" in words_of(client.post(away, {"why": ""}))
    client.post(away, {"why": "Theo lives with his grandmother now."}, follow=True)
    with as_practitioner(family.worker):
        assert queries.siblings_of(queries.plan_shown(theo)) == []
    back = reverse("plans:write", args=[family.theo, theo, "join"])
    client.post(back, {"with_plan": str(maya), "why": "He is home again."}, follow=True)
    with as_practitioner(family.worker):
        assert len(queries.siblings_of(queries.plan_shown(theo))) == 1


@pytest.mark.obligation("CHD-07")
def test_who_left_the_agency_is_shown_in_the_plan_with_what_to_do(owning: Any) -> None:
    family = make_family()
    plan = begun(family)
    with as_practitioner(family.worker):
        [action] = actions.give_action([plan], an_action(family.nurse))
    with owning():
        family.nurse.postings.update(held_until=today())
    client = _client(family.worker)
    page = words_of(client.get(reverse("plans:plan", args=[family.maya, plan])))
    assert "Ines Farrow has actions in this plan and works there no more. Hand them over." in page
    form = client.get(reverse("plans:action", args=[family.maya, action]))
    assert form.status_code == 200
    assert str(family.manager.pk) in form.content.decode(), "somebody who works here can be chosen"


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        ("born", "The child has been born since this plan was signed."),
        ("put right", "The date of birth was put right after this plan was signed."),
        ("adult", "The young person turned 18 on"),
        ("died", "The child has died. Close the plan, with that as its reason."),
    ],
)
def test_what_happens_to_a_child_asks_the_plan_for_an_answer(happens: str, told: str) -> None:
    family = make_family(expected=today() + timedelta(days=30) if happens == "born" else None)
    plan = begun(family)
    signed(family, plan)
    client = _client(family.worker)
    address = reverse("plans:plan", args=[family.maya, plan])
    assert told not in words_of(client.get(address))
    with as_practitioner(family.worker):
        if happens == "born":
            correct_particulars(family.maya, Birth(born_on=today()), "Born this morning.")
        elif happens == "put right":
            correct_particulars(family.maya, Birth(born_on=today() - timedelta(days=3000)), "Read wrongly.")
        elif happens == "adult":
            correct_particulars(family.maya, Birth(born_on=today() - timedelta(days=7000)), "Read wrongly.")
    with as_practitioner(family.manager):
        if happens == "died":
            died(family.maya, today())
    assert told in words_of(client.get(address))
    if happens in ("adult", "died"):
        refused = client.post(
            reverse("meetings:call", args=[family.maya]), calling(family, "review_conference", agenda=TYPED)
        )
        words = words_of(refused)
        assert ("Maya is 18 by then" if happens == "adult" else "Maya has died") in words
        assert "typed on the train." in refused.content.decode()


@pytest.mark.obligation("PAR-12")
def test_a_child_with_a_plan_moves_away_and_the_plan_is_ours_until_their_conference_accepts() -> None:
    family = make_family()
    plan = begun(family)
    signed(family, plan)
    client = _client(family.manager)
    asked = client.post(
        reverse("plans:write", args=[family.maya, plan, "transfer"]),
        {"authority": "Northmoor Council", "words": "The whole plan went to Jo Ray; Dana visits until then."},
        follow=True,
    )
    assert "Northmoor Council" in words_of(asked)
    with as_practitioner(family.worker):
        assert Plan.objects.get(id=plan).state != "closed"
        actions.record_visit(plan, a_visit())
        row = Transfer.objects.get()
    address = reverse("plans:transfer", args=[family.maya, row.id])
    sent = {
        "accepted": "yes", "answered_by": "Jo Ray, chair", "words": "They take the plan.",
        "summary": "Maya eats every day; her father is not to be alone with her.", "helps_now": "Jo Ray, Northmoor.",
        "feedback_asked": "Ana was asked on the last visit.", "record_in_order_by": str(family.manager.pk),
        "wishes_why_not": "Heard before the conference; it stands on the plan.",
    }  # fmt: skip
    refused = client.post(address, sent)
    assert "day of the receiving conference" in words_of(refused)
    assert "her father is not to be alone with her." in refused.content.decode()
    client.post(address, {**sent, **_day("conference_on", today())}, follow=True)
    with as_practitioner(family.worker):
        assert Plan.objects.get(id=plan).state == "closed"


@pytest.mark.obligation("PAR-12")
def test_a_child_moves_here_with_a_plan_and_the_receiving_conference_has_its_clock() -> None:
    family = make_family()
    worker, chair = _client(family.worker), _client(family.chair)
    worker.post(
        reverse("plans:receive", args=[family.maya]),
        {
            "authority": "Northmoor Council", "category": "EMO", "earlier_plans": "2",
            **_day("asked_on", today()), "words": "Their plan and reports; their worker visits until then.",
        },
        follow=True,
    )  # fmt: skip
    with as_practitioner(family.worker):
        row = Transfer.objects.get()
        assert Duty.objects.filter(kind="transfer_in_conference", subject_id=row.id, closed_at=None).exists()
    assert "Northmoor Council" in words_of(worker.get(reverse("plans:child", args=[family.maya])))
    address = reverse("plans:transfer", args=[family.maya, row.id])
    sent = {
        "accepted": "yes", **_day("conference_on", today()), "answered_by": "Helen Abara, chair",
        "words": "The risk came along with the family.", "lead": str(family.worker.pk),
        "wishes_why_not": "She was asked twice, and drew.",
    }  # fmt: skip
    assert worker.post(address, sent).status_code in (403, 409), "who may not decide on a plan"
    chair.post(address, sent, follow=True)
    with as_practitioner(family.worker):
        plan = Plan.objects.get()
        assert (plan.kind, plan.from_authority) == (PlanKind.CHILD_PROTECTION, "Northmoor Council")
        assert not Duty.objects.filter(kind="transfer_in_conference", closed_at=None).exists()


def test_the_wrong_person_finds_none_of_these() -> None:
    family = make_family()
    plan = begun(family)
    client = _client(family.stranger)
    for address in (
        reverse("plans:receive", args=[family.maya]),
        reverse("plans:write", args=[family.maya, plan, "transfer"]),
        reverse("plans:write", args=[family.maya, plan, "join"]),
        reverse("meetings:call", args=[family.maya]),
    ):
        assert client.get(address).status_code == 404
        assert client.post(address, {"authority": "Northmoor"}).status_code == 404
