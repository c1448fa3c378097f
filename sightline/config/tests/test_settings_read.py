"""What the environment says is what Django is told; what cannot be meant is one sentence."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .conftest import Command
from .test_command import one_sentence

SERVER = {
    "SIGHTLINE_EMAIL_HOST": "mail.council.example",
    "SIGHTLINE_EMAIL_FROM": "Sightline <s@council.example>",
}


def told(command: Command, *names: str, **environment: str) -> list[Any]:
    """These settings as a process with that environment has them."""
    show = (
        "import json, sys; from sightline.config import settings; "
        "print(json.dumps([getattr(settings, name) for name in sys.argv[1:]]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", show, *names],
        env=command.environment(**environment),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("said", "port", "starttls", "tls"),
    [
        ({}, 587, True, False),
        ({"SIGHTLINE_EMAIL_TLS": "tls"}, 465, False, True),
        ({"SIGHTLINE_EMAIL_TLS": "none", "SIGHTLINE_EMAIL_PORT": "2525"}, 2525, False, False),
    ],
)
def test_a_mail_server_is_named_by_the_environment(
    command: Command, said: dict[str, str], port: int, starttls: bool, tls: bool
) -> None:
    assert told(
        command, "EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_TLS", "EMAIL_USE_SSL", "EMAIL_HOST_USER",
        "EMAIL_HOST_PASSWORD", "DEFAULT_FROM_EMAIL", **SERVER, **said, SIGHTLINE_EMAIL_USER="sightline",
        SIGHTLINE_EMAIL_PASSWORD=" kept apart ",
    ) == [
        "django.core.mail.backends.smtp.EmailBackend", "mail.council.example", port, starttls, tls, "sightline",
        " kept apart ", "Sightline <s@council.example>",
    ]  # fmt: skip


def test_without_a_mail_server_e_mail_is_printed_and_a_way_of_ones_own_goes_first(command: Command) -> None:
    assert told(command, "EMAIL_BACKEND") == ["django.core.mail.backends.console.EmailBackend"]
    assert told(command, "EMAIL_BACKEND", **SERVER, SIGHTLINE_EMAIL_BACKEND="ours.Backend") == [
        "ours.Backend"
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [("SIGHTLINE_EMAIL_TLS", "yes"), ("SIGHTLINE_EMAIL_PORT", "smtp"), ("SIGHTLINE_EMAIL_PORT", "0")],
)
def test_what_cannot_be_meant_of_e_mail_is_one_sentence(command: Command, name: str, value: str) -> None:
    done = command("doctor", **{name: value})
    assert done.returncode == 1
    assert one_sentence(done.stderr)
    assert name in done.stderr


def test_every_setting_stands_in_the_documentation() -> None:
    program = Path(__file__).parents[2]
    read = {
        name
        for path in program.rglob("*.py")
        if "tests" not in path.parts
        for name in re.findall(r"\bSIGHTLINE_[A-Z][A-Z_]*[A-Z]\b", path.read_text())
    }
    assert "SIGHTLINE_PROXIES" in read
    # Neither is for anybody to set: what a demonstration is told by `demo`, and errors shown while developing.
    read -= {"SIGHTLINE_DEMO", "SIGHTLINE_DEBUG"}
    settings = (
        (program.parent / "docs/running.md").read_text().split("## Settings")[1].split("## In production")[0]
    )
    assert sorted(name for name in read if f"`{name}" not in settings) == []


def test_a_directory_to_sign_in_through_is_named_by_the_environment(command: Command) -> None:
    (providers,) = told(command, "SOCIALACCOUNT_PROVIDERS")
    assert providers["openid_connect"]["APPS"] == []
    named = {
        "SIGHTLINE_OIDC_URL": "https://login.council.example/realm", "SIGHTLINE_OIDC_CLIENT": "sightline",
        "SIGHTLINE_OIDC_SECRET": "kept apart",
    }  # fmt: skip
    (found,) = told(command, "SOCIALACCOUNT_PROVIDERS", **named)
    assert found["openid_connect"] == {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "directory",
                "name": "your agency's sign-in",
                "client_id": "sightline",
                "secret": "kept apart",
                "settings": {"server_url": "https://login.council.example/realm"},
            }
        ],
    }
    called = {"SIGHTLINE_OIDC_ID": "eastmarch", "SIGHTLINE_OIDC_NAME": "Eastmarch Council"}
    (again,) = told(command, "SOCIALACCOUNT_PROVIDERS", **named, **called)
    (app,) = again["openid_connect"]["APPS"]
    assert (app["provider_id"], app["name"]) == ("eastmarch", "Eastmarch Council")
