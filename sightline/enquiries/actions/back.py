"""What a step back puts right: the enquiry, the statuses and the duties that the step itself had changed.

Nothing is lost: an ending that was taken back stays readable beside the one that follows, a status that had ended
begins again as a new row, and a duty that was withdrawn is owed again from the instant that its clock ran from.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sightline.agencies.queries import acting_as
from sightline.children import actions as children
from sightline.children.models import Status
from sightline.children.rules import NewStatus
from sightline.children.terms import StatusKind
from sightline.kernel.models import held_on
from sightline.kernel.time import now, today
from sightline.procedures import actions as duties
from sightline.procedures.models import TO_DO, Duty
from sightline.procedures.queries import pack_in_force, withdrawn_since

from ..models import Assessment, Enquiry, EnquiryEnd, Episode, SignOff, Step, StrategyDecision
from ..queries import clocks
from ..queries.protection import conference_called
from ..terms import Act, AssessmentState, Stage
from .conference_clock import clock_agrees


def put_right(episode: Episode, last: Step, back: Step) -> None:
    """What `last` had changed besides the stage is as it was before it. A step of taking it back."""
    put_statuses_right(last.began_statuses, last.ended_statuses)
    if last.act == Act.CLOSE.value:
        closed = withdrawn_since(clocks.conferences(episode.folder_id), last.at)
        duties.owe_again(closed, "The closing was taken back.")
    if last.decision_id is None:
        return
    ended = EnquiryEnd.objects.filter(decision_id=last.decision_id).select_related("enquiry").first()
    if ended is not None:
        goes_on_again(ended)
    signed = SignOff.objects.filter(decision_id=last.decision_id).select_related("assessment").first()
    if signed is not None:
        _to_assess_again(episode, signed.assessment, back)
    if last.act == Act.START_ENQUIRY.value:
        _not_begun(last.decision_id)
        called = conference_called(episode.id)
        if called is not None:
            _stands_ended(called)
        for row in Enquiry.objects.filter(episode=episode).select_related("strategy"):
            reason = "The step that the discussion decided on was taken back."
            clock_agrees(row, reason, never_owed=True)
    elif last.before == Stage.STRATEGY.value:
        # A discussion had decided otherwise than on the conference that an enquiry had called.
        _conference_again(episode, last.at, "What the discussion decided was taken back.")


def _conference_again(episode: Episode, since: datetime, reason: str) -> None:
    """The conference that the enquiries on a child's way had called, and that was withdrawn since, is owed again."""
    for row in Enquiry.objects.filter(episode=episode):
        duties.owe_again(withdrawn_since(clocks.to_conference(row), since), reason)


def put_statuses_right(began: Sequence[UUID], ended: Sequence[UUID]) -> None:
    """Those that a step began never held; those that it ended go on from the day on which they had ended."""
    for row in Status.objects.filter(id__in=began, held_until__isnull=True):
        children.end_status(row.folder_id, row.id, row.held_from)
    for row in Status.objects.filter(id__in=ended, held_until__isnull=False):
        held = Status.objects.filter(held_on(today()), folder_id=row.folder_id, kind=row.kind)
        if not held.exists():
            children.set_status(
                row.folder_id,
                NewStatus(StatusKind(row.kind), row.held_until or today(), category=row.category),
            )


def goes_on_again(ended: EnquiryEnd) -> None:
    """The enquiry goes on and can be ended again; what its ending had withdrawn is owed again."""
    row = Enquiry.objects.select_for_update().get(id=ended.enquiry_id)
    row.ended_at, row.version = None, row.version + 1
    row.save(update_fields=["ended_at", "version"])
    withdrawn = Duty.objects.filter(subject_id=row.id) | clocks.to_conference(row)
    duties.owe_again(withdrawn_since(withdrawn, ended.written_at), "The end of the enquiry was taken back.")
    duties.hand_to(
        clocks.running(clocks.to_conference(row)).values_list("id", flat=True),
        row.worker_id,
        path=f"/child/{row.folder_id}/enquiries/section-47/{row.id}/",
    )


def _stands_ended(ended: EnquiryEnd) -> None:
    """The enquiry went on after it had been discussed again, which was taken back: it stands as it had ended."""
    row = Enquiry.objects.select_for_update().get(id=ended.enquiry_id)
    row.ended_at, row.version = ended.written_at, row.version + 1
    row.save(update_fields=["ended_at", "version"])
    owed = clocks.running(clocks.to_conference(row)).values_list("id", flat=True)
    duties.hand_to(owed, row.worker_id, path=f"/child/{row.folder_id}/meetings/")


def _not_begun(decision_id: UUID) -> None:
    """The enquiry that the step began stays readable and goes no further; the discussion owes a decision again."""
    decided = StrategyDecision.objects.filter(decision_id=decision_id).select_related("strategy").first()
    if decided is None:
        return
    strategy = decided.strategy
    for row in Enquiry.objects.select_for_update().filter(strategy=strategy, ended_at__isnull=True):
        row.ended_at, row.version = now(), row.version + 1
        row.save(update_fields=["ended_at", "version"])
        of_enquiry = Duty.objects.filter(subject_id=row.id)
        duties.never_were(of_enquiry, "The step that began the enquiry was taken back.")
    if not _still_owed(strategy.duty_subject, "strategy_discussion"):
        duties.owe_again(
            Duty.objects.filter(subject_id=strategy.duty_subject, kind="strategy_discussion"),
            "The step that the discussion decided on was taken back.",
        )


def _to_assess_again(episode: Episode, signed: Assessment, back: Step) -> None:
    """A signed assessment stays as it is: what follows from it is decided again in an update, which is owed."""
    going_on = [AssessmentState.WRITING.value, AssessmentState.SENT.value]
    if Assessment.objects.filter(episode=episode, state__in=going_on).exists():
        return
    form = pack_in_force().assessment_form(signed.form, today())
    author = acting_as(signed.author_id)
    duties.open_duties(
        [
            duties.Opening(
                folder_id=signed.folder_id,
                kind="assessment" if form.statutory else "early_help_assessment",
                started_at=back.at,
                subject_id=back.id,
                path=f"/child/{signed.folder_id}/enquiries/assessments/{signed.id}/",
                owner_id=signed.author_id,
                team_id=author.team_id if author else None,
            )
        ]
    )


def _still_owed(subject_id: UUID, kind: str) -> list[UUID]:
    return list(Duty.objects.filter(TO_DO, kind=kind, subject_id=subject_id).values_list("id", flat=True))
