"""Who may open a record: letting somebody in, ending it, handing over, sealing."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.queries import agencies, managers, name_of, practitioners, teams
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.govuk.forms import typed
from sightline.govuk.words import plural
from sightline.kernel.time import LONDON
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused

from .. import actions, queries
from ..terms import GrantLevel
from .forms import GiveForm, HandOverForm, LiftForm, NameForm, SealForm
from .frame import frame


def _opened(folder_id: UUID, what: str) -> str:
    """The record's number. NotFound alike for what is sealed, foreign or invented."""
    number = queries.number_of(folder_id)
    if not number:
        raise NotFound
    record(Verb.READ, f"access.{what}", folder_id=folder_id)
    return number


def _back(folder_id: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("access:who", args=[folder_id]))


def _people() -> list[tuple[UUID, str]]:
    return list({line.practitioner_id: line.said_as for line in practitioners()}.items())


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def who(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Who may open this record, why, by whom let in and until when."""
    number = _opened(folder_id, "who")
    acting = request.practitioner  # type: ignore[attr-defined]
    manager = queries.responsible_manager(folder_id)
    writes = queries.may_write(folder_id)
    context = {
        "folder_id": folder_id,
        "number": number,
        "grants": list(queries.grants_on(folder_id)),
        "seal": queries.seal_on(folder_id),
        "manager": name_of(manager) if manager else "",
        "may_give": writes
        and acting.may(Permission.GIVE_ACCESS)
        and bool(queries.reaches(Permission.GIVE_ACCESS, folder_id)),
        "may_seal": writes
        and acting.may(Permission.SEAL)
        and bool(queries.reaches(Permission.SEAL, folder_id)),
    }
    return render(request, "access/who.html", context | frame(request, folder_id, "access"))


@page(permission=Permission.GIVE_ACCESS)
def give(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Let one person, team or agency open this record."""
    number = _opened(folder_id, "give_page")
    form = GiveForm(
        request.POST if request.method == "POST" else None,
        people=_people(),
        teams=[(team.pk, f"{team.agency.name}: {team.name}") for team in teams()],
        agencies=[(agency.pk, agency.name) for agency in agencies()],
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        last = asked["ends"]
        # A last day counts to its end.
        ends_at = datetime.combine(last + timedelta(days=1), time(), tzinfo=LONDON) if last else None
        try:
            actions.give_access(
                folder_id,
                why=asked["why"],
                practitioner_id=form.chosen("practitioner"),
                team_id=form.chosen("team"),
                agency_id=form.chosen("agency"),
                level=GrantLevel(asked["level"]),
                ends_at=ends_at,
            )
        except NotPermitted:
            raise
        except Refused as refusal:
            form.refuse(refusal.verdict)
        else:
            messages.success(request, "They may open this record from now on.")
            return _back(folder_id)
    context = {"form": form, "number": number, "folder_id": folder_id}
    return render(request, "access/give.html", context | frame(request, folder_id, "access"))


@page(permission=Permission.GIVE_ACCESS, methods=("POST",))
def end(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """End somebody's access now."""
    folder_id = actions.end_access(grant_id)
    messages.success(request, "That access has ended. That it was given stays on the record.")
    if not queries.opened_of([folder_id]):
        return HttpResponseRedirect("/")
    return _back(folder_id)


@page(permission=Permission.GIVE_ACCESS)
def hand_over(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Another manager answers for this record from today."""
    number = _opened(folder_id, "hand_over_page")
    pairs = [(line.practitioner_id, line.said_as) for line in managers()]
    form = HandOverForm(request.POST if request.method == "POST" else None, managers=pairs)
    if request.method == "POST" and form.is_valid():
        try:
            actions.hand_over(folder_id, UUID(form.cleaned_data["manager"]))
        except NotPermitted:
            raise
        except Refused as refusal:
            form.refuse(refusal.verdict)
        else:
            messages.success(request, "They answer for this record from today, and have been told.")
            return _back(folder_id)
    context = {"form": form, "number": number, "folder_id": folder_id}
    return render(request, "access/hand_over.html", context | frame(request, folder_id, "access"))


#: So many of those found are offered at a time.
MOST_FOUND = 20


def _nameable(request: HttpRequest, folder_id: UUID) -> tuple[list[tuple[UUID, str]], str]:
    """Whom the form of a seal offers: the viewer, the manager who answers for the record, who may open it by name, whom
    they have chosen already and whom they look for; and what became of that looking."""
    known = {queries.responsible_manager(folder_id), request.practitioner.practitioner_id}  # type: ignore[attr-defined]
    known |= {grant.practitioner_id for grant in queries.grants_on(folder_id)}
    chosen, words = set(request.POST.getlist("named")), request.POST.get("find", "").casefold().split()
    people = _people()
    found = [key for key, said in people if words and all(word in said.casefold() for word in words)]
    shown = [
        pair for pair in people if pair[0] in known or str(pair[0]) in chosen or pair[0] in found[:MOST_FOUND]
    ]
    if not words:
        return shown, ""
    if len(found) > MOST_FOUND:
        return shown, f"{len(found)} found, the first {MOST_FOUND} are in the list. Write more of the name."
    return shown, f"{plural(len(found), 'person', 'people')} found" + (
        ", in the list below." if found else ". Check the name."
    )


@page(permission=Permission.SEAL)
def seal(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Seal this record; or, where it is sealed, name somebody more or lift the seal."""
    number = _opened(folder_id, "seal_page")
    found = queries.seal_on(folder_id)
    which = request.POST.get("act", "") if request.method == "POST" else ""
    people, looked = _nameable(request, folder_id) if found is None else (_people(), "")
    looking = typed(request.POST) if which == "find" else None
    seal_form = SealForm(request.POST if which == "seal" else None, people=people, draft=looking)
    name_form = NameForm(request.POST if which == "name" else None, people=people, prefix="name")
    lift_form = LiftForm(request.POST if which == "lift" else None, prefix="lift")
    form = {"seal": seal_form, "name": name_form, "lift": lift_form}.get(which)
    if form is not None and form.is_valid():
        asked = form.cleaned_data
        try:
            if which == "seal":
                actions.seal(folder_id, asked["why"], [UUID(one) for one in asked["named"]])
                done = (
                    "The record is sealed. Only those named open it, and nobody else learns that it is there."
                )
            elif which == "name":
                actions.name_on_seal(folder_id, UUID(asked["person"]))
                done = "They are named on the seal."
            else:
                actions.lift_seal(folder_id, asked["why"])
                done = "The seal is lifted."
        except NotPermitted:
            raise
        except Refused as refusal:
            form.refuse(refusal.verdict)
        else:
            messages.success(request, done)
            return _back(folder_id) if queries.opened_of([folder_id]) else HttpResponseRedirect("/")
    context = {
        "number": number,
        "folder_id": folder_id,
        "seal": found,
        "seal_form": seal_form,
        "looked": looked,
        "name_form": name_form,
        "lift_form": lift_form,
        "forms": [seal_form, name_form, lift_form],
    }
    return render(request, "access/seal.html", context | frame(request, folder_id, "access"))
