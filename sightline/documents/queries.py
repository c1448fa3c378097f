"""Reads of documents and body maps, in folders that the viewer may open."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery

from sightline.kernel.time import LONDON
from sightline.kernel.together import Asking, Wanted, prepared
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.words import WordsAsked

from . import rules, store
from .cipher import Damaged, Decrypted
from .examiner import READ_PAGES
from .keyring import KeyMissing, keyring
from .models import BodyMap, BodyMark, Document, Examination, Scan, StoredFile
from .rules import BY_MEDIA_TYPE, FileType
from .terms import BodyView, MarkKind, MediaKind, Region, ScanResult

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class WithdrawnView:
    at: datetime
    by: str
    by_post: str
    why: str


@dataclass(frozen=True)
class DocumentView:
    """A document as a page shows it. `closed` says why it cannot be opened; "" where it can."""

    id: UUID
    folder_id: UUID
    name: str
    claimed: str
    kind: MediaKind
    media_type: str
    title: str
    """What type of file it is, in words."""
    about: str
    dated: date | None
    size: int
    added_at: datetime
    added_by: str
    added_by_post: str
    together: bool
    subject_kind: str
    subject_id: UUID | None
    closed: str
    signature: str
    scanned_at: datetime | None
    engine: str
    withdrawn: WithdrawnView | None
    scanned_clean: bool
    examined: bool
    problem: str
    has_preview: bool
    text: str
    facts: tuple[tuple[str, str], ...]
    place: str

    @property
    def type(self) -> FileType:
        return BY_MEDIA_TYPE[self.media_type]

    @property
    def opens(self) -> bool:
        return not self.closed

    @property
    def pages_unknown(self) -> bool:
        """Whether it was read before pages without text were counted: some of them may be pictures."""
        return self.kind is MediaKind.PDF and bool(self.facts) and READ_PAGES not in dict(self.facts)

    @property
    def said_size(self) -> str:
        """'1.2 MB', as people say it."""
        if self.size < 1000:
            return f"{self.size} bytes"
        if self.size < 1_000_000:
            return f"{self.size / 1000:.0f} kB"
        return f"{self.size / 1_000_000:.1f} MB"


def scanned_before(before: datetime) -> QuerySet[Scan]:
    """The latest scans of the documents that were found clean before an instant and not scanned since, over all
    records. For `doctor` and the job of this room."""
    latest = Scan.objects.order_by("document_id", "-at", "-id").distinct("document_id").values("id")
    return Scan.objects.filter(id__in=latest, result=ScanResult.CLEAN.value, at__lt=before)


_LATEST = Scan.objects.filter(document=OuterRef("pk")).order_by("-at", "-id")


def _rows(folder_ids: Iterable[UUID]) -> QuerySet[Document]:
    return (
        Document.objects.filter(folder_id__in=list(folder_ids))
        .select_related("file", "added_by", "withdrawal__by", "examination__preview")
        .annotate(
            scan_result=Subquery(_LATEST.values("result")[:1]),
            scan_signature=Subquery(_LATEST.values("signature")[:1]),
            scan_engine=Subquery(_LATEST.values("engine")[:1]),
            scan_why=Subquery(_LATEST.values("why")[:1]),
            scan_at=Subquery(_LATEST.values("at")[:1]),
        )
        .defer("words", "examination__words", "file__wrapped_key", "examination__preview__wrapped_key")
    )


def _withdrawn(row: Any) -> WithdrawnView | None:
    gone = getattr(row, "withdrawal", None)
    return WithdrawnView(gone.at, gone.by.name, gone.by_post, gone.why) if gone else None


def _view(row: Any, *, text: bool = False) -> DocumentView:
    withdrawal = getattr(row, "withdrawal", None)
    examination = getattr(row, "examination", None)
    result = ScanResult(row.scan_result) if row.scan_result else None
    closed = rules.quarantine_reason(result, row.scan_why or "", row.scan_signature or "")
    if withdrawal is not None:
        closed = "It was taken out of this record, so it no longer opens."
    return DocumentView(
        id=row.id,
        folder_id=row.folder_id,
        name=row.name,
        claimed=row.claimed,
        kind=MediaKind(row.kind),
        media_type=row.media_type,
        title=BY_MEDIA_TYPE[row.media_type].title,
        about=row.about,
        dated=row.dated,
        size=row.file.size,
        added_at=row.added_at,
        added_by=row.added_by.name if row.added_by else "Sightline",
        added_by_post=row.added_by_post,
        together=row.written_together is not None,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        closed=closed,
        signature=row.scan_signature or "",
        scanned_at=None if result is ScanResult.OWN else row.scan_at,
        engine=row.scan_engine or "",
        withdrawn=_withdrawn(row),
        scanned_clean=bool(result and result.opens),
        examined=examination is not None,
        problem=examination.problem if examination else "",
        has_preview=bool(examination and examination.preview_id),
        text=examination.text if examination and text else "",
        facts=tuple((str(name), str(value)) for name, value in examination.facts) if examination else (),
        place=examination.place if examination else "",
    )


def documents(
    folder_ids: Iterable[UUID],
    *,
    kind: str = "",
    kinds: Collection[str] = (),
    words: str = "",
    subject_kind: str = "",
    withdrawn: bool = True,
    limit: int = 25,
    offset: int = 0,
) -> tuple[list[DocumentView], int]:
    """The documents of a record, the latest first, and how many there are in all. Two queries.

    `words` are looked for in names, in what is said of each, and in what could be read out of them (English).
    `kinds`: any of these; `withdrawn`: also those that were taken out of the record.
    """
    rows = _rows(folder_ids)
    if kind:
        rows = rows.filter(kind=kind)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if not withdrawn:
        rows = rows.filter(withdrawal__isnull=True)
    if subject_kind:
        rows = rows.filter(subject_kind=subject_kind)
    if words.strip():
        query = WordsAsked(words)
        rows = rows.filter(Q(words=query) | Q(examination__words=query))
    found = rows.order_by("-added_at", "-id").defer("examination__text", "examination__words", "words")
    return [_view(row) for row in found[offset : offset + limit]], rows.count()


def attached(folder_ids: Iterable[UUID], subject_ids: Iterable[UUID]) -> dict[UUID, list[DocumentView]]:
    """What is attached to each of these rows, in the order in which it was added. One query."""
    wanted = list(subject_ids)
    found: dict[UUID, list[DocumentView]] = {}
    if not wanted:
        return found
    rows = _rows(folder_ids).filter(subject_id__in=wanted).order_by("added_at", "id")
    for row in rows.defer("examination__text", "examination__words", "words"):
        found.setdefault(row.subject_id, []).append(_view(row))  # type: ignore[arg-type]
    return found


def document(document_id: UUID, folder_ids: Iterable[UUID]) -> DocumentView:
    """One document of these folders, with the text that was read out of it. Raises NotFound."""
    row = _rows(folder_ids).filter(id=document_id).first()
    if row is None:
        raise NotFound
    return _view(row, text=True)


def words_of(folder_ids: Iterable[UUID], document_ids: Iterable[UUID]) -> dict[UUID, str]:
    """What was read out of each of these documents; those out of which nothing was are left out. One query."""
    return dict(
        Examination.objects.filter(folder_id__in=list(folder_ids), document_id__in=list(document_ids))
        .exclude(text="")
        .values_list("document_id", "text")
    )


def count(folder_ids: Iterable[UUID]) -> int:
    """How many documents these folders hold."""
    return Document.objects.filter(folder_id__in=list(folder_ids)).count()


@dataclass(frozen=True)
class Happened:
    """A document or a body map as something that happened, for the timeline of a room above."""

    id: UUID
    folder_id: UUID
    happened_at: datetime
    known_at: datetime
    kind: str
    text: str
    author: str
    post: str
    is_body_map: bool
    later: tuple[tuple[datetime, str], ...] = ()
    """What became of it afterwards, each with when."""
    added_later: bool = False
    """Whether it was added on a later day than the one that it bears."""


@prepared
def _happened(folder_ids: Sequence[UUID], ids: Sequence[UUID]) -> Wanted:
    these, on_these = (Q(id__in=ids), Q(body_map__in=ids)) if ids else (Q(), Q())
    rows = (
        Document.objects.filter(these, folder_id__in=folder_ids, subject_id__isnull=True)
        .select_related("added_by", "withdrawal")
        .defer("words")
    )
    maps = BodyMap.objects.filter(these, folder_id__in=folder_ids).select_related(
        "author", "replaced_by", "withdrawal"
    )
    marks = BodyMark.objects.filter(on_these, folder_id__in=folder_ids).order_by("number")
    return rows, maps, marks


def happened(folder_ids: Sequence[UUID], ids: Sequence[UUID] = ()) -> Asking[list[Happened]]:
    """Documents that are attached to nothing else, and body maps, as things that happened; these of them, where ids are
    given."""
    rows, maps, marks = asked = _happened(folder_ids, ids)
    yield asked
    marked: dict[UUID, list[BodyMark]] = defaultdict(list)
    for mark in marks:
        marked[mark.body_map_id].append(mark)
    found = []
    for row in rows:
        withdrawal = getattr(row, "withdrawal", None)
        found.append(
            Happened(
                row.id, row.folder_id, stands_at(row.dated, row.added_at), row.added_at, "Document added",
                row.about or row.name, row.added_by.name if row.added_by else "Sightline", row.added_by_post, False,
                _taken_out(withdrawal), added_later(row.dated, row.added_at),
            )
        )  # fmt: skip
    for one in maps:
        replacing = getattr(one, "replaced_by", None)
        found.append(
            Happened(
                one.id, one.folder_id, one.seen_at, one.written_at, "Body map", _in_words(marked[one.id]),
                one.author.name, one.author_post, True,
                (
                    *(((replacing.written_at, "Put right by a later body map"),) if replacing else ()),
                    *_taken_out(getattr(one, "withdrawal", None)),
                ),
            )
        )  # fmt: skip
    return found


def _taken_out(withdrawal: Any) -> tuple[tuple[datetime, str], ...]:
    return ((withdrawal.at, "Taken out of the record"),) if withdrawal else ()


def added_later(dated: date | None, added_at: datetime) -> bool:
    """Whether a document was added on a later day than the one that it bears."""
    return dated is not None and dated < added_at.astimezone(LONDON).date()


def stands_at(dated: date | None, added_at: datetime) -> datetime:
    """Where a document stands among what happened: at noon of the day that it bears, where it was added later, or else
    when it was added. As SQL: `chronology.sources`."""
    if dated is None or not added_later(dated, added_at):
        return added_at
    return datetime.combine(dated, time(12), LONDON)


def _in_words(marks: Sequence[BodyMark]) -> str:
    if not marks:
        return "No mark was seen."
    return " ".join(
        f"{number}. {MarkKind(m.kind).label}, {Region(m.region).label.lower()}."
        for number, m in enumerate(marks, 1)
    )


# -- content ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Content:
    """What a document holds, open to be read; close it."""

    document: DocumentView
    opened: Decrypted
    media_type: str
    name: str


def content(
    document_id: UUID, folder_ids: Sequence[UUID], *, preview: bool = False, though_withdrawn: bool = False
) -> Content:
    """A document's content, or its preview. Its first part has been opened and found whole.

    `though_withdrawn` is for whoever answers for records and must see what was taken out of one.
    Raises NotFound; Refused where it is in quarantine, taken out, damaged, or its key is missing.
    """
    view = document(document_id, folder_ids)
    if view.closed and not (though_withdrawn and view.withdrawn and view.scanned_clean):
        raise Refused(view.closed)
    if preview and not view.has_preview:
        raise NotFound
    files = StoredFile.objects.filter(folder_id__in=folder_ids)
    if preview:
        files = files.filter(preview_of__document_id=document_id)
    else:
        files = files.filter(document__id=document_id)
    opened = _opened(files)
    if preview:
        return Content(view, opened, "image/jpeg", f"{view.name}.jpg")
    return Content(view, opened, view.media_type, view.name)


def _opened(files: QuerySet[StoredFile]) -> Decrypted:
    opened = None
    try:
        # The keys first: what was wrapped before they were read, they open.
        keys = keyring()
        row = files.get()
        try:
            key = keys.named(row.key_id)
        except KeyMissing:
            key = keyring().named(row.key_id)
        opened = store.opened(row.stored, key.unwrap(bytes(row.wrapped_key), row.stored), row.size)
        opened.check()
    except (KeyMissing, Damaged) as error:
        if opened is not None:
            opened.close()
        logger.error("A document cannot be opened: %s", error)
        raise Refused(unreadable(error)) from error
    return opened


def unreadable(error: Exception) -> str:
    """What a page says where a stored document cannot be opened although it is there."""
    if isinstance(error, KeyMissing):
        return (
            "The key that opens documents is missing, so no document can be opened or added. Nothing is lost. "
            "Tell whoever looks after Sightline."
        )
    return (
        "This document is damaged where it is stored, so it was not opened. "
        "Tell whoever looks after Sightline: it can be put back from a backup."
    )


def most_megabytes() -> int:
    """How large one file may be."""
    return int(settings.DOCUMENT_BYTES) // 1_000_000


def unusable_keys() -> str:
    """What is wrong with the keys of documents, for whoever looks after the system; "" where nothing is."""
    try:
        keyring()
    except KeyMissing as error:
        return str(error)
    return ""


# -- body maps ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MarkView:
    number: int
    view: BodyView
    region: Region
    x: float
    y: float
    kind: MarkKind
    description: str
    size: str
    said: str


@dataclass(frozen=True)
class BodyMapView:
    id: UUID
    folder_id: UUID
    seen_at: datetime
    none_seen: bool
    seen_parts: str
    said: str
    written_at: datetime
    author: str
    author_post: str
    replaces: UUID | None
    replaced_by: UUID | None
    was_wrong: str
    why_replaced: str
    withdrawn: WithdrawnView | None
    subject_kind: str
    subject_id: UUID | None
    marks: tuple[MarkView, ...]

    def on(self, view: BodyView) -> list[MarkView]:
        return [mark for mark in self.marks if mark.view is view]


def body_maps(folder_ids: Iterable[UUID], *, limit: int = 50) -> list[BodyMapView]:
    """The body maps of a record, the latest first. Two queries."""
    return [_map(row) for row in _maps(folder_ids).order_by("-seen_at", "-id")[:limit]]


def body_map(map_id: UUID, folder_ids: Iterable[UUID]) -> BodyMapView:
    """One body map of these folders. Raises NotFound."""
    row = _maps(folder_ids).filter(id=map_id).first()
    if row is None:
        raise NotFound
    return _map(row)


def body_maps_of(folder_ids: Iterable[UUID], subject_ids: Iterable[UUID]) -> dict[UUID, list[BodyMapView]]:
    """The body maps that are attached to each of these rows. Two queries."""
    found: dict[UUID, list[BodyMapView]] = {}
    wanted = list(subject_ids)
    if wanted:
        for row in _maps(folder_ids).filter(subject_id__in=wanted).order_by("seen_at", "id"):
            found.setdefault(row.subject_id, []).append(_map(row))  # type: ignore[arg-type]
    return found


def _maps(folder_ids: Iterable[UUID]) -> QuerySet[BodyMap]:
    return (
        BodyMap.objects.filter(folder_id__in=list(folder_ids))
        .select_related("author", "replaced_by", "withdrawal__by")
        .prefetch_related(Prefetch("marks", queryset=BodyMark.objects.order_by("number")))
    )


def _map(row: BodyMap) -> BodyMapView:
    later: BodyMap | None = getattr(row, "replaced_by", None)
    return BodyMapView(
        id=row.id,
        folder_id=row.folder_id,
        seen_at=row.seen_at,
        none_seen=row.none_seen,
        seen_parts=row.seen_parts,
        said=row.said,
        written_at=row.written_at,
        author=row.author.name,
        author_post=row.author_post,
        replaces=row.replaces_id,
        replaced_by=later.id if later else None,
        was_wrong=row.was_wrong,
        why_replaced=later.was_wrong if later else "",
        withdrawn=_withdrawn(row),
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        marks=tuple(
            MarkView(
                m.number, BodyView(m.view), Region(m.region), m.x, m.y, MarkKind(m.kind), m.description, m.size,
                m.said,
            )
            for m in row.marks.all()
        ),
    )  # fmt: skip
