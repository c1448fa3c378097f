"""Two siblings from a teacher's concern to two different outcomes, as the people who walk that way with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction

from sightline.access.tests.factories import let_in
from sightline.agencies.models import Practitioner, Team
from sightline.agencies.terms import AgencyKind
from sightline.agencies.tests.factories import (
    as_practitioner,
    make_agency,
    make_practitioner,
    make_team,
)
from sightline.children.models import PersonName, Tie
from sightline.children.terms import Kinship, NameUse
from sightline.concerns import queries as concerns
from sightline.concerns.actions import screen
from sightline.concerns.tests.factories import FrontDoor, a_decision, raised_by
from sightline.enquiries.models import Assessment, Episode, SectionText
from sightline.kernel.time import now, today
from sightline.kernel.viewer import Viewer, looking_as
from sightline.meetings.models import Meeting
from sightline.plans.models import Action, Offer, Plan, PlannedOutcome, Visit
from sightline.procedures.queries import pack_in_force

from .conftest import IN_THE_HARDEST_WAY, IN_TWO_OTHER_WAYS, Visitor
from .filling import fills
from .test_everybody import the_front_door_passes_the_children_to_a_team, their_manager_allocates_them
from .test_front_door import a_teacher_raises_a_concern_about_two_children

pytestmark = pytest.mark.django_db(transaction=True)

BECAUSE = "What the school, the nurse and the police brought together shows it."


@dataclass
class People:
    """Who works with Maya and Theo."""

    door: FrontDoor
    team: Team
    manager: Practitioner
    worker: Practitioner
    chair: Practitioner
    officer: Practitioner
    nurse: Practitioner


def the_people(door: FrontDoor) -> People:
    team = make_team(door.team.agency, name="Safeguarding East")
    manager = make_practitioner("team-manager", team=team, name="Priya Manager")
    return People(
        door, team, manager,
        make_practitioner("social-worker", team=team, name="Dana Worker", line_manager=manager),
        make_practitioner("independent-conference-chair", name="Helen Abara"),
        make_practitioner("police-front-door-officer", name="Rhona Officer"),
        make_practitioner("health-visitor", name="Ines Nurse"),
    )  # fmt: skip


def the_folder_of(given: str) -> UUID:
    with transaction.atomic(), looking_as(Viewer.for_job("demo")):
        found = PersonName.objects.filter(use=NameUse.FULL.value, given=given, folder__isnull=False).first()
    assert found is not None
    assert found.folder_id is not None
    return found.folder_id


def the_front_door_decides_on_a_strategy_discussion(decider: Visitor, door: FrontDoor) -> None:
    with as_practitioner(door.decider):
        level = pack_in_force().levels(today()).level[-1]
    decider.follows("Front door")
    decider.follows("Maya Ferreira-Lund")
    decider.follows("Decide")
    decider.chooses("No", "Do you know anybody in this family outside your work?")
    for n in range(2):
        fills(
            decider,
            **{
                f"c{n}-level_id": level.id,
                f"c{n}-descriptors_{level.id}": level.descriptor[0].id,
                f"c{n}-outcome_id": "strategy_discussion",
                f"c{n}-reasons": "Two bruises that nobody explains, and shouting at night.",
                f"c{n}-stands_on": "Section 47, Children Act 1989",
                f"c{n}-why_nothing_less_strategy_discussion": "Help was offered twice and did not keep them safe.",
                f"c{n}-child_told": "Their teacher told them after lunch.",
                f"c{n}-parents_told": "The mother was told on the telephone.",
                f"c{n}-has_conflict": "no",
                f"c{n}-sooner_strategy_discussion": "no",
                f"c{n}-need_code_strategy_discussion": "N1",
            },
        )
    decider.presses("Make th")
    decider.sees("Decided.")


def the_manager_calls_a_strategy_discussion(manager: Visitor, people: People, *folders: UUID) -> str:
    manager.goes_to(f"/child/{folders[0]}/enquiries/")
    manager.follows("Call a strategy discussion")
    fills(
        manager, children=list(folders), when=now() - timedelta(hours=1),
        cause="Two bruises that nobody explains, and shouting at night.",
        safety_now="Both sleep at their grandmother's until then.", chair=people.manager.pk, link="01632 960100",
        police=people.officer.pk, health=people.nurse.pk, opens="yes",
    )  # fmt: skip
    manager.presses("Call it")
    manager.sees("Called.")
    return manager.page.url


def the_meeting_is_held(chair: Visitor, minutes_ago: int) -> None:
    chair.follows("Record who came")
    fills(chair, began_at=now() - timedelta(minutes=minutes_ago))
    for came in chair.page.locator("input[type=radio][value='came']").all():
        chair.answers(came)
    for question in chair.page.locator("[name$='_interpreter'][value='yes']").all():
        chair.answers(question)
    chair.presses("Record who came")


def an_agency_brings_what_it_knows(visitor: Visitor, words: str) -> None:
    """Somebody of the police or of health, who was asked, opens the meeting and writes under their own name."""
    visitor.follows("My meetings")
    visitor.follows("Strategy discussion")
    visitor.sees("Two bruises that nobody explains")
    visitor.follows("Send your agency’s report")
    why = "Not asked: it would warn the man who shouts."
    fills(visitor, text_0=f"Maya: {words}", no_family_why_0=why, text_1=f"Theo: {words}", no_family_why_1=why,
          for_family="no", not_for_family_why="It would warn the man who shouts.")  # fmt: skip
    visitor.presses("Send the report")
    visitor.does_not_see("There is a problem")


def the_discussion_decides_on_a_joint_enquiry_for_both(
    manager: Visitor, people: People, meeting: str
) -> None:
    manager.goes_to(meeting)
    manager.sees("Called to the house twice in May.")
    manager.sees("Weighed less than at Easter.")
    the_meeting_is_held(manager, 55)
    manager.goes_to(meeting)
    manager.sees("What was decided for each child, with the reasons, is recorded here by its chair.")
    manager.comes_by(manager.page.locator("a[href*='/enquiries/strategy/']").first)
    fills(manager, knows_family="no", worker=people.worker.pk)
    for n, name in enumerate(("Maya", "Theo")):
        fills(
            manager,
            **{
                f"c{n}-outcome": "section_47_joint",
                f"c{n}-threshold": f"Met: {name} has an injury that nobody explains.",
                f"c{n}-safety": "At their grandmother's, who rings if anybody comes.",
                f"c{n}-reasons": BECAUSE,
                f"c{n}-wishes_why_not": f"{name} was asleep; Dana sees {name} tomorrow.",
                f"c{n}-has_conflict": "no",
            },
        )
    manager.presses("Record these decisions")
    manager.sees("Decided.")


def the_worker_enquires_and_writes_for_both_what_is_about_both(
    worker: Visitor, maya: UUID, theo: UUID, mother: UUID
) -> None:
    worker.goes_to(f"/child/{maya}/enquiries/")
    worker.follows("Section 47 enquiry")
    fills(
        worker, harm_where=["home"], child_seen_on=today(), seen_alone="yes",
        seen_words="At school, drawing. “He shouts at night.”",
        powers_told="Ana and both children were told of section 47 at home.",
        not_heard_why="Their father: Ana does not say who he is, and no agency knows him.",
        checks="School: marks on Monday. Police: called twice this year.", other_children="None besides Theo.",
        analysis="The marks do not fit what was said of them, and nobody keeps him away.", finding="continuing_risk",
        conference="yes",
    )  # fmt: skip
    worker.answers(worker.page.locator("[name='also']"))
    worker.presses("Save")
    worker.sees("Saved.")
    worker.follows("Record who was heard")
    fills(
        worker,
        person=mother,
        was_heard="yes",
        spoken_on=today(),
        alone="yes",
        interpreting="booked",
        interpreter="Polish, Eastmarch Interpreters, 9",
        told="Section 47, and what may follow from it.",
    )
    worker.answers(worker.page.locator("[name='also']"))
    worker.presses("Save")
    worker.goes_to(f"/child/{theo}/enquiries/")
    worker.follows("Section 47 enquiry")
    worker.sees("School: marks on Monday.")
    worker.sees("Ana Ferreira, mother")
    fills(
        worker, harm_where=["home"], child_seen_on=today(), seen_alone="no",
        not_seen_why="He is four and stayed with his key worker.",
        seen_words="At nursery, busy with cars.", analysis="The mark is from a fall that the nursery saw.",
        finding="not_substantiated", conference="no",
        conference_why="The mark is explained, and he was never alone with the adult who shouts.",
    )  # fmt: skip
    worker.presses("Save")


def the_manager_ends_both_enquiries_differently(manager: Visitor, maya: UUID, theo: UUID) -> None:
    for folder_id, finding, conference in (
        (maya, "continuing_risk", "yes"),
        (theo, "not_substantiated", "no"),
    ):
        manager.goes_to(f"/child/{folder_id}/enquiries/")
        manager.follows("Section 47 enquiry")
        manager.follows("Decide on the enquiry")
        fills(
            manager,
            knows_family="no",
            finding=finding,
            conference=conference,
            reasons=BECAUSE,
            wishes_why_not="Heard at school; kept with the enquiry.",
            has_conflict="no",
        )
        manager.presses("Decide")
        manager.sees("Decided.")
    manager.goes_to(f"/child/{theo}/enquiries/")
    manager.sees_the_heading("Assessment of a child in need")


def the_worker_calls_the_conference(worker: Visitor, people: People, maya: UUID, mother: UUID) -> None:
    worker.goes_to(f"/child/{maya}/meetings/")
    worker.follows("Call a meeting")
    fills(
        worker, purpose="initial_conference", children=[maya], when=now() + timedelta(minutes=10), minutes_long=90,
        format="in_person", place="Civic Centre, room 2", chair=people.chair.pk,
        agenda="Is a child protection plan needed?",
    )  # fmt: skip
    worker.presses("Call the meeting")
    worker.sees("The meeting is called")
    for person in (people.worker, people.officer, people.nurse):
        worker.follows("Invite somebody")
        fills(worker, kind="practitioner", practitioner=person.pk, opens="yes")
        worker.presses("Invite")
    worker.follows("Invite somebody")
    fills(worker, kind="family", person=mother, role="Mother", needs_interpreter="yes", language="Polish")
    worker.presses("Invite")
    worker.sees("interpreter needed")


def the_mother_has_an_interpreter_her_invitation_and_the_papers(worker: Visitor) -> None:
    worker.follows("Ana Ferreira")
    hers = worker.page.url
    worker.follows("Book an interpreter")
    fills(worker, language="Polish", relative="yes")
    worker.presses("Book the interpreter")
    worker.sees("A relative should not interpret")
    fills(worker, relative="no", booked_with="Eastmarch Interpreters, 12")
    worker.presses("Book the interpreter")
    worker.sees("Interpreter booked: Polish")
    worker.follows("Invitation in easy read")
    worker.sees("Please come to a meeting")
    worker.follows("Zaproszenie po polsku")
    worker.sees("Zaproszenie na spotkanie")
    worker.sees("Nobody has checked this translation yet")
    for kind, more in (
        ("invitation", {}),
        ("papers", {"late_why": "The conference is today, as her mother asked."}),
    ):
        worker.goes_to(hers)
        worker.follows("Record what reached them")
        fills(worker, kind=kind)
        if kind == "invitation":
            worker.answers(worker.page.locator("[name='form']").first)
        fills(worker, **more, how="through_interpreter", at=now() - timedelta(minutes=1))
        worker.presses("Record it")
        worker.does_not_see("There is a problem")
    worker.follows("Record the offer and the answer")
    fills(worker, offered="yes", answer="declines")
    worker.presses("Record it")
    worker.does_not_see("There is a problem")


def maya_is_told(worker: Visitor, meeting: str, stage: str, words: str) -> None:
    worker.goes_to(meeting)
    worker.follows("Record what Maya was told")
    fills(worker, stage=stage, done="yes", words=words, at=now() - timedelta(minutes=1))
    worker.presses("Record it")
    worker.sees("Recorded for Maya")


def the_conference_is_held_and_the_mother_disagrees(chair: Visitor, maya: UUID) -> str:
    chair.goes_to(f"/child/{maya}/meetings/")
    chair.follows("Initial child protection conference")
    address = chair.page.url
    the_meeting_is_held(chair, 1)
    if "There is a problem" in chair.page.locator("main").inner_text():
        fills(chair, unready_why="Ana asked for it to be held today all the same.")
        chair.presses("Record who came")
    chair.sees("Now write what was said")
    hers = chair.page.locator("option").filter(has_text="Ana Ferreira, Mother").first.get_attribute("value")
    chair.answers(chair.page.get_by_label("Who said it?"), str(hers))
    chair.writes("What was said?", "I want help, and not a plan.")
    chair.presses("Add to the minutes")
    chair.follows("Record decisions")
    chair.chooses("No", "Do you know anybody in this family outside your work?")
    chair.writes("What is decided?", "Child protection plan: neglect")
    chair.writes("Why?", "She goes without her hearing aids, and early help was not enough.")
    fills(
        chair, **{"c0-has_conflict": "no", "c0-wishes_why_not": "Asked at school; she drew and said no more."}
    )
    chair.chooses("No", "Does everybody agree?")
    chair.writes("Ana Ferreira does not agree", "It is not fair on us.")
    chair.presses("Record this decision")
    chair.sees("Ana Ferreira does not agree: “It is not fair on us.”")
    maya_is_told(chair, address, "part", "By a letter that her teacher read out.")
    return address


def the_minutes_are_closed_and_each_has_a_copy(chair: Visitor, meeting: str) -> None:
    chair.goes_to(f"{meeting}minutes/")
    chair.presses("Conclude the meeting")
    chair.sees("Send everybody their copy")
    chair.follows("Ana Ferreira")
    chair.sees("Ana Ferreira does not agree: It is not fair on us.")


def the_chair_begins_the_plan_from_the_conference(chair: Visitor, people: People, meeting: str) -> None:
    chair.goes_to(meeting)
    chair.sees("begin the plan")
    chair.comes_by(chair.page.locator("a[href$='/plan/begin/']").first)
    fills(chair, knows_family="no", kind="child_protection", has_conflict="no", category="NEG", began_on=today(),
          lead=people.worker.pk,
          reasons="She goes without her hearing aids and food.",
          wishes_why_not="Heard by her teacher; she drew and did not want to speak.")  # fmt: skip
    decided = chair.page.locator("select[name='decision'] option").nth(1).get_attribute("value")
    fills(chair, decision=decided)
    chair.presses("Begin the plan")
    chair.sees("The plan has begun")


def the_worker_writes_the_plan(worker: Visitor, people: People, maya: UUID, plan: UUID, mother: UUID) -> None:
    def writes(part: str, button: str = "Save", **answers: object) -> None:
        worker.goes_to(f"/child/{maya}/plan/{plan}/write/{part}/")
        fills(worker, **answers)
        worker.presses(button)
        worker.does_not_see("There is a problem")

    with as_practitioner(people.worker):
        framework = pack_in_force().outcomes(today()).item
    under = {"of_framework": framework[0].id} if framework else {}
    writes(
        "outcome", words="Maya eats breakfast at home every school day.", measure="She says so each Friday.",
        baseline="Hungry on four days of five.", baseline_scale=3, hoped_scale=8, by=today() + timedelta(days=60),
        whose="child", needed="now", **under,
    )  # fmt: skip
    writes("action", words="Take Maya to the hearing clinic.", practitioner=people.nurse.pk,
           due_on=today() + timedelta(days=14), timing="At nine she loses words every week.", needed="now")  # fmt: skip
    writes(
        "stands_on",
        answer="section_47",
        why_section_47="Agreement was tried twice.",
        words="The conference of today.",
    )
    writes("danger", words="That Maya goes hungry and nobody hears her.")
    writes("contingency", words="Maya goes to her grandmother, who rings the duty team.")
    writes("family_plan", answer="accepted", words="Grandmother on Fridays.")
    writes(
        "view",
        whom=f"parent:{mother}",
        agrees="no",
        words="It is not fair on us.",
        heard_how="Through an interpreter",
    )
    with as_practitioner(people.worker):
        child = Plan.objects.get(id=plan).child_id
    writes("view", whom=f"child:{child}", agrees="partly", words="I want mum to pick me up herself.")
    writes("harm_avoided", words="Another winter without sound and without breakfast.")
    worker.goes_to(f"/child/{maya}/plan/{plan}/write/tie/")
    around = [o.get_attribute("value") for o in worker.page.locator("select[name='about'] option").all()]
    for name in filter(None, around):
        writes("tie", about=name, answer="kept", words="They see each other daily.")
    worker.goes_to(f"/child/{maya}/plan/{plan}/sign/")
    worker.sees("The plan holds everything that it must.")
    worker.presses("Sign this version")
    worker.sees("The plan is signed.")


def the_core_group_meets(worker: Visitor, people: People, maya: UUID, plan: UUID, mother: UUID) -> None:
    worker.goes_to(f"/child/{maya}/meetings/")
    worker.follows("Call a meeting")
    fills(
        worker, purpose="core_group", children=[maya], when=now() + timedelta(minutes=5), minutes_long=60,
        format="in_person", place="Quayside Primary School", chair=people.worker.pk,
        agenda="Who takes Maya to the hearing clinic?",
    )  # fmt: skip
    worker.presses("Call the meeting")
    worker.sees("The meeting is called")
    worker.follows("Invite somebody")
    fills(worker, kind="practitioner", practitioner=people.nurse.pk, opens="yes")
    worker.presses("Invite")
    worker.follows("Invite somebody")
    fills(worker, kind="family", person=mother, role="Mother", needs_interpreter="no")
    worker.presses("Invite")
    the_meeting_is_held(worker, 0)
    if "There is a problem" in worker.page.locator("main").inner_text():
        for why in worker.page.locator("[name$='_why']").all():
            worker.answers(why, "Agreed with Ana at the conference.")
        worker.presses("Record who came")
    worker.sees("Now write what was said")
    worker.goes_to(f"/child/{maya}/plan/{plan}/")
    worker.sees("Hold the next core group")


def maya_is_visited(worker: Visitor, maya: UUID, plan: UUID) -> None:
    """Twice: at home nobody opens, at school she is seen alone."""
    worker.goes_to(f"/child/{maya}/plan/{plan}/write/visit/")
    fills(
        worker, visited_at=now() - timedelta(minutes=2), seen="no", why_not="Nobody opened.", where="At home",
        interpreting="none_needed",
        text="Rang twice, and left a note for Ana.",
    )  # fmt: skip
    worker.presses("Save")
    worker.sees("Not seen")
    worker.goes_to(f"/child/{maya}/plan/{plan}/write/visit/")
    fills(
        worker, visited_at=now() - timedelta(minutes=1), seen="yes", alone="yes", where="At school, in the library",
        interpreting="none_needed",
        like="Calm; she drew for twenty minutes.", said="I had toast today.", text="Maya showed her drawings.",
    )  # fmt: skip
    worker.presses("Save")
    worker.sees("The visit is signed.")
    worker.sees("Seen alone")


def a_review(
    chair: Visitor, maya: UUID, plan: UUID, result: str, scale: int, mother: UUID, child: UUID
) -> None:
    chair.goes_to(f"/child/{maya}/plan/{plan}/write/review/")
    fills(chair, held_on=today(), who_came="Ana with an interpreter, Dana Worker, Ines Nurse.")
    chair.presses("Save")
    chair.sees("The quorum is not met")
    fills(chair, without_quorum_why="The school was closed and sent a report.")
    chair.presses("Save")
    chair.goes_to(f"/child/{maya}/plan/")
    chair.follows("Go on with the review")
    review = chair.page.url
    chair.comes_by(chair.page.locator("a[href*='/outcome/']").first)
    fills(chair, actual="Breakfast on most days.", evidence="Maya, her mother, and the school.", achieved="partly",
          scale=scale, next="goes_on")  # fmt: skip
    chair.presses("Save")
    for whom, words in ((f"parent:{mother}", "Mornings are easier."), (f"child:{child}", "Toast is good.")):
        chair.goes_to(f"{review}view/")
        fills(chair, whom=whom, agrees="yes", words=words)
        chair.presses("Save")
    chair.goes_to(f"{review}close/")
    fills(chair, knows_family="no", has_conflict="no", result=result,
          reasons="It has become better, as Maya and her mother say.",
          wishes_why_not="Heard before the review; it stands on the plan.")  # fmt: skip
    for heard in chair.page.locator("[name='heard']").all()[:1]:
        chair.answers(heard)
        fills(chair, weight="It weighs most: she says herself what has changed.")
    chair.presses("Close the review")
    chair.sees("The review is closed.")


def the_manager_steps_it_down(manager: Visitor, people: People, maya: UUID, plan: UUID) -> None:
    manager.goes_to(f"/child/{maya}/plan/{plan}/step/")
    fills(
        manager, knows_family="no", has_conflict="no", to="child_in_need", reasons="Maya eats and hears again.",
        summary="Hunger and silence have ended. Mornings are watched on Fridays; look out for the winter timetable.",
        helps_now="Dana Worker, and her grandmother.", feedback_asked="Ana was asked with an interpreter.",
        record_in_order_by=people.manager.pk, wishes_why_not="Heard at the review on the same day.",
    )  # fmt: skip
    manager.presses("Step up or down")
    manager.sees("Outcomes that go on, statements, services and open actions have gone along.")
    manager.sees("Child in need plan")
    manager.follows("Outcomes over time")
    manager.sees("Maya eats breakfast at home every school day.")


@pytest.mark.timeout(1500)
@pytest.mark.obligation("ENQ-01")
@pytest.mark.obligation("PLN-01")
@pytest.mark.obligation("HLP-04")
@pytest.mark.obligation("FAM-14")
@pytest.mark.obligation("FAM-04")
@IN_THE_HARDEST_WAY
def test_two_siblings_from_a_concern_to_two_different_outcomes(
    arrives: Callable[..., Visitor], front_door: FrontDoor
) -> None:
    people = the_people(front_door)
    a_teacher_raises_a_concern_about_two_children(arrives(front_door.teacher))
    decider, manager = arrives(front_door.decider), arrives(people.manager)
    the_front_door_decides_on_a_strategy_discussion(decider, front_door)
    maya, theo = the_folder_of("Maya"), the_folder_of("Theo")
    the_front_door_passes_the_children_to_a_team(decider, people.team, str(maya))
    their_manager_allocates_them(manager, people.worker)
    worker = arrives(people.worker)
    with as_practitioner(people.worker):
        mother = next(
            tie.other_id for tie in Tie.objects.filter(folder_id=maya, kinship=Kinship.MOTHER.value)
        )

    discussion = the_manager_calls_a_strategy_discussion(manager, people, maya, theo)
    an_agency_brings_what_it_knows(arrives(people.officer), "Called to the house twice in May.")
    an_agency_brings_what_it_knows(arrives(people.nurse), "Weighed less than at Easter.")
    the_discussion_decides_on_a_joint_enquiry_for_both(manager, people, discussion)
    the_worker_enquires_and_writes_for_both_what_is_about_both(worker, maya, theo, mother)
    the_manager_ends_both_enquiries_differently(manager, maya, theo)

    the_worker_calls_the_conference(worker, people, maya, mother)
    conference = worker.page.url
    the_mother_has_an_interpreter_her_invitation_and_the_papers(worker)
    maya_is_told(worker, conference, "before", "Dana told her at school what a conference is.")
    chair = arrives(people.chair)
    meeting = the_conference_is_held_and_the_mother_disagrees(chair, maya)
    the_chair_begins_the_plan_from_the_conference(chair, people, meeting)
    the_minutes_are_closed_and_each_has_a_copy(chair, meeting)
    the_manager_lets_the_chair_in_for_the_reviews(manager, people, maya)
    with as_practitioner(people.worker):
        plan = Plan.objects.get(folder_id=maya)
        assert Episode.objects.get(folder_id=maya).stage == "help"
    the_worker_writes_the_plan(worker, people, maya, plan.id, mother)
    the_core_group_meets(worker, people, maya, plan.id, mother)
    maya_is_visited(worker, maya, plan.id)
    a_review(chair, maya, plan.id, "continues", 6, mother, plan.child_id)
    a_review(chair, maya, plan.id, "step_down", 8, mother, plan.child_id)
    the_manager_steps_it_down(manager, people, maya, plan.id)
    with as_practitioner(people.worker):
        assert [p.kind for p in Plan.objects.filter(folder_id=maya).order_by("id")] == [
            "child_protection",
            "child_in_need",
        ]
        visits = Visit.objects.filter(folder_id=maya).order_by("visited_at")
        assert list(visits.values_list("seen", flat=True)) == [False, True]
        assert not Plan.objects.filter(folder_id=theo).exists(), "each child has an outcome of their own"
        assert Meeting.objects.filter(purpose="initial_conference").count() == 1


def the_manager_lets_the_chair_in_for_the_reviews(manager: Visitor, people: People, maya: UUID) -> None:
    """A conference opens the record to its chair until the minutes are read; whoever reviews needs it longer."""
    manager.goes_to(f"/access/{maya}/")
    manager.follows("Let somebody in")
    fills(manager, to="practitioner", practitioner=people.chair.pk, level="write", why="Chairs the reviews.")
    manager.presses("Let them in")
    manager.sees("Chairs the reviews.")


# -- early help by a voluntary agency, and its step up ------------------------------------------------


def the_lead_professional_begins_early_help(lead: Visitor, who: Practitioner, maya: UUID) -> None:
    lead.goes_to(f"/child/{maya}/enquiries/")
    lead.follows("Begin an assessment")
    fills(lead, form="early_help", children=[maya], author=who.pk, stands_on="agreement",
          agreed="Ana agreed at home on Tuesday.", sooner="no")  # fmt: skip
    lead.presses("Begin")
    lead.sees("Begun.")
    lead.goes_to(f"/child/{maya}/plan/")
    lead.follows("Begin a plan")
    fills(
        lead,
        knows_family="no",
        kind="early_help",
        has_conflict="no",
        began_on=today(),
        reasons="Mornings have become too much for Ana alone.",
    )
    lead.presses("Begin the plan")
    lead.sees("The plan has begun")


def the_lead_professional_writes_what_the_family_says(lead: Visitor, maya: UUID, assessment: UUID) -> None:
    lead.goes_to(f"/child/{maya}/enquiries/assessments/{assessment}/sections/voice/")
    fills(lead, daily_life="She wakes her brother and makes their breakfast herself.",
          said="I want somebody to knock in the mornings.")  # fmt: skip
    lead.presses("Save")
    lead.sees("Saved: The child and their day.")


def the_lead_professional_plans_with_the_family(
    lead: Visitor, who: Practitioner, maya: UUID, plan: UUID
) -> None:
    with as_practitioner(who):
        framework = pack_in_force().outcomes(today()).item
    under = {"of_framework": framework[0].id} if framework else {}
    for part, answers in {
        "outcome": {
            "words": "Maya is at school by nine every day.", "measure": "The register.",
            "baseline": "Late on four days of five.", "baseline_scale": 3, "hoped_scale": 8,
            "by": today() + timedelta(days=40), "whose": "child", "needed": "now", **under,
        },
        "action": {
            "words": "Knock at eight and walk with them.", "practitioner": who.pk, "timing": "School begins at nine.",
            "due_on": today() + timedelta(days=7), "needed": "now",
        },
        "offer": {
            "name": "The Breakfast Club", "meant_to_change": "They have eaten before school.", "state": "waiting",
            "words": "Ana would like it.",
        },
    }.items():  # fmt: skip
        lead.goes_to(f"/child/{maya}/plan/{plan}/write/{part}/")
        fills(lead, **answers)
        lead.presses("Save")
        lead.does_not_see("There is a problem")


def early_help_is_not_enough(lead: Visitor, maya: UUID, plan: UUID) -> None:
    lead.goes_to(f"/child/{maya}/plan/{plan}/step/")
    lead.sees("The front door decides whether early help steps up.")
    lead.follows("Ask for a step up")
    fills(lead, reasons="He has come home drunk three times, and Maya hides.",
          family_view="Ana was told at home and asks for it herself.")  # fmt: skip
    lead.presses("Ask for it")
    lead.sees("The front door decides within its time")
    lead.sees("Waits for a decision")


def the_front_door_takes_the_child_on(decider: Visitor, maya: UUID) -> None:
    decider.goes_to(f"/child/{maya}/enquiries/")
    decider.follows("Step up asked for")
    decider.sees("Ana was told at home and asks for it herself.")
    fills(
        decider,
        knows_family="no",
        accepted="yes",
        has_conflict="no",
        reasons="Early help was tried, and she is afraid at home.",
        wishes_why_not="She told Leila that she hides, and would not speak to anybody new.",
    )
    decider.presses("Decide")
    decider.sees("Whoever asked for it is told")


def the_record_goes_along(worker: Visitor, people: People, maya: UUID, plan: UUID) -> None:
    worker.goes_to(f"/child/{maya}/enquiries/")
    worker.sees_the_heading("Assessment of a child in need")
    worker.goes_to(f"/child/{maya}/plan/{plan}/step/")
    fills(
        worker, knows_family="no", has_conflict="no", to="child_in_need",
        reasons="The local authority has taken it on.",
        lead=people.worker.pk,
        summary="Mornings were too much for Ana; help by agreement was not enough once he came home drunk.",
        helps_now="Dana Worker and Leila Helper.", feedback_asked="Ana was asked on the last visit.",
        record_in_order_by=people.manager.pk, wishes_why_not="Heard by Leila on Friday.",
    )  # fmt: skip
    worker.presses("Step up or down")
    worker.sees("Child in need plan")
    for words in (
        "Maya is at school by nine every day.", "Knock at eight and walk with them.", "The Breakfast Club",
    ):  # fmt: skip
        worker.sees(words)


@pytest.mark.timeout(900)
@pytest.mark.obligation("HLP-01")
@IN_TWO_OTHER_WAYS
def test_early_help_by_a_voluntary_agency_and_its_step_up(
    arrives: Callable[..., Visitor], front_door: FrontDoor
) -> None:
    people = the_people(front_door)
    leila = make_practitioner(
        "early-help-lead-professional", name="Leila Helper", agency=make_agency(AgencyKind.VOLUNTARY),
    )  # fmt: skip
    raised = raised_by(front_door.teacher)
    with as_practitioner(front_door.decider):
        parts = concerns.concern(raised.concern_id).parts
        screen(raised.concern_id, [a_decision(p.id, "early_help") for p in parts], knows_family=False)
        maya = parts[0].folder_id
    let_in(maya, leila, people.worker, people.manager)
    lead = arrives(leila)
    the_lead_professional_begins_early_help(lead, leila, maya)
    with as_practitioner(leila):
        plan = Plan.objects.get(folder_id=maya).id
        assessment = Assessment.objects.get(folder_id=maya).id
    the_lead_professional_writes_what_the_family_says(lead, maya, assessment)
    the_lead_professional_plans_with_the_family(lead, leila, maya, plan)
    early_help_is_not_enough(lead, maya, plan)
    the_front_door_takes_the_child_on(arrives(front_door.decider), maya)
    the_record_goes_along(arrives(people.worker), people, maya, plan)
    with as_practitioner(people.worker):
        assert Episode.objects.get(folder_id=maya).stage == "assessment"
        new = Plan.objects.get(folder_id=maya, kind="child_in_need")
        assert new.came_from_id == plan
        outcomes = PlannedOutcome.objects.filter(folder_id=maya).values_list("plan_id", "item")
        assert {of for of, _item in outcomes} == {plan, new.id}, "written once, and carried along"
        assert len({item for _of, item in outcomes}) == 1, "the same outcome, with its history"
        assert Action.objects.get(folder_id=maya).plan_id == new.id
        assert Offer.objects.get(folder_id=maya).plan_id == new.id
        assert "in the mornings" in str(SectionText.objects.get(folder_id=maya).content)
