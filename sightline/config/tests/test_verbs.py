"""Verbs of the `sightline` command as they are typed, each at its work."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import time
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from sightline.config.cluster import running

from .conftest import Command
from .test_backup import backup
from .test_command import REAL, await_status, belonging_to, free_port, get, one_sentence

__all__ = ["backup"]

CENSUS = Path(__file__).parents[2] / "returns/tests/data/cin-2022.xml"


def ended(process: subprocess.Popen[str]) -> str:
    """What it printed, once Ctrl-C has ended it in order."""
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=90)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert said.rstrip().endswith("Stopped.")
    return said


def children_of(command: Command) -> int:
    with psycopg.connect(command.cluster.url("sightline_backup")) as connection:
        return connection.execute("SELECT count(*) FROM children_person WHERE kind = 'child'").fetchone()[0]


def test_a_place_is_served_and_a_worker_joins_and_leaves_it(demonstration: Command) -> None:
    port = free_port()
    serving = demonstration.start("serve", "--no-worker", "--port", str(port))
    try:
        await_status(port, "/health/live", 200)
        status, said = get(port, "/health/ready")
        assert status == 503
        assert json.loads(said) == {"database": True, "migrations": True, "worker": False}

        second = demonstration("serve", "--port", str(free_port()))
        assert second.returncode == 1
        assert one_sentence(second.stderr)
        assert f"`sightline serve` (process {serving.pid})" in second.stderr

        working = demonstration.start("worker")
        try:
            await_status(port, "/health/ready", 200)
        finally:
            assert "The worker is at work" in ended(working)
        assert demonstration.cluster.is_running(), "the worker stops only what it started"
        assert get(port, "/health/live")[0] == 200

        # Nobody looks after the database for a while, and it ends: not ready, yet alive.
        serving.send_signal(signal.SIGSTOP)
        try:
            demonstration.cluster.stop("immediate")
            status, said = get(port, "/health/ready", patience=60)
            assert status == 503
            assert json.loads(said) == {"database": False, "migrations": False, "worker": False}
            assert get(port, "/health/live") == (200, '{"alive": true}')
        finally:
            serving.send_signal(signal.SIGCONT)
        deadline = time.monotonic() + 60
        while not json.loads(get(port, "/health/ready", patience=60)[1])["migrations"]:
            assert time.monotonic() < deadline, "the database is not started again"
    finally:
        said = ended(serving)
    assert f"Serving on http://localhost:{port}" in said
    assert not belonging_to(demonstration.data)


def test_what_needs_a_place_makes_none_of_a_mistyped_folder(folder: Path) -> None:
    command = Command(folder / "typo")
    for verb in (
        ("serve",), ("worker",), ("audit", "verify"), ("import", "census", str(CENSUS)),
        ("backup", str(folder / "x.tar")),
    ):  # fmt: skip
        done = command(*verb)
        assert done.returncode == 1, verb
        assert one_sentence(done.stderr), done.stderr
        assert "Nothing is set up in" in done.stderr
    assert not (folder / "typo").exists()


def test_a_partnership_that_cannot_begin_leaves_nothing_behind(folder: Path) -> None:
    command = Command(folder / "new")
    right = dict(zip(REAL[1::2], REAL[2::2], strict=True))
    for wrong in (("--pack", "nowhere"), ("--letters", "lower"), ("--authority", "98"), ("--email", "rosa"),
                  ("--administrator", " ")):  # fmt: skip
        done = command("set-up", *(word for pair in (right | dict([wrong])).items() for word in pair))
        assert done.returncode == 1, wrong
        assert one_sentence(done.stderr), done.stderr
        assert not (folder / "new").exists()


def test_a_demonstration_by_no_pack_of_ours_leaves_nothing_behind(folder: Path) -> None:
    done = Command(folder / "new")("demo", "--no-serve", "--pack", "nowhere")
    assert done.returncode == 1
    assert one_sentence(done.stderr), done.stderr
    assert not (folder / "new").exists()


@pytest.mark.parametrize("text", ["{bad", "[1]"])
def test_a_damaged_place_is_one_sentence_of_every_verb(command: Command, text: str) -> None:
    (command.data / "place.json").write_text(text)
    for verb in (("demo", "--no-serve"), ("serve", "--no-worker", "--port", str(free_port()))):
        done = command(*verb)
        assert done.returncode == 1, verb
        assert one_sentence(done.stderr), done.stderr
        assert "place.json" in done.stderr


def test_an_owner_who_is_not_let_in_is_one_sentence(demonstration: Command) -> None:
    cluster = demonstration.cluster
    with running(demonstration.data):
        url = cluster.url("sightline_app")
        for owner, said in (
            (make_conninfo(cluster.url("sightline_owner"), password="wrong"), "does not answer"),
            ("not a url", "SIGHTLINE_OWNER_URL is not a connection string"),
        ):
            done = demonstration("manage", "migrate", DATABASE_URL=url, SIGHTLINE_OWNER_URL=owner)
            assert done.returncode == 1
            assert one_sentence(done.stderr), done.stderr
            assert said in done.stderr


def test_a_folder_without_a_name_and_a_setting_that_is_no_number_are_refused(command: Command) -> None:
    nameless = command("demo", "--no-serve", "--data", "")
    assert nameless.returncode == 2
    assert "the folder has no name" in nameless.stderr
    wrong = command("doctor", SIGHTLINE_THREADS="many")
    assert wrong.returncode == 1
    assert one_sentence(wrong.stderr)
    assert "SIGHTLINE_THREADS" in wrong.stderr
    assert os.listdir(command.data) == []


@pytest.mark.parametrize("children", ["-1", "some"])
def test_so_many_children_cannot_be_invented(command: Command, children: str) -> None:
    done = command("demo", "--no-serve", "--children", children)
    assert done.returncode == 2
    assert "--children" in done.stderr
    assert "Traceback" not in done.stderr
    assert os.listdir(command.data) == []


def test_a_pack_is_shown_as_it_holds_on_a_day(command: Command) -> None:
    shown = command("packs", "show", "rotherham", "--on", "2026-04-01")
    assert shown.returncode == 0
    assert "As it holds on 1 April 2026" in shown.stdout
    for day in ("2026-02-31", "soon"):
        done = command("packs", "show", "rotherham", "--on", day)
        assert done.returncode == 1
        assert one_sentence(done.stderr)
        assert f"{day} is not a day" in done.stderr


def test_a_fault_within_a_pack_is_told_by_file_and_line(command: Command, folder: Path) -> None:
    import shutil

    packs = folder / "packs"
    shutil.copytree(Path(__file__).parents[3] / "packs", packs)
    faulty = next(path for path in sorted((packs / "rotherham").glob("*.toml")) if "[[" in path.read_text())
    lines = faulty.read_text().splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("[["))
    lines.insert(at + 1, 'nobody_knows_this = "x"')
    faulty.write_text("\n".join(lines) + "\n")
    done = command("packs", "check", str(packs))
    assert done.returncode == 1
    assert f"rotherham/{faulty.name}:{at + 2}" in done.stdout, done.stdout
    *_, last = done.stdout.splitlines()
    assert last == "rotherham: its worked examples were not run, because of the faults above"
    assert "Traceback" not in done.stdout + done.stderr


def test_a_census_is_looked_at_then_imported_and_the_second_time_changes_nothing(
    demonstration: Command, folder: Path
) -> None:
    # The folder is named by --data, which goes before SIGHTLINE_DATA.
    elsewhere = {"SIGHTLINE_DATA": str(folder / "elsewhere")}
    verb = ("import", "census", str(CENSUS), "--data", str(demonstration.data))

    def counted(said: str) -> dict[str, int]:
        return {
            name.strip(): int(number)
            for name, number in re.findall(r"│ ([A-Z][a-z ,]+?)\s*│\s+(\d+) │", said)
        }

    dry = demonstration(*verb, **elsewhere)
    assert dry.returncode == 0, dry.stderr
    assert "Dry run: nothing was written" in dry.stdout
    assert "Run it again with --commit to write." in dry.stdout
    # Into a pipe goes what was found, and no picture of a bar.
    assert "Reading the whole file" not in dry.stdout
    assert "\x1b" not in dry.stdout

    first = demonstration(*verb, "--commit", **elsewhere)
    assert first.returncode == 0, first.stderr
    assert counted(first.stdout)["Children new"] == counted(dry.stdout)["Children new"] == 1
    assert json.loads(demonstration("audit", "verify", "--json").stdout)["unsealed"] == 0

    again = demonstration(*verb, "--commit", **elsewhere)
    assert again.returncode == 0, again.stderr
    found = counted(again.stdout)
    assert (found["Children new"], found["Children known, with something new"]) == (0, 0)
    assert (found["Children known, nothing new"], found["Duties opened"]) == (1, 0)

    gone = demonstration("import", "census", str(folder / "nowhere.xml"))
    assert gone.returncode == 1
    assert "The file cannot be read: No such file or directory." in gone.stdout
    assert not (folder / "elsewhere").exists()


def test_an_import_shows_its_progress_on_a_terminal(demonstration: Command) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*demonstration.program, "import", "census", str(CENSUS)],
        env=demonstration.environment(TERM="xterm", COLUMNS="120"),
        stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    said = b""
    try:
        while more := os.read(ours, 65536):
            said += more
    except OSError:
        pass  # The terminal is gone when whoever wrote to it has ended.
    os.close(ours)
    assert process.wait(60) == 0
    assert "━" in said.decode(errors="replace")
    assert b"Reading" in said


def test_the_trail_is_compared_with_a_copy_of_the_anchor(demonstration: Command, folder: Path) -> None:
    copy = folder / "copy.txt"
    copy.write_text((demonstration.data / "anchors/audit-anchor.txt").read_text())
    good = demonstration("audit", "verify", "--anchor", str(copy))
    assert good.returncode == 0, good.stdout
    assert f"seals of the anchor {copy}" in good.stdout

    last = copy.read_text().splitlines()[-1]
    digit = re.search(r"[0-9a-f]{32,}", last)
    assert digit
    turned = "0" if last[digit.start()] != "0" else "1"
    copy.write_text(
        copy.read_text()[: -len(last) - 1] + last[: digit.start()] + turned + last[digit.start() + 1 :] + "\n"
    )
    tampered = demonstration("audit", "verify", "--anchor", str(copy), "--json")
    assert tampered.returncode == 1
    assert json.loads(tampered.stdout)["ok"] is False

    copy.write_text("")
    empty = demonstration("audit", "verify", "--anchor", str(copy))
    assert empty.returncode == 1
    assert "the anchor names no seal" in empty.stdout


def test_an_anchor_that_was_taken_away_fails_until_another_is_begun(demonstration: Command) -> None:
    anchor = demonstration.data / "anchors/audit-anchor.txt"
    anchor.unlink()
    gone = demonstration("audit", "verify")
    assert gone.returncode == 1
    assert f"anchor missing: {anchor} is not there" in gone.stdout

    nameless = demonstration("audit", "new-anchor", " ")
    assert nameless.returncode == 1
    assert one_sentence(nameless.stderr)
    begun = demonstration("audit", "new-anchor", "Tried what happens without it")
    assert begun.returncode == 0, begun.stderr
    whole = demonstration("audit", "verify")
    assert whole.returncode == 0, whole.stdout
    assert "Tried what happens without it" in whole.stdout


def test_keys_kept_apart_are_named_at_the_restore_and_a_demonstration_begins_afresh(
    backup: Path, folder: Path
) -> None:
    apart = folder / "safe" / "keys-of-the-night"
    apart.parent.mkdir()
    beside = backup.with_name("night.tar.keys")
    there = Command(folder / "there")

    beside.rename(apart)
    missing = there("restore", str(backup))
    assert missing.returncode == 1
    assert one_sentence(missing.stderr)
    assert "name it with --keys" in missing.stderr
    assert not there.data.exists()

    done = there("restore", str(backup), "--keys", str(apart))
    assert done.returncode == 0, done.stderr
    assert "The audit trail is whole." in done.stdout

    key = (there.data / "keys/audit_key").read_text()
    fresh = there("demo", "--no-serve", "--fresh", "--children", "0")
    assert fresh.returncode == 0, fresh.stderr
    assert (there.data / "keys/audit_key").read_text() != key
    with running(there.data):
        assert children_of(there) == 0
    assert there("audit", "verify").returncode == 0


def test_children_are_loaded_beside_a_running_demonstration_and_go_on_where_they_were_stopped(
    demonstration: Command,
) -> None:
    wanted = 430
    port = free_port()
    bystander = subprocess.Popen(["sleep", "600"], start_new_session=True)
    process = demonstration.start("demo", "--children", str(wanted), "--port", str(port))
    try:
        await_status(port, "/health/ready", 200)
        deadline = time.monotonic() + 90
        there = 0
        # Pages answer while the children come, batch by batch.
        while there < 150:
            assert time.monotonic() < deadline, "no batch was loaded"
            assert _loading(process)
            assert get(port, "/sign-in/login/")[0] == 200
            there = children_of(demonstration)
        assert there < wanted
    finally:
        said = ended(process)
        still_there = bystander.poll() is None
        bystander.kill()
        bystander.wait()
    assert still_there, "Ctrl-C stops what it started and nothing else"
    assert not belonging_to(demonstration.data)
    assert re.search(rf"\d+ of {wanted} children", said)
    with running(demonstration.data):
        stopped_at = children_of(demonstration)
    assert there <= stopped_at < wanted

    done = demonstration("demo", "--no-serve", "--children", str(wanted))
    assert done.returncode == 0, done.stderr
    first = re.search(rf"([\d,]+) of {wanted} children", done.stdout)
    assert first
    assert int(first[1].replace(",", "")) == stopped_at
    with running(demonstration.data):
        assert children_of(demonstration) == wanted
    assert demonstration("audit", "verify").returncode == 0


def _loading(process: subprocess.Popen[str]) -> bool:
    return any(
        "sightline.config.loading" in child.cmdline() for child in psutil.Process(process.pid).children()
    )
