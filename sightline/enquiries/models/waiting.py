"""What a decision does only when a manager has ruled on its conflict of interests."""

from __future__ import annotations

from django.db import models

from sightline.access.models import MAY_READ, FolderRow, folder_door
from sightline.children.terms import LivesAt
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


class WaitingHome(FolderRow):
    """Where a child is to live once a manager upholds that they become looked after. A confidential one is hidden by
    policy as their address will be, so it stands apart from what else waits."""

    waiting = models.OneToOneField(Waiting, on_delete=models.PROTECT, related_name="+")
    lives_at = models.CharField(max_length=20, choices=choices(LivesAt))
    lines = models.TextField(blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    area = models.CharField(max_length=80, blank=True)
    with_whom = models.CharField(max_length=300, blank=True)
    confidential = models.BooleanField(default=False)
    door = folder_door(
        read=f"{MAY_READ} AND (NOT confidential OR agencies_may('address.confidential'))", append_only=True
    )

    class Meta:
        triggers = [never_changed("waiting_home_never_changed")]
