"""One piece of a record, however it is gathered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Piece:
    """One piece of a record, to be decided on by itself."""

    source: str
    source_id: UUID
    part: int
    title: str
    happened_at: datetime
    author: str
    text: str
    told_by: str = ""
    child_said: bool = False
    keep_from: str = ""
    raised_by_public: bool = False
    family_left_out: str = ""
    """Why the family's own papers leave it out, where they do."""
    holds: str = ""
    """Of a file that stands as itself: the text that was read out of it, by which it is proposed to be held back."""
    unread: bool = False
    """Whether it is a picture, a recording, or a file whose text could not be read out: somebody looks at it."""


def paragraphs(text: str) -> list[str]:
    """A text by its paragraphs, none of them empty."""
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
