"""Clocks: working days of England, hours over clock changes, month ends, and the edge of the calendar."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import assume, given
from hypothesis import strategies as st

from sightline.procedures import clocks
from sightline.procedures.clocks import (
    LONDON,
    BeyondCalendar,
    OfficeHours,
    WorkingCalendar,
    critical_at,
    describe_left,
    due,
    due_soon_at,
    start_of,
    status,
    working_days_between,
)
from sightline.procedures.schema import Span
from sightline.procedures.terms import Basis, DutyStatus, Unit, WhichStart


@dataclass(frozen=True)
class Timed:
    amount: int
    unit: Unit
    basis: Basis = Basis.LOCAL


@dataclass(frozen=True)
class Kind:
    due_soon: Span
    critical_after: Span


ENGLAND = WorkingCalendar.england()
known_days = st.dates(date(2012, 1, 1), date(2028, 6, 30))
past_days = st.dates(date(1980, 1, 1), date(2011, 12, 31))
instants = st.datetimes(datetime(2012, 1, 1), datetime(2028, 6, 30), timezones=st.just(UTC))  # noqa: DTZ001
few = st.integers(1, 60)


def at(text: str) -> datetime:
    """A moment of London's wall time."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def wd(amount: int) -> Timed:
    return Timed(amount, Unit.WORKING_DAYS)


# --------------------------------------------------------------------------------------- which of several starts


@pytest.mark.parametrize(
    ("which", "others", "counted"),
    [
        (WhichStart.BEGAN, [], 5),
        (WhichStart.FIRST, [], 5),
        (WhichStart.LATEST, [], 5),
        (WhichStart.BEGAN, [2, 9], 5),
        (WhichStart.FIRST, [2, 9], 2),
        (WhichStart.LATEST, [2, 9], 9),
        (WhichStart.FIRST, [9], 5),
        (WhichStart.LATEST, [2], 5),
    ],
)
def test_which_of_several_starts_counts(which, others, counted):
    day = {n: at(f"2026-11-0{n}T10:00") for n in (2, 5, 9)}
    assert start_of(which, day[5], [day[n] for n in others]) == day[counted]


# ---------------------------------------------------------------------------------------------- bank holidays


@pytest.mark.parametrize("year", range(2012, 2029))
def test_the_standing_rules_and_the_published_calendar_agree_save_for_proclaimed_days(year):
    proclaimed = {
        2012: {date(2012, 5, 28), date(2012, 6, 4), date(2012, 6, 5)},
        2020: {date(2020, 5, 4), date(2020, 5, 8)},
        2022: {date(2022, 5, 30), date(2022, 6, 2), date(2022, 6, 3), date(2022, 9, 19)},
        2023: {date(2023, 5, 8)},
    }
    published = {day for day in clocks.bundled_bank_holidays() if day.year == year}
    assert published ^ clocks.regular_bank_holidays(year) == proclaimed.get(year, set())


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2011, 4, 29), "royal wedding"),
        (date(2002, 6, 3), "Golden Jubilee"),
        (date(2002, 6, 4), "spring holiday moved"),
        (date(1999, 12, 31), "millennium"),
        (date(1995, 5, 8), "victory in Europe"),
        (date(2009, 4, 10), "Good Friday"),
        (date(2009, 12, 28), "Boxing Day on a Saturday"),
        (date(2005, 1, 3), "New Year's Day on a Saturday"),
    ],
)
def test_holidays_before_the_published_calendar(day, why):
    assert not ENGLAND.is_working_day(day), why


@pytest.mark.parametrize("day", [date(2002, 5, 27), date(1995, 5, 1), date(2011, 5, 3)])
def test_days_that_a_moved_holiday_left_free(day):
    assert ENGLAND.is_working_day(day)


# ---------------------------------------------------------------------------------------------- working days


@pytest.mark.obligation("TIM-03")
@pytest.mark.parametrize(
    ("start", "amount", "expected"),
    [
        ("2026-11-19T10:00", 1, "2026-11-20T17:00"),
        ("2026-11-20T23:59", 1, "2026-11-23T17:00"),
        ("2026-11-21T00:00", 1, "2026-11-23T17:00"),
        ("2026-04-02T10:00", 1, "2026-04-07T17:00"),
        ("2022-09-16T10:00", 1, "2022-09-20T17:00"),
        ("2027-12-24T10:00", 1, "2027-12-29T17:00"),
        ("2009-12-24T10:00", 1, "2009-12-29T17:00"),
        ("2024-02-28T10:00", 2, "2024-03-01T17:00"),
    ],
)
def test_working_days(start, amount, expected):
    assert due(at(start), wd(amount), ENGLAND) == at(expected)


