"""Reading many small things in one journey to the database.

A page of a child shows a little of every room. Each room says what it wants to read as querysets, and they are
answered together:

    together(plans, reviews)             # one query; both are then there, as if each had been asked by itself

A function of which others are asked at the same time is a generator. It yields what it wants to read, and goes on
once that is there; it may do so again for what depends on what it found:

    def moments(folder_ids: Sequence[UUID]) -> Asking[list[Moment]]:
        plans = Plan.objects.filter(folder_id__in=folder_ids)
        reviews = Review.objects.filter(folder_id__in=folder_ids)
        yield plans, reviews
        return [...]

    answer(at_once(source(folder_ids) for source in sources))  # as many queries as the source that asks most often

The doors of the tables and who is looking are the same as for a queryset by itself.

To put querysets together takes the program longer than it takes the database to answer them. What every page of a
child asks is therefore put together once, and given other values from then on:

    @prepared
    def _of_child(folder_ids: Sequence[UUID], day: date) -> Wanted:
        return Tie.objects.filter(folder_id__in=folder_ids), Status.objects.filter(held_on(day))

    ties, statuses = _of_child(folder_ids, today())

Such a function asks nothing else that may differ: neither the clock nor who is looking. A house test says so.

The database, too, takes longer to plan such a query than to answer it. One of prepared questions alone is prepared
there as well: planned on a connection's first few times, and from then on asked by its name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from copy import copy
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID, uuid4

import psycopg
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.utils.dateparse import parse_duration

T = TypeVar("T")
U = TypeVar("U")

#: What a room wants to read.
Wanted = Sequence["QuerySet[Any, Any] | Prepared"]
#: What wants to read these, and answers when they are there.
Asking = Generator[Wanted, None, T]

#: Values as they come in JSON, by the type of their column, made what the driver would have made of them. Whatever is
#: not here is the same in both.
_READ: dict[str, Callable[[Any], Any]] = {
    "uuid": UUID,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timestamp with time zone": datetime.fromisoformat,
    "interval": parse_duration,
    "bytea": lambda given: bytes.fromhex(given[2:]),
    # Django reads documents from text.
    "jsonb": json.dumps,
}


class _Put:
    """A queryset as it is put to the database: one value of a row, the list of its rows in their order."""

    def __init__(self, asked: QuerySet[Any, Any]) -> None:
        self.asked = asked
        self.compiler: Any = asked.query.get_compiler(connection=connection)
        self.sql, self.params = "", ()  # type: tuple[str, Sequence[Any]]
        # Nothing can be in it, such as what belongs to none of no folders.
        with suppress(EmptyResultSet):
            sql, self.params = self.compiler.as_sql()
            # By place: two columns of two tables may have one name. What is only sorted by comes after them.
            columns = ", ".join(f"c{place}" for place in range(len(self.compiler.select)))
            self.sql = f"(SELECT json_agg(q) FROM ({sql}) AS q({columns}))"  # noqa: S608 - its own SQL
        self.readers = [_reader(column[0]) for column in self.compiler.select] if self.sql else []
        self.converters: dict[int, Any] | None = None

    def fill(self, asked: QuerySet[Any, Any], rows: list[dict[str, Any]] | None) -> None:
        """Has the queryset read these rows, by its own way of making objects of them."""
        if not rows:
            asked._result_cache = []
            return
        values = [
            tuple(
                value if value is None or read is None else read(value)
                for read, value in zip(self.readers, row.values(), strict=False)
            )
            for row in rows or ()
        ]
        compiler = copy(self.compiler)
        compiler.execute_sql = lambda *_, **__: [values]
        compiler.get_converters = self._converters
        # For this one reading: a queryset made from this one later asks for itself.
        asked.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
        try:
            len(asked)
        finally:
            del asked.query.get_compiler

    def _converters(self, columns: Any) -> dict[int, Any]:
        """What Django makes of each column; the same each time that a prepared question is asked."""
        if self.converters is None:
            self.converters = self.compiler.get_converters(columns)
        return self.converters


class Prepared(Sequence[Any]):
    """What a prepared question reads, with the values of this time: a list, read when it is first looked into."""

    def __init__(self, put: _PreparedPut, given: Sequence[Sequence[Any]]) -> None:
        self.put = put
        self.values = [given[argument][place] for argument, place in put.places]
        self.found: list[Any] | None = None

    def fill(self, rows: list[dict[str, Any]] | None) -> None:
        if rows:
            asked = self.put.asked._clone()  # type: ignore[attr-defined]
            self.put.fill(asked, rows)
            self.found = list(asked)
        else:
            self.found = []

    def read(self) -> list[Any]:
        if self.found is None:
            together(self)
        assert self.found is not None
        return self.found

    def __getitem__(self, place: Any) -> Any:
        return self.read()[place]

    def __len__(self) -> int:
        return len(self.read())


class _PreparedPut(_Put):
    """A queryset put together with a stand-in for each value that it is given from then on.

    `places`: of each parameter that is a value, its argument and its place in that, in the order of the SQL.
    """

    def __init__(self, asked: QuerySet[Any, Any], stands_for: dict[Any, tuple[int, int]]) -> None:
        super().__init__(asked)
        given = [param.__hash__ is not None and param in stands_for for param in self.params]
        self.places = [
            stands_for[param] for param, is_given in zip(self.params, given, strict=True) if is_given
        ]
        self.kinds = [_kind(param) for param, is_given in zip(self.params, given, strict=True) if is_given]
        self.given = given

    def with_values(self, values: Sequence[Any]) -> list[Any]:
        """Its parameters, these values among them."""
        following = iter(values)
        return [
            next(following) if is_given else param
            for param, is_given in zip(self.params, self.given, strict=True)
        ]

    def text(self, names: Sequence[str]) -> str:
        """Its SQL with what is always the same written out, and these names for its values."""
        writing = psycopg.ClientCursor(connection.connection)
        params = iter(zip(self.params, self.given, strict=True))
        following = iter(zip(names, self.kinds, strict=True))

        def written(found: re.Match[str]) -> str:
            if found[0] == "%%":
                return "%%"
            param, is_given = next(params)
            if is_given:
                name, kind = next(following)
                return f"%({name})s::{kind}"
            return writing.mogrify("%s", [param]).replace("%", "%%")

        return re.sub("%[s%]", written, self.sql)


def _kind(value: Any) -> str:
    if isinstance(value, datetime):
        return "timestamptz"
    return "date" if isinstance(value, date) else "uuid"


def together(*asked: QuerySet[Any, Any] | Prepared) -> None:
    """Fills what has not been read yet, all in one query; what querysets prefetch follows by itself."""
    if len(asked) == 1 and isinstance(asked[0], QuerySet):
        len(asked[0])
        return
    prepared = [each for each in asked if isinstance(each, Prepared)]
    if len(prepared) == len(asked):
        _asked_by_name([each for each in prepared if each.found is None])
        return
    sent: list[tuple[str, Sequence[Any]]] = []
    fill: list[tuple[bool, Callable[[Any], None]]] = []
    for each in asked:
        if isinstance(each, Prepared):
            if each.found is None:
                fill.append((bool(each.put.sql), each.fill))
                sent.append((each.put.sql, each.put.with_values(each.values)))
        elif each._result_cache is None:
            put = _Put(each)
            fill.append((bool(put.sql), partial(put.fill, each)))
            sent.append((put.sql, put.params))
    sent = [one for one in sent if one[0]]
    found: Iterator[Any] = iter(())
    if sent:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {', '.join(sql for sql, _ in sent)}",
                [value for _, params in sent for value in params],
            )
            found = iter(cursor.fetchone() or ())
    for was_sent, take in fill:
        take(next(found) if was_sent else None)


def _asked_by_name(asked: Sequence[Prepared]) -> None:
    """The same for prepared questions alone, which the database knows by name."""
    sent = [each for each in asked if each.put.sql]
    found: Sequence[Any] = ()
    if sent:
        # Many are given the same values, such as the folders: each value is sent once.
        names: dict[tuple[str, Any], str] = {}
        key = tuple(
            (
                each.put,
                tuple(
                    names.setdefault(one, f"v{len(names)}")
                    for one in zip(each.put.kinds, each.values, strict=True)
                ),
            )
            for each in sent
        )
        with preparing_cursor() as cursor:
            if (sql := _TEXTS.get(key)) is None:
                if len(_TEXTS) >= _MOST_TEXTS:
                    _TEXTS.clear()
                sql = _TEXTS[key] = f"SELECT {', '.join(put.text(of) for put, of in key)}"
            cursor.execute(sql, {name: value for (_, value), name in names.items()})
            found = cursor.fetchone() or ()
    rows = iter(found)
    for each in asked:
        each.fill(next(rows) if each.put.sql else None)


#: The SQL of what was asked at one time, by which questions they were and which of their values were the same.
_TEXTS: dict[tuple[tuple[_Put, tuple[str, ...]], ...], str] = {}
_MOST_TEXTS = 500


class _Preparing(psycopg.Cursor[Any]):
    """Has the database prepare what it is asked and know it by name from then on; Django's own cursors never do."""

    def execute(self, query: Any, params: Any = None, **_: Any) -> _Preparing:
        return super().execute(query, params, prepare=True)

    def _convert_query(self, query: Any, params: Any = None) -> Any:
        # Where Django looks for what was asked, for those who count questions.
        self._query = super()._convert_query(query, params)
        return self._query


