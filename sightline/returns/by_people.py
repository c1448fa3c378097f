"""What people recorded of children whom a return names: it stands, whatever the return says.

A practitioner who asked the family knows better than a return that left the authority months ago (obligations
ASM-03 and REC-12). The return's own word is reported beside it, and a person decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sightline.children.models import Identifier, Identity, Particulars
from sightline.children.rules import Answer, Birth, Number, code_label, tidy_number
from sightline.children.terms import Answered, IdentityQuestion, Scheme, Sex
from sightline.kernel.time import LONDON

QUESTIONS = (IdentityQuestion.ETHNICITY, IdentityQuestion.DISABILITY)
#: The element of the return for each field of a birth.
FIELDS = {"born_on": "PersonBirthDate", "died_on": "PersonDeathDate", "sex": "Sex"}
_UNKNOWN = (None, Sex.NOT_KNOWN.value)


@dataclass(frozen=True)
class _Said:
    """An answer, a date, a sex or a number that somebody recorded by hand."""

    value: object
    words: str
    at: datetime


@dataclass
class ByPeople:
    """What holds now of one child because a person said so, by the element of the return that it answers."""

    answers: dict[str, _Said] = field(default_factory=dict)
    fields: dict[str, _Said] = field(default_factory=dict)
    upn: _Said | None = None


@dataclass(frozen=True)
class Left:
    """An element of a return that says otherwise than a person did."""

    element: str
    message: str
    value: str


def by_people(person_ids: Collection[UUID]) -> dict[UUID, ByPeople]:
    """What people recorded of these children and still holds. Three queries."""
    found: dict[UUID, ByPeople] = {person_id: ByPeople() for person_id in person_ids}
    if found:
        _answers(found)
        _fields(found)
        numbers = Identifier.objects.filter(
            person_id__in=list(found), scheme=Scheme.UPN.value, withdrawn_at__isnull=True,
            recorded_by__isnull=False,
        )  # fmt: skip
        for row in numbers:
            found[row.person_id].upn = _Said(row.value, row.value, row.recorded_at)
    return found


def _answers(found: dict[UUID, ByPeople]) -> None:
    rows = Identity.objects.filter(
        person_id__in=list(found),
        question__in=[q.value for q in QUESTIONS],
        held_until__isnull=True,
        recorded_by__isnull=False,
    ).order_by("id")
    together: dict[tuple[UUID, str], list[Identity]] = {}
    for row in rows:
        together.setdefault((row.person_id, row.question), []).append(row)
    for (person_id, question), given in together.items():
        value = (given[0].answered, frozenset(row.code for row in given if row.code))
        words = [row.words or code_label(IdentityQuestion(question), row.code) for row in given]
        said = ", ".join(word for word in words if word) or Answered(given[0].answered).label
        found[person_id].answers[IdentityQuestion(question).value] = _Said(value, said, given[0].recorded_at)


def _fields(found: dict[UUID, ByPeople]) -> None:
    """Each field as the latest row has it, where a person brought it there: the row in which it became so."""
    rows: dict[UUID, list[Particulars]] = {}
    for row in Particulars.objects.filter(person_id__in=list(found)).order_by("recorded_at", "id"):
        rows.setdefault(row.person_id, []).append(row)
    for person_id, history in rows.items():
        for name in FIELDS:
            since = len(history) - 1
            value = getattr(history[since], name)
            while since and getattr(history[since - 1], name) == value:
                since -= 1
            brought = history[since]
            never_known = value in _UNKNOWN and since == 0
            guessed = name == "born_on" and history[-1].born_estimated
            if brought.recorded_by_id is not None and not never_known and not guessed:
                found[person_id].fields[name] = _Said(value, _plain(value), brought.recorded_at)


def otherwise(
    held: ByPeople, answers: Iterable[Answer], birth: Birth, numbers: Iterable[Number]
) -> list[Left]:
    """Where a return says otherwise than people did."""
    left = []
    for answer in answers:
        said = held.answers.get(answer.question.value)
        if said is not None and said.value != (answer.answered.value, frozenset(answer.codes)):
            labels = [code_label(answer.question, code) for code in answer.codes]
            words = ", ".join(labels) or answer.answered.label
            left.append(_left(answer.question.label, words, " ".join(answer.codes), said))
    for name, element in FIELDS.items():
        told, said = getattr(birth, name), held.fields.get(name)
        if said is not None and told not in _UNKNOWN and told != said.value:
            left.append(_left(element, _plain(told), str(told), said))
    for number in numbers:
        if number.scheme is Scheme.UPN and held.upn is not None:
            value = tidy_number(number.scheme, number.value)
            if value != held.upn.value:
                left.append(_left("UPN", value, value, held.upn))
    return left


def _left(element: str, told: str, value: str, said: _Said) -> Left:
    message = (
        f"the return says {told}, a practitioner recorded {said.words} on "
        f"{_plain(said.at.astimezone(LONDON).date())}; left as it is"
    )
    return Left(element, message, value)


def _plain(value: object) -> str:
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    return Sex(str(value)).label.lower() if value is not None else "none"
