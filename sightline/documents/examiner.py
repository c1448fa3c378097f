"""Reads files that strangers made: run as a program of its own, with little memory, little time and no database.

    python -m sightline.documents.examiner PATH ENDING OUT

It writes a preview to OUT (left empty where there is none) and prints one line of JSON: `text`, `facts`, `place`,
`problem`. It imports nothing of Django: whatever a damaged or hostile file does to it, nothing but this process is
lost.
"""

from __future__ import annotations

import io
import json
import re
import struct
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sightline.govuk.numbers import whole_number

MEGABYTE = 1024 * 1024
#: Address space, bytes written, and seconds of a processor that one file may take.
MEMORY, WRITTEN, SECONDS = 3072 * MEGABYTE, 1024 * MEGABYTE, 60
PIXELS = 100_000_000
PREVIEW = (1600, 1600)
TEXT = 200_000
#: How much of one part of an Office file is unpacked.
PART = 32 * MEGABYTE
PAGES = 400


#: The fact that says how many pages of a PDF gave no text: scans, or beyond what is read.
UNREAD_PAGES = "Pages whose text was not read"
#: Of a PDF read before this was counted, nobody knows how many of its pages are pictures.
READ_PAGES = "Pages whose text was read"


class CannotRead(Exception):
    """Why a file could not be read, as a sentence for people."""


class Found:
    """What was read out of one file."""

    def __init__(self) -> None:
        self.text, self.place, self.problem = "", "", ""
        self.facts: list[tuple[str, str]] = []

    def fact(self, name: str, value: object) -> None:
        words = _plain(str(value))
        if words:
            self.facts.append((name, words[:300]))


def _plain(text: str) -> str:
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", " ", text).strip()


# -- pictures -------------------------------------------------------------------------------------------------


def open_picture(path: Path) -> Any:
    from pi_heif import register_heif_opener
    from PIL import Image, ImageFile

    register_heif_opener()
    Image.MAX_IMAGE_PIXELS = PIXELS
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    picture = Image.open(path, formats=("JPEG", "PNG", "WEBP", "TIFF", "HEIF"))
    if picture.width * picture.height > PIXELS:
        raise CannotRead("It has more dots than can be shown.")
    return picture


def _save_preview(picture: Any, out: Path) -> None:
    from PIL import ImageOps

    picture.draft("RGB", PREVIEW)
    shown = ImageOps.exif_transpose(picture)
    shown.thumbnail(PREVIEW)
    flat(shown).save(out, "JPEG", quality=82, optimize=True)


def flat(picture: Any) -> Any:
    """A picture on white, without transparency, palette, or anything that it says about itself."""
    from PIL import Image

    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        white = Image.new("RGB", picture.size, "white")
        white.paste(picture, mask=picture.getchannel("A"))
        return white
    fresh = Image.new("RGB", picture.size)
    fresh.paste(picture.convert("RGB"))
    return fresh


_EXIF = {
    271: "Camera maker",
    272: "Camera",
    305: "Program",
    315: "Author",
    33432: "Copyright",
    270: "Description",
}
_EXIF_TAKEN = {36867: "Taken at", 306: "Changed at", 42033: "Camera serial number", 42032: "Camera owner"}


def _of_picture(path: Path, _ending: str, out: Path, found: Found) -> None:
    with open_picture(path) as picture:
        found.fact("Size", f"{picture.width} by {picture.height} dots")
        exif = picture.getexif()
        inner = exif.get_ifd(0x8769)
        for tag, name in _EXIF.items():
            found.fact(name, exif.get(tag, ""))
        for tag, name in _EXIF_TAKEN.items():
            found.fact(name, inner.get(tag) or exif.get(tag) or "")
        found.place = _gps(exif.get_ifd(0x8825))
        _save_preview(picture, out)


def _gps(ifd: Any) -> str:
    try:
        north = _degrees(ifd[2]) * (-1 if str(ifd.get(1, "N")).upper().startswith("S") else 1)
        east = _degrees(ifd[4]) * (-1 if str(ifd.get(3, "E")).upper().startswith("W") else 1)
    except (KeyError, TypeError, ValueError, ZeroDivisionError, IndexError):
        return ""
    return _place(north, east)


