"""Figures: how limits were kept, where the harm is, and whether decisions differ between groups."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sightline.agencies.gate import page
from sightline.agencies.queries import acting_now
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.concerns.figures import figures as of_concerns
from sightline.enquiries.figures import found_by_place
from sightline.kernel.time import now
from sightline.procedures.queries import kept_limits

#: The times that can be chosen, in days, and how they are called.
PERIODS = {
    "month": (31, "The last month"),
    "quarter": (92, "The last three months"),
    "year": (366, "The last year"),
}


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def figures(request: HttpRequest) -> HttpResponse:
    """Counts for a time that the viewer chooses: over the records that they may open, or over the whole partnership
    where they answer for it."""
    chosen = request.GET.get("period", "quarter")
    chosen = chosen if chosen in PERIODS else "quarter"
    until = now()
    since = until - timedelta(days=PERIODS[chosen][0])
    acting = acting_now()
    everywhere = acting is not None and acting.may(Permission.PARTNERSHIP_WORK)
    record(Verb.READ, "web.figures")
    return render(
        request,
        "web/figures.html",
        {
            "concerns": of_concerns(since, until, everywhere=everywhere),
            "enquiries": found_by_place(since, until, everywhere=everywhere),
            "limits": kept_limits(since, until, everywhere=everywhere),
            "everywhere": everywhere,
            "since": since,
            "periods": [(key, words, key == chosen) for key, (_days, words) in PERIODS.items()],
        },
    )
