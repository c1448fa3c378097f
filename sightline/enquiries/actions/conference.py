"""What a child protection conference means for the child's way: held, a plan made, or none."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from sightline.access.queries import joined_set, lead_of
from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.verdicts import NotFound, Refused
from sightline.meetings import hooks
from sightline.meetings.terms import Purpose
from sightline.procedures import actions as duties

from ..models import Enquiry, Episode
from ..queries import clocks
from ..queries import protection as queries
from ..rules import protection as rules
from ..terms import Act
from . import episode as way


def conference_held(happened: hooks.Happened) -> None:
    """An initial conference was held and its decisions are recorded: what the enquiries owed until then is done, and
    what an earlier return told was owed."""
    if happened.purpose is not Purpose.INITIAL_CONFERENCE:
        return
    folders = {folder for given in happened.folder_ids for folder in joined_set(lead_of(given))}
    for duty in duties.discharge_these(clocks.told_of_before(folders), done=happened.at):
        record(Verb.WROTE, "enquiries.conference_held", folder_id=duty.folder_id, subject=duty)
    for row in Enquiry.objects.filter(folder_id__in=folders, episode__closed_at__isnull=True):
        if duties.discharge("initial_conference", row.id, done=happened.at):
            record(Verb.WROTE, "enquiries.conference_held", folder_id=row.folder_id, subject=row)


@transaction.atomic
def conference_decided(folder_id: UUID, *, plan_made: bool, reasons: str, decision_id: UUID) -> Episode:
    """For the room of plans: a conference made a protection plan, or none; the child moves on. Raises Refused before an
    enquiry has called a conference."""
    permit(Permission.WRITE_FOLDER)
    lead = way.writable_lead(folder_id)
    episode = way.open_episode([lead])
    if episode is None:
        raise Refused("No enquiry is under way with this child, so no conference can decide. Discuss first.")
    episode = way.locked(episode.id)
    way.move(
        episode,
        Act.MAKE_PLAN if plan_made else Act.CONTINUE_ASSESSMENT,
        reasons=reasons,
        decision_id=decision_id,
        outcome_id="protection_plan" if plan_made else "no_protection_plan",
    )
    record(Verb.WROTE, "enquiries.conference_decided", folder_id=lead, subject=episode)
    return episode


@transaction.atomic
def no_plan_made(folder_id: UUID, *, decision_id: UUID, reasons: str, knows_family: bool | None) -> Episode:
    """A conference made no protection plan for this child: the assessment goes on. By its chair, or a manager.

    Raises NotFound where the decision is not one of a conference on this child.
    """
    permit(Permission.DECIDE_PLAN)
    lead = way.writable_lead(folder_id)
    if decision_id not in {d.id for d in queries.conference_decisions(joined_set(lead))}:
        raise NotFound
    rules.knows_nobody(knows_family).or_refuse()
    episode = conference_decided(lead, plan_made=False, reasons=reasons, decision_id=decision_id)
    record(Verb.WROTE, "enquiries.no_plan_made", folder_id=lead, subject=episode)
    return episode
