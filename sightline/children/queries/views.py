"""What a page is given: a child, the people around, and all that is dated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sightline.agencies.terms import AgencyKind
from sightline.kernel.time import LONDON

from .. import rules
from ..rules import Birth
from ..terms import (
    AbuseCategory,
    Answered,
    IdentityQuestion,
    Kinship,
    Known,
    LivesAt,
    NameUse,
    ProviderKind,
    Scheme,
    StatusKind,
)


@dataclass(frozen=True)
class Wrong:
    """That a row was recorded wrongly: what was wrong, who says so, when, and until when it was said to hold."""

    why: str
    by: str
    at: datetime
    until: date | None


@dataclass(frozen=True)
class Dated:
    """A row that holds from a day until, but not on, another; who recorded it and when."""

    id: UUID
    folder_id: UUID | None  # None for a row about an adult
    held_from: date
    held_until: date | None
    recorded_at: datetime
    recorded_by: str
    wrong: Wrong | None = field(default=None, kw_only=True)

    def holds(self, day: date) -> bool:
        return self.held_from <= day and (self.held_until is None or self.held_until > day)

    def ended(self, day: date) -> bool:
        """Whether it holds no longer; what was replaced on the day it began is there as well, to be read. What was
        recorded wrongly never held and stands apart."""
        return self.wrong is None and self.held_until is not None and self.held_until <= day

    @property
    def never_held(self) -> bool:
        """It ended on the day on which it began: it was put right, or replaced before the day was over."""
        return self.held_from == self.held_until

    @property
    def recorded(self) -> str:
        """'recorded by Dana Okafor on 4 May 2025'."""
        by = f" by {self.recorded_by}" if self.recorded_by else ""
        return f"recorded{by} on {rules.full_day(self.recorded_at.astimezone(LONDON).date())}"

    @property
    def span(self) -> str:
        """'4 May 2025 to 9 May 2026', 'since 4 May 2025', 'replaced on the day it began, 9 May 2026'."""
        began = rules.full_day(self.held_from)
        until = self.wrong.until if self.wrong else self.held_until
        if until is None:
            return f"since {began}"
        if until == self.held_from:
            return f"replaced on the day it began, {began}"
        return f"{began} to {rules.full_day(until)}"


@dataclass(frozen=True)
class NameView(Dated):
    use: NameUse
    given: str
    family: str

    @property
    def words(self) -> str:
        return rules.whole_name(self.given, self.family)

    @property
    def said_then(self) -> str:
        """'Known as: May'."""
        return f"{self.use.label}: {self.words}"


@dataclass(frozen=True)
class AnswerView(Dated):
    """An answer to one question of identity; `ids` are its rows, of which the first stands for it."""

    question: IdentityQuestion
    answered: Answered
    codes: tuple[str, ...]
    words: str
    self_described: bool
    ids: tuple[UUID, ...]

    @property
    def said(self) -> str:
        """The person's own words first; the list's word where they gave none."""
        if self.answered is not Answered.GIVEN:
            return self.answered.label
        labels = ", ".join(rules.code_label(self.question, code) for code in self.codes)
        return self.words or labels

    @property
    def said_then(self) -> str:
        """'Religion: Sunday school'."""
        return f"{self.question.label}: {self.said}"


@dataclass(frozen=True)
class NumberView:
    id: UUID
    scheme: Scheme
    value: str
    recorded_at: datetime
    withdrawn_at: datetime | None
    withdrawn_why: str

    @property
    def shown(self) -> str:
        return rules.shown_number(self.scheme, self.value)


@dataclass(frozen=True)
class ResidenceView(Dated):
    lives_at: LivesAt
    lines: str
    postcode: str
    area: str
    with_whom: str
    confidential: bool

    @property
    def said_then(self) -> str:
        """'Home, 1 Old Street, with his mother'."""
        parts = [self.lives_at.label, self.one_line, f"with {self.with_whom}" if self.with_whom else ""]
        return ", ".join(part for part in parts if part)

    @property
    def one_line(self) -> str:
        parts = [*self.lines.splitlines(), self.area, self.postcode]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class StatusView(Dated):
    kind: StatusKind
    category: str

    @property
    def words(self) -> str:
        """'Child protection plan: neglect'."""
        if not self.category:
            return self.kind.label
        return f"{self.kind.label}: {AbuseCategory(self.category).label}"

    @property
    def said_then(self) -> str:
        return self.words


@dataclass(frozen=True)
class ProviderView(Dated):
    kind: ProviderKind
    name: str
    telephone: str

    @property
    def said_then(self) -> str:
        """'School: Quay Primary'."""
        return f"{self.kind.label}: {self.name}"


@dataclass(frozen=True)
class AuthorityView(Dated):
    responsible: str
    present: str
    put_right_why: str


@dataclass(frozen=True)
class InvolvementView(Dated):
    agency_id: UUID
    agency: str
    agency_kind: AgencyKind
    agency_telephone: str
    sensitive: bool
    practitioner_id: UUID | None
    practitioner: str
    telephone: str
    role: str
    contribution: str
    lead: bool

    @property
    def worker(self) -> tuple[UUID, UUID | None]:
        """Agency and practitioner: who it is, in whatever role."""
        return self.agency_id, self.practitioner_id

    @property
    def said_then(self) -> str:
        """'Dana Okafor, social worker, Northmoor Council, lead professional'."""
        words = [self.practitioner or self.agency, self.role]
        if self.practitioner:
            words.append(self.agency)
        return ", ".join([*words, "lead professional"] if self.lead else words)


@dataclass(frozen=True)
class PersonView:
    """Somebody as far as the viewer may see them."""

    id: UUID
    names: tuple[NameView, ...] = ()
    birth: Birth = rules.NOTHING_KNOWN
    particulars_id: UUID | None = None
    answers: Mapping[IdentityQuestion, AnswerView] = field(default_factory=dict)
    past_answers: tuple[AnswerView, ...] = ()
    wrong_answers: tuple[AnswerView, ...] = ()
    numbers: tuple[NumberView, ...] = ()
    residences: tuple[ResidenceView, ...] = ()
    address_confidential: bool = False
    today: date = date.min

    def _name(self, use: NameUse) -> NameView | None:
        return next((n for n in self.names if n.use is use and n.holds(self.today)), None)

    @property
    def given(self) -> str:
        name = self._name(NameUse.FULL)
        return name.given if name else ""

    @property
    def family(self) -> str:
        name = self._name(NameUse.FULL)
        return name.family if name else ""

    @property
    def name(self) -> str:
        """The name that they use, with the family name."""
        return rules.used_name(self.given, self.family, self.known_as, unborn=self.birth.unborn)

    @property
    def full_name(self) -> str:
        """In full; empty where that is the name they use."""
        return rules.full_beside(self.given, self.family, self.known_as)

    @property
    def known_as(self) -> str:
        name = self._name(NameUse.KNOWN_AS)
        return name.words if name else ""

    @property
    def known_as_id(self) -> UUID | None:
        name = self._name(NameUse.KNOWN_AS)
        return name.id if name else None

    @property
    def called(self) -> str:
        return rules.called(self.given, self.family, self.known_as, unborn=self.birth.unborn)

    @property
    def other_names(self) -> tuple[NameView, ...]:
        """Names besides the one in full and the one in use: others that are used, and those of former
        days."""
        return tuple(
            n
            for n in self.names
            if n.ended(self.today) or (n.use in (NameUse.ALSO, NameUse.FORMER) and n.holds(self.today))
        )

    @property
    def name_ids(self) -> tuple[UUID, ...]:
        return tuple(n.id for n in self.names if n.held_until is None)

    @property
    def age(self) -> str:
        b = self.birth
        return rules.age_words(
            self.today, born=b.born_on, expected=b.expected_on, died=b.died_on, estimated=b.estimated
        )

    @property
    def lives(self) -> ResidenceView | None:
        """Where they live now, as far as the viewer may see."""
        return next((r for r in self.residences if r.holds(self.today)), None)

    @property
    def lived(self) -> tuple[ResidenceView, ...]:
        """Where they lived before, latest first."""
        return tuple(r for r in self.residences if r.ended(self.today))

    @property
    def wrong_names(self) -> tuple[NameView, ...]:
        return tuple(n for n in self.names if n.wrong)

    @property
    def wrong_residences(self) -> tuple[ResidenceView, ...]:
        return tuple(r for r in self.residences if r.wrong)


@dataclass(frozen=True)
class TieView(Dated):
    """Somebody in the child's life. `person` is empty but for the name where the other is a child whose own
    folder the viewer may not open; `their_folder` leads to the other child's page or pointer. `parents`: of a brother
    or sister whose record is open to the viewer, who their parents by birth are as far as it names them."""

    kinship: Kinship
    parental_responsibility: Known
    lives_with_child: Known
    words: str
    person: PersonView
    is_child: bool
    their_folder: UUID | None
    name: str
    age: str
    parents: tuple[UUID, ...] = ()

    @property
    def said(self) -> str:
        """'mother', or the family's own word for it."""
        return self.words or self.kinship.label.lower()

    @property
    def responsibility(self) -> str:
        """'no parental responsibility'."""
        return {
            Known.YES: "holds parental responsibility",
            Known.NO: "no parental responsibility",
            Known.NOT_KNOWN: "parental responsibility not known",
        }[self.parental_responsibility]

    @property
    def said_then(self) -> str:
        """'Ana Ferreira, Mum (mother), lives with the child, no parental responsibility', as a list of what was
        recorded before has it."""
        words = [self.name, self.said_as]
        if self.parental_responsibility is not Known.YES:
            words.append(self.responsibility)
        return ", ".join(words)

    @property
    def said_as(self) -> str:
        """'Mum (mother), lives with the child, holds parental responsibility'."""
        words = [f"{self.words} ({self.kinship.label.lower()})" if self.words else self.kinship.label.lower()]
        if self.age and self.is_child:
            words.append(self.age)
        if self.lives_with_child is Known.YES:
            words.append("lives with the child")
        if self.parental_responsibility is Known.YES:
            words.append(self.responsibility)
        return ", ".join(words)


