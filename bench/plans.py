"""How fast the pages of a plan are, and how long it takes to sweep a partnership's open duties that have passed.

    uv run python -m bench.plans [--small] [--data DIR]

On 100,000 children and 20,000 open folders, each folder with a plan of three outcomes, four actions, two services, four
views, ten visits and two reviews; 20,000 open duties, all of them passed, are then swept as the job does it. With
--small on a hundredth of that, which shows that the bench works and says nothing about speed.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from bench.__main__ import machine
from bench.loading import FULL, SMALL
from bench.serving import over_limit, served, table, timed, verdict

#: Milliseconds at the 95th of a hundred; the sweep in all.
PAGE, SWEEP = 120, 2000

PASSED = (
    "UPDATE procedures_duty SET due_at = now() - interval '1 hour', state = 'open' WHERE closed_at IS NULL"
)

AS_IT_STOOD = "UPDATE procedures_duty d SET due_at = s.due_at, state = s.state FROM stood s WHERE s.id = d.id"


def swept() -> tuple[float, int]:
    """Milliseconds that the job takes to mark everything that has passed, and how many those were."""
    from sightline.procedures.jobs import sweep

    start = time.perf_counter()
    marked = sweep(0)
    return (time.perf_counter() - start) * 1000, marked


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--small", action="store_true", help="a hundredth of the data, and few rounds")
    parser.add_argument("--data", type=Path, help="a folder to load once and keep")
    arguments = parser.parse_args()
    size, rounds = (SMALL, 8) if arguments.small else (FULL, 60)
    with served(arguments.data, size) as bench:
        found = bench.owner.execute(
            "SELECT p.folder_id, p.id, r.id FROM plans_plan p JOIN plans_review r "
            "ON r.plan_id = p.id AND r.number = 2 "
            "ORDER BY p.folder_id LIMIT %s",
            [rounds],
        ).fetchall()
        pages = {
            "the plan": [f"/child/{folder}/plan/" for folder, _plan, _review in found],
            "a review": [f"/child/{folder}/review/{review}/" for folder, _plan, review in found],
            "outcomes over time": [f"/child/{folder}/outcomes/" for folder, _plan, _review in found],
            "signing": [f"/child/{folder}/plan/{plan}/sign/" for folder, plan, _review in found],
            "my agency's actions": ["/actions/"] * rounds,
            "unmet needs": ["/services/unmet/"] * rounds,
        }
        print(f"{machine()}; {size}")
        rows = {}
        for name, paths in pages.items():
            bench.client.get(paths[0]).raise_for_status()
            rows[name] = [timed(lambda p=p: bench.client.get(p)) for p in paths]  # type: ignore[misc]
        table("One page at a time, milliseconds", list(rows.items()))
        bench.owner.execute("CREATE TEMP TABLE stood AS SELECT id, due_at, state FROM procedures_duty")
        bench.owner.execute(PASSED)
        bench.owner.execute("ANALYZE procedures_duty")
        taken, marked = swept()
        bench.owner.execute(AS_IT_STOOD)
        print(f"\n{marked:,} open duties swept in {taken:,.0f} ms (to stay under {SWEEP:,} ms).")
        verdict(
            over_limit(rows.items(), PAGE) + (["the sweep of duties"] if taken > SWEEP else []),
            small=arguments.small,
        )


if __name__ == "__main__":
    main()
