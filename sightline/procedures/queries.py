"""Reads of the duty ledger: what is due on a child, for a worker, a team, the partnership."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, OuterRef, QuerySet

from sightline.access.gathering import note_folders
from sightline.access.queries import reaches, read_together
from sightline.agencies.leaving import Part
from sightline.agencies.queries import partnership
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission, Scope
from sightline.children.models import Involvement
from sightline.govuk.words import short_day, short_moment
from sightline.kernel.models import held_on
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.together import Wanted, prepared
from sightline.kernel.verdicts import NotFound, Verdict

from . import clocks, rules
from .loader import UnknownPack, load_pack
from .models import NOT_OWED, Duty, DutyEvent
from .pack import Pack
from .terms import DutyAct, DutyState, DutyStatus, Unit


def pack_in_force() -> Pack:
    """The partnership's procedure pack. One short query a request; the pack itself is read once a process."""
    ours = partnership()
    return load_pack(ours.pack if ours else "england")


def pack_now(name: str) -> Pack:
    """What a pack says now, for what was opened under it; the one in force where it comes along no longer."""
    try:
        return load_pack(name)
    except UnknownPack:
        return pack_in_force()


def acknowledged_within() -> int:
    """In how many minutes somebody says that they have a notice, before it goes to the next person."""
    return pack_in_force().setting("duty_manager_acknowledgement", today()).amount


def agencies_working_with(folder_id: UUID) -> dict[str, UUID]:
    """The agencies that work with the child today, by name; also where the folder is a concern's on a known child."""
    _lead, folders = read_together(folder_id)
    rows = Involvement.objects.filter(held_on(today()), folder_id__in=folders).values_list(
        "agency__name", "agency_id"
    )
    return dict(rows)


def reach_of(acting: Acting, permission: Permission, *, team_id: UUID | None, folder_id: UUID) -> Verdict:
    """Whether a permission that is held reaches a duty: it is owed by a team of the viewer's, whose permission is more
    than for their own work, or it is reached with the record that it stands in."""
    if team_id is not None and team_id in acting.team_ids and acting.scope(permission) is not Scope.OWN:
        return Verdict.yes()
    return reaches(permission, folder_id)


@dataclass(frozen=True)
class DutyView:
    """A duty as a page shows it. `left` is in plain words: '2 working days late'."""

    id: UUID
    folder_id: UUID
    kind: str
    title: str
    path: str
    subject_id: UUID | None
    owner_id: UUID | None
    owner: str
    team_id: UUID | None
    team: str
    due_at: datetime
    agreed_at: datetime | None
    state: DutyState
    status: DutyStatus
    left: str
    limit_words: str
    citation: str
    caveat: str
    sooner_why: str
    needs_answer: bool

    @property
    def to_do(self) -> bool:
        """Whether the work itself is still owed; what was done late or is not owed any more only wants an answer."""
        return self.state in rules.STILL_TO_DO

    @property
    def wants_only_answer(self) -> str:
        """In words why nothing is left but to answer for it; empty where it is still to be done."""
        return _ONLY_ANSWER.get(self.state, "")

    @property
    def late(self) -> bool:
        return self.status in (DutyStatus.CRITICAL, DutyStatus.OVERDUE)

    @property
    def due_words(self) -> str:
        """The day, and the time of day unless it is the day's last minute: 'Thu 19 November, 17:00'."""
        at = self.due_at.astimezone(LONDON)
        return short_day(self.due_at) if (at.hour, at.minute) == (23, 59) else short_moment(self.due_at)

    @property
    def time_left(self) -> str:
        """'2 working days late' or '8 working days left', beside a column that gives the day."""
        return self.left if self.late else f"{self.left.rpartition(', ')[2]} left"


_ONLY_ANSWER = {
    DutyState.DONE_LATE: "Done late, and not answered for",
    DutyState.LAPSED: "Missed, no longer owed, and not answered for",
}


