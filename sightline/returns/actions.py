"""The only writer of the returns room: importing a children in need census return.

A return is read twice: once to its end, so that a file that is broken anywhere is refused before anything is
written, then again in batches. Each child is one savepoint: taken in whole or not at all. The same file
again, or a corrected one, doubles nothing; a child whose record has not changed is passed over.

Runs as the named job `import`, for whoever starts it at the command line; on behalf of a practitioner it asks
for their permission first.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Any, BinaryIO, Protocol, cast
from uuid import UUID, uuid5

from django.db import DatabaseError, connection, transaction

from sightline.access import actions as access
from sightline.agencies.models import Team
from sightline.agencies.queries import acting_as, front_door_team, partnership
from sightline.agencies.rules import permitted
from sightline.agencies.terms import Permission
from sightline.audit.actions import event, outer_transaction, record, record_many
from sightline.audit.terms import Verb
from sightline.children import actions as children
from sightline.children.models import Identifier, Status
from sightline.children.rules import (
    Answer,
    Birth,
    NewAuthority,
    NewChild,
    NewStatus,
    Number,
    ethnicity_from_census,
    tidy_number,
)
from sightline.children.terms import Answered, IdentityQuestion, Scheme, StatusKind
from sightline.children.terms import Sex as PersonSex
from sightline.kernel.ids import uuid7
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import NotPermitted, Refused
from sightline.kernel.viewer import Viewer
from sightline.procedures import actions as duties
from sightline.procedures.loader import Pack
from sightline.procedures.models import Duty
from sightline.procedures.queries import pack_in_force

from . import intake
from .by_people import FIELDS, by_people, otherwise
from .intake import Owed, Pairing, Period
from .models import ImportedChild, ImportFinding, ImportRun, PastReferral, PastStep
from .queries import Planned, key_of, left_out, plan
from .reading import read
from .shapes import Child, Episode, Finding, Header, Refusal
from .terms import Disability, DutyOwed, Fate, Grade, ImportState, StepKind

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


@dataclass(frozen=True)
class _Place:
    """Where what is imported goes, and by which procedures its clocks run."""

    team: Team
    authority_code: str
    pack: Pack
    header: Header
    at: datetime
    today: date

    @property
    def as_of(self) -> date | None:
        return self.header.reference_date

    @property
    def said_by(self) -> str:
        if self.as_of is None:
            return "The census return"
        return f"The census return of {self.as_of.day} {self.as_of:%B %Y}"


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
    Refused before there is a partnership to import into or while another import is running.
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


def _place(header: Header, practitioner_id: UUID | None, team_id: UUID | None) -> _Place:
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
    found = partnership()
    code = found.authority_code if found is not None else ""
    return _Place(
        team=team, authority_code=code, pack=pack_in_force(), header=header, at=now(), today=today()
    )


def _of_another_authority(place: _Place) -> Iterator[Finding]:
    """A return of another authority is imported all the same: authorities merge, and children move."""
    told = place.header.la_code
    if told and place.authority_code and told != place.authority_code:
        why = f"is another authority than the partnership's own, {place.authority_code}"
        yield Finding(None, place.header.line, "LEA", why, told, Grade.DOUBTFUL)


def _begin(report: Report, place: _Place, practitioner_id: UUID | None, operator: str) -> ImportRun:
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


class _Import:
    """The second reading: children in batches, each batch one transaction, each child one savepoint."""

    def __init__(
        self,
        report: Report,
        survey: _Survey,
        place: _Place,
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
            _leave_what_people_said(batch, self.place)
            openings: dict[int, int] = {}
            if self.run is not None:
                writer = _Writer(self.run, self.place)
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
            if self.run is not None:
                report.duties += openings.get(id(planned), 0)
            elif planned.fate is Fate.CREATED:
                report.duties += sum(len(o) for _, o in _owed(planned.child))
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


# -- what a child's record comes to -------------------------------------------------------------------------


def _birth(child: Child, day: date) -> tuple[Birth, list[Finding]]:
    """Birth, death and sex as the rooms below keep them, and what cannot be by that day."""
    findings: list[Finding] = []

    def cannot_be(element: str, value: date, why: str) -> None:
        line = child.lines.get(element, child.line)
        findings.append(Finding(child.la_child_id, line, element, why, value.isoformat(), Grade.DOUBTFUL))

    born_on, expected_on, died_on = child.birth_date, child.expected_birth_date, child.death_date
    if born_on is not None and born_on > day:
        cannot_be("PersonBirthDate", born_on, "is still to come; it was taken as the expected date")
        born_on, expected_on = None, born_on
    if born_on is not None:
        expected_on = None
    if died_on is not None and (died_on > day or (born_on is not None and died_on < born_on)):
        cannot_be(
            "PersonDeathDate", died_on, "cannot be; the child is kept as living until somebody has looked"
        )
        died_on = None
    sex = PersonSex.NOT_KNOWN if expected_on is not None else PersonSex(child.sex or PersonSex.NOT_KNOWN)
    return Birth(born_on=born_on, expected_on=expected_on, died_on=died_on, sex=sex), findings


def _answers(child: Child) -> tuple[Answer, ...]:
    found = []
    if child.ethnicity is not None:
        found.append(ethnicity_from_census(child.ethnicity.value))
    codes = tuple(dict.fromkeys(code.value for code in child.disabilities))
    if len(codes) > 1:
        codes = tuple(code for code in codes if code != Disability.NONE.value)
    if codes:
        found.append(Answer(IdentityQuestion.DISABILITY, Answered.GIVEN, codes=codes))
    return tuple(found)


def _leave_what_people_said(batch: Sequence[Planned], place: _Place) -> None:
    """Find out where a return says otherwise than a person did: that is reported, and not written."""
    corrected = {
        planned.person_id: planned
        for planned in batch
        if planned.fate is Fate.CHANGED and planned.is_latest and planned.person_id is not None
    }
    for person_id, held in by_people(corrected).items():
        planned = corrected[person_id]
        child = planned.child
        for left in otherwise(held, _answers(child), _birth(child, place.today)[0], _numbers(child)):
            line = child.lines.get(left.element, child.line)
            planned.left.add(left.element)
            planned.findings.append(
                Finding(child.la_child_id, line, left.element, left.message, left.value, Grade.DOUBTFUL)
            )


def _numbers(child: Child) -> tuple[Number, ...]:
    found = [Number(Scheme.LA_CHILD, child.la_child_id or "")]
    if child.upn:
        found.append(Number(Scheme.UPN, child.upn))
    if child.former_upn and child.former_upn != child.upn:
        found.append(Number(Scheme.FORMER_UPN, child.former_upn))
    return tuple(found)


def _new_status(period: Period) -> NewStatus:
    return NewStatus(StatusKind(period.kind.value), period.held_from, period.held_until, period.category)


def _authority(child: Child, place: _Place) -> NewAuthority | None:
    """While a case is open the authority that returns the child is the responsible one."""
    began = [e.referred_on for e in child.episodes if e.referred_on and e.closed_on is None]
    began = [day for day in began if day <= place.today]
    return NewAuthority(place.team.agency.name, held_from=min(began)) if began else None


def _owed(child: Child) -> list[tuple[Episode, list[Owed]]]:
    died = child.death_date is not None
    return [(episode, intake.owed(episode, died=died)) for episode in child.episodes]


def subject_of(thread: UUID, kind: DutyOwed) -> UUID:
    """What a duty on a past referral has as its subject: one for each kind, so that each can end alone."""
    return uuid5(thread, kind.value)


# -- writing ----------------------------------------------------------------------------------------------


class _Writer:
    """Writes one batch in the open transaction. `opened` counts the duties opened, by the planned child's
    id()."""

    def __init__(self, run: ImportRun, place: _Place) -> None:
        self.run = run
        self.place = place
        self.opened: dict[int, int] = {}

    def write(self, batch: Sequence[Planned]) -> None:
        self._each_or_all([p for p in batch if p.fate is Fate.CREATED], self._write_new)
        for planned in batch:
            if planned.fate is Fate.CHANGED:
                self._each_or_all([planned], self._write_changed)
        self._keep([planned for planned in batch if planned.fate is Fate.LEFT_OUT])
        self.write_findings(
            (finding, planned.folder_id)
            for planned in batch
            if planned.fate is not Fate.UNCHANGED
            for finding in planned.findings
        )

    def _each_or_all(self, planned: Sequence[Planned], write: Callable[[Sequence[Planned]], None]) -> None:
        """All in one savepoint; where the database refuses, one by one, and who cannot be written is left
        out."""
        if not planned:
            return
        try:
            with transaction.atomic():
                write(planned)
        except (DatabaseError, Refused) as error:
            if len(planned) > 1:
                for one in planned:
                    self._each_or_all([one], write)
                return
            one = planned[0]
            one.fate, one.folder_id, one.person_id = Fate.LEFT_OUT, None, None
            self.opened.pop(id(one), None)
            why = error.verdict.reason if isinstance(error, Refused) else _plainly(error)
            one.findings.append(left_out(one.child, f"could not be written, and was left out whole: {why}"))

    def _write_new(self, new: Sequence[Planned]) -> None:
        place = self.place
        folder_ids = access.open_folders_for_import(
            len(new), agency_id=place.team.agency_id, team_id=place.team.id, why=place.said_by
        )
        people: list[NewChild] = []
        for planned, folder_id in zip(new, folder_ids, strict=True):
            child = planned.child
            birth, doubts = _birth(child, place.today)
            periods, left = intake.periods(child, place.today)
            planned.findings.extend([*doubts, *left])
            planned.folder_id, planned.person_id = folder_id, uuid7()
            people.append(
                NewChild(
                    folder_id=folder_id,
                    birth=birth,
                    answers=_answers(child),
                    numbers=_numbers(child),
                    statuses=tuple(_new_status(period) for period in periods),
                    authority=_authority(child, place),
                    id=planned.person_id,
                )
            )
        children.record_children_bulk(people)
        kept = self._keep(new)
        openings: list[duties.Opening] = []
        referrals: list[PastReferral] = []
        steps: list[PastStep] = []
        for planned, row in zip(new, kept, strict=True):
            before = len(openings)
            for episode, owed in _owed(planned.child):
                referral = self._referral(row, planned, episode, uuid7())
                referrals.append(referral)
                steps.extend(_steps(referral, episode))
                openings.extend(self._opening(planned, referral.thread, each) for each in owed)
            self.opened[id(planned)] = len(openings) - before
        PastReferral.objects.bulk_create(referrals, batch_size=1000)
        PastStep.objects.bulk_create(steps, batch_size=1000)
        duties.open_duties(openings, pack=place.pack, imported=True)

    def _write_changed(self, changed: Sequence[Planned]) -> None:
        for planned in changed:
            (row,) = self._keep([planned])
            pairing = intake.pair(planned.known, planned.child.episodes, self.place.as_of)
            retold = self._write_pairing(planned, row, pairing)
            if planned.is_latest:
                _Correction(planned, self.place, retold).write()

    def _write_pairing(self, planned: Planned, row: ImportedChild, pairing: Pairing) -> set[tuple[str, date]]:
        """Put the referrals read in the place of those known, and settle their duties.

        Returns the kinds and first days of the statuses that the referrals put out of place had told of.
        """
        out_of_place = [*(known for known, _ in pairing.replaced), *pairing.withdrawn]
        retold = {
            (StatusKind.CHILD_IN_NEED.value, known.referred_on) for known in out_of_place if known.referred_on
        }
        plans = PastStep.objects.filter(
            referral_id__in=[known.id for known in out_of_place],
            kind=StepKind.PROTECTION_PLAN.value,
            began_on__isnull=False,
        )
        retold |= {
            (StatusKind.PROTECTION_PLAN.value, day)
            for day in plans.values_list("began_on", flat=True)
            if day is not None
        }
        PastReferral.objects.filter(id__in=[known.id for known in out_of_place]).update(
            replaced_at=self.place.at, replaced_in=self.run
        )
        now_told: list[tuple[UUID, Episode]] = [(known.thread, episode) for known, episode in pairing.same]
        for known_thread, episode in [
            *((known.thread, episode) for known, episode in pairing.replaced),
            *((uuid7(), episode) for episode in pairing.new),
        ]:
            referral = self._referral(row, planned, episode, known_thread)
            referral.save(force_insert=True)
            PastStep.objects.bulk_create(_steps(referral, episode))
            now_told.append((known_thread, episode))
        died = planned.child.death_date is not None
        openings: list[duties.Opening] = []
        for thread, episode in now_told:
            openings += self._settle(planned, thread, episode, intake.owed(episode, died=died))
        for known in pairing.withdrawn:
            self._settle(planned, known.thread, None, [])
        duties.open_duties(openings, pack=self.place.pack, imported=True)
        self.opened[id(planned)] = len(openings)
        return retold

    def _settle(
        self, planned: Planned, thread: UUID, episode: Episode | None, owed: Sequence[Owed]
    ) -> list[duties.Opening]:
        """End the duties on a referral that are no longer owed; the openings of those that are owed anew."""
        subjects = {subject_of(thread, kind): kind for kind in DutyOwed}
        running: dict[DutyOwed, Duty] = {
            subjects[duty.subject_id]: duty
            for duty in Duty.objects.filter(subject_id__in=list(subjects), closed_at__isnull=True)
            if duty.subject_id is not None
        }
        openings = []
        for kind in DutyOwed:
            wanted = next((each for each in owed if each.kind is kind), None)
            duty = running.get(kind)
            if duty is not None and wanted is not None and duty.started_at == _start_of(wanted.since):
                continue
            if duty is not None:
                self._end_duty(duty, kind, episode)
            if wanted is not None:
                openings.append(self._opening(planned, thread, wanted))
        return openings

    def _end_duty(self, duty: Duty, kind: DutyOwed, episode: Episode | None) -> None:
        """Done, it is discharged as of that day: late, it stays in sight to be answered for. No longer owed, it is
        withdrawn."""
        assert duty.subject_id is not None
        done_on = (
            intake.done_on(kind, episode, duty.started_at.astimezone(LONDON).date()) if episode else None
        )
        if done_on is not None:
            duties.discharge(duty.kind, duty.subject_id, folder_ids=[duty.folder_id], done=done_on)
            return
        reason = f"{self.place.said_by} shows that it is no longer owed, or corrects when its clock began."
        duties.withdraw_all(duty.subject_id, reason, folder_ids=[duty.folder_id])

    def _opening(self, planned: Planned, thread: UUID, owed: Owed) -> duties.Opening:
        assert planned.folder_id is not None
        return duties.Opening(
            folder_id=planned.folder_id,
            kind=owed.kind.value,
            started_at=_start_of(owed.since),
            subject_id=subject_of(thread, owed.kind),
            path=f"/child/{planned.folder_id}/",
            team_id=self.place.team.id,
        )

    def _referral(self, row: ImportedChild, planned: Planned, episode: Episode, thread: UUID) -> PastReferral:
        assert planned.folder_id is not None
        assert planned.person_id is not None
        return PastReferral(
            folder_id=planned.folder_id,
            child_id=planned.person_id,
            thread=thread,
            imported=row,
            as_of=self.place.as_of,
            referred_on=episode.referred_on,
            source_code=episode.source or "",
            need_code=episode.primary_need or "",
            no_further_action=episode.no_further_action,
            closed_on=episode.closed_on,
            closure_code=episode.closure_reason or "",
            line=episode.line,
            digest=intake.digest(episode),
            recorded_at=self.place.at,
        )

    def _keep(self, planned: Sequence[Planned]) -> list[ImportedChild]:
        """Keep the children as they stood in the file, and tell the trail of those whose record it changes.

        Of a new child the trail tells already that the folder was opened and the child recorded.
        """
        rows = [
            ImportedChild(
                folder_id=each.folder_id,
                run=self.run,
                la_child_id=(each.child.la_child_id or "")[:64],
                line=each.child.line,
                digest=each.digest,
                fate=each.fate.value,
                raw=each.child.raw,
                imported_at=self.place.at,
            )
            for each in planned
        ]
        ImportedChild.objects.bulk_create(rows, batch_size=500)
        record_many(
            event(Verb.WROTE, "returns.change_child", folder_id=row.folder_id, subject=row, run=self.run.id)
            for row in rows
            if row.fate == Fate.CHANGED.value
        )
        return rows

    def write_findings(self, findings: Iterable[tuple[Finding, UUID | None]]) -> None:
        ImportFinding.objects.bulk_create(
            (
                ImportFinding(
                    folder_id=folder_id,
                    run=self.run,
                    child=(finding.child or "")[:64],
                    line=finding.line,
                    element=finding.element[:100],
                    message=finding.message,
                    value=finding.value,
                    grade=finding.grade.value,
                )
                for finding, folder_id in findings
            ),
            batch_size=1000,
        )


def _start_of(day: date) -> datetime:
    """The return knows days only: a clock runs from the beginning of the day, which is day 0."""
    return datetime.combine(day, time(0), tzinfo=LONDON)


def _steps(referral: PastReferral, episode: Episode) -> Iterator[PastStep]:
    for step in intake.steps(episode):
        yield PastStep(
            folder_id=referral.folder_id,
            referral=referral,
            kind=step.kind.value,
            began_on=step.began_on,
            ended_on=step.ended_on,
            codes=" ".join(step.codes),
            words=step.words,
        )


def _plainly(error: Exception) -> str:
    """What the database refused, without any value of the record."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    return f"the database refuses it ({name or type(error).__name__})"


