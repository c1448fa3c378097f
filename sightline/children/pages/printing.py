"""A page of a child's record goes on paper: what for is asked first, and that it was printed is told to the trail.

The browser's own command prints any page at any time. So what a page of a record puts on paper, until it is said what
for, is a sheet that says so and how it is printed (`unasked`); saying it lets the page print the next time it is shown.
"""

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

#: What the address of a page of somebody's record names: the record itself, or what is a part of it.
_OF_A_RECORD = frozenset(
    {
        "folder_id", "concern_id", "decision_id", "draft_id", "meeting_id", "duty_id", "contribution_id",
        "asked_id", "emergency_id",
    }
)  # fmt: skip
#: Under which the session keeps the one page that may be printed when it is shown next.
_MAY_PRINT = "may_print"


def unasked(request: HttpRequest) -> str:
    """How this page comes on paper, in words for the sheet that is printed in its place; empty where it prints: it is
    of nobody's record, or it was said what for and it is shown for the first time since."""
    where = request.resolver_match
    if where is None or not _OF_A_RECORD & where.kwargs.keys():
        return ""
    if request.session.get(_MAY_PRINT) == request.get_full_path():
        del request.session[_MAY_PRINT]
        return ""
    if where.view_name in printable:
        return "Choose the button at the end of the page that prints it. It asks what for."
    return (
        "This page has no print of its own. The child’s page, an entry, a plan, an assessment and what the child said "
        "have a button that prints them; the chronology, the summary and minutes come as a PDF."
    )


def prints_once(request: HttpRequest, address: str) -> None:
    """It was said what this page is printed for: it prints when it is shown next."""
    request.session[_MAY_PRINT] = address


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
    """Asks what a page is printed for, puts it on the list of copies, and leads back to it, which prints this once
    (FIL-06). `page` is its address; without one it is the child's own."""
    wanted = urlsplit(request.GET.get("page", "") or f"/child/{folder_id}/")
    lead, name = _page_of(folder_id, wanted.path)
    if name not in printable:
        raise NotFound
    there = urlunsplit(("", "", wanted.path, wanted.query, ""))
    if (ask := leaving.asked(request, [lead], printable[name], there, on_paper=True)) is not None:
        return ask
    prints_once(request, there)
    messages.success(request, "It stands on the list of copies. Print this page with your browser.")
    return HttpResponseRedirect(f"{there}#print")


@page(permission=Permission.READ_FOLDER, methods=("POST",))
def printed(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Told by the page itself when it is printed: `page` is its address. Only which page it was goes to the trail."""
    lead, name = _page_of(folder_id, request.POST.get("page", ""))
    record(Verb.PRINTED, name.replace(":", "."), folder_id=lead)
    return HttpResponse(status=204)
