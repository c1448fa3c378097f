"""Who is kept apart from whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.models import held_on
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, Refused

from .. import queries
from ..models import CopyRuling, Invitation, KeepApart
from .base import changed, locked, me, open_to_write, tell_trail


@transaction.atomic
def keep_apart(
    folder_id: UUID, one_id: UUID, other_id: UUID, *, in_room: bool, address: bool, why: str
) -> UUID:
    """Two people in a child's life must not be in one room, or learn each other's address (FAM-08)."""
    permit(Permission.WRITE_FOLDER)
    open_to_write([folder_id])
    if one_id == other_id:
        raise Refused("Choose two different people.", "other")
    if not (in_room or address):
        raise Refused("Choose what they are to be kept from.", "what")
    if not why.strip():
        raise Refused("Say why, and who says so.", "why")
    around = queries.people_around(folder_id)
    if one_id not in around or other_id not in around:
        raise NotFound
    row = KeepApart(
        folder_id=folder_id,
        one_id=one_id,
        other_id=other_id,
        in_room=in_room,
        address=address,
        why=why.strip(),
        held_from=today(),
        recorded_at=now(),
        recorded_by_id=me(),
    )
    row.save(force_insert=True)
    record(Verb.WROTE, "meetings.keep_apart", folder_id=folder_id, subject=row)
    return row.id


@dataclass(frozen=True)
class RulingIn:
    """What somebody decides on a text for one reader's copies: by its digest, and why."""

    digest: str
    let_through: bool
    words: str


@transaction.atomic
def rule_on_copy(meeting_id: UUID, invitation_id: UUID, decided: Sequence[RulingIn]) -> None:
    """Somebody has read texts that name, or may name, a person from whom a reader is kept: they go to that reader as
    they stand, without the names, or are left out of every copy of theirs (FAM-08)."""
    permit(Permission.WRITE_FOLDER)
    meeting = locked(meeting_id)
    row = Invitation.objects.filter(id=invitation_id, meeting=meeting).first()
    if row is None:
        raise NotFound
    if not decided:
        raise Refused("Decide on at least one text.")
    for one in decided:
        if not one.words.strip():
            raise Refused("Say why, in a few words.", "words")
        CopyRuling(
            meeting=meeting,
            invitation=row,
            digest=one.digest,
            let_through=one.let_through,
            words=one.words.strip(),
            recorded_at=now(),
            recorded_by_id=me(),
        ).save(force_insert=True)
    changed(meeting, f"read a copy through for {row.name}")
    tell_trail(meeting, "meetings.rule_on_copy")


@transaction.atomic
def end_keep_apart(keep_apart_id: UUID, why: str) -> UUID:
    """They need be kept apart no longer; that they were stays on the record. Returns the folder."""
    permit(Permission.WRITE_FOLDER)
    row = KeepApart.objects.filter(held_on(today()), id=keep_apart_id).first()
    if row is None:
        raise NotFound
    if not why.strip():
        raise Refused("Say why it is safe now, and who decided.", "why")
    row.held_until, row.ended_why = today(), why.strip()
    row.save()
    record(Verb.WROTE, "meetings.end_keep_apart", folder_id=row.folder_id, subject=row)
    return row.folder_id
