"""Those who read a record and answer for it: the chair, the records officer, a health visitor, and the child."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import expect

from sightline.access.actions import open_in_emergency
from sightline.access.tests.factories import let_in
from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner, make_practitioner
from sightline.archive import actions, queries
from sightline.archive.actions import Asking, Deciding, Giving, Identity, Keeping
from sightline.archive.terms import Asker, Choice, GivenAs, Ground
from sightline.concerns.tests.factories import FrontDoor, raised_by
from sightline.kernel.time import LONDON, now, today
from sightline.records.actions import EntryIn, sign, sign_entry

from .conftest import PASSWORD, Visitor
from .filling import fills, follows_by_key, opens_by_key, presses_by_key, types

pytestmark = pytest.mark.django_db(transaction=True)

EVERYWHERE = pytest.mark.parametrize(
    ("width", "scripts"), [(1280, True), (320, True), (320, False)], ids=["desktop", "telephone", "no-script"]
)


@pytest.fixture
def maya(front_door: FrontDoor) -> UUID:
    """A child about whom several people wrote, one of them late, and one of them about somebody else."""
    folder_id, sibling = raised_by(front_door.teacher).folder_ids[:2]
    with as_practitioner(front_door.decider):
        for text, days in (
            ("Maya drew her house and sang.", 9),
            ("Mr Harland from next door came to the gate.", 2),
            ("@Sam Reyes, teacher: She had no lunch.\n\no She is hungry at school.", 1),
        ):
            sign_entry(
                {folder_id: text}, kind="note", happened_at=now() - timedelta(days=days),
                late_why="I was away." if days > 1 else "",
            )  # fmt: skip
        sign_entry({sibling: "Theo slept."}, kind="note", happened_at=now() - timedelta(hours=1))
    return folder_id


def somebody_of(role: str, name: str, folder_id: UUID) -> Practitioner:
    who = make_practitioner(role, name=name, password=PASSWORD)
    let_in(folder_id, who)
    return who


@pytest.mark.obligation("REC-07")
@pytest.mark.obligation("REC-15")
@EVERYWHERE
def test_an_independent_chair_reads_what_was_known_when_and_opens_an_entry(
    somebody: Callable[..., Visitor], maya: UUID, width: int, scripts: bool
) -> None:
    chair = somebody(width=width, scripts=scripts)
    chair.signs_in_as(somebody_of("independent-conference-chair", "Helen Abara", maya))
    chair.goes_to(f"/child/{maya}/summary/")
    chair.sees("Know this first")
    chair.sees("What is not known")
    chair.goes_to(f"/child/{maya}/chronology/")
    chair.sees("Late entry")
    chair.sees("Why it is late: I was away.")
    chair.follows("when it came to be known")
    chair.sees("In the order in which it came to be known")
    chair.opens("Choose what to see")
    yesterday = today() - timedelta(days=1)
    fills(chair, as_of=yesterday)
    chair.presses("Show")
    chair.sees("As the record stood at the end of")
    chair.does_not_see("Maya drew her house")
    chair.follows("Show everything")
    chair.follows("Note, entry 3")
    chair.sees("Opinion")
    chair.sees("Told by Sam Reyes, teacher")
    chair.follows("Back")
    chair.sees_the_heading("Chronology")


@EVERYWHERE
def test_a_health_visitor_writes_a_health_contact_of_her_own(
    somebody: Callable[..., Visitor], maya: UUID, width: int, scripts: bool
) -> None:
    visitor = somebody(width=width, scripts=scripts)
    visitor.signs_in_as(somebody_of("health-visitor", "Ines Farrow", maya))
    visitor.goes_to(f"/child/{maya}/chronology/")
    visitor.follows("Write an entry")
    visitor.follows("Health contact")
    then = (now() - timedelta(minutes=20)).astimezone(LONDON)
    fills(visitor, happened_at=then, text="Maya was weighed.\n\na She grows as she should.")
    fills(visitor, q_where="At the clinic", c0_brought="brought")
    visitor.comes_by(visitor.page.locator("button[name=act][value=sign]"))
    visitor.sees("in Maya’s record")
    visitor.sees("Assessment")
    visitor.sees("She grows as she should.")
    visitor.sees("Ines Farrow, Health visitor")


def what_else_stands_about_her_is_a_press_away(officer: Visitor, width: int) -> None:
    """On a telephone the form comes first, under one line that says about whom it is."""
    more, line = officer.page.get_by_text("More about Maya"), officer.page.locator(".sl-mast__more p").first
    if width > 320:
        expect(more).to_be_hidden()
        return
    expect(line).to_be_hidden()
    more.click()
    expect(line).to_be_visible()


@pytest.mark.obligation("REC-13")
@EVERYWHERE
def test_a_records_officer_logs_a_request_whose_clock_waits_and_is_extended_with_reasons(
    somebody: Callable[..., Visitor], maya: UUID, width: int, scripts: bool
) -> None:
    officer = somebody(width=width, scripts=scripts)
    officer.signs_in_as(somebody_of("records-officer", "Owen Pritchard", maya))
    officer.goes_to(f"/child/{maya}/access/")
    officer.sees("Nobody has asked")
    officer.follows("Somebody asks to see it")
    what_else_stands_about_her_is_a_press_away(officer, width)
    fills(
        officer, asker="self", name="Maya Ferreira-Lund", contact="At school",
        received_at=now() - timedelta(days=1), how="She told her teacher", scope="Everything about me.",
    )  # fmt: skip
    officer.presses("Save")
    officer.follows("Maya Ferreira-Lund")
    officer.follows("Check identity and authority")
    fills(
        officer, identity="Her teacher knows her.", asked_for="no", child_view="Her advocate sits with her."
    )
    officer.presses("Save")
    officer.follows("Stop the clock")
    fills(officer, why="clarify", words="Asked which years she means.")
    officer.presses("Save")
    officer.sees("The clock stands")
    officer.follows("The clock runs again")
    fills(officer, came_at=now(), words="All of them.")
    officer.presses("Save")
    officer.follows("Extend by two months")
    officer.presses("Save")
    officer.sees("There is a problem")
    fills(officer, words="Nine volumes over eleven years.", told="Letter of today, with the reasons.")
    officer.presses("Save")
    officer.sees("Extended, as the law allows once.")
    officer.follows("Gather and decide")
    officer.presses("Gather from the record")
    officer.sees("items came from the record")
    officer.follows("Decide on")
    officer.sees("What is given of it?")


@pytest.fixture
def given(front_door: FrontDoor, maya: UUID) -> actions.Given:
    """A copy of Maya's record to be read with a reference and a secret, all that names Mr Harland held back."""
    officer = somebody_of("records-officer", "Owen Pritchard", maya)
    with as_practitioner(officer):
        request = actions.receive(
            maya, Asking(Asker.SELF, "Maya Ferreira-Lund", "At school", now(), "She told her teacher", "All.")
        )
        actions.check_identity(request.id, Identity("Her teacher knows her.", "", "She understands."))
        actions.gather(request.id)
        for item in queries.bundle(request.id):
            choice = Choice.HOLD if "Harland" in item.row.text else Choice.GIVE
            ground = Ground.THIRD_PARTY if choice is Choice.HOLD else None
            actions.decide_item(item.id, Deciding(choice, ground, [], "He has not agreed."))
    with as_practitioner(front_door.manager):
        actions.approve(request.id, "Every item and its ground.")
    with as_practitioner(officer):
        return actions.give(request.id, Giving(GivenAs.ONLINE, "Maya Ferreira-Lund", now(), days=7))


