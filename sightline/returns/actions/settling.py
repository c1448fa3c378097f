"""What a return changes about the duties on what was imported before: told by a dry run, done by the import."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from sightline.access.queries import joined_set
from sightline.kernel.ids import uuid7
from sightline.procedures.models import TO_DO, Duty, DutyEvent
from sightline.procedures.terms import DutyAct, DutyState

from .. import intake
from ..intake import Owed, Pairing
from ..models import PastReferral
from ..queries import Planned
from ..shapes import Episode
from ..terms import DutyOwed
from .told import start_of, subject_of


@dataclass(frozen=True)
class Settled:
    """What becomes of one kind of duty on one referral: what runs ends or is owed again; `opens` is owed anew."""

    kind: DutyOwed
    ends: Duty | None = None
    again: Duty | None = None
    opens: Owed | None = None


def now_told(pairing: Pairing) -> list[tuple[UUID, Episode]]:
    """The referrals of the return with the threads that they stay on: those known, those that replace one, new ones."""
    return [
        *((known.thread, episode) for known, episode in pairing.same),
        *((known.thread, episode) for known, episode in pairing.replaced),
        *((uuid7(), episode) for episode in pairing.new),
    ]


def openings_of(planned: Planned, as_of: date | None) -> int:
    """How many duties the import of a child known before would open. Writes nothing."""
    pairing = intake.pair(planned.known, planned.child.episodes, as_of)
    died = planned.child.death_date is not None
    return sum(
        each.opens is not None
        for thread, episode in now_told(pairing)
        for each in settled(planned, thread, intake.owed(episode, died=died))
    )


def settled(planned: Planned, thread: UUID, owed: Sequence[Owed]) -> Iterator[Settled]:
    """What changes on one referral, kind by kind. What a person did here stands."""
    subjects = {subject_of(thread, kind): kind for kind in DutyOwed}
    running: dict[DutyOwed, Duty] = {
        subjects[duty.subject_id]: duty
        for duty in Duty.objects.filter(subject_id__in=list(subjects), closed_at__isnull=True).order_by(
            "opened_at", "id"
        )
        if duty.subject_id is not None
    }
    ended_here = set(
        DutyEvent.objects.filter(
            duty__subject_id__in=list(subjects),
            act__in=(DutyAct.DISCHARGE.value, DutyAct.WITHDRAW.value),
            by__isnull=False,
        ).values_list("duty__subject_id", "duty__started_at")
    )
    for kind in DutyOwed:
        wanted = next((each for each in owed if each.kind is kind), None)
        if wanted is not None and (subject_of(thread, kind), start_of(wanted.since)) in ended_here:
            # The return has not heard of it yet; what a person did stands.
            continue
        duty = running.get(kind)
        if duty is not None and wanted is not None and duty.started_at == start_of(wanted.since):
            if duty.state == DutyState.LAPSED:
                yield Settled(kind, again=duty)
            continue
        opens = wanted if wanted is not None and not _runs_here(planned, wanted) else None
        if duty is not None or opens is not None:
            yield Settled(kind, ends=duty, opens=opens)


def _runs_here(planned: Planned, owed: Owed) -> bool:
    """Whether work that was begun here has its own clock for what a return shows to be owed: it runs on, or ran
    from that day or a later one. A plan has one clock to its reviews, be the next one its first or a later one."""
    assert planned.folder_id is not None
    reviews = (DutyOwed.FIRST_REVIEW, DutyOwed.LATER_REVIEW)
    folders = joined_set(planned.folder_id)
    threads = PastReferral.objects.filter(folder_id__in=folders).values_list("thread", flat=True)
    told_of = {subject_of(thread, kind) for thread in threads.distinct() for kind in DutyOwed}
    never = DutyEvent.objects.filter(duty=OuterRef("pk"), act=DutyAct.NEVER_OWE.value)
    since = start_of(owed.since)
    return (
        Duty.objects.filter(
            TO_DO & Q(due_at__gte=since) | Q(started_at__gte=since),
            folder_id__in=folders,
            kind__in=[each.value for each in (reviews if owed.kind in reviews else (owed.kind,))],
        )
        .exclude(subject_id__in=told_of)
        .exclude(Exists(never))
        .exists()
    )
