"""Looking for malware by ClamAV's daemon, over the protocol of its manual (`INSTREAM`, `VERSION`).

The clients in the registry are years old or not permissive, and what is needed of them is this page.
"""

from __future__ import annotations

import re
import socket
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import IO

from django.conf import settings

from .terms import ScanResult

_PIECE = 128 * 1024
#: How long the daemon may think about one file, in seconds.
PATIENCE = 120
#: Signatures older than this no longer know what goes round today.
STALE = timedelta(days=1)


@dataclass(frozen=True)
class Scanned:
    """What the scanner said of one file. `why` is for people where it could not be scanned."""

    result: ScanResult
    signature: str = ""
    engine: str = ""
    why: str = ""


@dataclass(frozen=True)
class Daemon:
    """What the daemon says of itself; `signatures_of` is None where it has none that are dated."""

    version: str
    signatures_of: datetime | None

    def stale(self, at: datetime) -> bool:
        """Whether its signatures are older than a day, or of no known day."""
        return self.signatures_of is None or at - self.signatures_of > STALE


class NoAnswer(Exception):
    """The daemon does not answer, or not as it should; one sentence."""


def configured() -> bool:
    """Whether this place has a scanner."""
    return bool(settings.CLAMD)


def _connected() -> socket.socket:
    where = settings.CLAMD
    try:
        if where.startswith(("unix:", "/")):
            found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            found.settimeout(PATIENCE)
            found.connect(where.removeprefix("unix:"))
            return found
        host, _, port = where.removeprefix("tcp:").rpartition(":")
        return socket.create_connection((host.strip("[]") or "localhost", int(port)), timeout=PATIENCE)
    except (OSError, ValueError) as error:
        raise NoAnswer(f"the malware scanner at {where} does not answer ({error})") from error


def _answer(link: socket.socket) -> str:
    parts = []
    while part := link.recv(4096):
        parts.append(part)
        if part.endswith(b"\0"):
            break
    return b"".join(parts).rstrip(b"\0").decode("utf-8", "replace").strip()


def daemon() -> Daemon:
    """Which version with signatures of when. Raises NoAnswer."""
    with _connected() as link:
        try:
            link.sendall(b"zVERSION\0")
            said = _answer(link)
        except OSError as error:
            raise NoAnswer(f"the malware scanner stopped answering ({error})") from error
    version, *rest = said.split("/")
    if not version.startswith("ClamAV"):
        raise NoAnswer("what answers at the address of the malware scanner is no ClamAV")
    dated = None
    if len(rest) == 2:
        try:
            # As C's ctime writes it, in the daemon's own zone; half a day at most, which a day's limit can bear.
            dated = datetime.strptime(rest[1], "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
        except ValueError:
            dated = None
    return Daemon("/".join([version, *rest[:1]]), dated)


def scan(file: IO[bytes]) -> Scanned:
    """Look through a file from its beginning. A scanner that is not there or fails is a result, not an error."""
    if not configured():
        return Scanned(
            ScanResult.NOT_SCANNED, why="No malware scanner is set up here, so nobody can open it."
        )
    file.seek(0)
    try:
        with _connected() as link:
            said = _sent(link, file)
    except NoAnswer:
        return Scanned(
            ScanResult.NOT_SCANNED,
            why="The malware scanner did not answer. It will be asked again, and until then nobody can open this.",
        )
    if said.endswith("OK"):
        return Scanned(ScanResult.CLEAN, engine=_engine())
    if match := re.fullmatch(r"(?:stream: )?(.+) FOUND", said):
        return Scanned(ScanResult.INFECTED, match.group(1), _engine())
    if "size limit exceeded" in said:
        why = "It is larger than the malware scanner takes (StreamMaxLength), so nobody can open it."
    else:
        why = "The malware scanner could not look through it, so nobody can open it. It will be asked again."
    return Scanned(ScanResult.NOT_SCANNED, why=why)


def _sent(link: socket.socket, file: IO[bytes]) -> str:
    try:
        link.sendall(b"zINSTREAM\0")
        try:
            while piece := file.read(_PIECE):
                link.sendall(struct.pack("!I", len(piece)) + piece)
            link.sendall(struct.pack("!I", 0))
        except (BrokenPipeError, ConnectionResetError):
            # It stops listening at its limit and says so, if its answer still reaches us.
            return _answer(link) or "size limit exceeded"
        return _answer(link)
    except OSError as error:
        raise NoAnswer(f"the malware scanner stopped answering ({error})") from error


def _engine() -> str:
    try:
        return daemon().version
    except NoAnswer:
        return ""
