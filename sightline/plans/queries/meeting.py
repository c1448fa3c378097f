"""What plans say of meetings: what should come before one of a kind, and the plan that a meeting makes or reviews."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from sightline.access.queries import joined_set, joined_sets
from sightline.children.queries import names_of_folders
from sightline.enquiries.queries import protection
from sightline.govuk.words import in_a_row
from sightline.kernel.time import LONDON
from sightline.meetings.models import Meeting, MeetingChild
from sightline.meetings.queries import held_about
from sightline.meetings.rules import Needed
from sightline.meetings.terms import Purpose
from sightline.records.models import Decision

from ..models import Plan, PlannedOutcome, Review, ReviewedOutcome, Transfer
from ..terms import Achieved, Direction, Next, PlanKind, PlanState, ReviewResult
from .plan import reviews_told_of
from .shown import PlanView

#: The meetings at which each kind of plan is reviewed.
REVIEWS = {
    Purpose.REVIEW_CONFERENCE: PlanKind.CHILD_PROTECTION,
    Purpose.CHILD_IN_NEED_REVIEW: PlanKind.CHILD_IN_NEED,
    Purpose.EARLY_HELP_REVIEW: PlanKind.EARLY_HELP,
}
#: The meetings that belong to a plan of a kind: without the plan there is nothing to review or to carry.
OF_PLAN = {Purpose.CORE_GROUP: PlanKind.CHILD_PROTECTION, **REVIEWS}


def before_meeting(purpose: Purpose, folder_ids: Sequence[UUID]) -> list[str]:
    """A review or a core group comes after the plan, a receiving conference after the other authority's request."""
    kind = OF_PLAN.get(purpose)
    if kind is None and purpose is not Purpose.RECEIVING_IN_CONFERENCE:
        return []
    without = [
        folder_id
        for folder_id in folder_ids
        if not (_has_plan(folder_id, kind) or _told_of(folder_id, purpose) if kind else _was_asked(folder_id))
    ]
    if not without:
        return []
    called = in_a_row(one.called for one in names_of_folders(without).values())
    if kind is not None:
        return [
            f"There is no {kind.label.lower()} for {called}. Begin the plan first, on the tab Plan of the child’s page."
        ]
    return [
        f"No request of another authority for {called} is recorded. Record it first, on the tab Plan of the child’s "
        "page: the time for this conference runs from it."
    ]


def _has_plan(folder_id: UUID, kind: PlanKind) -> bool:
    of_child = Plan.objects.filter(folder_id__in=joined_set(folder_id), kind=kind.value)
    return of_child.exclude(state=PlanState.CLOSED.value).exists()


def _told_of(folder_id: UUID, purpose: Purpose) -> bool:
    """Whether a return told of the plan: it is taken on here from the decision of its next review."""
    return purpose is Purpose.REVIEW_CONFERENCE and reviews_told_of(joined_set(folder_id)).exists()


def _was_asked(folder_id: UUID) -> bool:
    asked = Transfer.objects.filter(folder_id__in=joined_set(folder_id), direction=Direction.IN.value)
    asked = asked.exclude(category="")  # any other plan is taken on without a conference
    return asked.filter(answered_at__isnull=True).exists()


def former_authorities(meeting_id: UUID) -> list[Needed]:
    """The authorities whose plans the children of a receiving conference moved here with: it is not quorate without
    somebody from each. What was answered before the conference was called is not what it is held on."""
    meeting = Meeting.objects.get(id=meeting_id)
    children = MeetingChild.objects.filter(meeting=meeting, left_at__isnull=True).values_list(
        "folder_id", flat=True
    )
    folders = [folder for joined in joined_sets(children).values() for folder in joined]
    asked = (
        Transfer.objects.filter(folder_id__in=folders, direction=Direction.IN.value)
        .exclude(category="")
        .filter(Q(answered_at__isnull=True) | Q(answered_at__gte=meeting.called_at))
    )
    names = dict.fromkeys(asked.order_by("written_at", "id").values_list("authority", flat=True))
    return [Needed(name, "whose plan it is until then") for name in names]


