"""What is shown where no page of ours answers: an unknown address, a request that cannot be read, an error."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sightline.agencies.gate import not_found


def unknown_address(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page of what is sealed, foreign or invented: an address tells nothing by being wrong."""
    return not_found(request)


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Too much at once, or not what a browser sends."""
    return render(request, "web/unreadable.html", status=400)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: sent from an old page, by another site, or with cookies switched off."""
    return render(request, "web/stale_form.html", status=403)


def failed(request: HttpRequest) -> HttpResponse:
    """An error of ours. Asks nothing of the database, which may be what failed."""
    return render(None, "web/failed.html", status=500)  # type: ignore[arg-type]
