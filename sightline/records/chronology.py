"""One timeline of a child over all agencies and all kinds of rows: what each room adds to it.

A room that holds something that happened to a child tells the timeline how to read it, when it loads:

    chronology.sources.append(queries.moments)

A source is asked for the folders that the viewer may open. It yields what it wants to read, which is read together
with what all the others want (see `kernel.together`), and answers with what stands there. Room `chronology` shows it,
entries included.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sightline.kernel.together import Asking, answer, at_once


@dataclass(frozen=True)
class Moment:
    """One fact of something that happened. `happened_at` is when it did, `known_at` when it came to be written here.

    What begins and ends is two facts, each known from when it was written: a view of an earlier day shows what was
    known then, and no more.
    """

    id: UUID
    folder_id: UUID
    happened_at: datetime
    known_at: datetime
    kind: str
    """The field's word for it in plain English, such as "Visit" or "Child protection conference"."""
    text: str
    agency: str = ""
    author: str = ""
    whose: str = ""
    """Whose own words they are, where the author only wrote them down."""
    href: str = ""
    """The page on which it stands in full."""
    significant: bool = False
    late: bool = False
    tags: tuple[str, ...] = field(default=())
    """Short notes beside it: third-party information, missed."""
    later: tuple[tuple[datetime, str], ...] = field(default=())
    """Notes that came later, each with when: corrected, decided again. A view of an earlier day leaves them out."""
    turns: tuple[tuple[datetime, Mapping[str, Any]], ...] = field(default=())
    """What it says instead since more came to be known of it, in order: from when on, and those fields."""
    gone: bool = False
    """It stands no more, such as what was recorded in error; a view of a day on which it stood still has it."""
    number: int = 0
    """Its number in the record, for an entry."""
    impact: str = ""
    """What a significant event means for the child."""


#: What the rooms above add, each given the folders to read.
sources: list[Callable[[Sequence[UUID]], Asking[list[Moment]]]] = []


def told(folder_ids: Sequence[UUID]) -> list[Moment]:
    """What all of them say of these folders: as many queries as the source that asks most often, at most two."""
    return [moment for found in answer(at_once(source(folder_ids) for source in sources)) for moment in found]
