"""The only writer of documents and body maps."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import IO
from uuid import UUID

from django.db import connection
from procrastinate.contrib.django import app

from sightline.access.queries import may_write
from sightline.agencies.actions import notify, permit
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import attempt, note, record
from sightline.audit.terms import Verb
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, Refused

from . import detect, examining, queries, rules, scanner, store
from .cipher import Damaged, new_key, readable
from .keyring import KeyMissing, MasterKey, key_file, keyring
from .models import BodyMap, BodyMark, Document, Examination, Scan, StoredFile, Withdrawal
from .rules import FileType, Mark
from .scanner import Scanned
from .terms import ScanResult

#: Held in common while a document is stored, alone while keys are exchanged; any number of no other lock.
_KEYS_LOCK = 0xD0C5
#: Keys wrapped anew in one transaction.
_AT_ONCE = 500
#: What lies on disk and no row knows is removed after so long: whoever was writing it has long ended.
ORPHANED = timedelta(days=1)
#: What was found clean longer ago is scanned anew: signatures of today know what was not known then.
SCANNED_ANEW = timedelta(days=30)
#: Whoever added what turns out infected acknowledges it within so many minutes, or their manager is told.
ANSWERED_WITHIN = 24 * 60
#: For so long the job that was asked for when a document was added tries by itself.
FRESH = timedelta(minutes=15)


@dataclass(frozen=True)
class Incoming:
    """A file that was sent: its name as it came, and its content, readable from any place."""

    name: str
    file: IO[bytes]


@dataclass
class Attached:
    """What became of the files that were sent together.

    `documents` are the rows by folder; `refused` says of each file that was not kept why, `notes` what else there is
    to know (another type than its name said; in quarantine).
    """

    documents: dict[UUID, list[Document]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def kept(self) -> int:
        """How many files were kept, counted once however many records they stand in."""
        return max((len(rows) for rows in self.documents.values()), default=0)


# -- adding -------------------------------------------------------------------------------------------------


def attach(
    files: Sequence[Incoming],
    to: Mapping[UUID, UUID | None],
    *,
    subject_kind: str = "",
    about: str = "",
    dated: date | None = None,
    own: bool = False,
) -> Attached:
    """Keep files in the records of one or several children. `to` gives for each folder what they are attached to.

    Each file is kept in every folder or in none; one that is refused does not keep the others out, and its reason
    stands in the answer. `own` is for what the program itself made, which needs no scan. Whether the subjects stand
    in these folders is asked by the caller (`subjects.one`). Raises NotPermitted, NotFound, and Refused where nothing
    was sent, too much at once, or documents cannot be kept at all for want of their key.
    """
    with attempt("documents.attach"):
        acting = permit(Permission.WRITE_FOLDER)
        if not files:
            raise Refused("Choose at least one file", "files")
        if len(files) > rules.AT_ONCE:
            raise Refused(f"Choose at most {rules.AT_ONCE} files at a time. You chose {len(files)}", "files")
        if dated is not None and dated > today():
            raise Refused("Enter a date that is today or in the past", "dated")
        if not to or not all(may_write(folder_id) for folder_id in to):
            raise NotFound
        master = _master()
        answer = Attached()
        for one in files:
            try:
                _keep(one, to, acting, master, answer, subject_kind, about.strip(), dated, own)
            except Refused as refused:
                answer.refused.append(refused.verdict.reason)
                for folder_id in to:
                    note(Verb.REFUSED, "documents.attach", folder_id=folder_id)
        return answer


def _master() -> MasterKey:
    """The key that wraps, held until the transaction ends against an exchange of keys. Raises Refused."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_KEYS_LOCK])
    try:
        return keyring().current
    except KeyMissing as error:
        raise Refused(queries.unreadable(error)) from error


