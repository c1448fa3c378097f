"""Rules of documents: what is taken, under which name it is kept, which part of it is asked for, where a mark lies."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from sightline.kernel.verdicts import Verdict

from .terms import BodyView, MarkKind, MediaKind, Region, ScanResult

#: How many files are sent at a time.
AT_ONCE = 20
#: No picture larger than this is opened (a hundred megapixels take 400 MB once unpacked).
PIXELS = 100_000_000
#: An Office file is a zip archive: how many parts it may have, how much they may unpack to, and how many times
#: their packed size. A page of text packs to a tenth; a bomb packs to a thousandth.
PARTS = 10_000
UNPACKED = 512 * 1024 * 1024
TIMES = 200
ALWAYS_FINE = 16 * 1024 * 1024
NAME_LENGTH = 150


@dataclass(frozen=True)
class FileType:
    """A type of file that is taken: how its name ends, what a browser calls it, what people call it.

    `endings` are other endings that mean the same. `plays` says whether a browser shows or plays it by itself.
    """

    ending: str
    media_type: str
    kind: MediaKind
    title: str
    endings: tuple[str, ...] = ()
    plays: bool = False

    def named(self, ending: str) -> bool:
        return ending in (self.ending, *self.endings)


_OPEN = "application/vnd.openxmlformats-officedocument."
TYPES: tuple[FileType, ...] = (
    FileType("jpg", "image/jpeg", MediaKind.PHOTOGRAPH, "JPEG photograph", ("jpeg", "jpe", "jfif"), True),
    FileType("png", "image/png", MediaKind.PHOTOGRAPH, "PNG picture", (), True),
    FileType("heic", "image/heic", MediaKind.PHOTOGRAPH, "HEIC photograph", ("heif", "hif")),
    FileType("webp", "image/webp", MediaKind.PHOTOGRAPH, "WebP picture", (), True),
    FileType("tif", "image/tiff", MediaKind.PHOTOGRAPH, "TIFF picture", ("tiff",)),
    FileType("pdf", "application/pdf", MediaKind.PDF, "PDF"),
    FileType("docx", f"{_OPEN}wordprocessingml.document", MediaKind.OFFICE, "Word document"),
    FileType("xlsx", f"{_OPEN}spreadsheetml.sheet", MediaKind.OFFICE, "Excel workbook"),
    FileType("pptx", f"{_OPEN}presentationml.presentation", MediaKind.OFFICE, "PowerPoint presentation"),
    FileType("odt", "application/vnd.oasis.opendocument.text", MediaKind.OFFICE, "OpenDocument text"),
    FileType("ods", "application/vnd.oasis.opendocument.spreadsheet", MediaKind.OFFICE, "OpenDocument sheet"),
    FileType(
        "odp", "application/vnd.oasis.opendocument.presentation", MediaKind.OFFICE, "OpenDocument slides"
    ),
    FileType("doc", "application/msword", MediaKind.OFFICE, "Word document (older form)"),
    FileType("xls", "application/vnd.ms-excel", MediaKind.OFFICE, "Excel workbook (older form)"),
    FileType(
        "ppt", "application/vnd.ms-powerpoint", MediaKind.OFFICE, "PowerPoint presentation (older form)"
    ),
    FileType("mp3", "audio/mpeg", MediaKind.AUDIO, "MP3 recording", ("mpga",), True),
    FileType("m4a", "audio/mp4", MediaKind.AUDIO, "M4A recording", (), True),
    FileType("wav", "audio/wav", MediaKind.AUDIO, "WAV recording", (), True),
    FileType("ogg", "audio/ogg", MediaKind.AUDIO, "Ogg recording", ("oga", "opus"), True),
    FileType("flac", "audio/flac", MediaKind.AUDIO, "FLAC recording", (), True),
    FileType("amr", "audio/amr", MediaKind.AUDIO, "AMR recording"),
    FileType("mp4", "video/mp4", MediaKind.VIDEO, "MP4 video", ("m4v",), True),
    FileType("mov", "video/quicktime", MediaKind.VIDEO, "QuickTime video", ("qt",)),
    FileType("3gp", "video/3gpp", MediaKind.VIDEO, "3GP video", ("3g2", "3ga")),
    FileType("webm", "video/webm", MediaKind.VIDEO, "WebM video", (), True),
    FileType("mkv", "video/x-matroska", MediaKind.VIDEO, "Matroska video"),
    FileType("avi", "video/x-msvideo", MediaKind.VIDEO, "AVI video"),
)
BY_ENDING = {ending: each for each in TYPES for ending in (each.ending, *each.endings)}
BY_MEDIA_TYPE = {each.media_type: each for each in TYPES}

TAKEN = (
    "photographs (JPEG, PNG, HEIC, WebP, TIFF), PDF, Word, Excel, PowerPoint and OpenDocument files, "
    "sound recordings and videos"
)


def ending_of(name: str) -> str:
    """How a file's name ends, in small letters, without the dot; "" where it has no ending."""
    return PurePosixPath(name.replace("\\", "/")).suffix.lstrip(".").lower()


