"""What is being typed of what a child said: kept every few seconds, never overwriting what another page has kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from sightline.access.actions import drafts_went
from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import now

from ..models import Draft


@dataclass(frozen=True)
class OpenedOn:
    """The draft that a page was opened on, and how often it had been saved by then."""

    draft_id: UUID
    version: int


@dataclass(frozen=True)
class Kept:
    """When a draft was kept. `elsewhere`: when the latest of the writer's others on the same child was, each of which
    another page holds; None where there is none."""

    at: datetime
    elsewhere: datetime | None = None


@transaction.atomic
def save_draft(
    folder_id: UUID,
    content: Mapping[str, list[str]],
    *,
    page: UUID | None = None,
    opened_on: OpenedOn | None = None,
) -> Kept:
    """Keep what was typed so far of what a child said; the viewer's own.

    `page` is the key of the page that typed it, `opened_on` the draft that it was opened with. A page goes on with its
    own draft, or takes over the one that it was opened on while nobody else has saved it since; else what it holds is a
    draft beside the others.
    """
    acting = permit(Permission.WRITE_FOLDER)
    at = now()
    mine = Draft.objects.filter(folder_id=folder_id, practitioner_id=acting.practitioner_id)
    row = _of_page(mine, page, opened_on)
    if row is None:
        # What was kept and sent left an empty row: it is used again.
        row = mine.select_for_update(skip_locked=True).filter(content={}).first() or Draft(
            folder_id=folder_id, practitioner_id=acting.practitioner_id, version=0
        )
    row.content, row.saved_at, row.page, row.version = dict(content), at, page, row.version + 1
    row.save()
    others = mine.exclude(id=row.id).exclude(content={}).order_by("-saved_at")
    return Kept(at, others.values_list("saved_at", flat=True).first())


def _of_page(mine: QuerySet[Draft], page: UUID | None, opened_on: OpenedOn | None) -> Draft | None:
    """The draft that a page may write over: its own, else the one that it was opened on, unless it moved on since."""
    locked = mine.select_for_update()
    if (own := locked.filter(page=page).exclude(content={}).first()) is not None:
        return own
    if opened_on is None:
        return None
    return locked.filter(id=opened_on.draft_id, version=opened_on.version).first()


def empty_draft(folder_id: UUID, *, page: UUID | None, opened_on: OpenedOn | None) -> None:
    """What the page held is kept as it was said: its draft is emptied, and the one that it was opened on unless
    another page has gone on with it. For the action that keeps it."""
    of_page = Q(page=page)
    if opened_on is not None:
        of_page |= Q(id=opened_on.draft_id, version=opened_on.version)
    mine = Draft.objects.filter(of_page, folder_id=folder_id)
    mine.update(content={}, page=None, saved_at=now())


#: A draft that nobody has touched for so long holds what a child said where nobody reads it.
DRAFTS_KEPT = timedelta(days=28)


def clear_drafts() -> int:
    """Empty what nobody has gone on with; run by the job `drafts`. Returns how many."""
    emptied = Draft.objects.filter(saved_at__lt=now() - DRAFTS_KEPT).exclude(content={}).update(content={})
    if emptied:
        record(Verb.WROTE, "voice.clear_drafts", count=emptied)
    return emptied


def hand_over_drafts(posting_id: UUID, practitioner_id: UUID) -> None:
    """What somebody who leaves had begun to write of what children said goes to somebody who may write there, as heard
    by whoever began it: part of ending the post. Raises Refused where one cannot go."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM voice_hand_over_drafts(%s, %s)", [posting_id, practitioner_id])
        found = cursor.fetchall()
    drafts_went(
        found, practitioner_id, what="voice.hand_over_draft", subject="voice_draft", path="/child/{folder}/voice/hear/"
    )  # fmt: skip
