"""Step up, step down, close; `back` takes them back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from sightline.access.queries import joined_set, lead_of
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.actions import end_status
from sightline.children.models import Status
from sightline.children.rules import eighteenth
from sightline.children.terms import StatusKind
from sightline.enquiries.actions import changes as way
from sightline.enquiries.actions.closing import answers_for
from sightline.enquiries.queries.contact import may_close
from sightline.enquiries.queries.episode import has_died as child_has_died
from sightline.enquiries.queries.episode import open_episode, particulars
from sightline.enquiries.rules.closing import Closing
from sightline.enquiries.rules.protection import knows_nobody
from sightline.enquiries.terms import Closure
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import Refused
from sightline.procedures import actions as duties
from sightline.procedures.queries import pack_in_force
from sightline.records.actions import NO_CONFLICT, ConflictIn, Deciding, decide
from sightline.records.models import Decision
from sightline.records.terms import DecisionKind

from .. import queries, rules
from ..models import GOES_ON, Action, ActionStep, Ending, Plan, PlanChange, Review, Transfer
from ..terms import (
    ActionAct,
    ActionState,
    PlanAct,
    PlanKind,
    PlanState,
    ReviewResult,
)
from .base import changed, enter, signed
from .begin import (
    STATUS,
    BeginIn,
    WishesIn,
    begun,
    check_sooner,
    decided_to_begin,
    from_conference,
    statuses_of,
    still_in_time,
    weigh,
)
from .carrying import carry
from .waiting import nothing_waits, waits, when_upheld


@dataclass(frozen=True)
class EndIn:
    """How a plan ends. `reason` is a census code (`Closure`); `record_in_order_by` answers for the record."""

    reason: str
    reasons: str
    summary: str
    helps_now: str
    feedback_asked: str
    record_in_order_by: UUID | None
    wishes: WishesIn = field(default_factory=WishesIn)
    conflict: ConflictIn = NO_CONFLICT
    knows_family: bool | None = field(kw_only=True)

    @property
    def closing(self) -> Closing:
        """What the child's case needs when it closes."""
        return Closing(
            self.reason, self.summary, self.helps_now, self.feedback_asked, self.record_in_order_by
        )


@dataclass(frozen=True)
class StepIn:
    """A step to a plan of another kind, whose record goes along."""

    to: PlanKind
    reasons: str
    summary: str
    helps_now: str
    feedback_asked: str
    record_in_order_by: UUID | None
    category: str = ""
    decision_id: UUID | None = None
    lead_id: UUID | None = None
    wishes: WishesIn = field(default_factory=WishesIn)
    conflict: ConflictIn = NO_CONFLICT
    visit_by: date | None = None
    core_group_by: date | None = None
    review_by: date | None = None
    """Where this child must be visited, the core group meet or the new plan be reviewed before the pack's limit, and
    why (TIM-01)."""
    sooner_why: str = ""
    knows_family: bool | None = field(kw_only=True)

    def next_plan(self, lead_id: UUID | None) -> BeginIn:
        """The plan that the child goes on under from today, led by `lead_id` where nobody else is named."""
        return BeginIn(
            self.to, today(), self.reasons, category=self.category, decision_id=self.decision_id,
            lead_id=self.lead_id or lead_id, wishes=self.wishes, visit_by=self.visit_by,
            core_group_by=self.core_group_by, review_by=self.review_by, sooner_why=self.sooner_why,
        )  # fmt: skip


def has_died(plan: Plan) -> bool:
    """Whether the child's death is on the record."""
    return child_has_died(plan.child_id)


def grown_or_dead(plan: Plan) -> bool:
    """Whether the child has died or is eighteen: then no other authority's conference can take the plan."""
    row = particulars(plan.child_id)
    if row is None:
        return False
    return row.died_on is not None or (row.born_on is not None and eighteenth(row.born_on) <= today())


def _request_ends(row: Transfer, acting: Acting, words: str) -> None:
    """A request between authorities ends without an answer: by whom and why stands on it. A step of another action."""
    row.answered_at, row.accepted = now(), None
    row.answered_by, row.answer = acting.said_as[:200], words.strip()
    row.save(update_fields=["answered_at", "accepted", "answered_by", "answer"])