class _Correction:
    """Brings what is known of a child to what a later or corrected return says, by the actions of `children`.

    What they refuse becomes a finding; the rest is written all the same. `retold` are the kinds and first
    days of statuses that an earlier import told of and this return tells of anew.
    """

    def __init__(self, planned: Planned, place: _Place, retold: Set[tuple[str, date]]) -> None:
        assert planned.folder_id is not None
        assert planned.person_id is not None
        self.planned = planned
        self.child = planned.child
        self.place = place
        self.retold = retold
        self.folder_id = planned.folder_id
        self.person_id = planned.person_id

    def write(self) -> None:
        self._write_birth()
        for answer in _answers(self.child):
            element = "Ethnicity" if answer.question is IdentityQuestion.ETHNICITY else "Disability"
            if element not in self.planned.left:
                self._try(element, partial(children.answer_identity, self.folder_id, answer))
        self._write_numbers()
        self._write_statuses()

    def _try(self, element: str, act: Callable[[], object], value: str = "") -> None:
        try:
            with transaction.atomic():
                act()
        except (Refused, DatabaseError) as error:
            why = error.verdict.reason if isinstance(error, Refused) else _plainly(error)
            line = self.child.lines.get(element, self.child.line)
            self.planned.findings.append(
                Finding(
                    self.child.la_child_id, line, element, f"the correction was not taken in: {why}", value
                )
            )

    def _write_birth(self) -> None:
        said, doubts = _birth(self.child, self.place.today)
        self.planned.findings.extend(doubts)
        before, _ = children.birth_of(self.person_id)
        for name, element in FIELDS.items():
            if element in self.planned.left:
                said = replace(said, **{name: getattr(before, name)})
        wanted = before
        if said.born_on is not None:
            wanted = replace(wanted, born_on=said.born_on, expected_on=None, estimated=False)
        elif said.expected_on is not None and before.born_on is None:
            wanted = replace(wanted, expected_on=said.expected_on)
        if said.died_on is not None:
            wanted = replace(wanted, died_on=said.died_on)
        if said.sex is not PersonSex.NOT_KNOWN:
            wanted = replace(wanted, sex=said.sex)
        if wanted != before:
            self._try(
                "PersonBirthDate",
                lambda: children.correct_particulars(
                    self.folder_id, wanted, f"{self.place.said_by} says otherwise."
                ),
            )

    def _write_numbers(self) -> None:
        held = list(Identifier.objects.filter(person_id=self.person_id, withdrawn_at__isnull=True))
        values = {(row.scheme, row.value) for row in held}
        for number in _numbers(self.child):
            value = tidy_number(number.scheme, number.value)
            if (number.scheme.value, value) in values:
                continue
            if number.scheme is Scheme.UPN and "UPN" in self.planned.left:
                continue

            def give(number: Number = number, value: str = value) -> None:
                for row in held:
                    if row.scheme == number.scheme.value == Scheme.UPN.value and row.value != value:
                        children.withdraw_identifier(
                            self.folder_id, row.id, f"{self.place.said_by} gives another."
                        )
                children.give_identifier(self.folder_id, number)

            element = "FormerUPN" if number.scheme is Scheme.FORMER_UPN else "UPN"
            self._try(element if number.scheme is not Scheme.LA_CHILD else "LAchildID", give, value)

    def _write_statuses(self) -> None:
        periods, left = intake.periods(self.child, self.place.today)
        self.planned.findings.extend(left)
        mine = Status.objects.filter(
            child_id=self.person_id, kind__in=list(intake.STANDINGS), recorded_by__isnull=True
        ).order_by("held_from")
        wanted = {(period.kind.value, period.held_from): period for period in periods}
        for row in mine:
            if row.held_until is not None and row.held_until <= row.held_from:
                continue
            period = wanted.pop((row.kind, row.held_from), None)
            if period is not None and row.category == period.category:
                if row.held_until != period.held_until and period.held_until is not None:
                    self._try_end(row, period.held_until)
            elif period is not None or (row.kind, row.held_from) in self.retold:
                # The start or the category was corrected: as it was recorded it never held.
                self._try_end(row, row.held_from)
                if period is not None:
                    wanted[row.kind, row.held_from] = period
        for period in sorted(wanted.values(), key=lambda p: p.held_from):
            self._try(
                "ChildProtectionPlans" if period.category else "CINdetails",
                partial(children.set_status, self.folder_id, _new_status(period)),
                str(period.held_from),
            )

    def _try_end(self, row: Status, day: date) -> None:
        self._try("CINdetails", lambda: children.end_status(self.folder_id, row.id, day), str(day))
