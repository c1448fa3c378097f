"""Children who move between authorities with a plan, over the records that the viewer may open."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sightline.children.queries import names_of_folders
from sightline.kernel.time import day_of, today

from ..models import Transfer
from ..terms import Direction, PlanKind


@dataclass(frozen=True)
class TransferRow:
    """One request: to us or by us, of which kind of plan, when it was asked, the conference of one of protection, its
    answer, and how many days that took. One that ended without an answer was `answered_on` a day and neither
    accepted nor not."""

    folder_id: UUID
    child: str
    direction: Direction
    kind: PlanKind
    asked_on: date
    conference_on: date | None
    answered_on: date | None
    accepted: bool | None
    days: int

    @property
    def waits(self) -> bool:
        return self.answered_on is None


@dataclass(frozen=True)
class OfAuthority:
    """What passed between us and one authority, what waits first."""

    authority: str
    rows: tuple[TransferRow, ...]

    @property
    def waiting(self) -> int:
        return sum(row.waits for row in self.rows)

    @property
    def accepted(self) -> int:
        return sum(row.accepted is True for row in self.rows)

    @property
    def refused(self) -> int:
        return sum(row.accepted is False for row in self.rows)

    @property
    def longest(self) -> int:
        """The most days that a request has waited, or waited for its answer."""
        return max(row.days for row in self.rows)


def transfers_by_authority(limit: int = 500) -> list[OfAuthority]:
    """The latest requests, by authority; an authority whose answer is waited for comes first (PAR-12)."""
    rows = list(Transfer.objects.select_related("plan").order_by("-written_at")[:limit])
    names = names_of_folders({row.folder_id for row in rows}) if rows else {}
    found: dict[str, list[TransferRow]] = defaultdict(list)
    called: dict[str, str] = {}
    for row in rows:
        asked, answered = day_of(row.written_at), day_of(row.answered_at) if row.answered_at else None
        key = " ".join(row.authority.casefold().split())
        called.setdefault(key, row.authority)
        found[key].append(
            TransferRow(
                row.folder_id, names[row.folder_id].name if row.folder_id in names else "A child",
                Direction(row.direction), row.kind, asked, row.conference_on, answered, row.accepted,
                ((answered or today()) - asked).days,
            )
        )  # fmt: skip
    views = [
        OfAuthority(called[key], tuple(sorted(those, key=lambda row: not row.waits)))
        for key, those in found.items()
    ]
    return sorted(views, key=lambda view: (not view.waiting, view.authority.casefold()))
