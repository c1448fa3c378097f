"""Loads the data folder that all benches measure on, past doors, triggers and indexes.

    uv run python -m bench.loading --data DIR [--small]

One partnership: children, of whom a part have open records, each with entries, a duty and a plan; among them a record
of 5,000 entries, three brothers and sisters, and four with a conference to come; concerns wait on the board. A folder
that has been loaded is kept as it is.

PostgreSQL runs without care for a crash while this loads, and with it afterwards. References are not checked row by
row; indexes and constraints other than keys are made at the end of each step, and what breaks one stops the loading.
What a child is found by is made by the database itself (`matching_refresh`), as always.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, LiteralString, cast

import psycopg
from psycopg import sql

from bench import planned, work
from bench.data import load_children, load_partnership
from sightline.config.place import Place, set_up
from sightline.config.serving import prepare


@dataclass(frozen=True)
class Size:
    """How much there is. `folders` of the `children` are open to the front door, with `entries` between them; then
    there are `long` in the first record and `conference` in each of the four who have one."""

    children: int = 100_000
    folders: int = 20_000
    entries: int = 500_000
    long: int = 5_000
    conference: int = 300
    concerns: int = 200

    def __str__(self) -> str:
        return f"{self.children:,} children, {self.folders:,} open records, {self.entries:,} entries"


FULL = Size()
SMALL = Size(children=1_000, folders=200, entries=10_000, concerns=5)

#: PostgreSQL while it loads: whatever is lost is loaded again.
HASTY: Mapping[str, str] = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
    "shared_buffers": "1GB",
    "work_mem": "128MB",
    "maintenance_work_mem": "512MB",
}


def loaded(data: Path, size: Size) -> None:
    """The folder holds so much, loaded now where it is empty, by a process of its own: this one may still be pointed
    at any database. Raises SystemExit where it holds something else."""
    small = ["--small"] if size == SMALL else []
    done = subprocess.run([sys.executable, "-m", "bench.loading", "--data", str(data), *small], check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(done.returncode)


#: A folder that was loaded in an earlier way is loaded anew elsewhere: what it would measure is something else.
WAY = 3


def load(data: Path, size: Size) -> None:
    """Load the folder in this process. Raises SystemExit where it holds something else."""
    place = Place.of(data)
    if place.kept.get("bench") == asdict(size) | {"way": WAY}:
        return
    if not place.is_empty():
        raise SystemExit(f"{data} holds something else than {size}: choose another folder, or remove it.")
    assert place.cluster is not None, "Measurements use the embedded PostgreSQL"
    began = time.perf_counter()
    print(f"Loading {size} ...", flush=True)
    place.cluster.create()
    place.cluster.start(HASTY)
    try:
        place.cluster.prepare()
        place.make_keys()
        set_up(place)
        with step("tables"):
            prepare(place, migrate=True)
        fill(place.cluster.url("postgres"), size)
    finally:
        place.cluster.stop()
    place.keep(bench=asdict(size) | {"way": WAY})
    print(f"Loaded in {time.perf_counter() - began:.0f} s", flush=True)


def fill(url: str, size: Size) -> None:
    """All rows, by two connections at once where one does not wait for the other."""
    with past_all_doors(url) as one, past_all_doors(url) as other:
        partnership = load_partnership(one)
        with step("children"), bare(one, like="children_%", also=("access_folder", "access_grant")):
            load_children(one, partnership, size.children, granted=size.folders)
        one.execute("ANALYZE")
        with ThreadPoolExecutor(1) as beside:
            found = beside.submit(_found_by, other, partnership.folders)
            _work(one, size)
            found.result()
        with step("found by references of concerns"):
            one.execute(
                "SELECT matching_refer(ARRAY(SELECT folder_id FROM concerns_concernpart ORDER BY id))"
            )
        with step("statistics"):
            one.execute("VACUUM (ANALYZE)")
            one.execute("CHECKPOINT")


def _found_by(connection: psycopg.Connection[Any], folders: Sequence[Any]) -> None:
    with step("what children are found by"), bare(connection, like="matching_%"):
        for at in range(0, len(folders), 20_000):
            connection.execute("SELECT matching_refresh(%s)", [folders[at : at + 20_000]])


def _work(connection: psycopg.Connection[Any], size: Size) -> None:
    values = {**asdict(size), "each": max(size.entries // size.folders, 1)}
    with step("entries"), bare(connection, like="records_%"), words_found(connection, "records_entry"):
        for statement in (work.ENTRIES, work.STATEMENTS, work.COUNTERS):
            connection.execute(statement, values)
    with step("plans"), bare(connection, like="plans_%"):
        for statement in (planned.PLANS, *planned.PARTS):
            connection.execute(statement, values)
    with step("duties, concerns"):
        for statement in (work.DUTIES, work.CONCERNS, work.SIBLINGS):
            connection.execute(statement, values)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Says how long it took."""
    began = time.perf_counter()
    yield
    print(f"  {name}: {time.perf_counter() - began:.1f} s", flush=True)


@contextmanager
def past_all_doors(url: str) -> Iterator[psycopg.Connection[Any]]:
    """The superuser, for whom neither row security nor triggers nor references hold."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


@contextmanager
def words_found(connection: psycopg.Connection[Any], table: str) -> Iterator[None]:
    """What is written to the table is found by its words: their trigger holds for everybody meanwhile."""
    change = "ALTER TABLE {} ENABLE {} TRIGGER words_filled"
    connection.execute(sql.SQL(change).format(sql.Identifier(table), sql.SQL("ALWAYS")))
    yield
    connection.execute(sql.SQL(change).format(sql.Identifier(table), sql.SQL("")))


@contextmanager
def bare(connection: psycopg.Connection[Any], *, like: str, also: Sequence[str] = ()) -> Iterator[None]:
    """Empty tables without their indexes and constraints, keys and references aside; made again at the end."""
    rows: list[tuple[str, str, str | None, str]] = connection.execute(
        "SELECT c.relname, i.relname, pg_get_constraintdef(k.oid), pg_get_indexdef(i.oid) "
        "FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid "
        "LEFT JOIN pg_constraint k ON k.conindid = i.oid AND k.contype IN ('u', 'x') "
        "WHERE c.relnamespace = 'public'::regnamespace AND NOT x.indisprimary "
        "AND (c.relname LIKE %s OR c.relname = ANY (%s)) AND c.reltuples <= 0 "
        "AND NOT EXISTS (SELECT 1 FROM pg_constraint f WHERE f.conindid = i.oid AND f.contype = 'f')",
        [like, list(also)],
    ).fetchall()
    for table, index, constraint, _definition in rows:
        connection.execute(
            sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.Identifier(table), sql.Identifier(index))
            if constraint
            else sql.SQL("DROP INDEX {}").format(sql.Identifier(index))
        )
    yield
    for table, index, constraint, definition in rows:
        # What PostgreSQL itself said of them.
        said = constraint or definition
        made = sql.SQL(cast(LiteralString, said))
        if constraint:
            made_of = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}")
            connection.execute(made_of.format(sql.Identifier(table), sql.Identifier(index), made))
        else:
            connection.execute(made)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder to load and keep")
    parser.add_argument("--small", action="store_true", help="a hundredth of the data")
    given = parser.parse_args()
    load(given.data, SMALL if given.small else FULL)


if __name__ == "__main__":
    main()
