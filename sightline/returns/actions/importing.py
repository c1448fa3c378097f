"""A return read to its end, and read again in batches: what became of it is counted and reported."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import IO, Any, BinaryIO, Protocol, cast
from uuid import UUID

from django.db import connection

from sightline.agencies.models import Team
from sightline.agencies.queries import acting_as, duty_manager, front_door_team, partnership
from sightline.agencies.rules import permitted
from sightline.agencies.terms import Permission
from sightline.audit.actions import outer_transaction, record
from sightline.audit.terms import Verb
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotPermitted, Refused
from sightline.kernel.viewer import Viewer
from sightline.procedures.queries import pack_in_force

from .. import intake
from ..models import ImportRun
from ..queries import Planned, key_of, left_out, plan
from ..reading import read
from ..shapes import Child, Finding, Header, Refusal
from ..terms import Fate, Grade, ImportState
from .correcting import leave_what_people_said
from .settling import openings_of
from .told import Place, owed_by
from .writing import Writer

BATCH = 250
"""Children of one transaction."""

_VIEWER = Viewer.for_job("import")
_WHAT = "returns.import_census"
_LOCK = 0x53696768_43454E53
"""The number of the lock that lets one import run at a time."""


Tell = Callable[[Finding], None]


class Progress(Protocol):
    """Who is told how far an import has come; counted in bytes of the file."""

    def begin(self, what: str, total: int) -> None: ...

    def reached(self, done: int) -> None: ...


class Unwatched:
    """Progress that nobody looks at."""

    def begin(self, what: str, total: int) -> None:
        pass

    def reached(self, done: int) -> None:
        pass


@dataclass
class Report:
    """What an import found, and did or (dry run) would do.

    `findings` only counts; each finding goes to whoever asked to be told, since a bad file may have millions.
    `refusal` says why the whole file, or the rest of it, was not imported.
    """

    path: Path
    committed: bool
    header: Header | None = None
    file_digest: str = ""
    file_bytes: int = 0
    children: Counter[Fate] = field(default_factory=Counter)
    findings: Counter[Grade] = field(default_factory=Counter)
    referrals: int = 0
    duties: int = 0
    run_id: UUID | None = None
    refusal: Refusal | None = None

    @property
    def not_taken(self) -> int:
        return self.findings[Grade.NOT_TAKEN]

    @property
    def doubtful(self) -> int:
        return self.findings[Grade.DOUBTFUL]


@dataclass
class _Survey:
    """What the first reading found: whether the file is whole, and which records repeat an id."""

    header: Header | None = None
    refusal: Refusal | None = None
    file_digest: str = ""
    repeats: dict[str, list[Child]] = field(default_factory=dict)
    repeated_at: set[int] = field(default_factory=set)


class _Hashing:
    """A stream that keeps the digest of what was read from it."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        self._hash.update(piece)
        return piece

    def digest(self) -> str:
        """SHA-256, in hex, of the whole file: what was not read yet is read now."""
        while self.read(1024 * 1024):
            pass
        return self._hash.hexdigest()


def import_census(
    path: Path,
    *,
    commit: bool,
    progress: Progress | None = None,
    tell: Tell | None = None,
    practitioner_id: UUID | None = None,
    operator: str = "",
    team_id: UUID | None = None,
) -> Report:
    """Import a children in need census return; without `commit` only say what would be done.

    `team_id` is the team that the children's records and duties go to, by default the front door's.
    `tell` is called with each finding in the order of the file. A file that cannot be imported gives a Report
    with a refusal and leaves nothing written. Raises NotPermitted for a practitioner who may not import, and
    Refused before there is a partnership to import into and somebody to answer for its records, or while another
    import is running.
    """
    progress = progress or Unwatched()
    report = Report(path=path, committed=commit)
    try:
        with path.open("rb") as source:
            report.file_bytes = path.stat().st_size
            survey = _survey(source, report, progress)
            if survey.refusal is not None:
                report.refusal = survey.refusal
                return report
            with _one_at_a_time():
                with outer_transaction(_VIEWER, _WHAT):
                    place = _place(survey.header or Header(), practitioner_id, team_id)
                    run = _begin(report, place, practitioner_id, operator) if commit else None
                source.seek(0)
                _Import(report, survey, place, run, progress, tell or _ignore).work_through(source)
    except OSError as error:
        report.refusal = Refusal(0, f"The file cannot be read: {error.strerror or error}.")
    return report


