"""What follows the signature: an update, and the telling of child and family."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from sightline.access.queries import joined_set
from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.queries import child_page
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused

from ...models import (
    Assessment,
    Evidence,
    Shared,
)
from ...queries import assessment as queries
from ...queries.needs_and_progress import needs_of
from ...rules import stages
from ...terms import (
    AssessmentState,
)
from .. import episode as way
from .beginning import Beginning, begin
from .findings import NeedIn, name_need
from .writing import _locked, _write_one


@transaction.atomic
def update(assessment_id: UUID, reasons: str) -> Assessment:
    """Begin an update of a signed assessment: its texts, needs and links come along, to be written on."""
    acting = permit(Permission.WRITE_FOLDER)
    before = _locked(assessment_id)
    if before.state != AssessmentState.SIGNED.value:
        raise Refused("Only a signed assessment is updated. Go on writing in this one.")
    if Assessment.objects.filter(updates=before).exists():
        raise Refused("An update of this assessment has been begun already.")
    if not stages.has_words(reasons):
        raise Refused("Say what has changed.", "reasons")
    (row,) = begin(
        Beginning(
            [before.folder_id],
            before.form,
            acting.practitioner_id,
            before.stands_on,
            before.stands_on_words,
            before.why_nothing_less,
            updates_id=before.id,
        )
    )
    for section, text in queries.latest_texts([before.id]).get(before.id, {}).items():
        _write_one(row, section, text.content, None)
    Evidence.objects.bulk_create(
        Evidence(
            folder_id=row.folder_id, assessment=row, section=e.section, entry_id=e.entry_id, note=e.note,
            linked_at=now(), linked_by_id=acting.practitioner_id,
        )
        for e in Evidence.objects.filter(assessment=before, unlinked_at__isnull=True)
    )  # fmt: skip
    for need in needs_of(before.id):
        name_need(
            row.id,
            NeedIn(need.words, need.whose, need.service, need.agency_id, need.waiting_since, need.unmet_why),
        )
    record(Verb.WROTE, "enquiries.update", folder_id=row.folder_id, subject=row, updates=before.id)
    return row


@dataclass(frozen=True)
class Sharing:
    """What one person was given of a signed assessment, or why not."""

    person_id: UUID
    was_shared: bool
    how: str
    shared_on: date | None = None
    said: str = ""


@transaction.atomic
def share(assessment_id: UUID, sharing: Sharing) -> Shared:
    """Record that child or family were given it, when and how, and what they said, or why not. Sharing it is owed until
    that is said of the child and of each parent and carer (FAM-09)."""
    permit(Permission.WRITE_FOLDER)
    row = _locked(assessment_id)
    if row.state != AssessmentState.SIGNED.value:
        raise Refused(
            "Share it once a manager has signed it. Until then record under Who took part that it was talked about."
        )
    child = child_page(joined_set(row.folder_id))
    if sharing.person_id not in {child.child.id, *(tie.person.id for tie in child.ties)}:
        raise NotFound
    if not sharing.how.strip():
        raise Refused("Say how it was shared and by whom, or why it was not.", "how")
    if sharing.was_shared and sharing.shared_on is None:
        raise Refused("Give the day on which it was shared.", "shared_on")
    made = Shared(
        folder_id=row.folder_id,
        assessment=row,
        person_id=sharing.person_id,
        was_shared=sharing.was_shared,
        shared_on=sharing.shared_on if sharing.was_shared else None,
        how=sharing.how.strip(),
        said=sharing.said.strip(),
        recorded_at=now(),
        recorded_by_id=way.me(),
    )
    made.save(force_insert=True)
    told = set(Shared.objects.filter(assessment=row).values_list("person_id", flat=True))
    if not queries.to_be_told(child, told):
        way.happened("assessment_shared", row.folder_id, row.duty_subject, done=made.shared_on)
    record(Verb.WROTE, "enquiries.share", folder_id=row.folder_id, subject=made)
    return made
