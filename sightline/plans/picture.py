"""An outcome over time as a picture: SVG with a title, whose numbers stand in a table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from markupsafe import Markup, escape

#: Drawn for a telephone: at 320 pixels it is shown at two thirds of its size, and its words are still 13 pixels high.
WIDTH, HEIGHT = 420, 230
LEFT, RIGHT, TOP, BOTTOM = 36, 16, 16, 38
WORDS = 20


class _Point(Protocol):
    @property
    def on(self) -> date: ...
    @property
    def value(self) -> int: ...
    @property
    def name(self) -> str: ...


class _Line(Protocol):
    @property
    def title(self) -> str: ...
    @property
    def hoped(self) -> int | None: ...
    @property
    def points(self) -> Sequence[_Point]: ...


def chart(line: _Line) -> Markup | None:
    """The scale from 0 to 10 against time; None with fewer than two points, where a table says as much.

    Whose scale a point is shows by the form of its mark, never by colour alone.
    """
    points = sorted(line.points, key=lambda p: p.on)
    if len(points) < 2:
        return None
    first, last = points[0].on, points[-1].on
    span = max((last - first).days, 1)

    def x(day: date) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (day - first).days / span, 1)

    def y(value: int) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (10 - value) / 10, 1)

    out = [
        f'<svg class="sl-chart" role="img" aria-label="{escape(_said(line.title, points))}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" xmlns="http://www.w3.org/2000/svg">'
    ]
    for value in (0, 5, 10):
        out.append(
            f'<line x1="{LEFT}" y1="{y(value)}" x2="{WIDTH - RIGHT}" y2="{y(value)}" '
            'stroke="#b1b4b6" stroke-width="1"/>'
            f'<text x="{LEFT - 8}" y="{y(value) + 7}" text-anchor="end" font-size="{WORDS}" '
            f'fill="#0b0c0c">{value}</text>'
        )
    if line.hoped is not None:
        beside = y(line.hoped) - 7 if line.hoped < 9 else y(line.hoped) + 20
        out.append(
            f'<line x1="{LEFT}" y1="{y(line.hoped)}" x2="{WIDTH - RIGHT}" y2="{y(line.hoped)}" stroke="#00703c" '
            'stroke-width="2" stroke-dasharray="6 4"/>'
            f'<text x="{LEFT + 4}" y="{beside}" font-size="{WORDS}" '
            'fill="#00703c">hoped for</text>'
        )
    whose = list(dict.fromkeys(_whose(p) for p in points))
    for n, name in enumerate(whose):
        own = [p for p in points if _whose(p) == name]
        path = " ".join(f"{x(p.on)},{y(p.value)}" for p in own)
        out.append(f'<polyline points="{path}" fill="none" stroke="#12343b" stroke-width="2"{_dash(n)}/>')
        out += [_mark(n, x(p.on), y(p.value)) for p in own]
    out.append(
        f'<text x="{LEFT}" y="{HEIGHT - 8}" font-size="{WORDS}" fill="#0b0c0c">{first.day} {first:%b %Y}</text>'
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 8}" text-anchor="end" font-size="{WORDS}" '
        f'fill="#0b0c0c">{last.day} {last:%b %Y}</text>'
        "</svg>"
    )
    return Markup("".join(out))  # noqa: S704 made of numbers and escaped text


def _whose(point: _Point) -> str:
    """Baseline and reviews are one line: where the plan stood; anybody else's scale is their own."""
    return "" if point.name == "At the start" or point.name.startswith("Review ") else point.name


def _dash(n: int) -> str:
    return ("", ' stroke-dasharray="7 3"', ' stroke-dasharray="2 3"', ' stroke-dasharray="9 3 2 3"')[n % 4]


def _mark(n: int, x: float, y: float) -> str:
    fill = 'fill="#ffffff" stroke="#12343b" stroke-width="2"'
    if n % 4 == 0:
        return f'<circle cx="{x}" cy="{y}" r="5" {fill}/>'
    if n % 4 == 1:
        return f'<rect x="{x - 5}" y="{y - 5}" width="10" height="10" {fill}/>'
    if n % 4 == 2:
        return f'<path d="M{x} {y - 6} L{x + 6} {y + 5} L{x - 6} {y + 5} Z" {fill}/>'
    return f'<path d="M{x} {y - 6} L{x + 6} {y} L{x} {y + 6} L{x - 6} {y} Z" {fill}/>'


def _said(title: str, points: Sequence[_Point]) -> str:
    first, last = points[0], points[-1]
    began, ended = (f"{p.value} of 10 on {p.on.day} {p.on:%B %Y}" for p in (first, last))
    return f"{title}: {began}, {ended}"
