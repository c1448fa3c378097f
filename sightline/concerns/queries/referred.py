"""Concerns by their references."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from ..rules import is_reference, tidy_reference


@dataclass(frozen=True)
class Referred:
    """A concern that somebody has the reference of. `opens`: they may open the record of one of its children; `own`:
    they raised it."""

    id: UUID
    reference: str
    raised_at: datetime
    opens: bool
    own: bool


_REFERRED = """
    SELECT id, reference, raised_at, concerns_may_see(id), coalesce(raised_by_id = kernel_practitioner(), false)
    FROM concerns_concern WHERE reference = ANY (%s) ORDER BY raised_at
"""


def of_references(typed: Sequence[str]) -> list[Referred]:
    """The concerns of these references, however typed, that the viewer may read. No query where none can be one, else
    one."""
    wanted = [reference for each in typed if is_reference(reference := tidy_reference(each))]
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_REFERRED, [wanted])
        return [Referred(*row) for row in cursor.fetchall()]
