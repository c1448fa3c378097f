"""What somebody has begun to write, over all rooms: it stands in My work until it is sent or thrown away.

A room that keeps drafts tells how to read the viewer's own, when it loads:

    drafts.sources.append(queries.draft_lines)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.db.models.expressions import RawSQL

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class DraftLine:
    """One draft: 'You were writing an entry about Theo', when it was last saved, and where to go on."""

    words: str
    saved_at: datetime
    href: str


@dataclass(frozen=True)
class Drafts:
    """The latest drafts, the latest first, and how many there are in all."""

    lines: list[DraftLine]
    total: int


#: What the rooms above add: so many of the viewer's latest drafts.
sources: list[Callable[[int], Drafts]] = []


def all_drafts(most: int) -> Drafts:
    """So many of the viewer's latest drafts, of all rooms."""
    found = [source(most) for source in sources]
    lines = [line for each in found for line in each.lines]
    lines.sort(key=lambda line: line.saved_at, reverse=True)
    return Drafts(lines[:most], sum(each.total for each in found))


def latest(drafts: QuerySet[Row], most: int) -> tuple[list[Row], int]:
    """The rows of the latest drafts, and how many there are in all. One query."""
    rows = list(drafts.annotate(total=RawSQL("count(*) OVER ()", ())).order_by("-saved_at")[:most])
    return rows, rows[0].total if rows else 0  # type: ignore[attr-defined]
