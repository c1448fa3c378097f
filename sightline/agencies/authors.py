"""What a row says of who wrote it, and the row that a form sent before has made already."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.db import models

from sightline.kernel.ids import uuid7
from sightline.kernel.time import now

from .rules import Acting

Row = TypeVar("Row", bound=models.Model)


def authored(acting: Acting, folder_id: UUID, once: UUID | None = None) -> dict[str, Any]:
    """The fields in which a row of a record names its writer, with their post as it is today. `once` is the key of the
    form that was sent: sent twice, it is kept once."""
    return {
        "id": once or uuid7(),
        "folder_id": folder_id,
        "author_id": acting.practitioner_id,
        "author_post": acting.post,
        "written_at": now(),
    }


def sent_before(rows: models.QuerySet[Row], once: UUID | None) -> Row | None:
    """The row that this form has made, where it was sent before."""
    return rows.filter(pk=once).first() if once is not None else None