def conference_decisions(folder_ids: Collection[UUID]) -> list[Decision]:
    """The decisions of conferences held on a child from which a protection plan may begin, the latest first: of the
    initial one that their enquiry called, and where a return told of their plan, of its reviews."""
    folders = list(folder_ids)
    return [
        *protection.conference_decisions(folders),
        *(protection.review_decisions(folders) if reviews_told_of(folders).exists() else []),
    ]


def meetings_for(plan: Plan | PlanView) -> dict[UUID, datetime]:
    """The meetings held to review a plan at which no review of it stands yet, the latest first, and when each began."""
    taken = Review.objects.filter(plan_id=plan.id, withdrawn_at__isnull=True, meeting_id__isnull=False)
    known = set(taken.values_list("meeting_id", flat=True))
    purpose = next(of for of, kind in REVIEWS.items() if kind.value == plan.kind)
    held = held_about(joined_set(plan.folder_id), purpose.value)
    return {
        id: began
        for id, began in held
        if id not in known and began.astimezone(LONDON).date() >= plan.began_on
    }


@dataclass(frozen=True)
class OutcomeAt:
    """A planned outcome at a meeting: what is to be different, and how far it was reached where the review said so."""

    words: str
    achieved: Achieved | None = None
    next: Next | None = None


@dataclass(frozen=True)
class PlanAt:
    """A child's plan as a meeting finds it, with the review that this meeting held."""

    folder_id: UUID
    plan_id: UUID
    kind: PlanKind
    state: PlanState
    began_on: date
    review_id: UUID | None
    review_number: int
    result: ReviewResult | None
    outcomes: tuple[OutcomeAt, ...]


def plans_at(meeting_id: UUID, folder_ids: Sequence[UUID]) -> list[PlanAt]:
    """The plans of these children, with the review that a meeting held of each, in their order. Four queries."""
    reviews = Review.objects.filter(
        meeting_id=meeting_id, folder_id__in=folder_ids, withdrawn_at__isnull=True
    )
    held = {r.plan_id: r for r in reviews}
    found: dict[UUID, Plan] = {}
    for plan in Plan.objects.filter(folder_id__in=folder_ids).order_by("began_on", "id"):
        before = found.get(plan.folder_id)
        # The one that this meeting reviewed, else the latest: that is the open one, where there is any.
        if before is None or before.id not in held:
            found[plan.folder_id] = plan
    answers = {
        (a.review_id, a.outcome): a
        for a in ReviewedOutcome.objects.filter(review__in=held.values()).order_by("written_at")
    }
    outcomes: dict[UUID, list[OutcomeAt]] = defaultdict(list)
    rows = (
        PlannedOutcome.objects.filter(plan__in=found.values()).order_by("item", "-revision").distinct("item")
    )
    for row in sorted(rows, key=lambda row: (row.by, row.words)):
        review = held.get(row.plan_id)
        answer = answers.get((review.id, row.item)) if review else None
        if row.dropped_why and answer is None:
            continue
        outcomes[row.plan_id].append(
            OutcomeAt(row.words, Achieved(answer.achieved), Next(answer.next))
            if answer
            else OutcomeAt(row.words)
        )
    made = []
    for folder_id in folder_ids:
        if (of_child := found.get(folder_id)) is None:
            continue
        review = held.get(of_child.id)
        made.append(
            PlanAt(
                folder_id=folder_id,
                plan_id=of_child.id,
                kind=PlanKind(of_child.kind),
                state=PlanState(of_child.state),
                began_on=of_child.began_on,
                review_id=review.id if review else None,
                review_number=review.number if review else 0,
                result=ReviewResult(review.result) if review and review.result else None,
                outcomes=tuple(outcomes[of_child.id]),
            )
        )
    return made
