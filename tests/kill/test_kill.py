"""kill -9 of the web server, the worker, PostgreSQL and the command itself, while people are at work."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import psutil
import psycopg
import pytest

from sightline.config.tests.conftest import Command, _remove, folder
from sightline.config.tests.test_command import await_status, free_port
from sightline.kernel.time import LONDON

__all__ = ["folder"]

#: What one person does between two kills at least, so that each falls into the middle of work.
DONE_BETWEEN = 3
GIVE_UP = 300.0
#: A picture of one point.
DRAWING = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclass
class Writer(threading.Thread):
    """Somebody who raises concerns about two siblings, one after the other, and saves a draft as they type."""

    base: str
    name_of: str
    confirmed: dict[str, str] = field(default_factory=dict)
    """The family name of each concern that a page confirmed, and the reference that it gave."""
    tried: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    """The concerns that were confirmed, in their order."""
    drafts: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Of each draft not yet sent, its family name and the last count that was confirmed as saved."""
    finished: threading.Event = field(default_factory=threading.Event)
    steps: int = 0
    went_wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        for number in count(1):
            if self.finished.is_set():
                return
            try:
                with httpx.Client(base_url=self.base, timeout=60, follow_redirects=False) as client:
                    self.sign_in(client)
                    while not self.finished.is_set():
                        self.do_one(client, number)
            except (httpx.HTTPError, Interrupted):
                # The server was killed under us: as a person would, we come back and begin again.
                await_status(int(self.base.rsplit(":", 1)[1]), "/health/live", 200, GIVE_UP)
            except Exception as error:  # shown by the test: a thread's own is not
                self.went_wrong.append(repr(error))
                return

    def sign_in(self, client: httpx.Client) -> None:
        page = good(client.get("/sign-in/login/")).text
        person = re.search(r'name="practitioner" value="([^"]+)"[^>]*>\s*<button[^>]*>' + self.name_of, page)
        assert person, f"{self.name_of} is not among the demonstration's people"
        self.post(client, "/sign-in/demonstration/", practitioner=person[1])

    def post(self, client: httpx.Client, path: str, **fields: str) -> httpx.Response:
        token = client.cookies.get("csrftoken") or ""
        answer = good(client.post(path, data={**fields, "csrfmiddlewaretoken": token}))
        said = re.findall(r'<a href="#[^"]*">([^<]*)</a>', answer.text)
        assert path.endswith("/keep/") or answer.status_code == 302, f"{path} was not taken: {said}"
        self.steps += 1
        return answer

    def do_one(self, client: httpx.Client, number: int) -> None:
        self.raise_one(client, f"{self.name_of.split()[0]}{number}x{len(self.tried)}")

    def raise_one(self, client: httpx.Client, family: str) -> None:
        draft = self.post(client, "/concerns/raise/").headers["location"].rsplit("danger/", 1)[0]
        child = {"family": family, "when": "age", "age_years": "7", "sex": "U"}
        self.post(client, f"{draft}danger/", danger="no")
        self.post(client, f"{draft}children/0/", given="Robin", **child)
        self.post(client, f"{draft}children/1/", given="Wren", **child)
        for typed in range(1, 4):
            self.post(client, f"{draft}happened/keep/", what_happened=f"Alone outside, {typed} times.")
            self.drafts[draft.split("/")[-2]] = (family, typed)
        self.post(client, f"{draft}happened/", what_happened="Alone outside at night.", harm_where="outside")
        self.post(client, f"{draft}voice/", why_not_0="He ran off.", why_not_1="She ran off.")
        self.post(client, f"{draft}family/", told="no", told_why_not="Not reached yet.", agreed="not_asked")
        self.post(client, f"{draft}help/")
        code = re.search(r'name="source_code"[^>]*value="([^"]+)"', good(client.get(f"{draft}you/")).text)
        assert code
        self.post(client, f"{draft}you/", source_code=code[1], contact="01632 960123")
        self.tried.append(family)
        sent = self.post(client, f"{draft}check/").headers["location"]
        self.drafts.pop(draft.split("/")[-2])
        page = good(client.get(sent)).text
        reference = re.search(r"C-[A-Z0-9]{4}-[A-Z0-9]{4}", page)
        assert reference, page
        self.confirmed[family] = reference[0]
        self.sent.append(sent.split("/")[-3])


