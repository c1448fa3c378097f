"""What a browser holds for somebody without an account: signed, and gone after as long without use as a session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse


def held(request: HttpRequest, name: str) -> dict[str, Any]:
    """What the cookie of that name holds; empty where there is none, where it was held unused for too long, or where it
    is no word of ours."""
    try:
        found = signing.loads(request.COOKIES.get(name, ""), salt=name, max_age=settings.SESSION_COOKIE_AGE)
    except signing.BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def hold(response: HttpResponse, name: str, values: Mapping[str, str], path: str) -> HttpResponse:
    """Let the browser hold these, for pages under `path` alone, until it is closed or has been left unused for as long
    as would end a session.

    No age is told to the browser, or it would keep them beyond its closing: the time signed with them ends them.
    Signed is not secret: whoever has the device can read the values.
    """
    response.set_cookie(
        name,
        signing.dumps(dict(values), salt=name),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        path=path,
    )
    return response
