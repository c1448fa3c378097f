"""What follows for a plan when a meeting about the child was held."""

from __future__ import annotations

from sightline.kernel.time import LONDON
from sightline.meetings import queries as meetings
from sightline.meetings.hooks import Happened
from sightline.meetings.terms import Purpose

from .. import queries
from ..terms import PlanKind, PlanState
from .review import core_group_met, start_review

#: The meetings at which each kind of plan is reviewed.
REVIEWS = {
    Purpose.REVIEW_CONFERENCE: PlanKind.CHILD_PROTECTION,
    Purpose.CHILD_IN_NEED_REVIEW: PlanKind.CHILD_IN_NEED,
    Purpose.EARLY_HELP_REVIEW: PlanKind.EARLY_HELP,
}


def meeting_held(happened: Happened) -> None:
    """A core group starts the next one's clock; a review opens each child's part of it, with who took part.

    A child whose plan is not there, not signed or under review already is passed over: the meeting was held all the
    same, and the plan's own page says what is missing.
    """
    if happened.purpose is not Purpose.CORE_GROUP and happened.purpose not in REVIEWS:
        return
    there = [p for p in meetings.present(happened.meeting_id) if p.came is not None]
    who_came = "; ".join(
        f"{p.name}{f', {p.agency}' if p.agency else ''}: {p.came.label.lower()}" for p in there if p.came
    )
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
                plan.id, happened.at.astimezone(LONDON).date(), who_came=who_came, meeting_id=happened.meeting_id,
                together=happened.meeting_id,
            )  # fmt: skip