def _degrees(parts: Any) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return degrees + minutes / 60 + seconds / 3600


def _place(north: float, east: float) -> str:
    """'53.56700 north, 0.08000 west'; empty for no place on earth."""
    if not (-90 <= north <= 90 and -180 <= east <= 180) or (north == 0 and east == 0):
        return ""
    return (
        f"{abs(north):.5f} {'north' if north >= 0 else 'south'}, "
        f"{abs(east):.5f} {'east' if east >= 0 else 'west'}"
    )


# -- PDF ------------------------------------------------------------------------------------------------------


def _of_pdf(path: Path, _ending: str, out: Path, found: Found) -> None:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        locked = "assword" in str(error)
        raise CannotRead("It is locked with a password." if locked else "It is damaged.") from error
    found.fact("Pages", len(document))
    for name, value in document.get_metadata_dict(skip_empty=True).items():
        found.fact({"CreationDate": "Made at", "ModDate": "Changed at"}.get(name, name), value)
    page = document[0]
    width, height = page.get_size()
    scale = min(PREVIEW[0] / max(width, 1), PREVIEW[1] / max(height, 1), 3)
    _save_preview(page.render(scale=scale).to_pil(), out)
    texts, length = [], 0
    for number in range(min(len(document), PAGES)):
        words = document[number].get_textpage().get_text_bounded()
        texts.append(words)
        length += len(words)
        if length > TEXT:
            break
    found.text = "\n\n".join(texts)
    read = sum(bool(words.strip()) for words in texts)
    found.fact(READ_PAGES, read)
    if unread := len(document) - read:
        found.fact(UNREAD_PAGES, unread)


# -- sound and video ------------------------------------------------------------------------------------------


def _of_video(path: Path, ending: str, out: Path, found: Found) -> None:
    import cv2
    from PIL import Image

    cv2.setNumThreads(1)
    if ending in ISO_MEDIA:
        _iso_facts(path, found)
    video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    try:
        wide, high = int(video.get(cv2.CAP_PROP_FRAME_WIDTH)), int(video.get(cv2.CAP_PROP_FRAME_HEIGHT))
        if not video.isOpened() or wide * high < 1:
            raise CannotRead("No picture could be read out of it.")
        if wide * high > PIXELS:
            raise CannotRead("It has more dots than can be shown.")
        found.fact("Size", f"{wide} by {high} dots")
        rate, frames = video.get(cv2.CAP_PROP_FPS), video.get(cv2.CAP_PROP_FRAME_COUNT)
        if rate > 0 and 0 < frames < 1e9 and not any(name == "Length" for name, _ in found.facts):
            found.fact("Length", _length(frames / rate))
        read, frame = video.read()
        if not read:
            raise CannotRead("No picture could be read out of it.")
        _save_preview(Image.fromarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)), out)
    finally:
        video.release()


def _length(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _of_audio(path: Path, ending: str, _out: Path, found: Found) -> None:
    if ending in ISO_MEDIA:
        _iso_facts(path, found)
    elif ending == "wav":
        import wave

        try:
            with wave.open(str(path), "rb") as sound:
                found.fact("Length", _length(sound.getnframes() / max(1, sound.getframerate())))
        except (wave.Error, EOFError):
            found.problem = "Its length could not be read."


ISO_MEDIA = ("mp4", "mov", "3gp", "m4a")
#: Boxes that hold others, and boxes that say something about the recording (ISO/IEC 14496-12, QuickTime).
HOLDS = (b"moov", b"trak", b"mdia", b"minf")
ABOUT = (b"udta", b"meta", b"uuid")
_PLACE = re.compile(rb"([+-]\d{1,2}(?:\.\d+)?)([+-]\d{1,3}(?:\.\d+)?)(?:[+-]\d+(?:\.\d+)?)?/")


def boxes(file: Any, start: int, end: int, depth: int = 0) -> Iterator[tuple[bytes, int, int, int]]:
    """Kind, start, start of what it holds, and end of each box, those inside others too."""
    while start + 8 <= end and depth < 8:
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(8))
        inside = start + 8
        if size == 1:
            size, inside = struct.unpack(">Q", file.read(8))[0], start + 16
        size = size or end - start
        if size < inside - start or start + size > end:
            return
        yield kind, start, inside, start + size
        if kind in HOLDS:
            yield from boxes(file, inside, start + size, depth + 1)
        start += size


