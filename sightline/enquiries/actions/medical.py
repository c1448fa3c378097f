"""A child protection medical: asked for, and what is written to it since. What was written is never changed: a mistake
is put right by another note, and what had stood stays readable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.documents.models import Document
from sightline.kernel.time import now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty
from sightline.procedures.queries import pack_in_force

from ..models import Medical, MedicalNote
from ..rules import stages
from . import episode as way
from .protection import stamp


@transaction.atomic
def ask_for_medical(
    folder_id: UUID,
    *,
    reasons: str,
    asked_of: str,
    needed_by: datetime | None = None,
    sooner_why: str = "",
) -> Medical:
    """Ask for a child protection medical. `needed_by`: where this child must be seen sooner than the procedures ask,
    and why (TIM-01)."""
    permit(Permission.STATUTORY)
    lead = way.writable_lead(folder_id)
    way.may_begin_work(lead, today(), before_birth=False)
    if not stages.has_words(reasons):
        raise Refused("Say what the medical is to find out.", "reasons")
    if not asked_of.strip():
        raise Refused("Say which doctor or service is asked.", "asked_of")
    at, pack = now(), pack_in_force()
    sooner = duties.sooner_by("medical", at, needed_by, sooner_why, pack=pack, field="needed_by")
    row = Medical(
        folder_id=lead,
        child=way.child_of(lead),
        reasons=reasons.strip(),
        asked_of=asked_of.strip(),
        **stamp(),
    )
    row.save(force_insert=True)
    acting = permit(Permission.STATUTORY)
    way.happened(
        "medical_asked",
        lead,
        row.id,
        at=at,
        sooner=sooner,
        path=f"/child/{lead}/enquiries/medical/{row.id}/",
        owner_id=acting.practitioner_id,
        team_id=acting.team_id,
    )
    record(Verb.WROTE, "enquiries.ask_for_medical", folder_id=lead, subject=row)
    return row


@dataclass(frozen=True)
class MedicalIn:
    """What is added to a medical; anything may still be empty. `document_id`: the result as a document of the record.
    `wrong`: what was wrong with what stands, where this puts it right."""

    consent: str = ""
    refused: str = ""
    done_at: datetime | None = None
    done_by: str = ""
    result: str = ""
    document_id: UUID | None = None
    told: str = ""
    closed_why: str = ""
    wrong: str = ""


_TEXTS = ("consent", "refused", "result", "told", "closed_why")


@transaction.atomic
def write_medical(medical_id: UUID, found: MedicalIn, *, version: int | None = None) -> Medical:
    """Add to a medical: consent, when and by whom it was done, the result, who was told. What was written stays: each
    addition is a note of its own, and another time, doctor or report than stands says what was wrong.

    Raises NotPermitted, NotFound, or Refused at the form's field."""
    permit(Permission.WRITE_FOLDER)
    row = Medical.objects.select_for_update(of=("self",)).filter(id=medical_id).first()
    if row is None:
        raise NotFound
    way.writable_lead(row.folder_id)
    if version is not None and row.version != version:
        raise Refused(
            "Somebody has added to this since you opened it. What stands there now is above; what you typed is kept "
            "below."
        )
    _may_write(row, found)
    done_before = row.done_at
    note = MedicalNote(
        folder_id=row.folder_id,
        medical=row,
        done_at=found.done_at,
        done_by=found.done_by.strip(),
        document_id=found.document_id,
        wrong=found.wrong.strip(),
        **{name: getattr(found, name).strip() for name in _TEXTS},
        **stamp(),
    )
    note.save(force_insert=True)
    _stands(row, note)
    if done_before is not None and row.done_at != done_before:
        _done_then(row, note.wrong)
    if (row.done_at and (row.result or row.document_id) and row.told) or row.closed_why:
        # What is owed is the medical itself; where there is to be none, that somebody said so.
        way.happened("medical_answered", row.folder_id, row.id, done=row.done_at)
    record(Verb.WROTE, "enquiries.write_medical", folder_id=row.folder_id, subject=row)
    return row


def _may_write(row: Medical, found: MedicalIn) -> None:
    if found.done_at is not None and found.done_at > now():
        raise Refused("Give a time that is past.", "done_at")
    if (found.done_at or row.done_at) and not (found.consent.strip() or row.consent):
        raise Refused("Say who consented, when and how, or which court directed it.", "consent")
    if (
        found.document_id is not None
        and not Document.objects.filter(
            id=found.document_id, folder_id__in=way.joined_set(row.folder_id)
        ).exists()
    ):
        raise Refused("Choose a document of this child's record.", "document")
    stands = (
        (row.done_at, found.done_at),
        (row.done_by, found.done_by.strip()),
        (row.document_id, found.document_id),
    )
    if any(before and after and before != after for before, after in stands) and not stages.has_words(
        found.wrong
    ):
        raise Refused(
            "Another time, doctor or report stands already. Say what was wrong with it; it stays readable.",
            "wrong",
        )


def _stands(row: Medical, note: MedicalNote) -> None:
    """What stands of a medical from now on: texts add up, of time, doctor and report the latest holds."""
    if note.done_at and not row.done_at:
        row.done_written_at, row.done_written_by_id = note.written_at, note.written_by_id
        row.done_written_post = note.written_post
    if note.result:
        row.result_written_at = note.written_at
    for name in _TEXTS:
        said, before = getattr(note, name), getattr(row, name)
        if said and said != before:
            setattr(row, name, f"{before}\n{said}" if before else said)
    row.done_at = note.done_at or row.done_at
    row.done_by = note.done_by or row.done_by
    row.document_id = note.document_id or row.document_id
    row.version += 1
    row.save()


def _done_then(row: Medical, reason: str) -> None:
    """It was done at another time than stood: whether it was late is measured by that."""
    kinds = pack_in_force().event("medical_answered", today()).discharges
    met = Duty.objects.filter(subject_id=row.id, kind__in=kinds, closed_at__isnull=False)
    assert row.done_at is not None
    duties.met_anew(met, done=[row.done_at], reason=reason)
