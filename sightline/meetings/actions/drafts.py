"""Minutes while somebody writes them: kept as they are typed, forgotten once saved, given on by whoever leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from sightline.access.actions import drafts_went
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound

from ..models import Meeting, MinutesDraft
from .base import me


@transaction.atomic
def save_draft(meeting_id: UUID, content: Mapping[str, Any]) -> MinutesDraft:
    """Keep what the viewer has typed so far in the minutes of a meeting."""
    if not Meeting.objects.filter(id=meeting_id).exists():
        raise NotFound
    who = me()
    row = MinutesDraft.objects.filter(meeting_id=meeting_id, practitioner_id=who).first()
    row = row or MinutesDraft(meeting_id=meeting_id, practitioner_id=who)
    row.content, row.saved_at = dict(content), now()
    row.save()
    return row


@transaction.atomic
def drop_draft(meeting_id: UUID) -> None:
    """Forget what the viewer has typed in the minutes of a meeting."""
    MinutesDraft.objects.filter(meeting_id=meeting_id, practitioner_id=me()).delete()


def hand_over_minutes(posting_id: UUID, practitioner_id: UUID) -> None:
    """The minutes that somebody who leaves had begun go to somebody who may write in the records of all children whom
    the meeting was about: part of ending the post. Raises Refused where they cannot go."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM meetings_hand_over_minutes(%s, %s)", [posting_id, practitioner_id])
        found = cursor.fetchall()
    drafts_went(
        found, practitioner_id, what="meetings.hand_over_minutes", subject="meetings_minutesdraft", path="/meetings/"
    )  # fmt: skip