def _iso_facts(path: Path, found: Found) -> None:
    with path.open("rb") as file:
        end = file.seek(0, io.SEEK_END)
        for kind, _start, inside, stop in boxes(file, 0, end):
            if kind in ABOUT and stop - inside <= MEGABYTE:
                file.seek(inside)
                content = file.read(stop - inside)
                if not found.place and (place := _PLACE.search(content)):
                    found.place = _place(float(place[1]), float(place[2]))
            elif kind == b"mvhd" and stop - inside <= 200:
                file.seek(inside)
                _made_at(file.read(stop - inside), found)


def _made_at(header: bytes, found: Found) -> None:
    from datetime import UTC, datetime, timedelta

    form = ">4xQ8xIQ" if header[:1] == b"\1" else ">4xI4xII"
    if len(header) < struct.calcsize(form):
        return
    made, scale, length = struct.unpack_from(form, header)
    if made:
        try:
            at = datetime(1904, 1, 1, tzinfo=UTC) + timedelta(seconds=made)
        except OverflowError:
            return
        found.fact("Made at", f"{at:%Y-%m-%d %H:%M} UTC")
    if scale and length and not any(name == "Length" for name, _ in found.facts):
        found.fact("Length", _length(length / scale))


# -- Office files -----------------------------------------------------------------------------------------------


def _of_office(path: Path, ending: str, _out: Path, found: Found) -> None:
    if ending in ("doc", "xls", "ppt"):
        raise CannotRead(
            "It is in an older form of Office file, whose text cannot be read out here: searching does not find what "
            "it says. Download it to read it, or save it in the newer form (.docx, .xlsx or .pptx) and add that."
        )
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        _properties(archive, names, found)
        texts = _TEXTS[ending](archive, sorted(names, key=_natural))
        parts, length = [], 0
        for words in texts:
            parts.append(words)
            length += len(words)
            if length > TEXT:
                break
    found.text = re.sub(r"\n{3,}", "\n\n", "".join(parts)).strip()


def _natural(name: str) -> list[tuple[int, str]]:
    parts = re.split(r"([0-9]+)", name)
    return [(0, part) if (number := whole_number(part)) is None else (number, "") for part in parts]


def unpacked(archive: zipfile.ZipFile, name: str) -> bytes:
    """One part, unpacked only as far as a document's part may go, whatever the archive says of its size."""
    with archive.open(name) as part:
        content = part.read(PART + 1)
    if len(content) > PART:
        raise CannotRead("It unpacks to more than a document holds.")
    return content


def _elements(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[str, str, Any]]:
    """("start" or "end", local name, element) in the order of the document; entities and references are refused."""
    from defusedxml.ElementTree import iterparse

    for event, element in iterparse(
        io.BytesIO(unpacked(archive, name)), events=("start", "end"), forbid_dtd=True
    ):
        yield event, element.tag.rpartition("}")[2], element
        if event == "end":
            element.clear()


_PROPERTIES = {
    "creator": "Author", "lastModifiedBy": "Last changed by", "created": "Made at", "modified": "Changed at",
    "title": "Title", "Company": "Organisation", "Application": "Program", "initial-creator": "Author",
    "creation-date": "Made at", "date": "Changed at", "generator": "Program",
}  # fmt: skip


def _properties(archive: zipfile.ZipFile, names: set[str], found: Found) -> None:
    for part in ("docProps/core.xml", "docProps/app.xml", "meta.xml"):
        if part in names:
            for event, tag, element in _elements(archive, part):
                if event == "end" and tag in _PROPERTIES and element.text:
                    found.fact(_PROPERTIES[tag], element.text)


def _marked_up(
    archive: zipfile.ZipFile, name: str, text: tuple[str, ...], breaks: tuple[str, ...]
) -> Iterator[str]:
    for event, tag, element in _elements(archive, name):
        if event == "end" and tag in text and element.text:
            yield element.text
        elif event == "end" and tag in breaks:
            yield "\n"
        elif event == "end" and tag == "tab":
            yield "\t"


