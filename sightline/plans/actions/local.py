"""Keeping the directory of local services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import today
from sightline.kernel.verdicts import NotFound, Refused

from ..models import LocalHelp
from ..terms import ServiceNeed


@dataclass(frozen=True)
class LocalIn:
    """A local service. `places` empty: everywhere; ages in whole years."""

    name: str
    gist: str
    needs: Sequence[ServiceNeed]
    reach: str
    from_age: int = 0
    to_age: int = 18
    for_adults: bool = False
    places: Sequence[str] = ()
    waits: str = ""
    agency_id: UUID | None = None


@transaction.atomic
def keep_local(sent: LocalIn, *, local_id: UUID | None = None) -> UUID:
    """Put a service in the directory, or bring its entry up to date; it then counts as checked today."""
    acting = permit(Permission.KEEP_SERVICES)
    for text, name, ask in (
        (sent.name, "name", "Enter the name of the service"),
        (sent.gist, "gist", "Say in plain words what it does"),
        (sent.reach, "reach", "Say how a family or a worker reaches it"),
    ):
        if not text.strip():
            raise Refused(ask, name)
    if not sent.needs:
        raise Refused("Select what it helps with", "needs")
    if sent.from_age > sent.to_age:
        raise Refused("The youngest age is above the oldest", "from_age")
    row = LocalHelp.objects.filter(id=local_id).first() if local_id else LocalHelp()
    if row is None:
        raise NotFound
    row.name, row.gist, row.reach = sent.name.strip()[:200], sent.gist.strip(), sent.reach.strip()[:300]
    row.needs = [need.value for need in sent.needs]
    row.from_age, row.to_age, row.for_adults = sent.from_age, sent.to_age, sent.for_adults
    row.places = [place.strip()[:80] for place in sent.places if place.strip()]
    row.waits, row.agency_id = sent.waits.strip()[:120], sent.agency_id
    row.checked_on, row.checked_by_id, row.ended_on = today(), acting.practitioner_id, None
    row.save()
    record(Verb.WROTE, "plans.keep_local", subject=row)
    return row.id


@transaction.atomic
def end_local(local_id: UUID) -> None:
    """The service is there no more; what was offered of it stays on the records."""
    permit(Permission.KEEP_SERVICES)
    row = LocalHelp.objects.filter(id=local_id).first()
    if row is None:
        raise NotFound
    row.ended_on = today()
    row.save(update_fields=["ended_on"])
    record(Verb.WROTE, "plans.end_local", subject=row)
