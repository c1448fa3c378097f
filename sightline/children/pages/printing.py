"""A page of a child's record goes on paper: what for is asked first, and that it was printed is told to the trail, also
where somebody used the browser's own command, which no file of ours shows."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve

from sightline.access.queries import read_together
from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.verdicts import NotFound

from . import leaving

#: What is printed from the page of a route, as the list of copies names it. The room of the page adds to it.
printable: dict[str, str] = {}


def _page_of(folder_id: UUID, path: str) -> tuple[UUID, str]:
    """The record that a path of this program shows, and the name of its route. Raises NotFound."""
    lead, folders = read_together(folder_id)
    try:
        where = resolve(path)
    except Resolver404 as error:
        raise NotFound from error
    if not folders or where.kwargs.get("folder_id") not in folders:
        raise NotFound
    return lead, where.view_name


@page(permission=Permission.READ_FOLDER)
def to_print(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Asks what a page is printed for, puts it on the list of copies, and leads back to it, where it is printed
    (FIL-06). `page` is its address; without one it is the child's own."""
    wanted = urlsplit(request.GET.get("page", "") or f"/child/{folder_id}/")
    lead, name = _page_of(folder_id, wanted.path)
    if name not in printable:
        raise NotFound
    there = urlunsplit(("", "", wanted.path, wanted.query, ""))
    if (ask := leaving.asked(request, [lead], printable[name], there, on_paper=True)) is not None:
        return ask
    messages.success(request, "It stands on the list of copies. Print this page with your browser.")
    return HttpResponseRedirect(f"{there}#print")


@page(permission=Permission.READ_FOLDER, methods=("POST",))
def printed(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Told by the page itself when it is printed: `page` is its address. Only which page it was goes to the trail."""
    lead, name = _page_of(folder_id, request.POST.get("page", ""))
    record(Verb.PRINTED, name.replace(":", "."), folder_id=lead)
    return HttpResponse(status=204)
