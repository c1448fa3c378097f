"""What somebody is shown when a page is not there, not theirs, or broken: ours, in plain words."""

import re

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.views import defaults
from django.views.csrf import csrf_failure

from .factories import make_partnership, make_practitioner

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def a_request() -> HttpRequest:
    request = RequestFactory().get("/there/")
    request.practitioner = None  # type: ignore[attr-defined]
    return request


def test_an_address_that_never_was_answers_like_one_that_is_closed_to_you() -> None:
    make_partnership()
    client = Client()
    client.force_login(make_practitioner().user)
    never = client.get("/nowhere/")
    closed = client.get("/access/00000000-0000-7000-8000-000000000000/")
    token = r'name="csrfmiddlewaretoken" value="\w+"'
    assert never.status_code == closed.status_code == 404
    assert re.sub(token, "", text(never)) == re.sub(token, "", text(closed))


def test_faults_are_said_in_plain_words() -> None:
    assert "Something went wrong" in text(defaults.server_error(a_request()))
    assert "This could not be read" in text(defaults.bad_request(a_request(), ValueError()))
    assert "You cannot do this" in text(defaults.permission_denied(a_request(), PermissionError()))
    assert "Send it once more" in text(csrf_failure(a_request()))


def test_a_form_without_its_token_is_refused_and_asked_for_again() -> None:
    answer = Client(enforce_csrf_checks=True).post("/sign-in/login/", {"login": "a@example.org"})
    assert answer.status_code == 403
    assert "Send it once more" in text(answer)
