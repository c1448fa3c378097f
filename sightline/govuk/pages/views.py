"""The partnership's colour, and in development a page that shows every component."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ..colour import stylesheet


@require_safe
def colour(request: HttpRequest, digits: str) -> HttpResponse:
    """The stylesheet of one colour, named by its six digits, so that it may be kept for a year."""
    try:
        body = stylesheet(digits)
    except ValueError as refused:
        raise Http404(str(refused)) from refused
    response = HttpResponse(body, content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


# A stylesheet says nothing about anybody; the gate of the pages stands above this room, so this is said here.
colour.permission = "public"  # type: ignore[attr-defined]
