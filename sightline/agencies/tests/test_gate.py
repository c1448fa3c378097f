"""The gate of pages: who gets in, and what the others are shown."""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from sightline.agencies import gate
from sightline.agencies.rules import Acting, permitted, wider
from sightline.agencies.terms import AgencyKind, Permission, Scope
from sightline.agencies.tests.factories import as_public
from sightline.audit.actions import MET_ANOTHER
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused

SIGNED_IN_USER = SimpleNamespace(is_authenticated=True)


def acting(*permissions: Permission) -> Acting:
    return Acting(
        practitioner_id=uuid4(),
        name="Ines Farrow",
        post_title="Health visitor",
        agency_id=uuid4(),
        agency_name="Northmoor Community Health",
        agency_kind=AgencyKind.HEALTH,
        team_id=None,
        team_name="",
        line_manager_id=None,
        role_titles=("Health visitor",),
        role_slugs=("health-visitor",),
        team_ids=(),
        agency_ids=(),
        permissions={p: Scope.OWN for p in permissions},
    )


pytestmark = pytest.mark.django_db


def ask(
    view: Any, *, user: Any = SIGNED_IN_USER, who: Acting | None = None, method: str = "get", **extra: Any
) -> HttpResponse:
    request: HttpRequest = getattr(RequestFactory(), method)("/there/?a=1", **extra)
    request.user = user
    request.practitioner = who  # type: ignore[attr-defined]
    with as_public():
        return view(request)


@pytest.fixture(autouse=True)
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    seen: list[tuple[str, dict[str, Any]]] = []

    def render(request: HttpRequest, name: str, context: Any = None, status: int = 200) -> HttpResponse:
        seen.append((name, context or {}))
        return HttpResponse(name, status=status)

    monkeypatch.setattr(gate, "render", render)
    return seen


@gate.page(permission=Permission.SEARCH)
def search(request: HttpRequest) -> HttpResponse:
    return HttpResponse("found")


@gate.page(permission=gate.SIGNED_IN)
def mine(request: HttpRequest) -> HttpResponse:
    return HttpResponse("mine")


@gate.page(permission=gate.PUBLIC, methods=("GET",))
def anybody(request: HttpRequest) -> HttpResponse:
    return HttpResponse("anybody")


@pytest.mark.parametrize(
    ("view", "user", "who", "status"),
    [
        (anybody, AnonymousUser(), None, 200),
        (anybody, SIGNED_IN_USER, None, 200),
        (mine, AnonymousUser(), None, 302),
        (mine, SIGNED_IN_USER, None, 403),
        (mine, SIGNED_IN_USER, acting(), 200),
        (search, AnonymousUser(), None, 302),
        (search, SIGNED_IN_USER, None, 403),
        (search, SIGNED_IN_USER, acting(Permission.RAISE_CONCERN), 403),
        (search, SIGNED_IN_USER, acting(Permission.SEARCH), 200),
    ],
)
def test_who_gets_in(view: Any, user: Any, who: Acting | None, status: int) -> None:
    assert ask(view, user=user, who=who).status_code == status


def test_a_lost_session_leads_back_to_where_one_was() -> None:
    assert ask(mine, user=AnonymousUser())["Location"] == "/sign-in/login/?next=%2Fthere%2F%3Fa%3D1"
    refreshed = ask(mine, user=AnonymousUser(), headers={"HX-Request": "true"})
    assert refreshed.status_code == 401
    assert refreshed["HX-Redirect"].startswith("/sign-in/login/?next=")


def test_a_method_that_the_page_does_not_take_is_refused() -> None:
    assert ask(anybody, method="post").status_code == 405
    assert ask(anybody, method="head").status_code == 200


@pytest.mark.parametrize(
    ("raised", "status", "template"),
    [
        (NotFound(), 404, "agencies/not_found.html"),
        (NotPermitted("Ask your manager."), 403, "agencies/not_permitted.html"),
        (Refused("Somebody else decided first."), 409, "agencies/refused.html"),
    ],
)
def test_what_an_action_refuses_becomes_a_page(
    raised: Exception, status: int, template: str, shown: list[Any]
) -> None:
    @gate.page(permission=gate.SIGNED_IN)
    def view(request: HttpRequest) -> HttpResponse:
        raise raised

    assert ask(view, who=acting()).status_code == status
    assert shown[0][0] == template
    if isinstance(raised, Refused):
        assert shown[0][1]["reason"] == raised.verdict.reason


def test_a_refusal_says_what_and_whom_to_ask() -> None:
    verdict = permitted(acting(), Permission.SEAL)
    assert "Your role (health visitor) does not let you seal" in verdict.reason
    assert "ask your manager" in verdict.reason
    assert "signed in" in permitted(None, Permission.SEAL).reason


def test_of_two_posts_the_wider_reach_counts() -> None:
    assert wider(None, Scope.OWN) is Scope.OWN
    assert wider(Scope.TEAM, Scope.PARTNERSHIP) is Scope.PARTNERSHIP
    assert wider(Scope.AGENCY, Scope.TEAM) is Scope.AGENCY


def test_every_permission_can_be_said_in_words() -> None:
    from sightline.agencies.rules import ALLOWS

    assert set(ALLOWS) == set(Permission)


def test_a_form_that_meets_anothers_of_the_same_moment_is_answered_in_words(
    shown: list[tuple[str, dict[str, Any]]],
) -> None:
    @gate.page(permission=gate.PUBLIC)
    def sends(request: HttpRequest) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE once (name text UNIQUE) ON COMMIT DROP")
            cursor.execute("INSERT INTO once VALUES ('a'), ('a')")
        return HttpResponse("sent")

    assert ask(sends, method="post").status_code == 409
    assert shown == [("agencies/refused.html", {"reason": MET_ANOTHER})]
