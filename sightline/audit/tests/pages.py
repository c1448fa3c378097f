"""Pages of the tests: what a page may do to the transaction around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path

from sightline.audit.actions import acting_as, attempt, note_exception, record
from sightline.audit.terms import Verb
from sightline.kernel.ids import uuid7
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.kernel.viewer import Viewer, looking_as

SOMEBODY = uuid7()


class WhoIsLooking:
    """Names one practitioner, as the room `agencies` does for whoever is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "stranger" in request.headers:
            return self.get_response(request)
        with (
            looking_as(Viewer.practitioner(SOMEBODY, origin="192.0.2.7")),
            acting_as("Social worker, North team"),
        ):
            if "broken" in request.headers:
                raise RuntimeError("in a middleware")
            return self.get_response(request)


def read(request: HttpRequest, folder_id: UUID) -> HttpResponse:
    record(Verb.READ, "tests.read", folder_id=folder_id)
    return HttpResponse("read")


def refuse(request: HttpRequest, kind: str) -> HttpResponse:
    record(Verb.WROTE, "tests.refuse")
    raise {
        "refused": Refused("Ask the duty manager."),
        "permitted": NotPermitted("Ask the duty manager."),
        "missing": Http404("Ann Example"),
        "denied": PermissionDenied("Ann Example"),
        "error": RuntimeError("Ann Example"),
    }[kind]


def wrong_child(request: HttpRequest, folder_id: UUID, entry: UUID) -> HttpResponse:
    raise Http404


def gate_catches(request: HttpRequest, folder_id: UUID, entry: UUID) -> HttpResponse:
    try:
        with attempt("tests.read", folder_id=folder_id):
            raise NotFound
    except NotFound as missing:
        note_exception(missing, "gate")
        return HttpResponse("no", status=404)


def loses_database(request: HttpRequest) -> HttpResponse:
    record(Verb.WROTE, "tests.lost")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    raise AssertionError


def shows_form_again(request: HttpRequest) -> HttpResponse:
    try:
        with attempt("tests.decide"):
            record(Verb.WROTE, "tests.decide")
            raise Refused("Somebody else decided first.")
    except Refused as refusal:
        record(Verb.READ, "tests.form")
        return HttpResponse(str(refusal), status=422)


def returns_403(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=403)


def swallows(request: HttpRequest) -> HttpResponse:
    record(Verb.WROTE, "tests.swallows")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")
    except DatabaseError:
        return HttpResponse("saved")
    raise AssertionError


def streams(request: HttpRequest) -> StreamingHttpResponse:
    record(Verb.EXPORTED, "tests.streams")

    def parts() -> Iterator[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT kernel_practitioner()::text, count(*)::text FROM audit_event")
            yield " ".join(cursor.fetchone())

    return StreamingHttpResponse(parts())


def page_after_rollback(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page that says no, made after the rollback: the database still knows who is looking."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(kernel_practitioner()::text, 'stranger')")
        return HttpResponse(cursor.fetchone()[0], status=403)


urlpatterns = [
    path("read/<uuid:folder_id>", read, name="read"),
    path("refuse/<kind>", refuse, name="refuse"),
    path("child/<uuid:folder_id>/entry/<uuid:entry>", wrong_child, name="entry"),
    path("gate/<uuid:folder_id>/<uuid:entry>", gate_catches, name="gate"),
    path("lost", loses_database, name="lost"),
    path("form", shows_form_again, name="form"),
    path("403", returns_403, name="returns-403"),
    path("swallows", swallows, name="swallows"),
    path("streams", streams, name="streams"),
    path("health/live", returns_403),
]
handler403 = page_after_rollback
handler404 = lambda request, exception: HttpResponse("no", status=404)  # noqa: E731
handler500 = lambda request: HttpResponse("sorry", status=500)  # noqa: E731
