"""What it stands on that a child is looked after changes, as from section 20 to an interim care order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import transaction

from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children import actions as children
from sightline.children.models import Status
from sightline.children.rules import NewStatus
from sightline.govuk.words import date_only
from sightline.kernel.time import today
from sightline.procedures.queries import pack_in_force
from sightline.records.actions import NO_CONFLICT, ConflictIn
from sightline.voice.actions import WishesIn, weigh
from sightline.voice.terms import Power

from ..models import LookedAfter, Waiting
from ..rules import protection as rules
from ..terms import LegalBasis, Waits
from . import episode as way
from .looked_after import LEGAL
from .no_longer_looked_after import decision_on, nothing_waits, period
from .waiting import keep_waiting, ruling_owed


@dataclass(frozen=True)
class BasisIn:
    """On what it stands from a day on that the child is looked after, and why. `nothing_less`: why nothing less would
    do, where it does not stand on agreement."""

    since: date
    basis: LegalBasis
    basis_words: str
    reasons: str
    knows_family: bool | None
    nothing_less: str = ""
    wishes: WishesIn = field(default_factory=WishesIn)
    conflict: ConflictIn = NO_CONFLICT


@transaction.atomic
def change_basis(looked_after_id: UUID, new: BasisIn) -> None:
    """A manager decides on, or records a court's decision on, what a looked-after child is looked after under: with the
    child's wishes, as they became so. The statuses follow; review and visits go on with their clocks. What it stood on
    before stays in the decision; one recorded by mistake is changed again, with the reason. With a conflict of
    interests not resolved for the child it stays as it is until another manager upholds that.

    Raises NotFound, or Refused where the child is looked after no more or stands under that already.
    """
    row = period(looked_after_id)
    rules.knows_nobody(new.knows_family).or_refuse()
    _may_change(row, new)
    nothing_waits(row)
    pack = pack_in_force()
    before = f"Before: {LegalBasis(row.basis).label}. {row.basis_words}"
    decision = decision_on(
        row,
        f"Looked after from {date_only(new.since)} under another power: {new.basis.label}",
        f"{new.reasons.strip()}\n{before}",
        pack,
        new.conflict,
    )
    weigh(decision, Power.SECTION_20 if new.basis is LegalBasis.AGREED else Power.SECTION_22, new.wishes)
    if decision.awaits_ruling:
        sent = {
            "since": new.since.isoformat(),
            "basis": new.basis.value,
            "basis_words": new.basis_words,
            "nothing_less": new.nothing_less,
        }
        keep_waiting(decision, Waits.LEGAL_BASIS, row.id, sent)
        ruling_owed(decision, pack)
    else:
        _changes(row, new)
    record(Verb.WROTE, "enquiries.change_basis", folder_id=row.folder_id, subject=decision)


def basis_upheld(waiting: Waiting) -> None:
    """A manager upheld that the legal basis changes: only now it does. A step of the ruling."""
    row = LookedAfter.objects.select_for_update(of=("self",)).get(id=waiting.subject_id)
    said, decision = waiting.sent, waiting.decision
    new = BasisIn(
        date.fromisoformat(said["since"]), LegalBasis(said["basis"]), said["basis_words"], decision.reasons, False,
        said["nothing_less"],
    )  # fmt: skip
    _may_change(row, new)
    _changes(row, new)


def _may_change(row: LookedAfter, new: BasisIn) -> None:
    way.may_begin_work(row.folder_id, today(), before_birth=False)
    rules.may_change_basis(
        since=new.since,
        began_on=row.began_on,
        ended=row.ended_on is not None,
        today=today(),
        same=new.basis.value == row.basis,
        agreed=new.basis is LegalBasis.AGREED,
        basis_words=new.basis_words,
        nothing_less=new.nothing_less,
        reasons=new.reasons,
    ).or_refuse()


def _changes(row: LookedAfter, new: BasisIn) -> None:
    before = LegalBasis(row.basis)
    if before in LEGAL:
        held = Status.objects.filter(
            folder_id=row.folder_id, kind=LEGAL[before].value, held_until__isnull=True
        )
        for status in held:
            children.end_status(row.folder_id, status.id, max(new.since, status.held_from))
    if new.basis in LEGAL and not way.stands_under(row.folder_id, LEGAL[new.basis]):
        children.set_status(row.folder_id, NewStatus(LEGAL[new.basis], new.since))
    row.basis, row.basis_words = new.basis.value, new.basis_words.strip()
    row.nothing_less = "" if new.basis is LegalBasis.AGREED else new.nothing_less.strip()
    row.save(update_fields=["basis", "basis_words", "nothing_less"])
