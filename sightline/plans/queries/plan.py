"""One plan with all that it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery

from sightline.access.queries import joined_set, lead_of
from sightline.agencies.models import Posting
from sightline.children.models import Tie
from sightline.children.queries import name_and_age
from sightline.enquiries.queries.protection import authority_took_on
from sightline.kernel.models import held_on
from sightline.kernel.time import today
from sightline.kernel.together import together
from sightline.kernel.verdicts import NotFound
from sightline.procedures.models import TO_DO, Duty
from sightline.procedures.queries import about_none_of, pack_in_force

from ..models import (
    Action,
    Category,
    Ending,
    Lead,
    Need,
    Plan,
    PlanChange,
    PlannedOutcome,
    PlanVersion,
    Review,
    Statement,
    Transfer,
    Visit,
)
from ..models.base import Written
from ..terms import (
    Direction,
    PlanKind,
    PlanState,
    StatementKind,
)
from .parts import (
    _action_views,
    _actions,
    _by,
    _group,
    _hold,
    _members,
    accounts_of,
    answers_closed,
    offer_views,
    offers_with_words,
    outcome_views,
    revisions,
    statement_views,
    taken_back_words,
    ties_of,
    view_views,
    views_on,
)
from .shown import NeedView, PlanView, VisitView, how_seen


def _annotated(rows: QuerySet[Plan]) -> QuerySet[Plan]:
    """Plans with what their head shows, so that one query gives it."""
    first = Category.objects.filter(plan_id=OuterRef("id")).order_by("held_from", "written_at")
    latest = Category.objects.filter(plan_id=OuterRef("id")).order_by("-held_from", "-written_at")
    signed = PlanVersion.objects.filter(plan_id=OuterRef("id")).order_by("-number")
    leads = Lead.objects.filter(plan_id=OuterRef("id")).order_by("-held_from", "-written_at")
    return rows.select_related("lead", "decision", "undone__written_by").annotate(
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


def _undone(row: Any) -> str:
    """That the beginning of a plan, or the step which began it, was taken back: by whom, when and why."""
    back = getattr(row, "undone", None)
    return taken_back_words(back) if back is not None else ""


def back_words(change: PlanChange) -> str:
    """That something that happened to a plan was taken back, by whom, when and why; empty where it was not."""
    back = getattr(change, "taken_back", None)
    return taken_back_words(back) if back is not None else ""


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
        "stepped": row.came_from_id is not None,
        "undone": _undone(row),
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
    answered = answers_closed(plan_id)
    together(heads, said, offered, needed, planned, stated, agreed, group, answered)
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
        outcomes=tuple(outcome_views(planned, answered)),
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


def plans_of(folder_ids: Sequence[UUID]) -> list[PlanView]:
    """The heads of all plans of a child, the latest first; their content is not read."""
    rows = _annotated(Plan.objects.filter(folder_id__in=folder_ids)).order_by("-began_on", "-id")
    return [PlanView(**_head(row), child="", age="") for row in rows]


def protection_plans_before(folder_id: UUID) -> tuple[int, int]:
    """How many child protection plans a child has had: made here, over all folders joined to that one, and made
    elsewhere, as was told when an earlier plan began or when another authority asked us to take the child."""
    folders = joined_set(lead_of(folder_id)) or [folder_id]
    plans = Plan.objects.filter(folder_id__in=folders, undone__isnull=True)
    told = Transfer.objects.filter(folder_id__in=folders, direction=Direction.IN.value).exclude(
        answered_at__isnull=False, accepted__isnull=True
    )
    found = plans.aggregate(
        here=Count("id", filter=Q(kind=PlanKind.CHILD_PROTECTION.value)), elsewhere=Max("earlier_elsewhere")
    )
    asked = told.aggregate(most=Max("earlier_plans"))["most"]
    return found["here"], max(found["elsewhere"] or 0, asked or 0)


def plan_of(plan_id: UUID, folder_ids: Sequence[UUID]) -> PlanView:
    """One plan of a child with its content. Raises NotFound alike for another child's and an invented one."""
    return plan_shown(plan_id, folder_ids)


def open_plan(folder_id: UUID) -> Plan | None:
    """The plan that a child has now."""
    return Plan.objects.filter(folder_id=folder_id).exclude(state=PlanState.CLOSED.value).first()


def plans_in_family(folder_id: UUID) -> list[tuple[UUID, str, PlanKind]]:
    """The open plans of a child's brothers and sisters, as far as the viewer may open them: plan, name, kind. A tie
    joins the children, or somebody in the life of both who lives with them or answers for them."""
    of_child = Tie.objects.filter(held_on(today()), folder_id=folder_id)
    near = (
        Q(parental_responsibility="yes")
        | Q(lives_with_child="yes")
        | Q(kinship__in=("mother", "father", "parent"))
    )
    by_adults = Tie.objects.filter(
        near, held_on(today()),
        other_id__in=of_child.filter(near, other__folder__isnull=True).values("other_id"),
    )  # fmt: skip
    rows = list(
        Plan.objects.filter(
            Q(folder_id__in=of_child.filter(other__folder__isnull=False).values("other__folder_id"))
            | Q(folder_id__in=by_adults.values("folder_id"))
        )
        .exclude(folder_id=folder_id)
        .exclude(state=PlanState.CLOSED.value)
    )
    names = name_and_age(row.child_id for row in rows) if rows else {}
    found = [(row.id, names[row.child_id].name, PlanKind(row.kind)) for row in rows if row.child_id in names]
    return sorted(found, key=lambda one: one[1])


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
            said=v.said, interpreting=v.interpreting, interpreter=v.interpreter, relative_why=v.relative_why,
            adults_apart=v.adults_apart, by=_by(v),
            entry_number=v.entry.number, entry_id=v.entry_id,
            before=how_seen(v.corrects.seen, v.corrects.alone) if v.corrects else "",
        )
        for v in rows
    ]  # fmt: skip


