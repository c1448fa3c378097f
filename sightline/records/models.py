"""Entries and decisions. Nothing here is overwritten: a correction or a change of mind is another row."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sightline.access.models import MAY_ADD, FolderRow, folder_door
from sightline.agencies.models import Practitioner
from sightline.kernel.door import Door
from sightline.kernel.models import never_changed

from .terms import DecisionKind, EntryKind


class EntryCounter(FolderRow):
    """The last sequence number given in a folder. Its row is locked, in folder order, at signing."""

    last = models.PositiveIntegerField(default=0)
    door = Door(
        read=MAY_ADD,
        insert=MAY_ADD,
        update=MAY_ADD,
        jobs={name: ("select", "insert", "update") for name in ("import", "demo")},
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["folder"], name="one_counter_a_folder")]


class Entry(FolderRow):
    """Something recorded in one child's record, signed by its author. `number` has no gaps in a folder."""

    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in EntryKind])
    happened_at = models.DateTimeField()
    written_at = models.DateTimeField()
    author = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="entries")
    author_post = models.CharField(
        max_length=300, help_text="Post title and agency on the day, set by the program"
    )
    text = models.TextField()
    late_why = models.TextField(blank=True, help_text="Why it was written after the pack's limit")
    written_together = models.UUIDField(null=True, help_text="Shared by what was written once for siblings")
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="corrections")
    was_wrong = models.TextField(blank=True)
    subject_id = models.UUIDField(null=True, help_text="What it is about, such as a concern")
    door = folder_door(append_only=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["folder", "number"], name="entry_number_once"),
            models.CheckConstraint(
                name="a_correction_says_what_was_wrong",
                condition=Q(corrects__isnull=True) | ~Q(was_wrong=""),
            ),
        ]
        indexes = [models.Index(fields=["folder", "-happened_at"], name="entry_chronology")]
        triggers = [never_changed("entry_never_changed")]


class Decision(FolderRow):
    """A decision on a child: who made it, why, under which definition and version of the procedures.

    Where a conflict of interests was not resolved for the child, it has no effect until a manager rules.
    """

    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in DecisionKind])
    outcome = models.CharField(max_length=200, help_text="What was decided, in words")
    reasons = models.TextField()
    maker = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="decisions")
    maker_post = models.CharField(max_length=300)
    made_at = models.DateTimeField()
    pack = models.CharField(max_length=80)
    pack_version = models.CharField(max_length=80)
    definition_id = models.CharField(max_length=60, blank=True)
    conflict = models.TextField(blank=True, help_text="With whose interests the child's were in conflict")
    conflict_resolved = models.TextField(blank=True, help_text="How it was resolved")
    for_the_child = models.BooleanField(null=True)
    awaits_ruling = models.BooleanField(default=False)
    rules_on = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="ruling")
    upholds = models.BooleanField(null=True, help_text="For a ruling: whether the decision takes effect")
    written_together = models.UUIDField(null=True)
    subject_id = models.UUIDField(null=True)
    replaces = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    door = folder_door(append_only=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_decision_has_reasons", condition=~Q(reasons="")),
            models.CheckConstraint(
                name="unresolved_conflict_awaits_a_manager",
                condition=Q(conflict="") | Q(for_the_child=True) | Q(awaits_ruling=True),
            ),
        ]
        indexes = [models.Index(fields=["folder", "-made_at"], name="decision_by_day")]
        triggers = [never_changed("decision_never_changed")]
