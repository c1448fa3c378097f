"""Plain pages for everybody: privacy, accessibility, help."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sightline.agencies.gate import PUBLIC, page


@page(permission=PUBLIC, methods=("GET",))
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "web/privacy.html")


@page(permission=PUBLIC, methods=("GET",))
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "web/accessibility.html")


@page(permission=PUBLIC, methods=("GET",))
def help_(request: HttpRequest) -> HttpResponse:
    return render(request, "web/help.html")
