"""The `sightline` command as it is typed: what it prints, how it ends, and what it leaves running."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import psycopg
import pytest

from sightline.config.cluster import running

from .conftest import Command


def one_sentence(text: str) -> bool:
    return "Traceback" not in text and text.startswith("sightline: ") and len(text.strip().splitlines()) == 1


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(port: int, path: str, patience: float = 10) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://localhost:{port}{path}", timeout=patience) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def await_status(port: int, path: str, status: int, seconds: float = 60) -> str:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            found, body = get(port, path)
        except OSError:
            found, body = 0, ""
        if found == status:
            return body
        time.sleep(0.1)
    raise AssertionError(f"{path} did not answer {status} within {seconds} s")


def belonging_to(data: Path) -> list[psutil.Process]:
    """Every living process that was told of this data folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() == psutil.STATUS_ZOMBIE or process.pid == os.getpid():
                continue
            told = [*process.cmdline(), process.cwd(), process.environ().get("SIGHTLINE_DATA", "")]
            if any(str(data) in word for word in told):
                found.append(process)
        except psutil.Error:
            continue
    return found


# -- what it refuses ------------------------------------------------------------------------------------


def test_a_data_folder_that_cannot_be_written_to_is_one_sentence(folder):
    blocked = folder / "a-file"
    blocked.write_text("not a folder")
    done = Command(blocked / "inside")("demo", "--no-serve")
    assert done.returncode == 1
    assert one_sentence(done.stderr)
    assert "cannot be written to" in done.stderr


def test_a_busy_port_is_one_sentence_and_starts_nothing(command):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = command("demo", "--port", str(port))
    assert done.returncode == 1
    assert one_sentence(done.stderr)
    assert f"Port {port} is in use" in done.stderr
    assert not belonging_to(command.data)


def test_a_pack_that_is_not_there_is_one_sentence_that_names_those_that_are(command):
    done = command("demo", "--no-serve", "--pack", "nowhere")
    assert done.returncode == 1
    assert one_sentence(done.stderr)
    assert "rotherham" in done.stderr


