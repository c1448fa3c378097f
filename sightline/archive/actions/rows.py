"""What acts of this room ask of the words and days they are given, and how they wait for a disposal."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import connection

from sightline.access.queries import lead_of
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import Refused


def _nobody_disposes(folder_id: UUID) -> None:
    """Whoever keeps a record from disposal, or disposes of it, waits here until the other transaction has ended: what
    keeps it is not written while it goes unseen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"archive keeping {lead_of(folder_id)}"]
        )


def _not_ahead(at: datetime | date, field: str) -> None:
    if (at > now()) if isinstance(at, datetime) else (at > today()):
        raise Refused("Give a time that is past.", field)


def _need(words: str, what: str, field: str) -> str:
    if not words.strip():
        raise Refused(what, field)
    return words.strip()
