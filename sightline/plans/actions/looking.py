"""The night's look at every open plan: what has happened that the plan must answer."""

from __future__ import annotations

from django.db import transaction

from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import now
from sightline.procedures import actions as duties
from sightline.procedures.queries import pack_in_force

from .. import queries
from .sending import forget_sent


@transaction.atomic
def look_at_plans() -> int:
    """Open the duty to look at a plan again where something has happened that it must answer. Run by the job
    `duties` every morning; a plan that owes it already is passed over. Returns how many were opened."""
    forget_sent()
    pack, at = pack_in_force(), now()
    found = queries.plans_to_answer()
    for plan in found:
        duties.happened(
            "plan_to_answer",
            [plan.folder_id], subject_id=plan.id, at=at, path=f"/child/{plan.folder_id}/plan/", owner_id=plan.lead_id,
            team_id=plan.team_id, pack=pack,
        )  # fmt: skip
    if found:
        record(Verb.WROTE, "plans.look_at_plans", count=len(found))
    return len(found)
