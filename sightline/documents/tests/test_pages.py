"""The Documents tab through the whole program: adding, reading in parts, and what the wrong person is told."""

from __future__ import annotations

import errno
import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sightline.audit.models import AuditEvent
from sightline.documents import actions, examining, jobs, queries, subjects
from sightline.documents.models import BodyMap, Document
from sightline.documents.rules import TYPES
from sightline.documents.subjects import Kind, Named
from sightline.documents.terms import ScanResult
from sightline.kernel.time import LONDON, now

from .conftest import signed_in
from .files import incoming, letter, old_word_file, photograph, sound, video, word_file
from .test_actions import a_map


def sent(client, folder_id, *files, to="", **fields):
    """Files sent as a browser sends them: (name, content) each."""
    uploads = []
    for name, content in files:
        upload = io.BytesIO(content)
        upload.name = name
        uploads.append(upload)
    return client.post(reverse("documents:add", args=[folder_id]) + to, {"files": uploads, **fields})


def of(name, folder_id, row):
    return reverse(f"documents:{name}", args=[folder_id, row.id])


def whole(answer) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.fixture(autouse=True)
def child(child_id):
    """The folder is a child's."""


# -- adding -------------------------------------------------------------------------------------------------


def taken(desk, path):
    """A file, as whoever has said what it is needed for gets it."""
    assert "What is it needed for?" in desk.get(path).content.decode()
    return desk.post(path, {"purpose": "The core group"})


