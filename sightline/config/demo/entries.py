"""Entries that show what a record holds: oversight that comes back, words written for somebody else, a mother who
disagrees, police at night, supervision, a draft that waits."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from sightline.kernel.ids import uuid7
from sightline.kernel.time import today
from sightline.records import actions, queries
from sightline.records.actions import ContributionIn, EntryIn
from sightline.records.models import Entry
from sightline.records.queries import EntryView
from sightline.records.terms import Confirming, ContributionKind, EntryKind, StatementSource

from . import people
from .chronology import own_chronology
from .making import _as, _setting_up
from .people import DANA, INES, PRIYA, SAM, Cast
from .telling import at, at_work
from .voice import folder_of


def load() -> None:
    """Bring in what is missing, each child's in a transaction of its own."""
    cast = people.cast()
    for given, family, tell in (("Maya", "Ferreira-Lund", maya), ("Idris", "Qureshi", idris)):
        with transaction.atomic():
            folder_id = folder_of(given, family)
            if folder_id is None:
                continue
            with _setting_up():
                there = Entry.objects.filter(folder_id=folder_id, kind=EntryKind.SUPERVISION.value).exists()
            if not there:
                tell(cast, folder_id)


def _day(ahead: int) -> str:
    return (today() + timedelta(days=ahead)).isoformat()


def _visit(folder_id: UUID) -> EntryView:
    return next(e for e in queries.entries([folder_id]) if e.kind == EntryKind.VISIT and e.statements[2:])


def maya(cast: Cast, folder_id: UUID) -> None:
    """Sam confirms what he told, her mother disagrees with it, and the manager looks at both."""
    with _as(cast, DANA):
        signed = actions.sign(
            EntryIn(
                (folder_id,),
                EntryKind.VISIT,
                at_work(2, 10, 40),
                "Maya was seen alone for 40 minutes in the library. She was not wearing her hearing aids.\n\n"
                "@Maya: “I want mum to pick me up herself. I don’t like it when he shouts, I put my hearing aids "
                "in the drawer.”\n\n"
                "@Sam Reyes, safeguarding lead: Mr Dunmore collected her on Monday and Tuesday and smelt of alcohol on "
                "Tuesday.\n\n"
                "o Maya takes her hearing aids out so as not to hear what is happening at home.\n\n"
                "d School will tell Ana by noon who is to collect. Reason: Maya asked for it, and it lowers the "
                "risk this week.",
                answers={"where": "At school", "interpreting": "none_needed"},
                child_answers={folder_id: {"seen": "yes", "seen_alone": "yes"}},
                present="Sam Reyes showed us to the room and left",
                late_why="Called out to another family that afternoon; written from my notes.",
            )
        )
        actions.correct_entry(
            signed[folder_id].id,
            "Maya was seen in the music room, not in the library.",
            "Maya was seen alone for 40 minutes in the music room. She was not wearing her hearing aids.\n\n"
            "@Maya: “I want mum to pick me up herself. I don’t like it when he shouts, I put my hearing aids in the "
            "drawer.”\n\n"
            "@Sam Reyes, safeguarding lead: Mr Dunmore collected her on Monday and Tuesday and smelt of alcohol on "
            "Tuesday.\n\n"
            "o Maya takes her hearing aids out so as not to hear what is happening at home.\n\n"
            # Left out, a correction withdraws it.
            "d School will tell Ana by noon who is to collect. Reason: Maya asked for it, and it lowers the "
            "risk this week.",
            answers={"where": "At school", "interpreting": "none_needed"},
            child_answers={folder_id: {"seen": "yes", "seen_alone": "yes"}},
        )
        own_chronology(folder_id)
        visit = _visit(folder_id)
        told = next(s for s in visit.statements if s.source is StatementSource.TOLD)
        asked = actions.ask_to_confirm(told.id, cast[SAM])
    with _as(cast, SAM):
        actions.confirm(
            asked.id,
            Confirming.DISPUTED,
            "On Tuesday I smelt it myself. On Monday it was the playground assistant who said so, not I.",
        )
    with _as(cast, DANA):
        actions.contribute(
            ContributionIn(
                visit.id,
                ContributionKind.DISAGREEMENT,
                "Ana Ferreira",
                "Mother",
                "Kyle had one beer at lunch on Tuesday because it was his birthday. You write it as if he is drunk "
                "every day.\n\nAnd she does not put her hearing aids away because of him. They whistle, and the clinic "
                "has not rung back since March.",
                "Spoken at home, read back to her, and she agreed that it stands like this",
                at(1, 18, 30),
                late_why="She told me in the evening; I read it back to her before I wrote it here.",
            )
        )
        number = visit.number
        actions.sign(
            EntryIn(
                (folder_id,),
                EntryKind.CALL,
                at(0, 9, 5),
                "The audiology clinic has no note of a call since March. A new appointment is on Thursday at ten.\n\n"
                f"j What Ana says of the hearing aids is right, and we had not asked (#{number}).\n\n"
                "d I drive Maya and Ana to the clinic on Thursday. Reason: three of four appointments were missed "
                "because of the bus, not of the family.",
                answers={"with_whom": "Booking desk, audiology", "who_called": "we"},
            )
        )
    with _as(cast, PRIYA):
        actions.sign(
            EntryIn(
                (folder_id,),
                EntryKind.OVERSIGHT,
                at(0, 10, 15),
                f"Read the visit (#{number}), what Sam Reyes put right and what Ana says of it.\n\n"
                "a: The picture of the drinking rests on one day and on two people. The hearing has been left alone "
                "for eight months.",
                answers={
                    "to_do": "Dana asks Kyle himself, with Ana there, and asks the playground assistant what she saw. "
                    "Both before the core group.",
                    "review_on": _day(9),
                },
            )
        )
        actions.sign(
            EntryIn(
                (folder_id,),
                EntryKind.SUPERVISION,
                at(0, 11, 0),
                "Dana and I talked about Maya for half an hour: what we know, and what we only think that we know.",
                answers={
                    "worker": str(cast[DANA]),
                    "feelings": "Dana is angry with Kyle since the first visit, and noticed that she writes shorter "
                    "when he is in the room.",
                    "values": "Both of us grew up in houses where nobody drank. A beer at lunch looks worse to us "
                    "than it may be.",
                    "wrong": "That the hearing aids are about the shouting. They may be about the hearing aids.",
                    "next_on": _day(27),
                },
            )
        )


