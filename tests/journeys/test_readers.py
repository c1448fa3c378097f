"""Those who read a record and answer for it: the chair, the records officer, a health visitor, and the child."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from sightline.access.actions import open_in_emergency
from sightline.access.tests.factories import let_in
from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.archive import actions, queries
from sightline.archive.actions import Asking, Deciding, Giving, Identity
from sightline.archive.terms import Asker, Choice, GivenAs
from sightline.children.actions import tie
from sightline.children.queries import child_page
from sightline.children.rules import NewTie
from sightline.children.terms import Kinship
from sightline.concerns.tests.factories import FrontDoor, raised_by
from sightline.kernel.time import LONDON, now, today
from sightline.records.actions import sign_entry

from .conftest import IN_TWO_OTHER_WAYS, IN_TWO_WAYS, Visitor
from .filling import fills

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def siblings(front_door: FrontDoor) -> list[UUID]:
    """Maya, about whom several people wrote, one of them late, and one of them about somebody else; and Theo."""
    folder_id, sibling = raised_by(front_door.teacher).folder_ids[:2]
    with as_practitioner(front_door.decider):
        for text, ago, late_why in (
            ("Maya drew her house and sang.", timedelta(days=9), "I was away."),
            ("Mr Harland from next door came to the gate.", timedelta(days=4), "I was away."),
            ("@Sam Reyes, teacher: She had no lunch.\n\no She is hungry at school.", timedelta(hours=2), ""),
        ):
            sign_entry({folder_id: text}, kind="note", happened_at=now() - ago, late_why=late_why)
        sign_entry({sibling: "Theo slept."}, kind="note", happened_at=now() - timedelta(hours=1))
        tie(folder_id, NewTie(child_page([sibling]).child.id, Kinship.SIBLING))
    return [folder_id, sibling]


@pytest.fixture
def maya(siblings: list[UUID]) -> UUID:
    return siblings[0]


def somebody_of(role: str, name: str, *folders: UUID) -> Practitioner:
    who = make_practitioner(role, name=name)
    for folder_id in folders:
        let_in(folder_id, who)
    return who


@pytest.mark.obligation("REC-07")
@pytest.mark.obligation("REC-15")
@IN_TWO_WAYS
def test_an_independent_chair_reads_what_was_known_when_and_both_children_side_by_side(
    arrives: Callable[..., Visitor], siblings: list[UUID]
) -> None:
    maya = siblings[0]
    chair = arrives(somebody_of("independent-conference-chair", "Helen Abara", *siblings))
    chair.goes_to(f"/child/{maya}/summary/")
    chair.sees("Know this first")
    chair.sees("What is not known")
    chair.follows("Chronology")
    chair.sees("Late entry")
    chair.sees("Why it is late: I was away.")
    chair.follows("when it came to be known")
    chair.sees("In the order in which it came to be known")
    chair.opens("Choose what to see")
    fills(chair, as_of=today() - timedelta(days=1))
    chair.presses("Show")
    chair.sees("As the record stood at the end of")
    chair.does_not_see("Maya drew her house")
    chair.follows("Show everything")
    chair.follows("Note, entry 3")
    chair.sees("Opinion")
    chair.sees("Told by Sam Reyes, teacher")
    chair.follows("Back")
    chair.sees_the_heading("Chronology")
    chair.follows("Siblings side by side")
    chair.sees("Maya drew her house and sang.")
    chair.sees("Theo slept.")


@IN_TWO_OTHER_WAYS
def test_a_health_visitor_writes_a_health_contact_of_her_own(
    arrives: Callable[..., Visitor], maya: UUID
) -> None:
    visitor = arrives(somebody_of("health-visitor", "Ines Farrow", maya))
    visitor.goes_to(f"/child/{maya}/chronology/")
    visitor.follows("Write an entry")
    visitor.follows("Health contact")
    then = (now() - timedelta(minutes=20)).astimezone(LONDON)
    fills(visitor, happened_at=then, text="Maya was weighed.\n\na: She grows as she should.")
    fills(visitor, q_where="At the clinic", c0_brought="brought")
    visitor.comes_by(visitor.page.locator("button[name=act][value=sign]"))
    visitor.sees("in Maya’s record")
    visitor.sees("Assessment")
    visitor.sees("She grows as she should.")
    visitor.sees("Ines Farrow, Health visitor")


@pytest.mark.obligation("PAR-02")
@IN_TWO_WAYS
def test_a_police_officer_in_the_front_door_adds_what_the_police_know(
    arrives: Callable[..., Visitor], front_door: FrontDoor, maya: UUID
) -> None:
    officer = arrives(
        make_practitioner("police-front-door-officer", team=front_door.team, name="Rhona Lindqvist")
    )
    officer.follows("Front door")
    officer.follows("Maya")
    officer.sees("there was shouting every night")
    officer.opens("Add what your agency knows")
    officer.answers(officer.page.locator("#words-add"), "We were called to the house twice in May.")
    officer.presses("Add this")
    officer.sees("Added to the concern, under your name.")
    officer.sees("Added by Rhona Lindqvist")


@pytest.mark.obligation("REC-18")
@IN_TWO_OTHER_WAYS
def test_a_quality_lead_reviews_what_was_opened_in_an_emergency(
    arrives: Callable[..., Visitor], front_door: FrontDoor, maya: UUID
) -> None:
    with as_practitioner(front_door.worker):
        open_in_emergency(maya, "A patrol stands at her door and must know who is inside", minutes=60)
    lead = arrives(make_practitioner("quality-lead", name="Grace Tan"))
    lead.follows("The partnership’s work")
    lead.sees("This counts the records that you may open.")
    lead.goes_to("/")
    lead.follows("Opened in an emergency")
    lead.sees("A patrol stands at her door")
    lead.comes_by(lead.page.locator("td a, th a").first)
    lead.presses("Record your review")
    lead.sees("There is a problem")
    fills(lead, justified="yes", words="The patrol had nobody else to ask.")
    lead.presses("Record your review")
    lead.sees("Your review is on the record.")
    lead.sees("Justified")


@pytest.fixture
def given_to_her_father(front_door: FrontDoor, maya: UUID) -> actions.Given:
    """A copy of Maya's record for her father: what is proposed is held back, what she said is left to her."""
    officer = somebody_of("records-officer", "Owen Pritchard", maya)
    with as_practitioner(officer):
        request = actions.receive(
            maya, Asking(Asker.PARENT, "Jon Lund", "By post", now(), "By letter", "All that I may see.")
        )
        proof = Identity("Passport, seen by Owen.", "Birth certificate", "She is content with it.")
        actions.check_identity(request.id, proof)
        actions.gather(request.id)
        actions.give_the_rest(request.id, {i.id for i in queries.bundle(request.id)})
        for item in queries.bundle(request.id):
            if item.decision is None:
                actions.decide_item(
                    item.id, Deciding(Choice.HOLD, item.grounds[0], [], "It is hers or somebody else's.")
                )
    with as_practitioner(front_door.manager):
        actions.approve(request.id, "Every item and its ground.")
    with as_practitioner(officer):
        return actions.give(request.id, Giving(GivenAs.ONLINE, "Jon Lund", now(), days=7))


