"""One plan with all that it says, and what hangs on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from sightline.agencies.models import Posting
from sightline.children.models import Authority, Particulars, Tie
from sightline.children.queries import name_and_age
from sightline.children.terms import AbuseCategory, Kinship
from sightline.enquiries.queries.protection import authority_took_on
from sightline.kernel.models import held_on
from sightline.kernel.time import today
from sightline.kernel.together import together
from sightline.kernel.verdicts import NotFound
from sightline.procedures.models import Duty
from sightline.voice.queries import who_matters

from .. import rules
from ..models import (
    Action,
    Category,
    CoreMember,
    Lead,
    Need,
    Offer,
    Plan,
    PlanChange,
    PlannedOutcome,
    PlanVersion,
    Statement,
    Transfer,
    View,
    Visit,
)
from ..models.base import Written
from ..rules import Account, Answer, Around, Content, Missing
from ..terms import (
    ActionState,
    Agrees,
    FamilyPlan,
    OfferState,
    PlanKind,
    PlanState,
    StandsOn,
    StatementKind,
    TieKept,
    When,
    Whose,
)


def _by(row: Any) -> str:
    return f"{row.written_by.name}, {row.written_post}" if row.written_by else row.written_post


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
    interpreter: str
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
                outcomes=len(self.outcomes),
                actions=sum(a.state is ActionState.OPEN for a in self.actions),
                statements=statements,
                ties=self.ties,
                ties_answered={s.about for s in self.statements if s.kind is StatementKind.TIE},
                needs_unanswered=tuple(n.words for n in self.needs if not n.answered),
                lead=self.lead_id is not None,
            )
        )


def revisions(model: type[Written], plan_ids: Sequence[UUID]) -> QuerySet[Any]:
    """The latest revision of each item of these plans, also of one that has been taken out."""
    rows: QuerySet[Any] = (
        model.objects.filter(plan_id__in=plan_ids)  # type: ignore[attr-defined]
        .select_related("written_by")
        .order_by("plan_id", "item", "-revision")
        .distinct("plan_id", "item")
    )
    return rows


def _hold(rows: Iterable[Any]) -> list[Any]:
    """Those of these revisions that have not been taken out, in the order of writing."""
    # Items are made in order of time, so that a changed text stays in its place.
    return sorted((row for row in rows if not row.dropped_why), key=lambda row: row.item)


def latest_outcomes(plan_ids: Sequence[UUID]) -> list[OutcomeView]:
    """The planned outcomes that hold now, those needed now first."""
    return outcome_views(revisions(PlannedOutcome, plan_ids))


def outcome_views(rows: Iterable[Any]) -> list[OutcomeView]:
    """The same of revisions that have been read."""
    return sorted((_outcome(row) for row in _hold(rows)), key=lambda o: o.needed is When.LATER)


def _outcome(row: PlannedOutcome) -> OutcomeView:
    return OutcomeView(
        item=row.item,
        revision=row.revision,
        of_framework=row.of_framework,
        framework_title=row.of_framework_title,
        words=row.words,
        measure=row.measure,
        baseline=row.baseline,
        baseline_scale=row.baseline_scale,
        hoped_scale=row.hoped_scale,
        by=row.by,
        whose=Whose(row.whose),
        whose_words=row.whose_words,
        needed=When(row.needed),
        together=row.written_together is not None,
        written_by=_by(row),
        written_at=row.written_at,
    )


def statement_views(rows: Iterable[Any]) -> list[StatementView]:
    """The statements that hold now, of revisions that have been read."""
    return [
        StatementView(
            item=row.item,
            kind=StatementKind(row.kind),
            about=row.about,
            answer=row.answer,
            words=row.words,
            why=row.why,
            together=row.written_together is not None,
            written_by=_by(row),
            written_at=row.written_at,
        )
        for row in _hold(rows)
    ]


def offer_views(rows: Iterable[Offer]) -> list[OfferView]:
    """Offers with what came of them last, as pages show them."""
    return [
        OfferView(
            id=row.id,
            name=row.name,
            meant_to_change=row.meant_to_change,
            need=row.need,
            outcome=row.outcome,
            adult_id=row.adult_id,
            state=OfferState(row.state),
            offered_on=row.offered_on,
            began_on=row.began_on,
            ended_on=row.ended_on,
            last_words=getattr(row, "last_words", "") or "",
            plan_id=row.plan_id,
            concern_id=row.concern_id,
        )
        for row in rows
    ]


def offers_with_words() -> QuerySet[Offer]:
    """Offers, each with what was last said of it."""
    from ..models import OfferStep

    last = (
        OfferStep.objects.filter(offer_id=OuterRef("id")).order_by("-written_at", "-id").values("words")[:1]
    )
    return Offer.objects.annotate(last_words=Subquery(last)).order_by("offered_on", "id")


def _holds_post(practitioner: str, agency: str) -> Exists:
    """Whether whoever stands in a column holds a post today in the agency that stands in another."""
    return Exists(
        Posting.objects.filter(
            held_on(today()), practitioner_id=OuterRef(practitioner), agency_id=OuterRef(agency)
        )
    )


def _accounts(
    child_name: str, child_id: UUID, ties: Sequence[Tie], names: Any, views: Sequence[ViewView], unborn: bool
) -> list[Account]:
    """The child, and everybody who holds parental responsibility or is a parent, with what they last said."""
    latest: dict[UUID | None, ViewView] = {}
    for view in views:
        key = child_id if view.whose is Whose.CHILD else view.person_id
        latest[key] = view
    found = []
    if not unborn:
        said = latest.get(child_id)
        found.append(Account(child_name, Whose.CHILD, child_id, said.agrees if said else None))
    for tie in ties:
        if tie.other_id in {a.person_id for a in found}:
            continue
        parent = tie.kinship in (Kinship.MOTHER.value, Kinship.FATHER.value, Kinship.PARENT.value)
        if tie.parental_responsibility == "yes" or (parent and tie.parental_responsibility != "no"):
            said = latest.get(tie.other_id)
            found.append(
                Account(names[tie.other_id].name, Whose.PARENT, tie.other_id, said.agrees if said else None)
            )
    return found


def ties_of(folder_id: UUID) -> QuerySet[Tie]:
    """Who is in the child's life today."""
    return Tie.objects.filter(held_on(today()), folder_id=folder_id).order_by("held_from", "id")