def _keep(
    one: Incoming,
    to: Mapping[UUID, UUID | None],
    acting: Acting,
    master: MasterKey,
    answer: Attached,
    subject_kind: str,
    about: str,
    dated: date | None,
    own: bool,
) -> None:
    found = _checked(one)
    digest = _sha256(one.file)
    missing = _not_yet(to, digest)
    shown = rules.tidy_name(one.name)
    if not missing:
        raise Refused(f"“{shown}” is in this record already, so it was not added again.", "files")
    scanned = Scanned(ScanResult.OWN) if own else scanner.scan(one.file)
    if scanned.result is ScanResult.INFECTED:
        raise Refused(rules.is_infected(one.name, scanned.signature), "files")
    name, claimed = rules.kept_name(one.name, found)
    one.file.seek(0)
    rows = _stored(one.file, missing, digest, master)
    together = uuid7() if len(to) > 1 else None
    at = now()
    for folder_id, row in rows.items():
        document = Document(
            folder_id=folder_id,
            file=row,
            name=name,
            claimed=claimed,
            kind=found.kind.value,
            media_type=found.media_type,
            about=about,
            dated=dated,
            added_at=at,
            added_by_id=acting.practitioner_id,
            added_by_post=acting.post,
            written_together=together,
            subject_kind=subject_kind if to[folder_id] else "",
            subject_id=to[folder_id],
        )
        document.save(force_insert=True)
        _scanned(document, scanned, at)
        record(Verb.WROTE, "documents.attach", folder_id=folder_id, subject=document)
        answer.documents.setdefault(folder_id, []).append(document)
        if scanned.result.opens:
            _examine_later(document.id)
    if claimed:
        answer.notes.append(f"“{shown}” is a {found.title}. It was kept as “{name}”.")
    if not scanned.result.opens:
        answer.notes.append(f"“{name}” was kept in quarantine. {scanned.why}")


def _checked(one: Incoming) -> FileType:
    """The type of a file that may be kept. Raises Refused."""
    shown = rules.tidy_name(one.name)
    if detect.is_empty(one.file):
        raise Refused(f"“{shown}” is empty. Look at it on your own machine, and send it again.", "files")
    found = detect.type_of(one.file)
    if found is None and detect.has_macros(one.file):
        raise Refused(
            f"“{shown}” carries macros, which are small programs. Save it without them and send that.",
            "files",
        )
    rules.may_be_taken(one.name, found).or_refuse()
    assert found is not None
    detect.check_bounds(one.name, found, one.file)
    return found


def _sha256(file: IO[bytes]) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def _not_yet(to: Mapping[UUID, UUID | None], digest: str) -> list[UUID]:
    """Those of the folders in which these very bytes are not attached to the same thing already."""
    there = set(
        Document.objects.filter(
            folder_id__in=list(to), file__sha256=digest, withdrawal__isnull=True
        ).values_list("folder_id", "subject_id")
    )
    return [folder_id for folder_id, subject_id in to.items() if (folder_id, subject_id) not in there]


def _stored(
    file: IO[bytes], folder_ids: Iterable[UUID], digest: str, master: MasterKey
) -> dict[UUID, StoredFile]:
    """The bytes on disk once, and a row for each folder. Raises Refused where there is no room."""
    stored, key = uuid7(), new_key()
    try:
        size = store.write(file, stored, key)
    except store.NoRoom as error:
        raise Refused(str(error), "files") from error
    try:
        rows = {}
        for folder_id in folder_ids:
            rows[folder_id] = StoredFile(
                folder_id=folder_id,
                stored=stored,
                size=size,
                sha256=digest,
                key_id=master.id,
                wrapped_key=master.wrap(key, stored),
            )
            rows[folder_id].save(force_insert=True)
        return rows
    except BaseException:
        store.path_of(stored).unlink(missing_ok=True)
        raise


def _scanned(document: Document, scanned: Scanned, at: datetime) -> None:
    Scan(
        folder_id=document.folder_id,
        document=document,
        at=at,
        result=scanned.result.value,
        signature=scanned.signature[:200],
        engine=scanned.engine[:100],
        why=scanned.why[:300],
    ).save(force_insert=True)


