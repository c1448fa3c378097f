"""The only writer of the duty ledger.

An action elsewhere discharges a duty and opens the next, as the partnership's pack says; it names the kind of
duty, and the pack says the rest: limit, citation, what discharges it, when it counts as due soon or critical.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from sightline.agencies.actions import notify, permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import event, record, record_many
from sightline.audit.terms import Verb
from sightline.kernel.ids import uuid7
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.kernel.viewer import current

from . import clocks, rules
from .loader import texts_there
from .models import RUNNING, TO_DO, Duty, DutyEvent, ManagerView, PackText, PackVersion
from .pack import Pack
from .queries import agencies_working_with, pack_in_force, pack_named, packs_not_kept, reach_of
from .schema import DutyKind, Limit
from .terms import Basis, DutyAct, DutyState


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


def happened(
    event: str,
    folder_ids: Iterable[UUID],
    *,
    subject_id: UUID,
    at: datetime,
    done: datetime | date | None = None,
    path: str = "",
    owner_id: UUID | None = None,
    team_id: UUID | None = None,
    pack: Pack | None = None,
    sooner: Mapping[str, tuple[datetime, str]] | None = None,
    unless_owed: bool = False,
    without: Collection[str] = (),
) -> list[Duty]:
    """Something of the pack's events happened in these folders: discharge what it discharges, open what it opens.

    `at`: the instant from which the clocks that open run, and at which what is discharged was done; `done`, where that
    was another, or only its day is known.
    `sooner`: by kind, the instant by which this child needs it and why, where that is before the limit (TIM-01).
    `unless_owed`: what is owed on that subject already goes on with its clock, and is not opened beside it.
    `without`: kinds whose clock runs already on another subject, which the caller knows of, and which are not opened.
    """
    pack = pack or pack_in_force()
    folders = list(folder_ids)
    found = pack.event(event, at.astimezone(LONDON).date())
    for kind in found.discharges:
        discharge(kind, subject_id, folder_ids=folders, done=done or at)
    owed: set[tuple[UUID, str]] = set()
    if unless_owed and found.opens:
        owed = set(
            Duty.objects.filter(
                TO_DO, subject_id=subject_id, kind__in=found.opens, folder_id__in=folders
            ).values_list("folder_id", "kind")
        )
    return open_duties(
        [
            Opening(
                folder_id=folder,
                kind=kind,
                started_at=at,
                subject_id=subject_id,
                path=path,
                owner_id=owner_id,
                team_id=team_id,
                sooner_at=(sooner or {}).get(kind, (None, ""))[0],
                sooner_why=(sooner or {}).get(kind, (None, ""))[1],
            )  # fmt: skip
            for folder in folders
            for kind in found.opens
            if kind not in without and (folder, kind) not in owed
        ],
        pack=pack,
    )


def discharge(
    kind: str,
    subject_id: UUID,
    *,
    folder_ids: Iterable[UUID] | None = None,
    done: datetime | date | None = None,
) -> int:
    """What discharges a duty has been done: close those of that kind on that subject. Returns how many.

    `done`: when it was done, or on which day, where it is written down later: whether it was late is measured by
    that. One that was missed and not answered for stays in sight until somebody has answered.
    """
    open_ones = Duty.objects.filter(TO_DO, kind=kind, subject_id=subject_id)
    if folder_ids is not None:
        open_ones = open_ones.filter(folder_id__in=list(folder_ids))
    duties = list(open_ones)
    for duty in duties:
        _done(duty, done or now())
    return len(duties)


def discharge_these(duties: QuerySet[Duty], *, done: datetime | date) -> list[Duty]:
    """The same of these duties, whatever they are about, as far as their clock had begun by then. Returns those that
    were done."""
    latest = done if isinstance(done, datetime) else datetime.combine(done, time.max, LONDON)
    found = list(duties.filter(TO_DO, started_at__lte=latest))
    for duty in found:
        _done(duty, done)
    return found


def written_up(kind: str, subject_id: UUID, done: datetime) -> int:
    """Something done earlier is written down only now, after what came later: a duty that ran then, and that the later
    met too late or that lapsed since, was met in time after all. Returns how many."""
    duties = Duty.objects.filter(
        kind=kind,
        subject_id=subject_id,
        state__in=(DutyState.DONE_LATE.value, DutyState.LAPSED.value),
        started_at__lte=done,
        due_at__gte=done,
    )
    found = list(duties)
    for duty in found:
        _done(duty, done)
        record(Verb.WROTE, "procedures.written_up", folder_id=duty.folder_id, subject=duty)
    return len(found)


def _done(duty: Duty, done: datetime | date) -> None:
    at = now()
    moment = done if isinstance(done, datetime) else datetime.combine(done, time.max, LONDON)
    for act in rules.steps_of_doing(DutyState(duty.state), rules.done_in_time(done, duty.due_at)):
        _step(duty, act, done_at=None if act is DutyAct.MISS else min(moment, at))


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
        _withdrawn(duty, reason, never_owed=never_owed)
    return len(found)


def never_were(duties: QuerySet[Duty], reason: str) -> int:
    """What these duties are about never was, as where it was recorded on the wrong child: none of them was owed, so
    that none counts, be it still to be done, done in time, done late or answered for. For duties that nothing else had
    opened; `owe_again` puts them back as they stood. Returns how many."""
    rules.may_withdraw(reason).or_refuse()
    found = list(duties.exclude(state=DutyState.WITHDRAWN.value))
    for duty in found:
        _step(duty, DutyAct.NEVER_OWE, reason=reason)
    return len(found)


def _withdrawn(duty: Duty, reason: str, sent: Sent | None = None, *, never_owed: bool = False) -> None:
    late = duty.due_at < now()
    for act in rules.steps_of_withdrawing(DutyState(duty.state), late, never_owed=never_owed):
        if act is DutyAct.MISS:
            _step(duty, act)
        else:
            _step(duty, act, reason=reason, sent=sent)


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
        _step(row, DutyAct.OWE_AGAIN, reason=reason.strip())
    made = _opened_again([row for row in gone if row not in missed], reason)
    for row in gone:
        # The new one has its place: done in time after all, it would count beside it.
        if row.state == DutyState.DISCHARGED.value and row not in missed:
            _step(row, DutyAct.NEVER_OWE, reason=reason.strip())
    for row in (*missed, *made):
        record(Verb.WROTE, "procedures.owe_again", folder_id=row.folder_id, subject=row)
    return [*missed, *made]


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


def hand_to(
    duty_ids: Iterable[UUID], practitioner_id: UUID | None, *, team_id: UUID | None = None, path: str = ""
) -> int:
    """Somebody takes duties on, or (None) nobody in particular yet; with `team_id` they become that team's, with
    `path` they are done there. Returns how many.

    The caller has asked its own permission; a duty that the viewer may not change stays as it is.
    """
    duties = list(Duty.objects.filter(id__in=list(duty_ids), closed_at__isnull=True))
    for duty in duties:
        duty.owner_id = practitioner_id
        duty.team_id = team_id or duty.team_id
        duty.path = path or duty.path
    Duty.objects.bulk_update(duties, ["owner", "team", "path"])
    for duty in duties:
        record(
            Verb.WROTE,
            "procedures.hand_to",
            folder_id=duty.folder_id,
            subject=duty,
            to=practitioner_id or team_id,
        )
    return len(duties)


@dataclass(frozen=True)
class Sent:
    """A form about a duty: how many acts of people it was opened on, and the key that keeps it once however often it is
    sent."""

    seen: int | None
    once: UUID


def hand_over_all(posting_id: UUID, practitioner_id: UUID) -> None:
    """What the holder of a post still owes goes to somebody else: part of ending the post, which asks the permission.
    Raises Refused where they may not write in a record that it stands in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM procedures_hand_over_all(%s, %s)", [posting_id, practitioner_id])
        found = cursor.fetchall()
    left = sum(not handed for _duty, _folder, handed in found)
    if left or not found:
        raise Refused(
            f"{left or 'Some'} of these stand in records that this person may not write in. Choose somebody else, or "
            "ask the manager who answers for the records to let them in first"
        )
    record_many(
        event(
            Verb.WROTE, "procedures.hand_to", folder_id=folder_id, subject=("procedures_duty", duty_id),
            to=practitioner_id,
        )
        for duty_id, folder_id, _handed in found
    )  # fmt: skip
    notify(practitioner_id, text="You have been given what somebody who leaves still had to do", path="/")


