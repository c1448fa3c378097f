"""Copies of a document without what the file says about itself: place, people, machines, times, titles.

    python -m sightline.documents.cleaning PATH ENDING OUT

Sound and video are not decoded: what speaks about the recording is left out or overwritten, and the recording stays as
it is. A program of its own that imports nothing of Django, as examiner.py is. It ends with 3 where no copy can be made.
"""

from __future__ import annotations

import io
import re
import struct
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .examiner import ABOUT, ISO_MEDIA, MEGABYTE, CannotRead, bounded, boxes, flat, open_picture, unpacked


def _clean_picture(path: Path, ending: str, out: Path) -> None:
    from PIL import ImageOps

    with open_picture(path) as opened:
        upright = ImageOps.exif_transpose(opened)
        if ending == "png":
            fresh = upright.convert("RGBA") if upright.mode in ("P", "LA", "PA") else upright.copy()
            fresh.info = {}
            fresh.save(out, "PNG")
        else:
            flat(upright).save(out, "JPEG", quality=95, subsampling=0)


#: What any part of a PDF may say about itself: XMP, what other programs kept there, when it was changed, thumbnails.
_NOTES_OF_PDF = ("/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/AF")
#: What a comment says of whoever made it; the field of a form has its name in the same place, and keeps it.
_NOTES_OF_COMMENT = ("/T", "/M", "/CreationDate", "/NM", "/RC")


def _clean_pdf(path: Path, _ending: str, out: Path) -> None:
    import pypdfium2
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject

    # First the pages alone: what belongs to the whole file (its title, scripts, files inside it) stays behind.
    source, pages = pypdfium2.PdfDocument(path), pypdfium2.PdfDocument.new()
    pages.import_pages(source)
    whole = io.BytesIO()
    pages.save(whole)
    fresh = PdfWriter(clone_from=PdfReader(whole))
    fresh.metadata = None
    for page in fresh.pages:
        notes = page.get("/Annots", ArrayObject()).get_object()
        # A file inside the file was looked at by nobody.
        kept = [each for each in notes if each.get_object().get("/Subtype") != "/FileAttachment"]
        if len(kept) < len(notes):
            page[NameObject("/Annots")] = ArrayObject(kept)
    for part in fresh._objects:
        if not isinstance(part, DictionaryObject):
            continue
        comment = "/Rect" in part and part.get("/Subtype") not in (None, "/Widget", "/Link")
        for name in (*_NOTES_OF_PDF, *(_NOTES_OF_COMMENT if comment else ())):
            part.pop(name, None)
        if isinstance(part, StreamObject) and part.get("/Subtype") == "/Image":
            _clean_image_of_pdf(part)
    plain = io.BytesIO()
    fresh.write(plain)
    # Copied once more: what nothing refers to any longer stays behind.
    last = PdfWriter(clone_from=PdfReader(plain))
    last.metadata = None
    with out.open("wb") as file:
        last.write(file)


def _clean_image_of_pdf(image: Any) -> None:
    """A photograph in a PDF keeps its own notes: the dots stay, the notes go."""
    import zlib

    from pypdf.generic import NameObject

    filters = image.get("/Filter")
    named = [filters] if isinstance(filters, str) else list(filters or [])
    if named == ["/FlateDecode", "/DCTDecode"] and "/DecodeParms" not in image:
        image._data, named = zlib.decompress(image._data), ["/DCTDecode"]
        image[NameObject("/Filter")] = NameObject("/DCTDecode")
    if named == ["/DCTDecode"]:
        image._data = _plain_jpeg(image._data)
    elif named == ["/JPXDecode"]:
        image._data = _plain_jpeg_2000(image._data)
    elif "/DCTDecode" in named or "/JPXDecode" in named:
        raise CannotRead("It holds a picture that cannot be made plain inside it.")


def _plain_jpeg_2000(content: bytes) -> bytes:
    """Without the boxes that hold words or another program's notes; the bare picture has none."""
    if content[4:8] != b"jP  ":
        return content
    kept, at = [], 0
    while at + 8 <= len(content):
        size, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        if size == 1:
            size = int.from_bytes(content[at + 8 : at + 16], "big")
        end = len(content) if size == 0 else at + size
        if end <= at:
            raise CannotRead("It is damaged.")
        if kind not in (b"xml ", b"uuid", b"uinf"):
            kept.append(content[at:end])
        at = end
    return b"".join(kept)


