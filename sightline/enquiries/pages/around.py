"""What the pages of this room have in common: the child's frame, one assessment, a form shown and sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.agencies.queries import PostLine
from sightline.children.pages.frame import open_child
from sightline.children.queries import ChildView
from sightline.govuk.forms import PageForm, typed
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused

from ..actions import assessment as act
from ..queries.assessment import AssessmentView, assessment


def opened(request: HttpRequest, folder_id: UUID, what: str) -> tuple[ChildView, dict[str, Any]]:
    """The child with the tab open."""
    return open_child(request, folder_id, f"enquiries.{what}", tab="enquiries")


def opened_assessment(
    request: HttpRequest, folder_id: UUID, assessment_id: UUID, what: str
) -> tuple[ChildView, AssessmentView, dict[str, Any]]:
    """The child and one of their assessments. Raises NotFound."""
    child, shown = opened(request, folder_id, what)
    view = assessment(assessment_id, child)
    return child, view, shown | {"assessment": view, "back_href": address("assessment", child, assessment_id)}


def address(name: str, child: ChildView, *args: object) -> str:
    """A page of this room about that child."""
    return reverse(f"enquiries:{name}", args=[child.folder_ids[0], *args])


def sent(
    request: HttpRequest,
    form: PageForm,
    send: Callable[[], object],
    *,
    done: str,
    back: str,
    key: str = "",
) -> tuple[HttpResponse | None, int]:
    """Sends a form: where it went, or None with the status under which it is shown again with all that was typed."""
    if request.method != "POST":
        return None, 200
    if not form.is_valid():
        return None, 200
    try:
        send()
    except (NotPermitted, NotFound):
        raise
    except Refused as refused:
        if key:
            act.save_draft(key, typed(request.POST))
        form.refuse(refused.verdict)
        return None, 409
    if key:
        act.drop_draft(key)
    messages.success(request, done)
    return HttpResponseRedirect(back), 302


def form_page(
    request: HttpRequest,
    shown: dict[str, Any],
    form: PageForm,
    send: Callable[[], object],
    *,
    title: str,
    done: str,
    back: str,
    template: str = "enquiries/form.html",
    **more: Any,
) -> HttpResponse:
    """A page with one form: shown, or sent."""
    answer, status = sent(request, form, send, done=done, back=back)
    if answer is not None:
        return answer
    return render(
        request, template, shown | {"form": form, "title": title, "back_href": back} | more, status=status
    )


def posted(request: HttpRequest) -> Any:
    """What was sent, or None where the page is only looked at."""
    return request.POST if request.method == "POST" else None


def version_of(request: HttpRequest) -> int | None:
    """The count that a form was opened on."""
    text = request.POST.get("version", "")
    return int(text) if text.isdigit() and len(text) < 9 else None


def people_in(lines: list[PostLine]) -> list[tuple[UUID, str]]:
    """Practitioners as a list of answers, each once."""
    found: dict[UUID, str] = {}
    for line in lines:
        found.setdefault(line.practitioner_id, line.said_as)
    return sorted(found.items(), key=lambda pair: pair[1].casefold())