def _permit(permission: Permission, duty: Duty) -> None:
    """The gate, and whether the permission reaches the duty."""
    verdict = reach_of(permit(permission), permission, team_id=duty.team_id, folder_id=duty.folder_id)
    if not verdict:
        raise NotPermitted(verdict)


@transaction.atomic
def shorten(duty_id: UUID, due_at: datetime, reason: str, *, sent: Sent | None = None) -> Duty:
    """This child needs it sooner."""
    duty = _locked(duty_id)
    if duty.owner_id != current().practitioner_id:
        _permit(Permission.CHANGE_DUTY, duty)
    if _sent_before(duty, sent):
        return duty
    rules.may_shorten(reason, duty.due_at, due_at, now()).or_refuse()
    _move(duty, DutyAct.SHORTEN, due_at, reason, sent)
    record(Verb.WROTE, "procedures.shorten", folder_id=duty.folder_id, subject=duty)
    return duty


@transaction.atomic
def extend(
    duty_id: UUID,
    due_at: datetime,
    reason: str,
    views: Sequence[rules.ManagerView],
    *,
    sent: Sent | None = None,
) -> Duty:
    """Extend a limit, where the pack allows it, by the role that it names, after consulting (TIM-02)."""
    acting = permit(Permission.EXTEND_DUTY)
    duty = _locked(duty_id)
    _permit(Permission.EXTEND_DUTY, duty)
    if _sent_before(duty, sent):
        return duty
    pack = pack_named(duty.pack)
    day = now().astimezone(LONDON).date()
    extension = pack.extension(duty.limit_id, day)
    agencies = agencies_working_with(duty.folder_id)
    role = next((slug for slug in acting.role_slugs if slug.replace("-", "_") in extension.by_roles), "")
    rules.may_extend(
        extension,
        role.replace("-", "_"),
        reason,
        views,
        own_agency=acting.agency_name,
        other_agencies=agencies.keys(),
        present_due=duty.agreed_at or duty.due_at,
        new_due=due_at,
        now=now(),
    ).or_refuse()
    moved = rules.extended_due(pack.limit(duty.limit_id, day, or_earliest=True), duty.due_at, due_at)
    duty.agreed_at = moved.agreed
    event = _move(duty, DutyAct.EXTEND, moved.due, reason, sent)
    ManagerView.objects.bulk_create(
        ManagerView(
            folder_id=duty.folder_id,
            event=event,
            agency_id=agencies[view.agency],
            manager=f"{view.manager}, {view.post_title}",
            view=f"{'Agrees' if view.agrees else 'Does not agree'}: {view.view}",
        )
        for view in views
        if view.agency in agencies
    )
    record(Verb.WROTE, "procedures.extend", folder_id=duty.folder_id, subject=duty)
    return duty


