"""What statutory returns told of a child's past, before there was a record here."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.children.pages.frame import open_child

from .. import queries


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def past(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Past referrals and what followed each, in the words of the census; and what an import could not use."""
    view, shown = open_child(request, folder_id, "returns.past", tab="decisions")
    return render(
        request,
        "returns/past.html",
        shown
        | {
            "referrals": queries.past_referrals(view.folder_ids),
            "findings": queries.findings_on(view.folder_ids),
            "back_href": reverse("web:decisions", args=[view.folder_ids[0]]),
            "back_text": "Decisions",
        },
    )