@pytest.mark.obligation("REC-17")
def test_what_was_added_is_listed_and_comes_back_as_it_was(desk, scanner, folder_id, world, worker):
    content = photograph()
    answer = sent(desk, folder_id, ("drawing.jpg", content), about="Drawn at school")
    assert answer.status_code == 302
    assert answer["Location"] == reverse("documents:list", args=[folder_id])
    page = desk.get(answer["Location"]).content.decode()
    assert "1 file was added." in page
    assert "drawing.jpg" in page
    assert "Drawn at school" in page
    with world.looking(worker):
        row = Document.objects.get()
    assert desk.get(of("document", folder_id, row)).status_code == 200
    got = taken(desk, of("file", folder_id, row))
    assert whole(got) == content
    assert got["Content-Type"] == "image/jpeg"
    assert got["Content-Disposition"] == 'attachment; filename="drawing.jpg"'
    assert got["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got["Content-Security-Policy"]
    assert "no-store" in got["Cache-Control"]
    assert int(got["Content-Length"]) == len(content)
    with world.owning():
        assert AuditEvent.objects.filter(what="documents.file", subject_id=str(row.id)).count() == 1


def test_nothing_chosen_is_said_and_what_was_typed_stays(desk, folder_id):
    answer = sent(desk, folder_id, about="A letter")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Choose at least one file" in page
    assert "A letter" in page


def test_what_was_refused_is_said_beside_what_was_kept(desk, scanner, folder_id):
    answer = sent(desk, folder_id, ("a.pdf", letter()), ("b.jpg", b"MZ" + bytes(300)))
    page = desk.get(answer["Location"]).content.decode()
    assert "1 file was added." in page
    assert "is not a JPEG photograph" in page


def test_an_infected_file_is_said_to_be(desk, scanner, folder_id, world):
    scanner.says = "stream: Invented.Test FOUND"
    answer = sent(desk, folder_id, ("a.pdf", letter()))
    assert answer.status_code == 409
    assert "the malware scanner found Invented.Test" in answer.content.decode()
    with world.owning():
        assert not Document.objects.exists()
        assert AuditEvent.objects.filter(
            what="documents.attach", verb="refused", folder_id=folder_id
        ).exists()


def test_without_a_scanner_the_page_says_so_before_and_after(desk, folder_id, world, worker):
    assert (
        "No malware scanner is set up"
        in desk.get(reverse("documents:add", args=[folder_id])).content.decode()
    )
    answer = sent(desk, folder_id, ("a.pdf", letter()))
    page = desk.get(answer["Location"]).content.decode()
    assert "kept in quarantine" in page
    assert "In quarantine" in page
    with world.looking(worker):
        row = Document.objects.get()
    refused = desk.get(of("file", folder_id, row))
    assert refused.status_code == 409
    assert "nobody can open it" in refused.content.decode()


def test_more_than_twenty_and_what_is_too_large_are_said(
    desk, scanner, folder_id, settings, world, folder_of_documents
):
    settings.DOCUMENT_BYTES = 2_000_000
    many = [(f"{n}.jpg", photograph(size=(n + 1, 3))) for n in range(22)]
    answer = sent(desk, folder_id, ("large.jpg", photograph() + bytes(2_100_000)), *many)
    assert answer.status_code == 302
    page = desk.get(answer["Location"]).content.decode()
    assert "19 files were added." in page
    assert "larger than 2 MB" in page
    assert "more than 20 files" in page
    assert list((folder_of_documents / "incoming").iterdir()) == []


def test_a_zip_bomb_is_refused_plainly_and_nothing_of_it_is_kept(
    desk, scanner, folder_id, world, folder_of_documents
):
    bomb = word_file(**{"word/media/zeros.bin": bytes(40_000_000)})
    answer = sent(desk, folder_id, ("minutes.docx", bomb), about="The minutes")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "unpacks to far more" in page
    assert "The minutes" in page
    with world.owning():
        assert not Document.objects.exists()
    assert list((folder_of_documents / "incoming").iterdir()) == []


def test_two_hundred_at_once_are_answered_plainly(desk, scanner, folder_id):
    answer = sent(desk, folder_id, *((f"{n}.jpg", photograph(size=(n + 1, 2))) for n in range(200)))
    assert "20 files were added." in desk.get(answer["Location"]).content.decode()


def test_a_disk_that_is_full_while_a_file_comes_in_is_said(desk, scanner, folder_id, world, monkeypatch):
    class Full(io.BytesIO):
        def write(self, _):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("sightline.documents.store.temporary", Full)
    answer = sent(desk, folder_id, ("a.pdf", letter()), about="The letter")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "no room left for documents" in page
    assert "The letter" in page
    with world.owning():
        assert not Document.objects.exists()


def test_files_are_taken_in_nowhere_else_and_from_nobody_else(
    desk, client, folder_id, folder_of_documents, monkeypatch
):
    taken = []
    monkeypatch.setattr("sightline.documents.store.temporary", lambda: taken.append(1) or io.BytesIO())
    upload = io.BytesIO(photograph())
    upload.name = "a.jpg"
    client.post(reverse("concerns:worried"), {"files": upload})
    client.post(reverse("documents:add", args=[folder_id]), {"files": upload})
    desk.post(reverse("children:name", args=[folder_id, uuid4()]), {"files": upload})
    assert taken == []


def test_siblings_get_a_row_each(desk, scanner, world, worker, folder_id):
    from sightline.children import actions as children
    from sightline.children.rules import Names, NewTie
    from sightline.children.terms import Kinship, Known

    his = world.folder(worker)
    brother = world.child(his, names=Names("Tomas", "Ferreira-Lund"))
    with world.looking(worker):
        children.tie(folder_id, NewTie(brother, Kinship.SIBLING, Known.NO))
    page = desk.get(reverse("documents:add", args=[folder_id])).content.decode()
    assert "Tomas Ferreira-Lund" in page
    assert "checked" not in page
    sent(desk, folder_id, ("a.pdf", letter()), also=[str(his)])
    with world.looking(worker):
        assert set(Document.objects.values_list("folder_id", flat=True)) == {folder_id, his}
        assert Document.objects.values("written_together").distinct().count() == 1


@pytest.fixture
def thing(folder_id):
    """Something in the record that documents are attached to."""
    subject_id = uuid4()
    subjects.kinds["thing"] = Kind(
        "Thing",
        lambda folders, ids: {
            i: Named(folder_id, "Thing 1", "/there/") for i in ids if i == subject_id and folder_id in folders
        },
    )
    yield subject_id
    del subjects.kinds["thing"]


def test_a_file_is_attached_to_something_in_the_record_and_to_nothing_else(
    desk, scanner, folder_id, world, worker, thing
):
    answer = sent(desk, folder_id, ("a.pdf", letter()), to=f"?to=thing&id={thing}")
    assert answer["Location"] == "/there/"
    with world.looking(worker):
        assert Document.objects.get().subject_id == thing
    assert "Thing 1" in desk.get(reverse("documents:list", args=[folder_id])).content.decode()
    for wrong in (f"?to=thing&id={uuid4()}", "?to=thing&id=x", f"?to=nothing&id={thing}", "?to=thing"):
        assert sent(desk, folder_id, ("b.pdf", letter("b")), to=wrong).status_code == 404
    his = world.folder(worker)
    world.child(his)
    assert sent(desk, his, ("b.pdf", letter("b")), to=f"?to=thing&id={thing}").status_code == 404


# -- reading ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-9", 0, 10), ("bytes=60000-70000", 60_000, 70_001), ("bytes=-5", -5, None)],
)
def test_a_recording_is_sent_in_parts(desk, scanner, attach, folder_id, asked, start, end):
    content = sound() + bytes(200_000)
    row = attach(content, "talk.wav")
    got = desk.get(of("file", folder_id, row), headers={"range": asked})
    assert got.status_code == 206
    assert whole(got) == content[start:end]
    first = start % len(content)
    assert got["Content-Range"] == f"bytes {first}-{first + len(content[start:end]) - 1}/{len(content)}"
    assert got["Content-Disposition"].startswith("inline")
    assert got["Accept-Ranges"] == "bytes"
    assert got["Content-Type"] == "audio/wav"


