"""Duties opened: which clock runs, from when and until when, by the pack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import Refused
from sightline.kernel.viewer import current

from .. import clocks, rules
from ..models import Duty, DutyEvent
from ..pack import Pack
from ..queries import pack_in_force
from ..schema import DutyKind, Limit
from ..terms import Basis, DutyAct, DutyState


@dataclass(frozen=True)
class Opening:
    """A duty to be opened in a folder: its kind by the pack, and the instant that the clock runs from.

    `subject_id` is what it is about; `path` the page where it is done; `owner_id` or `team_id` who owes it.
    `sooner_at` and `sooner_why`: this child needs it before the limit. Instants are aware.
    """

    folder_id: UUID
    kind: str
    started_at: datetime
    subject_id: UUID | None = None
    path: str = ""
    owner_id: UUID | None = None
    team_id: UUID | None = None
    sooner_at: datetime | None = None
    sooner_why: str = ""


@dataclass(frozen=True)
class Clock:
    """The instants of one duty, worked out from the pack."""

    kind: DutyKind
    limit: Limit
    soon_at: datetime
    due_at: datetime
    critical_at: datetime


def clock_of(
    pack: Pack,
    kind_id: str,
    started_at: datetime,
    *,
    sooner_at: datetime | None = None,
    imported: bool = False,
) -> Clock:
    """When a duty of that kind, started then, is due soon, due and critical.

    Raises Refused where the due date lies past the known calendar; imported history never is.
    """
    day = started_at.astimezone(LONDON).date()
    kind = pack.duty_kind(kind_id, day, or_earliest=imported)
    limit = pack.limit(kind.limit, day, or_earliest=imported)
    calendar = pack.calendar(day)
    try:
        due_at = clocks.due(started_at, limit, calendar.forgiven() if imported else calendar)
    except clocks.BeyondCalendar as beyond:
        raise Refused(str(beyond)) from beyond
    if sooner_at is not None and sooner_at < due_at:
        due_at = sooner_at
    return Clock(
        kind=kind,
        limit=limit,
        soon_at=min(max(clocks.due_soon_at(due_at, kind, calendar), started_at), due_at),
        due_at=due_at,
        critical_at=clocks.critical_at(due_at, kind, calendar),
    )


def sooner_by(
    kind: str, started_at: datetime, by: date | datetime | None, why: str, *, pack: Pack, field: str
) -> dict[str, tuple[datetime, str]]:
    """What `happened` takes as `sooner` where this child needs a duty of that kind by an instant or the end of a day,
    or nothing where none is given (TIM-01). Raises Refused, with the field of the form that asks, where it brings
    nothing forward.
    """
    if by is None:
        return {}
    until = by if isinstance(by, datetime) else _end_of(by)
    limit = clock_of(pack, kind, started_at).due_at
    rules.may_start_sooner(why, until, limit, now(), field).or_refuse()
    return {kind: (until, why.strip())}


def still_sooner(kind: str, started_at: datetime, by: date, *, pack: Pack) -> date | None:
    """What `sooner_by` still takes of a day that was given earlier, where the clock is opened only now, as after a
    ruling: today where that day has gone by, None where the limit by itself ends no later."""
    wanted = max(by, today())
    return wanted if _end_of(wanted) < clock_of(pack, kind, started_at).due_at else None


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), LONDON)


def open_duties(
    openings: Sequence[Opening], *, pack: Pack | None = None, imported: bool = False
) -> list[Duty]:
    """Open duties, all in two inserts. The caller has asked its own permission: duties follow from its act."""
    pack = pack or pack_in_force()
    at = now()
    by = current().practitioner_id
    duties: list[Duty] = []
    events: list[DutyEvent] = []
    for opening in openings:
        clock = clock_of(
            pack, opening.kind, opening.started_at, sooner_at=opening.sooner_at, imported=imported
        )
        if opening.sooner_at is not None and not rules.has_real_words(opening.sooner_why):
            raise Refused("Say why this child needs it sooner.", "sooner_why")
        duty = _duty(opening, clock, pack, at)
        duties.append(duty)
        events.append(
            DutyEvent(
                folder_id=opening.folder_id,
                duty=duty,
                act="open",
                at=at,
                by_id=by,
                reason=opening.sooner_why,
                due_after=clock.due_at,
            )  # fmt: skip
        )
    Duty.objects.bulk_create(duties)
    DutyEvent.objects.bulk_create(events)
    return duties


def _duty(opening: Opening, clock: Clock, pack: Pack, opened_at: datetime) -> Duty:
    return Duty(
        folder_id=opening.folder_id,
        kind=clock.kind.id,
        title=clock.kind.title,
        why=clock.kind.why,
        discharged_by=clock.kind.discharged_by,
        subject_id=opening.subject_id,
        path=opening.path,
        owner_id=opening.owner_id,
        team_id=opening.team_id,
        started_at=opening.started_at,
        opened_at=opened_at,
        soon_at=clock.soon_at,
        due_at=clock.due_at,
        critical_at=clock.critical_at,
        sooner_why=opening.sooner_why,
        state=DutyState.OPEN.value,
        pack=pack.name,
        pack_version=pack.version,
        limit_id=clock.limit.id,
        limit_words=f"{clock.limit.title}: {clock.limit.span}",
        statutory=clock.limit.basis is Basis.STATUTORY,
        citation=clock.limit.citation,
        caveat=clock.limit.caveat,
    )


@dataclass(frozen=True)
class PastDuty:
    """A duty of the past: opened then and by whom; done then and by whom, or still owed."""

    opening: Opening
    opened_at: datetime
    opened_by_id: UUID | None = None
    done_at: datetime | None = None
    done_by_id: UUID | None = None


def record_duties_bulk(past: Sequence[PastDuty], *, pack: Pack | None = None) -> list[Duty]:
    """What `open_duties`, the sweep for missed ones and `discharge` would have written by now, dated back.

    For the named jobs that load data. A duty whose limit passed before it was done, or by now, was missed.
    """
    pack = pack or pack_in_force()
    at = now()
    duties: list[Duty] = []
    events: list[DutyEvent] = []
    worked_out: dict[tuple[str, datetime], Clock] = {}
    for each in past:
        opening = each.opening
        key = (opening.kind, opening.started_at)
        clock = worked_out.get(key) or clock_of(pack, *key, imported=True)
        worked_out[key] = clock
        duty = _duty(opening, clock, pack, each.opened_at)
        steps: list[tuple[DutyAct, datetime, UUID | None]] = []
        if duty.due_at < (each.done_at or at):
            steps.append((DutyAct.MISS, duty.due_at, None))
        if each.done_at is not None:
            steps.append((DutyAct.DISCHARGE, each.done_at, each.done_by_id))
        events.append(
            DutyEvent(
                folder_id=opening.folder_id,
                duty=duty,
                act="open",
                at=each.opened_at,
                by_id=each.opened_by_id,
                reason=opening.sooner_why,
                due_after=clock.due_at,
            )  # fmt: skip
        )
        for act, when, by in steps:
            state = rules.after_step(DutyState(duty.state), act)
            duty.state = state.value
            if state in rules.FINAL:
                duty.closed_at = when
            events.append(
                DutyEvent(
                    folder_id=opening.folder_id,
                    duty=duty,
                    act=act.value,
                    at=when,
                    by_id=by,
                    due_before=duty.due_at,
                    due_after=duty.due_at,
                )  # fmt: skip
            )
        duties.append(duty)
    Duty.objects.bulk_create(duties, batch_size=1000)
    DutyEvent.objects.bulk_create(events, batch_size=1000)
    return duties
