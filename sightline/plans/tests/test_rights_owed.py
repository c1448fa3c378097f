"""What a child is owed when a child protection plan is made: their rights explained, and the offer of an advocate."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.test import Client

from sightline.agencies.tests.factories import as_practitioner
from sightline.kernel.time import now, today
from sightline.plans import actions
from sightline.plans.terms import PlanKind
from sightline.procedures.queries import on_folders
from sightline.voice import actions as voice
from sightline.voice.actions import AdvocacyStep, RightsExplained
from sightline.voice.terms import AdvocacyAct, Explained, RightsForm

from .factories import Family, begun, make_family

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("CHD-11")]

RIGHTS, OFFER = "explain_rights", "offer_advocate"


@pytest.fixture
def family() -> Family:
    return make_family()


def owed(family: Family, folder_id: UUID) -> dict[str, str]:
    with as_practitioner(family.worker):
        return {d.kind: d.path for d in on_folders([folder_id]) if d.kind in (RIGHTS, OFFER)}


def explained(family: Family) -> None:
    with as_practitioner(family.worker):
        voice.tell_rights(family.maya, RightsExplained(RightsForm.MIDDLE, Explained.PICTURES, now()))


def test_at_a_child_protection_plan_rights_and_an_advocate_are_owed_and_voice_shows_it_until_they_are_told(
    family: Family,
) -> None:
    begun(family)
    page = f"/child/{family.maya}/voice/"
    assert owed(family, family.maya) == {RIGHTS: f"{page}rights/", OFFER: f"{page}advocate/"}
    client = Client(headers={"user-agent": "Tests"})
    client.force_login(family.worker.user)  # type: ignore[arg-type]
    assert "Explain their rights to the child" in client.get(page).text
    assert "Explain their rights to the child" in client.get(f"{page}rights/").text
    at = now()
    sent = {
        "form": "middle", "how": "pictures", "told_at-day": at.day, "told_at-month": at.month,
        "told_at-year": at.year, "told_at-time": "00:00",
    }  # fmt: skip
    assert client.post(f"{page}rights/", sent).status_code == 302
    assert owed(family, family.maya) == {OFFER: f"{page}advocate/"}
    shown = client.get(page).text
    assert "Explain their rights to the child" not in shown
    assert "Offer the child an advocate" in shown


def test_nothing_is_owed_twice_and_nothing_that_the_child_has(family: Family) -> None:
    with as_practitioner(family.worker):
        voice.advocacy(family.maya, AdvocacyStep(AdvocacyAct.OFFERED, today()))
        voice.advocacy(family.maya, AdvocacyStep(AdvocacyAct.ACCEPTED, today(), "Yes."))
    explained(family)
    begun(family)
    # Told of on the day of the plan, and an advocate is being found.
    assert owed(family, family.maya) == {}


def test_a_plan_that_was_begun_by_mistake_owes_nothing_and_other_plans_never_did(family: Family) -> None:
    begun(family, family.theo, PlanKind.CHILD_IN_NEED)
    assert owed(family, family.theo) == {}
    plan_id = begun(family)
    with as_practitioner(family.chair):
        actions.withdraw_plan(plan_id, "It was begun on the wrong child.", knows_family=False)
    assert owed(family, family.maya) == {}
