"""The right role and the wrong child: every table with a folder, those of rooms to come included.

Somebody who holds every permission there is, and has been given no record, reads nothing of a record, adds
nothing to it, changes and removes nothing in it. A row of each table is planted past the doors; what a row
needs beside its folder is made up, with foreign keys and checks off, since the door alone is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import DatabaseError, connection, models, transaction

from sightline.access.tests.factories import open_folder_for
from sightline.agencies.models import Posting, Practitioner, Role, RolePermission
from sightline.agencies.terms import Permission, Scope
from sightline.agencies.tests.factories import as_practitioner, make_practitioner, setting_up
from sightline.kernel.time import now, today

from .plan import folder_models

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("REC-18")]
Owning = Callable[[], AbstractContextManager[None]]

#: What is shown of a child without a grant, and to whom: each a choice of the house, and why.
SHOWN_BY_DESIGN = {
    "children.Pointer": "the pointer, to everybody who may search",
    "children.PointerAgency": "the same: which agencies work with the child, and how to reach them",
    "access.EmergencyAccess": "to whoever reviews what was opened in an emergency, without the record itself",
}
#: Rows that somebody who reviews may put their finding into.
CHANGED_BY_DESIGN = {"access.EmergencyAccess": "the review of an emergency, by whoever may review"}


@contextmanager
def past_everything() -> Iterator[None]:
    """As the database's superuser, with no foreign keys and triggers asked."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE postgres")
        cursor.execute("SET LOCAL session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET LOCAL session_replication_role = origin")
            cursor.execute("SET LOCAL ROLE sightline_app")


def made_up(field: models.Field[Any, Any], folder_id: UUID) -> Any:
    """Something that the column takes; the folder where it is the folder."""
    if field.attname == "folder_id":
        return folder_id
    if field.null:
        return None
    if field.remote_field is not None or isinstance(field, models.UUIDField):
        return uuid4()
    if field.has_default():
        return field.get_default()
    if field.choices:
        return next(iter(field.flatchoices))[0]
    if isinstance(field, ArrayField):
        return []
    if isinstance(field, models.DateTimeField):
        return now()
    if isinstance(field, models.DateField):
        return today()
    if isinstance(field, models.BooleanField):
        return False
    if isinstance(field, models.IntegerField | models.DecimalField | models.FloatField):
        return 1
    if isinstance(field, models.BinaryField):
        return b"x"
    if isinstance(field, models.JSONField):
        return {}
    return "x"


def a_row(model: type[models.Model], folder_id: UUID) -> models.Model:
    values = {
        field.attname: made_up(field, folder_id)
        for field in model._meta.local_concrete_fields
        if not getattr(field, "generated", False) and field.db_default is models.NOT_PROVIDED
    }
    return model(**values)


def drop_checks(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        # What the rows before still have to be asked, is asked now: a table that waits for it cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('c', 'x')",
            [model._meta.db_table],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE "{model._meta.db_table}" DROP CONSTRAINT "{name}"')


def planted(models_: list[type[models.Model]], folder_id: UUID) -> dict[type[models.Model], models.Model]:
    with past_everything():
        for model in models_:
            drop_checks(model)
        rows = {}
        for model in models_:
            rows[model] = a_row(model, folder_id)
            model._base_manager.bulk_create([rows[model]])
        return rows


def may_everything() -> Practitioner:
    """A practitioner whose role holds every permission for the whole partnership, and who was let in nowhere."""
    who = make_practitioner("social-worker")
    with setting_up():
        role = Role.objects.create(slug="everything", title="Everything", explained="For a test.")
        for permission in Permission:
            RolePermission.objects.create(
                role=role, permission=permission.value, scope=Scope.PARTNERSHIP.value
            )
        Posting.objects.filter(practitioner=who).update(role=role)
    return who


def done(act: Callable[[], int]) -> int:
    """How many rows an act reached; none where the database refuses it."""
    try:
        with transaction.atomic():
            return act()
    except DatabaseError as refused:
        said = str(refused)
        assert "row-level security" in said or "permission denied" in said, said
        return 0


def written(row: models.Model) -> int:
    type(row)._base_manager.bulk_create([row])
    return 1


def sql(text: str, key: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(text, [key])
        return int(cursor.rowcount)


def reached(row: models.Model, folder_id: UUID) -> set[str]:
    """What the viewer can do with a planted row, and whether they can add another."""
    table, key = row._meta.db_table, row._meta.pk.column  # type: ignore[union-attr]
    acts: dict[str, Callable[[], int]] = {
        "read": lambda: sql(f'SELECT 1 FROM "{table}" WHERE "{key}" = %s', row.pk),
        "add": lambda: written(a_row(type(row), folder_id)),
        "change": lambda: sql(f'UPDATE "{table}" SET folder_id = folder_id WHERE "{key}" = %s', row.pk),
        "remove": lambda: sql(f'DELETE FROM "{table}" WHERE "{key}" = %s', row.pk),
    }
    return {name for name, act in acts.items() if done(act)}


def test_the_right_role_and_the_wrong_child_reads_and_writes_nothing_in_any_table() -> None:
    who = may_everything()
    folder_id = open_folder_for(make_practitioner("social-worker"))
    tables = folder_models()
    assert len(tables) >= 20
    rows = planted(tables, folder_id)
    wrong = {}
    with as_practitioner(who):
        for model, row in rows.items():
            name = model._meta.label
            found = reached(row, folder_id)
            found -= {"read"} if name in SHOWN_BY_DESIGN else set()
            found -= {"change"} if name in CHANGED_BY_DESIGN else set()
            if found:
                wrong[name] = found
    assert wrong == {}


def test_the_planted_rows_are_there_for_whoever_may_see_past_the_doors() -> None:
    """Else the test above would prove nothing."""
    folder_id = open_folder_for(make_practitioner("social-worker"))
    rows = planted(folder_models(), folder_id)
    with past_everything():
        missing = [m._meta.label for m, row in rows.items() if not m._base_manager.filter(pk=row.pk).exists()]
    assert missing == []


def test_what_is_shown_by_design_is_there() -> None:
    labels = {model._meta.label for model in folder_models()}
    assert set(SHOWN_BY_DESIGN) <= labels
    assert set(CHANGED_BY_DESIGN) <= labels
