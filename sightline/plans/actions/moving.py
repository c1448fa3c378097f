"""A child on a plan who moves to another authority's area, or comes from one.

The plan stays the sender's, clocks and visits included, until the receiver has accepted it: one of protection at its
conference (PAR-12), any other when it says so.
A request that is not needed any more ends without an answer; an answer recorded in error is taken back.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from uuid import UUID

from django.db import transaction

from sightline.agencies.actions import permit
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.actions import authority_changed
from sightline.children.rules import check_ending
from sightline.children.terms import AbuseCategory
from sightline.enquiries.queries.episode import particulars
from sightline.enquiries.rules.protection import knows_nobody
from sightline.enquiries.terms import Closure
from sightline.govuk.words import date_only
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty
from sightline.procedures.queries import pack_in_force
from sightline.records.actions import NO_CONFLICT, ConflictIn, Deciding, decide
from sightline.records.models import Decision
from sightline.records.terms import DecisionKind

from .. import rules
from ..models import Plan, Transfer
from ..terms import Direction, PlanAct, PlanKind, PlanState
from .back import has_why
from .base import answered, changed, end_of, enter, enter_folder, signed
from .begin import BeginIn, begun, decided_to_begin
from .ending import EndIn, _check_end, _close, _request_ends, decided_to_close
from .waiting import nothing_waits, waits, when_upheld
from .withdrawing import withdraw_plan


@transaction.atomic
def ask_transfer(plan_id: UUID, authority: str, words: str, *, conference_on: date | None = None) -> None:
    """Ask the authority where the child now lives to take the plan; `words` is the summary that goes with the child
    (REC-02). Until it accepts, a protection plan at its conference, it stays ours, clocks and visits included (PAR-12).
    """
    plan, acting = enter(plan_id, PlanAct.ASK_TRANSFER)
    if not authority.strip():
        raise Refused("Say which authority is asked", "authority")
    if not (written := check_ending(words, transferred=True)):
        raise Refused(written.reason, "words")
    row = Transfer.objects.create(
        folder_id=plan.folder_id, plan=plan, direction=Direction.OUT.value, authority=authority.strip()[:120],
        words=words.strip(), conference_on=conference_on, **signed(acting),
    )  # fmt: skip
    changed(plan, acting, f"{authority.strip()[:40]} asked to take it", words.strip())
    answered(plan)
    record(Verb.WROTE, "plans.ask_transfer", folder_id=plan.folder_id, subject=row)


@transaction.atomic
def receive_transfer(
    folder_id: UUID,
    authority: str,
    words: str,
    *,
    kind: PlanKind = PlanKind.CHILD_PROTECTION,
    category: str = "",
    earlier_plans: int | None = None,
    asked_on: date | None = None,
    conference_by: date | None = None,
    sooner_why: str = "",
) -> UUID:
    """Another authority asks us to take a child on a plan. One of protection says its `category`, and the receiving
    conference's clock starts with the written request; a child in need's is taken on without a conference. The plan
    stays theirs until then. `conference_by`: where this child needs the conference sooner than the procedures ask, and
    why (TIM-01). Returns the transfer."""
    _child, acting = enter_folder(folder_id)
    if not authority.strip():
        raise Refused("Say which authority asks", "authority")
    if kind is PlanKind.EARLY_HELP:
        raise Refused("Begin an early help plan here: early help is offered to the family anew", "kind")
    protection = kind is PlanKind.CHILD_PROTECTION
    if protection and category not in {c.value for c in AbuseCategory}:
        raise Refused("Select the category of their plan", "category")
    if not words.strip():
        raise Refused("Say what they sent, and who keeps the child safe meanwhile", "words")
    if Transfer.objects.filter(
        folder_id=folder_id, direction=Direction.IN.value, answered_at__isnull=True
    ).exists():
        raise Refused("A request for this child is waiting already. Record its answer first")
    day = asked_on or today()
    if day > today():
        raise Refused("Give today or a day that is past", "asked_on")
    at, pack = min(end_of(day), now()), pack_in_force()
    sooner = duties.sooner_by(
        "transfer_in_conference", at, conference_by, sooner_why, pack=pack, field="conference_by"
    )
    row = Transfer.objects.create(
        folder_id=folder_id, direction=Direction.IN.value, authority=authority.strip()[:120], words=words.strip(),
        category=category if protection else "", earlier_plans=earlier_plans, **signed(acting, at),
    )  # fmt: skip
    if protection:
        duties.happened(
            "transfer_in_asked", [folder_id], subject_id=row.id, at=at, path=f"/child/{folder_id}/plan/",
            owner_id=acting.practitioner_id, team_id=acting.team_id, pack=pack, sooner=sooner,
        )  # fmt: skip
    record(Verb.WROTE, "plans.receive_transfer", folder_id=folder_id, subject=row)
    return row.id


@dataclass(frozen=True)
class TransferAnswer:
    """What the receiver decided: who says so, in which post, and for a protection plan on which day its conference
    did."""

    accepted: bool
    answered_by: str
    words: str
    conference_on: date | None = None
    end: EndIn | None = None
    begin: BeginIn | None = None
    knows_family: bool | None = None
    """Of whoever decides for us on a plan that is asked of us; of one that we end, `end` says it."""


@transaction.atomic
def answer_transfer(transfer_id: UUID, sent: TransferAnswer) -> UUID | None:
    """Record the receiver's answer; for a protection plan it is that of a conference. Accepted out: our plan closes and
    the other authority is responsible. Accepted in: our plan begins (`begin`). Not accepted: it stays where it was.
    Returns the plan that began. With a conflict of interests not resolved for the child the answer waits until a
    manager upholds it."""
    row = Transfer.objects.filter(id=transfer_id).first()
    if row is None:
        raise NotFound
    if row.answered_at is not None:
        raise Refused(f"This request has been answered already: {said_of(row)}")
    if not sent.answered_by.strip():
        raise Refused("Say who answered, and in which post", "answered_by")
    if not sent.words.strip():
        raise Refused("Say what was decided, and why", "words")
    if sent.accepted and sent.conference_on is None and row.kind is PlanKind.CHILD_PROTECTION:
        raise Refused(
            "Enter the day of the receiving conference: until then the plan stays with the sender",
            "conference_on",
        )
    if sent.conference_on is not None and sent.conference_on > today():
        raise Refused(
            "The receiving conference is still to come. The plan stays with the sender until then",
            "conference_on",
        )
    nothing_waits(row.id)
    decision = None
    if sent.accepted:
        decision = _decided_out(row, sent) if row.direction == Direction.OUT.value else _decided_in(row, sent)
        if waits(decision, "moved", row.id, sent):
            record(Verb.WROTE, "plans.answer_transfer", folder_id=row.folder_id, subject=decision)
            return None
    return _answered(row, sent, decision)


@when_upheld("moved", TransferAnswer)
def _move_upheld(decision: Decision, transfer_id: UUID, sent: TransferAnswer) -> None:
    row = Transfer.objects.get(id=transfer_id)
    if row.answered_at is not None:
        raise Refused(f"This request has been answered since: {said_of(row)}")
    if row.direction == Direction.OUT.value:
        _may_go(row, sent)
    else:
        _may_come(row, sent)
    _answered(row, sent, decision)


def _answered(row: Transfer, sent: TransferAnswer, decision: Decision | None) -> UUID | None:
    made = None
    if row.direction == Direction.OUT.value:
        _answered_out(row, sent, decision)
    else:
        made = _answered_in(row, sent, decision)
    row.answered_at, row.accepted, row.answered_by = now(), sent.accepted, sent.answered_by.strip()[:200]
    row.answer, row.conference_on = sent.words.strip(), sent.conference_on or row.conference_on
    row.save()
    record(Verb.WROTE, "plans.answer_transfer", folder_id=row.folder_id, subject=row)
    return made


def _may_go(row: Transfer, sent: TransferAnswer) -> tuple[Plan, Acting, EndIn]:
    """Our plan, and how it ends with the other authority's answer. Raises Refused where it may not."""
    _may_move(row, sent.conference_on)
    if row.plan_id is None:
        raise NotFound
    plan, acting = enter(row.plan_id, PlanAct.CLOSE)
    if sent.end is None:
        raise Refused(check_ending(""))
    end = replace(sent.end, reason=Closure.RC5.value)
    _check_end(plan, end.closing, case_closes=True)
    return plan, acting, end


