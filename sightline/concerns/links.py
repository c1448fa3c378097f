"""What a decided concern leads on to for each of its children, told by the rooms above when they load.

links.for_child.append(links.Link("Offer a service", "plans:new_offer"))
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """What to do next, and the route of its page, which takes a folder and `?concern=`."""

    text: str
    route: str


for_child: list[Link] = []
