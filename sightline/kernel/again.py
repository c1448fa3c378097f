"""What becomes of a job under which the database went away: it is done again when the database is back."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError
from procrastinate import RetryStrategy

#: Nine more attempts, each after twice the time of the one before: for a quarter of an hour in all.
WHEN_IT_IS_BACK = RetryStrategy(
    max_attempts=9, exponential_wait=2, retry_exceptions=(OperationalError, InterfaceError)
)


def database_went_away(error: Exception) -> bool:
    """Whether this error says that the connection to the database was lost or could not be had.

    What the database refused, a question that took too long included, is no such error: doing that again would fail
    again. SQLSTATE 08 and 57P, and none where the connection broke: PostgreSQL, appendix A.
    """
    if not isinstance(error, (OperationalError, InterfaceError)):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(("08", "57P"))
