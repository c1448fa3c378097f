"""What the child's own page, the timeline and other rooms read of plans."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from sightline.agencies.queries import agency_on
from sightline.children.terms import AbuseCategory
from sightline.govuk.addresses import address
from sightline.kernel.time import LONDON
from sightline.kernel.together import Asking, Wanted, prepared
from sightline.procedures.models import TO_DO, Duty
from sightline.records.chronology import Moment
from sightline.records.standing import Column, Line
from sightline.voice.queries import Happening

from ..models import (
    Category,
    Ending,
    Incident,
    Plan,
    PlannedOutcome,
    Review,
    ReviewedOutcome,
    Statement,
    TakenBack,
)
from ..terms import Achieved, IncidentKind, PlanKind, PlanState, ReviewResult, StatementKind
from .parts import outcome_views, revisions, statement_views, taken_back_words


def next_visit(folder_ids: Sequence[UUID]) -> datetime | None:
    """By when the child is to be visited next. One query."""
    return (
        Duty.objects.filter(
            TO_DO, folder_id__in=folder_ids, kind__in=("child_protection_visit", "child_in_need_visit")
        )
        .order_by("due_at")
        .values_list("due_at", flat=True)
        .first()
    )


@dataclass(frozen=True)
class PlanMark:
    """A child's plan as their overview shows it: since when, how it stands, and its outcomes so far."""

    plan_id: UUID
    kind: PlanKind
    state: PlanState
    began_on: date
    outcomes: tuple[tuple[str, Achieved | None, date], ...]
    """Each planned outcome, how far it was reached at the last review, and its date."""


def plan_mark(folder_ids: Sequence[UUID]) -> Asking[PlanMark | None]:
    """The plan that a child has now, for the overview."""
    (plans,) = asked = _open_plan(folder_ids)
    yield asked
    plan: Plan | None = next(iter(plans), None)
    if plan is None:
        return None
    rows = revisions(PlannedOutcome, [plan.id])
    reached = (
        ReviewedOutcome.objects.filter(review__plan_id=plan.id, review__closed_at__isnull=False)
        .order_by("written_at")
        .values_list("outcome", "achieved")
    )
    yield rows, reached
    outcomes = outcome_views(rows)
    last = {outcome: Achieved(achieved) for outcome, achieved in reached}
    return PlanMark(
        plan_id=plan.id,
        kind=PlanKind(plan.kind),
        state=PlanState(plan.state),
        began_on=plan.began_on,
        outcomes=tuple((o.words, last.get(o.item), o.by) for o in outcomes),
    )


@prepared
def _open_plan(folder_ids: Sequence[UUID]) -> Wanted:
    plans = (
        Plan.objects.filter(folder_id__in=folder_ids)
        .exclude(state=PlanState.CLOSED.value)
        .order_by("-began_on", "id")[:1]
    )
    return (plans,)


_COLUMNS = {StatementKind.DANGER: Column.WORRY, StatementKind.STRENGTH: Column.WELL}


def standing(folder_ids: Sequence[UUID]) -> Asking[list[Line]]:
    """What the child's plan says of worries, strengths and what needs to happen."""
    (plans,) = asked = _open_plan(folder_ids)
    yield asked
    plan: Plan | None = next(iter(plans), None)
    if plan is None:
        return []
    statements = revisions(Statement, [plan.id])
    to_do = plan.actions.filter(state="open").select_related("practitioner").order_by("-needed", "due_on")[:4]
    yield statements, to_do
    href = address("plans:plan", plan.folder_id, plan.id)
    lines = [
        Line(_COLUMNS[s.kind], s.words, s.written_at, href)
        for s in statement_views(statements)
        if s.kind in _COLUMNS
    ]
    lines += [
        Line(
            Column.NEED,
            f"{a.words.rstrip('.')}: {a.practitioner.name}, by {_day(a.due_on)}",
            a.written_at,
            href,
        )
        for a in to_do
    ]
    if not to_do and plan.state != PlanState.BEING_MADE.value:
        kind = PlanKind(plan.kind).label.lower()
        lines.append(Line(Column.NEED, f"No action of the {kind} is open: review it", plan.written_at, href))
    return lines


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


@prepared
def _moments(folder_ids: Sequence[UUID]) -> Wanted:
    plans = Plan.objects.filter(folder_id__in=folder_ids).select_related(
        "decision", "written_by", "undone__written_by"
    )
    endings = (
        Ending.objects.filter(folder_id__in=folder_ids)
        .select_related("plan", "decision", "written_by", "taken_back__written_by")
        .order_by("written_at")
    )
    reviews = Review.objects.filter(folder_id__in=folder_ids, closed_at__isnull=False).select_related(
        "plan", "decision", "closed_by"
    )
    incidents = Incident.objects.filter(folder_id__in=folder_ids).select_related("written_by")
    then = {"agency_then": agency_on("closed_by", "closed_at")}
    back = TakenBack.objects.filter(folder_id__in=folder_ids, step__isnull=True).select_related(
        "plan", "review", "written_by", "closed_by", "decision"
    )
    return plans, endings, reviews.annotate(**then), incidents, back.annotate(**then)