def accounts_of(
    folder_id: UUID, child_id: UUID, views: Sequence[ViewView], ties: QuerySet[Tie]
) -> tuple[list[Account], list[str], str, str]:
    """Whose accounts a plan needs, the names of everybody in the child's life, and the child's own name and age."""
    names = name_and_age([child_id, *(t.other_id for t in ties)])
    me = names[child_id]
    unborn = "unborn" in me.age.casefold() or "expected" in me.age.casefold() or me.name.startswith("Unborn")
    accounts = _accounts(me.called, child_id, list(ties), names, views, unborn)
    mattering = [m.name for m in who_matters([folder_id]) if m.person_id not in {t.other_id for t in ties}]
    return (
        accounts,
        list(dict.fromkeys([*(names[t.other_id].name for t in ties), *mattering])),
        me.name,
        me.age,
    )


def views_on(plan_id: UUID, *, review_id: UUID | None = None) -> QuerySet[View]:
    """Views of the plan itself, or of one review, in the order in which they were recorded."""
    return (
        View.objects.filter(Q(review_id=review_id) if review_id else Q(review__isnull=True), plan_id=plan_id)
        .select_related("written_by")
        .order_by("written_at")
    )


def view_views(rows: Iterable[View]) -> list[ViewView]:
    """What the child, each parent and others said of a plan, as pages show it."""
    return [
        ViewView(
            whose=Whose(v.whose),
            person_id=v.person_id,
            name=v.name,
            agrees=Agrees(v.agrees),
            words=v.words,
            why_not=v.why_not,
            heard_on=v.heard_on,
            heard_how=v.heard_how,
            written_by=_by(v),
        )
        for v in rows
    ]


