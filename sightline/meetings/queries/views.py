"""What a page is given of a meeting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from sightline.govuk.words import listed
from sightline.kernel.time import LONDON, day_of
from sightline.kernel.verdicts import NotFound
from sightline.procedures.kept import Then
from sightline.procedures.pack import Pack
from sightline.procedures.schema import MeetingRule

from .. import rules
from ..models import (
    ActionDone,
    ChildTold,
    Invitation,
    Meeting,
    MeetingChange,
    MeetingChild,
    Report,
)
from ..terms import Came, ChildStage, Format, GivenKind, InviteeKind, MeetingState, Purpose

OF_FAMILY = (InviteeKind.FAMILY.value, InviteeKind.CHILD.value)


@dataclass(frozen=True)
class GivenView:
    """What reached somebody: see `models.Given`. `by` is who recorded it, `by_whom` who gave it where that was somebody
    else."""

    id: UUID
    by: str
    recorded_at: datetime
    by_whom: str
    kind: str
    at: datetime
    how: str
    form: str
    covers: Sequence[str]
    understood: str
    reply: str
    late_why: str


@dataclass(frozen=True)
class SupporterView:
    """Whether a supporter was offered, and the answer: see `models.Supporter`."""

    id: UUID
    by: str
    offered: bool
    why_not: str
    answer: str
    name: str
    relation: str


@dataclass(frozen=True)
class InterpreterView:
    """Who interprets: see `models.Interpreter`."""

    id: UUID
    by: str
    language: str
    name: str
    booked_with: str
    relative: bool
    relative_why: str


@dataclass(frozen=True)
class AttendanceView:
    """How somebody took part: see `models.Attendance`."""

    id: UUID
    by: str
    came: str
    words: str
    report: bool
    supporter_came: bool | None
    interpreter_used: bool | None
    no_interpreter_why: str


V = TypeVar("V", SupporterView, InterpreterView, AttendanceView)


@dataclass(frozen=True)
class InvitedView:
    """Somebody invited, what they need, what reached them before, and how they took part."""

    row: Invitation
    name: str
    given: tuple[GivenView, ...] = ()
    supporter: SupporterView | None = None
    interpreter: InterpreterView | None = None
    attendance: AttendanceView | None = None
    apart: tuple[str, ...] = ()
    apart_ids: frozenset[UUID] = frozenset()
    """The invitations, those taken back too, of everybody from whom they are kept: no copy of theirs names them."""
    left_agency: bool = False
    anew_at: datetime | None = None
    """When the meeting's day or place last changed."""

    def is_stale(self, given: GivenView) -> bool:
        """Whether it is an invitation to another day or place than the meeting now has."""
        return (
            given.kind == GivenKind.INVITATION.value
            and self.anew_at is not None
            and given.recorded_at <= self.anew_at
        )

    @property
    def id(self) -> UUID:
        return self.row.id

    @property
    def kind(self) -> InviteeKind:
        return InviteeKind(self.row.kind)

    @property
    def of_family(self) -> bool:
        return self.row.kind in OF_FAMILY

    @property
    def reads_as_family(self) -> bool:
        """Whether papers hold for them only what the family may read: one of the family, whoever comes for one of them,
        and whoever from outside of whom it is not said that they come for an agency."""
        return self.of_family or (self.row.kind == InviteeKind.OUTSIDER.value and not self.row.professional)

    @property
    def reader_id(self) -> UUID | None:
        """As whom of the family they read: themselves, or for whom they come."""
        return self.row.person_id or self.row.comes_for_id

    @property
    def said_as(self) -> str:
        """'Ngozi Adeyemi, Health visitor, Eastmarch Health'."""
        return ", ".join(part for part in (self.name, self.row.role, self.row.agency_name) if part)

    def latest(self, kind: GivenKind) -> GivenView | None:
        found = (g for g in self.given if g.kind == kind.value and not self.is_stale(g))
        return max(found, key=lambda g: g.at, default=None)

    @property
    def invitation_given(self) -> GivenView | None:
        return self.latest(GivenKind.INVITATION)

    @property
    def papers_given(self) -> GivenView | None:
        return self.latest(GivenKind.PAPERS)

    @property
    def explained(self) -> list[GivenView]:
        return [g for g in self.given if g.kind == GivenKind.EXPLAINED.value]

    @property
    def minutes_given(self) -> GivenView | None:
        return self.latest(GivenKind.MINUTES)

    @property
    def came(self) -> Came | None:
        return Came(self.attendance.came) if self.attendance else None


@dataclass(frozen=True)
class SaidView:
    """A passage of the minutes for one child."""

    id: UUID
    number: int
    folder_id: UUID
    speaker: str
    invitation_id: UUID | None
    words: str
    about_adult: bool
    no_account: bool
    not_for_family_why: str
    was_wrong: str
    corrects_number: int | None
    corrected_by: tuple[int, ...]
    written_at: datetime
    written_by: str
    together: UUID | None


@dataclass(frozen=True)
class DecisionSaid:
    """A decision of the meeting on one child, and who dissents: (name, words, their invitation)."""

    decision_id: UUID
    outcome: str
    reasons: str
    maker_id: UUID
    maker: str
    maker_post: str
    made_at: datetime
    in_effect: bool
    conflict: str
    """With whose interests the child's were in conflict; empty where with nobody's."""
    conflict_said: str
    """The conflict, how it was resolved, and what a manager ruled, in sentences."""
    ruling_due: bool
    taken_back: str
    """Why, by whom and when it was taken back that the meeting had been held; empty where it stands."""
    dissents: tuple[tuple[str, str, UUID], ...]