@given(instants, few)
def test_a_working_day_limit_ends_on_a_working_day_when_the_office_closes(start, amount):
    end = due(start, wd(amount), ENGLAND)
    assert ENGLAND.is_working_day(end.date())
    assert end.time() == time(17)
    assert end.tzinfo is LONDON


@given(instants, few)
def test_the_day_of_receipt_is_day_0(start, amount):
    end = due(start, wd(amount), ENGLAND)
    assert working_days_between(start.astimezone(LONDON).date(), end.date(), ENGLAND) == amount


@given(instants, instants, few, st.sampled_from(list(Unit)), st.sampled_from([None, time(12), time(16, 30)]))
def test_what_starts_later_is_never_due_earlier(one, other, amount, unit, cut_off):
    calendar = WorkingCalendar.england(OfficeHours(cut_off=cut_off))
    first, last = sorted([one, other])
    limit = Timed(amount, unit)
    assert due(first, limit, calendar) <= due(last, limit, calendar)


@given(instants, few, st.sampled_from(list(Unit)))
def test_a_longer_limit_is_never_due_earlier(start, amount, unit):
    assert due(start, Timed(amount, unit), ENGLAND) <= due(start, Timed(amount + 1, unit), ENGLAND)


@given(instants, few, st.sampled_from(list(Unit)))
def test_nothing_is_due_before_it_starts(start, amount, unit):
    assert due(start, Timed(amount, unit), ENGLAND) > start


@given(known_days, known_days)
def test_counting_working_days_is_the_same_both_ways(one, other):
    assert working_days_between(one, other, ENGLAND) == -working_days_between(other, one, ENGLAND)


@given(st.dates(date(1975, 1, 1), date(2035, 12, 31)), st.integers(0, 4000))
def test_counting_is_what_walking_day_by_day_gives(day, length):
    calendar = WorkingCalendar.england(
        closures=frozenset({date(2026, 11, 20), date(2026, 11, 21)})
    ).forgiven()
    walked = sum(calendar.is_working_day(day + timedelta(days=n)) for n in range(1, length + 1))
    assert working_days_between(day, day + timedelta(days=length), calendar) == walked


def test_counting_past_the_known_calendar_is_refused_only_where_a_weekday_is_counted():
    sunday = date(2028, 12, 31)
    assert sunday == ENGLAND.known_until
    assert working_days_between(date(2028, 12, 29), sunday, ENGLAND) == 0
    with pytest.raises(BeyondCalendar):
        working_days_between(sunday, date(2029, 1, 1), ENGLAND)
    assert working_days_between(sunday, date(2029, 1, 2), ENGLAND.forgiven()) == 1


@given(known_days, st.integers(0, 40))
def test_adding_and_counting_agree(day, amount):
    assert working_days_between(day, ENGLAND.add_working_days(day, amount), ENGLAND) == amount


# ---------------------------------------------------------------------------- office hours, cut-off, closures

MIDDAY = OfficeHours(time(8, 30), time(16, 30), cut_off=time(12))


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-11-19T11:59", "2026-11-20T16:30"),
        ("2026-11-19T12:00", "2026-11-23T16:30"),
        ("2026-11-20T12:00", "2026-11-23T16:30"),
        ("2026-11-21T12:00", "2026-11-23T16:30"),
        ("2026-11-22T23:00", "2026-11-23T16:30"),
    ],
)
def test_after_the_cut_off_a_thing_counts_as_received_the_next_day(start, expected):
    assert due(at(start), wd(1), WorkingCalendar.england(MIDDAY)) == at(expected)


def test_neither_cut_off_nor_closure_lengthens_a_statutory_limit():
    calendar = WorkingCalendar.england(MIDDAY, closures=frozenset({date(2026, 11, 20)}))
    start = at("2026-11-19T15:00")
    assert due(start, Timed(1, Unit.WORKING_DAYS, Basis.STATUTORY), calendar) == at("2026-11-20T16:30")
    assert due(start, wd(1), calendar) == at("2026-11-23T16:30")


def test_an_extra_bank_holiday_lengthens_every_limit():
    calendar = WorkingCalendar.england(extra_bank_holidays=frozenset({date(2026, 11, 20)}))
    for basis in Basis:
        limit = Timed(1, Unit.WORKING_DAYS, basis)
        assert due(at("2026-11-19T10:00"), limit, calendar) == at("2026-11-23T17:00")


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2026-11-19T10:00", 4, "2026-11-19T14:00"),
        ("2026-11-19T13:00", 4, "2026-11-19T17:00"),
        ("2026-11-19T15:30", 4, "2026-11-20T11:30"),
        ("2026-11-20T18:00", 4, "2026-11-23T13:00"),
        ("2026-11-20T03:00", 1, "2026-11-20T10:00"),
        ("2026-04-02T16:00", 2, "2026-04-07T10:00"),
        ("2026-11-16T09:00", 40, "2026-11-20T17:00"),
    ],
)
def test_working_hours(start, hours, expected):
    assert due(at(start), Timed(hours, Unit.WORKING_HOURS), ENGLAND) == at(expected)


