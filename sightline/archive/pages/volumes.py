"""The volumes of a court's or an inquiry's copy: having them made, and how far they are. Thin."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from sightline.access.queries import joined_set, lead_of
from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.kernel.verdicts import NotFound

from .. import actions, queries
from ..queries.court_volumes import copy_volumes
from .views import _of_request


@page(permission=Permission.SUBJECT_ACCESS)
def volumes(request: HttpRequest, folder_id: UUID, access_id: UUID) -> HttpResponse:
    """Asking for the volumes; how far they are, as a part of the request's page that is asked for again and again."""
    if request.method == "GET" and request.headers.get("X-Fragment"):
        folders = joined_set(lead_of(folder_id))
        if not folders:
            raise NotFound
        found = queries.request(access_id, folders)
        return render(
            request, "archive/_volumes.html",
            {"folder_id": folder_id, "request_view": found, "volumes": copy_volumes(found)},
        )  # fmt: skip
    _, _, found, back = _of_request(request, folder_id, access_id, "volumes")
    if request.method == "POST":
        actions.ask_volumes(found.id)
    return HttpResponseRedirect(f"{back}#volumes")
