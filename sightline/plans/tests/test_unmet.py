"""Needs that nothing meets and waits for a service, of plans and assessments, in one list."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner
from sightline.enquiries.actions import assessment
from sightline.enquiries.actions.assessment import Beginning
from sightline.plans import actions, queries
from sightline.plans.actions import NeedIn, OfferIn
from sightline.plans.queries import lists
from sightline.plans.terms import OfferState, PlanKind

from .factories import begun, make_family

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("HLP-09")]


def with_needs():
    """A plan's need and wait, and a need and a wait that an assessment named, of different places."""
    family = make_family()
    plan = begun(family, kind=PlanKind.EARLY_HELP)
    agency = family.nurse.postings.get().agency_id
    with as_practitioner(family.worker):
        actions.write_need(
            [plan], NeedIn("A quiet place for homework", unmet_why="None here.", area="Saltwick")
        )
        actions.offer_service(
            family.maya,
            OfferIn("She sleeps again.", name="Night Line", state=OfferState.WAITING, words="Since May."),
            plan_id=plan,
        )
        [row] = assessment.begin(
            Beginning(
                [family.theo], "section_17", family.worker.pk, "agreement", "Their mother agreed on Tuesday."
            )
        )
        grief = assessment.NeedIn(
            "Somebody to talk to about grief",
            "",
            unmet_why="A wait of a year",
            agency_id=agency,
        )
        assessment.name_need(row.id, grief)
        assessment.name_need(row.id, assessment.NeedIn("A warm coat", "", service="The wardrobe"))
    return family


def test_needs_of_plans_and_assessments_stand_in_one_list_by_place_and_agency():
    family = with_needs()
    page = Client()
    page.force_login(family.worker.user)
    assert reverse("plans:unmet") in page.get(reverse("plans:directory")).content.decode()
    shown = page.get(reverse("plans:unmet")).content.decode()
    assert "3 needs and waits" in shown
    places = [shown.index(words) for words in ("Night Line", "about grief", "A quiet place for homework")]
    assert places == sorted(places), "by place and agency, those of no place and agency first"
    assert "A warm coat" not in shown, "a service meets it"
    with as_practitioner(family.stranger):
        assert queries.unmet().total == 0


def test_none_drops_off_a_long_list(monkeypatch):
    family = with_needs()
    monkeypatch.setattr(lists, "UNMET", 2)
    with as_practitioner(family.worker):
        found = [queries.unmet(page) for page in (1, 2)]
        assert [(len(p.rows), p.total, p.pages) for p in found] == [(2, 3, 2), (1, 3, 2)]
        assert len({row.words for p in found for row in p.rows}) == 3
        assert queries.unmet(9).page == 1, "a page beyond the list is the first"
    page = Client()
    page.force_login(family.worker.user)
    first = page.get(reverse("plans:unmet")).content.decode()
    assert "Page 1 of 2" in first
    assert "?page=2" in first
