"""Which type a file is, by its content. Its name and what the browser said of it are not asked."""

from __future__ import annotations

import io
import zipfile
from typing import IO

import puremagic
from PIL import Image, UnidentifiedImageError

from . import rules
from .rules import BY_ENDING, FileType

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Streams of the old Office files, as their directories name them.
_OLE_STREAMS = (
    ("WordDocument", "doc"), ("Workbook", "xls"), ("Book", "xls"), ("PowerPoint Document", "ppt"),
)  # fmt: skip
_OLE_LOOKED_AT = 4 * 1024 * 1024
_OPEN_DOCUMENT = {BY_ENDING[e].media_type: BY_ENDING[e] for e in ("odt", "ods", "odp")}
_OPEN_XML = (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"), ("ppt/presentation.xml", "pptx"))
_MACROS = ("vbaProject.bin", "vbaData.xml")
#: What puremagic calls some of them.
_ALSO = {
    "jfif": "jpg",
    "f4a": "m4a",
    "m4b": "m4a",
    "heifs": "heic",
    "heics": "heic",
    "f4v": "mp4",
    "avif": "",
}
#: Brands of the ISO media format that puremagic does not tell apart.
_BRANDS = {
    b"heic": "heic", b"heix": "heic", b"hevc": "heic", b"heim": "heic", b"heis": "heic", b"mif1": "heic",
    b"msf1": "heic", b"M4A ": "m4a", b"M4B ": "m4a", b"qt  ": "mov",
}  # fmt: skip


def type_of(file: IO[bytes]) -> FileType | None:
    """The type of a file, or None where it is none that is taken. Leaves the file at its beginning."""
    file.seek(0)
    head = file.read(64)
    file.seek(0)
    if not head:
        return None
    try:
        if head.startswith(b"PK"):
            return _of_archive(file)
        if head.startswith(_OLE):
            return _of_ole(file)
        if head[4:8] == b"ftyp":
            return _of_iso_media(head, file)
        return _of_magic(file)
    finally:
        file.seek(0)


def _of_magic(file: IO[bytes]) -> FileType | None:
    try:
        matches = puremagic.magic_stream(file)
    except (puremagic.PureError, ValueError):
        return None
    best = matches[0].confidence if matches else 0
    # Several things begin alike (many with RIFF or ID3): of what fits about as well, what we take is meant.
    for match in matches:
        ending = match.extension.lstrip(".").lower()
        found = BY_ENDING.get(_ALSO.get(ending, ending))
        if found is not None and match.confidence >= best - 0.25 and _is_so(found, file):
            return found
    return None


def _is_so(found: FileType, file: IO[bytes]) -> bool:
    """A second look at types whose beginning is short and easily met by chance or on purpose."""
    file.seek(0)
    head = file.read(16)
    file.seek(0)
    if found.ending in ("jpg", "png", "webp", "tif"):
        return head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*")) or (
            head[:4] == b"RIFF" and head[8:12] == b"WEBP"
        )
    if found.ending in ("wav", "avi"):
        return head[:4] == b"RIFF" and head[8:12] == {"wav": b"WAVE", "avi": b"AVI "}[found.ending]
    if found.ending in ("doc", "xls", "ppt", "docx", "xlsx", "pptx", "odt", "ods", "odp"):
        return False
    if found.ending == "mp3":
        return head.startswith(b"ID3") or (head[0] == 0xFF and head[1] & 0xE6 == 0xE2)
    return True


def _of_iso_media(head: bytes, file: IO[bytes]) -> FileType | None:
    size = int.from_bytes(head[:4], "big")
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, min(size, len(head)), 4))]
    major = _BRANDS.get(brands[0])
    if major is not None:
        return BY_ENDING[major]
    if brands[0] in (b"avif", b"avis"):
        return None
    if brands[0].startswith((b"3gp", b"3g2")):
        return BY_ENDING["3gp"]
    found = _of_magic(file)
    return (
        found if found is not None and found.ending in ("mp4", "mov", "3gp", "m4a") else _mp4_by_brand(brands)
    )


def _mp4_by_brand(brands: list[bytes]) -> FileType | None:
    known = (
        b"isom",
        b"iso2",
        b"iso4",
        b"iso5",
        b"iso6",
        b"mp41",
        b"mp42",
        b"avc1",
        b"M4V ",
        b"dash",
        b"MSNV",
    )
    return BY_ENDING["mp4"] if any(brand in known for brand in brands) else None


def _of_ole(file: IO[bytes]) -> FileType | None:
    content = file.read(_OLE_LOOKED_AT)
    for stream, ending in _OLE_STREAMS:
        if (stream + "\0").encode("utf-16-le") in content:
            return BY_ENDING[ending]
    return None


def _of_archive(file: IO[bytes]) -> FileType | None:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            if any(name.rpartition("/")[2] in _MACROS for name in names):
                return None
            if "mimetype" in names:
                info = archive.getinfo("mimetype")
                if info.file_size <= 200:
                    return _OPEN_DOCUMENT.get(archive.read(info).decode("ascii", "replace").strip())
            if "[Content_Types].xml" in names:
                return next((BY_ENDING[e] for part, e in _OPEN_XML if part in names), None)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return None
    return None


def has_macros(file: IO[bytes]) -> bool:
    """Whether an Office file carries macros, which are programs. Leaves the file at its beginning."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            return any(name.rpartition("/")[2] in _MACROS for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    finally:
        file.seek(0)


def check_bounds(name: str, found: FileType, file: IO[bytes]) -> None:
    """Whether a file can be opened at all without unpacking to something immense. Raises Refused."""
    file.seek(0)
    try:
        if found.media_type.startswith("application/vnd.o"):
            with zipfile.ZipFile(file) as archive:
                sizes = [(info.compress_size, info.file_size) for info in archive.infolist()]
            rules.archive_is_bounded(name, sizes).or_refuse()
        elif found.ending in ("jpg", "png", "webp", "tif"):
            try:
                with Image.open(file, formats=("JPEG", "PNG", "WEBP", "TIFF")) as picture:
                    size = picture.size
            except Image.DecompressionBombError:
                size = (rules.PIXELS, 2)  # so large that Pillow does not even say how large
            except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
                return  # damaged: kept as it is, without a preview
            rules.picture_is_bounded(name, *size).or_refuse()
    finally:
        file.seek(0)


def is_empty(file: IO[bytes]) -> bool:
    """Whether there is nothing in a file."""
    return file.seek(0, io.SEEK_END) == 0
