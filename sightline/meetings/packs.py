"""The papers of a meeting in one pack: what one reader may have of them, child by child.

A pack follows the rules of every copy (`papers`): nothing goes in that its reader may not be given, and every text
goes through `queries.withheld`. A practitioner gets the children whose record is open to them, with the chronology;
somebody from outside the reports alone; one of the family the children in whose life they are, with what may be read by
the family; a child their own part.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sightline.access.queries import joined_set, opened_of
from sightline.chronology import paper as words_of
from sightline.chronology.queries import Shown, all_ids, shown_of
from sightline.chronology.rules import Asked
from sightline.govuk.words import in_a_row, moment
from sightline.kernel.viewer import Viewer, looking_as

from . import hooks, papers, queries
from .models import Report
from .papers import Paper, Part
from .queries import ChildPart, InvitedView, MeetingView
from .terms import InviteeKind, MeetingState

#: What a pack reads of each child's part of its meeting.
READ = ("decisions", "actions", "reports")


@dataclass(frozen=True)
class Contents:
    """The children whose parts a reader's pack holds, and what it leaves out, in words for whoever sends it."""

    children: tuple[ChildPart, ...]
    left_out: tuple[str, ...]


def contents(shown: MeetingView, reader: InvitedView) -> Contents:
    """Whose parts go into a reader's pack. For a practitioner their own access is asked, not that of whoever asks."""
    present = shown.present_children
    allowed = papers.children_for(shown, reader)
    left_out = [f"{c.called}'s part" for c in present if c not in allowed]
    if reader.kind is InviteeKind.PRACTITIONER and reader.row.practitioner_id:
        with looking_as(Viewer.practitioner(reader.row.practitioner_id, origin="job")):
            open_to_them = opened_of([c.folder_id for c in allowed])
        left_out += [
            f"{c.called}'s part: the record is not open to {reader.name}"
            for c in allowed
            if c.folder_id not in open_to_them
        ]
        allowed = [c for c in allowed if c.folder_id in open_to_them]
    else:
        left_out.append("the chronology, which only those read to whom the record is open")
    if reader.reads_as_family:
        kept = sum(1 for c in allowed for r in c.reports if not r.for_family)
        left_out += [f"{kept} of the reports, which are not for the family"] if kept else []
    left_out += [f"{name}'s name: they are kept apart" for name in reader.apart]
    return Contents(tuple(allowed), tuple(left_out))


def beside(shown: MeetingView, reader: InvitedView) -> list[tuple[ChildPart, Report]]:
    """The reports sent as files that are handed over beside a reader's pack. Nothing takes an address out of them."""
    return [
        (child, report)
        for child in contents(shown, reader).children
        for report in child.reports
        if report.document_id and (report.for_family or not reader.reads_as_family)
    ]


def head(shown: MeetingView, reader: InvitedView) -> Paper:
    """The first pages: the meeting, where it is, who is invited."""
    row = shown.row
    own = contents(shown, reader).children
    parts = (
        Part(
            facts=(
                ("Meeting", f"{shown.title}: {in_a_row(c.name for c in own) or 'see your invitation'}"),
                ("When", moment(shown.starts_at)),
                ("Where", row.place or shown.format.label),
                ("Chair", row.chair.name),
            ),
            labels=True,
        ),
        Part(
            "Who is invited",
            bullets=tuple(one.said_as for one in papers.named_to(shown, reader)),
            labels=True,
        ),
    )
    return _through(shown, reader, parts)


def of_child(shown: MeetingView, reader: InvitedView, child: ChildPart, *, known_by: datetime) -> Paper:
    """One child's part: what the meeting is to do, earlier meetings, reports, the plan, and the chronology."""
    parts = [Part(f"{child.name}, {child.age}", child.row.agenda)]
    before = tuple(
        f"{m.title}, {moment(m.starts_at)}: {m.outcome or 'held'}"
        for m in queries.for_folders([child.folder_id])
        if m.id != shown.id and m.state in (MeetingState.HELD, MeetingState.CONCLUDED)
    )
    if before:
        parts.append(Part("Meetings before this one", bullets=before, level=2))
    reports = papers.reports_for(child, reader, level=2)
    parts += reports or [Part("Reports", "There is no report in these papers.", level=2)]
    for ask in hooks.in_pack:
        parts += [Part(one.heading, bullets=one.bullets, level=2) for one in ask(child.folder_id, shown.id)]
    if reader.kind is InviteeKind.PRACTITIONER:
        parts += _chronology(child, known_by)
    return _through(shown, reader, tuple(parts))


def _chronology(child: ChildPart, known_by: datetime) -> list[Part]:
    asked = Asked(oldest_first=True)
    folders = joined_set(child.folder_id)
    found = shown_of(folders, all_ids(folders, asked, before=known_by), asked)
    if not found:
        return [Part("Chronology", "Nothing is recorded yet.", level=2)]
    return [
        Part("Chronology", "Each paragraph says what it is and who told it.", level=2),
        *map(_moment, found),
    ]


def _moment(each: Shown) -> Part:
    it = each.moment
    lines = [
        f"{', '.join(x for x in (p.kind, f'told by {p.told_by}' if p.told_by else '') if x)}: {p.text}"
        for p in each.paragraphs
    ] or [it.text]
    by = "; ".join(x for x in (words_of.byline(each), *words_of.notes(each)) if x)
    lines += [f"What it means for the child: {it.impact}"] if it.impact else []
    lines += [f"({by})"] if by else []
    return Part(f"{words_of.when(it.happened_at, long=True)}: {it.kind}", "\n\n".join(lines), level=3)


def _through(shown: MeetingView, reader: InvitedView, parts: tuple[Part, ...]) -> Paper:
    title = f"{shown.title}: papers"
    return papers.through(shown, reader, Paper(title, reader.said_as, parts))
