"""The morning's look at every open plan."""

from __future__ import annotations

from django.db import transaction
from procrastinate.contrib.django import app

from sightline.kernel.viewer import Viewer, looking_as

from .actions import look_at_plans


@app.periodic(cron="10 5 * * *")
@app.task(name="plans.look_at_plans", queueing_lock="plans.look_at_plans")
def look(timestamp: int) -> int:
    """Every morning before work: what has happened to a child or a worker that a plan must answer."""
    with transaction.atomic(), looking_as(Viewer.for_job("duties")):
        return look_at_plans()
