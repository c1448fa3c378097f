"""A drawing that goes with what a child said: added from its page, seen beside the words, and by the child."""

from __future__ import annotations

import re
import threading
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client

from sightline.access.tests.factories import open_folder_for
from sightline.agencies.tests.factories import make_partnership, make_practitioner
from sightline.documents import actions as documents
from sightline.documents.models import Document
from sightline.documents.tests.conftest import Scanner
from sightline.documents.tests.files import photograph
from sightline.kernel.viewer import Viewer, looking_as
from sightline.voice.models import View
from sightline.voice.terms import Heard
from sightline.voice.tests.factories import heard, make_child

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("CHD-03")]


def test_a_drawing_is_added_to_what_a_child_said_and_shown_to_worker_and_child(
    settings, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    settings.DOCUMENTS_FOLDER, settings.DOCUMENTS_KEY = str(tmp_path), "ab" * 32
    make_partnership()
    worker, stranger = make_practitioner("social-worker"), make_practitioner("social-worker")
    folder_id = open_folder_for(worker)
    make_child(folder_id, worker, years=8)
    heard(folder_id, worker, said="This is my house.", heard=Heard.DRAWING)
    client = Client()
    client.force_login(worker.user)
    page = f"/child/{folder_id}/voice/"
    [add] = re.findall(r'href="([^"]+documents/add/[^"]+to=voice[^"]+)"', client.get(page).content.decode())
    file = BytesIO(photograph("blue", place=True))
    file.name = "house.jpg"
    with Scanner() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        settings.CLAMD = server.where
        sent = client.post(add.replace("&amp;", "&"), {"files": [file], "about": "A house with a blue door"})
        server.shutdown()
    assert sent.status_code == 302, sent.content.decode()
    with looking_as(Viewer.for_job("documents")):
        row = Document.objects.get()
        assert row.subject_kind == "voice"
        documents.examine(row.pk)
    preview = f"/child/{folder_id}/documents/{row.pk}/preview/"
    for path in (page, f"/child/{folder_id}/voice/for-you/"):
        shown = client.get(path).content.decode()
        assert preview in shown
        assert 'alt="A house with a blue door"' in shown
    assert client.get(preview).status_code == 200
    other = Client()
    other.force_login(stranger.user)
    assert other.get(preview).headers["Location"] == f"/child/{folder_id}/pointer/"
    assert View.objects.count() == 0  # nobody named: nothing visible
