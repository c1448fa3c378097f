"""What the layout of every page needs: who is signed in, where they may go, what waits for them."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from sightline.agencies.gate import leads_somewhere
from sightline.agencies.queries import first_notices, partnership
from sightline.agencies.rounds import let_pass
from sightline.agencies.terms import Permission
from sightline.children.pages.printing import unasked
from sightline.govuk.words import clock
from sightline.kernel.time import now

_NAV = (
    ("My work", "web:home", None),
    ("Front door", "concerns:board", Permission.SEE_BOARD),
    ("Find a child", "matching:find", Permission.SEARCH),
    ("Raise a concern", "concerns:raise", Permission.RAISE_CONCERN),
)


def page(request: HttpRequest) -> dict[str, Any]:
    """Context of every page; the partnership and the notices are read only where a page shows them."""
    acting = getattr(request, "practitioner", None)
    ours = SimpleLazyObject(partnership)
    found: dict[str, Any] = {
        "partnership_name": SimpleLazyObject(lambda: ours.name if ours else ""),
        "partnership_colour": SimpleLazyObject(lambda: ours.colour if ours else ""),
        "acting": acting,
        "home_href": "/",
        "footer_links": [
            {"text": "Privacy", "href": reverse("web:privacy")},
            {"text": "Accessibility", "href": reverse("web:accessibility")},
            {"text": "Help", "href": reverse("web:help")},
            {"text": "Procedures", "href": reverse("web:procedures")},
        ],
    }
    if acting is None:
        found["sign_in_href"] = "/sign-in/login/"
        return found
    found["footer_links"].append({"text": "People, rotas and roles", "href": reverse("agencies:people")})
    here = request.path
    nav = []
    for text, name, permission in _NAV:
        if permission is not None and not acting.may(permission):
            continue
        href = reverse(name)
        current = here == href if href == "/" else here.startswith(href)
        nav.append({"text": text, "href": href, "current": current})
    found["nav"] = nav
    found["unasked"] = unasked(request)
    found["may_open"] = partial(leads_somewhere, acting)
    found["who"] = {
        "name": acting.name,
        "post": acting.post_title,
        "agency": acting.agency_name,
        "href": reverse("web:you"),
    }
    found["notices"] = SimpleLazyObject(lambda: _notices(acting.practitioner_id))
    return found


def _notice_text(notice: Any, at: datetime) -> str:
    """What a notice says, and that whoever was asked has let their time pass."""
    passed = let_pass(notice, at)
    return notice.text if passed is None else f"{notice.text}. Nobody had acknowledged it by {clock(passed)}"


def _notices(practitioner_id: UUID) -> list[dict[str, Any]]:
    """The first few that wait; where there are several, the way to all of them."""
    waiting, at = first_notices(practitioner_id), now()
    shown: list[dict[str, Any]] = [
        {"text": _notice_text(n, at), "href": reverse("agencies:notice", args=[n.id]), "urgent": n.urgent}
        for n in waiting[:3]
    ]
    if len(waiting) > 1:
        every = {
            "href": reverse("agencies:notices"),
            "link": f"All {len(waiting)} that wait for you",
            "all": True,
        }
        shown.append(every)
    return shown
