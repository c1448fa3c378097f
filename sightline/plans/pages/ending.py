"""Step up, step down, close, and moving between authorities."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.children.pages.frame import open_child
from sightline.children.terms import AbuseCategory
from sightline.enquiries.queries.protection import step_up_waiting
from sightline.kernel.verdicts import NotFound

from .. import actions, queries
from ..terms import PlanKind
from . import forms
from . import forms_of_ending as ends
from .common import (
    bound,
    form_page,
    guide_sooner,
    offer_conference,
    opened,
    people,
    plan_page,
    social_workers,
)


@page(permission=Permission.WRITE_FOLDER)
def close(request: HttpRequest, folder_id: UUID, plan_id: UUID) -> HttpResponse:
    """The plan ends, and with it the child's case."""
    view, shown, plan = opened(request, folder_id, plan_id, "close")
    form = bound(request, ends.CloseForm, as_of=plan.version)
    form.offer_heard(view.folder_ids)
    form.offer_people(people())
    return form_page(
        request, shown, form, lambda: actions.close_plan(plan.id, form.sent(), seen=form.seen_version()),
        title="Close the plan", done="The plan is closed. Its record stays whole.", back=plan_page(plan),
        button="Close the plan",
        hint="That a family could not be reached is no reason by itself: say what is known of the child’s safety.",
    )  # fmt: skip


@page(permission=Permission.WRITE_FOLDER)
def step(request: HttpRequest, folder_id: UUID, plan_id: UUID) -> HttpResponse:
    """The child goes on under a plan of another kind; early help only once the front door has taken the child on."""
    view, shown, plan = opened(request, folder_id, plan_id, "step")
    if plan.kind is PlanKind.EARLY_HELP and not queries.taken_on(plan.id):
        return render(
            request,
            "plans/ask_step_up.html",
            shown | {"waiting": step_up_waiting(view.folder_ids), "back_href": plan_page(plan)},
            status=409 if request.method == "POST" else 200,
        )
    form = bound(request, ends.StepForm, as_of=plan.version)
    guide_sooner(form, "visit_by")
    form.offer_steps(plan.kind)
    form.offer_heard(view.folder_ids)
    everybody = people()
    form.offer_people(everybody)
    form.fields["lead"].set_options(everybody)
    if "decision" in form.fields:
        offer_conference(form, view)
    return form_page(
        request, shown, form, lambda: actions.step_plan(plan.id, form.sent(), seen=form.seen_version()),
        title="Step up or down",
        done="Done. Outcomes that go on, statements, services and open actions have gone along.",
        back=plan_page(plan), then=reverse("plans:child", args=[plan.folder_id]), button="Step up or down",
        hint="Outcomes that go on, needs, services and open actions go along. The plan so far stays readable.",
    )  # fmt: skip


@page(permission=Permission.WRITE_FOLDER)
def take_back(request: HttpRequest, folder_id: UUID, plan_id: UUID) -> HttpResponse:
    """Take the closing of a plan back, or its step to another plan, with the reason."""
    _view, shown, plan = opened(request, folder_id, plan_id, "take_back")
    ending = queries.ending_that_stands(plan.id)
    stepped = PlanKind(ending.next_kind).label.lower() if ending and ending.next_kind else ""
    form = bound(request, forms.ReopenForm, as_of=plan.version)
    return form_page(
        request, shown, form,
        lambda: actions.reopen_plan(
            plan.id, form.cleaned_data["why"], knows_family=form.cleaned_data["knows_family"],
            conflict=form.conflicting(), seen=form.seen_version(),
        ),
        title=f"Take the step to the {stepped} back" if stepped else f"Reopen the {plan.kind.label.lower()}",
        done="Taken back. The plan is open again; its ending stays on the record.",
        back=reverse("plans:child", args=[plan.folder_id]), button="Take it back",
        hint=(
            f"The child goes on under the {plan.kind.label.lower()}. What has been written since in the {stepped}, "
            "open actions and services go back to it; what was owed on it is owed again."
        ) if stepped else "Statuses, actions and what was owed are as they were before the plan was closed.",
    )  # fmt: skip


@page(permission=Permission.WRITE_FOLDER)
def withdraw(request: HttpRequest, folder_id: UUID, plan_id: UUID) -> HttpResponse:
    """Take the beginning of a plan back, with the reason."""
    _view, shown, plan = opened(request, folder_id, plan_id, "withdraw")
    form = bound(request, forms.ReopenForm, as_of=plan.version)
    return form_page(
        request, shown, form,
        lambda: actions.withdraw_plan(
            plan.id, form.cleaned_data["why"], knows_family=form.cleaned_data["knows_family"],
            conflict=form.conflicting(), seen=form.seen_version(),
        ),
        title=f"Take the beginning of the {plan.kind.label.lower()} back",
        done="Taken back. The plan stays readable, and another may be begun.",
        back=plan_page(plan), then=reverse("plans:child", args=[plan.folder_id]), button="Take it back",
        hint="For a plan that should not have been begun: of the wrong kind, or for the wrong child. Its open actions "
        "are given up, and the child stands where they stood before it. What was written in it stays readable.",
    )  # fmt: skip


