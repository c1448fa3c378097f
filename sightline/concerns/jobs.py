"""Jobs of the front door: looking behind seals for every concern, and clearing old drafts."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from sightline.access.actions import drop_forms_before
from sightline.agencies.actions import notify
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.queries import name_and_age
from sightline.kernel.time import now
from sightline.kernel.viewer import Viewer, looking_as
from sightline.matching.queries import sealed_matches_for_folder

from .models import ConcernPart, Draft, PossibleConcern
from .queries import referrer_words

#: A draft that nobody has touched for so long holds personal data for no purpose.
DRAFTS_KEPT = timedelta(days=28)
#: Nobody sees that this was left undone, so it is tried for an hour, further and further apart.
AGAIN = RetryStrategy(max_attempts=11, exponential_wait=2)


@app.task(name="concerns.match_behind_seals", retry=AGAIN)
def match_behind_seals(concern_id: str) -> int:
    """Tell the people named on a seal of a concern that may be about the sealed child; the front door sees nothing.

    They read it in the sealed record. Run again, it tells nobody twice.
    """
    told = 0
    with transaction.atomic(), looking_as(Viewer.for_job("matching")):
        parts = ConcernPart.objects.filter(concern_id=UUID(concern_id)).select_related("concern__raised_by")
        for part in parts:
            for folder_id, named in sealed_matches_for_folder(part.folder_id):
                if PossibleConcern.objects.filter(folder_id=folder_id, part=part).exists():
                    continue
                put_behind_seal(folder_id, part)
                record(Verb.WROTE, "concerns.match_behind_seals", folder_id=folder_id, subject=part)
                for practitioner_id in named:
                    notify(
                        practitioner_id,
                        text="A new concern may be about a child whose record is sealed and open to you",
                        path=f"/child/{folder_id}/chronology/",
                        urgent=True,
                    )
                    told += 1
    return told


def put_behind_seal(folder_id: UUID, part: ConcernPart) -> PossibleConcern:
    """Copies into a sealed record what a concern says of one child. Part of the job above, as its viewer."""
    concern = part.concern
    given = name_and_age([part.child_id])[part.child_id]
    return PossibleConcern.objects.create(
        folder_id=folder_id,
        part=part,
        reference=concern.reference,
        immediate_danger=concern.immediate_danger,
        raised_at=concern.raised_at,
        raised_by=concern.raised_by.name if concern.raised_by else referrer_words(concern),
        raised_post=concern.raised_post,
        child_given=", ".join(said for said in (given.name, given.age) if said),
        what_happened=part.what_happened,
        about_child=part.about_child,
        child_said=part.child_said,
        written_at=now(),
    )


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
