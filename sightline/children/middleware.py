"""No page tells a confidential address to somebody who must not know it, whoever wrote it wherever."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from sightline.access.gathering import Gathered, gathered, gathering, note_own
from sightline.agencies.gate import SAFE, refused

from .blotting import blotted, blotted_text, to_look_through
from .queries import WITHHELD, addresses_in, knows_addresses, secrets_around

_LINKED = re.compile(r"/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")
_READ_AS_TEXT = ("application/json", "text/")

SENT_BACK = (
    f"Nothing was saved. A text that you sent says “{WITHHELD}”, where an address stands that is kept from you: saved "
    "like this, the address would be lost to everybody. Go back and take those words out if the text is your own. "
    "If it is somebody else’s, ask them, or whoever answers for the record, to make the change."
)


class AddressesWithheld:
    """After `WhoIsLooking`. Whoever may see confidential addresses passes through at no cost; for everybody else
    one query asks whether there are such addresses around the children that a page is about, and a second looks for
    them in whatever the page says.

    Those are the children in its address, in its links, and of every row that was read to make it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.practitioner is None or knows_addresses():  # type: ignore[attr-defined]
            return self.get_response(request)
        with gathering() as found:
            response = self.get_response(request)
            if response.streaming or not response.content:
                return response
            kind = response.headers.get("Content-Type", "")
            if kind.startswith(_READ_AS_TEXT) and not kind.startswith("text/css"):
                _look_through(request, response, found, is_page=kind.startswith("text/html"))
        return response

    def process_view(
        self, request: HttpRequest, view: object, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> HttpResponse | None:
        """A field that came with an address taken out is not kept like that."""
        if found := gathered():
            found.folders.update(value for value in kwargs.values() if isinstance(value, UUID))
        if request.method in SAFE or request.practitioner is None or knows_addresses():  # type: ignore[attr-defined]
            return None
        sent = [value for values in request.POST.lists() for value in values[1]]
        if any(WITHHELD in value for value in sent):
            return refused(request, SENT_BACK)
        note_own(sent)
        return None


def _look_through(request: HttpRequest, response: HttpResponse, found: Gathered, *, is_page: bool) -> None:
    page = response.content.decode(response.charset or "utf-8")
    folders = found.folders | {UUID(each) for each in _LINKED.findall(page)}
    if not folders or not secrets_around(list(folders)):
        return
    words = addresses_in(list(folders), to_look_through(page) if is_page else [page])
    if not any(words):
        return
    if is_page:
        note_own([value for values in request.GET.lists() for value in values[1]])
        fit = blotted(page, [each for some in words for each in some], instead=WITHHELD, typed=found.own)
    else:
        fit = blotted_text(page, words[0], instead=WITHHELD)
    if fit != page:
        response.content = fit.encode(response.charset or "utf-8")
        if "Content-Length" in response.headers:
            response.headers["Content-Length"] = str(len(response.content))
