"""Reviews and core groups."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from sightline.agencies.actions import permit
from sightline.agencies.queries import agencies
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.enquiries.rules.protection import knows_nobody
from sightline.enquiries.rules.stages import has_words
from sightline.kernel.time import day_of, now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.meetings.queries import quorum_lacks, who_came
from sightline.meetings.rules import Present
from sightline.meetings.terms import Came, InviteeKind, Purpose
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty, DutyEvent
from sightline.procedures.queries import pack_in_force
from sightline.procedures.terms import DutyAct, DutyState
from sightline.records.actions import NO_CONFLICT, ConflictIn, Deciding, decide
from sightline.records.models import Decision
from sightline.records.terms import DecisionKind

from .. import queries, rules
from ..models import GOES_ON, Offer, Plan, PlannedOutcome, Review, ReviewedOffer, ReviewedOutcome, Scale
from ..terms import Achieved, DidChange, Next, PlanAct, PlanKind, PlanState, ReviewResult, Whose
from .base import changed, end_of, enter, looked_again, nothing_owed_since, path_of, signed
from .begin import WishesIn, weigh
from .waiting import nothing_waits, waits, when_upheld


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
    agency_ids: Collection[UUID] = (),
    family_came: int = 0,
    without_quorum_why: str = "",
    meeting_id: UUID | None = None,
    together: UUID | None = None,
) -> UUID:
    """Open this child's part of a review held that day: at `meeting_id`, which says who took part and holds its quorum,
    or with `who_came` in words, from which agencies and how many of the family. Raises Refused where there is nothing
    signed to review, or a review at no recorded meeting lacks the pack's quorum without a reason."""
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
    there = {"took_part": "", "lacked": "", "without_quorum_why": ""}
    if meeting_id is None:
        purpose = next(of for of, kind in queries.REVIEWS.items() if kind.value == plan.kind)
        there = _quorum(purpose, held_on, agency_ids, family_came, without_quorum_why)
    review = Review.objects.create(
        folder_id=plan.folder_id, plan=plan, number=Review.objects.filter(plan=plan).count() + 1, held_on=held_on,
        meeting_id=meeting_id, together=together, who_came=who_came.strip(), **there, **signed(acting),
    )  # fmt: skip
    changed(plan, acting, f"review {review.number} opened")
    record(Verb.WROTE, "plans.start_review", folder_id=plan.folder_id, subject=review)
    return review.id


def _quorum(
    purpose: Purpose, held_on: date, agency_ids: Collection[UUID], family_came: int, without_why: str
) -> dict[str, str]:
    """Who took part in a meeting that is not recorded here, and what the quorum of its kind lacked. Raises Refused
    where it was not met and no reason is given."""
    pack = pack_in_force()
    came = list(agencies().filter(id__in=list(agency_ids)))
    people = [Present(a.name, InviteeKind.PRACTITIONER, Came.CAME, a.name, a.kind) for a in came]
    people += [Present("One of the family", InviteeKind.FAMILY, Came.CAME)] * family_came
    lacks = quorum_lacks(pack.meeting(purpose.value, held_on), pack, people)
    if lacks and not has_words(without_why):
        raise Refused(
            f"The quorum is not met: {'; '.join(lacks)}. Say why it counts without it, or record the meeting",
            "without_quorum_why",
        )
    took_part = [a.name for a in came] + ([f"{family_came} of the family"] if family_came else [])
    return {
        "took_part": ", ".join(took_part),
        "lacked": "; ".join(lacks),
        "without_quorum_why": without_why.strip() if lacks else "",
    }


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


