"""Who around a child must not be in one room, or learn an address, together."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.children.pages import frame
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused

from .. import actions, papers, queries
from . import forms, forms_of_inviting
from .meeting import around, arranging, done, keeping, opened, taken_up


@page(permission=Permission.WRITE_FOLDER)
def keep_apart(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Record that two people are kept apart; every invitation, letter and copy warns from then on."""
    view, shown = frame.open_child(request, folder_id, "meetings.keep_apart", tab="meetings")
    lead = view.folder_ids[0]
    form = forms_of_inviting.ApartForm(request.POST or None, people=queries.people_around(lead).items())
    taken_up(request, form)
    if request.method == "POST" and form.is_valid():
        got = form.cleaned_data
        try:
            actions.keep_apart(
                lead,
                UUID(got["one"]),
                UUID(got["other"]),
                in_room="in_room" in got["what"],
                address="address" in got["what"],
                why=got["why"],
            )
        except (NotPermitted, NotFound):
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
        else:
            return done(
                request,
                "Recorded. Invitations, letters and copies warn of it from now on.",
                reverse("meetings:child", args=[lead]),
            )
    return render(
        request,
        "meetings/child_form.html",
        {
            **shown,
            **keeping(request, view.folder_ids, "Keep two people apart"),
            "form": form,
            "title": "Keep two people apart",
            "button": "Record it",
            "back_href": reverse("meetings:child", args=[lead]),
            "back_text": "Meetings",
        },
    )


@page(permission=Permission.WRITE_FOLDER)
def end(request: HttpRequest, folder_id: UUID, apart_id: UUID) -> HttpResponse:
    """They need be kept apart no longer."""
    view, shown = frame.open_child(request, folder_id, "meetings.end_apart", tab="meetings")
    found = next((one for one in queries.kept_apart(view.folder_ids) if one.id == apart_id), None)
    if found is None:
        raise NotFound
    form = forms.WhyForm(
        request.POST or None,
        label="Why is it safe now, and who decided?",
        ask="Say why it is safe now, and who decided",
    )
    taken_up(request, form)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_keep_apart(apart_id, form.cleaned_data["why"])
        except (NotPermitted, NotFound):
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
        else:
            return done(
                request,
                "Ended. That they were kept apart stays on the record.",
                reverse("meetings:child", args=[view.folder_ids[0]]),
            )
    return render(
        request,
        "meetings/child_form.html",
        {
            **shown,
            **keeping(request, view.folder_ids, "End keeping two people apart"),
            "form": form,
            "title": found.words,
            "button": "End it",
            "back_href": reverse("meetings:child", args=[view.folder_ids[0]]),
            "back_text": "Meetings",
        },
    )


@page(permission=Permission.WRITE_FOLDER)
@arranging
def read(request: HttpRequest, meeting_id: UUID, invitation_id: UUID) -> HttpResponse:
    """Read what names, or may name, somebody from whom a reader is kept, before it goes to them."""
    shown = opened(meeting_id, "meetings.read_copy", "decisions", "said", "actions", "reports", work=True)
    one = shown.person(invitation_id)
    data = request.POST if request.method == "POST" else None
    texts = [
        (held, forms_of_inviting.RulingForm(data, prefix=f"t{held.digest[:16]}"))
        for held in papers.held_for(shown, one)
    ]
    taken_up(request, *(form for _, form in texts))
    refusal = ""
    if request.method == "POST" and all([form.is_valid() for _, form in texts]):
        decided = [
            actions.RulingIn(
                held.digest,
                form.cleaned_data["what"] == "through",
                form.cleaned_data["why"] or form.cleaned_data["why_out"] or "",
            )
            for held, form in texts
            if form.cleaned_data["what"]
        ]
        try:
            actions.rule_on_copy(shown.id, one.id, decided)
        except (NotPermitted, NotFound):
            raise
        except Refused as refused:
            refusal = refused.verdict.reason
        else:
            there = reverse("meetings:copy", args=[shown.id, one.id])
            return done(request, "Decided. The copy holds what you let through.", there)
    return render(
        request,
        "meetings/read_copy.html",
        around(
            shown,
            kept=request,
            title=f"Read the copy of {one.name}",
            one=one,
            texts=texts,
            forms=[form for _, form in texts],
            refusal=refusal,
        )
        | {"back_href": reverse("meetings:copy", args=[shown.id, one.id]), "back_text": "The copy"},
    )
