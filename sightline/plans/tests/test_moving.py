"""What passes between authorities is reported by authority, over the records that somebody may open."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner
from sightline.kernel.time import LONDON, today
from sightline.kernel.verdicts import Refused
from sightline.plans import actions, queries
from sightline.plans.actions import TransferAnswer
from sightline.plans.models import Ending
from sightline.plans.terms import Direction, PlanKind
from sightline.procedures.models import Duty

from .factories import begun, make_family, signed
from .test_pages import _client

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("PAR-12")]


def test_requests_stand_by_authority_with_what_came_of_them_and_how_long_it_took():
    family = make_family()
    plan = begun(family)
    signed(family, plan)
    with as_practitioner(family.manager):
        assert queries.transfers_by_authority() == []
        for answered in (True, False):
            actions.ask_transfer(
                plan, "Northmoor Council" if answered else "northmoor  council", "All was sent."
            )
            if answered:
                [asked] = queries.transfers_of([family.maya])
                refused = TransferAnswer(
                    False, "Chair of Northmoor", "The family comes back in spring.", today()
                )
                actions.answer_transfer(asked.id, refused)
        actions.receive_transfer(
            family.theo,
            "Ashvale Council",
            "Their reports.",
            category="NEG",
            asked_on=today() - timedelta(days=9),
        )
        ashvale, northmoor = queries.transfers_by_authority()
        assert [(r.direction, r.days) for r in ashvale.rows] == [(Direction.IN, 9)]
        assert (northmoor.waiting, northmoor.accepted, northmoor.refused) == (1, 0, 1)
        assert ashvale.longest == 9
    page = _client(family.manager).get(reverse("plans:transfers")).text
    assert "1 waiting, 0 accepted, 1 not accepted." in page
    assert "Maya Ferreira-Lund" in page
    nobody = _client(family.stranger).get(reverse("plans:transfers")).text
    assert "No child is moving" in nobody
    assert "Ferreira-Lund" not in nobody


@pytest.mark.obligation("TIM-01")
def test_a_receiving_conference_is_sooner_where_the_child_needs_it():
    family = make_family()
    soon, why = today() + timedelta(days=4), "They move into a refuge on Friday."
    asking = (family.theo, "Ashvale Council", "Their reports.")
    with as_practitioner(family.manager):
        for wrong, told, field in (
            (
                {"conference_by": today() + timedelta(days=60), "sooner_why": why},
                "ends no later",
                "conference_by",
            ),
            ({"conference_by": soon}, "Say why this child needs it sooner", "sooner_why"),
        ):
            with pytest.raises(Refused, match=told) as refused:
                actions.receive_transfer(*asking, category="NEG", **wrong)
            assert refused.value.verdict.field == field
    day = {"day": soon.day, "month": soon.month, "year": soon.year}
    asked = {
        "authority": "Ashvale Council", "kind": "child_protection", "category": "NEG", "words": "Their reports.",
        "sooner_why": why,
        **{f"conference_by-{part}": value for part, value in day.items()},
        "asked_on-day": today().day, "asked_on-month": today().month, "asked_on-year": today().year,
    }  # fmt: skip
    page = _client(family.manager)
    assert page.post(reverse("plans:receive", args=[family.theo]), asked).status_code == 302
    with as_practitioner(family.manager):
        duty = Duty.objects.get(folder_id=family.theo, kind="transfer_in_conference")
        assert (duty.due_at.astimezone(LONDON).date(), duty.sooner_why) == (soon, why)


def _parts(name, day):
    return {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}


SAID = {"knows_family": "no", "has_conflict": "no", "wishes_why_not": "She was asleep.", "accepted": "yes",
        "answered_by": "Ines Hart, team manager", "words": "The school and the doctor are the same."}  # fmt: skip


def test_a_child_in_need_moves_here_with_their_plan_and_no_conference_is_asked_for():
    family = make_family()
    client = _client(family.manager)
    ask = reverse("plans:receive", args=[family.theo])
    sent = {"authority": "Ashvale Council", "kind": "child_in_need", "words": "Their plan and their last review.",
            **_parts("asked_on", today())}  # fmt: skip
    assert "Select which plan" in client.post(ask, {**sent, "kind": ""}).text
    assert client.post(ask, sent).status_code == 302
    with as_practitioner(family.manager):
        [asked] = queries.transfers_of([family.theo])
        assert asked.kind is PlanKind.CHILD_IN_NEED
        assert not Duty.objects.filter(folder_id=family.theo, kind="transfer_in_conference").exists()
    assert "Needs none" in client.get(reverse("plans:transfers")).text
    answer = reverse("plans:transfer", args=[family.theo, asked.id])
    assert "conference_on-day" not in client.get(answer).text
    got = client.post(answer, {**SAID, "lead": str(family.worker.pk)})
    assert got.status_code == 302, got.text
    with as_practitioner(family.manager):
        plan = queries.open_plan(family.theo)
        assert (plan.kind, plan.from_authority) == ("child_in_need", "Ashvale Council")
        owed = Duty.objects.filter(folder_id=family.theo, closed_at__isnull=True)
        assert "child_in_need_visit" in set(owed.values_list("kind", flat=True))


def test_a_child_in_need_moves_away_as_soon_as_the_other_authority_accepts_the_plan():
    family = make_family()
    plan = begun(family, kind=PlanKind.CHILD_IN_NEED)
    signed(family, plan)
    client = _client(family.manager)
    ask = reverse("plans:write", args=[family.maya, plan, "transfer"])
    assert "conference_on-day" not in client.get(ask).text
    sent = {
        "authority": "Ashvale Council",
        "words": "What the worry was, what helped, who visits until then.",
    }
    assert client.post(ask, sent).status_code == 302
    with as_practitioner(family.manager):
        [asked] = queries.transfers_of([family.maya])
    answer = reverse("plans:transfer", args=[family.maya, asked.id])
    assert "conference_on-day" not in client.get(answer).text
    got = client.post(
        answer,
        {**SAID, "summary": "Hunger has ended; the evenings hold.", "helps_now": "Their worker, from Monday.",
         "feedback_asked": "On the last visit.", "record_in_order_by": str(family.manager.pk)},
    )  # fmt: skip
    assert got.status_code == 302, got.text
    with as_practitioner(family.manager):
        assert queries.open_plan(family.maya) is None
        [asked] = queries.transfers_of([family.maya])
        assert (asked.accepted, asked.conference_on) == (True, None)
        assert Ending.objects.get(plan_id=plan).reason == "RC5"