#: Who wrote what and when, where the parts of an Office file name people: the names go, the words stay.
_NAMED = (
    (
        re.compile(r"word/.*\.xml"),
        re.compile(rb'( w\d*:(?:author|initials|userId)=")[^"]*"'),
        rb'\1A"',
    ),
    (re.compile(r"word/.*\.xml"), re.compile(rb' w\w*:date(?:Utc)?="[^"]*"'), b""),
    # The template that it was written on, by its path: folders are named after people and children.
    (re.compile(r"word/_rels/settings\.xml\.rels"), re.compile(rb'( Target=")[^"]*"'), rb'\1Normal.dotm"'),
    (re.compile(r"xl/workbook\.xml"), re.compile(rb'(<x15ac:absPath [^>]*?url=")[^"]*"'), rb'\1"'),
    (re.compile(r"xl/comments.*\.xml"), re.compile(rb"<author>[^<]*</author>"), b"<author>A</author>"),
    (re.compile(r"xl/persons/.*\.xml"), re.compile(rb'( (?:displayName|userId)=")[^"]*"'), rb'\1A"'),
    (
        re.compile(r"ppt/(?:commentAuthors|authors)\.xml"),
        re.compile(rb'( (?:name|initials|userId)=")[^"]*"'),
        rb'\1A"',
    ),
    (
        re.compile(r"(?:content|styles)\.xml"),
        re.compile(rb"<dc:(creator|date)>[^<]*</dc:\1>|<meta:creator-initials>[^<]*</meta:creator-initials>"),
        b"",
    ),
)


def _clean_office(path: Path, _ending: str, out: Path) -> None:
    gone = re.compile(r"docProps/(core|app|custom)\.xml|docProps/thumbnail\..*|meta\.xml|Thumbnails/.*")
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as fresh:
        for info in archive.infolist():
            content = unpacked(archive, info.filename)
            if gone.fullmatch(info.filename):
                content = _emptied(info.filename)
                if not content:
                    continue
            for name, pattern, kept in _NAMED:
                if name.fullmatch(info.filename):
                    content = pattern.sub(kept, content)
            plain = zipfile.ZipInfo(info.filename, (1980, 1, 1, 0, 0, 0))
            plain.compress_type = info.compress_type
            fresh.writestr(plain, _clean_part(info.filename, content))


def _clean_part(name: str, content: bytes) -> bytes:
    """A picture inside an Office file without what it says about itself; every other part as it is."""
    ending = name.rpartition(".")[2].lower()
    if ending in ("jpg", "jpeg"):
        return _plain_jpeg(content)
    if ending == "png":
        return _plain_png(content)
    if ending in ("tif", "tiff", "heic", "webp"):
        raise CannotRead("It holds a picture of a kind that cannot be made plain inside it.")
    return content


def _plain_jpeg(content: bytes) -> bytes:
    """Without the segments for notes (Exif, XMP, IPTC, comment); the picture's own dots are not touched."""
    if content[:2] != b"\xff\xd8":
        return content
    kept, at = [content[:2]], 2
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        marker = content[at + 1]
        # JFIF, colour profile and Adobe's colour transform say how to show it, the others what it is of.
        if not (0xE1 <= marker <= 0xEF or marker == 0xFE) or marker in (0xE2, 0xEE):
            kept.append(content[at:end])
        at = end
    return b"".join(kept) + content[at:]


def _plain_png(content: bytes) -> bytes:
    if content[:8] != b"\x89PNG\r\n\x1a\n":
        return content
    kept, at = [content[:8]], 8
    while at + 12 <= len(content):
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        if content[at + 4 : at + 8] not in (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"):
            kept.append(content[at:end])
        at = end
    return b"".join(kept)


def _emptied(name: str) -> bytes:
    """The part without its content: what points to it stays whole."""
    roots = {
        "docProps/core.xml": "<cp:coreProperties "
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>',
        "docProps/app.xml": "<Properties "
        'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>',
        "docProps/custom.xml": "<Properties "
        'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>',
        "meta.xml": '<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'office:version="1.2"><office:meta/></office:document-meta>',
    }
    root = roots.get(name)
    if root is not None:
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}'.encode()
    return b""


