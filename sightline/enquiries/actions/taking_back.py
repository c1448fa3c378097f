"""A step that was wrong is taken back, or the beginning of a child's way; over a conflict of interests not resolved for
the child only when a manager upholds that (CHD-06)."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from sightline.agencies.actions import permit
from sightline.agencies.queries import acting_as
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.models import Status
from sightline.children.terms import StatusKind
from sightline.kernel.models import held_on
from sightline.kernel.time import day_of, now, today
from sightline.kernel.verdicts import Refused
from sightline.meetings.models import MeetingChild
from sightline.meetings.terms import MeetingState
from sightline.procedures.queries import pack_in_force
from sightline.records import actions as records
from sightline.records.actions import NO_CONFLICT, ConflictIn
from sightline.records.models import Decision
from sightline.records.terms import DecisionKind

from ..models import Assessment, Episode, Step, Strategy, Waiting
from ..rules import stages
from ..rules.protection import knows_nobody
from ..terms import Act, AssessmentState, Stage, Waits
from . import back
from .episode import Moved, last_standing, locked, me, stand_at, step_back, tell
from .waiting import keep_waiting, none_waits, ruling_owed


@transaction.atomic
def take_back(
    episode_id: UUID,
    reasons: str,
    *,
    knows_family: bool | None,
    conflict: ConflictIn = NO_CONFLICT,
    version: int | None = None,
) -> Step | None:
    """The latest step was wrong: the child stands where they stood before. Step and reason stay on the record.

    By whoever took the step, or a manager, who does not know the family. Where no step stands the beginning itself is
    taken back. With a conflict of interests not resolved for the child the step stands until a manager upholds that:
    then None. Raises NotPermitted, NotFound or Refused.
    """
    acting = permit(Permission.WRITE_FOLDER)
    episode = locked(episode_id, version=version)
    knows_nobody(knows_family).or_refuse()
    last = last_standing(episode.id)
    if last is not None:
        stages.may_take_back(Act(last.act), reasons).or_refuse()
    else:
        _may_take_beginning_back(episode, reasons)
    if (last.by_id if last else episode.opened_by_id) != acting.practitioner_id:
        permit(Permission.SIGN_OFF)
    none_waits(Waits.STEP_BACK, episode.id)
    if conflict.conflict.strip():
        decision = _decided_back(episode, last, reasons, conflict)
        if decision.awaits_ruling:
            keep_waiting(decision, Waits.STEP_BACK, episode.id, {"step": str(last.id) if last else ""})
            ruling_owed(decision, pack_in_force())
            record(Verb.WROTE, "enquiries.take_back", folder_id=episode.folder_id, subject=decision)
            return None
    return step_back(episode, last, acting, reasons) if last else _never_begun(episode, acting, reasons)


def _decided_back(episode: Episode, last: Step | None, reasons: str, conflict: ConflictIn) -> Decision:
    """A conflict of interests is recorded with a decision of its own: a step taken back is otherwise none."""
    pack = pack_in_force()
    (decision,) = records.decide(
        [
            records.Deciding(
                folder_id=episode.folder_id,
                kind=DecisionKind.STEP,
                outcome=f"Taken back: {last.act}" if last else "The beginning is taken back",
                reasons=reasons,
                pack=pack.name,
                pack_version=pack.version,
                subject_id=episode.id,
                **asdict(conflict),
            )
        ]
    )
    return decision


def step_back_upheld(waiting: Waiting) -> None:
    """A manager upheld that a step is taken back: only now it is. A step of the ruling."""
    acting = acting_as(me())
    assert acting is not None
    episode, reasons = locked(waiting.subject_id), waiting.decision.reasons
    last = last_standing(episode.id)
    if waiting.sent["step"] != (str(last.id) if last else ""):
        raise Refused(
            "The child has moved on since this was decided. Say that the decision does not take effect."
        )
    if last is not None:
        stages.may_take_back(Act(last.act), reasons).or_refuse()
        step_back(episode, last, acting, reasons)
    else:
        _may_take_beginning_back(episode, reasons)
        _never_begun(episode, acting, reasons)


def _may_take_beginning_back(episode: Episode, reasons: str) -> None:
    assessments = Assessment.objects.filter(episode=episode)
    there = MeetingChild.objects.filter(
        meeting_id=OuterRef("meeting_id"), folder_id=OuterRef("folder_id"), left_at__isnull=True
    )
    discussed = Strategy.objects.filter(Exists(there), episode=episode).exclude(
        meeting__state=MeetingState.CANCELLED.value
    )
    stages.may_take_back_beginning(
        going_on=episode.closed_at is None,
        assessing=assessments.filter(
            state__in=[AssessmentState.WRITING.value, AssessmentState.SENT.value]
        ).exists(),
        signed=assessments.filter(state=AssessmentState.SIGNED.value).exists(),
        discussed=discussed.exists(),
        reasons=reasons,
    ).or_refuse()


def _never_begun(episode: Episode, acting: Acting, reasons: str) -> Step:
    """The child's way should not have been begun: it ends without being a case that closed, and statuses are as before.
    What a concern asked for is owed as it was."""
    before = Stage(episode.stage)
    step = Step.objects.create(
        folder_id=episode.folder_id,
        episode=episode,
        act=Act.TAKE_BACK.value,
        before=before.value,
        after=Stage.CLOSED.value,
        at=now(),
        by_id=acting.practitioner_id,
        by_post=acting.post,
        reasons=reasons.strip(),
    )
    stand_at(episode, Stage.CLOSED)
    since = Status.objects.filter(
        held_on(today()),
        folder_id=episode.folder_id,
        kind__in=[StatusKind.CHILD_IN_NEED.value, StatusKind.EARLY_HELP.value],
        held_from__gte=day_of(episode.opened_at),
    )
    back.put_statuses_right(list(since.values_list("id", flat=True)), [])
    record(Verb.WROTE, "enquiries.take_back", folder_id=episode.folder_id, subject=step)
    tell(Moved(episode.folder_id, episode.id, Act.TAKE_BACK, before, Stage.CLOSED, None, "", reasons))
    return step
