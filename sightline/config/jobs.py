"""What the worker does for its own kind: jobs whose worker died are taken up again."""

from __future__ import annotations

from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

#: Seconds without a sign of life after which a worker counts as dead; it gives one every ten.
SILENCE = 30.0


@app.periodic(cron="* * * * *")
@app.task(name="config.take_up_again", queueing_lock="config.take_up_again", pass_context=True)
async def take_up_again(context: JobContext, timestamp: int) -> None:
    """Every minute: what dead workers left."""
    await take_up_stalled(context.app.job_manager)


async def take_up_stalled(jobs: JobManager) -> None:
    """A job that was under way when its worker died is done again by another.

    A job by the clock is let go of instead: its next turn does what this one left.
    """
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=SILENCE):
        if job.queueing_lock:
            await jobs.finish_job(job, status=Status.FAILED, delete_job=True)
        else:
            await jobs.retry_job(job)
