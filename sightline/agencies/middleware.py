"""Says who is looking, for the whole of a request."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from sightline.audit.actions import acting_as
from sightline.kernel.viewer import Viewer, current, looking_as

from .in_time import in_time
from .queries import asking, remembering

#: A request that a page makes by itself carries this header, so that it does not count as somebody being
#: there.
BACKGROUND = "X-Fragment"


class WhoIsLooking:
    """After authentication: names the viewer to the database and puts `request.practitioner` there.

    Somebody signed in without a posting today is treated as the public: they see what anybody may see.
    Stands inside the transaction of the request (`sightline.audit.middleware.OneTransaction`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        acting, partnerships = asking(request.user)
        request.practitioner = acting  # type: ignore[attr-defined]
        _still_here(request)
        if acting is None:
            # The transaction around the request already looks as the public, and knows from where.
            with remembering(None), in_time():
                return self.get_response(request)
        viewer = Viewer.practitioner(acting.practitioner_id, origin=current().origin)
        post = f"{acting.post_title}, {acting.team_name or acting.agency_name}"
        with looking_as(viewer), acting_as(post), remembering(acting, partnerships):
            return self.get_response(request)


def _still_here(request: HttpRequest) -> None:
    """Puts off the end of the session, at most once a minute: each time is a row written.

    A page that asks for itself again (the front-door board) says so by a header; it keeps nobody signed in.
    """
    if not request.user.is_authenticated or request.headers.get(BACKGROUND):
        return
    at = int(time.time())
    if at - request.session.get("here_at", 0) >= 60:
        request.session["here_at"] = at