def _docx(archive: zipfile.ZipFile, names: list[str]) -> Iterator[str]:
    for name in names:
        if re.fullmatch(r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml", name):
            yield from _marked_up(archive, name, ("t", "delText"), ("p", "br"))
            yield "\n"


def _pptx(archive: zipfile.ZipFile, names: list[str]) -> Iterator[str]:
    for name in names:
        if re.fullmatch(r"ppt/(slides/slide|notesSlides/notesSlide)\d+\.xml", name):
            yield from _marked_up(archive, name, ("t",), ("p", "br"))
            yield "\n"


def _xlsx(archive: zipfile.ZipFile, names: list[str]) -> Iterator[str]:
    shared: list[str] = []
    if "xl/sharedStrings.xml" in names:
        parts: list[str] = []
        for event, tag, element in _elements(archive, "xl/sharedStrings.xml"):
            if event == "end" and tag == "t":
                parts.append(element.text or "")
            elif event == "end" and tag == "si":
                shared.append("".join(parts))
                parts = []
    for name in names:
        if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name):
            yield from _sheet(archive, name, shared)
            yield "\n"


def _sheet(archive: zipfile.ZipFile, name: str, shared: list[str]) -> Iterator[str]:
    kind = ""
    for event, tag, element in _elements(archive, name):
        if event == "start" and tag == "c":
            kind = element.get("t", "")
        elif event == "end" and tag in ("v", "t") and element.text:
            index = whole_number(element.text, most=len(shared) - 1) if kind == "s" else None
            yield (element.text if index is None else shared[index]) + "\t"
        elif event == "end" and tag == "row":
            yield "\n"


def _open_document(archive: zipfile.ZipFile, names: list[str]) -> Iterator[str]:
    if "content.xml" not in names:
        return
    from defusedxml.ElementTree import iterparse

    stream = io.BytesIO(unpacked(archive, "content.xml"))
    for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
        tag = element.tag.rpartition("}")[2]
        if event == "end" and tag in ("p", "h"):
            yield "".join(element.itertext()) + "\n"
            element.clear()


_TEXTS: dict[str, Callable[[zipfile.ZipFile, list[str]], Iterator[str]]] = {
    "docx": _docx, "pptx": _pptx, "xlsx": _xlsx, "odt": _open_document, "ods": _open_document,
    "odp": _open_document,
}  # fmt: skip


EXAMINERS: dict[str, Callable[[Path, str, Path, Found], None]] = {
    **dict.fromkeys(("jpg", "png", "heic", "webp", "tif"), _of_picture),
    "pdf": _of_pdf,
    **dict.fromkeys(("docx", "xlsx", "pptx", "odt", "ods", "odp", "doc", "xls", "ppt"), _of_office),
    **dict.fromkeys(("mp4", "mov", "3gp", "webm", "mkv", "avi"), _of_video),
    **dict.fromkeys(("mp3", "m4a", "wav", "ogg", "flac", "amr"), _of_audio),
}


def examine(path: Path, ending: str, out: Path) -> Found:
    """Read one file; what goes wrong is said in `problem`, and what was found before stays."""
    found = Found()
    try:
        EXAMINERS[ending](path, ending, out, found)
    except CannotRead as error:
        found.problem = str(error)
    except MemoryError:
        found.problem = "It takes more memory to open than a document should."
    except Exception:
        # Whatever a stranger's file makes a library say: it is the file that is at fault, and it stays as it is.
        found.problem = "It could not be read, so there is no preview. It may be damaged."
    found.text = _plain(found.text)[:TEXT]
    return found


def bounded() -> None:
    import resource

    for limit, most in (
        (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, WRITTEN), (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        _, hard = resource.getrlimit(limit)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(limit, (most, hard))
        except (ValueError, OSError):
            continue  # a system that knows no such limit; time is limited from outside all the same


def main(arguments: list[str]) -> int:
    path, ending, out = Path(arguments[0]), arguments[1], Path(arguments[2])
    bounded()
    found = examine(path, ending, out)
    json.dump(vars(found), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
