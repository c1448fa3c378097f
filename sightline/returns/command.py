"""What `sightline import census` does at the command line: progress while it works, then what it found."""

from __future__ import annotations

import csv
import getpass
import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from sightline.kernel.verdicts import Refused

from .actions import Report, import_census
from .shapes import Finding
from .terms import Fate, Grade

SHOWN = 50
"""Findings printed one by one; all of them go into the report file and, after a commit, into the database."""

_COLUMNS = ("child", "line", "element", "what became of it", "why", "what it said")


def run(path: Path, *, commit: bool, report_to: Path | None = None, console: Console | None = None) -> int:
    """Import a census return, or say what would be imported; returns the exit code.

    0: read, and with `commit` written. 1: the file could not be imported, and nothing was written. 2: it was
    stopped half way; each child that was written is whole, and the same file again goes on from there.
    `report_to` gets every finding as CSV.
    """
    console = console or Console()
    shown: list[Finding] = []
    with ExitStack() as stack:
        try:
            write_row = _csv(stack, report_to)
        except OSError as error:
            console.print(Text(f"The report cannot be written to {report_to}: {error.strerror or error}."))
            return 1

        def tell(finding: Finding) -> None:
            if len(shown) < SHOWN:
                shown.append(finding)
            write_row(_row(finding))

        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TimeRemainingColumn(),
            console=console,
            # A pipe or a file gets what was found, and no picture of a bar.
            disable=not console.is_terminal,
        )
        with bar:
            try:
                report = import_census(
                    path, commit=commit, progress=_Bar(bar), tell=tell, operator=_operator()
                )
            except Refused as refusal:
                bar.stop()
                console.print(Text(refusal.verdict.reason))
                return 1
    _print(console, report, shown, report_to)
    if report.refusal is None:
        return 0
    return 2 if report.run_id is not None else 1


def _operator() -> str:
    """Who imports: the name that the system has for them; their number where, as in a container, it has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


class _Bar:
    """The import's progress as a bar: one task for each reading of the file."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task: Any = None

    def begin(self, what: str, total: int) -> None:
        self._task = self._bar.add_task(what, total=total)

    def reached(self, done: int) -> None:
        self._bar.update(self._task, completed=done)


def _csv(stack: ExitStack, report_to: Path | None) -> Any:
    if report_to is None:
        return lambda row: None
    writer = csv.writer(stack.enter_context(report_to.open("w", encoding="utf-8-sig", newline="")))
    writer.writerow(_COLUMNS)
    return writer.writerow


def _row(finding: Finding) -> list[str]:
    cells = [
        finding.child or "",
        str(finding.line),
        finding.element,
        finding.grade,
        finding.message,
        finding.value,
    ]
    return [_harmless(cell) for cell in cells]


def _harmless(cell: str) -> str:
    """Text that a spreadsheet takes for text: the file is somebody else's, and might hold a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _visible(text: str, longest: int = 60) -> Text:
    """A value of the file as one line, with nothing in it that could play tricks on a terminal."""
    shown = "".join(letter if letter.isprintable() else "·" for letter in " ".join(text.split()))
    return Text(shown if len(shown) <= longest else shown[: longest - 1] + "…")


def _print(console: Console, report: Report, shown: list[Finding], report_to: Path | None) -> None:
    header = report.header
    if header is not None:
        whose = f"{header.collection or 'a return'} of authority {header.la_code or 'not given'}"
        console.print(
            Text(f"{report.path.name}: {whose}, as of {header.reference_date or 'a day not given'}")
        )
    if shown:
        table = Table("child", "line", "element", "what became of it", "why", "what it said")
        for finding in shown:
            table.add_row(
                _visible(finding.child or ""),
                str(finding.line),
                _visible(finding.element),
                finding.grade,
                _visible(finding.message, 120),
                _visible(finding.value),
            )
        console.print(table)
        more = report.findings.total() - len(shown)
        if more > 0:
            where = f"all are in {report_to}" if report_to else "give --report FILE for all of them"
            console.print(Text(f"and {more:,} more; {where}."))
    if report.refusal is not None:
        where = f"Line {report.refusal.line}: " if report.refusal.line else ""
        console.print(Text(where + report.refusal.message, style="bold"))
        if report.run_id is None:
            console.print(Text("Nothing was written."))
            return
    counts = report.children
    summary = Table(
        title="Imported" if report.committed else "Dry run: nothing was written", show_header=False
    )
    summary.add_column()
    summary.add_column(justify="right")
    for words, count in (
        ("Children new", counts[Fate.CREATED]),
        ("Children known, with something new", counts[Fate.CHANGED]),
        ("Children known, nothing new", counts[Fate.UNCHANGED]),
        ("Children left out", counts[Fate.LEFT_OUT]),
        ("Referrals told of", report.referrals),
        ("Duties opened" if report.committed else "Duties still open", report.duties),
        (f"Elements {Grade.NOT_TAKEN}", report.not_taken),
        (f"Elements {Grade.DOUBTFUL}", report.doubtful),
    ):
        summary.add_row(words, f"{count:,}")
    console.print(summary)
    if not report.committed:
        console.print(Text("Run it again with --commit to write."))