def _examine_later(document_id: UUID) -> None:
    app.configure_task("documents.examine").defer(document_id=str(document_id))


def withdraw(document_id: UUID, why: str) -> None:
    """Say that a document should not be in this record. It stays listed with who says so and why, and closes."""
    with attempt("documents.withdraw", subject=("documents_document", document_id)):
        acting = permit(Permission.WRITE_FOLDER)
        row = Document.objects.filter(id=document_id).first()
        if row is None or not may_write(row.folder_id):
            raise NotFound
        _take_out(acting, row.folder_id, why, document=row)
        record(Verb.WROTE, "documents.withdraw", folder_id=row.folder_id, subject=row)


def withdraw_body_map(map_id: UUID, why: str) -> None:
    """Say that a body map should not be in this record, such as one of another child. It stays listed and readable with
    who says so and why; what was seen of this child after all is drawn anew. Raises NotPermitted, NotFound, Refused."""
    with attempt("documents.withdraw_body_map", subject=("documents_bodymap", map_id)):
        acting = permit(Permission.WRITE_FOLDER)
        row = BodyMap.objects.filter(id=map_id).first()
        if row is None or not may_write(row.folder_id):
            raise NotFound
        later = BodyMap.objects.filter(replaces=row).first()
        if later is not None:
            raise Refused("A later body map has put this one right. Take that one out instead.")
        _take_out(acting, row.folder_id, why, body_map=row)
        record(Verb.WROTE, "documents.withdraw_body_map", folder_id=row.folder_id, subject=row)


def _take_out(acting: Acting, folder_id: UUID, why: str, **what: Document | BodyMap) -> None:
    if not why.strip():
        raise Refused("Say why it should not be in this record", "why")
    earlier = Withdrawal.objects.filter(**what).select_related("by").first()
    if earlier is not None:
        raise Refused(f"{earlier.by.name} took it out of this record already.")
    Withdrawal(
        folder_id=folder_id,
        at=now(),
        by_id=acting.practitioner_id,
        by_post=acting.post,
        why=why.strip(),
        **what,
    ).save(force_insert=True)


# -- what the worker does -----------------------------------------------------------------------------------


def examine(document_id: UUID) -> bool:
    """Read out of a document what it says about itself, its text, and a preview; once. For the job alone.

    What cannot be read is said in the row, and is no error. False where there is nothing to do.
    """
    row = Document.objects.filter(id=document_id).first()
    if row is None or Examination.objects.filter(document_id=document_id).exists():
        return False
    try:
        content = queries.content(document_id, [row.folder_id])
    except (Refused, NotFound):
        return False
    with content.opened as opened:
        found = examining.examine(readable(opened), content.document.type)
    preview = None
    if found.preview:
        with store.temporary() as file:
            file.write(found.preview)
            digest = _sha256(file)
            file.seek(0)
            preview = _stored(file, [row.folder_id], digest, _master())[row.folder_id]
    Examination(
        folder_id=row.folder_id,
        document=row,
        at=now(),
        problem=found.problem[:300],
        preview=preview,
        text=found.text,
        facts=[list(pair) for pair in found.facts],
        place=found.place[:100],
    ).save(force_insert=True)
    record(Verb.READ, "documents.examine", folder_id=row.folder_id, subject=row)
    return True


def scan_again(document_id: UUID) -> ScanResult | None:
    """Look once more through a document that is in quarantine. For the job alone; None where it is not in quarantine.

    A document that turns out infected stays closed; whoever may open the record reads why.
    """
    row = _scanned_as(document_id, None, ScanResult.NOT_SCANNED)
    result = _look_through(row) if row is not None else None
    if row is None or result in (None, ScanResult.NOT_SCANNED):
        return result
    if result.opens:
        _examine_later(row.id)
    record(Verb.WROTE, "documents.scan_again", folder_id=row.folder_id, subject=row)
    return result


