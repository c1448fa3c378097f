"""The meetings of the families: one ahead that is well prepared, one held today that a mother disputes, one with an
interpreter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import transaction

from sightline.children.queries import child_page
from sightline.kernel.time import LONDON, as_on, now, today
from sightline.meetings import actions, queries
from sightline.meetings.actions import ActionIn, AttendanceIn, DecisionIn, Invitee, SaidIn
from sightline.meetings.models import MeetingChild
from sightline.meetings.terms import Came, ChildStage, Format, GivenKind, How, Purpose, SupporterAnswer, Topic
from sightline.plans.queries import open_plan
from sightline.voice.actions import WishesIn

from . import people
from .making import _as, _setting_up
from .past_meetings import CORE_GROUP, core_group_without_quorum
from .people import COUNCIL, DANA, HEALTH, HELEN, LEILA, SAM, Cast
from .planning import core_group
from .telling import at
from .voice import folder_of


def load() -> None:
    """Bring in what is missing, each child's in a transaction of its own."""
    cast = people.cast()
    for given, family, tell in CHILDREN:
        with transaction.atomic():
            folder_id = folder_of(given, family)
            if folder_id is None:
                continue
            with _setting_up():
                # What is told of the past with a child's plan does not count.
                there = (
                    MeetingChild.objects.filter(
                        folder_id=folder_id, meeting__called_at__gt=now() - timedelta(days=CORE_GROUP + 30)
                    )
                    .exclude(meeting__purpose=Purpose.INITIAL_CONFERENCE.value)
                    .exists()
                )
            if not there:
                tell(cast, folder_id)


def _ahead(days: int, hour: int, minute: int = 0) -> datetime:
    """A working day so many days ahead, or the Monday after."""
    day = today() + timedelta(days=days)
    day += timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))
    return datetime.combine(day, time(hour, minute), LONDON)


def _around(folder_id: UUID) -> dict[str, UUID]:
    """Who is in a child's life, by first name."""
    view = child_page([folder_id])
    return {tie.name.split(" ")[0]: tie.person.id for tie in view.ties} | {"child": view.child.id}


def maya(cast: Cast, folder_id: UUID) -> None:
    """A core group today, whose decision her mother disputes; the review conference ahead, with Kyle kept away."""
    with _as(cast, DANA):
        them = _around(folder_id)
        actions.keep_apart(
            folder_id, them["child"], them["Kyle"], in_room=True, address=True,
            why="Maya is afraid of him, and he does not know where they live now. Ana asks for it too.",
        )  # fmt: skip
        actions.keep_apart(
            folder_id, them["Ana"], them["Kyle"], in_room=True, address=True,
            why="Ana left him in the summer; he has followed her from work.",
        )  # fmt: skip
    _core_group(cast, folder_id, them)
    _review(cast, folder_id, them)


def _core_group(cast: Cast, folder_id: UUID, them: dict[str, UUID]) -> None:
    with _as(cast, DANA):
        met = actions.call(
            Purpose.CORE_GROUP,
            [folder_id],
            now() + timedelta(minutes=1),
            chair_id=cast[DANA],
            place="Quayside Primary School, music room",
            agenda="Who takes Maya to audiology, and how her mornings go.",
            minutes_long=60,
        )
        actions.invite(met, Invitee.practitioner(cast[SAM]))
        mother = actions.invite(met, Invitee.family(them["Ana"], "Mother"))
        actions.tell_child(
            met, folder_id, ChildStage.BEFORE, done=True,
            words="Sam told her at breakfast club who would come. She drew who should take her to the clinic.",
        )  # fmt: skip
        actions.give(mother, GivenKind.INVITATION, how=How.BY_HAND, form="invitation")
        actions.give(
            mother, GivenKind.PAPERS, how=How.BY_HAND, late_why="The audiology letter came only this morning."
        )
        actions.offer_supporter(mother, offered=True, answer=SupporterAnswer.DECLINES)
        actions.hold(
            met,
            people=[AttendanceIn(one.id, Came.CAME) for one in queries.meeting(met, ()).invited],
            unready_why="Ana asked to meet today all the same, since the clinic needs an answer.",
        )
        said = {one.row.practitioner_id: one.id for one in queries.meeting(met, ()).invited}
        actions.write_minutes(
            met,
            [
                SaidIn(
                    said[cast[SAM]],
                    "Maya is on time three mornings in five. She eats, and sits with her friends.",
                ),
                SaidIn(mother, "I cannot get to the clinic from work and be back. I am doing my best."),
                SaidIn(
                    mother, "I have not slept since August and would like help for myself.", about_adult=True
                ),
                SaidIn(None, "Maya's drawing was shown: Vovó holds her hand at the clinic."),
            ],
        )
        actions.decide(
            met,
            [
                DecisionIn(
                    folder_id,
                    "Lucia Ferreira takes Maya to audiology until the review",
                    "Maya has missed three of four appointments and hears less each month; she trusts her grandmother.",
                    dissents={
                        mother: "I am her mother and I want to take her myself. It feels like a punishment."
                    },
                    wishes=WishesIn(
                        why_not="Asked after school; she drew instead, and her drawing was shown."
                    ),
                )
            ],
            knows_family=False,
        )
        actions.agree_actions(
            met,
            [
                ActionIn(
                    folder_id, "Book the next audiology appointment for a Saturday", today() + timedelta(days=5),
                    "A month without sound is a long time at nine: she falls behind in class.",
                    practitioner_id=cast[SAM],
                ),
                ActionIn(
                    folder_id, "Ring the sleep clinic for Ana", today() + timedelta(days=7),
                    "Before the school holidays, when mornings have no frame.", practitioner_id=cast[DANA],
                ),
            ],
        )  # fmt: skip
        actions.tell_child(
            met,
            folder_id,
            ChildStage.PART,
            done=True,
            words="By her drawing. She did not want to be in the room.",
        )
        actions.conclude(met)
        actions.give(mother, GivenKind.MINUTES, how=How.BY_HAND)


