"""Reads of the timeline: all sources as one, filtered, in order and page by page; workers' own; prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Q

from sightline.access.queries import joined_sets, leads_of
from sightline.children.queries import as_viewer_may_read, names_of_folders
from sightline.govuk.addresses import address
from sightline.kernel.time import LONDON, now
from sightline.kernel.verdicts import NotFound
from sightline.records.chronology import Moment, told
from sightline.records.queries import told_of
from sightline.records.terms import Confirming, StatementKind, StatementSource

from .models import OwnMoment, Print, PrintVolume
from .rules import PRINT_STALLED, Asked, as_known, known_after, known_of, place, stands
from .terms import Order, PrintState

SIZE = 50


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


@dataclass(frozen=True)
class Paragraph:
    kind: str
    text: str
    told_by: str = ""


@dataclass(frozen=True)
class Choices:
    """What the whole record holds, for the filters and the picture: each with how many."""

    kinds: list[tuple[str, int]] = field(default_factory=list)
    agencies: list[tuple[str, int]] = field(default_factory=list)
    authors: list[tuple[str, int]] = field(default_factory=list)
    months: dict[tuple[date, str], int] = field(default_factory=dict)
    """By the first day of a month and the kind."""
    significant: dict[tuple[date, str], int] = field(default_factory=dict)
    total: int = 0
    entries: int = 0


@dataclass(frozen=True)
class Timeline:
    shown: list[Shown]
    total: int
    choices: Choices
    asked: Asked
    number: int
    more: bool


def small_moments(folder_ids: Sequence[UUID]) -> list[Moment]:
    """Everything but the entries, unfiltered: few rows a child, from every room."""
    return told(folder_ids)


def _words(moments: Sequence[Moment], words: str) -> list[Moment]:
    """Those that hold the words, by the same English as the entries. One query."""
    if not words or not moments:
        return list(moments)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT place FROM unnest(%s::text[]) WITH ORDINALITY AS given(words, place) "
            "WHERE to_tsvector('english', given.words) @@ websearch_to_tsquery('english', %s)",
            [[". ".join((m.kind, m.text, m.impact, *m.tags, m.author)) for m in moments], words],
        )
        found = {place - 1 for (place,) in cursor.fetchall()}
    return [moment for n, moment in enumerate(moments) if n in found]


#: A place in the order and whose it is.
Key = tuple[tuple[datetime, int, str], UUID]


def _entry_keys(
    folder_ids: Sequence[UUID],
    asked: Asked,
    *,
    first: int | None = None,
    before: datetime | None = None,
    counted: bool = False,
) -> tuple[list[Key], int]:
    """The first so many (None: all) of the entries asked for in order, each with its place in it, and how many there
    are in all where they are to be counted. One query that asks the door once a folder (see migration 0003)."""
    limits = [each for each in (asked.known_before, before) if each is not None]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM chronology_keys(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                list(folder_ids), asked.kind, asked.agency, asked.author, asked.significant, asked.statement,
                asked.words, asked.from_instant, asked.before_instant, min(limits) if limits else None,
                asked.order is Order.KNOWN, asked.oldest_first, first, counted,
            ],
        )  # fmt: skip
        rows = cursor.fetchall()
    return [((at, number, str(id)), id) for at, number, id, _ in rows], (rows[0][3] or 0) if rows else 0


def timeline(folder_ids: Sequence[UUID], asked: Asked, *, page: int = 1, size: int = SIZE) -> Timeline:
    """One page of the timeline of these folders, all rooms together. A fixed number of queries.

    Of the entries only the keys up to this page are read, then the text of those on it.
    """
    small = known_of(small_moments(folder_ids), asked)
    choices = _choices(folder_ids, small, asked)
    wanted = _words([moment for moment in small if stands(moment, asked)], asked.words)
    entries, counted = _entry_keys(folder_ids, asked, first=page * size, counted=asked.filtered)
    total = (counted if asked.filtered else choices.entries) + len(wanted)
    if (page - 1) * size >= total:
        page = max(1, -(-total // size))
    ids = [id for _, id in _ordered(entries, wanted, asked)[(page - 1) * size : page * size]]
    return Timeline(
        shown=as_viewer_may_read(folder_ids, _shown(ids, wanted, asked)),
        total=total,
        choices=choices,
        asked=asked,
        number=page,
        more=page * size < total,
    )


def count_entries(folder_ids: Sequence[UUID], asked: Asked) -> int:
    """How many entries are asked for. One query."""
    return _entry_keys(folder_ids, asked, first=1, counted=True)[1]


def _ordered(entries: Sequence[Key], small: Sequence[Moment], asked: Asked) -> list[Key]:
    """Entries and all else in the order asked for."""
    keys = [*entries, *((place(moment, asked.order), moment.id) for moment in small)]
    return sorted(keys, reverse=not asked.oldest_first)


def _shown(ids: Sequence[UUID], small: Sequence[Moment], asked: Asked) -> list[Shown]:
    """The moments of these ids in that order (`small` as they were known), entries with their paragraphs."""
    found: dict[UUID, Shown] = {}
    for moment in small:
        found[moment.id] = Shown(moment, known_days=known_after(moment))
    wanted = [id for id in ids if id not in found]
    if wanted:
        found |= _entry_moments(wanted, asked)
    return [found[id] for id in ids]


def _entry_moments(ids: Sequence[UUID], asked: Asked) -> dict[UUID, Shown]:
    found = {}
    for row in _entry_rows(ids):
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


class _EntryRow(NamedTuple):
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
    present: str
    statements: list[tuple[str, str, str, str]] | None
    answers: list[tuple[str, str]] | None
    confirming: list[tuple[str, str, str | None, str | None]] | None
    corrections: list[tuple[str, int, bool, bool]] | None


# By hand: a page has fifty of them, and to make objects of all that hangs on them took longer than to read them.
_ENTRY_ROWS = """
    SELECT e.id, e.folder_id, e.number, e.title, e.happened_at, e.written_at, e.text, e.significant, e.impact, e.late,
           e.late_why, e.third_party, e.was_wrong, e.theirs, e.theirs_name, e.author_post, p.name, a.name, w.number,
           e.present,
           (SELECT json_agg(json_build_array(s.kind, s.text, s.source, s.told_by) ORDER BY s.place)
            FROM records_statement s WHERE s.entry_id = e.id),
           (SELECT json_agg(json_build_array(q.question, q.words) ORDER BY q.place)
            FROM records_entryanswer q WHERE q.entry_id = e.id),
           (SELECT json_agg(json_build_array(r.name, r.post, f.said, f.at) ORDER BY r.asked_at, r.id)
            FROM records_confirmationrequest r LEFT JOIN records_confirmation f ON f.request_id = r.id
            WHERE r.entry_id = e.id),
           (SELECT json_agg(json_build_array(c.written_at, c.number, c.significant, c.late)
                            ORDER BY c.written_at, c.number)
            FROM records_entry c WHERE c.corrects_id = e.id)
    FROM records_entry e
    JOIN agencies_practitioner p ON p.id = e.author_id
    LEFT JOIN agencies_agency a ON a.id = e.agency_id
    LEFT JOIN records_entry w ON w.id = e.corrects_id
    WHERE e.id = ANY(%s)