def _annotated(rows: QuerySet[Plan]) -> QuerySet[Plan]:
    """Plans with what their head shows, so that one query gives it."""
    first = Category.objects.filter(plan_id=OuterRef("id")).order_by("held_from", "written_at")
    latest = Category.objects.filter(plan_id=OuterRef("id")).order_by("-held_from", "-written_at")
    signed = PlanVersion.objects.filter(plan_id=OuterRef("id")).order_by("-number")
    leads = Lead.objects.filter(plan_id=OuterRef("id")).order_by("-held_from", "-written_at")
    return rows.select_related("lead", "decision").annotate(
        category_first=Subquery(first.values("code")[:1]),
        category_latest=Subquery(latest.values("code")[:1]),
        signed_number=Subquery(signed.values("number")[:1]),
        signed_at=Subquery(signed.values("written_at")[:1]),
        signed_by=Subquery(signed.values("written_by__name")[:1]),
        signed_born=Subquery(signed.values("content__born_on")[:1]),
        signed_unborn=Subquery(signed.values("content__unborn")[:1]),
        lead_post=Subquery(leads.values("post")[:1]),
        lead_agency=Subquery(leads.values("agency__name")[:1]),
        lead_since=Subquery(leads.values("held_from")[:1]),
        lead_posted=Exists(Posting.objects.filter(held_on(today()), practitioner_id=OuterRef("lead_id"))),
    )


def _head(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "folder_id": row.folder_id,
        "child_id": row.child_id,
        "kind": PlanKind(row.kind),
        "state": PlanState(row.state),
        "began_on": row.began_on,
        "ended_on": row.ended_on,
        "version": row.version,
        "together": row.together,
        "lead_id": row.lead_id,
        "lead": row.lead.name if row.lead else "",
        "lead_post": row.lead_post or "",
        "lead_agency": row.lead_agency or "",
        "lead_since": row.lead_since,
        "lead_left": row.lead_id is not None and not row.lead_posted,
        "framework": row.framework,
        "pack_version": row.pack_version,
        "earlier_plans": row.earlier_plans,
        "from_authority": row.from_authority,
        "category_first": row.category_first or "",
        "category_latest": row.category_latest or "",
        "reasons": row.decision.reasons if row.decision else "",
        "signed_number": row.signed_number,
        "signed_at": row.signed_at,
        "signed_by": row.signed_by or "",
        "signed_particulars": (row.signed_born or "", bool(row.signed_unborn)),
    }


def plan_shown(plan_id: UUID, folder_ids: Sequence[UUID] | None = None) -> PlanView:
    """A plan with all that it says; one of these folders, where they are given. A fixed number of queries.

    Raises NotFound alike for another child's and an invented one.
    """
    plans = Plan.objects.filter(id=plan_id)
    heads = _annotated(plans if folder_ids is None else plans.filter(folder_id__in=folder_ids))
    said, offered = views_on(plan_id), offers_with_words().filter(plan_id=plan_id)
    needed, planned = revisions(Need, [plan_id]), revisions(PlannedOutcome, [plan_id])
    stated, agreed, group = revisions(Statement, [plan_id]), _actions(Q(plan_id=plan_id)), _group(plan_id)
    together(heads, said, offered, needed, planned, stated, agreed, group)
    row: Any = next(iter(heads), None)
    if row is None:
        raise NotFound
    views = view_views(said)
    accounts, ties, child, age = accounts_of(row.folder_id, row.child_id, views, ties_of(row.folder_id))
    offers = offer_views(offered)
    needs = _hold(needed)
    adults = name_and_age(n.adult_id for n in needs) if any(n.adult_id for n in needs) else {}
    return PlanView(
        **_head(row),
        child=child,
        age=age,
        outcomes=tuple(outcome_views(planned)),
        statements=tuple(statement_views(stated)),
        actions=tuple(_action_views(agreed)),
        needs=tuple(
            NeedView(
                item=n.item,
                words=n.words,
                adult_id=n.adult_id,
                adult=adults[n.adult_id].name if n.adult_id else "",
                for_child=n.for_child,
                unmet_why=n.unmet_why,
                offers=tuple(o for o in offers if o.need == n.item),
            )
            for n in needs
        ),
        offers=tuple(offers),
        views=tuple(views),
        core=tuple(_members(group)),
        accounts=tuple(accounts),
        ties=tuple(ties),
    )


