"""Contact with the family: every attempt, and the decision when a child is not being seen."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.procedures.queries import pack_in_force

from ..actions import contact as act
from ..queries.contact import failed_in_a_row, tried
from ..terms import ContactWay, Reached
from . import forms_of_contact as forms
from .around import address, form_page, opened, posted, sent


@page(permission=Permission.READ_FOLDER)
def contact(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Every attempt to reach the family and every visit, and adding an attempt."""
    child, shown = opened(request, folder_id, "contact")
    form = forms.AttemptForm(posted(request))

    def send() -> None:
        got = form.cleaned_data
        act.record_attempt(
            child.folder_ids[0],
            act.AttemptIn(
                happened_at=got["happened_at"],
                way=ContactWay(got["way"]),
                whom=got["whom"],
                reached=Reached(got["reached"]),
                words=got["words"],
                adapted=got["adapted"],
                seen_alone=got["seen_alone"],
            ),
        )

    answer, status = sent(request, form, send, done="Recorded.", back=address("contact", child))
    if answer is not None:
        return answer
    found = tried(child.folder_ids)
    return render(
        request,
        "enquiries/contact.html",
        shown
        | {
            "form": form,
            "tried": found,
            "failed": failed_in_a_row(found, pack_in_force()),
            "back_href": address("child", child),
        },
        status=status,
    )


@page(permission=Permission.SIGN_OFF)
def decide(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """How a child whom nobody reaches is kept safe. Closing is not among the answers."""
    child, shown = opened(request, folder_id, "non_contact")
    form = forms.NonContactForm(posted(request))
    found = tried(child.folder_ids, limit=5)
    return form_page(
        request,
        shown,
        form,
        lambda: act.decide_on_non_contact(
            child.folder_ids[0],
            what=form.cleaned_data["what"],
            safe_words=form.cleaned_data["safe_words"],
            reasons=form.cleaned_data["reasons"],
            knows_family=form.cleaned_data["knows_family"],
            conflict=form.conflict_in(),
        ),
        title="A child who is not being seen",
        lines=[f"{a.title}. {a.words}" for a in found],
        button="Decide",
        done="Decided. It closes nothing: the work with this child goes on.",
        back=address("contact", child),
    )
