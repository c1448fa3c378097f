"""Entering a plan to write in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sightline.access.queries import may_write
from sightline.agencies.actions import permit
from sightline.agencies.models import Posting
from sightline.agencies.queries import acting_as
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.models import Person
from sightline.kernel.models import held_on
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused, Verdict
from sightline.procedures import actions as duties

from .. import queries, rules
from ..models import Ending, Plan, PlanChange
from ..terms import PlanAct, PlanKind, PlanState

READ_ONLY = "You may read this record but not write in it. Ask the worker or manager who holds it."


def signed(acting: Acting, at: datetime | None = None) -> dict[str, Any]:
    """Who writes a row, in which post, and when."""
    return {
        "written_at": at or now(),
        "written_by_id": acting.practitioner_id,
        "written_post": acting.post,
    }


def enter_folder(folder_id: UUID) -> tuple[UUID, Acting]:
    """The child of a folder that the viewer may write in, and who is acting. NotFound, NotPermitted."""
    acting = permit(Permission.WRITE_FOLDER)
    child_id = Person.objects.filter(folder_id=folder_id).values_list("id", flat=True).first()
    if child_id is None:
        raise NotFound
    if not may_write(folder_id):
        raise NotPermitted(READ_ONLY)
    return child_id, acting


def enter(plan_id: UUID, act: PlanAct = PlanAct.WRITE, *, seen: int | None = None) -> tuple[Plan, Acting]:
    """A plan, locked, its state moved on by `act`; the caller saves it. Raises NotFound, NotPermitted, or Refused
    where the plan's state forbids it or somebody else changed it since `seen`."""
    acting = permit(Permission.WRITE_FOLDER)
    found = Plan.objects.filter(id=plan_id).first()
    if found is None:
        raise NotFound
    plan = Plan.objects.select_for_update(of=("self",)).filter(id=plan_id).first()
    if plan is None:
        raise NotPermitted(READ_ONLY)
    if seen is not None and plan.version != seen:
        raise Refused(stale_words(plan))
    state = rules.after(PlanState(plan.state), act)
    if isinstance(state, Verdict):
        state.or_refuse()
        raise NotFound
    plan.state = state.value
    plan.version += 1
    return plan, acting


def enter_to_put_right(plan_id: UUID) -> tuple[Plan, Acting]:
    """A plan, locked, to put right what is written of it, also where it is closed: its state stays. NotFound,
    NotPermitted."""
    acting = permit(Permission.WRITE_FOLDER)
    if not Plan.objects.filter(id=plan_id).exists():
        raise NotFound
    plan = Plan.objects.select_for_update(of=("self",)).filter(id=plan_id).first()
    if plan is None:
        raise NotPermitted(READ_ONLY)
    plan.version += 1
    return plan, acting


def nothing_owed_since(plan: Plan) -> datetime | None:
    """Since when nothing is owed on a plan any more; None while it goes on."""
    if plan.ended_on is None:
        return None
    closed = Ending.objects.filter(plan=plan, taken_back__isnull=True).order_by("-written_at").first()
    return closed.written_at if closed is not None else end_of(plan.ended_on)


def stale_words(plan: Plan) -> str:
    """Who changed a plan last, and when."""
    last = PlanChange.objects.filter(plan=plan).select_related("written_by").order_by("-written_at").first()
    if last is None or last.written_by is None:
        return "Somebody else has changed this plan since you opened it. What you typed is kept below"
    at = last.written_at.astimezone(LONDON)
    return (
        f"{last.written_by.name} changed this plan at {at:%H:%M} on {at.day} {at:%B}. What you typed is kept below. "
        "Read the change before you go on"
    )


def enter_all(plan_ids: Sequence[UUID]) -> tuple[list[Plan], Acting]:
    """Several plans to write the same in, in a fixed order so that two writers never wait for each other."""
    if not plan_ids:
        raise Refused("Choose the child whose plan it is", "also")
    plans = {plan_id: enter(plan_id) for plan_id in sorted(set(plan_ids))}
    acting = next(iter(plans.values()))[1]
    return [plans[plan_id][0] for plan_id in dict.fromkeys(plan_ids)], acting


def changed(
    plan: Plan, acting: Acting, act: str, words: str = "", *, meeting_id: UUID | None = None
) -> PlanChange:
    """Save the plan and write down what happened to it, and at which meeting."""
    plan.save()
    return PlanChange.objects.create(
        folder_id=plan.folder_id,
        plan=plan,
        act=act[:60],
        words=words,
        meeting_id=meeting_id,
        **signed(acting),
    )


def looked_again(plan: Plan) -> None:
    """The plan was looked at again: whoever had to owes it no more, but for an outcome that stands as it was
    though the last review said that it changes."""
    if queries.outcomes_to_rewrite(plan.id):
        return
    duties.happened("plan_answered", [plan.folder_id], subject_id=plan.id, at=now())


def answered(plan: Plan) -> None:
    """Whoever had to look at the plan again owes it no more, where nothing is left that it must answer."""
    if not queries.must_answer(plan.id) and queries.owes_answer(plan.id):
        looked_again(plan)
        record(Verb.WROTE, "plans.answered", folder_id=plan.folder_id, subject=plan)


def path_of(plan: Plan) -> str:
    """The page of a plan."""
    return f"/child/{plan.folder_id}/plan/"


def works_in(practitioner_id: UUID, agency_id: UUID | None = None) -> Posting | None:
    """The post that somebody holds today (in that agency), or None where they have left."""
    found = Posting.objects.filter(held_on(today()), practitioner_id=practitioner_id).select_related("agency")
    if agency_id is not None:
        found = found.filter(agency_id=agency_id)
    return found.order_by("held_from").first()


def may_lead(kind: PlanKind, practitioner_id: UUID, *, field: str) -> None:
    """Raises Refused where somebody may not lead a plan of that kind."""
    acting = acting_as(practitioner_id)
    social_worker = acting is not None and acting.may(Permission.STATUTORY)
    rules.may_lead(kind, social_worker=social_worker, field=field).or_refuse()


def end_of(day: date) -> datetime:
    """The last moment of a day in London."""
    return datetime.combine(day + timedelta(days=1), time(0), LONDON) - timedelta(seconds=1)