def _actions(condition: Q) -> QuerySet[Action]:
    """Actions, the soonest first."""
    return (
        Action.objects.filter(condition)
        .select_related("practitioner", "agency")
        .annotate(there=_holds_post("practitioner_id", "agency_id"))
        .order_by("due_on", "id")
    )


def _action_views(rows: Iterable[Any]) -> list[ActionView]:
    return [
        ActionView(
            id=a.id,
            words=a.words,
            needed=When(a.needed),
            practitioner_id=a.practitioner_id,
            practitioner=a.practitioner.name,
            agency=a.agency.name,
            due_on=a.due_on,
            timing=a.timing,
            state=ActionState(a.state),
            closed_on=a.closed_on,
            outcome=a.outcome,
            together=a.written_together is not None,
            left=not a.there,
        )
        for a in rows
    ]


def _group(plan_id: UUID) -> QuerySet[CoreMember]:
    """Who is and was in the group around the child."""
    return (
        CoreMember.objects.filter(plan_id=plan_id)
        .select_related("practitioner", "agency")
        .annotate(there=_holds_post("practitioner_id", "agency_id"))
        .order_by("held_from", "id")
    )


def _members(found: Iterable[Any]) -> list[MemberView]:
    rows = list(found)
    family = name_and_age(m.person_id for m in rows if m.person_id) if any(m.person_id for m in rows) else {}
    return [
        MemberView(
            id=m.id,
            name=m.practitioner.name if m.practitioner else family[m.person_id].name if m.person_id else "",
            role=m.role,
            agency=m.agency.name if m.agency else "Family",
            brings=m.brings,
            held_from=m.held_from,
            held_until=m.held_until,
            why_ended=m.why_ended,
            left=m.practitioner_id is not None and not m.there,
            person_id=m.person_id,
        )
        for m in rows
    ]


def member_of(plan_id: UUID, member_id: UUID) -> MemberView:
    """One member of the group. Raises NotFound."""
    found = next((m for m in _members(_group(plan_id)) if m.id == member_id), None)
    if found is None:
        raise NotFound
    return found


def plans_of(folder_ids: Sequence[UUID]) -> list[PlanView]:
    """The heads of all plans of a child, the latest first; their content is not read."""
    rows = _annotated(Plan.objects.filter(folder_id__in=folder_ids)).order_by("-began_on", "-id")
    return [PlanView(**_head(row), child="", age="") for row in rows]


def plan_of(plan_id: UUID, folder_ids: Sequence[UUID]) -> PlanView:
    """One plan of a child with its content. Raises NotFound alike for another child's and an invented one."""
    return plan_shown(plan_id, folder_ids)


def open_plan(folder_id: UUID) -> Plan | None:
    """The plan that a child has now."""
    return Plan.objects.filter(folder_id=folder_id).exclude(state=PlanState.CLOSED.value).first()


def taken_on(plan_id: UUID) -> bool:
    """Whether the front door has taken the child of an early help plan on since it was begun."""
    plan = Plan.objects.get(id=plan_id)
    return authority_took_on([plan.folder_id], plan.written_at)


def last_plan(folder_id: UUID) -> Plan | None:
    """The plan that a child has, or had last."""
    return Plan.objects.filter(folder_id=folder_id).order_by("-began_on", "-id").first()


def child_of_plan(plan_id: UUID) -> UUID:
    """The folder of a plan. Raises NotFound."""
    found = Plan.objects.filter(id=plan_id).values_list("folder_id", flat=True).first()
    if found is None:
        raise NotFound
    return found


def was_signed(plan_id: UUID) -> bool:
    """Whether a version of the plan was ever signed."""
    return PlanVersion.objects.filter(plan_id=plan_id).exists()


def siblings_of(plan: PlanView) -> list[tuple[UUID, UUID, str, PlanKind]]:
    """The plans that are made together with this one: plan, folder, the child's name, kind."""
    if plan.together is None:
        return []
    rows = list(
        Plan.objects.filter(together=plan.together).exclude(id=plan.id).exclude(state=PlanState.CLOSED.value)
    )
    names = name_and_age(row.child_id for row in rows) if rows else {}
    return [(row.id, row.folder_id, names[row.child_id].called, PlanKind(row.kind)) for row in rows]