def test_a_part_that_is_not_there(desk, scanner, attach, folder_id):
    row = attach(sound(), "talk.wav")
    got = desk.get(of("file", folder_id, row), headers={"range": "bytes=900000-"})
    assert got.status_code == 416
    assert got["Content-Range"] == f"bytes */{len(sound())}"


def test_a_picture_is_shown_and_a_copy_says_nothing_of_the_place(desk, scanner, attach, examined, folder_id):
    row = examined(attach(photograph(place=True), "beach.jpg"))
    page = desk.get(of("document", folder_id, row)).content.decode()
    assert "It says where it was taken: 54.50000 north, 2.25000 east." in page
    assert "Invented Camera 1" in page
    preview = desk.get(of("preview", folder_id, row))
    assert preview["Content-Type"] == "image/jpeg"
    assert preview["Content-Disposition"].startswith("inline")
    assert whole(preview)[:3] == b"\xff\xd8\xff"
    copy = taken(desk, of("copy", folder_id, row))
    assert copy["Content-Disposition"] == 'attachment; filename="beach.jpg"'
    content = whole(copy)
    assert int(copy["Content-Length"]) == len(content)
    assert b"Invented Camera" not in content


def test_sound_and_video_are_played_and_text_is_read(desk, scanner, attach, examined, folder_id):
    film = examined(attach(video(), "film.mp4"))
    page = desk.get(of("document", folder_id, film)).content.decode()
    assert "<video" in page
    assert "poster=" in page
    talk = attach(sound(), "talk.wav")
    assert "<audio" in desk.get(of("document", folder_id, talk)).content.decode()
    # A player asks for it where it stands; whoever opens its address says first what for, as for any other file.
    played = desk.get(of("file", folder_id, talk), headers={"sec-fetch-dest": "audio"})
    assert "attachment" not in played["Content-Disposition"]
    assert (
        "What is it needed for?"
        in desk.get(of("file", folder_id, talk), headers={"sec-fetch-dest": "document"}).content.decode()
    )
    unplayed = attach(b"#!AMR\n" + bytes(64), "dictated.amr")
    assert "What is it needed for?" in desk.get(of("file", folder_id, unplayed)).content.decode()
    minutes = examined(attach(word_file("The plan stays."), "minutes.docx"))
    assert "The plan stays." in desk.get(of("document", folder_id, minutes)).content.decode()
    assert whole(taken(desk, of("copy", folder_id, film)))


