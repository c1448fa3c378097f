"""A worker's own chronology, and prints while they are made and until they expire."""

from __future__ import annotations

from django.db import models

from sightline.access.models import MAY_READ, FolderRow, folder_door
from sightline.agencies.models import Practitioner
from sightline.kernel.door import Door
from sightline.kernel.models import never_changed

from .terms import PrintState


class OwnMoment(FolderRow):
    """One version of a line in a worker's own chronology: what they chose, and what it means for the child.

    A change, and taking a line out, is another version under the same `line`; whoever may open the record reads all.
    """

    line = models.UUIDField(help_text="The same in every version")
    version = models.PositiveSmallIntegerField()
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="own_moments")
    post = models.CharField(max_length=300, help_text="Post title and agency on the day")
    moment_id = models.UUIDField(null=True, help_text="The moment of the record that it is about")
    moment_kind = models.CharField(max_length=120, blank=True)
    happened_at = models.DateTimeField()
    what = models.TextField()
    analysis = models.TextField()
    taken_out = models.BooleanField(default=False)
    written_at = models.DateTimeField()
    door = folder_door(append_only=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "version"], name="own_moment_version_once")]
        indexes = [models.Index(fields=["folder", "practitioner"], name="own_chronology")]
        triggers = [never_changed("own_moment_never_changed")]


_ASKERS = f"practitioner_id = kernel_practitioner() AND {MAY_READ}"


class Print(FolderRow):
    """A print of the chronology that somebody asked for: theirs alone, made by a job, gone when it expires."""

    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="prints")
    asked = models.JSONField(help_text="What it holds, as rules.Asked keeps it")
    asked_at = models.DateTimeField(help_text="The print holds what was known then")
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in PrintState])
    total = models.PositiveIntegerField(default=0, help_text="How many moments it will hold")
    done = models.PositiveIntegerField(default=0)
    moved_at = models.DateTimeField(help_text="When it last got further")
    expires_at = models.DateTimeField(null=True)
    door = Door(read=_ASKERS, insert=_ASKERS, update=_ASKERS, jobs={"prints": ("select", "delete")})

    class Meta:
        indexes = [models.Index(fields=["practitioner", "folder"], name="print_of_asker")]


class PrintVolume(FolderRow):
    """One volume of a print, kept in the database so that its door is the record's own."""

    of = models.ForeignKey(Print, on_delete=models.CASCADE, related_name="volumes")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    moments = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    content = models.BinaryField()
    door = Door(read=_ASKERS, insert=_ASKERS, jobs={"prints": ("select", "delete")})

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="print_volume_once")]
