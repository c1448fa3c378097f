"""The people of the partnership, each signing in and doing what they are there for; and those without an account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from sightline.agencies.models import Practitioner, Team
from sightline.agencies.tests.factories import as_practitioner, make_practitioner, make_team, setting_up
from sightline.concerns.actions import screen
from sightline.concerns.models import ConcernPart
from sightline.concerns.tests.factories import FrontDoor, a_decision, raised_by

from .conftest import IN_TWO_OTHER_WAYS, IN_TWO_WAYS, PASSWORD, Visitor

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class People:
    """The front door, a team that takes children on, and everybody else who signs in."""

    door: FrontDoor
    team: Team
    manager: Practitioner
    worker: Practitioner
    early_help: Practitioner
    health_visitor: Practitioner
    officer: Practitioner
    chair: Practitioner
    records: Practitioner
    quality: Practitioner


@pytest.fixture
def people(front_door: FrontDoor) -> People:
    team = make_team(name="Safeguarding Team East")
    manager = make_practitioner("team-manager", team=team, name="Rosa Lind")
    made = People(
        front_door,
        team,
        manager,
        make_practitioner("social-worker", team=team, name="Dana Oke", line_manager=manager),
        make_practitioner("early-help-lead-professional", team=team, name="Leila Hart", line_manager=manager),
        make_practitioner("health-visitor", name="Ines Farrow"),
        make_practitioner("police-front-door-officer", team=front_door.team, name="Rhona Lind"),
        make_practitioner("independent-conference-chair", name="Helen Abara"),
        make_practitioner("records-officer", agency=front_door.team.agency, name="Owen Pritchard"),
        make_practitioner("quality-lead", name="Grace Tan"),
    )
    with setting_up():
        for person in vars(made).values():
            if isinstance(person, Practitioner):
                assert person.user is not None
                person.user.set_password(PASSWORD)
                person.user.save()
    return made


def decided(people: People) -> str:
    """Two siblings whom the front door has accepted for an assessment; Maya's folder."""
    raised = raised_by(people.door.teacher)
    with as_practitioner(people.door.decider):
        parts = list(ConcernPart.objects.filter(concern_id=raised.concern_id).order_by("place_in_list"))
        screen(
            raised.concern_id,
            [a_decision(p.id, outcome="section_17_assessment") for p in parts],
            knows_family=False,
            version=None,
        )
    return str(raised.folder_ids[0])


def the_front_door_passes_the_children_to_a_team(decider: Visitor, team: Team, maya: str) -> None:
    decider.goes_to(f"/child/{maya}/")
    decider.follows("Allocate")
    decider.opens("Pass on to another team instead")
    decider.answers(decider.page.get_by_label("Which team takes the child on?"), str(team.pk))
    decider.answers(decider.page.locator("input[name='p-also']"))
    decider.answers(decider.page.locator("textarea[name='p-why']"), "The family lives in the east.")
    decider.presses("Pass on")
    decider.sees("passed on")


def their_manager_allocates_them(manager: Visitor, worker: Practitioner) -> None:
    manager.follows("My team’s work")
    manager.follows("Children to be allocated")
    manager.sees("Theo Ferreira-Lund")
    manager.comes_by(manager.page.locator("a").filter(has_text="Allocate Maya").first)
    option = manager.page.locator("option").filter(has_text=worker.name).get_attribute("value")
    manager.answers(manager.page.get_by_label("Who works with this child from today?"), str(option))
    manager.chooses("Yes", "Are they the lead professional?")
    manager.answers(manager.page.locator("input[name='a-also']"))
    manager.answers(manager.page.locator("textarea[name='a-why']"), "She knows the school.")
    form = manager.page.locator("form").filter(has=manager.page.locator("input[value='allocate']"))
    manager.comes_by(form.get_by_role("button", name="Allocate"))
    manager.sees("allocated. They have been told")


def the_social_worker_finds_them_in_her_work(worker: Visitor) -> None:
    worker.sees("A child has been allocated to you")
    worker.follows("family")
    worker.sees("Maya Ferreira-Lund")
    worker.sees("Theo Ferreira-Lund")
    worker.sees("News on my children")
    worker.follows("Why?")
    worker.sees("Where the rule comes from")
    worker.follows("To the child")
    worker.sees("What are we worried about?")


