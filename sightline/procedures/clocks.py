"""Clocks: from the instant at which something starts to the instant at which it becomes late.

Working days are those of England: no weekends, no bank holidays. The day of receipt is day 0. All
arithmetic on days is done in London's wall time and all arithmetic on hours and minutes in elapsed time,
so a clock that runs over a change to or from summer time is neither an hour short nor an hour long.

A limit in working days ends when the office closes on its last day; one in calendar days, weeks or
months ends with the last second of its last day; one in hours or minutes ends to the second.

Bank holidays come from the calendar that the library govuk-bank-holidays carries (2012 onwards) and, before
that, from the rules of the Banking and Financial Dealings Act 1971 with the proclaimed days, so that history
imported from an older system always has a date. Years after the calendar are not guessed at: a proclaimed
holiday would make the due date wrong, so `due` raises `BeyondCalendar`.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from dateutil.easter import easter
from dateutil.relativedelta import relativedelta

from .terms import Basis, DutyStatus, Unit, WhichStart

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)
END_OF_DAY = time(23, 59, 59)


class BeyondCalendar(Exception):
    """The clock runs into a year whose bank holidays are not known yet. The text is fit for a page."""


class Length(Protocol):
    """Anything with an amount and a unit: a limit, a span, a setting."""

    @property
    def amount(self) -> int: ...
    @property
    def unit(self) -> Unit: ...


class TimedLimit(Length, Protocol):
    """A length of time that also says who set it: statute, or the partnership."""

    @property
    def basis(self) -> Basis: ...


class TimedKind(Protocol):
    """A kind of duty, as far as its urgency goes."""

    @property
    def due_soon(self) -> Length: ...
    @property
    def critical_after(self) -> Length: ...


# Days proclaimed or moved before the bundled calendar begins: (year, regular day moved away or None, day).
_PROCLAIMED: dict[int, tuple[tuple[date | None, date], ...]] = {
    1977: ((None, date(1977, 6, 7)),),
    1981: ((None, date(1981, 7, 29)),),
    1995: ((date(1995, 5, 1), date(1995, 5, 8)),),
    1999: ((None, date(1999, 12, 31)),),
    2002: ((date(2002, 5, 27), date(2002, 6, 4)), (None, date(2002, 6, 3))),
    2011: ((None, date(2011, 4, 29)),),
}


def _monday_on_or_after(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


@lru_cache(maxsize=512)
def regular_bank_holidays(year: int) -> frozenset[date]:
    """England's bank holidays of a year by the standing rules and the days proclaimed before 2012.

    Source: Banking and Financial Dealings Act 1971, schedule 1; the first Monday in May since 1978 and New
    Year's Day since 1974 by proclamation, as is the substitute for a holiday that falls on a weekend.
    """
    days: set[date] = set()
    if year >= 1974:
        days.add(
            _monday_on_or_after(date(year, 1, 1)) if date(year, 1, 1).weekday() > 4 else date(year, 1, 1)
        )
    sunday = easter(year)
    days |= {sunday - 2 * DAY, sunday + DAY}
    if year >= 1978:
        days.add(_monday_on_or_after(date(year, 5, 1)))
    days |= {_monday_on_or_after(date(year, 5, 25)), _monday_on_or_after(date(year, 8, 25))}
    christmas, boxing = date(year, 12, 25), date(year, 12, 26)
    substitutes = {
        4: {christmas, date(year, 12, 28)},  # Friday and Saturday
        5: {date(year, 12, 27), date(year, 12, 28)},  # Saturday and Sunday
        6: {boxing, date(year, 12, 27)},  # Sunday and Monday
    }
    days |= substitutes.get(christmas.weekday(), {christmas, boxing})
    for away, day in _PROCLAIMED.get(year, ()):
        days.discard(away)
        days.add(day)
    return frozenset(days)


@lru_cache(maxsize=1)
def bundled_bank_holidays() -> frozenset[date]:
    """England's bank holidays as GOV.UK published them, from the library's own copy; no network."""
    # Imported here because it brings `requests` along, which no page needs before its first clock.
    from govuk_bank_holidays.bank_holidays import BankHolidays

    calendar = BankHolidays(use_cached_holidays=True)
    return frozenset(
        event["date"] for event in calendar.get_holidays(division=BankHolidays.ENGLAND_AND_WALES)
    )


@dataclass(frozen=True)
class OfficeHours:
    """When the office is open, Monday to Friday. After `cut_off` a thing counts as received the next day."""

    opens: time = time(9)
    closes: time = time(17)
    cut_off: time | None = None


@dataclass(frozen=True)
class WorkingCalendar:
    """Working days and hours as one partnership knows them.

    `bank_holidays`: published days and those that a pack adds; `closures`: days on which only local clocks
    stand still; `known_from`, `known_until`: between them the published days are complete. Beyond
    `known_until` the calendar refuses, unless `forgiving`, which falls back on the standing rules.
    """

    bank_holidays: frozenset[date]
    closures: frozenset[date]
    known_from: date
    known_until: date
    office: OfficeHours = field(default_factory=OfficeHours)
    forgiving: bool = False

    @classmethod
    def england(
        cls,
        office: OfficeHours | None = None,
        extra_bank_holidays: frozenset[date] = frozenset(),
        closures: frozenset[date] = frozenset(),
        known_until: date | None = None,
    ) -> WorkingCalendar:
        """England's calendar; `known_until` moves its end on where a pack holds the later days."""
        published = bundled_bank_holidays()
        end = date(max(published).year, 12, 31)
        return cls(
            bank_holidays=published | extra_bank_holidays,
            closures=closures,
            known_from=date(min(published).year, 1, 1),
            known_until=max(end, known_until) if known_until else end,
            office=office or OfficeHours(),
        )

    def statutory(self) -> WorkingCalendar:
        """The calendar for statutory limits: a local closure or cut-off cannot lengthen what the law set."""
        return replace(self, closures=frozenset(), office=replace(self.office, cut_off=None))

    def forgiven(self) -> WorkingCalendar:
        """The same calendar, guessing at later years by the standing rules: for display, never for a date."""
        return replace(self, forgiving=True)

    def is_working_day(self, day: date) -> bool:
        """Raises BeyondCalendar for a weekday after the known calendar, unless forgiving."""
        if day.weekday() > 4:
            return False
        if day > self.known_until and not self.forgiving:
            raise BeyondCalendar(
                f"The bank holidays after {self.known_until.day} {self.known_until:%B %Y} are not known yet, "
                f"so a due date in {day.year} cannot be worked out. Ask whoever runs Sightline to update its "
                "calendar of bank holidays."
            )
        if day in self.closures or day in self.bank_holidays:
            return False
        if self.known_from <= day <= self.known_until:
            return True
        return day not in regular_bank_holidays(day.year)

    def working_days_after(self, day: date) -> Iterator[date]:
        """Working days after that day, in order."""
        while True:
            day += DAY
            if self.is_working_day(day):
                yield day

    def add_working_days(self, day: date, amount: int) -> date:
        """The day that is so many working days after `day` (before it, where the amount is negative)."""
        step = DAY if amount >= 0 else -DAY
        for _ in range(abs(amount)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day


def start_of(which: WhichStart, began: datetime, starts: Collection[datetime]) -> datetime:
    """The instant that a clock runs from, where what starts it happened at each of `starts` and the one at `began` is
    what it is about: as the pack says which of them counts."""
    if which is WhichStart.FIRST:
        return min([began, *starts])
    if which is WhichStart.LATEST:
        return max([began, *starts])
    return began


def due(start: datetime, limit: TimedLimit, calendar: WorkingCalendar) -> datetime:
    """The instant at which a clock started at `start` becomes late, aware, in London time.

    Raises ValueError for a naive `start` and BeyondCalendar where a limit in working time runs past the known
    calendar, or any limit past the last date that can be written. A limit in elapsed time needs no calendar
    of holidays and is never refused for want of one: an immediate danger always has its clock.
    """
    if start.tzinfo is None:
        raise ValueError("A clock starts at an aware instant.")
    if limit.basis is Basis.STATUTORY:
        calendar = calendar.statutory()
    return after(start, limit, calendar)


def after(start: datetime, length: Length, calendar: WorkingCalendar) -> datetime:
    """`due` for any length of time, by the calendar as it is given."""
    local = start.astimezone(LONDON)
    day, amount = local.date(), length.amount
    try:
        match length.unit:
            case Unit.WORKING_DAYS:
                cut_off = calendar.office.cut_off
                if cut_off and calendar.is_working_day(day) and local.time() >= cut_off:
                    # The next calendar day, not the next working day: else Friday evening's concern
                    # would be due a day later than Saturday's.
                    day += DAY
                return _at(calendar.add_working_days(day, amount), calendar.office.closes)
            case Unit.WORKING_HOURS:
                return _after_working_time(local, timedelta(hours=amount), calendar)
            case Unit.CALENDAR_DAYS:
                return _at(day + amount * DAY, END_OF_DAY)
            case Unit.WEEKS:
                return _at(day + 7 * amount * DAY, END_OF_DAY)
            case Unit.MONTHS:
                return _at(day + relativedelta(months=amount), END_OF_DAY)
            case Unit.HOURS:
                return _elapsed(start, timedelta(hours=amount))
            case Unit.MINUTES:
                return _elapsed(start, timedelta(minutes=amount))
    except (OverflowError, ValueError) as error:
        raise BeyondCalendar("That time limit ends beyond the last date that can be written.") from error


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=LONDON)