def test_of_an_older_office_file_it_is_said_that_its_text_is_not_found_and_that_no_copy_is_cleaned(
    desk, scanner, attach, examined, folder_id
):
    row = examined(attach(old_word_file(), "minutes.doc"))
    page = desk.get(of("document", folder_id, row)).content.decode()
    assert "searching does not find what it says" in page
    assert "it is in an older form" in page
    answer = desk.get(of("copy", folder_id, row))
    assert answer.status_code == 409
    assert "cannot be taken out" in answer.content.decode()


@pytest.mark.parametrize("each", TYPES, ids=lambda each: each.ending)
def test_the_page_offers_a_plain_copy_of_each_type_or_says_why_there_is_none(each):
    assert examining.can_be_cleaned(each) is not (each.ending in ("doc", "xls", "ppt"))


def test_the_list_finds_by_words_and_type(desk, scanner, attach, folder_id):
    attach(letter(), "hospital.pdf")
    attach(photograph(), "drawing.jpg", about="The seaside")
    address = reverse("documents:list", args=[folder_id])
    found = desk.get(address, {"words": "seaside"}).content.decode()
    assert "drawing.jpg" in found
    assert "hospital.pdf" not in found
    assert "hospital.pdf" in desk.get(address, {"kind": "pdf"}).content.decode()
    assert "Nothing found" in desk.get(address, {"words": "unicorn"}).content.decode()
    for odd in (
        {"kind": "nonsense"},
        {"page": "99"},
        {"page": "x"},
        {"words": "\x00'\"&|!"},
        {"words": "x" * 999},
    ):
        assert desk.get(address, odd).status_code in (200, 302)


def test_the_list_asks_as_often_for_many_as_for_few(desk, scanner, world, worker, folder_id):
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(reverse("documents:list", args=[folder_id])).status_code == 200
        return len(captured)

    with world.looking(worker):
        actions.attach([incoming(photograph(), "a.jpg")], {folder_id: None})
        actions.draw_body_map(folder_id, a_map())
    asked()
    few = asked()
    with world.looking(worker):
        actions.attach(
            [incoming(photograph(size=(n, 4)), f"{n}.jpg") for n in range(1, 20)], {folder_id: None}
        )
        for n in range(5):
            actions.draw_body_map(folder_id, a_map(seen_parts=f"Hands {n}"))
    assert asked() == few <= 25


def test_taking_out_asks_why_and_closes_for_all_but_who_keeps_records(
    desk, scanner, attach, folder_id, world
):
    row = attach()
    assert "Say why" in desk.post(of("withdraw", folder_id, row), {"why": " "}).content.decode()
    assert desk.post(of("withdraw", folder_id, row), {"why": "Another child’s."}).status_code == 302
    page = desk.get(of("document", folder_id, row)).content.decode()
    assert "Another child’s." in page
    assert "Download" not in page
    assert desk.get(of("file", folder_id, row)).status_code == 409
    again = desk.post(of("withdraw", folder_id, row), {"why": "Another child’s."})
    assert again.status_code == 409
    assert "Dana Okafor took it out of this record already" in again.content.decode()


def test_a_body_map_is_taken_out_on_its_page_and_the_list_says_so(desk, folder_id, world, worker):
    with world.looking(worker):
        drawn = actions.draw_body_map(folder_id, a_map())
    page, out = (
        reverse(f"documents:{name}", args=[folder_id, drawn.id]) for name in ("body_map", "withdraw_body_map")
    )
    assert out in desk.get(page).content.decode()
    assert "Say why" in desk.post(out, {"why": " "}).content.decode()
    assert desk.post(out, {"why": "Another child’s."}).status_code == 302
    shown = desk.get(page).content.decode()
    assert "Dana Okafor" in shown
    assert "Another child’s." in shown
    assert "Put this body map right" not in shown
    assert out not in shown
    assert "Taken out" in desk.get(reverse("documents:list", args=[folder_id])).content.decode()
    assert desk.post(out, {"why": "Another child’s."}).status_code == 409


