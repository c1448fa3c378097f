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
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.utils.dateparse import parse_duration

T = TypeVar("T")
U = TypeVar("U")

#: What wants to read these querysets, and answers when they are there.
Asking = Generator[Sequence[QuerySet[Any, Any]], None, T]

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


def together(*asked: QuerySet[Any, Any]) -> None:
    """Fills querysets that have not been read yet, all in one query; what they prefetch follows by itself."""
    waiting = [each for each in asked if each._result_cache is None]
    if len(waiting) == 1:
        len(waiting[0])
        return
    compiled = [(each, *_compiled(each)) for each in waiting]
    sent = [(sql, params) for _, _, sql, params in compiled if sql]
    found: Iterator[Any] = iter(())
    if sent:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {', '.join(sql for sql, _ in sent)}",
                [value for _, params in sent for value in params],
            )
            found = iter(cursor.fetchone() or ())
    for each, compiler, sql, _ in compiled:
        rows = next(found) if sql else None
        _fill(each, compiler, rows or [])


def at_once(askings: Iterable[Asking[T]]) -> Asking[list[T]]:
    """Several as one that asks: what each of them answers, in their order."""
    running = dict(enumerate(askings))
    found: dict[int, T] = {}
    while running:
        wanted: list[QuerySet[Any, Any]] = []
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


def _compiled(asked: QuerySet[Any, Any]) -> tuple[Any, str, Sequence[Any]]:
    """How the queryset puts its question, as one value of a row: a list of its rows, in their order."""
    compiler = asked.query.get_compiler(connection=connection)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return compiler, "", ()
    # By place: two columns of two tables may have one name. What is only sorted by comes after them.
    columns = ", ".join(f"c{place}" for place in range(len(compiler.select)))
    return compiler, f"(SELECT json_agg(q) FROM ({sql}) AS q({columns}))", params  # noqa: S608 - its own SQL


def _fill(asked: QuerySet[Any, Any], compiler: Any, rows: list[dict[str, Any]]) -> None:
    """Has the queryset read these rows, by its own way of making objects of them."""
    readers = [_reader(column[0]) for column in compiler.select] if rows else []
    values = [
        tuple(
            value if value is None or read is None else read(value)
            for read, value in zip(readers, row.values(), strict=False)
        )
        for row in rows
    ]
    compiler.execute_sql = lambda *_, **__: [values]
    # For this one reading: a queryset made from this one later asks for itself.
    asked.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
    try:
        len(asked)
    finally:
        del asked.query.get_compiler


def _reader(column: Any) -> Callable[[Any], Any] | None:
    kind = column.output_field.db_type(connection) or ""
    if kind.endswith("[]"):
        one = _READ.get(kind[:-2])
        return None if one is None else lambda given: [None if each is None else one(each) for each in given]
    if kind.startswith("numeric"):
        return lambda given: Decimal(str(given))
    return _READ.get(kind)
