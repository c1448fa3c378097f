"""Step up from early help, new information on an open assessment, needs that nothing meets."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission

from ..actions import changes as change
from ..queries import protection as queries
from . import forms_of_protection as forms
from .around import address, form_page, opened, posted


@page(permission=Permission.WRITE_FOLDER)
def ask_step_up(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """The lead professional asks for a step up from early help."""
    child, shown = opened(request, folder_id, "ask_step_up")
    form = forms.StepUpForm(posted(request))
    return form_page(
        request,
        shown,
        form,
        lambda: change.ask_step_up(child.folder_ids[0], **form.cleaned_data),
        title="Ask for a step up",
        lines=["If the child is in danger now, ring 999 first and raise a concern."],
        button="Ask for it",
        done="Asked. The front door decides within its time, and you will be told.",
        back=address("child", child),
    )


@page(permission=Permission.SCREEN_CONCERN)
def step_up(request: HttpRequest, folder_id: UUID, step_up_id: UUID) -> HttpResponse:
    """The front door decides on a step up."""
    child, shown = opened(request, folder_id, "step_up")
    row = queries.step_up(step_up_id, child.folder_ids)
    form = forms.DecideStepUpForm(posted(request))
    form.offer_heard(child.folder_ids)
    return form_page(
        request,
        shown,
        form,
        lambda: change.decide_step_up(
            row.id,
            accepted=form.cleaned_data["accepted"] == "yes",
            reasons=form.cleaned_data["reasons"],
            knows_family=form.cleaned_data["knows_family"],
            wishes=form.weighed(),
            conflict=form.conflict_in(),
        ),
        title="Decide on a step up",
        lines=[f"{row.written_by.name}, {row.written_post}: {row.reasons}", f"The family: {row.family_view}"],
        button="Decide",
        done="Decided. Whoever asked for it is told when it takes effect.",
        back=address("child", child),
    )


@page(permission=Permission.WRITE_FOLDER)
def look_again(request: HttpRequest, folder_id: UUID, subject_id: UUID) -> HttpResponse:
    """What new information changes in the open assessment, or why it changes nothing."""
    child, shown = opened(request, folder_id, "look_again")
    it = queries.to_look_at(subject_id, child.folder_ids)
    form = forms.LookAgainForm(posted(request))
    return form_page(
        request,
        shown,
        form,
        lambda: change.looked_again(
            child.folder_ids[0],
            subject_id,
            changes=form.cleaned_data["changes"] == "yes",
            words=form.cleaned_data["words"],
        ),
        title="Look again at the open assessment",
        lines=[it.words],
        done="Recorded. Where it changes the assessment, write that there too.",
        back=address("child", child),
    )
