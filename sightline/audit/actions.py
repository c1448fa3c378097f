"""The only writer of the trail, and the transaction in which everything is told to it.

An act or a reading is recorded in the transaction that did it: it stands if the act stands. A refusal, a
failed sign-in or an error must stand although what led to it is rolled back: `outer_transaction` holds the
whole request or job, the work runs in a savepoint inside it, and what went wrong is written outside that.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import re
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, models, transaction
from django.http import Http404
from psycopg.errors import ExclusionViolation, UniqueViolation
from psycopg.pq import TransactionStatus

from sightline.kernel.ids import uuid7
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import NOBODY, Viewer, ViewerKind, current, looking_as

from .models import AuditEvent, AuditSeal
from .queries import CANONICAL, last_shown
from .rules import (
    FALSE_HMAC,
    NO_SEAL,
    Event,
    Keys,
    Signer,
    anchor_line,
    canonical,
    detail_text,
    ids_only,
    name_of,
    one_line,
    seal_digest,
    seal_header,
)
from .terms import SEALING, Verb

logger = logging.getLogger(__name__)

#: Said where two people write at one moment what may stand only once.
MET_ANOTHER = (
    "Somebody else saved the same a moment ago, so yours was not saved. Look at what stands there now, and send "
    "yours again if it is still wanted."
)

#: What counts as a refusal; any other exception is an error.
REFUSALS: tuple[type[Exception], ...] = (Refused, NotFound, PermissionDenied, Http404)

Subject = models.Model | tuple[str, object]
_Value = str | UUID | datetime | None

_COLUMNS = (
    "id", "at", "actor_kind", "practitioner_id", "job", "post", "origin", "verb", "what", "subject_table",
    "subject_id", "folder_id", "purpose", "detail", "key_id", "hmac",
)  # fmt: skip
_ROW = "(" + ", ".join("%s::jsonb" if column == "detail" else "%s" for column in _COLUMNS) + ")"
# Written as SQL: the model would ask for the row's transaction back, which row security refuses.
_INSERT = f"INSERT INTO {AuditEvent._meta.db_table} ({', '.join(_COLUMNS)}) VALUES "  # noqa: S608
_ROWS_AT_ONCE = 500

_post: ContextVar[str] = ContextVar("audit_post", default="")


@functools.lru_cache(maxsize=2)
def _keys(text: str) -> Keys:
    return Keys(text)


def keys() -> Keys:
    """The audit keys of the settings. Raises ValueError when there is none."""
    return _keys(settings.AUDIT_KEY)


def acting_post() -> str:
    """The post in which whoever is looking acts, as `acting_as` said."""
    return _post.get()


# -- recording --------------------------------------------------------------------------------------


def event(
    verb: Verb,
    what: str,
    *,
    folder_id: UUID | None = None,
    subject: Subject | None = None,
    purpose: str = "",
    at: datetime | None = None,
    viewer: Viewer | None = None,
    post: str | None = None,
    **ids: Any,
) -> Event:
    """An event, not yet written; for `record_many`.

    `what` is the dotted name of the action or page; `subject` a row, or a table and an id; `ids` further ids,
    counts, or lists of them. `purpose` is the reason given, one line of at most 500 characters.
    `at`, `viewer` and `post` are for the bulk load of demonstration data, which runs as the owner of the
    tables: everybody else tells what they do themselves, now.
    Raises ValueError where `what` or an id looks like words.
    """
    viewer = viewer or current()
    if isinstance(subject, models.Model):
        subject = (subject._meta.db_table, subject.pk)
    table, key = subject or ("", "")
    return Event(
        id=uuid7(),
        at=at or now(),
        actor_kind=viewer.kind.value,
        practitioner_id=viewer.practitioner_id if viewer.kind == ViewerKind.PRACTITIONER else None,
        job=viewer.job if viewer.kind == ViewerKind.JOB else "",
        post=one_line(_post.get() if post is None else post, 200),
        origin=one_line(viewer.origin, 64),
        verb=verb.value,
        what=name_of(what),
        subject_table=table,
        subject_id=str(ids_only({"subject": key}).get("subject", "")),
        folder_id=folder_id,
        purpose=one_line(purpose or viewer.purpose, 500),
        detail=ids_only(ids),
    )


def record(
    verb: Verb,
    what: str,
    *,
    folder_id: UUID | None = None,
    subject: Subject | None = None,
    purpose: str = "",
    **ids: Any,
) -> UUID:
    """Write one event for whoever is looking, in the caller's transaction; returns its id.

    Arguments as for `event`. Raises RuntimeError when nobody has been named or no transaction is open.
    """
    written = event(verb, what, folder_id=folder_id, subject=subject, purpose=purpose, **ids)
    record_many([written])
    return written.id


def record_list(what: str, folder_ids: Iterable[UUID], *, refreshed: bool = False) -> None:
    """Tell of a list that was read: one event, with the folders of all the children who stood on it.

    With `refreshed` the page asked for it by itself; then only what the viewer was not shown by the last event of
    this name is worth another. An empty list shows nobody.
    """
    shown = list(dict.fromkeys(folder_ids))
    if shown and not (refreshed and {str(each) for each in shown} <= last_shown(what)):
        record(Verb.READ, what, folders=shown)


def record_many(events: Iterable[Event]) -> int:
    """Write many events (made by `event`) with few statements; returns how many."""
    if not connection.in_atomic_block:
        raise RuntimeError("The audit trail is written in the transaction of what it tells")
    signer = keys().current
    batch: list[tuple[_Value, ...]] = []
    count = 0
    with connection.cursor() as cursor:

        def flush() -> None:
            values = [value for row in batch for value in row]
            cursor.execute(_INSERT + ", ".join([_ROW] * len(batch)), values)
            batch.clear()

        for each in events:
            batch.append(_row(each, signer))
            count += 1
            if len(batch) == _ROWS_AT_ONCE:
                flush()
        if batch:
            flush()
    return count


def _row(each: Event, signer: Signer) -> tuple[_Value, ...]:
    if each.actor_kind == NOBODY.kind.value:
        raise RuntimeError("The audit trail needs to know who is looking")
    signed = replace(each, key_id=signer.key_id)
    values: dict[str, _Value] = {column: getattr(signed, column) for column in _COLUMNS[:-1]}
    values["detail"] = detail_text(signed.detail)
    values["hmac"] = signer.sign(canonical(signed)).hex()
    return tuple(values[column] for column in _COLUMNS)


def digest_of_name(name: str) -> str:
    """A typed sign-in name as a keyed digest: the same name is recognised again, and is not kept."""
    typed = name.strip().casefold().encode("utf-8", "replace")
    return keys().current.sign(b"sign-in name\n" + typed).hex()[:32]


# -- the transaction around everything -----------------------------------------------------------------


@dataclass(frozen=True)
class _Note:
    """Something to be written outside the savepoint, as whoever was looking when it happened."""

    viewer: Viewer
    event: Event


@dataclass
class Outer:
    """The outer transaction of one request or job."""

    #: Who this request turned out to be, as `acting_as` told us.
    viewer: Viewer
    post: str = ""
    #: What `outer_transaction` or the middleware calls this request or job.
    what: str = ""
    #: The ids that the request asked for, told with a refusal or an error.
    asked: dict[str, Any] = field(default_factory=dict)
    undone: bool = False
    committed: bool = False
    _doomed: BaseException | None = None
    _notes: list[_Note] = field(default_factory=list)
    _noted: set[int] = field(default_factory=set)
    _kept: list[BaseException] = field(default_factory=list)
    _inner: transaction.Atomic | None = None
    _depth: int = 0

    def begin(self) -> None:
        """Open the savepoint in which the work runs."""
        self._inner = transaction.atomic()
        self._inner.__enter__()
        self._depth = len(connection.savepoint_ids)

    def _leave(self, error: BaseException | None) -> None:
        inner, self._inner = self._inner, None
        if inner is not None:
            inner.__exit__(type(error) if error else None, error, error.__traceback__ if error else None)

    def undo(self, error: BaseException) -> None:
        """Roll back what was done so far; the page that says so, and the session, get a new savepoint."""
        if self._inner is None or len(connection.savepoint_ids) != self._depth:
            self._doomed = error  # still inside somebody's own block: the end of the request rolls back
            return
        self._leave(error)
        self.undone = True
        self.begin()
        # The rollback took the database's knowledge of the viewer with it; entering and leaving tells it.
        with looking_as(current()):
            pass

    def end(self) -> None:
        """Keep the work, or what was done since it was undone. Raises where a failure went unnoticed."""
        if self._doomed is not None:
            self.abandon(self._doomed)
            return
        if connection.needs_rollback or _failed():
            error = transaction.TransactionManagementError(
                "The database refused something and nobody noticed: nothing of this was kept"
            )
            self.abandon(error)
            raise error
        self._leave(None)

    def abandon(self, error: BaseException) -> None:
        """Roll the savepoint back for good."""
        self._leave(error)
        self.undone = True

    def note(self, each: Event, viewer: Viewer) -> None:
        self._notes.append(_Note(viewer, each))

    def note_once(self, error: BaseException) -> bool:
        """Whether this exception is told for the first time; it is kept, so that its id stays its own."""
        if id(error) in self._noted:
            return False
        self._noted.add(id(error))
        self._kept.append(error)
        return True

    @property
    def told_of_refusal(self) -> bool:
        """Whether a refusal or an error of this request has been noted already."""
        return any(note.event.verb in (Verb.REFUSED, Verb.ERROR) for note in self._notes)

    def write_notes(self) -> None:
        for note in self._notes:
            with looking_as(note.viewer):
                record_many([note.event])
        self._notes.clear()


_outer: ContextVar[Outer | None] = ContextVar("audit_outer", default=None)


def outer() -> Outer | None:
    """The outer transaction that is open, if any."""
    return _outer.get()


def _failed() -> bool:
    raw = connection.connection
    return raw is not None and raw.info.transaction_status == TransactionStatus.INERROR


@contextlib.contextmanager
def outer_transaction(viewer: Viewer, what: str = "") -> Iterator[Outer]:
    """One transaction for a whole request or job, looking as `viewer`; the block runs in a savepoint in it.

    An exception rolls the block back, is recorded (a refusal as refused, anything else as an error), and is
    raised again after the record is committed. `what` names the job in such a record.
    """
    raised: Exception | None = None
    with transaction.atomic(), looking_as(viewer):
        opened = Outer(viewer, what=what)
        token = _outer.set(opened)
        try:
            opened.begin()
            try:
                yield opened
                opened.end()
            except Exception as error:
                raised = error
                opened.abandon(error)
                note_exception(error)
            except BaseException as stopped:
                opened.abandon(stopped)
                raise
            opened.write_notes()
        finally:
            _outer.reset(token)
    opened.committed = True
    if raised is not None:
        raise raised


@contextlib.contextmanager
def acting_as(post: str) -> Iterator[None]:
    """For the block, events name `post` (post title and team) as that in which the practitioner acts.

    Entered by whoever finds out who is looking, inside `looking_as`: refusals later on are then told of them.
    """
    token = _post.set(one_line(post, 200))
    if opened := _outer.get():
        opened.viewer, opened.post = current(), post
    try:
        yield
    finally:
        _post.reset(token)


@contextlib.contextmanager
def attempt(
    what: str, *, folder_id: UUID | None = None, subject: Subject | None = None, **ids: Any
) -> Iterator[None]:
    """An action, all or nothing: a refusal rolls back what the block wrote, is recorded, and is raised on.

    For actions whose refusal a page catches to show its form again; the record stands all the same. What would
    have stood twice, since another wrote the same at the same moment, is refused likewise.
    """
    try:
        with transaction.atomic():
            yield
    except REFUSALS as refusal:
        note_exception(refusal, what, folder_id=folder_id, subject=subject, **ids)
        raise
    except IntegrityError as error:
        if (refused := met_another(error)) is None:
            raise
        note_exception(refused, what, folder_id=folder_id, subject=subject, **ids)
        raise refused from error


def met_another(error: IntegrityError) -> Refused | None:
    """A refusal in place of an error that says: somebody else has just written what may stand only once."""
    cause = error.__cause__
    if not isinstance(cause, UniqueViolation | ExclusionViolation):
        return None
    # Never its message, which holds what was written.
    logger.warning("Written twice at once: %s", cause.diag.constraint_name)
    return Refused(MET_ANOTHER)


def note_exception(
    error: BaseException,
    what: str = "",
    *,
    folder_id: UUID | None = None,
    subject: Subject | None = None,
    **ids: Any,
) -> None:
    """Record a refusal or an error once, in the outer transaction; with none open, in the caller's own.

    Its kind is recorded, never its message, which may hold somebody's words.
    """
    opened = _outer.get()
    if opened is not None and not opened.note_once(error):
        return
    asked = dict(opened.asked) if opened else {}
    asked_folder = asked.pop("folder_id", None)
    verb = Verb.REFUSED if isinstance(error, REFUSALS) else Verb.ERROR
    note(
        verb,
        what or (opened.what if opened else "") or "unnamed",
        folder_id=folder_id or asked_folder,
        subject=subject,
        kind=f"{type(error).__module__}.{type(error).__name__}",
        **{**asked, **ids},
    )


def note(
    verb: Verb,
    what: str,
    *,
    folder_id: UUID | None = None,
    subject: Subject | None = None,
    purpose: str = "",
    **ids: Any,
) -> None:
    """Record something that must stand even if this request's work is rolled back. As `record` otherwise."""
    opened = _outer.get()
    if opened is None:
        record(verb, what, folder_id=folder_id, subject=subject, purpose=purpose, **ids)
        return
    viewer, post = current(), _post.get()
    if viewer.kind != ViewerKind.PRACTITIONER and opened.viewer.kind == ViewerKind.PRACTITIONER:
        # Already outside the part of the request that knew who it was.
        viewer, post = opened.viewer, opened.post
    opened.note(
        event(
            verb, what, folder_id=folder_id, subject=subject, purpose=purpose, viewer=viewer, post=post, **ids
        ),
        viewer,
    )


