"""Who has looked at a child's record, as people read it: a name, a day, what it was and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sightline.agencies.queries import names_of, names_of_users, practitioners
from sightline.audit.queries import Told, Wanted, trail, who_looked
from sightline.audit.terms import Verb
from sightline.children.queries import names_of_folders
from sightline.govuk.words import plural
from sightline.kernel.time import LONDON

#: How many rows of the trail are read for one page of who has looked at a child.
READ = 200
#: How many rows of the whole trail stand on a page.
ACTS = 50
#: What the parts of the trail's names are called on pages.
PLACES = {
    "access": "Access", "archive": "Files and access", "children": "People", "chronology": "Chronology",
    "concerns": "Concern", "documents": "Documents", "enquiries": "Enquiries", "matching": "Search",
    "meetings": "Meetings", "plans": "Plan", "procedures": "Duties", "records": "Record", "returns": "Returns",
    "voice": "Voice", "web": "Child’s page",
}  # fmt: skip
#: The lists and the search on which children stand, by the name of their event.
LISTS = {
    "concerns.accepted_page": "Concern", "concerns.allocate_page": "Allocation", "concerns.answer_page": "Concern",
    "concerns.board": "Front door", "concerns.decide_page": "Concern", "concerns.match_page": "Concern",
    "concerns.mine": "Concerns that they raised", "concerns.own": "Concern that they raised",
    "concerns.received_page": "Concern",
    "concerns.given_page": "Concern",
    "concerns.ruling_page": "Concern", "concerns.unallocated": "Children to be allocated",
    "concerns.suggested": "Suggested for a concern", "matching.holding_number": "Search by a number",
    "matching.search": "Search", "meetings.mine": "My meetings", "plans.actions": "Actions of an agency",
    "plans.transfers": "Transfers between authorities", "plans.unmet": "Unmet needs", "web.home": "My work",
    "web.news": "News", "web.partnership": "The partnership’s work",
    "web.supervision": "Supervision", "web.team": "My team’s work",
}  # fmt: skip
#: Pages and deeds whose own name says less than people call them.
CALLED = {
    "access.who": "Who may open the record", "archive.told": "Files and access: who was told of the record",
    "children.complete": "What the record lacks", "children.leaving": "Was asked what a file is needed for",
    "children.involve": "People: who works with the child",
    "enquiries.spoke_to": "Enquiries: who was spoken to", "meetings.told": "Meetings: what the child was told",
    "meetings.hold": "Meetings: who came", "plans.drop": "Plan: taking something out",
    "plans.step_plan": "Plan: step up or down", "voice.needs": "Voice: the eight needs",
    "voice.told": "Voice: told beforehand", "voice.yours": "Voice: for the child to read",
    "web.decisions": "Decisions", "web.duty": "A duty", "web.looked": "Who has looked", "web.summary": "Summary",
    "web.summary_pdf": "Summary as PDF",
}  # fmt: skip
#: What the program's own pages are called that are about no child.
OVER_CHILDREN = "Work of many"


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


def looks(folder_ids: Sequence[UUID], older_than: tuple[datetime, UUID] | None) -> tuple[list[Look], str]:
    """A page, the latest first, and the key of the next, "" on the last. What the same person did again on the same
    day is one line with its number. Two queries."""
    told = who_looked(folder_ids, READ + 1, older_than=older_than)
    shown = told[:READ]
    names = names_of({row.practitioner_id for row in shown if row.practitioner_id})
    found: dict[tuple[object, ...], Look] = {}
    for row in shown:
        one = _look(row, names)
        key = (row.at.astimezone(LONDON).date(), one.name, one.post, one.what, one.did, one.purpose)
        found[key] = replace(found[key], times=found[key].times + 1) if key in found else one
    return list(found.values()), _key(shown[-1].at, shown[-1].id) if len(told) > READ else ""


def _key(at: datetime, ident: UUID) -> str:
    return f"{at.isoformat()}~{ident}"


@dataclass(frozen=True)
class Act:
    """One row of the whole trail. `child` and `folder_id` only where the viewer may open the record."""

    at: datetime
    name: str
    post: str
    what: str
    did: str
    purpose: str
    origin: str
    about: bool
    folder_id: UUID | None
    child: str


def acts(wanted: Wanted, older_than: tuple[datetime, UUID] | None) -> tuple[list[Act], str]:
    """A page of what anybody did, the latest first, and the key of the next page, "" on the last. Four queries."""
    page = trail(wanted, older_than=older_than, limit=ACTS)
    names = names_of({row.practitioner_id for row in page.events if row.practitioner_id})
    children = names_of_folders({row.folder_id for row in page.events if row.folder_id})
    signing = (Verb.SIGNED_IN, Verb.SIGNED_OUT)
    users = names_of_users({row.subject_id for row in page.events if row.verb in signing})
    found = []
    for row in page.events:
        look = _look(row, names)
        if row.verb in signing and row.subject_id in users:
            look = replace(look, name=users[row.subject_id])
        if row.folder_id is None and row.what.startswith("web.") and row.what not in LISTS:
            look = replace(look, what="Who did what" if row.what == "web.trail" else look.what)
        child = children.get(row.folder_id) if row.folder_id else None
        if row.what in LISTS and row.folder_id is None:
            shown = len(row.detail.get("folders", ()))
            look = replace(
                look, what=LISTS[row.what], did=f"{look.did}; {plural(shown, 'child', 'children')} shown"
            )
        found.append(
            Act(
                row.at, look.name, look.post, look.what, look.did, look.purpose, row.origin,
                row.folder_id is not None, row.folder_id if child else None, child.name if child else "",
            )
        )  # fmt: skip
    return found, _key(*page.older) if page.older else ""


def older_than(key: str) -> tuple[datetime, UUID] | None:
    """What a page's key means; None where it means nothing."""
    at, _, ident = key.partition("~")
    try:
        found = datetime.fromisoformat(at), UUID(ident)
    except ValueError:
        return None
    return found if found[0].tzinfo else None


def people_named(words: str) -> set[UUID]:
    """Everybody in whose name or post these words stand, also those who have left. One query."""
    return {post.practitioner_id for post in practitioners(words=words, ended_too=True, limit=200)}


def _look(row: Told, names: dict[UUID, str]) -> Look:
    room = row.what.partition(".")[0]
    place = PLACES.get(room, room.replace("_", " ").replace("-", " ").capitalize())
    if room == "web" and row.folder_id is None:
        place = OVER_CHILDREN
    listed = LISTS.get(row.what) if row.folder_id is None and "folders" in row.detail else None
    if row.practitioner_id:
        name = names.get(row.practitioner_id, "Somebody who is no longer known here")
    else:
        name = "Sightline itself" if row.job else "Somebody without an account"
    return Look(
        at=row.at,
        name=name,
        post=row.post,
        what=f"{listed}: was shown on the list" if listed else _called(row.what, place),
        did=row.verb.value,
        purpose=row.purpose,
    )


def _called(event: str, place: str) -> str:
    """What people call the page or the deed; where that is the room's own word, it is not said twice."""
    room, _, act = event.partition(".")
    if act in ("", "child", "list") or act.rstrip("s") == room.rstrip("s"):
        return place
    return CALLED.get(event, f"{place}: {act.replace('_', ' ')}")