@dataclass(frozen=True)
class _ReviewEnd:
    """What a review decided that waits for a ruling."""

    result: ReviewResult
    next_by: date | None = None
    sooner_why: str = ""


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
    """Close a review with its decision; the next one's clock starts where the plan goes on. Returns the decision. With
    a conflict of interests not resolved for the child the review stays open until a manager upholds it.

    Raises Refused while a planned outcome, a service or an account is unanswered, or where the review of a child
    protection plan is not for whoever is acting to close.
    """
    review = _open_review(review_id)
    plan, acting = enter(review.plan_id, PlanAct.RECORD, seen=seen)
    kind, met = PlanKind(plan.kind), who_came(review.meeting_id) if review.meeting_id else None
    rules.may_decide_review(
        kind,
        may_decide=acting.may(Permission.DECIDE_PLAN),
        chairs=met is not None and met.chair_id == acting.practitioner_id,
        leads=plan.lead_id == acting.practitioner_id,
    ).or_refuse()
    _all_answered(review, result)
    if result is None:
        raise Refused("Select what the review decided", "result")
    rules.check_result(kind, result).or_refuse()
    knows_nobody(knows_family).or_refuse()
    nothing_waits(plan.id)
    if next_by is not None and result is ReviewResult.CONTINUES:
        if next_by <= today():
            raise Refused("The next review is still to come. Give a later day", "next_by")
        if not has_words(sooner_why):
            raise Refused("Say why this child needs it sooner", "sooner_why")
    pack = pack_in_force()
    [decision] = decide(
        [
            Deciding(
                plan.folder_id, DecisionKind.PLAN, f"Review {review.number}: {result.label.lower()}", reasons,
                pack.name, pack.version, definition_id=kind.definition, subject_id=plan.id, **asdict(conflict),
            )
        ]
    )  # fmt: skip
    weigh(decision, kind, wishes)
    end = _ReviewEnd(result, next_by, sooner_why)
    if waits(decision, "reviewed", plan.id, end):
        record(Verb.WROTE, "plans.close_review", folder_id=plan.folder_id, subject=decision)
        return decision.id
    _review_closed(review, plan, acting, decision, end)
    return decision.id


@when_upheld("reviewed", _ReviewEnd)
def _review_close_upheld(decision: Decision, plan_id: UUID, end: _ReviewEnd) -> None:
    review = Review.objects.select_for_update(of=("self",)).filter(GOES_ON, plan_id=plan_id).first()
    if review is None or review.written_at > decision.made_at:
        raise Refused("The review that decided this is not open any more. Say that it does not take effect")
    plan, acting = enter(plan_id, PlanAct.RECORD)
    _all_answered(review, end.result)
    if end.next_by is not None and end.next_by <= today():
        end = replace(end, next_by=today() + timedelta(days=1))
    _review_closed(review, plan, acting, decision, end)


def _all_answered(review: Review, result: ReviewResult | None) -> None:
    shown = queries.review_shown(review.id)
    rules.may_close_review(
        [o.outcome.words for o in shown.outcomes if o.answer is None],
        [o.offer.name for o in shown.offers if o.answer is None],
        [a.name for a in shown.accounts if a.agrees is None],
        result,
    ).or_refuse()


def _review_closed(review: Review, plan: Plan, acting: Acting, decision: Decision, end: _ReviewEnd) -> None:
    pack, at, kind, result = pack_in_force(), now(), PlanKind(plan.kind), end.result
    review.result, review.decision, review.closed_at = result.value, decision, at
    review.closed_by_id = decision.maker_id
    review.save()
    goes_on = result is ReviewResult.CONTINUES
    held_at = min(end_of(review.held_on), at)
    told_of = queries.review_clocks(plan).exclude(subject_id=plan.id)
    for duty in duties.discharge_these(told_of, done=review.held_on):
        record(Verb.WROTE, "plans.close_review", folder_id=duty.folder_id, subject=duty)
    duties.happened("review_followed", [plan.folder_id], subject_id=plan.id, at=at)
    event = f"{kind.value}_reviewed" if goes_on else f"{kind.value}_reviewed_last"
    sooner = {}
    if end.next_by is not None and goes_on:
        sooner = {k: (end_of(end.next_by), end.sooner_why) for k in pack.event(event, today()).opens}
    duties.happened(
        event,
        [plan.folder_id], subject_id=plan.id, at=held_at, done=review.held_on, path=path_of(plan),
        owner_id=plan.lead_id, team_id=plan.team_id, pack=pack, sooner=sooner,
    )  # fmt: skip
    review.change = changed(
        plan, acting, f"review {review.number} closed: {result.label.lower()}", decision.reasons
    )
    review.save(update_fields=["change"])
    looked_again(plan)
    if goes_on and queries.outcomes_to_rewrite(plan.id):
        duties.happened(
            "plan_to_answer",
            [plan.folder_id], subject_id=plan.id, at=at, path=path_of(plan), owner_id=plan.lead_id,
            team_id=plan.team_id, pack=pack, unless_owed=True,
        )  # fmt: skip
    record(Verb.WROTE, "plans.close_review", folder_id=plan.folder_id, subject=review)


