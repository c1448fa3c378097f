"""The keys of documents and the malware scanner, as whoever looks after a place meets them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from sightline.documents.tests.conftest import Scanner
from sightline.kernel.time import now

from .conftest import Command

OPENED = """
from django.db import transaction
from sightline.children.models import PersonName
from sightline.documents import actions
from sightline.documents.models import Document
from sightline.documents import queries
from sightline.kernel.viewer import Viewer, looking_as
with transaction.atomic(), looking_as(Viewer.for_job("documents")):
    for row in Document.objects.all():
        with queries.content(row.id, [row.folder_id]).opened as opened:
            print(len(opened.read()) > 1000)
"""


def findings(command: Command, about: str, **more: str) -> list[dict[str, str]]:
    report = json.loads(command("doctor", "--json", **more).stdout)
    return [finding for finding in report["findings"] if finding["about"] == about]


@pytest.fixture(scope="module")
def scanner() -> Iterator[Scanner]:
    with Scanner() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


def test_keys_are_exchanged_and_every_document_still_opens(demonstration: Command) -> None:
    path = demonstration.data / "keys" / "documents_key"
    before = path.read_text()
    done = demonstration("documents", "rotate-keys")
    assert done.returncode == 0, done.stderr
    assert "are wrapped by it now" in done.stdout
    assert path.read_text() != before
    assert len(path.read_text().split()) == 1
    assert path.stat().st_mode & 0o077 == 0
    opened = demonstration("manage", "shell", "--verbosity", "0", "--command", OPENED)
    assert set(opened.stdout.split()) == {"True"}, opened.stderr
    # Keys that the environment gives are its own to change.
    given = demonstration(
        "documents", "rotate-keys", SIGHTLINE_DOCUMENTS_KEY=f"{'ab' * 32} {path.read_text()}"
    )
    assert given.returncode == 0, given.stderr
    assert "Leave only the first key in SIGHTLINE_DOCUMENTS_KEY" in given.stdout
    back = demonstration(
        "documents", "rotate-keys", SIGHTLINE_DOCUMENTS_KEY=f"{path.read_text()} {'ab' * 32}"
    )
    assert back.returncode == 0, back.stderr


def test_a_missing_key_is_said_by_doctor_and_by_the_command_and_no_other_is_made(
    demonstration: Command,
) -> None:
    path = demonstration.data / "keys" / "documents_key"
    kept = path.read_text()
    path.unlink()
    try:
        (found,) = findings(demonstration, "documents")
        assert found["level"] == "bad"
        assert "put keys/documents_key back" in found["says"]
        done = demonstration("documents", "rotate-keys")
        assert done.returncode == 1
        assert done.stderr.startswith("sightline: The key of the documents is missing")
        assert not path.exists()
    finally:
        path.write_text(kept)
        path.chmod(0o600)


def test_doctor_says_how_it_stands_with_the_scanner(demonstration: Command, scanner: Scanner) -> None:
    (found,) = findings(demonstration, "malware scanner")
    assert found["level"] == "note"
    assert "stay in quarantine" in found["says"]
    (found,) = findings(demonstration, "malware scanner", SIGHTLINE_CLAMD="127.0.0.1:1")
    assert found["level"] == "bad"
    assert "does not answer" in found["says"]
    for hours, level in ((2, "good"), (30, "bad")):
        scanner.version = f"ClamAV 1.4.6/27500/{now() - timedelta(hours=hours):%a %b %d %H:%M:%S %Y}"
        (found,) = findings(demonstration, "malware scanner", SIGHTLINE_CLAMD=scanner.where)
        assert found["level"] == level, found
    assert "older than a day" in found["says"]
    (found,) = findings(demonstration, "malware scans", SIGHTLINE_CLAMD=scanner.where)
    assert (found["level"], found["says"]) == (
        "good", "every document that opens was scanned in the last 60 days",
    )  # fmt: skip
