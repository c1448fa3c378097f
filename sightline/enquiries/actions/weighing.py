"""Which decisions of a meeting are decisions under the Children Act, before which a child's wishes have due regard."""

from __future__ import annotations

from sightline.meetings.terms import Purpose
from sightline.records.models import Decision
from sightline.voice.actions import WishesIn, weigh
from sightline.voice.terms import Power

#: By what a meeting is for. Early help, a family's own meeting, and those that carry out what was decided have none.
POWERS = {
    Purpose.STRATEGY_DISCUSSION: Power.SECTION_47,
    Purpose.INITIAL_CONFERENCE: Power.SECTION_47,
    Purpose.REVIEW_CONFERENCE: Power.SECTION_47,
    Purpose.RECEIVING_IN_CONFERENCE: Power.SECTION_47,
    Purpose.CHILD_IN_NEED_REVIEW: Power.SECTION_17,
    Purpose.LOOKED_AFTER_REVIEW: Power.SECTION_22,
}


def keep(purpose: Purpose, decision: Decision, wishes: WishesIn | None) -> None:
    """The regard had to the child's wishes, kept with a meeting's decision. Raises Refused where nothing is said."""
    power = POWERS.get(purpose)
    if power is not None:
        weigh(decision, power, wishes or WishesIn())
