"""`/health/live` and `/health/ready`, for whoever runs the system: no session, nothing personal.

Live: this process answers. Ready: the database answers, its migrations are this program's, and a worker
has lately said that it is there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from psycopg_pool import PoolTimeout

#: The worker tells the database every 10 s that it is there.
HEARTBEAT = timedelta(seconds=45)
#: Looking at the migrations reads the disk, so a good answer holds this many seconds.
MIGRATIONS_HOLD = 60.0

_migrations_good_until = 0.0


def pending_migrations() -> list[str]:
    """Migrations of this program that the database has not had: `label.name`, as they would run."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def worker_heartbeat_age() -> float | None:
    """Seconds since a worker last said that it is there; None if none ever did or all have said goodbye."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers")
        age = cursor.fetchone()[0]
    return None if age is None else float(age)


def readiness() -> dict[str, bool]:
    """What must hold before requests are sent here, and whether it does."""
    global _migrations_good_until
    found = {"database": False, "migrations": False, "worker": False}
    try:
        connection.ensure_connection()
        found["database"] = True
        if time.monotonic() > _migrations_good_until and not pending_migrations():
            _migrations_good_until = time.monotonic() + MIGRATIONS_HOLD
        found["migrations"] = time.monotonic() <= _migrations_good_until
        if found["migrations"]:
            age = worker_heartbeat_age()
            found["worker"] = age is not None and age < HEARTBEAT.total_seconds()
    except (Error, PoolTimeout):
        # The answer is already in `found`: what was not reached does not hold.
        connection.close()
    return found


class Health:
    """Middleware that stands first and answers the two addresses itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == "/health/live":
            return self._answer({"alive": True})
        if request.path == "/health/ready":
            return self._answer(readiness())
        return self.get_response(request)

    @staticmethod
    def _answer(found: dict[str, bool]) -> JsonResponse:
        response = JsonResponse(found, status=200 if all(found.values()) else 503)
        response["Cache-Control"] = "no-store"
        return response
