"""What was written for somebody else waits until they have said whether it is right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sightline.agencies.actions import notify, permit
from sightline.agencies.queries import have_left
from sightline.agencies.rules import Acting
from sightline.agencies.terms import Permission
from sightline.audit.actions import attempt, event, record_many
from sightline.audit.terms import Verb
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import Viewer, current, looking_as
from sightline.procedures import actions as duties

from .. import rules
from ..models import (
    CONFIRMED,
    Confirmation,
    ConfirmationRequest,
    Entry,
)
from ..terms import Confirming
from .deciding import tell_of_decisions
from .numbers import one_at_a_time
from .settling import Maker, Settling, _settle, told_to_the_trail
from .writing import _may_write_in


def confirm(request_id: UUID, said: Confirming, words: str = "") -> list[Confirmation]:
    """Whoever saw or heard it has read what was written for them: it is right, or what is not (REC-04).

    Answers all that was written together in one go. Where they have no sign-in, whoever holds their signature records
    it, and says how in `words`; where they have left, anybody who may write says that it cannot be confirmed. What
    is confirmed of an entry as a whole decides what it sets down as a decision, in their name (REC-08).
    """
    with attempt("records.confirm"):
        first = ConfirmationRequest.objects.filter(id=request_id).first()
        if first is None:
            raise NotFound
        one_at_a_time(first.written_together or first.id)
        me = current().practitioner_id
        answered = Confirmation.objects.filter(request=first).select_related("practitioner").first()
        # Those that a correction of one record closed meanwhile are asked about elsewhere.
        asked = list(
            ConfirmationRequest.objects.filter(written_together=first.written_together, answer__isnull=True)
            if first.written_together
            else [first]
        )
        for_others = first.practitioner_id != me
        rules.may_confirm(
            first.practitioner_id,
            me,
            said,
            left=bool(have_left([first.practitioner_id] if first.practitioner_id else [])),
            answered_by=answered.practitioner.name if answered else "",
            corrected=answered is not None and answered.said == Confirming.REPLACED.value,
        ).or_refuse()
        acting = permit(Permission.WRITE_FOLDER if for_others else Permission.READ_FOLDER)
        if for_others:
            _may_write_in([r.folder_id for r in asked])
        rules.answers_confirmation(said, words).or_refuse()
        if first.practitioner_id is None and said is Confirming.CONFIRMED and not words.strip():
            raise Refused("Say how they confirmed it, such as: read and signed on paper.", "words")
        at = now()
        rows = [
            Confirmation(
                folder_id=r.folder_id,
                request=r,
                practitioner_id=acting.practitioner_id,
                post=acting.post,
                at=at,
                said=said.value,
                words=words.strip(),
            )
            for r in asked
        ]
        Confirmation.objects.bulk_create(rows)
        done = _decided_by(asked, first, acting, at) if said is Confirming.CONFIRMED else Settling([], [])
        # Whoever was asked may not open the record, and so not close its duties: the ledger's own job does.
        with looking_as(Viewer.for_job("duties")):
            for r in asked:
                duties.discharge("confirm_entry", r.id)
            tell_of_decisions(done.decisions)
        told_to_the_trail(done)
        record_many(event(Verb.WROTE, "records.confirm", folder_id=r.folder_id, subject=r) for r in rows)
        if said is Confirming.DISPUTED:
            notify(
                first.asked_by_id,
                text="Somebody says that what you wrote for them is not as they told it.",
                path=f"/child/{first.folder_id}/record/{first.entry_id}/",
            )
        return rows


def _decided_by(
    asked: Sequence[ConfirmationRequest], first: ConfirmationRequest, acting: Acting, at: datetime
) -> Settling:
    """What the entries decide is decided by whoever confirmed them. Written by a job of its own, since they may not
    open the record."""
    if first.statement_id is not None:
        return Settling([], [])
    maker = Maker.of(acting)
    if first.practitioner_id is None:
        maker = Maker(acting.practitioner_id, first.post, first.name)
    with looking_as(Viewer.for_job(CONFIRMED)):
        entries = Entry.objects.filter(id__in=[r.entry_id for r in asked]).order_by("folder_id")
        return _settle(list(entries), maker, at)