@transaction.atomic
def withdraw(duty_id: UUID, reason: str, *, sent: Sent | None = None) -> Duty:
    """It is no longer owed. One that is late by then stays in sight until somebody answers for it."""
    permit(Permission.CHANGE_DUTY)
    duty = _locked(duty_id)
    _permit(Permission.CHANGE_DUTY, duty)
    if _sent_before(duty, sent):
        return duty
    rules.may_withdraw(reason).or_refuse()
    rules.step(DutyState(duty.state), DutyAct.WITHDRAW).or_refuse()
    _withdrawn(duty, reason, sent)
    record(Verb.WROTE, "procedures.withdraw", folder_id=duty.folder_id, subject=duty)
    return duty


@transaction.atomic
def answer_for(duty_id: UUID, answer: str, *, sent: Sent | None = None) -> Duty:
    """Somebody says what went wrong and what was done about it; a missed duty stays visible until then."""
    duty = _locked(duty_id)
    if duty.owner_id != current().practitioner_id:
        _permit(Permission.ANSWER_DUTY, duty)
    if _sent_before(duty, sent):
        return duty
    # The sweep runs every minute; who answers in between does not have to wait for it.
    if duty.state in {s.value for s in rules.RUNNING} and duty.due_at < now():
        _step(duty, DutyAct.MISS)
    rules.may_answer(answer).or_refuse()
    _step(duty, DutyAct.ANSWER, reason=answer, sent=sent)
    record(Verb.WROTE, "procedures.answer_for", folder_id=duty.folder_id, subject=duty)
    return duty


