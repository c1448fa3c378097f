"""A child is no longer looked after; or that they became so, or ceased to be, was recorded by mistake."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children import actions as children
from sightline.children.models import Residence, Status
from sightline.children.rules import Address, check_address
from sightline.children.terms import LivesAt, StatusKind
from sightline.govuk.words import date_only
from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import NotFound, Refused
from sightline.procedures import actions as duties
from sightline.procedures.models import Duty
from sightline.procedures.pack import Pack
from sightline.procedures.queries import pack_in_force, withdrawn_since
from sightline.procedures.terms import DutyState
from sightline.records import actions as records
from sightline.records.actions import NO_CONFLICT, ConflictIn
from sightline.records.models import Decision
from sightline.records.terms import DecisionKind
from sightline.voice.actions import WishesIn, weigh
from sightline.voice.terms import Power

from ..models import LookedAfter, LookedAfterEndBack, LookedAfterTakenBack, Waiting
from ..queries.episode import has_died
from ..rules import protection as rules
from ..rules import stages
from ..terms import LegalBasis, Waits
from . import back
from . import episode as way
from .looked_after import LEGAL, keep_home, kept_home, not_looked_after
from .protection import stamp
from .waiting import keep_waiting, none_waits, ruling_owed

_NO_WISHES = WishesIn()


@transaction.atomic
def end_looked_after(
    looked_after_id: UUID,
    ended_on: date,
    words: str,
    *,
    home: Address | None,
    knows_family: bool | None,
    wishes: WishesIn = _NO_WISHES,
    conflict: ConflictIn = NO_CONFLICT,
) -> LookedAfter | None:
    """A child is no longer looked after: since when, why, and where they live now (`home`; None where that is not
    known: then the placement is their home no more, but of a child who died it was the last). A manager's decision,
    with the child's wishes. With a conflict of interests not resolved for the child they stay looked after until
    another manager upholds that: then None.

    Raises NotFound, or Refused where it has ended.
    """
    row = period(looked_after_id)
    rules.knows_nobody(knows_family).or_refuse()
    _may_end(row, ended_on)
    if not stages.has_words(words):
        raise Refused("Say why it ended.", "words")
    if home is not None:
        check_address(home).or_refuse()
    nothing_waits(row)
    pack = pack_in_force()
    decision = decision_on(row, f"No longer looked after, from {date_only(ended_on)}", words, pack, conflict)
    if has_died(row.child_id) and not (wishes.view_ids or wishes.why_not):
        wishes = WishesIn(why_not="The child has died.")
    weigh(decision, power_of(row), wishes)
    if decision.awaits_ruling:
        sent = {"ended_on": ended_on.isoformat(), "home": home is not None}
        waiting = keep_waiting(decision, Waits.LOOKED_AFTER_END, row.id, sent)
        if home is not None:
            keep_home(waiting, home)
        ruling_owed(decision, pack)
        record(Verb.WROTE, "enquiries.end_looked_after", folder_id=row.folder_id, subject=decision)
        return None
    return _ends(row, ended_on, decision, home)


def looked_after_end_upheld(waiting: Waiting) -> None:
    """A manager upheld that the child is no longer looked after: only now they are not. A step of the ruling."""
    row = LookedAfter.objects.select_for_update(of=("self",)).get(id=waiting.subject_id)
    ended_on = date.fromisoformat(waiting.sent["ended_on"])
    _may_end(row, ended_on)
    # One that waited since before it was asked where the child lives says nothing of it.
    home = kept_home(waiting) if waiting.sent.get("home") else None
    _ends(row, ended_on, waiting.decision, home)


def _may_end(row: LookedAfter, ended_on: date) -> None:
    if row.ended_on is not None:
        raise Refused(f"It is recorded already that it ended on {date_only(row.ended_on)}: {row.ended_words}")
    if not row.began_on <= ended_on <= today():
        raise Refused("Give a day after it began that is not still to come.", "ended_on")


def _ends(row: LookedAfter, ended_on: date, decision: Decision, home: Address | None) -> LookedAfter:
    row.ended_on, row.ended_words, row.ended_at = ended_on, decision.reasons, now()
    row.save(update_fields=["ended_on", "ended_words", "ended_at"])
    way.no_longer_under(row.folder_id, _end_with(row))
    duties.withdraw_all(row.id, f"No longer looked after: {decision.reasons}")
    if home is not None:
        children.move_to(row.folder_id, replace(home, held_from=ended_on))
    elif not has_died(row.child_id) and not _lives_elsewhere(row, ended_on):
        children.leave_address(row.folder_id, ended_on)
    record(Verb.WROTE, "enquiries.end_looked_after", folder_id=row.folder_id, subject=row)
    return row


def _lives_elsewhere(row: LookedAfter, ended_on: date) -> bool:
    """Whether the child's home now is none that they came to while they were looked after, as far as it may be seen."""
    homes = Residence.objects.filter(person_id=row.child_id, held_until__isnull=True)
    return homes.exclude(held_from__gte=row.began_on, held_from__lte=ended_on).exists()


def power_of(row: LookedAfter) -> Power:
    """The power under which it is decided on a child who is looked after."""
    return Power.SECTION_20 if row.basis == LegalBasis.AGREED.value else Power.SECTION_22


