"""The signs that were ticked when a concern was raised, as the procedures of that day word them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sightline.kernel.time import day_of
from sightline.procedures.kept import NOT_KEPT, Then, as_they_were

from ..models import ConcernPart


@dataclass(frozen=True)
class Signs:
    """What was ticked, in words, none left out. `kept`: whether these are the words of then."""

    words: tuple[str, ...] = ()
    kept: bool = True

    @property
    def note(self) -> str:
        """What is to be said beside them; empty where they stand as they were read by who ticked them."""
        return NOT_KEPT if self.words and not self.kept else ""


def signs_of(parts: Iterable[ConcernPart]) -> dict[UUID, Signs]:
    """By part. At most one query for all, and none for those whose procedures have not changed since."""
    parts = list(parts)
    then = as_they_were(part.pack_version for part in parts if part.indicators)
    return {part.id: _signs(part, then[part.pack_version]) if part.indicators else Signs() for part in parts}


def _signs(part: ConcernPart, then: Then) -> Signs:
    titles = {
        f"{category.id}.{item.id}": f"{category.title}: {item.text}"
        for category in then.pack.indicators(day_of(part.written_at))
        for item in category.item
    }
    ticked = list(dict.fromkeys(part.indicators))
    words = [title for each, title in titles.items() if each in ticked]
    lost = [f"“{_name(each)}” (its words cannot be read here)" for each in ticked if each not in titles]
    return Signs((*words, *lost), then.kept)


def _name(sign: str) -> str:
    """'neglect.not_growing' as 'neglect, not growing': what is left of a sign without its text."""
    return sign.replace(".", ", ").replace("_", " ")
