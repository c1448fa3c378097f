"""Confirming what somebody else wrote down: by whoever saw or heard it, also where the record is closed to them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.access.queries import opened_of
from sightline.agencies.gate import page
from sightline.agencies.queries import have_left
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.verdicts import NotPermitted, Refused

from .. import actions, queries
from ..terms import Confirming
from .forms import CannotForm, ConfirmForm, ConfirmForOthersForm


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits for my confirmation."""
    me = request.practitioner.practitioner_id  # type: ignore[attr-defined]
    rows = queries.asked_of(me)
    for row in rows:
        record(Verb.READ, "records.waiting", folder_id=row.folder_id)
    return render(request, "records/waiting.html", {"rows": rows, "back_href": "/"})


@page(permission=Permission.READ_FOLDER)
def confirm(request: HttpRequest, asked_id: UUID) -> HttpResponse:
    """Read what was written, and say whether it is right."""
    rows = queries.asked(asked_id)
    for row in rows:
        record(
            Verb.READ,
            "records.confirm",
            folder_id=row.folder_id,
            subject=("records_confirmationrequest", row.id),
        )
    me = request.practitioner.practitioner_id  # type: ignore[attr-defined]
    first = rows[0].request
    mine = first.practitioner_id == me
    unsigned = first.practitioner_id is None
    left = bool(have_left([first.practitioner_id] if first.practitioner_id else []))
    opened = opened_of([row.folder_id for row in rows])
    asks = ConfirmForm if mine else ConfirmForOthersForm if unsigned else CannotForm
    form = asks(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        got = form.cleaned_data
        try:
            actions.confirm(
                asked_id,
                Confirming(got.get("said", Confirming.CANNOT)),
                got.get("words") or got.get("how") or got.get("why") or "",
            )
        except NotPermitted:
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
        else:
            messages.success(
                request, "Thank you. What you said stands beside the entry, with your post title."
            )
            if rows[0].folder_id in opened:
                return HttpResponseRedirect(
                    reverse("records:entry", args=[rows[0].folder_id, rows[0].entry_id])
                )
            return HttpResponseRedirect(reverse("records:waiting"))
    return render(
        request,
        "records/confirm.html",
        {
            "rows": rows,
            "first": first,
            "mine": mine,
            "unsigned": unsigned,
            "left": left,
            "form": form,
            "opened": opened,
            "answered": first.said is not Confirming.WAITING,
            "back_href": reverse("records:waiting")
            if mine
            else reverse("records:entry", args=[rows[0].folder_id, rows[0].entry_id]),
        },
    )
