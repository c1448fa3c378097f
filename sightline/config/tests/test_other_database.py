"""A PostgreSQL of somebody's own, prepared as docs/database.md says, serves as the embedded one does."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from sightline.config.cluster import Cluster

from .conftest import Command
from .test_command import REAL, await_status, belonging_to, free_port
from .test_verbs import CENSUS, ended

DOCS = Path(__file__).resolve().parents[3] / "docs" / "database.md"


Urls = dict[str, str]


@dataclass(frozen=True)
class Server:
    """Somebody's own server, with the roles of the document's own statements."""

    cluster: Cluster
    passwords: dict[str, str]

    def _done(self, database: str, statements: str) -> None:
        with psycopg.connect(self.cluster.url("postgres", database), autocommit=True) as connection:
            for statement in filter(str.strip, statements.split(";")):
                connection.execute(statement)

    def empty_database(self, name: str) -> Urls:
        """A database made anew, as the document's statements make it; its connection strings."""
        self._done(
            "postgres",
            f"DROP DATABASE IF EXISTS {name} WITH (FORCE); {MAKING[1].replace('sightline', name, 1)}",
        )
        self._done(name, MAKING[2])
        return {
            variable: make_conninfo(
                host=str(self.cluster.socket_dir), port=5432, user=f"sightline_{role}", dbname=name,
                password=self.passwords[role],
            )
            for variable, role in (
                ("DATABASE_URL", "app"), ("SIGHTLINE_OWNER_URL", "owner"), ("SIGHTLINE_BACKUP_URL", "backup"),
            )
        }  # fmt: skip


def _making() -> tuple[str, str, str]:
    """What the document says to do: the roles, the database, and what is done in it."""
    first, inside = re.findall(r"```sql\n(.*?)```", DOCS.read_text(), re.DOTALL)
    at = first.index("CREATE DATABASE")
    return first[:at], first[at:], inside


MAKING = _making()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    data = Path(tempfile.mkdtemp(prefix="sightline-server-"))
    cluster = Cluster(data)
    cluster.create()
    # Durable as it comes: doctor is asked of it.
    cluster.start()
    found = Server(cluster, {name: secrets.token_hex(8) for name in ("owner", "app", "backup")})
    roles = MAKING[0]
    for name, password in found.passwords.items():
        roles = roles.replace(f"{name}-password", password)
    found._done("postgres", roles)
    yield found
    cluster.stop("immediate")
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture
def urls(server: Server) -> Urls:
    """Connection strings of a database with nothing in it but what the document's own statements make."""
    return server.empty_database("sightline")


def test_it_is_migrated_examined_backed_up_and_verified(urls, folder):
    command = Command(folder / "place")
    before = command("doctor", "--json", **urls)
    assert before.returncode == 1
    assert "still to be run" in before.stdout

    migrated = command("manage", "migrate", "--verbosity", "0", **urls)
    assert migrated.returncode == 0, migrated.stderr
    # A real partnership also says where its summaries go for when the system is down.
    report = json.loads(command("doctor", "--json", **urls, SIGHTLINE_SUMMARIES=str(folder / "usb")).stdout)
    assert [
        f["says"] for f in report["findings"] if f["level"] == "bad" and f["about"] != "offline summaries"
    ] == []
    assert any("named by DATABASE_URL" in f["says"] for f in report["findings"])
    assert not (folder / "place" / "postgres").exists()

    assert command("audit", "verify", **urls).returncode == 0
    done = command("backup", str(folder / "night.tar"), **urls)
    assert done.returncode == 0, done.stderr
    refused = Command(folder / "third")("restore", str(folder / "night.tar"), **urls)
    assert refused.returncode == 1
    assert "is not empty" in refused.stderr
    # Into an embedded database of another place it goes.
    put_back = Command(folder / "third")("restore", str(folder / "night.tar"))
    assert put_back.returncode == 0, put_back.stderr