def _last_review(plan: Plan) -> Review | None:
    return Review.objects.filter(plan=plan, closed_at__isnull=False).order_by("-number").first()


def _check_end(plan: Plan, end: Closing, *, case_closes: bool, at_once: bool = False) -> None:
    """Raises Refused where a plan may not end so. `at_once`: a step up, which no review need come before."""
    last = _last_review(plan)
    if case_closes and not has_died(plan):
        folders = joined_set(lead_of(plan.folder_id))
        if (episode := open_episode(folders)) is not None:
            may_close(episode.id, folders).or_refuse()
    rules.check_end(
        end,
        PlanKind(plan.kind),
        case_closes=case_closes,
        died=has_died(plan),
        open_review=Review.objects.filter(GOES_ON, plan=plan).exists() and not has_died(plan),
        reviewed=last is not None,
        last_result=ReviewResult(last.result) if last else None,
        grown=grown_or_dead(plan),
        unanswered=[] if at_once or not queries.was_signed(plan.id) else queries.outcomes_unanswered(plan.id),
    ).or_refuse()
    answers_for(end.record_in_order_by)


def decide_on(
    plan: Plan,
    outcome: str,
    reasons: str,
    wishes: WishesIn,
    *,
    knows_family: bool | None,
    replaces_id: UUID | None = None,
    conflict: ConflictIn = NO_CONFLICT,
) -> Decision:
    """What is decided on how a plan goes on, with the regard had to the child's wishes. Raises Refused while an earlier
    decision on it waits for a ruling."""
    knows_nobody(knows_family).or_refuse()
    nothing_waits(plan.id)
    pack = pack_in_force()
    [decision] = decide(
        [
            Deciding(
                plan.folder_id, DecisionKind.PLAN, outcome, reasons, pack.name, pack.version, subject_id=plan.id,
                replaces_id=replaces_id, **asdict(conflict),
            )
        ]
    )  # fmt: skip
    if has_died(plan) and not (wishes.view_ids or wishes.why_not):
        wishes = WishesIn(why_not="The child has died.")
    weigh(decision, PlanKind(plan.kind), wishes)
    return decision


def _end_statuses(plan: Plan, *kinds: StatusKind) -> None:
    for row in Status.objects.filter(
        folder_id=plan.folder_id, kind__in=[k.value for k in kinds], held_until__isnull=True
    ):
        end_status(plan.folder_id, row.id, max(today(), row.held_from))


def _end(plan: Plan, acting: Acting, decision: Decision, why: str, *, actions_too: bool) -> None:
    """The rows that end with a plan: what was owed on it, an open review, and (where nothing goes on) its actions."""
    plan.state, plan.ended_on = PlanState.CLOSED.value, today()
    duties.happened("review_followed", [plan.folder_id], subject_id=plan.id, at=now())
    duties.withdraw_all(plan.id, why)
    duties.withdraw_these(queries.review_clocks(plan), why)
    for review in Review.objects.filter(GOES_ON, plan=plan):
        review.result, review.decision, review.closed_at = ReviewResult.CLOSE.value, decision, now()
        review.closed_by_id = acting.practitioner_id
        review.save()
    if actions_too:
        give_up_actions(plan, acting, why)


def give_up_actions(plan: Plan, acting: Acting, why: str) -> None:
    """What is still to be done under a plan that goes on no more is given up."""
    for action in Action.objects.filter(plan=plan, state=ActionState.OPEN.value):
        action.state, action.closed_on = ActionState.NOT_DONE.value, today()
        action.save(update_fields=["state", "closed_on"])
        ActionStep.objects.create(
            folder_id=plan.folder_id, action=action, act=ActionAct.GIVEN_UP.value,
            practitioner_id=action.practitioner_id, words=why, **signed(acting),
        )  # fmt: skip
        duties.withdraw_all(action.id, why)


@dataclass(frozen=True)
class _Before:
    """How it stood before a plan ended: since when it does, and what the child stood under."""

    at: datetime
    statuses: set[UUID]


def _before(plan: Plan) -> _Before:
    return _Before(now(), statuses_of(plan.folder_id))


