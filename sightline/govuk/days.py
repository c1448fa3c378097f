"""Days and times of day as people type them, read or refused with what to enter instead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from django.core.exceptions import ValidationError

from .tidy import digits, named, tidy
from .words import MONTHS, date_only, listed

EARLIEST_YEAR = 1880
LATEST_YEAR = 2199
PARTS = ("day", "month", "year")


class DateMistake(ValidationError):
    """A date that does not make sense, and which of its inputs to mend."""

    def __init__(self, message: str, parts: Sequence[str]) -> None:
        super().__init__(message, code="date")
        self.parts = tuple(parts)


def read_month(text: str) -> int | None:
    """1 to 12 from '3', '03', 'March', 'mar'; None when it is no month."""
    text = digits(text.strip()).lower().rstrip(".")
    if re.fullmatch(r"[0-9]{1,2}", text):
        return int(text) if 1 <= int(text) <= 12 else None
    found = [i for i, name in enumerate(MONTHS, start=1) if len(text) >= 3 and name.lower().startswith(text)]
    if text == "sept":
        return 9
    return found[0] if len(found) == 1 else None


def days_in(month: int, year: int | None) -> int:
    following = date((year or 2000) + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


def read_day(label: str, day: str, month: str, year: str) -> date:
    """A date from three typed parts. DateMistake says which part is wrong and what to enter instead."""
    typed = {"day": tidy(day), "month": tidy(month), "year": tidy(year)}
    missing = [part for part, text in typed.items() if not text]
    if missing:
        raise DateMistake(f"Enter the {listed(missing)} of {named(label)}", missing)
    year_text, day_text = digits(typed["year"]), digits(typed["day"])
    if not re.fullmatch(r"[0-9]{4}", year_text):
        raise DateMistake(f"Enter the year of {named(label)} with 4 digits, for example 2017", ["year"])
    if int(year_text) < EARLIEST_YEAR or int(year_text) > LATEST_YEAR:
        raise DateMistake(
            f"Check the year of {named(label)}: enter one between {EARLIEST_YEAR} and {LATEST_YEAR}", ["year"]
        )
    in_month = read_month(typed["month"])
    if in_month is None:
        raise DateMistake(
            f"Enter the month of {named(label)} as a number from 1 to 12 or a name like March", ["month"]
        )
    if not re.fullmatch(r"[0-9]{1,2}", day_text) or int(day_text) == 0 or int(day_text) > 31:
        raise DateMistake(f"Enter the day of {named(label)} as a number from 1 to 31", ["day"])
    longest = days_in(in_month, int(year_text))
    if int(day_text) > longest:
        raise DateMistake(
            f"Enter a real date for {named(label)}: {MONTHS[in_month - 1]} {year_text} has {longest} days",
            ["day"],
        )
    return date(int(year_text), in_month, int(day_text))


def iso_day(value: str) -> date | None:
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        return None


def definite(label: str) -> str:
    """'a date of birth', 'an expected date'; a question stands as 'a date'."""
    if label.endswith("?"):
        return "a date"
    if label.split(" ")[0] in ("the", "a", "an", "her", "his", "their"):
        return label
    return f"{'an' if label[:1] in 'aeiou' else 'a'} {label}"


@dataclass(frozen=True)
class PartialDate:
    """A date of which perhaps only the year, or the month and year, is known."""

    year: int
    month: int | None = None
    day: int | None = None

    def first(self) -> date:
        """The earliest day that it can mean."""
        return date(self.year, self.month or 1, self.day or 1)

    def last(self) -> date:
        """The latest day that it can mean."""
        month = self.month or 12
        return date(self.year, month, self.day or days_in(month, self.year))

    def __str__(self) -> str:
        if self.day and self.month:
            return date_only(self.first())
        return f"{MONTHS[self.month - 1]} {self.year}" if self.month else str(self.year)


def read_time(text: str) -> time | None:
    """A time of day from '10:40', '10.40', '1040', '10:40pm', '3pm', 'noon' or 'midnight', else None."""
    text = digits(tidy(text)).lower().replace(" ", "")
    if text in ("noon", "midday"):
        return time(12)
    if text == "midnight":
        return time(0)
    found = re.fullmatch(r"([0-9]{1,2})(?:[:.]?([0-9]{2}))?(am|pm|a\.m\.|p\.m\.)?", text)
    if not found:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").replace(".", "")
    if found[2] is None and not half:
        return None  # A bare "3" may be either.
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None
