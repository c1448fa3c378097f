"""What was opened in an emergency, and reviewing it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import SIGNED_IN, page
from sightline.agencies.rules import Acting, permitted
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused

from .. import actions, queries
from ..rules import may_review
from .forms import ReviewForm


@page(permission=Permission.REVIEW_EMERGENCY, methods=("GET",))
def waiting(request: HttpRequest) -> HttpResponse:
    """What nobody has reviewed yet, and what was reviewed lately."""
    listed = list(queries.emergencies_to_review())
    record(Verb.READ, "access.emergencies", shown=[row.pk for row in listed])
    context = {"waiting": listed, "reviewed": queries.emergencies_reviewed()}
    return render(request, "access/emergencies.html", context)


def _why_not(row: queries.EmergencyAccess, acting: Acting) -> str:
    """Why the viewer cannot review this one; "" where they can."""
    if row.reviewed_at is not None:
        return "This has been reviewed already"
    return (
        permitted(acting, Permission.REVIEW_EMERGENCY).reason
        or may_review(row.practitioner_id, acting.practitioner_id).reason
        or queries.reaches(Permission.REVIEW_EMERGENCY, row.folder_id).reason
    )


@page(permission=SIGNED_IN)
def emergency(request: HttpRequest, emergency_id: UUID) -> HttpResponse:
    """One of them: for its opener, for those who may open the record, and for reviewers, who say what they
    found.
    """
    row = queries.emergency(emergency_id)
    if row is None:
        raise NotFound
    record(Verb.READ, "access.emergency", folder_id=row.folder_id, subject=row)
    acting = request.practitioner  # type: ignore[attr-defined]
    reviewing = not _why_not(row, acting)
    form = ReviewForm(request.POST if request.method == "POST" else None) if reviewing else None
    if request.method == "POST" and form is None:
        raise Refused(_why_not(row, acting))
    if form is not None and form.is_bound and form.is_valid():
        try:
            actions.review_emergency(emergency_id, **form.cleaned_data)
        except NotPermitted:
            raise
        except Refused as refusal:
            form.refuse(refusal.verdict)
        else:
            messages.success(request, "Your review is on the record.")
            return HttpResponseRedirect(reverse("access:emergencies"))
    context = {
        "row": row,
        "form": form,
        "opens": bool(queries.opened_of([row.folder_id])),
        "lists": acting.may(Permission.REVIEW_EMERGENCY),
    }
    return render(request, "access/emergency.html", context)