def idris(cast: Cast, folder_id: UUID) -> None:
    """A night with the police, what the health visitor saw and has not confirmed yet, and half an entry."""
    with _as(cast, DANA):
        actions.sign(
            EntryIn(
                (folder_id,),
                EntryKind.POLICE,
                at(6, 23, 40),
                "@Rhona Lindqvist, police officer: Officers went to 81 Foundry Road at 23:10 after a neighbour rang. "
                "Tariq Qureshi was at the door and left when he was told to.\n\n"
                "@Rhona Lindqvist, police officer: Idris was on the stairs in his pyjamas. He was not hurt.\n\n"
                "@Idris: “I counted to two hundred and then they came.”",
                answers={"reference": "EM-0417-26"},
                child_answers={folder_id: {"children_there": "On the stairs, awake"}},
                impact={
                    folder_id: "He knows now that his father comes to the house at night, and that somebody "
                    "comes when one rings."
                },
                late_why="The police told us on the third day; I wrote when Rhona Lindqvist had rung back.",
            )
        )
        actions.sign(
            EntryIn(
                (folder_id,),
                EntryKind.HEALTH,
                at(0, 8, 50),
                "Ines Farrow weighed his sister at home. Idris showed her the lock that his mother has put on the "
                "door, and how he checks it.\n\no He feels that the lock is his to look after.",
                answers={"where": "At home"},
                child_answers={folder_id: {"brought": "at_home"}},
                written_for=cast[INES],
            )
        )
        actions.sign(
            EntryIn(
                (folder_id,),
                EntryKind.SUPERVISION,
                at(0, 9, 30),
                "Talked with Priya Nair about the core group that is long overdue, and what Idris carries meanwhile.",
                answers={
                    "worker": str(cast[DANA]),
                    "feelings": "Afraid of Tariq, and ashamed of putting the visit off by a day because of it.",
                    "values": "The idea that a father has a right to see his son, whatever he does.",
                    "wrong": "That the lock makes anybody safe.",
                    "next_on": _day(20),
                },
                written_for=cast[PRIYA],
            )
        )
        actions.keep_draft(
            uuid7(),
            child=folder_id,
            kind="direct_work",
            content={
                "text": [
                    "We built his house with bricks. He put one man outside and turned him to the wall.\n\n"
                    "@Idris: “He can stay there.”"
                ]
            },
            version=0,
        )
