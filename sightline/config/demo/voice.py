"""What the families' children said, what was done about it, and what they were told."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.db import transaction

from sightline.children.models import PersonName
from sightline.children.queries import child_page
from sightline.children.terms import NameUse
from sightline.voice import actions, queries
from sightline.voice.actions import (
    AdvocacyStep,
    Explaining,
    Mattering,
    PastVoice,
    RightsExplained,
    Said,
    Telling,
)
from sightline.voice.models import View
from sightline.voice.terms import AdvocacyAct, Answer, Explained, Heard, Near, RightsForm, TookPart

from . import people
from .making import _as, _setting_up
from .people import DANA, SAM, Cast
from .telling import at, at_work, day


def folder_of(given: str, family: str) -> UUID | None:
    """The folder of one of the families' children; None while they are not there."""
    with _setting_up():
        return (
            PersonName.objects.filter(
                folder__isnull=False, use=NameUse.FULL.value, given=given, family=family
            )
            .order_by("folder__opened_at")
            .values_list("folder_id", flat=True)
            .first()
        )


def load() -> None:
    """Bring in what is missing, each child's in a transaction of its own."""
    cast = people.cast()
    for given, family, tell in CHILDREN:
        with transaction.atomic():
            folder_id = folder_of(given, family)
            if folder_id is None:
                continue
            with _setting_up():
                there = View.objects.filter(folder_id=folder_id).exists()
            if not there:
                tell(cast, folder_id)


def _past(
    cast: Cast, folder_id: UUID, by: str, said: Said, done: str = "", told: Explaining | None = None
) -> PastVoice:
    return PastVoice(folder_id, said, cast[by], cast.post_of(by), by, done, told)


def maya(cast: Cast, folder_id: UUID) -> None:
    """Nine, wears hearing aids: answered twice, once with a no and its reason, and once not yet."""
    with _setting_up():
        actions.record_past_voices(
            [
                _past(
                    cast, folder_id, DANA,
                    Said(
                        Heard.THREE_HOUSES, at(54, 15, 20), "At home, at the kitchen table", False,
                        worries="Kyle shouting. No breakfast. When my hearing aids whistle.",
                        good="Vovó on Saturdays. Breakfast club. My cat Pingo.",
                        dreams="Mum comes to the gate. A door I can shut.",
                        others="Her mother", why_not_alone="Maya asked for her mother to stay in the room.",
                        wants="To stay with Vovó every weekend.",
                    ),
                    "Dana asked Lucia, who is glad to have her; the core group put it into the plan.",
                    Explaining(
                        "You can be at Vovó's every Saturday night. Sundays you come home, because Vovó works.",
                        at(50, 15, 30), Explained.TALKING, answer=Answer.PARTLY,
                        why_no="Vovó works on Sundays and cannot be there for you then.",
                        child_said="Saturday is the best one anyway.",
                    ),
                ),
                _past(
                    cast, folder_id, SAM,
                    Said(
                        Heard.TALKING, at(30, 8, 40), "Breakfast club", True,
                        said="nobody told me there was a meeting about me, I only knew when mum cried",
                        wants="To be told before, not after.",
                        keep_from="Kyle. She says that he gets cross when she talks at school.",
                    ),
                    "Sam tells Maya before each meeting, and brings her words to it.",
                    Explaining(
                        "We are sorry. From now on I tell you before every meeting, and you choose what I say for you.",
                        at(28, 8, 45), Explained.TALKING, answer=Answer.YES, child_said="OK. Can I draw it?",
                    ),
                ),
                _past(
                    cast, folder_id, DANA,
                    Said(
                        Heard.DIRECT_WORK, at_work(2, 10, 40), "The music room at school", True,
                        said="I want mum to pick me up herself. I don’t like it when he shouts, I put my hearing "
                        "aids in the drawer.",
                        language="English; Dana sat facing her", wants="That her mum collects her from school.",
                    ),
                    "School rings her mother by noon to agree who collects her that day.",
                ),
            ]
        )  # fmt: skip
    with _as(cast, DANA):
        for who in (
            Mattering("Vovó", Near.NEAREST, "grandmother", "She listens and she has time."),
            Mattering("Mum", Near.NEAREST, "mother", "When it is just us."),
            Mattering("Pingo", Near.NEAR, "cat", "He sleeps on my feet."),
            Mattering("Mr Reyes", Near.NEAR, "breakfast club"),
            Mattering(
                "Dad",
                Near.FURTHER,
                "father",
                "I do not know his new number.",
                "She would like to write to him.",
            ),
        ):
            actions.matters(folder_id, who)
        actions.advocacy(folder_id, AdvocacyStep(AdvocacyAct.OFFERED, day(26)))
        actions.advocacy(folder_id, AdvocacyStep(AdvocacyAct.ACCEPTED, day(25), "If it is a girl."))
        actions.advocacy(
            folder_id,
            AdvocacyStep(
                AdvocacyAct.NAMED,
                day(18),
                name="Joy Mensah",
                organisation="Speak Up Eastmere",
                telephone="01632 960733",
            ),
        )
        actions.tell_rights(
            folder_id,
            RightsExplained(
                RightsForm.MIDDLE,
                Explained.PICTURES,
                at(25, 15, 30),
                child_said="Even the bit about privacy?",
            ),
        )
        moves = [h for h in queries.told_of(child_page([folder_id])) if h.about.startswith("Move")]
        for move in moves[:1]:
            actions.tell_before(
                folder_id,
                Telling(
                    move.about, move.on, TookPart.NOT_ASKED, subject_id=move.id,
                    why_not_told="The family had to leave within hours, and nobody had the address before.",
                    part_words="There was no time; she chose which toys came along.",
                ),
            )  # fmt: skip
        actions.tell_before(
            folder_id,
            Telling(
                "Core group", day(20), TookPart.WORDS_SENT, told="Who would be there and what they would talk about.",
                told_at=at(21, 9), told_by="Sam Reyes, designated safeguarding lead",
                part_words="Her drawing, read out by Sam Reyes.",
            ),
        )  # fmt: skip


def idris(cast: Cast, folder_id: UUID) -> None:
    """Six, heard through play; a thing that he said waits for an answer longer than it may."""
    with _setting_up():
        actions.record_past_voices(
            [
                _past(
                    cast, folder_id, DANA,
                    Said(
                        Heard.PLAY, at(33, 14), "The family room at the contact centre", True,
                        said="The little bear hides in the washing basket when daddy bear comes.",
                        language="English and some Urdu", wants="That the little bear has his own room.",
                    ),
                )
            ]
        )  # fmt: skip


CHILDREN: tuple[tuple[str, str, Callable[[Cast, UUID], None]], ...] = (
    ("Maya", "Ferreira-Lund", maya),
    ("Idris", "Qureshi", idris),
)
