"""The copy that somebody reads of their own record, and what they say to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sightline.kernel.time import now

from ..models import (
    Reply,
    SharedCopy,
    SharedEnd,
)


@dataclass(frozen=True)
class Shared:
    """A copy as whoever holds its reference and secret reads it."""

    id: UUID
    folder_id: UUID
    content: dict[str, Any]
    ends_at: datetime
    replies: tuple[Reply, ...]


def shared(reference: str) -> Shared | None:
    """The copy of the viewer's own reference and secret; None where there is none, or it has ended."""
    row = SharedCopy.objects.filter(reference=reference).prefetch_related("replies__answer").first()
    if row is None or SharedEnd.objects.filter(shared=row).exists() or row.ends_at <= now():
        return None
    return Shared(row.id, row.folder_id, row.content, row.ends_at, tuple(row.replies.all()))


def replies(folder_ids: Iterable[UUID]) -> list[Reply]:
    """What people said to their own record, the latest first."""
    return list(
        Reply.objects.filter(folder_id__in=list(folder_ids))
        .select_related("shared__copy__request", "answer__author")
        .order_by("-said_at", "-id")
    )


#: For how long a copy may be read here (Sightline baseline; the form offers no longer).
LONGEST_SHARED = timedelta(days=28)
