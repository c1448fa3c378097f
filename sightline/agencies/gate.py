"""The one gate of all pages: who may reach a page at all, and what the refused are shown.

    @page(permission=Permission.SEARCH)
    def search(request: HttpRequest) -> HttpResponse: ...

Every route names a permission, `SIGNED_IN` (any practitioner with a post today) or `PUBLIC`; a house test
reads it from the view's `permission`. What an action refuses below the page becomes a page here as well:
`NotFound` one and the same 404, or what a room above shows `in_its_place`; `NotPermitted` a 403; any other
`Refused` that the page did not put beside its field a 409; whatever the request had written is rolled back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from functools import lru_cache, partial, wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import Resolver404, get_urlconf, resolve, reverse

from sightline.audit.actions import met_another, note_exception
from sightline.audit.middleware import name_of_page
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused

from . import signed_out
from .rules import Acting, permitted
from .sent_once import sent_once
from .sign_in import lacks_second_factor
from .terms import Permission

View = Callable[..., HttpResponse]
SAFE = ("GET", "HEAD")
#: What is shown in the place of a page that is not there for the viewer, where a room above has something. Asked of
#: pages that only read, after the refusal is on the trail; the first answer stands.
in_its_place: list[Callable[[HttpRequest], HttpResponse | None]] = []


class Open(StrEnum):
    """Pages that ask for no permission of a role."""

    PUBLIC = "public"
    SIGNED_IN = "signed in"


PUBLIC = Open.PUBLIC
SIGNED_IN = Open.SIGNED_IN


def page(
    *, permission: Permission | Open, methods: tuple[str, ...] = ("GET", "POST")
) -> Callable[[View], View]:
    """Marks a view as a page and guards it. `request.practitioner` is then set unless the page is PUBLIC."""
    allowed = {*methods, *(("HEAD",) if "GET" in methods else ())}

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in allowed:
                return HttpResponseNotAllowed(sorted(allowed))
            try:
                if permission is not PUBLIC:
                    if not request.user.is_authenticated:
                        return to_sign_in(request)
                    _let_in(request, permission)
                    if lacks_second_factor(request):
                        return HttpResponseRedirect(resolve_url("mfa_index"))
                    signed_out.sent_again(request)
                with _undoing(request):
                    return sent_once(request, partial(view, request, *args, **kwargs))
            except (NotFound, Refused) as refusal:
                note_exception(refusal, name_of_page(request))
                return _instead(request, refusal) or as_page(request, refusal)
            except IntegrityError as error:
                met = None if request.method in SAFE else met_another(error)
                if met is None:
                    raise
                note_exception(met, name_of_page(request))
                return as_page(request, met)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return guard


def leads_somewhere(acting: Acting, address: str) -> bool:
    """Whether a page of ours stands at this address for which the practitioner has the permission: a link to any
    other would only lead to a refusal."""
    # Which page it is does not hang on whom it is about: a list of fifty records asks for one address fifty times.
    permission = _permission_at(_ID.sub(_ANY_ID, urlsplit(address).path), get_urlconf())
    if permission is None:
        return False
    return not isinstance(permission, Permission) or bool(permitted(acting, permission))


_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ANY_ID = "00000000-0000-0000-0000-000000000000"


@lru_cache(maxsize=1_000)
def _permission_at(path: str, urlconf: str | None) -> Permission | Open | None:
    """What the page at a path asks for; None where there is no page."""
    try:
        found: Permission | Open = getattr(resolve(path, urlconf).func, "permission", PUBLIC)
    except Resolver404:
        return None
    return found


def _let_in(request: HttpRequest, permission: Permission | Open) -> None:
    acting = getattr(request, "practitioner", None)
    if isinstance(permission, Permission):
        verdict = permitted(acting, permission)
        if not verdict:
            raise NotPermitted(verdict)
    elif acting is None:
        raise NotPermitted(
            "You are signed in, but hold no post in the partnership today. "
            "If your post has ended by mistake, ask whoever looks after Sightline in your agency."
        )


def _undoing(request: HttpRequest) -> AbstractContextManager[Any]:
    # A page that only reads has nothing to undo, and is spared two journeys to the database.
    return nullcontext() if request.method in SAFE else transaction.atomic()


def _instead(request: HttpRequest, refusal: NotFound | Refused) -> HttpResponse | None:
    if request.method not in SAFE or not isinstance(refusal, NotFound):
        return None
    return next((found for ask in in_its_place if (found := ask(request)) is not None), None)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and back here afterwards; a refresh by htmx is told to load the whole page.

    A form that was sent is kept meanwhile, and offered to be sent again.
    """
    back = request.get_full_path() if request.method in SAFE else request.path
    if signed_out.keep(request):
        back = reverse("agencies:not_sent")
    if request.headers.get("HX-Request"):
        back = request.headers.get("HX-Current-URL", back)
    address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def as_page(request: HttpRequest, refusal: NotFound | Refused) -> HttpResponse:
    """What the refused are shown, by the kind of refusal."""
    if isinstance(refusal, NotFound):
        return not_found(request)
    if isinstance(refusal, NotPermitted):
        return not_permitted(request, refusal.verdict.reason)
    return refused(request, refusal.verdict.reason)


def not_found(request: HttpRequest) -> HttpResponse:
    """The same page for what is sealed, what belongs to others and what never was."""
    return render(request, "agencies/not_found.html", status=404)


def not_permitted(request: HttpRequest, reason: str) -> HttpResponse:
    """Says plainly why not, and whom to ask."""
    return render(request, "agencies/not_permitted.html", {"reason": reason}, status=403)


def refused(request: HttpRequest, reason: str) -> HttpResponse:
    """A refusal that the page had no field for."""
    return render(request, "agencies/refused.html", {"reason": reason}, status=409)
