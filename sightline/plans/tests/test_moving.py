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
from sightline.plans.terms import Direction
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
        "authority": "Ashvale Council", "category": "NEG", "words": "Their reports.", "sooner_why": why,
        **{f"conference_by-{part}": value for part, value in day.items()},
        "asked_on-day": today().day, "asked_on-month": today().month, "asked_on-year": today().year,
    }  # fmt: skip
    page = _client(family.manager)
    assert page.post(reverse("plans:receive", args=[family.theo]), asked).status_code == 302
    with as_practitioner(family.manager):
        duty = Duty.objects.get(folder_id=family.theo, kind="transfer_in_conference")
        assert (duty.due_at.astimezone(LONDON).date(), duty.sooner_why) == (soon, why)
