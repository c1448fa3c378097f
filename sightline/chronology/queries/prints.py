"""Prints of the chronology as their asker sees them, until they expire."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound

from ..models import Print, PrintVolume
from ..rules import PRINT_STALLED, Asked
from ..terms import PrintState


@dataclass(frozen=True)
class PrintView:
    """A print as its asker sees it; `stalled` where it will not get further by itself."""

    id: UUID
    folder_id: UUID
    asked: Asked
    asked_at: datetime
    state: PrintState
    done: int
    total: int
    expires_at: datetime | None
    stalled: bool
    volumes: list[VolumeView]


@dataclass(frozen=True)
class VolumeView:
    id: UUID
    number: int
    moments: int
    size: int


def prints(folder_ids: Iterable[UUID], limit: int = 20) -> list[PrintView]:
    """The viewer's own prints of these folders, the latest first. Two queries."""
    rows = list(
        Print.objects.filter(_not_expired(), folder_id__in=list(folder_ids)).order_by("-asked_at")[:limit]
    )
    return _print_views(rows)


def print_(print_id: UUID) -> PrintView:
    """One print of the viewer's own that has not expired. Raises NotFound."""
    rows = list(Print.objects.filter(_not_expired(), id=print_id))
    if not rows:
        raise NotFound
    return _print_views(rows)[0]


def _not_expired() -> Q:
    return Q(expires_at__isnull=True) | Q(expires_at__gt=now())


def _print_views(rows: Sequence[Print]) -> list[PrintView]:
    volumes: dict[UUID, list[VolumeView]] = {}
    for of, id, number, moments, size in (
        PrintVolume.objects.filter(of_id__in=[row.id for row in rows])
        .order_by("number")
        .values_list("of_id", "id", "number", "moments", "size")
    ):
        volumes.setdefault(of, []).append(VolumeView(id, number, moments, size))
    moving = (PrintState.WAITING.value, PrintState.RUNNING.value)
    return [
        PrintView(
            id=row.id,
            folder_id=row.folder_id,
            asked=Asked.from_data(row.asked),
            asked_at=row.asked_at,
            state=PrintState(row.state),
            done=row.done,
            total=row.total,
            expires_at=row.expires_at,
            stalled=row.state in moving and row.moved_at < now() - PRINT_STALLED,
            volumes=volumes.get(row.id, []),
        )
        for row in rows
    ]


def volume(volume_id: UUID) -> tuple[PrintView, VolumeView, bytes]:
    """One volume of the viewer's own, with its content. Raises NotFound."""
    row = PrintVolume.objects.filter(id=volume_id).first()
    if row is None:
        raise NotFound
    of = print_(row.of_id)
    return of, VolumeView(row.id, row.number, row.moments, row.size), bytes(row.content)
