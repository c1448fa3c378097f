"""A PostgreSQL that somebody started by hand in the data folder is used, and left running."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sightline.config.cluster import Cluster

from .conftest import Command
from .test_command import belonging_to, one_sentence


@pytest.fixture
def own_sockets() -> Iterator[Path]:
    """A folder for the server's socket that is not the one we would choose."""
    path = Path(tempfile.mkdtemp(prefix="sightline-by-hand-"))
    path.chmod(0o777)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def by_hand(demonstration: Command, own_sockets: Path) -> Iterator[Command]:
    """The demonstration's own PostgreSQL, started with `pg_ctl` and settings of somebody's own."""
    pgdata = demonstration.cluster.pgdata
    options = f"-c listen_addresses='' -c unix_socket_directories='{own_sockets}' -c port=5499"
    demonstration.cluster._run(
        "pg_ctl", "-D", f"{pgdata}/", "-w", "-l", str(pgdata / "hand.log"), "-o", options, "start"
    )
    yield demonstration
    demonstration.cluster.stop("immediate")


def test_every_verb_uses_it_and_leaves_it(by_hand: Command, folder: Path) -> None:
    pid = by_hand.cluster.pid()
    assert pid
    for verb in (
        ("doctor",), ("audit", "verify"), ("manage", "check"), ("backup", str(folder / "night.tar")),
        ("demo", "--no-serve", "--children", "3"),
    ):  # fmt: skip
        done = by_hand(*verb)
        assert done.returncode == 0, (verb, done.stdout, done.stderr)
        assert by_hand.cluster.pid() == pid, f"{verb} stopped what it did not start"
    fresh = by_hand("demo", "--no-serve", "--fresh")
    assert fresh.returncode == 1
    assert one_sentence(fresh.stderr)
    assert "started by hand" in fresh.stderr
    assert by_hand.cluster.pid() == pid


def test_it_may_be_named_by_database_url(by_hand: Command) -> None:
    pid, cluster = by_hand.cluster.pid(), by_hand.cluster
    urls = {
        "DATABASE_URL": cluster.url("sightline_app"),
        "SIGHTLINE_OWNER_URL": cluster.url("sightline_owner"),
    }
    report = json.loads(by_hand("doctor", "--json", **urls).stdout)
    assert [f["says"] for f in report["findings"] if f["level"] == "bad"] == []
    assert any("named by DATABASE_URL" in f["says"] for f in report["findings"])
    assert by_hand("manage", "migrate", "--check", **urls).returncode == 0
    assert by_hand("audit", "verify", **urls).returncode == 0
    # The demonstration that was made in it is still known to be one.
    said = by_hand(
        "manage", "shell", "--command", "from django.conf import settings; print(settings.DEMO)", **urls
    )
    assert "True" in said.stdout
    assert cluster.pid() == pid


def test_what_a_command_started_is_stopped_by_the_next_if_it_was_killed(demonstration: Command) -> None:
    demonstration.cluster.start_ours()
    assert demonstration.cluster.is_ours()
    assert demonstration("doctor").returncode == 0
    assert not belonging_to(demonstration.data)


def test_one_that_does_not_let_us_in_is_one_sentence(by_hand: Command) -> None:
    kept = by_hand.data / "keys" / "database.json"
    passwords = kept.read_text()
    try:
        kept.write_text(json.dumps(dict.fromkeys(json.loads(passwords), "wrong")))
        done = by_hand("audit", "verify")
    finally:
        kept.write_text(passwords)
    assert done.returncode == 1
    assert one_sentence(done.stderr)
    assert "does not let us in" in done.stderr
    assert Cluster(by_hand.data).is_running()
