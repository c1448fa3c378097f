"""A meeting's papers in one pack: asked for, while it is made, and fetched."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.children.pages import leaving
from sightline.documents.queries import attached
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused

from .. import actions, queries
from .. import packs as papers_of
from . import forms
from .meeting import OnlyInvited, around, arranging, opened


@page(permission=Permission.READ_FOLDER)
@arranging
def packs(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Whose pack is to be made, and the packs that the viewer has asked for."""
    shown = opened(meeting_id, "meetings.packs", *papers_of.READ, work=True)
    form = forms.PackForm(request.POST if request.method == "POST" else None, shown=shown)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.ask_pack(shown.id, UUID(form.cleaned_data["reader"]))
        except (NotPermitted, NotFound):
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
        else:
            return HttpResponseRedirect(reverse("meetings:pack", args=[shown.id, made.id]))
    return render(request, "meetings/packs.html", around(shown, form=form, packs=queries.packs_of(shown.id)))


@page(permission=Permission.READ_FOLDER, methods=("GET",))
@arranging
def pack(request: HttpRequest, meeting_id: UUID, pack_id: UUID) -> HttpResponse:
    """How far a pack has got, what it leaves out, and the PDF; only for whoever asked for it."""
    if request.headers.get("X-Fragment"):
        if not queries.may_work(meeting_id):
            raise OnlyInvited(meeting_id)
        found = queries.pack_of(meeting_id, pack_id)
        return render(request, "meetings/pack_part.html", {"meeting_id": meeting_id, "pack": found})
    shown = opened(meeting_id, "meetings.pack", *papers_of.READ, work=True)
    found = queries.pack_of(meeting_id, pack_id)
    beside = papers_of.beside(shown, shown.person(found.invitation_id))
    files = attached(shown.folder_ids, [report.id for _, report in beside])
    return render(
        request,
        "meetings/pack.html",
        around(
            shown,
            pack=found,
            meeting_id=meeting_id,
            beside=[(child.folder_id, file) for child, report in beside for file in files.get(report.id, [])],
        )
        | {"back_href": reverse("meetings:packs", args=[meeting_id]), "back_text": "Packs"},
    )


@page(permission=Permission.READ_FOLDER)
def pack_pdf(request: HttpRequest, meeting_id: UUID, pack_id: UUID) -> HttpResponse:
    """A pack as a file, for whoever asked for it, once it is said what for; audited."""
    found = queries.pack_of(meeting_id, pack_id)
    if found.moving or found.failed:
        raise NotFound
    back = reverse("meetings:pack", args=[meeting_id, pack_id])
    if (ask := leaving.asked(request, found.folder_ids, "papers of a meeting", back)) is not None:
        return ask
    name, content = actions.fetch_pack(pack_id)
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
