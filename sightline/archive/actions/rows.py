"""What every row of this room says of its writer, and what every act asks of its words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models

from sightline.access.queries import lead_of
from sightline.agencies.rules import Acting
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import Refused

Kept = TypeVar("Kept", bound=models.Model)


def _post(acting: Acting) -> str:
    return f"{acting.post_title}, {acting.agency_name}"


def _by(acting: Acting, folder_id: UUID, once: UUID | None = None) -> dict[str, Any]:
    """What every row says of its writer. `once` is the key of the form that was sent: sent twice, it is kept once."""
    return {
        "id": once or uuid7(),
        "folder_id": folder_id,
        "author_id": acting.practitioner_id,
        "author_post": _post(acting),
        "written_at": now(),
    }


def _nobody_disposes(folder_id: UUID) -> None:
    """Whoever keeps a record from disposal, or disposes of it, waits here until the other transaction has ended: what
    keeps it is not written while it goes unseen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"archive keeping {lead_of(folder_id)}"]
        )


def _sent(rows: models.QuerySet[Kept], once: UUID | None) -> Kept | None:
    """The row that a form sent before has made, where it was sent before."""
    return rows.filter(pk=once).first() if once is not None else None


def _not_ahead(at: datetime | date, field: str) -> None:
    if (at > now()) if isinstance(at, datetime) else (at > today()):
        raise Refused("Give a time that is past.", field)


def _need(words: str, what: str, field: str) -> str:
    if not words.strip():
        raise Refused(what, field)
    return words.strip()
