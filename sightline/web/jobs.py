"""The daily job that writes the summaries for when the system is down."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from procrastinate.contrib.django import app

from . import bundles


@app.periodic(cron="40 4 * * *")
@app.task(name="web.export_summaries", queueing_lock="web.export_summaries")
def export_summaries(timestamp: int) -> int:
    """Every night, where a folder is configured for them; returns how many bundles were written."""
    if not settings.SUMMARIES_FOLDER:
        return 0
    return len(bundles.export(Path(settings.SUMMARIES_FOLDER), Path(settings.SUMMARIES_KEYS)))