def test_a_missing_key_is_said_on_every_page(desk, scanner, attach, folder_id, settings, tmp_path):
    row = attach()
    settings.DOCUMENTS_KEY, settings.DOCUMENTS_KEY_FILE = "", str(tmp_path / "none")
    for name in ("list", "add"):
        page = desk.get(reverse(f"documents:{name}", args=[folder_id])).content.decode()
        assert "The key that opens documents is missing" in page
    assert "The key that opens documents is missing" in desk.get(of("file", folder_id, row)).content.decode()
    answer = sent(desk, folder_id, ("a.pdf", letter()), about="The letter")
    assert answer.status_code == 409
    assert "The letter" in answer.content.decode()


@pytest.mark.obligation("REC-18")
def test_the_right_role_on_the_wrong_child_is_told_nothing(
    world, stranger, worker, scanner, attach, examined, folder_id
):
    row = examined(attach())
    with world.looking(worker):
        drawn = actions.draw_body_map(folder_id, a_map())
    other = signed_in(world, stranger)
    his = world.folder(stranger)
    world.child(his)
    invented = other.get(reverse("documents:document", args=[his, uuid4()])).content
    for name in ("document", "file", "preview", "copy", "withdraw"):
        answer = other.get(of(name, his, row))
        assert answer.status_code == 404, name
        assert len(answer.content) == len(invented)
    for name in ("body_map", "put_right", "withdraw_body_map"):
        assert other.get(reverse(f"documents:{name}", args=[his, drawn.id])).status_code == 404
    # A record of which they see the pointer leads there, whatever is asked of it.
    of_hers = [of(name, folder_id, row) for name in ("document", "file", "preview", "copy", "withdraw")]
    of_hers += [
        reverse(f"documents:{name}", args=[folder_id, drawn.id])
        for name in ("body_map", "put_right", "withdraw_body_map")
    ]
    of_hers += [reverse(f"documents:{name}", args=[folder_id]) for name in ("list", "add", "draw")]
    for address in of_hers:
        assert other.get(address).headers["Location"] == reverse("matching:pointer", args=[folder_id]), (
            address
        )
    for folder in (folder_id, his):
        assert other.post(of("withdraw", folder, row), {"why": "x"}).status_code == 404
    assert sent(other, folder_id, ("a.pdf", letter())).status_code == 404
    with world.owning():
        assert Document.objects.count() == 1


def test_the_worker_does_what_waits(world, worker, scanner, attach, folder_id, settings):
    where, settings.CLAMD = settings.CLAMD, ""
    row = attach()
    assert jobs.scan_again(0) == 0
    settings.CLAMD = where
    assert jobs.scan_again(0) == 1
    jobs.examine(str(row.id))
    jobs.examine(str(row.id))
    assert jobs.clear_orphans(0) == 0
    with world.looking(worker):
        assert Document.objects.get().examination.preview_id


# -- body maps ----------------------------------------------------------------------------------------------


def seen_at() -> dict[str, str]:
    at = (now() - timedelta(days=1)).astimezone(LONDON)
    return {
        "seen_at-day": str(at.day), "seen_at-month": str(at.month), "seen_at-year": str(at.year),
        "seen_at-time": "10:40",
    }  # fmt: skip


