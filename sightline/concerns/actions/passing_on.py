"""A child passed to another authority: received there, then accepted. Until accepted the child is ours."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.children import actions as children
from sightline.children.rules import check_ending
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.kernel.viewer import current
from sightline.procedures import actions as duties

from .. import rules
from ..models import Screening, Transfer
from .steps import at_words, named


@transaction.atomic
def transfer_received(screening_id: UUID, received_by: str, received_at: datetime) -> None:
    """The other authority has confirmed that it has what was sent. It has not accepted: the child stays ours, and its
    answer is owed. Raises Refused at the form's field, NotFound where nothing was passed on."""
    permit(Permission.SCREEN_CONCERN)
    transfer = _locked_transfer(screening_id)
    _not_accepted(transfer, "received_by")
    if transfer.received_at is not None:
        raise Refused(
            f"{named(transfer.receipt_recorded_by)} recorded already that {transfer.received_by} confirmed at "
            f"{at_words(transfer.received_at)}. Yours was not recorded; what you typed is kept below.",
            "received_by",
        )
    rules.check_receipt(received_by, received_at, sent_at=transfer.sent_at, at=now()).or_refuse()
    _receipt(transfer, received_by, received_at)
    transfer.save()
    _tell(transfer, "transfer_received", received_at)
    record(Verb.WROTE, "concerns.transfer_received", folder_id=transfer.folder_id, subject=transfer)


@transaction.atomic
def transfer_accepted(screening_id: UUID, accepted_by: str, summary: str = "") -> None:
    """The other authority has confirmed that it accepts the child: until now the child was ours. Where no receipt was
    recorded it says both at once. `summary` only where none went with the child, as before it was asked at sending.
    Raises Refused at the form's field, NotFound where nothing was passed on."""
    permit(Permission.SCREEN_CONCERN)
    if not accepted_by.strip():
        raise Refused("Name who accepted, and their post.", "accepted_by")
    transfer = _locked_transfer(screening_id)
    _not_accepted(transfer, "accepted_by")
    if not transfer.summary:
        check_ending(summary, transferred=True).or_refuse()
        transfer.summary = summary.strip()
    transfer.accepted_at, transfer.accepted_by = now(), accepted_by.strip()
    transfer.recorded_by_id = current().practitioner_id
    if transfer.received_at is None:
        _receipt(transfer, accepted_by, transfer.accepted_at)
    transfer.save()
    children.authority_changed(transfer.folder_id, responsible=transfer.authority)
    _tell(transfer, "transfer_accepted", transfer.accepted_at)
    record(Verb.WROTE, "concerns.transfer_accepted", folder_id=transfer.folder_id, subject=transfer)


def _locked_transfer(screening_id: UUID) -> Transfer:
    found = (
        Transfer.objects.select_for_update(of=("self",))
        .select_related("recorded_by", "receipt_recorded_by", "screening__concern")
        .filter(screening_id=screening_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def _not_accepted(transfer: Transfer, field: str) -> None:
    if transfer.accepted_at is not None:
        raise Refused(
            f"{named(transfer.recorded_by)} recorded at {at_words(transfer.accepted_at)} that {transfer.accepted_by} "
            "has accepted already. Yours was not recorded; what you typed is kept below.",
            field,
        )


def _receipt(transfer: Transfer, received_by: str, received_at: datetime) -> None:
    transfer.received_at, transfer.received_by = received_at, received_by.strip()
    transfer.receipt_recorded_by_id = current().practitioner_id


def _tell(transfer: Transfer, event: str, at: datetime) -> None:
    """What the event meets is met; what it opens is owed on the decision that passed the child on, and once."""
    own = transfer.screening
    # Of a decision that was replaced by another of the same outcome, the first one's clock runs on.
    for passed_on in Screening.objects.filter(part_id=own.part_id):
        duties.happened(
            event,
            [transfer.folder_id],
            subject_id=passed_on.decision_id,
            at=at,
            path=f"/front-door/{own.concern_id}/",
            team_id=own.concern.team_id,
            without=() if passed_on.id == own.id else ("transfer_acceptance",),
        )
