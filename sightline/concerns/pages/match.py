"""Is a child of a concern known already? Who is suggested, who is looked for, and what a person decides."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.govuk.forms import PageForm, Text, Words
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.matching.actions import search
from sightline.matching.queries import Found, Suggestion, suggest_for_child
from sightline.matching.rules import LONGEST

from .. import actions, queries
from . import forms
from .front_door import opened, tell_suggested

ASK = "Say what makes you sure"


class LookForm(PageForm):
    q = Text(
        "Is it somebody else whom you can find?",
        ask="Type a name, a date of birth or a number",
        hint="NHS number, pupil number or record number, or a name with an age or date of birth.",
        max_length=LONGEST,
        spellcheck=False,
    )


class NotKnownForm(PageForm):
    why_none = Words(
        "Why is it none of them? (optional)", required=False, rows=2, max_length=1000, count=False
    )


@page(permission=Permission.DECIDE_MATCH)
def match(request: HttpRequest, concern_id: UUID, part_id: UUID) -> HttpResponse:
    """Suggestions with their reasons, and whoever is looked for; a person decides, says none, and can undo it."""
    shown = opened(concern_id, "match_page")
    part = next((p for p in shown.parts if p.id == part_id), None)
    if part is None:
        raise NotFound
    then = "decide" if request.GET.get("then") == "decide" else "concern"
    back_href = reverse(f"concerns:{then}", args=[concern_id])
    act = request.POST.get("act", "")
    data = request.POST if request.method == "POST" else None
    form = forms.WordsForm(data if act in ("", "undo") else None, label="What makes you sure?", ask=ASK)
    looking = LookForm(data if act == "look" else None, initial={"q": request.POST.get("q", "")})
    neither = NotKnownForm(data if act == "none" else None)
    sent = {"look": looking, "none": neither}.get(act, form)
    kept, refusal = "", ""
    if data is not None and sent.is_valid() and act != "look":
        try:
            messages.success(request, _send(part, act, request.POST.get("folder", ""), sent.cleaned_data))
            return HttpResponseRedirect(back_href)
        except (NotPermitted, NotFound):
            raise
        except Refused as refused:
            if part.matched == (act != "undo"):
                # Somebody else was there first: the page asks the opposite now, so the words do not stand in its form.
                kept = sent.cleaned_data.get("words") or sent.cleaned_data.get("why_none") or ""
                form = forms.WordsForm(None, label="What makes you sure?", ask=ASK)
            refusal = refused.verdict.reason
    theirs = [p.folder_id for p in shown.parts]
    suggestions = () if part.matched else suggest_for_child(part.folder_id, leave_out=theirs)
    if not part.matched:
        tell_suggested(suggestions)
    found = [] if part.matched else _found(request, [*theirs, *(s.folder_id for s in suggestions)])
    return render(
        request,
        "concerns/match.html",
        {
            "shown": shown,
            "part": part,
            "suggestions": suggestions,
            "found": found,
            "looked_for": request.POST.get("q", "").strip(),
            "may_look": request.practitioner.may(Permission.SEARCH),  # type: ignore[attr-defined]
            "chosen": request.POST.get("folder", ""),
            "form": form,
            "looking": looking,
            "neither": neither,
            "forms": [sent],
            "refusal": refusal,
            "kept": kept,
            "back_href": back_href,
        },
        status=409 if refusal else 200,
    )


def _send(part: queries.PartView, act: str, folder: str, got: dict[str, str]) -> str:
    """What was decided, done; the sentence that confirms it."""
    match act:
        case "undo":
            actions.undo_match(part.id, got["words"])
            return "The match is undone. Both histories are kept."
        case "none":
            actions.say_not_known(part.id, got["why_none"])
            return f"Recorded: {part.name} is none of the known children who were looked at."
        case _:
            actions.decide_match(part.id, _folder(folder), got["words"])
            return f"{part.name} is read together with the known record from now on."


def _found(request: HttpRequest, leave_out: list[UUID]) -> list[Found | Suggestion]:
    """Whom the words looked for find, beside those who are suggested already; what is chosen stays in the list."""
    words = request.POST.get("q", "").strip()[:LONGEST]
    if not words or not request.practitioner.may(Permission.SEARCH):  # type: ignore[attr-defined]
        return []
    return [child for child in search(words).results.found if child.folder_id not in leave_out]


def _folder(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refused("Choose which known child it is, or go back.") from None
