"""Steps taken back: a plan that was closed or stepped, a review that was closed, an action that was closed.

What was done stays on the record, marked with who took it back and why. What it had changed is put right: the plan
and its actions are open again, statuses that had ended go on, and what was withdrawn is owed again with the clock that
it had.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from sightline.agencies.actions import permit
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.actions import set_authority
from sightline.children.models import Authority
from sightline.children.rules import NewAuthority
from sightline.enquiries.actions import changes as way
from sightline.enquiries.actions.back import put_statuses_right
from sightline.enquiries.rules.protection import knows_nobody
from sightline.enquiries.rules.stages import has_words
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty, DutyEvent
from sightline.procedures.queries import pack_in_force, withdrawn_since
from sightline.procedures.terms import DutyAct
from sightline.records.actions import NO_CONFLICT, ConflictIn, Deciding, decide
from sightline.records.models import Decision
from sightline.records.terms import DecisionKind

from .. import queries, rules
from ..models import Action, ActionStep, Ending, Plan, Review, TakenBack, Transfer
from ..terms import ActionAct, ActionState, Direction, PlanAct, PlanKind
from .base import changed, enter, path_of, signed
from .begin import BeginIn, WishesIn, set_statuses
from .carrying import carry_back
from .ending import decide_on
from .waiting import nothing_waits, waits, when_upheld

_DONE = (DutyAct.DISCHARGE.value, DutyAct.WRITE_UP.value)
#: What is met as a review is closed is met by its closing.
_AT_ONCE = timedelta(minutes=1)
PUT_RIGHT = WishesIn(why_not="Taken back to put the record right: nothing new is decided for the child.")


def has_why(why: str) -> None:
    """Raises Refused where no reason is given for taking something back."""
    if not has_words(why):
        raise Refused("Say in a sentence why it is taken back", "why")


@transaction.atomic
def reopen_plan(
    plan_id: UUID,
    why: str,
    *,
    knows_family: bool | None,
    conflict: ConflictIn = NO_CONFLICT,
    seen: int | None = None,
) -> None:
    """A plan that was closed, or stepped to another, is taken up again. Its ending stays on the record; what has been
    written since in the plan that it was stepped to goes along. By whoever may end such plans. With a conflict of
    interests not resolved for the child it stays as it is until a manager upholds that.

    Raises Refused where the child has another plan, or what followed was reviewed already.
    """
    plan, acting = enter(plan_id, PlanAct.REOPEN, seen=seen)
    may_decide = acting.may(Permission.DECIDE_PLAN)
    rules.may_end(PlanKind(plan.kind), may_decide=may_decide).or_refuse()
    has_why(why)
    ending, undone = _may_reopen(plan, may_decide=may_decide)
    decision = decide_on(
        plan, "Plan reopened" if undone is None else "The step to another plan is taken back", why, PUT_RIGHT,
        knows_family=knows_family, replaces_id=ending.decision_id if ending else None, conflict=conflict,
    )  # fmt: skip
    if not waits(decision, "reopened", plan.id):
        _reopened(plan, acting, ending, undone, why)
    record(Verb.WROTE, "plans.reopen_plan", folder_id=plan.folder_id, subject=decision)


@when_upheld("reopened", None)
def _reopen_upheld(decision: Decision, plan_id: UUID, _sent: None) -> None:
    plan, acting = enter(plan_id, PlanAct.REOPEN)
    ending, undone = _may_reopen(plan, may_decide=True)
    _reopened(plan, acting, ending, undone, decision.reasons)


def _may_reopen(plan: Plan, *, may_decide: bool) -> tuple[Ending | None, Plan | None]:
    """The ending that is taken back, and the plan that the child was stepped to. Raises Refused where it may not be."""
    if TakenBack.objects.filter(undid=plan).exists():
        raise Refused(
            "The step that began this plan was taken back. Step the other plan again instead"
            if plan.came_from_id
            else "The beginning of this plan was taken back. Begin another one instead"
        )
    ending = queries.ending_that_stands(plan.id)
    undone = None
    if ending is not None and ending.next_kind:
        undone = Plan.objects.filter(came_from=plan, undone__isnull=True).order_by("-written_at").first()
    standing = queries.open_plan(plan.folder_id)
    rules.may_reopen(
        PlanKind(standing.kind) if standing else None,
        follows=standing is not None and undone is not None and standing.id == undone.id,
        followed_by=PlanKind(undone.kind) if undone else None,
        reviewed=undone is not None and queries.stands_reviewed(undone.id),
        may_decide=may_decide,
    ).or_refuse()
    return ending, undone


def _reopened(plan: Plan, acting: Acting, ending: Ending | None, undone: Plan | None, why: str) -> None:
    if undone is not None:
        undone, _ = enter(undone.id, PlanAct.CLOSE)
        undone.ended_on = today()
        # Its actions go back to the plan that stands again, and are owed as before.
        duties.never_were(
            Duty.objects.filter(subject_id=undone.id), "The step that began this plan was taken back."
        )
        changed(undone, acting, "the step that began it was taken back", why.strip())
    plan.ended_on = None
    changed(
        plan, acting, "reopened" if undone is None else "the step to another plan taken back", why.strip()
    )
    if ending is None:
        _begins_again(plan, why)
    else:
        _put_right(plan, ending, undone, why, acting)


def _put_right(plan: Plan, ending: Ending, undone: Plan | None, why: str, acting: Acting) -> None:
    """What the ending had changed is as it was before it."""
    TakenBack.objects.create(
        folder_id=plan.folder_id, plan=plan, change=ending.change, ending=ending, undid=undone, why=why.strip(),
        **signed(acting),
    )  # fmt: skip
    decisions = [ending.decision_id]
    if undone is not None and undone.decision_id is not None:
        decisions.append(undone.decision_id)
    way.undo_decided(plan.folder_id, decisions, reasons=why)
    put_statuses_right(ending.began_statuses, ending.ended_statuses)
    if undone is not None:
        carry_back(undone, plan, acting)
    for review in Review.objects.filter(plan=plan, decision_id=ending.decision_id):
        _open_again(review)
    _actions_again(plan, ending, acting)
    _ours_again(plan, ending)
    of_plan = Duty.objects.filter(subject_id=plan.id)
    owed = of_plan | queries.review_clocks(plan)
    followed = of_plan.filter(kind__in=pack_in_force().event("review_followed", today()).discharges)
    done = DutyEvent.objects.filter(duty__in=followed.values("id"), act__in=_DONE, at__gte=ending.written_at)
    met = Duty.objects.filter(id__in=done.values("duty_id"))
    duties.owe_again([*withdrawn_since(owed, ending.written_at), *met], why)


def _actions_again(plan: Plan, ending: Ending, acting: Acting) -> None:
    """What was given up because the plan closed is to be done after all."""
    given_up = ActionStep.objects.filter(
        action__plan=plan, action__state=ActionState.NOT_DONE.value, act=ActionAct.GIVEN_UP.value,
        written_at__gte=ending.written_at,
    )  # fmt: skip
    for step in given_up.select_related("action"):
        _to_do_again(step.action, plan, "The plan goes on.", acting)


def _ours_again(plan: Plan, ending: Ending) -> None:
    """Where another authority had accepted the child with this plan, whoever was responsible before is so again."""
    accepted = Transfer.objects.filter(
        plan=plan, direction=Direction.OUT.value, accepted=True, answered_at__gte=ending.written_at
    ).exists()
    held = Authority.objects.filter(child_id=plan.child_id).order_by("-held_from", "-recorded_at")
    if accepted and len(rows := list(held[:2])) == 2:
        set_authority(plan.folder_id, NewAuthority(rows[1].responsible, rows[0].present))


def _begins_again(plan: Plan, why: str) -> None:
    """A plan that ended before this program was in use has no ending to take back: its clocks begin anew."""
    kind = PlanKind(plan.kind)
    category = plan.categories.order_by("-held_from").values_list("code", flat=True).first() or ""
    way.reopen(plan.folder_id, reasons=why)
    set_statuses(plan.folder_id, BeginIn(kind, today(), why, category=category))
    duties.happened(
        f"{kind.value}_plan_begun",
        [plan.folder_id], subject_id=plan.id, at=now(), path=path_of(plan), owner_id=plan.lead_id, team_id=plan.team_id,
    )  # fmt: skip


# -- reviews ------------------------------------------------------------------------------------------------


def _open_again(review: Review) -> None:
    review.result, review.decision, review.closed_at, review.closed_by_id = "", None, None, None
    review.change = None
    review.save(update_fields=["result", "decision", "closed_at", "closed_by", "change"])


@transaction.atomic
def reopen_review(
    review_id: UUID,
    why: str,
    *,
    knows_family: bool | None,
    conflict: ConflictIn = NO_CONFLICT,
    seen: int | None = None,
) -> None:
    """The closing of a plan's latest review is taken back: it is open again with all its answers, what it had done on
    the plan is owed again, and what it had opened is not. By whoever closed it, or who may decide on plans. With a
    conflict of interests not resolved for the child it stays closed until a manager upholds that."""
    permit(Permission.WRITE_FOLDER)
    review = Review.objects.select_for_update(of=("self",)).filter(id=review_id).first()
    if review is None:
        raise NotFound
    plan, acting = enter(review.plan_id, PlanAct.RECORD, seen=seen)
    _may_reopen_review(review)
    if review.closed_by_id != acting.practitioner_id and not acting.may(Permission.DECIDE_PLAN):
        raise NotPermitted(
            "The closing of a review is taken back by whoever closed it, or by a manager. Ask one of them"
        )
    has_why(why)
    knows_nobody(knows_family).or_refuse()
    nothing_waits(plan.id)
    pack = pack_in_force()
    [decision] = decide(
        [
            Deciding(
                plan.folder_id, DecisionKind.PLAN, f"The closing of review {review.number} is taken back", why,
                pack.name, pack.version, subject_id=plan.id, replaces_id=review.decision_id, **asdict(conflict),
            )
        ]
    )  # fmt: skip
    if not waits(decision, "review reopened", plan.id, review.id):
        _review_reopened(review, plan, acting, why)
    record(Verb.WROTE, "plans.reopen_review", folder_id=plan.folder_id, subject=review)


@when_upheld("review reopened", UUID)
def _reopen_review_upheld(decision: Decision, plan_id: UUID, review_id: UUID) -> None:
    review = Review.objects.select_for_update(of=("self",)).get(id=review_id)
    plan, acting = enter(plan_id, PlanAct.RECORD)
    _may_reopen_review(review)
    _review_reopened(review, plan, acting, decision.reasons)


def _may_reopen_review(review: Review) -> None:
    later = Review.objects.filter(
        plan_id=review.plan_id, number__gt=review.number, withdrawn_at__isnull=True
    ).exists()
    rules.may_reopen_review(closed=review.closed_at is not None, later=later).or_refuse()


def _review_reopened(review: Review, plan: Plan, acting: Acting, why: str) -> None:
    changed(plan, acting, f"closing of review {review.number} taken back", why.strip())
    TakenBack.objects.create(
        folder_id=plan.folder_id, plan=plan, change=review.change, review=review, why=why.strip(), result=review.result,
        decision=review.decision, closed_at=review.closed_at, closed_by=review.closed_by, **signed(acting),
    )  # fmt: skip
    _owed_before(plan, review, why)
    _open_again(review)


def _owed_before(plan: Plan, review: Review, why: str) -> None:
    """What the review was to be held for is owed again; the next one's clock, which it had started, stops."""
    assert review.closed_at is not None
    pack, kind = pack_in_force(), PlanKind(plan.kind)
    events = [pack.event(f"{kind.value}_reviewed{last}", today()) for last in ("", "_last")]
    of_plan = Duty.objects.filter(subject_id=plan.id)
    at_once = [
        *pack.event("plan_answered", today()).discharges,
        *pack.event("review_followed", today()).discharges,
    ]
    answered = of_plan.filter(kind__in=at_once)
    by_closing = Q(duty__in=answered.values("id"), at__lt=review.closed_at + _AT_ONCE)
    since = DutyEvent.objects.filter(
        Q(duty__in=queries.review_clocks(plan).values("id")) | by_closing,
        act__in=_DONE, at__gte=review.closed_at,
    )  # fmt: skip
    asked = Q(kind__in=pack.event("plan_to_answer", today()).opens, opened_at__lt=review.closed_at + _AT_ONCE)
    opened = of_plan.filter(
        Q(kind__in={k for e in events for k in e.opens}) | asked, opened_at__gte=review.closed_at
    )
    done = list(Duty.objects.filter(id__in=since.values("duty_id")).exclude(id__in=opened.values("id")))
    duties.never_were(opened, "The closing of the review was taken back.")
    duties.owe_again(done, why)