"""


def _entry_rows(ids: Sequence[UUID]) -> list[_EntryRow]:
    """These entries, as far as their door opens. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_ENTRY_ROWS, [list(ids)])
        return [_EntryRow(*row) for row in cursor.fetchall()]


def _said_of_it(row: _EntryRow, before: datetime | None) -> list[str]:
    """How it stands with those who are to confirm it, by that instant: 'Not yet confirmed by Ines Farrow, ...'."""
    found = []
    for name, post, said, at in row.confirming or ():
        answered = at is not None and (before is None or datetime.fromisoformat(at) < before)
        found.append(told_of(name, post, Confirming(said) if answered and said else Confirming.WAITING))
    return found


def _corrected(row: _EntryRow, number: int, significant: bool, late: bool) -> str:
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


def entry_moment(row: _EntryRow, before: datetime | None = None) -> Moment:
    """An entry as the timeline shows it: whose it is, late or not, what was told by somebody else, and whether they
    confirmed it by then."""
    tags = []
    if row.third_party:
        tags.append("Third-party information")
    if row.puts_right is not None:
        tags.append(f"Puts right entry {row.puts_right}")
    if row.theirs:
        tags.append("Disagreement" if row.theirs == "disagreement" else "In their own words")
    tags += [words.rstrip(".") for words in _said_of_it(row, before)]
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
        significant=row.significant,
        late=row.late,
        tags=tuple(tags),
        later=tuple(
            (datetime.fromisoformat(at), _corrected(row, number, significant, late))
            for at, number, significant, late in row.corrections or ()
        ),
        number=row.number,
        impact=row.impact,
    )


