"""The clock. Instants are aware and stored in UTC; days and pages are in London time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

LONDON = ZoneInfo("Europe/London")

_told: ContextVar[datetime | None] = ContextVar("told", default=None)


def now() -> datetime:
    """The present instant, aware."""
    return _told.get() or timezone.now()


def today() -> date:
    """Today's date in London."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """The day on which an instant falls in London: not always the one of UTC, in which instants are kept."""
    return moment.astimezone(LONDON).date()


@contextmanager
def as_on(moment: datetime) -> Iterator[datetime]:
    """Lets the clock stand at a moment of the past while the demonstration tells what happened then.

    For `config.demo` alone: a house test sees to it that nothing else sets the clock. Raises ValueError for the future.
    """
    if moment > timezone.now():
        raise ValueError("The clock is only ever set back.")
    token = _told.set(moment)
    try:
        yield moment
    finally:
        _told.reset(token)
