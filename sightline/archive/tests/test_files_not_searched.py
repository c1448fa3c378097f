"""Files whose words nobody could search: decided on as themselves, given, and said to be so."""

from __future__ import annotations

import io

import pgtrigger
import pytest
from django.test import Client
from pypdf import PdfReader

from sightline.agencies.tests.factories import as_practitioner
from sightline.archive import actions, queries
from sightline.archive.actions import Deciding
from sightline.archive.terms import Choice
from sightline.documents.models import Examination
from sightline.documents.tests.files import incoming, letter, old_word_file

from .test_actions import added, asks, checked, make_office

pytestmark = [pytest.mark.django_db, pytest.mark.obligation("REC-13")]


def test_an_older_form_of_office_file_is_given_as_it_is_and_says_that_nobody_searched_it(
    settings, tmp_path
) -> None:  # type: ignore[no-untyped-def]
    office = make_office()
    with added(office, settings, tmp_path, incoming(old_word_file(), "about Zora.doc")) as kept:
        request = asks(office)
        checked(office, request)
        with as_practitioner(office.officer):
            actions.gather(request.id)
            actions.give_the_rest(request.id, {i.id for i in queries.bundle(request.id)})
            (file,) = [
                i for i in queries.bundle(request.id)
                if i.decision is None and (i.row.source_id, i.row.part) == (kept["about Zora.doc"].id, queries.FILE)
            ]  # fmt: skip
            for item in queries.bundle(request.id):
                if item.decision is None:
                    actions.decide_item(item.id, Deciding(Choice.GIVE, reasons="Read: it is about her."))
        with as_practitioner(office.manager):
            actions.approve(request.id, "Every item and its ground.")
        with as_practitioner(office.officer):
            pdf = actions.copy_as_pdf(request.id)
        text = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())
        assert "Document 1 (an older form of file: its words were not searched)" in text
        client = Client(headers={"user-agent": "Tests"})
        client.force_login(office.officer.user)  # type: ignore[arg-type]
        path = f"/child/{office.folder_id}/access/{request.id}/"
        assert "its words were not searched" in client.get(path).content.decode()
        sent = client.post(f"{path}file/1/")
        assert sent.headers["Content-Disposition"] == 'attachment; filename="Document 1.doc"'
        assert b"".join(sent.streaming_content) == old_word_file()  # type: ignore[attr-defined]
        assert file.row.grounds


def test_a_pdf_read_before_its_pages_were_counted_is_decided_on_as_itself_and_its_page_says_so(
    settings, tmp_path, owning
) -> None:  # type: ignore[no-untyped-def]
    office = make_office()
    with added(office, settings, tmp_path, incoming(letter("Maya sat her test."), "school.pdf")) as kept:
        folder_id, document_id = office.folder_id, kept["school.pdf"].id
        client = Client(headers={"user-agent": "Tests"})
        client.force_login(office.worker.user)  # type: ignore[arg-type]
        page = f"/child/{folder_id}/documents/{document_id}/"
        note = "before pages without text were counted"
        with as_practitioner(office.officer):
            assert [p for p in queries.pieces([folder_id]) if p.part == queries.FILE] == []
        assert note not in client.get(page).content.decode()
        before_this_was_counted(owning, document_id)
        with as_practitioner(office.officer):
            assert [p.unread for p in queries.pieces([folder_id]) if p.part == queries.FILE] == [True]
        assert note in client.get(page).content.decode()


def before_this_was_counted(owning, document_id) -> None:  # type: ignore[no-untyped-def]
    with owning(), pgtrigger.ignore():
        Examination.objects.filter(document_id=document_id).update(facts=[["Pages", "1"]])
