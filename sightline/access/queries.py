"""Reads of folders: which are read together, who has been let in, what was opened in an emergency."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from sightline.kernel.models import held_on
from sightline.kernel.time import now, today

from .models import EmergencyAccess, Folder, Grant, Joining, Responsibility, Seal


def lead_of(folder_id: UUID) -> UUID:
    """The folder that this one is read as part of: itself, unless somebody joined it to a known child's."""
    found = (
        Joining.objects.filter(folder_id=folder_id, undone_at__isnull=True)
        .values_list("into_id", flat=True)
        .first()
    )
    return found or folder_id


def leads_of(folder_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """`lead_of` for many, in one query."""
    wanted = list(folder_ids)
    joined = dict(
        Joining.objects.filter(folder_id__in=wanted, undone_at__isnull=True).values_list("folder_id", "into_id")
    )
    return {folder_id: joined.get(folder_id, folder_id) for folder_id in wanted}


def joined_set(lead_id: UUID) -> list[UUID]:
    """The folder and those joined to it, as far as the viewer may open them; empty where they may not."""
    return list(
        Folder.objects.filter(
            Q(id=lead_id) | Q(id__in=Joining.objects.filter(into_id=lead_id, undone_at__isnull=True).values("folder_id"))
        )
        .order_by("opened_at")
        .values_list("id", flat=True)
    )


def opened_of(folder_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these folders that the viewer may open."""
    return set(Folder.objects.filter(id__in=list(folder_ids)).values_list("id", flat=True))


def number_of(folder_id: UUID) -> str:
    """The record's reference number; empty for a folder that the viewer may not open."""
    return Folder.objects.filter(id=folder_id).values_list("number", flat=True).first() or ""


def responsible_manager(folder_id: UUID) -> UUID | None:
    """The manager who answers for the record today (REC-20)."""
    return (
        Responsibility.objects.filter(held_on(today()), folder_id=folder_id)
        .values_list("manager_id", flat=True)
        .first()
    )


def grants_on(folder_id: UUID) -> QuerySet[Grant]:
    """Who may open a folder now: why, by whom, until when."""
    return (
        Grant.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now()), folder_id=folder_id)
        .select_related("practitioner", "team__agency", "agency", "given_by")
        .order_by("given_at")
    )


def seal_on(folder_id: UUID) -> Seal | None:
    """The seal on a folder, for the named alone."""
    return Seal.objects.filter(folder_id=folder_id, lifted_at__isnull=True).prefetch_related("names").first()


def emergencies_to_review() -> QuerySet[EmergencyAccess]:
    """What was opened in an emergency and nobody has looked at since."""
    return (
        EmergencyAccess.objects.filter(reviewed_at__isnull=True)
        .select_related("practitioner")
        .order_by("opened_at")
    )
