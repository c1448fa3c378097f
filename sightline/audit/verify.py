"""Whether the trail is whole: what was changed, removed, inserted or reordered since it was sealed.

Two passes, both streamed: seal by seal what it holds and the rows as they are now; then every row that no
seal holds. PostgreSQL writes each row in its canonical form, the HMACs are worked out here.
What this cannot show is in docs/audit.md.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, transaction

from sightline.kernel.time import now
from sightline.kernel.viewer import Viewer, looking_as

from .actions import keys
from .anchor import Begun, begun, place_of
from .queries import CANONICAL
from .rules import (
    FALSE_HMAC,
    FORM,
    NO_SEAL,
    SEPARATOR,
    UNSEALED_SECONDS,
    anchored,
    from_utc,
    seal_digest,
    seal_header,
    utc,
)
from .terms import VERIFYING, Fault

#: How many findings are named; more are only counted.
NAMED = 1000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `event` is the id of the row, `seal` the number of the seal, if any."""

    fault: Fault
    words: str
    event: str = ""
    seal: int | None = None


@dataclass
class Report:
    """What verification found. `ok` when nothing is wrong; rows waiting for the next seal are not wrong."""

    events: int = 0
    sealed: int = 0
    seals: int = 0
    unsealed: int = 0
    oldest_unsealed_seconds: float | None = None
    anchor: str | None = None
    anchored_seals: int = 0
    #: Since which seal the anchor in use has been kept; and, where it is not the first, since when and why.
    anchor_since: int | None = None
    anchor_begun_anew: str = ""
    seconds: float = 0.0
    #: The first of them, at most NAMED.
    findings: list[Finding] = field(default_factory=list)
    found: int = 0

    @property
    def ok(self) -> bool:
        return self.found == 0

    def only(self, *faults: Fault) -> bool:
        """Whether nothing else than these is wrong; also where nothing is."""
        return all(finding.fault in faults for finding in self.findings)

    def find(self, fault: Fault, words: str, *, event: str = "", seal: int | None = None) -> None:
        self.found += 1
        if len(self.findings) < NAMED:
            self.findings.append(Finding(fault, words, event, seal))

    def lines(self) -> list[str]:
        """The report in plain words, one finding a line."""
        head = f"{self.events:,} rows, {self.sealed:,} of them in {self.seals:,} seals"
        if self.unsealed:
            age = self.oldest_unsealed_seconds or 0.0
            head += f"; {self.unsealed:,} not sealed yet, the oldest {age:.0f} s old"
        out = [f"{head}. Verified in {self.seconds:.1f} s."]
        if self.anchor is None:
            out.append("No anchor file was compared: a trail rolled back as a whole would not be noticed.")
        else:
            out.append(f"Compared with {self.anchored_seals:,} seals of the anchor {self.anchor}.")
        if self.anchor_begun_anew:
            out.append(f"The anchor was begun anew with seal {self.anchor_since} {self.anchor_begun_anew}")
        out += [f"{finding.fault.value}: {finding.words}" for finding in self.findings]
        if self.found > len(self.findings):
            out.append(f"and {self.found - len(self.findings):,} more.")
        out.append(
            "The audit trail is whole." if self.ok else f"The audit trail is NOT whole: {self.found:,} found."
        )
        return out

    def as_dict(self) -> dict[str, Any]:
        """The report for JSON."""
        return {"ok": self.ok, **asdict(self)}


@dataclass(slots=True)
class _Seal:
    number: int
    sealed_at: datetime
    previous: str
    horizon: int
    count: int
    digest: str
    key_id: str
    hmac: str


def verify(anchor: Path | None = None) -> Report:
    """Verify the whole trail, and the seals against an anchor file.

    `anchor` is a file that sealing appended to, or a copy of one; left out, it is the one of the settings, whose
    absence is a finding where the trail says that one is kept. Reads only. Raises OSError if the anchor cannot be
    read, ValueError if there is no audit key.
    """
    began = time.monotonic()
    report = Report()
    # Asked first: what sealing begins meanwhile need not be in a file that was read before.
    kept = begun()
    named = anchor is not None
    if not named and settings.AUDIT_ANCHOR and Path(settings.AUDIT_ANCHOR).exists():
        anchor = Path(settings.AUDIT_ANCHOR)
    # Read before the seals: sealing goes on meanwhile, and writes its anchor after it has committed.
    pinned: dict[int, tuple[int, str]] = {}
    if anchor is not None:
        pinned = _read_anchor(anchor, report)
    _missed(kept, pinned, named, report)
    with transaction.atomic(), looking_as(Viewer.for_job(VERIFYING)):
        seals = _seals()
        _chain(seals, report)
        _sealed_events(seals, report)
        _unsealed_events(report)
    _against_anchor(pinned, {seal.number: seal for seal in seals}, report)
    report.seconds = time.monotonic() - began
    return report


# -- anchor -------------------------------------------------------------------------------------------


