"""What has passed its due instant is missed."""

from __future__ import annotations

from typing import Any

from django.db import connection

from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now

from .. import rules
from ..models import RUNNING, Duty
from ..terms import DutyAct, DutyState

# What has passed, each with its next state, and an event for each: the keys of those are made here.
_MISSED = """
    UPDATE procedures_duty d SET state = n.missed
    FROM unnest(%(running)s::text[], %(missed)s::text[]) AS n(running, missed)
    WHERE d.id = ANY (%(duties)s) AND d.state = n.running
"""


_MISSES = """
    INSERT INTO procedures_dutyevent (id, folder_id, duty_id, act, at, reason, due_before, due_after)
    SELECT e.id, d.folder_id, d.id, %(act)s, %(at)s, '', d.due_at, d.due_at
    FROM unnest(%(events)s::uuid[], %(duties)s::uuid[]) AS e(id, duty_id) JOIN procedures_duty d ON d.id = e.duty_id
"""


def mark_missed(limit: int = 5000) -> int:
    """Mark what has passed its due instant; run by the job `duties` every minute. Returns how many."""
    at, running = now(), RUNNING[:3]
    due = list(
        Duty.objects.select_for_update(skip_locked=True)
        .filter(state__in=running, due_at__lt=at)
        .order_by("due_at")
        .values_list("id", flat=True)[:limit]
    )
    if not due:
        return 0
    values: dict[str, Any] = {
        "duties": due,
        "events": [uuid7() for _ in due],
        "running": list(running),
        "missed": [rules.after_step(DutyState(state), DutyAct.MISS).value for state in running],
        "act": DutyAct.MISS.value,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MISSED, values)
        cursor.execute(_MISSES, values)
    record(Verb.WROTE, "procedures.mark_missed", count=len(due))
    return len(due)
