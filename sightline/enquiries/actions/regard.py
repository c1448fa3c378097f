"""No decision under section 17 or 47 without the child's wishes and their weight, or why they were not learnt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sightline.kernel.verdicts import Refused
from sightline.records.models import Decision
from sightline.voice.actions import Wishes, have_regard
from sightline.voice.terms import Power


@dataclass(frozen=True)
class WishesIn:
    """What the child said that bears on a decision and its weight, or why their wishes could not be learnt."""

    view_ids: Sequence[UUID] = ()
    weight: str = ""
    why_not: str = ""


def weigh(decision: Decision, power: Power, wishes: WishesIn) -> None:
    """Keep the regard had to the child's wishes with a decision (CHD-13). Raises Refused where nothing is said."""
    try:
        have_regard(
            decision.folder_id,
            Wishes(power, wishes.view_ids, wishes.weight, wishes.why_not),
            decision_id=decision.id,
        )
    except Refused as refused:
        if refused.verdict.field != "why_not":
            raise
        raise Refused(refused.verdict.reason, "wishes_why_not") from refused
