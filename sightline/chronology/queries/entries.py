"""Entries as the timeline shows them: with their paragraphs, what was answered, and what corrected them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sightline.govuk.addresses import address
from sightline.kernel.together import preparing_cursor
from sightline.records.chronology import Moment
from sightline.records.queries import told_of
from sightline.records.terms import Confirming, StatementKind, StatementSource

from ..rules import Asked, as_known, known_after


@dataclass(frozen=True)
class Shown:
    """A moment as a page shows it: what was known of it by the day asked about."""

    moment: Moment
    paragraphs: tuple[Paragraph, ...] = ()
    """Of an entry: each for what it is, and who told it."""
    known_days: int = 0
    """How many days after it happened it came to be known here."""
    asides: tuple[tuple[str, str], ...] = ()
    """What its author answered, each with what was asked: the questions of its form, why it is late, what was
    wrong."""
    stands: UUID | None = None
    """Of an entry that was put right, and of a correction: the last correction, which says what stands."""
    puts_right: str = ""
    """Of a correction: what the entry is called that it puts right."""
    unconfirmed: tuple[str, ...] = ()
    """Who has not confirmed what was written for them, in words: 'Not yet confirmed by Ines Farrow, Health visitor'."""
    right: Shown | None = None
    """Of what was put right: the last correction, where a reader would not otherwise meet it (`with_right_words`)."""


@dataclass(frozen=True)
class Paragraph:
    kind: str
    text: str
    told_by: str = ""


def entry_moments(ids: Sequence[UUID], asked: Asked) -> dict[UUID, Shown]:
    """These entries as the timeline shows them, as they were known, each with its paragraphs. One query."""
    found = {}
    for row in entry_rows(ids):
        moment = as_known(entry_moment(row, asked.known_before), asked)
        found[row.id] = Shown(
            moment,
            tuple(
                Paragraph(
                    StatementKind(kind).label,
                    text,
                    "the child" if source == StatementSource.CHILD.value else told_by,
                )
                for kind, text, source, told_by in row.statements or ()
            ),
            known_days=known_after(moment),
            stands=next((UUID(id) for *_, id in reversed(_corrections(row, asked.known_before))), None),
            puts_right=row.puts_right_title or "",
            unconfirmed=tuple(
                words for stands, words in _confirming(row, asked.known_before) if not stands.settled
            ),
            asides=tuple(
                (put, words)
                for put, words in (
                    ("What was wrong", row.was_wrong),
                    *(row.answers or ()),
                    ("Who was there", row.present),
                    ("Why it is late", row.late_why),
                )
                if words
            ),
        )
    return found


def with_right_words(shown: Sequence[Shown], asked: Asked, *, always: bool) -> list[Shown]:
    """The same moments, each that was put right with its last correction. A correction is another kind of entry, maybe
    by somebody else of another agency: a filter that finds the entry leaves it out, and the wrong words would stand
    alone. Unless `always`, only where the correction is not among them itself. One query where any is missing
    (REC-12)."""
    found = {each.moment.id: each for each in shown}
    wanted = {
        each.moment.id: each.stands
        for each in shown
        if each.stands and each.stands != each.moment.id and (always or each.stands not in found)
    }
    if missing := list({id for id in wanted.values() if id not in found}):
        found |= entry_moments(missing, asked)
    return [
        replace(each, right=found.get(wanted[each.moment.id])) if each.moment.id in wanted else each
        for each in shown
    ]


def as_it_stands(shown: Sequence[Shown]) -> list[Shown]:
    """The same moments with each entry's last correction in its place, once. One query where one is not among them;
    of what it reads the caller hides what the viewer may not read (`as_viewer_may_read`)."""
    found = {told.moment.id: told for each in shown for told in (each.right, each) if told}
    wanted = list(dict.fromkeys(each.stands or each.moment.id for each in shown))
    if missing := [id for id in wanted if id not in found]:
        found |= entry_moments(missing, Asked())
    return [found[id] for id in wanted if id in found]


class EntryRow(NamedTuple):
    """What the timeline shows of an entry, with its paragraphs and what corrected it."""

    id: UUID
    folder_id: UUID
    number: int
    title: str
    happened_at: datetime
    written_at: datetime
    text: str
    significant: bool
    impact: str
    late: bool
    late_why: str
    third_party: bool
    was_wrong: str
    theirs: str
    theirs_name: str
    author_post: str
    author: str
    agency: str | None
    puts_right: int | None
    puts_right_title: str | None
    present: str
    statements: list[tuple[str, str, str, str]] | None
    answers: list[tuple[str, str]] | None
    confirming: list[tuple[str, str, str | None, str | None]] | None
    corrections: list[tuple[str, int, bool, bool, str]] | None
    """Of the entry, or of what it puts right."""


# By hand: a page has fifty of them, and to make objects of all that hangs on them took longer than to read them. CASE,
# since behind a door PostgreSQL looks up in an index what a comparison says only where nothing in it could tell a row's
# contents before the door is asked, and it does not know that of coalesce: each entry would read the whole table.
_ENTRY_ROWS = """
    SELECT e.id, e.folder_id, e.number, e.title, e.happened_at, e.written_at, e.text, e.significant, e.impact, e.late,
           e.late_why, e.third_party, e.was_wrong, e.theirs, e.theirs_name, e.author_post, p.name, a.name, w.number,
           w.title, e.present,
           (SELECT json_agg(json_build_array(s.kind, s.text, s.source, s.told_by) ORDER BY s.place)
            FROM records_statement s WHERE s.entry_id = e.id),
           (SELECT json_agg(json_build_array(q.question, q.words) ORDER BY q.place)
            FROM records_entryanswer q WHERE q.entry_id = e.id),
           (SELECT json_agg(json_build_array(r.name, r.post, f.said, f.at) ORDER BY r.asked_at, r.id)
            FROM records_confirmationrequest r LEFT JOIN records_confirmation f ON f.request_id = r.id
            WHERE r.entry_id = e.id),
           (SELECT json_agg(json_build_array(c.written_at, c.number, c.significant, c.late, c.id)
                            ORDER BY c.written_at, c.number)
            FROM records_entry c
            WHERE c.corrects_id = CASE WHEN e.corrects_id IS NULL THEN e.id ELSE e.corrects_id END)
    FROM records_entry e
    JOIN agencies_practitioner p ON p.id = e.author_id
    LEFT JOIN agencies_agency a ON a.id = e.agency_id
    LEFT JOIN records_entry w ON w.id = e.corrects_id
    WHERE e.id = ANY(%s)
