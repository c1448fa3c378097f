"""The timeline: all sources as one, filtered, in order and page by page; of one child, of a family, for a print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection

from sightline.access.queries import joined_sets, leads_of
from sightline.children.queries import as_viewer_may_read, names_of_folders
from sightline.kernel.time import LONDON
from sightline.kernel.verdicts import NotFound
from sightline.records import chronology
from sightline.records.chronology import Moment

from ..rules import Asked, known_after, known_of, place, stands
from .entries import Shown, entry_moment, entry_moments, entry_rows, with_right_words
from .keys import Key, PagedKeys, entry_keys, paged_keys

SIZE = 50


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


def _held(folder_ids: Sequence[UUID], asked: Asked) -> list[Moment]:
    """What is read whole beside the entries, unfiltered, from every room: few rows a child. Where words are looked for,
    what is otherwise paged as well."""
    return chronology.told(folder_ids) if asked.words else chronology.told_of_few(folder_ids)


def _words(moments: Sequence[Moment], words: str) -> list[Moment]:
    """Those that hold the words, by the same English as the entries. One query."""
    if not words or not moments:
        return list(moments)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT place FROM unnest(%s::text[]) WITH ORDINALITY AS given(words, place) "
            "WHERE kernel_words(given.words) @@ websearch_to_tsquery('english', kernel_plain(%s))",
            [[". ".join((m.kind, m.text, m.impact, *m.tags, m.author)) for m in moments], words],
        )
        found = {place - 1 for (place,) in cursor.fetchall()}
    return [moment for n, moment in enumerate(moments) if n in found]


def timeline(folder_ids: Sequence[UUID], asked: Asked, *, page: int = 1, size: int = SIZE) -> Timeline:
    """One page of the timeline of these folders, all rooms together. A fixed number of queries.

    Of the entries only the keys are read that may stand on this page, of what else a record holds many of those up to
    it; then what stands of those on it.
    """
    held = known_of(_held(folder_ids, asked), asked)
    paged = paged_keys(folder_ids, asked, first=page * size)
    choices = _choices(folder_ids, held, paged, asked)
    wanted = _words([moment for moment in held if stands(moment, asked)], asked.words)
    # Among what stands before this page are at most all others: so many entries fewer can be passed over unread.
    passed = max(0, (page - 1) * size - len(wanted) - len(paged.keys))
    entries, counted = entry_keys(
        folder_ids, asked, first=page * size - passed, counted=asked.filtered, skipped=passed
    )
    total = (counted if asked.filtered else choices.entries) + len(wanted) + paged.total
    if page > 1 and (page - 1) * size >= total:
        return timeline(folder_ids, asked, page=max(1, -(-total // size)), size=size)
    ordered = _ordered([*entries, *paged.keys], wanted, asked)
    ids = [id for _, id in ordered[(page - 1) * size - passed : page * size - passed]]
    these = _these(folder_ids, paged.on(ids), asked)
    return Timeline(
        shown=as_viewer_may_read(folder_ids, _shown(ids, [*wanted, *these], asked, always=asked.filtered)),
        total=total,
        choices=choices,
        asked=asked,
        number=page,
        more=page * size < total,
    )


def _these(folder_ids: Sequence[UUID], wanted: dict[int, list[UUID]], asked: Asked) -> list[Moment]:
    """These rows of what is paged, as they were known."""
    return known_of(chronology.told_of_these(folder_ids, wanted), asked) if wanted else []


def count_entries(folder_ids: Sequence[UUID], asked: Asked) -> int:
    """How many entries are asked for. One query."""
    return entry_keys(folder_ids, asked, first=1, counted=True)[1]


def _ordered(entries: Sequence[Key], small: Sequence[Moment], asked: Asked) -> list[Key]:
    """Entries and all else in the order asked for."""
    keys = [*entries, *((place(moment, asked.order), moment.id) for moment in small)]
    return sorted(keys, reverse=not asked.oldest_first)


def _shown(ids: Sequence[UUID], small: Sequence[Moment], asked: Asked, *, always: bool) -> list[Shown]:
    """The moments of these ids in that order (`small` as they were known), entries with their paragraphs and with what
    put them right (`with_right_words`)."""
    found: dict[UUID, Shown] = {}
    for moment in small:
        found[moment.id] = Shown(moment, known_days=known_after(moment))
    wanted = [id for id in ids if id not in found]
    if wanted:
        found |= entry_moments(wanted, asked)
    return with_right_words([found[id] for id in ids], asked, always=always)


#: What `chronology_counts` counted by, as PostgreSQL's grouping() says it.
_BY_AGENCY, _BY_AUTHOR = 0b1011, 0b1101


def _choices(folder_ids: Sequence[UUID], small: Iterable[Moment], paged: PagedKeys, asked: Asked) -> Choices:
    before = asked.known_before
    kinds: Counter[str] = Counter()
    agencies: Counter[str] = Counter()
    authors: Counter[str] = Counter()
    months: Counter[tuple[date, str]] = Counter()
    significant: Counter[tuple[date, str]] = Counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM chronology_counts(%s, %s)", [list(folder_ids), before])
        of_entries = cursor.fetchall()
    entries = sum(many for which, _, _, _, _, many, _ in of_entries if which not in (_BY_AGENCY, _BY_AUTHOR))
    for which, kind, agency, author, month, count, marked in (*of_entries, *paged.counts):
        if which == _BY_AGENCY:
            agencies[agency or ""] += count
        elif which == _BY_AUTHOR:
            authors[author] += count
        else:
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
    for row in entry_rows([moment_id]):
        if row.folder_id in folder_ids:
            return entry_moment(row)
    held = chronology.told_of_few(folder_ids)
    these = chronology.told_of_these(folder_ids, {n: [moment_id] for n in range(len(chronology.paged))})
    found = next((m for m in known_of([*held, *these], Asked()) if m.id == moment_id), None)
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


#: So many children stand side by side: more columns cannot be read.
MOST_CHILDREN = 8


def side_by_side(
    lead: UUID, own_folders: Sequence[UUID], others: Sequence[UUID]
) -> tuple[list[OneOfFamily], list[OneOfFamily]]:
    """The child and those of the others that the viewer may open, at most `MOST_CHILDREN`, and those for whom there is
    no place beside them. Four queries."""
    leads = list(dict.fromkeys(leads_of(others).values()))
    sets = joined_sets([each for each in leads if each != lead])
    names = names_of_folders([lead, *sets])
    found = [OneOfFamily(lead, names[lead].name if lead in names else "", tuple(own_folders))]
    found += [
        OneOfFamily(each, names[each].name, tuple(sets[each]))
        for each in leads
        if each in sets and each in names
    ]
    return found[:MOST_CHILDREN], found[MOST_CHILDREN:]


# -- a print's own reading: everything, in volumes ---------------------------------------------------


def all_ids(folder_ids: Sequence[UUID], asked: Asked, *, before: datetime) -> list[UUID]:
    """The ids of every moment asked for that was known `before`, in order."""
    known = known_of([m for m in _held(folder_ids, asked) if m.known_at <= before], asked)
    wanted = _words([m for m in known if stands(m, asked)], asked.words)
    # What was signed in the very instant is not known before it: hence the step.
    after = before + timedelta(microseconds=1)
    entries, _ = entry_keys(folder_ids, asked, before=after)
    paged = paged_keys(folder_ids, asked, before=after)
    return [id for _, id in _ordered([*entries, *paged.keys], wanted, asked)]


def shown_of(folder_ids: Sequence[UUID], ids: Sequence[UUID], asked: Asked) -> list[Shown]:
    """These moments in this order."""
    chosen = set(ids)
    held = [m for m in chronology.told_of_few(folder_ids) if m.id in chosen]
    these = (
        chronology.told_of_these(folder_ids, {n: ids for n in range(len(chronology.paged))}) if ids else []
    )
    # On paper nobody presses a link: the right words stand under the wrong ones.
    return as_viewer_may_read(folder_ids, _shown(ids, known_of([*held, *these], asked), asked, always=True))
