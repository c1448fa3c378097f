"""Needs that nothing meets, and waits for a service, by area."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from ..models import (
    Need,
)


@dataclass(frozen=True)
class UnmetNeed:
    folder_id: UUID
    words: str
    area: str
    agency: str
    service: str
    waiting_since: object
    unmet_why: str


def unmet_needs(limit: int = 200) -> list[UnmetNeed]:
    """Needs that nothing meets, and waits for a service, in the records that the viewer may open, by area (HLP-09)."""
    rows = (
        Need.objects.filter(replaced_by__isnull=True, withdrawn_why="")
        .exclude(unmet_why="", waiting_since__isnull=True)
        .select_related("agency")
        .order_by("area", "written_at")[:limit]
    )
    return [
        UnmetNeed(
            n.folder_id, n.words, n.area or "Area not known", n.agency.name if n.agency else "", n.service,
            n.waiting_since, n.unmet_why,
        )
        for n in rows
    ]  # fmt: skip