"""


def entry_rows(ids: Sequence[UUID]) -> list[EntryRow]:
    """These entries, as far as their door opens. One query."""
    with preparing_cursor() as cursor:
        cursor.execute(_ENTRY_ROWS, [list(ids)])
        return [EntryRow(*row) for row in cursor.fetchall()]


def _confirming(row: EntryRow, before: datetime | None) -> list[tuple[Confirming, str]]:
    """How it stands with those who are to confirm it, by that instant: 'Not yet confirmed by Ines Farrow, ...'."""
    found = []
    for name, post, said, at in row.confirming or ():
        answered = at is not None and (before is None or datetime.fromisoformat(at) < before)
        stands = Confirming(said) if answered and said else Confirming.WAITING
        found.append((stands, told_of(name, post, stands).rstrip(".")))
    return found


def _significant(row: EntryRow, before: datetime | None) -> bool:
    """Whether it was significant as it was signed, and no correction had taken that back by that instant."""
    stands = [significant for _, _, significant, *_ in _corrections(row, before)]
    return row.significant and (not stands or stands[-1])


def _corrections(row: EntryRow, before: datetime | None) -> list[tuple[str, int, bool, bool, str]]:
    """The corrections of it, or of what it puts right, that were written by that instant, in order."""
    return [
        each for each in row.corrections or () if before is None or datetime.fromisoformat(each[0]) < before
    ]


def _corrected(row: EntryRow, number: int, significant: bool, late: bool) -> str:
    """'Corrected by entry 5: not a significant event'."""
    said = [
        words
        for words, holds in (
            ("a significant event", significant and not row.significant),
            ("not a significant event", row.significant and not significant),
            ("written late", late and not row.late),
            ("not written late", row.late and row.late_why and not late),
        )
        if holds
    ]
    return f"Corrected by entry {number}" + (f": {', '.join(said)}" if said else "")


def entry_moment(row: EntryRow, before: datetime | None = None) -> Moment:
    """An entry as the timeline shows it: whose it is, late or not, what was told by somebody else, and whether they
    confirmed it by then."""
    tags = []
    if row.third_party:
        tags.append("Third-party information")
    if row.puts_right is not None:
        tags.append(f"Puts right entry {row.puts_right}")
    if row.theirs:
        tags.append("Disagreement" if row.theirs == "disagreement" else "In their own words")
    tags += [words for _, words in _confirming(row, before)]
    return Moment(
        id=row.id,
        folder_id=row.folder_id,
        happened_at=row.happened_at,
        known_at=row.written_at,
        kind=row.title,
        text=row.text,
        agency=row.agency or row.author_post.rpartition(", ")[2],
        author=row.author,
        whose=row.theirs_name if row.theirs else "",
        href=address("records:entry", row.folder_id, row.id),
        significant=_significant(row, before),
        late=row.late,
        tags=tuple(tags),
        later=tuple(
            (datetime.fromisoformat(at), _corrected(row, number, significant, late))
            for at, number, significant, late, _ in row.corrections or ()
            if row.puts_right is None
        ),
        number=row.number,
        impact=row.impact,
    )