#: What `chronology_counts` counted by, as PostgreSQL's grouping() says it.
_BY_AGENCY, _BY_AUTHOR = 0b1011, 0b1101


def _choices(folder_ids: Sequence[UUID], small: Iterable[Moment], asked: Asked) -> Choices:
    before = asked.known_before
    kinds: Counter[str] = Counter()
    agencies: Counter[str] = Counter()
    authors: Counter[str] = Counter()
    months: Counter[tuple[date, str]] = Counter()
    significant: Counter[tuple[date, str]] = Counter()
    entries = 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM chronology_counts(%s, %s)", [list(folder_ids), before])
        for which, kind, agency, author, month, count, marked in cursor.fetchall():
            if which == _BY_AGENCY:
                agencies[agency or ""] += count
            elif which == _BY_AUTHOR:
                authors[author] += count
            else:
                entries += count
                kinds[kind] += count
                months[month, kind] += count
                significant[month, kind] += marked
    for moment in small:
        day = moment.happened_at.astimezone(LONDON).date().replace(day=1)
        kinds[moment.kind] += 1
        agencies[moment.agency] += 1
        authors[moment.author] += 1
        months[day, moment.kind] += 1
        significant[day, moment.kind] += moment.significant
    del agencies[""], authors[""]
    return Choices(
        kinds=kinds.most_common(),
        agencies=sorted(agencies.items()),
        authors=sorted(authors.items()),
        months=dict(months),
        significant={key: count for key, count in significant.items() if count},
        total=sum(kinds.values()),
        entries=entries,
    )


def moment_of(folder_ids: Sequence[UUID], moment_id: UUID) -> Moment:
    """One moment of these folders. Raises NotFound."""
    for row in _entry_rows([moment_id]):
        if row.folder_id in folder_ids:
            return entry_moment(row)
    small = known_of(small_moments(folder_ids), Asked())
    found = next((m for m in small if m.id == moment_id), None)
    if found is None:
        raise NotFound
    return found


# -- a family ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OneOfFamily:
    """A child of a family whose record the viewer may open, with all that is read as part of it."""

    folder_id: UUID
    name: str
    folder_ids: tuple[UUID, ...]


def side_by_side(
    lead: UUID, own_folders: Sequence[UUID], others: Sequence[UUID], limit: int = 8
) -> list[OneOfFamily]:
    """The child and those of the others that the viewer may open, at most `limit`. Four queries."""
    leads = list(dict.fromkeys(leads_of(others).values()))
    sets = joined_sets([each for each in leads if each != lead])
    names = names_of_folders([lead, *sets])
    found = [OneOfFamily(lead, names[lead].name if lead in names else "", tuple(own_folders))]
    found += [
        OneOfFamily(each, names[each].name, tuple(sets[each]))
        for each in leads
        if each in sets and each in names
    ]
    return found[:limit]


# -- a print's own reading: everything, in volumes ---------------------------------------------------


def all_ids(folder_ids: Sequence[UUID], asked: Asked, *, before: datetime) -> list[UUID]:
    """The ids of every moment asked for that was known `before`, in order."""
    known = known_of([m for m in small_moments(folder_ids) if m.known_at <= before], asked)
    wanted = _words([m for m in known if stands(m, asked)], asked.words)
    # An entry signed in the very instant is not known before it: hence the step.
    entries, _ = _entry_keys(folder_ids, asked, before=before + timedelta(microseconds=1))
    return [id for _, id in _ordered(entries, wanted, asked)]


def shown_of(folder_ids: Sequence[UUID], ids: Sequence[UUID], asked: Asked) -> list[Shown]:
    """These moments in this order."""
    chosen = set(ids)
    small = known_of([m for m in small_moments(folder_ids) if m.id in chosen], asked)
    shown = _shown(ids, small, asked)
    return as_viewer_may_read(folder_ids, shown)


@dataclass(frozen=True)
class PrintView:
    """A print as its asker sees it; `stalled` where it will not get further by itself."""

    id: UUID
    folder_id: UUID
    asked: Asked
    asked_at: datetime
    state: PrintState
    done: int
    total: int
    expires_at: datetime | None
    stalled: bool
    volumes: list[VolumeView]


