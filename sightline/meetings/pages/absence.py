"""Somebody of the family has stayed away again: a manager decides what it means for each child's safety."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.govuk.forms import Text, Words, YesNo
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.records.pages.conflict import ConflictForm

from .. import actions, queries
from ..actions import MissedIn
from ..terms import Came
from .meeting import around, arranging, done, opened, taken_up


class StayedAwayForm(ConflictForm):
    """What is decided for one child. The `first` asks whether whoever decides knows the family."""

    field_order = ("knows_family", "outcome", "reasons", "has_conflict")
    knows_family = YesNo(
        "Do you know anybody in this family outside your work?",
        ask="Say whether you know anybody in this family",
    )
    outcome = Text(
        "What do you decide for the child’s safety?",
        max_length=200,
        ask="Say what you decide for the child’s safety",
    )
    reasons = Words(
        "Why, and what is tried next so that they can take part?",
        ask="Give the reasons",
        rows=5,
        max_length=8000,
        hint="That somebody stays away is never in itself a reason to close.",
    )

    def __init__(self, *args: Any, first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not first:
            del self.fields["knows_family"]


@page(permission=Permission.SIGN_OFF)
@arranging
def stayed_away(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """One form for each child on whom a decision is owed."""
    shown = opened(meeting_id, "meetings.stayed_away", work=True)
    owed = set(queries.missed_owed(shown.id))
    data = request.POST if request.method == "POST" else None
    asked = [(n, child) for n, child in enumerate(shown.present_children) if child.folder_id in owed]
    children = [
        (child, StayedAwayForm(data, prefix=f"c{n}", first=child is asked[0][1])) for n, child in asked
    ]
    taken_up(request, *(form for _, form in children))
    refusal, status = "", 200
    if request.method == "POST" and all([form.is_valid() for _, form in children]):
        try:
            actions.decide_on_missed(
                shown.id,
                {
                    child.folder_id: MissedIn(
                        form.cleaned_data["outcome"], form.cleaned_data["reasons"], form.conflict_in()
                    )
                    for child, form in children
                },
                knows_family=children[0][1].cleaned_data["knows_family"] if children else None,
            )
        except (NotPermitted, NotFound):
            raise
        except Refused as refused:
            refusal, status = refused.verdict.reason, 409
        else:
            words = children[0][1].done("Decided, with your reasons.")
            return done(request, words, reverse("meetings:meeting", args=[shown.id]))
    return render(
        request,
        "meetings/stayed_away.html",
        around(
            shown,
            kept=request,
            title="Somebody stays away",
            children=children,
            forms=[form for _, form in children],
            refusal=refusal,
            away=[i for i in shown.family if i.came is Came.NOT_THERE],
        ),
        status=status,
    )
