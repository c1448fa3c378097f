"""What follows for a plan when a meeting about the child was held, or when the child moved on."""

from __future__ import annotations

from sightline.access.queries import joined_set, lead_of
from sightline.agencies.actions import notify
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.queries import lead_worker
from sightline.children.terms import StatusKind
from sightline.enquiries.actions.episode import Moved, stands_under
from sightline.enquiries.terms import Act, Stage
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import Refused
from sightline.meetings.hooks import Happened
from sightline.meetings.terms import Purpose
from sightline.procedures import actions as duties
from sightline.procedures.models import TO_DO, Duty
from sightline.procedures.queries import pack_in_force, withdrawn_since

from .. import queries
from ..models import Plan
from ..queries import REVIEWS
from ..terms import PlanKind, PlanState
from .review import core_group_met, start_review


def meeting_held(happened: Happened) -> None:
    """A core group starts the next one's clock; a review opens each child's part of it, which shows who took part.

    A child whose plan is not there, not signed or under review already is passed over: the meeting was held all the
    same, and the plan's own page says what is missing.
    """
    if happened.purpose is not Purpose.CORE_GROUP and happened.purpose not in REVIEWS:
        return
    for folder_id in happened.folder_ids:
        plan = queries.open_plan(folder_id)
        if plan is None:
            continue
        kind = PlanKind(plan.kind)
        if happened.purpose is Purpose.CORE_GROUP:
            if kind is PlanKind.CHILD_PROTECTION:
                core_group_met(plan.id, happened.at, meeting_id=happened.meeting_id)
            continue
        signed = PlanState(plan.state) is not PlanState.BEING_MADE and queries.was_signed(plan.id)
        if kind is REVIEWS[happened.purpose] and signed and queries.open_review(plan.id) is None:
            start_review(
                plan.id, happened.at.astimezone(LONDON).date(), meeting_id=happened.meeting_id,
                together=happened.meeting_id,
            )  # fmt: skip


def review_concluded(happened: Happened) -> None:
    """A review conference on a child whose plan an earlier return told of, and that is not kept here yet: what was owed
    until then is done, and while the child stands under the plan the next review is owed from that day."""
    if happened.purpose is not Purpose.REVIEW_CONFERENCE:
        return
    for folder_id in happened.folder_ids:
        folders = joined_set(lead_of(folder_id))
        if Plan.objects.filter(folder_id__in=folders).exclude(state=PlanState.CLOSED.value).exists():
            continue
        for duty in duties.discharge_these(queries.reviews_told_of(folders), done=happened.at):
            record(Verb.WROTE, "plans.review_concluded", folder_id=duty.folder_id, subject=duty)
            if duty.subject_id is not None and stands_under(duty.folder_id, StatusKind.PROTECTION_PLAN):
                duties.happened(
                    "plan_continued", [duty.folder_id], subject_id=duty.subject_id, at=happened.at,
                    path=f"/child/{duty.folder_id}/plan/", owner_id=duty.owner_id, team_id=duty.team_id,
                )  # fmt: skip


def child_moved(moved: Moved) -> None:
    """What a child's step on their way means for their plan. A plan is closed on its own page, with its summary and
    who helps now: the way never closes over it. Help that was agreed owes a plan; a step down, that the plan follows.
    """
    plan = queries.open_plan(moved.folder_id)
    path = f"/child/{moved.folder_id}/plan/"
    if moved.act is Act.TAKE_BACK:
        if moved.after is Stage.CLOSED and plan is not None:
            raise Refused(
                f"This child has a {PlanKind(plan.kind).label.lower()}. Take its beginning back, or close it, on the "
                "Plan tab first."
            )
        _asked_for_nothing(moved)
        last = queries.last_plan(moved.folder_id) if moved.before is Stage.CLOSED and plan is None else None
        if last is not None and last.lead_id is not None:
            notify(last.lead_id, text="A closing was taken back: reopen the plan, or make another", path=path)
        return
    if moved.after is Stage.CLOSED:
        if plan is not None:
            raise Refused(
                f"This child has a {PlanKind(plan.kind).label.lower()}. Close it on the Plan tab: its summary and who "
                "helps now belong there, and the rest closes with it."
            )
        duties.withdraw_all(moved.episode_id, "The work with this child was closed.")
    elif moved.act is Act.AGREE_HELP and plan is None:
        lead = lead_worker(moved.folder_id)
        duties.happened(
            "help_agreed", [moved.folder_id], subject_id=moved.episode_id, at=now(), path=path,
            owner_id=lead.practitioner_id if lead else None,
        )  # fmt: skip
    elif moved.act is Act.STEP_DOWN and plan is not None and plan.kind != PlanKind.EARLY_HELP.value:
        duties.happened(
            "plan_to_answer", [moved.folder_id], subject_id=plan.id, at=now(), path=path, owner_id=plan.lead_id,
            team_id=plan.team_id, unless_owed=True,
        )  # fmt: skip


def _asked_for_nothing(moved: Moved) -> None:
    """A step was taken back: what it had asked for of a plan counts in nothing, be it to do, done or done late, and
    what it had ended is owed again."""
    pack = pack_in_force()
    help_, look = (set(pack.event(event, today()).opens) for event in ("help_agreed", "plan_to_answer"))
    begin = Duty.objects.filter(subject_id=moved.episode_id, kind__in=help_)
    why = "The step that asked for a plan was taken back."
    if moved.undid_at is None:
        duties.withdraw_all(moved.episode_id, "The beginning of the work was taken back.", never_owed=True)
        duties.never_were(begin, why)
    elif moved.undid is Act.AGREE_HELP:
        duties.never_were(begin.filter(opened_at__gte=moved.undid_at), why)
    elif moved.undid is Act.CLOSE:
        duties.owe_again(withdrawn_since(begin, moved.undid_at), "The closing was taken back.")
    elif moved.undid is Act.STEP_DOWN:
        plans = Plan.objects.filter(folder_id=moved.folder_id)
        asked = Duty.objects.filter(
            subject_id__in=plans.values("id"), kind__in=look, opened_at__gte=moved.undid_at
        )  # fmt: skip
        # What the plan must answer besides stays owed.
        others = [
            plan.id for plan in plans.exclude(state=PlanState.CLOSED.value) if queries.must_answer(plan.id)
        ]
        duties.never_were(asked.exclude(TO_DO, subject_id__in=others), why)
