"""Plans that took a turn: changed since it was signed, asked of another authority, closed for the wrong child and taken
back; a review that was called off. Told through the actions, as on their days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from sightline.children import actions as children
from sightline.children.rules import Address, Birth, NewAuthority
from sightline.children.terms import Kinship, Known, LivesAt, Sex
from sightline.kernel.time import now, today
from sightline.meetings import actions as meetings
from sightline.meetings.terms import Purpose
from sightline.plans import actions
from sightline.plans.actions import ActionIn, BeginIn, EndIn, OutcomeIn, StatementIn, WishesIn
from sightline.plans.models import Plan
from sightline.plans.terms import Agrees, PlanKind, StatementKind, When, Whose

from .making import _as, _known, _people, _setting_up
from .people import COUNCIL, DANA, HELEN, PRIYA, SAM, SCHOOL, Cast, cast
from .planning import (
    conference_decides,
    each_said,
    enquired_before,
    folder_of,
    framework_item,
    keep_ties,
    let_chair_in,
    on_day,
    visited,
)
from .telling import born


def _signed(
    people: Cast,
    plan: UUID,
    days_ago: int,
    outcome: tuple[str, str, str],
    *those: tuple[str, Agrees, str],
    harm_avoided: str = "",
) -> UUID:
    """The plan is written and signed so many days ago; the planned outcome, by its item."""
    words, measure, baseline = outcome
    with on_day(days_ago, 11), _as(people, DANA):
        [item] = actions.write_outcome(
            [plan],
            OutcomeIn(
                words, measure, baseline, today() + timedelta(days=120), Whose.PARENT, When.NOW, framework_item(0),
                baseline_scale=3, hoped_scale=8,
            ),
        )  # fmt: skip
        compulsory = Plan.objects.get(id=plan).kind == PlanKind.CHILD_PROTECTION.value
        for kind, answer, text, why in (
            (
                StatementKind.STANDS_ON,
                "section_47" if compulsory else "section_17",
                "The conference decided it." if compulsory else "Agreed at the kitchen table.",
                "The help before it was agreed to and not taken up." if compulsory else "",
            ),
            (StatementKind.FAMILY_PLAN, "accepted", "The aunt takes the children when it is loud.", ""),
            (StatementKind.CONTINGENCY, "", "The aunt first, then the duty team.", ""),
            (StatementKind.DANGER, "", "That nobody notices until it is late.", ""),
        ):
            actions.write_statement([plan], StatementIn(kind, text, answer, "", why))
        actions.give_action(
            [plan],
            ActionIn("See the child in school every week.", people[SAM], today() + timedelta(days=90),
                     "A week is as long as a child of this age carries it alone.", When.NOW),
        )  # fmt: skip
        if harm_avoided:
            actions.write_statement([plan], StatementIn(StatementKind.HARM_AVOIDED, harm_avoided))
        keep_ties(plan)
        each_said(plan, *those)
        actions.sign_plan(plan)
    return item


def bethan(people: Cast) -> None:
    """Everybody agrees with Bethan's plan; it was changed last week and waits to be signed. Her review was called off:
    the hall was flooded."""
    child = _known(
        people, "Bethan", "Kerrigan-Poole", Birth(born_on=born(7, 4, 9), sex=Sex.FEMALE, pronouns="she"), since=120,
        school=SCHOOL,
    )  # fmt: skip
    _people(people, child, ("Maeve", "Kerrigan", 36, Kinship.MOTHER, Known.YES, Known.YES, "Mam"), since=119)
    with on_day(60, 10), _as(people, DANA):
        plan = actions.begin_plan(
            child.folder_id,
            BeginIn(PlanKind.CHILD_IN_NEED, today(), "Her mother is often in bed; Bethan cooks and cleans.",
                    wishes=WishesIn(why_not="She wished to draw first, and said it on the next visit.")),
            knows_family=False,
        )  # fmt: skip
    item = _signed(
        people, plan, 55,
        ("Bethan plays after school.", "She says where she was, on Fridays.", "At home every afternoon."),
        ("Bethan", Agrees.YES, "I want to go to gym with Ffion."), ("Maeve", Agrees.YES, "She should not be my nurse."),
    )  # fmt: skip
    with _as(people, DANA):
        visited(plan, 40, 15, "At home", "Showed a cartwheel.", "Gym is on Tuesdays.")
        visited(plan, 8, 15, "At school", "Laughed with Ffion.", "I was at gym twice!")
    with on_day(7, 16), _as(people, DANA):
        actions.write_outcome(
            [plan],
            OutcomeIn(
                "Bethan plays after school, twice a week with other children.", "She says where she was, on Fridays.",
                "At home every afternoon.", today() + timedelta(days=70), Whose.CHILD, When.NOW, framework_item(0),
                whose_words="Bethan", baseline_scale=3, hoped_scale=9,
            ),
            item=item,
        )  # fmt: skip
    with on_day(6, 10), _as(people, DANA):
        called = meetings.call(
            Purpose.CHILD_IN_NEED_REVIEW, [child.folder_id], now() + timedelta(days=16), place="The church hall",
            agenda="Has life become better for Bethan?",
        )  # fmt: skip
    with _as(people, DANA):
        meetings.cancel(called, "The hall is under water. Another day is being found with Maeve.")


def yusuf(people: Cast) -> None:
    """Yusuf moved with his father to Northmoor, which has been asked to take his protection plan."""
    child = _known(
        people, "Yusuf", "Adair-Sayed", Birth(born_on=born(5, 8, 21), sex=Sex.MALE, pronouns="he"), since=150,
        school=SCHOOL,
    )  # fmt: skip
    _people(people, child, ("Omar", "Sayed", 30, Kinship.FATHER, Known.YES, Known.YES, "Baba"), since=149)
    let_chair_in(people, child.folder_id)
    enquired_before(
        people, 50, "Left alone at night more than once, and burnt at the cooker.", child.folder_id
    )
    decided = conference_decides(
        people, 50, child.folder_id, "Omar", "He is five and was alone for two nights."
    )
    with on_day(50, 15), _as(people, HELEN):
        plan = actions.begin_plan(
            child.folder_id,
            BeginIn(
                PlanKind.CHILD_PROTECTION, today(), "Alone at night, and burnt at the cooker.", category="NEG",
                decision_id=decided,
                lead_id=people[DANA], wishes=WishesIn(why_not="He was asked with toys and went to sleep."),
            ), knows_family=False,
        )  # fmt: skip
    _signed(
        people, plan, 44,
        ("A grown-up is with Yusuf every night.", "Omar's shifts, and what Yusuf says.", "Alone on two nights."),
        ("Yusuf", Agrees.YES, "I don't like the dark."),
        ("Omar", Agrees.NO, "I was away for an hour. You make it sound like days."),
        harm_avoided="Without it a boy of five may be alone with a cooker again.",
    )  # fmt: skip
    with _as(people, DANA):
        visited(plan, 36, 15, "At home", "Built a tower and counted it.", "Baba was here.")
        visited(plan, 20, 15, "At school", "Ran to me.", "We go to the sea house.")
        visited(plan, 6, 15, "At his aunt's in Northmoor", "Tired from the new road.", "I have a bed now.")
    with on_day(14, 12), _as(people, DANA):
        children.move_to(
            child.folder_id,
            Address(LivesAt.HOME, "3 Lowfield Row\nNorthmoor", "ZZ98 4NM", "Northmoor", "Omar", held_from=today()),
        )  # fmt: skip
        children.set_authority(child.folder_id, NewAuthority(COUNCIL, "Northmoor Council", today()))
    with on_day(13, 12), _as(people, DANA):
        actions.ask_transfer(
            plan, "Northmoor Council",
            "The whole plan and the record went to their duty team. Dana goes on visiting until their conference.",
            conference_on=today() + timedelta(days=15),
        )  # fmt: skip


def elin(people: Cast) -> None:
    """Elin's plan was closed on the wrong child's page, and taken back the next day."""
    child = _known(
        people, "Elin", "Marsh-Okeke", Birth(born_on=born(10, 11, 3), sex=Sex.FEMALE, pronouns="she"), since=110,
        school=SCHOOL,
    )  # fmt: skip
    _people(people, child, ("Grace", "Okeke", 41, Kinship.MOTHER, Known.YES, Known.YES, "Mum"), since=109)
    with on_day(48, 10), _as(people, DANA):
        plan = actions.begin_plan(
            child.folder_id,
            BeginIn(PlanKind.CHILD_IN_NEED, today(), "They sleep on a friend's floor since the fire.",
                    wishes=WishesIn(why_not="Her friend was in the room; heard alone three days later.")),
            knows_family=False,
        )  # fmt: skip
    _signed(
        people, plan, 42,
        ("Elin sleeps in a bed of her own.", "She shows it.", "On a friend's floor, with her mother."),
        ("Elin", Agrees.PARTLY, "Not far from school, please."), ("Grace", Agrees.YES, "Any place that is dry."),
    )  # fmt: skip
    with _as(people, DANA):
        visited(plan, 30, 15, "At school", "Yawned, and was quick at sums.", "The floor is cold.")
        visited(plan, 5, 16, "At the new flat", "Lay on the bed with her shoes on.", "It's mine!")
    with on_day(4, 10), _as(people, PRIYA):
        actions.close_plan(
            plan,
            EndIn(
                "RC5", "Northmoor Council has taken the case on.",
                "The family was without a home after a fire. They live in Northmoor and he goes to school there.",
                "Northmoor's team, and the school.", "Asked at the last visit.", people[PRIYA],
                WishesIn(why_not="Heard at the last visit."), knows_family=False,
            ),
        )  # fmt: skip
    with on_day(3, 9), _as(people, PRIYA):
        actions.reopen_plan(
            plan, "The closing was meant for another child of the same name; Elin's school is still being settled.",
            knows_family=False,
        )  # fmt: skip


_STORIES: tuple[tuple[tuple[str, str], Callable[[Cast], None]], ...] = (
    (("Bethan", "Kerrigan-Poole"), bethan),
    (("Yusuf", "Adair-Sayed"), yusuf),
    (("Elin", "Marsh-Okeke"), elin),
)


def load() -> None:
    """Bring in what is missing, each story in a transaction of its own."""
    people = cast()
    for (given, family), tell in _STORIES:
        with transaction.atomic():
            with _setting_up():
                there = folder_of(given, family)
            if there is None:
                tell(people)
