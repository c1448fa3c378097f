"""Scans of paper: the documents of a record that may be one, and whether each was found as paper must be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sightline.documents.queries import DocumentView, document, documents
from sightline.documents.terms import MediaKind

from ..models import ScanCheck
from ..terms import SCAN_POINTS

#: What paper is scanned or photographed into.
KINDS = (MediaKind.PDF, MediaKind.PHOTOGRAPH)
#: So many stand on one page of the paper file.
SHOWN = 50


@dataclass(frozen=True)
class ScanView:
    """A document that may be a scan, with the checks of it, the latest first."""

    document: DocumentView
    checks: tuple[ScanCheck, ...]

    @property
    def sound(self) -> bool | None:
        """Whether the latest check found it right; None where nobody has checked it."""
        return set(SCAN_POINTS) <= set(self.checks[0].met) if self.checks else None


def scans(folder_ids: Sequence[UUID], page: int = 1) -> tuple[list[ScanView], int]:
    """One page of the documents of a record that may be scans, the latest first, and how many there are in all. Three
    queries."""
    found, total = documents(folder_ids, kinds=KINDS, withdrawn=False, limit=SHOWN, offset=(page - 1) * SHOWN)
    return _checked(found), total


def scan(document_id: UUID, folder_ids: Sequence[UUID]) -> ScanView:
    """One of them. Raises NotFound."""
    return _checked([document(document_id, folder_ids)])[0]


def _checked(found: Sequence[DocumentView]) -> list[ScanView]:
    checks: dict[UUID, list[ScanCheck]] = {}
    rows = ScanCheck.objects.filter(document_id__in=[each.id for each in found]).select_related("author")
    for row in rows.order_by("-written_at", "-id"):
        checks.setdefault(row.document_id, []).append(row)
    return [ScanView(each, tuple(checks.get(each.id, ()))) for each in found]