@pytest.mark.obligation("PAR-04")
@IN_TWO_OTHER_WAYS
def test_two_children_go_from_the_front_door_to_a_social_worker(
    arrives: Callable[..., Visitor], people: People
) -> None:
    maya = decided(people)
    the_front_door_passes_the_children_to_a_team(arrives(people.door.decider), people.team, maya)
    their_manager_allocates_them(arrives(people.manager), people.worker)
    the_social_worker_finds_them_in_her_work(arrives(people.worker))


@IN_TWO_WAYS
def test_each_role_signs_in_and_does_what_it_is_there_for(
    arrives: Callable[..., Visitor], people: People
) -> None:
    maya = decided(people)

    visitor = arrives()
    visitor.signs_in_as(people.health_visitor)
    visitor.sees("Nothing due")
    visitor.goes_to(f"/child/{maya}/")
    visitor.sees("Why you do not see more")
    visitor.follows("Raise a concern")
    visitor.sees_the_heading("Raise a concern about a child")

    officer = arrives()
    officer.signs_in_as(people.officer)
    officer.follows("Front door")
    officer.follows("Maya Ferreira-Lund")
    officer.sees("there was shouting every night")

    chair = arrives()
    chair.signs_in_as(people.chair)
    chair.goes_to("/procedures/")
    chair.sees_the_heading("Principles")

    lead = arrives()
    lead.signs_in_as(people.early_help)
    lead.sees("News on my children")
    lead.goes_to("/find/")
    lead.writes("Whom are you looking for?", "Maya Ferreira")
    lead.presses("Search")
    lead.sees("Maya Ferreira-Lund")

    records = arrives()
    records.signs_in_as(people.records)
    records.goes_to(f"/child/{maya}/")
    records.sees("Why you do not see more")

    quality = arrives()
    quality.signs_in_as(people.quality)
    quality.follows("The partnership’s work")
    quality.sees("This counts the records that you may open.")
    quality.goes_to("/access/emergencies/")
    quality.sees("Nothing to review")


def tells_us(person: Visitor, who: str, what: str) -> tuple[str, str]:
    """Somebody without an account tells what they know; the reference and the secret that they are given."""
    person.goes_to("/")
    person.follows("Tell us")
    person.presses("Start now")
    person.chooses("No", "Is any child in danger now?")
    person.presses("Continue")
    person.writes("First name", "Maya")
    person.chooses("I do not know", "When was the child born?")
    person.chooses("Girl", "Sex")
    person.presses("Continue")
    person.presses("Continue")
    person.writes("What has happened?", what)
    person.chooses("At home")
    person.presses("Continue")
    person.presses("Continue")
    person.presses("Continue")
    person.chooses("I do not know", "Does the family know that you are telling us?")
    person.chooses("I do not know", "Did they agree to it?")
    person.presses("Continue")
    person.presses("Continue")
    person.chooses(who)
    person.chooses("No, I want to stay anonymous")
    person.presses("Continue")
    person.presses("Send this concern")
    person.sees("Your secret code is")
    panel, code = person.page.locator(".govuk-panel__body strong"), person.page.locator(".sl-code")
    return panel.inner_text(), code.inner_text()


@pytest.mark.obligation("PAR-01")
@IN_TWO_WAYS
@pytest.mark.parametrize(
    ("who", "what"),
    [
        ("The child or young person", "I do not want to go home. He hits my brother."),
        ("A parent, carer or relative of the child", "I cannot cope any more and I am afraid for her."),
    ],
    ids=["young person", "parent"],
)
def test_a_young_person_and_a_parent_tell_us_without_an_account(
    arrives: Callable[..., Visitor], front_door: FrontDoor, who: str, what: str
) -> None:
    person = arrives()
    reference, secret = tells_us(person, who, what)
    person.follows("Follow this concern")
    person.writes("Reference", reference)
    person.writes("Secret code", secret)
    person.presses("Continue")
    person.sees(reference)
    person.sees("It has arrived")
    decider = arrives(front_door.decider)
    decider.follows("Front door")
    decider.follows("Maya")
    decider.sees(what)
    decider.sees("Somebody who did not give their name")
