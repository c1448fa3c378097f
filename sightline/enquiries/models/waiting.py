"""What a decision does only when a manager has ruled on its conflict of interests."""

from __future__ import annotations

from django.db import models

from sightline.access.models import FolderRow, folder_door
from sightline.kernel.models import never_changed
from sightline.records.models import Decision

from ..terms import Waits
from .episode import choices


class Waiting(FolderRow):
    """What whoever decided had asked for, kept until a manager has ruled: done as it stands here where they uphold the
    decision, never done where they do not. What it says is shown nowhere but by its effect."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=20, choices=choices(Waits))
    subject_id = models.UUIDField(
        help_text="What was decided on: a discussion's decision, a step up, a way through"
    )
    sent = models.JSONField(default=dict, help_text="What else was answered, as the action takes it")
    door = folder_door(append_only=True)

    class Meta:
        indexes = [
            models.Index(fields=["folder", "what"], name="waiting_of_child"),
            # Each decision asks first whether an earlier one on the same subject still waits.
            models.Index(fields=["subject_id"], name="waiting_by_subject"),
        ]
        triggers = [never_changed("waiting_never_changed")]