def record_failed_sign_in(name: str, what: str = "sign-in") -> None:
    """A sign-in that failed: a keyed digest of the name typed, and nothing of the password."""
    note(Verb.FAILED_SIGN_IN, what, name_digest=digest_of_name(name))


# -- sealing ------------------------------------------------------------------------------------------

#: Events in one seal at most; more of them become several seals.
EVENTS_IN_SEAL = 1000
_HEX = re.compile("[0-9a-f]{64}")
_LOCK = 0x5EA1  # any number that no other advisory lock of Sightline uses

# Committed rows that no seal holds yet. The inner part looks only at seals that could hold one of them.
_UNSEALED = """
    WITH fresh AS MATERIALIZED (
        SELECT id FROM audit_event WHERE txid >= %(low)s AND (txid < %(horizon)s OR %(moved)s))
    SELECT id FROM fresh
    WHERE NOT EXISTS (
        SELECT FROM audit_seal s CROSS JOIN LATERAL unnest(s.event_ids) AS held(id)
        WHERE held.id = fresh.id
          AND s.last_event >= (SELECT min(id::text COLLATE "C") FROM fresh)::uuid)
    ORDER BY id
"""
_FORMS = f"SELECT e.key_id, e.hmac, {CANONICAL} FROM audit_event e WHERE e.id = ANY(%s) ORDER BY e.id"  # noqa: S608


