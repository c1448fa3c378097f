"""Adding, quarantine, taking out, keys, and what a full disk leaves: nothing."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch
from uuid import uuid4

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from sightline.agencies.models import Notice
from sightline.audit.models import AuditEvent
from sightline.documents import actions, jobs, queries, store
from sightline.documents import scanner as clamav
from sightline.documents.actions import NewBodyMap
from sightline.documents.keyring import keyring
from sightline.documents.models import BodyMap, Document, Examination, Scan, StoredFile
from sightline.documents.rules import AT_ONCE, Mark
from sightline.documents.terms import BodyView, MarkKind, Region, ScanResult
from sightline.kernel.time import now
from sightline.kernel.together import answer
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.kernel.viewer import Viewer

from .files import incoming, letter, photograph, word_file

READER = Viewer.for_job("documents")
KEYS = Viewer.for_job("documents-keys")
#: The harmless file that scanners are tried out with, put together here so that none stops at this one.
EICAR = ("X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*").encode()


def on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def read(world, who, row, **options) -> bytes:
    with world.looking(who), queries.content(row.id, [row.folder_id], **options).opened as opened:
        return opened.read()


@pytest.fixture
def sibling(world, worker):
    return world.folder(worker)


# -- adding -------------------------------------------------------------------------------------------------


@pytest.mark.obligation("REC-17")
def test_a_document_is_kept_encrypted_and_opens_for_those_who_may(
    world, worker, scanner, attach, folder_of_documents
):
    content = photograph()
    row = attach(content, "school.jpg", about="Drawn at school")
    assert read(world, worker, row) == content
    kept = on_disk(folder_of_documents)
    assert len(kept) == 1
    assert kept[0].name == row.file.stored.hex
    assert content[:20] not in kept[0].read_bytes()
    assert "school" not in str(kept[0])
    assert kept[0].stat().st_mode & 0o077 == 0
    assert row.added_by_post == "social worker, Northmoor Council"
    with world.owning():
        told = AuditEvent.objects.filter(what="documents.attach").get()
    assert (told.folder_id, told.subject_id) == (row.folder_id, str(row.id))


def test_what_is_written_for_siblings_is_a_row_in_each_record_and_lies_on_disk_once(
    world, worker, stranger, scanner, folder_id, sibling, folder_of_documents
):
    world.grant(sibling, stranger)
    with world.looking(worker):
        answer = actions.attach([incoming(photograph())], {folder_id: None, sibling: None})
    hers, his = answer.documents[folder_id][0], answer.documents[sibling][0]
    assert hers.written_together == his.written_together is not None
    assert len(on_disk(folder_of_documents)) == 1
    # Who may open only one of the records opens that one's and no other.
    assert read(world, stranger, his) == read(world, worker, hers)
    with world.looking(stranger):
        assert list(Document.objects.values_list("id", flat=True)) == [his.id]
        with pytest.raises(NotFound):
            queries.content(hers.id, [folder_id])


def test_the_same_file_is_not_added_twice(
    world, worker, scanner, attach, folder_id, sibling, folder_of_documents
):
    content = photograph()
    attach(content)
    with world.looking(worker):
        again = actions.attach([incoming(content, "another name.jpg")], {folder_id: None})
        assert again.kept == 0
        assert "in this record already" in again.refused[0]
        # But where it is missing it is added, and to something else in the record as well.
        both = actions.attach([incoming(content)], {folder_id: None, sibling: None})
        assert list(both.documents) == [sibling]
        entry = uuid4()
        assert actions.attach([incoming(content)], {folder_id: entry}, subject_kind="entry").kept == 1
        assert list(queries.attached([folder_id], [entry])) == [entry]


def test_one_that_is_refused_keeps_no_other_out(world, worker, scanner, folder_id):
    with world.looking(worker):
        answer = actions.attach(
            [
                incoming(b"MZ" + bytes(300), "holiday.jpg"),
                incoming(letter(), "letter.pdf"),
                incoming(b"", "empty.pdf"),
                incoming(word_file(**{"word/vbaProject.bin": b"macro"}), "form.docx"),
                incoming(word_file(**{"word/media/a.bin": bytes(40_000_000)}), "bomb.docx"),
            ],
            {folder_id: None},
        )
    assert answer.kept == 1
    said = " ".join(answer.refused)
    for words in ("is not a JPEG photograph", "is empty", "macros", "unpacks to far more"):
        assert words in said
    with world.owning():
        assert AuditEvent.objects.filter(what="documents.attach", verb="refused").count() == 4


def test_a_file_that_lies_about_its_type_is_kept_under_its_true_one_and_that_is_said(
    world, worker, scanner, folder_id
):
    with world.looking(worker):
        answer = actions.attach([incoming(letter(), "photo.jpg")], {folder_id: None})
    row = answer.documents[folder_id][0]
    assert (row.name, row.claimed, row.media_type) == ("photo.pdf", "jpg", "application/pdf")
    assert "“photo.jpg” is a PDF" in answer.notes[0]


def test_at_most_so_many_at_a_time_and_two_hundred_in_a_record(world, worker, scanner, folder_id):
    def number(n: int):
        return incoming(photograph(size=(n + 1, 5)), f"{n}.jpg")

    with world.looking(worker):
        with pytest.raises(Refused, match="at most 20"):
            actions.attach([number(n) for n in range(AT_ONCE + 1)], {folder_id: None})
        with pytest.raises(Refused, match="at least one"):
            actions.attach([], {folder_id: None})
        entry = uuid4()
        for tens in range(0, 200, AT_ONCE):
            kept = actions.attach(
                [number(n) for n in range(tens, tens + AT_ONCE)], {folder_id: entry}, subject_kind="entry"
            )
            assert kept.kept == AT_ONCE
        assert len(queries.attached([folder_id], [entry])[entry]) == 200
        rows, total = queries.documents([folder_id])
        assert (len(rows), total) == (25, 200)


@pytest.mark.parametrize("level", ["read", None])
def test_who_may_not_write_adds_nothing(world, stranger, scanner, folder_id, folder_of_documents, level):
    if level:
        world.grant(folder_id, stranger, level)
    with world.looking(stranger), pytest.raises(NotFound):
        actions.attach([incoming(photograph())], {folder_id: None})
    with world.looking("import"), pytest.raises(NotPermitted):
        actions.attach([incoming(photograph())], {folder_id: None})
    assert on_disk(folder_of_documents) == []


def test_a_full_disk_is_said_and_nothing_half_stored(
    world, worker, scanner, folder_id, folder_of_documents, monkeypatch
):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store.cipher, "encrypt", full)
    with world.looking(worker):
        answer = actions.attach([incoming(photograph())], {folder_id: None})
    assert answer.kept == 0
    assert "no room left" in answer.refused[0]
    assert on_disk(folder_of_documents) == []
    with world.owning():
        assert not Document.objects.exists()
        assert not StoredFile.objects.exists()


def test_a_database_that_refuses_leaves_no_file(
    world, worker, scanner, folder_id, folder_of_documents, monkeypatch
):
    def refuse(*_, **__):
        raise DatabaseError("no")

    monkeypatch.setattr(StoredFile, "save", refuse)
    with world.looking(worker), pytest.raises(DatabaseError):
        actions.attach([incoming(photograph())], {folder_id: None})
    assert on_disk(folder_of_documents) == []


# -- malware ------------------------------------------------------------------------------------------------


def test_an_infected_file_is_not_kept(world, worker, scanner, folder_id, folder_of_documents):
    scanner.says = "stream: Invented.Test FOUND"
    with world.looking(worker):
        answer = actions.attach([incoming(photograph())], {folder_id: None})
    assert answer.kept == 0
    assert "Invented.Test" in answer.refused[0]
    assert on_disk(folder_of_documents) == []
    assert scanner.seen == [photograph()]


@pytest.mark.parametrize(
    "says", ["stream: Can't allocate memory ERROR", "INSTREAM size limit exceeded. ERROR", ""]
)
def test_what_could_not_be_scanned_waits_in_quarantine(world, worker, scanner, attach, folder_id, says):
    scanner.says = says
    row = attach()
    with world.looking(worker):
        assert not queries.document(row.id, [folder_id]).opens
        with pytest.raises(Refused, match="nobody can open"):
            queries.content(row.id, [folder_id])
    with world.looking(READER):
        assert actions.in_quarantine() == [row.id]
        assert actions.scan_again(row.id) is ScanResult.NOT_SCANNED
        assert not actions.examine(row.id)
        scanner.says = "stream: OK"
        assert actions.scan_again(row.id) is ScanResult.CLEAN
        assert actions.in_quarantine() == []
    assert read(world, worker, row) == photograph()
    with world.looking(worker):
        assert [s.result for s in Scan.objects.order_by("at")] == ["not_scanned", "clean"]


def test_without_a_scanner_what_is_added_waits_and_what_turns_out_infected_stays_closed(
    world, worker, attach, folder_id, settings, scanner
):
    where, settings.CLAMD = settings.CLAMD, ""
    row = attach()
    with world.looking(worker):
        assert "No malware scanner is set up" in queries.document(row.id, [folder_id]).closed
    settings.CLAMD = where
    scanner.says = "stream: Invented.Test FOUND"
    with world.looking(READER):
        assert actions.scan_again(row.id) is ScanResult.INFECTED
        assert actions.scan_again(row.id) is None
    with world.looking(worker), pytest.raises(Refused, match="found something"):
        queries.content(row.id, [folder_id])


@pytest.mark.obligation("REC-17")
def test_what_was_found_clean_long_ago_is_scanned_anew_and_closes_where_signatures_of_today_find_something(
    world, worker, scanner, attach, folder_id, desk, child_id
):
    with time_machine.travel(now() - timedelta(days=40)):
        old, older = attach(photograph("blue")), attach(photograph("red"), "beach.jpg")
    fresh = attach(letter("Of yesterday."), "letter.pdf")
    scanner.seen.clear()
    assert jobs.scan_old(0) == 2
    assert len(scanner.seen) == 2, "what was scanned lately is left alone"
    assert jobs.scan_old(0) == 0
    scanner.says = "stream: Invented.Test FOUND"
    with time_machine.travel(now() + timedelta(days=31)):
        scanner.version = "ClamAV 1.4.6/27900/Fri Dec 25 04:00:00 2026"
        # A run ends at its bound, and the next goes on from there.
        with patch.object(jobs, "ANEW", 2):
            assert jobs.scan_old(0) == 2
        assert jobs.scan_old(0) == 1
    page = desk.get(f"/child/{folder_id}/documents/{old.id}/").text
    assert "The malware scanner found something in it (Invented.Test)" in page
    assert "found Invented.Test" in page
    with world.looking(worker):
        assert not any(queries.document(row.id, [folder_id]).opens for row in (old, older, fresh))
        told = Notice.objects.filter(practitioner_id=worker.pk, text__contains="malware scanner")
        assert {notice.path for notice in told} == {
            f"/child/{folder_id}/documents/{row.id}/" for row in (old, older, fresh)
        }


def test_what_was_clean_and_cannot_be_looked_through_now_stays_open_and_holds_nothing_up(
    world, worker, scanner, attach, folder_id
):
    with time_machine.travel(now() - timedelta(days=40)):
        row = attach()
    scanner.says = "INSTREAM size limit exceeded. ERROR"
    assert jobs.scan_old(0) == 0
    with world.looking(worker):
        assert queries.document(row.id, [folder_id]).opens
    scanner.shutdown()
    scanner.server_close()
    assert jobs.scan_old(0) == 0


def test_a_scanner_that_is_gone_is_quarantine_and_no_error(world, worker, attach, folder_id, settings):
    settings.CLAMD = "127.0.0.1:1"
    row = attach()
    with world.looking(worker):
        assert "did not answer" in queries.document(row.id, [folder_id]).closed


def test_what_the_daemon_says_of_itself(scanner):
    found = scanner_says(scanner, "ClamAV 1.4.6/27500/Sun Nov 22 04:00:00 2026")
    assert found.version == "ClamAV 1.4.6/27500"
    assert not found.stale(found.signatures_of + timedelta(hours=23))
    assert found.stale(found.signatures_of + timedelta(hours=25))
    assert scanner_says(scanner, "ClamAV 1.4.6").stale(now())
    assert scanner_says(scanner, "ClamAV 1.4.6/27500/some day").stale(now())


def scanner_says(server, version: str) -> clamav.Daemon:
    server.version = version
    return clamav.daemon()


def test_what_is_no_clamav_is_found_out(scanner):
    with pytest.raises(clamav.NoAnswer, match="no ClamAV"):
        scanner_says(scanner, "HTTP/1.1 400 Bad Request")


@pytest.fixture
def clamd(tmp_path: Path, settings):
    """Debian's own daemon, with one signature: the SHA-256 of the file that scanners are tried out with."""
    program = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin")
    if program is None:
        pytest.skip("No clamd here: install Debian's `clamav-daemon`.")
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "test.hsb").write_text(
        f"{hashlib.sha256(EICAR).hexdigest()}:{len(EICAR)}:Invented.Eicar\n"
    )
    configuration = tmp_path / "clamd.conf"
    configuration.write_text(
        f"DatabaseDirectory {tmp_path / 'db'}\nLocalSocket {tmp_path / 'clamd.sock'}\nForeground yes\n"
        f"TemporaryDirectory {tmp_path}\nOfficialDatabaseOnly no\n"
    )
    running = subprocess.Popen(
        [program, f"--config-file={configuration}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    settings.CLAMD = f"unix:{tmp_path / 'clamd.sock'}"
    try:
        ready = threading.Event()
        for _ in range(400):
            if (tmp_path / "clamd.sock").exists():
                break
            assert running.poll() is None, "clamd did not start"
            ready.wait(0.05)
        yield
    finally:
        running.terminate()
        running.wait(20)


def test_debians_clamd_finds_the_test_file_and_lets_a_letter_through(clamd, world, worker, folder_id):
    assert clamav.scan(io.BytesIO(EICAR)).signature == "Invented.Eicar.UNOFFICIAL"
    assert clamav.scan(io.BytesIO(letter())).result is ScanResult.CLEAN
    # With nothing but our own line it has no day of its signatures, which `doctor` does not take for good.
    assert clamav.daemon().stale(now())
    with world.looking(worker):
        answer = actions.attach([incoming(letter(), "letter.pdf")], {folder_id: None})
        assert answer.kept == 1
        hidden = io.BytesIO()
        with zipfile.ZipFile(hidden, "w") as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("word/document.xml", "<d/>")
            archive.writestr("word/embeddings/letter.com", EICAR)
        answer = actions.attach([incoming(hidden.getvalue(), "minutes.docx")], {folder_id: None})
    assert answer.kept == 0
    assert "Invented.Eicar" in answer.refused[0]


# -- reading ------------------------------------------------------------------------------------------------


@pytest.mark.obligation("REC-17")
def test_preview_text_and_place_are_made_once_in_the_background_and_kept_encrypted(
    world, worker, scanner, attach, examined, folder_id, folder_of_documents
):
    row = examined(attach(photograph(place=True)))
    with world.looking(READER):
        assert not actions.examine(row.id)
    with world.looking(worker):
        found = queries.document(row.id, [folder_id])
    assert found.has_preview
    assert found.place == "54.50000 north, 2.25000 east"
    assert read(world, worker, row, preview=True)[:3] == b"\xff\xd8\xff"
    assert len(on_disk(folder_of_documents)) == 2
    assert not any(path.read_bytes().startswith(b"\xff\xd8") for path in on_disk(folder_of_documents))


def test_words_are_found_in_name_description_and_text(world, worker, scanner, attach, examined, folder_id):
    examined(attach(letter("The appointment is on Tuesday."), "hospital.pdf"))
    attach(photograph(), "drawing.jpg", about="Her family “at the seaside”")
    with world.looking(worker):
        for words, name in (
            ("appointments", "hospital.pdf"),
            ("seaside", "drawing.jpg"),
            ("“seaside…", "drawing.jpg"),
            ("hospital.pdf", "hospital.pdf"),
        ):
            rows, total = queries.documents([folder_id], words=words)
            assert [d.name for d in rows] == [name], words
            assert total == 1
        assert queries.documents([folder_id], words="unicorn") == ([], 0)
        assert queries.documents([folder_id], kind="pdf")[1] == 1


def test_a_damaged_file_and_one_that_is_gone_are_said_to_be(
    world, worker, scanner, attach, folder_of_documents, folder_id
):
    row = attach()
    path = on_disk(folder_of_documents)[0]
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    with world.looking(worker), pytest.raises(Refused, match="is damaged where it is stored"):
        queries.content(row.id, [folder_id])
    path.unlink()
    with world.looking(worker), pytest.raises(Refused, match="put back from a backup"):
        queries.content(row.id, [folder_id])


def test_a_missing_key_is_said_and_loses_nothing(
    world, worker, scanner, attach, folder_id, settings, tmp_path
):
    row = attach()
    key, settings.DOCUMENTS_KEY = settings.DOCUMENTS_KEY, ""
    settings.DOCUMENTS_KEY_FILE = str(tmp_path / "nothing here")
    with world.looking(worker):
        with pytest.raises(Refused, match="The key that opens documents is missing"):
            queries.content(row.id, [folder_id])
        with pytest.raises(Refused, match="The key that opens documents is missing"):
            actions.attach([incoming(letter(), "a.pdf")], {folder_id: None})
    settings.DOCUMENTS_KEY = key
    assert read(world, worker, row) == photograph()


def test_a_preview_that_could_not_be_made_while_the_key_was_missing_is_made_once_it_is_back(
    world, worker, scanner, attach, folder_id, settings, tmp_path
):
    row, damaged = attach(), attach(letter(), "letter.pdf")
    path = store.path_of(damaged.file.stored)
    content = path.read_bytes()
    path.write_bytes(b"x" * len(content))
    key, settings.DOCUMENTS_KEY = settings.DOCUMENTS_KEY, ""
    settings.DOCUMENTS_KEY_FILE = str(tmp_path / "nothing here")
    with world.looking(READER):
        assert not actions.examine(row.id)
        assert actions.not_examined() == [], "the job that was asked for tries by itself for a while"
    later = time_machine.travel(now() + timedelta(hours=1), tick=True)
    with later:
        with world.looking(READER):
            assert actions.not_examined() == [damaged.id, row.id]
            assert actions.not_examined(1, after=damaged.id) == [row.id]
        assert jobs.examine_again(0) == 0
        settings.DOCUMENTS_KEY = key
        assert jobs.examine_again(0) == 1
        path.write_bytes(content)
        assert jobs.examine_again(0) == 1
        assert jobs.examine_again(0) == 0
    with world.looking(worker):
        assert all(queries.document(each.id, [folder_id]).has_preview for each in (row, damaged))


# -- taking out ---------------------------------------------------------------------------------------------


def test_what_was_taken_out_stays_listed_with_its_reason_and_closes(
    world, worker, scanner, attach, folder_id
):
    row = attach()
    with world.looking(worker):
        with pytest.raises(Refused, match="Say why"):
            actions.withdraw(row.id, "  ")
        actions.withdraw(row.id, "It is about another child.")
        with pytest.raises(Refused, match="Dana Okafor took it out"):
            actions.withdraw(row.id, "Again.")
        found = queries.document(row.id, [folder_id])
        assert found.withdrawn.why == "It is about another child."
        with pytest.raises(Refused, match="taken out"):
            queries.content(row.id, [folder_id])
        # And may then be added anew.
        assert actions.attach([incoming(photograph())], {folder_id: None}).kept == 1
    assert read(world, worker, row, though_withdrawn=True) == photograph()


# -- keys ---------------------------------------------------------------------------------------------------


@pytest.fixture
def key_on_disk(settings, tmp_path) -> Path:
    settings.DOCUMENTS_KEY = ""
    path = tmp_path / "documents_key"
    path.write_text("ab" * 32 + "\n")
    settings.DOCUMENTS_KEY_FILE = str(path)
    return path


def rotate(world) -> int:
    count = 0
    with world.looking(KEYS):
        actions.add_key()
        for last in (False, True):
            while done := actions.rewrap(last=last):
                count += done
        actions.drop_old_keys()
    return count


def test_keys_are_exchanged_without_writing_a_file(
    world, worker, scanner, attach, key_on_disk, folder_of_documents
):
    rows = [attach(photograph(size=(n, 9)), f"{n}.jpg") for n in range(5, 8)]
    before = {path: path.read_bytes() for path in on_disk(folder_of_documents)}
    old = keyring().current.id
    assert rotate(world) == 3
    assert keyring().current.id != old
    assert len(keyring().keys) == 1
    assert key_on_disk.stat().st_mode & 0o077 == 0
    assert {path: path.read_bytes() for path in on_disk(folder_of_documents)} == before
    for n, row in zip(range(5, 8), rows, strict=True):
        assert read(world, worker, row) == photograph(size=(n, 9))


def test_an_exchange_that_was_stopped_is_gone_on_with(world, worker, scanner, attach, key_on_disk):
    row = attach()
    with world.looking(KEYS):
        actions.add_key()
    assert read(world, worker, row) == photograph()
    with world.looking(KEYS), pytest.raises(Refused, match="still wrapped"):
        actions.drop_old_keys()
    assert rotate(world) == 1
    assert read(world, worker, row) == photograph()
    assert len(keyring().keys) == 1


def test_the_job_that_exchanges_keys_reads_nothing_else(world, scanner, attach, key_on_disk):
    attach()
    with world.looking(KEYS):
        assert StoredFile.objects.count() == 1
        assert not Document.objects.exists()
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE documents_document SET name = 'x'; SELECT 1 / count(*) FROM documents_document"
            )


# -- what is left behind --------------------------------------------------------------------------------------


def test_what_belongs_to_nothing_is_cleared_after_a_day_and_nothing_else(
    world, worker, scanner, attach, folder_of_documents
):
    row = attach()
    orphan, half = uuid4(), folder_of_documents / "incoming" / "half.part"
    store.write(io.BytesIO(b"left by a rollback"), orphan, b"k" * 32)
    half.write_bytes(b"left by a crash")
    strange = folder_of_documents / "notes.txt"
    strange.write_text("somebody's own")
    with world.looking(READER):
        assert actions.clear_orphans() == 0
        yesterday = time.time() - 2 * 24 * 3600
        for path in on_disk(folder_of_documents):
            os.utime(path, (yesterday, yesterday))
        assert actions.clear_orphans() == 2
    assert not store.path_of(orphan).exists()
    assert not half.exists()
    assert strange.exists()
    assert read(world, worker, row) == photograph()


#: A process that has taken in half a file, and has given another to a program that reads it by its name.
HALF_WAY = """
import io, sys, time
from django.conf import settings
settings.configure(DOCUMENTS_FOLDER=sys.argv[1])
from sightline.documents import store
taken = store.temporary()
taken.write(b"taken in " * 100_000)
taken.flush()
with store.in_the_clear(io.BytesIO(b"worked on"), ".pdf") as path:
    print(path, flush=True)
    sys.stdin.read()
"""


@pytest.mark.obligation("REC-17")
def test_what_a_killed_process_leaves_in_clear_is_gone_at_once_and_what_is_worked_on_stays(
    world, folder_of_documents
):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", HALF_WAY, str(folder_of_documents)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3],
        )
        for _ in range(2)
    ]  # fmt: skip
    try:
        killed, working = (Path(p.stdout.readline().decode().strip()) for p in processes)
        # What is being received stands nowhere by name, so that nothing is left of it.
        assert sorted(on_disk(folder_of_documents)) == sorted([killed, working])
        assert list(store.left_in_clear()) == []
        processes[0].kill()
        processes[0].wait()
        assert list(store.left_in_clear()) == [killed]
        (folder_of_documents / "incoming" / "half.part").write_bytes(b"what is being written, encrypted")
        with world.looking(READER):
            assert actions.clear_left() == 1
            assert actions.clear_left() == 0
        assert not killed.exists()
        assert working.read_bytes() == b"worked on"
        assert len(on_disk(folder_of_documents)) == 2
    finally:
        for process in processes:
            process.kill()
            process.wait()
            process.stdin.close()
            process.stdout.close()


