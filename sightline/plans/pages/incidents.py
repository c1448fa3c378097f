"""Missing, domestic abuse, violence outside the home."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.children.pages.frame import open_child
from sightline.children.queries import ChildView
from sightline.enquiries.queries.protection import waiting_for_ruling
from sightline.kernel.verdicts import NotFound
from sightline.procedures.queries import pack_in_force

from .. import actions, queries
from ..terms import ChildWas, IncidentKind
from . import forms
from . import forms_of_incidents as about
from .common import bound, form_page


@page(permission=Permission.READ_FOLDER, methods=("GET",))
def incidents(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Every incident, how many there are, and what was decided on them."""
    view, shown = open_child(request, folder_id, "plans.incidents", tab="plan")
    found = queries.incidents_of(view.folder_ids)
    return render(
        request,
        "plans/incidents.html",
        shown
        | {
            "incidents": found,
            "counted": queries.counted(found, pack_in_force()),
            "decision_owed": queries.any_decision_owed(view.folder_ids),
            "waiting": waiting_for_ruling(view.folder_ids),
            "back_href": reverse("plans:child", args=[view.folder_ids[0]]),
        },
    )


@page(permission=Permission.WRITE_FOLDER)
def new(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Record an incident, for brothers and sisters as well."""
    view, shown = open_child(request, folder_id, "plans.new_incident", tab="plan")
    form = bound(request, about.IncidentForm)
    form.offer_siblings([(str(t.their_folder), t.name) for t in view.siblings if t.their_folder])
    if "also" in form.fields:
        form.fields["also"].label = "Record the same for"

    def send() -> None:
        got = form.cleaned_data
        actions.record_incident(
            [view.folder_ids[0], *form.also()],
            actions.IncidentIn(
                IncidentKind(got["kind"]), got["began_at"], got["words"], got["told_by"], got["ended_at"],
                got["child_there"], ChildWas(got["child_was"]) if got["child_was"] else None,
            ),
        )  # fmt: skip

    return form_page(
        request, shown, form, send, title="Record an incident", done="The incident is recorded and counted.",
        back=_page(view),
    )  # fmt: skip


def _page(view: ChildView) -> str:
    return reverse("plans:incidents", args=[view.folder_ids[0]])


def _one(
    request: HttpRequest, folder_id: UUID, incident_id: UUID, what: str
) -> tuple[ChildView, dict[str, Any], queries.IncidentView]:
    view, shown = open_child(request, folder_id, f"plans.{what}", tab="plan")
    found = next((i for i in queries.incidents_of(view.folder_ids, 500) if i.id == incident_id), None)
    if found is None:
        raise NotFound
    return view, shown, found


@page(permission=Permission.WRITE_FOLDER)
def returned(request: HttpRequest, folder_id: UUID, incident_id: UUID) -> HttpResponse:
    view, shown, found = _one(request, folder_id, incident_id, "returned")
    form = bound(request, about.ReturnForm)
    return form_page(
        request, shown, form, lambda: actions.record_return(found.id, form.cleaned_data["ended_at"]),
        title="The child is back", done="Recorded. The return conversation’s clock runs from the return.",
        back=_page(view),
    )  # fmt: skip


@page(permission=Permission.WRITE_FOLDER)
def talk(request: HttpRequest, folder_id: UUID, incident_id: UUID) -> HttpResponse:
    view, shown, found = _one(request, folder_id, incident_id, "talk")
    form = bound(request, about.TalkForm)

    def send() -> None:
        got = form.cleaned_data
        actions.talk_after_return(
            found.id, held_at=got["held_at"] if got["held"] else None, by_whom=got["by_whom"] or "",
            independent=got["independent"], place=got["place"] or "", alone=got["alone"], others=got["others"] or "",
            why_not_alone=got["why_not_alone"] or "", said=got["said"] or "", pushes=got["pushes"] or "",
            declined=got["declined"] or "", then=got["then"],
        )  # fmt: skip

    return form_page(
        request, shown, form, send, title="Return conversation", done="Recorded.", back=_page(view)
    )


@page(permission=Permission.WRITE_FOLDER)
def withdraw(request: HttpRequest, folder_id: UUID, incident_id: UUID) -> HttpResponse:
    view, shown, found = _one(request, folder_id, incident_id, "withdraw_incident")
    form = bound(request, forms.WhyForm)
    return form_page(
        request, shown, form, lambda: actions.withdraw_incident(found.id, form.cleaned_data["why"]),
        title="It was no such incident", done="It counts no more, and stays readable.", back=_page(view),
        hint=found.words, button="Withdraw it",
    )  # fmt: skip


@page(permission=Permission.WRITE_FOLDER)
def count_again(request: HttpRequest, folder_id: UUID, incident_id: UUID) -> HttpResponse:
    """It was withdrawn by mistake."""
    view, shown, found = _one(request, folder_id, incident_id, "count_incident_again")
    form = bound(request, forms.WhyForm)
    return form_page(
        request, shown, form, lambda: actions.count_incident_again(found.id, form.cleaned_data["why"]),
        title="It was such an incident after all", done="It counts again. Why it had been withdrawn stays.",
        back=_page(view), hint=f"{found.words} Withdrawn: {found.withdrawn_why}", button="Count it again",
    )  # fmt: skip


@page(permission=Permission.WRITE_FOLDER)
def talk_back(request: HttpRequest, folder_id: UUID, incident_id: UUID, talk_id: UUID) -> HttpResponse:
    """A return conversation was recorded by mistake."""
    view, shown, found = _one(request, folder_id, incident_id, "take_talk_back")
    talk = next((t for t in found.talks if t.id == talk_id), None)
    if talk is None:
        raise NotFound
    form = bound(request, forms.WhyForm)
    return form_page(
        request, shown, form, lambda: actions.take_talk_back(found.id, talk.id, form.cleaned_data["why"]),
        title="Take this return conversation back", done="Taken back. It stays readable, with your reason.",
        back=_page(view), hint=talk.said or talk.declined, button="Take it back",
    )  # fmt: skip


@page(permission=Permission.SIGN_OFF)
def decide(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """What repeated incidents mean for the child."""
    view, shown = open_child(request, folder_id, "plans.decide_incidents", tab="plan")
    form = bound(request, about.IncidentDecisionForm)

    def send() -> None:
        got = form.cleaned_data
        actions.decide_on_incidents(
            view.folder_ids[0], IncidentKind(got["kind"]), got["outcome"], got["reasons"],
            knows_family=form.cleaned_data["knows_family"], conflict=form.conflicting(),
        )  # fmt: skip

    return form_page(
        request, shown, form, send, title="Decide what these incidents mean for the child",
        done="Decided. Later incidents are counted anew.", back=_page(view),
    )  # fmt: skip
