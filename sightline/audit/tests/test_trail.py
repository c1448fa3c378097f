"""Who may write and read the trail, and what the queries answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from sightline.audit.actions import (
    acting_as,
    attempt,
    event,
    outer_transaction,
    record,
    record_many,
)
from sightline.audit.models import AuditEvent
from sightline.audit.queries import Wanted, trail, who_looked
from sightline.audit.terms import Verb
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotPermitted, Refused
from sightline.kernel.viewer import NOBODY, Viewer, looking_as

pytestmark = pytest.mark.django_db

ANN, BEN, FOLDER = uuid7(), uuid7(), uuid7()


def test_a_row_says_who_as_what_from_where_did_what_to_what_and_why():
    entry = uuid7()
    with looking_as(Viewer.practitioner(ANN, origin="192.0.2.1")), acting_as("Health visitor, North"):
        record(
            Verb.WROTE, "records.sign", folder_id=FOLDER, subject=("records_entry", entry),
            purpose="  Duty\ncall ", pages=3,
        )  # fmt: skip
        (told,) = who_looked([FOLDER])
    assert (told.practitioner_id, told.post, told.origin) == (ANN, "Health visitor, North", "192.0.2.1")
    assert (told.verb, told.what, told.subject_table, told.subject_id) == (
        Verb.WROTE, "records.sign", "records_entry", str(entry),
    )  # fmt: skip
    assert (told.purpose, told.detail) == ("Duty call", {"pages": 3})


@pytest.mark.obligation("REC-12")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET purpose = 'other'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "UPDATE audit_seal SET count = 0",
        "DELETE FROM audit_seal",
        "TRUNCATE audit_seal",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "ALTER TABLE audit_event DISABLE ROW LEVEL SECURITY",
    ],
)
def test_the_program_cannot_change_what_was_told(statement):
    with looking_as(Viewer.practitioner(ANN)):
        record(Verb.READ, "tests.page")
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.obligation("REC-12")
@pytest.mark.parametrize("statement", ["UPDATE audit_event SET purpose = 'x'", "DELETE FROM audit_event"])
def test_the_owner_of_the_tables_is_refused_by_the_second_bolt(owning, statement):
    with looking_as(Viewer.practitioner(ANN)):
        record(Verb.READ, "tests.page")
    with (
        owning(),
        pytest.raises(DatabaseError, match="Cannot update or delete"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.obligation("REC-18")
@pytest.mark.parametrize(
    "viewer",
    [Viewer.practitioner(BEN), Viewer.public("SL-1", "0" * 64), Viewer.for_job("import"), NOBODY],
)
def test_others_read_nothing_of_it(viewer):
    with looking_as(Viewer.practitioner(ANN)):
        record(Verb.READ, "tests.page", folder_id=FOLDER)
    with looking_as(viewer):
        assert who_looked([FOLDER]) == []
        assert AuditEvent.objects.count() == 0


@pytest.mark.parametrize("viewer", [Viewer.public(origin="192.0.2.9"), Viewer.for_job("import")])
def test_the_public_and_jobs_tell_it_what_they_do(viewer, owning):
    with looking_as(viewer):
        record(Verb.WROTE, "tests.act", folder_id=FOLDER)
    with owning():
        row = AuditEvent.objects.get()
    assert (row.actor_kind, row.job, row.practitioner_id) == (viewer.kind.value, viewer.job, None)


def test_nobody_tells_it_nothing():
    with pytest.raises(RuntimeError, match="who is looking"):
        record(Verb.READ, "tests.page")


@pytest.mark.django_db(transaction=True)
def test_it_is_told_in_a_transaction_only():
    with pytest.raises(RuntimeError, match="in the transaction"):
        record(Verb.READ, "tests.page")


def test_many_are_told_with_few_statements(django_assert_num_queries):
    with looking_as(Viewer.practitioner(ANN)):
        with django_assert_num_queries(3):
            assert record_many(event(Verb.READ, "tests.page", n=n) for n in range(1200)) == 1200
        assert AuditEvent.objects.count() == 1200


def test_the_trail_is_paged_and_narrowed():
    start = now() - timedelta(days=2)
    with looking_as(Viewer.practitioner(ANN)):
        record_many(
            event(
                Verb.READ if n % 2 else Verb.WROTE,
                "web.child" if n % 2 else "records.sign",
                folder_id=FOLDER if n < 10 else None,
                at=start + timedelta(minutes=n // 2),
            )
            for n in range(25)
        )
        seen, older = [], None
        while True:
            found = trail(Wanted(practitioner_id=ANN), older_than=older, limit=10)
            seen += found.events
            if (older := found.older) is None:
                break
        assert len({each.id for each in seen}) == len(seen) == 25
        assert [each.at for each in seen] == sorted((each.at for each in seen), reverse=True)
        assert len(trail(Wanted(verbs=[Verb.WROTE])).events) == 13
        assert len(trail(Wanted(what="records.")).events) == 13
        assert len(trail(Wanted(folder_id=FOLDER)).events) == 10
        assert (
            len(trail(Wanted(since=start + timedelta(minutes=5), until=start + timedelta(minutes=6))).events)
            == 2
        )
        assert trail(Wanted(practitioner_id=BEN)).events == []
        assert trail(Wanted(job="import")).events == []


# -- jobs, and actions outside a request ------------------------------------------------------------


def told(owning):
    with owning():
        return list(AuditEvent.objects.order_by("id").values_list("verb", "what", "job"))


def test_a_job_that_fails_leaves_the_record_of_it_and_nothing_else(owning):
    def fails() -> None:
        with outer_transaction(Viewer.for_job("import"), "returns.import"):
            record(Verb.WROTE, "returns.import")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert told(owning) == [("error", "returns.import", "import")]


def test_a_refusal_that_ends_a_job_is_told_once(owning):
    with (
        pytest.raises(Refused),
        outer_transaction(Viewer.for_job("import"), "returns.import"),
        attempt("children.open"),
    ):
        raise NotPermitted("Ask the data owner.")
    assert told(owning) == [("refused", "children.open", "import")]


def test_a_job_that_ends_well_keeps_what_it_did(owning):
    with outer_transaction(Viewer.for_job("import"), "returns.import"):
        record(Verb.WROTE, "returns.import")
    assert told(owning) == [("wrote", "returns.import", "import")]


def test_a_database_error_inside_a_job_is_told(owning):
    with (
        pytest.raises(DatabaseError),
        outer_transaction(Viewer.for_job("import"), "returns.import"),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT 1/0")
    assert told(owning) == [("error", "returns.import", "import")]
