"""Says who is looking, for the whole of a request."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from psycopg.pq import TransactionStatus

from sightline.audit.actions import acting_as
from sightline.kernel.viewer import Viewer, current, looking_as

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
            with remembering(None), _in_time():
                return self.get_response(request)
        viewer = Viewer.practitioner(acting.practitioner_id, origin=current().origin)
        post = f"{acting.post_title}, {acting.team_name or acting.agency_name}"
        with looking_as(viewer), acting_as(post), remembering(acting, partnerships):
            return self.get_response(request)


@contextmanager
def _in_time() -> Iterator[None]:
    """Nobody who is not signed in holds a transaction, and so the sealing of the audit trail, for long.

    What takes longer is ended by the database and undone. The limits are those of this transaction and lifted at the
    end, since a transaction may go on beyond the request.
    """
    _limit(settings.PUBLIC_STATEMENT_SECONDS, settings.PUBLIC_REQUEST_SECONDS)
    try:
        yield
    finally:
        raw = connection.connection
        if raw is not None and raw.info.transaction_status == TransactionStatus.INTRANS:
            _limit(0, 0)


def _limit(statement: float, whole: float) -> None:
    """For this transaction: the seconds of one statement and of the whole; 0 for no limit.

    PostgreSQL 16 knows no limit of the whole transaction. There it is the longest time that it may stand idle: each
    part of a request is limited all the same, and the number of its statements is ours.
    """
    knows = connection.pg_version >= 170_000  # type: ignore[attr-defined]
    name = "transaction_timeout" if knows else "idle_in_transaction_session_timeout"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('statement_timeout', %s, true), set_config(%s, %s, true)",
            [f"{int(statement * 1000)}ms", name, f"{int(whole * 1000)}ms"],
        )


def _still_here(request: HttpRequest) -> None:
    """Puts off the end of the session, at most once a minute: each time is a row written.

    A page that asks for itself again (the front-door board) says so by a header; it keeps nobody signed in.
    """
    if not request.user.is_authenticated or request.headers.get(BACKGROUND):
        return
    at = int(time.time())
    if at - request.session.get("here_at", 0) >= 60:
        request.session["here_at"] = at
