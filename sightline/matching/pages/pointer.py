"""What somebody sees of a child whose record they may not open, and how they open it in an emergency."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.access.actions import open_in_emergency
from sightline.access.queries import opened_of
from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.queries import pointer as pointer_of
from sightline.govuk.forms import PageForm, Words
from sightline.govuk.words import moment
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.procedures.queries import acknowledged_within, pack_in_force

from .find import latest


class EmergencyForm(PageForm):
    reason = Words(
        "Why must you see this record now?",
        ask="Say why you must see this record now",
        hint="In a sentence, for whoever answers for the record and whoever reviews this. Such as: the "
        "mother has rung, he has not come home and she fears his father has taken him",
        max_length=500,
        rows=4,
        legend="m",
    )


@page(permission=Permission.SEARCH, methods=("GET",))
def pointer(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Name, age, area, who works with the child and how to reach them, and why not more.

    A sealed, a foreign and an invented id are refused by the first query, alike.
    """
    child = pointer_of(folder_id)
    record(Verb.READ, "matching.pointer", folder_id=folder_id)
    acting = request.practitioner  # type: ignore[attr-defined]
    return render(
        request,
        "matching/pointer.html",
        {
            "child": child,
            "opens": folder_id in opened_of([folder_id]),
            "may_open_in_emergency": acting.may(Permission.EMERGENCY),
            "may_raise": acting.may(Permission.RAISE_CONCERN),
            "back_href": latest(request),
            "back_text": "Find a child",
        },
    )


def of_closed_record(request: HttpRequest) -> HttpResponse | None:
    """To the pointer page, from any page of a record that is closed to the viewer where they may see the pointer.

    None where the address names no record; for a sealed, a foreign and an invented id, after the same one query; and,
    after a second one, for what is not there in a record that is open to them.
    """
    match = request.resolver_match
    folder_id = match.kwargs.get("folder_id") if match else None
    if not isinstance(folder_id, UUID):
        return None
    try:
        pointer_of(folder_id)
    except NotFound:
        return None
    return (
        None
        if opened_of([folder_id])
        else HttpResponseRedirect(reverse("matching:pointer", args=[folder_id]))
    )


@page(permission=Permission.EMERGENCY)
def emergency(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Asks for a reason of real words, says who is told, and opens the record as long as the pack says."""
    child = pointer_of(folder_id)
    record(Verb.READ, "matching.emergency", folder_id=folder_id)
    minutes = pack_in_force().setting("emergency_access", today()).amount
    form = EmergencyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            opened = open_in_emergency(
                folder_id,
                form.cleaned_data["reason"],
                minutes=minutes,
                acknowledge_within_minutes=acknowledged_within(),
            )
        except (NotFound, NotPermitted):
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
        else:
            messages.success(
                request,
                f"This record is open to you until {moment(opened.ends_at)}. "
                "Whoever answers for it has been told.",
            )
            return HttpResponseRedirect(reverse("web:child", args=[folder_id]))
    return render(
        request,
        "matching/emergency.html",
        {
            "child": child,
            "form": form,
            "hours": minutes // 60,
            "minutes": minutes % 60,
            "back_href": reverse("matching:pointer", args=[folder_id]),
        },
    )
