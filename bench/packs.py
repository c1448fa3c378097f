"""How long a conference pack takes: four siblings with 300 entries each, made as its job makes it.

    uv run python -m bench.packs [--small] [--rounds 5] [--data DIR]

Each round asks for the pack of a practitioner to whom all four records are open, makes it step by step, and counts from
asking to the finished PDF; beside it stand the size and the pages of what came out.
"""

from __future__ import annotations

import argparse
import io
import time
from pathlib import Path
from uuid import UUID

from bench.__main__ import machine
from bench.conference import SIBLINGS, conference, four_siblings
from bench.loading import FULL, SMALL
from bench.serving import Served, served, table, verdict

#: Seconds for one pack.
LIMIT = 3.0


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--small", action="store_true", help="a hundredth of the other records")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--data", type=Path, help="a folder to load once and keep")
    given = parser.parse_args()
    size = SMALL if given.small else FULL
    with served(given.data, size) as bench:
        siblings = four_siblings(bench)
        who = practitioner(bench)
        meeting_id, invitation_id = conference(who, siblings)
        taken, cpu, content = packs(who, meeting_id, invitation_id, given.rounds)
        from pypdf import PdfReader

        print(f"{machine()}; {SIBLINGS} siblings, {SIBLINGS * size.conference} entries of theirs; {size}")
        table("A conference pack, milliseconds", [("from asking to the PDF", taken)])
        print(f"\n{len(PdfReader(io.BytesIO(content)).pages)} pages, {len(content) / 1024:,.0f} kB.")
        slowest = max(taken) / 1000
        print(
            f"Of its own, {cpu:.1f} s of computing for each; the rest is the database and waiting for the machine."
        )
        print(f"The slowest took {slowest:.1f} s (within {LIMIT:g}).")
        verdict(["a conference pack"] if slowest > LIMIT else [], small=given.small)


def practitioner(bench: Served) -> UUID:
    """Whoever the client is signed in as."""
    row = bench.owner.execute(
        "SELECT p.id FROM agencies_practitioner p JOIN agencies_user u ON u.id = p.user_id ORDER BY u.id LIMIT 1"
    ).fetchone()
    assert row is not None
    found = row[0]
    assert isinstance(found, UUID)
    return found


def packs(who: UUID, meeting_id: UUID, invitation_id: UUID, rounds: int) -> tuple[list[float], float, bytes]:
    """Milliseconds of each round, after one to warm up; seconds of computing for each; the last PDF."""
    from django.db import transaction

    from sightline.kernel.viewer import Viewer, looking_as
    from sightline.meetings import actions
    from sightline.meetings.jobs import make_pack

    taken: list[float] = []
    content = b""
    busy = 0.0
    for n in range(rounds + 1):
        start, began = time.perf_counter(), time.process_time()
        with transaction.atomic(), looking_as(Viewer.practitioner(who)):
            row = actions.ask_pack(meeting_id, invitation_id)
        make_pack(str(row.id), str(who))
        if n:
            busy += time.process_time() - began
            taken.append((time.perf_counter() - start) * 1000)
        with transaction.atomic(), looking_as(Viewer.practitioner(who)):
            _name, content = actions.fetch_pack(row.id)
    return taken, busy / rounds, content


if __name__ == "__main__":
    main()