def test_a_database_that_does_not_answer_is_one_sentence(command):
    done = command("manage", "check", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert done.returncode == 1
    assert one_sentence(done.stderr)
    assert "does not answer" in done.stderr


def test_fresh_empties_no_folder_that_is_not_a_demonstration(command):
    keys = command.data / "keys"
    keys.mkdir()
    (keys / "audit_key").write_text("precious")
    done = command("demo", "--no-serve", "--fresh")
    assert done.returncode == 1
    assert one_sentence(done.stderr)
    assert (keys / "audit_key").read_text() == "precious"


def test_packs_are_checked_and_shown(command):
    assert command("packs", "check").returncode == 0
    assert "Rotherham" in command("packs", "show", "rotherham").stdout
    unknown = command("packs", "show", "nowhere")
    assert unknown.returncode == 1
    assert one_sentence(unknown.stderr)


def test_faults_of_a_pack_come_with_file_and_line_and_no_stack_trace(command, folder):
    (folder / "broken").mkdir()
    (folder / "broken" / "pack.toml").write_text("this is = not [ toml\n")
    done = command("packs", "check", str(folder))
    assert done.returncode == 1
    assert "pack.toml:1" in done.stdout
    assert "Traceback" not in done.stderr + done.stdout


# -- a prepared place -----------------------------------------------------------------------------------


def test_preparing_without_serving_leaves_nothing_running(demonstration):
    assert not belonging_to(demonstration.data)
    assert not demonstration.cluster.is_running()
    for name in ("secret_key", "audit_key", "database.json"):
        assert (demonstration.data / "keys" / name).stat().st_mode & 0o077 == 0


def test_preparing_again_changes_nothing(demonstration):
    before = (demonstration.data / "keys" / "audit_key").read_text()
    assert demonstration("demo", "--no-serve", "--children", "3").returncode == 0
    assert (demonstration.data / "keys" / "audit_key").read_text() == before


def _pack_in_force(command) -> str:
    with psycopg.connect(command.cluster.url("sightline_app")) as connection:
        return connection.execute("SELECT pack FROM agencies_partnership").fetchone()[0]


def test_a_kept_demonstration_goes_on_by_another_pack(demonstration):
    assert demonstration("demo", "--no-serve", "--children", "3", "--pack", "milton-keynes").returncode == 0
    with running(demonstration.data):
        assert _pack_in_force(demonstration) == "milton-keynes"
    # Asked for nothing, it keeps the last; then back, as the other tests have it.
    assert demonstration("demo", "--no-serve", "--children", "3").returncode == 0
    with running(demonstration.data):
        assert _pack_in_force(demonstration) == "milton-keynes"
    assert demonstration("demo", "--no-serve", "--children", "3", "--pack", "rotherham").returncode == 0


REAL = (
    "set-up", "--partnership", "Eastmarch Partnership", "--authority", "998", "--agency", "Eastmarch Council",
    "--administrator", "Rosa Lind", "--email", "rosa@example.org",
)  # fmt: skip


def test_a_real_partnership_begins_with_its_first_administrator_and_once(command):
    done = command(*REAL, "--pack", "nottinghamshire", "--letters", "EM")
    assert done.returncode == 0, done.stderr
    assert "Rosa Lind can appoint everybody else" in done.stdout
    with running(command.data):
        assert _pack_in_force(command) == "nottinghamshire"
        with psycopg.connect(command.cluster.url("sightline_owner")) as connection:
            assert connection.execute(
                "SELECT t.name, t.front_door, a.name FROM agencies_team t JOIN agencies_agency a ON a.id = agency_id"
            ).fetchall() == [("Front door", True, "Eastmarch Council")]
            assert connection.execute(
                "SELECT count(*) FROM audit_event WHERE what = 'agencies.appoint' AND job = 'setup'"
            ).fetchone() == (1,)
    # No worker has run, and none need have: what was told is sealed, and does not look like tampering tomorrow.
    assert json.loads(command("audit", "verify", "--json").stdout)["unsealed"] == 0
    again = command(*REAL)
    assert again.returncode == 1
    assert one_sentence(again.stderr)
    assert "set up already" in again.stderr
    # Nobody answers at its front door yet, so a concern could not be sent: that is put right first.
    by_about = {f["about"]: f for f in json.loads(command("doctor", "--json").stdout)["findings"]}
    assert by_about["front door"]["level"] == "bad"


def test_a_demonstration_is_no_real_partnership(demonstration):
    done = demonstration(*REAL)
    assert done.returncode == 1
    assert one_sentence(done.stderr)
    assert "holds a demonstration" in done.stderr


def test_doctor_is_content_with_a_demonstration_and_speaks_json(demonstration):
    done = demonstration("doctor", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["healthy"] is True
    by_about = {finding["about"]: finding for finding in report["findings"]}
    assert by_about["database"]["says"].startswith("PostgreSQL ")
    assert by_about["migrations"]["level"] == "good"
    assert by_about["access rules"]["level"] == "good"
    assert by_about["front door"]["level"] == "good"
    assert not demonstration.cluster.is_running()


def test_doctor_fails_where_nothing_is_set_up(command):
    done = command("doctor", SIGHTLINE_DEBUG="1")
    assert done.returncode == 1
    assert "nothing is set up here" in done.stdout
    # What needs no database is looked at all the same.
    assert "SIGHTLINE_DEBUG is on" in done.stdout
    assert "offline summaries" in done.stdout


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://somebody@127.0.0.1:1/nothing", "does not answer"),
        ("no connection string", "is not a connection string"),
    ],
)
def test_doctor_looks_at_everything_else_where_the_database_does_not_answer(command, url, says):
    done = command("doctor", "--json", DATABASE_URL=url, SIGHTLINE_DEBUG="1", SIGHTLINE_REQUIRE_MFA="0")
    assert done.returncode == 1, done.stderr
    found = {(f["about"], f["level"]): f["says"] for f in json.loads(done.stdout)["findings"]}
    assert says in found["database", "bad"]
    assert "SIGHTLINE_DEBUG is on" in found["settings", "bad"]
    assert "SIGHTLINE_REQUIRE_MFA is off" in found["signing in", "bad"]
    assert {"documents", "malware scanner", "e-mail", "offline summaries"} <= {about for about, _ in found}


