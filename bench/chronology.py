"""How fast one long record is read, searched and printed: a child of 5,000 entries. Prints a table.

    uv run python -m bench.chronology [--small] [--data DIR]

Pages are measured over HTTP, signed in; the print is made as its job makes it, one volume after another.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path
from uuid import UUID

from bench.loading import FULL, SMALL
from bench.serving import Served, over_limit, served, table, timed, verdict

#: Milliseconds at the 95th of a hundred; seconds and megabytes for the print.
PAGE, PRINT_SECONDS, PRINT_MEGABYTES = 100, 30, 400


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
    """A hundred views of each kind, after ten to warm up; returns what was over."""
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
    for name, query in asked.items():
        path = f"/child/{child}/chronology/{query}"
        for _ in range(10):
            timed(lambda path=path: bench.client.get(path))  # type: ignore[misc]
        rows.append((name, [timed(lambda path=path: bench.client.get(path)) for _ in range(100)]))  # type: ignore[misc]
    table("The chronology of one child", rows, PAGE)
    return over_limit(rows, PAGE)


def printing(bench: Served, child: UUID) -> list[str]:
    """All of it on paper, as the job does it: the seconds in all, and the megabytes of the largest process; returns
    what was over."""
    from django.db import transaction

    from sightline.agencies.models import Practitioner
    from sightline.chronology.actions import ask_print
    from sightline.chronology.jobs import print_chronology
    from sightline.chronology.rules import Asked
    from sightline.kernel.viewer import Viewer, looking_as

    (user,) = bench.owner.execute("SELECT id FROM agencies_user ORDER BY id LIMIT 1").fetchone() or (None,)
    who = Practitioner.objects.get(user_id=user)
    with transaction.atomic(), looking_as(Viewer.practitioner(who.pk)):
        wanted = ask_print(child, Asked())
    start = time.perf_counter()
    volumes = print_chronology(str(wanted.id), str(who.pk))
    taken = time.perf_counter() - start
    largest = max(
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(f"\nPrint: {volumes} volumes in {taken:.1f} s (within {PRINT_SECONDS}), "
          f"{largest / 1024:.0f} MB the largest process (within {PRINT_MEGABYTES})")  # fmt: skip
    over = ["the print"] if taken > PRINT_SECONDS else []
    return over + (["its memory"] if largest / 1024 > PRINT_MEGABYTES else [])


if __name__ == "__main__":
    main()
