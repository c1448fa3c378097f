"""What a child protection conference means for the child's way: held, a plan made, or none."""

from __future__ import annotations

from dataclasses import asdict
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
from sightline.procedures.queries import pack_in_force
from sightline.records import actions as records
from sightline.records.actions import NO_CONFLICT, ConflictIn
from sightline.records.models import Decision
from sightline.records.terms import DecisionKind

from ..models import Enquiry, Episode, Waiting
from ..queries import clocks
from ..queries import protection as queries
from ..rules import protection as rules
from ..rules import stages
from ..terms import Act, Stage, Waits
from . import episode as way
from .waiting import keep_waiting, none_waits, ruling_owed

NO_ENQUIRY = "No enquiry is under way with this child, so no conference can decide. Discuss first."


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
        raise Refused(NO_ENQUIRY)
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
def no_plan_made(
    folder_id: UUID,
    *,
    decision_id: UUID,
    reasons: str,
    knows_family: bool | None,
    conflict: ConflictIn = NO_CONFLICT,
) -> Episode | None:
    """A conference made no protection plan for this child: the assessment goes on. By its chair, or a manager, as a
    decision of their own that follows the conference's. With a conflict of interests not resolved for the child the
    child stays at the conference until another manager upholds it: then None.

    Raises NotFound where `decision_id` is not of a conference on this child, NotPermitted or Refused.
    """
    permit(Permission.DECIDE_PLAN)
    lead = way.writable_lead(folder_id)
    rules.knows_nobody(knows_family).or_refuse()
    episode = _at_conference(lead, decision_id)
    none_waits(Waits.NO_PLAN, episode.id)
    pack = pack_in_force()
    (decision,) = records.decide(
        [
            records.Deciding(
                folder_id=lead,
                kind=DecisionKind.STEP,
                outcome="No child protection plan",
                reasons=reasons,
                pack=pack.name,
                pack_version=pack.version,
                definition_id="child_protection",
                subject_id=decision_id,
                **asdict(conflict),
            )
        ]
    )
    if decision.awaits_ruling:
        keep_waiting(decision, Waits.NO_PLAN, episode.id)
        ruling_owed(decision, pack)
        record(Verb.WROTE, "enquiries.no_plan_made", folder_id=lead, subject=decision)
        return None
    return _no_plan(lead, decision)


def no_plan_upheld(waiting: Waiting) -> None:
    """A manager upheld that a conference made no plan: only now the child moves on. A step of the ruling.

    Raises Refused where the child has moved on since, or the conference was not held after all.
    """
    decision = waiting.decision
    assert decision.subject_id is not None
    try:
        episode = _at_conference(waiting.folder_id, decision.subject_id)
    except NotFound:
        raise Refused(
            "The decision of the conference that this followed stands no more. Say that this does not take effect."
        ) from None
    if episode.id != waiting.subject_id:
        raise Refused(
            "The child has moved on since this was decided. Say that the decision does not take effect."
        )
    _no_plan(waiting.folder_id, decision)


def _at_conference(folder_id: UUID, decision_id: UUID) -> Episode:
    """The way through of a child on whom a conference decided. Raises NotFound, or Refused where the child does not
    stand at a conference."""
    if decision_id not in {d.id for d in queries.conference_decisions(joined_set(folder_id))}:
        raise NotFound
    episode = way.open_episode([folder_id])
    if episode is None:
        raise Refused(NO_ENQUIRY)
    stages.after(Stage(episode.stage), Act.CONTINUE_ASSESSMENT)
    return episode


def _no_plan(lead: UUID, decision: Decision) -> Episode:
    episode = conference_decided(lead, plan_made=False, reasons=decision.reasons, decision_id=decision.id)
    record(Verb.WROTE, "enquiries.no_plan_made", folder_id=lead, subject=episode)
    return episode
