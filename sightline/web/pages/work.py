"""My work, my team's and the partnership's: what is due, why, and where the rule comes from."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sightline.agencies.gate import PUBLIC, SIGNED_IN, page
from sightline.agencies.queries import name_of
from sightline.agencies.rules import ALLOWS
from sightline.agencies.terms import Permission
from sightline.concerns.queries import drafts, own_concerns
from sightline.kernel.time import now

from .. import queries

SIZE = 100


@page(permission=PUBLIC, methods=("GET",))
def home(request: HttpRequest) -> HttpResponse:
    """My work for whoever is signed in with a post; for everybody else the way in."""
    acting = getattr(request, "practitioner", None)
    if acting is None:
        return render(request, "web/welcome.html")
    found = _context(request, practitioner_id=acting.practitioner_id)
    mine = drafts()
    found |= {
        "title": "My work",
        "drafts": mine,
        "own": own_concerns(3) if acting.may(Permission.RAISE_CONCERN) else [],
        "team_work": acting.may(Permission.TEAM_WORK),
        "partnership_work": acting.may(Permission.PARTNERSHIP_WORK),
        "empty": "Nothing is due from you. A duty given to you stands here with its date and its reason.",
    }
    return render(request, "web/work.html", found)


@page(permission=Permission.TEAM_WORK, methods=("GET",))
def team(request: HttpRequest) -> HttpResponse:
    """The duties of my teams, whoever owns them."""
    found = _context(request, team_ids=request.practitioner.team_ids)  # type: ignore[attr-defined]
    found |= {"title": "My team's work", "empty": "Nothing is due from your team."}
    return render(request, "web/work.html", found)


@page(permission=Permission.PARTNERSHIP_WORK, methods=("GET",))
def partnership(request: HttpRequest) -> HttpResponse:
    """All duties in the records that I may open."""
    found = _context(request)
    found |= {
        "title": "The partnership's work",
        "empty": "Nothing is due in the records that you may open.",
        "reach": "This counts the records that you may open.",
    }
    return render(request, "web/work.html", found)


@page(permission=SIGNED_IN, methods=("GET",))
def you(request: HttpRequest) -> HttpResponse:
    """Who I am here: post, manager, roles and what they allow."""

    acting = request.practitioner  # type: ignore[attr-defined]
    return render(
        request,
        "web/you.html",
        {
            "manager": name_of(acting.line_manager_id) if acting.line_manager_id else "",
            "allows": [(ALLOWS[p], scope.value) for p, scope in acting.permissions.items()],
        },
    )


def _context(request: HttpRequest, **whose: Any) -> dict[str, Any]:
    by = request.GET.get("by", "due")
    by = by if by in dict(queries.WAYS) else "due"
    number = request.GET.get("page", "1")
    at = max(int(number), 1) if number.isdigit() else 1
    work = queries.work(**whose, by=by, page=at, size=SIZE)
    return {
        "work": work,
        "by": by,
        "ways": queries.WAYS,
        "now": now(),
        "page_number": at,
        "more": at * SIZE < work.total,
    }