def tidy_name(name: str) -> str:
    """A file's name as it is kept: no folders, no control or direction characters, one line, not too long."""
    plain = PurePosixPath(name.replace("\\", "/")).name
    plain = "".join(c for c in re.sub(r"\s", " ", plain) if unicodedata.category(c) not in _NOT_SHOWN)
    plain = re.sub(r" {2,}", " ", plain).strip(" .") or "document"
    if len(plain) > NAME_LENGTH:
        ending = ending_of(plain)[:10]
        plain = f"{plain[: NAME_LENGTH - len(ending) - 1]}.{ending}" if ending else plain[:NAME_LENGTH]
    return plain


_NOT_SHOWN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def kept_name(name: str, found: FileType) -> tuple[str, str]:
    """The name under which a file is kept, and the ending that it was sent with where that was not true.

    A file whose content is another type than its name says is kept under its true type (Sightline baseline).
    """
    plain = tidy_name(name)
    ending = ending_of(plain)
    if found.named(ending):
        return plain, ""
    stem = plain[: -len(ending) - 1] if ending in BY_ENDING else plain
    return f"{stem or 'document'}.{found.ending}", ending


def may_be_taken(name: str, found: FileType | None) -> Verdict:
    """Whether the content is of a type that is taken; the name alone is never believed (Sightline baseline)."""
    if found is not None:
        return Verdict.yes()
    shown = tidy_name(name)
    claimed = BY_ENDING.get(ending_of(shown))
    if claimed is not None:
        return Verdict.no(
            f"“{shown}” is not a {claimed.title}, whatever its name says. Open it, save it again as one of "
            f"{TAKEN}, and send that.",
            "files",
        )
    return Verdict.no(f"“{shown}” is of a type that is not taken. Send {TAKEN}.", "files")


def archive_is_bounded(name: str, parts: Sequence[tuple[int, int]]) -> Verdict:
    """Whether what an Office file says of its parts (packed, unpacked sizes in bytes) is that of a document."""
    packed, unpacked = sum(p for p, _ in parts), sum(u for _, u in parts)
    if len(parts) > PARTS or unpacked > UNPACKED or unpacked > max(ALWAYS_FINE, TIMES * packed):
        return Verdict.no(
            f"“{tidy_name(name)}” unpacks to far more than a document holds, so it was not opened. "
            "Ask whoever sent it for another copy.",
            "files",
        )
    return Verdict.yes()


def picture_is_bounded(name: str, width: int, height: int) -> Verdict:
    """Whether a picture can be opened without taking the whole memory."""
    if width * height > PIXELS or min(width, height) < 1:
        return Verdict.no(
            f"“{tidy_name(name)}” says that it has more than {PIXELS // 1_000_000} million dots, or none. "
            "Make it smaller and send it again.",
            "files",
        )
    return Verdict.yes()


def is_infected(name: str, signature: str) -> str:
    """What is said of a file in which the scanner found something."""
    return (
        f"“{tidy_name(name)}” was not kept: the malware scanner found {signature} in it. "
        "Do not open it, and tell your agency's computer security."
    )


def quarantine_reason(result: ScanResult | None, why: str = "", signature: str = "") -> str:
    """Why a document cannot be opened yet; "" where it can. `signature`: what the scanner called what it found."""
    if result is not None and result.opens:
        return ""
    if result is ScanResult.INFECTED:
        named = f" ({signature})" if signature else ""
        return (
            f"The malware scanner found something in it{named}. It stays closed. If you have a copy, do not open it, "
            "and tell your agency's computer security. Ask whoever sent it for another copy."
        )
    return (
        why
        or "It has not been scanned for malware yet, so nobody can open it. It opens by itself when it has been."
    )


# -- ranges -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Range:
    """From `start` up to, not including, `end`."""

    start: int
    end: int


class Unsatisfiable(Exception):
    """The part that was asked for lies outside the file (RFC 9110, 416)."""


def asked_range(header: str, size: int) -> Range | None:
    """The part of a file of `size` bytes that a Range header asks for; None for the whole.

    One range is given as asked. What is malformed, in other units or several ranges at once, is answered with the
    whole, as RFC 9110 section 14.2 lets a server do. Raises Unsatisfiable.
    """
    match = re.fullmatch(r"bytes=([0-9]{0,19})-([0-9]{0,19})", header.strip())
    if match is None or match.group(0) == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        if int(last) == 0 or size == 0:
            raise Unsatisfiable
        return Range(max(0, size - int(last)), size)
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size:
        raise Unsatisfiable
    return Range(start, min(size, int(last) + 1) if last else size)


# -- body maps ----------------------------------------------------------------------------------------------

#: The drawing is this wide and high, for each of its two sides.
WIDTH, HEIGHT = 200, 460
#: The most marks on one map.
MOST_MARKS = 40


