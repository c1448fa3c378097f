"""A worker that is killed takes no job with it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from procrastinate.contrib.django import app

from sightline.config.jobs import take_up_stalled


def _states(connection) -> dict[str, str]:
    return dict(connection.execute("SELECT task_name, status::text FROM procrastinate_jobs").fetchall())


def test_jobs_of_a_dead_worker_are_taken_up_again(fresh_database) -> None:
    app.configure_task("agencies.email_notice").defer(notice_id="1")
    app.configure_task("procedures.mark_missed").defer(timestamp=1)
    app.configure_task("concerns.match_behind_seals").defer(concern_id="2")

    with fresh_database.connect("sightline_owner") as owner:
        dead, alive = (
            owner.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval) RETURNING id",
                [silent],
            ).fetchone()[0]
            for silent in ("2 minutes", "1 second")
        )
        owner.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", [dead])
        owner.execute(
            "UPDATE procrastinate_jobs SET worker_id = %s WHERE task_name = 'concerns.match_behind_seals'",
            [alive],
        )

        async def take_up() -> None:
            with app.replace_connector(app.connector.get_worker_connector()) as worker_app:
                async with worker_app.open_async():
                    await take_up_stalled(worker_app.job_manager)

        # A browser test that ran before in this process leaves its event loop running in the main thread.
        with ThreadPoolExecutor(1) as apart:
            apart.submit(asyncio.run, take_up()).result()
        assert _states(owner) == {
            # Done again; the one of a living worker is left alone; the one by the clock is gone, its turn comes.
            "agencies.email_notice": "todo",
            "concerns.match_behind_seals": "doing",
        }
