"""How a row of the trail is written down for its HMAC, and how seals chain. Described in docs/audit.md.

Nothing here reads a database: the same bytes must come out of Python when a row is written and out of
PostgreSQL when it is verified (`queries.CANONICAL`), and the tests hold the two against each other.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from uuid import UUID

FORM = "sightline-audit-1"
SEAL_FORM = "sightline-seal-1"
SEPARATOR = "\x1f"

#: How old an unsealed row may be before verification fails. Sealing runs every ten seconds; a long import
#: holds it back while its transaction is open.
UNSEALED_SECONDS = 300.0

_NAME = re.compile(r"[A-Za-z0-9_.:/<>-]{1,200}\Z")
_ID = re.compile(r"[A-Za-z0-9._:/-]{1,100}\Z")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row of the trail before it is written. `detail` holds ids and counts only, never words."""

    id: UUID
    at: datetime
    actor_kind: str
    practitioner_id: UUID | None = None
    job: str = ""
    post: str = ""
    origin: str = ""
    verb: str
    what: str
    subject_table: str = ""
    subject_id: str = ""
    folder_id: UUID | None = None
    purpose: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)
    key_id: str = ""


def one_line(words: str, limit: int) -> str:
    """`words` without control characters and surrogates, white space run together, at most `limit` long."""
    joined = " ".join(words.split())
    return "".join(c for c in joined if c.isprintable() or c == " ")[:limit]


def name_of(what: str) -> str:
    """`what` if it is the dotted name of an action or a page. Raises ValueError: it holds no sentences."""
    if not _NAME.match(what):
        raise ValueError(f"An audit row names an action or a page, not {what!r}")
    return what


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool | int):
        return value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, str):
        if not _ID.match(value):
            raise ValueError("The detail of an audit row holds ids and counts only")
        return value
    if isinstance(value, Iterable):
        return [_plain(each) for each in value]
    raise ValueError(f"The detail of an audit row cannot hold {type(value).__name__}")


def ids_only(detail: Mapping[str, object]) -> dict[str, object]:
    """`detail` with ids as text and without empty values. Raises ValueError for anything like words."""
    plain: dict[str, object] = {}
    for key, value in detail.items():
        if not _KEY.match(key):
            raise ValueError(f"{key!r} is not a name for a detail of an audit row")
        if value is not None and value != "":
            plain[key] = _plain(value)
    return plain


def detail_text(detail: Mapping[str, object]) -> str:
    """The JSON exactly as PostgreSQL's jsonb writes it: shorter keys first, then by byte; ASCII ids only."""
    ordered = {key: detail[key] for key in sorted(detail, key=lambda k: (len(k), k))}
    return json.dumps(ordered, separators=(", ", ": "))


def utc(at: datetime) -> str:
    """The instant in UTC to the microsecond, e.g. 2026-03-01T09:30:00.000000Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_utc(words: str) -> datetime:
    """The instant that `utc` wrote."""
    return datetime.fromisoformat(words)


def canonical(event: Event) -> bytes:
    """The canonical form of a row: the form's name and fifteen fields, unit separators between, UTF-8."""
    fields = (
        FORM,
        str(event.id),
        utc(event.at),
        event.actor_kind,
        str(event.practitioner_id or ""),
        event.job,
        event.post,
        event.origin,
        event.verb,
        event.what,
        event.subject_table,
        event.subject_id,
        str(event.folder_id or ""),
        event.purpose,
        detail_text(event.detail),
        event.key_id,
    )
    return SEPARATOR.join(fields).encode()


class Signer:
    """HMAC-SHA-256 under one key (RFC 2104), its two padded key blocks hashed once for a million rows."""

    def __init__(self, key: str) -> None:
        secret = key.encode()
        if len(secret) < 32:
            raise ValueError("The audit key needs at least 32 characters")
        self.key_id = hashlib.sha256(b"sightline audit key\n" + secret).hexdigest()[:12]
        if len(secret) > 64:
            secret = hashlib.sha256(secret).digest()
        block = secret.ljust(64, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def sign(self, message: bytes) -> bytes:
        """The 32 bytes of the HMAC."""
        inner = self._inner.copy()
        inner.update(message)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()

    def untrue(self, rows: Iterable[str], hmacs: Iterable[str]) -> list[int]:
        """Which rows (canonical form, separator, HMAC) do not carry just this HMAC, true under this key.

        Rows and HMACs go in step. `sign` is written out: this loop is most of the cost of a verification.
        """
        inner_copy, outer_copy, ending = self._inner.copy, self._outer.copy, self.key_id + SEPARATOR
        found = []
        for place, (row, hmac) in enumerate(zip(rows, hmacs, strict=True)):
            inner, outer = inner_copy(), outer_copy()
            inner.update(row[:-65].encode())
            outer.update(inner.digest())
            if outer.hexdigest() != hmac or not row.endswith(ending + hmac):
                found.append(place)
        return found


class Keys:
    """The audit keys: the first signs, all verify, so that a key can be replaced."""

    def __init__(self, text: str) -> None:
        """`text` is what the key file holds: one key a line, newest first. Raises ValueError when empty."""
        signers = [Signer(key) for key in text.split()]
        if not signers:
            raise ValueError("There is no audit key: set SIGHTLINE_AUDIT_KEY, or put one in keys/audit_key")
        self.current = signers[0]
        self.by_id = {signer.key_id: signer for signer in signers}


def seal_header(
    number: int, previous: str, sealed_at: datetime, horizon: int, count: int, key_id: str
) -> bytes:
    """What a seal's digest begins with; after it one line "id hmac" for each event, in order."""
    fields = (SEAL_FORM, str(number), previous, utc(sealed_at), str(horizon), str(count), key_id)
    return "\n".join(fields).encode() + b"\n"


def seal_digest(header: bytes, ids: Iterable[str], macs: Iterable[str]) -> str:
    """The digest of a seal in hexadecimal: its header, then one line "id hmac" for each event in order."""
    lines = "\n".join(map(" ".join, zip(ids, macs, strict=True)))
    return hashlib.sha256(header + lines.encode()).hexdigest()


#: Stands in a seal for the HMAC of an event that did not carry a true one when it was sealed.
FALSE_HMAC = "0" * 64

#: What the first seal names as the one before it.
NO_SEAL = "0" * 64


def anchor_line(number: int, digest: str, sealed_at: datetime) -> str:
    """One seal in the anchor file: number, digest and instant, tabs between, a line feed after."""
    return f"{number}\t{digest}\t{utc(sealed_at)}\n"


@dataclass(frozen=True, slots=True)
class Anchored:
    """One line of an anchor file."""

    number: int
    digest: str


_ANCHOR_LINE = re.compile(r"(\d{1,18})\t([0-9a-f]{64})\t\S+\n\Z")


def anchored(lines: Iterable[str]) -> Iterator[tuple[int, Anchored | None]]:
    """The lines of an anchor file with their numbers from 1; None for a line that is not one.

    A last line without its line feed was being written when the machine stopped and is passed over.
    """
    for count, line in enumerate(lines, 1):
        if not line.endswith("\n"):
            return
        found = _ANCHOR_LINE.match(line)
        yield count, Anchored(int(found[1]), found[2]) if found else None
