"""What happened discharges duties, and opens those that follow."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import QuerySet

from sightline.kernel.time import LONDON, now

from .. import rules
from ..models import TO_DO, Duty
from ..pack import Pack
from ..queries import pack_in_force
from ..terms import DutyAct, DutyState
from .opening import Opening, open_duties
from .steps import step


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
    starts: Mapping[str, datetime] | None = None,
) -> list[Duty]:
    """Something of the pack's events happened in these folders: discharge what it discharges, open what it opens.

    `at`: the instant from which the clocks that open run, and at which what is discharged was done; `done`, where that
    was another, or only its day is known.
    `sooner`: by kind, the instant by which this child needs it and why, where that is before the limit (TIM-01).
    `unless_owed`: what is owed on that subject already goes on with its clock, and is not opened beside it.
    `without`: kinds whose clock runs already on another subject, which the caller knows of, and which are not opened.
    `starts`: by kind, the instant from which its clock runs where that is another, by the pack's own word.
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
                started_at=(starts or {}).get(kind, at),
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
    met_by: UUID | None = None,
) -> int:
    """What discharges a duty has been done: close those of that kind on that subject. Returns how many.
    `met_by`: the row that says so, where that may be taken back.

    `done`: when it was done, or on which day, where it is written down later: whether it was late is measured by
    that. One that was missed and not answered for stays in sight until somebody has answered.
    """
    open_ones = Duty.objects.filter(TO_DO, kind=kind, subject_id=subject_id)
    if folder_ids is not None:
        open_ones = open_ones.filter(folder_id__in=list(folder_ids))
    duties = list(open_ones)
    for duty in duties:
        done_then(duty, done or now(), met_by)
    return len(duties)


def discharge_these(duties: QuerySet[Duty], *, done: datetime | date) -> list[Duty]:
    """The same of these duties, whatever they are about, as far as their clock had begun by then. Returns those that
    were done."""
    latest = done if isinstance(done, datetime) else datetime.combine(done, time.max, LONDON)
    found = list(duties.filter(TO_DO, started_at__lte=latest))
    for duty in found:
        done_then(duty, done)
    return found


def done_then(duty: Duty, done: datetime | date, met_by: UUID | None = None) -> None:
    """One duty was done then, or on that day: in time or late, whether or not that was known before. `met_by`: by which
    row."""
    at = now()
    moment = done if isinstance(done, datetime) else datetime.combine(done, time.max, LONDON)
    for act in rules.steps_of_doing(DutyState(duty.state), rules.done_in_time(done, duty.due_at)):
        missed = act is DutyAct.MISS
        step(duty, act, done_at=None if missed else min(moment, at), met_by=None if missed else met_by)
