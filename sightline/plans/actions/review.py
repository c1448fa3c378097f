"""Reviews and core groups."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.enquiries.rules.protection import knows_nobody
from sightline.kernel.time import day_of, now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures.queries import pack_in_force
from sightline.records.actions import NO_CONFLICT, ConflictIn, Deciding, decide
from sightline.records.terms import DecisionKind

from .. import queries, rules
from ..models import GOES_ON, Offer, PlannedOutcome, Review, ReviewedOffer, ReviewedOutcome, Scale
from ..terms import Achieved, DidChange, Next, PlanAct, PlanKind, PlanState, ReviewResult, Whose
from .base import changed, end_of, enter, path_of, signed
from .begin import WishesIn, undivided, weigh


@dataclass(frozen=True)
class ReviewedIn:
    """The actual beside a planned outcome."""

    actual: str
    evidence: str
    achieved: Achieved | None
    next: Next | None
    next_words: str = ""
    scale: int | None = None


@transaction.atomic
def start_review(
    plan_id: UUID,
    held_on: date,
    *,
    who_came: str = "",
    meeting_id: UUID | None = None,
    together: UUID | None = None,
) -> UUID:
    """Open this child's part of a review held that day: at `meeting_id`, which says who took part, or with `who_came`
    in words. Raises Refused where there is nothing signed to review."""
    plan, acting = enter(plan_id, PlanAct.RECORD)
    open_review = Review.objects.filter(GOES_ON, plan=plan).exists()
    state = PlanState(plan.state)
    if state is PlanState.CHANGED or state is PlanState.MOVING:
        state = PlanState.SIGNED if queries.was_signed(plan.id) else PlanState.BEING_MADE
    rules.may_review(PlanKind(plan.kind), state, plan.began_on, held_on, open_review=open_review).or_refuse()
    if held_on > today():
        raise Refused("Give today or a day that is past", "held_on")
    if meeting_id is not None and meeting_id not in queries.meetings_for(plan):
        raise Refused("Choose a meeting that was held to review this plan", "meeting")
    review = Review.objects.create(
        folder_id=plan.folder_id, plan=plan, number=Review.objects.filter(plan=plan).count() + 1, held_on=held_on,
        meeting_id=meeting_id, together=together, who_came=who_came.strip(), **signed(acting),
    )  # fmt: skip
    changed(plan, acting, f"review {review.number} opened")
    record(Verb.WROTE, "plans.start_review", folder_id=plan.folder_id, subject=review)
    return review.id


def _open_review(review_id: UUID) -> Review:
    permit(Permission.WRITE_FOLDER)
    review = Review.objects.select_for_update(of=("self",)).filter(id=review_id).first()
    if review is None:
        raise NotFound
    if review.closed_at is not None:
        raise Refused("This review is closed. What is new belongs in the next one")
    if review.withdrawn_at is not None:
        raise Refused("The opening of this review was taken back. Open another one")
    return review


@transaction.atomic
def answer_outcome(review_id: UUID, outcome: UUID, sent: ReviewedIn) -> None:
    """Set the actual beside a planned outcome, with its evidence and what becomes of it."""
    review = _open_review(review_id)
    plan, acting = enter(review.plan_id, PlanAct.RECORD)
    planned = PlannedOutcome.objects.filter(plan=plan, item=outcome).order_by("-revision").first()
    if planned is None:
        raise NotFound
    rules.check_reviewed(sent.actual, sent.evidence, sent.achieved, sent.next, sent.next_words).or_refuse()
    if sent.achieved is None or sent.next is None:
        raise Refused("Select how far it was reached", "achieved")
    if sent.scale is not None and not 0 <= sent.scale <= 10:
        raise Refused("Enter a whole number between 0 and 10", "scale")
    row = ReviewedOutcome.objects.create(
        folder_id=plan.folder_id, review=review, outcome=outcome, actual=sent.actual.strip(),
        evidence=sent.evidence.strip(), achieved=sent.achieved.value, scale=sent.scale, next=sent.next.value,
        next_words=sent.next_words.strip(), **signed(acting),
    )  # fmt: skip
    if sent.scale is not None:
        Scale.objects.create(
            folder_id=plan.folder_id, plan=plan, outcome=outcome, whose=Whose.PROFESSIONAL.value,
            name=f"Review {review.number}", value=sent.scale, on=review.held_on, review=review, **signed(acting),
        )  # fmt: skip
    plan.save()
    record(Verb.WROTE, "plans.answer_outcome", folder_id=plan.folder_id, subject=row)


@transaction.atomic
def answer_offer(review_id: UUID, offer_id: UUID, did: DidChange | None, words: str) -> None:
    """Say whether a service changed what it was meant to change (PLN-03)."""
    review = _open_review(review_id)
    plan, acting = enter(review.plan_id, PlanAct.RECORD)
    if not Offer.objects.filter(id=offer_id, plan=plan).exists():
        raise NotFound
    if did is None:
        raise Refused("Select whether it changed what it was meant to change", "changed")
    if not words.strip():
        raise Refused("Say what it changed, or what stood in the way", "words")
    row = ReviewedOffer.objects.create(
        folder_id=plan.folder_id, review=review, offer_id=offer_id, changed=did.value, words=words.strip(),
        **signed(acting),
    )  # fmt: skip
    plan.save()
    record(Verb.WROTE, "plans.answer_offer", folder_id=plan.folder_id, subject=row)


@transaction.atomic
def close_review(
    review_id: UUID,
    result: ReviewResult | None,
    reasons: str,
    wishes: WishesIn,
    *,
    knows_family: bool | None,
    conflict: ConflictIn = NO_CONFLICT,
    next_by: date | None = None,
    sooner_why: str = "",
    seen: int | None = None,
) -> UUID:
    """Close a review with its decision; the next one's clock starts where the plan goes on. Returns the decision.

    Raises Refused while a planned outcome, a service or an account is unanswered.
    """
    review = _open_review(review_id)
    plan, acting = enter(review.plan_id, PlanAct.RECORD, seen=seen)
    shown = queries.review_shown(review.id)
    rules.may_close_review(
        [o.outcome.words for o in shown.outcomes if o.answer is None],
        [o.offer.name for o in shown.offers if o.answer is None],
        [a.name for a in shown.accounts if a.agrees is None],
        result,
    ).or_refuse()
    if result is None:
        raise Refused("Select what the review decided", "result")
    knows_nobody(knows_family).or_refuse()
    undivided(conflict)
    pack, at, kind = pack_in_force(), now(), PlanKind(plan.kind)
    [decision] = decide(
        [
            Deciding(
                plan.folder_id, DecisionKind.PLAN, f"Review {review.number}: {result.label.lower()}", reasons,
                pack.name, pack.version, subject_id=plan.id, **asdict(conflict),
            )
        ]
    )  # fmt: skip
    weigh(decision, kind, wishes)
    review.result, review.decision, review.closed_at = result.value, decision, at
    review.closed_by_id = acting.practitioner_id
    review.save()
    goes_on = result is ReviewResult.CONTINUES
    held_at = min(end_of(review.held_on), at)
    told_of = queries.review_clocks(plan).exclude(subject_id=plan.id)
    for duty in duties.discharge_these(told_of, done=review.held_on):
        record(Verb.WROTE, "plans.close_review", folder_id=duty.folder_id, subject=duty)
    event = f"{kind.value}_reviewed" if goes_on else f"{kind.value}_reviewed_last"
    sooner = {}
    if next_by is not None and goes_on:
        if next_by <= today():
            raise Refused("The next review is still to come. Give a later day", "next_by")
        sooner = {k: (end_of(next_by), sooner_why) for k in pack.event(event, today()).opens}
    duties.happened(
        event,
        [plan.folder_id], subject_id=plan.id, at=held_at, done=review.held_on, path=path_of(plan),
        owner_id=plan.lead_id, team_id=plan.team_id, pack=pack, sooner=sooner,
    )  # fmt: skip
    review.change = changed(
        plan, acting, f"review {review.number} closed: {result.label.lower()}", reasons.strip()
    )
    review.save(update_fields=["change"])
    duties.discharge("plan_answers", plan.id)
    record(Verb.WROTE, "plans.close_review", folder_id=plan.folder_id, subject=review)
    return decision.id


@transaction.atomic
def core_group_met(plan_id: UUID, met_at: datetime, *, meeting_id: UUID | None = None) -> None:
    """A core group was held: the duty is done, the next one's clock starts."""
    plan, acting = enter(plan_id, PlanAct.RECORD)
    if PlanKind(plan.kind) is not PlanKind.CHILD_PROTECTION:
        raise Refused("Only a child protection plan has a core group")
    if met_at > now():
        raise Refused("Give a time that is past", "met_at")
    if day_of(met_at) < plan.began_on:
        raise Refused("The plan had not begun then", "met_at")
    duties.happened(
        "core_group_met",
        [plan.folder_id], subject_id=plan.id, at=met_at, path=path_of(plan), owner_id=plan.lead_id,
        team_id=plan.team_id,
    )  # fmt: skip
    changed(plan, acting, "core group held", str(meeting_id) if meeting_id else "")
    record(Verb.WROTE, "plans.core_group_met", folder_id=plan.folder_id, subject=plan)