@dataclass(frozen=True)
class ChildView:
    """The child of a folder and everybody and everything around them, as the viewer may see it today."""

    folder_ids: tuple[UUID, ...]
    number: str
    agency: str
    responsible_manager: str
    may_write: bool
    today: date
    child: PersonView
    every_tie: tuple[TieView, ...]
    every_status: tuple[StatusView, ...]
    every_provider: tuple[ProviderView, ...]
    every_authority: tuple[AuthorityView, ...]
    every_involvement: tuple[InvolvementView, ...]
    joined_names: tuple[str, ...] = ()

    def _now(self, rows: Iterable[Any]) -> list[Any]:
        return [row for row in rows if row.holds(self.today)]

    @cached_property
    def wrong_ties(self) -> list[TieView]:
        return [t for t in self.every_tie if t.wrong]

    @cached_property
    def wrong_involvements(self) -> list[InvolvementView]:
        return [i for i in self.every_involvement if i.wrong]

    @cached_property
    def wrong_standing(self) -> list[StatusView | ProviderView]:
        """Statuses, schools and doctors that were recorded wrongly."""
        every: list[StatusView | ProviderView] = [*self.every_status, *self.every_provider]
        return [row for row in every if row.wrong]

    def _past(self, rows: Iterable[Any]) -> list[Any]:
        return [row for row in rows if row.ended(self.today)]

    @cached_property
    def ties(self) -> list[TieView]:
        """Who is in the child's life now: those with parental responsibility first, then those they live
        with."""
        order = list(Kinship)
        return sorted(
            self._now(self.every_tie),
            key=lambda t: (
                t.parental_responsibility is not Known.YES,
                t.lives_with_child is not Known.YES,
                order.index(t.kinship),
            ),
        )

    @cached_property
    def ties_once(self) -> list[TieView]:
        """The same, where two joined records each name the same person in the same way: once."""
        return _once(self.ties)

    @cached_property
    def ties_told(self) -> list[tuple[TieView, list[TieView]]]:
        """The same, each with what the other joined records say of that person."""
        return [(_fullest(same), [t for t in same if t is not _fullest(same)]) for same in _same(self.ties)]

    @cached_property
    def past_ties(self) -> list[TieView]:
        """Who was in the child's life, and is not in it now in any way."""
        return [t for t in self._past(self.every_tie) if t.person.id not in self._tied]

    @cached_property
    def earlier_ties(self) -> list[TieView]:
        """What was recorded before of those who are in the child's life still."""
        return [t for t in self._past(self.every_tie) if t.person.id in self._tied]

    @cached_property
    def _tied(self) -> set[UUID]:
        return {t.person.id for t in self.ties}

    @cached_property
    def siblings(self) -> list[TieView]:
        return [t for t in self.ties if t.kinship is Kinship.SIBLING]

    @cached_property
    def children_beside(self) -> list[UUID]:
        """The records of the other children who are named around this one, as far as they are open to the viewer:
        told to the audit trail with every reading of this record."""
        return list(dict.fromkeys(t.their_folder for t in self.every_tie if t.is_child and t.their_folder))

    @cached_property
    def responsible_parents(self) -> list[TieView]:
        """Who holds parental responsibility."""
        return [t for t in self.ties if t.parental_responsibility is Known.YES]

    @cached_property
    def lives_with(self) -> list[TieView]:
        return [t for t in self.ties if t.lives_with_child is Known.YES]

    @cached_property
    def statuses(self) -> list[StatusView]:
        return self._now(self.every_status)

    @cached_property
    def past_statuses(self) -> list[StatusView]:
        return self._past(self.every_status)

    @cached_property
    def providers(self) -> list[ProviderView]:
        return self._now(self.every_provider)

    @cached_property
    def past_providers(self) -> list[ProviderView]:
        return self._past(self.every_provider)

    @cached_property
    def authority(self) -> AuthorityView | None:
        return next(iter(self._now(self.every_authority)), None)

    @cached_property
    def past_authorities(self) -> list[AuthorityView]:
        return self._past(self.every_authority)

    @cached_property
    def involvements(self) -> list[InvolvementView]:
        """Who works with the child now, the lead professional first."""
        return sorted(self._now(self.every_involvement), key=lambda i: (not i.lead, i.agency, i.held_from))

    @cached_property
    def past_involvements(self) -> list[InvolvementView]:
        """Who worked with the child, and does not now."""
        return [i for i in self._past(self.every_involvement) if i.worker not in self._working]

    @cached_property
    def earlier_involvements(self) -> list[InvolvementView]:
        """In what roles those worked with the child before who work with the child still."""
        return [i for i in self._past(self.every_involvement) if i.worker in self._working]

    @cached_property
    def _working(self) -> set[tuple[UUID, UUID | None]]:
        return {i.worker for i in self.involvements}

    @cached_property
    def lead(self) -> InvolvementView | None:
        return next((i for i in self.involvements if i.lead), None)

    @cached_property
    def changes_of_worker(self) -> int:
        """How often the lead professional became another person in the last 12 months."""
        return rules.changes_of_worker(
            [(i.held_from, i.practitioner_id) for i in self.every_involvement if i.lead and not i.never_held],
            self.today,
        )

    @cached_property
    def masthead(self) -> dict[str, Any]:
        """What stands at the top of every page of the child; see `queries.masthead`."""
        child = self.child
        home = child.lives
        interpreter = child.answers.get(IdentityQuestion.INTERPRETER)
        communication = child.answers.get(IdentityQuestion.COMMUNICATION)
        language = child.answers.get(IdentityQuestion.LANGUAGE)
        return {
            "name": child.name,
            "full_name": child.full_name,
            "called": child.called,
            "known_as": child.known_as,
            "pronouns": child.birth.pronouns,
            "age": child.age,
            "born_on": child.birth.born_on,
            "born_estimated": child.birth.estimated,
            "expected_on": child.birth.expected_on,
            "died_on": child.birth.died_on,
            "languages": _given(language),
            "interpreter": _given(interpreter),
            "communication": _given(communication),
            "lives_with": _lives_with(self),
            "lives_at": home.lives_at.label if home else "",
            "lives_since": home.held_from if home else None,
            "address": home.one_line if home else "",
            "area": home.area if home and not home.confidential else "",
            "address_confidential": child.address_confidential,
            "markers": [{"text": s.words, "kind": s.kind.value, "since": s.held_from} for s in self.statuses],
            "parental_responsibility": [t.name for t in _once(self.responsible_parents)],
            "responsible_manager": self.responsible_manager,
            "agency": self.agency,
            "number": self.number,
        }


