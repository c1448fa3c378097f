"""What protects a child at once, a medical, and becoming looked after."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from sightline.agencies.actions import permit
from sightline.agencies.queries import acting_as
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children import actions as children
from sightline.children.rules import Address, NewStatus
from sightline.children.terms import LivesAt, StatusKind
from sightline.documents.models import Document
from sightline.govuk.words import date_only
from sightline.govuk.words import moment as when
from sightline.kernel.time import LONDON, day_of, now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.meetings import hooks
from sightline.meetings.terms import Purpose
from sightline.procedures import actions as duties
from sightline.procedures import clocks
from sightline.procedures.models import TO_DO, Duty
from sightline.procedures.queries import pack_in_force
from sightline.records import actions as records
from sightline.records.actions import NO_CONFLICT, ConflictIn
from sightline.records.models import Decision
from sightline.records.terms import DecisionKind
from sightline.voice.actions import Wishes, WishesIn, have_regard, weigh
from sightline.voice.terms import Power

from ..models import Emergency, LookedAfter, Medical, Waiting
from ..queries.episode import open_episode
from ..rules import protection as rules
from ..rules import stages
from ..terms import EmergencyKind, LegalBasis, Stage, Waits
from . import changes
from . import episode as way
from .protection import stamp
from .waiting import keep_waiting, ruling_owed, still_waiting

_STATUS = {
    EmergencyKind.POLICE: StatusKind.POLICE_PROTECTION,
    EmergencyKind.ORDER: StatusKind.EMERGENCY_PROTECTION,
}
_LEGAL = {
    LegalBasis.INTERIM: StatusKind.INTERIM_CARE_ORDER,
    LegalBasis.CARE: StatusKind.CARE_ORDER,
    LegalBasis.POLICE: StatusKind.POLICE_PROTECTION,
    LegalBasis.ORDER: StatusKind.EMERGENCY_PROTECTION,
}


@dataclass(frozen=True)
class EmergencyIn:
    """Police protection, or an emergency protection order, as it was taken."""

    kind: EmergencyKind
    began_at: datetime
    authority: str
    reasons: str
    why_nothing_less: str
    where: str
    told: str


@transaction.atomic
def begin_emergency(folder_id: UUID, new: EmergencyIn) -> Emergency:
    """Record an emergency measure: its hours run from its beginning, and what follows is due before they end."""
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
    if Emergency.objects.filter(folder_id=lead, kind=new.kind.value, ended_at__isnull=True).exists():
        raise Refused(f"{new.kind.label} is recorded already and has not ended.", "kind")
    pack = pack_in_force()
    day = new.began_at.astimezone(LONDON).date()
    limit = pack.limit(new.kind.value, day)
    row = Emergency(
        folder_id=lead,
        child=way.child_of(lead),
        kind=new.kind.value,
        began_at=new.began_at,
        ends_at=clocks.due(new.began_at, limit, pack.calendar(day)),
        limit_words=f"{limit.title}: {limit.span}",
        authority=new.authority.strip(),
        reasons=new.reasons.strip(),
        why_nothing_less=new.why_nothing_less.strip(),
        where=new.where.strip(),
        told=new.told.strip(),
        **stamp(),
    )
    row.save(force_insert=True)
    for subject_id in Duty.objects.filter(
        TO_DO, folder_id__in=way.joined_set(lead), kind="immediate_protection"
    ).values_list("subject_id", flat=True):
        if subject_id is not None:
            duties.discharge("immediate_protection", subject_id, done=new.began_at)
    duties.happened(
        f"{new.kind.value}_begun",
        [lead],
        subject_id=row.id,
        at=new.began_at,
        path=f"/child/{lead}/enquiries/emergency/{row.id}/",
        owner_id=acting.practitioner_id,
        team_id=acting.team_id,
        pack=pack,
    )
    way.put_under(lead, _STATUS[new.kind])
    have_regard(lead, Wishes(Power.SECTION_46, urgent=True), subject_id=row.id)
    changes.learnt(lead, row.id)
    record(Verb.WROTE, "enquiries.begin_emergency", folder_id=lead, subject=row)
    return row


def _emergency(emergency_id: UUID) -> Emergency:
    row = Emergency.objects.select_for_update().filter(id=emergency_id).first()
    if row is None:
        raise NotFound
    way.writable_lead(row.folder_id)
    if row.ended_at is not None:
        raise Refused(f"It is recorded already that it ended on {when(row.ended_at)}: {row.ended_words}")
    return row


@transaction.atomic
def extend_emergency(emergency_id: UUID, until: datetime, words: str) -> Emergency:
    """A court extended an emergency protection order, once. What was due by its first end is due by the new one."""
    acting = permit(Permission.STATUTORY)
    row = _emergency(emergency_id)
    rules.may_extend_emergency(
        EmergencyKind(row.kind), row.ends_at, until, row.extended_until is not None, words
    ).or_refuse()
    row.extended_until, row.extended_words = until, words.strip()
    row.save(update_fields=["extended_until", "extended_words"])
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
    permit(Permission.WRITE_FOLDER)
    row = _emergency(emergency_id)
    if not stages.has_words(words):
        raise Refused("Say how it ended, and how the child is safe from now on.", "words")
    if not row.began_at <= ended_at <= now():
        raise Refused("Give a time after it began that is past.", "ended_at")
    row.ended_at, row.ended_words = ended_at, words.strip()
    row.save(update_fields=["ended_at", "ended_words"])
    way.happened(f"{row.kind}_ended", row.folder_id, row.id, done=ended_at)
    way.no_longer_under(row.folder_id, (_STATUS[EmergencyKind(row.kind)],))
    record(Verb.WROTE, "enquiries.end_emergency", folder_id=row.folder_id, subject=row)
    return row


# -- the medical -------------------------------------------------------------------------------------


@transaction.atomic
def ask_for_medical(folder_id: UUID, *, reasons: str, asked_of: str) -> Medical:
    """Ask for a child protection medical."""
    permit(Permission.STATUTORY)
    lead = way.writable_lead(folder_id)
    way.may_begin_work(lead, today(), before_birth=False)
    if not stages.has_words(reasons):
        raise Refused("Say what the medical is to find out.", "reasons")
    if not asked_of.strip():
        raise Refused("Say which doctor or service is asked.", "asked_of")
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
        path=f"/child/{lead}/enquiries/medical/{row.id}/",
        owner_id=acting.practitioner_id,
        team_id=acting.team_id,
    )
    record(Verb.WROTE, "enquiries.ask_for_medical", folder_id=lead, subject=row)
    return row


@dataclass(frozen=True)
class MedicalIn:
    """How a medical stands; anything may still be empty. `document_id`: the result as a document of the record."""

    consent: str = ""
    refused: str = ""
    done_at: datetime | None = None
    done_by: str = ""
    result: str = ""
    document_id: UUID | None = None
    told: str = ""
    closed_why: str = ""


@transaction.atomic
def write_medical(medical_id: UUID, found: MedicalIn, *, version: int | None = None) -> Medical:
    """Add to a medical: consent, when and by whom it was done, the result, who was told. Nothing said is taken away."""
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
    if found.done_at is not None and found.done_at > now():
        raise Refused("Give a time that is past.", "done_at")
    consent = found.consent.strip() or row.consent
    if (found.done_at or row.done_at) and not consent:
        raise Refused("Say who consented, when and how, or which court directed it.", "consent")
    if found.document_id is not None:
        if not Document.objects.filter(
            id=found.document_id, folder_id__in=way.joined_set(row.folder_id)
        ).exists():
            raise Refused("Choose a document of this child's record.", "document")
        row.document_id = found.document_id
    written = stamp()
    if found.done_at and not row.done_at:
        row.done_written_at, row.done_written_by_id = written["written_at"], written["written_by_id"]
        row.done_written_post = written["written_post"]
    if found.result.strip() and found.result.strip() != row.result:
        row.result_written_at = written["written_at"]
    for name in ("consent", "refused", "done_by", "result", "told", "closed_why"):
        said = getattr(found, name).strip()
        before = getattr(row, name)
        if said and said != before:
            setattr(row, name, f"{before}\n{said}" if before and name not in ("done_by",) else said)
    row.done_at = found.done_at or row.done_at
    row.version += 1
    row.save()
    if (row.done_at and (row.result or row.document_id) and row.told) or row.closed_why:
        # What is owed is the medical itself; where there is to be none, that somebody said so.
        way.happened("medical_answered", row.folder_id, row.id, done=row.done_at)
    record(Verb.WROTE, "enquiries.write_medical", folder_id=row.folder_id, subject=row)
    return row


# -- becoming looked after ---------------------------------------------------------------------------


@dataclass(frozen=True)
class LookedAfterIn:
    """A child becomes looked after: on what, where, and who of the network was asked first."""

    began_on: date
    basis: LegalBasis
    basis_words: str
    network: str
    reasons: str
    lives_at: LivesAt
    placed_with: str
    knows_family: bool | None
    lines: str = ""
    postcode: str = ""
    area: str = ""
    confidential: bool = False
    wishes: WishesIn = field(default_factory=WishesIn)
    conflict: ConflictIn = NO_CONFLICT


@transaction.atomic
def become_looked_after(folder_id: UUID, new: LookedAfterIn) -> LookedAfter | None:
    """A manager's decision: legal status and placement become dated rows, and the first review's clock runs.

    With a conflict of interests not resolved for the child none of it until another manager has ruled: then None.
    """
    permit(Permission.SIGN_OFF)
    lead = way.writable_lead(folder_id)
    episode = open_episode([lead])
    rules.knows_nobody(new.knows_family).or_refuse()
    rules.may_be_looked_after(
        began_on=new.began_on,
        today=today(),
        basis_words=new.basis_words,
        network=new.network,
        reasons=new.reasons,
        stage=Stage(episode.stage) if episode else None,
    ).or_refuse()
    way.may_begin_work(lead, new.began_on, before_birth=False)
    _not_looked_after(lead)
    if waiting := still_waiting(Waits.LOOKED_AFTER, lead):
        raise Refused(
            f"{waiting.decision.maker.name} decided on this with a conflict of interests that was not resolved for the "
            "child. A manager has still to rule on it."
        )
    pack = pack_in_force()
    (decision,) = records.decide(
        [
            records.Deciding(
                folder_id=lead,
                kind=DecisionKind.STEP,
                outcome=f"Looked after: {new.basis.label}",
                reasons=new.reasons,
                pack=pack.name,
                pack_version=pack.version,
                **asdict(new.conflict),
            )
        ]
    )
    power = Power.SECTION_20 if new.basis is LegalBasis.AGREED else Power.SECTION_22
    weigh(decision, power, new.wishes)
    if decision.awaits_ruling:
        keep_waiting(decision, Waits.LOOKED_AFTER, lead, _as_kept(new))
        ruling_owed(decision, pack)
        record(Verb.WROTE, "enquiries.become_looked_after", folder_id=lead, subject=decision)
        return None
    return _looked_after_from(lead, new, decision)


def _not_looked_after(folder_id: UUID) -> None:
    if LookedAfter.objects.filter(folder_id=folder_id, ended_on__isnull=True).exists():
        raise Refused("This child is looked after already. Record a new placement on the People tab.")


def _as_kept(new: LookedAfterIn) -> dict[str, Any]:
    """What was answered, as plain data; the wishes and the conflict are kept with the decision already."""
    said = {name: getattr(new, name) for name in _KEPT}
    return said | {"began_on": new.began_on.isoformat()}


#: What the rows of a looked-after child are made of.
_KEPT = (
    "began_on", "basis", "basis_words", "network", "reasons", "lives_at", "placed_with", "knows_family", "lines",
    "postcode", "area", "confidential",
)  # fmt: skip


def looked_after_upheld(waiting: Waiting) -> None:
    """A manager upheld the decision: the child becomes looked after as it says. A step of the ruling."""
    said = dict(waiting.sent)
    new = LookedAfterIn(
        **said
        | {
            "began_on": date.fromisoformat(said["began_on"]),
            "basis": LegalBasis(said["basis"]),
            "lives_at": LivesAt(said["lives_at"]),
        }
    )
    lead = way.writable_lead(waiting.subject_id)
    _not_looked_after(lead)
    _looked_after_from(lead, new, waiting.decision)


def _looked_after_from(lead: UUID, new: LookedAfterIn, decision: Decision) -> LookedAfter:
    maker, pack = acting_as(decision.maker_id), pack_in_force()
    row = LookedAfter(
        folder_id=lead,
        child=way.child_of(lead),
        began_on=new.began_on,
        basis=new.basis.value,
        basis_words=new.basis_words.strip(),
        network=new.network.strip(),
        decision=decision,
        **stamp(),
    )
    row.save(force_insert=True)
    _stand_under(lead, StatusKind.LOOKED_AFTER, new.began_on)
    if new.basis in _LEGAL:
        _stand_under(lead, _LEGAL[new.basis], new.began_on)
    children.move_to(
        lead,
        Address(
            lives_at=new.lives_at,
            lines=new.lines,
            postcode=new.postcode,
            area=new.area,
            with_whom=new.placed_with,
            confidential=new.confidential,
            held_from=new.began_on,
        ),
    )
    at = datetime.combine(new.began_on, datetime.min.time(), LONDON)
    duties.happened(
        "became_looked_after",
        [lead],
        subject_id=row.id,
        at=at,
        path=f"/child/{lead}/enquiries/looked-after/{row.id}/",
        owner_id=decision.maker_id if maker else way.me(),
        team_id=maker.team_id if maker else None,
        pack=pack,
    )
    record(Verb.WROTE, "enquiries.become_looked_after", folder_id=lead, subject=row)
    return row


def _stand_under(folder_id: UUID, kind: StatusKind, since: date) -> None:
    if not way.stands_under(folder_id, kind):
        children.set_status(folder_id, NewStatus(kind, since))


@transaction.atomic
def end_looked_after(
    looked_after_id: UUID, ended_on: date, words: str, *, knows_family: bool | None
) -> LookedAfter:
    """A child is no longer looked after: since when, why, and where they live now."""
    permit(Permission.SIGN_OFF)
    row = LookedAfter.objects.select_for_update().filter(id=looked_after_id).first()
    if row is None:
        raise NotFound
    way.writable_lead(row.folder_id)
    if row.ended_on is not None:
        raise Refused(f"It is recorded already that it ended on {date_only(row.ended_on)}: {row.ended_words}")
    rules.knows_nobody(knows_family).or_refuse()
    if not stages.has_words(words):
        raise Refused("Say why it ended, and with whom the child lives now.", "words")
    if not row.began_on <= ended_on <= today():
        raise Refused("Give a day after it began that is not still to come.", "ended_on")
    row.ended_on, row.ended_words = ended_on, words.strip()
    row.save(update_fields=["ended_on", "ended_words"])
    kinds = [StatusKind.LOOKED_AFTER]
    if LegalBasis(row.basis) in (LegalBasis.POLICE, LegalBasis.ORDER, LegalBasis.INTERIM):
        kinds.append(_LEGAL[LegalBasis(row.basis)])
    way.no_longer_under(row.folder_id, kinds)
    duties.withdraw_all(row.id, f"No longer looked after: {words.strip()}")
    record(Verb.WROTE, "enquiries.end_looked_after", folder_id=row.folder_id, subject=row)
    return row


def meeting_concluded(happened: hooks.Happened) -> None:
    """A looked-after review was held: its clock is met for the children whom it was about."""
    if happened.purpose is not Purpose.LOOKED_AFTER_REVIEW:
        return
    for row in LookedAfter.objects.filter(folder_id__in=happened.folder_ids, ended_on__isnull=True):
        duties.discharge("first_looked_after_review", row.id, done=happened.at)
        record(Verb.WROTE, "enquiries.meeting_concluded", folder_id=row.folder_id, subject=row)
