"""What an agency that was asked is typing, kept until it is filed. Whoever was asked may not open the record, so it is
kept beside the question and not with the forms about records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import now

from ...models import (
    AnswerDraft,
)
from .. import episode as way

#: A draft that nobody has touched for so long holds personal data for no purpose.
DRAFTS_KEPT = timedelta(days=28)


@transaction.atomic
def save_draft(folder_id: UUID, contribution_id: UUID, fields: Mapping[str, object]) -> AnswerDraft:
    """Keep an answer as somebody is typing it, valid or not."""
    draft, _new = AnswerDraft.objects.update_or_create(
        practitioner_id=way.me(),
        contribution_id=contribution_id,
        defaults={"folder_id": folder_id, "content": dict(fields), "saved_at": now()},
    )
    return draft


@transaction.atomic
def drop_draft(contribution_id: UUID) -> None:
    """What was typed has been filed."""
    AnswerDraft.objects.filter(practitioner_id=way.me(), contribution_id=contribution_id).update(content={})


def clear_drafts() -> int:
    """Empty what nobody has touched for four weeks; run by the job `drafts`. Returns how many."""
    long_ago = now() - DRAFTS_KEPT
    emptied = AnswerDraft.objects.filter(saved_at__lt=long_ago).exclude(content={}).update(content={})
    if emptied:
        record(Verb.WROTE, "enquiries.clear_drafts", count=emptied)
    return emptied
