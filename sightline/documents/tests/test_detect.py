"""A file is what its content says."""

from __future__ import annotations

import io
import zipfile
import zlib

import pytest

from sightline.documents import detect
from sightline.documents.rules import BY_ENDING
from sightline.kernel.verdicts import Refused

from . import files

ISO = b"\0\0\0\x18ftyp%s\0\0\2\0isomiso2"


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def open_document(kind: str) -> bytes:
    return archive(mimetype=f"application/vnd.oasis.opendocument.{kind}".encode(), **{"content.xml": b"<a/>"})


def old_office(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + (stream + "\0").encode("utf-16-le") + bytes(100)


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (files.photograph(), "jpg"),
        (files.picture("PNG"), "png"),
        (files.picture("WEBP"), "webp"),
        (files.picture("TIFF"), "tif"),
        (files.HEIC, "heic"),
        (files.letter(), "pdf"),
        (files.word_file(), "docx"),
        (archive(**{"[Content_Types].xml": b"x", "xl/workbook.xml": b"x"}), "xlsx"),
        (archive(**{"[Content_Types].xml": b"x", "ppt/presentation.xml": b"x"}), "pptx"),
        (open_document("text"), "odt"),
        (open_document("spreadsheet"), "ods"),
        (open_document("presentation"), "odp"),
        (old_office("WordDocument"), "doc"),
        (old_office("Workbook"), "xls"),
        (old_office("PowerPoint Document"), "ppt"),
        (files.sound(), "wav"),
        (b"ID3\x03\0\0\0\0\0\x0a" + bytes(40), "mp3"),
        (b"\xff\xfb\x90\x64" + bytes(400), "mp3"),
        (b"OggS\0\2" + bytes(40), "ogg"),
        (b"fLaC\0\0\0\x22" + bytes(40), "flac"),
        (b"#!AMR\n" + bytes(40), "amr"),
        (ISO % b"isom", "mp4"),
        (ISO % b"mp42", "mp4"),
        (ISO % b"M4A ", "m4a"),
        (ISO % b"qt  ", "mov"),
        (ISO % b"3gp4", "3gp"),
        (files.video(), "mp4"),
    ],
)
def test_what_is_taken_is_known_by_its_content(content, ending):
    found = detect.type_of(io.BytesIO(content))
    assert found is not None
    assert found.ending == ending


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello, plain words",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"MZ\x90\0" + bytes(300),
        b"\x7fELF\2\1\1" + bytes(60),
        b"#!/bin/sh\nrm -rf /\n",
        b"PK\x03\x04 not really an archive",
        archive(**{"setup.exe": b"MZ"}),
        archive(**{"[Content_Types].xml": b"x"}),
        archive(mimetype=b"application/epub+zip"),
        archive(mimetype=b"x" * 5000),
        old_office("Setup"),
        ISO % b"avif",
        bytes(1000),
        b"\xff\xd8",
        b"RIFF\0\0\0\0CDDA",
        b"{\\rtf1 hello}",
    ],
)
def test_what_is_not_taken_is_not_known(content):
    assert detect.type_of(io.BytesIO(content)) is None


def test_an_office_file_with_macros_is_not_taken():
    content = files.word_file(**{"word/vbaProject.bin": b"macro"})
    assert detect.type_of(io.BytesIO(content)) is None
    assert detect.has_macros(io.BytesIO(content))


def test_a_zip_bomb_is_not_opened():
    content = files.word_file(**{"word/media/zeros.bin": bytes(40_000_000)})
    assert len(content) < 100_000
    with pytest.raises(Refused, match="unpacks to far more"):
        detect.check_bounds("minutes.docx", BY_ENDING["docx"], io.BytesIO(content))


def test_a_picture_that_says_that_it_is_immense_is_not_opened():
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")
        )

    head = (50_000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    content = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )
    with pytest.raises(Refused, match="more than 100 million dots"):
        detect.check_bounds("wall.png", BY_ENDING["png"], io.BytesIO(content))


@pytest.mark.parametrize("content", [files.photograph()[:200], b"\xff\xd8\xff" + bytes(50)])
def test_a_damaged_picture_is_no_error_here(content):
    detect.check_bounds("a.jpg", BY_ENDING["jpg"], io.BytesIO(content))
