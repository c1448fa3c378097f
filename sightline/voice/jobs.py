"""Jobs of this room: emptying forgotten drafts."""

from __future__ import annotations

from django.db import transaction
from procrastinate.contrib.django import app

from sightline.kernel.viewer import Viewer, looking_as

from . import actions


@app.periodic(cron="23 3 * * *")
@app.task(name="voice.clear_drafts", queueing_lock="voice.clear_drafts")
def clear_drafts(timestamp: int) -> int:
    """Every night: empty drafts that nobody has touched for four weeks."""
    with transaction.atomic(), looking_as(Viewer.for_job("drafts")):
        return actions.clear_drafts()