def _ignore(_: Finding) -> None:
    pass


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise Refused("Another import is running. Wait until it has ended, then start this one again.")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _survey(source: BinaryIO, report: Report, progress: Progress) -> _Survey:
    """Read the file to its end."""
    survey = _Survey()
    hashing = _Hashing(source)
    seen: set[str] = set()
    place = kept = 0
    progress.begin("Reading the whole file", report.file_bytes)
    for item in read(cast(BinaryIO, hashing), progress.reached):
        if isinstance(item, Header):
            survey.header = report.header = item
        elif isinstance(item, Refusal):
            survey.refusal = item
        elif isinstance(item, Child):
            key = key_of(item)
            if key and key in seen and kept < intake.MOST_REPEATS:
                survey.repeats.setdefault(key, []).append(item)
                survey.repeated_at.add(place)
                kept += 1
            elif key:
                seen.add(key)
            place += 1
    survey.file_digest = report.file_digest = hashing.digest()
    return survey


def _place(header: Header, practitioner_id: UUID | None, team_id: UUID | None) -> Place:
    if practitioner_id is not None:
        verdict = permitted(acting_as(practitioner_id), Permission.IMPORT_RETURN)
        if not verdict:
            raise NotPermitted(verdict)
    team = (
        front_door_team()
        if team_id is None
        else Team.objects.select_related("agency").filter(id=team_id).first()
    )
    if team is None:
        raise Refused("There is no team that could take the children: set the partnership up first.")
    if duty_manager(team.pk, now()) is None:
        raise Refused(
            f"{team.name} has no duty manager and no manager, so nobody would answer for the children's records. "
            "Add its manager, or put its rota right, and import again. Nothing was written."
        )
    found = partnership()
    code = found.authority_code if found is not None else ""
    return Place(team=team, authority_code=code, pack=pack_in_force(), header=header, at=now(), today=today())


def _of_another_authority(place: Place) -> Iterator[Finding]:
    """A return of another authority is imported all the same: authorities merge, and children move."""
    told = place.header.la_code
    if told and place.authority_code and told != place.authority_code:
        why = f"is another authority than the partnership's own, {place.authority_code}"
        yield Finding(None, place.header.line, "LEA", why, told, Grade.DOUBTFUL)


def _begin(report: Report, place: Place, practitioner_id: UUID | None, operator: str) -> ImportRun:
    """Note that an import has begun; one that was cut off before is noted as such."""
    cut_off = ImportRun.objects.filter(state=ImportState.WRITING.value)
    cut_off.update(
        state=ImportState.STOPPED.value,
        finished_at=place.at,
        stopped_why="It was cut off; a later one went on.",
    )
    run = ImportRun.objects.create(
        file_name=report.path.name[:255],
        file_bytes=report.file_bytes,
        file_digest=report.file_digest,
        la_code=place.header.la_code or "",
        year=place.header.year,
        reference_date=place.as_of,
        software=place.header.software or "",
        practitioner_id=practitioner_id,
        operator=operator[:200],
        state=ImportState.WRITING.value,
        started_at=place.at,
    )
    report.run_id = run.id
    record(Verb.WROTE, _WHAT, subject=run, practitioner=practitioner_id)
    return run


def _would_open(planned: Planned, place: Place) -> int:
    """How many duties the import of that child would open."""
    if planned.fate is Fate.CREATED:
        return sum(len(owed) for _, owed in owed_by(planned.child))
    return openings_of(planned, place.as_of) if planned.fate is Fate.CHANGED else 0


