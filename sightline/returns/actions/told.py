"""What a child of a return comes to in the rooms below: birth, answers, numbers, statuses, duties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID, uuid5

from sightline.agencies.models import Team
from sightline.children.rules import (
    Answer,
    Birth,
    NewAuthority,
    NewStatus,
    Number,
    ethnicity_from_census,
)
from sightline.children.terms import Answered, IdentityQuestion, Scheme, StatusKind
from sightline.children.terms import Sex as PersonSex
from sightline.kernel.time import LONDON
from sightline.procedures.loader import Pack

from .. import intake
from ..intake import Owed, Period
from ..shapes import Child, Episode, Finding, Header
from ..terms import Disability, DutyOwed, Grade


@dataclass(frozen=True)
class Place:
    """Where what is imported goes, and by which procedures its clocks run."""

    team: Team
    authority_code: str
    pack: Pack
    header: Header
    at: datetime
    today: date

    @property
    def as_of(self) -> date | None:
        return self.header.reference_date

    @property
    def said_by(self) -> str:
        if self.as_of is None:
            return "The census return"
        return f"The census return of {self.as_of.day} {self.as_of:%B %Y}"


def birth_of(child: Child, day: date) -> tuple[Birth, list[Finding]]:
    """Birth, death and sex as the rooms below keep them, and what cannot be by that day."""
    findings: list[Finding] = []

    def cannot_be(element: str, value: date, why: str) -> None:
        line = child.lines.get(element, child.line)
        findings.append(Finding(child.la_child_id, line, element, why, value.isoformat(), Grade.DOUBTFUL))

    born_on, expected_on, died_on = child.birth_date, child.expected_birth_date, child.death_date
    if born_on is not None and born_on > day:
        cannot_be("PersonBirthDate", born_on, "is still to come; it was taken as the expected date")
        born_on, expected_on = None, born_on
    if born_on is not None:
        expected_on = None
    if died_on is not None and (died_on > day or (born_on is not None and died_on < born_on)):
        cannot_be(
            "PersonDeathDate", died_on, "cannot be; the child is kept as living until somebody has looked"
        )
        died_on = None
    sex = PersonSex.NOT_KNOWN if expected_on is not None else PersonSex(child.sex or PersonSex.NOT_KNOWN)
    return Birth(born_on=born_on, expected_on=expected_on, died_on=died_on, sex=sex), findings


def answers_of(child: Child) -> tuple[Answer, ...]:
    """The child's ethnicity and disabilities as identity answers; "none" beside others is left out."""
    found = []
    if child.ethnicity is not None:
        found.append(ethnicity_from_census(child.ethnicity.value))
    codes = tuple(dict.fromkeys(code.value for code in child.disabilities))
    if len(codes) > 1:
        codes = tuple(code for code in codes if code != Disability.NONE.value)
    if codes:
        found.append(Answer(IdentityQuestion.DISABILITY, Answered.GIVEN, codes=codes))
    return tuple(found)


def numbers_of(child: Child) -> tuple[Number, ...]:
    """The authority's own number, the UPN and a former one, as far as the return gives them."""
    found = [Number(Scheme.LA_CHILD, child.la_child_id or "")]
    if child.upn:
        found.append(Number(Scheme.UPN, child.upn))
    if child.former_upn and child.former_upn != child.upn:
        found.append(Number(Scheme.FORMER_UPN, child.former_upn))
    return tuple(found)


def new_status(period: Period) -> NewStatus:
    """One period of a status as `children` keeps it."""
    return NewStatus(StatusKind(period.kind.value), period.held_from, period.held_until, period.category)


def authority_of(child: Child, place: Place) -> NewAuthority | None:
    """While a case is open the authority that returns the child is the responsible one."""
    began = [e.referred_on for e in child.episodes if e.referred_on and e.closed_on is None]
    began = [day for day in began if day <= place.today]
    return NewAuthority(place.team.agency.name, held_from=min(began)) if began else None


def owed_by(child: Child) -> list[tuple[Episode, list[Owed]]]:
    """What is still owed on each episode of need; nothing of some kinds for a child who has died."""
    died = child.death_date is not None
    return [(episode, intake.owed(episode, died=died)) for episode in child.episodes]


def subject_of(thread: UUID, kind: DutyOwed) -> UUID:
    """What a duty on a past referral has as its subject: one for each kind, so that each can end alone."""
    return uuid5(thread, kind.value)


def start_of(day: date) -> datetime:
    """The return knows days only: a clock runs from the beginning of the day, which is day 0."""
    return datetime.combine(day, time(0), tzinfo=LONDON)


def plainly(error: Exception) -> str:
    """What the database refused, without any value of the record."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    return f"the database refuses it ({name or type(error).__name__})"
