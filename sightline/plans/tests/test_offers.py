"""A service offered from a concern, before there is any plan."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from sightline.agencies.tests.factories import as_practitioner
from sightline.concerns.actions import screen
from sightline.concerns.queries import concern
from sightline.concerns.tests.factories import a_decision, make_front_door, raised_by
from sightline.plans.models import Offer

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
