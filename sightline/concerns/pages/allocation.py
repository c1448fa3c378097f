"""Allocating a child to somebody, or passing the child to a team; the children whom nobody works with yet."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.access.queries import opened_of
from sightline.agencies.gate import page
from sightline.agencies.queries import practitioners, teams
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import record_list
from sightline.children.pages.frame import open_child
from sightline.children.queries import led_by
from sightline.govuk.forms import Choices, Option, PageForm, Select, Text, Words, YesNo
from sightline.govuk.words import listed, plural
from sightline.kernel.verdicts import NotPermitted, Refused

from .. import actions, queries

SIZE = 25


class AllocateForm(PageForm):
    practitioner = Select("Who works with this child from today?", ask="Choose a practitioner of your team")
    lead = YesNo(
        "Are they the lead professional?",
        hint="They bring everybody together, and take on what the lead before them owed.",
        ask="Say whether they are the lead professional",
    )
    role = Text(
        "As what?",
        required=False,
        max_length=120,
        hint="Leave it empty for their post, such as social worker.",
    )
    also = Choices("Brothers and sisters whom they take on as well", required=False, small=True)
    why = Words(
        "Why them, and what is expected first?", ask="Say why this child is allocated to them",
        rows=3, max_length=1000, count=False,
    )  # fmt: skip

    def __init__(
        self, *args: Any, people: list[tuple[str, str]], family: list[tuple[str, str]], **kwargs: Any
    ):
        super().__init__(*args, **kwargs)
        self.fields["practitioner"].set_options(people)  # type: ignore[attr-defined]
        if family:
            self.fields["also"].set_options([Option(key, words) for key, words in family])  # type: ignore[attr-defined]
        else:
            del self.fields["also"]


class PassForm(PageForm):
    team = Select("Which team takes the child on?", ask="Choose the team that takes the child on")
    also = Choices("Brothers and sisters whom the team takes on as well", required=False, small=True)
    why = Words(
        "Why this team?", ask="Say why this team takes the child on", rows=3, max_length=1000, count=False
    )

    def __init__(
        self, *args: Any, teams: list[tuple[str, str]], family: list[tuple[str, str]], **kwargs: Any
    ):
        super().__init__(*args, **kwargs)
        self.fields["team"].set_options(teams)  # type: ignore[attr-defined]
        if family:
            self.fields["also"].set_options([Option(key, words) for key, words in family])  # type: ignore[attr-defined]
        else:
            del self.fields["also"]


@page(permission=Permission.ALLOCATE, methods=("GET",))
def unallocated(request: HttpRequest) -> HttpResponse:
    """The children of my teams to whom something is owed, and nobody has been named for it."""
    acting: Acting = request.practitioner  # type: ignore[attr-defined]
    waiting = queries.unallocated(acting.team_ids)
    turned = Paginator(list(waiting.duties), SIZE).get_page(request.GET.get("page"))
    rows = waiting.rows(list(turned.object_list))
    record_list("concerns.unallocated", [row.folder_id for row in rows])
    return render(
        request,
        "concerns/unallocated.html",
        {
            "page": turned, "waiting": rows, "looked_through": waiting.cut_at,
            "back_href": reverse("web:team"), "back_text": "My team’s work",
        },
    )  # fmt: skip


@page(permission=Permission.ALLOCATE)
def allocate(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Allocate a child to a practitioner of my team, or pass the child on to another team."""
    view, shown = open_child(request, folder_id, "concerns.allocate_page", tab="access")
    lead = view.folder_ids[0]
    acting: Acting = request.practitioner  # type: ignore[attr-defined]
    brothers_and_sisters = queries.family_of(lead)
    record_list("concerns.allocate_page", [key for key, _child in brothers_and_sisters])
    family = [
        (str(key), f"{child.name}, {child.told_apart or child.age}") for key, child in brothers_and_sisters
    ]
    act = request.POST.get("act", "")
    data = request.POST if request.method == "POST" else None
    form = AllocateForm(
        data if act == "allocate" else None, people=_people(acting), family=family, prefix="a"
    )
    passing = PassForm(data if act == "pass" else None, teams=_teams(), family=family, prefix="p")
    sent, status = {"allocate": form, "pass": passing}.get(act), 200
    if sent is not None and sent.is_valid():
        got = sent.cleaned_data
        folders = [lead, *(UUID(key) for key in got.get("also", ()))]
        try:
            # All of the brothers and sisters, or none.
            with transaction.atomic():
                for each in folders:
                    if act == "allocate":
                        actions.allocate(
                            each,
                            UUID(got["practitioner"]),
                            role=got["role"],
                            why=got["why"],
                            lead=got["lead"],
                        )
                    else:
                        actions.pass_to_team(each, UUID(got["team"]), got["why"])
        except NotPermitted:
            raise
        except Refused as refused:
            sent.refuse(refused.verdict)
            status = 409
        else:
            names = [
                view.child.called,
                *(words.partition(",")[0] for key, words in family if UUID(key) in folders),
            ]
            messages.success(
                request,
                f"{listed(names)}: {'allocated' if act == 'allocate' else 'passed on'}. They have been told, and "
                "have what is owed.",
            )
            there = "web:child" if opened_of([lead]) else "concerns:unallocated"
            return HttpResponseRedirect(reverse(there, args=[lead] if there == "web:child" else []))
    return render(
        request,
        "concerns/allocate.html",
        shown
        | {
            "form": form,
            "passing": passing,
            "forms": [sent] if sent is not None else [],
            "act": act,
            "back_href": reverse("web:child", args=[lead]),
            "back_text": "The child’s page",
        },
        status=status,
    )


def _people(acting: Acting) -> list[tuple[str, str]]:
    """Everybody of the manager's teams, with how many children they lead already."""
    lines = [line for team_id in acting.team_ids for line in practitioners(team=team_id)]
    leading = led_by({line.practitioner_id for line in lines})
    return [
        (
            str(line.practitioner_id),
            f"{line.name}, {line.post_title}: leads for {plural(leading[line.practitioner_id], 'child', 'children')}",
        )
        for line in {line.practitioner_id: line for line in lines}.values()
    ]


def _teams() -> list[tuple[str, str]]:
    return [(str(team.pk), f"{team.agency.name}: {team.name}") for team in teams()]
