"""The job that marks what has passed its due instant."""

from __future__ import annotations

from django.db import transaction
from procrastinate.contrib.django import app

from sightline.kernel.viewer import Viewer, looking_as

from .actions import mark_missed


@app.periodic(cron="* * * * *")
@app.task(name="procedures.mark_missed", queueing_lock="procedures.mark_missed")
def sweep(timestamp: int) -> int:
    """Every minute, in batches: a duty that is missed is known to be missed."""
    total = 0
    while True:
        with transaction.atomic(), looking_as(Viewer.for_job("duties")):
            marked = mark_missed()
        total += marked
        if marked == 0:
            return total