def seal() -> int:
    """Seal what has been committed and is below every open transaction; returns how many events were sealed.

    The last seal is then also appended to the anchor file, outside the database (`settings.AUDIT_ANCHOR`,
    empty for none). If another process is sealing at this moment, 0 at once. Nobody who writes waits for it.
    Raises OSError if the anchor cannot be written; the seals stand all the same.
    """
    sealed, last = 0, None
    with transaction.atomic(durable=True), looking_as(Viewer.for_job(SEALING)):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            if not cursor.fetchone()[0]:
                return 0
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            horizon = cursor.fetchone()[0]
        before = AuditSeal.objects.order_by("-number").only("number", "digest", "horizon").first()
        low = before.horizon if before else 0
        # Transactions are numbered anew in a database that was restored elsewhere: then everything is
        # looked through once, and what the seals hold already is left out by its id.
        moved = horizon < low
        number, previous = (before.number, before.digest) if before else (0, NO_SEAL)
        with connection.chunked_cursor() as rows:
            rows.execute(_UNSEALED, {"low": 0 if moved else low, "horizon": horizon, "moved": moved})
            while chunk := [id for (id,) in rows.fetchmany(EVENTS_IN_SEAL)]:
                number += 1
                last = _seal_of(chunk, number, previous, horizon)
                last.save(force_insert=True)
                previous = last.digest
                sealed += len(chunk)
    if last is not None and settings.AUDIT_ANCHOR:
        append_to_anchor(Path(settings.AUDIT_ANCHOR), last.number, last.digest, last.sealed_at)
    return sealed


