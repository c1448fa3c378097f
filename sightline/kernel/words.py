"""The words of a text for searching: made by the database, the same way for what is kept as for what is asked.

Where the database's language is C, PostgreSQL takes every character that is not ASCII for a letter: of “hungry it makes
one word with its quotation mark, which nobody finds. `kernel_plain` (migration 0002) makes such characters plain first.

A column of words is filled by a trigger. As a generated column it could not change what it is made of without writing
the whole table anew while everybody waits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import connections, migrations, models, transaction
from django.db.models import Func

#: So many rows are filled at a time: nobody waits for a row longer than that takes.
AT_ONCE = 1000


class Words(models.GeneratedField):
    """The words of a row's text for searching, made by the database. Not read back when a row is written."""

    db_returning = False  # type: ignore[assignment]


def words_of(*columns: str) -> Func:
    """What the trigger of a column of words makes of these columns."""
    return Func(
        *columns,
        function="kernel_words",
        template="%(function)s(concat_ws(' ', %(expressions)s))",
        output_field=SearchVectorField(),
    )


class WordsAsked(SearchQuery):
    """Words that somebody looks for in a column of words: together, or as a phrase within quotation marks of any kind,
    or without one after a minus."""

    def __init__(self, words: str) -> None:
        super().__init__(
            Func(models.Value(words), function="kernel_plain"), config="english", search_type="websearch"
        )


def _trigger(table: str, columns: tuple[str, ...], into: str) -> str:
    whole = ", ".join(f"NEW.{column}" for column in columns)
    return f"""
CREATE OR REPLACE FUNCTION {table}_words() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    NEW.{into} := kernel_words(concat_ws(' ', {whole}));
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER words_filled BEFORE INSERT OR UPDATE ON {table}
FOR EACH ROW EXECUTE FUNCTION {table}_words();
"""


def _fill(table: str) -> Callable[[Any, Any], None]:
    def fill(apps: Any, schema_editor: Any) -> None:
        connection = connections[schema_editor.connection.alias]
        last = UUID(int=0)
        while True:
            with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('pgtrigger.ignore', (SELECT '{' || coalesce(string_agg(tgname, ','), '') || '}' "
                    "FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE 'pgtrigger%%'), true)",
                    [table],
                )
                # What is written to each is filled by the trigger; the row stays as it was signed.
                cursor.execute(
                    f"SELECT id FROM {table} WHERE id > %s ORDER BY id LIMIT %s",  # noqa: S608 - a table of ours
                    [last, AT_ONCE],
                )
                ids = [id for (id,) in cursor.fetchall()]
                if not ids:
                    return
                cursor.execute(
                    f"UPDATE {table} SET plain_words = NULL WHERE id = ANY(%s) AND plain_words IS NULL",  # noqa: S608
                    [ids],
                )
                last = ids[-1]

    return fill


def fill_beside(
    table: str, columns: tuple[str, ...], index: str
) -> list[migrations.operations.base.Operation]:
    """Of a migration that is not atomic: a column beside the one in use is made, filled by and by and indexed, while
    everybody goes on. It may be begun again. `take_its_place` comes next."""
    return [
        migrations.RunSQL(
            f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS plain_words tsvector;"
            + _trigger(table, columns, "plain_words"),
            f"DROP TRIGGER words_filled ON {table}; DROP FUNCTION {table}_words();"
            f"ALTER TABLE {table} DROP COLUMN plain_words",
        ),
        migrations.RunPython(_fill(table), migrations.RunPython.noop),
        migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {index}", migrations.RunSQL.noop),
        migrations.RunSQL(
            f"CREATE INDEX CONCURRENTLY {index} ON {table} USING gin (plain_words)", migrations.RunSQL.noop
        ),
    ]


def generated_of(columns: tuple[str, ...]) -> str:
    """How the generated column was made, to go back to."""
    return (
        "to_tsvector('english'::regconfig, " + " || ' ' || ".join(f"coalesce({c}, '')" for c in columns) + ")"
    )


def take_its_place(table: str, columns: tuple[str, ...], *, before: str, was: str) -> migrations.RunSQL:
    """The column that was filled takes the place and the name of the generated one, in an instant: nothing is written.
    `before` is how the generated one was made and `was` its index, to go back to."""
    return migrations.RunSQL(
        f"ALTER TABLE {table} DROP COLUMN words;"
        f"ALTER TABLE {table} RENAME COLUMN plain_words TO words;" + _trigger(table, columns, "words"),
        f"ALTER TABLE {table} RENAME COLUMN words TO plain_words;"
        + _trigger(table, columns, "plain_words")
        + f"ALTER TABLE {table} ADD COLUMN words tsvector GENERATED ALWAYS AS ({before}) STORED;"
        f"CREATE INDEX {was} ON {table} USING gin (words)",
    )