@dataclass
class Decider(Writer):
    """The manager at the front door: takes up what the others sent, decides, signs an entry in the record of one
    of the siblings, adds a document to it and asks for its chronology as a PDF."""

    writers: list[Writer] = field(default_factory=list)
    begun: set[str] = field(default_factory=set)
    decided: list[str] = field(default_factory=list)
    """Concerns whose decision a page confirmed."""
    signed: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)

    def __hash__(self) -> int:
        return id(self)

    def do_one(self, client: httpx.Client, number: int) -> None:
        waiting = [concern for w in self.writers for concern in w.sent if concern not in self.begun]
        if not waiting:
            self.finished.wait(0.05)
            return
        concern = waiting[0]
        # Whether a decision came through that no page confirmed is looked at in the end; it is not tried again.
        self.begun.add(concern)
        at = f"/front-door/{concern}/"
        self.post(client, f"{at}act/", act="take_up")
        page = good(client.get(f"{at}decide/")).text
        fields = {"knows_family": "no"}
        for place in ("c0", "c1"):
            level = re.findall(rf'name="{place}-level_id"[^>]*value="([^"]+)"', page)[1]
            descriptor = re.search(rf'name="{place}-descriptors_{level}"[^>]*value="([^"]+)"', page)
            assert descriptor
            fields |= {
                f"{place}-{name}": value
                for name, value in {
                    "level_id": level,
                    f"descriptors_{level}": descriptor[1],
                    "outcome_id": "early_help",
                    "sooner_early_help": "no",
                    "reasons": "Their mother asked for help herself.",
                    "stands_on": "The mother agreed on the telephone.",
                    "child_told": "Their teacher told them after lunch.",
                    "parents_told": "I told the mother on the telephone.",
                    "has_conflict": "no",
                }.items()
            }
        # All children of these tests share their given names; another may have come since the page was asked for.
        fields |= {"c0-none_of_these": "on", "c1-none_of_these": "on"}
        self.post(client, f"{at}decide/", **fields)
        self.decided.append(concern)
        folder = re.search(r"/child/([0-9a-f-]{36})/", good(client.get(at)).text)
        assert folder
        self.write(client, f"/child/{folder[1]}/", len(self.begun))

    def write(self, client: httpx.Client, child: str, number: int) -> None:
        then = datetime.now(LONDON) - timedelta(minutes=2)
        day = {f"happened_at-{part}": str(getattr(then, part)) for part in ("day", "month", "year")}
        entry = self.post(
            client, f"{child}write/note/", draft=str(uuid4()), version="0", act="sign",
            text="All were at home.", **day, **{"happened_at-time": f"{then:%H:%M}"},
        )  # fmt: skip
        self.signed.append(entry.headers["location"].split("/record/")[1][:36])
        name = f"drawing-{number}.png"
        token = client.cookies.get("csrftoken") or ""
        sent = good(
            client.post(
                f"{child}documents/add/", data={"csrfmiddlewaretoken": token},
                files={"files": (name, DRAWING, "image/png")},
            )
        )  # fmt: skip
        assert sent.status_code == 302, sent.text
        self.added.append(name)
        asked = self.post(client, f"{child}chronology/print/")
        self.printed.append(asked.headers["location"].rstrip("/").split("/")[-1])


class Interrupted(Exception):
    """The server answered that it cannot just now."""


def good(answer: httpx.Response) -> httpx.Response:
    if answer.status_code >= 500:
        raise Interrupted(str(answer.status_code))
    assert answer.status_code in (200, 302), (
        f"{answer.request.url}: {answer.status_code} {re.findall('error-message.*?</p>', answer.text, re.S)}"
    )
    return answer


@pytest.fixture
def place(folder: Path) -> Iterator[Command]:
    command = Command(folder)
    yield command
    _remove(folder)


