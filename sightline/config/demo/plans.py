"""Plans of the demonstration's children, at every stage, agreed and disputed, told through the actions.

What lies in the past is done as on its day (`kernel.time.as_on`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from sightline.children.actions import answer_identity
from sightline.children.rules import Answer, Birth
from sightline.children.terms import Answered, IdentityQuestion, Kinship, Known, Sex
from sightline.kernel.time import now, today
from sightline.plans import actions
from sightline.plans.actions import (
    ActionIn,
    BeginIn,
    EndIn,
    IncidentIn,
    NeedIn,
    OfferIn,
    OutcomeIn,
    ReviewedIn,
    ScaleIn,
    StatementIn,
    WishesIn,
)
from sightline.plans.models import Plan
from sightline.plans.terms import (
    Achieved,
    Agrees,
    ChildWas,
    IncidentKind,
    Next,
    OfferState,
    PlanKind,
    ReviewResult,
    StatementKind,
    When,
    Whose,
)
from sightline.records.actions import sign_entry
from sightline.records.terms import EntryKind

from .making import _as, _known, _people, _setting_up
from .mensah import mensah
from .people import COUNCIL, DANA, HELEN, INES, LEILA, PRIYA, SAM, SCHOOL, Cast, cast
from .planning import (
    adult_of,
    answered_for,
    conference_decides,
    core_group,
    directory,
    each_said,
    enquired_before,
    folder_of,
    framework_item,
    keep_ties,
    let_chair_in,
    on_day,
    service_named,
    visited,
)
from .telling import at, born


def maya(people: Cast) -> None:
    """Maya's plan stands signed although her father does not agree; her grandmother's Saturdays are kept."""
    folder_id = folder_of("Maya", "Ferreira-Lund")
    if folder_id is None:
        return
    let_chair_in(people, folder_id)
    decided = conference_decides(
        people, 82, folder_id, "Ana", "Her weight, the missed clinics, and who collects her."
    )
    with on_day(82, 16), _as(people, HELEN):
        plan = actions.begin_plan(
            folder_id,
            BeginIn(
                PlanKind.CHILD_PROTECTION, today(), "Neglect has gone on although help was given.",
                category="NEG",
                decision_id=decided,
                lead_id=people[DANA], wishes=WishesIn(why_not="Heard by Dana on the day before; kept under Voice."),
            ), knows_family=False,
        )  # fmt: skip
    with on_day(76, 11), _as(people, DANA):
        [eats] = actions.write_outcome(
            [plan],
            OutcomeIn(
                "Maya eats enough at home, every day.", "Her weight is back on its own line by the spring.",
                "From the 40th to the 15th centile since May.", today() + timedelta(days=196), Whose.PROFESSIONAL,
                When.NOW, framework_item(1), baseline_scale=3, hoped_scale=8,
            ),
        )  # fmt: skip
        actions.write_outcome(
            [plan],
            OutcomeIn(
                "Mum picks Maya up herself.", "Maya tells Sam each Friday how often.", "Twice a week at most.",
                today() + timedelta(days=136), Whose.CHILD, When.NOW, framework_item(0), whose_words="Maya",
                baseline_scale=2,
                hoped_scale=10,
            ),
        )  # fmt: skip
        for who, what, days, timing, when in (
            (
                SAM,
                "Tell Ana by noon who collects Maya.",
                81,
                "Nine-year-olds go with whoever comes.",
                When.NOW,
            ),
            (INES, "Weigh Maya at school.", 88, "A month without weighing is long at nine.", When.NOW),
            (
                DANA,
                "Meet Ana and her manager about working days.",
                116,
                "Before the winter timetable is made.",
                When.LATER,
            ),
        ):
            actions.give_action(
                [plan], ActionIn(what, people[who], today() + timedelta(days=days), timing, when)
            )
        for kind, answer, words, why in (
            (
                StatementKind.STANDS_ON,
                "section_47",
                "The conference; Ana agrees with most of it.",
                "Early help was tried for a year.",
            ),
            (
                StatementKind.DANGER,
                "",
                "Left with Mr Dunmore on school nights, Maya may be hurt or go hungry.",
                "",
            ),
            (StatementKind.STRENGTH, "", "Attendance 97% since the breakfast club began.", ""),
            (
                StatementKind.STRENGTH,
                "",
                "Grandmother has Maya every weekend and asked to be in the plan.",
                "",
            ),
            (StatementKind.SAFETY, "", "Maya is with Mum or Vovó on every school night.", ""),
            (
                StatementKind.CONTINGENCY,
                "",
                "If Mr Dunmore stays overnight Maya goes to Vovó, and Ana rings Dana.",
                "",
            ),
            (
                StatementKind.FAMILY_PLAN,
                "accepted",
                "Vovó on Fridays and weekends, Mum on the other days.",
                "",
            ),
            (
                StatementKind.HARM_AVOIDED,
                "",
                "Jon does not agree; without the plan Maya would lose another half year.",
                "",
            ),
            (StatementKind.CULTURE, "", "Portuguese at home and Mass with Vovó on Sundays.", ""),
        ):
            actions.write_statement([plan], StatementIn(kind, words, answer, "", why))
        keep_ties(plan, "Kyle", "He drinks when he cares for her; looked at again at the review.")
        each_said(
            plan, ("Maya", Agrees.PARTLY, "I want mum to pick me up herself."),
            ("Ana", Agrees.PARTLY, "I need help with mornings. I don't need somebody looking in my fridge."),
            ("Jon", Agrees.NO, "It should not be called neglect. Nobody asked me until it was decided."),
        )  # fmt: skip
        actions.write_need(
            [plan], NeedIn("Help with working hours and rent", adult_of(folder_id, "Ana"),
                            "Maya is with others at night.",
                           "The advice centre is closed until the spring.", None, "Harbourside"),
        )  # fmt: skip
        actions.offer_service(
            folder_id,
            OfferIn("Maya eats before lessons", service_named("Early Birds breakfast club"), outcome=eats,
                    state=OfferState.RECEIVING),
            plan_id=plan,
        )  # fmt: skip
        actions.name_core_member(plan, "Mother", person_id=adult_of(folder_id, "Ana"))
        grandmother = adult_of(folder_id, "Lucia")
        answer_identity(
            folder_id,
            Answer(IdentityQuestion.INTERPRETER, Answered.GIVEN, words="Portuguese"),
            person_id=grandmother,
        )
        actions.name_core_member(plan, "Grandmother", person_id=grandmother, brings="Weekends")
        actions.name_core_member(
            plan, "Designated safeguarding lead", practitioner_id=people[SAM], brings="Sees her daily"
        )
        actions.place_on_scale(plan, ScaleIn(Whose.CHILD, "Maya", 4, "It's better when Vovó is there."))
        actions.place_on_scale(plan, ScaleIn(Whose.PARENT, "Ana", 7))
        actions.sign_plan(plan)
    for days_ago in (74, 47, 21):
        with on_day(days_ago, 15), _as(people, DANA):
            core_group(plan, COUNCIL, SCHOOL, family_came=2)
    for days_ago, where, like, said, why_not in _TO_MAYA:
        with _as(people, DANA):
            visited(plan, days_ago, 15, where, like, said, why_not=why_not)
        for written, entry_kind, who, words in _OF_MAYA.get(days_ago, ()):
            happened_at = at(written, 11)
            with on_day(written, 17), _as(people, who):
                sign_entry({folder_id: words}, kind=entry_kind, happened_at=happened_at)


#: Visits under Maya's plan: days ago, where, what she was like, what she said, why not alone.
_TO_MAYA = (
    (72, "At home", "Sat on the stairs with her cat.", "Are you here because of Kyle?", "Her mother stayed."),
    (60, "At school, in the library", "Tired, and hungry before eleven.", "I had toast at breakfast club.", ""),
    (51, "At home", "Food in the house, beds made. She stayed in the doorway.", "It's tidy today.",
     "Mr Dunmore was there and did not leave."),
    (38, "At her grandmother's", "Baked with Vovó and sang.", "Here nobody shouts.", ""),
    (25, "At home", "Showed her room and the list on her door.", "Mum was at the gate twice.", "Ana cooked beside us."),
    (11, "At school, in the music room", "Played the piano with one hand.", "Can you hear it too?", ""),
)  # fmt: skip
#: What was written after a visit, by the visit's days: days ago, kind, by whom, words.
_OF_MAYA = {
    25: [
        (24, EntryKind.CONTACT, DANA, "Audiology: Maya was not brought to three of four appointments."),
        (12, EntryKind.OVERSIGHT, PRIYA, "Discussed with Dana: see Maya at school, alone, within the week."),
    ]
}


def idris(people: Cast) -> None:
    """Idris's plan is thirty days old, not signed, and its core group has not met."""
    folder_id = folder_of("Idris", "Qureshi")
    if folder_id is None:
        return
    let_chair_in(people, folder_id)
    enquired_before(people, 30, "An injury in the shape of a belt, and a child who is afraid.", folder_id)
    decided = conference_decides(people, 30, folder_id, "Nazia", "The injury, and a child who is afraid.")
    with on_day(30, 16), _as(people, HELEN):
        plan = actions.begin_plan(
            folder_id,
            BeginIn(
                PlanKind.CHILD_PROTECTION, today(), "An injury in the shape of a belt.",
                category="PHY", decision_id=decided,
                lead_id=people[DANA], wishes=WishesIn(why_not="He hid under the table; play therapy is asked for."),
                earlier_plans=1,
            ), knows_family=False,
        )  # fmt: skip
    with _as(people, DANA):
        actions.write_outcome(
            [plan],
            OutcomeIn(
                "Idris is not hit.", "He says so, alone, and has no marks.", "Hit with a belt in the autumn.",
                today() + timedelta(days=60), Whose.CHILD, When.NOW, framework_item(0),
                baseline_scale=1, hoped_scale=10,
            ),
        )  # fmt: skip
        actions.write_statement(
            [plan], StatementIn(StatementKind.DANGER, "His father comes back and hits him again.")
        )
        visited(plan, 19, 15, "At school", "Hid his drawing, then gave it to me.", "That is the lock.")
        visited(plan, 9, 15, "At home", "Checked the door four times.", "I know how it goes.",
               why_not="He wanted his mother to see the lock too.")  # fmt: skip