@pytest.mark.obligation("REC-13")
@pytest.mark.obligation("REC-14")
@IN_TWO_WAYS
def test_a_parent_reads_what_may_be_given_and_disagrees(
    arrives: Callable[..., Visitor], given_to_her_father: actions.Given
) -> None:
    he = arrives()
    he.goes_to("/your-record/")
    fills(he, reference=given_to_her_father.reference, secret=given_to_her_father.secret)
    he.presses("Open it")
    he.sees("The record of Maya Ferreira-Lund")
    he.sees("Maya drew her house and sang.")
    he.does_not_see("Harland")
    he.does_not_see("when he shouts")
    fills(he, kind="disagree", words="She has her own room with us.")
    he.presses("Send")
    he.sees("“She has her own room with us.”")


@pytest.mark.obligation("HLP-01")
@IN_TWO_WAYS
def test_an_early_help_lead_professional_writes_and_begins(
    arrives: Callable[..., Visitor], maya: UUID
) -> None:
    leila = somebody_of("early-help-lead-professional", "Leila Hart", maya)
    lead = arrives(leila)
    lead.goes_to(f"/child/{maya}/")
    lead.follows("Write an entry")
    lead.follows("Note")
    fills(lead, happened_at=now() - timedelta(minutes=20), text="Ana asked for help with the mornings.")
    lead.comes_by(lead.page.locator("button[name=act][value=sign]"))
    lead.sees("in Maya’s record")
    lead.sees("Ana asked for help with the mornings.")
    lead.goes_to(f"/child/{maya}/enquiries/")
    lead.follows("Begin an assessment")
    fills(
        lead, form="early_help", children=[maya], author=leila.pk, stands_on="agreement",
        agreed="Ana agreed at home on Tuesday.", sooner="no",
    )  # fmt: skip
    lead.presses("Begin")
    lead.sees("Begun.")
