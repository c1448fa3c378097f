"""The program's routes, and an empty page for each that this room's pages link to in rooms above it."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, include, path

from sightline.config.urls import urlpatterns as own

_ABOVE = {"matching": ("find",), "agencies": ("notice",)}


def _empty(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse()


def _stub(room: str) -> object:
    routes: list[URLPattern] = [path(f"{room}/{name}/", _empty, name=name) for name in _ABOVE[room]]
    return path("", include((routes, room)))


_there = {getattr(pattern, "namespace", None) for pattern in own}
urlpatterns = [*own, *(_stub(room) for room in _ABOVE if room not in _there)]