def preparing_cursor() -> Any:
    """A cursor of this kind, in Django's wrapping, so that its questions are counted and its errors are Django's: for
    a question written by hand that takes longer to plan than to answer and says the same words each time."""
    connection.ensure_connection()
    raw = connection.connection
    if raw.prepare_threshold is None:
        # Django's way of saying that nothing is prepared by itself, which stays so: its own cursors cannot.
        raw.prepare_threshold = 1_000_000
    return connection._prepare_cursor(_Preparing(raw))  # type: ignore[attr-defined]


P = ParamSpec("P")
#: Every prepared question, for the house test.
PREPARED: list[Callable[..., Any]] = []


def prepared(build: Callable[P, Wanted]) -> Callable[P, tuple[Prepared, ...]]:
    """Has querysets put together once for all values; a list of ids once for each length. The values are ids, lists
    of ids, days or instants."""
    known: dict[tuple[int, ...], list[_PreparedPut]] = {}

    @wraps(build)
    def ask(*values: P.args, **_: P.kwargs) -> tuple[Prepared, ...]:
        given = [list(value) if isinstance(value, Iterable) else [value] for value in values]
        shape = tuple(len(each) for each in given)
        if shape not in known:
            known[shape] = _put_together(build, values, given)
        return tuple(Prepared(put, given) for put in known[shape])

    PREPARED.append(build)
    return ask


