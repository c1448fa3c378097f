"""How fast one long record is read, searched and printed: a child of 5,000 entries. Prints a table.

    uv run python -m bench.chronology [--small] [--data DIR]

Pages are measured over HTTP, signed in; the print is made by the worker, as everybody's is.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from uuid import UUID

import psutil

from bench.loading import FULL, SMALL
from bench.serving import Served, over_limit, served, table, timed, verdict, warmed

#: Milliseconds at the 95th of a hundred; seconds and megabytes for the print.
PAGE, PRINT_SECONDS, PRINT_MEGABYTES = 100, 30, 400
#: Seconds after which a print that is not there is given up.
PATIENCE = 300


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--small", action="store_true", help="a hundredth of the other records")
    parser.add_argument("--data", type=Path, help="a folder to load once and keep")
    given = parser.parse_args()
    with served(given.data, SMALL if given.small else FULL) as bench:
        child = long_record(bench)
        over = pages(bench, child) + printing(bench, child)
        verdict(over, small=given.small)


def long_record(bench: Served) -> UUID:
    """The child of the client's with the longest record."""
    (found,) = bench.owner.execute(
        "SELECT folder_id FROM records_entrycounter ORDER BY last DESC, folder_id LIMIT 1"
    ).fetchone() or (None,)
    assert isinstance(found, UUID)
    return found


def pages(bench: Served, child: UUID) -> list[str]:
    """A hundred views of each kind, warmed up; returns what was over."""
    asked = {
        "first page": "",
        "a page in the middle": "?page=50",
        "words": "?words=talked+school",
        "words that no entry has": "?words=zebra",
        "kind of statement": "?statement=fact",
        "as of a day": "?as_of=2025-01-01",
        "as it came to be known": "?order=known",
    }
    rows = []
    warmed(bench, [f"/child/{child}/chronology/{query}" for query in asked.values()])
    for name, query in asked.items():
        path = f"/child/{child}/chronology/{query}"
        rows.append((name, [timed(lambda path=path: bench.client.get(path)) for _ in range(100)]))  # type: ignore[misc]
    table("The chronology of one child", rows, PAGE)
    return over_limit(rows, PAGE)


def printing(bench: Served, child: UUID) -> list[str]:
    """All of it on paper, as the worker makes it once it is asked for: the seconds until its last volume is there, the
    volumes, and the megabytes of the largest process that made them; returns what was over."""
    from django.db import transaction

    from sightline.agencies.models import Practitioner
    from sightline.chronology.actions import ask_print
    from sightline.chronology.rules import Asked
    from sightline.kernel.viewer import Viewer, looking_as

    (user,) = bench.owner.execute("SELECT id FROM agencies_user ORDER BY id LIMIT 1").fetchone() or (None,)
    who = Practitioner.objects.get(user_id=user)
    start = time.perf_counter()
    with transaction.atomic(), looking_as(Viewer.practitioner(who.pk)):
        wanted = ask_print(child, Asked())
    state, largest = "waiting", 0
    while state not in ("done", "failed"):
        if time.perf_counter() - start > PATIENCE:
            raise SystemExit(f"The worker had not made the print after {PATIENCE} seconds.")
        largest = max(
            largest, *(_held(one) for one in (bench.worker, *bench.worker.children(recursive=True)))
        )
        time.sleep(0.02)
        (state,) = bench.owner.execute(
            "SELECT state FROM chronology_print WHERE id = %s", [wanted.id]
        ).fetchone() or ("failed",)
    taken = time.perf_counter() - start
    (volumes,) = bench.owner.execute(
        "SELECT count(*) FROM chronology_printvolume WHERE of_id = %s", [wanted.id]
    ).fetchone() or (0,)
    if state == "failed":
        return ["the print, which could not be made"]
    print(f"\nPrint: {volumes} volumes in {taken:.1f} s (within {PRINT_SECONDS}), "
          f"{largest / 1e6:.0f} MB the largest process (within {PRINT_MEGABYTES})")  # fmt: skip
    over = ["the print"] if taken > PRINT_SECONDS else []
    return over + (["its memory"] if largest / 1e6 > PRINT_MEGABYTES else [])


def _held(process: psutil.Process) -> int:
    """The bytes that a process holds; none once it has ended."""
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


if __name__ == "__main__":
    main()
