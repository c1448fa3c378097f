"""Jobs of the front door: looking behind seals for every concern, and clearing old drafts."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app

from sightline.access.actions import drop_forms_before
from sightline.agencies.actions import notify
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import now
from sightline.kernel.viewer import Viewer, looking_as
from sightline.matching.queries import sealed_matches_for_folder

from .models import ConcernPart, Draft

#: A draft that nobody has touched for so long holds personal data for no purpose.
DRAFTS_KEPT = timedelta(days=28)


@app.task(name="concerns.match_behind_seals", retry=5)
def match_behind_seals(concern_id: str) -> int:
    """Tell the people named on a seal that a concern may be about the sealed child; the front door sees nothing."""
    told = 0
    with transaction.atomic(), looking_as(Viewer.for_job("matching")):
        parts = list(ConcernPart.objects.filter(concern_id=UUID(concern_id)))
        for part in parts:
            for folder_id, named in sealed_matches_for_folder(part.folder_id):
                record(Verb.READ, "concerns.match_behind_seals", folder_id=folder_id, subject=part)
                for practitioner_id in named:
                    notify(
                        practitioner_id,
                        text="A new concern may be about a child whose record is sealed and open to you",
                        path=f"/child/{folder_id}/",
                        urgent=True,
                    )
                    told += 1
    return told


@app.periodic(cron="17 3 * * *")
@app.task(name="concerns.clear_drafts", queueing_lock="concerns.clear_drafts")
def clear_drafts(timestamp: int) -> int:
    """Every night: remove drafts that nobody has touched for four weeks."""
    with transaction.atomic(), looking_as(Viewer.for_job("drafts")):
        long_ago = now() - DRAFTS_KEPT
        removed, _ = Draft.objects.filter(saved_at__lt=long_ago).delete()
        removed += drop_forms_before(long_ago)
        if removed:
            record(Verb.WROTE, "concerns.clear_drafts", count=removed)
    return removed
