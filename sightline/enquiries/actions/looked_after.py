"""Becoming looked after: legal status and placement as dated rows, the end of it, and taking it back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from sightline.agencies.actions import permit
from sightline.agencies.queries import acting_as
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children import actions as children
from sightline.children.models import Residence, Status
from sightline.children.rules import Address, NewStatus
from sightline.children.terms import LivesAt, StatusKind
from sightline.govuk.words import date_only
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.meetings import hooks
from sightline.meetings.terms import Purpose
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty
from sightline.procedures.queries import pack_in_force, withdrawn_since
from sightline.procedures.terms import DutyState
from sightline.records import actions as records
from sightline.records.actions import NO_CONFLICT, ConflictIn
from sightline.records.models import Decision
from sightline.records.terms import DecisionKind
from sightline.voice.actions import WishesIn, weigh
from sightline.voice.terms import Power

from ..models import LookedAfter, LookedAfterEndBack, LookedAfterTakenBack, Waiting, WaitingHome
from ..queries.episode import open_episode
from ..rules import protection as rules
from ..rules import stages
from ..terms import LegalBasis, Stage, Waits
from . import back
from . import episode as way
from .protection import stamp
from .waiting import keep_waiting, none_waits, ruling_owed

_LEGAL = {
    LegalBasis.INTERIM: StatusKind.INTERIM_CARE_ORDER,
    LegalBasis.CARE: StatusKind.CARE_ORDER,
    LegalBasis.POLICE: StatusKind.POLICE_PROTECTION,
    LegalBasis.ORDER: StatusKind.EMERGENCY_PROTECTION,
}


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
    none_waits(Waits.LOOKED_AFTER, lead)
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
        _keep(decision, lead, new)
        ruling_owed(decision, pack)
        record(Verb.WROTE, "enquiries.become_looked_after", folder_id=lead, subject=decision)
        return None
    return _looked_after_from(lead, new, decision)


def _not_looked_after(folder_id: UUID) -> None:
    if LookedAfter.objects.filter(folder_id=folder_id, ended_on__isnull=True).exists():
        raise Refused("This child is looked after already. Record a new placement on the People tab.")


def _keep(decision: Decision, lead: UUID, new: LookedAfterIn) -> None:
    """What the rows of a looked-after child are made of; what else was answered is kept with the decision already."""
    waiting = keep_waiting(
        decision,
        Waits.LOOKED_AFTER,
        lead,
        {
            "began_on": new.began_on.isoformat(),
            "basis": new.basis.value,
            "basis_words": new.basis_words,
            "network": new.network,
        },
    )
    home = _home(new)
    WaitingHome(
        folder_id=lead,
        waiting=waiting,
        lives_at=home.lives_at.value,
        lines=home.lines,
        postcode=home.postcode,
        area=home.area,
        with_whom=home.with_whom,
        confidential=home.confidential,
    ).save(force_insert=True)


def _home(new: LookedAfterIn) -> Address:
    return Address(
        lives_at=new.lives_at,
        lines=new.lines,
        postcode=new.postcode,
        area=new.area,
        with_whom=new.placed_with,
        confidential=new.confidential,
        held_from=new.began_on,
    )


def looked_after_upheld(waiting: Waiting) -> None:
    """A manager upheld the decision: the child becomes looked after as it says. A step of the ruling."""
    home = WaitingHome.objects.filter(waiting=waiting).first()
    if home is None:
        raise Refused(
            "Where the child is to live is confidential, and your role does not show it. A manager who may see it must "
            "rule on this."
        )
    said = waiting.sent
    new = LookedAfterIn(
        began_on=date.fromisoformat(said["began_on"]),
        basis=LegalBasis(said["basis"]),
        basis_words=said["basis_words"],
        network=said["network"],
        reasons=waiting.decision.reasons,
        lives_at=LivesAt(home.lives_at),
        placed_with=home.with_whom,
        knows_family=False,
        lines=home.lines,
        postcode=home.postcode,
        area=home.area,
        confidential=home.confidential,
    )
    lead = way.writable_lead(waiting.subject_id)
    # As of the ruling: a child may have died or turned 18 while it was waited for.
    way.may_begin_work(lead, today(), before_birth=False)
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
    children.move_to(lead, _home(new))
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
    row.ended_on, row.ended_words, row.ended_at = ended_on, words.strip(), now()
    row.save(update_fields=["ended_on", "ended_words", "ended_at"])
    way.no_longer_under(row.folder_id, _end_with(row))
    duties.withdraw_all(row.id, f"No longer looked after: {words.strip()}")
    record(Verb.WROTE, "enquiries.end_looked_after", folder_id=row.folder_id, subject=row)
    return row


def _end_with(row: LookedAfter) -> list[StatusKind]:
    """The statuses that end when a child is no longer looked after."""
    basis = LegalBasis(row.basis)
    goes_too = basis in (LegalBasis.POLICE, LegalBasis.ORDER, LegalBasis.INTERIM)
    return [StatusKind.LOOKED_AFTER, *([_LEGAL[basis]] if goes_too else [])]


@transaction.atomic
def take_looked_after_back(
    looked_after_id: UUID, words: str, *, knows_family: bool | None, conflict: ConflictIn = NO_CONFLICT
) -> None:
    """It was recorded by mistake that the child became looked after: statuses, where the child lived and what is owed
    are as before it, and the period stays readable with the reason. A manager's decision. With a conflict of interests
    not resolved for the child it stands until another manager upholds that.

    Raises NotFound, or Refused where it has ended or was reviewed: then it did hold.
    """
    row = _held(looked_after_id)
    rules.knows_nobody(knows_family).or_refuse()
    _may_take_back(row)
    decision = _decided_to_take_back(row, "Looked after: taken back", words, "beginning", conflict)
    if not decision.awaits_ruling:
        _never_looked_after(row, decision)
    record(Verb.WROTE, "enquiries.take_looked_after_back", folder_id=row.folder_id, subject=decision)


@transaction.atomic
def take_end_back(
    looked_after_id: UUID, words: str, *, knows_family: bool | None, conflict: ConflictIn = NO_CONFLICT
) -> None:
    """It was recorded by mistake that the child is no longer looked after: they are, with the statuses and the clocks
    that they had, and what had been recorded stays readable with the reason. A manager's decision. With a conflict of
    interests not resolved for the child it stands until another manager upholds that.

    Raises NotFound, or Refused where it has not ended or the child became looked after again since.
    """
    row = _held(looked_after_id)
    rules.knows_nobody(knows_family).or_refuse()
    _may_take_end_back(row)
    decision = _decided_to_take_back(row, "No longer looked after: taken back", words, "end", conflict)
    if not decision.awaits_ruling:
        _still_looked_after(row, decision)
    record(Verb.WROTE, "enquiries.take_end_back", folder_id=row.folder_id, subject=decision)


def looked_after_back_upheld(waiting: Waiting) -> None:
    """A manager upheld that a period, or its end, is taken back: only now it is. A step of the ruling."""
    row = LookedAfter.objects.select_for_update(of=("self",)).get(id=waiting.subject_id)
    if waiting.sent["what"] == "end":
        _may_take_end_back(row)
        _still_looked_after(row, waiting.decision)
    else:
        _may_take_back(row)
        _never_looked_after(row, waiting.decision)


def _held(looked_after_id: UUID) -> LookedAfter:
    permit(Permission.SIGN_OFF)
    row = LookedAfter.objects.select_for_update(of=("self",)).filter(id=looked_after_id).first()
    if row is None:
        raise NotFound
    way.writable_lead(row.folder_id)
    return row


def _may_take_back(row: LookedAfter) -> None:
    if row.ended_on is not None:
        raise Refused(f"It ended on {date_only(row.ended_on)}, so there is nothing to take back.")
    if Duty.objects.filter(
        subject_id=row.id,
        kind="first_looked_after_review",
        state__in=[DutyState.DISCHARGED.value, DutyState.DONE_LATE.value],
    ).exists():
        raise Refused("A review of it was held, so the child was looked after. Record that it ended instead.")


def _may_take_end_back(row: LookedAfter) -> None:
    if row.ended_on is None:
        raise Refused("It has not ended, so there is no end to take back.")
    if row.was_taken_back:
        raise Refused("The child was not looked after: that was recorded by mistake and taken back.")
    way.may_begin_work(row.folder_id, today(), before_birth=False)
    _not_looked_after(row.folder_id)


def _decided_to_take_back(
    row: LookedAfter, outcome: str, words: str, what: str, conflict: ConflictIn
) -> Decision:
    if not stages.has_words(words):
        raise Refused("Say why it is taken back.", "words")
    none_waits(Waits.LOOKED_AFTER_BACK, row.id)
    pack = pack_in_force()
    (decision,) = records.decide(
        [
            records.Deciding(
                folder_id=row.folder_id,
                kind=DecisionKind.STEP,
                outcome=outcome,
                reasons=words,
                pack=pack.name,
                pack_version=pack.version,
                subject_id=row.id,
                replaces_id=row.decision_id if what == "beginning" else None,
                **asdict(conflict),
            )
        ]
    )
    power = Power.SECTION_20 if row.basis == LegalBasis.AGREED.value else Power.SECTION_22
    weigh(decision, power, WishesIn(why_not="Taken back to put the record right: nothing new is decided."))
    if decision.awaits_ruling:
        keep_waiting(decision, Waits.LOOKED_AFTER_BACK, row.id, {"what": what})
        ruling_owed(decision, pack)
    return decision


def _never_looked_after(row: LookedAfter, decision: Decision) -> None:
    words = decision.reasons
    made = LookedAfterTakenBack(folder_id=row.folder_id, looked_after=row, decision=decision, **stamp())
    made.save(force_insert=True)
    row.ended_on, row.ended_words, row.ended_at = row.began_on, f"Taken back: {words.strip()}", now()
    row.save(update_fields=["ended_on", "ended_words", "ended_at"])
    began = Status.objects.filter(
        folder_id=row.folder_id,
        kind__in=[StatusKind.LOOKED_AFTER.value, *(_LEGAL[b].value for b in _LEGAL if b.value == row.basis)],
        held_from=row.began_on,
        recorded_at__gte=row.written_at,
    )
    back.put_statuses_right(list(began.values_list("id", flat=True)), [])
    _lives_where_before(row)
    duties.never_were(
        Duty.objects.filter(subject_id=row.id), f"Becoming looked after was taken back: {words.strip()}"
    )


def _still_looked_after(row: LookedAfter, decision: Decision) -> None:
    assert row.ended_on is not None
    made = LookedAfterEndBack(
        folder_id=row.folder_id,
        looked_after=row,
        decision=decision,
        ended_on=row.ended_on,
        ended_words=row.ended_words,
        **stamp(),
    )
    made.save(force_insert=True)
    # One that was recorded as ended before this program wrote down when counts from the day on which it ended.
    since = row.ended_at or datetime.combine(row.ended_on, datetime.min.time(), LONDON)
    row.ended_on, row.ended_words, row.ended_at = None, "", None
    row.save(update_fields=["ended_on", "ended_words", "ended_at"])
    held = Status.objects.filter(folder_id=row.folder_id, held_from__gte=row.began_on)
    latest = [held.filter(kind=kind.value).order_by("-held_from").first() for kind in _end_with(row)]
    back.put_statuses_right([], [status.id for status in latest if status is not None])
    owed = withdrawn_since(Duty.objects.filter(subject_id=row.id), since)
    duties.owe_again(owed, "That the child is no longer looked after was taken back.")


def _lives_where_before(row: LookedAfter) -> None:
    """The placement never was, as far as the child has not moved again since: the child lives where they lived before,
    where that is known and may be seen."""
    homes = Residence.objects.filter(person_id=row.child_id)
    placement = homes.filter(
        held_until__isnull=True, held_from=row.began_on, recorded_at__gte=row.written_at
    ).first()
    if placement is None:
        return
    before = (
        homes.filter(held_until=row.began_on, held_from__lt=row.began_on).order_by("-recorded_at").first()
    )
    if before is None:
        children.leave_address(row.folder_id, row.began_on)
        return
    children.move_to(
        row.folder_id,
        Address(
            LivesAt(before.lives_at), before.lines, before.postcode, before.area, before.with_whom,
            before.confidential, row.began_on,
        ),
    )  # fmt: skip


def meeting_concluded(happened: hooks.Happened) -> None:
    """A looked-after review was held: its clock is met for the children whom it was about."""
    if happened.purpose is not Purpose.LOOKED_AFTER_REVIEW:
        return
    for row in LookedAfter.objects.filter(folder_id__in=happened.folder_ids, ended_on__isnull=True):
        duties.discharge("first_looked_after_review", row.id, done=happened.at)
        record(Verb.WROTE, "enquiries.meeting_concluded", folder_id=row.folder_id, subject=row)