# -- body maps ----------------------------------------------------------------------------------------------


def a_map(**changes) -> NewBodyMap:
    fields = {
        "seen_at": now() - timedelta(hours=1),
        "seen_parts": "Both arms, when she painted",
        "marks": [
            Mark(
                BodyView.FRONT,
                Region.LEFT_FOREARM,
                MarkKind.BRUISE,
                "Yellow, oval",
                "2 cm, guessed",
                "“I fell” (Maya)",
            ),
            Mark(BodyView.BACK, Region.RIGHT_HAND, MarkKind.CUT, "Straight, dry", x=20, y=230),
        ],
        "said": "I fell off the wall.",
    }
    return NewBodyMap(**{**fields, **changes})


@pytest.mark.obligation("REC-06")
def test_a_body_map_keeps_what_was_seen_apart_from_how_it_was_explained(world, worker, folder_id):
    with world.looking(worker):
        row = actions.draw_body_map(folder_id, a_map())
        found = queries.body_map(row.id, [folder_id])
    first, second = found.marks
    assert (first.number, first.region, first.description, first.said) == (
        1, Region.LEFT_FOREARM, "Yellow, oval", "“I fell” (Maya)",
    )  # fmt: skip
    assert (second.x, second.y) == (20, 230)
    assert found.author == "Dana Okafor"


