"""Times when a child was missing, domestic abuse at home, violence outside it: recorded as such, and counted."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from sightline.access.models import folder_door
from sightline.kernel.models import never_changed
from sightline.records.models import Decision

from ..terms import ChildWas, IncidentKind
from .base import Added, Signed, choices


class Incident(Signed):
    """One incident. `ended_at` is the child's return; an incident that was not one is withdrawn, never removed."""

    kind = models.CharField(max_length=20, choices=choices(IncidentKind))
    child_was = models.CharField(
        max_length=12, blank=True, choices=choices(ChildWas), help_text="In violence outside the home"
    )
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    words = models.TextField()
    told_by = models.CharField(max_length=200)
    child_there = models.CharField(max_length=300, blank=True, help_text="Where the child was, what they saw")
    written_together = models.UUIDField(null=True)
    withdrawn_why = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    decision = models.ForeignKey(
        Decision, null=True, on_delete=models.PROTECT, related_name="+", help_text="What was decided on it"
    )
    door = folder_door()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="incident_in_order", condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at"))
            ),
            models.CheckConstraint(
                name="community_violence_says_what_the_child_was",
                condition=Q(kind=IncidentKind.COMMUNITY_VIOLENCE.value) ^ Q(child_was=""),
            ),
        ]
        indexes = [models.Index(fields=["folder", "kind", "-began_at"], name="incident_by_kind")]


class ReturnConversation(Added):
    """What a child who was missing said when they were back; offered after each time."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="conversations")
    held_at = models.DateTimeField(null=True)
    by_whom = models.CharField(max_length=200, blank=True)
    independent = models.BooleanField(null=True)
    said = models.TextField(blank=True)
    pushes = models.TextField(blank=True, help_text="What the child goes from, and what draws them")
    declined = models.TextField(
        blank=True, help_text="That it was offered and declined, in the child's words"
    )
    then = models.TextField(blank=True, help_text="What is done about it")
    heard = models.ForeignKey(
        "voice.View",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Where the child's words stand among all that they said",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_return_conversation_was_held_or_declined",
                condition=(Q(held_at__isnull=False) & ~Q(said="")) | ~Q(declined=""),
            )
        ]
        triggers = [never_changed("return_conversation_never_changed")]


class IncidentTakenBack(Added):
    """That an incident was withdrawn, or that a return conversation was held or declined, is taken back, and why. Of a
    withdrawal it keeps what stood, since the incident itself counts again."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="taken_back")
    talk = models.OneToOneField(
        ReturnConversation, null=True, on_delete=models.PROTECT, related_name="taken_back"
    )
    withdrawn_why = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    why = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="an_incident_s_withdrawal_or_a_talk_is_taken_back",
                condition=Q(talk__isnull=False, withdrawn_at__isnull=True, withdrawn_why="")
                | (Q(talk__isnull=True, withdrawn_at__isnull=False) & ~Q(withdrawn_why="")),
            )
        ]
        triggers = [never_changed("incident_taken_back_never_changed")]
