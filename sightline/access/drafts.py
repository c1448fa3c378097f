"""What somebody has begun to write, over all rooms: it stands in My work until it is sent or thrown away.

A room that keeps drafts tells how to read the viewer's own, when it loads:

    drafts.sources.append(queries.draft_lines)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class DraftLine:
    """One draft: 'You were writing an entry about Theo', when it was last saved, and where to go on."""

    words: str
    saved_at: datetime
    href: str


#: What the rooms above add: the viewer's own drafts.
sources: list[Callable[[], Iterable[DraftLine]]] = []


def all_drafts() -> list[DraftLine]:
    """The viewer's drafts of all rooms, the latest first."""
    found = [line for source in sources for line in source()]
    return sorted(found, key=lambda line: line.saved_at, reverse=True)
