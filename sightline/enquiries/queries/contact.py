"""Contact with a family: every attempt and visit, and how many failed in a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.db.models import Q

from sightline.kernel.time import day_of, today
from sightline.kernel.verdicts import Verdict
from sightline.procedures.models import TO_DO, Duty
from sightline.procedures.pack import Pack
from sightline.procedures.terms import Unit
from sightline.records.queries import visits_told

from ..models import Attempt
from ..rules import contact as rules
from ..terms import ContactWay, Reached


@dataclass(frozen=True)
class AttemptView:
    id: UUID
    happened_at: datetime
    way: ContactWay
    whom: str
    reached: Reached
    seen_alone: bool | None
    words: str
    adapted: str
    recorded_by: str
    recorded_post: str

    @property
    def title(self) -> str:
        """'Visit, her mother: The child was seen, alone'."""
        alone = {True: ", alone", False: ", not alone", None: ""}[self.seen_alone]
        return f"{self.way.label}, {self.whom}: {self.reached.label}{alone}"


@dataclass(frozen=True)
class Failed:
    """Attempts that failed one after another within the pack's time, and the number that asks for a decision."""

    count: int
    asks_at: int
    words: str

    @property
    def asks_for_decision(self) -> bool:
        return self.count >= self.asks_at


#: Owed by a manager where nobody reaches the child, and where somebody of the family stays away from meetings again
#: and again (FAM-15).
NON_CONTACT, MISSED_MEETINGS = "decision_on_non_contact", "decision_on_missed_meetings"


def awaits_decision(episode_id: UUID) -> bool:
    """Whether a manager has still to decide how a child whom nobody reaches is kept safe."""
    return Duty.objects.filter(TO_DO, kind=NON_CONTACT, subject_id=episode_id).exists()


def may_close(episode_id: UUID, folder_ids: Iterable[UUID]) -> Verdict:
    """Whether nothing that a family stayed away from waits for a manager's decision on the child. One query."""
    owed = set(
        Duty.objects.filter(
            Q(kind=NON_CONTACT, subject_id=episode_id)
            | Q(kind=MISSED_MEETINGS, folder_id__in=list(folder_ids)),
            TO_DO,
        ).values_list("kind", flat=True)
    )
    return rules.may_close(awaits_decision=NON_CONTACT in owed, missed_meetings=MISSED_MEETINGS in owed)


def attempts(folder_ids: Iterable[UUID], *, limit: int = 100) -> list[AttemptView]:
    """Attempts to reach a family, the latest first. One query."""
    rows = (
        Attempt.objects.filter(folder_id__in=list(folder_ids))
        .select_related("recorded_by")
        .order_by("-happened_at", "-id")[:limit]
    )
    return [
        AttemptView(
            a.id, a.happened_at, ContactWay(a.way), a.whom, Reached(a.reached), a.seen_alone, a.words, a.adapted,
            a.recorded_by.name, a.recorded_post,
        )
        for a in rows
    ]  # fmt: skip


@dataclass(frozen=True)
class Tried:
    """An attempt to reach the family, or a visit written in the record or under a plan."""

    at: datetime
    title: str
    failed: bool
    words: str
    adapted: str
    by: str
    by_post: str


def tried(folder_ids: Iterable[UUID], *, limit: int = 50) -> list[Tried]:
    """Every attempt to reach the family and every visit to the child, the latest first. Two queries."""
    ids = list(folder_ids)
    found = [
        Tried(a.happened_at, a.title, a.reached.failed, a.words, a.adapted, a.recorded_by, a.recorded_post)
        for a in attempts(ids, limit=limit)
    ]
    for v in visits_told(ids, limit=limit):
        title = f"Visit{f', {v.where}' if v.where else ''}: the child was {'' if v.seen else 'not '}seen"
        found.append(Tried(v.at, title, not v.seen, v.text, "", v.by, v.by_post))
    return sorted(found, key=lambda one: one.at, reverse=True)[:limit]


def failed_in_a_row(found: Sequence[Tried], pack: Pack) -> Failed:
    """How many of these attempts and visits, the latest first, failed in a row within the pack's time."""
    day = today()
    count = pack.count("failed_contacts", day)
    since = _days_before(pack, day, count.within.amount, count.within.unit) if count.within else date.min
    latest = [one.failed for one in found if day_of(one.at) >= since]
    return Failed(rules.in_a_row(latest), count.amount, count.title)


def _days_before(pack: Pack, day: date, amount: int, unit: Unit) -> date:
    """The day so many days, weeks, months or working days before another; a month as the calendar has it."""
    if unit is Unit.WEEKS:
        return day - timedelta(weeks=amount)
    if unit is Unit.MONTHS:
        return day - relativedelta(months=amount)
    calendar = pack.calendar(day)
    while amount > 0:
        day -= timedelta(days=1)
        if unit is not Unit.WORKING_DAYS or calendar.is_working_day(day):
            amount -= 1
    return day
