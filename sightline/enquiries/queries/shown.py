"""What a discussion, an enquiry and a conference each show besides their own rows: threshold, power, clock (ENQ-01)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sightline.govuk.words import moment
from sightline.procedures.models import Duty
from sightline.procedures.terms import DutyState

from ..models import Enquiry, EnquiryEnd, StrategyDecision
from ..terms import Finding, StrategyOutcome
from . import clocks
from .protection import decided_in_effect

#: What discussions, enquiries and conferences stand on.
POWER = "Section 47 of the Children Act 1989"

_CLOSED = {
    DutyState.DISCHARGED: "Done in time, it was due by {due}",
    DutyState.DONE_LATE: "Done late, it was due by {due}",
    DutyState.WITHDRAWN: "Not owed any more, it was due by {due}",
    DutyState.LAPSED: "Missed, and not owed any more: it was due by {due}",
    DutyState.NEVER_DONE: "Missed, and not owed any more: it was due by {due}",
}


def clock_of(kind: str, subject_id: UUID) -> str:
    """By when something is owed on a subject, or how it stands with what was owed; empty where no clock ran."""
    return clocks_of(kind, [subject_id]).get(subject_id, "")


def clocks_of(kind: str, subject_ids: Collection[UUID]) -> dict[UUID, str]:
    """The same of several subjects. One query."""
    rows = sorted(Duty.objects.filter(kind=kind, subject_id__in=list(subject_ids)), key=clocks.stands_last)
    return {row.subject_id: _clock(row) for row in rows if row.subject_id is not None}


def conference_clock(row: Enquiry) -> str:
    """The same of the conference of an enquiry: its own clock, else that of an enquiry told of before it. One query."""
    rows = sorted(
        clocks.to_conference(row), key=lambda duty: (duty.subject_id == row.id, *clocks.stands_last(duty))
    )
    return _clock(rows[-1]) if rows else ""


def _clock(row: Duty) -> str:
    closed = _CLOSED.get(DutyState(row.state))
    return closed.format(due=moment(row.due_at)) if closed else f"By {moment(row.due_at)} ({row.limit_words})"


def decided_of(strategy_ids: Collection[UUID]) -> dict[UUID, StrategyDecision]:
    """The latest decision of each of these discussions on one child that is in effect. One query."""
    rows = decided_in_effect().filter(strategy_id__in=list(strategy_ids)).order_by("written_at", "id")
    return {row.strategy_id: row for row in rows}


@dataclass(frozen=True)
class Before:
    """What a conference on a child rests on, in words."""

    folder_id: UUID
    enquiry_id: UUID
    lines: tuple[str, ...]


def before_conference(folder_ids: Iterable[UUID]) -> list[Before]:
    """For each child of an initial conference the enquiry that it follows: threshold, power, finding, clock. Four
    queries, and one more for an enquiry that goes on with a clock told of before it."""
    rows = list(
        Enquiry.objects.filter(folder_id__in=list(folder_ids), episode__closed_at__isnull=True)
        .order_by("folder_id", "-began_at")
        .distinct("folder_id")
    )
    decided = decided_of([row.strategy_id for row in rows])
    ended = EnquiryEnd.objects.filter(enquiry__in=rows, enquiry__ended_at__isnull=False)
    ends = {end.enquiry_id: end for end in ended.select_related("decision").order_by("written_at")}
    known = clocks_of(clocks.CONFERENCE[0], [row.id for row in rows])
    told_of = [row for row in rows if row.id not in known]
    if told_of:
        known |= {row.id: conference_clock(row) for row in told_of}
    return [
        Before(
            row.folder_id,
            row.id,
            tuple(_said(decided.get(row.strategy_id), ends.get(row.id), known.get(row.id, ""))),
        )
        for row in rows
    ]


def _said(decided: StrategyDecision | None, end: EnquiryEnd | None, clock: str) -> list[str]:
    lines = [f"Power: {POWER}."]
    if decided is not None:
        lines += [f"Decided: {StrategyOutcome(decided.outcome).label}.", f"Threshold: {decided.threshold}"]
    if end is not None:
        lines += [f"Found: {Finding(end.finding).label}.", f"Why: {end.decision.reasons}"]
    else:
        lines.append("The enquiry has not ended yet.")
    if clock:
        lines.append(f"Conference: {clock[0].lower()}{clock[1:]}.")
    return lines
