"""Who leads a plan."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner
from sightline.children.queries import child_page
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import Refused
from sightline.plans import actions, rules
from sightline.plans.actions import BeginIn
from sightline.plans.terms import PlanKind
from sightline.voice.actions import Telling, tell_before
from sightline.voice.queries import told_of
from sightline.voice.terms import TookPart

from .factories import WISHED, begun, conference_decision, make_family
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


@pytest.mark.obligation("CHD-12")
def test_a_child_who_was_not_told_of_a_changed_category_is_listed_until_it_is_said_what_they_were_told():
    family = make_family()
    plan = begun(family)
    client = Client()
    client.force_login(family.worker.user)
    told = f"/child/{family.maya}/voice/told/"
    assert "its category is now" not in client.get(told).content.decode()
    with as_practitioner(family.chair):
        sent = actions.CategoryIn("EMO", "It is what she is told each evening that harms her.")
        actions.change_category(plan, sent, knows_family=False)

    def listed():
        page = client.get(told).content.decode()
        [row] = [each for each in page.split("<li>") if "its category is now emotional abuse" in each]
        return row

    [subject] = re.findall(r"\?subject=([0-9a-f-]{36})", listed())
    form = client.get(f"{told}write/", {"subject": subject}).content.decode()
    assert "its category is now emotional abuse" in form
    with as_practitioner(family.worker):
        said = Telling(
            "Its category changed", today(), TookPart.THERE, told="What the word means.", told_at=now(),
            subject_id=UUID(subject),
        )  # fmt: skip
        tell_before(family.maya, said)
        assert [h.was_told for h in told_of(child_page([family.maya])) if str(h.id) == subject] == [True]
