"""Sealed records that nobody can unseal any more, and naming a manager on one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.queries import holders
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.govuk.words import date_only
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused

from .. import actions, queries
from .forms import TakeOverForm


@page(permission=Permission.TAKE_OVER_SEAL)
def left(request: HttpRequest) -> HttpResponse:
    """The seals whose named have all left; one is taken over by naming a manager, with a reason."""
    seals = queries.left_seals()
    record(Verb.READ, "access.left", shown=[line.id for line in seals])
    acting = request.practitioner  # type: ignore[attr-defined]
    people = {line.practitioner_id: line.said_as for line in holders(Permission.SEAL)}
    people.pop(acting.practitioner_id, None)
    form = TakeOverForm(
        request.POST if request.method == "POST" else None,
        seals=[(line.id, f"{line.number}, sealed on {date_only(line.sealed_at)}") for line in seals],
        people=list(people.items()),
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            actions.take_over_seal(UUID(asked["seal"]), UUID(asked["practitioner"]), asked["why"])
        except (NotFound, NotPermitted):
            raise
        except Refused as refusal:
            form.refuse(refusal.verdict)
        else:
            messages.success(request, "They answer for that record from today, and have been told.")
            return HttpResponseRedirect(reverse("access:left"))
    return render(request, "access/left.html", {"form": form, "seals": seals})
