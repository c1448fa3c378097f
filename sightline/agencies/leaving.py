"""What comes to an end with somebody's post, and what must go to somebody else: each room says its own.

A room appends a `Source` to `sources` when it loads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Part:
    """One kind of thing that a post leaves behind, as the page that ends it lists it.

    `ask` is the question to whom it goes; without one nothing is handed over: it closes. `refused` says why the post
    cannot be ended before somebody has seen to it elsewhere.
    """

    title: str
    lines: tuple[str, ...]
    ask: str = ""
    refused: str = ""


@dataclass(frozen=True)
class Source:
    """A room's part in it. `hand_over(posting, to)` is called within `end_posting`, before the post ends."""

    key: str
    part: Callable[[UUID], Part | None]
    hand_over: Callable[[UUID, UUID], None] | None = None


sources: list[Source] = []


def parts(posting_id: UUID) -> dict[str, Part]:
    """What the post leaves behind, by the key of its source; nothing where there is nothing of a kind."""
    found = ((source.key, source.part(posting_id)) for source in sources)
    return {key: part for key, part in found if part is not None}
