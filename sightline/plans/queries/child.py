"""What the child's own page, the timeline and other rooms read of plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.urls import reverse

from sightline.kernel.time import LONDON
from sightline.procedures.models import Duty
from sightline.records.chronology import Moment

from ..models import Incident, Plan, Review, ReviewedOutcome, Visit
from ..terms import Achieved, IncidentKind, PlanKind, PlanState, ReviewResult, StatementKind
from .plan import latest_outcomes, latest_statements


@dataclass(frozen=True)
class Seen:
    """When a child was last seen on a visit under a plan, by whom, and whether alone."""

    at: datetime
    alone: bool
    where: str
    by: str
    like: str
    said: str


def last_seen(folder_ids: Sequence[UUID]) -> Seen | None:
    """The latest visit at which the child was seen. One query."""
    row = (
        Visit.objects.filter(folder_id__in=folder_ids, seen=True)
        .select_related("written_by")
        .order_by("-visited_at")
        .first()
    )
    if row is None:
        return None
    by = f"{row.written_by.name}, {row.written_post}" if row.written_by else row.written_post
    return Seen(row.visited_at, bool(row.alone), row.where, by, row.like, row.said)


def next_visit(folder_ids: Sequence[UUID]) -> datetime | None:
    """By when the child is to be visited next. One query."""
    return (
        Duty.objects.filter(
            folder_id__in=folder_ids,
            kind__in=("child_protection_visit", "child_in_need_visit"),
            closed_at__isnull=True,
        )
        .order_by("due_at")
        .values_list("due_at", flat=True)
        .first()
    )


@dataclass(frozen=True)
class PlanMark:
    """A child's plan as their overview shows it: worries, strengths, what needs to happen, outcomes so far."""

    plan_id: UUID
    kind: PlanKind
    state: PlanState
    began_on: date
    worries: tuple[str, ...]
    strengths: tuple[str, ...]
    needs: tuple[str, ...]
    outcomes: tuple[tuple[str, Achieved | None, date], ...]
    """Each planned outcome, how far it was reached at the last review, and its date."""


def plan_mark(folder_ids: Sequence[UUID]) -> PlanMark | None:
    """The plan that a child has now, for the overview. At most five queries."""
    plan = (
        Plan.objects.filter(folder_id__in=folder_ids)
        .exclude(state=PlanState.CLOSED.value)
        .order_by("-began_on")
        .first()
    )
    if plan is None:
        return None
    statements = latest_statements([plan.id])
    outcomes = latest_outcomes([plan.id])
    last = {
        outcome: Achieved(achieved)
        for outcome, achieved in ReviewedOutcome.objects.filter(
            outcome__in=[o.item for o in outcomes], review__closed_at__isnull=False
        )
        .order_by("written_at")
        .values_list("outcome", "achieved")
    }
    open_actions = (
        plan.actions.filter(state="open").select_related("practitioner").order_by("needed", "due_on")[:4]
    )
    return PlanMark(
        plan_id=plan.id,
        kind=PlanKind(plan.kind),
        state=PlanState(plan.state),
        began_on=plan.began_on,
        worries=tuple(s.words for s in statements if s.kind is StatementKind.DANGER)[:3],
        strengths=tuple(s.words for s in statements if s.kind is StatementKind.STRENGTH)[:3],
        needs=tuple(
            f"{a.words.rstrip('.')}: {a.practitioner.name}, by {_day(a.due_on)}" for a in open_actions
        ),
        outcomes=tuple((o.words, last.get(o.item), o.by) for o in outcomes),
    )


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def moments(folder_ids: Sequence[UUID]) -> list[Moment]:
    """What happened under plans, for the child's timeline: plans begun and ended, reviews, incidents. Visits are
    entries of the record and stand there already."""
    found = []
    for plan in Plan.objects.filter(folder_id__in=folder_ids).select_related("decision", "written_by"):
        href = reverse("plans:plan", args=[plan.folder_id, plan.id])
        kind = PlanKind(plan.kind)
        by = plan.written_by.name if plan.written_by else ""
        agency = plan.written_post.rpartition(", ")[2]
        began = _noon(plan.began_on)
        found.append(
            Moment(
                plan.id, plan.folder_id, min(began, plan.written_at), plan.written_at, f"{kind.label} begun",
                plan.decision.reasons if plan.decision else "", agency, by, href, significant=True,
            )
        )  # fmt: skip
        if plan.ended_on is not None:
            ended = _noon(plan.ended_on)
            found.append(
                Moment(
                    plan.id,
                    plan.folder_id,
                    ended,
                    ended,
                    f"{kind.label} ended",
                    "",
                    agency,
                    by,
                    href,
                    significant=True,
                )
            )
    for review in Review.objects.filter(folder_id__in=folder_ids, closed_at__isnull=False).select_related(
        "plan", "decision", "closed_by"
    ):
        found.append(
            Moment(
                review.id, review.folder_id, min(_noon(review.held_on), review.written_at), review.written_at,
                f"Review {review.number} of the {PlanKind(review.plan.kind).label.lower()}",
                f"{ReviewResult(review.result).label}. {review.decision.reasons if review.decision else ''}".strip(),
                review.written_post.rpartition(", ")[2], review.closed_by.name if review.closed_by else "",
                reverse("plans:review", args=[review.folder_id, review.id]), significant=True,
            )
        )  # fmt: skip
    for incident in Incident.objects.filter(folder_id__in=folder_ids).select_related("written_by"):
        kind_of = IncidentKind(incident.kind)
        found.append(
            Moment(
                incident.id, incident.folder_id, incident.began_at, incident.written_at, kind_of.label, incident.words,
                incident.written_post.rpartition(", ")[2], incident.written_by.name if incident.written_by else "",
                reverse("plans:incidents", args=[incident.folder_id]), significant=not incident.withdrawn_why,
                late=incident.written_at - incident.began_at > timedelta(days=2),
                tags=("Withdrawn",) if incident.withdrawn_why else (),
            )
        )  # fmt: skip
    return found


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=LONDON)
