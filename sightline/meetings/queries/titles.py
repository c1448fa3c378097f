"""What meetings are called: as the procedures called them when they were called."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sightline.kernel.time import day_of
from sightline.procedures.kept import as_they_were
from sightline.procedures.schema import MeetingRule

from ..models import Meeting


def titles_of(meetings: Iterable[Meeting]) -> dict[UUID, str]:
    """By meeting. At most one short query for all, and none where the procedures read as they did."""
    rows = list(meetings)
    then = as_they_were(row.pack_version for row in rows)
    return {
        row.id: then[row.pack_version].title(MeetingRule, row.purpose, day_of(row.called_at)) for row in rows
    }