def _read_anchor(path: Path, report: Report) -> dict[int, tuple[int, str]]:
    """The digest of each seal that the file names, with the line it stands on."""
    report.anchor = str(path)
    pinned: dict[int, tuple[int, str]] = {}
    with path.open(encoding="ascii", errors="replace", newline="") as lines:
        for count, entry in anchored(lines):
            if entry is None:
                report.find(Fault.ANCHOR, f"line {count} of the anchor is not a seal")
            elif entry.number in pinned and pinned[entry.number][1] != entry.digest:
                first = pinned[entry.number][0]
                report.find(
                    Fault.ANCHOR,
                    f"lines {first} and {count} of the anchor name seal {entry.number} differently",
                    seal=entry.number,
                )
            else:
                pinned[entry.number] = (count, entry.digest)
    report.anchored_seals = len(pinned)
    if not pinned and not report.found:
        report.find(Fault.ANCHOR, "the anchor names no seal: it was emptied, or is another file")
    return pinned


def _missed(kept: list[Begun], pinned: dict[int, tuple[int, str]], named: bool, report: Report) -> None:
    """Whether the anchor is there that the trail says is kept, from its beginning.

    A copy that was named may be of one before, or of another machine's; an empty file has been found already.
    """
    here = place_of(Path(settings.AUDIT_ANCHOR)) if settings.AUDIT_ANCHOR else ""
    ours = [each for each in kept if named or each.place == here]
    if not ours:
        return
    latest = ours[-1]
    report.anchor_since = latest.seal
    if latest.why:
        report.anchor_begun_anew = f"on {utc(latest.at)}: {latest.why}"
    if report.anchor is None:
        words = f"{settings.AUDIT_ANCHOR} is not there, and has been kept since seal {latest.seal}"
    elif pinned and not any(each.seal in pinned for each in (ours if named else [latest])):
        words = f"it does not begin with seal {latest.seal}, as it did: it was removed, cut or replaced"
    else:
        return
    report.find(
        Fault.ANCHOR_MISSING,
        f"{words}. Compare with a copy (--anchor); `sightline audit new-anchor` begins another",
        seal=latest.seal,
    )


def _against_anchor(pinned: dict[int, tuple[int, str]], seals: dict[int, _Seal], report: Report) -> None:
    for number, (line, digest) in pinned.items():
        seal = seals.get(number)
        if seal is None:
            report.find(
                Fault.ANCHOR,
                f"seal {number} stands on line {line} of the anchor and is not in the database: "
                "it was removed, or the database was set back to before it",
                seal=number,
            )
        elif seal.digest != digest:
            report.find(
                Fault.ANCHOR, f"seal {number} is not the one on line {line} of the anchor", seal=number
            )


# -- seals --------------------------------------------------------------------------------------------


def _seals() -> list[_Seal]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, sealed_at, previous, horizon, count, digest, key_id, hmac "
            "FROM audit_seal ORDER BY number"
        )
        return [_Seal(*row) for row in cursor.fetchall()]


def _chain(seals: list[_Seal], report: Report) -> None:
    """Each seal carries a true HMAC, numbers have no gap, and each names the digest of the one before."""
    known = keys().by_id
    report.seals = len(seals)
    expected, previous = 1, NO_SEAL
    for seal in seals:
        if seal.number != expected:
            gone = (
                f"seal {expected}"
                if seal.number == expected + 1
                else f"seals {expected} to {seal.number - 1}"
            )
            report.find(Fault.SEAL_REMOVED, f"{gone} missing before seal {seal.number}", seal=expected)
        elif seal.previous != previous:
            report.find(
                Fault.SEAL_CHANGED, f"seal {seal.number} does not follow the one before it", seal=seal.number
            )
        signer = known.get(seal.key_id)
        if signer is None:
            report.find(
                Fault.SEAL_CHANGED, f"seal {seal.number} names a key that is not here", seal=seal.number
            )
        elif signer.sign(seal.digest.encode()).hex() != seal.hmac:
            report.find(
                Fault.SEAL_CHANGED, f"seal {seal.number} does not carry a true HMAC", seal=seal.number
            )
        expected, previous = seal.number + 1, seal.digest


# -- events -------------------------------------------------------------------------------------------

# One answer a seal: what it holds, and the rows of those ids as they are now, each with its HMAC at its end.
_SEALED = f"""
    SELECT s.number, s.event_ids::text[], s.event_hmacs, there.rows
    FROM audit_seal s CROSS JOIN LATERAL (
        SELECT array_agg({CANONICAL} || chr(31) || e.hmac ORDER BY e.id) AS rows
        FROM audit_event e WHERE e.id = ANY(s.event_ids)) there
    WHERE s.number <= {{upto}} ORDER BY s.number
"""  # noqa: S608
_NOT_SEALED = f"""
    SELECT {CANONICAL} || chr(31) || e.hmac FROM audit_event e
    WHERE NOT EXISTS (SELECT FROM audit_seal s CROSS JOIN LATERAL unnest(s.event_ids) AS held(id)
                      WHERE held.id = e.id)
"""  # noqa: S608

