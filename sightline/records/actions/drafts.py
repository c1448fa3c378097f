"""What is being written: kept every few seconds, never overwriting what another page has kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now

from ..models import (
    EntryDraft,
)


@dataclass(frozen=True)
class Kept:
    """What became of saving a draft. With `elsewhere` the draft was saved from another page at that instant, and what
    was sent now is kept beside it, in the draft that `draft` is."""

    draft: EntryDraft
    elsewhere: datetime | None = None


@transaction.atomic
def keep_draft(
    draft_id: UUID,
    *,
    child: UUID,
    kind: str,
    content: Mapping[str, object],
    version: int,
    about: UUID | None = None,
) -> Kept:
    """Keep what is being written, valid or not. `version` is the one that the page was opened on, 0 for a new one.

    A page that has fallen behind never overwrites: what it holds becomes a draft of its own; nor does one that somebody
    else left open, where the draft of that id is theirs.
    """
    acting = permit(Permission.WRITE_FOLDER)
    at = now()
    row = EntryDraft.objects.select_for_update().filter(id=draft_id).first()
    if row is not None and row.version == version:
        row.content, row.version, row.saved_at = dict(content), row.version + 1, at
        row.save(update_fields=["content", "version", "saved_at"])
        return Kept(row)
    if row is not None and row.content == dict(content):
        return Kept(row)
    fresh = EntryDraft(
        id=draft_id if row is None and version == 0 else uuid7(),
        practitioner_id=acting.practitioner_id,
        child=child,
        kind=kind,
        about=about,
        content=dict(content),
        beside=row.id if row is not None else None,
        started_at=at,
        saved_at=at,
    )
    try:
        with transaction.atomic():
            EntryDraft.objects.bulk_create([fresh])
    except IntegrityError:
        fresh.id = uuid7()
        EntryDraft.objects.bulk_create([fresh])
    return Kept(fresh, row.saved_at if row is not None else None)


@transaction.atomic
def drop_draft(draft_id: UUID) -> None:
    """Throw a draft away."""
    EntryDraft.objects.filter(id=draft_id).delete()


#: A draft that nobody has touched for so long holds personal data for no purpose; My work has shown it all the while.
DRAFTS_KEPT = timedelta(weeks=8)


def clear_drafts() -> int:
    """Remove drafts that nobody has touched for so long; run by the job `drafts`. Returns how many."""
    removed, _ = EntryDraft.objects.filter(saved_at__lt=now() - DRAFTS_KEPT).delete()
    if removed:
        record(Verb.WROTE, "records.clear_drafts", count=removed)
    return removed
