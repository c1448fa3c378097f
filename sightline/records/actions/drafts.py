"""What is being written: kept every few seconds, never overwriting what another page has kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q

from sightline.agencies.actions import notify, permit
from sightline.agencies.models import Posting
from sightline.agencies.terms import Permission
from sightline.audit.actions import event, record, record_many
from sightline.audit.terms import Verb
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now
from sightline.kernel.verdicts import Refused

from .. import rules
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
#: So long before that its writer is told.
TOLD_BEFORE = timedelta(weeks=1)
#: A manager who has not decided on the drafts of somebody who left is told again after so long.
TOLD_AGAIN = timedelta(weeks=4)


def clear_drafts() -> int:
    """Remove drafts that nobody has touched for so long and whose writers were told a week before; run by the job
    `drafts`. Those of somebody who has left stay until their manager has decided, who is told of them. Returns how many
    are gone."""
    at = now()
    posted = Posting.objects.held_today().filter(practitioner=OuterRef("practitioner"))
    drafts = EntryDraft.objects.annotate(posted=Exists(posted))
    removed, _ = EntryDraft.objects.filter(
        id__in=drafts.filter(
            posted=True, saved_at__lt=at - DRAFTS_KEPT, told_at__lt=at - TOLD_BEFORE + timedelta(hours=6)
        ).values("id")
    ).delete()
    if removed:
        record(Verb.WROTE, "records.clear_drafts", count=removed)
    soon = drafts.filter(posted=True, saved_at__lt=at - DRAFTS_KEPT + TOLD_BEFORE)
    for row in soon.filter(Q(told_at__isnull=True) | Q(told_at__lt=F("saved_at"))):
        notify(
            row.practitioner_id,
            text="A draft that you have not touched for weeks is removed in a week. Sign it, or save it again",
            path="/",
        )
        EntryDraft.objects.filter(id=row.id).update(told_at=at)
    left = drafts.filter(posted=False).filter(Q(told_at__isnull=True) | Q(told_at__lt=at - TOLD_AGAIN))
    for practitioner_id in left.order_by("practitioner").values_list("practitioner", flat=True).distinct():
        post = last_posting(practitioner_id)
        if post is not None and post.line_manager_id is not None:
            notify(
                post.line_manager_id,
                text="Somebody you managed has left drafts that nobody signed. Decide what becomes of them",
                path=f"/people/posting/{post.pk}/drafts/",
            )
            EntryDraft.objects.filter(practitioner_id=practitioner_id).update(told_at=at)
    return removed


def last_posting(practitioner_id: UUID) -> Posting | None:
    """The post that somebody held last, whose manager answers for what they left."""
    return (
        Posting.objects.filter(practitioner_id=practitioner_id).order_by("-held_until", "-held_from").first()
    )


# -- of somebody who leaves --------------------------------------------------------------------------


def hand_over_drafts(posting_id: UUID, practitioner_id: UUID) -> None:
    """The drafts of somebody who leaves go to somebody who may write in their records: part of ending the post. What is
    signed from one names whoever began it, since they saw or heard it. Raises Refused where one cannot go."""
    handed, left = _handed_over(posting_id, practitioner_id)
    if left or not handed:
        raise Refused(
            f"{left or 'Some'} of these are about children in whose records this person may not write. Choose somebody "
            "else, or ask the manager who answers for the records to let them in first"
        )


@transaction.atomic
def give_left_drafts(posting_id: UUID, practitioner_id: UUID) -> tuple[int, int]:
    """Gives what somebody who left has begun to somebody who may write there: how many went, and how many stay."""
    handed, left = _handed_over(posting_id, practitioner_id)
    if not handed:
        raise Refused("They may write in none of these records. Choose somebody else.", "practitioner")
    return handed, left


def _handed_over(posting_id: UUID, practitioner_id: UUID) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM records_hand_over_drafts(%s, %s)", [posting_id, practitioner_id])
        found = cursor.fetchall()
    went = [(draft, folder) for draft, folder, handed in found if handed]
    if went:
        record_many(
            event(
                Verb.WROTE, "records.hand_over_draft", folder_id=folder, subject=("records_entrydraft", draft),
                to=practitioner_id,
            )
            for draft, folder in went
        )  # fmt: skip
        notify(practitioner_id, text="You have been given drafts that somebody who left had begun", path="/")
    return len(went), len(found) - len(went)


@transaction.atomic
def drop_left_drafts(posting_id: UUID, why: str) -> int:
    """Throws away what somebody who left had begun, with the reason. Returns how many."""
    rules.has_reasons(why, "why").or_refuse()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM records_drop_left_drafts(%s)", [posting_id])
        found = cursor.fetchall()
    if not found:
        raise Refused("Nothing is thrown away while they hold a post: it is theirs to finish.", "what")
    record_many(
        event(
            Verb.WROTE, "records.drop_left_draft", folder_id=folder, subject=("records_entrydraft", draft), purpose=why,
        )
        for draft, folder in found
    )  # fmt: skip
    return len(found)