@pytest.fixture
def served(place: Command, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    port = free_port()
    process = place.start("demo", "--children", "0", "--port", str(port), said=tmp_path / "said.log")
    try:
        await_status(port, "/health/ready", 200, GIVE_UP)
        yield process, port
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def _alive(process: psutil.Process, wanted: Callable[[psutil.Process], bool]) -> psutil.Process:
    """The living child that is wanted; one that was killed is being started again meanwhile."""
    deadline = time.monotonic() + GIVE_UP
    while time.monotonic() < deadline:
        for child in process.children():
            with contextlib.suppress(psutil.Error):
                if child.status() != psutil.STATUS_ZOMBIE and wanted(child):
                    return child
        time.sleep(0.02)
    raise AssertionError("No such process is started again")


def _python(command: psutil.Process, module: str) -> psutil.Process:
    return _alive(command, lambda child: module in child.cmdline())


def _victims(process: subprocess.Popen[str], place: Command) -> list[tuple[str, Callable[[], int]]]:
    command = psutil.Process(process.pid)

    def backend() -> int:
        """One of PostgreSQL's own processes at work for us: all others must be ended with it."""
        server = psutil.Process(place.cluster.pid())
        return _alive(server, lambda child: "sightline_app" in " ".join(child.cmdline())).pid

    def web_process() -> int:
        return _alive(_python(command, "sightline.config.web_server"), lambda _: True).pid

    return [
        ("the web server", lambda: _python(command, "sightline.config.web_server").pid),
        ("a process of the web server", web_process),
        ("the worker in the middle of a PDF", lambda: _printing(place, command)),
        ("PostgreSQL", lambda: place.cluster.pid() or 0),
        ("a process of PostgreSQL", backend),
    ]  # fmt: skip


def _printing(place: Command, command: psutil.Process) -> int:
    """The worker, when it has begun on a PDF."""
    with psycopg.connect(place.cluster.url("sightline_owner"), autocommit=True) as owner:
        deadline = time.monotonic() + GIVE_UP
        while time.monotonic() < deadline:
            if owner.execute(
                "SELECT 1 FROM procrastinate_jobs WHERE task_name = 'chronology.print' AND status = 'doing'"
            ).fetchone():
                return _python(command, "sightline.config.worker").pid
            time.sleep(0.005)
    raise AssertionError("No PDF is begun")


@pytest.mark.obligation("REC-12")
def test_nothing_that_a_page_confirmed_is_lost_and_nothing_stands_half_written(
    place: Command, served: tuple[subprocess.Popen[str], int], tmp_path: Path
) -> None:
    process, port = served
    raising = [Writer(f"http://localhost:{port}", name) for name in ("Sam Reyes", "Ines Farrow")]
    manager = Decider(f"http://localhost:{port}", "Joanna Adeyemi", writers=raising)
    writers = [*raising, manager]
    for writer in writers:
        writer.start()
    try:
        for who, victim in _victims(process, place):
            _until(lambda: all(w.confirmed for w in raising), writers, "each has sent a concern")
            _until(lambda: bool(manager.printed), writers, "one was decided on and written about")
            before = [w.steps for w in writers]
            os.kill(victim(), signal.SIGKILL)
            _until(
                lambda before=before: all(  # type: ignore[misc]
                    w.steps >= b + DONE_BETWEEN for w, b in zip(writers, before, strict=True)
                ),
                writers,
                f"all go on after {who} was killed",
            )
            await_status(port, "/health/ready", 200, GIVE_UP)
        # Last the command that looks after all of them, in the middle of work; then it is begun again.
        process.kill()
        process.wait(10)
    finally:
        for writer in writers:
            writer.finished.set()
    process = place.start("demo", "--children", "0", "--port", str(port), said=tmp_path / "said.log")
    try:
        await_status(port, "/health/ready", 200, GIVE_UP)
        for writer in writers:
            writer.join(60)
            assert not writer.is_alive()
            assert not writer.went_wrong, writer.went_wrong
        _everything_is_there(place, raising)
        _what_was_decided_is_there(place, manager)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
    verified = place("audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def _until(true: Callable[[], bool], writers: list[Writer], what: str) -> None:
    deadline = time.monotonic() + GIVE_UP
    while not true():
        assert not any(w.went_wrong for w in writers), [w.went_wrong for w in writers]
        assert time.monotonic() < deadline, f"not within {GIVE_UP:.0f} s: {what}"
        time.sleep(0.02)


def _what_was_decided_is_there(place: Command, manager: Decider) -> None:
    assert not manager.went_wrong
    assert len(manager.printed) >= 2, "the manager worked between the kills"
    with psycopg.connect(place.cluster.url("sightline_owner"), autocommit=True) as owner:

        def counted(query: str, *values: object) -> dict[str, int]:
            return dict(owner.execute(query, values).fetchall())

        made = counted(
            "SELECT concern_id::text, count(*) FROM concerns_screening WHERE concern_id = ANY(%s::uuid[]) GROUP BY 1",
            list(manager.begun),
        )
        assert set(manager.decided) <= set(made) <= manager.begun
        assert set(made.values()) <= {2}, "both siblings or neither"
        opened = counted(
            "SELECT s.concern_id::text, count(DISTINCT s.id) FROM concerns_screening s "
            "JOIN procedures_duty d ON d.subject_id = s.decision_id WHERE s.concern_id = ANY(%s::uuid[]) GROUP BY 1",
            list(made),
        )
        assert opened == made, "each decision with its duties"
        entries = counted(
            "SELECT id::text, number FROM records_entry WHERE id = ANY(%s::uuid[])", manager.signed
        )
        assert set(entries) == set(manager.signed)
        gaps = owner.execute(
            "SELECT folder_id FROM records_entry JOIN records_entrycounter c USING (folder_id) "
            "GROUP BY folder_id HAVING count(*) <> max(number) OR max(number) <> max(c.last)"
        ).fetchall()
        assert not gaps
        files: dict[str, str] = dict(
            owner.execute(
                "SELECT d.name, f.stored::text FROM documents_document d "
                "JOIN documents_storedfile f ON f.id = d.file_id WHERE d.name = ANY(%s)",
                [manager.added],
            ).fetchall()
        )
        assert set(files) == set(manager.added)
        there = {path.name for path in (place.data / "documents").rglob("*") if path.is_file()}
        assert {UUID(file).hex for file in files.values()} <= there
        # What a dead worker left is taken up again within the minute after it was silent for half of one.
        deadline = time.monotonic() + GIVE_UP
        while True:
            states = counted(
                "SELECT id::text, state FROM chronology_print WHERE id = ANY(%s::uuid[])", manager.printed
            )
            assert set(states) == set(manager.printed)
            if set(states.values()) == {"done"}:
                break
            assert time.monotonic() < deadline, states
            time.sleep(0.2)


def _everything_is_there(place: Command, writers: list[Writer]) -> None:
    confirmed = {family: ref for w in writers for family, ref in w.confirmed.items()}
    tried = {family for w in writers for family in w.tried}
    with psycopg.connect(place.cluster.url("sightline_owner"), autocommit=True) as owner:
        found: dict[str, list[tuple[str, int, int, int]]] = {}
        for family, *row in owner.execute(
            """
            SELECT split_part(max(n.name), ' ', 2), c.reference, count(DISTINCT p.id), count(DISTINCT d.id),
                   (SELECT count(*) FROM audit_event a WHERE a.what = 'concerns.raise' AND a.subject_id = c.id::text)
            FROM concerns_concern c
            LEFT JOIN concerns_concernpart p ON p.concern_id = c.id
            LEFT JOIN concerns_partname n ON n.concern_id = c.id AND n.folder_id = p.folder_id
            LEFT JOIN procedures_duty d ON d.subject_id = p.id OR d.subject_id = c.id
            GROUP BY c.id, c.reference
            """
        ):
            found.setdefault(family, []).append(tuple(row))
        for family, reference in confirmed.items():
            assert [row[0] for row in found.get(family, [])] == [reference], family
        ours = {family: rows for family, rows in found.items() if family in tried}
        # What no page confirmed may have come through or not; then whole, and once.
        for family, rows in ours.items():
            assert len(rows) == 1, (family, rows)
            _reference, parts, duties, audited = rows[0]
            assert parts == 2, (family, rows)
            assert duties >= 2, (family, rows)
            assert audited == parts, (family, rows)
        assert set(confirmed) <= set(ours) <= tried
        kept: dict[str, Any] = dict(owner.execute("SELECT id::text, content FROM concerns_draft").fetchall())
        for writer in writers:
            for draft, (family, typed) in writer.drafts.items():
                if draft not in kept:
                    assert family in ours, f"the draft of {family} is gone, and there is no concern"
                    continue
                words = kept[draft]["happened"]["what_happened"][0]
                times = re.search(r"(\d) times", words)
                assert not times or int(times[1]) >= typed, (draft, typed, words)