def _clean_iso_media(path: Path, _ending: str, out: Path) -> None:
    """What the boxes say about the recording is overwritten where it stands: nothing else moves."""
    import shutil

    shutil.copyfile(path, out)
    with out.open("r+b") as file:
        end = file.seek(0, io.SEEK_END)
        for kind, start, inside, stop in list(boxes(file, 0, end)):
            if kind in ABOUT:
                file.seek(start + 4)
                file.write(b"free")
                file.seek(inside)
                left = stop - inside
                while left > 0:
                    left -= file.write(bytes(min(left, MEGABYTE)))
            elif kind in (b"mvhd", b"tkhd", b"mdhd"):
                file.seek(inside)
                long = file.read(1) == b"\1"
                file.seek(inside + 4)
                file.write(bytes(16 if long else 8))


# -- sound ------------------------------------------------------------------------------------------------------


def _copied(source: Any, out: Any, length: int) -> None:
    while length > 0 and (piece := source.read(min(length, MEGABYTE))):
        out.write(piece)
        length -= len(piece)


def _clean_mp3(path: Path, _ending: str, out: Path) -> None:
    """The sound between the tags: ID3v2 before it, ID3v1, APE and Lyrics3 after it."""
    with path.open("rb") as source, out.open("wb") as fresh:
        end, start = source.seek(0, io.SEEK_END), 0
        while True:
            source.seek(start)
            head = source.read(10)
            if head[:3] != b"ID3" or len(head) < 10:
                break
            size = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
            start += 10 + size + (10 if head[5] & 0x10 else 0)
        while (shorter := _before_last_tag(source, start, end)) < end:
            end = shorter
        if start >= end:
            raise CannotRead("It holds no sound.")
        source.seek(start)
        _copied(source, fresh, end - start)


def _before_last_tag(source: Any, start: int, end: int) -> int:
    """Where the sound ends if a tag stands last; `end` where none does."""
    source.seek(max(start, end - 128))
    if source.read(3) == b"TAG" and end - start >= 128:
        return end - 128
    source.seek(max(start, end - 32))
    foot = source.read(32)
    if foot[:8] == b"APETAGEX" and len(foot) == 32:
        size = int.from_bytes(foot[12:16], "little") + (
            32 if int.from_bytes(foot[20:24], "little") >> 31 else 0
        )
        return max(start, end - size)
    if foot[-9:] == b"LYRICS200" and foot[-15:-9].isdigit():
        return max(start, end - int(foot[-15:-9]) - 15)
    return end


def _clean_wav(path: Path, _ending: str, out: Path) -> None:
    """Only the chunks that a player needs: the others are about the recording."""
    with path.open("rb") as source, out.open("w+b") as fresh:
        end = source.seek(0, io.SEEK_END)
        source.seek(0)
        fresh.write(source.read(12))
        at = 12
        while at + 8 <= end:
            source.seek(at)
            kind, size = struct.unpack("<4sI", source.read(8))
            length = min(size, end - at - 8)
            if kind in (b"fmt ", b"fact", b"data", b"ds64"):
                fresh.write(struct.pack("<4sI", kind, size))
                _copied(source, fresh, length)
                if length % 2:
                    fresh.write(b"\0")
            at += 8 + length + length % 2
        length = fresh.tell()
        fresh.seek(4)
        fresh.write(struct.pack("<I", min(length - 8, 0xFFFFFFFF)))


def _clean_flac(path: Path, _ending: str, out: Path) -> None:
    """The stream's own description and its table of places; no comment, picture or other program's block."""
    with path.open("rb") as source, out.open("wb") as fresh:
        if source.read(4) != b"fLaC":
            raise CannotRead("It holds no sound.")
        kept, last = [], False
        while not last:
            head = source.read(4)
            if len(head) < 4:
                raise CannotRead("It is cut off.")
            last, kind = bool(head[0] & 0x80), head[0] & 0x7F
            block = source.read(int.from_bytes(head[1:], "big"))
            if kind in (0, 3):
                kept.append((kind, block))
        fresh.write(b"fLaC")
        for n, (kind, block) in enumerate(kept, 1):
            fresh.write(
                bytes([kind | (0x80 if n == len(kept) else 0)]) + len(block).to_bytes(3, "big") + block
            )
        while piece := source.read(MEGABYTE):
            fresh.write(piece)


#: Bytes of a frame by its type, for narrow and for wide band (RFC 4867); what has no size is no frame.
_AMR = {
    b"#!AMR\n": (13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1),
    b"#!AMR-WB\n": (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1),
}