def scan_anew(document_id: UUID) -> ScanResult | None:
    """Look through a document that was found clean long ago, with the signatures of today. For the job alone; None
    where it was not, or cannot be read now.

    One that turns out infected is closed from then on, and whoever added it is told. What the scanner cannot look
    through today stays as it was found.
    """
    row = _scanned_as(document_id, ScanResult.CLEAN)
    result = _look_through(row) if row is not None else None
    if row is None or result in (None, ScanResult.NOT_SCANNED):
        return result
    record(Verb.WROTE, "documents.scan_anew", folder_id=row.folder_id, subject=row, result=result.value)
    return result


def _scanned_as(document_id: UUID, *results: ScanResult | None) -> Document | None:
    """The document, where its latest scan came to one of these; None among them stands for no scan at all."""
    row = Document.objects.filter(id=document_id).select_related("file").first()
    if row is None:
        return None
    latest = Scan.objects.filter(document=row).order_by("-at", "-id").first()
    return row if (ScanResult(latest.result) if latest is not None else None) in results else None


def _look_through(row: Document) -> ScanResult | None:
    """What the scanner says of a stored document now, kept where it could look through it; None where the document
    cannot be read. Whoever added one that is infected is told, without a word of what it is or whose."""
    try:
        key = keyring().named(row.file.key_id).unwrap(bytes(row.file.wrapped_key), row.file.stored)
        with store.opened(row.file.stored, key, row.file.size) as opened:
            scanned = scanner.scan(readable(opened))
    except (KeyMissing, Damaged):
        return None
    if scanned.result is ScanResult.NOT_SCANNED:
        return scanned.result
    _scanned(row, scanned, now())
    if scanned.result is ScanResult.INFECTED and row.added_by_id is not None:
        notify(
            row.added_by_id, text="The malware scanner found something in a document that you added",
            path=f"/child/{row.folder_id}/documents/{row.id}/", acknowledge_within_minutes=ANSWERED_WITHIN,
        )  # fmt: skip
    return scanned.result


def in_quarantine(limit: int = 200, *, after: UUID | None = None) -> list[UUID]:
    """The documents that wait for the scanner, the latest first, since somebody waits for them: so many, from the one
    `after` which the last of them came. For the job alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT d.id FROM documents_document d
            WHERE NOT EXISTS (SELECT FROM documents_scan s WHERE s.document_id = d.id AND s.result <> 'not_scanned')
              AND (%(after)s::uuid IS NULL
                   OR (d.added_at, d.id) < (SELECT l.added_at, l.id FROM documents_document l WHERE l.id = %(after)s))
            ORDER BY d.added_at DESC, d.id DESC LIMIT %(limit)s
            """,
            {"limit": limit, "after": after},
        )
        return [found for (found,) in cursor.fetchall()]


def not_examined(limit: int = 200, *, after: UUID | None = None) -> list[UUID]:
    """The documents that open and that nobody has read, the latest first: so many, from the one `after` which the last
    of them came. For the job alone: what was just added is read at once, so it is not among them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT d.id FROM documents_document d
            WHERE NOT EXISTS (SELECT FROM documents_examination e WHERE e.document_id = d.id)
              AND (SELECT s.result FROM documents_scan s WHERE s.document_id = d.id
                   ORDER BY s.at DESC, s.id DESC LIMIT 1) = ANY (%(opens)s)
              AND d.added_at < %(before)s
              AND (%(after)s::uuid IS NULL
                   OR (d.added_at, d.id) < (SELECT l.added_at, l.id FROM documents_document l WHERE l.id = %(after)s))
            ORDER BY d.added_at DESC, d.id DESC LIMIT %(limit)s
            """,
            {
                "limit": limit, "after": after, "before": now() - FRESH,
                "opens": [result.value for result in ScanResult if result.opens],
            },
        )  # fmt: skip
        return [found for (found,) in cursor.fetchall()]


