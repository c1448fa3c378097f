"""Says who is looking, for the whole of a request."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse

from sightline.kernel.viewer import Viewer, looking_as

from .queries import acting_for, remembering


class WhoIsLooking:
    """After authentication: names the viewer to the database and puts `request.practitioner` there.

    Somebody signed in without a posting today is treated as the public: they see what anybody may see.
    Stands inside the transaction of the request (`sightline.audit.middleware.OneTransaction`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        acting = acting_for(request.user)
        request.practitioner = acting  # type: ignore[attr-defined]
        origin = get_adapter().get_client_ip(request)
        if acting is not None:
            viewer = Viewer.practitioner(acting.practitioner_id, origin=origin)
        else:
            viewer = Viewer.public(origin=origin)
        with looking_as(viewer), remembering(acting):
            return self.get_response(request)
