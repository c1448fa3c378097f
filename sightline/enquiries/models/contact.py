"""Attempts to reach a family and to see the child."""

from __future__ import annotations

from django.db import models

from sightline.access.models import FolderRow, folder_door
from sightline.agencies.models import Practitioner
from sightline.kernel.models import never_changed

from ..terms import ContactWay, Reached
from .episode import Episode, choices


class Attempt(FolderRow):
    """An attempt to reach the family: how, whom, what came of it, and what was done differently."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="attempts")
    happened_at = models.DateTimeField()
    way = models.CharField(max_length=12, choices=choices(ContactWay))
    whom = models.CharField(max_length=300)
    reached = models.CharField(max_length=12, choices=choices(Reached))
    seen_alone = models.BooleanField(null=True, help_text="Where the child was seen")
    words = models.TextField(
        help_text="What happened; where the child was seen, what they were like and said"
    )
    adapted = models.TextField(
        blank=True, help_text="What was done differently because of what stood in the way"
    )
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    recorded_post = models.CharField(max_length=300)
    written_together = models.UUIDField(null=True)
    door = folder_door(append_only=True)

    class Meta:
        indexes = [models.Index(fields=["folder", "-happened_at"], name="attempts_by_day")]
        triggers = [never_changed("attempt_never_changed")]
