"""The pages of the steps of a concern, the same with an account and without one: a question, or one closely related
group of questions, a page; a list of children or people; everything once more at the end.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from sightline.govuk.forms import PageForm, typed
from sightline.govuk.numbers import whole_number
from sightline.kernel.time import LONDON, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures.queries import pack_in_force

from .. import actions, rules
from . import forms
from .drafted import (
    STEPS,
    TITLES,
    Door,
    assembled,
    child_of,
    form_data,
    form_of_step,
    person_of,
)
from .holding import too_often


def step_page(request: HttpRequest, door: Door, step: str, n: int | None) -> HttpResponse:
    key = _key(step, n)
    if step not in (*STEPS, "resume"):
        raise NotFound
    if step == "resume":
        return _resume(request, door)
    if step == "check":
        return _check(request, door)
    if step in ("children", "people") and n is None:
        return _several(request, door, step)
    form = _form(door, step, n, request)
    if request.method == "POST":
        actions.save_draft(door.draft.id, key, typed(request.POST))
        if form.is_valid():
            if n is not None:
                return HttpResponseRedirect(door.url(step))
            return HttpResponseRedirect(_after(request, door, step))
    return render(
        request,
        f"concerns/step_{step}.html" if step in ("happened", "danger", "voice") else "concerns/step.html",
        _context(door, step, n) | {"form": form},
    )


def keep_step(request: HttpRequest, door: Door, step: str, n: int | None) -> HttpResponse:
    key = _key(step, n)
    if step not in STEPS or step == "check" or (step in ("children", "people") and n is None):
        raise NotFound
    draft = actions.save_draft(door.draft.id, key, typed(request.POST))
    return JsonResponse({"saved": f"{draft.saved_at.astimezone(LONDON):%H:%M}"})


def _key(step: str, n: int | None) -> str:
    """Where a draft keeps a step, or one of the children or people of a step. Raises NotFound where there is none."""
    if n is None:
        return step
    if step not in ("children", "people") or n >= rules.MOST_NAMED:
        raise NotFound
    return f"{'child' if step == 'children' else 'person'}-{n}"


def _form(door: Door, step: str, n: int | None, request: HttpRequest) -> PageForm:
    """The form of a step: bound to what was sent, else filled with what the draft holds."""
    data = request.POST if request.method == "POST" else None
    kept = door.content.get(_key(step, n))
    if n is not None:
        return (forms.ChildForm if step == "children" else forms.PersonForm)(data, draft=kept)
    return form_of_step(request, door, step, data, draft=kept)


def _after(request: HttpRequest, door: Door, step: str) -> str:
    if request.GET.get("back") == "check":
        return door.url("check")
    return door.url(STEPS[STEPS.index(step) + 1])


def _context(door: Door, step: str, n: int | None = None) -> dict[str, Any]:
    at = STEPS.index(step)
    if n is not None:
        back = door.url(step)
    else:
        back = (
            door.url(STEPS[at - 1])
            if at
            else reverse("concerns:worried" if door.public else "concerns:raise")
        )
    keep_url = None
    if step != "check" and not (step in ("children", "people") and n is None):
        if door.public:
            keep_url = reverse("concerns:worried_keep" if n is None else "concerns:worried_keep_item",
                               args=[step] if n is None else [step, n])  # fmt: skip
        else:
            keep_url = reverse("concerns:keep" if n is None else "concerns:keep_item",
                               args=[door.draft.id, step] + ([] if n is None else [n]))  # fmt: skip
    return {
        "public": door.public,
        "door": door,
        "step": step,
        "n": n,
        "step_title": TITLES[step],
        "step_number": at + 1,
        "step_count": len(STEPS),
        "back_href": back,
        "keep_url": keep_url,
        "saved_at": door.draft.saved_at if door.content else None,
    }


def _several(request: HttpRequest, door: Door, step: str) -> HttpResponse:
    """The children, or the people around them: a list, add another, take one out, go on."""
    kind = "child" if step == "children" else "person"
    items = door.items(kind)
    error = ""
    if request.method == "POST":
        if "remove" in request.POST:
            out = whole_number(request.POST["remove"])
            if out in {n for n, _ in items}:
                _take_out(door, kind, out)
            return HttpResponseRedirect(door.url(step))
        if kind == "child" and not items:
            error = "Add at least one child"
        elif kind == "child" and (
            wrong := [n for n, f in items if not forms.ChildForm(form_data(f)).is_valid()]
        ):
            return HttpResponseRedirect(door.url(step, wrong[0]))
        else:
            return HttpResponseRedirect(_after(request, door, step))
    taken = {n for n, _ in items}
    following = next((n for n in range(max(taken, default=-1) + 1, rules.MOST_NAMED)), None)
    if following is None:
        # Somebody was taken out further up: their place is free again.
        following = next((n for n in range(rules.MOST_NAMED) if n not in taken), None)
    if kind == "child" and not items and request.method == "GET":
        return HttpResponseRedirect(door.url(step, 0))
    shown = []
    for n, fields in items:
        person = person_of(fields)
        name = child_of(fields).name if kind == "child" else f"{person.given} {person.family}".strip()
        shown.append({"n": n, "text": name, "note": _note(kind, fields)})
    return render(
        request,
        "concerns/several.html",
        _context(door, step) | {"items": shown, "following": following, "kind": kind, "error": error},
    )


def _take_out(door: Door, kind: str, n: int) -> None:
    """Out of the draft, with what a child said: whoever is put into that place has said nothing yet."""
    actions.save_draft(door.draft.id, f"{kind}-{n}", {})
    voice = door.content.get("voice")
    if kind == "child" and voice:
        theirs = {f"{asked}_{n}" for asked in forms.VoiceForm.ASKED}
        actions.save_draft(
            door.draft.id, "voice", {name: value for name, value in voice.items() if name not in theirs}
        )


def _note(kind: str, fields: dict[str, list[str]]) -> str:
    if kind == "person":
        person = person_of(fields)
        return forms.KINSHIP_WORDS[person.kinship]
    child = child_of(fields)
    if child.born_on:
        return f"born {child.born_on.day} {child.born_on:%B %Y}"
    if child.expected_on:
        return f"expected {child.expected_on.day} {child.expected_on:%B %Y}"
    return f"about {child.age_years}" if child.age_years is not None else ""


def _resume(request: HttpRequest, door: Door) -> HttpResponse:
    """Back to where somebody left off: the first step that still lacks something, else the last look."""
    for each in STEPS:
        kind = {"children": "child", "people": "person"}.get(each)
        if kind is None and each != "check":
            if (
                each not in door.content
                or not form_of_step(request, door, each, form_data(door.content[each])).is_valid()
            ):
                return HttpResponseRedirect(door.url(each))
        elif each == "children":
            items = door.items("child")
            unfinished = [n for n, fields in items if not forms.ChildForm(form_data(fields)).is_valid()]
            if unfinished or not items:
                return HttpResponseRedirect(door.url(each, unfinished[0]) if unfinished else door.url(each))
    return HttpResponseRedirect(door.url("check"))


def _check(request: HttpRequest, door: Door) -> HttpResponse:
    """Everything once more, then send."""
    sent, wrong = assembled(request, door)
    refusal = ""
    if request.method == "POST" and not wrong:
        if door.public and (wait := too_often(request, "send")) is not None:
            return wait
        try:
            raised = actions.raise_concern(sent, draft_id=door.draft.id)
        except Refused as refused:
            refusal = refused.verdict.reason
        else:
            if door.public:
                return HttpResponseRedirect(reverse("concerns:worried_sent"))
            return HttpResponseRedirect(reverse("concerns:sent", args=[raised.concern_id]))
    labels = {f"{c.id}.{i.id}": i.text for c in pack_in_force().indicators(today()) for i in c.item}
    return render(
        request,
        "concerns/check.html",
        _context(door, "check")
        | {
            "sent": sent,
            "wrong": wrong,
            "refusal": refusal,
            "places": [o.label for o in forms.PLACES if o.value in sent.harm_where],
            "indicators": [labels[i] for i in sent.indicators if i in labels],
            "kinship": forms.KINSHIP_WORDS,
            "told_words": forms.TOLD_WORDS,
            "agreed_words": forms.AGREED_WORDS,
            "asked": request.method == "POST",
        },
    )
