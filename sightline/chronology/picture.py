"""The picture of a timeline: a lane for each kind, a dot for each stretch of time, and the same as a table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from .queries import Choices

LANES, STRETCHES = 8, 48
LEFT, WIDTH, ROW, TOP = 190, 960, 34, 26
REST = "Everything else"


@dataclass(frozen=True)
class Dot:
    x: float
    r: float
    count: int
    significant: int
    title: str


@dataclass(frozen=True)
class Lane:
    name: str
    y: int
    dots: list[Dot]


@dataclass(frozen=True)
class Stretch:
    """A column of the table: a stretch of time with its counts by lane."""

    words: str
    since: date
    until: date
    counts: list[int]
    significant: int


@dataclass(frozen=True)
class Picture:
    lanes: list[Lane]
    marks: list[tuple[float, str]]
    stretches: list[Stretch]
    width: int
    height: int


def picture(choices: Choices) -> Picture | None:
    """The picture of what the record holds; None while that is too little to draw."""
    months = sorted({month for month, _ in choices.months})
    if len(months) < 2:
        return None
    size = _months_at_once(months[0], months[-1])
    names = [name for name, _ in choices.kinds[:LANES]]
    if len(choices.kinds) > LANES:
        names = [*names[: LANES - 1], REST]
    starts = _starts(months[0], months[-1], size)
    counts: Counter[tuple[date, str]] = Counter()
    marked: Counter[tuple[date, str]] = Counter()
    for (month, kind), n in choices.months.items():
        key = _start(month, size), kind if kind in names else REST
        counts[key] += n
        marked[key] += choices.significant.get((month, kind), 0)
    step = (WIDTH - LEFT - 20) / len(starts)
    lanes = [
        Lane(
            name,
            TOP + row * ROW + ROW // 2,
            [
                Dot(
                    round(LEFT + (n + 0.5) * step, 1),
                    _radius(counts[start, name], step),
                    counts[start, name],
                    marked[start, name],
                    f"{_words(start, size)}: {counts[start, name]}",
                )
                for n, start in enumerate(starts)
                if counts[start, name]
            ],
        )
        for row, name in enumerate(names)
    ]
    return Picture(
        lanes=lanes,
        marks=_marks(starts, step),
        stretches=[
            Stretch(
                _words(start, size),
                start,
                _later(start, size) - timedelta(days=1),
                [counts[start, name] for name in names],
                sum(marked[start, name] for name in names),
            )
            for start in reversed(starts)
            if any(counts[start, name] for name in names)
        ],
        width=WIDTH,
        height=TOP + len(names) * ROW + 8,
    )


def _radius(count: int, step: float) -> float:
    return round(min(4 + count**0.5, 13, max(step / 2, 4)), 1)


def _months_at_once(first: date, last: date) -> int:
    """How many months one stretch takes, so that there are not too many: 1, 3 or 12."""
    between = (last.year - first.year) * 12 + last.month - first.month + 1
    return next((size for size in (1, 3, 12) if between / size <= STRETCHES), 12)


def _start(month: date, size: int) -> date:
    return month.replace(month=(month.month - 1) // size * size + 1, day=1)


def _later(start: date, size: int) -> date:
    months = start.year * 12 + start.month - 1 + size
    return date(months // 12, months % 12 + 1, 1)


def _starts(first: date, last: date, size: int) -> list[date]:
    found = [_start(first, size)]
    while (following := _later(found[-1], size)) <= last:
        found.append(following)
    return found


def _words(start: date, size: int) -> str:
    if size == 12:
        return str(start.year)
    if size == 1:
        return f"{start:%B %Y}"
    return f"{start:%B} to {_later(start, size) - timedelta(days=1):%B %Y}"


def _marks(starts: list[date], step: float) -> list[tuple[float, str]]:
    """Where a year begins, as many as there is room for."""
    found: list[tuple[float, str]] = []
    for n, start in enumerate(starts):
        x = round(LEFT + n * step, 1)
        if (n == 0 or start.year != starts[n - 1].year) and (not found or x - found[-1][0] >= 44):
            found.append((x, str(start.year)))
    return found
