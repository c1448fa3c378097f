"""One child's way through: where they stand, and every step that led there."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from sightline.access.models import FolderRow, folder_door
from sightline.agencies.models import Practitioner
from sightline.children.models import Person
from sightline.kernel.models import never_changed
from sightline.records.models import Decision

from ..terms import Act, Stage


def choices(terms: type) -> list[tuple[str, str]]:
    """A StrEnum as a field's choices."""
    return [(term.value, term.value) for term in terms]  # type: ignore[attr-defined]


class Episode(FolderRow):
    """One child's way through assessment, discussion, enquiry and help, from its beginning to its closing.

    `stage` is where the child stands now; how they came there are the steps. `decision` is the one on a concern that
    began it, where there was one.
    """

    child = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=12, choices=choices(Stage))
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    began_with = models.CharField(max_length=12, choices=choices(Stage))
    decision = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="+")
    written_together = models.UUIDField(null=True, help_text="Shared by brothers and sisters begun in one go")
    closed_at = models.DateTimeField(null=True)
    closure = models.CharField(max_length=4, blank=True, help_text="The census's reason for closure")
    #: Counts every step: a form that was opened on an older count is stale.
    version = models.PositiveIntegerField(default=1)
    door = folder_door(jobs={"duties": ("select",)})

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["folder"], condition=Q(closed_at__isnull=True), name="one_open_way_a_child"
            ),
            models.CheckConstraint(
                name="closed_when_its_stage_says_so",
                condition=Q(stage="closed", closed_at__isnull=False)
                | (~Q(stage="closed") & Q(closed_at__isnull=True)),
            ),
        ]
        indexes = [models.Index(fields=["folder", "-opened_at"], name="episode_by_day")]


class Step(FolderRow):
    """A step on the way, or one taken back: by whom, when, why. A step back names the one that it takes back."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="steps")
    act = models.CharField(max_length=30, choices=choices(Act))
    before = models.CharField(max_length=12, choices=choices(Stage))
    after = models.CharField(max_length=12, choices=choices(Stage))
    at = models.DateTimeField()
    by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    by_post = models.CharField(max_length=300)
    reasons = models.TextField()
    decision = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="+")
    takes_back = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="taken_back")
    #: Ids of the child's statuses that the step itself ended or began: what taking it back puts right.
    ended_statuses = ArrayField(models.UUIDField(), default=list)
    began_statuses = ArrayField(models.UUIDField(), default=list)
    door = folder_door(append_only=True)

    class Meta:
        constraints = [models.CheckConstraint(name="a_step_has_reasons", condition=~Q(reasons=""))]
        indexes = [models.Index(fields=["episode", "at"], name="steps_of_episode")]
        triggers = [never_changed("step_never_changed")]
