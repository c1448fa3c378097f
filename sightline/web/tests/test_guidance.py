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
from sightline.concerns.tests.without_account import begins
from sightline.enquiries.tests.factories import discussed, make_case
from sightline.kernel.time import today
from sightline.plans.tests.factories import filled, make_family
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


#: The same question on other pages, and the same page as others see it.
ELSEWHERE = [
    (GuidedField.SOONER, "begin_plan", "visited sooner than the procedures ask", "Must the core group meet"),
    (GuidedField.SOONER, "step_plan", "visited sooner than the procedures ask", "Must the core group meet"),
    (GuidedField.SOONER, "close_review", "the next review sooner than the procedures ask", "Why sooner?"),
    (GuidedField.SOONER, "receive", "conference be sooner than the procedures ask", "Why sooner?"),
    (GuidedField.SOONER, "medical", "be seen sooner than the procedures ask", "Why sooner?"),
    (
        GuidedField.SOONER,
        "looked_after",
        "first review be sooner than the procedures ask",
        "Must the first visit",
    ),
    (GuidedField.SOONER, "strategy", "initial conference sooner than the procedures ask", "Why sooner?"),
    (GuidedField.SOONER, "begin_assessment", "sooner than the time limit?", "By when"),
    (
        GuidedField.IMMEDIATE_DANGER,
        "worried_danger",
        "Is any child in danger now?",
        "What makes you think so",
    ),
    (GuidedField.WHAT_HAPPENED, "worried_happened", "What has happened?", "Where is the harm?"),
    (GuidedField.INDICATORS, "worried_happened", "Did you notice any of these?", "Continue"),
    (GuidedField.CHILD_VIEWS, "worried_voice", "What has Maya said?", "was not asked: why?"),
    (GuidedField.INTERPRETER, "worried_help", "Does anybody need an interpreter", "Continue"),
]


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


def elsewhere() -> dict[str, str]:
    """The pages of ELSEWHERE by their names: of a plan, of a strategy discussion, without an account."""
    family = make_family(pack="rotherham")
    ids = filled(family.maya, family.worker)
    planner = signed_in(family.worker)
    stranger = Client()
    begins(stranger)
    found = {
        "begin_plan": (planner, reverse("plans:begin", args=[family.maya])),
        "step_plan": (planner, reverse("plans:step", args=[family.maya, ids["plan_id"]])),
        "close_review": (planner, reverse("plans:review_close", args=[family.maya, ids["review_id"]])),
        "receive": (planner, reverse("plans:receive", args=[family.maya])),
        "medical": (planner, reverse("enquiries:ask_medical", args=[family.maya])),
        "looked_after": (
            signed_in(family.manager),
            reverse("enquiries:become_looked_after", args=[family.maya]),
        ),
        "begin_assessment": (planner, reverse("enquiries:begin", args=[family.maya])),
        **{
            f"worried_{step}": (stranger, f"/worried/{step}/")
            for step in ("danger", "happened", "voice", "help")
        },
    }
    return {name: shown(client, address) for name, (client, address) in found.items()}


def said_at(page: str, question: str, after: str) -> str:
    """What stands between a question and what follows it."""
    _, asked, rest = page.partition(question)
    assert asked, (question, page)
    said, _, _ = rest.partition(after)
    return said


def stands(place: GuidedField, said: str) -> None:
    """Every text of a place was said, with its title and where it comes from."""
    texts = pack_in_force().guidance(place, today())
    assert texts, place
    for text in texts:
        for words_of_it in (text.title, text.text, text.citation):
            assert words(words_of_it).strip() in said, (place, said)


@pytest.mark.obligation("NTC-06")
def test_every_text_of_guidance_stands_with_the_field_that_it_concerns(
    door: FrontDoor, pages: dict[str, str]
) -> None:
    assert set(PLACES) == set(GuidedField)
    with as_practitioner(door.worker):
        for place, (name, question, after) in PLACES.items():
            stands(place, said_at(pages[name], question, after))


@pytest.mark.obligation("NTC-06")
def test_guidance_stands_wherever_its_question_is_asked() -> None:
    case = make_case("strategy_discussion")
    discussed(case)
    with as_practitioner(case.manager):
        discussion = apps.get_model("enquiries", "Strategy").objects.get(folder_id=case.maya)
    strategy = shown(signed_in(case.manager), reverse("enquiries:strategy", args=[case.maya, discussion.pk]))
    there = elsewhere() | {"strategy": strategy}
    with as_practitioner(case.manager):
        for place, name, question, after in ELSEWHERE:
            stands(place, said_at(there[name], question, after))
        _, _, theo = strategy.partition("initial conference sooner than the procedures ask")
        stands(
            GuidedField.SOONER,
            said_at(theo, "initial conference sooner than the procedures ask", "Why sooner?"),
        )


@pytest.mark.obligation("NTC-06")
def test_on_the_decision_of_brothers_and_sisters_guidance_stands_at_each_of_them(
    door: FrontDoor, pages: dict[str, str]
) -> None:
    _, *children = pages["decide"].split("Level of need")
    assert len(children) == 2
    with as_practitioner(door.decider):
        for place, (name, question, after) in PLACES.items():
            if name == "decide":
                for child in children:
                    stands(place, said_at(f"Level of need{child}", question, after))


@pytest.mark.obligation("STR-04")
def test_levels_outcomes_and_signs_say_where_they_come_from_and_how_sure_that_is(
    door: FrontDoor, pages: dict[str, str]
) -> None:
    with as_practitioner(door.decider):
        pack = pack_in_force()
    levels = pack.levels(today())
    for page, value in (
        ("decide", levels),
        *(("decide", outcome) for outcome in pack.screening_outcomes(today())),
        *(("happened", category) for category in pack.indicators(today())),
    ):
        for said in (value.title, value.citation, value.caveat):
            assert words(said) in pages[page], (page, said)
    assert levels.caveat, "of a document that could not be read it is said"
