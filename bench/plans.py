"""How fast the pages of a plan are, and how long it takes to sweep a partnership's open duties that have passed.

    uv run python -m bench.plans [--small] [--data DIR]

On 100,000 children and 20,000 open folders, each folder with a plan of three outcomes, four actions, two services, four
views, ten visits and two reviews; 20,000 open duties, all of them passed, are then swept as the job does it. With
--small on a hundredth of that, which shows that the bench works and says nothing about speed.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

import psycopg

from bench.__main__ import machine
from bench.serving import percentile, served, table, timed
from bench.work import load_work

#: Milliseconds at the 95th of a hundred; the sweep in all.
PAGE, SWEEP = 120, 2000

PLANS = """
INSERT INTO plans_plan (id, folder_id, child_id, kind, state, began_on, from_authority, earlier_plans, lead_id, pack,
                        pack_version, framework, version, written_at, written_by_id, written_post)
SELECT uuidv7(), p.folder_id, p.id, 'child_protection', 'signed', current_date - 60, '', 0, w.id, 'rotherham', 'bench',
       'Best outcomes', 1, now() - interval '60 days', w.id, 'Social worker, Eastmarch Council'
FROM (SELECT f.id FROM access_folder f ORDER BY f.id LIMIT %(folders)s) f JOIN children_person p ON p.folder_id = f.id
CROSS JOIN (SELECT id FROM agencies_practitioner ORDER BY id LIMIT 1) w
"""
PARTS = (
    """
INSERT INTO plans_category (id, folder_id, plan_id, code, why, held_from, written_at, written_by_id, written_post)
SELECT uuidv7(), folder_id, id, 'NEG', '', began_on, written_at, written_by_id, written_post FROM plans_plan
""",
    """
INSERT INTO plans_plannedoutcome (id, folder_id, plan_id, item, revision, dropped_why, of_framework, of_framework_title,
    words, measure, baseline, baseline_scale, hoped_scale, by, whose, whose_words, needed, written_at, written_by_id,
    written_post)
SELECT uuidv7(), folder_id, p.id, uuidv7(), 1, '', 'best_outcomes', 'The best outcomes',
    'Something is different for this child, number ' || n, 'The child says so.', 'Not yet.', 3, 8, current_date + 90,
    'child', '', 'now', written_at, written_by_id, written_post
FROM plans_plan p CROSS JOIN generate_series(1, 3) n
""",
    """
INSERT INTO plans_statement (id, folder_id, plan_id, item, revision, dropped_why, kind, about, answer, words, why,
    written_at, written_by_id, written_post)
SELECT uuidv7(), folder_id, p.id, uuidv7(), 1, '', k.kind, '', k.answer, 'What the plan says of it, in a sentence.', '',
    written_at, written_by_id, written_post
FROM plans_plan p CROSS JOIN (VALUES ('danger', ''), ('strength', ''), ('safety', ''), ('contingency', ''),
                              ('family_plan', 'accepted'), ('stands_on', 'section_17')) k(kind, answer)
""",
    """
INSERT INTO plans_action (id, folder_id, plan_id, words, needed, agency_id, practitioner_id, due_on, timing, state,
    written_at, written_by_id, written_post)
SELECT uuidv7(), folder_id, p.id, 'An action of the plan, number ' || n, 'now', o.agency_id, p.lead_id,
    current_date + n * 5 - 8, 'The child starts school soon.', 'open', written_at, written_by_id, written_post
FROM plans_plan p CROSS JOIN generate_series(1, 4) n
CROSS JOIN LATERAL (SELECT agency_id FROM agencies_posting WHERE practitioner_id = p.lead_id LIMIT 1) o
""",
    """
INSERT INTO plans_offer (id, folder_id, plan_id, name, meant_to_change, offered_on, state, written_at, written_by_id,
    written_post)
SELECT uuidv7(), folder_id, p.id, 'A local service', 'The mornings', current_date - 30, 'receiving', written_at,
    written_by_id, written_post
FROM plans_plan p CROSS JOIN generate_series(1, 2) n
""",
    """
