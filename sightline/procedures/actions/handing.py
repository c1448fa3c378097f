"""Who owes a duty: taken on, or handed over with a post."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from sightline.agencies.actions import notify
from sightline.audit.actions import event, record, record_many
from sightline.audit.terms import Verb
from sightline.kernel.verdicts import Refused

from ..models import Duty


def hand_to(
    duty_ids: Iterable[UUID], practitioner_id: UUID | None, *, team_id: UUID | None = None, path: str = ""
) -> int:
    """Somebody takes duties on, or (None) nobody in particular yet; with `team_id` they become that team's, with
    `path` they are done there. Returns how many.

    The caller has asked its own permission; a duty that the viewer may not change stays as it is.
    """
    duties = list(Duty.objects.filter(id__in=list(duty_ids), closed_at__isnull=True))
    for duty in duties:
        duty.owner_id = practitioner_id
        duty.team_id = team_id or duty.team_id
        duty.path = path or duty.path
    Duty.objects.bulk_update(duties, ["owner", "team", "path"])
    for duty in duties:
        record(
            Verb.WROTE,
            "procedures.hand_to",
            folder_id=duty.folder_id,
            subject=duty,
            to=practitioner_id or team_id,
        )
    return len(duties)


def hand_over_all(posting_id: UUID, practitioner_id: UUID) -> None:
    """What the holder of a post still owes goes to somebody else: part of ending the post, which asks the permission.
    Raises Refused where they may not write in a record that it stands in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM procedures_hand_over_all(%s, %s)", [posting_id, practitioner_id])
        found = cursor.fetchall()
    left = sum(not handed for _duty, _folder, handed in found)
    if left or not found:
        raise Refused(
            f"{left or 'Some'} of these stand in records that this person may not write in. Choose somebody else, or "
            "ask the manager who answers for the records to let them in first"
        )
    record_many(
        event(
            Verb.WROTE, "procedures.hand_to", folder_id=folder_id, subject=("procedures_duty", duty_id),
            to=practitioner_id,
        )
        for duty_id, folder_id, _handed in found
    )  # fmt: skip
    notify(practitioner_id, text="You have been given what somebody who leaves still had to do", path="/")
