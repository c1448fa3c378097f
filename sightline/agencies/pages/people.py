"""Who works where as what: the list of people, appointing them, ending their posts, and the roles."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.govuk.numbers import whole_number
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused

from .. import actions, leaving, queries
from ..gate import SIGNED_IN, page
from ..rules import ALLOWS
from ..terms import AgencyKind, Permission
from .forms import KINDS, AgencyForm, AppointForm, ChangeAgencyForm, EndForm, TeamForm

#: More people than this are found by typing a word of their name.
AT_ONCE = 100


def _may(request: HttpRequest, permission: Permission) -> bool:
    return request.practitioner.may(permission)  # type: ignore[attr-defined]


@page(permission=SIGNED_IN, methods=("GET",))
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who holds a post today, by name or post."""
    words = request.GET.get("words", "")[:100].replace("\x00", "")
    found = queries.practitioners(words=words, limit=AT_ONCE + 1)
    context = {
        "words": words,
        "lines": found[:AT_ONCE],
        "more": len(found) > AT_ONCE,
        "may_appoint": _may(request, Permission.MANAGE_PEOPLE),
    }
    return render(request, "agencies/people.html", context)


@page(permission=SIGNED_IN, methods=("GET",))
def person(request: HttpRequest, practitioner_id: UUID) -> HttpResponse:
    """One person and every post that they have held."""
    lines = queries.practitioners(practitioner=practitioner_id, ended_too=True)
    if not lines:
        raise NotFound
    may = _may(request, Permission.MANAGE_PEOPLE)
    return render(request, "agencies/person.html", {"lines": lines, "may_end": may})


@page(permission=SIGNED_IN, methods=("GET",))
def ending(request: HttpRequest) -> HttpResponse:
    """Posts that end soon or have ended, and what they leave behind: for whoever ends posts, and for managers."""
    acting = request.practitioner  # type: ignore[attr-defined]
    may_end = _may(request, Permission.MANAGE_PEOPLE)
    lines = queries.running_out(manager=None if may_end else acting.practitioner_id)
    context = {"lines": lines, "may_end": may_end, "today": today()}
    return render(request, "agencies/ending.html", context)


