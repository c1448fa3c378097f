"""Reviews: the planned beside the actual, and both over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sightline.kernel.time import day_of
from sightline.kernel.together import together
from sightline.kernel.verdicts import NotFound
from sightline.meetings.queries import WhoCame, who_came
from sightline.voice.models import Regard
from sightline.voice.models import View as Voiced

from ..models import GOES_ON, PlannedOutcome, Review, ReviewedOffer, ReviewedOutcome, Scale, TakenBack
from ..rules import Account
from ..terms import Achieved, DidChange, Next, OfferState, PlanKind, ReviewResult, Whose
from .parts import (
    accounts_of,
    answers_closed,
    latest_outcomes,
    offer_views,
    offers_with_words,
    outcome_views,
    revisions,
    taken_back_words,
    ties_of,
    view_views,
    views_on,
)
from .shown import OfferView, OutcomeView, ReviewLine, ViewView


@dataclass(frozen=True)
class AnswerView:
    actual: str
    evidence: str
    achieved: Achieved
    scale: int | None
    next: Next
    next_words: str
    written_by: str


@dataclass(frozen=True)
class PlannedAndActual:
    outcome: OutcomeView
    answer: AnswerView | None


@dataclass(frozen=True)
class OfferAnswerView:
    changed: DidChange
    words: str


@dataclass(frozen=True)
class OfferReviewed:
    offer: OfferView
    answer: OfferAnswerView | None


@dataclass(frozen=True)
class ReviewView:
    id: UUID
    folder_id: UUID
    plan_id: UUID
    plan_kind: PlanKind
    plan_version: int
    number: int
    held_on: date
    who_came: str
    """In words, where it was held at no meeting that is recorded here."""
    took_part: str
    quorum: str
    """Of such a review: the agencies that took part, and whether that made the pack's quorum, or why it counts."""
    at_meeting: WhoCame | None
    led_by: UUID | None
    """Who leads the plan."""
    result: ReviewResult | None
    closed_at: datetime | None
    closed_by: str
    reasons: str
    wishes: tuple[str, ...]
    weight: str
    wishes_why_not: str
    outcomes: tuple[PlannedAndActual, ...]
    offers: tuple[OfferReviewed, ...]
    views: tuple[ViewView, ...]
    accounts: tuple[Account, ...]
    taken_back: tuple[str, ...] = ()
    """Each closing that was taken back: what it had decided, by whom and why it was taken back."""
    withdrawn: str = ""
    """That the opening of the review was taken back: by whom, when and why."""

    @property
    def unanswered(self) -> int:
        return (
            sum(o.answer is None for o in self.outcomes)
            + sum(o.answer is None for o in self.offers)
            + sum(a.agrees is None for a in self.accounts)
        )


def _quorum(row: Review) -> str:
    if row.lacked:
        return f"Not met ({row.lacked}). {row.without_quorum_why}"
    return "Met." if row.took_part else ""


def review_shown(review_id: UUID, folder_ids: Sequence[UUID] | None = None) -> ReviewView:
    """One child's part of a review; of these folders, where they are given.

    Raises NotFound alike for another child's and an invented one.
    """
    rows = Review.objects.filter(id=review_id).select_related("plan", "closed_by", "decision")
    row = (rows if folder_ids is None else rows.filter(folder_id__in=folder_ids)).first()
    if row is None:
        raise NotFound
    answered = (
        ReviewedOutcome.objects.filter(review=row).select_related("written_by").order_by("written_at", "id")
    )
    asked = ReviewedOffer.objects.filter(review=row).order_by("written_at", "id")
    voiced, around = views_on(row.plan_id, review_id=row.id), ties_of(row.folder_id)
    offered = offers_with_words().filter(plan_id=row.plan_id)
    planned, before = revisions(PlannedOutcome, [row.plan_id]), answers_closed(row.plan_id)
    if row.closed_at is not None:
        # As it was planned when the review was closed, whatever has been changed or taken out since.
        planned = planned.filter(written_at__lte=row.closed_at)
    backs = TakenBack.objects.filter(review=row).select_related("written_by").order_by("written_at")
    together(answered, asked, voiced, around, offered, planned, backs, before)
    answers = {a.outcome: a for a in answered}
    said = {o.offer_id: o for o in asked}
    views = view_views(voiced)
    accounts, _ties, _child, _age = accounts_of(row.folder_id, row.plan.child_id, views, around)
    given = (OfferState.RECEIVING, OfferState.ENDED)
    offers = [o for o in offer_views(offered) if o.id in said or (row.closed_at is None and o.state in given)]
    outcomes = outcome_views(planned, () if row.closed_at is not None else before)
    outcomes = [o for o in outcomes if o.item in answers or (row.closed_at is None and o.ended_at is None)]
    regard = Regard.objects.filter(decision_id=row.decision_id).first() if row.decision_id else None
    heard = list(Voiced.objects.filter(id__in=regard.views).values_list("said", flat=True)) if regard else []
    return ReviewView(
        taken_back=tuple(f"{ReviewResult(b.result).label}. {taken_back_words(b)}" for b in backs if b.result),
        withdrawn=next((taken_back_words(b) for b in backs if not b.result), ""),
        id=row.id,
        folder_id=row.folder_id,
        plan_id=row.plan_id,
        plan_kind=PlanKind(row.plan.kind),
        plan_version=row.plan.version,
        number=row.number,
        held_on=row.held_on,
        who_came=row.who_came,
        took_part=row.took_part,
        quorum=_quorum(row),
        at_meeting=who_came(row.meeting_id) if row.meeting_id else None,
        led_by=row.plan.lead_id,
        result=ReviewResult(row.result) if row.result else None,
        closed_at=row.closed_at,
        closed_by=row.closed_by.name if row.closed_by else "",
        reasons=row.decision.reasons if row.decision else "",
        wishes=tuple(heard),
        weight=regard.weight if regard else "",
        wishes_why_not=regard.why_not if regard else "",
        outcomes=tuple(PlannedAndActual(o, _answer(answers.get(o.item))) for o in outcomes),
        offers=tuple(
            OfferReviewed(
                o,
                OfferAnswerView(DidChange(said[o.id].changed), said[o.id].words) if o.id in said else None,
            )
            for o in offers
        ),
        views=tuple(views),
        accounts=tuple(accounts),
    )


