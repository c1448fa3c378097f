"""Raising a concern without an account: by this browser alone, until its reference and secret were shown once."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import PUBLIC, page
from sightline.govuk.forms import typed
from sightline.kernel.verdicts import NotFound

from .. import actions, queries
from .drafted import STEPS, Door
from .holding import Held, as_public, held_by, hold, let_go, too_often
from .raising import decided_within, promises
from .steps import keep_step, step_page


@page(permission=PUBLIC)
def worried(request: HttpRequest) -> HttpResponse:
    """The public's way in: what happens with what they say, and how to leave this page quickly."""
    if request.method == "POST":
        if (wait := too_often(request, "start")) is not None:
            return wait
        held = Held.anew()
        with as_public(held):
            actions.start_draft("concern")
        first = HttpResponseRedirect(reverse("concerns:worried_step", args=[STEPS[0]]))
        return hold(first, held)
    return render(
        request,
        "concerns/worried.html",
        {
            "public": True,
            "idle_minutes": settings.SESSION_COOKIE_AGE // 60,
            "decided_within": decided_within(),
        },
    )


@page(permission=PUBLIC)
def worried_step(request: HttpRequest, step: str, n: int | None = None) -> HttpResponse:
    if request.method == "POST":
        if (wait := _too_fast(request)) is not None:
            return wait
        written = [
            value for values in typed(request.POST).values() for value in values if " " in value.strip()
        ]
        if written and not held_by(request).reference:
            # Somebody who wrote for longer than the device remembers: their words stand here and nowhere else.
            told = {"public": True, "written": written, "idle_minutes": settings.SESSION_COOKIE_AGE // 60}
            return render(request, "concerns/ended.html", told)
    return _public(request, lambda door: step_page(request, door, step, n))


@page(permission=PUBLIC, methods=("POST",))
def worried_keep(request: HttpRequest, step: str, n: int | None = None) -> HttpResponse:
    if (wait := _too_fast(request)) is not None:
        return wait
    return _public(request, lambda door: keep_step(request, door, step, n))


def _too_fast(request: HttpRequest) -> HttpResponse | None:
    """A page that says to wait, where this draft or this network is saved more often than anybody types."""
    held = held_by(request)
    return too_often(request, "keep", held.reference) if held.reference else None


def _public(request: HttpRequest, then: Callable[[Door], HttpResponse]) -> HttpResponse:
    """Find the draft that this browser holds; without one, back to the start, or to what became of it."""
    held = held_by(request)
    if not held.reference:
        return HttpResponseRedirect(reverse("concerns:worried"))
    with as_public(held):
        mine = queries.drafts()
        if mine:
            return hold(then(Door(public=True, draft=mine[0])), held)
        # Sent a moment ago, and sent again: it is there once.
        there = "concerns:worried_sent" if queries.own_concerns(1) else "concerns:worried"
        return HttpResponseRedirect(reverse(there))


@page(permission=PUBLIC)
def later(request: HttpRequest) -> HttpResponse:
    """Reference and secret, once, to come back to a draft; from then on this browser holds neither."""
    held = held_by(request)
    if not held.reference:
        return HttpResponseRedirect(reverse("concerns:worried"))
    with as_public(held):
        if not queries.drafts():
            there = "concerns:worried_sent" if queries.own_concerns(1) else "concerns:worried"
            return HttpResponseRedirect(reverse(there))
    return let_go(render(request, "concerns/later.html", {"public": True, "held": held}))


@page(permission=PUBLIC, methods=("GET", "POST"))
def leave(request: HttpRequest) -> HttpResponse:
    """Exit this page: forget the draft and the cookie, and go somewhere harmless."""
    held = held_by(request)
    if held.reference:
        with as_public(held):
            for draft in queries.drafts():
                actions.drop_draft(draft.id)
    response = HttpResponseRedirect("https://www.bbc.co.uk/weather")
    response["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return let_go(response)


@page(permission=PUBLIC, methods=("GET",))
def worried_sent(request: HttpRequest) -> HttpResponse:
    """It has arrived: reference and secret, once. From then on this browser holds neither."""
    held = held_by(request)
    if not held.reference:
        return HttpResponseRedirect(reverse("concerns:come_back"))
    with as_public(held):
        try:
            own = queries.own_concern()
        except NotFound:
            return HttpResponseRedirect(reverse("concerns:worried_step", args=["resume"]))
        context = {"own": own, "public": True, "secret": held.secret, "promises": promises(own.raised_at)}
        return let_go(render(request, "concerns/sent.html", context))
