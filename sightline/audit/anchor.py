"""That an anchor is kept: the trail itself says since which seal, so that one taken away is missed.

What is told is a row of the trail like any other: signed, sealed, and missed where somebody removes it. Several
machines may each keep one of their own, so it also says where: by the machine's name and the file's path.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from socket import gethostname

from django.conf import settings
from django.db import connection, transaction

from sightline.kernel.viewer import Viewer, looking_as

from .actions import append_to_anchor, record, seal
from .models import AuditSeal
from .rules import anchored
from .terms import SEALING, VERIFYING, Verb

#: What the row is called that says so.
BEGUN = "audit.anchor"

#: Databases and files of which this process has seen that they were told of: asked for once, not every ten seconds.
_told: set[tuple[str, str]] = set()


@dataclass(frozen=True, slots=True)
class Begun:
    """An anchor was begun with this seal at a place (see `place_of`); `why` where another had been kept before."""

    seal: int
    place: str
    at: datetime
    why: str


def begun(job: str = VERIFYING) -> list[Begun]:
    """Every anchor that the trail tells of, the one in use last."""
    with transaction.atomic(), looking_as(Viewer.for_job(job)), connection.cursor() as cursor:
        cursor.execute(
            "SELECT (detail->>'seal')::bigint, detail->>'place', at, purpose FROM audit_event "
            "WHERE what = %s AND job = %s ORDER BY id",
            [BEGUN, SEALING],
        )
        return [Begun(*row) for row in cursor.fetchall()]


def place_of(anchor: Path) -> str:
    """A digest of where this file lies: trail and page need not know the names of machines."""
    return sha256(f"{gethostname()}\n{anchor.absolute()}".encode()).hexdigest()[:32]


def seal_and_anchor() -> int:
    """Seal the trail as `actions.seal` does. When the first anchor was written, the trail is told, and that sealed too.

    Returns how many events were sealed. Raises OSError if the anchor cannot be written or read.
    """
    sealed = seal()
    if settings.AUDIT_ANCHOR and _tell_of(Path(settings.AUDIT_ANCHOR)):
        sealed += seal()
    return sealed


def _tell_of(anchor: Path) -> bool:
    here = (str(connection.settings_dict["NAME"]), str(anchor))
    if here in _told or not anchor.exists():
        return False
    place = place_of(anchor)
    known = any(each.place == place for each in begun(SEALING))
    first = None if known else first_seal(anchor)
    if first is not None:
        _tell(anchor, first)
    if known or first is not None:
        _told.add(here)
    return first is not None


def _tell(anchor: Path, number: int, why: str = "") -> None:
    with transaction.atomic(), looking_as(Viewer.for_job(SEALING)):
        record(Verb.WROTE, BEGUN, purpose=why, seal=number, place=place_of(anchor))


def first_seal(anchor: Path) -> int | None:
    """The number of the first seal that the file names, or None. Raises OSError."""
    with anchor.open(encoding="ascii", errors="replace", newline="") as lines:
        return next((entry.number for _, entry in anchored(lines) if entry is not None), None)


def begin_anew(why: str) -> tuple[Path, Path | None]:
    """Begin another anchor file with the last seal; the trail says so, and why.

    Returns the file, and where the one before now lies, if there was one. Raises ValueError where nothing is sealed
    yet, OSError if a file cannot be moved or written.
    """
    seal()
    anchor, kept = Path(settings.AUDIT_ANCHOR), None
    with transaction.atomic(), looking_as(Viewer.for_job(SEALING)):
        last = AuditSeal.objects.order_by("-number").only("number", "digest", "sealed_at").first()
    if last is None:
        raise ValueError("nothing is sealed yet, so there is nothing to begin an anchor with")
    if anchor.exists():
        kept = anchor.with_name(f"{anchor.stem}-until-{last.number}{anchor.suffix}")
        anchor.rename(kept)
    append_to_anchor(anchor, last.number, last.digest, last.sealed_at)
    _tell(anchor, last.number, why)
    seal()
    return anchor, kept
