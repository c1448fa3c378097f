"""Into a child's record and out of it: permission, the row in force, the trail, the pointer that others see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Max, Model, QuerySet, Value
from django.db.models.functions import Greatest

from sightline.agencies.queries import acting_now
from sightline.agencies.rules import permitted
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.govuk.words import moment
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.kernel.viewer import ViewerKind, current

from .. import rules
from ..models import Ended, Person

#: Called with the folders whose pointer, names, addresses or numbers may have changed, in the same
#: transaction. Rooms above add to it when they load (the search keys of room `matching`).
pointer_changed: list[Callable[[Sequence[UUID]], None]] = []

#: How many rows one INSERT carries.
_AT_ONCE = 1000


@dataclass(frozen=True)
class _Entry:
    """A folder entered to write in it: its child (None before one is recorded), and whose rows are to be
    written.

    `rows_in` is the folder that the person's rows carry: the child's own, none for an adult.
    """

    child_id: UUID | None
    person_id: UUID | None
    rows_in: UUID | None


def _enter(folder_id: UUID, person_id: UUID | None = None) -> _Entry:
    """Lets a writer in, or raises NotFound or NotPermitted. `person_id` None means the folder's child.

    One writer a folder at a time until the end of the transaction, so that two who change the same thing meet
    the check for a stale form and no constraint.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"children {folder_id}"])
        cursor.execute("SELECT * FROM children_standing(%s, %s)", [folder_id, person_id])
        is_new, may_read, may_write, child_id, is_adult = cursor.fetchone()
    viewer = current()
    if viewer.kind is ViewerKind.JOB:
        pass  # the doors say which jobs may write
    elif is_new:
        # Whoever opens a folder (a concern, also one raised without an account) fills it in the same
        # transaction.
        if viewer.kind is ViewerKind.PRACTITIONER:
            _permit(Permission.RAISE_CONCERN, Permission.WRITE_FOLDER)
    elif not may_read:
        raise NotFound
    else:
        _permit(Permission.WRITE_FOLDER)
        if not may_write:
            raise NotPermitted(
                "You may read this record but not write in it. Ask the worker or manager who holds it."
            )
    if person_id is None or person_id == child_id:
        return _Entry(child_id, child_id, folder_id)
    if not is_adult:
        raise NotFound
    return _Entry(child_id, person_id, None)


def _enter_to_change(folder_id: UUID, person_id: UUID | None = None) -> tuple[UUID, UUID | None]:
    """`_enter`, and whose rows are to be written: the person and the folder that their rows carry.

    Raises NotFound where the folder's child is meant and none is recorded yet.
    """
    entry = _enter(folder_id, person_id)
    if entry.person_id is None:
        raise NotFound
    return entry.person_id, entry.rows_in


def _enter_for_child(folder_id: UUID) -> UUID:
    return _enter_to_change(folder_id)[0]


def _permit(*any_of: Permission) -> None:
    acting = acting_now()
    verdicts = [permitted(acting, permission) for permission in any_of]
    if not any(verdicts):
        raise NotPermitted(verdicts[0])


def _stamp() -> dict[str, object]:
    return {"recorded_at": now(), "recorded_by_id": current().practitioner_id}


def _insert(rows: Iterable[Model]) -> None:
    """Writes rows, those of one table together, in an order in which foreign keys hold."""
    by_table: dict[type[Model], list[Model]] = {}
    for row in rows:
        by_table.setdefault(type(row), []).append(row)
    for model in sorted(by_table, key=lambda m: m is not Person):
        model._default_manager.bulk_create(by_table[model], batch_size=_AT_ONCE)


def _not_stale(rows: Iterable[Any], seen: Sequence[UUID] | None) -> None:
    """Refuses where the rows that hold now are not those that the form showed. None: no form was shown."""
    if seen is None:
        return
    news = [row for row in rows if row.pk not in set(seen)]
    if not news:
        return
    last = max(news, key=lambda row: row.recorded_at)
    by = last.recorded_by
    raise Refused(
        f"{by.name if by else 'Somebody'} changed this on {moment(last.recorded_at)}, "
        "after you opened this page. Look at what is there now, then send yours again if it is still right."
    )


def _current(rows: QuerySet[Any]) -> list[Any]:
    return list(rows.filter(held_until__isnull=True).select_related("recorded_by"))


def _close(rows: QuerySet[Any], day: date, what: str) -> None:
    """Ends what holds now, on `day`; what began on that day or later never held. Refuses where something else
    is recorded for days after it, which the change would overlap."""
    later = (
        rows.filter(held_until__gt=day).exclude(held_until=F("held_from")).aggregate(last=Max("held_until"))
    )
    if later["last"]:
        raise _overlaps(what, later["last"])
    rows.filter(held_until__isnull=True).update(
        held_until=Greatest(Value(day), F("held_from")), **_end_written(rows.model)
    )


def _end_written(model: type[Model]) -> dict[str, Any]:
    """When and by whom an end is written, for rows that keep it."""
    if not issubclass(model, Ended):
        return {}
    stamp = _stamp()
    return {"ended_at": stamp["recorded_at"], "ended_by_id": stamp["recorded_by_id"]}


def _overlaps(what: str, until: date | None = None) -> Refused:
    till = f" until {rules.day_words(until, today())}" if until else ""
    return Refused(f"{what} is already recorded{till}. Give a day that is not before that.", "held_from")


def london_day(at: datetime) -> date:
    """The day of an instant, in London."""
    return at.astimezone(LONDON).date()


def _begin_on(day: date | None, what: str) -> date:
    day = day or today()
    rules.may_begin(day, today(), what).or_refuse()
    return day


def refresh_pointers(folder_ids: Sequence[UUID]) -> None:
    """Brings what a search shows of these children up to date, and tells the rooms that keep keys of it."""
    if not folder_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT children_refresh_pointers(%s::uuid[], %s)", [list(folder_ids), today()])
    for tell in pointer_changed:
        tell(folder_ids)


def refresh_agency(agency_id: UUID) -> None:
    """An agency has changed: what a search shows of the children that it works with follows. Part of that action, which
    asks the permission."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT children_refresh_agency(%s)", [agency_id])


def refresh_pointer(folder_id: UUID) -> None:
    """`refresh_pointers` for one folder."""
    refresh_pointers([folder_id])


def _wrote(what: str, folder_id: UUID, subject: Model | tuple[str, object], **ids: UUID | int) -> None:
    refresh_pointer(folder_id)
    record(Verb.WROTE, what, folder_id=folder_id, subject=subject, **ids)  # type: ignore[arg-type]


def _end(rows: QuerySet[Any], day: date | None, what: str) -> Any:
    """Ends one dated row that holds now. Raises NotFound where there is none, Refused where it has ended."""
    row = rows.select_related("recorded_by").first()
    if row is None:
        raise NotFound
    if row.held_until is not None:
        raise Refused(f"{what} has already ended, on {rules.day_words(row.held_until, today())}.")
    day = day or today()
    rules.may_end(day, row.held_from, today(), what).or_refuse()
    changes = {"held_until": day, **_end_written(type(row))}
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=list(changes))
    return row