def _review(cast: Cast, folder_id: UUID, them: dict[str, UUID]) -> None:
    with _as(cast, DANA):
        met = actions.call(
            Purpose.REVIEW_CONFERENCE,
            [folder_id],
            _ahead(12, 10),
            chair_id=cast[HELEN],
            minute_taker_id=None,
            format=Format.BOTH,
            place="Civic Centre, room 4",
            link="https://meet.example/review",
            minutes_long=90,
            agenda="Is Maya safer than in the summer? Does the plan go on, and with what in it?",
            arrangements="A room of its own for Maya with somebody whom she knows; breaks; the hearing loop is on",
        )
        actions.invite(met, Invitee.practitioner(cast[DANA]))
        actions.invite(met, Invitee.practitioner(cast[SAM]))
        actions.invite(
            met,
            Invitee.outsider("Dr Miriam Osei", "Audiologist", "Eastmere Hearing Clinic", professional=True),
        )
        mother = actions.invite(
            met, Invitee.family(them["Ana"], "Mother", needs="A meeting after ten, travel paid")
        )
        father = actions.invite(met, Invitee.family(them["Jon"], "Father"))
        child = actions.invite(
            met, Invitee.family(them["child"], "Herself", needs="Sit facing her; the hearing loop")
        )
        for who in (mother, father):
            actions.give(who, GivenKind.INVITATION, how=How.BY_HAND, form="invitation")
        actions.give(child, GivenKind.INVITATION, how=How.READ_ALOUD, form="invitation_easy")
        actions.give(
            mother, GivenKind.EXPLAINED, how=How.BY_HAND, covers=list(Topic), form="invitation_easy",
            understood="That the plan may go on or end, that she may disagree, and that she sees what is written.",
            reply="I will come. I want them to hear how much better it is.",
        )  # fmt: skip
        actions.offer_supporter(
            mother, offered=True, answer=SupporterAnswer.BRINGS, name="Lucia Ferreira", relation="Her mother"
        )
        actions.offer_supporter(father, offered=True, answer=SupporterAnswer.NOT_YET)
        actions.tell_child(
            met, folder_id, ChildStage.BEFORE, done=True,
            words="Dana told her in the library. She would like to come for the first half hour and then go to Sam.",
        )  # fmt: skip


def zofia(cast: Cast, folder_id: UUID) -> None:
    """An early help review ahead; her mother is invited in Polish and an interpreter is booked."""
    with _as(cast, LEILA):
        them = _around(folder_id)
        met = actions.call(
            Purpose.EARLY_HELP_REVIEW,
            [folder_id],
            _ahead(9, 15, 30),
            place="Harbour Families, Harbour Street",
            agenda="What has become easier for Zofia, and who helps Renata on her bad days.",
            minutes_long=45,
        )
        actions.invite(met, Invitee.practitioner(cast[SAM]))
        mother = actions.invite(
            met,
            Invitee.family(
                them["Renata"], "Mother", needs_interpreter=True, language="Polish; some English",
                needs="A chair with arms, and not before three",
            ),
        )  # fmt: skip
        actions.book_interpreter(
            mother, language="Polish", booked_with="Eastmarch Interpreters, booking 20417"
        )
        actions.give(mother, GivenKind.INVITATION, how=How.READ_ALOUD, form="invitation_pl")
        actions.offer_supporter(mother, offered=True, answer=SupporterAnswer.DECLINES)


def kofi(cast: Cast, folder_id: UUID) -> None:
    """A core group that only his mother and his worker came to; two since, four weeks apart."""
    core_group_without_quorum(cast, folder_id)
    for days_ago in (50, 23):
        with as_on(at(days_ago, 15)), _as(cast, DANA):
            plan = open_plan(folder_id)
            assert plan is not None
            core_group(plan.id, COUNCIL, HEALTH)


CHILDREN: tuple[tuple[str, str, Callable[[Cast, UUID], None]], ...] = (
    ("Maya", "Ferreira-Lund", maya),
    ("Zofia", "Nowak", zofia),
    ("Kofi", "Mensah-Doyle", kofi),
)
