"""Signing in through an agency's own directory (OpenID Connect), against one that answers on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from sightline.audit.actions import digest_of_name
from sightline.audit.models import AuditEvent

from .factories import make_practitioner

pytestmark = pytest.mark.django_db


@dataclass
class Directory:
    """An identity provider: says of whoever comes back with its code that they are `person`."""

    address: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, list[str]]] = field(default_factory=list)

    def answer(self, path: str, sent: dict[str, list[str]]) -> dict[str, Any] | None:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorise",
                "token_endpoint": f"{self.address}/token",
                "userinfo_endpoint": f"{self.address}/person",
                "jwks_uri": f"{self.address}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
        if path == "/token":
            self.asked.append(sent)
            return {"access_token": "opens-the-person", "token_type": "Bearer"}
        return self.person if path == "/person" else None


@pytest.fixture
def directory(settings) -> Iterator[Directory]:
    found = Directory()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            said = found.answer(urlsplit(self.path).path, parse_qs(self.rfile.read(length).decode()))
            body = json.dumps(said).encode()
            self.send_response(404 if said is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found.address = f"http://127.0.0.1:{server.server_address[1]}"
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {
                "OAUTH_PKCE_ENABLED": True,
                "APPS": [
                    {
                        "provider_id": "directory",
                        "name": "Eastmarch Council",
                        "client_id": "sightline",
                        "secret": "kept apart",
                        "settings": {"server_url": found.address},
                    }
                ],
            }
        }
        yield found
        server.shutdown()


def _through(directory: Directory, client: Client) -> Any:
    """To the directory and back with its code."""
    away = client.get("/sign-in/oidc/directory/login/?next=/notices/")
    assert away["Location"].startswith(f"{directory.address}/authorise?")
    sent = parse_qs(urlsplit(away["Location"]).query)
    assert sent["code_challenge_method"] == ["S256"]
    return client.get(
        "/sign-in/oidc/directory/login/callback/", {"code": "a-code", "state": sent["state"][0]}
    )


def test_whoever_is_appointed_signs_in_through_the_directory_and_is_audited(directory, owning) -> None:
    worker = make_practitioner(email="ana@example.org")
    directory.person = {"sub": "17", "email": "ana@example.org", "email_verified": True, "name": "Ana"}
    client = Client(headers={"user-agent": "Tests"})
    answer = _through(directory, client)
    assert (answer.status_code, answer["Location"]) == (302, "/notices/")
    assert client.get("/notices/").status_code == 200
    # The code alone is worth nothing without what only we know of the request (PKCE).
    assert directory.asked[0]["code_verifier"]
    with owning():
        assert AuditEvent.objects.filter(verb="signed in", subject_id=str(worker.user_id)).count() == 1
    # The second time the directory's own number of the person is enough.
    directory.person = {"sub": "17", "email": "ana.new@example.org", "email_verified": True}
    again = _through(directory, Client(headers={"user-agent": "Tests"}))
    assert (again.status_code, again["Location"]) == (302, "/notices/")


@pytest.mark.parametrize(
    ("person", "called"),
    [
        ({"sub": "18", "email": "stranger@example.org", "email_verified": True}, "stranger@example.org"),
        ({"sub": "19", "email": "ana@example.org", "email_verified": False}, "ana@example.org"),
        ({"sub": "20"}, "20"),
    ],
    ids=["nobody appointed", "an address that the directory does not vouch for", "no address"],
)
def test_nobody_else_gets_in_no_account_is_made_and_it_is_on_the_trail(
    directory, owning, person, called
) -> None:
    make_practitioner(email="ana@example.org")
    users = get_user_model().objects.count()
    directory.person = person
    client = Client(headers={"user-agent": "Tests"}, REMOTE_ADDR="192.0.2.7")
    _through(directory, client)
    assert client.get("/notices/").status_code == 302
    assert get_user_model().objects.count() == users
    with owning():
        event = AuditEvent.objects.get(verb="failed sign-in")
    assert (event.what, event.origin) == ("sign-in.directory", "192.0.2.7")
    assert event.detail == {"name_digest": digest_of_name(called)}


def test_whoever_left_is_known_to_the_directory_and_does_not_get_in(directory, owning) -> None:
    worker = make_practitioner(email="ana@example.org")
    get_user_model().objects.filter(pk=worker.user_id).update(is_active=False)
    directory.person = {"sub": "17", "email": "ana@example.org", "email_verified": True}
    client = Client(headers={"user-agent": "Tests"})
    _through(directory, client)
    assert client.get("/notices/").status_code == 302
    with owning():
        event = AuditEvent.objects.get(verb="failed sign-in")
        assert not AuditEvent.objects.filter(verb="signed in").exists()
    assert (event.what, event.detail) == (
        "sign-in.directory",
        {"name_digest": digest_of_name("ana@example.org")},
    )


def test_an_answer_that_was_not_asked_for_is_refused(directory) -> None:
    make_practitioner(email="ana@example.org")
    directory.person = {"sub": "17", "email": "ana@example.org", "email_verified": True}
    client = Client(headers={"user-agent": "Tests"})
    client.get("/sign-in/oidc/directory/login/callback/", {"code": "a-code", "state": "made-up"})
    assert client.get("/notices/").status_code == 302
    assert not directory.asked
