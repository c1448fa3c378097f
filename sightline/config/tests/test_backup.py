"""A backup can be put back, only into an empty place, only whole, and only with its own keys."""

from __future__ import annotations

import io
import json
import tarfile
import tempfile
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from sightline.config.backup import SINCE_17, BackupError, leave_out_unknown, load_dump, written_out
from sightline.config.cluster import running

from .conftest import Command


@pytest.fixture
def backup(demonstration: Command, folder: Path) -> Path:
    """A backup of the demonstration with one document, in a folder of its own."""
    documents = demonstration.data / "documents" / "01"
    documents.mkdir(parents=True, exist_ok=True)
    (documents / "letter").write_bytes(b"\x00a letter\xff")
    archive = folder / "night.tar"
    done = demonstration("backup", str(archive))
    assert done.returncode == 0, done.stderr
    return archive


def rows(command: Command) -> dict[str, int]:
    """How many rows each table has; the jobs and workers of the moment apart."""
    cluster = command.cluster
    cluster.start()
    try:
        with psycopg.connect(cluster.url("sightline_backup")) as connection:
            tables = connection.execute(
                "SELECT tablename FROM pg_tables "
                "WHERE schemaname = 'public' AND tablename NOT LIKE 'procrastinate%'"
            )
            return {
                table: connection.execute(
                    sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
                ).fetchone()[0]
                for (table,) in tables.fetchall()
            }
    finally:
        cluster.stop()


def test_a_backup_put_back_is_the_place_it_was_taken_of(backup, folder, demonstration):
    there = Command(folder / "there")
    done = there("restore", str(backup))
    assert done.returncode == 0, done.stderr
    assert "The audit trail is whole." in done.stdout
    assert (there.data / "documents" / "01" / "letter").read_bytes() == b"\x00a letter\xff"
    for name in ("secret_key", "audit_key", "documents_key"):
        assert (there.data / "keys" / name).read_text() == (demonstration.data / "keys" / name).read_text()
    assert rows(there) == rows(demonstration)
    assert there("doctor").returncode == 0

    again = there("restore", str(backup))
    assert again.returncode == 1
    assert "is not empty" in again.stderr


def test_the_anchor_goes_along_wherever_it_lies(demonstration, folder):
    elsewhere = folder / "usb" / "seals.txt"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes((demonstration.data / "anchors" / "audit-anchor.txt").read_bytes())
    with elsewhere.open("a") as more:
        more.write(f"9000\t{'0' * 64}\t2026-01-01T00:00:00.000000Z\n")
    done = demonstration("backup", str(folder / "night.tar"), SIGHTLINE_AUDIT_ANCHOR=str(elsewhere))
    assert done.returncode == 0, done.stderr
    with tarfile.open(folder / "night.tar") as tar:
        assert tar.extractfile("anchors/audit-anchor.txt").read() == elsewhere.read_bytes()


def test_an_older_postgresql_is_given_only_what_it_knows(backup, folder):
    """A trial on a PostgreSQL 16 found one thing in a dump that it does not know."""
    with tarfile.open(backup) as tar:
        tar.extract("database.dump", folder, filter="data")
    given = {}
    for version in (160_014, 180_003):
        into = io.BytesIO()
        with tempfile.TemporaryFile("w+") as says, written_out(folder / "database.dump", says) as out:
            leave_out_unknown(out.stdout, into, version)
        assert out.returncode == 0
        given[version] = into.getvalue().splitlines()
    newer = [line for line in given[180_003] if not line.startswith((b"\\restrict", b"\\unrestrict"))]
    older = [line for line in given[160_014] if not line.startswith((b"\\restrict", b"\\unrestrict"))]
    assert newer.count(SINCE_17) == 1
    newer.remove(SINCE_17)
    assert older == newer
    assert b"COMMIT;" in older[-10:], "what breaks off is undone"


