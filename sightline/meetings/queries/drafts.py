"""What the viewer has begun to write, and the packs that they have asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q

from sightline.access.drafts import DraftLine, Drafts, latest
from sightline.agencies.leaving import Part
from sightline.children.queries import name_and_age
from sightline.chronology.rules import PRINT_STALLED
from sightline.chronology.terms import PrintState
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound

from ..models import (
    MeetingPack,
    MinutesDraft,
)
from .standing import children_among, name_of, viewer


@dataclass(frozen=True)
class PackView:
    """A pack of papers as its asker sees it; `stalled` where it will not get further by itself."""

    id: UUID
    invitation_id: UUID
    folder_ids: tuple[UUID, ...]
    reader: str
    asked_at: datetime
    state: PrintState
    done: int
    total: int
    size: int
    expires_at: datetime | None
    left_out: tuple[str, ...]
    withheld: bool
    stalled: bool

    @property
    def moving(self) -> bool:
        return self.state in (PrintState.WAITING, PrintState.RUNNING) and not self.stalled

    @property
    def failed(self) -> bool:
        return self.state is PrintState.FAILED or self.stalled


def packs_of(meeting_id: UUID) -> list[PackView]:
    """The packs of a meeting that the viewer asked for and that are still there, the latest first. Two queries."""
    rows = list(
        MeetingPack.objects.filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=now()), meeting_id=meeting_id
        )
        .select_related("invitation")
        .defer("content", "parts")
        .order_by("-asked_at")
    )
    names = name_and_age(children_among(r.invitation for r in rows))
    return [
        PackView(
            id=r.id,
            invitation_id=r.invitation_id,
            folder_ids=tuple(r.folder_ids),
            reader=name_of(r.invitation, names),
            asked_at=r.asked_at,
            state=PrintState(r.state),
            done=r.done,
            total=r.total,
            size=r.size,
            expires_at=r.expires_at,
            left_out=tuple(r.left_out),
            withheld=r.withheld,
            stalled=r.state in (PrintState.WAITING.value, PrintState.RUNNING.value)
            and r.moved_at < now() - PRINT_STALLED,
        )
        for r in rows
    ]


def pack_of(meeting_id: UUID, pack_id: UUID) -> PackView:
    """One of them. Raises NotFound."""
    found = next((one for one in packs_of(meeting_id) if one.id == pack_id), None)
    if found is None:
        raise NotFound
    return found


def draft(meeting_id: UUID) -> MinutesDraft | None:
    """What the viewer has typed so far in the minutes of a meeting."""
    return MinutesDraft.objects.filter(meeting_id=meeting_id, practitioner_id=viewer()).first()


def drafts() -> list[MinutesDraft]:
    """Every unfinished form of the viewer's, the latest first."""
    return list(MinutesDraft.objects.filter(practitioner_id=viewer()).order_by("-saved_at")[:20])


def draft_lines(most: int) -> Drafts:
    """The minutes that the viewer has begun, for My work."""
    rows, total = latest(MinutesDraft.objects.filter(practitioner_id=viewer()), most)
    return Drafts(
        [
            DraftLine("You were writing minutes", row.saved_at, f"/meetings/{row.meeting_id}/minutes/")
            for row in rows
        ],
        total,
    )


def left_minutes_part(posting_id: UUID) -> Part | None:
    """The minutes that the holder of a post has begun, as the page that ends the post lists them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT draft) FROM meetings_left_minutes(%s)", [posting_id])
        (many,) = cursor.fetchone()
    if not many:
        return None
    meetings = "a meeting" if many == 1 else f"{many} meetings"
    return Part(
        f"They have begun the minutes of {meetings}", (), ask="Who goes on with these minutes from today?"
    )
