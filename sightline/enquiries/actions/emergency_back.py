"""An emergency measure, its extension or its end was recorded by mistake, such as on another child: it stays readable
with the reason, counts nowhere, and what it had opened, met or ended is as it was without it."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children import actions as children
from sightline.children.models import Status
from sightline.children.terms import Fact
from sightline.kernel.time import day_of, now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty
from sightline.procedures.queries import pack_in_force, withdrawn_since
from sightline.voice.models import Regard

from ..models import RUNS, Emergency, EmergencyBack, LookedAfter, Relook
from ..rules import stages
from ..terms import EmergencyKind, EmergencyPart, LegalBasis
from . import back, changes
from . import episode as way
from .emergency import STATUS
from .protection import stamp
from .safe import protected_anew

#: On what a child is looked after where it stands on a measure.
_STOOD_ON = {EmergencyKind.POLICE: LegalBasis.POLICE, EmergencyKind.ORDER: LegalBasis.ORDER}


@transaction.atomic
def take_emergency_back(emergency_id: UUID, part: EmergencyPart, why: str) -> EmergencyBack:
    """It was recorded by mistake that a measure was taken, extended by the court, or ended. By whoever recorded it, or
    a manager. The latest first: an extension once no end stands.

    Raises NotPermitted, NotFound, or Refused where nothing of that is recorded, or other work stands on it.
    """
    acting = permit(Permission.WRITE_FOLDER)
    row = Emergency.objects.select_for_update(of=("self",)).filter(id=emergency_id).first()
    if row is None:
        raise NotFound
    way.writable_lead(row.folder_id)
    if not stages.has_words(why):
        raise Refused("Say what was wrong.", "words")
    if row.wrong_at is not None:
        raise Refused("It was recorded by mistake and taken back already.")
    if acting.practitioner_id != recorded_by(row, part):
        permit(Permission.SIGN_OFF)
    made = EmergencyBack(folder_id=row.folder_id, emergency=row, part=part.value, why=why.strip(), **stamp())
    reason = f"{part.label} was recorded by mistake: {why.strip()}"
    match part:
        case EmergencyPart.END:
            _not_ended(row, made, reason)
        case EmergencyPart.EXTENSION:
            _not_extended(row, made, reason)
        case EmergencyPart.MEASURE:
            _never_was(row, made, reason)
    record(Verb.WROTE, "enquiries.take_emergency_back", folder_id=row.folder_id, subject=made)
    return made


def recorded_by(row: Emergency, part: EmergencyPart) -> UUID | None:
    """Who recorded a measure, its extension or its end, where that is known."""
    return {
        EmergencyPart.MEASURE: row.written_by_id,
        EmergencyPart.EXTENSION: row.extended_by_id,
        EmergencyPart.END: row.ended_by_id,
    }[part]


def recorded(row: Emergency, part: EmergencyPart) -> bool:
    """Whether that of a measure is recorded and may be taken back next: the latest first."""
    if row.wrong_at is not None:
        return False
    return {
        EmergencyPart.MEASURE: True,
        EmergencyPart.EXTENSION: row.extended_until is not None and row.ended_at is None,
        EmergencyPart.END: row.ended_at is not None,
    }[part]


def _not_ended(row: Emergency, made: EmergencyBack, reason: str) -> None:
    if row.ended_at is None:
        raise Refused("It has not ended, so there is no end to take back.")
    if Emergency.objects.filter(RUNS, folder_id=row.folder_id, kind=row.kind).exists():
        raise Refused("The same was recorded again since, and runs. Take that back first.")
    way.may_begin_work(row.folder_id, today(), before_birth=False)
    recorded = row.ended_written_at or row.ended_at
    made.stood_at, made.stood_words = row.ended_at, row.ended_words
    made.save(force_insert=True)
    row.ended_at, row.ended_words, row.ended_written_at, row.ended_by = None, "", None, None
    row.save(update_fields=["ended_at", "ended_words", "ended_written_at", "ended_by"])
    stood = _statuses(row).filter(held_until=day_of(recorded)).order_by("-held_from", "-recorded_at").first()
    back.put_statuses_right([], [stood.id] if stood else [])
    kinds = pack_in_force().event(f"{row.kind}_ended", today()).discharges
    duties.owe_again(Duty.objects.filter(subject_id=row.id, kind__in=kinds), reason)
    protected_anew(row.folder_id, row.began_at, reason)


def _not_extended(row: Emergency, made: EmergencyBack, reason: str) -> None:
    if row.extended_until is None:
        raise Refused("It was not extended, so there is no extension to take back.")
    if row.ended_at is not None:
        raise Refused("It is recorded that it ended. Take that back first, then the extension.")
    since = row.extended_written_at or row.written_at
    made.stood_at, made.stood_words = row.extended_until, row.extended_words
    made.save(force_insert=True)
    row.extended_until, row.extended_words, row.extended_written_at, row.extended_by = None, "", None, None
    row.save(update_fields=["extended_until", "extended_words", "extended_written_at", "extended_by"])
    kinds = pack_in_force().event(f"{row.kind}_ended", today()).discharges
    owed = Duty.objects.filter(subject_id=row.id, kind__in=kinds)
    duties.never_were(owed.filter(started_at=row.ends_at), reason)
    duties.owe_again(withdrawn_since(owed.exclude(started_at=row.ends_at), since), reason)


def _never_was(row: Emergency, made: EmergencyBack, reason: str) -> None:
    kind = EmergencyKind(row.kind)
    stands = LookedAfter.objects.filter(
        folder_id=row.folder_id, ended_on__isnull=True, basis=_STOOD_ON[kind].value
    )
    if stands.exists():
        raise Refused("The child is looked after on it. Take that back, or record how it ended, first.")
    made.save(force_insert=True)
    row.wrong_at = now()
    row.save(update_fields=["wrong_at"])
    later = Emergency.objects.filter(
        folder_id=row.folder_id, kind=row.kind, wrong_at__isnull=True, written_at__gt=row.written_at
    )
    begun = _statuses(row)
    if (following := later.order_by("written_at").first()) is not None:
        begun = begun.filter(recorded_at__lt=following.written_at)
    for status_id in begun.values_list("id", flat=True):
        children.recorded_wrongly(row.folder_id, Fact.STATUS, status_id, reason)
    to_hear = Regard.objects.filter(subject_id=row.id).values_list("id", flat=True)
    duties.never_were(Duty.objects.filter(subject_id__in=[row.id, *to_hear]), reason)
    protected_anew(row.folder_id, row.began_at, reason)
    if Relook.objects.filter(subject_id=row.id).exists():
        changes.learnt(row.folder_id, made.id)


def _statuses(row: Emergency) -> QuerySet[Status]:
    """The legal statuses that began with a measure, or again when its end was taken back."""
    return Status.objects.filter(
        folder_id=row.folder_id, kind=STATUS[EmergencyKind(row.kind)].value, recorded_at__gte=row.written_at,
        wrong_at__isnull=True,
    )  # fmt: skip
