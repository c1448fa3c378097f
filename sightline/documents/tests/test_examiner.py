"""What is read out of files, and copies of them that say nothing about themselves."""

from __future__ import annotations

import io
import os
import re
import sys
import zipfile
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, RectangleObject, StreamObject, TextStringObject

from sightline.documents import cleaning, examiner, examining
from sightline.documents.rules import BY_ENDING
from sightline.kernel.verdicts import Refused

from . import files

PLACE = "54.50000 north, 2.25000 east"


def examined(content: bytes, ending: str) -> examining.Examined:
    return examining.examine(io.BytesIO(content), BY_ENDING[ending])


def cleaned(content: bytes, ending: str) -> bytes:
    with examining.cleaned(io.BytesIO(content), BY_ENDING[ending]) as copy:
        return copy.read()


@pytest.fixture
def here(monkeypatch):
    """The examiner in this process, for what need not be asked of a process of its own."""

    def run(what: str, path: Path, ending: str, out: Path):
        import json
        import subprocess

        if what == "cleaning":
            try:
                cleaning.CLEANERS[ending](path, ending, out)
            except Exception:
                return subprocess.CompletedProcess([], 3, "", "")
            return subprocess.CompletedProcess([], 0, "", "")
        return subprocess.CompletedProcess([], 0, json.dumps(vars(examiner.examine(path, ending, out))), "")

    monkeypatch.setattr(examining, "_run", run)


@pytest.mark.parametrize(
    ("content", "ending", "facts", "place"),
    [
        (
            files.photograph(place=True),
            "jpg",
            {"Camera": "Invented Camera 1", "Size": "60 by 40 dots"},
            PLACE,
        ),
        (files.HEIC, "heic", {"Camera": "Invented Camera 1", "Size": "64 by 48 dots"}, PLACE),
        (files.picture("PNG"), "png", {"Size": "30 by 20 dots"}, ""),
        (files.video(), "mp4", {"Size": "64 by 48 dots", "Length": "1 s"}, PLACE),
        (files.letter(), "pdf", {"Pages": "1", "Author": "Invented Author"}, ""),
    ],
)
def test_a_preview_is_made_and_the_file_says_what_it_says(here, content, ending, facts, place):
    found = examined(content, ending)
    assert found.problem == ""
    assert found.place == place
    assert facts.items() <= dict(found.facts).items()
    with Image.open(io.BytesIO(found.preview)) as preview:
        assert preview.format == "JPEG"
        assert max(preview.size) <= 1600
        assert not preview.getexif()


def test_a_photograph_held_sideways_is_shown_upright(here):
    exif = Image.Exif()
    exif[0x0112] = 6
    found = examined(files.picture("JPEG", exif=exif), "jpg")
    with Image.open(io.BytesIO(found.preview)) as preview:
        assert preview.size == (20, 30)


def sheet() -> bytes:
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("xl/sharedStrings.xml", f"<sst {space}><si><t>Attended</t></si></sst>")
        made.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet {space}><sheetData><row><c t="s"><v>0</v></c><c><v>42</v></c>'
            '<c t="inlineStr"><is><t>Late</t></is></c></row></sheetData></worksheet>',
        )
    return out.getvalue()


def slides() -> bytes:
    space = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for number in (10, 2, 1):
            made.writestr(
                f"ppt/slides/slide{number}.xml", f"<p {space}><a:p><a:t>Slide {number}</a:t></a:p></p>"
            )
    return out.getvalue()


def odt() -> bytes:
    space = 'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(
            "content.xml", f"<c {space}><text:h>Review</text:h><text:p>All <b>agreed</b>.</text:p></c>"
        )
        made.writestr("meta.xml", "<m><creator>Invented Writer</creator></m>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "ending", "text"),
    [
        (files.letter("The appointment is on Tuesday."), "pdf", "The appointment is on Tuesday."),
        (files.word_file("Minutes of the core group."), "docx", "Minutes of the core group."),
        (sheet(), "xlsx", "Attended\t42\tLate"),
        (slides(), "pptx", "Slide 1\n\nSlide 2\n\nSlide 10"),
        (odt(), "odt", "Review\nAll agreed."),
    ],
)
def test_text_is_read_out(here, content, ending, text):
    found = examined(content, ending)
    assert found.problem == ""
    assert text in found.text


def test_the_writer_of_an_office_file_is_said(here):
    assert ("Author", "Invented Writer") in examined(files.word_file(), "docx").facts
    assert ("Length", "2 s") in examined(files.sound(), "wav").facts


@pytest.mark.parametrize("ending", sorted(examiner.EXAMINERS))
def test_rubbish_is_no_error(here, ending):
    for content in (b"", b"\0" * 5000, os.urandom(3000)):
        assert examined(content, ending).preview == b""