def she_reads_it(her: Visitor) -> None:
    her.sees("Your record")
    her.sees("Maya drew her house and sang.")
    her.sees("This is held back.")
    her.does_not_see("Harland")


@pytest.mark.obligation("REC-13")
@pytest.mark.obligation("REC-14")
@EVERYWHERE
def test_a_fourteen_year_old_reads_her_record_and_says_what_is_wrong(
    somebody: Callable[..., Visitor], maya: UUID, given: actions.Given, width: int, scripts: bool
) -> None:
    her = somebody(width=width, scripts=scripts)
    her.goes_to("/your-record/")
    her.presses("Open it")
    her.sees("There is a problem")
    fills(her, reference=given.reference.lower(), secret=given.secret)
    her.presses("Open it")
    she_reads_it(her)
    her.presses("Send")
    her.sees("Select what you want to tell us")
    fills(her, kind="wrong", words="I did not sing.")
    her.presses("Send")
    her.sees("We have it and will answer you.")


@pytest.mark.obligation("REC-14")
def test_she_reads_it_with_the_keyboard_alone(
    somebody: Callable[..., Visitor], maya: UUID, given: actions.Given
) -> None:
    her = somebody()
    her.goes_to("/your-record/")
    types(her, reference=given.reference, secret=given.secret)
    presses_by_key(her, "Open it")
    she_reads_it(her)
    types(her, kind="wrong", words="I did not sing.")
    presses_by_key(her, "Send")
    her.sees("“I did not sing.”")


@pytest.mark.obligation("PAR-02")
@EVERYWHERE
def test_a_police_officer_in_the_front_door_adds_what_the_police_know(
    somebody: Callable[..., Visitor], front_door: FrontDoor, maya: UUID, width: int, scripts: bool
) -> None:
    officer = somebody(width=width, scripts=scripts)
    officer.signs_in_as(
        make_practitioner(
            "police-front-door-officer", team=front_door.team, name="Rhona Lindqvist", password=PASSWORD
        )
    )
    officer.follows("Front door")
    officer.follows("Maya")
    officer.sees("there was shouting every night")
    officer.opens("Add what your agency knows")
    officer.page.locator("#words-add").fill("We were called to the house twice in May.")
    officer.presses("Add this")
    officer.sees("Added to the concern, under your name.")
    officer.sees("Added by Rhona Lindqvist")