def _decided_out(row: Transfer, sent: TransferAnswer) -> Decision:
    plan, acting, end = _may_go(row, sent)
    rules.may_end(PlanKind(plan.kind), may_decide=acting.may(Permission.DECIDE_PLAN)).or_refuse()
    return decided_to_close(plan, end)


def _answered_out(row: Transfer, sent: TransferAnswer, decision: Decision | None) -> None:
    if decision is None:
        if row.plan_id is None:
            raise NotFound
        plan, acting = enter(row.plan_id, PlanAct.TAKE_BACK)
        changed(plan, acting, "stays with us", sent.words.strip())
        return
    plan, acting, end = _may_go(row, sent)
    _close(plan, acting, end, decision)
    authority_changed(row.folder_id, responsible=row.authority)


def _may_come(row: Transfer, sent: TransferAnswer) -> BeginIn:
    """How the plan begins here. Raises Refused where it may not."""
    _may_move(row, sent.conference_on)
    if sent.begin is None:
        raise Refused("Say how the plan begins here", "reasons")
    standing = Plan.objects.filter(folder_id=row.folder_id).exclude(state=PlanState.CLOSED.value).first()
    rules.may_begin(
        row.kind, may_decide=True, conference_decision=False,
        open_kind=PlanKind(standing.kind) if standing else None, moved_here=True,
    ).or_refuse()  # fmt: skip
    return replace(sent.begin, kind=row.kind)


