"""Whether a scan of paper is as paper must be."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from sightline.access.queries import joined_set, lead_of
from sightline.agencies.actions import permit
from sightline.agencies.authors import authored, sent_before
from sightline.agencies.terms import Permission
from sightline.audit.actions import record
from sightline.audit.terms import Verb
from sightline.procedures import actions as duties
from sightline.procedures.actions import Opening

from ..models import ScanCheck
from ..queries.scans import scan
from ..terms import SCAN_POINTS, PaperPoint
from .rows import _need


@transaction.atomic
def check_scan(
    folder_id: UUID,
    document_id: UUID,
    met: Sequence[PaperPoint],
    failed_words: str = "",
    *,
    once: UUID | None = None,
) -> ScanCheck:
    """A scan looked at against what paper must be; a failure becomes a duty (FIL-05: North East Lincolnshire, case
    recording). Raises NotFound, or Refused where it is not said what is amiss."""
    acting = permit(Permission.KEEP_VOLUMES)
    found = scan(document_id, joined_set(lead_of(folder_id)) or [folder_id]).document
    if (sent := sent_before(ScanCheck.objects.filter(document_id=found.id), once)) is not None:
        return sent
    missing = [point for point in SCAN_POINTS if point not in met]
    if missing:
        _need(failed_words, "Say what is amiss with the scan.", "failed_words")
    check = ScanCheck.objects.create(
        **authored(acting, found.folder_id, once),
        document_id=found.id,
        met=[point.value for point in SCAN_POINTS if point in met],
        failed_words=failed_words.strip() if missing else "",
    )
    duties.discharge("put_scan_right", found.id, folder_ids=[found.folder_id])
    if missing:
        path = f"/child/{found.folder_id}/paper/scan/{found.id}/"
        duties.open_duties(
            [
                Opening(
                    found.folder_id, "put_scan_right", check.written_at, found.id, path, acting.practitioner_id,
                    acting.team_id,
                )
            ]
        )  # fmt: skip
    record(Verb.WROTE, "archive.check_scan", folder_id=found.folder_id, subject=check)
    return check