def zofia(people: Cast) -> None:
    """Zofia's early help plan is led by the voluntary agency."""
    folder_id = folder_of("Zofia", "Nowak")
    if folder_id is None:
        return
    with _as(people, LEILA):
        plan = actions.begin_plan(
            folder_id,
            BeginIn(PlanKind.EARLY_HELP, today(), "She cares for her cousin and is tired all the time."),
            knows_family=False,
        )
        actions.write_outcome(
            [plan],
            OutcomeIn(
                "Zofia has two free afternoons a week.", "She says which, every Friday.", "None.",
                today() + timedelta(days=60), Whose.CHILD, When.NOW, framework_item(0), baseline_scale=2, hoped_scale=8,
            ),
        )  # fmt: skip
        actions.give_action(
            [plan],
            ActionIn(
                "Go with Zofia to the young carers' group.", people[LEILA], today() + timedelta(days=7),
                "At eleven a friend beside her makes it easier to go.", When.NOW,
            ),
        )  # fmt: skip
        actions.write_statement(
            [plan], StatementIn(StatementKind.STANDS_ON, "Her mother agreed on the telephone.", "agreement")
        )
        actions.offer_service(
            folder_id,
            OfferIn("Free afternoons", service_named("Young carers' group"), state=OfferState.ACCEPTED),
            plan_id=plan,
        )


