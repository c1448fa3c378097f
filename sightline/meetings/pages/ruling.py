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

from .. import actions
from .meeting import around, done, opened, taken_up


class ConflictRulingForm(PageForm):
    upholds = Choice(
        "Does the decision take effect?",
        [("yes", "Yes, it takes effect"), ("no", "No, it does not")],
        ask="Say whether the decision takes effect",
    )
    reasons = Words("Your reasons", rows=4, ask="Give your reasons")


@page(permission=Permission.APPROVE_CONFLICT)
def ruling(request: HttpRequest, meeting_id: UUID, outcome_id: UUID) -> HttpResponse:
    """What the meeting decided, the conflict, and a manager's ruling on it."""
    shown = opened(meeting_id, "meetings.ruling", "decisions")
    part, found = next(
        ((c, d) for c in shown.children for d in c.decisions if d.decision_id == outcome_id), (None, None)
    )
    if part is None or found is None:
        raise NotFound
    form = ConflictRulingForm(request.POST or None)
    taken_up(request, form)
    status, minutes = 200, reverse("meetings:minutes", args=[shown.id])
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
            return done(request, "Your ruling is recorded.", minutes)
    return render(
        request,
        "meetings/form.html",
        around(
            shown,
            kept=request,
            form=form,
            title=f"Rule on a conflict of interests: {part.called}",
            quoted=f"{found.outcome}. {found.maker}, {found.maker_post}\n\n{found.reasons}\n\n"
            f"The conflict: {found.conflict}",
            button="Rule",
        )
        | {"back_href": minutes, "back_text": "The minutes"},
        status=status,
    )