def status_at(duty: Duty | Outline, at: datetime) -> DutyStatus:
    """How a duty stands: its instants were worked out when it was opened, so this is a comparison."""
    return _status(at, duty.soon_at, duty.due_at, duty.critical_at)


def _status(at: datetime, soon_at: datetime, due_at: datetime, critical_at: datetime) -> DutyStatus:
    if at > critical_at:
        return DutyStatus.CRITICAL
    if at > due_at:
        return DutyStatus.OVERDUE
    return DutyStatus.DUE_SOON if at >= soon_at else DutyStatus.NOT_DUE


class _Told(NamedTuple):
    """What a page shows of a duty, as it comes from the database."""

    id: UUID
    folder_id: UUID
    kind: str
    title: str
    path: str
    subject_id: UUID | None
    owner_id: UUID | None
    owner: str | None
    team_id: UUID | None
    team: str | None
    soon_at: datetime
    due_at: datetime
    critical_at: datetime
    agreed_at: datetime | None
    state: str
    limit_id: str
    limit_words: str
    citation: str
    caveat: str
    sooner_why: str


_TOLD = tuple({"owner": "owner__name", "team": "team__name"}.get(name, name) for name in _Told._fields)


def view_of(duty: Duty, at: datetime, pack: Pack) -> DutyView:
    """The duty as a page shows it at that instant, with the limit and the paragraph that the pack gives it."""
    names = {
        "owner": duty.owner.name if duty.owner else None,
        "team": duty.team.name if duty.team else None,
    }
    told = _Told._make(names[name] if name in names else getattr(duty, name) for name in _Told._fields)
    return _view(told, at, pack)


def _view(duty: _Told, at: datetime, pack: Pack) -> DutyView:
    day = at.astimezone(LONDON).date()
    unit = (
        pack.limit(duty.limit_id, day, or_earliest=True).unit if _has_limit(pack, duty, day) else Unit.HOURS
    )
    state = DutyState(duty.state)
    return DutyView(
        id=duty.id,
        folder_id=duty.folder_id,
        kind=duty.kind,
        title=duty.title,
        path=duty.path,
        subject_id=duty.subject_id,
        owner_id=duty.owner_id,
        team_id=duty.team_id,
        owner=duty.owner or "",
        team=duty.team or "",
        due_at=duty.due_at,
        agreed_at=duty.agreed_at,
        state=state,
        status=_status(at, duty.soon_at, duty.due_at, duty.critical_at),
        left=clocks.describe_left(duty.due_at, at, pack.calendar(day), unit),
        limit_words=duty.limit_words,
        citation=duty.citation,
        caveat=duty.caveat,
        sooner_why=duty.sooner_why,
        needs_answer=state in rules.UNANSWERED or (state in rules.RUNNING and at > duty.due_at),
    )


def _has_limit(pack: Pack, duty: Duty | _Told, day: date) -> bool:
    try:
        pack.limit(duty.limit_id, day, or_earliest=True)
    except LookupError:
        return False
    return True


def _open() -> QuerySet[Duty]:
    return Duty.objects.filter(closed_at__isnull=True).select_related("owner", "team")


def on_folders(folder_ids: Iterable[UUID]) -> list[DutyView]:
    """What is due on a child, soonest first."""
    at, pack = now(), pack_in_force()
    (duties,) = _open_on(list(folder_ids))
    return [view_of(duty, at, pack) for duty in duties]


@prepared
def _open_on(folder_ids: Sequence[UUID]) -> Wanted:
    return (_open().filter(folder_id__in=folder_ids).order_by("due_at"),)


def about_none_of(
    subjects: QuerySet[Any], kinds: Collection[str], folder_ids: Iterable[UUID]
) -> QuerySet[Duty]:
    """Duties of these kinds on a child, open and closed, that are about none of these subjects (their ids): such as
    what an imported return told of, before what it told of was kept here."""
    return Duty.objects.filter(kind__in=kinds, folder_id__in=list(folder_ids)).exclude(
        subject_id__in=subjects
    )


