"""What the tables of this room have in common."""

from __future__ import annotations

from django.db import models

from sightline.access.models import FolderRow, folder_door
from sightline.agencies.models import Practitioner


def choices(terms: type) -> list[tuple[str, str]]:
    """The values of a list of terms as a field's choices."""
    return [(term.value, term.value) for term in terms]  # type: ignore[attr-defined]


#: What the night's look at every open plan may do.
LOOKING: dict[str, tuple[str, ...]] = {"duties": ("select",)}


class Signed(FolderRow):
    """A row that says who wrote it, in which post, and when."""

    written_at = models.DateTimeField()
    written_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    written_post = models.CharField(max_length=300)

    class Meta:
        abstract = True


class Added(Signed):
    """A signed row that is never changed."""

    door = folder_door(append_only=True, jobs={"duties": ("select",)})

    class Meta:
        abstract = True


class Written(Added):
    """Something written in a plan. A change is another row of the same `item` with the next `revision`; the
    latest counts, and one with `dropped_why` has been taken out of the plan.

    `written_together` is shared by what was written once for several children.
    """

    item = models.UUIDField()
    revision = models.PositiveSmallIntegerField(default=1)
    dropped_why = models.TextField(blank=True)
    written_together = models.UUIDField(null=True)

    class Meta:
        abstract = True
