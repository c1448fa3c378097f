"""A PostgreSQL of somebody's own, prepared as docs/database.md says, serves as the embedded one does."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from sightline.config.cluster import Cluster

from .conftest import Command

DOCS = Path(__file__).resolve().parents[3] / "docs" / "database.md"


@pytest.fixture
def urls(folder: Path) -> Iterator[dict[str, str]]:
    """A server with nothing in it but what the document's own statements make; its connection strings."""
    cluster = Cluster(folder / "server")
    cluster.create()
    cluster.start()
    first, second = re.findall(r"```sql\n(.*?)```", DOCS.read_text(), re.DOTALL)
    passwords = {f"{name}-password": secrets.token_hex(8) for name in ("owner", "app", "backup")}
    for placeholder, password in passwords.items():
        first = first.replace(placeholder, password)
    superuser = cluster.passwords()["postgres"]
    for database, statements in (("postgres", first), ("sightline", second)):
        where = make_conninfo(
            host=str(cluster.socket_dir), port=5432, user="postgres", dbname=database, password=superuser
        )
        with psycopg.connect(where, autocommit=True) as connection:
            for statement in filter(str.strip, statements.split(";")):
                connection.execute(statement)
    yield {
        variable: make_conninfo(
            host=str(cluster.socket_dir), port=5432, user=f"sightline_{name}", dbname="sightline",
            password=passwords[f"{name}-password"],
        )
        for variable, name in (
            ("DATABASE_URL", "app"), ("SIGHTLINE_OWNER_URL", "owner"), ("SIGHTLINE_BACKUP_URL", "backup"),
        )
    }  # fmt: skip
    cluster.stop("immediate")


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


REAL = (
    "set-up", "--partnership", "Eastmarch Partnership", "--authority", "998", "--agency", "Eastmarch Council",
    "--administrator", "Rosa Lind", "--email", "rosa@example.org",
)  # fmt: skip


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
