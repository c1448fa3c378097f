"""A manager rules on what was decided with a conflict of interests that was not resolved for the child (CHD-06)."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.db import transaction

from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.kernel.verdicts import NotFound
from sightline.procedures import actions as duties
from sightline.records import actions as records

from ..models import EnquiryEnd, SignOff, Waiting
from ..terms import Waits
from . import (
    back,
    changes,
    conference,
    contact,
    legal_basis,
    looked_after,
    no_longer_looked_after,
    taking_back,
)
from .assessment.aside import aside_upheld
from .assessment.signing import take_effect
from .protection import end_takes_effect

#: What is done once it is upheld; rooms above add what is theirs. A discussion's decision is ruled on at its meeting,
#: which tells this room.
upheld: dict[Waits, Callable[[Waiting], None]] = {
    Waits.LOOKED_AFTER: looked_after.looked_after_upheld,
    Waits.LOOKED_AFTER_END: no_longer_looked_after.looked_after_end_upheld,
    Waits.LOOKED_AFTER_BACK: no_longer_looked_after.looked_after_back_upheld,
    Waits.LEGAL_BASIS: legal_basis.basis_upheld,
    Waits.NO_PLAN: conference.no_plan_upheld,
    Waits.ASSESSMENT: aside_upheld,
    Waits.STEP_UP: changes.step_up_upheld,
    Waits.CLOSE_CASE: changes.close_case_upheld,
    Waits.NON_CONTACT: contact.non_contact_upheld,
    Waits.STEP_BACK: taking_back.step_back_upheld,
}


@transaction.atomic
def rule_on(decision_id: UUID, *, upholds: bool, reasons: str) -> None:
    """A manager rules on a decision with an unresolved conflict; only now does it take effect, or it never does.

    Raises NotFound, NotPermitted or Refused: also where the child has moved on, so that it cannot be done any more.
    """
    ruling = records.rule_on(decision_id, upholds=upholds, reasons=reasons)
    signed = SignOff.objects.filter(decision_id=decision_id).select_related("assessment", "decision").first()
    ended = EnquiryEnd.objects.filter(decision_id=decision_id).select_related("enquiry", "decision").first()
    waiting = (
        Waiting.objects.filter(decision_id=decision_id, what__in=[w.value for w in upheld])
        .select_related("decision")
        .first()
    )
    row = signed or ended or waiting
    if row is None or row.decision is None:
        raise NotFound
    duties.happened("conflict_decided", [row.folder_id], subject_id=decision_id, at=ruling.made_at)
    if upholds and signed is not None:
        take_effect(signed)
    if ended is not None:
        if upholds:
            end_takes_effect(ended)
        else:
            # It never took effect, so the enquiry goes on and can be decided on again.
            back.goes_on_again(ended)
    if upholds and waiting is not None:
        upheld[Waits(waiting.what)](waiting)
    records.tell_maker(ruling, f"/child/{row.folder_id}/enquiries/")
    record(Verb.WROTE, "enquiries.rule_on", folder_id=row.folder_id, subject=row)