def _put_together(
    build: Callable[..., Wanted], values: Sequence[Any], given: Sequence[Sequence[Any]]
) -> list[_PreparedPut]:
    """The querysets with a stand-in for each value."""
    stands_for: dict[Any, tuple[int, int]] = {}
    for argument, each in enumerate(given):
        for place, value in enumerate(each):
            stands_for[_stand_in(value, len(stands_for))] = argument, place
    stand_ins = iter(stands_for)
    arguments = [
        [next(stand_ins) for _ in each] if isinstance(value, Iterable) else next(stand_ins)
        for value, each in zip(values, given, strict=True)
    ]
    return [
        _PreparedPut(queryset, stands_for) for queryset in build(*arguments) if isinstance(queryset, QuerySet)
    ]


def _stand_in(value: Any, number: int) -> Any:
    """A value of the same kind that nothing else is."""
    if isinstance(value, datetime):
        return datetime(1900, 1, 1, microsecond=number + 1, tzinfo=UTC)
    if isinstance(value, date):
        return date(1800, 1, 1) + timedelta(days=number)
    if isinstance(value, UUID):
        return uuid4()
    raise TypeError(f"A prepared question takes ids, days and instants, not {value!r}")


def at_once(askings: Iterable[Asking[T]]) -> Asking[list[T]]:
    """Several as one that asks: what each of them answers, in their order."""
    running = dict(enumerate(askings))
    found: dict[int, T] = {}
    while running:
        wanted: list[QuerySet[Any, Any] | Prepared] = []
        for place, asking in list(running.items()):
            try:
                wanted += next(asking)
            except StopIteration as done:
                found[place] = done.value
                del running[place]
        if wanted:
            yield wanted
    return [found[place] for place in sorted(found)]


def both(one: Asking[T], other: Asking[U]) -> Asking[tuple[T, U]]:
    """Two of different kinds as one that asks."""
    found: list[Any] = yield from at_once([one, other])
    return found[0], found[1]


def answer(asking: Asking[T]) -> T:
    """What one answers, with what it wants at one time read in one query."""
    try:
        while True:
            together(*next(asking))
    except StopIteration as done:
        found: T = done.value
        return found


def _reader(column: Any) -> Callable[[Any], Any] | None:
    kind = column.output_field.db_type(connection) or ""
    if kind.endswith("[]"):
        one = _READ.get(kind[:-2])
        return None if one is None else lambda given: [None if each is None else one(each) for each in given]
    if kind.startswith("numeric"):
        return lambda given: Decimal(str(given))
    return _READ.get(kind)
