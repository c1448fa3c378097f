"""Records sealed to those named, and opened again."""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

from django.db import connection

from sightline.agencies.actions import notify, permit
from sightline.agencies.models import Posting, Practitioner
from sightline.agencies.terms import Permission
from sightline.audit.actions import attempt, record
from sightline.audit.terms import Verb
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused

from .. import queries, rules
from ..models import Seal, SealName
from .reach import require_reached, require_written

#: What rooms above do when a folder was sealed, in its transaction: those that keep copies outside the database.
following_seals: list[Callable[[UUID], None]] = []


def seal(folder_id: UUID, why: str, named: Collection[UUID]) -> UUID:
    """Close a folder to all but the named; everybody else no longer sees that it exists."""
    with attempt("access.seal", folder_id=folder_id):
        acting = permit(Permission.SEAL)
        require_written(folder_id)
        require_reached(Permission.SEAL, folder_id)
        if not why.strip():
            raise Refused("Say why this record is sealed", "why")
        if queries.seal_on(folder_id) is not None:
            raise Refused("This record is sealed already. Name further people on the seal instead")
        able = (
            Posting.objects.held_today()
            .filter(practitioner_id__in=named, role__permissions__permission=Permission.SEAL.value)
            .values_list("practitioner_id", flat=True)
        )
        rules.may_seal(named, list(able)).or_refuse()
        at = now()
        row = Seal(folder_id=folder_id, why=why.strip(), sealed_at=at, sealed_by_id=acting.practitioner_id)
        # The names first: their key to the seal is checked at the end of the transaction, and once the seal
        # stands only the named may write.
        SealName.objects.bulk_create(
            SealName(
                folder_id=folder_id,
                seal=row,
                practitioner_id=one,
                named_by_id=acting.practitioner_id,
                named_at=at,
            )
            for one in dict.fromkeys(named)
        )
        row.save(force_insert=True)
        record(Verb.WROTE, "access.seal", folder_id=folder_id, subject=row, named=list(named))
        for follow in following_seals:
            follow(folder_id)
        return row.id


def name_on_seal(folder_id: UUID, practitioner_id: UUID) -> None:
    """Let one more person open a sealed folder."""
    with attempt("access.name_on_seal", folder_id=folder_id):
        acting = permit(Permission.SEAL)
        found = queries.seal_on(folder_id)
        if found is None:
            raise NotFound
        require_reached(Permission.SEAL, folder_id)
        if any(name.practitioner_id == practitioner_id for name in found.names.all()):
            raise Refused("They are named on the seal already", "named")
        if not Practitioner.objects.filter(pk=practitioner_id).exists():
            raise Refused("Choose a person", "named")
        row = SealName(
            folder_id=folder_id,
            seal=found,
            practitioner_id=practitioner_id,
            named_by_id=acting.practitioner_id,
            named_at=now(),
        )
        row.save(force_insert=True)
        record(Verb.WROTE, "access.name_on_seal", folder_id=folder_id, subject=row, named=practitioner_id)


def lift_seal(folder_id: UUID, why: str) -> None:
    """The folder opens again to those who have been let in."""
    with attempt("access.lift_seal", folder_id=folder_id):
        acting = permit(Permission.SEAL)
        found = queries.seal_on(folder_id)
        if found is None:
            raise NotFound
        require_reached(Permission.SEAL, folder_id)
        if not why.strip():
            raise Refused("Say why the seal is lifted", "why")
        found.lifted_at, found.lifted_by_id = now(), acting.practitioner_id
        found.lifted_why = why.strip()
        found.save(update_fields=["lifted_at", "lifted_by_id", "lifted_why"])
        record(Verb.WROTE, "access.lift_seal", folder_id=folder_id, subject=found)


def take_over_seal(seal_id: UUID, practitioner_id: UUID, why: str) -> None:
    """Name a manager on a seal that nobody can lift any more: they answer for the record from today, and are told.

    Whoever does it opens nothing themselves. Raises NotPermitted, Refused, and NotFound alike for a seal that somebody
    can lift and one that never was.
    """
    with attempt("access.take_over_seal", subject=("access_seal", seal_id)):
        permit(Permission.TAKE_OVER_SEAL)
        if not why.strip():
            raise Refused("Say why they take it over", "why")
        if all(line.id != seal_id for line in queries.left_seals()):
            raise NotFound
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT access_take_over_seal(%s, %s, %s)", [seal_id, practitioner_id, why.strip()]
            )
            folder_id = cursor.fetchone()[0]
        if folder_id is None:
            raise Refused("Choose somebody else who may seal records today", "practitioner")
        notify(
            practitioner_id, text="You answer for a record that others have left", path=f"/child/{folder_id}/"
        )
        record(
            Verb.WROTE, "access.take_over_seal", folder_id=folder_id, subject=("access_seal", seal_id),
            purpose=why.strip(), named=practitioner_id,
        )  # fmt: skip