@given(instants, st.integers(1, 100))
def test_working_hours_end_in_office_hours(start, hours):
    end = due(start, Timed(hours, Unit.WORKING_HOURS), ENGLAND)
    assert ENGLAND.is_working_day(end.date())
    assert time(9) < end.time() <= time(17)


# -------------------------------------------------------------------------------- elapsed time, clock changes


@given(instants, st.integers(1, 200))
def test_hours_are_elapsed_hours_whatever_the_clocks_do(start, hours):
    end = due(start, Timed(hours, Unit.HOURS), ENGLAND)
    assert end.astimezone(UTC) - start == timedelta(hours=hours)


def test_72_hours_over_the_end_of_summer_time():
    assert due(at("2026-10-23T14:10"), Timed(72, Unit.HOURS), ENGLAND) == at("2026-10-26T13:10")


def test_the_repeated_hour_is_told_apart():
    first = datetime(2026, 10, 25, 1, 30, tzinfo=LONDON)
    end = due(first, Timed(1, Unit.HOURS), ENGLAND)
    assert (end.hour, end.minute, end.fold) == (1, 30, 1)
    assert end.utcoffset() == timedelta(0)


@given(instants, st.integers(1, 400))
def test_calendar_days_end_with_the_last_second_of_the_last_day(start, days):
    end = due(start, Timed(days, Unit.CALENDAR_DAYS), ENGLAND)
    assert end.date() == start.astimezone(LONDON).date() + timedelta(days=days)
    assert end.time() == time(23, 59, 59)


@given(instants, st.integers(1, 50))
def test_weeks_are_seven_days(start, weeks):
    assert due(start, Timed(weeks, Unit.WEEKS), ENGLAND) == due(
        start, Timed(7 * weeks, Unit.CALENDAR_DAYS), ENGLAND
    )


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 3, 28), 1, date(2026, 4, 28)),
    ],
)
def test_months_keep_the_day_or_end_with_the_month(start, months, expected):
    end = due(datetime.combine(start, time(12), tzinfo=LONDON), Timed(months, Unit.MONTHS), ENGLAND)
    assert end.date() == expected


@given(instants, st.integers(1, 24))
def test_months_fall_in_the_right_month(start, months):
    end = due(start, Timed(months, Unit.MONTHS), ENGLAND)
    expected = start.astimezone(LONDON).date().replace(day=1) + relativedelta(months=months)
    assert (end.year, end.month) == (expected.year, expected.month)


def test_a_clock_needs_an_aware_instant():
    with pytest.raises(ValueError, match="aware"):
        due(datetime(2026, 11, 20, 10), wd(1), ENGLAND)  # noqa: DTZ001


# ----------------------------------------------------------------------------------- the edge of the calendar


def test_a_due_date_past_the_known_calendar_is_refused_in_plain_words():
    start = datetime.combine(ENGLAND.known_until, time(10), tzinfo=LONDON)
    with pytest.raises(BeyondCalendar, match=r"bank holidays after 31 December \d{4} are not known yet"):
        due(start, wd(1), ENGLAND)


def test_immediate_danger_has_its_clock_even_past_the_known_calendar():
    start = datetime(2040, 12, 31, 23, 30, tzinfo=LONDON)
    assert due(start, Timed(1, Unit.HOURS), ENGLAND) == datetime(2041, 1, 1, 0, 30, tzinfo=LONDON)


def test_a_pack_may_carry_the_calendar_on():
    calendar = WorkingCalendar.england(
        extra_bank_holidays=frozenset({date(2029, 1, 1)}), known_until=date(2029, 12, 31)
    )
    assert due(at("2028-12-29T10:00"), wd(1), calendar) == at("2029-01-02T17:00")


@pytest.mark.parametrize("unit", list(Unit))
def test_a_limit_past_all_dates_is_refused_in_plain_words(unit):
    with pytest.raises(BeyondCalendar):
        due(datetime(9999, 12, 31, 23, 59, tzinfo=LONDON), Timed(10_000, unit), ENGLAND)


@given(past_days, few, st.sampled_from(list(Unit)))
def test_imported_history_is_never_refused(day, amount, unit):
    start = datetime.combine(day, time(11), tzinfo=LONDON)
    assert due(start, Timed(amount, unit), ENGLAND) > start


# ------------------------------------------------------------------------------------------ how a duty stands

