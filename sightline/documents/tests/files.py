"""Invented files: a photograph, a letter, minutes, made here and about nobody."""

from __future__ import annotations

import base64
import io
import tempfile
import wave
import zipfile
from functools import cache
from pathlib import Path

from PIL import Image

from sightline.documents.actions import Incoming


def photograph(colour: str = "red", *, place: bool = False, size: tuple[int, int] = (60, 40)) -> bytes:
    """A JPEG; with `place` it says where it was taken (a spot in the North Sea)."""
    exif = Image.Exif()
    exif[0x0110] = "Invented Camera 1"
    if place:
        gps = exif.get_ifd(0x8825)
        gps[1], gps[2], gps[3], gps[4] = "N", (54.0, 30.0, 0.0), "E", (2.0, 15.0, 0.0)
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG", exif=exif)
    return out.getvalue()


def letter(words: str = "The appointment is on Tuesday.") -> bytes:
    """A one-page PDF, written by hand."""
    stream = f"BT /F1 18 Tf 40 760 Td ({words}) Tj ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Author (Invented Author) /Producer (Tests) >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(parts) + 1
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
        + b"trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF" % (count, len(out))
    )


def word_file(words: str = "Minutes of the core group.", **more: bytes) -> bytes:
    """A small Word document. `more` are further parts by name."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    core = (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Invented Writer</dc:creator></cp:coreProperties>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{space}"><w:body><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:body></w:document>',
        )
        archive.writestr("docProps/core.xml", core)
        for name, content in more.items():
            archive.writestr(name, content)
    return out.getvalue()


def old_word_file() -> bytes:
    """The beginning of a Word document as it was written until 2003: enough to know its type."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "WordDocument\0".encode("utf-16-le") + bytes(100)
    )


def incoming(content: bytes, name: str = "photograph.jpg") -> Incoming:
    return Incoming(name, io.BytesIO(content))


def picture(form: str, **more: object) -> bytes:
    """A small picture in one of Pillow's formats."""
    out = io.BytesIO()
    Image.new("RGBA" if form == "PNG" else "RGB", (30, 20), "green").save(out, form, **more)
    return out.getvalue()


def sound() -> bytes:
    """Two seconds of silence."""
    out = io.BytesIO()
    with wave.open(out, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(1)
        made.setframerate(800)
        made.writeframes(bytes([128]) * 1600)
    return out.getvalue()


@cache
def video() -> bytes:
    """A red second, with the place where a telephone would have put it."""
    import cv2
    import numpy

    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/made.mp4"
        made = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*"mp4v"), 10, (64, 48))
        for _ in range(10):
            made.write(numpy.full((48, 64, 3), (0, 0, 200), numpy.uint8))
        made.release()
        content = Path(path).read_bytes()
    words = b"+54.5000+002.2500/"
    text = (
        (len(words) + 12).to_bytes(4, "big")
        + b"\xa9xyz"
        + len(words).to_bytes(2, "big")
        + b"\x15\xc7"
        + words
    )
    udta = (len(text) + 8).to_bytes(4, "big") + b"udta" + text
    # A second `moov` with nothing else in it is where the walk over the boxes finds it, and players pass over it.
    return content + (len(udta) + 8).to_bytes(4, "big") + b"moov" + udta


#: 64 by 48 dots of red in HEIC, with a camera and a place: the decoder in use cannot write any.
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAb5tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAADRpbG9j"
    "AAAAAERAAAIAAQAAAAAB4gABAAAAAAAAABoAAgAAAAAB/AABAAAAAAAAAKgAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAA"
    "ABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNg"
    "AAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZE"
    "AcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AA"
    "AAACAAAAEHBpeGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAABppcmVmAAAAAAAAAA5jZHNjAAIAAQABAAAAym1kYXQAAAAW"
    "KAGvGYDvSaW//99f3/QHr/iataY+bgAAAAZFeGlmAABNTQAqAAAACAACARAAAgAAABIAAAAmiCUABAAAAAEAAAA4AAAAAEludmVudGVkIENh"
    "bWVyYSAxAAAEAAEAAgAAAAJOAAAAAAIABQAAAAMAAABuAAMAAgAAAAJFAAAAAAQABQAAAAMAAACGAAAAAAAAADYAAAABAAAAHgAAAAEAAAAA"
    "AAAAAQAAAAIAAAABAAAADwAAAAEAAAAAAAAAAQ=="
)
