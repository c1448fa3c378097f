"""Following one's own concern: what was sent, how it stands, what one was told; adding, putting right, taking back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.access.drafts import DraftLine, Drafts
from sightline.agencies.gate import PUBLIC, page
from sightline.agencies.terms import Permission
from sightline.audit.actions import record_list
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures.beside import beside
from sightline.procedures.queries import pack_in_force
from sightline.procedures.terms import GuidedField

from .. import actions, queries, rules
from ..terms import AdditionKind
from . import forms
from .drafted import draft_names
from .front_door import seen_version
from .holding import Held, as_public, held_by, hold, let_go, too_often


@page(permission=Permission.RAISE_CONCERN, methods=("GET",))
def mine(request: HttpRequest) -> HttpResponse:
    """The concerns that I raised."""
    rows = queries.own_concerns()
    record_list("concerns.mine", [each for row in rows for each in row.folder_ids])
    drafts = [(d, draft_names(d.content)) for d in queries.drafts() if d.kind == "concern"]
    return render(request, "concerns/mine.html", {"rows": rows, "drafts": drafts})


def draft_lines(most: int) -> Drafts:
    """The viewer's drafts of concerns and of decisions, for My work."""
    rows, total = queries.latest_drafts(most)
    lines = [
        DraftLine(
            f"You were writing a concern about {draft_names(draft.content)}",
            draft.saved_at,
            reverse("concerns:step", args=[draft.id, "resume"]),
        )
        if draft.concern is None
        else DraftLine(
            f"You were deciding on concern {draft.concern.reference}",
            draft.saved_at,
            reverse("concerns:decide", args=[draft.concern.id]),
        )
        for draft in rows
    ]
    return Drafts(lines, total)


@page(permission=Permission.RAISE_CONCERN)
def own(request: HttpRequest, concern_id: UUID) -> HttpResponse:
    return _own(request, concern_id, reverse("concerns:own", args=[concern_id]), public=False)


@page(permission=PUBLIC)
def come_back(request: HttpRequest) -> HttpResponse:
    """With reference and secret, on any device, back to a draft or to what became of it."""
    form = forms.ReturnForm(request.POST or None)
    if request.method == "POST":
        if (wait := too_often(request, "return")) is not None:
            return wait
        if form.is_valid():
            reference = rules.tidy_reference(form.cleaned_data["reference"])
            secret = form.cleaned_data["secret"]
            held = Held(reference, rules.secret_digest(reference, secret))
            with as_public(held):
                there = ""
                if reference and queries.own_concerns(1):
                    there = reverse("concerns:worried_own")
                elif reference and queries.drafts():
                    there = reverse("concerns:worried_step", args=["resume"])
            if there:
                return hold(HttpResponseRedirect(there), held)
            form.add_error(
                "reference", "We cannot find anything under this reference and secret code. Check both."
            )
    return render(request, "concerns/come_back.html", {"form": form, "public": True})


@page(permission=PUBLIC)
def worried_own(request: HttpRequest) -> HttpResponse:
    held = held_by(request)
    if not held.reference:
        return HttpResponseRedirect(reverse("concerns:come_back"))
    if (
        wait := too_often(request, "add" if request.method == "POST" else "read", held.reference)
    ) is not None:
        return wait
    with as_public(held):
        try:
            return hold(_own(request, None, reverse("concerns:worried_own"), public=True), held)
        except NotFound:
            return let_go(HttpResponseRedirect(reverse("concerns:come_back")))


def _own(request: HttpRequest, concern_id: UUID | None, here: str, *, public: bool) -> HttpResponse:
    shown = queries.own_concern(concern_id)
    record_list("concerns.own", [part.folder_id for part in shown.parts])
    status = 200
    form = forms.WordsForm(None, label="What do you want to add or put right?")
    if request.method == "POST":
        act = request.POST.get("act", "")
        ask = "Say why you take it back" if act == "take_back" else "Write what you want to add"
        form = forms.WordsForm(request.POST, label="What do you want to add or put right?", ask=ask)
        if form.is_valid():
            words = form.cleaned_data["words"]
            try:
                if act == "take_back":
                    actions.take_back(shown.id, words, once=form.once())
                    messages.success(
                        request, "You have taken the concern back. The front door still reads what you sent."
                    )
                else:
                    kind = AdditionKind.CORRECTION if act == "correction" else AdditionKind.MORE
                    version = seen_version(request)
                    meanwhile = actions.add_more(shown.id, kind, words, version=version, once=form.once())
                    messages.success(
                        request,
                        " ".join(("Added. The front door sees it with your concern.", meanwhile)).strip(),
                    )
                return HttpResponseRedirect(here)
            except Refused as refused:
                form.refuse(refused.verdict)
                shown, status = queries.own_concern(concern_id), 409
    beside(form, "words", pack_in_force(), today(), GuidedField.REFERRER_ANSWER)
    return render(
        request,
        "concerns/own.html",
        {
            "own": shown,
            "form": form,
            "public": public,
            "back_href": None if public else reverse("concerns:mine"),
        },
        status=status,
    )
