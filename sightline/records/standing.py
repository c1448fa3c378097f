"""What stands about a child at the moment: what we are worried about, what is working well, what needs to happen.

A room that knows one of these tells the child's page how to read it, when it loads:

    standing.sources.append(queries.standing)

A source is asked for the folders that the viewer may open; the latest lines of each column are shown first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Column(StrEnum):
    WORRY = "worry"
    WELL = "well"
    NEED = "need"


@dataclass(frozen=True)
class Line:
    """One thing that stands: since when, in whose or which words, and the page on which it stands in full."""

    column: Column
    text: str
    since: datetime
    href: str = ""


#: What the rooms above add, each given the folders to read.
sources: list[Callable[[Sequence[UUID]], Iterable[Line]]] = []


def in_column(lines: Iterable[Line], column: Column, *, most: int = 5) -> list[Line]:
    """The latest lines of one column, the same words once."""
    found: dict[str, Line] = {}
    for line in sorted(lines, key=lambda line: line.since, reverse=True):
        if line.column is column:
            found.setdefault(line.text, line)
    return list(found.values())[:most]
