"""How a plan and its parts are shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from sightline.children.terms import AbuseCategory
from sightline.kernel.time import today

from .. import rules
from ..rules import Account, Content, Missing
from ..terms import (
    ActionState,
    Agrees,
    FamilyPlan,
    OfferState,
    PlanKind,
    PlanState,
    ReviewResult,
    StandsOn,
    StatementKind,
    TieKept,
    When,
    Whose,
)


@dataclass(frozen=True)
class OutcomeView:
    item: UUID
    revision: int
    of_framework: str
    framework_title: str
    words: str
    measure: str
    baseline: str
    baseline_scale: int | None
    hoped_scale: int | None
    by: date
    whose: Whose
    whose_words: str
    needed: When
    together: bool
    written_by: str
    written_at: datetime
    ended_at: int | None = None
    """The number of the review that ended it; it is planned for no more, and stays readable."""
    to_rewrite: str = ""
    """That the last review said that it changes, and how, while it stands as it was then."""


@dataclass(frozen=True)
class StatementView:
    item: UUID
    kind: StatementKind
    about: str
    answer: str
    words: str
    why: str
    together: bool
    written_by: str
    written_at: datetime

    @property
    def said(self) -> str:
        """What was chosen, in words."""
        if not self.answer:
            return ""
        if self.kind is StatementKind.STANDS_ON:
            return StandsOn(self.answer).label
        if self.kind is StatementKind.FAMILY_PLAN:
            return FamilyPlan(self.answer).label
        return TieKept(self.answer).label


@dataclass(frozen=True)
class ActionView:
    id: UUID
    words: str
    needed: When
    practitioner_id: UUID
    practitioner: str
    agency: str
    due_on: date
    timing: str
    state: ActionState
    closed_on: date | None
    outcome: UUID | None
    together: bool
    left: bool
    """Whoever has it works in that agency no more."""

    @property
    def late(self) -> bool:
        return self.state is ActionState.OPEN and self.due_on < today()


@dataclass(frozen=True)
class OfferView:
    id: UUID
    name: str
    meant_to_change: str
    need: UUID | None
    outcome: UUID | None
    adult_id: UUID | None
    state: OfferState
    offered_on: date
    began_on: date | None
    ended_on: date | None
    last_words: str
    plan_id: UUID | None
    concern_id: UUID | None


@dataclass(frozen=True)
class NeedView:
    item: UUID
    words: str
    adult_id: UUID | None
    adult: str
    for_child: str
    unmet_why: str
    offers: tuple[OfferView, ...]

    @property
    def answered(self) -> bool:
        """A service, or the reason for none (HLP-09)."""
        live = [o for o in self.offers if o.state not in (OfferState.DECLINED, OfferState.NOT_AVAILABLE)]
        return bool(live or self.unmet_why)


@dataclass(frozen=True)
class ViewView:
    whose: Whose
    person_id: UUID | None
    name: str
    agrees: Agrees
    words: str
    why_not: str
    heard_on: date
    heard_how: str
    written_by: str


@dataclass(frozen=True)
class MemberView:
    id: UUID
    name: str
    role: str
    agency: str
    brings: str
    held_from: date
    held_until: date | None
    why_ended: str
    left: bool
    person_id: UUID | None


@dataclass(frozen=True)
class VisitView:
    id: UUID
    visited_at: datetime
    seen: bool
    alone: bool | None
    why_not: str
    where: str
    like: str
    said: str
    interpreting: str
    interpreter: str
    relative_why: str
    adults_apart: str
    by: str
    entry_number: int
    entry_id: UUID
    before: str
    """How it stood before it was corrected; empty where it never was."""

    @property
    def how(self) -> str:
        return how_seen(self.seen, self.alone)


def how_seen(seen: bool, alone: bool | None) -> str:
    """How a child was seen, in words."""
    if not seen:
        return "Not seen"
    return "Seen alone" if alone else "Seen, not alone"


@dataclass(frozen=True)
class ReviewLine:
    id: UUID
    plan_id: UUID
    number: int
    held_on: date
    result: ReviewResult | None
    closed: bool
    withdrawn: bool


@dataclass(frozen=True)
class PlanView:
    """A plan as its page shows it. Texts are those that hold now; what was before stands in the versions."""

    id: UUID
    folder_id: UUID
    child_id: UUID
    kind: PlanKind
    state: PlanState
    began_on: date
    ended_on: date | None
    version: int
    together: UUID | None
    lead_id: UUID | None
    lead: str
    lead_post: str
    lead_agency: str
    lead_since: date | None
    lead_left: bool
    framework: str
    pack_version: str
    earlier_plans: int
    from_authority: str
    category_first: str
    category_latest: str
    reasons: str
    signed_number: int | None
    signed_at: datetime | None
    signed_by: str
    child: str
    age: str
    outcomes: tuple[OutcomeView, ...] = ()
    statements: tuple[StatementView, ...] = ()
    actions: tuple[ActionView, ...] = ()
    needs: tuple[NeedView, ...] = ()
    offers: tuple[OfferView, ...] = ()
    views: tuple[ViewView, ...] = ()
    core: tuple[MemberView, ...] = ()
    accounts: tuple[Account, ...] = ()
    ties: tuple[str, ...] = ()
    signed_particulars: tuple[str, bool] = ("", False)
    stepped: bool = False
    """Whether a step from another plan began it."""
    undone: str = ""
    """That its beginning, or the step which began it, was taken back: by whom and why."""

    def may_be_withdrawn(self, reviews: Iterable[ReviewLine]) -> bool:
        """Whether its page offers to take its beginning back (`rules.may_withdraw_plan`)."""
        standing = any(r.plan_id == self.id and not r.withdrawn for r in reviews)
        going_on = self.state not in (PlanState.CLOSED, PlanState.MOVING)
        return going_on and not (standing or self.stepped or self.from_authority)

    @property
    def open(self) -> bool:
        return self.state is not PlanState.CLOSED

    @property
    def categories(self) -> str:
        """'Neglect', or 'physical abuse, at the start neglect'."""
        if not self.category_latest:
            return ""
        latest = AbuseCategory(self.category_latest).label
        if self.category_first == self.category_latest:
            return latest
        return f"{latest}; at the start {AbuseCategory(self.category_first).label}"

    def said(self, *kinds: StatementKind) -> list[StatementView]:
        return [s for s in self.statements if s.kind in kinds]

    @cached_property
    def stands_on(self) -> StatementView | None:
        return next(reversed(self.said(StatementKind.STANDS_ON)), None)

    @cached_property
    def now(self) -> list[ActionView]:
        return [a for a in self.actions if a.needed is When.NOW and a.state is ActionState.OPEN]

    @cached_property
    def later(self) -> list[ActionView]:
        return [a for a in self.actions if a.needed is When.LATER and a.state is ActionState.OPEN]

    @cached_property
    def closed_actions(self) -> list[ActionView]:
        return [a for a in self.actions if a.state is not ActionState.OPEN]

    @cached_property
    def child_needs(self) -> list[NeedView]:
        return [n for n in self.needs if n.adult_id is None]

    @cached_property
    def adult_needs(self) -> list[NeedView]:
        return [n for n in self.needs if n.adult_id is not None]

    @cached_property
    def core_now(self) -> list[MemberView]:
        return [m for m in self.core if m.held_until is None]

    @cached_property
    def core_before(self) -> list[MemberView]:
        return [m for m in self.core if m.held_until is not None]

    @cached_property
    def disputed(self) -> list[ViewView]:
        return [v for v in self.views if v.agrees in (Agrees.NO, Agrees.PARTLY)]

    @cached_property
    def lacks(self) -> list[Missing]:
        statements: dict[StatementKind, list[tuple[str, str, str]]] = {}
        for s in self.statements:
            statements.setdefault(s.kind, []).append((s.answer, s.words, s.why))
        return rules.lacks(
            Content(
                kind=self.kind,
                accounts=self.accounts,
                outcomes=sum(o.ended_at is None for o in self.outcomes),
                actions=sum(a.state is ActionState.OPEN for a in self.actions),
                statements=statements,
                ties=self.ties,
                ties_answered={s.about for s in self.statements if s.kind is StatementKind.TIE},
                needs_unanswered=tuple(n.words for n in self.needs if not n.answered),
                lead=self.lead_id is not None,
            )
        )