def _clean_amr(path: Path, _ending: str, out: Path) -> None:
    """Its frames alone: the format has no place for anything else, and what was put behind them stays out."""
    content = path.read_bytes()
    for magic, sizes in _AMR.items():
        if content.startswith(magic):
            at = len(magic)
            while at < len(content) and (size := sizes[content[at] >> 3 & 0xF]) and at + size <= len(content):
                at += size
            out.write_bytes(content[:at])
            return
    raise CannotRead("It holds no sound.")


def _clean_ogg(path: Path, _ending: str, out: Path) -> None:
    """The comments are overwritten with spaces where they stand, and the pages that hold them are summed anew."""
    content = bytearray(path.read_bytes())
    pages = list(_ogg_pages(content))
    for serial in {page[1] for page in pages}:
        places, over = _second_packet([page for page in pages if page[1] == serial])
        comments = bytes(content[at] for at in places)
        magic = next((each for each in (b"OpusTags", b"\x03vorbis") if comments.startswith(each)), None)
        if magic is None:
            raise CannotRead("It holds sound of a kind whose notes cannot be taken out.")
        for at, byte in zip(places, _plain_comments(comments, len(magic)), strict=True):
            content[at] = byte
        for start, _serial, _table, stop in over:
            content[start + 22 : start + 26] = bytes(4)
            content[start + 22 : start + 26] = _ogg_sum(content[start:stop]).to_bytes(4, "little")
    out.write_bytes(content)


def _ogg_pages(content: bytearray) -> Any:
    """Start, serial number, sizes of the segments, and end of each page."""
    at = 0
    while at + 27 <= len(content):
        if content[at : at + 4] != b"OggS":
            raise CannotRead("It is damaged.")
        table = content[at + 27 : at + 27 + content[at + 26]]
        stop = at + 27 + len(table) + sum(table)
        if stop > len(content):
            raise CannotRead("It is cut off.")
        yield at, bytes(content[at + 14 : at + 18]), table, stop
        at = stop


def _second_packet(pages: list[Any]) -> tuple[list[int], list[Any]]:
    """Where each byte of a stream's second packet lies, its comments, and the pages over which they run."""
    places: list[int] = []
    over: list[Any] = []
    ended = 0
    for page in pages:
        start, _serial, table, _stop = page
        at = start + 27 + len(table)
        for size in table:
            if ended == 1:
                places += range(at, at + size)
                if page not in over:
                    over.append(page)
            at += size
            ended += size < 255
            if ended == 2:
                return places, over
    raise CannotRead("It is cut off.")


def _plain_comments(packet: bytes, at: int) -> bytes:
    """The same packet with spaces for the vendor and for each comment (its name stays a valid one)."""
    plain = bytearray(packet)
    size = int.from_bytes(packet[at : at + 4], "little")
    plain[at + 4 : at + 4 + size] = b" " * size
    at += 4 + size
    count = int.from_bytes(packet[at : at + 4], "little")
    at += 4
    for _ in range(count):
        size = int.from_bytes(packet[at : at + 4], "little")
        if at + 4 + size > len(packet):
            raise CannotRead("It is damaged.")
        plain[at + 4 : at + 4 + size] = (b"A=" + b" " * size)[:size]
        at += 4 + size
    # What an Opus file pads its comments with may hold anything; Vorbis ends with one framing bit.
    if packet.startswith(b"OpusTags"):
        plain[at:] = bytes(len(plain) - at)
    return bytes(plain)


def _ogg_sum(page: bytes | bytearray) -> int:
    total = 0
    for byte in page:
        total = (total << 8 & 0xFFFFFFFF) ^ _OGG_TABLE[(total >> 24) ^ byte]
    return total


def _ogg_table() -> tuple[int, ...]:
    found = []
    for n in range(256):
        total = n << 24
        for _ in range(8):
            total = (total << 1 ^ (0x04C11DB7 if total >> 31 else 0)) & 0xFFFFFFFF
        found.append(total)
    return tuple(found)


_OGG_TABLE = _ogg_table()


# -- video ------------------------------------------------------------------------------------------------------

_AVI_ABOUT = (b"IDIT", b"ISMP", b"strn", b"_PMX", b"id3 ", b"DISP", b"IXML", b"bext")