@pytest.mark.obligation("REC-06")
def test_a_body_map_is_drawn_by_pointing_and_from_the_list(desk, folder_id, world, worker):
    address = reverse("documents:draw", args=[folder_id])
    typed = {**seen_at(), "seen_parts": "Both arms", "marks": "0"}
    pointed = desk.post(address, {**typed, "front.x": "158", "front.y": "190"}).content.decode()
    assert 'value="left_forearm" selected' in pointed
    assert "Both arms" in pointed
    assert "1 mark; described below" in pointed
    typed |= {
        "marks": "1", "m1-view": "front", "m1-region": "left_forearm", "m1-x": "158", "m1-y": "190",
        "m1-kind": "bruise", "m1-description": "Yellow <b>", "m1-said": "“I fell” (Maya)",
    }  # fmt: skip
    more = desk.post(address, {**typed, "do": "more"}).content.decode()
    assert "Mark 2" in more
    typed |= {
        "marks": "2",
        "m2-view": "back",
        "m2-region": "right_hand",
        "m2-kind": "cut",
        "m2-description": "Dry",
    }
    fewer = desk.post(address, {**typed, "do": "remove-1"}).content.decode()
    assert "Mark 2" not in fewer
    assert 'value="right_hand" selected' in fewer
    done = desk.post(address, {**typed, "do": "save"})
    assert done.status_code == 302
    page = desk.get(done["Location"]).content.decode()
    for words in ("Yellow &lt;b&gt;", "Front, left forearm", "Back, right hand", "Both arms"):
        assert words in page
    with world.looking(worker):
        row = BodyMap.objects.get()
        assert next((m.x, m.y) for m in row.marks.order_by("number")) == (158, 190)
    assert "Put this body map right" in page
    right = reverse("documents:put_right", args=[folder_id, row.id])
    assert "Dry" in desk.get(right).content.decode()
    answer = desk.post(right, {**typed, "do": "save", "was_wrong": "It was the other arm"})
    assert answer.status_code == 302
    assert "It was the other arm" in desk.get(done["Location"]).content.decode()
    again = desk.post(right, {**typed, "do": "save", "was_wrong": "Once more"})
    assert again.status_code == 409
    assert "Dana Okafor has put this body map right already" in again.content.decode()


def test_a_body_map_shows_what_the_child_said_of_it(desk, folder_id, world, worker):
    with world.looking(worker):
        drawn = actions.draw_body_map(folder_id, a_map(said="The door did it."))
    shown = desk.get(reverse("documents:body_map", args=[folder_id, drawn.id]))
    assert shown.status_code == 200
    assert "The door did it." in shown.content.decode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"marks": "0", "do": "save"}, "Enter when you saw it"),
        ({"marks": "999999", "do": "save"}, "Say how much of the body you saw"),
        ({"marks": "x", "front.x": "-4", "front.y": "NaN"}, "Mark 1"),
        ({"marks": "1", "m1-x": "inf", "do": "save"}, "Choose the part of the body"),
        ({"marks": "1", "m1-region": "tail", "m1-view": "inside", "do": "more"}, "Mark 2"),
        ({"marks": "0", "do": "remove-7"}, "Draw a body map"),
    ],
)
def test_odd_answers_are_errors_and_nothing_more(desk, folder_id, world, data, words):
    answer = desk.post(reverse("documents:draw", args=[folder_id]), data)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    with world.owning():
        assert not BodyMap.objects.exists()


def test_what_cannot_be_scanned_keeps_nothing_behind_it_in_quarantine(
    world, worker, scanner, attach, folder_id, settings, monkeypatch
):
    where, settings.CLAMD = settings.CLAMD, ""
    rows = [attach(photograph() + bytes([n]), f"photograph {n}.jpg") for n in range(5)]
    settings.CLAMD = where
    monkeypatch.setattr(jobs, "AT_ONCE", 2)
    real = jobs.actions.scan_again
    too_large = {rows[4].id, rows[3].id}

    def scan(document_id):
        return ScanResult.NOT_SCANNED if document_id in too_large else real(document_id)

    monkeypatch.setattr(jobs.actions, "scan_again", scan)
    assert jobs.scan_again(0) == 3
    with world.looking(worker):
        closed = {row.id for row in rows if not queries.document(row.id, [folder_id]).opens}
    assert closed == too_large


def test_a_scanner_that_went_away_is_not_asked_for_each_of_them(
    world, attach, scanner, settings, monkeypatch
):
    where, settings.CLAMD = settings.CLAMD, ""
    for n in range(3):
        attach(photograph() + bytes([n]), f"photograph {n}.jpg")
    settings.CLAMD = where
    asked = []

    def scan(document_id):
        asked.append(document_id)
        settings.CLAMD = "127.0.0.1:1"
        return ScanResult.NOT_SCANNED

    monkeypatch.setattr(jobs.actions, "scan_again", scan)
    assert jobs.scan_again(0) == 0
    assert len(asked) == 1
