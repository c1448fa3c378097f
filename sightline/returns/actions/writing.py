"""One batch of children written: new ones whole, what is known of others settled anew, every finding kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from uuid import UUID

from django.db import DatabaseError, transaction

from sightline.access import actions as access
from sightline.audit.actions import event, record_many
from sightline.audit.terms import Verb
from sightline.children import actions as children
from sightline.children.rules import (
    NewChild,
)
from sightline.children.terms import StatusKind
from sightline.kernel.ids import uuid7
from sightline.kernel.time import LONDON
from sightline.kernel.verdicts import Refused
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty

from .. import intake
from ..intake import Owed, Pairing
from ..models import ImportedChild, ImportFinding, ImportRun, PastReferral, PastStep
from ..queries import Planned, left_out
from ..shapes import Episode, Finding
from ..terms import DutyOwed, Fate, StepKind
from .correcting import Correction
from .settling import now_told, settled
from .told import (
    Place,
    answers_of,
    authority_of,
    birth_of,
    new_status,
    numbers_of,
    owed_by,
    plainly,
    start_of,
    subject_of,
)


class Writer:
    """Writes one batch in the open transaction. `opened` counts the duties opened, by the planned child's
    id()."""

    def __init__(self, run: ImportRun, place: Place) -> None:
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
            why = error.verdict.reason if isinstance(error, Refused) else plainly(error)
            one.findings.append(left_out(one.child, f"could not be written, and was left out whole: {why}"))

    def _write_new(self, new: Sequence[Planned]) -> None:
        place = self.place
        folder_ids = access.open_folders_for_import(
            len(new), agency_id=place.team.agency_id, team_id=place.team.id, why=place.said_by
        )
        people: list[NewChild] = []
        for planned, folder_id in zip(new, folder_ids, strict=True):
            child = planned.child
            birth, doubts = birth_of(child, place.today)
            periods, left = intake.periods(child, place.today)
            planned.findings.extend([*doubts, *left])
            planned.folder_id, planned.person_id = folder_id, uuid7()
            people.append(
                NewChild(
                    folder_id=folder_id,
                    birth=birth,
                    answers=answers_of(child),
                    numbers=numbers_of(child),
                    statuses=tuple(new_status(period) for period in periods),
                    authority=authority_of(child, place),
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
            for episode, owed in owed_by(planned.child):
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
                Correction(planned, self.place, retold).write()

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
        told = now_told(pairing)
        for thread, episode in told[len(pairing.same) :]:
            referral = self._referral(row, planned, episode, thread)
            referral.save(force_insert=True)
            PastStep.objects.bulk_create(_steps(referral, episode))
        died = planned.child.death_date is not None
        openings: list[duties.Opening] = []
        for thread, episode in told:
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
        openings = []
        for each in settled(planned, thread, owed):
            if each.again is not None:
                duties.owe_again([each.again], f"{self.place.said_by} shows that it is owed after all.")
            if each.ends is not None:
                self._end_duty(each.ends, each.kind, episode)
            if each.opens is not None:
                openings.append(self._opening(planned, thread, each.opens))
        return openings

    def _end_duty(self, duty: Duty, kind: DutyOwed, episode: Episode | None) -> None:
        """Done, it is discharged as of that day: late, it stays in sight to be answered for. No longer owed, it is
        withdrawn; what was missed by then stays in sight as well."""
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
            started_at=start_of(owed.since),
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