def clear_left() -> int:
    """Remove from the disk what lies there in clear since its process was killed. For the job alone."""
    removed = store.clear_left()
    if removed:
        record(Verb.WROTE, "documents.clear_left", count=removed)
    return removed


def clear_orphans() -> int:
    """Remove from the disk what no row knows and nobody is writing, left by a crash or a rollback.

    For the job alone. Returns how many files are gone.
    """
    removed = 0
    batch: dict[UUID, Path] = {}

    def clear() -> int:
        known = set(StoredFile.objects.filter(stored__in=list(batch)).values_list("stored", flat=True))
        gone = [path for stored, path in batch.items() if stored not in known]
        for path in gone:
            path.unlink(missing_ok=True)
        batch.clear()
        return len(gone)

    for stored, path in store.older_than(now() - ORPHANED):
        if stored is None:
            path.unlink(missing_ok=True)
            removed += 1
            continue
        batch[stored] = path
        if len(batch) == _AT_ONCE:
            removed += clear()
    removed += clear()
    if removed:
        record(Verb.WROTE, "documents.clear_orphans", count=removed)
    return removed


# -- keys ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rotated:
    """How many files' keys were wrapped anew, by which key, and whether older keys are still in the environment."""

    count: int
    key_id: str
    in_environment: bool


def add_key() -> str | None:
    """Put a new key before those in the key file; returns its id, or None where the environment gives the keys.

    Raises KeyMissing where the keys in use are not there: a new key would open none of the documents.
    """
    path = key_file()
    if path is None:
        return None
    with attempt("documents.add_key"):
        old = keyring()
        fresh = secrets.token_hex(32)
        _write_keys([fresh, *(key.secret.hex() for key in old.keys)])
        current = keyring().current
        record(Verb.WROTE, "documents.add_key", keys=len(old.keys) + 1)
        return current.id


def _write_keys(lines: Sequence[str]) -> None:
    """The key file anew, whole or not at all, readable by nobody else. Raises OSError."""
    path = key_file()
    assert path is not None
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def rewrap(*, last: bool) -> int:
    """Wrap by the newest key what an older one wrapped, at most so many; returns how many. For the job alone.

    With `last` it first waits for whoever is storing a document, so that nothing wrapped by an older key can follow.
    Call it until it returns 0. Raises KeyMissing, Damaged.
    """
    with connection.cursor() as cursor:
        if last:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_KEYS_LOCK])
    keys = keyring()
    rows = list(StoredFile.objects.exclude(key_id=keys.current.id).order_by("id")[:_AT_ONCE])
    for row in rows:
        key = keys.named(row.key_id).unwrap(bytes(row.wrapped_key), row.stored)
        row.key_id, row.wrapped_key = keys.current.id, keys.current.wrap(key, row.stored)
    StoredFile.objects.bulk_update(rows, ["key_id", "wrapped_key"])
    if rows:
        record(Verb.WROTE, "documents.rewrap", count=len(rows))
    return len(rows)


def drop_old_keys() -> None:
    """Leave only the newest key in the key file, once nothing is wrapped by another. Raises Refused before that."""
    with attempt("documents.drop_old_keys"):
        keys = keyring()
        if StoredFile.objects.exclude(key_id=keys.current.id).exists():
            raise Refused("Some documents are still wrapped by an older key.")
        if key_file() is not None and len(keys.keys) > 1:
            _write_keys([keys.current.secret.hex()])
            record(Verb.WROTE, "documents.drop_old_keys", keys=len(keys.keys) - 1)


# -- body maps ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NewBodyMap:
    """What was seen on a child's body. `replaces` is the map that this one puts right, `was_wrong` what in it."""

    seen_at: datetime
    seen_parts: str
    marks: Sequence[Mark]
    none_seen: bool = False
    said: str = ""
    replaces: UUID | None = None
    was_wrong: str = ""


