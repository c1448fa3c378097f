"""Who leads a plan, its category, and who is in the group around the child."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from sightline.access.actions import let_worker_in
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.actions import set_status
from sightline.children.models import Tie
from sightline.children.rules import NewStatus
from sightline.children.terms import AbuseCategory, StatusKind
from sightline.enquiries.rules.protection import knows_nobody
from sightline.kernel.models import held_on
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures.queries import pack_in_force
from sightline.records.actions import NO_CONFLICT, ConflictIn, Deciding, decide
from sightline.records.models import Decision
from sightline.records.terms import DecisionKind

from .. import queries
from ..models import Category, CoreMember, Lead, Plan
from ..terms import PlanAct, PlanKind
from .base import answered, changed, enter, looked_again, may_lead, signed, works_in
from .waiting import nothing_waits, waits, when_upheld


@transaction.atomic
def name_lead(plan_id: UUID, practitioner_id: UUID, why: str, *, from_day: date | None = None) -> None:
    """Somebody else leads the plan; what the one before still owed on it goes to them."""
    plan, acting = enter(plan_id, PlanAct.RECORD)
    day = from_day or today()
    posting = works_in(practitioner_id)
    if posting is None:
        raise Refused("Choose somebody who holds a post today", "practitioner")
    may_lead(PlanKind(plan.kind), practitioner_id, field="practitioner")
    if plan.lead_id == practitioner_id:
        raise Refused("They lead this plan already", "practitioner")
    if not why.strip():
        raise Refused("Say why somebody else leads from now on", "why")
    before = Lead.objects.filter(plan=plan, held_until__isnull=True).first()
    if before is not None:
        if day < before.held_from or day > today():
            raise Refused("Give a day between the start of the present lead and today", "from_day")
        before.held_until = day
        before.save(update_fields=["held_until"])
    Lead.objects.create(
        folder_id=plan.folder_id, plan=plan, practitioner_id=practitioner_id, agency_id=posting.agency_id,
        post=posting.post_title, held_from=day, **signed(acting),
    )  # fmt: skip
    plan.lead_id, plan.team_id = practitioner_id, posting.team_id
    changed(plan, acting, "led by somebody else", why.strip())
    if practitioner_id != acting.practitioner_id:
        let_worker_in(plan.folder_id, practitioner_id, why=f"Leads the {PlanKind(plan.kind).label.lower()}")
    owed = [*queries.duty_ids_on(plan.id), *queries.review_clocks(plan).values_list("id", flat=True)]
    duties.hand_to(owed, practitioner_id, team_id=posting.team_id)
    looked_again(plan)
    record(Verb.WROTE, "plans.name_lead", folder_id=plan.folder_id, subject=plan, to=practitioner_id)


@dataclass(frozen=True)
class CategoryIn:
    """The category of a child protection plan from a day on, today where none is given, and why it changes."""

    code: str
    why: str
    from_day: date | None = None
    conflict: ConflictIn = NO_CONFLICT


@transaction.atomic
def change_category(plan_id: UUID, sent: CategoryIn, *, knows_family: bool | None) -> None:
    """The category of a child protection plan changes; the one at the start stays on the record. Decided by somebody
    who does not know the family. With a conflict of interests not resolved for the child the category stays until a
    manager upholds that. Raises NotFound, NotPermitted or Refused."""
    plan, acting = enter(plan_id)
    if PlanKind(plan.kind) is not PlanKind.CHILD_PROTECTION:
        raise Refused("Only a child protection plan has a category")
    if not acting.may(Permission.DECIDE_PLAN):
        raise Refused(
            "The category is decided by whoever chairs the conference, or by a manager. Ask one of them"
        )
    knows_nobody(knows_family).or_refuse()
    if sent.code not in {c.value for c in AbuseCategory}:
        raise Refused("Select the category", "code")
    if not sent.why.strip():
        raise Refused("Say why the category changes", "why")
    sent = replace(sent, from_day=sent.from_day or today())
    _standing_category(plan, sent)
    nothing_waits(plan.id)
    pack = pack_in_force()
    [decision] = decide(
        [
            Deciding(
                plan.folder_id, DecisionKind.PLAN, f"Category is now {AbuseCategory(sent.code).label}", sent.why,
                pack.name, pack.version, subject_id=plan.id, **asdict(sent.conflict),
            )
        ]
    )  # fmt: skip
    if not waits(decision, "category", plan.id, sent):
        _category_changes(plan, acting, sent, decision)
    record(Verb.WROTE, "plans.change_category", folder_id=plan.folder_id, subject=plan)


@when_upheld("category", CategoryIn)
def _category_upheld(decision: Decision, plan_id: UUID, sent: CategoryIn) -> None:
    plan, acting = enter(plan_id)
    _category_changes(plan, acting, sent, decision)
    record(Verb.WROTE, "plans.change_category", folder_id=plan.folder_id, subject=plan)


def _standing_category(plan: Plan, sent: CategoryIn) -> tuple[Category, date]:
    """The category that another takes the place of, and from which day. Raises Refused where it cannot."""
    before = Category.objects.filter(plan=plan, held_until__isnull=True).get()
    if before.code == sent.code:
        raise Refused("This is its category already", "code")
    day = sent.from_day or today()
    if not before.held_from <= day <= today():
        raise Refused("Give a day between the start of the present category and today", "from_day")
    return before, day


def _category_changes(plan: Plan, acting: Acting, sent: CategoryIn, decision: Decision) -> None:
    before, day = _standing_category(plan, sent)
    before.held_until = day
    before.save(update_fields=["held_until"])
    # Whoever decided on it signs it, also where a manager's ruling was waited for.
    by = signed(acting) | {"written_by_id": decision.maker_id, "written_post": decision.maker_post}
    category = Category(
        folder_id=plan.folder_id,
        plan=plan,
        code=sent.code,
        why=sent.why.strip(),
        held_from=day,
        **by,
    )
    category.save(force_insert=True)
    set_status(plan.folder_id, NewStatus(StatusKind.PROTECTION_PLAN, day, category=sent.code))
    changed(plan, acting, f"category is now {AbuseCategory(sent.code).label}", sent.why.strip())


@transaction.atomic
def name_core_member(
    plan_id: UUID,
    role: str,
    *,
    practitioner_id: UUID | None = None,
    person_id: UUID | None = None,
    brings: str = "",
    from_day: date | None = None,
) -> UUID:
    """Somebody joins the group around the child: a professional, who then opens the record, or one of the family."""
    plan, acting = enter(plan_id, PlanAct.RECORD)
    if not role.strip():
        raise Refused("Say in what role they are in the group", "role")
    day = from_day or today()
    if day > today():
        raise Refused("Give today or a day that is past", "from_day")
    same = Q(practitioner_id=practitioner_id) if practitioner_id else Q(person_id=person_id)
    if CoreMember.objects.filter(same, plan=plan, held_until__isnull=True).exists():
        raise Refused("They are in the group already", "who")
    agency_id = None
    if practitioner_id is not None:
        posting = works_in(practitioner_id)
        if posting is None:
            raise Refused("Choose somebody who holds a post today", "who")
        agency_id = posting.agency_id
        let_worker_in(plan.folder_id, practitioner_id, why="Is in the group around the child")
    elif (
        person_id is None
        or not Tie.objects.filter(held_on(today()), folder_id=plan.folder_id, other_id=person_id).exists()
    ):
        raise Refused("Choose somebody who is in the child’s life, or a professional", "who")
    member = CoreMember.objects.create(
        folder_id=plan.folder_id, plan=plan, practitioner_id=practitioner_id, agency_id=agency_id,
        person_id=person_id, role=role.strip()[:120], brings=brings.strip()[:300], held_from=day, **signed(acting),
    )  # fmt: skip
    changed(plan, acting, "somebody joined the group around the child")
    record(Verb.WROTE, "plans.name_core_member", folder_id=plan.folder_id, subject=member)
    return member.id


@transaction.atomic
def end_core_member(plan_id: UUID, member_id: UUID, why: str, *, day: date | None = None) -> None:
    """Somebody is in the group no more; that they were stays."""
    plan, acting = enter(plan_id, PlanAct.RECORD)
    member = CoreMember.objects.filter(plan=plan, id=member_id, held_until__isnull=True).first()
    if member is None:
        raise NotFound
    if not why.strip():
        raise Refused("Say why they are in the group no more", "why")
    member.held_until, member.why_ended = max(day or today(), member.held_from), why.strip()[:300]
    member.save(update_fields=["held_until", "why_ended"])
    changed(plan, acting, "somebody left the group around the child", why.strip())
    answered(plan)
    record(Verb.WROTE, "plans.end_core_member", folder_id=plan.folder_id, subject=member)
