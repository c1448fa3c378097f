"""Migrations run while the program of before still serves: what it uses stays until no process of it is left.

Whatever takes something away goes in two steps, a release apart: first a program that does without it, then the
migration. What cannot is named here, with why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from django.db import migrations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.models import NOT_PROVIDED

from .plan import PACKAGE

_TAKES_AWAY = re.compile(
    r"\bDROP\s+(?:TABLE|VIEW|FUNCTION|COLUMN)\b[^;(]*|\bRENAME\s+(?:TO|COLUMN)\b[^;]*", re.IGNORECASE
)


def takes_away(operations: Sequence[Operation]) -> Iterator[str]:
    """What the program of before would miss, or could not write: tables, columns and functions that go or change their
    name, and columns of its tables that want a value that it does not give."""
    new = {
        operation.name.lower() for operation in operations if isinstance(operation, migrations.CreateModel)
    }
    for operation in operations:
        match operation:
            case migrations.SeparateDatabaseAndState():
                yield from takes_away(operation.database_operations)
            case (
                migrations.DeleteModel()
                | migrations.RenameModel()
                | migrations.RemoveField()
                | migrations.RenameField()
            ):
                yield operation.describe()
            case migrations.AddField() if (
                operation.model_name_lower not in new
                and not operation.field.null
                and not operation.field.many_to_many
                and operation.field.db_default is NOT_PROVIDED
            ):
                yield f"{operation.describe()}, which wants a value"
            case migrations.RunSQL():
                for sql in operation.sql if isinstance(operation.sql, (list, tuple)) else [operation.sql]:
                    text = sql if isinstance(sql, str) else sql[0]
                    yield from (" ".join(found.split()) for found in _TAKES_AWAY.findall(text))


#: Landed before this was asked, up to here.
BEFORE = {
    "access": "0017_left_forms",
    "agencies": "0012_sent_forms",
    "archive": "0006_scan_check",
    "audit": "0003_looks",
    "children": "0010_agency_changed",
    "chronology": "0004_significance_taken_back",
    "concerns": "0016_not_known",
    "documents": "0002_same_folder",
    "enquiries": "0013_where_a_child_is_to_live",
    "kernel": "0001_viewer",
    "matching": "0005_references",
    "meetings": "0014_decision_taken_back",
    "plans": "0011_incident_taken_back",
    "procedures": "0012_never_owed",
    "records": "0007_entries_of_a_draft",
    "returns": "0002_steps_in_plain_columns",
    "voice": "0002_left_drafts",
}
#: What cannot go in two steps, by migration ("room.name"): why, and what whoever updates is told of it.
NAMED: dict[str, str] = {
    "records.0009_plain_words_in_use": "A column filled beside takes the place of one of the same name at once",
    "documents.0004_plain_words_in_use": "As records.0009_plain_words_in_use",
}


def test_nothing_is_taken_away_from_under_the_program_that_still_serves():
    rooms = {path.name for path in PACKAGE.iterdir()}
    found = {
        f"{room}.{name}": gone
        for (room, name), migration in MigrationLoader(None).disk_migrations.items()
        if room in rooms and name > BEFORE.get(room, "")
        if (gone := list(takes_away(migration.operations)))
    }
    assert {name: gone for name, gone in found.items() if name not in NAMED} == {}
    assert [name for name in NAMED if name not in found] == []


def test_what_is_looked_for_is_found():
    loader = MigrationLoader(None)
    assert list(takes_away(loader.disk_migrations["concerns", "0012_figures_by_answers"].operations)) == [
        "DROP FUNCTION concerns_decided_everywhere", "DROP FUNCTION concerns_decided",
    ]  # fmt: skip
    assert list(takes_away(loader.disk_migrations["enquiries", "0009_section_drafts"].operations)) == [
        "Delete model Draft"
    ]
    assert "Add field working_well to screening, which wants a value" in takes_away(
        loader.disk_migrations["concerns", "0004_working_well"].operations
    )
    renamed = [migrations.RunSQL("ALTER TABLE a RENAME TO b; ALTER TABLE b RENAME COLUMN c TO d; SELECT 1")]
    assert list(takes_away(renamed)) == ["RENAME TO b", "RENAME COLUMN c TO d"]
