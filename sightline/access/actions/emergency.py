"""Records opened in an emergency, and each of them looked at afterwards."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db import connection

from sightline.agencies.actions import notify, permit
from sightline.agencies.models import Posting
from sightline.agencies.terms import Permission
from sightline.audit.actions import attempt, record
from sightline.audit.terms import Verb
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused

from .. import queries, rules
from ..models import EmergencyAccess
from ..terms import GrantOrigin
from .grants import grant_to
from .reach import require_reached


def open_in_emergency(
    folder_id: UUID,
    reason: str,
    *,
    minutes: int,
    tell: Collection[UUID] = (),
    acknowledge_within_minutes: int | None = None,
) -> EmergencyAccess:
    """Open a folder in an emergency for so many minutes (the pack's), and tell whoever answers for it at
    once.

    Told are the manager who answers for the record, the practitioners that it is allocated to, whoever `tell`
    adds, and the opener's own manager; whoever does not say in `acknowledge_within_minutes` (the pack's) that they
    have it is followed by their own manager. Raises NotPermitted, Refused for a reason of no real words, NotFound
    for a sealed or invented folder, both alike.
    """
    with attempt("access.open_in_emergency", folder_id=folder_id):
        acting = permit(Permission.EMERGENCY)
        rules.reason_is_real(reason).or_refuse()
        at = now()
        answering = _answer_for(folder_id)
        if answering is None:
            raise NotFound
        if queries.opened_of([folder_id]):
            raise Refused("You may open this record already")
        until = at + timedelta(minutes=minutes)
        grant = grant_to(
            folder_id,
            GrantOrigin.EMERGENCY,
            reason.strip(),
            practitioner_id=acting.practitioner_id,
            ends_at=until,
        )
        row = EmergencyAccess(
            folder_id=folder_id,
            practitioner_id=acting.practitioner_id,
            grant=grant,
            folder_number=queries.number_of(folder_id),
            reason=reason.strip(),
            opened_at=at,
            ends_at=until,
        )
        row.save(force_insert=True)
        above = [acting.line_manager_id] if acting.line_manager_id else []
        for one in dict.fromkeys([*answering, *tell, *above]):
            if one != acting.practitioner_id:
                notify(
                    one,
                    text="A record that concerns you was opened in an emergency",
                    path=f"/access/emergencies/{row.pk}/",
                    urgent=True,
                    acknowledge_within_minutes=acknowledge_within_minutes,
                )
        record(
            Verb.EMERGENCY,
            "access.open_in_emergency",
            folder_id=folder_id,
            subject=row,
            purpose=reason.strip(),
        )
        return row


def _answer_for(folder_id: UUID) -> list[UUID] | None:
    """Who is told, asked past the policies; None for a sealed or invented folder."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_answers_for(%s)", [folder_id])
        found = cursor.fetchone()[0]
    return None if found is None else list(found)


def review_emergency(emergency_id: UUID, *, justified: bool, words: str) -> None:
    """Somebody other than who opened it says whether opening it was justified.

    Where it was not, the opener's manager is told.
    """
    with attempt("access.review_emergency", subject=("access_emergencyaccess", emergency_id)):
        acting = permit(Permission.REVIEW_EMERGENCY)
        row = EmergencyAccess.objects.filter(id=emergency_id).first()
        if row is None:
            raise NotFound
        rules.may_review(row.practitioner_id, acting.practitioner_id).or_refuse()
        require_reached(Permission.REVIEW_EMERGENCY, row.folder_id)
        if row.reviewed_at is not None:
            raise Refused("This has been reviewed already")
        if not words.strip():
            raise Refused("Say what you found", "words")
        row.reviewed_at, row.reviewed_by_id = now(), acting.practitioner_id
        row.justified, row.review_words = justified, words.strip()
        row.save(update_fields=["reviewed_at", "reviewed_by_id", "justified", "review_words"])
        if not justified:
            above = (
                Posting.objects.held_today()
                .filter(practitioner_id=row.practitioner_id, line_manager__isnull=False)
                .values_list("line_manager_id", flat=True)
            )
            for manager in set(above) - {acting.practitioner_id}:
                notify(
                    manager,
                    text="An emergency access by somebody you manage was found not to be justified",
                    path=f"/access/emergencies/{row.pk}/",
                )
        record(Verb.WROTE, "access.review_emergency", folder_id=row.folder_id, subject=row)
