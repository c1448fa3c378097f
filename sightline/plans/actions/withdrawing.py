"""A plan or a review that should not have been begun: its beginning is taken back, with the reason.

Nothing is removed. The plan, what was written in it, its visits and versions stay readable, marked with who took it
back and why; what its beginning had changed is put right, and the child's plan may be begun again otherwise.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from sightline.access.queries import joined_set, lead_of
from sightline.agencies.actions import permit
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.models import Status
from sightline.enquiries.actions import changes as way
from sightline.enquiries.actions.back import put_statuses_right
from sightline.enquiries.queries.episode import open_episode
from sightline.enquiries.terms import Stage
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.meetings.hooks import Happened
from sightline.meetings.queries import decided_at
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty, DutyEvent
from sightline.procedures.terms import DutyAct
from sightline.records.actions import NO_CONFLICT, ConflictIn
from sightline.records.models import Decision

from .. import queries, rules
from ..models import Action, Plan, PlanChange, Review, TakenBack, Transfer
from ..terms import PlanAct, PlanKind
from .back import PUT_RIGHT, has_why
from .base import changed, enter, enter_to_put_right, path_of, signed
from .ending import decide_on, give_up_actions
from .review import core_groups_anew
from .waiting import waits, when_upheld

_TAKEN_BACK = "The beginning of the plan was taken back."


@transaction.atomic
def withdraw_plan(
    plan_id: UUID,
    why: str,
    *,
    knows_family: bool | None,
    conflict: ConflictIn = NO_CONFLICT,
    seen: int | None = None,
    with_answer: bool = False,
) -> None:
    """The beginning of a plan is taken back: it ends, and statuses, the child's way and what was owed before it are as
    they were. By whoever began it, or who may decide on plans. With a conflict of interests not resolved for the child
    it goes on until a manager upholds that. Raises Refused where it was reviewed since, began by a step or came from
    another authority, but `with_answer`: with the answer of our conference that had taken it."""
    plan, acting = enter(plan_id, PlanAct.CLOSE, seen=seen)
    _may_withdraw(
        plan,
        own=plan.written_by_id == acting.practitioner_id,
        may_decide=acting.may(Permission.DECIDE_PLAN),
        with_answer=with_answer,
    )
    has_why(why)
    decision = decide_on(
        plan, f"{PlanKind(plan.kind).label}: its beginning is taken back", why, PUT_RIGHT, knows_family=knows_family,
        replaces_id=plan.decision_id, conflict=conflict,
    )  # fmt: skip
    if not waits(decision, "withdrawn", plan.id):
        _plan_withdrawn(plan, acting, why)
    record(Verb.WROTE, "plans.withdraw_plan", folder_id=plan.folder_id, subject=decision)


@when_upheld("withdrawn", None)
def _withdraw_upheld(decision: Decision, plan_id: UUID, _sent: None) -> None:
    plan, acting = enter(plan_id, PlanAct.CLOSE)
    _may_withdraw(plan, own=False, may_decide=True)
    _plan_withdrawn(plan, acting, decision.reasons)


def _may_withdraw(plan: Plan, *, own: bool, may_decide: bool, with_answer: bool = False) -> None:
    rules.may_withdraw_plan(
        PlanKind(plan.kind),
        stepped=plan.came_from_id is not None,
        moved_here="" if with_answer else plan.from_authority,
        asked=Transfer.objects.filter(plan=plan, answered_at__isnull=True).exists(),
        reviewed=queries.stands_reviewed(plan.id),
        own=own,
        may_decide=may_decide,
    ).or_refuse()


def _plan_withdrawn(plan: Plan, acting: Acting, why: str) -> None:
    plan.ended_on = today()
    _nothing_was_owed(plan)
    give_up_actions(plan, acting, _TAKEN_BACK)
    changed(plan, acting, "its beginning taken back", why.strip())
    TakenBack.objects.create(
        folder_id=plan.folder_id, plan=plan, undid=plan, change=_change(plan, "begun"), why=why.strip(),
        **signed(acting),
    )  # fmt: skip
    _statuses_right(plan)
    if plan.decision_id is not None:
        way.undo_decided(plan.folder_id, [plan.decision_id], reasons=why)
    _plan_owed(plan)


def _nothing_was_owed(plan: Plan) -> None:
    """Nothing counts that the plan and its actions asked for, be it missed or done."""
    for_the_plan = Q(subject_id=plan.id) | Q(subject_id__in=Action.objects.filter(plan=plan).values("id"))
    duties.never_were(Duty.objects.filter(for_the_plan, folder_id=plan.folder_id), _TAKEN_BACK)


def _statuses_right(plan: Plan) -> None:
    """What the plan's beginning brought the child under ends as if it had never held, begun anew since as well: a step
    that was taken back has made another row of it."""
    kinds = Status.objects.filter(id__in=plan.began_statuses).values("kind")
    since = Status.objects.filter(folder_id=plan.folder_id, kind__in=kinds, held_until__isnull=True)
    began = {*plan.began_statuses, *since.values_list("id", flat=True)}
    put_statuses_right(sorted(began), plan.ended_statuses)


def _change(plan: Plan, act: str) -> PlanChange | None:
    """What the history of a plan says of it, where that has not been taken back."""
    found = PlanChange.objects.filter(plan=plan, act=act, taken_back__isnull=True)
    return found.order_by("-written_at", "-id").first()


def _plan_owed(plan: Plan) -> None:
    """A child whose help was agreed is owed a plan again, by the clock that ran before this one was begun."""
    episode = open_episode(joined_set(lead_of(plan.folder_id)))
    if episode is None or Stage(episode.stage) is not Stage.HELP:
        return
    acts = (DutyAct.DISCHARGE.value, DutyAct.WRITE_UP.value)
    done = DutyEvent.objects.filter(act__in=acts, at__gte=plan.written_at)
    met = Duty.objects.filter(subject_id=episode.id, kind="plan_begun", id__in=done.values("duty_id"))
    if duties.owe_again(met, _TAKEN_BACK):
        return
    duties.happened(
        "help_agreed", [plan.folder_id], subject_id=episode.id, at=now(), path=path_of(plan), owner_id=plan.lead_id,
        team_id=plan.team_id, unless_owed=True,
    )  # fmt: skip


@transaction.atomic
def withdraw_review(review_id: UUID, why: str, *, seen: int | None = None) -> None:
    """The opening of a review is taken back: it asks for nothing any more, and what was answered in it stays readable.
    By whoever opened it, or who may decide on plans."""
    permit(Permission.WRITE_FOLDER)
    review = Review.objects.select_for_update(of=("self",)).filter(id=review_id).first()
    if review is None:
        raise NotFound
    plan, acting = enter(review.plan_id, PlanAct.RECORD, seen=seen)
    rules.may_withdraw_review(
        closed=review.closed_at is not None, withdrawn=review.withdrawn_at is not None
    ).or_refuse()
    if review.written_by_id != acting.practitioner_id and not acting.may(Permission.DECIDE_PLAN):
        raise NotPermitted(
            "The opening of a review is taken back by whoever opened it, or by a manager. Ask one of them"
        )
    has_why(why)
    _withdrawn(plan, review, why, acting)


def _withdrawn(plan: Plan, review: Review, why: str, acting: Acting) -> None:
    review.withdrawn_at = now()
    review.save(update_fields=["withdrawn_at"])
    opened = _change(plan, f"review {review.number} opened")
    changed(plan, acting, f"opening of review {review.number} taken back", why.strip())
    TakenBack.objects.create(
        folder_id=plan.folder_id, plan=plan, change=opened, review=review, why=why.strip(), **signed(acting)
    )
    record(Verb.WROTE, "plans.withdraw_review", folder_id=plan.folder_id, subject=review)


def meeting_not_held(happened: Happened) -> None:
    """It was taken back that a meeting was held: a review that it opened is none, a core group did not meet by it.
    Raises Refused where such a review has been closed, or a plan stands that a decision of the meeting began."""
    begun = Plan.objects.filter(
        decision__subject_id__in=decided_at(happened.meeting_id), undone__isnull=True
    ).first()
    if begun is not None:
        raise Refused(
            f"A {PlanKind(begun.kind).label.lower()} was begun by what this meeting decided. Take its beginning back "
            "first, on the Plan tab"
        )
    reviews = Review.objects.filter(
        meeting_id=happened.meeting_id, folder_id__in=happened.folder_ids, withdrawn_at__isnull=True
    )
    for review in reviews.select_for_update(of=("self",)):
        if review.closed_at is not None:
            raise Refused(
                f"Review {review.number} of a plan was closed at this meeting. Take its closing back first, on the "
                "Plan tab"
            )
        plan, acting = enter(review.plan_id, PlanAct.RECORD)
        _withdrawn(plan, review, happened.why, acting)
    met = PlanChange.objects.filter(
        folder_id__in=happened.folder_ids, act="core group held", meeting_id=happened.meeting_id
    ).filter(plan__undone__isnull=True)
    # Where it was held and taken back before, the last time is the one that counts.
    for change in met.order_by("plan_id", "-written_at").distinct("plan_id"):
        _core_group_did_not_meet(change, happened.at, happened.why)


def _core_group_did_not_meet(change: PlanChange, at: datetime, why: str) -> None:
    """Each core group that was owed is met by the one that in truth came next, if any, and none is owed from this one,
    be it still to be held or held since, late or not: also where the plan is closed by now."""
    plan, acting = enter_to_put_right(change.plan_id)
    core_groups_anew(plan, not_at=at, reason="The core group was not held after all.")
    changed(plan, acting, "core group not held after all", why)
    record(Verb.WROTE, "plans.core_group_not_met", folder_id=plan.folder_id, subject=plan)
