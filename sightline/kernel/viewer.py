"""Who is looking. Every transaction says so before it reads or writes; nobody named sees nothing.

The viewer is kept twice: in a context variable for Python and in settings of the transaction
(`sightline.viewer` and its companions) for the row security policies.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import connection


class ViewerKind(StrEnum):
    NOBODY = ""
    PRACTITIONER = "practitioner"
    PUBLIC = "public"
    JOB = "job"


@dataclass(frozen=True)
class Viewer:
    """Who is looking, as what and from where.

    `practitioner_id` for a practitioner; `job` for a named job; `reference` and `secret_digest`
    (hex of SHA-256) for a member of the public who comes back to their own concern.
    `origin` is the network address and `purpose` the reason given, both for the audit trail only.
    `for_others`: what is read is handed on to people who are not named where this one is, so that
    every seal is closed to it.
    """

    kind: ViewerKind = ViewerKind.NOBODY
    practitioner_id: UUID | None = None
    job: str = ""
    reference: str = ""
    secret_digest: str = ""
    origin: str = ""
    purpose: str = ""
    for_others: bool = False

    @classmethod
    def practitioner(
        cls, practitioner_id: UUID, *, origin: str = "", purpose: str = "", for_others: bool = False
    ) -> Viewer:
        return cls(
            ViewerKind.PRACTITIONER,
            practitioner_id=practitioner_id,
            origin=origin,
            purpose=purpose,
            for_others=for_others,
        )

    @classmethod
    def for_job(cls, name: str) -> Viewer:
        return cls(ViewerKind.JOB, job=name, origin="job")

    @classmethod
    def public(cls, reference: str = "", secret_digest: str = "", *, origin: str = "") -> Viewer:
        return cls(ViewerKind.PUBLIC, reference=reference, secret_digest=secret_digest, origin=origin)


NOBODY = Viewer()
_current: ContextVar[Viewer] = ContextVar("viewer", default=NOBODY)

SETTINGS = ("viewer", "practitioner", "job", "reference", "secret", "for_others")


def current() -> Viewer:
    """Who is looking now."""
    return _current.get()


def _tell_database(viewer: Viewer) -> None:
    values = (
        viewer.kind.value,
        str(viewer.practitioner_id or ""),
        viewer.job,
        viewer.reference,
        viewer.secret_digest,
        "yes" if viewer.for_others else "",
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT " + ", ".join(f"set_config('sightline.{name}', %s, true)" for name in SETTINGS), values
        )


@contextmanager
def looking_as(viewer: Viewer) -> Iterator[Viewer]:
    """For the length of the block, inside the open transaction, `viewer` is who is looking.

    The one before is put back explicitly at the end, since SET LOCAL outlives an inner savepoint.
    Raises RuntimeError outside a transaction, where the settings would be gone at once.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("looking_as needs an open transaction")
    before = _current.get()
    token = _current.set(viewer)
    _tell_database(viewer)
    try:
        yield viewer
    finally:
        _current.reset(token)
        # In a transaction that has failed nothing more can be said to the database; the rollback
        # to the savepoint, or the end of the transaction, takes the settings back by itself.
        if connection.in_atomic_block and not connection.needs_rollback and not _broken():
            _tell_database(before)


def _broken() -> bool:
    from psycopg.pq import TransactionStatus

    raw = connection.connection
    return raw is None or raw.info.transaction_status == TransactionStatus.INERROR
