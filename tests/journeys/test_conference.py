"""A conference with a mother who needs an interpreter and does not agree: called, held, minuted, sent round."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import as_practitioner, setting_up
from sightline.kernel.time import LONDON, now
from sightline.meetings import actions, queries
from sightline.meetings.actions import Invitee
from sightline.meetings.terms import Purpose
from sightline.meetings.tests.factories import Family, make_family

from .conftest import PASSWORD, Visitor

pytestmark = pytest.mark.django_db(transaction=True)


def with_passwords(*people: Practitioner) -> None:
    with setting_up():
        for person in people:
            assert person.user is not None
            person.user.set_password(PASSWORD)
            person.user.save()


def the_worker_calls_the_conference(worker: Visitor, family: Family) -> None:
    when = (now() + timedelta(days=10)).astimezone(LONDON)
    worker.goes_to(f"/child/{family.maya}/meetings/")
    worker.follows("Call a meeting")
    worker.chooses("Initial child protection conference")
    worker.chooses("Maya Ferreira", "Who is it about?")
    worker.chooses("Theo Ferreira", "Who is it about?")
    worker.gives_the_day("When does it start?", when.day, when.month, when.year)
    worker.page.get_by_label("Time", exact=True).first.fill("10:00")
    worker.writes("How many minutes", "90")
    worker.chooses("In one room")
    worker.writes("Where is it?", "Civic Centre, room 2")
    worker.page.get_by_label("Who chairs it?").select_option(str(family.chair.pk))
    worker.writes("What is the meeting to do?", "Is a child protection plan needed?")
    worker.presses("Call the meeting")
    worker.sees("No strategy discussion has begun an enquiry about Maya and Theo")
    worker.writes(
        "Where does it stand", "Discussed on the telephone on Sunday night; the police and the nurse agreed."
    )
    worker.presses("Call the meeting")
    worker.sees("The meeting is called")


def the_mother_is_invited_with_an_interpreter(worker: Visitor, family: Family) -> None:
    worker.follows("Invite somebody")
    worker.chooses("Somebody of the family, or a child")
    worker.page.locator("select[name=person]").select_option(str(family.mother))
    worker.writes("As what do they come?", "Mother")
    worker.chooses("Yes", "Do they need an interpreter?")
    worker.writes("Language, and how they communicate", "Polish")
    worker.presses("Invite")
    worker.sees("interpreter needed")
    worker.follows("Ana Ferreira")
    worker.follows("Book an interpreter")
    worker.chooses("Yes", "Is the interpreter a relative or friend")
    worker.presses("Book the interpreter")
    worker.sees("A relative should not interpret")
    worker.chooses("No, a professional", "Is the interpreter a relative or friend")
    worker.writes("Booked with which service", "Eastmarch Interpreters, 12")
    worker.presses("Book the interpreter")
    worker.sees("Interpreter booked: Polish")
    worker.follows("Invitation in easy read")
    worker.sees("Please come to a meeting")
    worker.follows("Zaproszenie po polsku")
    worker.sees("Zaproszenie na spotkanie")
    worker.sees("Nobody has checked this translation yet")


@pytest.mark.obligation("FAM-04")
@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (320, True), (1280, False)])
def test_a_conference_with_a_mother_who_disagrees_and_needs_an_interpreter(
    somebody: Callable[..., Visitor], width: int, scripts: bool
) -> None:
    family = make_family()
    with_passwords(family.worker, family.chair)
    worker = somebody(width=width, scripts=scripts)
    worker.signs_in_as(family.worker)
    the_worker_calls_the_conference(worker, family)
    the_mother_is_invited_with_an_interpreter(worker, family)


def test_the_chair_holds_it_and_the_mothers_dissent_stands_in_her_copy(
    somebody: Callable[..., Visitor],
) -> None:
    family = make_family()
    with_passwords(family.chair)
    with as_practitioner(family.worker):
        met = actions.call(
            Purpose.INITIAL_CONFERENCE, [family.maya], now() + timedelta(minutes=5), chair_id=family.chair.pk,
            place="Civic Centre", agenda="Is a plan needed?", earlier_why="Discussed by telephone on Monday.",
        )  # fmt: skip
        for who in (family.worker, family.officer, family.visitor):
            actions.invite(met, Invitee.practitioner(who.pk))
        actions.invite(met, Invitee.family(family.mother, "Mother"))
    chair = somebody()
    chair.signs_in_as(family.chair)
    chair.goes_to("/meetings/")
    chair.follows("Initial child protection conference")
    chair.follows("Record who came")
    began = now().astimezone(LONDON) - timedelta(minutes=1)
    chair.gives_the_day("When did it begin?", began.day, began.month, began.year)
    chair.page.get_by_label("Time", exact=True).first.fill(f"{began:%H:%M}")
    for group in chair.page.locator("fieldset:has(input[value='not_there'])").all():
        group.get_by_label("Came", exact=True).check()
    chair.presses("Record who came")
    chair.sees("The family was not prepared as the procedures ask")
    chair.writes("Why was the family not prepared", "The mother asked for it to be held today.")
    chair.presses("Record who came")
    chair.sees("Now write what was said")
    chair.page.get_by_label("Who said it?").select_option(label="Ana Ferreira, Mother")
    chair.writes("What was said?", "I want help, and not a plan.")
    chair.presses("Add to the minutes")
    chair.sees("Written in the minutes")
    chair.follows("Record decisions")
    chair.chooses("No", "Do you know anybody in this family outside your work?")
    chair.writes("What is decided?", "Child protection plan: neglect")
    chair.writes("Why?", "She goes without her hearing aids, and early help was not enough.")
    chair.chooses("No", "Does everybody agree?")
    chair.writes("Ana Ferreira does not agree", "It is not fair on us.")
    chair.presses("Record this decision")
    chair.sees("Ana Ferreira does not agree: “It is not fair on us.”")
    for stage, words in (
        ("What they were told before the meeting", "Nobody told her: it was called too late."),
        ("How they took part", "By a letter that her teacher read out."),
    ):
        chair.goes_to(f"/meetings/{met}/told/{family.maya}/")
        chair.chooses(stage)
        chair.chooses("No" if "before" in stage else "Yes", "Was it done?")
        chair.writes("What and how, or why not?", words)
        chair.gives_the_day("When?", began.day, began.month, began.year)
        chair.page.get_by_label("Time", exact=True).first.fill(f"{began:%H:%M}")
        chair.presses("Record it")
        chair.sees("Recorded for Maya")
    chair.goes_to(f"/meetings/{met}/minutes/")
    chair.presses("Conclude the meeting")
    chair.sees("Send everybody their copy")
    chair.follows("Ana Ferreira")
    chair.sees("Ana Ferreira does not agree: It is not fair on us.")
    with as_practitioner(family.chair):
        assert queries.meeting(met).state == "concluded"
