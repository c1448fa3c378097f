"""What this room adds to the one timeline."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sightline.kernel.together import Asking, Wanted, prepared
from sightline.records.chronology import Moment

from ..models import (
    CopyGiven,
    RemovalStep,
    Reply,
)
from ..terms import (
    GivenAs,
    RemovalAct,
)


@prepared
def _moments(folder_ids: Sequence[UUID]) -> Wanted:
    steps = RemovalStep.objects.filter(folder_id__in=folder_ids).select_related("author", "removal__volume")
    replies = Reply.objects.filter(folder_id__in=folder_ids).select_related("shared__copy")
    copies = CopyGiven.objects.filter(folder_id__in=folder_ids).select_related("author")
    return steps, replies, copies


def moments(folder_ids: Sequence[UUID]) -> Asking[list[Moment]]:
    """What this room adds to the one timeline: paper out and back, and a record seen by whom it is about."""
    steps, replies, copies = asked = _moments(folder_ids)
    yield asked
    found = [
        Moment(
            id=step.id,
            folder_id=step.folder_id,
            happened_at=step.written_at,
            known_at=step.written_at,
            kind="Paper file",
            text=f"Volume {step.removal.volume.number}: {_act(step)}. {step.words}".strip(),
            agency=step.author_post.rpartition(", ")[2],
            author=step.author.name,
            href=f"/child/{step.folder_id}/paper/",
        )
        for step in steps
    ]
    found += [
        Moment(
            id=reply.id,
            folder_id=reply.folder_id,
            happened_at=reply.said_at,
            known_at=reply.said_at,
            kind="Said to their own record",
            text=f"“{reply.words}”",
            author=reply.shared.copy.to_whom,
            href=f"/child/{reply.folder_id}/access/",
        )
        for reply in replies
    ]
    found += [
        Moment(
            id=copy.id,
            folder_id=copy.folder_id,
            happened_at=copy.given_at,
            known_at=copy.written_at,
            kind="Record given",
            text=f"{GivenAs(copy.given_as).label}, to {copy.to_whom}.",
            agency=copy.author_post.rpartition(", ")[2],
            author=copy.author.name,
            href=f"/child/{copy.folder_id}/access/",
        )
        for copy in copies
    ]
    return found


def _act(step: RemovalStep) -> str:
    return RemovalAct(step.act).label.lower()
