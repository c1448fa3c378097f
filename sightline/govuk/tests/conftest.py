"""A small site of this room alone: its routes, its templates, no database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.template import engines
from django.test import Client
from django.test.utils import override_settings

SITE = {
    "ROOT_URLCONF": "sightline.govuk.tests.urls",
    "MIDDLEWARE": ["django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware"],
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.jinja2.Jinja2",
            "APP_DIRS": True,
            "OPTIONS": {"environment": "sightline.govuk.jinja.environment"},
        }
    ],
    "DEBUG": True,
}


@pytest.fixture
def site() -> Iterator[Client]:
    """A client of the small site."""
    with override_settings(**SITE):
        yield Client()


@pytest.fixture
def env(site: Client):
    """The Jinja environment that the small site's pages are made with."""
    return engines["jinja2"].env


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests say what they saw."""


@pytest.fixture
def served() -> Iterator[str]:
    """The small site on a port of its own, with its static files; gives its address."""
    with override_settings(**SITE, ALLOWED_HOSTS=["*"]):
        assert settings.STATIC_URL == "/static/"
        server: WSGIServer = make_server(
            "127.0.0.1", 0, StaticFilesHandler(WSGIHandler()), handler_class=_Quiet
        )
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()
        server.server_close()
