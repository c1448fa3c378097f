"""A plan begins; which siblings' plans are made with it; a version is signed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from sightline.access.actions import let_worker_in
from sightline.access.queries import joined_set
from sightline.agencies.models import Posting
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.actions import set_status
from sightline.children.models import Status
from sightline.children.rules import NewStatus
from sightline.children.terms import AbuseCategory, StatusKind
from sightline.enquiries.actions import changes as way
from sightline.enquiries.actions.conference import NO_ENQUIRY
from sightline.enquiries.rules.protection import knows_nobody
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.meetings.queries import taken_back_decisions
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty
from sightline.procedures.pack import Pack
from sightline.procedures.queries import pack_in_force
from sightline.records.actions import NO_CONFLICT, ConflictIn, Deciding, decide
from sightline.records.models import Decision
from sightline.records.terms import DecisionKind
from sightline.voice import actions as voice
from sightline.voice.actions import WishesIn
from sightline.voice.terms import Power

from .. import queries, rules
from ..models import Category, Lead, Plan, PlanVersion
from ..terms import PlanAct, PlanKind, PlanState
from .base import changed, end_of, enter, enter_folder, looked_again, may_lead, path_of, signed, works_in
from .waiting import nothing_waits, waits, when_upheld

#: The status that a child stands under with each kind of plan.
STATUS = {
    PlanKind.EARLY_HELP: StatusKind.EARLY_HELP,
    PlanKind.CHILD_IN_NEED: StatusKind.CHILD_IN_NEED,
    PlanKind.CHILD_PROTECTION: StatusKind.PROTECTION_PLAN,
}


@dataclass(frozen=True)
class BeginIn:
    """A plan to be begun for one child.

    `decision_id` is the decision that it follows, as a conference's. `category` for a child protection plan.
    `lead_id` leads it (else whoever begins it). `earlier_plans`: child protection plans before it that were made
    elsewhere; those made here are counted.
    """

    kind: PlanKind
    began_on: date
    reasons: str
    category: str = ""
    decision_id: UUID | None = None
    lead_id: UUID | None = None
    wishes: WishesIn = field(default_factory=WishesIn)
    earlier_plans: int | None = None
    from_authority: str = ""
    conflict: ConflictIn = NO_CONFLICT
    visit_by: date | None = None
    core_group_by: date | None = None
    review_by: date | None = None
    """Where this child must be visited, the core group meet or the plan be reviewed before the pack's limit, and why
    (TIM-01)."""
    sooner_why: str = ""


@dataclass(frozen=True)
class _Beginning:
    """A plan that waits for a ruling to begin."""

    sent: BeginIn
    with_plan: UUID | None = None


@transaction.atomic
def begin_plan(
    folder_id: UUID, sent: BeginIn, *, knows_family: bool | None, with_plan: UUID | None = None
) -> UUID:
    """Begin a child's plan: decision, status, lead, clocks. Returns the plan; the decision where it waits for a ruling,
    since a conflict of interests was not resolved for the child.

    Whoever begins it does not know the family. `with_plan`: the plan of a brother or sister that it is made together
    with. Raises NotFound, NotPermitted,
    or Refused where the rules say why not.
    """
    child_id, acting = enter_folder(folder_id)
    knows_nobody(knows_family).or_refuse()
    nothing_waits(folder_id)
    _may_begin(folder_id, sent, may_decide=acting.may(Permission.DECIDE_PLAN))
    decision = decided_to_begin(folder_id, sent, acting)
    if decision.awaits_ruling:
        check_sooner(folder_id, sent)
    sent = replace(sent, lead_id=sent.lead_id or acting.practitioner_id)
    if waits(decision, "begun", folder_id, _Beginning(sent, with_plan)):
        record(Verb.WROTE, "plans.begin_plan", folder_id=folder_id, subject=decision)
        return decision.id
    plan = begun(folder_id, child_id, sent, acting, None, decision)
    if with_plan is not None:
        _together(plan, with_plan)
    record(Verb.WROTE, "plans.begin_plan", folder_id=folder_id, subject=plan)
    return plan.id


@when_upheld("begun", _Beginning)
def _begin_upheld(decision: Decision, folder_id: UUID, kept: _Beginning) -> None:
    child_id, acting = enter_folder(folder_id)
    _may_begin(folder_id, kept.sent, may_decide=True)
    plan = begun(folder_id, child_id, still_in_time(folder_id, kept.sent), acting, None, decision)
    # The brother's or sister's plan may have ended while the ruling was waited for.
    if kept.with_plan in {plan_id for plan_id, *_ in queries.plans_in_family(folder_id)}:
        _together(plan, kept.with_plan)
    record(Verb.WROTE, "plans.begin_plan", folder_id=folder_id, subject=plan)


def _may_begin(folder_id: UUID, sent: BeginIn, *, may_decide: bool) -> None:
    standing = Plan.objects.filter(folder_id=folder_id).exclude(state=PlanState.CLOSED.value).first()
    rules.may_begin(
        sent.kind,
        may_decide=may_decide,
        conference_decision=from_conference(folder_id, sent.kind, sent.decision_id),
        open_kind=PlanKind(standing.kind) if standing else None,
        moved_here=bool(sent.from_authority),
    ).or_refuse()


def from_conference(folder_id: UUID, kind: PlanKind, decision_id: UUID | None) -> bool:
    """Whether a plan would follow what a conference that was held decided on this child. Raises NotFound where there is
    no such decision on them, and Refused where it takes no effect, or no enquiry called a conference."""
    if decision_id is None:
        return False
    folders = joined_set(folder_id)
    decision = Decision.objects.filter(id=decision_id, folder_id__in=folders).first()
    if decision is None:
        raise NotFound
    in_effect(decision)
    if decision.id in {each.id for each in queries.conference_decisions(folders)}:
        return True
    if kind is PlanKind.CHILD_PROTECTION and not way.under_enquiry(folder_id):
        raise Refused(NO_ENQUIRY, "decision")
    return False


def in_effect(decision: Decision) -> None:
    """Raises Refused for a decision on which a manager has still to rule, or has ruled against (CHD-06)."""
    if decision.id in taken_back_decisions([decision.id]):
        raise Refused(
            "The meeting that decided this was not held after all. Follow a decision that stands", "decision"
        )
    if not decision.awaits_ruling:
        return
    ruling = Decision.objects.filter(rules_on=decision).first()
    if ruling is None:
        raise Refused(
            "That decision was made with a conflict of interests that was not resolved for the child: it has no effect "
            "until a manager has ruled on it",
            "decision",
        )
    if not ruling.upholds:
        raise Refused("A manager ruled that this decision does not take effect. Follow another", "decision")


def _check_begin(sent: BeginIn, acting: Acting) -> Posting:
    """The post of whoever leads a plan to be begun. Raises Refused where it does not hold together."""
    if sent.began_on > today():
        raise Refused("A plan begins today or on a day that is past", "began_on")
    if sent.kind is PlanKind.CHILD_PROTECTION and sent.category not in {c.value for c in AbuseCategory}:
        raise Refused("Select the category of the plan", "category")
    posting = works_in(sent.lead_id or acting.practitioner_id)
    if posting is None:
        raise Refused("Choose somebody who holds a post today to lead the plan", "lead")
    may_lead(sent.kind, posting.practitioner_id, field="lead")
    return posting


def decided_to_begin(folder_id: UUID, sent: BeginIn, acting: Acting) -> Decision:
    """That a plan begins is decided, with the regard had to the child's wishes. A step of an action."""
    _check_begin(sent, acting)
    pack = pack_in_force()
    [decision] = decide(
        [
            Deciding(
                folder_id, DecisionKind.PLAN, f"{sent.kind.label} begun", sent.reasons, pack.name, pack.version,
                definition_id=sent.kind.definition, subject_id=sent.decision_id, **asdict(sent.conflict),
            )
        ]
    )  # fmt: skip
    weigh(decision, sent.kind, sent.wishes)
    return decision


