"""Summaries for the day on which the system is down: one encrypted PDF a team, good for a few days.

Each holds the children whose records are open to the team, or allocated to somebody in it. What is open to a whole
agency is in one of the agency's own, and what is allocated to somebody in no team in one of theirs. A sealed child is
in the PDF of each person named on its seal, and in no other. Every PDF is encrypted (AES-256) with a passphrase of its
own, which is kept in a file apart, to be printed and put into an envelope. The passphrase stays the same from night to
night, so a reader has the latest PDF alone: what they may no longer see does not stand in an older one beside it.
"""

from __future__ import annotations

import io
import json
import logging
import os
import re
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app

from sightline.access.queries import Reader, joined_set, readers_of_all
from sightline.agencies.queries import partnership
from sightline.audit.actions import event, record, record_many
from sightline.audit.terms import Verb
from sightline.children.rules import full_day
from sightline.kernel.time import now, today
from sightline.kernel.viewer import Viewer, looking_as
from sightline.print.pdf import About, make

from .summary import Summary, as_paper, summary_of

#: How long a bundle is good for; what is older is removed from the folder.
GOOD_FOR = timedelta(days=3)
#: They are written every night; from then on the last ones are overdue (a night, and what the job may take).
OVERDUE = timedelta(hours=26)
#: What a whole export leaves behind, so that `doctor` can say when it was.
LAST = "last-export.json"
#: By each bundle's name: the ids of the records in it, so that what is sealed is found without a passphrase.
CONTENTS = "contents.json"
JOB = "summaries"
#: Letters and figures that cannot be mistaken for one another on paper.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
logger = logging.getLogger(__name__)
_NAME = re.compile(r"summaries-(\d{4}-\d{2}-\d{2})-[a-z0-9-]+-([a-z0-9]{6})\.pdf")


#: A passphrase as it is kept: `for` whom, the `passphrase`, `since` which day, who was `told` it as far as was said.
Known = dict[str, Any]


@dataclass(frozen=True)
class Bundle:
    """One PDF that was written: for whom, with how many children, where."""

    reader: str
    children: int
    path: Path


class NotWhole(Exception):
    """Some readers' bundles could not be made. All others are written."""


def export(folder: Path, keys: Path) -> list[Bundle]:
    """Write a bundle for every reader (`readers_of_all`); remove those of before, and what has expired.

    `keys` is the file of passphrases, made and added to as needed, readable by nobody else. Raises OSError where
    something cannot be written, and NotWhole, at the end, where one reader's bundle could not be made: the others
    have theirs by then. Every export is audited, child by child.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    known = passphrases(keys)
    day, written = today(), []
    failed: list[str] = []
    everybody = readers()
    for reader in everybody:
        try:
            bundle = _bundle(reader, folder, keys, known, day)
        except OSError:
            raise
        except Exception:
            logger.exception("No summaries could be made for %s", reader.id)
            failed.append(reader.name)
            continue
        if bundle is not None:
            written.append(bundle)
    remove_expired(folder, day)
    theirs = {_suffix(reader.id) for reader in everybody}
    _remove(folder, [each.path for each in _ours(folder) if each.reader not in theirs])
    if failed:
        raise NotWhole(
            f"{len(written)} bundles are written, but none for {', '.join(failed)}. The log says why; what was "
            "written before is still there until it expires."
        )
    said = {"at": now().isoformat(), "bundles": len(written), "children": sum(b.children for b in written)}
    _write(folder / LAST, json.dumps(said).encode())
    return written


def _bundle(reader: Reader, folder: Path, keys: Path, known: dict[str, Known], day: date) -> Bundle | None:
    """One reader's PDF, written; None where no child is to be in it."""
    found = _summaries(reader)
    key = str(reader.id)
    if not found:
        remove_of(folder, key)
        return None
    if key not in known:
        known[key] = {
            "for": reader.name,
            "passphrase": new_passphrase(),
            "since": day.isoformat(),
            "told": [],
        }
        keep_passphrases(keys, known)
    target = folder / f"summaries-{day.isoformat()}-{_slug(reader.name)}-{_suffix(key)}.pdf"
    content = encrypted(_pdf(reader, found, day), known[key]["passphrase"])
    # What is in it is said before it is there: whoever seals a record meanwhile finds it.
    held = sorted({str(ident) for each in found for ident in each.view.folder_ids})
    _keep_contents(folder, _contents(folder) | {target.name: held})
    _write(target, content)
    _remove(folder, [e.path for e in _ours(folder) if e.reader == _suffix(key) and e.path != target])
    _audit(reader, found)
    return Bundle(reader.name, len(found), target)