def callum(people: Cast) -> None:
    """Callum has been missing three times; a decision is due, and a return conversation."""
    folder_id = folder_of("Callum", "Reid")
    if folder_id is None:
        return
    for days, hours, words in (
        (24, 9, "Not home from school; found at the bus station."),
        (11, 20, "Left at night; came home by himself."),
        (2, 14, "Found forty miles away with three phones."),
    ):
        began, talked = at(days, 4), at(23, 16)
        with on_day(days - 1, 17), _as(people, DANA):
            [incident] = actions.record_incident(
                [folder_id],
                IncidentIn(
                    IncidentKind.MISSING, began, words, "Kelly Reid and PC Lindqvist",
                    ended_at=began + timedelta(hours=hours),
                ),
            )  # fmt: skip
            if days == 24:
                actions.talk_after_return(
                    incident, held_at=talked, by_whom="Street Line", independent=True, place="The skate park",
                    alone=True,
                    said="I went because they said so.", pushes="A debt of which he does not speak.",
                    then="Street Line sees him on Mondays.",
                )  # fmt: skip
    with on_day(6, 12), _as(people, DANA):
        actions.record_incident(
            [folder_id],
            IncidentIn(
                IncidentKind.COMMUNITY_VIOLENCE, now() - timedelta(hours=18),
                "Chased through the park by two men; he threw a bottle at one of them.", "PC Lindqvist",
                child_was=ChildWas.BOTH,
            ),
        )  # fmt: skip


def temi(people: Cast) -> None:
    """Temi saw domestic abuse; it is recorded as such."""
    folder_id = folder_of("Temi", "Fashola-Grant")
    if folder_id is None:
        return
    with _as(people, DANA):
        for days in (34, 90):
            actions.record_incident(
                [folder_id],
                IncidentIn(
                    IncidentKind.DOMESTIC_ABUSE, at(days, 6), "Folasade was hurt; police came.", "PC Lindqvist",
                    ended_at=at(days, 8), child_there="In the next room, and heard it",
                ),
            )  # fmt: skip


