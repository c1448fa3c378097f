"""Routes: each page of ours names who may reach it, and a library's pages are only those of signing in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from sightline.agencies.gate import Open
from sightline.agencies.terms import Permission

#: The pages of the sign-in library stand here and nowhere else; it asks for the sign-in itself.
SIGN_IN = "sign-in/"


def routes(patterns: list[Any] | None = None, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        else:
            yield path, pattern


def module_of(view: Any) -> str:
    return getattr(getattr(view, "view_class", view), "__module__", "")


@pytest.mark.parametrize(("path", "route"), [pytest.param(p, r, id=p or "/") for p, r in routes()])
def test_each_route_names_its_permission(path, route):
    if path.startswith(SIGN_IN):
        return
    assert module_of(route.callback).startswith("sightline."), f"a library's page outside {SIGN_IN}"
    permission = getattr(route.callback, "permission", None)
    # Rooms below agencies cannot name its terms; they say the same word.
    assert permission == Open.PUBLIC or isinstance(permission, Permission | Open), (
        "mark the view with @page(permission=...)"
    )


def test_no_two_routes_share_a_name():
    names = [
        (route.pattern, route.name)
        for _path, route in routes()
        if route.name and "allauth" not in module_of(route.callback)
    ]
    seen: dict[str, list[str]] = {}
    for path, route in routes():
        if route.name and module_of(route.callback).startswith("sightline."):
            seen.setdefault(f"{module_of(route.callback).split('.')[1]}:{route.name}", []).append(path)
    assert names
    assert {name: paths for name, paths in seen.items() if len(paths) > 1} == {}


def test_there_is_no_django_admin():
    assert not [
        path for path, route in routes() if module_of(route.callback).startswith("django.contrib.admin")
    ]
