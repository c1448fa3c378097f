"""The Documents tab through the whole program."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse

from sightline.documents.models import Document

from .files import photograph


def sent(client, folder_id, *files, **fields):
    """Files sent as a browser sends them: (name, content) each."""
    uploads = []
    for name, content in files:
        upload = io.BytesIO(content)
        upload.name = name
        uploads.append(upload)
    return client.post(reverse("documents:add", args=[folder_id]), {"files": uploads, **fields})


def of(name, folder_id, row):
    return reverse(f"documents:{name}", args=[folder_id, row.id])


@pytest.mark.obligation("REC-17")
def test_what_was_added_is_listed_and_comes_back_as_it_was(desk, scanner, folder_id, child_id, world, worker):
    content = photograph()
    answer = sent(desk, folder_id, ("drawing.jpg", content), about="Drawn at school")
    assert answer.status_code == 302
    assert answer["Location"] == reverse("documents:list", args=[folder_id])
    page = desk.get(answer["Location"]).content.decode()
    assert "drawing.jpg" in page
    assert "Drawn at school" in page
    with world.looking(worker):
        row = Document.objects.get()
    assert desk.get(of("document", folder_id, row)).status_code == 200
    got = desk.get(of("file", folder_id, row))
    assert b"".join(got.streaming_content) == content
    assert got["Content-Type"] == "image/jpeg"
    assert got["Content-Disposition"] == 'attachment; filename="drawing.jpg"'
    assert got["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got["Content-Security-Policy"]
    assert int(got["Content-Length"]) == len(content)


def test_nothing_chosen_is_said(desk, folder_id, child_id):
    answer = sent(desk, folder_id, about="A letter")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Choose at least one file" in page
    assert "A letter" in page