def history_of(plan_id: UUID) -> list[PlanChange]:
    """Everything that happened to a plan, the latest first, each with its having been taken back."""
    return list(
        PlanChange.objects.filter(plan_id=plan_id)
        .select_related("written_by", "taken_back__written_by")
        .order_by("-written_at", "-id")
    )


_KINDS: dict[str, Any] = {"outcome": PlannedOutcome, "statement": Statement, "need": Need}


def last_written(plan_id: UUID, kind: str, item: UUID) -> Written | None:
    """How something in a plan was written last: an outcome, a statement or a need."""
    rows = _KINDS[kind].objects.filter(plan_id=plan_id, item=item).select_related("written_by")
    found: Written | None = rows.order_by("-revision").first()
    return found


@dataclass(frozen=True)
class SameText:
    """A text of a plan that stands word for word in the plan of a brother or sister, written once for both."""

    plan_id: UUID
    item: UUID
    called: str


_OWN = {"id", "folder_id", "plan_id", "item", "revision", "written_at", "written_by_id", "written_post"}


def same_elsewhere(plan_id: UUID, kind: str, item: UUID) -> list[SameText]:
    """Where what was written once for several children stands unchanged in the open plans of the others."""
    here = last_written(plan_id, kind, item)
    if here is None or here.written_together is None:
        return []
    model = _KINDS[kind]

    def says(row: Any) -> dict[str, Any]:
        return {
            f.attname: getattr(row, f.attname) for f in model._meta.concrete_fields if f.attname not in _OWN
        }

    items = model.objects.filter(written_together=here.written_together).values("item")
    rows = (
        model.objects.filter(item__in=items)
        .exclude(plan_id=plan_id)
        .exclude(plan__state=PlanState.CLOSED.value)
        .select_related("plan")
        .order_by("item", "-revision")
        .distinct("item")
    )
    same = [row for row in rows if says(row) == says(here)]
    names = name_and_age(row.plan.child_id for row in same) if same else {}
    found = [SameText(row.plan_id, row.item, names[row.plan.child_id].called) for row in same]
    return sorted(found, key=lambda one: one.called)


def ending_that_stands(plan_id: UUID) -> Ending | None:
    """How a plan ended, where that has not been taken back."""
    return (
        Ending.objects.filter(plan_id=plan_id, taken_back__isnull=True)
        .select_related("change")
        .order_by("-written_at")
        .first()
    )


def stepped_from(plan_id: UUID) -> UUID | None:
    """The plan whose step up or down began this one, where the step may still be taken back: before any review."""
    return (
        Plan.objects.filter(id=plan_id, came_from__isnull=False, undone__isnull=True)
        .exclude(Exists(Review.objects.filter(plan_id=OuterRef("id"), withdrawn_at__isnull=True)))
        .values_list("came_from_id", flat=True)
        .first()
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
        Transfer.objects.filter(folder_id__in=folder_ids)
        .select_related("written_by", "plan")
        .order_by("-written_at")
    )


def review_clocks(plan: Plan) -> QuerySet[Duty]:
    """The clocks that run to the reviews of a plan: its own, and where it is one of protection those that an earlier
    return told of; open and closed."""
    kind = PlanKind(plan.kind)
    own = Duty.objects.filter(subject_id=plan.id, kind__in=_reviews(kind))
    if kind is not PlanKind.CHILD_PROTECTION:
        return own
    return own | _told_of(joined_set(plan.folder_id))


def reviews_told_of(folder_ids: Sequence[UUID]) -> QuerySet[Duty]:
    """The reviews that are owed on a protection plan which an earlier return told of, and that is not kept here."""
    return _told_of(folder_ids).filter(TO_DO)


def _told_of(folder_ids: Sequence[UUID]) -> QuerySet[Duty]:
    plans = Plan.objects.filter(folder_id__in=folder_ids)
    return about_none_of(plans.values("id"), _reviews(PlanKind.CHILD_PROTECTION), folder_ids)


def _reviews(kind: PlanKind) -> Sequence[str]:
    """The kinds of duty that a review of such a plan meets."""
    return pack_in_force().event(f"{kind.value}_reviewed", today()).discharges


def duty_ids_on(subject_id: UUID) -> list[UUID]:
    """What is still owed on a plan or an action."""
    return list(Duty.objects.filter(TO_DO, subject_id=subject_id).values_list("id", flat=True))


def statements_to_choose(plan: PlanView, kind: StatementKind) -> list[str]:
    """For a statement about somebody: the names of those in the child's life who are not answered for."""
    answered = {s.about for s in plan.statements if s.kind is kind}
    return [name for name in plan.ties if name not in answered]


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
