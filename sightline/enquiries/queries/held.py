"""What this room holds of the things that every record must have: whether risk was assessed, and how work ended."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sightline.children.queries import HeldElsewhere
from sightline.kernel.together import Asking, Wanted, prepared

from ..models import Assessment, Closing, EnquiryEnd, Episode
from ..terms import AssessmentState


@prepared
def _held(folder_ids: Sequence[UUID]) -> Wanted:
    assessed = Assessment.objects.filter(folder_id__in=folder_ids, state=AssessmentState.SIGNED.value)
    enquired = EnquiryEnd.objects.filter(folder_id__in=folder_ids, enquiry__ended_at__isnull=False)
    # A way that was never to have been begun is closed without a reason, and is no work that ended.
    ways = Episode.objects.filter(folder_id__in=folder_ids).exclude(stage="closed", closure="")
    return (
        assessed.order_by("id")[:1],
        enquired.order_by("id")[:1],
        ways.order_by("-opened_at", "-id"),
        Closing.objects.filter(folder_id__in=folder_ids, episode__closed_at__isnull=False),
    )


def held(folder_ids: Sequence[UUID]) -> Asking[HeldElsewhere]:
    """Risk was assessed once an assessment was signed, or an enquiry ended with its finding. The record has ended once
    no work is open with the child and some was closed, which a plan's closing and a move do here as well."""
    assessed, enquired, ways, closings = asked = _held(folder_ids)
    yield asked
    ended = bool(ways) and all(way.closed_at is not None for way in ways)
    latest = max(ways, key=lambda way: way.closed_at) if ended else None
    return HeldElsewhere(
        risk_assessed=bool(assessed or enquired),
        ended=ended,
        summary=latest is not None
        and any(row.episode_id == latest.id and bool(row.summary.strip()) for row in closings),
    )
