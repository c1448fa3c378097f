"""Contact with a family: every attempt, and how many failed in a row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sightline.kernel.time import LONDON, now
from sightline.procedures.models import TO_DO, Duty
from sightline.procedures.pack import Pack
from sightline.procedures.terms import Unit

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


@dataclass(frozen=True)
class Failed:
    """Attempts that failed one after another within the pack's time, and the number that asks for a decision."""

    count: int
    asks_at: int
    words: str

    @property
    def asks_for_decision(self) -> bool:
        return self.count >= self.asks_at


def awaits_decision(episode_id: UUID) -> bool:
    """Whether a manager has still to decide how a child whom nobody reaches is kept safe."""
    return Duty.objects.filter(TO_DO, kind="decision_on_non_contact", subject_id=episode_id).exists()


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


def failed_in_a_row(folder_id: UUID, pack: Pack) -> Failed:
    """How many attempts failed in a row within the pack's time. One query."""
    at = now()
    day = at.astimezone(LONDON).date()
    count = pack.count("failed_contacts", day)
    since = _days_before(pack, day, count.within.amount, count.within.unit) if count.within else date.min
    latest = [
        Reached(reached)
        for happened_at, reached in Attempt.objects.filter(folder_id=folder_id)
        .order_by("-happened_at", "-id")
        .values_list("happened_at", "reached")[:50]
        if happened_at.astimezone(LONDON).date() >= since
    ]
    return Failed(rules.in_a_row(latest), count.amount, count.title)


def _days_before(pack: Pack, day: date, amount: int, unit: Unit) -> date:
    """The day so many days, weeks or working days before another."""
    if unit is Unit.WEEKS:
        return day - timedelta(weeks=amount)
    if unit is Unit.MONTHS:
        return day - timedelta(days=31 * amount)
    calendar = pack.calendar(day)
    while amount > 0:
        day -= timedelta(days=1)
        if unit is not Unit.WORKING_DAYS or calendar.is_working_day(day):
            amount -= 1
    return day
