"""What this room says to the one timeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sightline.kernel.time import LONDON
from sightline.kernel.together import Asking, Wanted, prepared
from sightline.records.chronology import Moment

from ..models import (
    Advocacy,
    Explanation,
    View,
)
from ..terms import AdvocacyAct, Answer, Heard


@prepared
def _moments(folder_ids: Sequence[UUID]) -> Wanted:
    views = View.objects.filter(folder_id__in=folder_ids).select_related("author")
    explanations = Explanation.objects.filter(folder_id__in=folder_ids).select_related("author")
    steps = Advocacy.objects.filter(folder_id__in=folder_ids).select_related("author")
    return views, explanations, steps


def moments(folder_ids: Sequence[UUID]) -> Asking[list[Moment]]:
    """What this room adds to the one timeline: what was said, and what the child was told."""
    views, explanations, steps = asked = _moments(folder_ids)
    yield asked
    found = []
    for row in views:
        heard = Heard(row.heard)
        words = row.said or row.worries or row.good or row.dreams
        found.append(
            Moment(
                id=row.id,
                folder_id=row.folder_id,
                happened_at=row.heard_at,
                known_at=row.written_at,
                kind="Seen of the child" if heard is Heard.OBSERVATION else "The child said",
                text=words if heard is Heard.OBSERVATION else f"“{words}”",
                agency=_agency(row.author_post),
                author=row.author.name,
                href=f"/child/{row.folder_id}/voice/#voice-{row.id}",
                tags=tuple(
                    words
                    for words in (
                        heard.label,
                        "Alone" if row.alone else "Not alone",
                        "Puts right an earlier writing" if row.corrects_id else "",
                    )
                    if words
                ),
            )
        )
    for told in explanations:
        found.append(
            Moment(
                id=told.id,
                folder_id=told.folder_id,
                happened_at=told.explained_at,
                known_at=told.written_at,
                kind="Explained to the child",
                text=told.words + (f" The reason given: {told.why_no}" if told.why_no else ""),
                agency=_agency(told.author_post),
                author=told.author.name,
                href=f"/child/{told.folder_id}/voice/",
                tags=(Answer(told.answer).label,) if told.answer in ("yes", "partly", "no") else (),
            )
        )
    for step in steps:
        at = datetime.combine(step.on, datetime.min.time(), LONDON)
        found.append(
            Moment(
                id=step.id,
                folder_id=step.folder_id,
                happened_at=at,
                known_at=step.written_at,
                kind="Advocate",
                text=". ".join(w for w in (AdvocacyAct(step.act).label, step.name, step.words) if w),
                agency=_agency(step.author_post),
                author=step.author.name,
                href=f"/child/{step.folder_id}/voice/advocate/",
            )
        )
    return found


def _agency(post: str) -> str:
    """The agency of 'Social worker, Northmoor Council'."""
    return post.rpartition(", ")[2]
