"""Reading the trail. Row security shows each viewer only the rows that `audit_may_read` lets them see."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from sightline.kernel.time import now
from sightline.kernel.viewer import current

from .models import AuditEvent
from .rules import FORM
from .terms import Verb

#: `rules.canonical` in SQL, over a row `e` of the trail. The tests hold the two against each other.
CANONICAL = f"""concat_ws(chr(31), '{FORM}', e.id::text,
    to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), e.actor_kind,
    coalesce(e.practitioner_id::text, ''), e.job, e.post, e.origin, e.verb, e.what, e.subject_table,
    e.subject_id, coalesce(e.folder_id::text, ''), e.purpose, e.detail::text, e.key_id)"""


@dataclass(frozen=True, slots=True)
class Told:
    """One row of the trail as a page shows it: ids only, whom they name is for the room that knows."""

    id: UUID
    at: datetime
    actor_kind: str
    practitioner_id: UUID | None
    job: str
    post: str
    origin: str
    verb: Verb
    what: str
    subject_table: str
    subject_id: str
    folder_id: UUID | None
    purpose: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an auditor asks the trail for; what is left out does not narrow. `until` is not included."""

    practitioner_id: UUID | None = None
    #: Several people; None does not narrow, none at all finds nothing.
    people: Collection[UUID] | None = None
    folder_id: UUID | None = None
    #: One child's records; what stands in them and the lists on which the child stood.
    folders: Collection[UUID] | None = None
    job: str = ""
    verbs: Collection[Verb] = ()
    #: The beginning of a dotted name, such as "concerns." for all that the room did.
    what: str = ""
    subject_id: str = ""
    origin: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Newest first. `older` is what to hand to `trail` for the next page, None on the last."""

    events: list[Told]
    older: tuple[datetime, UUID] | None


def last_shown(what: str) -> set[str]:
    """The folders on a list of this name when the viewer last read it, within a day."""
    row = (
        AuditEvent.objects.filter(
            practitioner_id=current().practitioner_id, what=what, at__gt=now() - timedelta(days=1)
        )
        .order_by("-at")
        .values_list("detail", flat=True)
        .first()
    )
    return set(row.get("folders", ())) if row else set()


def who_looked(
    folder_ids: Collection[UUID], limit: int = 50, *, older_than: tuple[datetime, UUID] | None = None
) -> list[Told]:
    """The latest that happened on these folders and was tried on them, and the lists and searches on which they
    stood, newest first."""
    at, id = older_than or (None, None)
    rows = AuditEvent.objects.raw(
        "SELECT * FROM audit_looks(%s::uuid[], %s, %s, %s)", [list(folder_ids), at, id, limit]
    )
    return [_told(row) for row in rows]


def trail(wanted: Wanted, *, older_than: tuple[datetime, UUID] | None = None, limit: int = 100) -> TrailPage:
    """One page of the trail as far as the viewer may read it."""
    rows = _narrowed(wanted)
    if older_than is not None:
        at, id = older_than
        rows = rows.filter(Q(at__lt=at) | Q(at=at, id__lt=id), at__lte=at)
    found = [_told(row) for row in rows.order_by("-at", "-id")[: limit + 1]]
    shown = found[:limit]
    return TrailPage(shown, (shown[-1].at, shown[-1].id) if len(found) > limit else None)


def _narrowed(wanted: Wanted) -> QuerySet[AuditEvent]:
    rows = AuditEvent.objects.all()
    for field in ("practitioner_id", "folder_id", "job", "subject_id", "origin"):
        if value := getattr(wanted, field):
            rows = rows.filter(**{field: value})
    if wanted.folders is not None:
        about = RawSQL("SELECT id FROM audit_looks(%s::uuid[], NULL, NULL, NULL)", [list(wanted.folders)])
        rows = rows.filter(id__in=about)
    if wanted.people is not None:
        rows = rows.filter(practitioner_id__in=list(wanted.people))
    if wanted.verbs:
        rows = rows.filter(verb__in=[verb.value for verb in wanted.verbs])
    if wanted.what:
        rows = rows.filter(what__startswith=wanted.what)
    if wanted.since:
        rows = rows.filter(at__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(at__lt=wanted.until)
    return rows


def _told(row: AuditEvent) -> Told:
    return Told(
        id=row.id,
        at=row.at,
        actor_kind=row.actor_kind,
        practitioner_id=row.practitioner_id,
        job=row.job,
        post=row.post,
        origin=row.origin,
        verb=Verb(row.verb),
        what=row.what,
        subject_table=row.subject_table,
        subject_id=row.subject_id,
        folder_id=row.folder_id,
        purpose=row.purpose,
        detail=row.detail,
    )
