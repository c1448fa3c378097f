"""When somebody heard a child in person, who was therefore seen."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse

from sightline.kernel.together import Asking, Wanted, prepared
from sightline.records.queries import LastSeen

from ..models import View
from ..terms import Heard

#: Ways of hearing a child for which somebody was with them; the others may come by post or by somebody else.
FACE_TO_FACE = (
    Heard.TALKING, Heard.DIRECT_WORK, Heard.THREE_HOUSES, Heard.PLAY, Heard.SIGNING, Heard.OBSERVATION,
)  # fmt: skip


@prepared
def _heard_in_person(folder_ids: Sequence[UUID]) -> Wanted:
    heard = View.objects.standing().filter(
        folder_id__in=folder_ids, heard__in=[way.value for way in FACE_TO_FACE]
    )
    return (heard.order_by("-heard_at", "-id")[:1],)


def met(folder_ids: Sequence[UUID]) -> Asking[LastSeen | None]:
    """When the child was last heard by somebody who was with them: for `records.queries.also_seen`."""
    (heard,) = wanted = _heard_in_person(folder_ids)
    yield wanted
    for row in heard:
        by, _, post = row.heard_by.partition(", ")
        page = reverse("voice:child", args=[folder_ids[0]])
        return LastSeen(row.heard_at, by, post, row.alone, None, page, Heard(row.heard).label.lower())
    return None