#: Where the id stands in a canonical form.
_ID = slice(len(FORM) + 1, len(FORM) + 37)
#: Where the id of the key stands in a row, which ends with it, a separator and the HMAC.
_KEY = slice(-77, -65)


def _streamed(query: str) -> Iterator[tuple[Any, ...]]:
    """Answers one by one as PostgreSQL finds them, while it goes on looking."""
    connection.ensure_connection()
    # Django's own cursors put parameters in on this side and cannot receive binary answers.
    with psycopg.Cursor(connection.connection) as cursor:
        yield from cursor.stream(query, binary=True)


@dataclass(slots=True)
class _Strange:
    """A row not as it was sealed; judged when all are known, since two may have changed places."""

    id: str
    seal: int
    sealed_hmac: str
    hmac: str


class _Rows:
    """Says whether rows carry true HMACs."""

    def __init__(self) -> None:
        self._signers = keys().by_id

    def untrue(self, rows: list[str], hmacs: list[str]) -> list[int]:
        """Which rows do not carry just the HMAC beside them, true under the key that they name."""
        if not rows:
            return []
        # Nearly always all rows of a seal are under one key.
        first = self._signers.get(rows[0][_KEY], keys().current)
        return [place for place in first.untrue(rows, hmacs) if not self._true(rows[place], hmacs[place])]

    def _true(self, row: str, hmac: str) -> bool:
        signer = self._signers.get(row[_KEY])
        return signer is not None and not signer.untrue([row], [hmac])


def _sealed_events(seals: list[_Seal], report: Report) -> None:
    if not seals:
        return
    rows, by_number = _Rows(), {seal.number: seal for seal in seals}
    strange: list[_Strange] = []
    for number, ids, macs, found in _streamed(_SEALED.format(upto=seals[-1].number)):
        seal, there = by_number[number], found or []
        report.sealed += len(ids)
        report.events += len(there)
        _held(seal, ids, macs, report)
        if len(macs) != len(ids) or [row[_ID] for row in there] != ids:
            _missing(seal, ids, {row[_ID] for row in there}, report)
            sealed_as = dict(zip(ids, macs, strict=False))
            macs = [sealed_as.get(row[_ID], "") for row in there]
        for place in rows.untrue(there, macs):
            row = there[place]
            strange.append(_Strange(row[_ID], number, macs[place], row.rpartition(SEPARATOR)[2]))
    _judge(strange, report)


def _held(seal: _Seal, ids: list[str], macs: list[str], report: Report) -> None:
    """Whether what stands in a seal is what its digest was made of."""
    whole = len(ids) == len(macs) == seal.count
    if whole:
        header = seal_header(
            seal.number, seal.previous, seal.sealed_at, seal.horizon, seal.count, seal.key_id
        )
        whole = seal_digest(header, ids, macs) == seal.digest
    if whole:
        return
    report.find(Fault.SEAL_CHANGED, f"seal {seal.number} does not match what stands in it", seal=seal.number)
    for before, id in pairwise(ids):
        if id <= before:
            _name(report, Fault.REORDERED, id, seal.number, "does not stand where it was sealed")


def _missing(seal: _Seal, ids: list[str], there: set[str], report: Report) -> None:
    for id in ids:
        if id not in there:
            _name(report, Fault.REMOVED, id, seal.number, "is gone")


def _judge(strange: list[_Strange], report: Report) -> None:
    sealed_elsewhere = {each.sealed_hmac: each.id for each in strange}
    for each in strange:
        other = sealed_elsewhere.get(each.hmac, each.id)
        if each.sealed_hmac == FALSE_HMAC:
            words = "was not written by Sightline, or was changed before it was sealed"
            _name(report, Fault.INSERTED, each.id, each.seal, words)
        elif other != each.id:
            _name(report, Fault.REORDERED, each.id, each.seal, f"stands in the place of {other}")
        elif each.hmac != each.sealed_hmac:
            _name(report, Fault.CHANGED, each.id, each.seal, "does not carry the HMAC that was sealed")
        else:
            _name(report, Fault.CHANGED, each.id, each.seal, "does not match its HMAC")


def _name(report: Report, fault: Fault, id: str, seal: int, words: str) -> None:
    report.find(fault, f"row {id} of seal {seal} {words}", event=id, seal=seal)


def _unsealed_events(report: Report) -> None:
    rows, at_present = _Rows(), now()
    for (row,) in _streamed(_NOT_SEALED):
        report.events += 1
        if rows.untrue([row], [row.rpartition(SEPARATOR)[2]]):
            report.find(
                Fault.INSERTED,
                f"row {row[_ID]} is in no seal and does not match its HMAC: "
                "Sightline did not write it, or it was changed since",
                event=row[_ID],
            )
            continue
        report.unsealed += 1
        age = max(0.0, (at_present - from_utc(row.split(SEPARATOR, 3)[2])).total_seconds())
        report.oldest_unsealed_seconds = max(age, report.oldest_unsealed_seconds or 0.0)
        if age > UNSEALED_SECONDS:
            report.find(Fault.UNSEALED, f"row {row[_ID]} has waited {age:.0f} s for a seal", event=row[_ID])
