"""Whose work with which child was talked about in supervision, and where that is overdue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sightline.access.queries import leads_of
from sightline.agencies.queries import practitioners
from sightline.children.queries import NameAndAge, led_children, names_of_folders
from sightline.kernel.time import LONDON, now, today
from sightline.procedures.clocks import due
from sightline.procedures.queries import DutyView, on_folders, pack_in_force
from sightline.records.queries import Supervised, last_supervisions

#: The duty that brings supervision back on the day that worker and supervisor named, and its longest time.
NEXT = "next_supervision"


@dataclass(frozen=True)
class OnChild:
    """One child of a worker. `first_due` is the day by which a first supervision is due, where there was none."""

    folder_id: UUID
    child: NameAndAge
    since: date
    last: Supervised | None
    next: DutyView | None
    first_due: datetime

    @property
    def overdue(self) -> bool:
        if self.next is not None:
            return self.next.late
        return self.last is None and self.first_due < now()


@dataclass(frozen=True)
class OfWorker:
    """A worker with the children whose lead professional they are, the overdue first."""

    name: str
    children: tuple[OnChild, ...]

    @property
    def overdue(self) -> int:
        return sum(child.overdue for child in self.children)


def supervision(team_ids: Iterable[UUID]) -> list[OfWorker]:
    """Each worker of these teams with the children whom they lead and the viewer may open, the most overdue first
    (QUA-06)."""
    workers = {line.practitioner_id for team in team_ids for line in practitioners(team=team)}
    led = led_children(workers)
    leads = leads_of({one.folder_id for one in led})
    names = names_of_folders(leads.values())
    talked = last_supervisions({*leads, *leads.values()})
    due_on = on_folders({*leads, *leads.values()})
    owed = {duty.folder_id: duty for duty in due_on if duty.kind == NEXT and duty.to_do}
    pack = pack_in_force()
    limit = pack.limit(NEXT, today())
    found: dict[UUID, list[OnChild]] = {}
    called: dict[UUID, str] = {}
    for one in led:
        lead = leads[one.folder_id]
        both = [talked.get((folder, one.practitioner_id)) for folder in {lead, one.folder_id}]
        began = datetime.combine(one.since, time(9), LONDON)
        called[one.practitioner_id] = one.name
        found.setdefault(one.practitioner_id, []).append(
            OnChild(
                folder_id=lead,
                child=names.get(lead, NameAndAge()),
                since=one.since,
                last=max((each for each in both if each), key=lambda each: each.at, default=None),
                next=owed.get(lead) or owed.get(one.folder_id),
                first_due=due(began, limit, pack.calendar(today()).forgiven()),
            )
        )
    rows = [
        OfWorker(called[worker], tuple(sorted(of, key=lambda one: (not one.overdue, one.child.name))))
        for worker, of in found.items()
    ]
    return sorted(rows, key=lambda worker: (-worker.overdue, worker.name))