@pytest.mark.obligation("REC-18")
@EVERYWHERE
def test_a_quality_lead_reviews_what_was_opened_in_an_emergency(
    somebody: Callable[..., Visitor], front_door: FrontDoor, maya: UUID, width: int, scripts: bool
) -> None:
    with as_practitioner(front_door.worker):
        open_in_emergency(maya, "A patrol stands at her door and must know who is inside", minutes=60)
    lead = somebody(width=width, scripts=scripts)
    lead.signs_in_as(make_practitioner("quality-lead", name="Grace Tan", password=PASSWORD))
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
    """A copy of Maya's record for her father, with what she said left to her."""
    officer = somebody_of("records-officer", "Owen Pritchard", maya)
    with as_practitioner(officer):
        request = actions.receive(
            maya, Asking(Asker.PARENT, "Jon Lund", "By post", now(), "By letter", "All that I may see.")
        )
        proof = Identity("Passport, seen by Owen.", "Birth certificate", "She is content with it.")
        actions.check_identity(request.id, proof)
        actions.gather(request.id)
        for item in queries.bundle(request.id):
            hold = bool(item.row.grounds)
            actions.decide_item(
                item.id,
                Deciding(
                    Choice.HOLD if hold else Choice.GIVE,
                    Ground.THIRD_PARTY if hold else None,
                    [],
                    "It is about somebody else.",
                ),
            )
    with as_practitioner(front_door.manager):
        actions.approve(request.id, "Every item and its ground.")
    with as_practitioner(officer):
        return actions.give(request.id, Giving(GivenAs.ONLINE, "Jon Lund", now(), days=7))


@pytest.mark.obligation("REC-13")
@pytest.mark.obligation("REC-14")
@EVERYWHERE
def test_a_parent_reads_what_may_be_given_and_disagrees(
    somebody: Callable[..., Visitor], given_to_her_father: actions.Given, width: int, scripts: bool
) -> None:
    he = somebody(width=width, scripts=scripts)
    he.goes_to("/your-record/")
    fills(he, reference=given_to_her_father.reference, secret=given_to_her_father.secret)
    he.presses("Open it")
    he.sees("The record of Maya Ferreira-Lund")
    he.sees("Maya drew her house and sang.")
    he.does_not_see("Harland")
    fills(he, kind="disagree", words="She has her own room with us.")
    he.presses("Send")
    he.sees("“She has her own room with us.”")


def test_a_chair_reads_a_record_with_the_keyboard_alone(somebody: Callable[..., Visitor], maya: UUID) -> None:
    chair = somebody()
    chair.signs_in_as(somebody_of("independent-conference-chair", "Helen Abara", maya))
    chair.goes_to(f"/child/{maya}/")
    follows_by_key(chair, "Chronology")
    follows_by_key(chair, "when it came to be known")
    opens_by_key(chair, "Choose what to see")
    types(chair, words="hungry")
    presses_by_key(chair, "Show")
    chair.sees("Only with the words hungry")
    chair.does_not_see("Maya drew her house")
    follows_by_key(chair, "Note, entry 3")
    chair.sees("Told by Sam Reyes, teacher")


def test_a_records_officer_logs_a_request_with_the_keyboard_alone(
    somebody: Callable[..., Visitor], maya: UUID
) -> None:
    officer = somebody()
    officer.signs_in_as(somebody_of("records-officer", "Owen Pritchard", maya))
    officer.goes_to(f"/child/{maya}/access/")
    follows_by_key(officer, "Somebody asks to see it")
    types(
        officer, asker="self", name="Maya Ferreira-Lund", contact="At school",
        received_at=now() - timedelta(days=1), how="She told her teacher", scope="Everything about me.",
    )  # fmt: skip
    presses_by_key(officer, "Save")
    follows_by_key(officer, "Maya Ferreira-Lund")
    follows_by_key(officer, "Check identity and authority")
    officer.sees("What was seen that proves who they are")


KEYBOARD = pytest.mark.parametrize("width", [1280, 320], ids=["desktop", "telephone"])