def _seal_of(ids: list[UUID], number: int, previous: str, horizon: int) -> AuditSeal:
    signer, sealed_at = keys().current, now()
    macs = _hmacs(ids)
    header = seal_header(number, previous, sealed_at, horizon, len(ids), signer.key_id)
    digest = seal_digest(header, map(str, ids), macs)
    return AuditSeal(
        number=number,
        sealed_at=sealed_at,
        previous=previous,
        horizon=horizon,
        count=len(ids),
        first_event=ids[0],
        last_event=ids[-1],
        event_ids=ids,
        event_hmacs=macs,
        digest=digest,
        key_id=signer.key_id,
        hmac=signer.sign(digest.encode()).hex(),
    )


def _hmacs(ids: list[UUID]) -> list[str]:
    """The HMACs that these events carry, in order; FALSE_HMAC for one that is not true."""
    known = keys().by_id
    macs = []
    with connection.cursor() as cursor:
        cursor.execute(_FORMS, [ids])
        for id, (key_id, hmac, form) in zip(ids, cursor.fetchall(), strict=True):
            # A key that is not here may be one that another process has and this one will get: kept as it is.
            true = (
                known[key_id].sign(form.encode()).hex() == hmac if key_id in known else _HEX.fullmatch(hmac)
            )
            if not true:
                logger.error("Audit row %s was not written by Sightline, or changed before it was sealed", id)
            macs.append(hmac if true else FALSE_HMAC)
    return macs


def append_to_anchor(path: Path, number: int, digest: str, sealed_at: datetime) -> None:
    """Append one seal to the anchor file and wait until the disk has it. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="ascii") as anchor:
        anchor.write(anchor_line(number, digest, sealed_at))
        anchor.flush()
        os.fsync(anchor.fileno())
