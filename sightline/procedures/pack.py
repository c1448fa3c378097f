"""The procedures of one partnership, asked by day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeVar, cast

from .clocks import OfficeHours, WorkingCalendar
from .schema import (
    Abbreviation,
    AgencyType,
    AssessmentForm,
    AssessmentOutcome,
    Count,
    Definition,
    DisclosureGround,
    DutyKind,
    EntryForm,
    Event,
    Example,
    Extension,
    Guidance,
    HarmCategory,
    Holiday,
    LateEntry,
    Letter,
    Limit,
    MeetingRule,
    Name,
    Office,
    OutcomeFramework,
    Principle,
    Question,
    Recording,
    Repeat,
    Retention,
    Role,
    ScreeningOutcome,
    Setting,
    Source,
    Thresholds,
    Value,
    Wording,
)
from .terms import GuidedField, HolidayKind

V = TypeVar("V", bound=Value)
A = TypeVar("A", Recording, LateEntry)

ANY_AGENCY = "any"


class NotInForce(LookupError):
    """The pack has no such value, or none that holds on that day. The text is fit for a page."""


@dataclass(frozen=True)
class Pack:
    """The procedures of one partnership. Every question names the day that it asks about.

    `version` names the pack and the exact content of its files, base included: what a duty or decision keeps.
    """

    name: str
    title: str
    summary: str
    version: str
    base: str
    manual: Source | None
    incomplete: str
    values: dict[str, dict[str, tuple[Value, ...]]]
    examples: tuple[Example, ...]

    def __hash__(self) -> int:
        return hash(self.version)

    def get(self, kind: type[V], id: str, on: date, *, or_earliest: bool = False) -> V:
        """The value of that kind and id in force on that day.

        `or_earliest` gives the oldest version for days before it, for history imported from another system.
        Raises NotInForce.
        """
        versions = cast(tuple[V, ...], self.values.get(kind.kind, {}).get(id, ()))
        for value in reversed(versions):
            if value.in_force(on):
                return value
        if or_earliest and versions and on < versions[0].from_:
            return versions[0]
        if not versions:
            raise NotInForce(f'The procedures of {self.title} say nothing under "{id}" ({kind.plural}).')
        raise NotInForce(
            f'The procedures of {self.title} have no "{id}" ({kind.plural}) in force on {on.day} {on:%B %Y}.'
        )

    def all(self, kind: type[V], on: date) -> tuple[V, ...]:
        """Every value of that kind in force on that day, in the order of the files."""
        found = []
        for versions in self.values.get(kind.kind, {}).values():
            in_force = [version for version in versions if version.in_force(on)]
            if in_force:
                found.append(cast(V, in_force[-1]))
        return tuple(found)

    def history(self, kind: type[V], id: str) -> tuple[V, ...]:
        """Every dated version of a value, oldest first."""
        return cast(tuple[V, ...], self.values.get(kind.kind, {}).get(id, ()))

    def limit(self, id: str, on: date, *, or_earliest: bool = False) -> Limit:
        return self.get(Limit, id, on, or_earliest=or_earliest)

    def limits(self, on: date) -> tuple[Limit, ...]:
        return self.all(Limit, on)

    def definition(self, id: str, on: date) -> Definition:
        return self.get(Definition, id, on)

    def definitions(self, on: date) -> tuple[Definition, ...]:
        return self.all(Definition, on)

    def levels(self, on: date) -> Thresholds:
        """The threshold document with its levels of need."""
        return self.get(Thresholds, "levels_of_need", on)

    def outcomes(self, on: date) -> OutcomeFramework:
        return self.get(OutcomeFramework, "outcomes", on)

    def principles(self, on: date | None = None) -> tuple[Principle, ...]:
        """The principles of the manual, in its order; without a day, the latest version of each."""
        return self.all(Principle, on or date.max)

    def principle(self, id: str, on: date) -> Principle:
        return self.get(Principle, id, on)

    def extension(self, limit_id: str, on: date) -> Extension:
        """Whether that limit may be extended: what the pack says of it by name, else of all limits."""
        named = [rule for rule in self.all(Extension, on) if limit_id in rule.limits]
        return named[0] if named else self.get(Extension, "extension", on)

    def duty_kind(self, id: str, on: date, *, or_earliest: bool = False) -> DutyKind:
        return self.get(DutyKind, id, on, or_earliest=or_earliest)

    def duty_kinds(self, on: date) -> tuple[DutyKind, ...]:
        return self.all(DutyKind, on)

    def role(self, id: str, on: date) -> Role:
        return self.get(Role, id, on, or_earliest=True)

    def roles(self, on: date) -> tuple[Role, ...]:
        return self.all(Role, on)

    def event(self, id: str, on: date) -> Event:
        return self.get(Event, id, on)

    def screening_outcome(self, id: str, on: date) -> ScreeningOutcome:
        return self.get(ScreeningOutcome, id, on)

    def screening_outcomes(self, on: date) -> tuple[ScreeningOutcome, ...]:
        return self.all(ScreeningOutcome, on)

    def duties_opened_by(self, outcome_id: str, on: date) -> tuple[DutyKind, ...]:
        """The duties that a screening outcome and those that it brings along open together, each once."""
        opened: list[str] = []
        for id in self.outcome_with_included(outcome_id, on):
            opened += [duty for duty in self.screening_outcome(id, on).opens if duty not in opened]
        return tuple(self.duty_kind(id, on) for id in opened)

    def outcome_with_included(self, outcome_id: str, on: date) -> tuple[str, ...]:
        """The outcome's id and those of all that it brings along, in that order."""
        reached = [outcome_id]
        for id in reached:
            reached += [other for other in self.screening_outcome(id, on).includes if other not in reached]
        return tuple(reached)

    def questions(self, step: str, on: date) -> tuple[Question, ...]:
        """The answers that a step of a journey requires."""
        return tuple(question for question in self.all(Question, on) if question.step == step)

    def indicators(self, on: date) -> tuple[HarmCategory, ...]:
        return self.all(HarmCategory, on)

    def guidance(self, field: GuidedField, on: date) -> tuple[Guidance, ...]:
        """The texts that stand beside a field."""
        return tuple(text for text in self.all(Guidance, on) if text.field == field)

    def agency_type(self, id: str, on: date) -> AgencyType:
        return self.get(AgencyType, id, on)

    def agency_types(self, on: date) -> tuple[AgencyType, ...]:
        return self.all(AgencyType, on)

    def recording(self, agency_type: str, on: date) -> Recording:
        """The recording policy of a type of agency, else the one for any agency."""
        return self._for_agency(Recording, agency_type, on)

    def late_entry(self, agency_type: str, on: date) -> LateEntry:
        """After how long an entry of that type of agency is late, else the value for any agency."""
        return self._for_agency(LateEntry, agency_type, on)

    def _for_agency(self, kind: type[A], agency_type: str, on: date) -> A:
        values = {value.agency: value for value in self.all(kind, on)}
        found = values.get(agency_type) or values.get(ANY_AGENCY)
        if found is None:
            raise NotInForce(f"The procedures of {self.title} have no {kind.plural} on {on.day} {on:%B %Y}.")
        return found

    def assessment_form(self, id: str, on: date) -> AssessmentForm:
        return self.get(AssessmentForm, id, on, or_earliest=True)

    def assessment_outcomes(self, form: str, on: date) -> tuple[AssessmentOutcome, ...]:
        """What an assessment of that form may end in."""
        return tuple(outcome for outcome in self.all(AssessmentOutcome, on) if form in outcome.forms)

    def assessment_outcome(self, id: str, on: date) -> AssessmentOutcome:
        return self.get(AssessmentOutcome, id, on)

    def count(self, id: str, on: date) -> Count:
        """How many of something ask for a decision."""
        return self.get(Count, id, on, or_earliest=True)

    def called(self, id: str, on: date) -> str:
        """What this manual calls a body or a process: `called("practice_review", on)`."""
        return self.get(Name, id, on, or_earliest=True).called

    def disclosure_grounds(self, on: date) -> tuple[DisclosureGround, ...]:
        return self.all(DisclosureGround, on)

    def retentions(self, on: date, agency_types: Collection[str] = (ANY_AGENCY,)) -> tuple[Retention, ...]:
        """How long those types of agency keep each kind of record: by their own schedule where there is one, else by
        that for any agency."""
        found: dict[str, Retention] = {}
        values = self.all(Retention, on)
        for kind in agency_types:
            for record in dict.fromkeys(value.record for value in values):
                of = [value for value in values if value.record == record]
                own = [value for value in of if value.agency == kind]
                found |= {value.id: value for value in own or [v for v in of if v.agency == ANY_AGENCY]}
        return tuple(found.values())

    def setting(self, id: str, on: date) -> Setting:
        return self.get(Setting, id, on, or_earliest=True)

    def meeting(self, id: str, on: date) -> MeetingRule:
        """Who must be at a kind of meeting, and what the family is given before it."""
        return self.get(MeetingRule, id, on, or_earliest=True)

    def meetings(self, on: date) -> tuple[MeetingRule, ...]:
        return self.all(MeetingRule, on)

    def letters(self, on: date) -> tuple[Letter, ...]:
        """The forms and languages in which the family's invitation is there."""
        return self.all(Letter, on)

    def repeat(self, id: str, on: date) -> Repeat:
        """How many incidents within how many days ask for a decision."""
        return self.get(Repeat, id, on, or_earliest=True)

    def glossary(self, on: date) -> tuple[Abbreviation, ...]:
        return self.all(Abbreviation, on)

    def entry_form(self, id: str, on: date) -> EntryForm:
        """The form of a kind of entry."""
        return self.get(EntryForm, id, on, or_earliest=True)

    def entry_forms(self, on: date) -> tuple[EntryForm, ...]:
        return self.all(EntryForm, on)

    def wordings(self, on: date) -> tuple[Wording, ...]:
        """The words that a writer is asked to look at again."""
        return self.all(Wording, on)

    def calendar(self, on: date) -> WorkingCalendar:
        """The working calendar with the office hours in force on that day and all extra holidays."""
        return self._calendar_of(self.get(Office, "office", on, or_earliest=True))

    def _calendar_of(self, office: Office) -> WorkingCalendar:
        calendar = self._calendars.get(office.from_)
        if calendar is None:
            calendar = self._calendars[office.from_] = WorkingCalendar.england(
                office=OfficeHours(office.opens, office.closes, office.cut_off),
                extra_bank_holidays=self._days(HolidayKind.BANK_HOLIDAY),
                closures=self._days(HolidayKind.CLOSURE),
                known_until=office.bank_holidays_known_until,
            )
        return calendar

    @cached_property
    def _calendars(self) -> dict[date, WorkingCalendar]:
        return {}

    def _days(self, type: HolidayKind) -> frozenset[date]:
        holidays = cast(dict[str, tuple[Holiday, ...]], self.values.get(Holiday.kind, {}))
        latest = [versions[-1] for versions in holidays.values()]
        return frozenset(holiday.day for holiday in latest if holiday.type is type)
