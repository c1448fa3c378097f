"""Duties that follow one another, each owed from the last time that it was done: put right where such a time was wrong
or is written down only now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import day_of

from ..models import Duty, DutyEvent
from ..terms import DutyAct, DutyState
from .doing import done_then
from .opening import Opening, open_duties
from .steps import step
from .taking_back import never_were, not_met

_MET = (DutyState.DISCHARGED.value, DutyState.DONE_LATE.value)
_NOT_DONE = (DutyState.LAPSED.value, DutyState.NEVER_DONE.value)
#: What is done as it is written down is kept without a time of its own.
_AT_ONCE = timedelta(minutes=1)


def run_anew(
    duties: QuerySet[Duty],
    opening: Callable[[datetime], Opening],
    *,
    done: Collection[datetime],
    recorded: Collection[datetime],
    reason: str,
    ended: datetime | None = None,
    kinds: Collection[str] = (),
) -> list[Duty]:
    """Duties of which each begins when the one before is done stand as they would, had all of it been known: each is
    met by what was done next, late or not, and owed from when it was done.

    `duties`: all of them, of one folder and on one subject; `opening`: what is owed from a time at which it was done.
    `done`: the times at which it was in truth done; `recorded`: all at which it was ever recorded, so that one that
    ran from a time that never was counts in nothing. `ended`: since when nothing of it is owed any more. `kinds`: those
    that `opening` may give, where which one it is follows from how often it was done before. Returns what was changed.
    The caller has asked its own permission. Sightline baseline.
    """
    times = sorted(set(done))
    openings = [opening(at) for at in times]
    opens = set(kinds) or {(openings[0] if openings else opening(min(recorded))).kind}
    unlike = Q(started_at__in=set(recorded) - set(times))
    for one in openings:
        unlike |= Q(started_at=one.started_at) & ~Q(kind=one.kind)
    from_wrong = duties.filter(unlike, kind__in=opens).exclude(state=DutyState.WITHDRAWN.value)
    sooner = next((row for row in from_wrong if row.closed_at is None and row.sooner_why), None)
    changed = list(from_wrong)
    never_were(from_wrong, reason)
    counted = list(duties.exclude(state=DutyState.WITHDRAWN.value))
    begun = _begun(duties.filter(kind__in=opens))
    missing = [one for one in openings if one.started_at not in begun]
    if missing and sooner is not None and missing[-1].started_at == times[-1] and sooner.due_at > times[-1]:
        missing[-1] = replace(missing[-1], sooner_at=sooner.due_at, sooner_why=sooner.sooner_why)
    for duty in counted:
        met = _met_by(duty, _next(times, duty, recorded if duty.kind in opens else ()), ended, reason)
        changed += [met] if met is not None else []
    for duty in open_duties(missing):
        changed.append(_met_by(duty, _next(times, duty, recorded), ended, reason) or duty)
    for each in {row.id: row for row in changed}.values():
        record(Verb.WROTE, "procedures.run_anew", folder_id=each.folder_id, subject=each)
    return changed


def met_anew(
    duties: QuerySet[Duty], *, done: Collection[datetime], reason: str, ended: datetime | None = None
) -> list[Duty]:
    """The same of duties that are met once, by the first of the times at which it was in truth done, or by none."""
    changed = []
    for duty in list(duties.exclude(state=DutyState.WITHDRAWN.value)):
        if (row := _met_by(duty, min(done, default=None), ended, reason)) is not None:
            changed.append(row)
            record(Verb.WROTE, "procedures.met_anew", folder_id=row.folder_id, subject=row)
    return changed


def _begun(duties: QuerySet[Duty]) -> set[datetime]:
    """From when duties of these ran, whatever became of them, but those that were found never to be owed."""
    never = DutyEvent.objects.filter(act=DutyAct.NEVER_OWE.value, duty__in=duties)
    gone = duties.filter(state=DutyState.WITHDRAWN.value, id__in=never.values("duty_id"))
    return set(duties.exclude(id__in=gone.values("id")).values_list("started_at", flat=True))


def _next(times: Sequence[datetime], duty: Duty, recorded: Collection[datetime]) -> datetime | None:
    """The first of these times that comes after what a duty runs from; where that is none of those `recorded`, on its
    day or later."""
    if duty.started_at in recorded:
        return next((at for at in times if at > duty.started_at), None)
    return next((at for at in times if day_of(at) >= day_of(duty.started_at)), None)


def _met_by(duty: Duty, at: datetime | None, ended: datetime | None, reason: str) -> Duty | None:
    """One duty was in truth met then, or not at all; the row that now stands for it, where that changes anything."""
    if duty.state in _MET:
        was = _met_at(duty)
        if at is not None and timedelta(0) <= was - at < _AT_ONCE:
            return None
        duty = not_met(duty, reason)
    elif duty.state in _NOT_DONE:
        if at is None or at > duty.due_at or duty.state == DutyState.NEVER_DONE.value:
            return None
    elif at is None and ended is None:
        return None
    if at is not None:
        done_then(duty, at)
    elif ended is not None:
        _ended(duty, ended, reason)
    return duty


def _met_at(duty: Duty) -> datetime:
    acts = (DutyAct.DISCHARGE.value, DutyAct.WRITE_UP.value)
    last = DutyEvent.objects.filter(duty=duty, act__in=acts).order_by("at", "id").last()
    assert last is not None
    return last.done_at or last.at


def _ended(duty: Duty, ended: datetime, reason: str) -> None:
    """Nothing met it before nothing was owed any more: it was missed by then, or was not owed so long."""
    if duty.due_at >= ended:
        step(duty, DutyAct.NEVER_OWE, reason=reason)
        return
    if duty.state not in (DutyState.MISSED.value, DutyState.ANSWERED.value):
        step(duty, DutyAct.MISS)
    step(duty, DutyAct.WITHDRAW, reason=reason)