@pytest.mark.obligation("REC-04")
@KEYBOARD
def test_a_health_visitor_confirms_writes_and_reads_with_the_keyboard_alone(
    somebody: Callable[..., Visitor], front_door: FrontDoor, maya: UUID, width: int
) -> None:
    ines = somebody_of("health-visitor", "Ines Farrow", maya)
    then = (now() - timedelta(minutes=20)).astimezone(LONDON)
    with as_practitioner(front_door.decider):
        sign(EntryIn((maya,), "note", then, "She was weighed at home.", written_for=ines.pk))
    visitor = somebody(width=width)
    visitor.signs_in_as(ines)
    follows_by_key(visitor, "Read and confirm it")
    follows_by_key(visitor, "Maya Ferreira-Lund")
    types(visitor, said="confirmed")
    presses_by_key(visitor, "Sign with my name and post")
    visitor.sees("Confirmed by Ines Farrow, Health visitor")
    visitor.goes_to(f"/child/{maya}/chronology/")
    visitor.sees("She was weighed at home.")
    follows_by_key(visitor, "Write an entry")
    follows_by_key(visitor, "Health contact")
    types(visitor, happened_at=then, q_where="At the clinic")
    types(visitor, text="Maya was weighed.")
    visitor.page.keyboard.press("Enter")
    visitor.page.keyboard.press("Enter")
    visitor.page.keyboard.type("a She grows as she should.")
    types(visitor, c0_brought="brought")
    presses_by_key(visitor, "Sign")
    visitor.sees("in Maya’s record")
    visitor.sees("Assessment")
    visitor.sees("Ines Farrow, Health visitor")


@pytest.mark.obligation("REC-09")
@pytest.mark.obligation("FIL-02")
@KEYBOARD
def test_a_team_manager_reads_writes_and_lets_a_volume_out_with_the_keyboard_alone(
    somebody: Callable[..., Visitor], front_door: FrontDoor, maya: UUID, width: int
) -> None:
    with as_practitioner(somebody_of("records-officer", "Owen Pritchard", maya)):
        volume = actions.add_volume(maya, "1", Keeping("Cabinet 4", today()))
    with as_practitioner(front_door.decider):
        actions.ask_removal(volume.id, "The court hearing.", "County court, with Gwen Ashby")
    let_in(maya, front_door.manager)
    manager = somebody(width=width)
    manager.signs_in_as(front_door.manager)
    manager.goes_to(f"/child/{maya}/paper/{volume.id}/")
    follows_by_key(manager, "Approve")
    types(
        manager, due_back=today() + timedelta(days=3), safeguards="In a locked case.", told="The chair of Friday"
    )  # fmt: skip
    presses_by_key(manager, "Save")
    manager.sees("Approved. Whoever asked is told.")
    manager.goes_to(f"/child/{maya}/chronology/")
    manager.sees("Maya drew her house and sang.")
    follows_by_key(manager, "Write an entry")
    follows_by_key(manager, "Management oversight")
    then = (now() - timedelta(minutes=20)).astimezone(LONDON)
    types(manager, happened_at=then)
    types(manager, q_to_do="Gwen sees Maya at school by Friday.", q_review_on=today() + timedelta(days=9))
    types(manager, text="Read the record with Gwen.")
    presses_by_key(manager, "Sign")
    manager.sees("in Maya’s record")
    manager.sees("Management oversight")


@pytest.mark.obligation("PAR-02")
def test_a_police_officer_adds_what_the_police_know_with_the_keyboard_alone(
    somebody: Callable[..., Visitor], front_door: FrontDoor, maya: UUID
) -> None:
    officer = somebody()
    officer.signs_in_as(
        make_practitioner(
            "police-front-door-officer", team=front_door.team, name="Rhona Lindqvist", password=PASSWORD
        )
    )
    follows_by_key(officer, "Front door")
    follows_by_key(officer, "Maya")
    officer.sees("there was shouting every night")
    opens_by_key(officer, "Add what your agency knows")
    types(officer, words="We were called to the house twice in May.")
    presses_by_key(officer, "Add this")
    officer.sees("Added to the concern, under your name.")
    officer.sees("We were called to the house twice in May.")


@pytest.mark.obligation("HLP-01")
def test_an_early_help_lead_professional_writes_and_begins_with_the_keyboard_alone(
    somebody: Callable[..., Visitor], maya: UUID
) -> None:
    leila = somebody_of("early-help-lead-professional", "Leila Hart", maya)
    lead = somebody()
    lead.signs_in_as(leila)
    lead.goes_to(f"/child/{maya}/")
    follows_by_key(lead, "Write an entry")
    follows_by_key(lead, "Note")
    types(lead, happened_at=now() - timedelta(minutes=20), text="Ana asked for help with the mornings.")
    presses_by_key(lead, "Sign")
    lead.sees("in Maya’s record")
    lead.sees("Ana asked for help with the mornings.")
    lead.goes_to(f"/child/{maya}/enquiries/")
    follows_by_key(lead, "Begin an assessment")
    types(
        lead, form="early_help", children=[maya], author=leila.pk, stands_on="agreement",
        agreed="Ana agreed at home on Tuesday.", sooner="no",
    )  # fmt: skip
    presses_by_key(lead, "Begin")
    lead.sees("Begun.")
