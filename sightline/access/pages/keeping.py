"""How a room's page keeps a form about a record as it is typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse

from sightline.govuk.forms import typed
from sightline.kernel.time import LONDON
from sightline.kernel.verdicts import NotFound

from ..actions import keep_form


def kept(
    request: HttpRequest, folder_id: UUID, forms: re.Pattern[str], more: Mapping[str, str] | None = None
) -> HttpResponse:
    """Keeps what was typed into the form at `?form=` and says when, and `more` of what the page shows by it; NotFound
    unless `forms` is its address."""
    path = request.GET.get("form", "")
    if not forms.fullmatch(path):
        raise NotFound
    at = keep_form(folder_id, path, request.GET.get("title", ""), typed(request.POST))
    return JsonResponse({"saved": f"{at.astimezone(LONDON):%H:%M}", **(more or {})})
