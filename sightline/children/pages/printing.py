"""That somebody printed a page of a child's record with their browser, which no file of ours shows."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from sightline.access.queries import read_together
from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.verdicts import NotFound


@page(permission=Permission.READ_FOLDER, methods=("POST",))
def printed(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Told by the page itself when it is printed: `page` is its address. Only which page it was goes to the trail."""
    lead, folders = read_together(folder_id)
    try:
        where = resolve(request.POST.get("page", ""))
    except Resolver404 as error:
        raise NotFound from error
    if not folders or where.kwargs.get("folder_id") not in folders:
        raise NotFound
    record(Verb.PRINTED, where.view_name.replace(":", "."), folder_id=lead)
    return HttpResponse(status=204)
