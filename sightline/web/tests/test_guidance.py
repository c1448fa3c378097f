"""The partnership's guidance stands on the pages, each text with the field that it concerns."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from sightline.access.tests.factories import let_in
from sightline.agencies.tests.factories import as_practitioner
from sightline.children.queries import child_page
from sightline.concerns.tests.factories import FrontDoor, make_front_door, raised_by
from sightline.kernel.time import today
from sightline.procedures.queries import pack_in_force
from sightline.procedures.terms import GuidedField

from .test_work import decided, signed_in

pytestmark = pytest.mark.django_db
Duty = apps.get_model("procedures", "Duty")

#: The page of each place, the question that the guidance belongs to, and what stands after both.
PLACES = {
    GuidedField.IMMEDIATE_DANGER: ("danger", "Is any child in danger now?", "What makes you think so"),
    GuidedField.WHAT_HAPPENED: ("happened", "What has happened?", "Where is the harm?"),
    GuidedField.INDICATORS: ("happened", "Did you notice any of these?", "Continue"),
    GuidedField.CHILD_VIEWS: ("voice", "What has Maya said?", "was not asked: why?"),
    GuidedField.FAMILY_KNOWS: ("family", "Does the family know", "Did they agree to it?"),
    GuidedField.INTERPRETER: ("help", "Does anybody need an interpreter", "Continue"),
    GuidedField.LEVEL_OF_NEED: ("decide", "Level of need", "What happens next for this child?"),
    GuidedField.OUTCOME: ("decide", "What happens next for this child?", "Your reasons"),
    GuidedField.AGREEMENT_OR_POWER: ("decide", "under which power", "What was the child told"),
    GuidedField.CHILD_TOLD: ("decide", "What was the child told", "What were the parents told"),
    GuidedField.CONFLICT_OF_INTERESTS: ("decide", "in conflict with the interests", "With whose interests"),
    GuidedField.SOONER: ("decide", "Does this child need anything sooner", "By when?"),
    GuidedField.EXTENSION: ("duty", "Until when?", "Authorise the extension"),
    GuidedField.REFERRER_ANSWER: ("own", "What do you want to add or put right?", "Add this"),
    GuidedField.IDENTITY: ("identity", "Religion", "They have told us"),
    GuidedField.RIGHTS_YOUNG: ("rights", "For children under 7", "For children from 7 to 12"),
    GuidedField.RIGHTS_MIDDLE: ("rights", "For children from 7 to 12", "For young people of 13"),
    GuidedField.RIGHTS_OLDER: ("rights", "For young people of 13", "When they were explained"),
}


def words(html: str) -> str:
    """What somebody reads, in one line."""
    return re.sub(r"\s+", " ", unescape(strip_tags(html.replace("<", " <"))))


@pytest.fixture
def door() -> FrontDoor:
    return make_front_door()


@pytest.fixture
def pages(door: FrontDoor) -> dict[str, str]:
    """The pages on which guidance stands, by their names in PLACES."""
    raised = raised_by(door.teacher)
    maya = decided(door)[0]
    let_in(maya, door.worker)
    with as_practitioner(door.worker):
        child = child_page([maya]).child
    with as_practitioner(door.manager):
        duty = Duty.objects.filter(folder_id=maya, kind="assessment").get()
    teacher, worker = signed_in(door.teacher), signed_in(door.worker)
    found = {
        "decide": (signed_in(door.decider), reverse("concerns:decide", args=[raised.concern_id])),
        "own": (teacher, reverse("concerns:own", args=[raised.concern_id])),
        "duty": (signed_in(door.manager), reverse("web:duty", args=[duty.pk])),
        "identity": (worker, reverse("children:identity", args=[maya, child.id, "religion"])),
        "rights": (worker, reverse("voice:rights", args=[maya])),
        **{step: (teacher, address) for step, address in steps(teacher).items()},
    }
    return {name: shown(client, address) for name, (client, address) in found.items()}


def steps(teacher: Client) -> dict[str, str]:
    """The addresses of the steps of raising a concern about one child."""
    danger = teacher.post(reverse("concerns:raise"), {"once_key": ""})["Location"]
    draft = UUID(danger.split("/")[-3])
    child = {"given": "Maya", "when": "not_known", "sex": "F"}
    sent = teacher.post(reverse("concerns:item", args=[draft, "children", 0]), child)
    assert sent.status_code == 302, words(sent.content.decode())
    return {
        step: reverse("concerns:step", args=[draft, step])
        for step in ("danger", "happened", "voice", "family", "help")
    }


def shown(client: Client, address: str) -> str:
    response: Any = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    page = response.content.decode()
    return words(page[page.index("<main") : page.index("</main>")])


@pytest.mark.obligation("NTC-06")
def test_every_text_of_guidance_stands_with_the_field_that_it_concerns(
    door: FrontDoor, pages: dict[str, str]
) -> None:
    assert set(PLACES) == set(GuidedField)
    with as_practitioner(door.worker):
        pack = pack_in_force()
    for place, (name, question, after) in PLACES.items():
        _, asked, rest = pages[name].partition(question)
        assert asked, (place, pages[name])
        said, _, _ = rest.partition(after)
        texts = pack.guidance(place, today())
        assert texts, place
        for text in texts:
            assert words(text.text).strip() in said, (place, said)
