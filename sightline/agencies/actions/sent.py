"""A form that was sent twice is done once: what the first time led to is the answer to the second."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from sightline.kernel.time import now

from ..models import SentForm

#: Pressed twice, loaded anew, sent again over a bad line. Later, the same form sent again is meant.
AGAIN_WITHIN = timedelta(minutes=30)


def led_to(practitioner_id: UUID, digest: str) -> str | None:
    """The address to which the same form led just now; None where it was not sent before.

    `digest` names the form as it was shown and what was typed into it. Whoever sends it at the same moment waits here
    until the first is through. Two queries.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"sent:{digest}"])
    lately = SentForm.objects.filter(
        practitioner_id=practitioner_id, digest=digest, sent_at__gt=now() - AGAIN_WITHIN
    )
    return lately.values_list("answer", flat=True).order_by("-sent_at").first()


def keep_answer(practitioner_id: UUID, digest: str, answer: str) -> None:
    """Keeps where a form led that was taken. `answer` is an address of ours."""
    SentForm.objects.create(practitioner_id=practitioner_id, digest=digest, answer=answer, sent_at=now())


def forget_sent(before: datetime) -> int:
    """Removes what was sent before then; gives how many. For the nightly job alone."""
    removed, _ = SentForm.objects.filter(sent_at__lt=before).delete()
    return removed