@dataclass(frozen=True)
class Renewed:
    """A passphrase that was made anew: for whom, who had the old one, and what became of what it opened."""

    reader: str
    passphrase: str
    had: tuple[str, ...]
    told: tuple[str, ...]
    removed: int
    bundle: Bundle | None


class NoSuchReader(Exception):
    """No team or person of that name has a passphrase; its text names those that do."""


def renew(name: str, told: Iterable[str], folder: Path, keys: Path) -> Renewed:
    """Give a team, an agency or a person another passphrase. What the old one opens goes, and is written anew.

    `name` is theirs as `keys` prints it, or its beginning; `told` those who are given the new one, kept with it until
    the next. Raises NoSuchReader, OSError. Copies that were taken elsewhere stay readable with the old passphrase
    until somebody deletes them: whoever had it is named.
    """
    known = passphrases(keys)
    found = [
        ident for ident, each in known.items() if each["for"].casefold().startswith(name.strip().casefold())
    ]
    exact = [ident for ident in found if known[ident]["for"].casefold() == name.strip().casefold()]
    if len(exact or found) != 1 or not name.strip():
        has = "; ".join(sorted(each["for"] for each in known.values())) or "nobody yet"
        raise NoSuchReader(f"Say which one: {has}.")
    ((ident),) = exact or found
    old, now_told = known[ident], tuple(who.strip() for who in told if who.strip())
    reader = next((each for each in readers() if str(each.id) == ident), None)
    known[ident] = {
        "for": old["for"],
        "passphrase": new_passphrase(),
        "since": today().isoformat(),
        "told": list(now_told),
    }
    # First the passphrase, then the files: were it the other way round, a failure between would leave files that
    # nobody can open.
    keep_passphrases(keys, known)
    removed = remove_of(folder, ident)
    bundle = None
    if reader is not None and folder.is_dir():
        bundle = _bundle(reader, folder, keys, known, today())
    with transaction.atomic(), looking_as(Viewer.for_job(JOB)):
        table = reader.table if reader is not None else "agencies_team"
        record(
            Verb.WROTE,
            "web.renew_passphrase",
            subject=(table, UUID(ident)),
            purpose=f"Told: {', '.join(now_told) or 'nobody yet'}",
        )
    return Renewed(
        old["for"], known[ident]["passphrase"], tuple(old.get("told", ())), now_told, removed, bundle
    )