@dataclass(frozen=True)
class ActionView:
    id: UUID
    folder_id: UUID
    meeting_id: UUID
    words: str
    by_whom: str
    due_on: date
    timing_why: str
    outcome: str
    done: ActionDone | None
    late: bool
    child: str = ""
    practitioner_id: UUID | None = None
    """Who has it now; None for somebody of the family."""
    left: bool = False
    """Whoever has it works in no agency here any more."""
    handed: tuple[str, ...] = ()
    """Who had it before and why somebody else does it, the latest first."""
    answered_before: tuple[str, ...] = ()
    """Each answer that was taken back, by whom and why, the latest first."""


@dataclass(frozen=True)
class ChildPart:
    """What stands in one child's folder about a meeting."""

    row: MeetingChild
    name: str
    called: str
    age: str
    told: tuple[ChildTold, ...] = ()
    said: tuple[SaidView, ...] = ()
    decisions: tuple[DecisionSaid, ...] = ()
    taken_back: tuple[DecisionSaid, ...] = ()
    """Decided when it was recorded as held, which it was not."""
    actions: tuple[ActionView, ...] = ()
    reports: tuple[Report, ...] = ()
    unborn: bool = False
    died_on: date | None = None
    adult_on: date | None = None

    @property
    def folder_id(self) -> UUID:
        return self.row.folder_id

    @property
    def left(self) -> bool:
        return self.row.left_at is not None

    @property
    def can_be_told(self) -> bool:
        """Somebody not yet born, or who has died, is told of nothing."""
        return not self.unborn and self.died_on is None

    @property
    def with_family(self) -> str:
        """Whose words a report on the child owes: 'Maya and the family', and of somebody not yet born the family's."""
        return "the family" if self.unborn else f"{self.called} and the family"

    def told_at(self, stage: ChildStage) -> ChildTold | None:
        """The latest of a stage."""
        return next((t for t in reversed(self.told) if t.stage == stage.value), None)

    @property
    def about_child(self) -> list[SaidView]:
        return [s for s in self.said if not s.about_adult]

    @property
    def about_adults(self) -> list[SaidView]:
        """An adult's own needs, apart from the child's (CHD-09)."""
        return [s for s in self.said if s.about_adult]


@dataclass(frozen=True)
class MeetingView:
    """A meeting as far as the viewer may see it."""

    row: Meeting
    rule: MeetingRule
    pack: Pack
    then: Then
    papers_by: datetime | None
    may_work: bool
    children: tuple[ChildPart, ...]
    invited: tuple[InvitedView, ...]
    withdrawn: tuple[InvitedView, ...]
    lacks: tuple[str, ...]
    unready: tuple[str, ...]

    @property
    def id(self) -> UUID:
        return self.row.id

    @property
    def purpose(self) -> Purpose:
        return Purpose(self.row.purpose)

    @property
    def title(self) -> str:
        """What the procedures called it when it was called; what they ask of it now is its `rule`."""
        return self.then.title(MeetingRule, self.row.purpose, day_of(self.row.called_at))

    @property
    def about(self) -> str:
        """What it is and about whom, as it stands above every page of it."""
        names = [child.name for child in self.present_children]
        return f"{self.title} about {listed(names)}" if names else self.title

    @property
    def state(self) -> MeetingState:
        return MeetingState(self.row.state)

    @property
    def format(self) -> Format:
        return Format(self.row.format)

    @property
    def starts_at(self) -> datetime:
        return self.row.starts_at

    @property
    def ends_at(self) -> datetime:
        return self.row.starts_at + timedelta(minutes=self.row.minutes_long)

    @property
    def folder_ids(self) -> tuple[UUID, ...]:
        """The children that it is about now."""
        return tuple(c.folder_id for c in self.children if not c.left)

    @cached_property
    def present_children(self) -> list[ChildPart]:
        return [c for c in self.children if not c.left]

    @cached_property
    def family(self) -> list[InvitedView]:
        return [i for i in self.invited if i.of_family]

    @cached_property
    def agencies(self) -> list[InvitedView]:
        return [i for i in self.invited if not i.of_family]

    @cached_property
    def not_told(self) -> list[ChildPart]:
        """Children of whom it is not recorded that they were told before the meeting (CHD-12)."""
        return [
            c
            for c in self.present_children
            if c.can_be_told and not ((told := c.told_at(ChildStage.BEFORE)) and told.done)
        ]

    @cached_property
    def cannot_be_about(self) -> str:
        """Why it cannot be held as it is called: a child has died, or is 18 by its day; empty where it can."""
        about = [rules.About(c.called, c.died_on, c.adult_on) for c in self.present_children]
        return rules.may_be_about(self.purpose, about, self.starts_at.astimezone(LONDON).date()).reason

    @cached_property
    def changes(self) -> list[MeetingChange]:
        """When it was moved, cancelled, reopened or given another chair, the latest first."""
        return list(MeetingChange.objects.filter(meeting=self.row).select_related("by").order_by("-at"))

    @property
    def minutes_changed_at(self) -> datetime | None:
        """When something was last added to the minutes: said, put right, or decided."""
        added = [s.written_at for c in self.children for s in c.said]
        added += [d.made_at for c in self.children for d in c.decisions]
        return max(added, default=None)

    def person(self, invitation_id: UUID) -> InvitedView:
        """One of the invited. Raises NotFound."""
        found = next((i for i in (*self.invited, *self.withdrawn) if i.id == invitation_id), None)
        if found is None:
            raise NotFound
        return found
