"""What is decided on a plan over a conflict of interests not resolved for the child (CHD-06): what it is to do is kept,
and done as it was sent once a manager upholds the decision, or never."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from sightline.enquiries.actions.waiting import keep_waiting, none_waits, ruling_owed
from sightline.enquiries.models import Waiting
from sightline.enquiries.terms import Waits
from sightline.procedures.queries import pack_in_force
from sightline.records.models import Decision

#: By act: how what was sent is kept, and what is done with it.
_acts: dict[str, tuple[TypeAdapter[Any], Callable[[Decision, UUID, Any], object]]] = {}


def when_upheld(
    act: str, sent: Any
) -> Callable[[Callable[[Decision, UUID, Any], object]], Callable[[Decision, UUID, Any], object]]:
    """Marks what an act does once a manager upholds its decision. It is given the decision, its subject and what had
    been sent, of the type `sent`; it raises Refused where the plan has gone on so that it cannot be done any more."""

    def mark(
        does: Callable[[Decision, UUID, Any], object],
    ) -> Callable[[Decision, UUID, Any], object]:
        _acts[act] = (TypeAdapter(sent), does)
        return does

    return mark


def waits(decision: Decision, act: str, subject_id: UUID, sent: object = None) -> bool:
    """Whether a decision waits for a manager: then what it is to do is kept for the ruling, which is owed. A step of
    the action that decides."""
    if not decision.awaits_ruling:
        return False
    kept, _does = _acts[act]
    keep_waiting(decision, Waits.PLAN, subject_id, {"act": act, "sent": kept.dump_python(sent, mode="json")})
    ruling_owed(decision, pack_in_force())
    return True


def nothing_waits(subject_id: UUID) -> None:
    """Raises Refused while a manager has still to rule on what was decided before: a conflict is not decided away."""
    none_waits(Waits.PLAN, subject_id)


def upheld(waiting: Waiting) -> None:
    """A manager upheld a decision on a plan: only now it is done. A step of the ruling."""
    kept, does = _acts[waiting.sent["act"]]
    does(waiting.decision, waiting.subject_id, kept.validate_python(waiting.sent["sent"]))
