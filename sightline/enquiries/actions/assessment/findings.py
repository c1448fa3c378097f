"""What is found out: how each of the family took part, how the child develops, what the child needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from sightline.access.queries import joined_set
from sightline.agencies.actions import permit
from sightline.agencies.models import Agency
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.queries import child_page
from sightline.kernel.ids import uuid7
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, Refused

from ...models import (
    Assessment,
    Need,
    Participation,
    Progress,
)
from ...queries.needs_and_progress import age_in_months
from ...rules import stages
from ...terms import (
    ActsForChild,
    AgainstAge,
    Development,
    TookPart,
)
from .. import episode as way
from .writing import _to_write, _touch


@dataclass(frozen=True)
class PartTaken:
    """Whether and how a member of the family took part."""

    took_part: TookPart
    how: str = ""
    why_not: str = ""
    barrier: str = ""
    adjustment: str = ""
    acts_for_child: ActsForChild | None = None
    acts_evidence: str = ""


@transaction.atomic
def take_part(
    assessment_id: UUID, person_id: UUID, part: PartTaken, *, also: Sequence[UUID] = ()
) -> Participation:
    """Record whether and how a member of the family took part; `also`: in siblings' assessments too."""
    row, _form = _to_write(assessment_id)
    wanted = [row]
    for other_id in dict.fromkeys(also):
        other, _other_form = _to_write(other_id)
        if row.written_together is None or other.written_together != row.written_together:
            raise NotFound
        wanted.append(other)
    if part.took_part is not TookPart.NO and not part.how.strip():
        raise Refused("Say how they took part.", "how")
    if part.took_part is not TookPart.YES and not part.why_not.strip():
        raise Refused("Say why they did not take part, or not fully.", "why_not")
    if part.barrier.strip() and not part.adjustment.strip():
        raise Refused("Say what was done about what stood in the way.", "adjustment")
    together = uuid7() if len(wanted) > 1 else None
    rows = []
    for each in wanted:
        child = child_page(joined_set(each.folder_id))
        if person_id not in {tie.person.id for tie in child.ties}:
            if each is row:
                raise NotFound
            continue
        made = Participation(
            folder_id=each.folder_id,
            assessment=each,
            person_id=person_id,
            took_part=part.took_part.value,
            how=part.how.strip(),
            why_not=part.why_not.strip(),
            barrier=part.barrier.strip(),
            adjustment=part.adjustment.strip(),
            acts_for_child=part.acts_for_child.value if part.acts_for_child else "",
            acts_evidence=part.acts_evidence.strip(),
            written_at=now(),
            written_by_id=way.me(),
            written_together=together,
        )
        made.save(force_insert=True)
        _touch(each)
        record(Verb.WROTE, "enquiries.take_part", folder_id=each.folder_id, subject=made)
        rows.append(made)
    return rows[0]


@dataclass(frozen=True)
class Seen:
    """What a child could do on a day, beside what is usual at that age."""

    area: Development
    seen_on: date
    against_age: AgainstAge
    words: str
    source: str


@transaction.atomic
def record_progress(folder_id: UUID, seen: Seen, *, corrects_id: UUID | None = None) -> Progress:
    """Add what a child could do at an age; what was wrong is put right by another row."""
    permit(Permission.WRITE_FOLDER)
    lead = way.writable_lead(folder_id)
    if not seen.words.strip():
        raise Refused("Say what the child does or can do.", "words")
    if not seen.source.strip():
        raise Refused("Say who saw it, and their agency.", "source")
    if seen.seen_on > today():
        raise Refused("Give a day that is not still to come.", "seen_on")
    folders = joined_set(lead)
    child = child_page(folders)
    born = child.child.birth.born_on
    if born is not None and seen.seen_on < born:
        raise Refused("This day is before the child was born.", "seen_on")
    if (
        corrects_id is not None
        and not Progress.objects.filter(
            id=corrects_id, folder_id__in=folders, corrected_by__isnull=True
        ).exists()
    ):
        raise NotFound
    row = Progress(
        folder_id=lead,
        child=way.child_of(lead),
        area=seen.area.value,
        seen_on=seen.seen_on,
        age_months=age_in_months(child, seen.seen_on),
        against_age=seen.against_age.value,
        words=seen.words.strip(),
        source=seen.source.strip(),
        recorded_at=now(),
        recorded_by_id=way.me(),
        corrects_id=corrects_id,
    )
    row.save(force_insert=True)
    record(Verb.WROTE, "enquiries.record_progress", folder_id=lead, subject=row)
    return row


@dataclass(frozen=True)
class NeedIn:
    """A need and what meets it: a service, waited for or not, or the reason why there is none."""

    words: str
    whose: str
    service: str = ""
    agency_id: UUID | None = None
    waiting_since: date | None = None
    unmet_why: str = ""


@transaction.atomic
def name_need(assessment_id: UUID, need: NeedIn, *, replaces_id: UUID | None = None) -> Need:
    """Name a need, or say anew what meets it; what was said before stays readable."""
    row, _form = _to_write(assessment_id)
    if not need.words.strip():
        raise Refused("Say what is needed.", "words")
    if need.service.strip() and need.unmet_why.strip():
        raise Refused("Either a service meets it, or it is said why nothing does.", "unmet_why")
    if need.agency_id is not None and not Agency.objects.filter(id=need.agency_id).exists():
        raise Refused("Choose an agency of the partnership.", "agency")
    if replaces_id is not None:
        _need_standing(row, replaces_id)
    child = child_page(joined_set(row.folder_id)).child
    made = Need(
        folder_id=row.folder_id,
        assessment=row,
        words=need.words.strip(),
        whose=need.whose.strip() or child.called,
        service=need.service.strip(),
        agency_id=need.agency_id,
        waiting_since=need.waiting_since,
        unmet_why=need.unmet_why.strip(),
        area=child.lives.area if child.lives and not child.address_confidential else "",
        written_at=now(),
        written_by_id=way.me(),
        replaces_id=replaces_id,
    )
    made.save(force_insert=True)
    _touch(row)
    record(Verb.WROTE, "enquiries.name_need", folder_id=row.folder_id, subject=made)
    return made


def _need_standing(row: Assessment, need_id: UUID) -> Need:
    found = Need.objects.filter(
        id=need_id, assessment=row, replaced_by__isnull=True, withdrawn_why=""
    ).first()
    if found is None:
        raise NotFound
    return found


@transaction.atomic
def withdraw_need(assessment_id: UUID, need_id: UUID, why: str) -> Need:
    """A need was named in error, or is no more; that it was named stays on the record."""
    row, _form = _to_write(assessment_id)
    before = _need_standing(row, need_id)
    if not stages.has_words(why):
        raise Refused("Say why it is no longer a need.", "why")
    made = Need(
        folder_id=row.folder_id,
        assessment=row,
        words=before.words,
        whose=before.whose,
        area=before.area,
        written_at=now(),
        written_by_id=way.me(),
        replaces=before,
        withdrawn_why=why.strip(),
    )
    made.save(force_insert=True)
    _touch(row)
    record(Verb.WROTE, "enquiries.withdraw_need", folder_id=row.folder_id, subject=made)
    return made
