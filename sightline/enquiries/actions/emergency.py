"""What protects a child at once: police protection, an emergency protection order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children.terms import StatusKind
from sightline.govuk.words import moment as when
from sightline.kernel.time import LONDON, day_of, now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures import clocks
from sightline.procedures.queries import pack_in_force
from sightline.voice.actions import Wishes, have_regard
from sightline.voice.terms import Power

from ..models import RUNS, Emergency
from ..rules import protection as rules
from ..rules import stages
from ..terms import EmergencyKind
from . import changes
from . import episode as way
from .protection import stamp
from .safe import protected

#: The legal status under which each measure brings a child.
STATUS = {
    EmergencyKind.POLICE: StatusKind.POLICE_PROTECTION,
    EmergencyKind.ORDER: StatusKind.EMERGENCY_PROTECTION,
}


@dataclass(frozen=True)
class EmergencyIn:
    """Police protection, or an emergency protection order, as it was taken. `ends_at`: when the court said that its
    order ends; None where it lasts as long as the law allows."""

    kind: EmergencyKind
    began_at: datetime
    authority: str
    reasons: str
    why_nothing_less: str
    where: str
    told: str
    ends_at: datetime | None = None


@transaction.atomic
def begin_emergency(folder_id: UUID, new: EmergencyIn) -> Emergency:
    """Record an emergency measure: its hours run from its beginning, and what follows is due before they end, which is
    when the court said, or else when the law does."""
    acting = permit(Permission.WRITE_FOLDER)
    lead = way.writable_lead(folder_id)
    rules.may_begin_emergency(
        began_at=new.began_at,
        now=now(),
        reasons=new.reasons,
        why_nothing_less=new.why_nothing_less,
        authority=new.authority,
        where=new.where,
        told=new.told,
    ).or_refuse()
    way.may_begin_work(lead, day_of(new.began_at), before_birth=False)
    if Emergency.objects.filter(RUNS, folder_id=lead, kind=new.kind.value).exists():
        raise Refused(f"{new.kind.label} is recorded already and has not ended.", "kind")
    pack = pack_in_force()
    day = new.began_at.astimezone(LONDON).date()
    limit = pack.limit(new.kind.value, day)
    latest = clocks.due(new.began_at, limit, pack.calendar(day))
    rules.may_end_sooner(new.kind, new.began_at, new.ends_at, latest=latest).or_refuse()
    sooner = new.ends_at is not None and new.ends_at < latest
    limit_words = f"{limit.title}: {limit.span}"
    row = Emergency(
        folder_id=lead,
        child=way.child_of(lead),
        kind=new.kind.value,
        began_at=new.began_at,
        ends_at=new.ends_at or latest,
        limit_words=f"As the court said, sooner than it might be. {limit_words}" if sooner else limit_words,
        authority=new.authority.strip(),
        reasons=new.reasons.strip(),
        why_nothing_less=new.why_nothing_less.strip(),
        where=new.where.strip(),
        told=new.told.strip(),
        **stamp(),
    )
    row.save(force_insert=True)
    protected(lead, new.began_at)
    duties.happened(
        f"{new.kind.value}_begun",
        [lead],
        subject_id=row.id,
        at=new.began_at,
        path=f"/child/{lead}/enquiries/emergency/{row.id}/",
        owner_id=acting.practitioner_id,
        team_id=acting.team_id,
        pack=pack,
        sooner={f"{new.kind.value}_ends": (row.ends_at, "The court said that its order ends then.")}
        if sooner
        else None,
    )
    way.put_under(lead, STATUS[new.kind])
    have_regard(lead, Wishes(Power.SECTION_46, urgent=True), subject_id=row.id)
    changes.learnt(lead, row.id)
    record(Verb.WROTE, "enquiries.begin_emergency", folder_id=lead, subject=row)
    return row


def _emergency(emergency_id: UUID) -> Emergency:
    row = Emergency.objects.select_for_update().filter(id=emergency_id).first()
    if row is None:
        raise NotFound
    way.writable_lead(row.folder_id)
    if row.wrong_at is not None:
        raise Refused("It was recorded by mistake and taken back. Record another where there was one.")
    if row.ended_at is not None:
        raise Refused(f"It is recorded already that it ended on {when(row.ended_at)}: {row.ended_words}")
    return row


@transaction.atomic
def extend_emergency(emergency_id: UUID, until: datetime, words: str) -> Emergency:
    """A court extended an emergency protection order, once. What was due by its first end is due by the new one."""
    acting = permit(Permission.STATUTORY)
    row = _emergency(emergency_id)
    pack, day = pack_in_force(), day_of(row.ends_at)
    latest = clocks.due(
        row.ends_at, pack.limit("emergency_protection_order_extension", day), pack.calendar(day)
    )
    rules.may_extend_emergency(
        EmergencyKind(row.kind), row.ends_at, until, row.extended_until is not None, words, latest=latest
    ).or_refuse()
    row.extended_until, row.extended_words = until, words.strip()
    row.extended_written_at, row.extended_by_id = now(), acting.practitioner_id
    row.save(update_fields=["extended_until", "extended_words", "extended_written_at", "extended_by"])
    duties.withdraw_all(row.id, f"Extended by the court: {words.strip()}")
    duties.open_duties(
        [
            duties.Opening(
                folder_id=row.folder_id,
                kind="emergency_protection_order_ends",
                started_at=row.ends_at,
                subject_id=row.id,
                path=f"/child/{row.folder_id}/enquiries/emergency/{row.id}/",
                owner_id=acting.practitioner_id,
                team_id=acting.team_id,
                sooner_at=until,
                sooner_why=words.strip(),
            )
        ]
    )
    record(Verb.WROTE, "enquiries.extend_emergency", folder_id=row.folder_id, subject=row)
    return row


@transaction.atomic
def end_emergency(emergency_id: UUID, ended_at: datetime, words: str) -> Emergency:
    """An emergency measure has ended: how, and how the child is safe from then on."""
    acting = permit(Permission.WRITE_FOLDER)
    row = _emergency(emergency_id)
    if not stages.has_words(words):
        raise Refused("Say how it ended, and how the child is safe from now on.", "words")
    if not row.began_at <= ended_at <= now():
        raise Refused("Give a time after it began that is past.", "ended_at")
    row.ended_at, row.ended_words = ended_at, words.strip()
    row.ended_written_at, row.ended_by_id = now(), acting.practitioner_id
    row.save(update_fields=["ended_at", "ended_words", "ended_written_at", "ended_by"])
    way.happened(f"{row.kind}_ended", row.folder_id, row.id, done=ended_at)
    way.no_longer_under(row.folder_id, (STATUS[EmergencyKind(row.kind)],))
    record(Verb.WROTE, "enquiries.end_emergency", folder_id=row.folder_id, subject=row)
    return row
