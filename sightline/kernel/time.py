"""The clock. Instants are aware and stored in UTC; days and pages are in London time."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

LONDON = ZoneInfo("Europe/London")


def now() -> datetime:
    """The present instant, aware."""
    return timezone.now()


def today() -> date:
    """Today's date in London."""
    return timezone.now().astimezone(LONDON).date()