def _elapsed(start: datetime, length: timedelta) -> datetime:
    return (start.astimezone(UTC) + length).astimezone(LONDON)


def _after_working_time(local: datetime, left: timedelta, calendar: WorkingCalendar) -> datetime:
    day = local.date()
    while True:
        if calendar.is_working_day(day):
            opens, closes = _at(day, calendar.office.opens), _at(day, calendar.office.closes)
            begin = max(opens.astimezone(UTC), local.astimezone(UTC))
            open_for = closes.astimezone(UTC) - begin
            if open_for >= left:
                return (begin + left).astimezone(LONDON)
            left -= max(open_for, timedelta(0))
        day += DAY


def working_days_between(first: date, last: date, calendar: WorkingCalendar) -> int:
    """Working days after `first` up to and with `last`; negative where `last` is the earlier day."""
    if last < first:
        return -working_days_between(last, first, calendar)
    if last > calendar.known_until and not calendar.forgiving:
        # Only to refuse with its words, where a weekday after the known calendar is counted at all.
        for n in range(max((calendar.known_until - first).days, 0) + 1, (last - first).days + 1):
            calendar.is_working_day(first + n * DAY)
    # Imported duties may be years late, and a list shows hundreds: so whole weeks are not walked.
    weeks, rest = divmod((last - first).days, 7)
    weekdays = 5 * weeks + sum((first + n * DAY).weekday() < 5 for n in range(1, rest + 1))
    years = range(first.year, last.year + 1)
    return weekdays - sum(first < day <= last for year in years for day in _weekdays_off(calendar, year))


