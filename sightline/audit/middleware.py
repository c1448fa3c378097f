"""One transaction around the whole request, templates included."""

from __future__ import annotations

import ipaddress
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, transaction
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from sightline.kernel.viewer import Viewer, ViewerKind, current, looking_as

from .actions import Outer, acting_post, note, note_exception, outer, outer_transaction
from .terms import Verb

logger = logging.getLogger(__name__)

#: Answers that refuse although no exception reaches us: a page's gate, a form without its token or too
#: long to read, throttling.
_REFUSING = frozenset({401, 403, 404, 409, 413, 429})


class OneTransaction:
    """Opens the outer transaction, looking as a member of the public until somebody finds out who it is.

    The rest of the request runs in a savepoint inside it. An exception from a page is recorded, and the
    savepoint rolled back before the page that says so is made. What a page recorded commits before the first
    byte of the answer is sent; a stream then opens a transaction of its own, as whoever was looking. A page
    that swallowed a database error becomes an error: nothing is confirmed that was not kept.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.outside = ("/health/", settings.STATIC_URL)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(self.outside):
            return self.get_response(request)
        viewer = Viewer.public(origin=address_of(request))
        opened: Outer | None = None
        try:
            with outer_transaction(viewer, "unknown-address") as opened:
                response = self.get_response(request)
                _note_by_status(request, response, opened)
        except Exception as error:
            if opened is None or not opened.committed:
                # What was recorded went down with the transaction, such as when the commit itself failed.
                _record_afresh(opened.viewer if opened else viewer, request, error)
            raise
        if (
            isinstance(response, StreamingHttpResponse)
            and not isinstance(response, FileResponse)
            and not response.is_async
        ):
            parts: Iterator[bytes] = iter(response.streaming_content)  # type: ignore[arg-type]
            response.streaming_content = _streamed(opened.viewer, parts)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        if opened := outer():
            opened.what = name_of_page(request)
            # Here the middleware below has found out who it is; once it has left, only this remembers.
            opened.viewer, opened.post = current(), acting_post()
            opened.asked = _ids(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        if opened := outer():
            note_exception(exception, opened.what)
            opened.undo(exception)


def unexpected(request: HttpRequest | None = None, **_: Any) -> None:
    """Receiver of `got_request_exception`: an error outside the page, such as in a middleware below."""
    error = sys.exc_info()[1]
    if error is not None and (opened := outer()):
        note_exception(error, opened.what)
        opened.undo(error)


def address_of(request: HttpRequest) -> str:
    """The network address of whoever asks, or "" when unknown.

    Behind `settings.PROXIES` reverse proxies it is the entry of X-Forwarded-For that the outermost of them
    wrote; everything before that anybody could have written.
    """
    found = request.META.get("REMOTE_ADDR", "")
    if settings.PROXIES:
        forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        if len(forwarded) >= settings.PROXIES:
            found = forwarded[-settings.PROXIES]
    try:
        return str(ipaddress.ip_address(found))
    except ValueError:
        return ""


def name_of_page(request: HttpRequest) -> str:
    """The name of the route, dotted; "unknown-address" where no route matches. Never the address itself."""
    match = request.resolver_match
    if match is None:
        return "unknown-address"
    return match.view_name.replace(":", ".")[:200] or "unnamed"


def _ids(request: HttpRequest) -> dict[str, Any]:
    """The ids that the address names. Other parts of an address may be somebody's words."""
    found = request.resolver_match.kwargs if request.resolver_match else {}
    return {
        f"asked_{name.lower()}"[:40] if name != "folder_id" else name: value
        for name, value in found.items()
        if isinstance(value, UUID) or (isinstance(value, int) and name != "folder_id")
    }


def _note_by_status(request: HttpRequest, response: HttpResponseBase, opened: Outer) -> None:
    if opened.told_of_refusal:
        return
    if response.status_code >= 500:
        note(Verb.ERROR, opened.what, status=response.status_code, **opened.asked)
    elif response.status_code in _REFUSING:
        if request.resolver_match is None and opened.viewer.kind != ViewerKind.PRACTITIONER:
            return  # a stranger's wrong address asks for nothing of ours
        note(Verb.REFUSED, opened.what, status=response.status_code, **opened.asked)


def _record_afresh(viewer: Viewer, request: HttpRequest, error: Exception) -> None:
    try:
        with transaction.atomic(), looking_as(viewer):
            note_exception(error, name_of_page(request), **_ids(request))
    except DatabaseError:
        logger.exception("An error could not be put into the audit trail: the database does not answer")


def _streamed(viewer: Viewer, parts: Iterator[bytes]) -> Iterator[bytes]:
    with transaction.atomic(), looking_as(viewer):
        yield from parts