def test_the_audit_trail_of_a_prepared_place_is_sealed_and_whole(demonstration):
    done = demonstration("audit", "verify", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["unsealed"] == 0


def test_djangos_commands_run_as_the_program_and_migrations_as_the_owner(demonstration):
    assert demonstration("manage", "migrate", "--check").returncode == 0
    who = (
        "from django.db import connection as c; k = c.cursor(); "
        "k.execute('SELECT current_user'); print(k.fetchone())"
    )
    assert "sightline_app" in demonstration("manage", "shell", "--command", who).stdout


def test_the_program_and_the_owner_must_not_be_the_same_role(demonstration):
    cluster = demonstration.cluster
    cluster.start()
    try:
        url = cluster.url("sightline_owner")
        done = demonstration("doctor", "--json", DATABASE_URL=url, SIGHTLINE_OWNER_URL=url)
    finally:
        cluster.stop()
    assert done.returncode == 1
    says = [f["says"] for f in json.loads(done.stdout)["findings"] if f["level"] == "bad"]
    assert any("the same role" in each for each in says)
    assert any("owns tables" in each for each in says)


def test_demonstration_sign_ins_in_a_real_partnership_are_a_fault(demonstration):
    kept = demonstration.data / "place.json"
    before = kept.read_text()
    try:
        kept.write_text(json.dumps({**json.loads(before), "demo": False}))
        done = demonstration("doctor", "--json")
    finally:
        kept.write_text(before)
    assert done.returncode == 1
    assert any(
        f["level"] == "bad" and f["about"] == "demonstration" for f in json.loads(done.stdout)["findings"]
    )


# -- a running place ------------------------------------------------------------------------------------


@pytest.fixture
def served(demonstration):
    """A demonstration that answers, and the port it answers on."""
    port = free_port()
    process = demonstration.start("demo", "--children", "3", "--port", str(port))
    try:
        await_status(port, "/health/live", 200)
        yield demonstration, process, port
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(60)
        if demonstration.cluster.is_running():
            demonstration.cluster.stop("immediate")


def test_a_running_demonstration_from_first_answer_to_ctrl_c(served):
    demonstration, process, port = served
    assert json.loads(await_status(port, "/health/ready", 200)) == {
        "database": True,
        "migrations": True,
        "worker": True,
    }
    assert get(port, "/health/live") == (200, '{"alive": true}')

    # Another may not use the folder, and says whose it is; a look at it may, and leaves it running.
    second = demonstration("demo", "--port", str(free_port()))
    assert second.returncode == 1
    assert one_sentence(second.stderr)
    assert str(process.pid) in second.stderr
    assert demonstration("doctor").returncode == 0
    assert demonstration.cluster.is_running()

    # The web server and the worker do not know the owner's connection.
    children = [p for p in psutil.Process(process.pid).children(recursive=True) if "python" in p.name()]
    assert len(children) >= 2
    for child in children:
        assert "SIGHTLINE_OWNER_URL" not in child.environ()
        assert "sightline_app" in child.environ()["DATABASE_URL"]

    bystander = psutil.Process()
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert not belonging_to(demonstration.data)
    assert bystander.is_running()
    output = process.stdout.read()
    assert f"http://localhost:{port}" in output
    assert "Traceback" not in output


def test_what_dies_is_started_again(served):
    demonstration, process, port = served
    await_status(port, "/health/ready", 200)
    for module in ("sightline.config.web_server", "sightline.config.worker"):
        child = next(p for p in psutil.Process(process.pid).children() if module in p.cmdline())
        child.kill()
        child.wait(10)
        time.sleep(1)
        await_status(port, "/health/ready", 200)
    os.kill(demonstration.cluster.pid(), signal.SIGKILL)
    time.sleep(1)
    await_status(port, "/health/ready", 200)


def test_when_the_demonstration_itself_is_killed_its_children_end_and_the_next_looks_after_the_database(
    served,
):
    demonstration, process, _port = served
    process.kill()
    process.wait(10)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and any("python" in p.name() for p in belonging_to(demonstration.data)):
        time.sleep(0.2)
    assert not [p for p in belonging_to(demonstration.data) if "python" in p.name()]
    assert demonstration.cluster.is_running()
    assert demonstration("demo", "--no-serve", "--children", "3").returncode == 0
    assert not demonstration.cluster.is_running()
