from __future__ import annotations

from uuid import UUID

import pytest

from sightline.access.tests.factories import open_folder_for
from sightline.agencies.models import Practitioner
from sightline.agencies.tests.factories import make_partnership, make_practitioner

from .factories import make_child


@pytest.fixture
def worker() -> Practitioner:
    make_partnership()
    return make_practitioner("social-worker", name="Dana Okafor")


@pytest.fixture
def folder_id(worker: Practitioner) -> UUID:
    folder = open_folder_for(worker)
    make_child(folder, worker)
    return folder
