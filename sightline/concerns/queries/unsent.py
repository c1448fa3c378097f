"""What is written and not sent yet."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from sightline.access.drafts import latest
from sightline.agencies.leaving import Part
from sightline.kernel.verdicts import NotFound

from ..models import Draft


def drafts() -> list[Draft]:
    """The viewer's own drafts, the latest first."""
    return list(Draft.objects.select_related("concern").order_by("-saved_at")[:50])


def latest_drafts(most: int) -> tuple[list[Draft], int]:
    """So many of the latest of them, and how many there are in all."""
    return latest(Draft.objects.select_related("concern"), most)


def draft(draft_id: UUID) -> Draft:
    """One draft of the viewer's own. Raises NotFound."""
    row = Draft.objects.select_related("concern").filter(id=draft_id).first()
    if row is None:
        raise NotFound
    return row


def screening_draft(concern_id: UUID) -> Draft | None:
    """What the viewer has typed so far on deciding this concern."""
    return Draft.objects.filter(kind="screening", concern_id=concern_id).order_by("-saved_at").first()


def left_part(posting_id: UUID) -> Part | None:
    """The concerns that the holder of a post has begun and not sent, as the page that ends the post lists them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM concerns_left_drafts(%s)", [posting_id])
        (many,) = cursor.fetchone()
    if not many:
        return None
    concerns = "a concern" if many == 1 else f"{many} concerns"
    return Part(f"They have begun {concerns} and not sent", (), ask="Who sees to what they had begun?")