@pytest.mark.obligation("REC-12")
def test_a_body_map_is_put_right_by_another_once(world, worker, folder_id):
    with world.looking(worker):
        wrong = actions.draw_body_map(folder_id, a_map())
        with pytest.raises(Refused, match="Say what was wrong"):
            actions.draw_body_map(folder_id, a_map(replaces=wrong.id))
        right = actions.draw_body_map(folder_id, a_map(replaces=wrong.id, was_wrong="It was her right arm."))
        with pytest.raises(Refused, match="Dana Okafor has put this body map right already"):
            actions.draw_body_map(folder_id, a_map(replaces=wrong.id, was_wrong="Again."))
        earlier = queries.body_map(wrong.id, [folder_id])
        assert (earlier.replaced_by, earlier.why_replaced) == (right.id, "It was her right arm.")
        assert len(earlier.marks) == 2


@pytest.mark.obligation("REC-12")
def test_a_body_map_of_another_child_is_taken_out_with_a_reason_and_stays_readable(
    world, worker, stranger, folder_id
):
    with world.looking(worker):
        first = actions.draw_body_map(folder_id, a_map())
        wrong = actions.draw_body_map(folder_id, a_map(replaces=first.id, was_wrong="The other arm."))
        with pytest.raises(Refused, match="Say why"):
            actions.withdraw_body_map(wrong.id, "  ")
        with pytest.raises(Refused, match="Take that one out instead"):
            actions.withdraw_body_map(first.id, "Another child.")
        actions.withdraw_body_map(wrong.id, "It was another child of her class.")
        with pytest.raises(Refused, match="took it out of this record already"):
            actions.withdraw_body_map(wrong.id, "Again.")
        with pytest.raises(Refused, match="was taken out of the record"):
            actions.draw_body_map(folder_id, a_map(replaces=wrong.id, was_wrong="The size."))
        found = queries.body_map(wrong.id, [folder_id])
        assert found.withdrawn is not None
        assert (found.withdrawn.by, found.withdrawn.why) == (
            "Dana Okafor",
            "It was another child of her class.",
        )
        assert len(found.marks) == 2
        told = answer(queries.happened([folder_id], [wrong.id]))
        assert [words for _at, words in told[0].later] == ["Taken out of the record"]
        # The same marks were this child's after all: they are recorded anew.
        assert actions.draw_body_map(folder_id, a_map()).id != wrong.id
    with world.looking(stranger), pytest.raises(NotFound):
        actions.withdraw_body_map(first.id, "x")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"seen_at": now() + timedelta(days=1)}, "not in the future"),
        ({"seen_parts": " "}, "how much of the body"),
        ({"marks": []}, "at least one mark"),
        ({"none_seen": True}, "Take one away"),
    ],
)
def test_a_body_map_that_does_not_say_enough_is_refused(world, worker, folder_id, changes, reason):
    with world.looking(worker), pytest.raises(Refused, match=reason):
        actions.draw_body_map(folder_id, a_map(**changes))
    with world.owning():
        assert not BodyMap.objects.exists()


