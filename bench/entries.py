"""Measures writing in the record over HTTP: an entry for three siblings, and many entries a second by many writers.

    python -m bench.entries [--small] [--data DIR]

On 500,000 entries, 5,000 of them in one child's record; with --small on a hundredth of that.
"""

from __future__ import annotations

import argparse
import threading
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from bench.loading import FULL, SMALL
from bench.serving import Served, over_limit, served, table, timed, verdict
from sightline.kernel.time import LONDON, now

#: Milliseconds at the 95th of a hundred.
THREE_SIBLINGS, SUSTAINED = 150, 250
A_SECOND = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--small", action="store_true", help="a hundredth of the data, and few rounds")
    parser.add_argument("--data", type=Path, help="a folder to load once and keep")
    given = parser.parse_args()
    size, rounds, seconds = (SMALL, 10, 3) if given.small else (FULL, 100, 30)
    with served(given.data, size) as bench:
        family = _siblings(bench)
        _write(bench, family)
        signing = [
            ("for three siblings", [_write(bench, family) for _ in range(rounds)]),
            ("for one child", [_write(bench, family[:1]) for _ in range(rounds)]),
            ("keeping a draft of it", [_keep(bench, family) for _ in range(rounds)]),
        ]
        table("Signing an entry", signing, THREE_SIBLINGS)
        path = f"/child/{family[0]}/write/note/"
        table(
            "The page of writing",
            [("opened", [timed(lambda: bench.client.get(path)) for _ in range(rounds)])],
        )
        taken = _sustained(bench, seconds)
        table(f"{A_SECOND} entries a second, from when each was due", [("all", taken)], SUSTAINED)
        gaps = _gaps(bench)
        print(f"\n{len(taken)} written; records whose numbers have a gap: {gaps}.")
        largest, together = bench.memory()
        print(f"The largest web process holds {largest:.0f} MB, all of them {together:.0f} MB.")
        over = over_limit(signing, THREE_SIBLINGS)
        over += over_limit([(f"{A_SECOND} entries a second", taken)], SUSTAINED)
        over += ["numbers with a gap"] if gaps else []
        verdict(over, small=given.small and not gaps)


def _siblings(bench: Served) -> list[UUID]:
    """Three children tied to each other, the first of them with a long record."""
    rows = bench.owner.execute("SELECT folder_id FROM access_grant ORDER BY folder_id LIMIT 3").fetchall()
    return [folder for (folder,) in rows]


def _fields(folders: list[UUID], act: str) -> dict[str, str | list[str]]:
    then = (now() - timedelta(minutes=2)).astimezone(LONDON)
    return {
        "draft": str(uuid4()), "version": "0", "act": act, "others": [str(folder) for folder in folders[1:]],
        "happened_at-day": str(then.day), "happened_at-month": str(then.month), "happened_at-year": str(then.year),
        "happened_at-time": f"{then:%H:%M}",
        "text": "All were at home. The kitchen was warm.\n\no They are calmer than last week.\n\n"
        "@Sam Reyes, teacher: They come every day.",
    }  # fmt: skip


def _write(bench: Served, folders: list[UUID]) -> float:
    start = time.perf_counter()
    answer = bench.post(f"/child/{folders[0]}/write/note/", _fields(folders, "sign"))  # type: ignore[arg-type]
    taken = (time.perf_counter() - start) * 1000
    if answer.status_code != 302 or "/record/" not in answer.headers["location"]:
        raise RuntimeError(f"The entry was not signed: {answer.status_code}")
    return taken


def _keep(bench: Served, folders: list[UUID]) -> float:
    fields = _fields(folders, "save")
    return timed(lambda: bench.post(f"/child/{folders[0]}/write/note/keep/", fields))  # type: ignore[arg-type]


def _sustained(bench: Served, seconds: int) -> list[float]:
    """Entries at a steady rate by many writers, a fifth of them in the same record; timed from when each was due."""
    found = bench.owner.execute("SELECT folder_id FROM access_grant ORDER BY folder_id LIMIT 80").fetchall()
    taken: list[float] = []
    wrong: list[str] = []
    lock = threading.Lock()
    start = time.perf_counter() + 0.5

    def write(n: int) -> None:
        due = start + n / A_SECOND
        time.sleep(max(0.0, due - time.perf_counter()))
        try:
            _write(bench, [found[0 if n % 5 == 0 else n % len(found)][0]])
        except RuntimeError as error:
            wrong.append(str(error))
            return
        with lock:
            taken.append((time.perf_counter() - due) * 1000)

    writers = [threading.Thread(target=write, args=(n,)) for n in range(A_SECOND * seconds)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    if wrong:
        raise RuntimeError(f"{len(wrong)} entries were not signed: {wrong[0]}")
    return taken


def _gaps(bench: Served) -> int:
    """How many records have a number missing, or one that their counter does not know."""
    row = bench.owner.execute(
        "SELECT count(*) FROM (SELECT folder_id FROM records_entry JOIN records_entrycounter c USING (folder_id) "
        "GROUP BY folder_id HAVING count(*) <> max(number) OR max(number) <> max(c.last)) broken"
    ).fetchone()
    return int(row[0]) if row else 0


if __name__ == "__main__":
    main()
