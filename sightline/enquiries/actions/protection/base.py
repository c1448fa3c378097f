"""Who writes, in which post, when."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sightline.agencies.queries import acting_as
from sightline.kernel.time import now

from .. import episode as way


def stamp(together: UUID | None = None) -> dict[str, Any]:
    """Who writes, in which post, when."""
    acting = acting_as(way.me())
    return {
        "written_at": now(),
        "written_by_id": way.me(),
        "written_post": acting.post if acting else "",
        "written_together": together,
    }
