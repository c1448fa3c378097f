"""Writing in a plan: one form for each thing that can be written."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission
from sightline.kernel.verdicts import NotFound

from .. import actions, queries
from ..queries import PlanView
from . import forms
from . import forms_of_parts as said
from .common import bound, form_page, opened, plan_page
from .lists import directory_for
from .parts import PARTS

#: Parts whose form offers what the plan says already.
_WHOLE = ("action", "offer", "scale", "tie")


@page(permission=Permission.WRITE_FOLDER)
def write(request: HttpRequest, folder_id: UUID, plan_id: UUID, part: str) -> HttpResponse:
    """Write something new in a plan."""
    view, shown, plan = opened(request, folder_id, plan_id, "write", whole=part in _WHOLE)
    found = PARTS.get(part)
    if found is None:
        raise NotFound
    beside = None
    if part == "offer":
        beside = {"look_href": directory_for(plan.folder_id, view, plan=str(plan.id))}
        form = bound(request, found.form, as_of=plan.version, local=request.GET.get("service", ""))
    else:
        form = bound(request, found.form, as_of=plan.version)
    if isinstance(form, said.TextForm):
        form.fields["words"].label = found.title
    found.fill(form, plan, view)
    siblings: Sequence[tuple[str, str]] = ()
    if found.shared:
        siblings = [(str(i), name) for i, _folder, name, _kind in queries.siblings_of(plan)]
        form.offer_siblings(siblings)

    def send() -> object:
        return found.send(form, [plan.id, *form.also()] if found.shared else [plan.id], None, plan)

    then = plan_page(plan)

    def to_review() -> str:
        review = queries.open_review(plan.id)
        return reverse("plans:review", args=[plan.folder_id, review]) if review else then

    return form_page(
        request,
        shown,
        form,
        send,
        title=found.title,
        done=found.done,
        back=then,
        then=to_review if part == "review" else None,
        hint=found.hint,
        beside=beside,
    )


@page(permission=Permission.WRITE_FOLDER)
def change(request: HttpRequest, folder_id: UUID, plan_id: UUID, part: str, text_id: UUID) -> HttpResponse:
    """Change something in a plan: it is written again, and what was before stays."""
    view, shown, plan = opened(request, folder_id, plan_id, "change", whole=True)
    found = PARTS.get(part)
    if found is None or not found.kept or found.first is None:
        raise NotFound
    initial = found.first(plan, text_id)
    form = bound(request, found.form, as_of=_revision(plan, found.kept, text_id), **initial)

    def send() -> object:
        actions.not_written_since(plan.id, found.kept, text_id, form.seen_version())
        return found.send(form, [plan.id], text_id, plan)

    if isinstance(form, said.TextForm):
        form.fields["words"].label = found.title
    found.fill(form, plan, view)
    if found.shared:
        form.offer_alike(queries.same_elsewhere(plan.id, found.kept, text_id))
    return form_page(
        request,
        shown,
        form,
        send,
        title=f"Change: {found.title[0].lower()}{found.title[1:]}",
        done="Changed. What was before stays on the record.",
        back=plan_page(plan),
        beside={"drop_href": reverse("plans:drop", args=[plan.folder_id, plan.id, part, text_id])},
    )


def _revision(plan: PlanView, kept: str, item: UUID) -> int | None:
    last = queries.last_written(plan.id, kept, item)
    return last.revision if last else None


@page(permission=Permission.WRITE_FOLDER)
def drop(request: HttpRequest, folder_id: UUID, plan_id: UUID, part: str, text_id: UUID) -> HttpResponse:
    """Take something out of a plan, with the reason."""
    _view, shown, plan = opened(request, folder_id, plan_id, "drop", whole=True)
    found = PARTS.get(part)
    if found is None or not found.kept or found.first is None:
        raise NotFound
    words = found.first(plan, text_id)["words"]
    form = bound(request, forms.WhyForm, as_of=_revision(plan, found.kept, text_id))

    def send() -> None:
        actions.not_written_since(plan.id, found.kept, text_id, form.seen_version())
        actions.drop(plan.id, found.kept, text_id, form.cleaned_data["why"])

    return form_page(
        request,
        shown,
        form,
        send,
        title="Take this out of the plan?",
        done="Taken out of the plan. What was written stays on the record.",
        back=plan_page(plan),
        hint=words,
        button="Take it out",
    )


@page(permission=Permission.WRITE_FOLDER)
def end_member(request: HttpRequest, folder_id: UUID, plan_id: UUID, member_id: UUID) -> HttpResponse:
    """Somebody is in the group around the child no more."""
    _view, shown, plan = opened(request, folder_id, plan_id, "end_member")
    member = queries.member_of(plan.id, member_id)
    form = bound(request, forms.WhyForm)
    return form_page(
        request,
        shown,
        form,
        lambda: actions.end_core_member(plan.id, member_id, form.cleaned_data["why"]),
        title=f"{member.name} is in the group no more",
        done="Recorded. That they were in the group stays.",
        back=plan_page(plan),
    )
