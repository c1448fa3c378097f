"""What goes along from one plan to the next, and back again where the step is taken back.

The group around the child goes along with what is written (PAR-04; HLP-01): whoever helps a family does not have to be
named anew because the plan has another name.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sightline.agencies.rules import Acting

from ..models import Action, CoreMember, Need, Offer, Plan, PlannedOutcome, Review, Statement
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
    for member in CoreMember.objects.filter(plan=plan, held_until__isnull=True).order_by("held_from", "id"):
        _stands_in(member, new, acting)
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
    _group_back(undone, plan, acting)
    _hand_on(undone, plan)


def _latest(model: Any, plan: Plan) -> Iterable[Any]:
    return model.objects.filter(plan=plan).order_by("item", "-revision").distinct("item")


def _copy(row: Any, to: Plan, revision: int, acting: Acting) -> None:
    kept = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.attname not in _OWN}
    type(row)(**kept, plan_id=to.id, revision=revision, **signed(acting)).save(force_insert=True)


def _stands_in(member: CoreMember, to: Plan, acting: Acting) -> None:
    """They are in the group of another plan too, since the same day, in the same role and with what they bring."""
    CoreMember.objects.create(
        folder_id=to.folder_id, plan=to, practitioner_id=member.practitioner_id, agency_id=member.agency_id,
        person_id=member.person_id, role=member.role, brings=member.brings, held_from=member.held_from,
        **signed(acting),
    )  # fmt: skip


def _group_back(undone: Plan, plan: Plan, acting: Acting) -> None:
    """Who joined the group since the step is in that of the plan that stands again, and who left it has left it."""
    there = list(CoreMember.objects.filter(plan=undone).order_by("held_from", "id"))
    standing = {_as_who(m) for m in there if m.held_until is None}
    left = {_as_who(m): m for m in there if m.held_until is not None and _as_who(m) not in standing}
    here = set()
    for member in CoreMember.objects.filter(plan=plan, held_until__isnull=True):
        here.add(_as_who(member))
        if (gone := left.get(_as_who(member))) is not None:
            member.held_until, member.why_ended = gone.held_until, gone.why_ended
            member.save(update_fields=["held_until", "why_ended"])
    for member in there:
        if member.held_until is None and _as_who(member) not in here:
            _stands_in(member, plan, acting)


def _as_who(member: CoreMember) -> tuple[Any, ...]:
    """Who is in the group as what: the same in both plans where the row only went along."""
    return member.practitioner_id, member.person_id, member.role, member.brings, member.held_from


def _hand_on(plan: Plan, to: Plan) -> None:
    """Open actions, and services that are still to come of something."""
    Action.objects.filter(plan=plan, state=ActionState.OPEN.value).update(plan=to)
    Offer.objects.filter(plan=plan).exclude(state__in=("ended", "declined", "not_available")).update(plan=to)