@dataclass(frozen=True)
class VolumeView:
    id: UUID
    number: int
    moments: int
    size: int


def prints(folder_ids: Iterable[UUID], limit: int = 20) -> list[PrintView]:
    """The viewer's own prints of these folders, the latest first. Two queries."""
    rows = list(
        Print.objects.filter(_not_expired(), folder_id__in=list(folder_ids)).order_by("-asked_at")[:limit]
    )
    return _print_views(rows)


def print_(print_id: UUID) -> PrintView:
    """One print of the viewer's own that has not expired. Raises NotFound."""
    rows = list(Print.objects.filter(_not_expired(), id=print_id))
    if not rows:
        raise NotFound
    return _print_views(rows)[0]


def _not_expired() -> Q:
    return Q(expires_at__isnull=True) | Q(expires_at__gt=now())


def _print_views(rows: Sequence[Print]) -> list[PrintView]:
    volumes: dict[UUID, list[VolumeView]] = {}
    for of, id, number, moments, size in (
        PrintVolume.objects.filter(of_id__in=[row.id for row in rows])
        .order_by("number")
        .values_list("of_id", "id", "number", "moments", "size")
    ):
        volumes.setdefault(of, []).append(VolumeView(id, number, moments, size))
    moving = (PrintState.WAITING.value, PrintState.RUNNING.value)
    return [
        PrintView(
            id=row.id,
            folder_id=row.folder_id,
            asked=Asked.from_data(row.asked),
            asked_at=row.asked_at,
            state=PrintState(row.state),
            done=row.done,
            total=row.total,
            expires_at=row.expires_at,
            stalled=row.state in moving and row.moved_at < now() - PRINT_STALLED,
            volumes=volumes.get(row.id, []),
        )
        for row in rows
    ]


def volume(volume_id: UUID) -> tuple[PrintView, VolumeView, bytes]:
    """One volume of the viewer's own, with its content. Raises NotFound."""
    row = PrintVolume.objects.filter(id=volume_id).first()
    if row is None:
        raise NotFound
    of = print_(row.of_id)
    return of, VolumeView(row.id, row.number, row.moments, row.size), bytes(row.content)


# -- workers' own chronologies ------------------------------------------------------------------------


@dataclass(frozen=True)
class OwnView:
    """A line of a worker's own chronology as it stands now, with its earlier versions, the latest first."""

    line: UUID
    version: int
    folder_id: UUID
    practitioner_id: UUID
    practitioner: str
    post: str
    moment_id: UUID | None
    moment_kind: str
    happened_at: datetime
    what: str
    analysis: str
    taken_out: bool
    written_at: datetime
    earlier: tuple[OwnView, ...] = ()


def own(folder_ids: Sequence[UUID], asked: Asked = Asked()) -> list[OwnView]:
    """Every worker's own lines that stand, by when it happened, as of the day asked about. One query."""
    rows = OwnMoment.objects.filter(folder_id__in=list(folder_ids)).select_related("practitioner")
    if asked.known_before:
        rows = rows.filter(written_at__lt=asked.known_before)
    lines: dict[UUID, OwnView] = {}
    for row in rows.order_by("version"):
        before = lines.get(row.line)
        earlier = () if before is None else (_own_view(before), *before.earlier)
        lines[row.line] = _own_view(row, earlier)
    standing = [view for view in lines.values() if not view.taken_out]
    ordered = sorted(
        standing, key=lambda view: (view.happened_at, str(view.line)), reverse=not asked.oldest_first
    )
    return as_viewer_may_read(folder_ids, ordered)


def own_line(line: UUID, folder_ids: Sequence[UUID]) -> OwnView:
    """One line that stands. Raises NotFound."""
    found = next((view for view in own(folder_ids) if view.line == line), None)
    if found is None:
        raise NotFound
    return found


def _own_view(row: Any, earlier: tuple[OwnView, ...] = ()) -> OwnView:
    return OwnView(
        line=row.line,
        version=row.version,
        folder_id=row.folder_id,
        practitioner_id=row.practitioner_id,
        practitioner=row.practitioner.name if isinstance(row, OwnMoment) else row.practitioner,
        post=row.post,
        moment_id=row.moment_id,
        moment_kind=row.moment_kind,
        happened_at=row.happened_at,
        what=row.what,
        analysis=row.analysis,
        taken_out=row.taken_out,
        written_at=row.written_at,
        earlier=earlier,
    )
