"""Tables: foreign keys point down, each has its door, and what is written once stays."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection, models

from sightline.kernel.door import Door
from sightline.kernel.doors import doors_amiss
from sightline.kernel.models import AppendOnly

from .plan import folder_models, our_models, room_of, storeys


def label(model: type[models.Model]) -> str:
    return model._meta.label


@pytest.mark.parametrize("model", list(our_models()), ids=label)
def test_foreign_keys_point_to_the_own_storey_or_lower(model):
    for field in model._meta.local_fields:
        target = field.remote_field and room_of(field.remote_field.model)
        if target:
            assert storeys()[target] <= storeys()[room_of(model)], (
                f"{field.name} points up to {target}, which stands above"
            )


@pytest.mark.parametrize("model", list(our_models()), ids=label)
def test_each_table_says_its_door(model):
    door = getattr(model, "door", None)
    assert isinstance(door, Door), "without a door the program may do nothing with this table"


@pytest.mark.parametrize("model", folder_models(), ids=label)
def test_the_door_of_a_table_with_a_folder_is_never_open_to_all(model):
    for verb in ("read", "insert", "update", "delete"):
        condition = getattr(model.door, verb)
        assert condition is None or condition.strip().lower() not in ("true", "kernel_viewer() <> ''"), verb
    assert model.door.delete is None, "what hangs on a folder is never deleted"


@pytest.mark.parametrize("model", [m for m in our_models() if issubclass(m, AppendOnly)], ids=label)
def test_what_is_written_once_can_be_neither_changed_nor_removed(model):
    assert {"update", "delete"}.isdisjoint(model.door.verbs)
    assert any(trigger.name for trigger in model._meta.triggers), "the second bolt is missing"


@pytest.mark.django_db
def test_every_door_is_in_the_database():
    assert doors_amiss(connection) == []


@pytest.mark.django_db
def test_every_table_with_a_folder_forces_row_security():
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
              AND a.attname = 'folder_id' AND NOT a.attisdropped
            """
        )
        found = dict(cursor.fetchall())
    assert found.keys() >= {model._meta.db_table for model in folder_models()}
    assert all(found.values()), [table for table, forced in found.items() if not forced]


@pytest.mark.django_db
@pytest.mark.parametrize("model", folder_models(), ids=label)
def test_a_policy_remembers_what_it_asked_about_a_folder(model):
    """The planner puts the question into the policy as it stands; as a function it would be called for every row."""
    if "access_may_read(" not in (model.door.read or ""):
        return
    with connection.cursor() as cursor:
        cursor.execute(f'EXPLAIN SELECT count(*) FROM "{model._meta.db_table}"')
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "sightline.opened" in plan
    assert "access_may_read(" not in plan


@pytest.mark.django_db
def test_the_program_owns_nothing_and_may_neither_truncate_nor_make():
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT relname FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
              AND (pg_get_userbyid(relowner) = 'sightline_app'
                   OR has_table_privilege('sightline_app', oid, 'TRUNCATE')
                   OR has_table_privilege('sightline_app', oid, 'TRIGGER')
                   OR has_table_privilege('sightline_app', oid, 'REFERENCES'))
            """
        )
        assert cursor.fetchall() == []
        cursor.execute("SELECT has_schema_privilege('sightline_app', 'public', 'CREATE')")
        assert cursor.fetchone() == (False,)


@pytest.mark.django_db
def test_functions_that_run_as_another_role_fix_where_they_look():
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT proname FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace AND prosecdef
              AND NOT coalesce(array_to_string(proconfig, ','), '') LIKE '%search_path=%'
            """
        )
        assert cursor.fetchall() == []


@pytest.mark.django_db
def test_the_backup_role_reads_every_table_and_writes_none():
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT relname FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
              AND (NOT has_table_privilege('sightline_backup', oid, 'SELECT')
                   OR has_table_privilege('sightline_backup', oid, 'INSERT, UPDATE, DELETE, TRUNCATE'))
            """
        )
        assert cursor.fetchall() == []


@pytest.mark.django_db
def test_migrations_say_what_the_models_say():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
