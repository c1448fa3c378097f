"""Duties that are owed no more, never were, or are owed again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now
from sightline.kernel.viewer import current

from .. import rules
from ..models import TO_DO, Duty, DutyEvent
from ..terms import DutyAct, DutyState
from .steps import Sent, step


def withdraw_all(
    subject_id: UUID,
    reason: str,
    *,
    folder_ids: Iterable[UUID] | None = None,
    kind: str = "",
    never_owed: bool = False,
) -> int:
    """Nothing more is owed on that subject: withdraw what is still to be done on it, or what is of that kind. What was
    missed stays in sight until somebody answers for it, unless it was `never_owed`: what opened it never was, as where
    it was recorded by mistake or on the wrong child. Returns how many."""
    duties = Duty.objects.filter(subject_id=subject_id)
    if folder_ids is not None:
        duties = duties.filter(folder_id__in=list(folder_ids))
    if kind:
        duties = duties.filter(kind=kind)
    return withdraw_these(duties, reason, never_owed=never_owed)


def withdraw_these(duties: QuerySet[Duty], reason: str, *, never_owed: bool = False) -> int:
    """The same of these duties, whatever they are about."""
    rules.may_withdraw(reason).or_refuse()
    found = list(duties.filter(TO_DO))
    for duty in found:
        withdrawn(duty, reason, never_owed=never_owed)
    return len(found)


def never_were(duties: QuerySet[Duty], reason: str) -> int:
    """What these duties are about never was, as where it was recorded on the wrong child: none of them was owed, so
    that none counts, be it still to be done, done in time, done late or answered for. For duties that nothing else had
    opened; `owe_again` puts them back as they stood. Returns how many."""
    rules.may_withdraw(reason).or_refuse()
    found = list(duties.exclude(state=DutyState.WITHDRAWN.value))
    for duty in found:
        step(duty, DutyAct.NEVER_OWE, reason=reason)
    return len(found)


def withdrawn(duty: Duty, reason: str, sent: Sent | None = None, *, never_owed: bool = False) -> None:
    """One duty is owed no more: what is late by then was missed first, unless it was never owed."""
    late = duty.due_at < now()
    for act in rules.steps_of_withdrawing(DutyState(duty.state), late, never_owed=never_owed):
        if act is DutyAct.MISS:
            step(duty, act)
        else:
            step(duty, act, reason=reason, sent=sent)


def owe_again(closed: Iterable[Duty], reason: str) -> list[Duty]:
    """What closed these duties was taken back: the latest of each kind on each subject in each folder is owed again,
    with the clock and the limit that it had. One that is owed as it is stays alone; one that was missed before it was
    withdrawn or done is owed as the missed one that it is, so that it is counted once; one that was done before it was
    found that it never was (`never_were`) stands as it stood. The caller has asked its own permission."""
    latest = {
        (row.folder_id, row.subject_id, row.kind): row
        for row in sorted(closed, key=lambda row: (row.opened_at, row.id))
    }
    owed = set(
        Duty.objects.filter(
            TO_DO, subject_id__in={subject for _folder, subject, _kind in latest}
        ).values_list("folder_id", "subject_id", "kind")
    )
    gone = [row for key, row in latest.items() if key not in owed]
    late = _missed_for_good(gone)
    missed = [row for row in gone if rules.goes_on_as_missed(DutyState(row.state), row.id in late)]
    for row in missed:
        step(row, DutyAct.OWE_AGAIN, reason=reason.strip())
    made = _opened_again([row for row in gone if row not in missed], reason)
    for row in gone:
        # The new one has its place: done in time after all, it would count beside it.
        if row.state == DutyState.DISCHARGED.value and row not in missed:
            step(row, DutyAct.NEVER_OWE, reason=reason.strip())
    for row in (*missed, *made):
        record(Verb.WROTE, "procedures.owe_again", folder_id=row.folder_id, subject=row)
    return [*missed, *made]


def after_all(duties: QuerySet[Duty], since: datetime, reason: str) -> list[Duty]:
    """What these duties are about was after all, though it was found never to have been (`never_were`) at `since` or
    later: each stands again as it stood, with its clock."""
    found = DutyEvent.objects.filter(duty=OuterRef("pk"), act=DutyAct.NEVER_OWE.value, at__gte=since)
    rows = list(duties.filter(Exists(found), state=DutyState.WITHDRAWN.value).order_by("opened_at", "id"))
    made = _opened_again(rows, reason)
    for row in made:
        record(Verb.WROTE, "procedures.after_all", folder_id=row.folder_id, subject=row)
    return made


def not_met(duty: Duty, reason: str) -> Duty:
    """What had met one duty never did: it is owed with the clock that it had, as the missed one that it is or as a new
    row, which is returned."""
    if rules.goes_on_as_missed(DutyState(duty.state), duty.id in _missed_for_good([duty])):
        step(duty, DutyAct.OWE_AGAIN, reason=reason)
        return duty
    [made] = _opened_again([duty], reason)
    step(duty, DutyAct.NEVER_OWE, reason=reason)
    return made


def _missed_for_good(rows: Sequence[Duty]) -> set[UUID]:
    """Those of these that were missed, and not written up as done in time since."""
    acts = DutyEvent.objects.filter(duty__in=rows, act__in=(DutyAct.MISS.value, DutyAct.WRITE_UP.value))
    by_act: dict[str, set[UUID]] = {DutyAct.MISS.value: set(), DutyAct.WRITE_UP.value: set()}
    for duty_id, act in acts.values_list("duty_id", "act"):
        by_act[act].add(duty_id)
    return by_act[DutyAct.MISS.value] - by_act[DutyAct.WRITE_UP.value]


def _opened_again(again: Sequence[Duty], reason: str) -> list[Duty]:
    """New duties with the clocks of closed ones; those that were done before they were never owed, with how."""
    told: dict[UUID, list[DutyEvent]] = {row.id: [] for row in again}
    for past in DutyEvent.objects.filter(duty__in=again).order_by("at", "id"):
        told[past.duty_id].append(past)
    at, by = now(), current().practitioner_id
    kept = [
        f.attname
        for f in Duty._meta.concrete_fields
        if f.attname not in ("id", "opened_at", "state", "closed_at")
    ]
    made, events = [], []
    for row in again:
        stood = _before_never_owed(told[row.id])
        state, since = stood or (_moved_to(told[row.id]), None)
        duty = Duty(
            opened_at=at, state=state.value, closed_at=since if state in rules.FINAL else None,
            **{name: getattr(row, name) for name in kept},
        )  # fmt: skip
        made.append(duty)
        if stood is not None:
            for past in told[row.id][:-1]:
                past.id, past.duty = uuid7(), duty
                events.append(past)
        events.append(
            DutyEvent(
                folder_id=row.folder_id, duty=duty, act="open" if stood is None else DutyAct.OWE_AGAIN.value, at=at,
                by_id=by, reason=reason.strip(), due_after=row.due_at,
            )
        )  # fmt: skip
    Duty.objects.bulk_create(made)
    DutyEvent.objects.bulk_create(events)
    return made


def _before_never_owed(told: Sequence[DutyEvent]) -> tuple[DutyState, datetime | None] | None:
    """How a duty stood that was done before it was found that it was never owed, and since when; None for one that was
    still to be done, or is closed otherwise."""
    if not told or told[-1].act != DutyAct.NEVER_OWE.value:
        return None
    before = rules.stood([DutyAct(past.act) for past in told[:-1] if past.act != "open"])
    if before in rules.STILL_TO_DO:
        return None
    return before, told[-2].done_at or told[-2].at


def _moved_to(told: Sequence[DutyEvent]) -> DutyState:
    """Open, unless its date was moved."""
    moved = [past.act for past in told if past.act in _MOVED_TO]
    return _MOVED_TO[moved[-1]] if moved else DutyState.OPEN


_MOVED_TO = {DutyAct.SHORTEN.value: DutyState.SHORTENED, DutyAct.EXTEND.value: DutyState.EXTENDED}
