"""Days, instants, spans and lists as a person would say them, in English and in London time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from markupsafe import Markup, escape

from sightline.kernel.time import LONDON, now, today

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def london(value: date | datetime) -> date | datetime:
    """An aware instant as London reads it; a date as it is. ValueError for a naive instant."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("An instant without a time zone cannot be shown.")
        return value.astimezone(LONDON)
    return value


def day(value: date | datetime | None) -> str:
    """'Thursday 19 November 2026'; an empty string for None."""
    if value is None:
        return ""
    local = london(value)
    return f"{DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]} {local.year}"


def date_only(value: date | datetime | str | None) -> str:
    """'19 November 2026', as for a date of birth; an empty string for None or nothing. What was signed keeps its days
    as '2026-11-19'."""
    if not value:
        return ""
    if isinstance(value, str):
        value = date.fromisoformat(value[:10])
    local = london(value)
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}"


def iso_day(value: date | datetime) -> str:
    """'2026-11-19', as an address gives a day."""
    local = london(value)
    return f"{local:%Y-%m-%d}"


def short_day(value: date | datetime | None) -> str:
    """'Thu 19 November', with the year where it is not this one; for columns of dates."""
    if value is None:
        return ""
    local = london(value)
    words = f"{DAYS[local.weekday()][:3]} {local.day} {MONTHS[local.month - 1]}"
    return words if local.year == today().year else f"{words} {local.year}"


def clock(value: datetime | None) -> str:
    """'10:40', London time; an empty string for None."""
    return "" if value is None else f"{london(value):%H:%M}"


def moment(value: date | datetime | None) -> str:
    """'Thursday 19 November 2026 at 10:40'; a mere date has no time."""
    if isinstance(value, datetime):
        return f"{day(value)} at {clock(value)}"
    return day(value)


def by_when(value: datetime | None) -> str:
    """Until when: 'Thursday 19 November 2026', and 'at 10:40' unless it is the day's last minute."""
    return day(value) if value is None or clock(value) == "23:59" else moment(value)


def short_moment(value: date | datetime | None) -> str:
    """'Thu 19 November, 10:40', for columns."""
    if isinstance(value, datetime):
        return f"{short_day(value)}, {clock(value)}"
    return short_day(value)


def plural(number: int, one: str, many: str | None = None) -> str:
    """'1 child', '3 children', '1,204 duties'; `many` defaults to `one` with an s."""
    return f"{number:,} {one if number == 1 else (many or one + 's')}"


def span(length: timedelta) -> str:
    """A length of time in its largest sensible unit: '4 minutes', '3 hours', '9 days', '2 months'."""
    seconds = abs(int(length.total_seconds()))
    if seconds < 60:
        return plural(seconds, "second")
    if seconds < 3600:
        return plural(seconds // 60, "minute")
    if seconds < 86_400:
        return plural(seconds // 3600, "hour")
    days = seconds // 86_400
    if days < 61:
        return plural(days, "day")
    if days < 730:
        return plural(days // 30, "month")
    return plural(days // 365, "year")


def ago(value: date | datetime | None) -> str:
    """How long ago, or how far ahead, by London's calendar: '20 minutes ago', 'yesterday', 'in 2 days'."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        gap = now() - value
        if timedelta(0) <= gap < timedelta(minutes=1):
            return "just now"
        if timedelta(0) <= gap < timedelta(hours=6):
            return f"{span(gap)} ago"
        if timedelta(hours=-6) < gap < timedelta(0):
            return f"in {span(gap)}"
        that_day = value.astimezone(LONDON).date()
    else:
        that_day = value
    days = (today() - that_day).days
    named = {0: "today", 1: "yesterday", -1: "tomorrow"}
    if days in named:
        return named[days]
    return f"{span(timedelta(days=days))} ago" if days > 0 else f"in {span(timedelta(days=-days))}"


def age(born: date | None, on: date | None = None) -> str:
    """A child's age as it is said: '9 years old', '7 months old', 'expected 9 January 2027'."""
    if born is None:
        return "age not known"
    on = on or today()
    if born > on:
        return f"expected {date_only(born)}"
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    if years >= 2:
        return f"{years} years old"
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    if months >= 3:
        return f"{plural(months, 'month')} old"
    weeks = (on - born).days // 7
    return f"{plural(weeks, 'week')} old" if weeks else f"{plural((on - born).days, 'day')} old"


def listed(values: Iterable[Any], last: str = "and") -> str:
    """'Maya, Theo and Ana'. Safe markup stays markup, everything else is escaped."""
    words = [escape(value) for value in values]
    if len(words) < 2:
        return words[0] if words else Markup("")
    return Markup("{} {} {}").format(Markup(", ").join(words[:-1]), last, words[-1])


def in_a_row(values: Iterable[str], last: str = "and") -> str:
    """The same as plain text, for messages and for paper, where nothing is markup."""
    words = list(values)
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


#: What a browser calls itself by what it says of itself; the first that is there counts, since most say that they are
#: several.
_BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_DEVICES = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "Chromebook"),
    ("Mac OS", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def browser(said: str | None) -> str:
    """'Firefox on Windows', of what a browser says of itself in its user-agent."""
    text = said or ""
    program = next((name for part, name in _BROWSERS if part in text), "")
    device = next((name for part, name in _DEVICES if part in text), "")
    if not program:
        return f"A browser on {device}" if device else "A browser that does not say which"
    return f"{program} on {device}" if device else program


def paragraphs(value: object) -> Markup:
    """Somebody's own text as paragraphs: blank lines part them, single line ends stay; everything escaped."""
    text = str(value or "").replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if not text.strip():
        return Markup("")
    parts = [part for part in text.split("\n\n") if part.strip()]
    return Markup("").join(
        Markup('<p class="govuk-body sl-words" dir="auto">{}</p>').format(
            Markup("<br>").join(escape(line) for line in part.strip("\n").split("\n"))
        )
        for part in parts
    )