def test_a_dump_that_breaks_off_is_undone(backup, folder, demonstration):
    with tarfile.open(backup) as tar:
        tar.extract("database.dump", folder, filter="data")
    dump = folder / "database.dump"
    dump.write_bytes(dump.read_bytes()[: -dump.stat().st_size // 10])
    with running(folder / "there") as cluster:
        with pytest.raises(BackupError, match="pg_restore failed"):
            load_dump(dump, cluster.url("sightline_owner"))
        with psycopg.connect(cluster.url("sightline_owner")) as connection:
            left = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert left == (0,)


#: Rows as the program writes them, of an hour ago, that no worker has sealed.
_AN_HOUR_AGO = """
from datetime import timedelta
from django.db import transaction
from sightline.audit.actions import event, record_many
from sightline.audit.terms import Verb
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now
from sightline.kernel.viewer import Viewer, looking_as
with transaction.atomic(), looking_as(Viewer.for_job("tests")):
    record_many([event(Verb.READ, "tests.page", folder_id=uuid7(), at=now() - timedelta(hours=1)) for _ in range(3)])
"""


def test_rows_that_waited_for_a_seal_when_the_backup_was_made_are_sealed_when_it_is_put_back(
    folder, demonstration
):
    said = demonstration("manage", "shell", "-c", _AN_HOUR_AGO)
    assert said.returncode == 0, said.stderr
    archive = folder / "busy.tar"
    try:
        assert demonstration("backup", str(archive)).returncode == 0
        assert demonstration("audit", "verify").returncode == 1
    finally:
        sealed = demonstration("manage", "shell", "-c", "from sightline.audit.actions import seal; seal()")
    assert sealed.returncode == 0, sealed.stderr
    there = Command(folder / "there")
    done = there("restore", str(archive))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 rows of the trail were not sealed yet when the backup was made; they are now." in done.stdout
    assert "The audit trail is whole." in done.stdout
    assert there("audit", "verify").returncode == 0


def test_archive_and_keys_may_be_read_by_nobody_else_and_are_never_written_over(backup, demonstration):
    keys = backup.with_name("night.tar.keys")
    assert backup.stat().st_mode & 0o077 == 0
    assert keys.stat().st_mode & 0o077 == 0
    assert set(json.loads(keys.read_text())) == {"secret_key", "audit_key", "documents_key"}
    with tarfile.open(backup) as tar:
        assert not [name for name in tar.getnames() if "keys" in name]
    again = demonstration("backup", str(backup))
    assert again.returncode == 1
    assert "already there" in again.stderr


def test_damage_is_found_before_anything_is_written(backup, folder):
    content = bytearray(backup.read_bytes())
    with tarfile.open(backup) as tar:
        letter = tar.getmember("documents/01/letter")
    content[letter.offset_data + 3] ^= 1
    backup.write_bytes(content)
    there = Command(folder / "there")
    done = there("restore", str(backup))
    assert done.returncode == 1
    assert "documents/01/letter in the archive is damaged" in done.stderr
    assert not (there.data / "postgres").exists()
    assert not (there.data / "keys").exists()


def test_another_backups_keys_do_not_fit(backup, folder):
    keys = backup.with_name("night.tar.keys")
    keys.write_text(json.dumps({"secret_key": "0" * 64, "audit_key": "1" * 64}))
    done = Command(folder / "there")("restore", str(backup))
    assert done.returncode == 1
    assert "does not fit these keys" in done.stderr


@pytest.mark.parametrize("content", [b"", b"not a tar at all" * 100])
def test_what_is_no_backup_is_one_sentence(folder, content):
    (folder / "x.tar").write_bytes(content)
    (folder / "x.tar.keys").write_text(json.dumps({"secret_key": "0" * 64, "audit_key": "1" * 64}))
    done = Command(folder / "there")("restore", str(folder / "x.tar"))
    assert done.returncode == 1
    assert done.stderr.startswith("sightline: ")
    assert "Traceback" not in done.stderr
