"""The clocks that run to a child's conference: an enquiry's own, and those that an earlier return told of."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from sightline.access.queries import joined_set
from sightline.procedures.models import TO_DO, Duty
from sightline.procedures.queries import about_none_of

from ..models import Enquiry

CONFERENCE = ("initial_conference",)


def told_of_before(folder_ids: Collection[UUID]) -> QuerySet[Duty]:
    """Those of enquiries that were begun before this program was in use: a conference that is held meets them too."""
    here = Enquiry.objects.filter(folder_id__in=list(folder_ids))
    return about_none_of(here.values("id"), CONFERENCE, folder_ids)


def conferences(folder_id: UUID) -> QuerySet[Duty]:
    """Every clock to a conference on a child, whichever enquiry it is of; open and closed."""
    return Duty.objects.filter(kind__in=CONFERENCE, folder_id__in=joined_set(folder_id))


def to_conference(row: Enquiry) -> QuerySet[Duty]:
    """An enquiry's own clock, and those told of before; open and closed."""
    folders = joined_set(row.folder_id)
    others = Enquiry.objects.filter(folder_id__in=folders).exclude(id=row.id)
    return about_none_of(others.values("id"), CONFERENCE, folders)


def running(clocks: QuerySet[Duty]) -> QuerySet[Duty]:
    """Those of them on which something is still to be done."""
    return clocks.filter(TO_DO)
