"""What a plan must answer before it is signed, and what is fixed when it is."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from sightline.agencies.models import Posting
from sightline.children.models import Authority, Particulars
from sightline.children.rules import eighteenth
from sightline.kernel.models import held_on
from sightline.kernel.time import LONDON, day_of, today
from sightline.procedures import clocks
from sightline.procedures.models import TO_DO, Duty
from sightline.procedures.queries import pack_in_force
from sightline.procedures.schema import Limit

from .. import rules
from ..models import Action, CoreMember, Plan, PlanVersion, Transfer
from ..rules import Answer, Around
from ..terms import (
    ActionState,
    Direction,
    PlanState,
)
from .parts import _holds_post, outcomes_to_rewrite
from .shown import PlanView


def as_signed(plan: PlanView) -> dict[str, Any]:
    """The whole content of a plan as plain values, in words that can be read without this program."""
    birth = Particulars.objects.filter(person_id=plan.child_id).order_by("-recorded_at", "-id").first()
    return {
        "child": plan.child,
        "age": plan.age,
        "born_on": birth.born_on.isoformat() if birth and birth.born_on else "",
        "unborn": bool(birth and birth.born_on is None and birth.expected_on is not None),
        "kind": plan.kind.label,
        "began_on": plan.began_on.isoformat(),
        "category": plan.categories,
        "lead": f"{plan.lead}, {plan.lead_post}, {plan.lead_agency}",
        "framework": plan.framework,
        "statements": [
            {"kind": s.kind.label, "about": s.about, "answer": s.said, "words": s.words, "why": s.why}
            for s in plan.statements
        ],
        "outcomes": [
            {
                "of": o.framework_title, "words": o.words, "measure": o.measure, "baseline": o.baseline,
                "scale": o.baseline_scale, "hoped": o.hoped_scale, "by": o.by.isoformat(), "whose": o.whose.label,
                "needed": o.needed.label,
            }
            for o in plan.outcomes
        ],
        "actions": [
            {
                "words": a.words, "who": f"{a.practitioner}, {a.agency}", "by": a.due_on.isoformat(), "why": a.timing,
                "needed": a.needed.label, "state": a.state.label,
            }
            for a in plan.actions
        ],
        "needs": [
            {
                "words": n.words, "adult": n.adult, "for_child": n.for_child, "unmet": n.unmet_why,
                "services": [o.name for o in n.offers],
            }
            for n in plan.needs
        ],
        "services": [
            {"name": o.name, "meant_to_change": o.meant_to_change, "state": o.state.label} for o in plan.offers
        ],
        "views": [
            {
                "name": v.name, "agrees": v.agrees.label, "words": v.words, "why_not": v.why_not,
                "on": v.heard_on.isoformat(),
            }
            for v in plan.views
        ],
        "group": [
            {"name": m.name, "role": m.role, "agency": m.agency, "brings": m.brings} for m in plan.core_now
        ],
    }  # fmt: skip


def around_of(plan: PlanView) -> Around:
    """What is known today around a plan. Two queries, and a third for the partnership's own name."""
    birth = Particulars.objects.filter(person_id=plan.child_id).order_by("-recorded_at", "-id").first()
    authority = Authority.objects.filter(held_on(today()), folder_id=plan.folder_id).first()
    limit, adult_help_from = pack_in_force().limit("help_as_an_adult", today()), None
    if birth is not None and birth.born_on is not None:
        adult_help_from = _before_18(birth.born_on, limit)
    signed_born, signed_unborn = plan.signed_particulars
    return Around(
        born=birth.born_on if birth else None,
        expected=birth.expected_on if birth else None,
        died=birth.died_on if birth else None,
        signed_born=date.fromisoformat(signed_born) if signed_born else None,
        signed_unborn=signed_unborn,
        signed=plan.signed_number is not None,
        lead=plan.lead,
        lead_left=plan.lead_left,
        members_left=[m.name for m in plan.core_now if m.left],
        actions_left=sorted({a.practitioner for a in plan.actions if a.left and a.state is ActionState.OPEN}),
        authority=authority.present if authority else "",
        own_authority=authority.responsible if authority else "",
        asked=plan.state is PlanState.MOVING,
        adult_help_from=adult_help_from,
        adult_help_words=f"Asked from {limit.span} before. {limit.caveat}".strip(),
        outcomes_change=[o.words for o in plan.outcomes if o.to_rewrite],
    )