def on_subject(subject_id: UUID) -> list[DutyView]:
    """What is owed on a concern or a decision, soonest first."""
    at, pack = now(), pack_in_force()
    return [view_of(duty, at, pack) for duty in _open().filter(subject_id=subject_id).order_by("due_at")]


def withdrawn_since(duties: QuerySet[Duty], at: datetime) -> QuerySet[Duty]:
    """Those of these duties that were withdrawn from then on and are not owed now, late or not."""
    since = DutyEvent.objects.filter(
        duty=OuterRef("pk"), act__in=(DutyAct.WITHDRAW.value, DutyAct.NEVER_OWE.value), at__gte=at
    )
    return duties.filter(Exists(since), state__in=NOT_OWED)


@dataclass(frozen=True)
class Outline:
    """As much of an open duty as putting a list in order takes."""

    id: UUID
    folder_id: UUID
    kind: str
    title: str
    path: str
    soon_at: datetime
    due_at: datetime
    critical_at: datetime
    owner_id: UUID | None
    owner: str
    team_id: UUID | None
    state: str


#: A work list is put in order over so many of its soonest duties; beyond that nobody turns pages.
MOST = 500


@dataclass(frozen=True)
class Owed:
    """The soonest open duties, soonest first, and how many there are in all by how they stand."""

    outlines: list[Outline]
    counts: dict[DutyStatus, int]

    @property
    def cut(self) -> bool:
        return len(self.outlines) < sum(self.counts.values())


def owed(*, practitioner_id: UUID | None = None, team_ids: Sequence[UUID] = (), most: int = MOST) -> Owed:
    """What is open with a worker, with teams, or (neither given) in all records that the viewer may open. One query,
    for a worker who owes more than `most` two."""
    return _owed_by(practitioner_id, most) if practitioner_id is not None else _owed_in(team_ids, most)


def _owed_by(practitioner_id: UUID, most: int) -> Owed:
    duties = Duty.objects.filter(closed_at__isnull=True, owner_id=practitioner_id)
    rows = duties.order_by("due_at", "id").values_list(
        "id", "folder_id", "kind", "title", "path", "soon_at", "due_at", "critical_at", "owner_id", "owner__name",
        "team_id", "state",
    )  # fmt: skip
    outlines = [Outline(*row[:9], row[9] or "", *row[10:]) for row in rows[:most]]
    at = now()
    if len(outlines) == most:
        instants = duties.values_list("soon_at", "due_at", "critical_at")
        counted = Counter(_status(at, *row) for row in instants)
    else:
        counted = Counter(status_at(outline, at) for outline in outlines)
    return Owed(outlines, {status: counted[status] for status in DutyStatus})


def _owed_in(team_ids: Sequence[UUID], most: int) -> Owed:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM procedures_work(%s, %s, %s)", [list(team_ids) or None, most, now()])
        rows = cursor.fetchall()
    counts = rows[0][12:] if rows else (0, 0, 0, 0)
    stands = (DutyStatus.CRITICAL, DutyStatus.OVERDUE, DutyStatus.DUE_SOON, DutyStatus.NOT_DUE)
    counted = dict(zip(stands, counts, strict=True))
    return Owed([Outline(*row[:12]) for row in rows], {status: counted[status] for status in DutyStatus})


def waiting_in(team_ids: Sequence[UUID], most: int) -> list[Outline]:
    """The soonest open duties of these teams that nobody owns yet, at most so many. One query.

    With an end, so that the door is asked for as many rows as are wanted and not for all that a team owes.
    """
    duties = Duty.objects.filter(closed_at__isnull=True, owner_id__isnull=True, team_id__in=list(team_ids))
    rows = duties.order_by("due_at", "id").values_list(
        "id", "folder_id", "kind", "title", "path", "soon_at", "due_at", "critical_at", "owner_id", "team_id",
        "state",
    )  # fmt: skip
    return [Outline(*row[:9], "", *row[9:]) for row in rows[:most]]