def visits_of(folder_ids: Sequence[UUID], limit: int = 50) -> list[VisitView]:
    """Visits under plans, the latest first."""
    rows = (
        Visit.objects.filter(folder_id__in=folder_ids, corrected_by__isnull=True)
        .select_related("written_by", "entry", "corrects")
        .order_by("-visited_at", "-id")[:limit]
    )
    return [
        VisitView(
            id=v.id, visited_at=v.visited_at, seen=v.seen, alone=v.alone, why_not=v.why_not, where=v.where, like=v.like,
            said=v.said, interpreter=v.interpreter, adults_apart=v.adults_apart, by=_by(v),
            entry_number=v.entry.number, entry_id=v.entry_id,
            before=how_seen(v.corrects.seen, v.corrects.alone) if v.corrects else "",
        )
        for v in rows
    ]  # fmt: skip


def history_of(plan_id: UUID) -> list[PlanChange]:
    """Everything that happened to a plan, the latest first."""
    return list(
        PlanChange.objects.filter(plan_id=plan_id).select_related("written_by").order_by("-written_at", "-id")
    )


def versions_of(plan_id: UUID) -> list[PlanVersion]:
    """The signed versions, the latest first, without their content."""
    return list(
        PlanVersion.objects.filter(plan_id=plan_id)
        .select_related("written_by")
        .defer("content")
        .order_by("-number")
    )


def version_of(plan_id: UUID, number: int) -> PlanVersion:
    """One signed version as it was fixed. Raises NotFound."""
    found = PlanVersion.objects.filter(plan_id=plan_id, number=number).select_related("written_by").first()
    if found is None:
        raise NotFound
    return found


def transfers_of(folder_ids: Sequence[UUID]) -> list[Transfer]:
    """Requests to and from other authorities, the latest first."""
    return list(
        Transfer.objects.filter(folder_id__in=folder_ids).select_related("written_by").order_by("-written_at")
    )


def duty_ids_on(subject_id: UUID) -> list[UUID]:
    """What is still owed on a plan or an action."""
    return list(
        Duty.objects.filter(subject_id=subject_id, closed_at__isnull=True).values_list("id", flat=True)
    )


def statements_to_choose(plan: PlanView, kind: StatementKind) -> list[str]:
    """For a statement about somebody: the names of those in the child's life who are not answered for."""
    answered = {s.about for s in plan.statements if s.kind is kind}
    return [name for name in plan.ties if name not in answered]


# -- a version --------------------------------------------------------------------------------------------


def as_signed(plan: PlanView) -> dict[str, Any]:
    """The whole content of a plan as plain values, in words that can be read without this program."""
    birth = Particulars.objects.filter(person_id=plan.child_id).order_by("-recorded_at", "-id").first()
    return {
        "child": plan.child,
        "age": plan.age,
        "born_on": birth.born_on.isoformat() if birth and birth.born_on else "",
        "unborn": bool(birth and birth.born_on is None and birth.expected_on is not None),
        "kind": plan.kind.label,
        "began_on": plan.began_on.isoformat(),
        "category": plan.categories,
        "lead": f"{plan.lead}, {plan.lead_post}, {plan.lead_agency}",
        "framework": plan.framework,
        "statements": [
            {"kind": s.kind.label, "about": s.about, "answer": s.said, "words": s.words, "why": s.why}
            for s in plan.statements
        ],
        "outcomes": [
            {
                "of": o.framework_title, "words": o.words, "measure": o.measure, "baseline": o.baseline,
                "scale": o.baseline_scale, "hoped": o.hoped_scale, "by": o.by.isoformat(), "whose": o.whose.label,
                "needed": o.needed.label,
            }
            for o in plan.outcomes
        ],
        "actions": [
            {
                "words": a.words, "who": f"{a.practitioner}, {a.agency}", "by": a.due_on.isoformat(), "why": a.timing,
                "needed": a.needed.label, "state": a.state.label,
            }
            for a in plan.actions
        ],
        "needs": [
            {
                "words": n.words, "adult": n.adult, "for_child": n.for_child, "unmet": n.unmet_why,
                "services": [o.name for o in n.offers],
            }
            for n in plan.needs
        ],
        "services": [
            {"name": o.name, "meant_to_change": o.meant_to_change, "state": o.state.label} for o in plan.offers
        ],
        "views": [
            {
                "name": v.name, "agrees": v.agrees.label, "words": v.words, "why_not": v.why_not,
                "on": v.heard_on.isoformat(),
            }
            for v in plan.views
        ],
        "group": [{"name": m.name, "role": m.role, "agency": m.agency} for m in plan.core_now],
    }  # fmt: skip


