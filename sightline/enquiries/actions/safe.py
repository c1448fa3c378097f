"""A child in danger is made safe, by whatever power or agreement: what was owed of that is done."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from sightline.access.queries import joined_set, lead_of
from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.time import day_of, now
from sightline.procedures import actions as duties
from sightline.procedures.models import TO_DO, Duty, DutyEvent
from sightline.procedures.terms import DutyState

from ..models import RUNS, Emergency, MadeSafe
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
    runs = Emergency.objects.filter(RUNS, folder_id__in=folders, began_at__lte=at)
    if runs.exists() and duties.discharge(
        "immediate_protection", decision_id, folder_ids=[folder_id], done=at
    ):
        record(Verb.WROTE, "enquiries.protected_already", folder_id=folder_id)


_MET = (DutyState.DISCHARGED.value, DutyState.DONE_LATE.value)


def protected_anew(folder_id: UUID, since: datetime, reason: str) -> None:
    """What made a child safe `since` then, or its end, was recorded by mistake: protecting the child at once was met
    by what in truth made them safe, or is owed as it was. A step of taking it back."""
    folders = joined_set(folder_id)
    of_kind = Duty.objects.filter(folder_id__in=folders, kind="immediate_protection")
    for duty in of_kind.filter(Q(TO_DO) | Q(state__in=_MET)):
        if duty.state in _MET and not _met_by(duty, since):
            continue
        duties.met_anew(Duty.objects.filter(id=duty.id), done=_made_safe(duty, folders), reason=reason)


def _met_by(duty: Duty, since: datetime) -> bool:
    """Whether a duty may have been met by what made the child safe since then: as that began, or since it held when
    the duty did."""
    last = DutyEvent.objects.filter(duty=duty, done_at__isnull=False).order_by("at", "id").last()
    return last is not None and last.done_at in (since, duty.started_at)


def _made_safe(duty: Duty, folders: Collection[UUID]) -> list[datetime]:
    """When in truth the child was made safe, of a duty to do so: by what was recorded while it was owed, or by a
    measure that ran when it began."""
    since = {"folder_id__in": folders, "written_at__gte": duty.opened_at}
    measures = Emergency.objects.filter(folder_id__in=folders, wrong_at__isnull=True)
    ran = measures.filter(began_at__lte=duty.started_at).exclude(ended_at__lte=duty.started_at)
    return [
        *MadeSafe.objects.filter(**since, back__isnull=True).values_list("done_at", flat=True),
        *measures.filter(**since).values_list("began_at", flat=True),
        *([duty.started_at] if ran.exists() else []),
    ]
