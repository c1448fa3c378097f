"""How fast the audit trail is written, sealed and verified. Prints a table.

    uv run python bench/audit.py [--rows 1000000]

Uses an embedded PostgreSQL of its own in a temporary folder. The rows are put in by COPY, signed as
`record` signs them; sealing and verification then run as the program's own role, as they do in service.
"""

from __future__ import annotations

import argparse
import os
import resource
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path

import psutil

from sightline.config.cluster import Cluster

PEOPLE, FOLDERS = 400, 20_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="sightline-bench-") as folder:
        cluster = Cluster(Path(folder))
        cluster.create()
        cluster.start()
        try:
            cluster.prepare()
            _settings(cluster, Path(folder))
            measure(cluster, rows)
        finally:
            cluster.stop("immediate")


def _settings(cluster: Cluster, folder: Path) -> None:
    os.environ.update(
        DJANGO_SETTINGS_MODULE="sightline.config.settings",
        DATABASE_URL=cluster.url("sightline_app"),
        SIGHTLINE_OWNER_URL=cluster.url("sightline_owner"),
        SIGHTLINE_AUDIT_KEY=secrets.token_hex(32),
        SIGHTLINE_SECRET_KEY=secrets.token_hex(32),
        SIGHTLINE_AUDIT_ANCHOR=str(folder / "anchor.txt"),
    )
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity", "0", "--skip-checks"],
        env={**os.environ, "DATABASE_URL": os.environ["SIGHTLINE_OWNER_URL"]},
        check=True,
    )
    import django

    django.setup()


def measure(cluster: Cluster, rows: int) -> None:
    from sightline.audit.actions import seal
    from sightline.audit.verify import verify

    table: list[tuple[str, str]] = []
    table.append((f"{rows:,} rows put in by COPY", _timed(lambda: _fill(cluster, rows))))
    table.append(("sealing all of them", _timed(seal)))
    ours, theirs = time.process_time(), _database_time()
    report = verify()
    ours, theirs = time.process_time() - ours, _database_time() - theirs
    assert report.ok, report.lines()
    assert report.sealed == rows
    table.append((f"verifying {rows:,} rows", f"{report.seconds:.2f} s"))
    # By the processor's clock, which a busy machine does not change: the two work side by side.
    table.append(("  processor time of the program", f"{ours:.2f} s"))
    table.append(("  processor time of PostgreSQL", f"{theirs:.2f} s"))
    table.append(("memory of the verifying process, at most", f"{_peak_mb()} MB"))
    table += _writing()
    table.append(("verifying while others write and a worker seals", _verifying_while_writing()))
    width = max(len(name) for name, _ in table)
    for name, value in table:
        print(f"{name:<{width}}  {value:>10}")


def _database_time() -> float:
    """Seconds of processor time that our connection's process of PostgreSQL has used."""
    from django.db import connection

    connection.ensure_connection()
    times = psutil.Process(connection.connection.info.backend_pid).cpu_times()
    return times.user + times.system


def _timed(work: object) -> str:
    began = time.monotonic()
    work()  # type: ignore[operator]
    return f"{time.monotonic() - began:.2f} s"


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _fill(cluster: Cluster, rows: int) -> None:
    import psycopg

    from sightline.audit import actions, terms
    from sightline.kernel.ids import uuid7
    from sightline.kernel.time import now
    from sightline.kernel.viewer import Viewer

    viewers = [Viewer.practitioner(uuid7(), origin=f"192.0.2.{n % 250}") for n in range(PEOPLE)]
    folders = [uuid7() for _ in range(FOLDERS)]
    signer, start = actions.keys().current, now() - timedelta(days=365)
    columns = ", ".join(actions._COLUMNS)
    with psycopg.connect(cluster.url("postgres")) as connection, connection.cursor() as cursor:
        with cursor.copy(f"COPY audit_event ({columns}) FROM STDIN") as copy:
            for n in range(rows):
                each = actions.event(
                    terms.Verb.READ if n % 5 else terms.Verb.WROTE,
                    "web.child" if n % 5 else "records.sign_entry",
                    folder_id=folders[n % FOLDERS],
                    at=start + timedelta(seconds=n * 31),
                    viewer=viewers[n % PEOPLE],
                    post="Social worker, North assessment team",
                    purpose="" if n % 50 else "Ring back the school \\ about today",
                    entry=folders[(n * 7) % FOLDERS],
                )
                copy.write_row(actions._row(each, signer))
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE audit_event")


def _writing() -> list[tuple[str, str]]:
    from django.db import connection, transaction

    from sightline.audit.actions import record, seal
    from sightline.audit.terms import Verb
    from sightline.kernel.ids import uuid7
    from sightline.kernel.viewer import Viewer, looking_as

    def write(times: int, took: list[float]) -> None:
        viewer, folder = Viewer.practitioner(uuid7()), uuid7()
        for _ in range(times):
            with transaction.atomic(), looking_as(viewer):
                began = time.monotonic()
                record(Verb.READ, "web.child", folder_id=folder)
                took.append((time.monotonic() - began) * 1000)
        connection.close()

    alone: list[float] = []
    write(1000, alone)
    together: list[float] = []
    writers = [threading.Thread(target=write, args=(1000, together)) for _ in range(4)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        seal()
    for writer in writers:
        writer.join()

    def p95(took: list[float]) -> str:
        return f"{statistics.quantiles(took, n=20)[-1]:.2f} ms"

    return [
        ("one record, p95, a single writer", p95(alone)),
        ("one record, p95, four writers and sealing without pause", p95(together)),
    ]


def _verifying_while_writing() -> str:
    from django.db import connection, transaction

    from sightline.audit.actions import record, seal
    from sightline.audit.terms import Verb
    from sightline.audit.verify import verify
    from sightline.kernel.viewer import Viewer, looking_as

    stop = threading.Event()

    def work() -> None:
        while not stop.wait(0.02):
            with transaction.atomic(), looking_as(Viewer.for_job("bench")):
                record(Verb.READ, "web.child")
            seal()
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        report = verify()
    finally:
        stop.set()
        worker.join()
    assert report.ok, report.lines()
    return f"{report.seconds:.2f} s"


if __name__ == "__main__":
    main()
