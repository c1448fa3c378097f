"""Who leads a plan."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner
from sightline.kernel.time import today
from sightline.kernel.verdicts import Refused
from sightline.plans import actions, rules
from sightline.plans.actions import BeginIn
from sightline.plans.terms import PlanKind

from .factories import WISHED, conference_decision, make_family
from .test_pages import _client

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("HLP-01")]


@pytest.mark.parametrize(
    ("kind", "social_worker", "may"),
    [
        (PlanKind.CHILD_PROTECTION, True, True),
        (PlanKind.CHILD_PROTECTION, False, False),
        (PlanKind.CHILD_IN_NEED, False, True),
        (PlanKind.EARLY_HELP, False, True),
    ],
)
def test_who_may_lead_a_plan(kind, social_worker, may):
    verdict = rules.may_lead(kind, social_worker=social_worker, field="lead")
    assert bool(verdict) is may
    assert verdict.field == ("" if may else "lead")


def test_a_child_protection_plan_is_led_by_a_social_worker():
    family = make_family()
    decided = conference_decision(family, family.maya)
    sent = BeginIn(
        PlanKind.CHILD_PROTECTION,
        today(),
        "She is hungry at school.",
        "NEG",
        decision_id=decided,
        wishes=WISHED,
    )
    with as_practitioner(family.chair):
        for lead in (None, family.nurse.pk):
            with pytest.raises(Refused, match="led by a social worker") as refused:
                actions.begin_plan(family.maya, replace(sent, lead_id=lead), knows_family=False)
            assert refused.value.verdict.field == "lead"
        plan = actions.begin_plan(family.maya, replace(sent, lead_id=family.worker.pk), knows_family=False)
    with as_practitioner(family.worker):
        with pytest.raises(Refused, match="led by a social worker") as refused:
            actions.name_lead(plan, family.nurse.pk, "Dana goes on leave.")
        assert refused.value.verdict.field == "practitioner"
    client = _client(family.worker)
    form = client.get(reverse("plans:write", args=[family.maya, plan, "lead"])).text
    assert "Dana Okafor" in form
    assert "Ines Farrow" not in form, "only social workers are offered"
