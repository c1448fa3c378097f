"""A manager rules on what a meeting decided with a conflict of interests that was not resolved for the child."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.govuk.forms import Choice, PageForm, Words
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.records.queries import DecisionView

from .. import actions, queries
from ..queries import DecisionSaid, MeetingView
from .meeting import around, done, opened, taken_up


class ConflictRulingForm(PageForm):
    upholds = Choice(
        "Does the decision take effect?",
        [("yes", "Yes, it takes effect"), ("no", "No, it does not")],
        ask="Say whether the decision takes effect",
    )
    reasons = Words("Your reasons", rows=4, ask="Give your reasons")


def _decided(
    shown: MeetingView, decision_id: UUID
) -> tuple[str, DecisionSaid | DecisionView, tuple[str, str]]:
    """What was decided at a meeting, or because somebody missed it: on which child, and where it leads back to."""
    for child in shown.children:
        for found in child.decisions:
            if found.decision_id == decision_id:
                return child.called, found, (reverse("meetings:minutes", args=[shown.id]), "The minutes")
    missed = queries.missed_decision(shown.folder_ids, decision_id)
    child_of = next((c for c in shown.children if missed and c.folder_id == missed.folder_id), None)
    if missed is None or child_of is None:
        raise NotFound
    return child_of.called, missed, (reverse("meetings:meeting", args=[shown.id]), "The meeting")


@page(permission=Permission.APPROVE_CONFLICT)
def ruling(request: HttpRequest, meeting_id: UUID, outcome_id: UUID) -> HttpResponse:
    """What was decided, the conflict, and a manager's ruling on it."""
    shown = opened(meeting_id, "meetings.ruling", "decisions")
    called, found, back = _decided(shown, outcome_id)
    form = ConflictRulingForm(request.POST or None)
    taken_up(request, form)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.rule_on(
                outcome_id,
                upholds=form.cleaned_data["upholds"] == "yes",
                reasons=form.cleaned_data["reasons"],
            )
        except (NotPermitted, NotFound):
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
            status = 409
        else:
            return done(request, "Your ruling is recorded.", back[0])
    return render(
        request,
        "meetings/form.html",
        around(
            shown,
            kept=request,
            form=form,
            title=f"Rule on a conflict of interests: {called}",
            quoted=f"{found.outcome}. {found.maker}, {found.maker_post}\n\n{found.reasons}\n\n"
            f"The conflict: {found.conflict}",
            button="Rule",
        )
        | {"back_href": back[0], "back_text": back[1]},
        status=status,
    )
