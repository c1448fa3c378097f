"""What the pages of this room share: opening a child's plan, showing a form, saying what was done."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.access.pages.keeping import form_sent, keep_url, kept, left
from sightline.agencies.gate import page
from sightline.agencies.queries import holders, practitioners
from sightline.agencies.terms import Permission
from sightline.children.pages.frame import open_child
from sightline.children.queries import ChildView
from sightline.govuk.forms import PageForm, typed
from sightline.govuk.once import OnceForm
from sightline.govuk.words import date_only
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotPermitted, Refused
from sightline.procedures.beside import beneath
from sightline.procedures.queries import pack_in_force
from sightline.procedures.terms import GuidedField
from sightline.records.pages.conflict import ConflictForm

from .. import actions, queries
from ..queries import PlanView


def opened(
    request: HttpRequest, folder_id: UUID, plan_id: UUID, what: str, *, whole: bool = False
) -> tuple[ChildView, dict[str, Any], PlanView]:
    """The child and one of their plans, the reading audited; its content only where `whole`. NotFound alike for
    sealed, foreign and invented."""
    view, shown = open_child(request, folder_id, f"plans.{what}", tab="plan")
    plan = (queries.plan_of if whole else queries.plan_head)(plan_id, view.folder_ids)
    return view, shown | {"plan": plan}, plan


def people() -> list[tuple[str, str]]:
    """Everybody who holds a post today, as a choice's answers."""
    return list({str(p.practitioner_id): p.said_as for p in practitioners()}.items())


def social_workers() -> list[tuple[str, str]]:
    """Everybody who may lead a child protection plan, as a choice's answers."""
    return list({str(p.practitioner_id): p.said_as for p in holders(Permission.STATUTORY)}.items())


def offer_conference(form: Any, view: ChildView) -> None:
    """Offer what conferences held on the child decided, from which a protection plan may begin; where there is none,
    say what to do."""
    made = queries.conference_decisions(view.folder_ids)
    field = form.fields["decision"]
    field.set_options([(str(d.id), f"{d.outcome}: {d.maker.name}, {date_only(d.made_at)}") for d in made])
    if not made:
        field.hint = (
            "No conference has decided on this child yet. Record on its meeting’s page that it was held and what it "
            "decided, then begin the plan"
        )


def plan_page(plan: PlanView) -> str:
    return reverse("plans:plan", args=[plan.folder_id, plan.id])


def form_page(
    request: HttpRequest,
    shown: dict[str, Any],
    form: PageForm,
    send: Callable[[], object],
    *,
    title: str,
    done: str,
    back: str,
    then: str | Callable[[], str] | None = None,
    hint: str = "",
    button: str = "Save",
    beside: dict[str, Any] | None = None,
) -> HttpResponse:
    """Shows a form, or sends it: on refusal it comes back with all that was typed."""
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            if isinstance(form, OnceForm):
                actions.sent_once(form.once(), typed(request.POST), send)
            else:
                send()
        except NotPermitted:
            raise
        except Refused as refused:
            form.refuse(refused.verdict)
            status = 409
        else:
            form_sent(request)
            messages.success(request, form.done(done) if isinstance(form, ConflictForm) else done)
            return HttpResponseRedirect(then() if callable(then) else then or back)
    if "folder_id" in shown:
        shown = {**shown, "keep_url": keep_url(request, "plans:keep", shown["folder_id"], title)}
    return render(
        request,
        "plans/form.html",
        {
            **shown,
            **(beside or {}),
            "form": form,
            "title": title,
            "hint": hint,
            "button": button,
            "back_href": back,
        },
        status=status,
    )


def bound(request: HttpRequest, kind: Any, /, **initial: Any) -> Any:
    """A form as sent, or as first shown: as it was left, where it was begun before."""
    if request.method == "POST":
        return kind(request.POST, initial=initial)
    draft = left(request)
    if draft is not None:
        # It is sent as a form of its own, whatever was sent from the page on which it was begun.
        draft = {name: value for name, value in draft.items() if name != "once_key"}
    return kind(None, initial=initial, draft=draft)


def guide_sooner(form: Any, name: str) -> None:
    """Stand what the procedures say of needing something sooner with the first question about it."""
    beneath(form, name, pack_in_force(), today(), GuidedField.SOONER)


#: The addresses of this room's forms.
_A_FORM = re.compile(r"/child/[0-9a-f-]{36}/(plan|review|offers|incidents)/[a-z0-9/_-]{1,200}")


@page(permission=Permission.WRITE_FOLDER, methods=("POST",))
def keep(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Keeps a form of this room as it is typed, asked for by the page itself."""
    return kept(request, folder_id, _A_FORM)
