"""What somebody who left had begun to write: their manager decides what becomes of it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.access.queries import numbers_of
from sightline.agencies import queries as agencies
from sightline.agencies.gate import SIGNED_IN, page
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.queries import names_of_folders
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.procedures.queries import pack_in_force

from .. import actions, queries
from .forms import LeftDraftsForm
from .write import titles


@page(permission=SIGNED_IN)
def left(request: HttpRequest, posting_id: UUID) -> HttpResponse:
    """The drafts of somebody who holds, or held, a post: about whom, of what kind, from when; never their text."""
    line = agencies.posting(posting_id)
    acting = request.practitioner  # type: ignore[attr-defined]
    manages = line is not None and line.line_manager_id == acting.practitioner_id
    if line is None or not (manages or acting.may(Permission.MANAGE_PEOPLE)):
        raise NotFound
    rows = queries.left_drafts(posting_id)
    for row in rows:
        record(
            Verb.READ, "records.left_drafts", folder_id=row.folder_id, subject=("records_entrydraft", row.id)
        )
    form = LeftDraftsForm(request.POST if request.method == "POST" else None)
    form.fields["practitioner"].set_options(  # type: ignore[attr-defined]
        (str(other.practitioner_id), other.said_as)
        for other in agencies.practitioners()
        if other.practitioner_id != line.practitioner_id
    )
    if request.method == "POST" and form.is_valid():
        got = form.cleaned_data
        try:
            if got["what"] == "give":
                went, stay = actions.give_left_drafts(posting_id, UUID(got["practitioner"]))
                messages.success(
                    request,
                    f"{went} given."
                    + (f" {stay} stay, about children in whose records they may not write." if stay else ""),
                )
            else:
                gone = actions.drop_left_drafts(posting_id, got["why"])
                messages.success(request, f"{gone} thrown away.")
        except NotPermitted:
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
        else:
            return HttpResponseRedirect(reverse("records:left_drafts", args=[posting_id]))
    folders = {row.folder_id for row in rows}
    return render(
        request,
        "records/left.html",
        {
            "line": line,
            "rows": rows,
            "form": form,
            "names": names_of_folders(folders),
            "numbers": numbers_of(folders),
            "titles": titles(pack_in_force()),
            "back_href": reverse("agencies:person", args=[line.practitioner_id]),
        },
    )