def closing(people: Cast) -> None:
    """Owen's plan has ended: what it changed, who helps now, and who answers for the record."""
    owen = _known(
        people, "Owen", "Tarrant-Hill", Birth(born_on=born(8, 10, 2), sex=Sex.MALE, pronouns="he"),
        since=240, school=SCHOOL,
    )  # fmt: skip
    _people(people, owen, ("Megan", "Hill", 33, Kinship.MOTHER, Known.YES, Known.YES, "Mum"), since=239)
    with on_day(230, 10), _as(people, DANA):
        plan = actions.begin_plan(
            owen.folder_id,
            BeginIn(
                PlanKind.CHILD_IN_NEED, today(), "His mother was in hospital and nobody else was there.",
                wishes=WishesIn(why_not="He was with his aunt in another county that week."),
            ), knows_family=False,
        )  # fmt: skip
        [home] = actions.write_outcome(
            [plan],
            OutcomeIn(
                "Owen is at home with his mother and at school on time.", "Attendance, and what he says.",
                "Away from school for three weeks.", today() + timedelta(days=150), Whose.PARENT, When.NOW,
                framework_item(0),
                baseline_scale=2, hoped_scale=9,
            ),
        )  # fmt: skip
        actions.give_action(
            [plan],
            ActionIn("Meet at the ward with Megan and Owen.", people[DANA], today() + timedelta(days=9),
                     "He had not seen her for a month.", When.NOW),
        )  # fmt: skip
        for kind, answer, words in (
            (StatementKind.STANDS_ON, "section_17", "Megan agreed from the ward."),
            (StatementKind.FAMILY_PLAN, "accepted", "Aunt Bryn until Megan is well."),
            (StatementKind.CONTINGENCY, "", "Aunt Bryn, then the duty team."),
        ):
            actions.write_statement([plan], StatementIn(kind, words, answer))
        keep_ties(plan)
        each_said(
            plan, ("Owen", Agrees.YES, "I want to go home with Mum."), ("Megan", Agrees.YES, "So do I.")
        )
        actions.sign_plan(plan)
    with _as(people, DANA):
        visited(
            plan,
            200,
            15,
            "At home",
            "Sat close to his mother.",
            "We have our own key again.",
            why_not="He asked for her to stay.",
        )
    with on_day(75, 14), _as(people, DANA):
        review = actions.start_review(
            plan,
            today(),
            who_came="Megan, Owen, Dana Okafor, Sam Reyes.",
            agency_ids=[people.agencies[COUNCIL], people.agencies[SCHOOL]],
            family_came=2,
        )
        actions.answer_outcome(
            review,
            home,
            ReviewedIn(
                "He is at home and was late once.",
                "The school's list; Owen.",
                Achieved.YES,
                Next.ENDS,
                scale=9,
            ),
        )
        each_said(
            plan,
            ("Owen", Agrees.YES, "You don't have to come any more."),
            ("Megan", Agrees.YES, "Thank you."),
            review=review,
        )
        actions.close_review(
            review, ReviewResult.CLOSE, "He is at home, safe and at school.",
            WishesIn(why_not="He said at the review what he wishes; it stands there."), knows_family=False,
        )  # fmt: skip
    with on_day(70, 10), _as(people, PRIYA):
        actions.close_plan(
            plan,
            EndIn(
                "RC7", "The plan has done what it was for.",
                "Owen's mother was ill and alone. She is well, her sister lives near, and he is at school every day. "
                "Look out for her being taken to hospital again.",
                "Aunt Bryn; the school; Megan has the ward's number.",
                "Both were asked at the last review and wrote a card.",
                people[PRIYA], WishesIn(why_not="Heard five days before at the review."), knows_family=False,
            ),
        )  # fmt: skip
    answered_for(people, plan)


#: Each part of the story, and the child whose plan shows that it has been told.
_STORIES: tuple[tuple[tuple[str, str], Callable[[Cast], None]], ...] = (
    (("Amara", "Mensah-Doyle"), mensah),
    (("Maya", "Ferreira-Lund"), maya),
    (("Idris", "Qureshi"), idris),
    (("Zofia", "Nowak"), zofia),
    (("Callum", "Reid"), callum),
    (("Temi", "Fashola-Grant"), temi),
    (("Owen", "Tarrant-Hill"), closing),
)


def _told(folder_id: UUID | None) -> bool:
    from sightline.plans.models import Incident

    if folder_id is None:
        return False
    with _setting_up():
        plans = Plan.objects.filter(folder_id=folder_id).exists()
        return plans or Incident.objects.filter(folder_id=folder_id).exists()


def load() -> None:
    """Bring in what is missing, each story in a transaction of its own."""
    people = cast()
    with transaction.atomic():
        directory(people)
    for (given, family), tell in _STORIES:
        with transaction.atomic():
            if not _told(folder_of(given, family)):
                tell(people)
