"""Somebody reads their own record, says something to it, and is answered."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from sightline.access.queries import may_write
from sightline.agencies.actions import notify, permit
from sightline.agencies.authors import authored
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import Viewer, current, looking_as
from sightline.procedures import actions as duties
from sightline.procedures.actions import Opening

from .. import queries
from ..models import (
    Reply,
    ReplyRead,
    SharedCopy,
)
from ..terms import (
    ReplyKind,
)
from .rows import _need


@transaction.atomic
def read_own() -> queries.Shared:
    """Read the copy of the viewer's reference and secret; the reading is on the trail. Raises NotFound."""
    shared = queries.shared(current().reference)
    if shared is None:
        raise NotFound
    record(
        Verb.READ, "archive.read_own", folder_id=shared.folder_id, subject=("archive_sharedcopy", shared.id)
    )
    return shared


_ANSWER = "/child/{row.folder_id}/access/reply/{row.id}/"


@transaction.atomic
def reply(kind: ReplyKind, words: str) -> Reply:
    """Say something to one's own record: it stands in one's own words, and whoever gave the copy is told."""
    shared = queries.shared(current().reference)
    if shared is None:
        raise NotFound
    words = _need(words, "Write what you want to say.", "words")
    sent = Reply.objects.filter(shared_id=shared.id, kind=kind.value, words=words).first()
    if sent is not None:
        return sent
    row = Reply.objects.create(
        folder_id=shared.folder_id, shared_id=shared.id, kind=kind.value, words=words, said_at=now()
    )
    giver = SharedCopy.objects.values_list("author_id", flat=True).get(id=shared.id)
    notify(
        giver, text="Somebody says something to their own record", path=f"/child/{shared.folder_id}/access/"
    )
    # They may write nothing in the record itself: that an answer is owed follows from their words.
    with looking_as(Viewer.for_job("duties")):
        duties.open_duties(
            [Opening(row.folder_id, "answer_reply", row.said_at, row.id, _ANSWER.format(row=row), giver)]
        )
    record(Verb.WROTE, "archive.reply", folder_id=shared.folder_id, subject=row)
    return row


@transaction.atomic
def answer_reply(reply_id: UUID, words: str) -> ReplyRead:
    """What was done about what a person says to their record."""
    acting = permit(Permission.WRITE_FOLDER)
    row = Reply.objects.filter(id=reply_id).first()
    if row is None or not may_write(row.folder_id):
        raise NotFound
    earlier = ReplyRead.objects.filter(reply=row).select_related("author").first()
    if earlier is not None:
        raise Refused(f"{earlier.author.name} has answered this already.")
    answer = ReplyRead.objects.create(
        **authored(acting, row.folder_id),
        reply=row,
        words=_need(words, "Say what was done about it.", "words"),
    )
    duties.discharge("answer_reply", row.id, folder_ids=[row.folder_id])
    record(Verb.WROTE, "archive.answer_reply", folder_id=row.folder_id, subject=answer)
    return answer
