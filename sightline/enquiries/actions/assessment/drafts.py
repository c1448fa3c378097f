"""What is being typed for an assessment, kept until it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction

from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import now

from ...models import (
    Draft,
)
from .. import episode as way

#: A draft that nobody has touched for so long holds personal data for no purpose.
DRAFTS_KEPT = timedelta(days=28)


@transaction.atomic
def save_draft(key: str, fields: Mapping[str, object]) -> Draft:
    """Keep what somebody is typing on a page as it stands, valid or not."""
    draft, _new = Draft.objects.update_or_create(
        practitioner_id=way.me(),
        key=key,
        defaults={"content": dict(fields), "saved_at": now()},
    )
    return draft


@transaction.atomic
def drop_draft(key: str) -> None:
    """What was typed has been saved, or is thrown away."""
    Draft.objects.filter(practitioner_id=way.me(), key=key).delete()


def clear_drafts() -> int:
    """Remove drafts that nobody has touched for four weeks; run by the job `drafts`. Returns how many."""
    removed, _ = Draft.objects.filter(saved_at__lt=now() - DRAFTS_KEPT).delete()
    if removed:
        record(Verb.WROTE, "enquiries.clear_drafts", count=removed)
    return removed
