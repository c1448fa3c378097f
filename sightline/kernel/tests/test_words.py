"""Words are found whatever stands beside them in print, in what is kept as in what is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection, migrations
from django.db.migrations.state import ProjectState

from sightline.kernel.words import fill_beside, generated_of, take_its_place


def _found(text: str, words: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kernel_words(%s) @@ websearch_to_tsquery('english', kernel_plain(%s))", [text, words]
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize("text", [
    "“hungry", "hungry”", "‘hungry’", "«hungry»", "„hungry“", "–hungry–", "cold—hungry—tired", "…hungry…",
    "tired\u00a0hungry\u00a0cold", "cold\u202fhungry\u2009tired", "•hungry", "£hungry", "hun\u00adgry",
    "\ufeffhungry\u200b", "a ‑hungry‑ b", "¿hungry?",
])  # fmt: skip
@pytest.mark.parametrize("asked", ["hungry", "“hungry”", "\u00a0hungry…", "«hungry»"])
def test_a_word_is_found_beside_any_sign_of_print(db: None, text: str, asked: str) -> None:
    assert _found(text, asked)


@pytest.mark.parametrize(("text", "asked", "found"), [
    ("He didn’t eat", "didn't", True), ("He didn't eat", "didn’t", True), ("Theo’s mother", "Theo", True),
    ("O’Brien came", "O'Brien", True), ("father–son", "son", True), ("co‑operate", "co-operate", True),
    ("She said “I was hungry and cold”.", "“hungry and cold”", True), ("hungry. Later, cold", "“cold hungry”", False),
    ("hungry, cold", "hungry -cold", False), ("hungry, cold", "hungry –cold", True),
    ("Zoë ate crème brûlée", "Zoë", True), ("Bộ ăn", "ăn", True),
    ("głodny “głodny”", "głodny", True), ("hungry", "cold", False),
])  # fmt: skip
def test_words_apostrophes_and_phrases(db: None, text: str, asked: str, found: bool) -> None:
    assert _found(text, asked) is found


def _run(operations: Sequence[migrations.operations.base.Operation]) -> None:
    for operation in operations:
        with connection.schema_editor(atomic=False) as editor:
            operation.database_forwards("kernel", editor, ProjectState(), ProjectState())


def test_a_column_of_words_is_made_anew_while_rows_that_never_change_are_written(
    fresh_database: Any,
) -> None:
    columns = ("title", "text")
    connection.close()
    password = fresh_database.cluster.passwords()["sightline_owner"]
    connection.settings_dict.update(USER="sightline_owner", PASSWORD=password)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE scratch (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), title text, text text, "
            f"words tsvector GENERATED ALWAYS AS ({generated_of(columns)}) STORED)"
        )
        cursor.execute("CREATE INDEX scratch_words ON scratch USING gin (words)")
        # The bolt of a table whose rows never change.
        cursor.execute(
            "SELECT tgname, tgfoid::regproc::text FROM pg_trigger WHERE tgrelid = 'records_entry'::regclass "
            "AND tgname LIKE 'pgtrigger%never_changed%'"
        )
        name, function = cursor.fetchone()
        cursor.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON scratch FOR EACH ROW EXECUTE FUNCTION {function}()"
        )
        cursor.execute(
            "INSERT INTO scratch (title, text) SELECT 'Visit', '“hungry' FROM generate_series(1, 1500)"
        )

        _run(fill_beside("scratch", columns, "scratch_found_by"))
        cursor.execute("INSERT INTO scratch (title, text) VALUES (NULL, '“hungry')")
        _run(fill_beside("scratch", columns, "scratch_found_by"))  # as after a power cut
        _run([take_its_place("scratch", columns, before=generated_of(columns), was="scratch_words")])
        cursor.execute("INSERT INTO scratch (title, text) VALUES ('“hungry', '')")

        cursor.execute("SELECT count(*) FROM scratch WHERE words @@ to_tsquery('english', 'hungry')")
        assert cursor.fetchone() == (1502,)
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'scratch_found_by'")
        assert "(words)" in cursor.fetchone()[0]