def _decided_in(row: Transfer, sent: TransferAnswer) -> Decision:
    _child_id, acting = enter_folder(row.folder_id)
    begin = _may_come(row, sent)
    if row.kind is PlanKind.CHILD_PROTECTION and not acting.may(Permission.DECIDE_PLAN):
        raise NotPermitted(
            "A child protection plan is begun by whoever chairs the conference, or by a manager. Ask one of them"
        )
    knows_nobody(sent.knows_family).or_refuse()
    nothing_waits(row.folder_id)
    return decided_to_begin(row.folder_id, begin, acting)


def _answered_in(row: Transfer, sent: TransferAnswer, decision: Decision | None) -> UUID | None:
    child_id, acting = enter_folder(row.folder_id)
    duties.happened(
        "transfer_in_answered", [row.folder_id], subject_id=row.id, at=now(), done=sent.conference_on
    )
    if decision is None:
        return None
    begin = _may_come(row, sent)
    begin = replace(begin, lead_id=begin.lead_id or decision.maker_id)
    plan = begun(row.folder_id, child_id, begin, acting, None, decision)
    row.plan = plan
    return plan.id


def said_of(row: Transfer) -> str:
    """What was recorded as the answer to a request, in words."""
    if row.answered_at is None:
        return "no answer yet"
    what = {True: "accepted", False: "not accepted", None: "ended without an answer"}[row.accepted]
    return f"{what}, {row.answered_by}, on {date_only(row.conference_on or row.answered_at)}. {row.answer}"


def _may_move(row: Transfer, conference_on: date | None) -> None:
    """Raises Refused where the child had died or was eighteen at the conference that would take the plan; today where
    none does."""
    child_id, _acting = enter_folder(row.folder_id)
    known = particulars(child_id)
    if known is not None:
        rules.may_move(
            Direction(row.direction),
            died=known.died_on,
            born=known.born_on,
            taken_on=conference_on or today(),
            protection=row.kind is PlanKind.CHILD_PROTECTION,
        ).or_refuse()


