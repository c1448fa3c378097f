"""Raising a concern as somebody who is signed in, one question or one closely related group a page.

`without_account` is the other door. Both share the steps (`steps`); they differ in how the draft is found.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.govuk.once import new_key, read_key
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound
from sightline.procedures.actions import clock_of
from sightline.procedures.queries import pack_in_force

from .. import actions, queries, rules
from .drafted import STEPS, Door, draft_names
from .steps import keep_step, step_page


@page(permission=Permission.RAISE_CONCERN)
def start(request: HttpRequest) -> HttpResponse:
    """What this is for; starting makes the draft."""
    if request.method == "POST":
        key = read_key(request.POST.get("once_key"))
        if not queries.sent_already(key):
            actions.start_draft("concern", once=key)
        return HttpResponseRedirect(reverse("concerns:step", args=[key, STEPS[0]]))
    mine = [d for d in queries.drafts() if d.kind == "concern"]
    return render(
        request,
        "concerns/start.html",
        {
            "drafts": [(d, draft_names(d.content)) for d in mine],
            "once_key": new_key(),
            "decided_within": decided_within(),
        },
    )


@page(permission=Permission.RAISE_CONCERN)
def step(request: HttpRequest, draft_id: UUID, step: str, n: int | None = None) -> HttpResponse:
    try:
        draft = queries.draft(draft_id)
    except NotFound:
        # Sent a moment ago, and sent again or gone back to: the concern has its draft's key. NotFound where it is none.
        return HttpResponseRedirect(reverse("concerns:sent", args=[queries.own_concern(draft_id).id]))
    return step_page(request, Door(public=False, draft=draft), step, n)


@page(permission=Permission.RAISE_CONCERN, methods=("POST",))
def keep(request: HttpRequest, draft_id: UUID, step: str, n: int | None = None) -> HttpResponse:
    """Saves a step as it stands, asked for by the page itself every few seconds."""
    return keep_step(request, Door(public=False, draft=queries.draft(draft_id)), step, n)


@page(permission=Permission.RAISE_CONCERN, methods=("POST",))
def drop(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    actions.drop_draft(queries.draft(draft_id).id)
    return HttpResponseRedirect(reverse("concerns:raise"))


@page(permission=Permission.RAISE_CONCERN, methods=("GET",))
def sent(request: HttpRequest, concern_id: UUID) -> HttpResponse:
    """It has arrived: the reference, and what happens next by when."""
    own = queries.own_concern(concern_id)
    return render(
        request, "concerns/sent.html", {"own": own, "public": False, "promises": promises(own.raised_at)}
    )


def decided_within() -> str:
    """How long a decision on a concern may take, in words: a limit of the procedures in force."""
    pack, day = pack_in_force(), today()
    return pack.limit(pack.duty_kind(rules.DECISION, day).limit, day).span


def promises(raised_at: Any) -> list[tuple[str, Any]]:
    """What the referrer may expect by when, from the pack's own limits."""
    pack = pack_in_force()
    return [
        (words, clock_of(pack, kind, raised_at).due_at)
        for words, kind in (
            ("We tell you that somebody has it", "acknowledgement_to_referrer"),
            ("Somebody decides what happens next", rules.DECISION),
        )
    ]
