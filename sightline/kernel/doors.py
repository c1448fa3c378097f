"""Puts the doors into the database: privileges and row security of every table, as its model says.

Runs as `sightline_owner` after every migration. It changes only what differs, in one transaction, so
that a running system is never without a policy.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from django.apps import apps
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from .door import Door

APP = "sightline_app"
OWNER = "sightline_owner"
BACKUP = "sightline_backup"
SEARCH = "sightline_search"
DISPOSAL = "sightline_disposal"

_VERBS = ("select", "insert", "update", "delete")


def models_with_door() -> Iterator[tuple[type[models.Model], Door]]:
    """Every model of ours that says its door, in a fixed order."""
    for model in sorted(apps.get_models(include_auto_created=True), key=lambda m: m._meta.db_table):
        door = getattr(model, "door", None)
        if isinstance(door, Door) and model._meta.managed:
            yield model, door


def statements(table: str, door: Door) -> list[str]:
    """The SQL that brings one table's privileges and policies to what its door says."""
    name = f'"{table}"'
    out = [
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY",
        f"REVOKE ALL ON {name} FROM PUBLIC, {APP}",
        f"GRANT SELECT ON {name} TO {BACKUP}",
        f"DROP POLICY IF EXISTS owner ON {name}",
        f"CREATE POLICY owner ON {name} TO {OWNER} USING (true) WITH CHECK (true)",
    ]
    for verb in _VERBS:
        out.append(f"DROP POLICY IF EXISTS app_{verb} ON {name}")
        condition = door.condition(verb)
        if condition is None:
            continue
        clause = {
            "select": f"USING ({condition})",
            "insert": f"WITH CHECK ({condition})",
            "update": f"USING ({condition}) WITH CHECK ({condition})",
            "delete": f"USING ({condition})",
        }[verb]
        out.append(f"CREATE POLICY app_{verb} ON {name} FOR {verb.upper()} TO {APP} {clause}")
    if door.verbs:
        out.append(f"GRANT {', '.join(verb.upper() for verb in door.verbs)} ON {name} TO {APP}")
    return out


def mark(table: str, door: Door) -> str:
    """What a table that has this very door carries as the comment of its policy `owner`."""
    return "door " + sha256("\n".join(statements(table, door)).encode()).hexdigest()[:32]


def _marks(cursor: CursorWrapper) -> dict[str, str]:
    """The mark of each table whose row security is on and forced."""
    cursor.execute(
        """
        SELECT c.relname, coalesce(obj_description(p.oid, 'pg_policy'), '')
        FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = 'owner'
        WHERE c.relnamespace = 'public'::regnamespace AND c.relrowsecurity AND c.relforcerowsecurity
        """
    )
    return dict(cursor.fetchall())


def doors_amiss(connection: BaseDatabaseWrapper) -> list[str]:
    """Tables of ours whose door in the database is missing or is not what their model says, sorted."""
    with connection.cursor() as cursor:
        marks = _marks(cursor)
    said = {model._meta.db_table: door for model, door in models_with_door()}
    return sorted(table for table, door in said.items() if marks.get(table) != mark(table, door))


def _open_to_disposal(cursor: CursorWrapper, existing: set[str]) -> None:
    """The role of approved disposal reads every table of ours and removes rows where they hang on a folder."""
    said = [(model, door) for model, door in models_with_door() if model._meta.db_table in existing]
    goes = [
        model._meta.db_table
        for model, door in said
        if not door.stays and any(f.column == "folder_id" for f in model._meta.local_concrete_fields)
    ]
    for verb, tables in (("SELECT", [model._meta.db_table for model, _ in said]), ("DELETE", goes)):
        if tables:
            named = ", ".join(f'"{table}"' for table in tables)
            cursor.execute(f"GRANT {verb} ON {named} TO {DISPOSAL}")


def put_in_doors(connection: BaseDatabaseWrapper) -> None:
    """Bring the whole database to what the models say. Run as the owner of the tables."""
    ours = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith("sightline.")
    }
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        marks = _marks(cursor)
        for model, door in models_with_door():
            table = model._meta.db_table
            if table not in existing or marks.get(table) == mark(table, door):
                continue
            for statement in statements(table, door):
                cursor.execute(statement)
            cursor.execute(f"COMMENT ON POLICY owner ON \"{table}\" IS '{mark(table, door)}'")
        _open_to_disposal(cursor, existing)
        # Tables of libraries (sessions, sign-in, jobs, migrations) hold nothing about a child.
        for table in sorted(existing - ours):
            cursor.execute(f'REVOKE ALL ON "{table}" FROM PUBLIC')
            verbs = "SELECT" if table == "django_migrations" else "SELECT, INSERT, UPDATE, DELETE"
            cursor.execute(f'GRANT {verbs} ON "{table}" TO {APP}')
            cursor.execute(f'GRANT SELECT ON "{table}" TO {BACKUP}')
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {APP}, {BACKUP}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP}")
        cursor.execute(f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {BACKUP}")