def _write_ending(
    change: PlanChange,
    acting: Acting,
    decision: Decision,
    sent: EndIn | StepIn,
    before: _Before,
    *,
    reason: str,
    next_kind: str,
) -> None:
    plan, who = change.plan, sent.record_in_order_by
    if who is None:
        raise Refused("Say who answers for the state of the record", "record_in_order_by")
    after = statuses_of(plan.folder_id)
    Ending.objects.create(
        folder_id=plan.folder_id, plan=plan, decision=decision, case_closes=not next_kind, reason=reason,
        next_kind=next_kind, summary=sent.summary.strip(), helps_now=sent.helps_now.strip(),
        feedback_asked=sent.feedback_asked.strip(), record_in_order_by_id=who, change=change,
        ended_statuses=sorted(before.statuses - after), began_statuses=sorted(after - before.statuses),
        **signed(acting, before.at),
    )  # fmt: skip


@transaction.atomic
def close_plan(plan_id: UUID, sent: EndIn, *, seen: int | None = None) -> None:
    """The plan ends, and with it the child's case: census reason, summary, who helps now, feedback, and who
    answers for the record. With a conflict of interests not resolved for the child it ends when a manager upholds that.
    Raises Refused where one is missing, or a review must come first."""
    plan, acting = enter(plan_id, PlanAct.CLOSE, seen=seen)
    rules.may_end(PlanKind(plan.kind), may_decide=acting.may(Permission.DECIDE_PLAN)).or_refuse()
    _check_end(plan, sent.closing, case_closes=True)
    asked = _asked_of_another(plan)
    decision = decided_to_close(plan, sent)
    if waits(decision, "closed", plan.id, sent):
        record(Verb.WROTE, "plans.close_plan", folder_id=plan.folder_id, subject=decision)
        return
    _plan_closed(plan, acting, sent, decision, asked)


@when_upheld("closed", EndIn)
def _plan_close_upheld(decision: Decision, plan_id: UUID, sent: EndIn) -> None:
    plan, acting = enter(plan_id, PlanAct.CLOSE)
    _check_end(plan, sent.closing, case_closes=True)
    _plan_closed(plan, acting, sent, decision, _asked_of_another(plan))


def _asked_of_another(plan: Plan) -> Transfer | None:
    """A request that another authority take the plan, which ends with it. Raises Refused while one is awaited."""
    asked = Transfer.objects.filter(plan=plan, answered_at__isnull=True).first()
    if asked is not None and not grown_or_dead(plan):
        raise Refused("Another authority has been asked to take this plan. Record its answer first")
    return asked


def _plan_closed(plan: Plan, acting: Acting, sent: EndIn, decision: Decision, asked: Transfer | None) -> None:
    if asked is not None:
        _request_ends(asked, acting, "The plan was closed here before the other authority’s conference.")
    _close(plan, acting, sent, decision)


def decided_to_close(plan: Plan, sent: EndIn) -> Decision:
    """That a plan closes is decided. A step of an action."""
    reason = Closure(sent.reason)
    return decide_on(
        plan, f"Plan closed: {reason.label[0].lower()}{reason.label[1:]}", sent.reasons, sent.wishes,
        knows_family=sent.knows_family, conflict=sent.conflict,
    )  # fmt: skip


def _close(plan: Plan, acting: Acting, sent: EndIn, decision: Decision) -> None:
    before = _before(plan)
    _end(plan, acting, decision, "The plan was closed.", actions_too=True)
    _end_statuses(plan, STATUS[PlanKind(plan.kind)], StatusKind.CHILD_IN_NEED, StatusKind.EARLY_HELP)
    change = changed(plan, acting, "closed", sent.reasons.strip())
    _write_ending(change, acting, decision, sent, before, reason=sent.reason, next_kind="")
    way.close(
        plan.folder_id,
        reasons=sent.reasons,
        closing=sent.closing,
        decision_id=decision.id,
        died=has_died(plan),
    )
    record(Verb.WROTE, "plans.close_plan", folder_id=plan.folder_id, subject=plan)


