"""What goes along from one plan to the next, and back again where the step is taken back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sightline.agencies.rules import Acting

from ..models import Action, Need, Offer, Plan, PlannedOutcome, Review, Statement
from ..models.base import Written
from ..terms import ActionState, Next
from .base import signed

_TEXTS: tuple[type[Written], ...] = (PlannedOutcome, Statement, Need)
_OWN = ("id", "plan_id", "revision", "written_at", "written_by_id", "written_post")


def carry(plan: Plan, new: Plan, last: Review | None, acting: Acting) -> None:
    """What goes along to the next plan, each as it stood, under its own item so that its history is found."""
    said = {a.outcome: a.next for a in last.answers.order_by("written_at", "id")} if last is not None else {}
    ended = {outcome for outcome, next_ in said.items() if next_ == Next.ENDS.value}
    for model in _TEXTS:
        for row in _latest(model, plan):
            if not row.dropped_why and not (model is PlannedOutcome and row.item in ended):
                _copy(row, new, row.revision + 1, acting)
    _hand_on(plan, new)


def carry_back(undone: Plan, plan: Plan, acting: Acting) -> None:
    """What was written, changed or given since the step goes back to the plan that stands again; what only went along
    stands there already."""
    for model in _TEXTS:
        rows: Any = model
        here: dict[UUID, int] = dict(
            rows.objects.filter(plan=plan).order_by("item", "revision").values_list("item", "revision")
        )
        came: dict[UUID, int] = dict(
            rows.objects.filter(plan=undone).order_by("item", "-revision").values_list("item", "revision")
        )
        for row in _latest(model, undone):
            if (row.item not in here and not row.dropped_why) or (
                row.item in here and row.revision > came[row.item]
            ):
                _copy(row, plan, row.revision + 1, acting)
    _hand_on(undone, plan)


def _latest(model: Any, plan: Plan) -> Iterable[Any]:
    return model.objects.filter(plan=plan).order_by("item", "-revision").distinct("item")


def _copy(row: Any, to: Plan, revision: int, acting: Acting) -> None:
    kept = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.attname not in _OWN}
    type(row)(**kept, plan_id=to.id, revision=revision, **signed(acting)).save(force_insert=True)


def _hand_on(plan: Plan, to: Plan) -> None:
    """Open actions, and services that are still to come of something."""
    Action.objects.filter(plan=plan, state=ActionState.OPEN.value).update(plan=to)
    Offer.objects.filter(plan=plan).exclude(state__in=("ended", "declined", "not_available")).update(plan=to)