def begun(
    folder_id: UUID, child_id: UUID, sent: BeginIn, acting: Acting, came_from: Plan | None, decision: Decision
) -> Plan:
    """The rows of a plan that was decided on: used where one begins and where one is stepped up or down."""
    posting = _check_begin(sent, acting)
    lead_id = posting.practitioner_id
    pack, at = pack_in_force(), now()
    here, elsewhere = queries.protection_plans_before(folder_id)
    elsewhere = max(elsewhere, sent.earlier_plans or 0)
    plan = Plan.objects.create(
        folder_id=folder_id,
        child_id=child_id,
        kind=sent.kind.value,
        began_on=sent.began_on,
        decision=decision,
        came_from=came_from,
        from_authority=sent.from_authority.strip(),
        earlier_plans=here + elsewhere,
        earlier_elsewhere=elsewhere,
        lead_id=lead_id,
        team_id=posting.team_id,
        pack=pack.name,
        pack_version=pack.version,
        framework=pack.outcomes(today()).title,
        **signed(acting, at),
    )
    Lead.objects.create(
        folder_id=folder_id, plan=plan, practitioner_id=lead_id, agency_id=posting.agency_id,
        post=posting.post_title, held_from=sent.began_on, **signed(acting, at),
    )  # fmt: skip
    if sent.kind is PlanKind.CHILD_PROTECTION:
        Category.objects.create(
            folder_id=folder_id, plan=plan, code=sent.category, held_from=sent.began_on, **signed(acting, at)
        )
    stood = statuses_of(folder_id)
    set_statuses(folder_id, sent)
    stands = statuses_of(folder_id)
    plan.ended_statuses, plan.began_statuses = sorted(stood - stands), sorted(stands - stood)
    if lead_id != acting.practitioner_id:
        let_worker_in(folder_id, lead_id, why=f"Leads the {sent.kind.label.lower()}")
    # A plan that an earlier return told of goes on here, and its next review with the clock that it has. One that was
    # missed is answered for, and this plan's own clock runs.
    protection = sent.kind is PlanKind.CHILD_PROTECTION
    told_of, without = _told_of(folder_id, sent.kind, pack)
    runs_from = min(end_of(sent.began_on), at)
    duties.happened(
        f"{sent.kind.value}_plan_begun", [folder_id], subject_id=plan.id, at=runs_from, path=path_of(plan),
        owner_id=lead_id, team_id=posting.team_id, pack=pack, without=without,
        sooner=_sooner(folder_id, sent, pack, runs_from),
    )  # fmt: skip
    if protection:
        voice.plan_made(
            folder_id, plan.id, on=sent.began_on, at=runs_from, owner_id=lead_id, team_id=posting.team_id, pack=pack
        )  # fmt: skip
    duties.hand_to([duty.id for duty in told_of], lead_id, team_id=posting.team_id, path=path_of(plan))
    changed(plan, acting, "begun", sent.reasons)
    way.plan_began(
        folder_id,
        protection=protection,
        made_before=bool(sent.from_authority) or (bool(told_of) and not way.under_enquiry(folder_id)),
        reasons=sent.reasons,
        decision_id=decision.id,
    )
    return plan