@transaction.atomic
def step_plan(plan_id: UUID, sent: StepIn, *, seen: int | None = None) -> UUID:
    """The child goes on under a plan of another kind: outcomes that go on, statements, needs, services, open actions
    and the group around the child go along. A child stepped down from protection stays a child in need (HLP-04).
    Returns the new plan; the decision where it waits for a ruling, since a conflict of interests was not resolved for
    the child."""
    plan, acting = enter(plan_id, PlanAct.CLOSE, seen=seen)
    may_decide = acting.may(Permission.DECIDE_PLAN)
    _check_step(plan, sent, may_decide=may_decide)
    decision = decide_on(
        plan, f"Stepped {_towards(plan, sent)} to a {sent.to.label.lower()}", sent.reasons, sent.wishes,
        knows_family=sent.knows_family, conflict=sent.conflict,
    )  # fmt: skip
    if decision.awaits_ruling:
        check_sooner(plan.folder_id, sent.next_plan(plan.lead_id))
    if waits(decision, "stepped", plan.id, sent):
        record(Verb.WROTE, "plans.step_plan", folder_id=plan.folder_id, subject=decision)
        return decision.id
    return _stepped(plan, acting, sent, decision)


@when_upheld("stepped", StepIn)
def _step_upheld(decision: Decision, plan_id: UUID, sent: StepIn) -> None:
    plan, acting = enter(plan_id, PlanAct.CLOSE)
    _check_step(plan, sent, may_decide=True)
    _stepped(plan, acting, sent, decision, upheld=True)


def _towards(plan: Plan, sent: StepIn) -> str:
    return "up" if sent.to.height > PlanKind(plan.kind).height else "down"


def _check_step(plan: Plan, sent: StepIn, *, may_decide: bool) -> None:
    kind, last = PlanKind(plan.kind), _last_review(plan)
    rules.may_end(kind, may_decide=may_decide or sent.to.height > kind.height).or_refuse()
    rules.check_step(
        kind,
        sent.to,
        ReviewResult(last.result) if last else None,
        reviewed=last is not None,
        taken_on=kind is not PlanKind.EARLY_HELP or queries.taken_on(plan.id),
    ).or_refuse()
    rules.may_begin(
        sent.to,
        may_decide=may_decide,
        conference_decision=from_conference(plan.folder_id, sent.to, sent.decision_id),
        open_kind=None,
    ).or_refuse()
    end = Closing("", sent.summary, sent.helps_now, sent.feedback_asked, sent.record_in_order_by)
    _check_end(plan, end, case_closes=False, at_once=sent.to.height > kind.height)


def _census_reason(kind: PlanKind, to: PlanKind) -> str:
    """Why a child whom a plan kept in need is so no longer, as the census asks: only where early help goes on.

    Not RC9, which is of a case closed after its assessment: the census refuses it beside a plan (its rule 2990).
    """
    return Closure.RC7.value if to is PlanKind.EARLY_HELP and kind is not PlanKind.EARLY_HELP else ""


def _stepped(plan: Plan, acting: Acting, sent: StepIn, decision: Decision, *, upheld: bool = False) -> UUID:
    kind, towards = PlanKind(plan.kind), _towards(plan, sent)
    before = _before(plan)
    _end(plan, acting, decision, f"Stepped {towards} to a {sent.to.label.lower()}.", actions_too=False)
    change = changed(plan, acting, f"stepped {towards} to a {sent.to.label.lower()}", sent.reasons.strip())
    if kind is PlanKind.CHILD_PROTECTION and sent.to is PlanKind.CHILD_IN_NEED:
        _end_statuses(plan, StatusKind.PROTECTION_PLAN)
    elif sent.to is not PlanKind.CHILD_PROTECTION:
        _end_statuses(plan, *(s for k, s in STATUS.items() if k is not sent.to))
    else:
        _end_statuses(plan, StatusKind.EARLY_HELP)
    if sent.to is PlanKind.EARLY_HELP:
        way.step_down(plan.folder_id, reasons=sent.reasons, decision_id=decision.id)
    follows = sent.next_plan(plan.lead_id)
    if upheld:
        follows = still_in_time(plan.folder_id, follows)
    begins = decided_to_begin(plan.folder_id, follows, acting)
    new = begun(plan.folder_id, plan.child_id, follows, acting, plan, begins)
    new.together = plan.together
    new.save(update_fields=["together"])
    carry(plan, new, _last_review(plan), acting)
    _write_ending(
        change, acting, decision, sent, before, reason=_census_reason(kind, sent.to), next_kind=sent.to.value
    )
    record(Verb.WROTE, "plans.step_plan", folder_id=plan.folder_id, subject=new)
    return new.id