def _clean_avi(path: Path, _ending: str, out: Path) -> None:
    """What speaks about the recording becomes filling: nothing moves, so the index stays right."""
    import shutil

    shutil.copyfile(path, out)
    with out.open("r+b") as file:
        end = file.seek(0, io.SEEK_END)
        _fill_riff(file, 0, end, 0)


def _fill_riff(file: Any, at: int, end: int, depth: int) -> None:
    while at + 8 <= end and depth < 6:
        file.seek(at)
        kind, size = struct.unpack("<4sI", file.read(8))
        inside, stop = at + 8, min(at + 8 + size, end)
        of = file.read(4) if kind in (b"RIFF", b"LIST") else b""
        if kind in _AVI_ABOUT or of in (b"INFO", b"exif", b"adtl"):
            file.seek(at)
            file.write(b"JUNK")
            _zeroed(file, inside, stop)
        elif of and of != b"movi":
            _fill_riff(file, inside + 4, stop, depth + 1)
        at = stop + size % 2


def _zeroed(file: Any, start: int, stop: int) -> None:
    file.seek(start)
    left = stop - start
    while left > 0:
        left -= file.write(bytes(min(left, MEGABYTE)))


#: Elements of Matroska and WebM (RFC 9559): those that hold others, those that become filling, and those that must be
#: there and are overwritten with spaces.
_EBML_HOLDS = (0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0x1F43B675)
_EBML_ABOUT = (0x1254C367, 0x1941A469, 0x1043A770, 0x7BA9, 0x4461, 0x7384, 0x73A4, 0x3C83AB, 0x3E83BB, 0x536E)
_EBML_MUST = (0x4D80, 0x5741)


def _clean_matroska(path: Path, _ending: str, out: Path) -> None:
    """Titles, tags, attachments, chapters, days and programs are filled over; the pictures stay where they are."""
    import shutil

    shutil.copyfile(path, out)
    with out.open("r+b") as file:
        end, at, found = file.seek(0, io.SEEK_END), 0, False
        while at < end:
            file.seek(at)
            kind, wide = _ebml_number(file, keep_mark=True)
            size, size_wide = _ebml_number(file)
            inside = at + wide + size_wide
            unknown = size == (1 << 7 * size_wide) - 1
            stop = end if unknown else inside + size
            if stop > end:
                raise CannotRead("It is cut off.")
            found = found or kind == 0x18538067
            if kind in _EBML_ABOUT:
                _fill_ebml(file, at, stop)
            elif kind in _EBML_MUST:
                file.seek(inside)
                file.write(b" " * size)
            at = inside if kind in _EBML_HOLDS or unknown else stop
        if not found:
            raise CannotRead("It holds no recording.")


def _ebml_number(file: Any, *, keep_mark: bool = False) -> tuple[int, int]:
    """A number of one to eight bytes, and how many they are."""
    first = file.read(1)
    if not first or not first[0]:
        raise CannotRead("It is damaged.")
    wide = 9 - first[0].bit_length()
    rest = file.read(wide - 1)
    number = int.from_bytes(first + rest, "big")
    return (number if keep_mark else number & (1 << 7 * wide) - 1), wide


def _fill_ebml(file: Any, start: int, stop: int) -> None:
    """One Void element in the place of another, just as long."""
    total = stop - start
    wide = 8 if total >= 9 else 1
    file.seek(start)
    file.write(b"\xec" + (total - 1 - wide | 1 << 7 * wide).to_bytes(wide, "big"))
    _zeroed(file, start + 1 + wide, stop)


CLEANERS: dict[str, Callable[[Path, str, Path], None]] = {
    **dict.fromkeys(("jpg", "png", "heic", "webp", "tif"), _clean_picture),
    "pdf": _clean_pdf,
    **dict.fromkeys(("docx", "xlsx", "pptx", "odt", "ods", "odp"), _clean_office),
    **dict.fromkeys(ISO_MEDIA, _clean_iso_media),
    "mp3": _clean_mp3,
    "wav": _clean_wav,
    "flac": _clean_flac,
    "amr": _clean_amr,
    "ogg": _clean_ogg,
    "avi": _clean_avi,
    **dict.fromkeys(("webm", "mkv"), _clean_matroska),
}


def main(arguments: list[str]) -> int:
    path, ending, out = Path(arguments[0]), arguments[1], Path(arguments[2])
    bounded()
    try:
        CLEANERS[ending](path, ending, out)
    except Exception:
        return (
            3  # whatever a stranger's file makes a library say: whoever asked is told that there is no copy
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