# -- actions ------------------------------------------------------------------------------------------------


@transaction.atomic
def reopen_action(action_id: UUID, why: str, *, seen: int | None = None) -> None:
    """An action that was recorded as done or given up is to be done after all, by the same day."""
    permit(Permission.WRITE_FOLDER)
    action = Action.objects.select_related("plan").filter(id=action_id).first()
    if action is None:
        raise NotFound
    plan, acting = enter(action.plan_id, PlanAct.RECORD, seen=seen)
    action.refresh_from_db()
    if action.state == ActionState.OPEN.value:
        raise Refused("This action is open already")
    has_why(why)
    _to_do_again(action, plan, why.strip(), acting, change="action to be done after all")
    record(Verb.WROTE, "plans.reopen_action", folder_id=action.folder_id, subject=action)


def _to_do_again(action: Action, plan: Plan, why: str, acting: Acting, *, change: str = "") -> None:
    was = ActionStep.objects.filter(
        action=action, act__in=(ActionAct.DONE.value, ActionAct.GIVEN_UP.value)
    ).order_by("-written_at", "-id").first()  # fmt: skip
    action.state, action.closed_on = ActionState.OPEN.value, None
    action.save(update_fields=["state", "closed_on"])
    ActionStep.objects.create(
        folder_id=action.folder_id, action=action, act=ActionAct.TAKEN_BACK.value,
        practitioner_id=action.practitioner_id, words=why, **signed(acting),
    )  # fmt: skip
    if was is not None and change:
        changed(plan, acting, change, why)
        TakenBack.objects.create(
            folder_id=action.folder_id,
            plan=plan,
            change=was.change,
            step=was,
            why=why,
            **signed(acting),
        )
    duties.owe_again(Duty.objects.filter(subject_id=action.id, kind="plan_action"), why)
