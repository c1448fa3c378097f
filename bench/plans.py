"""How fast the pages of a plan are, and writing in one; and how long it takes to sweep a partnership's open duties that
have passed.

    uv run python -m bench.plans [--small] [--data DIR]

On 100,000 children and 20,000 open folders, each folder with a plan of three outcomes, four actions, two services, four
views, ten visits and two reviews; in some of them incidents are recorded, and other agencies' contributions asked for,
by the actions. 20,000 open duties, all of them passed, are then swept as the job does it. With --small on a hundredth
of that, which shows that the bench works and says nothing about speed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path
from uuid import UUID

from bench.__main__ import machine
from bench.enquiries import assessed
from bench.loading import FULL, SMALL
from bench.packs import practitioner
from bench.serving import Served, over_limit, served, table, timed, verdict

#: Milliseconds at the 95th of a hundred; the sweep in all; in so many records something is written beforehand.
PAGE, SWEEP, RECORDS = 120, 2000, 6
#: What is sent to some of a plan's forms.
SENT = {
    "danger": {"words": "That nobody notices until it is late."},
    "need": {"words": "Help with the mornings.", "unmet_why": "Nobody here offers it."},
    "offer": {"name": "A club on Fridays", "meant_to_change": "She eats before lessons.", "state": "offered"},
    "scale": {"value": "6", "whom": "professional:", "name": "Somebody"},
}

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
        who = practitioner(bench)
        few = found[:RECORDS]
        incidents(who, [folder for folder, _plan, _review in few])
        asked = contributions(bench, who)
        pages = {
            "the plan": [f"/child/{folder}/plan/" for folder, _plan, _review in found],
            "a review": [f"/child/{folder}/review/{review}/" for folder, _plan, review in found],
            "a view at a review": [
                f"/child/{folder}/review/{review}/view/" for folder, _plan, review in found
            ],
            "an outcome at a review": [
                f"/child/{folder}/review/{review}/outcome/{one}/"
                for (folder, plan, review), one in zip(
                    found, one_of(bench, "plans_plannedoutcome", "item", found), strict=True
                )
            ],
            "taking a review back": [
                f"/child/{folder}/review/{review}/back/" for folder, _plan, review in found
            ],
            "an action": [
                f"/child/{folder}/plan/action/{one}/"
                for (folder, _plan, _review), one in zip(
                    found, one_of(bench, "plans_action", "id", found), strict=True
                )
            ],
            "a service offered": [
                f"/child/{folder}/offers/{one}/"
                for (folder, _plan, _review), one in zip(
                    found, one_of(bench, "plans_offer", "id", found), strict=True
                )
            ],
            "receiving a plan": [f"/child/{folder}/plan/receive/" for folder, _plan, _review in found],
            "a plan not begun": [f"{_plan_of(folder, plan)}not-begun/" for folder, plan, _review in found],
            "taking the plan back": [f"{_plan_of(folder, plan)}back/" for folder, plan, _review in found],
            "plans on their way": ["/transfers/"],
            "a new service": ["/services/new/"],
            "closing a review": [
                f"/child/{folder}/review/{review}/close/" for folder, _plan, review in found
            ],
            "outcomes over time": [f"/child/{folder}/outcomes/" for folder, _plan, _review in found],
            "visits": [f"/child/{folder}/visits/" for folder, _plan, _review in found],
            "beginning a plan": [f"/child/{folder}/plan/begin/" for folder, _plan, _review in found],
            "offering a service": [f"/child/{folder}/offers/new/" for folder, _plan, _review in found],
            "history": [f"{_plan_of(folder, plan)}history/" for folder, plan, _review in found],
            "signing": [f"{_plan_of(folder, plan)}sign/" for folder, plan, _review in found],
            "stepping up or down": [f"{_plan_of(folder, plan)}step/" for folder, plan, _review in found],
            "closing the plan": [f"{_plan_of(folder, plan)}close/" for folder, plan, _review in found],
            "asking for a step up": [
                f"/child/{folder}/enquiries/step-up/" for folder, _plan, _review in found
            ],
            "incidents": [f"/child/{folder}/incidents/" for folder, _plan, _review in few],
            "a new incident": [f"/child/{folder}/incidents/new/" for folder, _plan, _review in few],
            "deciding on incidents": [f"/child/{folder}/incidents/decide/" for folder, _plan, _review in few],
            "services offered": [f"/child/{folder}/offers/" for folder, _plan, _review in found],
            "the directory": ["/services/?age=9"],
            "asking for a contribution": [ask for ask, _contribution in asked],
            "a contribution": [contribution for _ask, contribution in asked],
            "my agency's actions": ["/actions/"],
            "unmet needs": ["/services/unmet/"],
        }
        for part in ("outcome", "action", "danger", "need", "offer", "view", "scale", "visit", "core"):
            pages[f"writing: {part}"] = [
                f"{_plan_of(folder, plan)}write/{part}/" for folder, plan, _review in found
            ]
        print(f"{machine()}; {size}")
        rows = {}
        for name, paths in pages.items():
            timed(lambda paths=paths: bench.client.get(paths[0]))  # type: ignore[misc]
            rows[name] = [
                timed(lambda path=path: bench.client.get(path))  # type: ignore[misc]
                for path in islice(cycle(paths), rounds)
            ]
        table("One page at a time, milliseconds", list(rows.items()), PAGE)
        sent = {
            f"sending: {part}": [
                sending(bench, f"{_plan_of(folder, plan)}write/{part}/", fields)
                for folder, plan, _review in found
            ]
            for part, fields in SENT.items()
        }
        table("One form at a time, milliseconds", list(sent.items()), PAGE)
        bench.owner.execute("CREATE TEMP TABLE stood AS SELECT id, due_at, state FROM procedures_duty")
        bench.owner.execute(PASSED)
        bench.owner.execute("ANALYZE procedures_duty")
        taken, marked = swept()
        bench.owner.execute(AS_IT_STOOD)
        print(f"\n{marked:,} open duties swept in {taken:,.0f} ms (to stay under {SWEEP:,} ms).")
        verdict(
            over_limit((rows | sent).items(), PAGE) + (["the sweep of duties"] if taken > SWEEP else []),
            small=arguments.small,
        )


def one_of(bench: Served, table: str, column: str, found: Sequence[tuple[UUID, UUID, UUID]]) -> list[UUID]:
    """Of each of these plans one row of the table."""
    rows = dict(
        bench.owner.execute(
            f"SELECT DISTINCT ON (plan_id) plan_id, {column} FROM {table} WHERE plan_id = ANY(%s) ORDER BY plan_id, id",  # noqa: S608 - our own words
            [[plan for _folder, plan, _review in found]],
        ).fetchall()
    )
    return [rows[plan] for _folder, plan, _review in found]


def _plan_of(folder: UUID, plan: UUID) -> str:
    return f"/child/{folder}/plan/{plan}/"


def sending(bench: Served, address: str, fields: dict[str, str]) -> float:
    """Milliseconds that keeping a form of a plan takes. Raises where it was refused."""
    start = time.perf_counter()
    answer = bench.post(address, fields)
    took = (time.perf_counter() - start) * 1000
    if answer.status_code != 302:
        raise RuntimeError(f"{address} was not taken: {answer.status_code}")
    return took


def incidents(who: UUID, folders: Sequence[UUID]) -> None:
    """Each child was missing five times, and back the same day."""
    from django.db import transaction

    from sightline.kernel.time import now
    from sightline.kernel.viewer import Viewer, looking_as
    from sightline.plans import actions
    from sightline.plans.terms import IncidentKind

    for folder in folders:
        with transaction.atomic(), looking_as(Viewer.practitioner(who)):
            for days in range(1, 6):
                began = now() - timedelta(days=days)
                actions.record_incident(
                    [folder],
                    actions.IncidentIn(
                        IncidentKind.MISSING, began, "Invented for the bench.", "Somebody",
                        ended_at=began + timedelta(hours=3),
                    ),
                )  # fmt: skip


def contributions(bench: Served, who: UUID) -> list[tuple[str, str]]:
    """For some assessments under way: the page that asks an agency for what it knows, and the page of one that was
    asked for."""
    from django.db import transaction

    from sightline.enquiries.actions.contribution import ask
    from sightline.kernel.viewer import Viewer, looking_as

    row = bench.owner.execute("SELECT id FROM agencies_agency ORDER BY id LIMIT 1").fetchone()
    assert row is not None
    found = []
    for folder, assessment, _section in assessed(bench, who):
        with transaction.atomic(), looking_as(Viewer.practitioner(who)):
            made = ask(assessment, row[0], "What do you know of this child?")
        found.append(
            (f"/child/{folder}/enquiries/assessments/{assessment}/ask/", f"/contributions/{made.id}/")
        )
    return found


if __name__ == "__main__":
    main()
