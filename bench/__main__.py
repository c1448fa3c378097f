"""Measures the pages of the trunk over HTTP, signed in, and prints a table.

    python -m bench [--small] [--data DIR]

On the data of `bench.loading`; with --small on a hundredth of it, which shows that the bench works and says nothing
about speed.
"""

from __future__ import annotations

import argparse
import os
import platform
import threading
import time
from pathlib import Path

import httpx
import psutil

from bench.loading import FULL, SMALL
from bench.serving import Served, percentile, served, table, timed

#: What each page is to stay under at the 95th of a hundred, in milliseconds.
LIMITS = {
    "search": 80,
    "child's page": 120,
    "My work": 120,
    "front-door board": 120,
    "sending a concern": 150,
}
#: Milliseconds for the 95th of a hundred at a steady rate, and megabytes of a web process.
STEADY, MEMORY = 250, 250


def machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    return f"{platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB, load {os.getloadavg()[0]:.1f}"


def sending(bench: Served, draft: str) -> float:
    """Milliseconds that sending a finished draft takes; the steps before it are not counted."""
    start = time.perf_counter()
    answer = bench.post(f"{draft}check/", {})
    taken = (time.perf_counter() - start) * 1000
    if answer.status_code != 302 or "/sent/" not in answer.headers["location"]:
        raise RuntimeError(f"The concern was not sent: {answer.status_code}")
    return taken


def asked(bench: Served, name: str) -> str:
    """The address of what is found for a name: what was typed stands in no address."""
    answer = bench.post("/find/", {"q": name})
    if answer.status_code != 302:
        raise RuntimeError(f"The search was not taken: {answer.status_code}")
    return answer.headers["location"]


def finished_draft(bench: Served) -> str:
    """The address of a draft whose every step is answered."""
    answer = bench.post("/concerns/raise/", {})
    draft = answer.headers["location"].rsplit("danger/", 1)[0]
    steps: dict[str, dict[str, str]] = {
        "danger/": {"danger": "no"},
        "children/0/": {"given": "Robin", "family": "Quill", "when": "age", "age_years": "7", "sex": "U"},
        "happened/": {
            "what_happened": "The child was outside alone, late at night.",
            "harm_where": "outside",
        },
        "voice/": {"why_not_0": "Nobody was with him who could ask."},
        "family/": {"told": "no", "told_why_not": "They could not be reached.", "agreed": "not_asked"},
        "help/": {},
        "you/": {"source_code": "5A", "contact": "01632 960123"},
    }
    for step, fields in steps.items():
        answer = bench.post(f"{draft}{step}", fields)
        if answer.status_code != 302:
            raise RuntimeError(f"{step} was not taken: {answer.status_code}")
    return draft


def sustained(bench: Served, paths: list[str], *, a_second: int, seconds: int) -> list[float]:
    """Page views at a steady rate from several threads; the times are counted from when each was due."""
    taken: list[float] = []
    wrong: list[str] = []
    lock = threading.Lock()
    start = time.perf_counter() + 0.2

    def view(n: int) -> None:
        due = start + n / a_second
        time.sleep(max(0.0, due - time.perf_counter()))
        try:
            bench.client.get(paths[n % len(paths)]).raise_for_status()
        except httpx.HTTPError as error:
            wrong.append(str(error))
            return
        with lock:
            taken.append((time.perf_counter() - due) * 1000)

    workers = [threading.Thread(target=view, args=(n,)) for n in range(a_second * seconds)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if wrong:
        print(f"{len(wrong)} of {len(workers)} views had no good answer: {wrong[0]}")
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--small", action="store_true", help="a hundredth of the data, and few rounds")
    parser.add_argument("--data", type=Path, help="a folder to load once and keep")
    arguments = parser.parse_args()
    size, rounds = (SMALL, 8) if arguments.small else (FULL, 60)
    with served(arguments.data, size) as bench:
        found = bench.owner.execute(
            "SELECT g.folder_id, p.name FROM access_grant g JOIN children_pointer p USING (folder_id) "
            "ORDER BY g.folder_id LIMIT %s",
            [rounds],
        ).fetchall()
        pages = [f"/child/{folder}/" for folder, _ in found]
        searches = [asked(bench, name) for _, name in found[:2]]
        print(f"{machine()}; {size}")
        mixed = ["/", "/front-door/", *pages[:4], *searches]
        # As after the first minute of a day: every process and connection has answered each kind of page.
        sustained(bench, [*mixed, "/team/"], a_second=20, seconds=1 if arguments.small else 15)
        rows = {
            # The session keeps the latest ten.
            "search": [timed(lambda p=asked(bench, n): bench.client.get(p)) for _, n in found],  # type: ignore[misc]
            "child's page": [timed(lambda p=p: bench.client.get(p)) for p in pages],  # type: ignore[misc]
            "My work": [timed(lambda: bench.client.get("/")) for _ in range(rounds)],
            "front-door board": [timed(lambda: bench.client.get("/front-door/")) for _ in range(rounds)],
            "team work": [timed(lambda: bench.client.get("/team/")) for _ in range(rounds)],
        }
        drafts = [finished_draft(bench) for _ in range(max(rounds // 4, 3))]
        rows["sending a concern"] = [sending(bench, draft) for draft in drafts]
        table("One page at a time, milliseconds", list(rows.items()))
        steady = sustained(
            bench,
            ["/", "/front-door/", *pages[:4], *(asked(bench, name) for _, name in found[:2])],
            a_second=30,
            seconds=2 if arguments.small else 20,
        )
        table("30 page views a second, from when each was due", [("all pages", steady)], STEADY)
        largest, together = bench.memory()
        print(f"\nThe largest web process holds {largest:.0f} MB, all of them {together:.0f} MB.")
        over = [name for name, limit in LIMITS.items() if percentile(rows[name], 0.95) > limit]
        over += ["30 page views a second"] if percentile(steady, 0.95) > STEADY else []
        over += ["memory"] if largest > MEMORY else []
        print(f"Over what they are to stay under: {', '.join(over) or 'none'}.")


if __name__ == "__main__":
    main()
