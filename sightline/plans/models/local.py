"""The directory of local services: nothing in it is about a child."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from sightline.agencies.models import Agency, Practitioner
from sightline.kernel.door import Door
from sightline.kernel.models import Row


class LocalHelp(Row):
    """A service that families here can be offered: for which needs, ages and places, and how to reach it."""

    name = models.CharField(max_length=200)
    gist = models.TextField(help_text="What it does, in plain words")
    needs = ArrayField(models.CharField(max_length=20))
    from_age = models.PositiveSmallIntegerField(default=0)
    to_age = models.PositiveSmallIntegerField(default=18)
    for_adults = models.BooleanField(default=False)
    places = ArrayField(models.CharField(max_length=80), default=list, help_text="None: everywhere")
    reach = models.CharField(max_length=300, help_text="How a family or worker reaches it")
    waits = models.CharField(max_length=120, blank=True, help_text="How long families wait, if it is known")
    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="+")
    checked_on = models.DateField()
    checked_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    ended_on = models.DateField(null=True)
    door = Door(
        read="true",
        insert="agencies_may('services.keep')",
        update="agencies_may('services.keep')",
        jobs={"demo": ("select", "insert", "update")},
    )

    class Meta:
        constraints = [
            models.CheckConstraint(name="local_help_ages", condition=Q(to_age__gte=F("from_age"))),
        ]

    def __str__(self) -> str:
        return self.name