class _Import:
    """The second reading: children in batches, each batch one transaction, each child one savepoint."""

    def __init__(
        self,
        report: Report,
        survey: _Survey,
        place: Place,
        run: ImportRun | None,
        progress: Progress,
        tell: Tell,
    ) -> None:
        self.report = report
        self.survey = survey
        self.place = place
        self.run = run
        self.progress = progress
        self.tell = tell
        self.seen: set[str] = set()
        self.loose: list[Finding] = list(_of_another_authority(place))

    def work_through(self, source: BinaryIO) -> None:
        """Read the file again, and take in (or, dry, plan) all of it."""
        hashing = _Hashing(source)
        self.progress.begin("Importing" if self.run else "Dry run", self.report.file_bytes)
        whole = False
        try:
            entries = self._entries(cast(BinaryIO, hashing))
            while batch := list(islice(entries, BATCH)):
                self._take_in(batch)
            self._take_in([])
            if self.report.refusal is None and hashing.digest() != self.survey.file_digest:
                self.report.refusal = Refusal(0, "The file was changed while it was read. Import it again.")
            whole = self.report.refusal is None
        finally:
            self._end(whole)

    def _entries(self, source: BinaryIO) -> Iterator[Planned]:
        """The children of the file, those with one id put together, none planned yet."""
        place = 0
        for item in read(source, self.progress.reached):
            if isinstance(item, Header):
                self.loose.extend(item.findings)
            elif isinstance(item, Finding):
                self.loose.append(item)
            elif isinstance(item, Refusal):
                self.report.refusal = item
            else:
                if place not in self.survey.repeated_at:
                    yield self._entry(item)
                place += 1

    def _entry(self, child: Child) -> Planned:
        findings = list(child.findings)
        key = key_of(child)
        if not key:
            findings.append(left_out(child, "has no id, so the record cannot be matched; its XML is kept"))
            return Planned(child, Fate.LEFT_OUT, findings, intake.digest(child))
        if key in self.seen:
            findings.append(left_out(child, "repeats an id, as too many in this file do; its XML is kept"))
            return Planned(child, Fate.LEFT_OUT, findings, intake.digest(child))
        self.seen.add(key)
        others = self.survey.repeats.pop(key, [])
        if others:
            for other in others:
                findings.extend(other.findings)
            raw = "\n".join([child.raw, *(other.raw for other in others)])
            child, about = intake.together(child, others)
            child = replace(child, raw=raw)
            findings.extend(about)
        return Planned(child, Fate.CREATED, findings, intake.digest(child))

    def _take_in(self, batch: Sequence[Planned]) -> None:
        if not batch and not self.loose:
            return
        with outer_transaction(_VIEWER, _WHAT):
            plan(batch, self.place.as_of)
            leave_what_people_said(batch, self.place)
            if self.run is None:
                openings = {id(planned): _would_open(planned, self.place) for planned in batch}
            else:
                writer = Writer(self.run, self.place)
                writer.write(batch)
                writer.write_findings((finding, None) for finding in self.loose)
                openings = writer.opened
        self._count(batch, openings)

    def _count(self, batch: Sequence[Planned], openings: dict[int, int]) -> None:
        report = self.report
        for each in self.loose:
            self._found(each)
        self.loose.clear()
        for planned in batch:
            report.children[planned.fate] += 1
            for each in planned.findings:
                self._found(each)
            if planned.fate in (Fate.CREATED, Fate.CHANGED):
                report.referrals += len(planned.child.episodes)
            report.duties += openings.get(id(planned), 0)
        if self.run is not None and batch:
            self._keep_counts()

    def _found(self, finding: Finding) -> None:
        self.report.findings[finding.grade] += 1
        self.tell(finding)

    def _keep_counts(self, **also: Any) -> None:
        assert self.run is not None
        counts = self.report.children
        with outer_transaction(_VIEWER, _WHAT):
            ImportRun.objects.filter(id=self.run.id).update(
                created=counts[Fate.CREATED],
                changed=counts[Fate.CHANGED],
                unchanged=counts[Fate.UNCHANGED],
                left_out=counts[Fate.LEFT_OUT],
                not_taken=self.report.not_taken,
                doubtful=self.report.doubtful,
                duties=self.report.duties,
                **also,
            )

    def _end(self, whole: bool) -> None:
        if self.run is None:
            return
        why = self.report.refusal.message if self.report.refusal else "" if whole else "It was stopped."
        state = ImportState.DONE if whole else ImportState.STOPPED
        self._keep_counts(state=state.value, finished_at=now(), stopped_why=why)
        with outer_transaction(_VIEWER, _WHAT):
            record(Verb.WROTE, _WHAT, subject=self.run, children=sum(self.report.children.values()))