KIND = Kind(
    due_soon=Span(amount=2, unit=Unit.WORKING_DAYS), critical_after=Span(amount=1, unit=Unit.WORKING_DAYS)
)


@pytest.mark.obligation("TIM-03")
@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-18T23:59:59", DutyStatus.NOT_DUE),
        ("2026-11-19T00:00", DutyStatus.DUE_SOON),
        ("2026-11-23T17:00", DutyStatus.DUE_SOON),
        ("2026-11-23T17:00:01", DutyStatus.OVERDUE),
        ("2026-11-24T17:00", DutyStatus.OVERDUE),
        ("2026-11-24T17:00:01", DutyStatus.CRITICAL),
        ("2027-11-24T17:00", DutyStatus.CRITICAL),
    ],
)
def test_status(now, expected):
    assert status(at("2026-11-23T17:00"), at(now), KIND, ENGLAND) is expected


@given(instants, instants)
def test_status_only_grows_more_urgent(one, other):
    due_at = datetime(2020, 6, 1, 17, tzinfo=LONDON)
    order = [DutyStatus.NOT_DUE, DutyStatus.DUE_SOON, DutyStatus.OVERDUE, DutyStatus.CRITICAL]
    first, last = sorted([one, other])
    assert order.index(status(due_at, first, KIND, ENGLAND)) <= order.index(
        status(due_at, last, KIND, ENGLAND)
    )


@pytest.mark.parametrize("unit", [unit for unit in Unit])
def test_status_never_refuses(unit):
    kind = Kind(Span(amount=3, unit=unit), Span(amount=3, unit=unit))
    for year in (1985, 2028, 2045):
        due_at = datetime(year, 12, 30, 17, tzinfo=LONDON)
        assert due_soon_at(due_at, kind, ENGLAND) < due_at < critical_at(due_at, kind, ENGLAND)


@given(instants, st.integers(0, 20), st.sampled_from(list(Unit)))
def test_windows_lie_round_the_due_instant(start, amount, unit):
    kind = Kind(Span(amount=amount, unit=unit), Span(amount=amount, unit=unit))
    due_at = due(start, wd(3), ENGLAND)
    assert due_soon_at(due_at, kind, ENGLAND) <= due_at <= critical_at(due_at, kind, ENGLAND)


@pytest.mark.parametrize(
    ("due_at", "now", "unit", "expected"),
    [
        ("2026-11-19T17:00", "2026-11-23T09:00", Unit.WORKING_DAYS, "2 working days late"),
        ("2026-11-19T17:00", "2026-11-20T09:00", Unit.WORKING_DAYS, "1 working day late"),
        ("2026-11-20T17:00", "2026-11-22T09:00", Unit.WORKING_DAYS, "2 days late"),
        ("2026-11-20T10:00", "2026-11-20T13:05", Unit.HOURS, "3 hours 5 minutes late"),
        ("2026-11-20T23:00", "2026-11-21T01:00", Unit.HOURS, "2 hours late"),
        ("2026-11-20T10:00", "2026-11-24T10:00", Unit.HOURS, "2 working days late"),
        ("2026-11-20T10:00:30", "2026-11-20T10:00:45", Unit.HOURS, "less than a minute late"),
        ("2026-11-20T17:00", "2026-11-20T13:40", Unit.WORKING_DAYS, "by 17:00 today, 3 hours 20 minutes"),
        (
            "2026-11-21T01:00",
            "2026-11-20T23:00",
            Unit.HOURS,
            "by 01:00 tomorrow, Saturday 21 November, 2 hours",
        ),
        (
            "2026-12-04T17:00",
            "2026-12-03T10:00",
            Unit.WORKING_DAYS,
            "by tomorrow, Friday 4 December, 1 working day",
        ),
        ("2026-12-03T17:00", "2026-11-22T10:00", Unit.WORKING_DAYS, "by Thursday 3 December, 9 working days"),
        ("2027-03-01T23:59:59", "2026-12-01T10:00", Unit.MONTHS, "by Monday 1 March 2027, 90 days"),
        ("2026-11-23T17:00", "2026-11-21T10:00", Unit.WORKING_DAYS, "by Monday 23 November, 1 working day"),
    ],
)
def test_time_left_in_plain_words(due_at, now, unit, expected):
    assert describe_left(at(due_at), at(now), ENGLAND, unit) == expected


@given(instants, instants, st.sampled_from(list(Unit)))
def test_time_left_always_says_something(due_at, now, unit):
    assume(due_at != now)
    words = describe_left(due_at, now, ENGLAND, unit)
    assert words.endswith("late") is (now > due_at)
    assert words.startswith("by ") is (due_at > now)
    assert " 0 " not in f" {words}"
