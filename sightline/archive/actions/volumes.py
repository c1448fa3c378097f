"""The volumes of a court's or an inquiry's copy, made in the background: typesetting a long record takes minutes."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from procrastinate.contrib.django import app

from sightline.agencies.actions import permit
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.chronology.terms import PrintState
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound, Refused
from sightline.print.pdf import pages_of

from .. import printed, rules
from ..models import CopyPrint, CopyVolume
from ..queries import RequestView
from ..queries.court_volumes import copy_volumes
from ..terms import Asker, RequestState
from .giving import _answerable, _whole
from .requests import _again


def _approved(view: RequestView) -> datetime:
    """When what a court or an inquiry is given was approved. Raises Refused where it was not, or somebody else asks."""
    if view.state not in (RequestState.APPROVED, RequestState.ANSWERED) or view.approved_at is None:
        raise Refused("A manager has not approved yet what may be given.")
    if view.asker is not Asker.COURT:
        raise Refused("Only the copy for a court or an inquiry comes in volumes. Download this one.")
    return view.approved_at


@transaction.atomic
def ask_volumes(request_id: UUID) -> None:
    """Have the volumes of an approved copy made by a job. What is being made, or is made, is not made beside itself."""
    acting = permit(Permission.SUBJECT_ACCESS)
    request = _answerable(request_id)
    view = _again(request)
    approved_at = _approved(view)
    standing = copy_volumes(view)
    if standing is not None and not standing.failed:
        return
    at = now()
    row = CopyPrint.objects.create(
        folder_id=request.folder_id,
        request=request,
        approved_at=approved_at,
        practitioner_id=acting.practitioner_id,
        asked_at=at,
        state=PrintState.WAITING.value,
        total=view.volumes,
        moved_at=at,
    )
    record(Verb.WROTE, "archive.ask_volumes", folder_id=request.folder_id, subject=row)
    app.configure_task("archive.make_volumes").defer(
        print_id=str(row.id), practitioner_id=str(acting.practitioner_id)
    )


@transaction.atomic
def make_volume(print_id: UUID) -> bool:
    """Make the next volume, as whoever asked for them; whether more are to come. Done twice it makes nothing twice.

    What they may do is asked anew for each. Raises NotFound where that is nothing any more, Refused where the request
    was opened again since, or a file that is to be given cannot be opened.
    """
    permit(Permission.SUBJECT_ACCESS)
    row = CopyPrint.objects.select_for_update().filter(id=print_id).first()
    if row is None:
        raise NotFound
    if row.state in (PrintState.DONE.value, PrintState.FAILED.value):
        return False
    view = _again(_answerable(row.request_id))
    if _approved(view) != row.approved_at:
        raise Refused("What is given was approved anew since these volumes were asked for.")
    before = row.volumes.aggregate(pages=Sum("pages"))["pages"] or 0
    number = row.volumes.count() + 1
    content = printed.volume(_whole(view, volume=number), view, number, first_page=before + 1)
    made = CopyVolume.objects.create(
        folder_id=row.folder_id,
        of=row,
        number=number,
        pages=pages_of(content),
        size=len(content),
        sha256=sha256(content).hexdigest(),
        content=content,
    )
    last = number >= view.volumes
    row.total, row.moved_at = view.volumes, now()
    row.state = (PrintState.DONE if last else PrintState.RUNNING).value
    if last:
        row.expires_at = now() + rules.VOLUMES_KEPT
    row.save()
    record(Verb.WROTE, "archive.make_volume", folder_id=row.folder_id, subject=made)
    return not last


@transaction.atomic
def fail_volumes(print_id: UUID, problem: str = "") -> None:
    """Note that the volumes could not be made, and why where that can be said, so that they are asked for again."""
    row = CopyPrint.objects.select_for_update().filter(id=print_id).first()
    if row is None or row.state == PrintState.DONE.value:
        return
    row.state, row.problem, row.moved_at = PrintState.FAILED.value, problem, now()
    row.expires_at = now() + rules.VOLUMES_KEPT
    row.save()
    record(Verb.WROTE, "archive.fail_volumes", folder_id=row.folder_id, subject=row)


def clear_volumes() -> int:
    """Remove the volumes that have expired, and what was never made; for the job `prints` alone."""
    gone, _ = CopyPrint.objects.filter(expires_at__lt=now()).delete()
    stale, _ = CopyPrint.objects.filter(asked_at__lt=now() - 2 * rules.VOLUMES_KEPT).delete()
    if gone + stale:
        record(Verb.WROTE, "archive.clear_volumes", count=gone + stale)
    return gone + stale