@lru_cache(maxsize=1024)
def _weekdays_off(calendar: WorkingCalendar, year: int) -> tuple[date, ...]:
    """The weekdays of a year on which nobody works."""
    calendar = calendar.forgiven()
    days = (date(year, 1, 1) + n * DAY for n in range(366 if isleap(year) else 365))
    return tuple(day for day in days if day.weekday() < 5 and not calendar.is_working_day(day))


def critical_at(due_at: datetime, kind: TimedKind, calendar: WorkingCalendar) -> datetime:
    """The instant from which an undone duty is critically overdue: the kind's span after its due instant."""
    return _shifted(due_at, kind.critical_after, calendar, forward=True)


def due_soon_at(due_at: datetime, kind: TimedKind, calendar: WorkingCalendar) -> datetime:
    """The instant from which a duty is due soon: for spans in days, the beginning of that day."""
    shifted = _shifted(due_at, kind.due_soon, calendar, forward=False)
    if kind.due_soon.unit.is_shorter_than_a_day:
        return shifted
    return _at(shifted.astimezone(LONDON).date(), time(0))


def before(instant: datetime, span: Length, calendar: WorkingCalendar) -> datetime:
    """So long before an instant: when papers must be with a family ahead of a meeting."""
    return _shifted(instant, span, calendar, forward=False)


