"""Named jobs, done by the worker. Each runs as itself: a transaction that says which job is looking.

What a job may read and write stands in the doors of the tables (`Door.jobs`), by the same name.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.tasks import Task

from .viewer import Viewer, looking_as

#: A failed job is tried again after 4, 16, 64, ... seconds.
TRIES = 6


def job(
    name: str, *, cron: str = "", one_transaction: bool = True
) -> Callable[[Callable[..., None]], Task[Any, Any, Any]]:
    """Make a function of a room's `jobs.py` a job.

    `task.defer(...)` asks for it within the caller's transaction; its arguments are by name, and plain JSON.
    `cron` runs it by the clock as well: five fields, or six with seconds last ("* * * * * */10"); a round
    that still waits is not asked for a second time. With `one_transaction` the whole job is one transaction
    in which `looking_as(Viewer.for_job(name))` holds; a long job goes without, and opens several of its own.
    A job may be run twice, and must then do no harm.
    """

    def decorate(function: Callable[..., None]) -> Task[Any, Any, Any]:
        @wraps(function)
        def run(**arguments: Any) -> None:
            if cron:
                # The instant that the clock meant; our jobs go by the clock on the wall.
                arguments.pop("timestamp", None)
            if not one_transaction:
                function(**arguments)
                return
            with transaction.atomic(), looking_as(Viewer.for_job(name)):
                function(**arguments)

        task = app.task(
            name=name,
            retry=False if cron else RetryStrategy(max_attempts=TRIES, exponential_wait=4),
            queueing_lock=name if cron else None,
            lock=name if cron else None,
        )(run)
        return app.periodic(cron=cron, periodic_id=name)(task) if cron else task  # type: ignore[arg-type]

    return decorate
