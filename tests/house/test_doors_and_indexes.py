"""Behind a door PostgreSQL uses an index for a comparison only where nothing in it could tell a row's contents before
the door is asked (`contain_leaked_vars`). It does not know that of COALESCE: a comparison with one reads the whole
table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "sightline"
#: `a.x = coalesce(` between columns, in SQL by hand; a keyword argument that is a Coalesce, in a filter.
BY_HAND = re.compile(r"\w\.\w+ = coalesce\(\w\.", re.IGNORECASE)
IN_A_FILTER = re.compile(r"\w+__\w+=Coalesce\(")
#: Replaced by a later migration, or joined by a hash of rows that were found by an index.
KNOWN = {
    "chronology/migrations/0004_significance_taken_back.py",
}


def _found(text: str) -> bool:
    return bool(BY_HAND.search(text) or IN_A_FILTER.search(text))


def test_nothing_is_looked_up_by_coalesce() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if "tests" not in path.parts and _found(path.read_text())
    }
    assert found == KNOWN, "Say it with CASE WHEN ... IS NULL, for which an index is used"


@pytest.mark.parametrize(
    "text",
    ["WHERE c.corrects_id = coalesce(e.corrects_id, e.id)", "entry__corrects=Coalesce(OuterRef('x'), 1)"],
)
def test_what_is_looked_for_would_be_found(text: str) -> None:
    assert _found(text)
