"""Keys of the timeline: in which order everything stands that a record holds much of, found and counted by the
database. What stands there is read a page at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from sightline.kernel.together import preparing_cursor
from sightline.records import chronology

from ..rules import DECISION, Asked
from ..terms import Order

#: A place in the order (when, its number, its id) and whose it is.
Key = tuple[tuple[datetime, int, str], UUID]


def entry_keys(
    folder_ids: Sequence[UUID],
    asked: Asked,
    *,
    first: int | None = None,
    before: datetime | None = None,
    counted: bool = False,
    skipped: int = 0,
) -> tuple[list[Key], int]:
    """So many (None: all) of the entries asked for in order, after the first that are `skipped`, each with its place in
    it, and how many there are in all where they are to be counted. One query that asks the door once a folder (see
    migrations 0003 and 0007)."""
    limits = [each for each in (asked.known_before, before) if each is not None]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM chronology_keys(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                list(folder_ids), asked.kind, asked.agency, asked.author, asked.significant, asked.statement,
                asked.words, asked.from_instant, asked.before_instant, min(limits) if limits else None,
                asked.order is Order.KNOWN, asked.oldest_first, first, counted, skipped,
            ],
        )  # fmt: skip
        rows = cursor.fetchall()
    keys = [((at, number, str(id)), id) for at, number, id, _ in rows if id is not None]
    return keys, (rows[0][3] or 0) if rows else 0


@dataclass(frozen=True)
class PagedKeys:
    """Of what is paged: the first keys that were asked for, whose each is, how many there are, and all counted."""

    keys: list[Key] = field(default_factory=list)
    of: dict[UUID, int] = field(default_factory=dict)
    total: int = 0
    counts: list[tuple[int, str, str, str, date | None, int, int]] = field(default_factory=list)

    def on(self, ids: Iterable[UUID]) -> dict[int, list[UUID]]:
        """Those of these ids that it holds, by whose they are."""
        found: dict[int, list[UUID]] = {}
        for id in ids:
            if id in self.of:
                found.setdefault(self.of[id], []).append(id)
        return found


# Counted as `chronology_counts` counts the entries; the rooms' own `keys` stand in its first line.
_PAGED = """
WITH told AS MATERIALIZED (
    SELECT * FROM ({rows}) r WHERE %(known_before)s::timestamptz IS NULL OR known < %(known_before)s
), wanted AS (
    SELECT {moment} AS place, id, n FROM told
    WHERE NOT %(entries)s AND %(kind)s IN ('', kind) AND %(agency)s IN ('', agency) AND %(author)s IN ('', author)
      AND (%(statement)s = '' OR (%(statement)s = 'decision' AND kind = %(decision)s))
      AND (NOT %(significant)s OR marked)
      AND (%(since)s::timestamptz IS NULL OR at >= %(since)s) AND (%(until)s::timestamptz IS NULL OR at < %(until)s)
)
SELECT (SELECT count(*) FROM wanted),
       (SELECT json_agg(json_build_array(place, id, n))
        FROM (SELECT * FROM wanted ORDER BY place {way}, id {way} LIMIT %(most)s) first),
       (SELECT json_agg(json_build_array(which, kind, agency, author, month, many, marked)) FROM (
            SELECT grouping(kind, agency, author, month) AS which, kind, agency, author, month, count(*) AS many,
                   count(*) FILTER (WHERE marked) AS marked
            FROM (SELECT *, date_trunc('month', at AT TIME ZONE 'Europe/London')::date AS month FROM told) k
            GROUP BY GROUPING SETS ((agency), (author), (kind, month))) counted)
"""


def paged_keys(
    folder_ids: Sequence[UUID], asked: Asked, *, first: int | None = None, before: datetime | None = None
) -> PagedKeys:
    """What is paged, in order, counted and narrowed by the database: one query, whose doors are those of the rows."""
    if asked.words:
        return PagedKeys()
    limits = [each for each in (asked.known_before, before) if each is not None]
    rows = " UNION ALL ".join(
        f"SELECT *, {n} AS n FROM ({each.keys}) r{n}"  # noqa: S608 - the rooms' own words
        for n, each in enumerate(chronology.paged)
    )
    with preparing_cursor() as cursor:
        cursor.execute(
            _PAGED.format(
                rows=rows,
                moment="known" if asked.order is Order.KNOWN else "at",
                way="ASC" if asked.oldest_first else "DESC",
            ),
            {
                "folders": list(folder_ids),
                "known_before": min(limits) if limits else None,
                "entries": asked.entries,
                "kind": asked.kind,
                "agency": asked.agency,
                "author": asked.author,
                "statement": asked.statement,
                "decision": DECISION,
                "significant": asked.significant,
                "since": asked.from_instant,
                "until": asked.before_instant,
                "most": first,
            },
        )
        total, keys, counts = cursor.fetchone()
    found = [(datetime.fromisoformat(at), UUID(id), n) for at, id, n in keys or ()]
    return PagedKeys(
        keys=[((at, 0, str(id)), id) for at, id, _ in found],
        of={id: n for _, id, n in found},
        total=total,
        counts=[
            (*count[:4], count[4] and date.fromisoformat(count[4]), *count[5:]) for count in counts or ()
        ],
    )