INSERT INTO plans_view (id, folder_id, plan_id, whose, name, agrees, words, why_not, heard_on, heard_how, written_at,
    written_by_id, written_post)
SELECT uuidv7(), folder_id, p.id, 'parent', 'Somebody in the family', 'yes', 'It is good that somebody asks.', '',
    current_date - 50, '', written_at, written_by_id, written_post
FROM plans_plan p CROSS JOIN generate_series(1, 4) n
""",
    """
INSERT INTO plans_planchange (id, folder_id, plan_id, act, words, written_at, written_by_id, written_post)
SELECT uuidv7(), folder_id, p.id, 'outcome added', '', written_at, written_by_id, written_post
FROM plans_plan p CROSS JOIN generate_series(1, 10) n
""",
    """
WITH wrote AS (
    INSERT INTO plans_review (id, folder_id, plan_id, number, held_on, who_came, result, closed_at, written_at,
        written_by_id, written_post)
    SELECT uuidv7(), folder_id, p.id, n, current_date - 40 + n * 10, 'Mother, school', 'continues',
        now() - interval '20 days', written_at, written_by_id, written_post
    FROM plans_plan p CROSS JOIN generate_series(1, 2) n
    RETURNING id, folder_id, plan_id, written_at, written_by_id, written_post)
INSERT INTO plans_reviewedoutcome (id, folder_id, review_id, outcome, actual, evidence, achieved, scale, next,
    next_words, written_at, written_by_id, written_post)
SELECT uuidv7(), r.folder_id, r.id, o.item, 'Better on most days.', 'The child says so.', 'partly', 5, 'goes_on', '',
    r.written_at, r.written_by_id, r.written_post
FROM wrote r JOIN plans_plannedoutcome o ON o.plan_id = r.plan_id
""",
)
PASSED = (
    "UPDATE procedures_duty SET due_at = now() - interval '1 hour', state = 'open' WHERE closed_at IS NULL"
)


def load_plans(owner: psycopg.Connection, folders: int) -> None:
    """A plan with its parts in each of the first folders; nothing where they are there already."""
    if owner.execute("SELECT 1 FROM plans_plan LIMIT 1").fetchone():
        return
    with owner.transaction():
        owner.execute(PLANS, {"folders": folders})
        for statement in PARTS:
            owner.execute(statement)
    owner.execute("ANALYZE")


def swept() -> tuple[float, int]:
    """Milliseconds that the job takes to mark everything that has passed, and how many those were."""
    from sightline.procedures.jobs import sweep

    start = time.perf_counter()
    marked = sweep(0)
    return (time.perf_counter() - start) * 1000, marked


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--small", action="store_true", help="a hundredth of the data, and few rounds")
    parser.add_argument("--data", help="a folder to load once and keep")
    arguments = parser.parse_args()
    scale, rounds = (0.01, 8) if arguments.small else (1.0, 60)
    children, folders = int(100_000 * scale), int(20_000 * scale)
    data = Path(arguments.data) if arguments.data else Path(tempfile.mkdtemp(prefix="sightline-bench-"))
    try:
        with served(data, children=children, granted=folders) as bench:
            load_work(bench.owner, entries=folders, duties=folders, concerns=5, folders=folders)
            load_plans(bench.owner, folders)
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
            print(f"{machine()}; {children:,} children, {folders:,} plans")
            rows = {}
            for name, paths in pages.items():
                bench.client.get(paths[0]).raise_for_status()
                rows[name] = [timed(lambda p=p: bench.client.get(p)) for p in paths]  # type: ignore[misc]
            table("One page at a time, milliseconds", list(rows.items()))
            bench.owner.execute(PASSED)
            taken, marked = swept()
            print(f"\n{marked:,} open duties swept in {taken:,.0f} ms (to stay under {SWEEP:,} ms).")
            over = [name for name, taken_by in rows.items() if percentile(taken_by, 0.95) > PAGE]
            print(f"Over {PAGE} ms: {', '.join(over) or 'none'}.")
    finally:
        if not arguments.data:
            shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    main()