def draw_body_map(
    folder_id: UUID, new: NewBodyMap, *, subject_kind: str = "", subject_id: UUID | None = None
) -> BodyMap:
    """Record a body map in one child's record. Raises NotPermitted, NotFound, Refused."""
    with attempt("documents.draw_body_map", folder_id=folder_id):
        acting = permit(Permission.WRITE_FOLDER)
        if not may_write(folder_id):
            raise NotFound
        at = now()
        if new.seen_at > at:
            raise Refused("Enter a time that is not in the future", "seen_at")
        if not new.seen_parts.strip():
            raise Refused("Say how much of the body you saw, and how", "seen_parts")
        rules.marks_are_told(new.marks, new.none_seen).or_refuse()
        earlier = _replaced(folder_id, new)
        if earlier is None and _drawn_already(folder_id, acting.practitioner_id, new):
            raise Refused("You recorded this body map already. Look at it in the list of documents.")
        row = BodyMap(
            folder_id=folder_id,
            seen_at=new.seen_at,
            none_seen=new.none_seen,
            seen_parts=new.seen_parts.strip(),
            said=new.said.strip(),
            written_at=at,
            author_id=acting.practitioner_id,
            author_post=acting.post,
            replaces=earlier,
            was_wrong=new.was_wrong.strip() if earlier else "",
            subject_kind=earlier.subject_kind if earlier else subject_kind if subject_id else "",
            subject_id=earlier.subject_id if earlier else subject_id,
        )
        row.save(force_insert=True)
        BodyMark.objects.bulk_create(_mark(row, number, mark) for number, mark in enumerate(new.marks, 1))
        record(Verb.WROTE, "documents.draw_body_map", folder_id=folder_id, subject=row, marks=len(new.marks))
        return row


def _drawn_already(folder_id: UUID, author_id: UUID, new: NewBodyMap) -> bool:
    """Whether the same person sent the same map before, as a button pressed twice does."""
    same = BodyMap.objects.filter(
        folder_id=folder_id,
        author_id=author_id,
        seen_at=new.seen_at,
        seen_parts=new.seen_parts.strip(),
        withdrawal__isnull=True,
    ).prefetch_related("marks")
    told = [(m.view.value, m.region.value, m.kind.value, m.description.strip()) for m in new.marks]
    return any(
        [(m.view, m.region, m.kind, m.description) for m in sorted(row.marks.all(), key=lambda m: m.number)]
        == told
        for row in same
    )


def _replaced(folder_id: UUID, new: NewBodyMap) -> BodyMap | None:
    if new.replaces is None:
        return None
    earlier = (
        BodyMap.objects.filter(id=new.replaces, folder_id=folder_id).select_related("replaced_by").first()
    )
    if earlier is None:
        raise NotFound
    if not new.was_wrong.strip():
        raise Refused("Say what was wrong with the earlier body map", "was_wrong")
    later = BodyMap.objects.filter(replaces=earlier).select_related("author").first()
    if later is not None:
        raise Refused(f"{later.author.name} has put this body map right already. Put that one right instead.")
    if Withdrawal.objects.filter(body_map=earlier).exists():
        raise Refused("This body map was taken out of the record. Draw a new one.")
    return earlier


def _mark(row: BodyMap, number: int, mark: Mark) -> BodyMark:
    place = rules.place_of(mark.view, mark.region)
    assert place is not None
    x, y = (mark.x, mark.y) if mark.x is not None and mark.y is not None else place
    return BodyMark(
        folder_id=row.folder_id,
        body_map=row,
        number=number,
        view=mark.view.value,
        region=mark.region.value,
        x=min(max(x, 0), rules.WIDTH),
        y=min(max(y, 0), rules.HEIGHT),
        kind=mark.kind.value,
        description=mark.description.strip(),
        size=mark.size.strip(),
        said=mark.said.strip(),
    )
