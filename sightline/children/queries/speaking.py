"""How somebody speaks and is understood, for rooms that invite or visit them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sightline.kernel.models import held_on
from sightline.kernel.time import today

from ..models import Identity
from ..terms import Answered, IdentityQuestion

_ASKED = (IdentityQuestion.LANGUAGE, IdentityQuestion.COMMUNICATION, IdentityQuestion.INTERPRETER)


@dataclass(frozen=True)
class Speaks:
    """What the record says today in words, each empty where nothing was given; `interpreter`: which one is needed."""

    languages: str = ""
    communication: str = ""
    interpreter: str = ""


def speaks(person_id: UUID) -> Speaks:
    """What is recorded of somebody's languages, as far as the viewer may see it. One query."""
    rows = Identity.objects.filter(
        held_on(today()),
        person_id=person_id,
        question__in=[question.value for question in _ASKED],
        answered=Answered.GIVEN.value,
    ).order_by("held_from", "id")
    said = {IdentityQuestion(row.question): row.words.strip() for row in rows}
    return Speaks(*(said.get(question, "") for question in _ASKED))
