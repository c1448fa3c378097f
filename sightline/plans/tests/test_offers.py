"""A service offered from a concern, before there is any plan."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.concerns.actions import screen
from sightline.concerns.queries import concern
from sightline.concerns.tests.factories import a_decision, make_front_door, raised_by
from sightline.kernel.time import today
from sightline.plans.actions import BeginIn, begin_plan
from sightline.plans.models import Offer
from sightline.plans.terms import PlanKind

from .factories import a_service
from .reading import Page

pytestmark = pytest.mark.django_db


@pytest.mark.obligation("HLP-09")
@pytest.mark.obligation("HLP-05")
def test_a_decided_concern_leads_to_an_offer_which_says_where_it_came_from():
    door = make_front_door()
    raised = raised_by(door.teacher)
    with as_practitioner(door.decider):
        parts = concern(raised.concern_id).parts
    client = Client()
    client.force_login(door.decider.user)
    page = reverse("concerns:concern", args=[raised.concern_id])
    assert "Offer a local service" not in client.get(page).content.decode(), "nothing is decided yet"
    with as_practitioner(door.decider):
        screen(raised.concern_id, [a_decision(part.part.id) for part in parts], knows_family=False)
    child = parts[0].lead_folder_id
    new = f"{reverse('plans:new_offer', args=[child])}?concern="
    assert f"{new}{raised.concern_id}" in client.get(page).content.decode()
    sent = {"name": "Friday breakfast club", "meant_to_change": "She eats before school", "state": "offered"}
    assert client.post(f"{new}{uuid4()}", sent).status_code == 404
    assert not Offer.objects.exists()
    assert client.post(f"{new}{raised.concern_id}", sent).status_code == 302
    with as_practitioner(door.decider):
        assert Offer.objects.get().concern_id == raised.concern_id
    assert ", from a concern" in client.get(reverse("plans:offers", args=[child])).content.decode()


@pytest.mark.obligation("HLP-05")
@pytest.mark.parametrize("door", ["plan", "concern"])
def test_a_service_is_found_by_need_age_and_place_offered_and_what_came_of_it_stands_by_the_childs_name(door):
    """From the plan and from a concern alike: the directory knows for whom it is asked, and leads back to the offer."""
    front = make_front_door()
    raised = raised_by(front.teacher)
    with as_practitioner(front.decider):
        parts = concern(raised.concern_id).parts
        screen(raised.concern_id, [a_decision(part.part.id) for part in parts], knows_family=False)
    child = parts[0].lead_folder_id
    service = a_service(make_practitioner("quality-lead"))
    client = Client()
    client.force_login(front.decider.user)
    if door == "plan":
        with as_practitioner(front.decider):
            plan = begin_plan(
                child,
                BeginIn(PlanKind.EARLY_HELP, today(), "They ask for help with mornings."),
                knows_family=False,
            )
        form = reverse("plans:write", args=[child, plan, "offer"])
        came_from = {"plan": str(plan)}
    else:
        form = f"{reverse('plans:new_offer', args=[child])}?concern={raised.concern_id}"
        came_from = {"concern": str(raised.concern_id)}
    look = Page(client.get(form)).link("Look in the directory")
    asked = {**dict(parse_qsl(urlsplit(look).query)), "need": "recovery", "age": "9"}
    assert asked["for"] == str(child)
    assert came_from.items() <= asked.items()
    found = client.get(reverse("plans:directory"), asked)
    offer_it = Page(found).link("Offer it")
    assert "Offer it" not in client.get(reverse("plans:directory"), {**asked, "age": "3"}).content.decode()
    assert Page(client.get(offer_it)).chosen["local"] == str(service)
    sent = {"local": str(service), "meant_to_change": "She sleeps again.", "state": "offered"}
    assert client.post(offer_it, sent).status_code == 302
    with as_practitioner(front.decider):
        row = Offer.objects.get()
        assert (row.local_id, row.plan_id is not None, row.concern_id is not None) == (
            service, door == "plan", door == "concern",
        )  # fmt: skip
    step = reverse("plans:offer", args=[child, row.id])
    refused = client.post(step, {"state": "declined", "words": ""})
    assert "Say why, in the family" in refused.content.decode()
    assert client.post(step, {"state": "waiting", "words": "Eleven weeks from Monday."}).status_code == 302
    shown = client.get(reverse("plans:offers", args=[child])).content.decode()
    assert "On a waiting list" in shown
    assert "Eleven weeks from Monday." in shown
    assert "Eleven weeks from Monday." in client.get(reverse("plans:unmet")).content.decode()
