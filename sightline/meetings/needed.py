"""Without which agencies one meeting is not quorate: what rooms above know of it and tell when they load.

needed[Purpose.STRATEGY_DISCUSSION] = enquiries.queries.referred_by
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from .rules import Needed
from .terms import Purpose

#: Asked, of one meeting, for the agencies, where the pack says `referrer` or `former_authority` of its kind.
needed: dict[Purpose, Callable[[UUID], Sequence[Needed]]] = {}
