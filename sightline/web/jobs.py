"""The jobs that write the summaries for when the system is down."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from django.conf import settings
from procrastinate.contrib.django import app

from sightline.kernel.again import WHEN_IT_IS_BACK

from . import bundles

#: Both write the same files.
_ONE_AT_A_TIME = "web.summaries"


@app.task(name="web.take_out_sealed", lock=_ONE_AT_A_TIME, retry=WHEN_IT_IS_BACK)
def take_out_sealed(folder_id: str) -> int:
    """When a record is sealed: it goes out of the files that were written before; returns how many held it."""
    if not settings.SUMMARIES_FOLDER:
        return 0
    folder, keys = Path(settings.SUMMARIES_FOLDER), Path(settings.SUMMARIES_KEYS)
    return bundles.take_out_sealed(UUID(folder_id), folder, keys)


@app.periodic(cron="40 4 * * *")
@app.task(name="web.export_summaries", lock=_ONE_AT_A_TIME, queueing_lock="web.export_summaries")
def export_summaries(timestamp: int) -> int:
    """Every night, where a folder is configured for them; returns how many bundles were written."""
    if not settings.SUMMARIES_FOLDER:
        return 0
    return len(bundles.export(Path(settings.SUMMARIES_FOLDER), Path(settings.SUMMARIES_KEYS)))
