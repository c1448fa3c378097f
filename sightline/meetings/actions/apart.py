"""Who is kept apart from whom."""

from __future__ import annotations

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
from ..models import (
    KeepApart,
)
from .base import me, open_to_write


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