def moments(folder_ids: Sequence[UUID]) -> Asking[list[Moment]]:
    """What happened under plans, for the child's timeline: plans begun and ended, reviews, incidents, and what of it
    was taken back. Visits are entries of the record and stand there already."""
    plans, endings, reviews, incidents, back = asked = _moments(folder_ids)
    yield asked
    found = []
    for plan in plans:
        began = _noon(plan.began_on)
        found.append(
            Moment(
                plan.id, plan.folder_id, min(began, plan.written_at), plan.written_at,
                f"{PlanKind(plan.kind).label} begun", plan.decision.reasons if plan.decision else "",
                _agency(plan.written_post), plan.written_by.name if plan.written_by else "", href=_page(plan),
                significant=True, later=_afterwards(getattr(plan, "undone", None)),
            )
        )  # fmt: skip
    told = {ending.plan_id for ending in endings}
    for ending in endings:
        found.append(
            Moment(
                ending.id, ending.folder_id, ending.written_at, ending.written_at,
                f"{PlanKind(ending.plan.kind).label} ended", ending.summary, _agency(ending.written_post),
                ending.written_by.name if ending.written_by else "", href=_page(ending.plan), significant=True,
                later=_afterwards(getattr(ending, "taken_back", None)),
            )
        )  # fmt: skip
    for plan in plans:
        if plan.ended_on is None or plan.id in told or hasattr(plan, "undone"):
            continue
        # One that ended elsewhere, or before this program was in use, has no ending of its own here.
        ended = _noon(plan.ended_on)
        found.append(
            Moment(
                uuid5(plan.id, "ended"), plan.folder_id, ended, max(ended, plan.written_at),
                f"{PlanKind(plan.kind).label} ended", "", _agency(plan.written_post),
                plan.written_by.name if plan.written_by else "", href=_page(plan), significant=True,
            )
        )  # fmt: skip
    for review in reviews:
        assert review.closed_at is not None
        found.append(
            Moment(
                # What it came to is known from when it was closed, however early it was begun.
                review.id, review.folder_id, min(_noon(review.held_on), review.closed_at), review.closed_at,
                f"Review {review.number} of the {PlanKind(review.plan.kind).label.lower()}",
                f"{ReviewResult(review.result).label}. {review.decision.reasons if review.decision else ''}".strip(),
                review.agency_then or _agency(review.written_post),
                review.closed_by.name if review.closed_by else "",
                href=address("plans:review", review.folder_id, review.id), significant=True,
            )
        )  # fmt: skip
    found += _taken_back(back)
    for incident in incidents:
        withdrawn = {"significant": False, "tags": ("Withdrawn",)} if incident.withdrawn_why else {}
        found.append(
            Moment(
                incident.id, incident.folder_id, incident.began_at, incident.written_at,
                IncidentKind(incident.kind).label, incident.words, _agency(incident.written_post),
                incident.written_by.name if incident.written_by else "",
                href=address("plans:incidents", incident.folder_id), significant=True,
                late=incident.written_at - incident.began_at > timedelta(days=2),
                turns=((incident.withdrawn_at or incident.written_at, withdrawn),) if withdrawn else (),
            )
        )  # fmt: skip
    return found


def _afterwards(back: TakenBack | None) -> tuple[tuple[datetime, str], ...]:
    """What is said beside something that was taken back, from when it was."""
    return ((back.written_at, taken_back_words(back)),) if back is not None else ()


def _taken_back(rows: Iterable[TakenBack]) -> Iterator[Moment]:
    """What was taken back and why; a review's closing, as it had stood, as well."""
    for back in rows:
        kind, by = PlanKind(back.plan.kind).label, back.written_by.name if back.written_by else ""
        page = _page(back.plan)
        what = f"{kind} goes on again"
        if back.undid_id == back.plan_id:
            what = f"Beginning of the {kind.lower()} taken back"
        elif back.review is not None and back.closed_at is None:
            page = address("plans:review", back.folder_id, back.review_id)
            what = f"Opening of review {back.review.number} taken back"
        elif back.review is not None:
            page = address("plans:review", back.folder_id, back.review_id)
            what = f"Closing of review {back.review.number} taken back"
            assert back.closed_at is not None
            yield Moment(
                uuid5(back.id, "closed"), back.folder_id, min(_noon(back.review.held_on), back.closed_at),
                back.closed_at, f"Review {back.review.number} of the {kind.lower()}",
                f"{ReviewResult(back.result).label}. {back.decision.reasons if back.decision else ''}".strip(),
                getattr(back, "agency_then", "") or _agency(back.review.written_post),
                back.closed_by.name if back.closed_by else "", href=page, significant=True, later=_afterwards(back),
            )  # fmt: skip
        yield Moment(
            back.id, back.folder_id, back.written_at, back.written_at, what, back.why, _agency(back.written_post), by,
            href=page, significant=True,
        )  # fmt: skip


def _agency(post: str) -> str:
    """The agency of 'Social worker, Northmoor Council'."""
    return post.rpartition(", ")[2]


def _page(plan: Plan) -> str:
    return address("plans:plan", plan.folder_id, plan.id)


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=LONDON)


def categories_changed(folder_ids: Sequence[UUID]) -> list[Happening]:
    """The changes of a protection plan's category, of which the child is to be told beforehand (CHD-12). The first is
    told of with the plan."""
    rows = Category.objects.filter(folder_id__in=folder_ids, plan__undone__isnull=True).order_by(
        "plan_id", "held_from", "written_at"
    )
    found, plan_id = [], None
    for row in rows:
        if row.plan_id == plan_id:
            label = AbuseCategory(row.code).label.lower()
            found.append(
                Happening(row.id, f"Child protection plan: its category is now {label}", row.held_from)
            )
        plan_id = row.plan_id
    return found
