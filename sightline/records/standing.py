"""What stands about a child at the moment: what we are worried about, what is working well, what needs to happen.

A room that knows one of these tells the child's page how to read it, when it loads:

    standing.sources.append(queries.standing)

A source is asked for the folders that the viewer may open, and yields what it wants to read (see
`kernel.together`); the latest lines of each column are shown first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sightline.kernel.together import Asking, at_once


class Column(StrEnum):
    WORRY = "worry"
    WELL = "well"
    NEED = "need"


@dataclass(frozen=True)
class Line:
    """One thing that stands: since when, in whose or which words, and the page on which it stands in full.

    `first`: where the child is on their way today, or the day that comes next; it stands above what was written.
    """

    column: Column
    text: str
    since: datetime
    href: str = ""
    first: bool = False


#: What the rooms above add, each given the folders to read.
sources: list[Callable[[Sequence[UUID]], Asking[list[Line]]]] = []


def told(folder_ids: Sequence[UUID]) -> Asking[list[Line]]:
    """What all of them say of these folders."""
    found = yield from at_once([source(folder_ids) for source in sources])
    return [line for lines in found for line in lines]


def in_column(lines: Iterable[Line], column: Column, *, most: int = 5) -> list[Line]:
    """The latest lines of one column below those that come first, the same words once."""
    found: dict[str, Line] = {}
    for line in sorted(lines, key=lambda line: (line.first, line.since), reverse=True):
        if line.column is column:
            found.setdefault(line.text, line)
    return list(found.values())[:most]
