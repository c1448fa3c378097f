"""Checking a scan of paper. Thin."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from sightline.agencies.gate import page
from sightline.agencies.terms import Permission

from .. import actions
from ..queries.scans import scan
from . import forms
from .views import _opened, _send


@page(permission=Permission.KEEP_VOLUMES)
def check(request: HttpRequest, folder_id: UUID, document_id: UUID) -> HttpResponse:
    """Whether one scan is as paper must be."""
    view, shown = _opened(request, folder_id, "check_scan", "paper")
    found = scan(document_id, view.folder_ids)
    form = forms.ScanForm(request.POST or None)
    return _send(
        request, form,
        lambda: actions.check_scan(
            shown["folder_id"], found.document.id, form.points(), form.cleaned_data["failed_words"], once=form.once()
        ),
        "The check is recorded.", reverse("archive:paper", args=[shown["folder_id"]]), "archive/scan.html",
        shown | {"title": "Check a scan of paper", "scan": found},
    )  # fmt: skip
