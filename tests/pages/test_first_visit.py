"""What is sent to somebody who has never been here: the page, and every file that it names."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from sightline.agencies.tests.factories import make_partnership

pytestmark = pytest.mark.django_db

#: Bytes, packed as they are sent.
PROMISED = 150_000


@pytest.mark.parametrize("path", ["/", "/sign-in/login/", "/worried/"])
def test_a_first_visit_sends_less_than_promised(client: Client, path: str) -> None:
    make_partnership()
    page = client.get(path, follow=True)
    assert page.status_code == 200
    named = set(re.findall(r'(?:href|src|data-design-system)="/static/([^"?]+)"', page.content.decode()))
    assert len(named) >= 3
    sent = len(gzip.compress(page.content))
    for name in named:
        found = finders.find(name)
        assert found, name
        sent += len(gzip.compress(Path(str(found)).read_bytes()))
    assert sent < PROMISED
