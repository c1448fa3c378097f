"""What waits for the person signed in, and saying that they have it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from sightline.kernel.verdicts import NotFound

from .. import actions, queries
from ..gate import SIGNED_IN, page
from ..rounds import how_far


@page(permission=SIGNED_IN, methods=("GET",))
def waiting(request: HttpRequest) -> HttpResponse:
    """Every notice of mine that nobody has acknowledged."""
    mine = request.practitioner.practitioner_id  # type: ignore[attr-defined]
    found = list(queries.notices_waiting(mine))
    return render(request, "agencies/notices.html", {"waiting": found, "how_far": how_far(found)})


@page(permission=SIGNED_IN)
def notice(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """One notice. Saying that I have it leads to what it is about."""
    found = queries.notice(notice_id)
    if found is None:
        raise NotFound
    if request.method == "POST":
        return HttpResponseRedirect(actions.acknowledge(notice_id).path)
    return render(request, "agencies/notice.html", {"notice": found, "how_far": how_far([found])})
