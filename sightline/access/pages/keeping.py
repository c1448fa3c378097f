"""How a room's page keeps a form about a record as it is typed: each opened page its own, none over another's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from sightline.govuk.forms import typed
from sightline.govuk.words import clock, moment
from sightline.kernel.ids import uuid7
from sightline.kernel.verdicts import NotFound

from ..actions import Page, drop_form, keep_form
from ..queries import FormKept, forms_kept

#: The hidden field by which a form says from which opened page it comes.
FIELD = "kept_page"


@dataclass(frozen=True)
class Other:
    """Another draft of the same form, which another page holds: when it was kept, and where one goes on with it."""

    at: datetime
    href: str


class Keeping(str):
    """Where a page sends its form as it is typed. `key` is what the form carries in its field `kept_page`, `others` are
    the viewer's other drafts of it: `ui.kept` shows both."""

    key: str
    others: list[Other]


def keep_url(request: HttpRequest, view: str, folder_id: UUID, title: str, path: str = "") -> Keeping:
    """Where the form of this page is kept as it is typed; `path`: of the page that it is kept for, where another.
    One query."""
    path = path or request.path
    page, begun = page_of(request), _begun(request, path)
    if page is None:
        filled = _wanted(request, begun)
        page = Page(uuid7(), filled.id, filled.version) if filled else Page(uuid7())
    found = Keeping(f"{reverse(view, args=[folder_id])}?{urlencode({'form': path, 'title': title})}")
    found.key = f"{page.key}.{page.draft_id or ''}.{page.version}"
    found.others = [
        Other(each.saved_at, each.href)
        for each in begun
        if each.page != page.key and (each.id, each.version) != (page.draft_id, page.version)
    ]
    return found


def page_of(request: HttpRequest) -> Page | None:
    """The opened page that a form was sent from; None where it does not say."""
    key, _, opened_on = request.POST.get(FIELD, "").partition(".")
    draft, _, version = opened_on.partition(".")
    try:
        return Page(UUID(key), UUID(draft) if draft else None, int(version or 0))
    except ValueError:
        return None


def _begun(request: HttpRequest, path: str) -> list[FormKept]:
    """What the viewer has begun of that form, read once for a page."""
    read: dict[str, list[FormKept]] = request.__dict__.setdefault("_forms_begun", {})
    if path not in read:
        read[path] = forms_kept(path)
    return read[path]


def _wanted(request: HttpRequest, begun: list[FormKept]) -> FormKept | None:
    named = request.GET.get("draft", "")
    return next((each for each in begun if str(each.id) == named), begun[0] if begun else None)


def left_in(request: HttpRequest, path: str = "") -> FormKept | None:
    """The form as the viewer left it on this page, or the draft of it that `?draft=` names; None without one."""
    return _wanted(request, _begun(request, path or request.path))


def left(request: HttpRequest, path: str = "") -> dict[str, list[str]] | None:
    """What stood in it, see `left_in`."""
    found = left_in(request, path)
    return found.content if found else None


def form_sent(request: HttpRequest, path: str = "") -> None:
    """What this page held was sent and is no longer kept; what another page of the viewer's holds stays."""
    drop_form(path or request.path, page_of(request))


def held(request: HttpRequest) -> dict[str, list[str]]:
    """What a form sent, as a draft keeps it: without the page from which it came."""
    return {name: values for name, values in typed(request.POST).items() if name != FIELD}


def kept(
    request: HttpRequest, folder_id: UUID, forms: re.Pattern[str], more: Mapping[str, str] | None = None
) -> HttpResponse:
    """Keeps what was typed into the form at `?form=` and says when, whether another page holds other words of it, and
    `more` of what the page shows by it; NotFound unless `forms` is its address."""
    path = request.GET.get("form", "")
    if not forms.fullmatch(path):
        raise NotFound
    saved = keep_form(folder_id, path, request.GET.get("title", ""), held(request), page_of(request))
    other = f"Another page of yours holds other words, saved {moment(saved.elsewhere)}: both are kept."
    note = {"note": other} if saved.elsewhere else {}
    return JsonResponse({"saved": clock(saved.at), **note, **(more or {})})