def _shifted(instant: datetime, span: Length, calendar: WorkingCalendar, *, forward: bool) -> datetime:
    """The same time of day so many days before or after; never refuses, since a page must show something."""
    calendar = calendar.forgiven()
    local = instant.astimezone(LONDON)
    amount = span.amount if forward else -span.amount
    day, clock = local.date(), local.time()
    match span.unit:
        case Unit.WORKING_DAYS:
            return _at(calendar.add_working_days(day, amount), clock)
        case Unit.CALENDAR_DAYS:
            return _at(day + amount * DAY, clock)
        case Unit.WEEKS:
            return _at(day + 7 * amount * DAY, clock)
        case Unit.MONTHS:
            return _at(day + relativedelta(months=amount), clock)
        case Unit.WORKING_HOURS if forward:
            return _after_working_time(local, timedelta(hours=amount), calendar)
        case Unit.WORKING_HOURS:
            return _before_working_time(local, timedelta(hours=-amount), calendar)
        case Unit.HOURS:
            return _elapsed(instant, timedelta(hours=amount))
        case Unit.MINUTES:
            return _elapsed(instant, timedelta(minutes=amount))


def _before_working_time(local: datetime, left: timedelta, calendar: WorkingCalendar) -> datetime:
    day = local.date()
    while True:
        if calendar.is_working_day(day):
            opens, closes = _at(day, calendar.office.opens), _at(day, calendar.office.closes)
            end = min(closes.astimezone(UTC), local.astimezone(UTC))
            open_for = end - opens.astimezone(UTC)
            if open_for >= left:
                return (end - left).astimezone(LONDON)
            left -= max(open_for, timedelta(0))
        day -= DAY


def status(due_at: datetime, now: datetime, kind: TimedKind, calendar: WorkingCalendar) -> DutyStatus:
    """How a duty that is still to be done stands at `now`. A duty is overdue once its due instant is past."""
    if now > due_at:
        return DutyStatus.CRITICAL if now > critical_at(due_at, kind, calendar) else DutyStatus.OVERDUE
    return DutyStatus.DUE_SOON if now >= due_soon_at(due_at, kind, calendar) else DutyStatus.NOT_DUE


def describe_left(
    due_at: datetime, now: datetime, calendar: WorkingCalendar, unit: Unit = Unit.WORKING_DAYS
) -> str:
    """The time left, or the lateness, in plain words. `unit` is that of the limit.

    "2 working days late", "3 hours late", "by 17:00 today, 3 hours 20 minutes",
    "by tomorrow, Friday 4 December, 1 working day", "by Thursday 3 December, 8 working days",
    "by Saturday 5 December, 2 days".
    """
    calendar = calendar.forgiven()
    there, here = due_at.astimezone(LONDON), now.astimezone(LONDON)
    gap = due_at.astimezone(UTC) - now.astimezone(UTC)
    hours_matter = unit.is_shorter_than_a_day or there.date() == here.date()
    if gap < timedelta(0):
        if hours_matter and -gap < 2 * DAY:
            return f"{_hours_and_minutes(-gap)} late"
        working = working_days_between(there.date(), here.date(), calendar)
        if working:
            return f"{_count(working, 'working day')} late"
        return f"{_count(max((here.date() - there.date()).days, 1), 'day')} late"
    if there.date() == here.date():
        return f"by {there:%H:%M} today, {_hours_and_minutes(gap)}"
    tomorrow = "tomorrow, " if there.date() == here.date() + DAY else ""
    year = f" {there.year}" if there.year != here.year else ""
    day = f"{tomorrow}{there:%A} {there.day} {there:%B}{year}"
    if hours_matter and gap < 2 * DAY:
        return f"by {there:%H:%M} {day}, {_hours_and_minutes(gap)}"
    if unit.counts_working_time:
        working = working_days_between(here.date(), there.date(), calendar)
        return f"by {day}, {_count(working, 'working day')}"
    return f"by {day}, {_count((there.date() - here.date()).days, 'day')}"


def _count(amount: int, word: str) -> str:
    return f"{amount} {word}" if amount == 1 else f"{amount} {word}s"


def _hours_and_minutes(gap: timedelta) -> str:
    minutes = int(gap.total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    hours, minutes = divmod(minutes, 60)
    parts = [_count(hours, "hour")] if hours else []
    if minutes:
        parts.append(_count(minutes, "minute"))
    return " ".join(parts)