def _same(ties: Iterable[TieView]) -> list[list[TieView]]:
    """People of the same name and kinship together, where several joined records each told of them. Within one record
    they are two people."""
    found: list[list[TieView]] = []
    for tie in ties:
        same = next(
            (
                others
                for others in found
                if tie.folder_id not in {other.folder_id for other in others}
                and (others[0].name.casefold(), others[0].kinship) == (tie.name.casefold(), tie.kinship)
            ),
            None,
        )
        if same is None:
            found.append([tie])
        else:
            same.append(tie)
    return found


def _fullest(same: Sequence[TieView]) -> TieView:
    """Of those who are one person, the first that knows their age."""
    return next((tie for tie in same if tie.person.birth.born_on), same[0])


def _once(ties: Iterable[TieView]) -> list[TieView]:
    """Each person once, as `_same` has them: as the one that knows their age."""
    return [_fullest(same) for same in _same(ties)]


def _given(answer: AnswerView | None) -> str:
    return answer.said if answer is not None and answer.answered is Answered.GIVEN else ""


def _lives_with(view: ChildView) -> str:
    """'mother (Ana) and brother or sister (Theo)', or as it was written with the address."""
    people = [f"{t.said} ({t.person.called if t.person.names else t.name})" for t in _once(view.lives_with)]
    if not people:
        return view.child.lives.with_whom if view.child.lives else ""
    return rules.listed(people)
