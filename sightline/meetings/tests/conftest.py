"""A folder of documents of each test's own: reports are sent as files."""

from __future__ import annotations

from sightline.documents.tests.conftest import folder_of_documents  # noqa: F401 a fixture
