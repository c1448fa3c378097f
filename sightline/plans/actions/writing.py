"""Writing in a plan: outcomes, statements, needs, views, scales. What is changed is written again, never over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from sightline.agencies.models import Agency
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.models import Tie
from sightline.kernel.ids import uuid7
from sightline.kernel.models import held_on
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures.queries import pack_in_force

from .. import rules
from ..models import Need, Plan, PlannedOutcome, Scale, Statement, View
from ..models.base import Written
from ..terms import Agrees, PlanAct, StatementKind, When, Whose
from .base import changed, enter, enter_all, signed


@dataclass(frozen=True)
class OutcomeIn:
    """A planned outcome. Scales run from 0 (as bad as it could be) to 10."""

    words: str
    measure: str
    baseline: str
    by: date
    whose: Whose
    needed: When
    of_framework: str = ""
    whose_words: str = ""
    baseline_scale: int | None = None
    hoped_scale: int | None = None


@dataclass(frozen=True)
class StatementIn:
    kind: StatementKind
    words: str = ""
    answer: str = ""
    about: str = ""
    why: str = ""


@dataclass(frozen=True)
class NeedIn:
    """`adult_id`: the adult whose own need it is, with what it does to the child."""

    words: str
    adult_id: UUID | None = None
    for_child: str = ""
    unmet_why: str = ""
    agency_id: UUID | None = None
    area: str = ""


@dataclass(frozen=True)
class ViewIn:
    whose: Whose
    name: str
    agrees: Agrees
    words: str = ""
    why_not: str = ""
    heard_on: date | None = None
    heard_how: str = ""
    person_id: UUID | None = None


@dataclass(frozen=True)
class ScaleIn:
    whose: Whose
    name: str
    value: int
    words: str = ""
    outcome: UUID | None = None
    on: date | None = None


def _put(
    model: type[Written],
    plan_ids: Sequence[UUID],
    fields: Mapping[str, Any],
    what: str,
    item: UUID | None,
    alike: Mapping[UUID, UUID] | None = None,
) -> list[UUID]:
    """Write the same in each plan, or the next revision of `item` in the only one and of what stands for it in the
    plans of `alike` (plan: item). Returns the items."""
    if item is not None and len(plan_ids) != 1:
        raise Refused("A change is made in one child’s plan. Write it anew to have it in several", "also")
    changes = {plan_ids[0]: item, **(alike or {})} if item is not None else {}
    plans, acting = enter_all(list(changes) or plan_ids)
    together = uuid7() if len(plans) > 1 else None
    items = []
    for plan in plans:
        own, revision = changes.get(plan.id), 1
        if own is not None:
            before = model.objects.filter(plan=plan, item=own).order_by("-revision").first()  # type: ignore[attr-defined]
            if before is None or before.dropped_why:
                raise NotFound
            revision = before.revision + 1
        row = model(  # type: ignore[misc]
            folder_id=plan.folder_id, plan=plan, item=own or uuid7(), revision=revision,
            written_together=together, **fields, **signed(acting),
        )  # fmt: skip
        row.save(force_insert=True)
        items.append(row.item)
        changed(plan, acting, f"{what} {'changed' if own else 'added'}")
        record(Verb.WROTE, f"plans.write_{what.replace(' ', '_')}", folder_id=plan.folder_id, subject=row)
    return items


@transaction.atomic
def write_outcome(
    plan_ids: Sequence[UUID],
    sent: OutcomeIn,
    *,
    item: UUID | None = None,
    alike: Mapping[UUID, UUID] | None = None,
) -> list[UUID]:
    """A planned outcome in each of these plans, or a change of `item` in the only one and `alike` in the plans of
    brothers and sisters in which the same stands (plan: its item there). Returns the items."""
    pack = pack_in_force()
    framework = {o.id: o.title for o in pack.outcomes(today()).item}
    began = max(
        Plan.objects.filter(id__in=[*plan_ids, *(alike or {})]).values_list("began_on", flat=True),
        default=today(),
    )
    rules.check_outcome(
        sent.words, sent.measure, sent.baseline, sent.by, began, framework, sent.of_framework
    ).or_refuse()
    fields = {
        "of_framework": sent.of_framework,
        "of_framework_title": framework.get(sent.of_framework, ""),
        "words": sent.words.strip(),
        "measure": sent.measure.strip(),
        "baseline": sent.baseline.strip(),
        "baseline_scale": sent.baseline_scale,
        "hoped_scale": sent.hoped_scale,
        "by": sent.by,
        "whose": sent.whose.value,
        "whose_words": sent.whose_words.strip()[:200],
        "needed": sent.needed.value,
    }
    return _put(PlannedOutcome, plan_ids, fields, "outcome", item, alike)


@transaction.atomic
def write_statement(
    plan_ids: Sequence[UUID],
    sent: StatementIn,
    *,
    item: UUID | None = None,
    alike: Mapping[UUID, UUID] | None = None,
) -> list[UUID]:
    """A statement in each of these plans, or a change of `item` as `write_outcome` makes it. Returns the items."""
    rules.check_statement(sent.kind, sent.answer, sent.words, sent.why, sent.about).or_refuse()
    fields = {
        "kind": sent.kind.value,
        "about": sent.about.strip()[:200],
        "answer": sent.answer,
        "words": sent.words.strip(),
        "why": sent.why.strip(),
    }
    return _put(Statement, plan_ids, fields, "statement", item, alike)


@transaction.atomic
def write_need(
    plan_ids: Sequence[UUID],
    sent: NeedIn,
    *,
    item: UUID | None = None,
    alike: Mapping[UUID, UUID] | None = None,
) -> list[UUID]:
    """A need in each of these plans, or a change of `item` as `write_outcome` makes it. Returns the items."""
    if not sent.words.strip():
        raise Refused("Say what is needed", "words")
    if sent.adult_id is not None:
        if not sent.for_child.strip():
            raise Refused(
                "Say what this does to the child, so that it is linked to the child’s plan", "for_child"
            )
        of_all = [*plan_ids, *(alike or {})]
        folders = list(Plan.objects.filter(id__in=of_all).values_list("folder_id", flat=True))
        tied = Tie.objects.filter(held_on(today()), folder_id__in=folders, other_id=sent.adult_id)
        if set(tied.values_list("folder_id", flat=True)) != set(folders):
            raise Refused("Choose an adult who is in the life of each of these children", "adult")
    if sent.agency_id is not None and not Agency.objects.filter(id=sent.agency_id).exists():
        raise Refused("Choose an agency of the partnership", "agency")
    fields = {
        "words": sent.words.strip(),
        "adult_id": sent.adult_id,
        "for_child": sent.for_child.strip(),
        "unmet_why": sent.unmet_why.strip(),
        "agency_id": sent.agency_id,
        "area": sent.area.strip()[:80],
    }
    return _put(Need, plan_ids, fields, "need", item, alike)


_KINDS: dict[str, type[Written]] = {"outcome": PlannedOutcome, "statement": Statement, "need": Need}


@transaction.atomic
def drop(plan_id: UUID, kind: str, item: UUID, why: str) -> None:
    """Take something out of a plan, with the reason; what was written stays readable."""
    model = _KINDS[kind]
    plan, acting = enter(plan_id)
    if not why.strip():
        raise Refused("Say why it is taken out of the plan", "why")
    before = model.objects.filter(plan=plan, item=item).order_by("-revision").first()  # type: ignore[attr-defined]
    if before is None or before.dropped_why:
        raise NotFound
    before.pk = None
    row = model(
        **{
            f.attname: getattr(before, f.attname)
            for f in model._meta.concrete_fields
            if f.attname
            not in ("id", "revision", "dropped_why", "written_at", "written_by_id", "written_post")
        },
        revision=before.revision + 1,
        dropped_why=why.strip(),
        **signed(acting),
    )
    row.save(force_insert=True)
    changed(plan, acting, f"{kind} taken out", why.strip())
    record(Verb.WROTE, "plans.drop", folder_id=plan.folder_id, subject=row)


@transaction.atomic
def record_view(plan_id: UUID, sent: ViewIn, *, review_id: UUID | None = None) -> None:
    """What the child, a parent or somebody else thinks of the plan, or of how it goes at a review."""
    plan, acting = enter(plan_id, PlanAct.RECORD)
    if not sent.name.strip():
        raise Refused("Say who thinks so", "name")
    rules.check_view(sent.agrees, sent.words, sent.why_not).or_refuse()
    heard = sent.heard_on or today()
    if heard > today():
        raise Refused("Give today or a day that is past", "heard_on")
    row = View.objects.create(
        folder_id=plan.folder_id, plan=plan, review_id=review_id, whose=sent.whose.value, person_id=sent.person_id,
        name=sent.name.strip()[:200], agrees=sent.agrees.value, words=sent.words.strip(),
        why_not=sent.why_not.strip(), heard_on=heard, heard_how=sent.heard_how.strip()[:300], **signed(acting),
    )  # fmt: skip
    changed(plan, acting, "somebody’s view recorded")
    record(Verb.WROTE, "plans.record_view", folder_id=plan.folder_id, subject=row)


@transaction.atomic
def place_on_scale(plan_id: UUID, sent: ScaleIn) -> None:
    """Where somebody places the child's safety, or an outcome, on a day: 0 as bad as it could be, 10 as good."""
    plan, acting = enter(plan_id, PlanAct.RECORD)
    if not 0 <= sent.value <= 10:
        raise Refused("Enter a whole number between 0 and 10", "value")
    if not sent.name.strip():
        raise Refused("Say whose scale it is", "name")
    on = sent.on or today()
    if on > today():
        raise Refused("Give today or a day that is past", "on")
    row = Scale.objects.create(
        folder_id=plan.folder_id, plan=plan, outcome=sent.outcome, whose=sent.whose.value,
        name=sent.name.strip()[:200], value=sent.value, words=sent.words.strip(), on=on, **signed(acting),
    )  # fmt: skip
    plan.save()
    record(Verb.WROTE, "plans.place_on_scale", folder_id=plan.folder_id, subject=row)
