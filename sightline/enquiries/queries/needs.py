"""Needs that assessments found and nothing meets, and waits for a service, for the list of them (HLP-09)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sightline.kernel.time import day_of

from ..models import (
    Need,
)


@dataclass(frozen=True)
class UnmetNeed:
    """`waits_for` is the service that the family waits for, empty where they wait for none."""

    folder_id: UUID
    words: str
    area: str
    agency: str
    since: date
    why: str
    waits_for: str


def unmet_needs(ids: Collection[UUID]) -> dict[UUID, UnmetNeed]:
    """These needs of assessments, by id, as far as the viewer may read them. One query."""
    if not ids:
        return {}
    rows = Need.objects.filter(id__in=ids).select_related("agency")
    return {
        n.id: UnmetNeed(
            n.folder_id, n.words, n.area, n.agency.name if n.agency else "",
            n.waiting_since or day_of(n.written_at), n.unmet_why, (n.service or "A service") if n.waiting_since else "",
        )
        for n in rows
    }  # fmt: skip
