"""Jobs of this room: emptying drafts that nobody has touched."""

from __future__ import annotations

from django.db import transaction
from procrastinate.contrib.django import app

from sightline.kernel.viewer import Viewer, looking_as

from .actions.assessment import clear_drafts as clear


@app.periodic(cron="29 3 * * *")
@app.task(name="enquiries.clear_drafts", queueing_lock="enquiries.clear_drafts")
def clear_drafts(timestamp: int) -> int:
    """Every night: empty drafts that nobody has touched for four weeks."""
    with transaction.atomic(), looking_as(Viewer.for_job("drafts")):
        return clear()