@page(permission=Permission.MANAGE_PEOPLE)
def appoint(request: HttpRequest) -> HttpResponse:
    """Post somebody and give them a sign-in."""
    form = AppointForm(
        request.POST if request.method == "POST" else None,
        agencies=[(agency.pk, agency.name) for agency in queries.agencies()],
        teams=[(team.pk, f"{team.agency.name}: {team.name}") for team in queries.teams()],
        roles=[(role.slug, role.title) for role in queries.roles()],
        managers=[(line.practitioner_id, line.said_as) for line in queries.managers()],
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        last_day = asked["held_until"]
        try:
            appointed = actions.appoint(
                name=asked["name"],
                email=asked["email"],
                telephone=asked["telephone"],
                agency=UUID(asked["agency"]),
                team=UUID(asked["team"]) if asked["team"] else None,
                role=asked["role"],
                post_title=asked["post_title"],
                line_manager=UUID(asked["line_manager"]) if asked["line_manager"] else None,
                held_from=asked["held_from"],
                held_until=last_day and last_day + timedelta(days=1),
            )
        except NotPermitted:
            raise
        except Refused as refusal:
            form.refuse(refusal.verdict)
        else:
            messages.success(
                request,
                f"{appointed.name} has been appointed. They set a password by the link on the sign-in page.",
            )
            return HttpResponseRedirect(reverse("agencies:person", args=[appointed.pk]))
    return render(request, "agencies/appoint.html", {"form": form, "roles": queries.roles()})


@page(permission=Permission.MANAGE_PEOPLE)
def end(request: HttpRequest, posting_id: UUID) -> HttpResponse:
    """End a post: the last day on which it is held."""
    line = queries.posting(posting_id)
    if line is None:
        raise NotFound
    parts = leaving.parts(posting_id)
    form = EndForm(
        request.POST if request.method == "POST" else None,
        handed_over={key: part.ask for key, part in parts.items() if part.ask},
        ended=(ended := line.held_until is not None and line.held_until <= today()),
        people=sorted(
            {
                (other.practitioner_id, other.said_as)
                for other in queries.practitioners()
                if other.practitioner_id != line.practitioner_id
            },
            key=lambda pair: pair[1].casefold(),
        ),
    )
    if request.method == "POST" and form.is_valid():
        try:
            # The day after the last is the first on which the post is no longer held.
            with transaction.atomic():
                last_day = form.cleaned_data.get("last_day", today())
                actions.end_posting(posting_id, last_day + timedelta(days=1), form.goes_to())
        except NotPermitted:
            raise
        except Refused as refusal:
            form.refuse(refusal.verdict)
        else:
            done = "has been handed over" if ended else "ends that day"
            messages.success(request, f"The post of {line.name} {done}.")
            return HttpResponseRedirect(reverse("agencies:person", args=[line.practitioner_id]))
    context = {
        "form": form,
        "line": line,
        "parts": parts.values(),
        "ended": ended,
        "nothing_left": ended and not form.handed_over,
        "seals": Permission.SEAL in queries.may_in_post(posting_id),
    }
    return render(request, "agencies/end_posting.html", context)


@page(permission=SIGNED_IN, methods=("GET",))
def leaves(request: HttpRequest, posting_id: UUID) -> HttpResponse:
    """What closes with a post: for the manager of whoever holds it, and for whoever ends posts."""
    line = queries.posting(posting_id)
    acting = request.practitioner  # type: ignore[attr-defined]
    manages = line is not None and line.line_manager_id == acting.practitioner_id
    if line is None or not (manages or acting.may(Permission.MANAGE_PEOPLE)):
        raise NotFound
    record(Verb.READ, "agencies.leaves", subject=("agencies_posting", posting_id))
    context = {"line": line, "parts": leaving.parts(posting_id).values()}
    return render(request, "agencies/leaves.html", context)


@page(permission=Permission.MANAGE_PEOPLE)
def agencies(request: HttpRequest) -> HttpResponse:
    """The agencies and their teams; adding to them."""
    known = list(queries.agencies())
    pairs = [(agency.pk, agency.name) for agency in known]
    which = request.POST.get("add", "")
    agency_form = AgencyForm(request.POST if which == "agency" else None, prefix="agency")
    team_form = TeamForm(request.POST if which == "team" else None, prefix="team", agencies=pairs)
    form = {"agency": agency_form, "team": team_form}.get(which)
    if form is not None and form.is_valid():
        asked = form.cleaned_data
        try:
            if which == "agency":
                added = actions.add_agency(
                    asked["name"],
                    AgencyKind(asked["kind"]),
                    telephone=asked["telephone"],
                    sensitive=asked["sensitive"],
                    ask=asked["ask"],
                ).name
            else:
                added = actions.add_team(UUID(asked["agency"]), asked["name"]).name
        except NotPermitted:
            raise
        except Refused as refusal:
            form.refuse(refusal.verdict)
        else:
            messages.success(request, f"{added} has been added.")
            return HttpResponseRedirect(reverse("agencies:agencies"))
    teams: dict[UUID, list[str]] = {}
    for team in queries.teams():
        teams.setdefault(team.agency_id, []).append(team.name)
    context = {
        "agencies": known,
        "teams": teams,
        "kinds": {kind.value: words for kind, words in KINDS.items()},
        "agency_form": agency_form,
        "team_form": team_form,
        "forms": [agency_form, team_form],
    }
    return render(request, "agencies/agencies.html", context)


@page(permission=Permission.MANAGE_PEOPLE)
def agency(request: HttpRequest, agency_id: UUID) -> HttpResponse:
    """Change what an agency is called, its number, and whether it is sensitive; what it was before."""
    found = next((known for known in queries.agencies() if known.pk == agency_id), None)
    if found is None:
        raise NotFound
    changes = queries.agency_changes(agency_id)
    form = ChangeAgencyForm(
        request.POST if request.method == "POST" else None,
        initial={
            "name": found.name, "telephone": found.telephone, "sensitive": found.sensitive, "ask": found.ask
        },
    )  # fmt: skip
    seen, status = str(len(changes)), 200
    if request.method == "POST":
        sent = whole_number(request.POST.get("seen", ""))
        if form.is_valid():
            try:
                changed = actions.change_agency(
                    agency_id,
                    **form.cleaned_data,
                    seen=-1 if sent is None else sent,
                )
            except NotPermitted:
                raise
            except Refused as refusal:
                form.refuse(refusal.verdict)
                status = 200 if refusal.verdict.field else 409
            else:
                messages.success(
                    request, f"{changed.name} has been changed. What others see of it follows from now on."
                )
                return HttpResponseRedirect(reverse("agencies:agency", args=[agency_id]))
    context = {"form": form, "agency": found, "changes": changes, "seen": seen}
    return render(request, "agencies/agency.html", context, status=status)


@page(permission=SIGNED_IN, methods=("GET",))
def roles(request: HttpRequest) -> HttpResponse:
    """What each role may do, as it is in the database now."""
    context = {"roles": queries.roles_with_permissions(), "allows": {p.value: w for p, w in ALLOWS.items()}}
    return render(request, "agencies/roles.html", context)