def test_every_verb_works_there_and_starts_no_database_of_its_own(
    server: Server, urls: Urls, folder: Path
) -> None:
    place = Command(folder / "place")

    def counted(where: Urls, what: str) -> int:
        with psycopg.connect(where["SIGHTLINE_BACKUP_URL"]) as connection:
            return connection.execute(f"SELECT count(*) FROM {what}").fetchone()[0]

    def done(*verb: str, **more: str) -> str:
        ran = place(*verb, **urls, **more)
        assert ran.returncode == 0, (verb, ran.stdout, ran.stderr)
        return ran.stdout

    done(*REAL, "--pack", "nottinghamshire")
    assert counted(urls, "agencies_partnership") == 1
    with psycopg.connect(urls["SIGHTLINE_OWNER_URL"]) as connection:
        # Else nobody would answer for a child, and none is taken in.
        connection.execute(
            "INSERT INTO agencies_rotashift (id, team_id, practitioner_id, place, starts_at, ends_at) "
            "SELECT gen_random_uuid(), t.id, p.id, 1, now() - interval '1 day', now() + interval '1 day' "
            "FROM agencies_team t, agencies_practitioner p"
        )
    done("import", "census", str(CENSUS), "--commit")
    assert counted(urls, "children_person WHERE kind = 'child'") == 1
    assert json.loads(done("audit", "verify", "--json"))["unsealed"] == 0
    done("packs", "check")
    assert "nottinghamshire" in done("packs", "show").splitlines()[0].lower()

    port = free_port()
    serving = place.start("serve", "--no-worker", "--processes", "1", "--port", str(port), **urls)
    try:
        await_status(port, "/health/live", 200)
        working = place.start("worker", **urls)
        try:
            # Ready: the web server finds in that database that the worker is there.
            await_status(port, "/health/ready", 200)
            assert counted(urls, "procrastinate_workers") == 1
        finally:
            ended(working)
    finally:
        ended(serving)

    # A place that has lost its anchor is put back all the same, which says so.
    (folder / "place" / "anchors" / "audit-anchor.txt").unlink()
    assert "anchor missing" in place("audit", "verify", **urls).stdout
    done("backup", str(folder / "night.tar"))
    other = server.empty_database("another")
    there = Command(folder / "there")
    back = there("restore", str(folder / "night.tar"), **other)
    assert back.returncode == 0, back.stdout + back.stderr
    assert "No anchor file was compared" in back.stdout
    assert counted(other, "children_person WHERE kind = 'child'") == 1

    for each in (place, there):
        assert not (each.data / "postgres").exists()
        assert not belonging_to(each.data)
    assert server.cluster.is_running(), "what was not started is not stopped"


def test_a_demonstration_never_enters_a_real_partnerships_database(urls, folder):
    place = Command(folder / "place")
    assert place("manage", "migrate", "--verbosity", "0", **urls).returncode == 0
    assert place(*REAL, **urls).returncode == 0
    keys = {
        f"SIGHTLINE_{name.upper()}": (folder / "place" / "keys" / name).read_text().strip()
        for name in ("secret_key", "audit_key")
    }
    other = Command(folder / "other")
    done = other("demo", "--no-serve", "--children", "0", **urls, **keys)
    assert done.returncode == 1
    assert "real partnership's database" in done.stderr
    assert "Traceback" not in done.stderr
    with psycopg.connect(urls["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT name FROM agencies_partnership").fetchall() == [
            ("Eastmarch Partnership",)
        ]
        assert connection.execute("SELECT count(*) FROM account_emailaddress").fetchone() == (1,)

    # A demonstration tried before in the same folder does not make this database one.
    (folder / "place" / "place.json").write_text(json.dumps({"demo": True, "sign_ins": []}))
    report = json.loads(place("doctor", "--json", **urls).stdout)
    assert not [f for f in report["findings"] if f["about"] == "demonstration"]
    said = place(
        "manage", "shell", "--command", "from django.conf import settings; print(settings.DEMO)", **urls
    )
    assert "False" in said.stdout
    # And demo mode by mistake is a fault.
    report = json.loads(place("doctor", "--json", **urls, SIGHTLINE_DEMO="1").stdout)
    assert [f["level"] for f in report["findings"] if f["about"] == "demonstration"] == ["bad"]


def test_migrations_need_the_owners_connection(urls, folder):
    done = Command(folder / "place")("manage", "migrate", DATABASE_URL=urls["DATABASE_URL"])
    assert done.returncode == 1
    assert "SIGHTLINE_OWNER_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_connection_string_that_is_none_is_one_sentence(folder):
    done = Command(folder / "place")("doctor", DATABASE_URL="not a url")
    assert done.returncode == 1
    assert "not a connection string" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_database_in_use_gets_no_new_keys(urls, folder):
    assert Command(folder / "place")("manage", "migrate", "--verbosity", "0", **urls).returncode == 0
    done = Command(folder / "another")("manage", "check", **urls)
    assert done.returncode == 1
    assert "audit_key" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "another" / "keys" / "audit_key").exists()
