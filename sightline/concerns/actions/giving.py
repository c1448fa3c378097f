"""A family that was pointed to a service is given it, and says what they make of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sightline.access.queries import may_write
from sightline.agencies.actions import permit
from sightline.agencies.authors import sent_before
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, NotPermitted, Refused
from sightline.procedures import actions as duties

from .. import queries, rules
from ..models import Given, Screening


@dataclass(frozen=True)
class GivenIn:
    """What a family was given, how, by whom (with their post), when, and what they said to it."""

    what: str
    how: str
    by_whom: str
    given_at: datetime
    said: str

    def row(
        self, screening: Screening, *, by: UUID, post: str, at: datetime, once: UUID | None = None
    ) -> Given:
        return Given(
            id=once or uuid7(),
            folder_id=screening.folder_id,
            screening=screening,
            what=self.what.strip(),
            how=self.how.strip(),
            by_whom=self.by_whom.strip(),
            given_at=self.given_at,
            said=self.said.strip(),
            written_at=at,
            written_by_id=by,
            written_post=post,
        )


@transaction.atomic
def give_service(
    decision_id: UUID, given: GivenIn, *, also: Sequence[UUID] = (), once: UUID | None = None
) -> None:
    """The family has been given the service that it was pointed to: what was owed of that is done.

    `also`: the decisions on brothers and sisters for whom the same was given; `once`: the key of the form. Raises
    NotFound, NotPermitted, Refused at the form's field.
    """
    acting = permit(Permission.WRITE_FOLDER)
    shown = queries.pointed_on(decision_id)
    if sent_before(Given.objects.filter(screening=shown.screening), once):
        return
    siblings = {each.screening.decision_id: each.screening for each in shown.siblings}
    if not siblings.keys() >= set(also):
        raise NotFound
    rules.check_given(
        given.what, given.how, given.by_whom, given.said, given.given_at, raised_at=shown.raised_at, at=now()
    ).or_refuse()
    for place, screening in enumerate([shown.screening, *(siblings[each] for each in also)]):
        if not may_write(screening.folder_id):
            raise NotPermitted(
                "You may read this record but not write in it. Ask the worker or manager who holds it."
            )
        if screening.awaits_ruling:
            raise Refused(
                "The decision is not in effect: a manager must rule on its conflict of interests first."
            )
        row = given.row(
            screening, by=acting.practitioner_id, post=acting.post, at=now(), once=None if place else once
        )
        row.save(force_insert=True)
        duties.happened(
            "service_given",
            [screening.folder_id],
            subject_id=screening.decision_id,
            at=row.written_at,
            done=given.given_at,
        )
        record(Verb.WROTE, "concerns.give_service", folder_id=screening.folder_id, subject=row)
