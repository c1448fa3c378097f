"""What rooms above tell of themselves when they load: what a decided concern leads on to for each of its children, and
what else the front door decides on.

links.for_child.append(links.Link("Offer a service", "plans:new_offer"))
links.in_effect.append(emergency.decided)
links.on_board["decision_on_step_up"] = "Step up from early help"
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Link:
    """What to do next, and the route of its page, which takes a folder and `?concern=`."""

    text: str
    route: str


for_child: list[Link] = []
#: What rooms above do once a decision is in effect and has opened its duties: the child's folder in the concern, the
#: decision, since when.
in_effect: list[Callable[[UUID, UUID, datetime], None]] = []
#: Kinds of duty that stand on the board although no concern does, and what each is called there.
on_board: dict[str, str] = {}
