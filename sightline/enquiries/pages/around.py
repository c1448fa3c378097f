"""What the pages of this room have in common: the child's frame, one assessment, a form shown and sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sightline.access.pages import keeping
from sightline.access.pages.keeping import form_sent, kept, left
from sightline.agencies.gate import page
from sightline.agencies.queries import PostLine
from sightline.agencies.terms import Permission
from sightline.children.pages.frame import open_child
from sightline.children.queries import ChildView
from sightline.govuk.forms import PageForm
from sightline.govuk.numbers import whole_number
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.records.pages.conflict import ConflictForm

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


#: The addresses of this room's forms that are kept as they are typed.
_A_FORM = re.compile(r"/child/[0-9a-f-]{36}/enquiries/[a-z0-9/_-]{0,200}")


def keep_url(request: HttpRequest, shown: dict[str, Any], title: str, path: str = "") -> keeping.Keeping:
    """Where a form is kept as it is typed; `path`: of the page that it is kept for, where that is another."""
    return keeping.keep_url(request, "enquiries:keep", shown["folder_id"], title, path)


@page(permission=Permission.WRITE_FOLDER, methods=("POST",))
def keep(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    """Keeps a form of this room as it is typed, asked for by the page itself."""
    return kept(request, folder_id, _A_FORM)


def sent(
    request: HttpRequest,
    form: PageForm,
    send: Callable[[], object],
    *,
    done: str,
    back: str,
) -> tuple[HttpResponse | None, int]:
    """Sends a form: where it went, or None with the status under which it is shown again with all that was typed. It is
    filled as it was left."""
    if request.method != "POST":
        if begun := left(request):
            form.refill(begun)
        return None, 200
    if not form.is_valid():
        return None, 200
    try:
        send()
    except (NotPermitted, NotFound):
        raise
    except Refused as refused:
        form.refuse(refused.verdict)
        return None, 409
    form_sent(request)
    messages.success(request, form.done(done) if isinstance(form, ConflictForm) else done)
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
    beside = {"form": form, "title": title, "back_href": back}
    if "folder_id" in shown and template == "enquiries/form.html" and more.get("method") != "get":
        beside["keep_url"] = keep_url(request, shown, title)
    return render(request, template, shown | beside | more, status=status)


def posted(request: HttpRequest) -> Any:
    """What was sent, or None where the page is only looked at."""
    return request.POST if request.method == "POST" else None


def version_of(request: HttpRequest) -> int | None:
    """The count that a form was opened on."""
    return whole_number(request.POST.get("version", ""))


def people_in(lines: list[PostLine]) -> list[tuple[UUID, str]]:
    """Practitioners as a list of answers, each once."""
    found: dict[UUID, str] = {}
    for line in lines:
        found.setdefault(line.practitioner_id, line.said_as)
    return sorted(found.items(), key=lambda pair: pair[1].casefold())