def _before_18(born: date, limit: Limit) -> date:
    """The day so long before somebody turns 18."""
    turns = datetime.combine(eighteenth(born), time(0), LONDON)
    return day_of(clocks.before(turns, limit, pack_in_force().calendar(today())))


def answers(plan: PlanView) -> list[Answer]:
    """What has happened that the plan must answer."""
    return rules.to_answer(around_of(plan), today()) if plan.open else []


def plans_to_answer() -> list[Plan]:
    """Open plans that must answer something and do not owe it yet; for the job that looks at them all."""
    owed = Duty.objects.filter(TO_DO, subject_id=OuterRef("id"), kind="plan_answers")
    return list(_to_answer().exclude(Exists(owed)).order_by("id"))


def must_answer(plan_id: UUID) -> bool:
    """Whether something has happened that this plan has not answered yet."""
    return _to_answer().filter(id=plan_id).exists() or bool(outcomes_to_rewrite(plan_id))


def owes_answer(plan_id: UUID) -> bool:
    """Whether somebody has still to look at this plan again."""
    return Duty.objects.filter(TO_DO, subject_id=plan_id, kind="plan_answers").exists()


def _to_answer() -> QuerySet[Plan]:
    """Open plans of which `rules.to_answer` asks something that is due now."""
    birth = Particulars.objects.filter(person_id=OuterRef("child_id")).order_by("-recorded_at", "-id")
    signed = PlanVersion.objects.filter(plan_id=OuterRef("id")).order_by("-number")
    gone = Action.objects.filter(plan_id=OuterRef("id"), state=ActionState.OPEN.value).filter(
        ~_holds_post("practitioner_id", "agency_id")
    )
    left = CoreMember.objects.filter(
        plan_id=OuterRef("id"), held_until__isnull=True, practitioner__isnull=False
    ).filter(~_holds_post("practitioner_id", "agency_id"))
    elsewhere = Authority.objects.filter(held_on(today()), child_id=OuterRef("child_id")).exclude(
        present=F("responsible")
    )
    asked = Transfer.objects.filter(plan_id=OuterRef("id"), direction=Direction.OUT.value)
    return (
        Plan.objects.exclude(state=PlanState.CLOSED.value)
        .annotate(
            born=Subquery(birth.values("born_on")[:1]),
            died=Subquery(birth.values("died_on")[:1]),
            signed_unborn=Subquery(signed.values("content__unborn")[:1]),
            signed_born=Subquery(signed.annotate(then=KT("content__born_on")).values("then")[:1]),
            born_now=Coalesce(Cast(Subquery(birth.values("born_on")[:1]), CharField()), Value("")),
            posted=Exists(Posting.objects.filter(held_on(today()), practitioner_id=OuterRef("lead_id"))),
        )
        .filter(
            Q(died__isnull=False)
            | Q(born__lte=born_by(today()))
            | Q(signed_unborn=True, born__isnull=False)
            | Q(signed_unborn=False, signed_born__isnull=False) & ~Q(signed_born=F("born_now"))
            | Q(posted=False)
            | Exists(gone)
            | Exists(left)
            | Exists(elsewhere) & ~Exists(asked)
        )
    )


def born_by(day: date) -> date:
    """The latest birth of somebody who is eighteen on a day."""
    try:
        return day.replace(year=day.year - 18)
    except ValueError:
        return day.replace(year=day.year - 18, day=28)
