"""Something of a record leaves the program as a file (FIL-06: North East Lincolnshire, records on devices).

Whoever takes it says what for. The room that keeps the list of copies stands above those that make them, so it tells
here, when it loads, whom to ask to put a copy on the list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from uuid import UUID, uuid5

from sightline.kernel.verdicts import Refused

from .queries import opened_of


@dataclass(frozen=True)
class Leaving:
    """A file that is taken: what it is, what it is needed for, who will have it (the viewer where that is empty), the
    key under which it stands on the list once, however often it is sent, whether it is given for good, so that it
    need not come back, and whether it goes on paper."""

    what: str
    purpose: str
    to_whom: str
    key: UUID
    stays: bool = False
    on_paper: bool = False


#: Each puts a file that leaves on the list of copies of one record.
keepers: list[Callable[[UUID, Leaving], object]] = []


def leaves(folder_ids: Iterable[UUID], leaving: Leaving) -> None:
    """Put a file on the list of copies of each record of which it holds something, as far as the viewer may open them.
    Raises Refused without a purpose."""
    if not leaving.purpose.strip():
        raise Refused("Say what it is needed for.", "purpose")
    for folder_id in sorted(opened_of(folder_ids)):
        of_one = replace(leaving, key=uuid5(leaving.key, str(folder_id)))
        for keep in keepers:
            keep(folder_id, of_one)
