"""What the command line shows of an import."""

import csv
import io
import os
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from sightline.agencies.models import Team
from sightline.agencies.tests.factories import make_partnership, make_practitioner
from sightline.returns import command
from sightline.returns.models import ImportRun

from .test_import import CASE, looking
from .test_reading import DATA

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def partners(fresh_database: Any) -> None:
    make_partnership()
    make_practitioner("front-door-decision-manager", team=Team.objects.get(front_door=True))


def ran(path: Path, **options: Any) -> tuple[int, str]:
    out = io.StringIO()
    status = command.run(path, console=Console(file=out, width=200), **options)
    return status, out.getvalue()


def test_a_dry_run_comes_first_and_says_how_to_go_on(partners: None) -> None:
    status, said = ran(DATA / "cin-2026.xml", commit=False)
    assert status == 0
    assert "Dry run: nothing was written" in said
    assert "--commit" in said
    assert "DfEX0000001" in said
    assert "AssessmentFactors" in said
    with looking():
        assert not ImportRun.objects.exists()


def test_a_commit_counts_what_was_written(partners: None) -> None:
    status, said = ran(DATA / "cin-2026.xml", commit=True)
    assert status == 0
    assert "Imported" in said
    assert "Children new" in said
    with looking():
        run = ImportRun.objects.get()
        assert run.created == 2
        assert run.operator


def test_whoever_the_system_has_no_name_for_imports_by_their_number(
    partners: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A container that runs as a number without an entry in its passwd.
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 2_000_000_011)
    status, said = ran(DATA / "cin-2026.xml", commit=True)
    assert status == 0, said
    with looking():
        assert ImportRun.objects.get().operator == "2000000011"


def test_every_finding_stands_in_the_report_and_none_is_a_formula(partners: None, tmp_path: Path) -> None:
    path, report = tmp_path / "return.xml", tmp_path / "report.csv"
    many = "".join(f"<Odd>=HYPERLINK({n})</Odd>" for n in range(60))
    path.write_text(CASE.replace("<ReferralNFA>", many + "<ReferralNFA>"))
    status, said = ran(path, commit=False, report_to=report)
    assert status == 0
    assert "more; all are in" in said
    with report.open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    odd = [row for row in rows if row["element"] == "Odd"]
    assert len(odd) == 60
    assert odd[0]["child"] == "A1"
    assert odd[0]["line"] == "12"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_text_of_the_file_plays_no_tricks_on_the_terminal(partners: None, tmp_path: Path) -> None:
    path = tmp_path / "return.xml"
    path.write_text(CASE.replace(">N1<", ">[bold]\u202eN1\u009b31m<"))
    _, said = ran(path, commit=False)
    assert "[bold]·N1·31m" in said


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "The file is empty."), (b"<a/>", "begins with <Message>"), (b"<Message><Children>\n", "Line 2: ")],
)
def test_a_refusal_is_one_sentence_and_a_status(
    partners: None, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "return.xml"
    path.write_bytes(content)
    status, said = ran(path, commit=True)
    assert status == 1
    assert words in said
    assert "Nothing was written." in said
    assert "Traceback" not in said


def test_before_there_is_a_partnership_it_says_what_to_do(fresh_database: Any) -> None:
    status, said = ran(DATA / "cin-2022.xml", commit=True)
    assert status == 1
    assert "set the partnership up first" in said


def test_a_report_that_cannot_be_written(partners: None, tmp_path: Path) -> None:
    status, said = ran(DATA / "cin-2022.xml", commit=False, report_to=tmp_path / "none" / "report.csv")
    assert status == 1
    assert "cannot be written" in said