def last_export(folder: Path) -> tuple[datetime, int] | None:
    """When the last whole export ended and how many bundles it wrote; None where there was none yet."""
    try:
        said = json.loads((folder / LAST).read_text("utf-8"))
        return datetime.fromisoformat(said["at"]), int(said["bundles"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def ask_to_take_out(folder_id: UUID) -> None:
    """A record was sealed: the worker takes it out of the files at once, when this transaction stands."""
    app.configure_task("web.take_out_sealed").defer(folder_id=str(folder_id))


def take_out_sealed(folder_id: UUID, folder: Path, keys: Path) -> int:
    """Remove every file in which a sealed record stands, and write those of its readers anew without it; returns how
    many were removed. Each removal is audited. What cannot be written anew is there again after the next export.
    """
    if not folder.is_dir():
        return 0
    contents, sealed = _contents(folder), str(folder_id)
    # What no list knows was written by a release without one: it may hold the record.
    holding = [each for each in _ours(folder) if sealed in contents.get(each.path.name, [sealed])]
    _remove(folder, [each.path for each in holding])
    known = passphrases(keys)
    with transaction.atomic(), looking_as(Viewer.for_job(JOB)):
        record_many(
            event(Verb.WROTE, "web.take_out_sealed", folder_id=folder_id, purpose=each.path.name)
            for each in holding
        )
    had = {each.reader for each in holding}
    for reader in readers():
        if _suffix(reader.id) in had or any(each == folder_id for each, _who in reader.folders):
            _bundle(reader, folder, keys, known, today())
    return len(holding)


def readers() -> list[Reader]:
    """Who gets a bundle, with the folders in it and as whom each is read."""
    with transaction.atomic(), looking_as(Viewer.for_job(JOB)):
        return readers_of_all()


def _summaries(reader: Reader) -> list[Summary]:
    """Each child as somebody sees them who may: what a seal or an ended grant keeps from them is not there.

    What goes to a team or an agency holds nothing of any sealed child, not in a sister's summary either: whoever it is
    read as may be named on that seal, their colleagues are not.
    """
    found: dict[UUID, Summary] = {}
    shared = reader.table != "agencies_practitioner"
    for folder_id, practitioner_id in reader.folders:
        looker = Viewer.practitioner(practitioner_id, origin="job", for_others=shared)
        with transaction.atomic(), looking_as(looker):
            folders = joined_set(folder_id)
            if folders:
                found[folder_id] = summary_of(folders, leaves_the_system=True)
    return sorted(found.values(), key=lambda summary: summary.name)


def _pdf(reader: Reader, found: Iterable[Summary], day: date) -> bytes:
    until = day + GOOD_FOR
    with transaction.atomic(), looking_as(Viewer.for_job(JOB)):
        ours = partnership()
    about = About(
        title="Summaries for when the system is down",
        reader=reader.name,
        marking=f"Confidential. Good until {full_day(until)}",
        partnership=ours.name if ours else "",
    )
    return make(
        "web/summary", {"children": [as_paper(each, until) for each in found]}, about=about, large=True
    )


def encrypted(pdf: bytes, passphrase: str) -> bytes:
    """The PDF with AES-256, opened by the passphrase alone. The tags stay."""
    # Large, and wanted once a night: the web server starts without it.
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    writer.encrypt(user_password=passphrase, owner_password=secrets.token_urlsafe(24), algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _audit(reader: Reader, found: Iterable[Summary]) -> None:
    with transaction.atomic(), looking_as(Viewer.for_job(JOB)):
        record_many(
            event(
                Verb.EXPORTED,
                "web.export_summaries",
                folder_id=each.folder_id,
                subject=(reader.table, reader.id),
            )
            for each in found
        )


def new_passphrase() -> str:
    """Five groups of five: some 123 bits, and short enough to type in an emergency."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(5))


def passphrases(keys: Path) -> dict[str, Known]:
    """By the id of a team or person: for whom, and the passphrase. Empty where nothing was exported yet."""
    if not keys.exists():
        return {}
    found: dict[str, Known] = json.loads(keys.read_text("utf-8"))
    return found


def keep_passphrases(keys: Path, known: dict[str, Known]) -> None:
    """Write the file anew, readable by its owner alone, whole or not at all."""
    keys.parent.mkdir(parents=True, exist_ok=True)
    _write(keys, json.dumps(known, indent=2, ensure_ascii=False).encode())


def remove_expired(folder: Path, day: date) -> int:
    """Remove bundles that are no longer good; returns how many."""
    return _remove(folder, [each.path for each in _ours(folder) if each.day + GOOD_FOR < day])


def remove_of(folder: Path, ident: str) -> int:
    """Remove every bundle of one reader, whatever its day; returns how many."""
    return _remove(folder, [each.path for each in _ours(folder) if each.reader == _suffix(ident)])


class _Ours(NamedTuple):
    """One of our files: of which day, and the end of its reader's id."""

    path: Path
    day: date
    reader: str


def _ours(folder: Path) -> list[_Ours]:
    named = ((path, _NAME.fullmatch(path.name)) for path in folder.glob("summaries-*.pdf"))
    return [_Ours(path, date.fromisoformat(name[1]), name[2]) for path, name in named if name]


def _suffix(ident: UUID | str) -> str:
    return str(ident)[-6:]


def _remove(folder: Path, paths: Collection[Path]) -> int:
    for path in paths:
        path.unlink(missing_ok=True)
    if paths:
        gone = {path.name for path in paths}
        _keep_contents(folder, {name: ids for name, ids in _contents(folder).items() if name not in gone})
    return len(paths)


def _contents(folder: Path) -> dict[str, list[str]]:
    try:
        found: dict[str, list[str]] = json.loads((folder / CONTENTS).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _keep_contents(folder: Path, contents: dict[str, list[str]]) -> None:
    _write(folder / CONTENTS, json.dumps(contents).encode())


def _write(path: Path, content: bytes) -> None:
    beside = path.with_suffix(path.suffix + ".part")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(path)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:60] or "team"