def _answer(row: ReviewedOutcome | None) -> AnswerView | None:
    if row is None:
        return None
    return AnswerView(
        actual=row.actual,
        evidence=row.evidence,
        achieved=Achieved(row.achieved),
        scale=row.scale,
        next=Next(row.next),
        next_words=row.next_words,
        written_by=f"{row.written_by.name}, {row.written_post}" if row.written_by else row.written_post,
    )


def reviews_of(plan_ids: Sequence[UUID]) -> list[ReviewLine]:
    """The reviews of plans, the latest first."""
    rows = Review.objects.filter(plan_id__in=plan_ids).order_by("-held_on", "-number")
    return [
        ReviewLine(
            r.id,
            r.plan_id,
            r.number,
            r.held_on,
            ReviewResult(r.result) if r.result else None,
            r.closed_at is not None,
            r.withdrawn_at is not None,
        )
        for r in rows
    ]


def open_review(plan_id: UUID) -> UUID | None:
    """The review of a plan that is open now."""
    return Review.objects.filter(GOES_ON, plan_id=plan_id).values_list("id", flat=True).first()


def stands_reviewed(plan_id: UUID) -> bool:
    """Whether a review of a plan is open or closed, and has not been taken back."""
    return Review.objects.filter(plan_id=plan_id, withdrawn_at__isnull=True).exists()


@dataclass(frozen=True)
class Point:
    on: date
    value: int
    whose: Whose
    name: str
    words: str


@dataclass(frozen=True)
class Line:
    """How an outcome, or the child's safety (`outcome` is None), moved over time."""

    title: str
    framework_title: str
    outcome: UUID | None
    hoped: int | None
    points: tuple[Point, ...]
    answers: tuple[tuple[date, AnswerView], ...]


def progress_of(plan_ids: Sequence[UUID]) -> list[Line]:
    """Each planned outcome's baseline, scales and answers by day, then the scales of the child's safety."""
    placed = Scale.objects.filter(plan_id__in=plan_ids, review__withdrawn_at__isnull=True)
    scales = list(placed.order_by("on", "written_at"))
    answered: dict[UUID, list[tuple[date, AnswerView]]] = {}
    rows = (
        ReviewedOutcome.objects.filter(review__plan_id__in=plan_ids, review__closed_at__isnull=False)
        .select_related("review", "written_by")
        .order_by("review__held_on", "written_at")
    )
    for row in rows:
        answer = _answer(row)
        if answer is not None:
            answered.setdefault(row.outcome, []).append((row.review.held_on, answer))
    lines = []
    for item, o in {o.item: o for o in latest_outcomes(plan_ids, also=answered)}.items():
        points = [Point(s.on, s.value, Whose(s.whose), s.name, s.words) for s in scales if s.outcome == item]
        if o.baseline_scale is not None:
            points.insert(
                0, Point(day_of(o.written_at), o.baseline_scale, o.whose, "At the start", o.baseline)
            )
        lines.append(
            Line(
                o.words, o.framework_title, item, o.hoped_scale, tuple(points), tuple(answered.get(item, ()))
            )
        )
    safety = [Point(s.on, s.value, Whose(s.whose), s.name, s.words) for s in scales if s.outcome is None]
    if safety:
        lines.append(Line("How safe the child is", "", None, None, tuple(safety), ()))
    return lines