def views_of(duty_ids: Iterable[UUID]) -> dict[UUID, DutyView]:
    """These duties as a page shows them, those that the viewer may see."""
    at, pack = now(), pack_in_force()
    rows = [_Told(*row) for row in Duty.objects.filter(id__in=list(duty_ids)).values_list(*_TOLD)]
    note_folders(row.folder_id for row in rows)
    return {row.id: _view(row, at, pack) for row in rows}


@dataclass(frozen=True)
class DutyExplained:
    """A duty with its history, for its 'why' page."""

    duty: DutyView
    why: str
    discharged_by: str
    started_at: datetime
    opened_at: datetime
    closed_at: datetime | None
    pack: str
    pack_version: str
    statutory: bool
    extendable: bool
    history: list[DutyEvent]

    @property
    def opened_on(self) -> date:
        """The day in London, by which the pack that it was opened under is asked."""
        return self.opened_at.astimezone(LONDON).date()


def explained(duty_id: UUID) -> DutyExplained:
    """One duty and all that happened to it. Raises NotFound."""
    duty = Duty.objects.select_related("owner", "team").filter(id=duty_id).first()
    if duty is None:
        raise NotFound
    at, pack = now(), pack_now(duty.pack)
    history = list(
        DutyEvent.objects.filter(duty_id=duty_id)
        .select_related("by")
        .prefetch_related("views__agency")
        .order_by(F("at").asc(), "id")
    )
    day = at.astimezone(LONDON).date()
    return DutyExplained(
        duty=view_of(duty, at, pack),
        why=duty.why,
        discharged_by=duty.discharged_by,
        started_at=duty.started_at,
        opened_at=duty.opened_at,
        closed_at=duty.closed_at,
        pack=pack.title,
        pack_version=duty.pack_version,
        statutory=duty.statutory,
        extendable=_has_limit(pack, duty, day) and pack.extension(duty.limit_id, day).allowed,
        history=history,
    )


@dataclass(frozen=True)
class Kept:
    """How one kind of duty was met. `by_agreement` counts those that were also done by a date agreed beside the limit,
    `in_time` by the limit itself; the two differ only where an extension was agreed."""

    title: str
    statutory: bool
    owed: int
    in_time: int
    by_agreement: int
    late: int
    waiting: int


def kept_limits(since: datetime, until: datetime, *, everywhere: bool = False) -> list[Kept]:
    """The duties that fell due from `since` to before `until`, by kind, those most often late first; what was
    withdrawn is not counted. Those of the records that the viewer may open, or `everywhere` but in sealed records:
    nothing for somebody whose role does not reach over the partnership's work. One query."""
    asked = (
        "SELECT * FROM procedures_kept_everywhere(%s, %s, %s)"
        if everywhere
        else "SELECT * FROM procedures_kept(%s, %s, %s, '{}')"
    )
    with connection.cursor() as cursor:
        cursor.execute(asked, [since, until, now()])
        return [Kept(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class Standing:
    """How many open duties of one team are how late; both names are empty where a worker alone owes them."""

    agency: str
    team: str
    critical: int
    overdue: int
    soon: int
    calm: int


def standing() -> list[Standing]:
    """All open duties of the partnership but those of sealed records, counted by team, the latest first. Nothing for
    somebody whose role does not reach over the partnership's work. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM procedures_standing(%s)", [now()])
        return [Standing(*row) for row in cursor.fetchall()]


def owed_part(posting_id: UUID) -> Part | None:
    """What the holder of a post still owes, by what it is and how often, as the page that ends the post lists it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT title, count(*) FROM procedures_owed_through(%s) GROUP BY 1 ORDER BY 1", [posting_id]
        )
        found = cursor.fetchall()
    if not found:
        return None
    total = sum(times for _title, times in found)
    return Part(
        "They have 1 thing still to do" if total == 1 else f"They have {total} things still to do",
        tuple(title if times == 1 else f"{title}, {times} times" for title, times in found),
        ask="Who does these from today?",
    )
