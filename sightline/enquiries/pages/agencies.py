"""What other agencies say: asking, chasing, answering under one's own name."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from sightline.access.queries import may_write
from sightline.agencies.gate import page
from sightline.agencies.queries import agencies, practitioners
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.govuk.forms import typed
from sightline.kernel.time import LONDON
from sightline.kernel.verdicts import NotPermitted, Refused

from ..actions import contribution as act
from ..actions.assessment import drop_draft, save_draft
from ..queries.contribution import contribution as find
from ..queries.contribution import contribution_view, draft
from . import forms
from .around import address, form_page, opened_assessment, people_in, posted, sent
from .child import acting_of


@page(permission=Permission.WRITE_FOLDER)
def ask(request: HttpRequest, folder_id: UUID, assessment_id: UUID) -> HttpResponse:
    """Ask an agency for its contribution: the agency first, then who in it."""
    child, view, shown = opened_assessment(request, folder_id, assessment_id, "ask")
    section = next(s.id for s in view.form.section if s.kind == "agencies")
    back = address("section", child, view.id, section)
    names = [(str(a.pk), a.name) for a in agencies()]
    chosen = request.POST.get("agency") or request.GET.get("agency", "")
    if chosen not in dict(names):
        first = forms.AgencyForm(request.GET if "agency" in request.GET else None, names=names)
        return render(
            request,
            "enquiries/form.html",
            shown
            | {
                "form": first,
                "title": "Which agency do you ask?",
                "method": "get",
                "button": "Continue",
                "back_href": back,
            },
        )
    form = forms.AskForm(posted(request), initial={"agency": chosen})
    fields: dict[str, Any] = form.fields
    del fields["agency"]
    working = [
        i.practitioner_id for i in child.involvements if str(i.agency_id) == chosen and i.practitioner_id
    ]
    people = people_in(practitioners(agency=UUID(chosen), limit=300))
    people.sort(key=lambda pair: pair[0] not in working)
    fields["practitioner"].set_options(
        [(str(id), f"{words} (works with the child)" if id in working else words) for id, words in people]
    )

    def send() -> None:
        got = form.cleaned_data
        act.ask(
            view.id,
            UUID(chosen),
            got["words"],
            practitioner_id=UUID(got["practitioner"]) if got["practitioner"] else None,
        )

    return form_page(
        request,
        shown,
        form,
        send,
        title=f"Ask {dict(names)[chosen]}",
        hidden={"agency": chosen},
        button="Ask",
        done="Asked. Chasing it stands in My work.",
        back=back,
    )


@page(permission=Permission.WRITE_FOLDER)
def contribution(request: HttpRequest, contribution_id: UUID) -> HttpResponse:
    """One contribution: what is asked, and the answer of whoever was asked, or filed for an agency asked otherwise."""
    row = find(contribution_id)
    record(Verb.READ, "enquiries.contribution", folder_id=row.folder_id, subject=row)
    acting = acting_of(request)
    theirs = row.practitioner_id == acting.practitioner_id
    in_record = may_write(row.folder_id)
    back = (
        reverse("enquiries:section", args=[row.folder_id, row.assessment_id, "agencies"])
        if in_record
        else reverse("web:home")
    )
    if request.method == "POST" and request.POST.get("act") == "chase":
        try:
            act.chase(row.id)
        except NotPermitted:
            raise
        except Refused as refused:
            messages.error(request, refused.verdict.reason)
        else:
            messages.success(request, "Chased. That it was, and when, stays on the record.")
        return HttpResponseRedirect(request.path)
    left = draft(row.id)
    form = forms.AnswerForm(posted(request), draft=left.content if left else None)
    fields: dict[str, Any] = form.fields
    if theirs or acting.agency_id == row.agency_id:
        del fields["given_by"]
    else:
        fields["given_by"].required = True

    def send() -> None:
        got = form.cleaned_data
        act.file(
            row.id,
            answer=got["answer"] or "",
            declined=got["declined"] or "",
            given_by=got.get("given_by") or "",
        )

    answer, status = sent(request, form, send, done="Filed under the name of the agency.", back=request.path)
    if answer is not None:
        drop_draft(row.id)
        return answer
    if status == 409:
        save_draft(row.folder_id, row.id, typed(request.POST))
    return render(
        request,
        "enquiries/contribution.html",
        {
            "form": form,
            "it": contribution_view(row),
            "theirs": theirs,
            "may_chase": in_record and not theirs,
            "keep_url": reverse("enquiries:contribution_keep", args=[row.id]),
            "saved_at": left.saved_at if left else None,
            "back_href": back,
        },
        status=status,
    )


@page(permission=Permission.WRITE_FOLDER, methods=("POST",))
def contribution_keep(request: HttpRequest, contribution_id: UUID) -> HttpResponse:
    """Keeps an answer as it is typed; whoever was asked cannot open the record, so it is kept beside the question."""
    row = find(contribution_id)
    saved = save_draft(row.folder_id, row.id, typed(request.POST))
    return JsonResponse({"saved": f"{saved.saved_at.astimezone(LONDON):%H:%M}"})