def test_pressed_twice_it_is_recorded_once(world, worker, folder_id):
    new = a_map()
    with world.looking(worker):
        actions.draw_body_map(folder_id, new)
        with pytest.raises(Refused, match="recorded this body map already"):
            actions.draw_body_map(folder_id, new)


def test_nobody_draws_in_a_record_that_is_not_theirs(world, stranger, folder_id, worker):
    with world.looking(worker):
        wrong = actions.draw_body_map(folder_id, a_map())
    with world.looking(stranger):
        with pytest.raises(NotFound):
            actions.draw_body_map(folder_id, a_map())
        with pytest.raises(NotFound):
            actions.draw_body_map(world.folder(stranger), a_map(replaces=wrong.id, was_wrong="x"))


def test_what_happened_is_told_to_the_timeline(world, worker, scanner, attach, folder_id):
    attach(about="Letter from the hospital")
    with world.looking(worker):
        actions.draw_body_map(folder_id, a_map())
        told = answer(queries.happened([folder_id]))
    assert [h.kind for h in told] == ["Document added", "Body map"]
    assert told[0].text == "Letter from the hospital"
    assert told[1].text == "1. Bruise, left forearm. 2. Cut, right hand."


def test_an_examination_is_a_row_of_its_own(world, worker, scanner, attach, examined):
    examined(attach())
    with world.looking(worker):
        assert Examination.objects.count() == 1