# -- what a plan must answer -------------------------------------------------------------------------------


def around_of(plan: PlanView) -> Around:
    """What is known today around a plan. Two queries, and a third for the partnership's own name."""
    birth = Particulars.objects.filter(person_id=plan.child_id).order_by("-recorded_at", "-id").first()
    authority = Authority.objects.filter(held_on(today()), folder_id=plan.folder_id).first()
    signed_born, signed_unborn = plan.signed_particulars
    return Around(
        born=birth.born_on if birth else None,
        expected=birth.expected_on if birth else None,
        died=birth.died_on if birth else None,
        signed_born=date.fromisoformat(signed_born) if signed_born else None,
        signed_unborn=signed_unborn,
        signed=plan.signed_number is not None,
        lead=plan.lead,
        lead_left=plan.lead_left,
        members_left=[m.name for m in plan.core_now if m.left],
        actions_left=sorted({a.practitioner for a in plan.actions if a.left and a.state is ActionState.OPEN}),
        authority=authority.present if authority else "",
        own_authority=authority.responsible if authority else "",
    )


def answers(plan: PlanView) -> list[Answer]:
    """What has happened that the plan must answer."""
    return rules.to_answer(around_of(plan), today()) if plan.open else []


def plans_to_answer() -> list[Plan]:
    """Open plans that must answer something and do not owe it yet; for the job that looks at them all."""
    eighteen = date(today().year - 18, today().month, min(today().day, 28))
    birth = Particulars.objects.filter(person_id=OuterRef("child_id")).order_by("-recorded_at", "-id")
    signed = PlanVersion.objects.filter(plan_id=OuterRef("id")).order_by("-number")
    owed = Duty.objects.filter(subject_id=OuterRef("id"), kind="plan_answers", closed_at__isnull=True)
    gone = Action.objects.filter(plan_id=OuterRef("id"), state=ActionState.OPEN.value).filter(
        ~_holds_post("practitioner_id", "agency_id")
    )
    rows = (
        Plan.objects.exclude(state=PlanState.CLOSED.value)
        .annotate(
            born=Subquery(birth.values("born_on")[:1]),
            died=Subquery(birth.values("died_on")[:1]),
            signed_unborn=Subquery(signed.values("content__unborn")[:1]),
            posted=Exists(Posting.objects.filter(held_on(today()), practitioner_id=OuterRef("lead_id"))),
        )
        .filter(
            Q(died__isnull=False)
            | Q(born__lte=eighteen)
            | Q(signed_unborn=True, born__isnull=False)
            | Q(posted=False)
            | Exists(gone)
        )
        .exclude(Exists(owed))
        .order_by("id")
    )
    return list(rows)


def plan_head(plan_id: UUID, folder_ids: Sequence[UUID]) -> PlanView:
    """One plan of a child without its content. Raises NotFound."""
    row = _annotated(Plan.objects.filter(id=plan_id, folder_id__in=folder_ids)).first()
    if row is None:
        raise NotFound
    return PlanView(**_head(row), child="", age="")


def plan_of_action(action_id: UUID, folder_ids: Sequence[UUID]) -> PlanView:
    """The plan in which an action stands. Raises NotFound."""
    plan_id = (
        Action.objects.filter(id=action_id, folder_id__in=folder_ids)
        .values_list("plan_id", flat=True)
        .first()
    )
    if plan_id is None:
        raise NotFound
    return plan_shown(plan_id)
