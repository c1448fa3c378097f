"""Who was invited to a meeting and took part, agency by agency, for the pages of rooms above (PLN-04)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery

from sightline.children.queries import name_and_age

from ..models import ATTENDED, Attendance, Invitation, Meeting
from ..terms import Came, MeetingState
from .standing import children_among, name_of
from .titles import titles_of
from .views import OF_FAMILY


@dataclass(frozen=True)
class Attended:
    """Somebody invited: their name with their role, and how they took part, as 'Came; sent a report'."""

    name: str
    said: str


@dataclass(frozen=True)
class WhoCame:
    """A meeting that was held: who of each agency and of the family was invited, and its quorum in words."""

    meeting_id: UUID
    title: str
    held_at: datetime
    chair_id: UUID
    groups: tuple[tuple[str, tuple[Attended, ...]], ...]
    quorate: bool
    quorum: str


def who_came(meeting_id: UUID) -> WhoCame | None:
    """Who came to a meeting that the viewer may see and that was held; None for any other. Four queries at
    most."""
    row = Meeting.objects.filter(id=meeting_id, began_at__isnull=False).first()
    if row is None or row.began_at is None:
        return None
    last = Attendance.objects.filter(ATTENDED, invitation_id=OuterRef("pk")).order_by("-recorded_at", "-id")
    rows = list(
        Invitation.objects.filter(meeting=row, withdrawn_at__isnull=True)
        .annotate(
            came=Subquery(last.values("came")[:1]),
            report=Subquery(last.values("report")[:1]),
            came_words=Subquery(last.values("words")[:1]),
        )
        .order_by("invited_at", "id")
    )
    names = name_and_age(children_among(rows))
    groups: dict[str, list[Attended]] = {}
    for one in sorted(rows, key=lambda one: one.kind in OF_FAMILY):
        of = "Family" if one.kind in OF_FAMILY else one.agency_name or "Others"
        who = ", ".join(part for part in (name_of(one, names), one.role) if part)
        groups.setdefault(of, []).append(Attended(who, _said(one)))
    return WhoCame(
        row.id,
        titles_of([row])[row.id],
        row.began_at,
        row.chair_id,
        tuple((of, tuple(people)) for of, people in groups.items()),
        row.quorate is not False,
        "Met." if row.quorate is not False else f"Not met ({row.lacked}). {row.without_quorum_why}",
    )


def _said(one: object) -> str:
    came, words = getattr(one, "came", None), getattr(one, "came_words", None) or ""
    said = [Came(came).label if came else "Not recorded"]
    if getattr(one, "report", False):
        said.append("sent a report")
    if words:
        said.append(words)
    return "; ".join(said)


def held_about(folder_ids: Iterable[UUID], purpose: str) -> list[tuple[UUID, datetime]]:
    """The meetings of a kind that were held about these children, the latest first: which, and when."""
    rows = (
        Meeting.objects.filter(
            purpose=purpose,
            state__in=(MeetingState.HELD.value, MeetingState.CONCLUDED.value),
            children__folder_id__in=list(folder_ids),
            children__left_at__isnull=True,
        )
        .order_by("-began_at")
        .distinct()
        .values_list("id", "began_at")[:20]
    )
    return [(id, began) for id, began in rows if began is not None]
