"""Instants are kept in UTC, days are London's: in summer half an hour past midnight is still yesterday in UTC."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import sightline
from sightline.kernel.time import day_of

ROOT = Path(sightline.__file__).parent
FILES = sorted(
    path for path in ROOT.rglob("*.py") if "tests" not in path.parts and "migrations" not in path.parts
)


def days_of_utc(tree: ast.AST) -> Iterator[int]:
    """Lines that take the day of `now()`, of `at` or of something `_at` as it is kept, without `day_of`."""
    for node in ast.walk(tree):
        if not (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "date"
        ):
            continue
        match node.func.value:
            case ast.Call(func=ast.Name(id="now")):
                yield node.lineno
            case ast.Name(id=name) | ast.Attribute(attr=name) if name == "at" or name.endswith("_at"):
                yield node.lineno


def test_the_day_of_an_instant_is_the_one_in_london():
    assert day_of(datetime(2026, 7, 9, 23, 30, tzinfo=UTC)) == date(2026, 7, 10)
    assert day_of(datetime(2026, 12, 9, 23, 30, tzinfo=UTC)) == date(2026, 12, 9)


def test_what_is_looked_for_is_found():
    code = (
        "now().date()\nat.date()\nrow.due_at.date()\nday_of(at)\nlocal.date()\nat.astimezone(LONDON).date()"
    )
    assert list(days_of_utc(ast.parse(code))) == [1, 2, 3]


def test_no_day_is_taken_from_utc():
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in FILES
        for line in days_of_utc(ast.parse(path.read_text()))
    ]
    assert wrong == []
