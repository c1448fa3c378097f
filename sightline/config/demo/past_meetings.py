"""Meetings that lie behind the demonstration's children: one with an interpreter and a father who disagrees, corrected
since by adding; one held without a quorum, for a reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

from sightline.children.queries import child_page
from sightline.kernel.time import as_on, today
from sightline.kernel.verdicts import Refused
from sightline.meetings import actions, queries
from sightline.meetings.actions import AttendanceIn, DecisionIn, Invitee, SaidIn
from sightline.meetings.terms import Came, ChildStage, GivenKind, How, Purpose, SupporterAnswer, Topic
from sightline.voice.actions import WishesIn

from .making import _as
from .people import DANA, HELEN, INES, SAM, Cast
from .telling import at

#: How many days ago the conference on the two was, and the core group that only their worker and their mother came to.
CONFERENCE, CORE_GROUP = 270, 62


@contextmanager
def _then(days_ago: int, hour: int, who: Cast, name: str) -> Iterator[None]:
    with as_on(at(days_ago, hour)), _as(who, name):
        yield


def _adults(folder_id: UUID) -> dict[str, UUID]:
    return {tie.name.split(" ")[0]: tie.person.id for tie in child_page([folder_id]).ties}


def conference(cast: Cast, amara: UUID, kofi: UUID) -> dict[UUID, UUID]:
    """Esther needs an interpreter for Twi, and her sister will not do; Liam agrees with nothing. Returns what was
    decided on each."""
    both = [amara, kofi]
    held = at(CONFERENCE, 10)
    with _then(CONFERENCE + 7, 10, cast, DANA):
        them = _adults(amara)
        met = actions.call(
            Purpose.INITIAL_CONFERENCE, both, held, chair_id=cast[HELEN],
            place="Civic Centre, room 4", minutes_long=120,
            agenda="Are Amara and Kofi safe at home, and does either of them need a child protection plan?",
            arrangements="Liam is heard an hour before Esther; a crèche for Kofi",
        )  # fmt: skip
        for name in (DANA, SAM, INES):
            actions.invite(met, Invitee.practitioner(cast[name], opens=name != DANA))
        mother = actions.invite(
            met,
            Invitee.family(
                them["Esther"], "Mother", needs_interpreter=True, language="Twi; everyday English",
                needs="Short sentences and time; her sister beside her",
            ),
        )  # fmt: skip
        father = actions.invite(met, Invitee.family(them["Liam"], "Father"))
        with suppress(Refused):
            # Her sister offers: refused, since a relative may leave out or add, and a professional is booked.
            actions.book_interpreter(mother, language="Twi", name="Joy Mensah", relative=True)
        actions.book_interpreter(mother, language="Twi", booked_with="Eastmarch Interpreters, booking 18844")
        for who in (mother, father):
            actions.give(who, GivenKind.INVITATION, how=How.BY_HAND, form="invitation")
            actions.give(who, GivenKind.PAPERS, how=How.BY_HAND)
        actions.give(
            mother, GivenKind.EXPLAINED, how=How.THROUGH_INTERPRETER, covers=list(Topic),
            understood="That a plan may be made without her agreement, and that she may say what she thinks of it.",
            reply="I want it to stop. I am afraid that they take the children.",
        )  # fmt: skip
        actions.offer_supporter(
            mother, offered=True, answer=SupporterAnswer.BRINGS, name="Joy Mensah", relation="Her sister"
        )
        actions.offer_supporter(father, offered=True, answer=SupporterAnswer.DECLINES)
        for folder_id, words in (
            (amara, "Dana told her at school. She asked who would read her page, and wrote it."),
            (kofi, "Ines told him with picture cards that grown-ups would talk about home."),
        ):
            actions.tell_child(met, folder_id, ChildStage.BEFORE, done=True, words=words)
    with _then(CONFERENCE, 13, cast, HELEN):
        invited = {one.name.split(" ")[0]: one.id for one in queries.meeting(met, ()).invited}
        actions.hold(
            met,
            began_at=held,
            people=[
                AttendanceIn(
                    each, Came.APART if name == "Liam" else Came.CAME,
                    words="He was heard from nine to ten." if name == "Liam" else "",
                    supporter_came=True if name == "Esther" else None,
                    interpreter_used=True if name == "Esther" else None,
                )
                for name, each in invited.items()
            ],
        )  # fmt: skip
        actions.write_minutes(
            met,
            [
                SaidIn(
                    invited["Dana"],
                    "The police came on 3 evenings in the spring; both children were in the room each time.",
                ),
                SaidIn(
                    invited["Esther"],
                    "He shouts and he breaks things. He has hit me twice. I want him to live elsewhere.",
                ),
                SaidIn(invited["Liam"], "I shout. I never touched her in front of them."),
                SaidIn(
                    invited["Ines"], words_by_folder={
                        kofi: "Kofi has lost weight since his last check and says fewer words than in the winter."
                    },
                ),
                SaidIn(
                    invited["Sam"], words_by_folder={
                        amara: "Amara stays behind after school. Her page was read out: Make the nights quiet."
                    },
                ),
                SaidIn(invited["Esther"], "I do not sleep, and would like to see a doctor.", about_adult=True),
            ],
        )  # fmt: skip
        against = {invited["Liam"]: "It is between Esther and me. The children do not need a plan."}
        decided = actions.decide(
            met,
            [
                DecisionIn(
                    amara, "Child protection plan: emotional abuse",
                    "She saw and heard it for months, and stays away from home because of it.", against,
                    wishes=WishesIn(why_not="Asked at school; she gave her page to be read out and said no more."),
                ),
                DecisionIn(
                    kofi, "Child protection plan: neglect",
                    "He loses weight and words, and nobody has been able to see to him.", against,
                    wishes=WishesIn(why_not="He is two; Ines watched him play and says what she saw in the minutes."),
                ),
            ],
            knows_family=False,
        )  # fmt: skip
        for folder_id in both:
            actions.tell_child(
                met,
                folder_id,
                ChildStage.PART,
                done=True,
                words="Through the page and the drawing that were read out.",
            )
        actions.conclude(met)
        for name in ("Esther", "Liam"):
            actions.give(invited[name], GivenKind.MINUTES, how=How.BY_HAND)
    with _then(CONFERENCE - 4, 9, cast, HELEN):
        said = next(s for s in queries.meeting(met, ("said",)).children[0].said if "3 evenings" in s.words)
        actions.correct_minutes(
            said.id, "It was not 3 evenings",
            "The police came on 2 evenings in the spring; on the third they rang. Both children were in the room.",
            for_all=True,
        )  # fmt: skip
    return decided


def core_group_without_quorum(cast: Cast, kofi: UUID) -> None:
    """Two agencies are asked for; only the worker could come, and Esther had taken the day off."""
    held = at(CORE_GROUP, 10)
    with _then(CORE_GROUP + 3, 10, cast, DANA):
        them = _adults(kofi)
        met = actions.call(
            Purpose.CORE_GROUP, [kofi], held, chair_id=cast[DANA], place="Quayside Primary School",
            minutes_long=45, agenda="How Kofi eats and speaks, and who takes him to the speech therapist.",
        )  # fmt: skip
        actions.invite(met, Invitee.practitioner(cast[INES]))
        mother = actions.invite(
            met,
            Invitee.family(
                them["Esther"], "Mother", needs_interpreter=True, language="Twi; everyday English"
            ),
        )
        actions.book_interpreter(mother, language="Twi", booked_with="Eastmarch Interpreters, booking 20102")
        actions.give(mother, GivenKind.INVITATION, how=How.READ_ALOUD, form="invitation")
        actions.give(mother, GivenKind.PAPERS, how=How.BY_HAND)
        actions.offer_supporter(mother, offered=True, answer=SupporterAnswer.DECLINES)
        actions.tell_child(
            met,
            kofi,
            ChildStage.BEFORE,
            done=False,
            words="He was asleep when Dana came, and is six years old.",
        )
    with _then(CORE_GROUP, 12, cast, DANA):
        invited = {one.name.split(" ")[0]: one.id for one in queries.meeting(met, ()).invited}
        ill = {"Ines": (Came.APOLOGISED, "She is ill, and nobody could stand in for her.")}
        actions.hold(
            met,
            began_at=held,
            people=[
                AttendanceIn(
                    each, *ill.get(name, (Came.CAME, "")), interpreter_used=True if name == "Esther" else None
                )
                for name, each in invited.items()
            ],
            without_quorum_why="Esther had taken the day off and the interpreter was there; Ines reads the minutes and "
            "answers within two days. The next core group is in four weeks.",
            unready_why="Liam, his father, said on the telephone that he would rather write; his letter was read out.",
        )  # fmt: skip
        actions.write_minutes(
            met,
            [
                SaidIn(invited["Dana"], "Kofi eats at breakfast club and leaves his lunch."),
                SaidIn(
                    invited["Esther"], "He says 'water' and 'Joy' now. The therapist has cancelled twice."
                ),
            ],
        )
        actions.agree_actions(
            met,
            [
                actions.ActionIn(
                    kofi, "Ask the speech therapist for a fixed day", today(), "At six each week without words counts.",
                    practitioner_id=cast[DANA],
                )
            ],
        )  # fmt: skip
        actions.tell_child(met, kofi, ChildStage.PART, done=False, words="He was at school.")
        actions.conclude(met)
