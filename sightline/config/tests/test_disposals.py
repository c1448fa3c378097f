"""Disposals kept apart from backups, and repeated on a database that was put back, as whoever looks after a place."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import pytest

from .conftest import Command


@pytest.mark.obligation("FIL-03")
def test_a_disposal_is_repeated_from_its_list_once(demonstration: Command, tmp_path: Path) -> None:
    path = tmp_path / "disposals.jsonl"
    said = {
        "id": str(uuid4()), "record_id": str(uuid4()), "record_number": "S-9999", "joined_numbers": [],
        "counts": {"records_entry": 3}, "first_entry": 1, "last_entry": 3, "rule": "Any other record of a child",
        "citation": "A schedule", "certainty": "secondary source", "counted": "30 years from the birth",
        "due_on": "2020-03-01", "proposed_by_id": str(uuid4()), "proposed_post": "Records officer",
        "proposed_at": "2026-03-01T10:00:00+00:00", "proposed_words": "Its time is over.",
        "approved_by_id": str(uuid4()), "approved_post": "Team manager", "approved_words": "Nobody asked for it.",
        "disposed_at": "2026-03-02T10:00:00+00:00", "proposed_name": "Owen New", "approved_name": "Ada New",
    }  # fmt: skip
    path.write_text(json.dumps(said) + "\n")
    assert demonstration("disposals", "list").stdout == ""
    done = demonstration("disposals", "repeat", str(path))
    assert done.returncode == 0, done.stderr
    assert "Disposed of again: record S-9999, first on 2026-03-02." in done.stdout
    assert "0 disposed of again." in demonstration("disposals", "repeat", str(path)).stdout
    (line,) = demonstration("disposals", "list").stdout.splitlines()
    assert json.loads(line)["approved_name"] == "Ada New"
    path.write_text("not a line of the list\n")
    wrong = demonstration("disposals", "repeat", str(path))
    assert (wrong.returncode, "Line 1 of" in wrong.stderr) == (1, True)