@transaction.atomic
def core_group_met(
    plan_id: UUID,
    met_at: datetime,
    *,
    agency_ids: Collection[UUID] = (),
    family_came: int = 0,
    without_quorum_why: str = "",
    meeting_id: UUID | None = None,
) -> None:
    """A core group was held: the duty is done, the next one's clock starts. At `meeting_id`, which says who took part
    and holds its quorum; else which agencies took part and how many of the family stand in the plan's history. Raises
    Refused where nobody took part, or the pack's quorum was not met and no reason is given."""
    plan, acting = enter(plan_id, PlanAct.RECORD)
    if PlanKind(plan.kind) is not PlanKind.CHILD_PROTECTION:
        raise Refused("Only a child protection plan has a core group")
    if met_at > now():
        raise Refused("Give a time that is past", "met_at")
    if day_of(met_at) < plan.began_on:
        raise Refused("The plan had not begun then", "met_at")
    words = ""
    if meeting_id is None:
        words = _took_part(
            _quorum(Purpose.CORE_GROUP, day_of(met_at), agency_ids, family_came, without_quorum_why)
        )
    if any(at > met_at for at in _core_groups(plan)):
        core_groups_anew(
            plan, also_at=met_at, reason="An earlier core group was written down after a later one."
        )
    else:
        duties.happened(
            "core_group_met",
            [plan.folder_id], subject_id=plan.id, at=met_at, path=path_of(plan), owner_id=plan.lead_id,
            team_id=plan.team_id,
        )  # fmt: skip
    changed(plan, acting, "core group held", words, meeting_id=meeting_id)
    record(Verb.WROTE, "plans.core_group_met", folder_id=plan.folder_id, subject=plan)


def _took_part(there: dict[str, str]) -> str:
    """Who came to a core group at no recorded meeting, in words. Raises Refused where nobody did."""
    if not there["took_part"]:
        raise Refused("Say which agencies took part, or how many of the family", "agencies")
    without = f" Quorum not met ({there['lacked']}): {there['without_quorum_why']}" if there["lacked"] else ""
    return f"Took part: {there['took_part']}.{without}"


def _core_groups(plan: Plan) -> set[datetime]:
    """When the core groups were held, as far as they stand: the next one was owed from each, if only until the plan
    ended."""
    opens = pack_in_force().event("core_group_met", today()).opens
    owed = Duty.objects.filter(subject_id=plan.id, folder_id=plan.folder_id, kind__in=opens)
    never = DutyEvent.objects.filter(duty__in=owed, act=DutyAct.NEVER_OWE.value)
    none = owed.filter(state=DutyState.WITHDRAWN.value, id__in=never.values("duty_id"))
    return set(owed.exclude(id__in=none.values("id")).values_list("started_at", flat=True))


def core_groups_anew(
    plan: Plan, *, reason: str, not_at: datetime | None = None, also_at: datetime | None = None
) -> None:
    """One core group was not held, or one is written down after later ones: each that was owed is met by the one that
    in truth came next, if any, and the next is owed from each that was held, until the plan ended. A step of recording
    that."""
    event = pack_in_force().event("core_group_met", today())
    recorded = _core_groups(plan) | {at for at in (not_at, also_at) if at is not None}
    for kind in event.opens:
        duties.run_anew(
            Duty.objects.filter(
                subject_id=plan.id, folder_id=plan.folder_id, kind__in={*event.discharges, kind}
            ),
            lambda at, kind=kind: duties.Opening(  # type: ignore[misc]
                folder_id=plan.folder_id, kind=kind, started_at=at, subject_id=plan.id, path=path_of(plan),
                owner_id=plan.lead_id, team_id=plan.team_id,
            ),
            done=recorded - {not_at}, recorded=recorded, reason=reason, ended=nothing_owed_since(plan),
        )  # fmt: skip
