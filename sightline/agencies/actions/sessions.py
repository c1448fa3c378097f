"""What sessions leave behind."""

from __future__ import annotations

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection


def clear_ended_sessions(before: datetime) -> int:
    """Removes the sessions that ended before then, and what they held, such as words searched for. Gives how many.

    For the nightly job alone. What is younger still says whose it was (`signed_out`).
    """
    removed, _ = Session.objects.filter(expire_date__lt=before).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return removed


def clear_ended_counts(before: datetime) -> int:
    """Removes the counts of attempts that limited nobody any more by then; gives how many. For the nightly job."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM throttle_cache WHERE expires < %s", [before])
        return cursor.rowcount
