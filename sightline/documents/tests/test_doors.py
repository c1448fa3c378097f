"""The doors of this room's tables, asked of the database itself as the program's role."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import DatabaseError, transaction

from sightline.children.tests.test_doors import copied, may, may_at_once
from sightline.documents import actions
from sightline.documents.models import Document, Examination, Scan, StoredFile
from sightline.kernel.viewer import NOBODY, Viewer

from .files import incoming, letter
from .test_actions import a_map

TABLES = sorted(apps.get_app_config("documents").get_models(), key=lambda m: m.__name__)


@pytest.fixture
def full(world, worker, folder_id, scanner, attach, examined):
    """A row in every table of this room."""
    examined(attach())
    with world.looking(worker):
        gone = actions.attach([incoming(letter(), "letter.pdf")], {folder_id: None}).documents[folder_id][0]
        actions.withdraw(gone.id, "Another child's.")
        actions.draw_body_map(folder_id, a_map())
        gone = actions.draw_body_map(folder_id, a_map(seen_parts="Both hands"))
        actions.withdraw_body_map(gone.id, "Another child's.")


def test_the_fixture_fills_every_table(world, full):
    with world.owning():
        assert [m.__name__ for m in TABLES if not m.objects.exists()] == []


@pytest.mark.obligation("REC-17")
@pytest.mark.parametrize("model", TABLES, ids=lambda m: m.__name__)
def test_the_right_role_on_the_wrong_child_reads_and_writes_nothing(world, stranger, full, model):
    table = model._meta.db_table
    with world.looking(stranger):
        assert not model.objects.exists()
        assert may(f"UPDATE {table} SET id = id") == 0
        assert may(f"DELETE FROM {table}") == 0
        assert may(copied_without_words(world, model)) == 0


@pytest.mark.parametrize("model", TABLES, ids=lambda m: m.__name__)
@pytest.mark.parametrize(
    "viewer", [NOBODY, Viewer.public(), Viewer.for_job("duties")], ids=["nobody", "public", "job"]
)
def test_nobody_the_public_and_other_jobs_read_and_write_nothing(world, full, model, viewer):
    table = model._meta.db_table
    with world.looking(viewer):
        assert not model.objects.exists()
        assert may(f"UPDATE {table} SET id = id") == 0
        assert may(f"DELETE FROM {table}") == 0
        assert may(copied_without_words(world, model)) == 0


@pytest.mark.parametrize("model", TABLES, ids=lambda m: m.__name__)
def test_a_reader_reads_and_writes_nothing(world, visitor, folder_id, full, model):
    world.grant(folder_id, visitor, "read")
    table = model._meta.db_table
    with world.looking(visitor):
        assert model.objects.exists()
        assert may(f"UPDATE {table} SET id = id") == 0
        assert may(copied_without_words(world, model)) == 0


@pytest.mark.obligation("REC-12")
@pytest.mark.parametrize("model", TABLES, ids=lambda m: m.__name__)
def test_a_writer_changes_and_removes_nothing(world, worker, full, model):
    table = model._meta.db_table
    with world.looking(worker):
        assert may(f"UPDATE {table} SET id = id") == 0
        assert may(f"DELETE FROM {table}") == 0
        assert may(f"TRUNCATE {table}") == 0


@pytest.mark.parametrize("model", [m for m in TABLES if m is not StoredFile], ids=lambda m: m.__name__)
def test_what_was_written_is_not_changed_even_by_the_owner_of_the_table(world, full, model):
    with world.owning(), pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        model.objects.update(folder_id="00000000-0000-7000-8000-000000000000")


@pytest.mark.parametrize("model", [Document, Scan, Examination], ids=lambda m: m.__name__)
def test_what_hangs_on_a_document_lies_in_its_folder(world, worker, full, model):
    other = world.folder(worker)
    with world.looking(worker):
        assert may_at_once(copied_without_words(world, model, folder_id=other)) == 0


def copied_without_words(world, model, **changes) -> str:
    """As `copied`, for tables of which the database itself makes a column."""
    made = [f.name for f in model._meta.fields if f.generated]
    if not made:
        return copied(world, model, **changes)
    plain = [f.attname for f in model._meta.fields if not f.generated]
    keep = model.objects

    class Plain:
        @staticmethod
        def order_by(*names):
            class Rows:
                @staticmethod
                def values():
                    return keep.order_by(*names).values(*plain)

            return Rows

    class Standing:
        objects = Plain
        _meta = model._meta

    return copied(world, Standing, **changes)
