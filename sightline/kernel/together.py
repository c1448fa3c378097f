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
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from copy import copy
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID, uuid4

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

    def fill(self, asked: QuerySet[Any, Any], rows: list[dict[str, Any]] | None) -> None:
        """Has the queryset read these rows, by its own way of making objects of them."""
        values = [
            tuple(
                value if value is None or read is None else read(value)
                for read, value in zip(self.readers, row.values(), strict=False)
            )
            for row in rows or ()
        ]
        compiler = copy(self.compiler)
        compiler.execute_sql = lambda *_, **__: [values]
        # For this one reading: a queryset made from this one later asks for itself.
        asked.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
        try:
            len(asked)
        finally:
            del asked.query.get_compiler


class Prepared(Sequence[Any]):
    """What a prepared question reads, with the values of this time: a list, read when it is first looked into."""

    def __init__(self, put: _Put, params: Sequence[Any]) -> None:
        self.put, self.params = put, params
        self.found: list[Any] | None = None

    def fill(self, rows: list[dict[str, Any]] | None) -> None:
        asked = self.put.asked._clone()  # type: ignore[attr-defined]
        self.put.fill(asked, rows)
        self.found = list(asked)

    def read(self) -> list[Any]:
        if self.found is None:
            together(self)
        assert self.found is not None
        return self.found

    def __getitem__(self, place: Any) -> Any:
        return self.read()[place]

    def __len__(self) -> int:
        return len(self.read())


def together(*asked: QuerySet[Any, Any] | Prepared) -> None:
    """Fills what has not been read yet, all in one query; what querysets prefetch follows by itself."""
    if len(asked) == 1 and isinstance(asked[0], QuerySet):
        len(asked[0])
        return
    sent: list[tuple[str, Sequence[Any]]] = []
    fill: list[tuple[bool, Callable[[Any], None]]] = []
    for each in asked:
        if isinstance(each, Prepared):
            if each.found is None:
                fill.append((bool(each.put.sql), each.fill))
                sent.append((each.put.sql, each.params))
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


P = ParamSpec("P")
#: Every prepared question, for the house test.
PREPARED: list[Callable[..., Any]] = []


def prepared(build: Callable[P, Wanted]) -> Callable[P, tuple[Prepared, ...]]:
    """Has querysets put together once for all values; a list of ids once for each length. The values are ids, lists
    of ids, days or instants."""
    known: dict[tuple[int, ...], list[tuple[_Put, list[tuple[int, int]]]]] = {}

    @wraps(build)
    def ask(*values: P.args, **_: P.kwargs) -> tuple[Prepared, ...]:
        given = [list(value) if isinstance(value, Iterable) else [value] for value in values]
        shape = tuple(len(each) for each in given)
        if shape not in known:
            known[shape] = _places(build, values, given)
        return tuple(Prepared(put, _filled(put.params, places, given)) for put, places in known[shape])

    PREPARED.append(build)
    return ask


def _places(
    build: Callable[..., Wanted], values: Sequence[Any], given: Sequence[Sequence[Any]]
) -> list[tuple[_Put, list[tuple[int, int]]]]:
    """The querysets with a stand-in for each value, and where among the parameters which value belongs: its argument
    and its place in that, or (-1, 0) where the parameter is always the same."""
    stands_for: dict[Any, tuple[int, int]] = {}
    for argument, each in enumerate(given):
        for place, value in enumerate(each):
            stands_for[_stand_in(value, len(stands_for))] = argument, place
    stand_ins = iter(stands_for)
    arguments = [
        [next(stand_ins) for _ in each] if isinstance(value, Iterable) else next(stand_ins)
        for value, each in zip(values, given, strict=True)
    ]
    puts = [_Put(queryset) for queryset in build(*arguments) if isinstance(queryset, QuerySet)]
    return [
        (put, [stands_for.get(param, (-1, 0)) if param.__hash__ else (-1, 0) for param in put.params])
        for put in puts
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


def _filled(
    params: Sequence[Any], places: Sequence[tuple[int, int]], given: Sequence[Sequence[Any]]
) -> list[Any]:
    return [
        param if argument < 0 else given[argument][place]
        for param, (argument, place) in zip(params, places, strict=True)
    ]


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
