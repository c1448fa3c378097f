"""One step of a duty's life, with its event: what every act on a duty is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sightline.kernel.ids import uuid7
from sightline.kernel.time import LONDON, now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import current

from .. import clocks, rules
from ..models import Duty, DutyEvent
from ..queries import pack_now
from ..terms import DutyAct, DutyState

#: What was done to a duty, after the name of who did it.
_DONE = {
    DutyAct.SHORTEN: "brought it forward",
    DutyAct.EXTEND: "extended it",
    DutyAct.ANSWER: "answered for it",
    DutyAct.DISCHARGE: "did it",
    DutyAct.WITHDRAW: "withdrew it",
    DutyAct.NEVER_OWE: "took back what it rested on",
    DutyAct.WRITE_UP: "wrote down that it was done in time",
    DutyAct.OWE_AGAIN: "took back that it was done or is no longer owed",
}


@dataclass(frozen=True)
class Sent:
    """A form about a duty: how many acts of people it was opened on, and the key that keeps it once however often it is
    sent."""

    seen: int | None
    once: UUID


def locked(duty_id: UUID) -> Duty:
    """The row, locked. Raises NotFound."""
    duty = Duty.objects.select_for_update().filter(id=duty_id).first()
    if duty is None:
        raise NotFound
    return duty


def sent_before(duty: Duty, sent: Sent | None) -> bool:
    """Whether this form was kept already. Raises Refused where somebody acted on the duty since it was opened: who,
    what and when."""
    if sent is None:
        return False
    acts = DutyEvent.objects.filter(duty=duty).exclude(act=DutyAct.MISS.value)
    if acts.filter(id=sent.once).exists():
        return True
    if sent.seen is not None and acts.count() != sent.seen:
        latest = acts.select_related("by").order_by("-at", "-id")[0]
        when = latest.at.astimezone(LONDON)
        who = (
            "You"
            if latest.by_id == current().practitioner_id
            else latest.by.name
            if latest.by
            else "Somebody"
        )
        raise Refused(
            f"{who} {_DONE[DutyAct(latest.act)]} at {when:%H:%M} on {when.day} {when:%B}, after you opened this page. "
            "Yours was not recorded; what you typed is kept below."
        )
    return False


def step(
    duty: Duty,
    act: DutyAct,
    *,
    reason: str = "",
    done_at: datetime | None = None,
    sent: Sent | None = None,
    met_by: UUID | None = None,
) -> DutyEvent:
    """One step of a duty's life, by the transition table, with its event. What was done is closed as of then; `met_by`:
    the row by which it was done."""
    at = now()
    state = rules.after_step(DutyState(duty.state), act)
    duty.state = state.value
    duty.closed_at = (done_at or at) if state in rules.FINAL else None
    duty.save(update_fields=["state", "closed_at"])
    return DutyEvent.objects.create(
        id=sent.once if sent is not None else uuid7(),
        folder_id=duty.folder_id, duty=duty, act=act.value, at=at, by_id=current().practitioner_id,
        done_at=done_at if done_at is not None and at - done_at >= timedelta(minutes=1) else None,
        reason=reason, met_by=met_by, due_before=duty.due_at, due_after=duty.due_at,
    )  # fmt: skip


def move(duty: Duty, act: DutyAct, due_at: datetime, reason: str, sent: Sent | None = None) -> DutyEvent:
    """Its date is moved, forward or back, with the event; where only an agreed date was set, the event tells that."""
    before = duty.due_at
    state = rules.after_step(DutyState(duty.state), act)
    pack = pack_now(duty.pack)
    day = now().astimezone(LONDON).date()
    kind = pack.duty_kind(duty.kind, day, or_earliest=True)
    calendar = pack.calendar(day)
    duty.due_at = due_at
    duty.soon_at = min(clocks.due_soon_at(due_at, kind, calendar), due_at)
    duty.critical_at = clocks.critical_at(due_at, kind, calendar)
    duty.state = state.value
    if act is DutyAct.SHORTEN:
        duty.sooner_why = reason
    duty.save(update_fields=["due_at", "soon_at", "critical_at", "agreed_at", "state", "sooner_why"])
    return DutyEvent.objects.create(
        id=sent.once if sent is not None else uuid7(),
        folder_id=duty.folder_id, duty=duty, act=act.value, at=now(), by_id=current().practitioner_id,
        reason=reason, due_before=before, due_after=due_at if before != due_at else duty.agreed_at,
    )  # fmt: skip
