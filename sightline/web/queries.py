"""Reads that join rooms: the work list with the children it is about, and the child's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sightline.access.queries import joined_set, lead_of, leads_of
from sightline.children.queries import NameAndAge, names_of_folders
from sightline.concerns.queries import on_child as concerns_on_child
from sightline.concerns.queries import referrer_words
from sightline.concerns.queries import standing as standing_of_concerns
from sightline.kernel.verdicts import NotFound
from sightline.procedures.queries import DutyView, counts_of, work_of
from sightline.procedures.terms import DutyStatus
from sightline.records import standing
from sightline.records.queries import DecisionView, EntryView, decisions, entries
from sightline.records.standing import Line
from sightline.voice.queries import LastSaid, last_said


@dataclass(frozen=True)
class WorkRow:
    """One line of a work list: siblings who owe the same by the same instant stand together."""

    duty: DutyView
    children: tuple[tuple[UUID, str], ...]


@dataclass(frozen=True)
class WorkGroup:
    """Lines under one heading. `kind` is the colour of the bar."""

    title: str
    kind: str
    rows: list[WorkRow]
    count: int


@dataclass(frozen=True)
class Work:
    groups: list[WorkGroup]
    counts: dict[DutyStatus, int]
    children: int
    shown: int

    @property
    def total(self) -> int:
        return sum(self.counts.values())


KINDS = {
    DutyStatus.CRITICAL: "critical",
    DutyStatus.OVERDUE: "overdue",
    DutyStatus.DUE_SOON: "soon",
    DutyStatus.NOT_DUE: "calm",
}

WAYS = (("due", "when due"), ("child", "child"), ("kind", "kind"), ("owner", "worker"))


def work(
    *,
    practitioner_id: UUID | None = None,
    team_ids: Sequence[UUID] = (),
    by: str = "due",
    page: int = 1,
    size: int = 100,
) -> Work:
    """A work list in groups. A fixed number of queries, whatever the number of rows."""
    views = work_of(practitioner_id=practitioner_id, team_ids=team_ids, limit=size, offset=(page - 1) * size)
    leads = leads_of({v.folder_id for v in views})
    names = names_of_folders(set(leads.values()))
    rows: dict[tuple[object, ...], tuple[DutyView, dict[UUID, str]]] = {}
    for view in views:
        lead = leads.get(view.folder_id, view.folder_id)
        who = names.get(lead)
        key = (view.kind, view.due_at, view.subject_id or view.id, view.owner, view.state)
        rows.setdefault(key, (view, {}))[1][lead] = _said(who)
    lines = [WorkRow(view, tuple(children.items())) for view, children in rows.values()]
    counts = counts_of(practitioner_id=practitioner_id, team_ids=team_ids)
    return Work(
        groups=_grouped(lines, by, counts),
        counts=counts,
        children=len(set(leads.values())),
        shown=len(views),
    )


def _said(who: NameAndAge | None) -> str:
    if who is None:
        return "A child"
    return f"{who.name}, {who.age}" if who.age else who.name


def _grouped(lines: list[WorkRow], by: str, counts: dict[DutyStatus, int]) -> list[WorkGroup]:
    if by == "due":
        return [
            WorkGroup(s.value, KINDS[s], [r for r in lines if r.duty.status is s], counts[s])
            for s in DutyStatus
            if counts[s]
        ]
    found: dict[str, list[WorkRow]] = {}
    for row in lines:
        heading = {
            "child": " and ".join(name for _, name in row.children),
            "kind": row.duty.title,
            "owner": row.duty.owner or "Nobody yet",
        }[by]
        found.setdefault(heading, []).append(row)
    order = list(DutyStatus)
    return [
        WorkGroup(title, KINDS[min((r.duty.status for r in rows), key=order.index)], rows, len(rows))
        for title, rows in sorted(found.items())
    ]


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


def child_folders(folder_id: UUID) -> tuple[UUID, list[UUID]]:
    """The lead folder and all that is read as part of it. Raises NotFound where it does not open."""
    lead = lead_of(folder_id)
    folders = joined_set(lead)
    if not folders:
        raise NotFound
    return lead, list(folders)


def child_overview(folder_id: UUID) -> ChildPage:
    """The overview of a child whose folder the viewer may open."""
    lead, folders = child_folders(folder_id)
    parts = concerns_on_child(folders)
    made = decisions(folders, limit=20)
    written = entries(folders, limit=20, whole=False)
    heard = next((p for p in parts if p.child_said), None)
    happened = [
        Happening(
            title="Concern raised",
            by=f"by {p.concern.raised_by.name}, {p.concern.raised_post}"
            if p.concern.raised_by
            else "by a member of the public",
            at=p.written_at,
            text=p.what_happened[:400] + ("…" if len(p.what_happened) > 400 else ""),
            tags=[{"text": "Danger now", "colour": "red"}] if p.concern.immediate_danger else [],
        )
        for p in parts
    ]
    happened += [
        Happening(
            title=f"Decision: {d.outcome}",
            by=f"by {d.maker}, {d.maker_post}",
            at=d.made_at,
            text=d.reasons[:400],
            tags=[] if d.in_effect else [{"text": "Not in effect", "colour": "orange"}],
        )
        for d in made
    ]
    happened += [
        Happening(
            title=f"Entry {e.number}: {e.title}",
            by=f"by {e.author}, {e.author_post}",
            at=e.happened_at,
            text=e.text[:400],
            tags=[{"text": "Corrected later", "colour": "grey"}] if e.corrected_by else [],
        )
        for e in written
    ]
    happened.sort(key=lambda h: h.at, reverse=True)
    stands = standing_of_concerns(parts)
    for source in standing.sources:
        stands += source(folders)
    return ChildPage(
        folder_id=lead,
        folder_ids=folders,
        last_said=last_said(folders),
        voice=(heard.child_said, heard.written_at, referrer_words(heard.concern)) if heard else None,
        unheard=heard is None,
        worries=standing.in_column(stands, standing.Column.WORRY),
        strengths=standing.in_column(stands, standing.Column.WELL),
        needs=standing.in_column(stands, standing.Column.NEED),
        happened=happened[:12],
        entries=written,
        decisions=made,
    )
