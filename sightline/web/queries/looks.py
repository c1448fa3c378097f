"""Who has looked at a child's record, as people read it: a name, a day, what it was and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sightline.agencies.queries import names_of
from sightline.audit.queries import Told, who_looked
from sightline.kernel.time import LONDON

#: How many of the latest rows of the trail are read for one page.
READ = 500
#: What the parts of the trail's names are called on pages.
PLACES = {
    "access": "Access", "archive": "Files and access", "children": "People", "chronology": "Chronology",
    "concerns": "Concern", "documents": "Documents", "enquiries": "Enquiries", "matching": "Search",
    "meetings": "Meetings", "plans": "Plan", "procedures": "Duties", "records": "Record", "returns": "Returns",
    "voice": "Voice", "web": "Child’s page",
}  # fmt: skip


@dataclass(frozen=True)
class Look:
    """The same act of one person on one day, however often."""

    at: datetime
    name: str
    post: str
    what: str
    did: str
    purpose: str
    times: int = 1


def looks(folder_ids: Sequence[UUID]) -> list[Look]:
    """The latest first; what the same person did again on the same day is one line with its number."""
    told = who_looked(folder_ids, READ)
    names = names_of({row.practitioner_id for row in told if row.practitioner_id})
    found: dict[tuple[object, ...], Look] = {}
    for row in told:
        one = _look(row, names)
        key = (row.at.astimezone(LONDON).date(), one.name, one.post, one.what, one.did, one.purpose)
        found[key] = replace(found[key], times=found[key].times + 1) if key in found else one
    return list(found.values())


def _look(row: Told, names: dict[UUID, str]) -> Look:
    room, _, act = row.what.partition(".")
    place = PLACES.get(room, room.capitalize())
    what = act.replace("_", " ")
    if row.practitioner_id:
        name = names.get(row.practitioner_id, "Somebody who is no longer known here")
    else:
        name = "Sightline itself" if row.job else "Somebody without an account"
    return Look(
        at=row.at,
        name=name,
        post=row.post,
        what=place if what in ("child", "") else f"{place}: {what}",
        did=row.verb.value,
        purpose=row.purpose,
    )
