"""The numbers of a record, without gaps, and who writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound

from .. import rules
from ..models import (
    EntryCounter,
)


def one_at_a_time(ident: UUID) -> None:
    """Whoever does something with the same draft or request waits here until the other transaction has ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"records {ident}"])


def _lock_counters(folder_ids: Iterable[UUID]) -> dict[UUID, EntryCounter]:
    """The counters of folders, made where there are none, locked in folder order until the transaction ends.

    Whoever makes a counter makes them all before locking any: one who held a lock while waiting for another's new
    counter could be waited for in turn.
    """
    wanted = sorted(set(folder_ids))
    rows = EntryCounter.objects.filter(folder_id__in=wanted).order_by("folder_id")
    if rows.count() < len(wanted):
        EntryCounter.objects.bulk_create(
            (EntryCounter(folder_id=folder_id) for folder_id in wanted), ignore_conflicts=True
        )
    counters = {row.folder_id: row for row in rows.select_for_update()}
    if len(counters) != len(wanted):
        raise NotFound
    return counters


def _next_numbers(folder_ids: Sequence[UUID], at: datetime | None = None) -> dict[UUID, int]:
    """The next number of each folder, its counter locked in folder order until the transaction ends.

    A folder named several times advances by as many, and the last of its numbers is given. With `at`, the instant of
    writing, a clock that was set back is a refusal.
    """
    wanted = Counter(folder_ids)
    counters = _lock_counters(wanted)
    for counter in counters.values():
        if at is not None:
            rules.follows_in_time(at, counter.last_at).or_refuse()
            counter.last_at = max(at, counter.last_at or at)
        counter.last += wanted[counter.folder_id]
    EntryCounter.objects.bulk_update(counters.values(), ["last", "last_at"], batch_size=1000)
    return {counter.folder_id: counter.last for counter in counters.values()}


def _written_last(at: Mapping[UUID, datetime]) -> None:
    """Keeps when each folder was last written in, for history that came by itself."""
    counters = _lock_counters(at)
    for counter in counters.values():
        counter.last_at = max(at[counter.folder_id], counter.last_at or at[counter.folder_id])
    EntryCounter.objects.bulk_update(counters.values(), ["last_at"], batch_size=1000)


@transaction.atomic
def clock_was_ahead(why: str) -> int:
    """The clock of this computer is right now and was ahead before: signing goes on in the records that have an entry
    written at a time that is still to come. What was written stays as it is, and the numbers give its order. For the
    job `clock`; the reason is kept on the trail. Returns in how many records; Refused without a reason."""
    rules.has_reasons(why, "why").or_refuse()
    at = now()
    many = EntryCounter.objects.filter(last_at__gt=at + rules.CLOCK_MAY_GO_BACK).update(last_at=at)
    record(Verb.WROTE, "records.clock_was_ahead", purpose=why.strip(), count=many)
    return many