# What has passed, each with its next state, and an event for each: the keys of those are made here.
_MISSED = """
    UPDATE procedures_duty d SET state = n.missed
    FROM unnest(%(running)s::text[], %(missed)s::text[]) AS n(running, missed)
    WHERE d.id = ANY (%(duties)s) AND d.state = n.running
"""
_MISSES = """
    INSERT INTO procedures_dutyevent (id, folder_id, duty_id, act, at, reason, due_before, due_after)
    SELECT e.id, d.folder_id, d.id, %(act)s, %(at)s, '', d.due_at, d.due_at
    FROM unnest(%(events)s::uuid[], %(duties)s::uuid[]) AS e(id, duty_id) JOIN procedures_duty d ON d.id = e.duty_id
"""


def mark_missed(limit: int = 5000) -> int:
    """Mark what has passed its due instant; run by the job `duties` every minute. Returns how many."""
    at, running = now(), RUNNING[:3]
    due = list(
        Duty.objects.select_for_update(skip_locked=True)
        .filter(state__in=running, due_at__lt=at)
        .order_by("due_at")
        .values_list("id", flat=True)[:limit]
    )
    if not due:
        return 0
    values: dict[str, Any] = {
        "duties": due,
        "events": [uuid7() for _ in due],
        "running": list(running),
        "missed": [rules.after_step(DutyState(state), DutyAct.MISS).value for state in running],
        "act": DutyAct.MISS.value,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MISSED, values)
        cursor.execute(_MISSES, values)
    record(Verb.WROTE, "procedures.mark_missed", count=len(due))
    return len(due)


def _locked(duty_id: UUID) -> Duty:
    duty = Duty.objects.select_for_update().filter(id=duty_id).first()
    if duty is None:
        raise NotFound
    return duty


def _sent_before(duty: Duty, sent: Sent | None) -> bool:
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
            f"{who} {DONE[DutyAct(latest.act)]} at {when:%H:%M} on {when.day} {when:%B}, after you opened this page. "
            "Yours was not recorded; what you typed is kept below."
        )
    return False


#: What was done to a duty, after the name of who did it.
DONE = {
    DutyAct.SHORTEN: "brought it forward",
    DutyAct.EXTEND: "extended it",
    DutyAct.ANSWER: "answered for it",
    DutyAct.DISCHARGE: "did it",
    DutyAct.WITHDRAW: "withdrew it",
    DutyAct.NEVER_OWE: "took back what it rested on",
    DutyAct.WRITE_UP: "wrote down that it was done in time",
    DutyAct.OWE_AGAIN: "took back that it was done or is no longer owed",
}


def _step(
    duty: Duty, act: DutyAct, *, reason: str = "", done_at: datetime | None = None, sent: Sent | None = None
) -> DutyEvent:
    """One step of a duty's life, by the transition table, with its event. What was done is closed as of then."""
    at = now()
    state = rules.after_step(DutyState(duty.state), act)
    duty.state = state.value
    duty.closed_at = (done_at or at) if state in rules.FINAL else None
    duty.save(update_fields=["state", "closed_at"])
    return DutyEvent.objects.create(
        id=sent.once if sent is not None else uuid7(),
        folder_id=duty.folder_id, duty=duty, act=act.value, at=at, by_id=current().practitioner_id,
        done_at=done_at if done_at is not None and at - done_at >= timedelta(minutes=1) else None,
        reason=reason, due_before=duty.due_at, due_after=duty.due_at,
    )  # fmt: skip


def _move(duty: Duty, act: DutyAct, due_at: datetime, reason: str, sent: Sent | None = None) -> DutyEvent:
    before = duty.due_at
    state = rules.after_step(DutyState(duty.state), act)
    pack = pack_named(duty.pack)
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


@transaction.atomic
def keep_packs() -> int:
    """Keep the texts of all procedure packs that come along, as far as they can be used and are not kept yet, so that
    what was decided under them can be read in their words for good. Run as the owner of the tables, wherever a place is
    made ready. Returns how many versions were new."""
    there, at, new = texts_there(), now(), 0
    for version in packs_not_kept():
        named = {
            f"{folder}/{file}": (sha256(raw).hexdigest(), raw.decode())
            for folder, files in there[version].items()
            for file, raw in files.items()
        }
        PackText.objects.bulk_create(
            (PackText(digest=digest, text=text) for digest, text in named.values()), ignore_conflicts=True
        )
        PackVersion.objects.bulk_create(
            [
                PackVersion(
                    version=version,
                    files={where: digest for where, (digest, _) in named.items()},
                    first_seen_at=at,
                )
            ],
            ignore_conflicts=True,
        )
        new += 1
    return new
