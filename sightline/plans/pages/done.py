"""What is done under a plan: an action that is done, handed over or given up, and what came of an offer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.children.queries import ChildView
from sightline.kernel.verdicts import NotFound

from .. import actions, queries
from ..queries import PlanView
from ..terms import ActionState, OfferState
from . import forms
from . import forms_of_work as work
from .common import bound, form_page, people, plan_page


@page(permission=Permission.WRITE_FOLDER)
def action(request: HttpRequest, folder_id: UUID, plan_action_id: UUID) -> HttpResponse:
    """What has happened to an action: done, handed over, given up."""
    _view, shown, plan, found = _of_action(request, folder_id, plan_action_id)
    if found.state is not ActionState.OPEN:
        return _to_do_after_all(request, shown, plan, found)
    form = bound(request, work.ActionStepForm)
    form.fields["practitioner"].set_options(people())

    def send() -> None:
        got = form.cleaned_data
        if got["act"] == "hand_over":
            actions.hand_over_action(plan_action_id, UUID(got["practitioner"]), got["words"])
        else:
            actions.close_action(plan_action_id, done=got["act"] == "done", words=got["words"], on=got["on"])

    return form_page(
        request, shown, form, send, title=found.words, done="Recorded.", back=plan_page(plan),
        hint=f"{found.practitioner}, {found.agency}, by {found.due_on.day} {found.due_on:%B %Y}.",
    )  # fmt: skip


def _to_do_after_all(
    request: HttpRequest, shown: dict[str, Any], plan: PlanView, found: queries.ActionView
) -> HttpResponse:
    form = bound(request, forms.WhyForm, as_of=plan.version)
    form.fields["why"].label = "Why is it to be done after all?"
    return form_page(
        request, shown, form,
        lambda: actions.reopen_action(found.id, form.cleaned_data["why"], seen=form.seen_version()),
        title=found.words, done="It is to be done after all. That it was closed stays on the record.",
        back=plan_page(plan), button="Open it again",
        hint=f"It stands as {found.state.label.lower()}. {found.practitioner}, {found.agency}, owes it again, by "
        f"{found.due_on.day} {found.due_on:%B %Y}.",
    )  # fmt: skip


def _of_action(
    request: HttpRequest, folder_id: UUID, action_id: UUID
) -> tuple[ChildView, dict[str, Any], PlanView, queries.ActionView]:
    from sightline.children.pages.frame import open_child

    view, shown = open_child(request, folder_id, "plans.action", tab="plan")
    plan = queries.plan_of_action(action_id, view.folder_ids)
    found = next((a for a in plan.actions if a.id == action_id), None)
    if found is None:
        raise NotFound
    return view, shown, plan, found


@page(permission=Permission.WRITE_FOLDER)
def offer(request: HttpRequest, folder_id: UUID, offer_id: UUID) -> HttpResponse:
    """What came of an offer of a service."""
    from sightline.children.pages.frame import open_child

    view, shown = open_child(request, folder_id, "plans.offer", tab="plan")
    found = next((o for o in queries.offers_of_child(view.folder_ids) if o.id == offer_id), None)
    if found is None:
        raise NotFound
    form = bound(request, work.OfferStepForm)
    back = (
        reverse("plans:plan", args=[view.folder_ids[0], found.plan_id])
        if found.plan_id
        else reverse("plans:offers", args=[view.folder_ids[0]])
    )
    return form_page(
        request,
        shown,
        form,
        lambda: actions.move_offer(
            offer_id,
            OfferState(form.cleaned_data["state"]),
            form.cleaned_data["words"],
            on=form.cleaned_data["on"],
        ),
        title=found.name,
        done="Recorded.",
        back=back,
        hint=f"Meant to change: {found.meant_to_change.rstrip('.')}. It stands as: {found.state.label.lower()}.",
    )
