"""The clocks that run to a child's conference: an enquiry's own, and those that an earlier return told of."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from sightline.access.queries import joined_set
from sightline.kernel.time import day_of
from sightline.procedures.kept import as_they_were
from sightline.procedures.models import TO_DO, Duty
from sightline.procedures.pack import NotInForce, Pack
from sightline.procedures.queries import about_none_of
from sightline.procedures.rules import STILL_TO_DO
from sightline.procedures.terms import DutyState, WhichStart

from ..models import Enquiry, Strategy

CONFERENCE = ("initial_conference",)


def told_of_before(folder_ids: Collection[UUID]) -> QuerySet[Duty]:
    """Those of enquiries that were begun before this program was in use: a conference that is held meets them too."""
    here = Enquiry.objects.filter(folder_id__in=list(folder_ids))
    return about_none_of(here.values("id"), CONFERENCE, folder_ids)


def conferences(folder_id: UUID) -> QuerySet[Duty]:
    """Every clock to a conference on a child, whichever enquiry it is of; open and closed."""
    return Duty.objects.filter(kind__in=CONFERENCE, folder_id__in=joined_set(folder_id))


def to_conference(row: Enquiry) -> QuerySet[Duty]:
    """An enquiry's own clock, and those told of before; open and closed."""
    folders = joined_set(row.folder_id)
    others = Enquiry.objects.filter(folder_id__in=folders).exclude(id=row.id)
    return about_none_of(others.values("id"), CONFERENCE, folders)


def running(clocks: QuerySet[Duty]) -> QuerySet[Duty]:
    """Those of them on which something is still to be done."""
    return clocks.filter(TO_DO)


def stands_last(duty: Duty) -> tuple[bool, datetime, UUID]:
    """Puts the clock that says how things stand last: one that runs, else the latest. A clock that was withdrawn and is
    owed again runs, however many came after it."""
    return DutyState(duty.state) in STILL_TO_DO, duty.opened_at, duty.id


@dataclass(frozen=True)
class Counted:
    """From which discussion the clock of an enquiry's conference is counted, and which of several the procedures that
    it was opened under name."""

    enquiry_id: UUID
    strategy_id: UUID
    folder_id: UUID
    held_at: datetime
    which: WhichStart

    @property
    def words(self) -> str:
        """Which of several discussions it is, in the words of the rule."""
        return _WHICH[self.which]


_WHICH = {
    WhichStart.BEGAN: "the discussion that began the enquiry",
    WhichStart.FIRST: "the first discussion",
    WhichStart.LATEST: "the latest discussion that decided on an enquiry",
}


def counted(rows: Collection[Enquiry]) -> dict[UUID, Counted]:
    """By enquiry; without those of which no clock runs from a discussion that was held here. Four queries at most."""
    found = Duty.objects.filter(kind__in=CONFERENCE, subject_id__in=[row.id for row in rows])
    latest = {duty.subject_id: duty for duty in sorted(found, key=stands_last)}
    return {one.enquiry_id: one for one in _counted(latest.values(), rows).values()}


def counted_by(duty_id: UUID) -> Counted | None:
    """The same of one clock; None of a duty that is not to a conference, or is not counted from a discussion here."""
    duty = Duty.objects.filter(kind__in=CONFERENCE, subject_id__isnull=False, id=duty_id).first()
    if duty is None or duty.subject_id is None:
        return None
    return _counted([duty], list(Enquiry.objects.filter(id=duty.subject_id))).get(duty_id)


def counted_on_way(episode_id: UUID) -> list[Counted]:
    """The same of every enquiry on one way through."""
    return list(counted(list(Enquiry.objects.filter(episode_id=episode_id))).values())


def _counted(duties: Collection[Duty], rows: Collection[Enquiry]) -> dict[UUID, Counted]:
    """By clock."""
    ways = {row.id: row.episode_id for row in rows}
    held = {
        (one.episode_id, one.meeting.began_at): one
        for one in Strategy.objects.filter(
            episode_id__in=set(ways.values()), meeting__began_at__isnull=False
        ).select_related("meeting")
    }
    then = as_they_were(duty.pack_version for duty in duties)
    found = {}
    for duty in duties:
        way = ways.get(duty.subject_id) if duty.subject_id is not None else None
        one = held.get((way, duty.started_at)) if way is not None else None
        if one is not None and duty.subject_id is not None:
            which = _which(then[duty.pack_version].pack, duty)
            found[duty.id] = Counted(duty.subject_id, one.id, one.folder_id, duty.started_at, which)
    return found


def _which(pack: Pack, duty: Duty) -> WhichStart:
    """Which of several discussions counts; where procedures name none, it is the one that began the enquiry."""
    try:
        limit = pack.limit(duty.limit_id, day_of(duty.started_at), or_earliest=True)
    except NotInForce:
        return WhichStart.BEGAN
    return limit.of_several or WhichStart.BEGAN