#: The first review of each kind of plan, as the packs name what is owed.
_FIRST_REVIEW = {
    PlanKind.EARLY_HELP: "early_help_review",
    PlanKind.CHILD_IN_NEED: "child_in_need_review",
    PlanKind.CHILD_PROTECTION: "first_review_conference",
}


def _asked_sooner(sent: BeginIn) -> list[tuple[str, str, date | None]]:
    """What may be asked for sooner with a plan: the question, the kind of duty, the day."""
    return [
        ("visit_by", f"{sent.kind.value}_visit", sent.visit_by),
        ("core_group_by", "first_core_group", sent.core_group_by),
        ("review_by", _FIRST_REVIEW[sent.kind], sent.review_by),
    ]


def _told_of(folder_id: UUID, kind: PlanKind, pack: Pack) -> tuple[list[Duty], Collection[str]]:
    """The reviews that an earlier return told of, and which kinds of duty go on with them rather than begin anew."""
    if kind is not PlanKind.CHILD_PROTECTION:
        return [], ()
    rows = list(queries.reviews_told_of(joined_set(folder_id)))
    goes_on = any(duty.due_at >= now() for duty in rows)
    return rows, pack.event("child_protection_reviewed", today()).discharges if goes_on else ()


def _opens(folder_id: UUID, kind: PlanKind, pack: Pack) -> set[str]:
    """The kinds of duty whose clocks start with the plan."""
    return set(pack.event(f"{kind.value}_plan_begun", today()).opens) - set(
        _told_of(folder_id, kind, pack)[1]
    )


def check_sooner(folder_id: UUID, sent: BeginIn) -> None:
    """Raises Refused where what is asked for sooner brings nothing forward: said at once, also where the plan waits."""
    _sooner(folder_id, sent, pack_in_force(), min(end_of(sent.began_on), now()))


def still_in_time(folder_id: UUID, sent: BeginIn) -> BeginIn:
    """What was asked for sooner, as far as a ruling leaves it time: today where its day has gone by, and left out where
    the limit by itself ends no later."""
    pack, runs_from = pack_in_force(), min(end_of(sent.began_on), now())
    opens = _opens(folder_id, sent.kind, pack)
    left = {
        asked: duties.still_sooner(kind, runs_from, by, pack=pack) if kind in opens else None
        for asked, kind, by in _asked_sooner(sent)
        if by is not None
    }
    return replace(
        sent,
        visit_by=left.get("visit_by"),
        core_group_by=left.get("core_group_by"),
        review_by=left.get("review_by"),
    )