@pytest.mark.parametrize(
    ("content", "ending"),
    [(files.photograph(), "jpg"), (files.HEIC, "heic"), (files.letter(), "pdf"), (files.video(), "mp4")],
)
def test_half_a_file_is_no_error(here, content, ending):
    found = examined(content[: len(content) // 2], ending)
    assert found.preview == b"" or found.problem == ""


def test_entities_and_outside_references_are_not_followed(here):
    hostile = (
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/hostname">]>'
        '<w:document xmlns:w="w"><w:t>&b;&c;</w:t></w:document>'
    )
    content = files.word_file(**{"word/header1.xml": hostile.encode()})
    found = examined(content, "docx")
    assert "could not be read" in found.problem
    assert "aaaa" not in found.text


def test_a_part_that_unpacks_to_more_than_it_says_is_cut_off(here, monkeypatch):
    monkeypatch.setattr(examiner, "PART", 1000)
    found = examined(files.word_file("word " * 1000), "docx")
    assert found.problem == "It unpacks to more than a document holds."


# -- copies ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "ending"),
    [(files.photograph(place=True), "jpg"), (files.HEIC, "heic"), (files.picture("TIFF"), "tif")],
)
def test_a_copy_of_a_photograph_says_nothing_of_camera_and_place(here, content, ending):
    with Image.open(io.BytesIO(cleaned(content, ending))) as copy:
        assert copy.format == "JPEG"
        assert not copy.getexif()
        copy.load()
    assert b"Invented Camera" not in cleaned(content, ending)


def test_a_copy_of_a_drawing_stays_sharp_and_without_words(here):
    from PIL.PngImagePlugin import PngInfo

    said = PngInfo()
    said.add_text("Author", "Invented Author")
    copy = cleaned(files.picture("PNG", pnginfo=said), "png")
    assert b"Invented Author" not in copy
    with Image.open(io.BytesIO(copy)) as picture:
        assert picture.format == "PNG"


def test_a_copy_of_a_pdf_has_its_pages_and_no_author(here):
    copy = cleaned(files.letter("Words that stay."), "pdf")
    document = pypdfium2.PdfDocument(copy)
    assert "Words that stay." in document[0].get_textpage().get_text_bounded()
    assert document.get_metadata_dict(skip_empty=True).get("Author") is None


def test_a_copy_of_an_office_file_has_its_words_and_no_writer(here):
    copy = cleaned(files.word_file("Words that stay."), "docx")
    found = examined(copy, "docx")
    assert found.text == "Words that stay."
    assert found.facts == ()


def test_a_copy_of_a_video_plays_and_says_no_place(here):
    copy = cleaned(files.video(), "mp4")
    assert len(copy) == len(files.video())
    assert b"+54.5000" not in copy
    found = examined(copy, "mp4")
    assert found.place == ""
    assert found.preview


SAYS = b"Invented Author, 54.5000 north"


def _note(kind: bytes, content: bytes) -> bytes:
    return kind + len(content).to_bytes(4, "little") + content + b"\0" * (len(content) % 2)


def _wav() -> bytes:
    whole = files.sound()
    whole += _note(b"LIST", b"INFOIART" + len(SAYS).to_bytes(4, "little") + SAYS) + _note(b"bext", SAYS)
    return whole[:4] + (len(whole) - 8).to_bytes(4, "little") + whole[8:]


FRAMES = b"\xff\xfb\x90\x00" + bytes(413)
ID3 = b"ID3\x03\x00\x00\x00\x00\x00" + bytes([len(SAYS)]) + SAYS


def _mp3() -> bytes:
    inside = SAYS + b"APETAGEX" + (2000).to_bytes(4, "little") + (len(SAYS) + 32).to_bytes(4, "little")
    return ID3 + FRAMES + inside + (1).to_bytes(4, "little") + bytes(12) + b"TAG" + SAYS.ljust(125, b"\0")


def _flac() -> bytes:
    comment = bytes([4]) + len(SAYS).to_bytes(3, "big") + SAYS
    picture = bytes([0x86]) + len(SAYS).to_bytes(3, "big") + SAYS
    return b"fLaC" + bytes([0]) + (34).to_bytes(3, "big") + bytes(34) + comment + picture + b"\xff\xf8frames"


def _ogg_page(serial: int, *packets: bytes) -> bytes:
    table = b"".join(bytes([255] * (len(p) // 255) + [len(p) % 255]) for p in packets)
    head = b"OggS" + bytes(10) + serial.to_bytes(4, "little") + bytes(8) + bytes([len(table)])
    page = bytearray(head + table + b"".join(packets))
    page[22:26] = cleaning._ogg_sum(page).to_bytes(4, "little")
    return bytes(page)


def _ogg() -> bytes:
    comment = b"ARTIST=" + SAYS * 20
    tags = b"OpusTags" + (4).to_bytes(4, "little") + b"Lavf" + (1).to_bytes(4, "little")
    tags += len(comment).to_bytes(4, "little") + comment
    return _ogg_page(7, b"OpusHead" + bytes(11)) + _ogg_page(7, tags) + _ogg_page(7, b"sound" * 90)


def _element(kind: int, content: bytes) -> bytes:
    head = kind.to_bytes((kind.bit_length() + 7) // 8, "big")
    return head + (len(content) | 1 << 56).to_bytes(8, "big") + content


def _webm() -> bytes:
    info = _element(0x1549A966, _element(0x7BA9, SAYS) + _element(0x4D80, SAYS) + _element(0x4461, bytes(8)))
    tracks = _element(0x1654AE6B, _element(0xAE, _element(0xD7, b"\1") + _element(0x536E, SAYS)))
    cluster = _element(0x1F43B675, _element(0xE7, b"\0") + _element(0xA3, b"\x81frames"))
    return _element(0x1A45DFA3, b"") + _element(
        0x18538067, info + tracks + cluster + _element(0x1254C367, SAYS)
    )


def _avi() -> bytes:
    movi = _note(b"LIST", b"movi" + _note(b"00dc", b"frames"))
    hdrl = _note(b"LIST", b"hdrl" + _note(b"avih", bytes(56)) + _note(b"IDIT", SAYS))
    info = _note(b"LIST", b"INFO" + _note(b"IART", SAYS))
    return _note(b"RIFF", b"AVI " + hdrl + info + movi)


def _amr() -> bytes:
    return b"#!AMR\n" + (b"\x3c" + bytes(31)) * 3 + SAYS


@pytest.mark.parametrize(
    ("content", "ending", "stays"),
    [
        (_wav(), "wav", bytes([128]) * 1600),
        (_mp3(), "mp3", FRAMES),
        (_flac(), "flac", b"\xff\xf8frames"),
        (_ogg(), "ogg", b"sound" * 90),
        (_amr(), "amr", (b"\x3c" + bytes(31)) * 3),
        (_webm(), "webm", b"frames"),
        (_webm(), "mkv", b"frames"),
        (_avi(), "avi", b"frames"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_copy_of_a_recording_has_what_was_recorded_and_nothing_about_it(here, content, ending, stays):
    assert SAYS in content
    copy = cleaned(content, ending)
    assert stays in copy
    assert b"Invented Author" not in copy
    # Nothing is left over: cleaning the copy changes nothing any more.
    assert cleaned(copy, ending) == copy


def test_a_copy_of_sound_opens_as_before(here):
    import wave

    with wave.open(io.BytesIO(cleaned(_wav(), "wav"))) as sound:
        assert sound.getnframes() == 1600
    for page in (_ogg(), cleaned(_ogg(), "ogg")):
        for start, _serial, _table, stop in cleaning._ogg_pages(bytearray(page)):
            part = bytearray(page[start:stop])
            said, part[22:26] = bytes(part[22:26]), bytes(4)
            assert cleaning._ogg_sum(part).to_bytes(4, "little") == said


@pytest.mark.parametrize("ending", ["webm", "avi"])
def test_a_copy_of_a_video_that_was_really_made_still_plays(here, tmp_path, ending):
    import cv2
    import numpy

    path = tmp_path / f"made.{ending}"
    made = cv2.VideoWriter(
        str(path), cv2.VideoWriter_fourcc(*("VP80" if ending == "webm" else "MJPG")), 10, (64, 48)
    )
    for _ in range(10):
        made.write(numpy.full((48, 64, 3), (0, 0, 200), numpy.uint8))
    made.release()
    copy = cleaned(path.read_bytes(), ending)
    assert b"Lavf" not in copy
    assert examined(copy, ending).preview


def test_a_picture_and_a_comment_inside_an_office_file_say_nothing_either(here):
    comment = b'<w:comment w:author="Invented Author" w:initials="IA" w:date="2026-01-01T00:00:00Z">Stays</w:comment>'
    content = files.word_file(
        **{
            "word/media/image1.jpg": files.photograph(place=True),
            "word/comments.xml": comment,
            "word/people.xml": b'<w15:person w15:author="Invented Author"><w15:presenceInfo w15:providerId="AD" '
            b'w15:userId="S::invented@author.example"/></w15:person>',
            "word/_rels/settings.xml.rels": b'<Relationship Id="rId1" '
            b'Target="file:///C:\\Users\\Invented Author\\A.dotx" TargetMode="External"/>',
        }
    )
    with zipfile.ZipFile(io.BytesIO(cleaned(content, "docx"))) as copy:
        picture = copy.read("word/media/image1.jpg")
        assert copy.read("word/comments.xml") == b'<w:comment w:author="A" w:initials="A">Stays</w:comment>'
        for part in ("word/people.xml", "word/_rels/settings.xml.rels"):
            assert not re.search(rb"(?i)invented", copy.read(part))
    assert b"Invented Camera" not in picture
    with Image.open(io.BytesIO(picture)) as opened:
        opened.load()


def test_a_photograph_inside_a_pdf_says_nothing_of_its_place(here):
    content = _with_picture(files.photograph(place=True))
    assert b"Invented Camera" in content
    copy = cleaned(content, "pdf")
    assert b"Invented Camera" not in copy
    assert examined(copy, "pdf").preview


def test_no_page_picture_or_comment_of_a_pdf_speaks_about_itself(here):
    """Notes stand on the file, on a page and on a picture; comments name who made them; a file may be inside."""
    said = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>Invented Author, 54.5 North</x:xmpmeta>"
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(_with_picture(files.photograph(place=True)))))
    page = writer.pages[0]
    notes = StreamObject()
    notes._data = said
    for holder in (writer._root_object, page, page["/Resources"]["/XObject"]["/I"].get_object()):
        holder[NameObject("/Metadata")] = writer._add_object(notes)
        holder[NameObject("/PieceInfo")] = DictionaryObject({NameObject("/Maker"): TextStringObject(NAMED)})
    for kind in ("/Text", "/FileAttachment"):
        comment = {
            "/Type": NameObject("/Annot"),
            "/Subtype": NameObject(kind),
            "/T": TextStringObject(NAMED),
            "/Contents": TextStringObject("Words that stay"),
            "/Rect": RectangleObject((1, 1, 9, 9)),
        }
        writer.add_annotation(0, DictionaryObject({NameObject(k): v for k, v in comment.items()}))
    writer.add_attachment("inside.txt", NAMED.encode())
    writer.add_metadata({"/Author": NAMED})
    out = io.BytesIO()
    writer.write(out)
    assert NAMED.encode() in out.getvalue()
    copy = cleaned(out.getvalue(), "pdf")
    read = PdfReader(io.BytesIO(copy))
    every = copy + b"".join(
        each.get_data()
        for each in (read.get_object(n) for n in range(1, len(read.xref[0]) + 1))
        if hasattr(each, "get_data")
    )
    for words in (NAMED, "North", "Invented Camera"):
        assert words.encode() not in every
        assert words.encode("utf-16-be") not in every
    assert read.metadata is None
    assert [a.get_object()["/Contents"] for a in read.pages[0]["/Annots"]] == ["Words that stay"]
    assert examined(copy, "pdf").preview


NAMED = "Invented Author"


def _with_picture(photograph: bytes) -> bytes:
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 60 40] /Contents 4 0 R "
        b"/Resources << /XObject << /I 5 0 R >> >> >>",
        b"<< /Length 26 >>\nstream\nq 60 0 0 40 0 0 cm /I Do Q\nendstream",
        b"<< /Type /XObject /Subtype /Image /Width 60 /Height 40 /ColorSpace /DeviceRGB /BitsPerComponent 8 "
        b"/Filter /DCTDecode /Length %d >>\nstream\n%s\nendstream" % (len(photograph), photograph),
    ]
    out, places = b"%PDF-1.4\n", []
    for number, each in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        table, len(out),
    )  # fmt: skip


def test_a_copy_that_cannot_be_made_is_refused(here):
    with pytest.raises(Refused, match="could not be made"):
        cleaned(b"%PDF-1.4 nothing more", "pdf")


# -- the process of its own -------------------------------------------------------------------------------------


def test_it_runs_apart_and_knows_no_database(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    found = examined(files.photograph(place=True), "jpg")
    assert found.place == PLACE
    assert found.preview
    seen: dict[str, str] = {}
    monkeypatch.setattr(
        examining.subprocess,
        "run",
        lambda *args, env, **more: seen.update(env) or (_ for _ in ()).throw(_late()),
    )
    assert "took too long" in examined(files.photograph(), "jpg").problem
    assert "DATABASE_URL" not in seen
    assert not [name for name in seen if name.startswith("SIGHTLINE")]


def _late() -> Exception:
    import subprocess

    return subprocess.TimeoutExpired("examiner", 1)


def test_a_reader_that_dies_loses_nothing_but_the_preview(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert "could not be read" in examined(files.photograph(), "jpg").problem
    with pytest.raises(Refused, match="could not be made"):
        cleaned(files.photograph(), "jpg")


def test_nothing_is_left_in_the_clear(folder_of_documents):
    examined(files.photograph(), "jpg")
    cleaned(files.photograph(), "jpg")
    assert list((folder_of_documents / "incoming").iterdir()) == []