@dataclass(frozen=True)
class Shape:
    """A part of the drawing, as an ellipse about (x, y) with radii rx and ry, turned by `turn` degrees."""

    region: Region
    view: BodyView
    x: float
    y: float
    rx: float
    ry: float
    turn: float = 0


def _sides(view: BodyView, name: str, x: float, y: float, rx: float, ry: float, turn: float) -> list[Shape]:
    """Both sides of the body. Seen from the front, the child's left is at the right of the drawing."""
    right = x if view is BodyView.BACK else WIDTH - x
    return [
        Shape(
            Region(f"{side}_{name}"),
            view,
            right if side == "right" else WIDTH - right,
            y,
            rx,
            ry,
            turn if (right if side == "right" else WIDTH - right) > WIDTH / 2 else -turn,
        )
        for side in ("left", "right")
    ]


def _drawn() -> tuple[Shape, ...]:
    shapes: list[Shape] = []
    for view in BodyView:
        front = view is BodyView.FRONT
        middle = WIDTH / 2
        shapes += _sides(view, "ear", 124, 40, 5, 9, 0)
        shapes.append(Shape(Region.HEAD, view, middle, 34, 24, 30))
        if front:
            shapes.append(Shape(Region.FACE, view, middle, 44, 17, 19))
        shapes.append(Shape(Region.NECK, view, middle, 70, 11, 12))
        shapes += _sides(view, "shoulder", 132, 94, 18, 13, 18)
        shapes.append(Shape(Region.CHEST if front else Region.UPPER_BACK, view, middle, 116, 36, 36))
        shapes.append(Shape(Region.ABDOMEN if front else Region.LOWER_BACK, view, middle, 166, 32, 30))
        shapes.append(Shape(Region.PELVIS if front else Region.BUTTOCKS, view, middle, 208, 35, 24))
        shapes += _sides(view, "upper_arm", 146, 132, 12, 33, -10)
        shapes += _sides(view, "forearm", 158, 190, 10, 34, -12)
        shapes += _sides(view, "hand", 168, 240, 10, 17, -10)
        shapes += _sides(view, "thigh", 118, 266, 17, 48, -3)
        shapes += _sides(view, "knee", 120, 320, 13, 15, 0)
        shapes += _sides(view, "lower_leg", 121, 372, 12, 45, 0)
        shapes += _sides(view, "foot", 124, 430, 13, 17, -12)
    return tuple(shapes)


SHAPES: tuple[Shape, ...] = _drawn()


def shapes_of(view: BodyView) -> list[Shape]:
    """The parts of one side of the drawing, in the order in which they are drawn."""
    return [shape for shape in SHAPES if shape.view is view]


def region_at(view: BodyView, x: float, y: float) -> Region:
    """The part of the body at a point of the drawing, or the nearest to it."""

    def distance(shape: Shape) -> float:
        return ((x - shape.x) / shape.rx) ** 2 + ((y - shape.y) / shape.ry) ** 2

    # What is drawn later lies on top: the face on the head.
    inside = [shape for shape in shapes_of(view) if distance(shape) <= 1]
    return inside[-1].region if inside else min(shapes_of(view), key=distance).region


def place_of(view: BodyView, region: Region) -> tuple[float, float] | None:
    """The middle of a part of the body on one side of the drawing; None where it cannot be seen from there."""
    return next(((s.x, s.y) for s in shapes_of(view) if s.region is region), None)


@dataclass(frozen=True)
class Mark:
    """One mark on a body: from which side, where, what was seen. `x` and `y` are on the drawing.

    `size` is as measured or guessed, in words; `said` is how somebody explained it, and who.
    """

    view: BodyView
    region: Region
    kind: MarkKind
    description: str
    size: str = ""
    said: str = ""
    x: float | None = None
    y: float | None = None


def marks_are_told(marks: Sequence[Mark], none_seen: bool) -> Verdict:
    """Each mark is described, and a body without marks is said to be so rather than left empty.

    Sightline baseline: facts are kept apart from opinion (North East Lincolnshire, case recording), so a mark is
    described as seen and the explanation given stands by itself.
    """
    if none_seen and marks:
        return Verdict.no(
            "You described a mark and also ticked that none was seen. Take one away.", "none_seen"
        )
    if not none_seen and not marks:
        return Verdict.no("Describe at least one mark, or tick that no mark was seen.", "none_seen")
    if len(marks) > MOST_MARKS:
        return Verdict.no(f"A body map holds at most {MOST_MARKS} marks. Make a second one for the rest.")
    for number, mark in enumerate(marks, 1):
        if not mark.description.strip():
            return Verdict.no(f"Describe mark {number}: its colour and shape.", f"m{number}-description")
        if place_of(mark.view, mark.region) is None:
            return Verdict.no(
                f"Mark {number}: the {mark.region.label.lower()} is not seen from the {mark.view.value}. "
                "Choose the other side or another part.",
                f"m{number}-region",
            )
    return Verdict.yes()
