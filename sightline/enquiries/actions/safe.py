"""A child in danger is made safe, by whatever power or agreement: what was owed of that is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sightline.access.queries import joined_set, lead_of
from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import day_of, now
from sightline.procedures import actions as duties
from sightline.procedures.models import TO_DO, Duty

from ..models import Emergency, MadeSafe
from ..rules import protection as rules
from ..terms import MadeSafeBy
from . import changes
from . import episode as way
from .protection import stamp


@dataclass(frozen=True)
class MadeSafeIn:
    """What was done, under which power or agreement, by whom, when, and what child and parents were told."""

    way: MadeSafeBy
    what: str
    under: str
    done_by: str
    done_at: datetime
    told: str


@transaction.atomic
def make_safe(folder_id: UUID, new: MadeSafeIn) -> MadeSafe:
    """Record what was done to make the child safe: "Protect this child now" is met. Raises NotFound, NotPermitted,
    Refused at the form's field."""
    permit(Permission.WRITE_FOLDER)
    lead = way.writable_lead(folder_id)
    rules.may_make_safe(
        what=new.what, under=new.under, done_by=new.done_by, told=new.told, done_at=new.done_at, now=now()
    ).or_refuse()
    way.may_begin_work(lead, day_of(new.done_at), before_birth=True)
    row = MadeSafe(
        folder_id=lead,
        child=way.child_of(lead),
        way=new.way.value,
        what=new.what.strip(),
        under=new.under.strip(),
        done_by=new.done_by.strip(),
        done_at=new.done_at,
        told=new.told.strip(),
        **stamp(),
    )
    row.save(force_insert=True)
    protected(lead, new.done_at)
    changes.learnt(lead, row.id)
    record(Verb.WROTE, "enquiries.make_safe", folder_id=lead, subject=row)
    return row


def protected(lead: UUID, done_at: datetime) -> None:
    """A child is safe since then: in whichever of the child's folders it is owed, it is done."""
    owed = Duty.objects.filter(TO_DO, folder_id__in=way.joined_set(lead), kind="immediate_protection")
    for subject_id in owed.values_list("subject_id", flat=True):
        if subject_id is not None:
            duties.discharge("immediate_protection", subject_id, done=done_at)


def decided(folder_id: UUID, decision_id: UUID, at: datetime) -> None:
    """A decision on a concern has opened what it owes. Where the police or a court protect the child already, as far as
    whoever decides may know, that is done: no second measure is taken for it."""
    folders = joined_set(lead_of(folder_id))
    runs = Emergency.objects.filter(folder_id__in=folders, began_at__lte=at, ended_at__isnull=True)
    if runs.exists() and duties.discharge(
        "immediate_protection", decision_id, folder_ids=[folder_id], done=at
    ):
        record(Verb.WROTE, "enquiries.protected_already", folder_id=folder_id)