def _sooner(
    folder_id: UUID, sent: BeginIn, pack: Pack, runs_from: datetime
) -> dict[str, tuple[datetime, str]]:
    """What this child needs before the limits of what beginning the plan opens. Raises Refused where it opens none."""
    opens = _opens(folder_id, sent.kind, pack)
    found: dict[str, tuple[datetime, str]] = {}
    for asked, kind, by in _asked_sooner(sent):
        if by is not None and kind not in opens:
            raise Refused(
                "No clock for this starts with this plan. Leave it empty; one that runs is brought forward on its own "
                "page",
                asked,
            )
        found |= duties.sooner_by(kind, runs_from, by, sent.sooner_why, pack=pack, field=asked)
    return found


def weigh(decision: Decision, kind: PlanKind, wishes: WishesIn) -> None:
    """Keep the regard had to the child's wishes with a decision; early help is no decision under the Act."""
    if kind is PlanKind.EARLY_HELP:
        return
    voice.weigh(decision, Power.SECTION_47 if kind is PlanKind.CHILD_PROTECTION else Power.SECTION_17, wishes)


def statuses_of(folder_id: UUID) -> set[UUID]:
    """What the child stands under, by id."""
    return set(
        Status.objects.filter(folder_id=folder_id, held_until__isnull=True).values_list("id", flat=True)
    )


def set_statuses(folder_id: UUID, sent: BeginIn) -> None:
    """The statuses that come with the plan. A child on a protection plan is a child in need all along (HLP-04)."""
    held = {
        StatusKind(kind): category
        for kind, category in Status.objects.filter(
            Q(held_until__isnull=True) | Q(held_until__gt=today()), folder_id=folder_id
        ).values_list("kind", "category")
    }
    wanted = [(STATUS[sent.kind], sent.category if sent.kind is PlanKind.CHILD_PROTECTION else "")]
    if sent.kind is PlanKind.CHILD_PROTECTION:
        wanted.append((StatusKind.CHILD_IN_NEED, ""))
    for kind, category in wanted:
        if held.get(kind) != category:
            set_status(folder_id, NewStatus(kind, sent.began_on, category=category))


def _together(plan: Plan, with_plan: UUID) -> None:
    other = Plan.objects.filter(id=with_plan).exclude(state=PlanState.CLOSED.value).first()
    if other is None:
        raise NotFound
    if other.id not in {plan_id for plan_id, *_ in queries.plans_in_family(plan.folder_id)}:
        raise Refused(
            "These two children are not recorded as brothers or sisters. Record that on the People tab first",
            "with_plan",
        )
    if other.together is None:
        other.together = uuid7()
        other.save(update_fields=["together"])
    plan.together = other.together
    plan.save(update_fields=["together"])


@transaction.atomic
def join_siblings(plan_id: UUID, with_plan: UUID, why: str) -> None:
    """From now on this plan is made together with that of a brother or sister; what each says stays their own."""
    plan, acting = enter(plan_id, PlanAct.RECORD)
    if not why.strip():
        raise Refused("Say why the plans are made together", "why")
    _together(plan, with_plan)
    changed(plan, acting, "made together with a brother’s or sister’s plan", why.strip())
    record(Verb.WROTE, "plans.join_siblings", folder_id=plan.folder_id, subject=plan)


@transaction.atomic
def leave_siblings(plan_id: UUID, why: str) -> None:
    """From now on this plan is made apart. What was written once stays in it, and is this child's own from here."""
    plan, acting = enter(plan_id, PlanAct.RECORD)
    if plan.together is None:
        raise Refused("This plan is not made together with another")
    if not why.strip():
        raise Refused("Say why the plan is made apart from now on", "why")
    plan.together = None
    changed(plan, acting, "made apart from brothers and sisters", why.strip())
    record(Verb.WROTE, "plans.leave_siblings", folder_id=plan.folder_id, subject=plan)


@transaction.atomic
def sign_plan(plan_id: UUID, *, without: str = "", seen: int | None = None) -> int:
    """Fix the plan as it stands as the next version. Returns its number.

    Refused while it lacks what every plan must hold, or an account without the reason why (FAM-14).
    """
    plan, acting = enter(plan_id, PlanAct.SIGN, seen=seen)
    shown = queries.plan_shown(plan.id)
    rules.may_sign(shown.lacks, without).or_refuse()
    pack = pack_in_force()
    number = PlanVersion.objects.filter(plan=plan).count() + 1
    version = PlanVersion.objects.create(
        folder_id=plan.folder_id, plan=plan, number=number, content=queries.as_signed(shown),
        without=without.strip(), pack=pack.name, pack_version=pack.version, **signed(acting),
    )  # fmt: skip
    changed(plan, acting, f"version {number} signed", without.strip())
    duties.happened("plan_signed", [plan.folder_id], subject_id=plan.id, at=now(), pack=pack)
    looked_again(plan)
    record(Verb.WROTE, "plans.sign_plan", folder_id=plan.folder_id, subject=version)
    return number
