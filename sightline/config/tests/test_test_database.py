"""The test databases: tests run as the program's role, behind the doors, and leave nothing behind."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

ROLE = "SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"


def one(query: str) -> tuple:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()


@pytest.mark.django_db
def test_a_rolled_back_test_runs_as_the_programs_role():
    assert one(ROLE) == ("sightline_app", False, False)


@pytest.mark.django_db(transaction=True)
def test_a_committing_test_runs_as_the_programs_role():
    assert one(ROLE) == ("sightline_app", False, False)
    assert one("SELECT session_user") == ("sightline_app",)


@pytest.mark.django_db
def test_stepping_aside_for_set_up_ends_with_its_block(owning):
    with owning():
        assert one("SELECT current_user") == ("sightline_owner",)
    assert one("SELECT current_user") == ("sightline_app",)


@pytest.mark.django_db
def test_the_program_cannot_make_truncate_or_disable():
    for statement in (
        "CREATE TABLE planted (id int)",
        "TRUNCATE django_session",
        "SET ROLE sightline_owner2",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.parametrize("time", [1, 2])
def test_what_a_committing_test_leaves_is_gone_for_the_next(fresh_database, as_owner, time):
    assert as_owner.execute("SELECT to_regclass('planted')").fetchone() == (None,)
    as_owner.execute("CREATE TABLE planted (id int)")
    with fresh_database.connect() as app, pytest.raises(Exception, match="permission denied"):
        app.execute("SELECT * FROM planted")