@page(permission=Permission.WRITE_FOLDER)
def receive(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Another authority asks us to take a child on a protection plan, or on a child in need's."""
    view, shown = open_child(request, folder_id, "plans.receive", tab="plan")
    form = bound(request, ends.ReceiveTransferForm)
    guide_sooner(form, "conference_by")

    def send() -> None:
        got = form.cleaned_data
        actions.receive_transfer(
            view.folder_ids[0], got["authority"], got["words"], kind=PlanKind(got["kind"]),
            category=got["category"],
            earlier_plans=got["earlier_plans"], asked_on=got["asked_on"], conference_by=got["conference_by"],
            sooner_why=got["sooner_why"],
        )  # fmt: skip

    return form_page(
        request, shown, form, send, title="A child moves here with a plan",
        done="Recorded. A receiving conference’s clock runs from their written request.",
        back=reverse("plans:child", args=[view.folder_ids[0]]),
    )  # fmt: skip


@page(permission=Permission.WRITE_FOLDER)
def transfer(request: HttpRequest, folder_id: UUID, transfer_id: UUID) -> HttpResponse:
    """What the receiving conference decided; or, on a plan that needs none, the receiving authority."""
    view, shown = open_child(request, folder_id, "plans.transfer", tab="plan")
    found = next((t for t in queries.transfers_of(view.folder_ids) if t.id == transfer_id), None)
    if found is None:
        raise NotFound
    back = reverse("plans:child", args=[view.folder_ids[0]])
    if found.direction == "out":
        form = bound(request, ends.AnswerOutForm)
        form.of_kind(found.kind)
        form.offer_heard(view.folder_ids)
        form.offer_people(people())

        def send() -> object:
            return actions.answer_transfer(found.id, form.answer())

        title = f"What {found.authority} decided"
        hint = "If it accepted, our plan closes and it is responsible for the child from today."
    else:
        form = bound(request, ends.AnswerInForm)
        form.of_kind(found.kind)
        form.offer_heard(view.folder_ids)
        protects = found.kind is PlanKind.CHILD_PROTECTION
        form.fields["lead"].set_options(social_workers() if protects else people())
        theirs = (
            f"Their plan’s category is {AbuseCategory(found.category).label}."
            if protects
            else found.kind.label + "."
        )
        hint = f"{theirs} If accepted, our plan begins."

        def send() -> object:
            return actions.answer_transfer(
                found.id, form.answer(found.authority, found.category, found.earlier_plans)
            )

        title = (
            f"The receiving conference on the request of {found.authority}"
            if protects
            else f"What we decided on the request of {found.authority}"
        )
    return form_page(request, shown, form, send, title=title, done="Recorded.", back=back, hint=hint)


@page(permission=Permission.WRITE_FOLDER)
def transfer_back(request: HttpRequest, folder_id: UUID, transfer_id: UUID) -> HttpResponse:
    """A request that is not needed any more ends; an answer recorded in error is taken back."""
    view, shown = open_child(request, folder_id, "plans.transfer_back", tab="plan")
    found = next((t for t in queries.transfers_of(view.folder_ids) if t.id == transfer_id), None)
    if found is None:
        raise NotFound
    waiting = found.answered_at is None
    form = bound(request, forms.EndRequestForm if waiting else forms.ReopenForm)
    return form_page(
        request, shown, form,
        lambda: actions.take_transfer_back(
            found.id, form.cleaned_data["why"], knows_family=form.cleaned_data["knows_family"],
            conflict=actions.ConflictIn() if waiting else form.conflicting(),
        ),
        title=f"End the request, {found.authority}" if waiting else f"Take the answer back, {found.authority}",
        done="Ended without an answer." if waiting else "Taken back. The request waits for its answer again.",
        back=reverse("plans:child", args=[view.folder_ids[0]]),
        button="End it" if waiting else "Take it back",
        hint=(
            "For a request that is not needed any more or was recorded in error. It ends without an answer; the plan "
            "stays where it is."
        )
        if waiting
        else f"It was recorded as {actions.said_of(found)} What was recorded stays on the record, and the clock that "
        "ran is owed again.",
    )  # fmt: skip
