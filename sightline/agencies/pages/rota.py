"""Who is duty manager now and over the next weeks."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused

from .. import actions, queries
from ..gate import SIGNED_IN, page
from ..rules import Shift, reaches, repeated_weekly, rota_gaps
from ..terms import Permission
from .forms import ShiftForm

WEEKS_SHOWN = 4


@page(permission=SIGNED_IN, methods=("GET",))
def teams(request: HttpRequest) -> HttpResponse:
    """Every team that has a rota, and who is on duty now."""
    return render(request, "agencies/rotas.html", {"teams": queries.on_duty_now(now())})


@page(permission=SIGNED_IN)
def rota(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """A team's rota over the next weeks with its gaps; adding shifts for those who may."""
    team = queries.team(team_id)
    if team is None:
        raise NotFound
    acting = request.practitioner  # type: ignore[attr-defined]
    may_change = bool(
        acting.may(Permission.MANAGE_ROTA)
        and reaches(acting, Permission.MANAGE_ROTA, agency_id=team.agency_id, team_id=team.pk)
    )
    form = (
        ShiftForm(request.POST if request.method == "POST" else None, people=queries.for_rota(team))
        if may_change
        else None
    )
    if request.method == "POST":
        if form is None:
            raise NotPermitted("Only those who keep this team's rota change it. Ask the team's manager.")
        if form.is_valid():
            asked = form.cleaned_data
            shift = Shift(
                UUID(asked["practitioner"]), asked["starts_at"], asked["ends_at"], int(asked["place"])
            )
            try:
                actions.add_shifts(team_id, repeated_weekly(shift, asked["weeks"] or 1))
            except NotPermitted:
                raise
            except Refused as refusal:
                form.refuse(refusal.verdict)
            else:
                messages.success(request, "The rota has been changed.")
                return HttpResponseRedirect(reverse("agencies:rota", args=[team_id]))
    since = datetime.combine(today(), datetime.min.time(), tzinfo=LONDON)
    until = since + timedelta(weeks=WEEKS_SHOWN)
    lines = queries.rota(team_id, since, until)
    context = {
        "team": team,
        "lines": lines,
        "gaps": rota_gaps([line.shift for line in lines], max(since, now()), until),
        "duty_manager": queries.duty_manager(team_id, now()),
        "weeks": WEEKS_SHOWN,
        "form": form,
    }
    return render(request, "agencies/rota.html", context)


@page(permission=Permission.MANAGE_ROTA, methods=("POST",))
def remove(request: HttpRequest, shift_id: UUID) -> HttpResponse:
    """Take a shift off."""
    team_id = actions.remove_shift(shift_id)
    messages.success(request, "The shift has been taken off the rota.")
    return HttpResponseRedirect(reverse("agencies:rota", args=[team_id]))
