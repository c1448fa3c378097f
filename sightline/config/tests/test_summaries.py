"""The summaries for when the system is down, as whoever looks after a place exports and finds them."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from sightline.kernel.time import now

from .conftest import Command
from .test_documents_keys import findings


@pytest.mark.obligation("REC-15")
def test_every_team_has_a_pdf_that_only_its_passphrase_opens(demonstration: Command, tmp_path: Path) -> None:
    folder = tmp_path / "offline"
    (found,) = findings(demonstration, "offline summaries")
    assert (found["level"], "SIGHTLINE_SUMMARIES" in found["says"]) == ("note", True)
    (found,) = findings(demonstration, "offline summaries", SIGHTLINE_SUMMARIES=str(folder))
    assert (found["level"], "none in" in found["says"]) == ("bad", True)

    done = demonstration("summaries", "export", SIGHTLINE_SUMMARIES=str(folder))
    assert done.returncode == 0, done.stderr
    files = sorted(folder.glob("summaries-*.pdf"))
    assert f"Wrote {len(files)} files." in done.stdout
    assert files
    keys = demonstration("summaries", "keys").stdout.splitlines()
    passphrases = [line.split()[0] for line in keys]
    assert len(set(passphrases)) == len(passphrases)
    for path in files:
        assert path.stat().st_mode & 0o077 == 0
        read = PdfReader(path)
        assert read.is_encrypted
        encryption = read.trailer["/Encrypt"]
        assert (encryption["/V"], encryption["/R"], encryption["/Length"]) == (5, 6, 256)
        opening = [word for word in passphrases if PdfReader(path).decrypt(word)]
        assert len(opening) == 1
        read.decrypt(opening[0])
        text = " ".join(page.extract_text() for page in read.pages)
        assert "Good until" in text
        assert "Know this first" in text
    (found,) = findings(demonstration, "offline summaries", SIGHTLINE_SUMMARIES=str(folder))
    assert (found["level"], "0 hours old" in found["says"]) == ("good", True)


def test_summaries_that_were_not_written_last_night_fail_the_doctor(
    demonstration: Command, tmp_path: Path
) -> None:
    (tmp_path / "last-export.json").write_text(
        json.dumps({"at": (now() - timedelta(hours=50)).isoformat(), "bundles": 2})
    )
    done = demonstration("doctor", SIGHTLINE_SUMMARIES=str(tmp_path))
    assert done.returncode == 1
    assert "2 files of" in done.stdout
    assert "50 hours old" in done.stdout
    assert "overdue" in done.stdout
