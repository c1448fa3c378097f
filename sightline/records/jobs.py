"""Jobs of the record: clearing old drafts."""

from __future__ import annotations

from django.db import transaction
from procrastinate.contrib.django import app

from sightline.kernel.viewer import Viewer, looking_as

from . import actions


@app.periodic(cron="27 3 * * *")
@app.task(name="records.clear_drafts", queueing_lock="records.clear_drafts")
def clear_drafts(timestamp: int) -> int:
    """Every night: remove drafts of entries that nobody has touched for eight weeks."""
    with transaction.atomic(), looking_as(Viewer.for_job("drafts")):
        return actions.clear_drafts()
