"""What the child's page shows, from all rooms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sightline.access.queries import read_together
from sightline.children.queries import as_viewer_may_read
from sightline.concerns.queries import on_child as concerns_on_child
from sightline.concerns.queries import referrer_words
from sightline.concerns.queries import standing as standing_of_concerns
from sightline.enquiries.queries.standing import moved_last
from sightline.kernel.together import answer, both
from sightline.kernel.verdicts import NotFound
from sightline.meetings.queries import to_come
from sightline.plans.queries import Away, Counted, PlanMark, away, plan_mark, tally
from sightline.records import standing
from sightline.records.queries import (
    DecisionView,
    EntryView,
    LastSeen,
    latest_decisions,
    latest_entries,
    seen_last,
)
from sightline.records.standing import Line
from sightline.voice.queries import Happening as ToTell
from sightline.voice.queries import LastSaid, last_said

#: The overview shows so many of the latest events, each in so many letters: the chronology has them whole.
LATEST, LETTERS = 6, 220


def _short(text: str) -> str:
    """The beginning of a text, ended at a word."""
    text = " ".join(text.split())
    return text if len(text) <= LETTERS else text[:LETTERS].rsplit(" ", 1)[0] + " …"


@dataclass(frozen=True)
class Happening:
    """Something on the child's timeline."""

    title: str
    by: str
    at: datetime
    text: str
    tags: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class ChildPage:
    """What the overview of a child shows besides masthead and people."""

    folder_id: UUID
    folder_ids: list[UUID]
    last_said: LastSaid | None
    voice: tuple[str, datetime, str] | None
    unheard: bool
    worries: list[Line]
    strengths: list[Line]
    needs: list[Line]
    happened: list[Happening]
    entries: list[EntryView]
    decisions: list[DecisionView]
    plan: PlanMark | None
    incidents: list[Counted]
    missing: list[Away]
    seen: LastSeen | None


def meetings_to_come(folder_ids: Sequence[UUID]) -> list[ToTell]:
    """The meetings that a child is to be told of before they are held."""
    return [ToTell(part_id, title, on) for part_id, title, on in to_come(folder_ids)]


def child_folders(folder_id: UUID) -> tuple[UUID, list[UUID]]:
    """The lead folder and all that is read as part of it. Raises NotFound where it does not open."""
    lead, folders = read_together(folder_id)
    if not folders:
        raise NotFound
    return lead, folders


def child_overview(lead: UUID, folders: list[UUID]) -> ChildPage:
    """The overview of a child whose folders the viewer may open, as `child_folders` gives them."""
    parts = concerns_on_child(folders)
    made = latest_decisions(folders)
    written = latest_entries(folders)
    heard = next((p for p in parts if p.child_said), None)
    happened = [
        Happening(
            title="Concern raised",
            by=f"by {p.concern.raised_by.name}, {p.concern.raised_post}"
            if p.concern.raised_by
            else "by a member of the public",
            at=p.written_at,
            text=_short(p.what_happened),
            tags=[{"text": "Danger now", "colour": "red"}] if p.concern.immediate_danger else [],
        )
        for p in parts
    ]
    happened += [
        Happening(
            title=f"Decision: {d.outcome}",
            by=f"by {d.maker}, {d.maker_post}",
            at=d.made_at,
            text=_short(d.reasons),
            tags=[
                *([] if d.in_effect else [{"text": "Not in effect", "colour": "orange"}]),
                *([{"text": "Withdrawn or decided again later", "colour": "grey"}] if d.replaced else []),
            ],
        )
        for d in made
    ]
    happened += [
        Happening(
            title=f"Entry {e.number}: {e.title}",
            by=f"by {e.author}, {e.author_post}",
            at=e.happened_at,
            text=_short(e.text),
            tags=[
                *([{"text": "Corrected later", "colour": "grey"}] if e.corrected_by else []),
                *(
                    {"text": asked.told.rstrip("."), "colour": "orange"}
                    for asked in e.requests
                    if not asked.said.settled
                ),
            ],
        )
        for e in written
    ]
    happened.sort(key=lambda h: h.at, reverse=True)
    (plan, seen), ((others, moved_at), (incidents, missing)) = answer(
        both(
            both(plan_mark(folders), seen_last(folders)),
            both(both(standing.told(folders), moved_last(folders)), both(tally(folders), away(folders))),
        )
    )
    stands = [*standing_of_concerns(parts, moved_at), *others]
    page = ChildPage(
        folder_id=lead,
        folder_ids=folders,
        last_said=last_said(folders),
        voice=(heard.child_said, heard.written_at, referrer_words(heard.concern)) if heard else None,
        unheard=heard is None,
        worries=standing.in_column(stands, standing.Column.WORRY),
        strengths=standing.in_column(stands, standing.Column.WELL),
        needs=standing.in_column(stands, standing.Column.NEED),
        happened=happened[:LATEST],
        entries=written,
        decisions=made,
        plan=plan,
        incidents=incidents,
        missing=missing,
        seen=seen,
    )
    return as_viewer_may_read(folders, page)
