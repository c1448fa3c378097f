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


@pytest.mark.obligation("REC-15")
def test_a_passphrase_made_anew_opens_what_is_there_and_the_old_one_nothing(
    demonstration: Command, tmp_path: Path
) -> None:
    folder = str(tmp_path / "offline")
    assert demonstration("summaries", "export", SIGHTLINE_SUMMARIES=folder).returncode == 0
    old, _, rest = demonstration("summaries", "keys").stdout.splitlines()[0].partition("  ")
    team = rest.partition("  since ")[0]
    done = demonstration(
        "summaries",
        "renew",
        team,
        "--told",
        "Priya Nair",
        "--told",
        "the night desk",
        SIGHTLINE_SUMMARIES=folder,
    )
    assert done.returncode == 0, done.stderr
    new = done.stdout.split()[0]
    assert "Told the new one: Priya Nair, the night desk." in done.stdout
    assert "Had the old one: nobody was named" in done.stdout
    opens = [
        word
        for path in Path(folder).glob("summaries-*.pdf")
        for word in (old, new)
        if PdfReader(path).decrypt(word)
    ]
    assert opens == [new]
    lines = demonstration("summaries", "keys").stdout
    assert old not in lines
    assert "told to Priya Nair, the night desk" in lines
    again = demonstration("summaries", "renew", team, SIGHTLINE_SUMMARIES=folder)
    assert "Had the old one: Priya Nair, the night desk." in again.stdout
    assert "Told the new one: nobody yet" in again.stdout
    wrong = demonstration("summaries", "renew", "no such team", SIGHTLINE_SUMMARIES=folder)
    assert wrong.returncode == 1
    assert team in wrong.stderr
