"""How long a record is kept, its disposal, and what is left of those that went. Thin."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.govuk.paging import page_number
from sightline.kernel.verdicts import NotFound

from .. import actions, queries
from ..terms import DisposalState, HoldWhy, KeepingAct
from . import forms
from .views import _opened, _send

#: What each act asks, and says once it is done.
_ACTS = {
    KeepingAct.HOLD: ("Which inquiry, case or complaint is it?", "The record is held."),
    KeepingAct.LIFT: ("Why need the record not be held any longer?", "The hold is ended."),
    KeepingAct.PROPOSE: ("Why may the record go?", "Proposed. A manager decides."),
    KeepingAct.REFUSE: ("Why is the record kept?", "The record is kept. Whoever proposed it is told."),
    KeepingAct.TAKE_BACK: ("Why do you take it back?", "The proposal is taken back."),
    KeepingAct.APPROVE: ("Why may the record go?", "The record is disposed of. Its tombstone is below."),
}
_NEEDS = {KeepingAct.REFUSE: Permission.DISPOSE, KeepingAct.APPROVE: Permission.DISPOSE}


@page(permission=Permission.PROPOSE_DISPOSAL, methods=("GET",))
def keeping(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """How long this record is kept and by which rule, what holds it, and whether it is proposed for disposal."""
    view, shown = _opened(request, folder_id, "keeping", "keeping")
    found = queries.keeping(view)
    acting = request.practitioner  # type: ignore[attr-defined]
    return render(
        request, "archive/keeping.html",
        shown | {
            "keeping": found, "why": HoldWhy, "states": DisposalState, "dispose": acting.may(Permission.DISPOSE),
            "mine": found.proposed is not None and found.proposed.author_id == acting.practitioner_id,
        },
    )  # fmt: skip


@page(permission=Permission.PROPOSE_DISPOSAL)
def act(request: HttpRequest, folder_id: UUID, act: str) -> HttpResponse:
    """One act on how long a record is kept."""
    if act not in set(KeepingAct):
        raise NotFound
    step = KeepingAct(act)
    view, shown = _opened(request, folder_id, "keeping_act", "keeping")
    found = queries.keeping(view)
    if step in _NEEDS and not request.practitioner.may(_NEEDS[step]):  # type: ignore[attr-defined]
        raise NotFound
    if step in (KeepingAct.REFUSE, KeepingAct.TAKE_BACK, KeepingAct.APPROVE) and found.proposed is None:
        raise NotFound
    lead = shown["folder_id"]
    label, done = _ACTS[step]
    form: forms.HoldForm | forms.DisposeForm | forms.WordsForm
    if step is KeepingAct.HOLD:
        form = forms.HoldForm(request.POST or None)
    elif step is KeepingAct.APPROVE:
        form = forms.DisposeForm(request.POST or None)
    else:
        form = forms.WordsForm(request.POST or None, label=label)
    back = reverse("archive:keeping", args=[lead])
    acts: dict[KeepingAct, Callable[[], object]] = {
        KeepingAct.HOLD: lambda: actions.hold(
            lead, HoldWhy(form.cleaned_data["why"]), form.cleaned_data["words"]
        ),
        KeepingAct.LIFT: lambda: actions.end_hold(lead, form.cleaned_data["words"]),
        KeepingAct.PROPOSE: lambda: actions.propose_disposal(lead, form.cleaned_data["words"]),
        KeepingAct.REFUSE: lambda: actions.keep_after_all(lead, form.cleaned_data["words"], refused=True),
        KeepingAct.TAKE_BACK: lambda: actions.keep_after_all(lead, form.cleaned_data["words"], refused=False),
        KeepingAct.APPROVE: lambda: actions.dispose(lead, form.cleaned_data["words"]),
    }
    proposed = found.proposed
    intro = (
        f"{proposed.author.name}, {proposed.author_post}, proposed it: {proposed.reasons} "
        f"{proposed.rule}: {proposed.counted}."
        if proposed is not None and step in (KeepingAct.APPROVE, KeepingAct.REFUSE)
        else ""
    )
    answer = _send(
        request, form, acts[step], done, back, "archive/form.html",
        shown | {"title": step.label, "intro": intro, "button": step.label, "warning": step is KeepingAct.APPROVE},
    )  # fmt: skip
    if step is KeepingAct.APPROVE and answer.status_code == 302:
        return HttpResponseRedirect(reverse("archive:disposals"))
    return answer


@page(permission=Permission.PROPOSE_DISPOSAL, methods=("GET",))
def disposals(request: HttpRequest) -> HttpResponse:
    """What is left of the records that were disposed of."""
    number = page_number(request)
    rows, total = queries.tombstones(number)
    return render(
        request, "archive/disposals.html",
        {"rows": rows, "total": total, "number": number, "more": number * 25 < total, "back_href": reverse("web:home")},
    )  # fmt: skip