def nothing_waits(row: LookedAfter) -> None:
    """Raises Refused while a manager has still to rule on the end of a period, or on its taking back."""
    none_waits(Waits.LOOKED_AFTER_END, row.id)
    none_waits(Waits.LOOKED_AFTER_BACK, row.id)
    none_waits(Waits.LEGAL_BASIS, row.id)


def _end_with(row: LookedAfter) -> list[StatusKind]:
    """The statuses that end when a child is no longer looked after."""
    basis = LegalBasis(row.basis)
    goes_too = basis in (LegalBasis.POLICE, LegalBasis.ORDER, LegalBasis.INTERIM)
    return [StatusKind.LOOKED_AFTER, *([LEGAL[basis]] if goes_too else [])]


@transaction.atomic
def take_looked_after_back(
    looked_after_id: UUID, words: str, *, knows_family: bool | None, conflict: ConflictIn = NO_CONFLICT
) -> None:
    """It was recorded by mistake that the child became looked after: statuses, where the child lived and what is owed
    are as before it, and the period stays readable with the reason. A manager's decision. With a conflict of interests
    not resolved for the child it stands until another manager upholds that.

    Raises NotFound, or Refused where it has ended or was reviewed: then it did hold.
    """
    row = period(looked_after_id)
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
    row = period(looked_after_id)
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


def period(looked_after_id: UUID) -> LookedAfter:
    """A period of being looked after, locked, for a manager who decides on it. Raises NotFound, NotPermitted."""
    permit(Permission.SIGN_OFF)
    row = LookedAfter.objects.select_for_update(of=("self",)).filter(id=looked_after_id).first()
    if row is None:
        raise NotFound
    way.writable_lead(row.folder_id)
    return row


def _may_take_back(row: LookedAfter) -> None:
    if not row.decision.outcome.endswith(LegalBasis(row.basis).label):
        raise Refused(
            "Its legal basis was changed since, so the child was looked after. Record that it ended instead."
        )
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
    not_looked_after(row.folder_id)


def decision_on(
    row: LookedAfter,
    outcome: str,
    reasons: str,
    pack: Pack,
    conflict: ConflictIn,
    replaces_id: UUID | None = None,
) -> Decision:
    """What is decided on a period, kept. A step of an action, which weighs the child's wishes with it."""
    (decision,) = records.decide(
        [
            records.Deciding(
                folder_id=row.folder_id,
                kind=DecisionKind.STEP,
                outcome=outcome,
                reasons=reasons,
                pack=pack.name,
                pack_version=pack.version,
                subject_id=row.id,
                replaces_id=replaces_id,
                **asdict(conflict),
            )
        ]
    )
    return decision


def _decided_to_take_back(
    row: LookedAfter, outcome: str, words: str, what: str, conflict: ConflictIn
) -> Decision:
    if not stages.has_words(words):
        raise Refused("Say why it is taken back.", "words")
    nothing_waits(row)
    pack = pack_in_force()
    replaces_id = row.decision_id if what == "beginning" else None
    decision = decision_on(row, outcome, words, pack, conflict, replaces_id)
    weigh(
        decision,
        power_of(row),
        WishesIn(why_not="Taken back to put the record right: nothing new is decided."),
    )
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
        kind__in=[StatusKind.LOOKED_AFTER.value, *(LEGAL[b].value for b in LEGAL if b.value == row.basis)],
        held_from=row.began_on,
        recorded_at__gte=row.written_at,
    )
    back.put_statuses_right(list(began.values_list("id", flat=True)), [])
    _lives_where_before(row, row.began_on, row.written_at)
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
    if row.ended_at is not None:
        _lives_where_before(row, row.ended_on, row.ended_at, or_left=True)
    # One that was recorded as ended before this program wrote down when counts from the day on which it ended.
    since = row.ended_at or datetime.combine(row.ended_on, datetime.min.time(), LONDON)
    row.ended_on, row.ended_words, row.ended_at = None, "", None
    row.save(update_fields=["ended_on", "ended_words", "ended_at"])
    held = Status.objects.filter(folder_id=row.folder_id, held_from__gte=row.began_on, wrong_at__isnull=True)
    latest = [held.filter(kind=kind.value).order_by("-held_from").first() for kind in _end_with(row)]
    back.put_statuses_right([], [status.id for status in latest if status is not None])
    owed = withdrawn_since(Duty.objects.filter(subject_id=row.id), since)
    duties.owe_again(owed, "That the child is no longer looked after was taken back.")


def _lives_where_before(row: LookedAfter, day: date, since: datetime, *, or_left: bool = False) -> None:
    """The move of that day, recorded since then, never was, as far as the child has not moved again: the child lives
    where they lived before, where that is known and may be seen. `or_left`: also where no home was recorded then."""
    homes = Residence.objects.filter(person_id=row.child_id)
    now_at = homes.filter(held_until__isnull=True).first()
    if now_at is None and not or_left:
        return
    if now_at is not None and not (now_at.held_from == day and now_at.recorded_at >= since):
        return
    before = homes.filter(held_until=day, held_from__lt=day).order_by("-recorded_at").first()
    if before is None:
        if now_at is not None:
            children.leave_address(row.folder_id, day)
        return
    children.move_to(
        row.folder_id,
        Address(
            LivesAt(before.lives_at), before.lines, before.postcode, before.area, before.with_whom,
            before.confidential, day,
        ),
    )  # fmt: skip
