"""Sealing, and what verification finds when somebody with the whole database in hand tampers with it."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction

from sightline.audit import actions
from sightline.audit.actions import event, record, record_list, record_many, seal
from sightline.audit.anchor import begin_anew
from sightline.audit.jobs import seal_the_trail
from sightline.audit.terms import Fault, Verb
from sightline.audit.verify import verify
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now
from sightline.kernel.viewer import Viewer, looking_as

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.obligation("REC-18")]

ANN = Viewer.practitioner(uuid7(), origin="192.0.2.1")


@pytest.fixture(autouse=True)
def anchor(settings, tmp_path, monkeypatch) -> Path:
    settings.AUDIT_ANCHOR = str(tmp_path / "anchors" / "anchor.txt")
    monkeypatch.setattr(actions, "EVENTS_IN_SEAL", 4)
    return Path(settings.AUDIT_ANCHOR)


def tell(count: int, at=None) -> list[str]:
    with transaction.atomic(), looking_as(ANN):
        made = [event(Verb.READ, "tests.page", folder_id=uuid7(), at=at, n=n) for n in range(count)]
        record_many(made)
    return [str(each.id) for each in made]


@pytest.fixture
def sealed() -> list[str]:
    """Ten rows in three seals."""
    ids = tell(10)
    assert seal() == 10
    assert verify().ok
    return ids


@pytest.fixture
def tamper(as_owner):
    for table in ("audit_event", "audit_seal"):
        as_owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")

    def run(statement: str, *values) -> None:
        as_owner.execute(statement, values)

    return run


def faults(report) -> set[tuple[Fault, str]]:
    return {(finding.fault, finding.event) for finding in report.findings if finding.event}


# -- sealing ----------------------------------------------------------------------------------------


def test_sealing_chains_what_was_committed_once_and_anchors_the_last(anchor):
    tell(10)
    assert (seal(), seal()) == (10, 0)
    assert len(anchor.read_text().splitlines()) == 1
    tell(1)
    assert seal() == 1
    assert [line.split("\t")[0] for line in anchor.read_text().splitlines()] == ["3", "4"]
    report = verify()
    assert (report.ok, report.events, report.sealed, report.seals, report.unsealed) == (True, 11, 11, 4, 0)
    assert (report.anchored_seals, report.anchor) == (2, str(anchor))


def test_nothing_told_nothing_sealed(anchor):
    assert seal() == 0
    assert not anchor.exists()
    assert verify().ok


def test_a_row_of_an_open_transaction_holds_back_later_ones_and_none_is_lost(fresh_database):
    begun = threading.Event()
    finish = threading.Event()

    def slow() -> None:
        with transaction.atomic(), looking_as(ANN):
            record(Verb.WROTE, "tests.slow")
            begun.set()
            finish.wait(20)
        connection.close()

    writer = threading.Thread(target=slow)
    writer.start()
    begun.wait(20)
    tell(3)
    assert seal() == 0
    assert verify().unsealed == 3
    finish.set()
    writer.join()
    assert seal() == 4
    assert verify().sealed == 4


def test_writers_do_not_wait_for_sealing_nor_for_one_another(fresh_database):
    with fresh_database.connect() as other:
        other.execute("BEGIN")
        other.execute("SELECT pg_advisory_xact_lock(%s)", [actions._LOCK])
        tell(2)
        assert seal() == 0, "somebody else is sealing"
        other.execute("ROLLBACK")
    assert seal() == 2
    with transaction.atomic(), looking_as(ANN):
        record(Verb.READ, "tests.first")
        worker = threading.Thread(target=lambda: (tell(1), connection.close()))
        worker.start()
        worker.join(20)
        assert not worker.is_alive()


def test_a_database_restored_elsewhere_where_transactions_count_from_low_numbers(tamper):
    tell(6)
    assert seal() == 6
    # As if the old machine had counted much further than this one has.
    tamper("UPDATE audit_event SET txid = txid + 1000000000")
    tamper("UPDATE audit_seal SET horizon = horizon + 1000000000")
    tell(3)
    assert seal() == 3
    tell(2)
    assert seal() == 2
    assert seal() == 0
    with connection.cursor() as cursor, transaction.atomic(), looking_as(Viewer.for_job("audit-verify")):
        cursor.execute("SELECT count(*), count(DISTINCT held) FROM audit_seal, unnest(event_ids) AS held")
        assert cursor.fetchone() == (11, 11)


def test_a_new_key_signs_and_the_old_one_still_verifies(settings, sealed):
    settings.AUDIT_KEY = "2" * 64 + "\n" + settings.AUDIT_KEY
    tell(3)
    seal()
    assert verify().ok
    settings.AUDIT_KEY = "2" * 64
    assert {finding.fault for finding in verify().findings} == {Fault.CHANGED, Fault.SEAL_CHANGED}


# -- tampering with rows ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("practitioner_id", "gen_random_uuid()"),
        ("at", "at - interval '1 microsecond'"),
        ("folder_id", "NULL"),
        ("verb", "'wrote'"),
        ("what", "'tests.other'"),
        ("post", "'Somebody else'"),
        ("origin", "''"),
        ("purpose", "E'a\\x1f\\n\\\\b'"),
        ("detail", "detail || '{\"x\": 1}'"),
        ("hmac", "repeat('0', 64)"),
        ("hmac", "'short'"),
        ("key_id", "'000000000000'"),
    ],
)
def test_a_changed_row_is_named(sealed, tamper, column, value):
    tamper(f"UPDATE audit_event SET {column} = {value} WHERE id = %s", sealed[5])
    report = verify()
    assert not report.ok
    assert faults(report) == {(Fault.CHANGED, sealed[5])}


@pytest.mark.parametrize("place", [0, 5, 9])
def test_a_removed_row_is_named(sealed, tamper, place):
    tamper("DELETE FROM audit_event WHERE id = %s", sealed[place])
    assert faults(verify()) == {(Fault.REMOVED, sealed[place])}


def test_an_inserted_row_is_named_before_and_after_it_is_sealed(sealed, tamper):
    forged = str(uuid7())
    columns = ", ".join(c for c in actions._COLUMNS if c != "id")
    tamper(
        f"INSERT INTO audit_event (id, {columns}) SELECT %s, {columns} FROM audit_event WHERE id = %s",
        forged,
        sealed[3],
    )
    assert faults(verify()) == {(Fault.INSERTED, forged)}
    assert seal() == 1
    assert faults(verify()) == {(Fault.INSERTED, forged)}


def test_rows_that_changed_places_are_named(sealed, tamper):
    one, two = sealed[2], sealed[7]
    spare = str(uuid7())
    for new, old in ((spare, one), (one, two), (two, spare)):
        tamper("UPDATE audit_event SET id = %s WHERE id = %s", new, old)
    assert faults(verify()) == {(Fault.REORDERED, one), (Fault.REORDERED, two)}


def test_two_instants_exchanged_are_named(sealed, tamper):
    one, two = sealed[2], sealed[7]
    tamper(
        "UPDATE audit_event e SET at = o.at FROM audit_event o "
        "WHERE (e.id, o.id) IN ((%s::uuid, %s::uuid), (%s::uuid, %s::uuid))",
        one, two, two, one,
    )  # fmt: skip
    assert faults(verify()) <= {(Fault.CHANGED, one), (Fault.CHANGED, two)}
    tamper("UPDATE audit_event SET at = at + interval '1 hour' WHERE id = %s", one)
    assert (Fault.CHANGED, one) in faults(verify())


def test_a_row_changed_and_signed_with_a_stolen_key_still_differs_from_its_seal(sealed, tamper, as_owner):
    from sightline.audit.queries import CANONICAL

    tamper("UPDATE audit_event SET what = 'tests.other' WHERE id = %s", sealed[0])
    (form,) = as_owner.execute(f"SELECT {CANONICAL} FROM audit_event e WHERE id = %s", [sealed[0]]).fetchone()
    signed = actions.keys().current.sign(form.encode()).hex()
    tamper("UPDATE audit_event SET hmac = %s WHERE id = %s", signed, sealed[0])
    assert faults(verify()) == {(Fault.CHANGED, sealed[0])}


# -- tampering with seals ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "sealed_at = now()",
        "horizon = horizon + 1",
        "count = 3",
        "previous = repeat('a', 64)",
        "digest = repeat('a', 64)",
        "hmac = repeat('a', 64)",
        "key_id = '000000000000'",
        "event_ids = '{}', event_hmacs = '{}'",
        "event_ids = event_ids[2:]",
        "event_hmacs = event_hmacs[2:]",
        "event_hmacs[1] = repeat('0', 64)",
    ],
)
def test_a_changed_seal_is_named(sealed, tamper, change):
    tamper(f"UPDATE audit_seal SET {change} WHERE number = 2")
    found = {(finding.fault, finding.seal) for finding in verify().findings}
    assert (Fault.SEAL_CHANGED, 2) in found


def test_rows_reordered_inside_a_seal_are_named(sealed, tamper):
    tamper(
        "UPDATE audit_seal SET event_ids = ARRAY[event_ids[2], event_ids[1]] || event_ids[3:], "
        "event_hmacs = ARRAY[event_hmacs[2], event_hmacs[1]] || event_hmacs[3:] WHERE number = 1"
    )
    report = verify()
    assert (Fault.REORDERED, sealed[0]) in faults(report)
    assert Fault.SEAL_CHANGED in {finding.fault for finding in report.findings}


def test_a_row_removed_from_table_and_seal_is_noticed(sealed, tamper):
    tamper("DELETE FROM audit_event WHERE id = %s", sealed[0])
    tamper(
        "UPDATE audit_seal SET event_ids = event_ids[2:], event_hmacs = event_hmacs[2:], count = 3 "
        "WHERE number = 1"
    )
    assert {(f.fault, f.seal) for f in verify().findings} == {(Fault.SEAL_CHANGED, 1)}


def test_a_removed_seal_is_named_wherever_it_stood(sealed, tamper):
    tamper("DELETE FROM audit_seal WHERE number = 2")
    assert (Fault.SEAL_REMOVED, 2) in {(f.fault, f.seal) for f in verify().findings}


def test_seals_that_changed_places_are_named(sealed, tamper):
    for new, old in ((9, 1), (1, 2), (2, 9)):
        tamper("UPDATE audit_seal SET number = %s WHERE number = %s", new, old)
    assert {1, 2} <= {f.seal for f in verify().findings if f.fault == Fault.SEAL_CHANGED}


# -- anchor and age ---------------------------------------------------------------------------------


def test_the_end_of_the_trail_cut_off_is_noticed_by_the_anchor_alone(sealed, tamper, anchor, settings):
    tamper("DELETE FROM audit_seal WHERE number = 3")
    tamper("DELETE FROM audit_event WHERE id = ANY(%s::uuid[])", sealed[8:])
    report = verify(anchor)
    assert [(f.fault, f.seal) for f in report.findings] == [(Fault.ANCHOR, 3)]
    settings.AUDIT_ANCHOR = ""
    report = verify()
    assert report.ok
    assert "No anchor" in report.lines()[1]


def test_a_chain_made_anew_with_a_stolen_key_differs_from_a_copy_of_the_anchor(
    sealed, tamper, anchor, tmp_path
):
    copy = tmp_path / "copy.txt"
    copy.write_text(anchor.read_text())
    tamper("DELETE FROM audit_event WHERE id = %s", sealed[4])
    tamper("DELETE FROM audit_seal")
    assert seal() == 9
    tell(1)
    seal()
    report = verify(copy)
    assert [(f.fault, f.seal) for f in report.findings] == [(Fault.ANCHOR, 3)]
    assert Fault.ANCHOR in {f.fault for f in verify().findings}, "its own anchor names seal 3 twice"


def test_a_named_anchor_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        verify(tmp_path / "nowhere.txt")


@pytest.mark.parametrize("left", [b"", b"no line feed"])
def test_an_anchor_that_names_nothing_compares_nothing(sealed, anchor, left):
    anchor.write_bytes(left)
    assert [f.fault for f in verify(anchor).findings] == [Fault.ANCHOR]
    assert [f.fault for f in verify().findings] == [Fault.ANCHOR]


def test_a_foreign_line_in_the_anchor_is_named(sealed, anchor):
    anchor.write_bytes(b"\xff nonsense\n" + anchor.read_bytes())
    assert [f.fault for f in verify().findings] == [Fault.ANCHOR]


# -- an anchor that was kept -------------------------------------------------------------------------


@pytest.fixture
def kept(anchor) -> int:
    """Five rows, sealed as the job does; the number of the seal that the anchor begins with."""
    tell(5)
    assert seal_the_trail(0) == 6
    first = int(anchor.read_text().split("\t")[0])
    report = verify()
    assert report.ok
    assert (report.anchor_since, report.unsealed) == (first, 0)
    return first


def test_it_is_told_of_once(kept, anchor, as_owner):
    tell(1)
    assert seal_the_trail(0) == 1
    assert as_owner.execute("SELECT count(*) FROM audit_event WHERE what = 'audit.anchor'").fetchone() == (1,)
    assert verify().ok


def test_one_that_was_there_before_it_was_told_of_is_missed_as_well(anchor):
    tell(1)
    seal()
    tell(1)
    assert seal_the_trail(0) == 2
    assert verify().anchor_since == 1
    anchor.unlink()
    assert not verify().ok


def test_one_that_was_taken_away_is_missed_also_when_sealing_has_begun_another(kept, anchor, tmp_path):
    copy = tmp_path / "copy.txt"
    copy.write_bytes(anchor.read_bytes())
    anchor.unlink()
    (gone,) = verify().findings
    assert (gone.fault, gone.seal) == (Fault.ANCHOR_MISSING, kept)
    assert str(anchor) in gone.words
    tell(1)
    seal_the_trail(0)
    assert anchor.exists()
    (replaced,) = verify().findings
    assert (replaced.fault, replaced.seal) == (Fault.ANCHOR_MISSING, kept)
    # A copy kept elsewhere still proves all that it knows of.
    assert verify(copy).ok


def test_each_machine_keeps_one_of_its_own(kept, anchor, settings, monkeypatch):
    monkeypatch.setattr("sightline.audit.anchor.gethostname", lambda: "another")
    settings.AUDIT_ANCHOR = str(anchor.with_name("another.txt"))
    report = verify()
    assert (report.ok, report.anchor) == (True, None), "it has sealed nothing yet"
    tell(1)
    assert seal_the_trail(0) == 2
    assert verify().anchor_since > kept
    assert verify(anchor).ok
    Path(settings.AUDIT_ANCHOR).unlink()
    assert [found.fault for found in verify().findings] == [Fault.ANCHOR_MISSING]


def test_whoever_removes_the_row_that_tells_of_it_is_found_by_the_seals(kept, anchor, tamper):
    anchor.unlink()
    tamper("DELETE FROM audit_event WHERE what = 'audit.anchor'")
    assert {found.fault for found in verify().findings} == {Fault.REMOVED}


def test_another_is_begun_by_somebody_who_says_why(kept, anchor, tmp_path):
    tell(1)
    seal_the_trail(0)
    old = tmp_path / "copy.txt"
    old.write_bytes(anchor.read_bytes())
    anchor.unlink()
    tell(1)
    begun, before = begin_anew("The disk was lost")
    assert (begun, before) == (anchor, anchor.with_name(f"anchor-until-{verify().anchor_since}.txt"))
    report = verify()
    assert report.ok
    assert report.anchor_since > kept
    assert any("begun anew" in line and "The disk was lost" in line for line in report.lines())
    tell(1)
    seal_the_trail(0)
    assert verify().ok
    assert verify(old).ok, "what was kept before is still compared"
    anchor.write_bytes(b"".join(anchor.read_bytes().splitlines(keepends=True)[1:]))
    assert [found.fault for found in verify().findings] == [Fault.ANCHOR_MISSING]


def test_none_is_begun_before_anything_is_sealed(anchor):
    with pytest.raises(ValueError, match="nothing is sealed"):
        begin_anew("x")
    assert not anchor.exists()


def test_waiting_rows_are_counted_and_old_ones_fail(as_owner):
    tell(2)
    report = verify()
    assert (report.ok, report.unsealed) == (True, 2)
    assert report.oldest_unsealed_seconds is not None
    assert report.oldest_unsealed_seconds < 60
    old = tell(1, at=now() - timedelta(minutes=6))
    report = verify()
    assert faults(report) == {(Fault.UNSEALED, old[0])}
    assert "waited 36" in report.findings[0].words
    seal()
    assert verify().ok


def test_lists_with_the_children_shown_prove_whole_and_a_child_taken_out_is_found(sealed, tamper):
    shown = [uuid7() for _ in range(60)]
    with transaction.atomic(), looking_as(ANN):
        record_list("tests.list", shown)
    assert seal() == 1
    assert verify().ok
    tamper(
        "UPDATE audit_event SET detail = jsonb_set(detail, '{folders}', (detail -> 'folders') - 0) "
        "WHERE what = 'tests.list'"
    )
    assert {fault for fault, _row in faults(verify())} == {Fault.CHANGED}


def test_the_report_in_words_and_for_machines(sealed, tamper):
    tamper("DELETE FROM audit_event WHERE id = %s", sealed[1])
    report = verify()
    assert f"removed: row {sealed[1]} of seal 1 is gone" in report.lines()
    assert report.lines()[-1] == "The audit trail is NOT whole: 1 found."
    assert report.as_dict()["ok"] is False
    assert report.as_dict()["findings"][0]["event"] == sealed[1]


def test_what_a_backup_role_copies_proves_whole(sealed, fresh_database):
    with psycopg.connect(fresh_database.url("sightline_backup")) as backup:
        assert backup.execute("SELECT count(*) FROM audit_event").fetchone() == (10,)
        assert backup.execute("SELECT count(*) FROM audit_seal").fetchone() == (3,)
