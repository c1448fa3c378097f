"""A child on one page, for whoever has to act now: on screen and as a PDF."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.queries import partnership
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.pages import frame, leaving
from sightline.print.pdf import About, make

from ..summary import as_paper, summary_of


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def summary(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """The summary, each line with where it comes from."""
    view, shown = frame.open_child(request, folder_id, "web.summary", tab="child")
    return render(
        request,
        "web/summary.html",
        shown
        | {
            "summary": summary_of(view.folder_ids, view),
            "back_href": reverse("web:child", args=[folder_id]),
            "back_text": "Overview",
        },
    )


@page(permission=Permission.READ_FOLDER)
def summary_pdf(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """The same as a PDF, once it is said what for; that it was printed is audited."""
    view, _ = frame.open_child(request, folder_id, "web.summary_pdf", tab="child")
    back = reverse("web:summary", args=[folder_id])
    if (ask := leaving.asked(request, view.folder_ids[:1], "the summary", back)) is not None:
        return ask
    found = summary_of(view.folder_ids, view)
    record(Verb.PRINTED, "web.summary_pdf", folder_id=view.folder_ids[0], beside=view.children_beside)
    acting, ours = request.practitioner, partnership()  # type: ignore[attr-defined]
    about = About(
        title="Summary",
        reader=acting.said_as,
        subject=found.name,
        partnership=ours.name if ours else "",
        at=found.at,
    )
    return HttpResponse(
        make("web/summary", {"children": [as_paper(found)]}, about=about),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="summary-{found.at:%Y-%m-%d}.pdf"'},
    )
