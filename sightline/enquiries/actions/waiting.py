"""A decision over a conflict of interests not resolved for the child: nothing is done until a manager rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sightline.agencies.queries import acting_as
from sightline.kernel.time import now
from sightline.kernel.verdicts import Refused
from sightline.procedures import actions as duties
from sightline.procedures.pack import Pack
from sightline.records.models import Decision

from ..models import Waiting
from ..terms import Waits
from . import episode as way


def keep_waiting(
    decision: Decision, what: Waits, subject_id: UUID, sent: Mapping[str, Any] | None = None
) -> Waiting:
    """What the decision is to do, kept for the ruling. A step of the action that decides."""
    row = Waiting(
        folder_id=decision.folder_id,
        decision=decision,
        what=what.value,
        subject_id=subject_id,
        sent=dict(sent or {}),
    )
    row.save(force_insert=True)
    return row


def ruling_owed(decision: Decision, pack: Pack) -> None:
    """A manager other than its maker owes a ruling, within the pack's time."""
    acting = acting_as(way.me())
    duties.happened(
        "conflict_unresolved",
        [decision.folder_id],
        subject_id=decision.id,
        at=now(),
        path=f"/child/{decision.folder_id}/enquiries/ruling/{decision.id}/",
        team_id=acting.team_id if acting else None,
        pack=pack,
    )


def none_waits(what: Waits, subject_id: UUID, **sent: str) -> None:
    """Raises Refused while a manager has still to rule on what was decided on that subject, by which this was sent: a
    conflict is not decided away."""
    found = Waiting.objects.filter(
        what=what.value, subject_id=subject_id, decision__ruling__isnull=True, sent__contains=sent
    )
    if waiting := found.select_related("decision__maker").first():
        made = waiting.decision
        raise Refused(
            f"{made.maker.name} decided on this with a conflict of interests that was not resolved for the child: "
            f"{made.outcome}. A manager has still to rule on that."
        )