@transaction.atomic
def take_transfer_back(
    transfer_id: UUID, why: str, *, knows_family: bool | None, conflict: ConflictIn = NO_CONFLICT
) -> None:
    """A request that waits is not needed any more, or was recorded in error: it ends without an answer. An answer that
    was recorded in error is taken back, and the request waits again with the clock that it had; what was recorded stays
    with the decision that takes it back. By whoever may decide on plans, or who wrote down a request that waits. With a
    conflict of interests not resolved for the child an answer stands until a manager upholds that.

    Raises Refused where our plan was closed with the answer (it is reopened on its own page first), or where the plan
    that began with it was reviewed since.
    """
    acting = permit(Permission.WRITE_FOLDER)
    row = Transfer.objects.select_for_update(of=("self",)).filter(id=transfer_id).first()
    if row is None:
        raise NotFound
    enter_folder(row.folder_id)
    own = row.answered_at is None and row.written_by_id == acting.practitioner_id
    if not own and not acting.may(Permission.DECIDE_PLAN):
        raise NotPermitted(
            "This is taken back by whoever chairs the conference, or by a manager. Ask one of them"
        )
    has_why(why)
    if row.answered_at is None:
        _not_needed(row, acting, why)
    else:
        knows_nobody(knows_family).or_refuse()
        nothing_waits(row.id)
        decision = _answer_taken_back(row, why, conflict)
        if not waits(decision, "moved back", row.id):
            _waits_again(row, why)
    record(Verb.WROTE, "plans.take_transfer_back", folder_id=row.folder_id, subject=row)


def _not_needed(row: Transfer, acting: Acting, why: str) -> None:
    _request_ends(row, acting, why)
    if row.plan_id is not None:
        plan, acting = enter(row.plan_id, PlanAct.TAKE_BACK)
        changed(plan, acting, "stays with us, the request ended", why.strip())
    else:
        duties.withdraw_all(row.id, f"The request ended without an answer: {why.strip()}")


def _answer_taken_back(row: Transfer, why: str, conflict: ConflictIn) -> Decision:
    _may_wait_again(row)
    pack = pack_in_force()
    [decision] = decide(
        [
            Deciding(
                row.folder_id, DecisionKind.PLAN, f"The answer on the move, {row.authority}, is taken back",
                f"{why.strip()}\nWhat had been recorded: {said_of(row)}", pack.name, pack.version,
                subject_id=row.id, **asdict(conflict),
            )
        ]
    )  # fmt: skip
    return decision


@when_upheld("moved back", None)
def _back_upheld(decision: Decision, transfer_id: UUID, _sent: None) -> None:
    row = Transfer.objects.select_for_update(of=("self",)).get(id=transfer_id)
    if row.answered_at is None:
        raise Refused("This request has been taken back since. Say that the decision does not take effect")
    _may_wait_again(row)
    _waits_again(row, decision.reasons)


def _may_wait_again(row: Transfer) -> None:
    if Transfer.objects.filter(
        folder_id=row.folder_id, direction=row.direction, answered_at__isnull=True
    ).exists():
        raise Refused("Another request of this kind is waiting. Record its answer first")
    ours = row.plan if row.direction == Direction.OUT.value else None
    if ours is not None and ours.state == PlanState.CLOSED.value:
        raise Refused("Our plan was closed with this answer. Reopen it on its own page first")


def _waits_again(row: Transfer, why: str) -> None:
    accepted = row.accepted
    row.answered_at, row.accepted, row.answered_by, row.answer = None, None, "", ""
    if row.direction == Direction.OUT.value:
        assert row.plan_id is not None
        plan, acting = enter(row.plan_id, PlanAct.ASK_TRANSFER)
        changed(plan, acting, "waits for the other authority again", why.strip())
    else:
        if accepted and row.plan_id is not None:
            # Whoever decides on this knows nobody: it was asked when it was decided.
            withdraw_plan(row.plan_id, why, knows_family=False, with_answer=True)
            row.plan = None
        duties.owe_again(
            Duty.objects.filter(subject_id=row.id, kind="transfer_in_conference"),
            why,
        )
    row.save()
