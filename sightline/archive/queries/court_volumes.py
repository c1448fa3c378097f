"""The volumes of a court's or an inquiry's copy: how far they are, and each when it is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sightline.chronology.rules import PRINT_STALLED
from sightline.chronology.terms import PrintState
from sightline.kernel.time import now
from sightline.kernel.verdicts import NotFound

from ..models import CopyPrint, CopyVolume
from ..terms import Asker
from .asked import RequestView


@dataclass(frozen=True)
class MadeVolume:
    number: int
    pages: int
    size: int
    sha256: str


@dataclass(frozen=True)
class VolumesView:
    """The volumes made after the latest approval; `moving` while more are to come, `failed` where none
    will by itself."""

    id: UUID
    state: PrintState
    total: int
    problem: str
    expires_at: datetime | None
    stalled: bool
    made: tuple[MadeVolume, ...]

    @property
    def moving(self) -> bool:
        return self.state in (PrintState.WAITING, PrintState.RUNNING) and not self.stalled

    @property
    def failed(self) -> bool:
        return self.state is PrintState.FAILED or self.stalled

    @property
    def ready(self) -> bool:
        return self.state is PrintState.DONE


def copy_volumes(view: RequestView) -> VolumesView | None:
    """The volumes of a request's copy as it was approved last; None where nobody has asked for them, or they have
    expired. Two queries."""
    row = (
        CopyPrint.objects.filter(request_id=view.id, approved_at=view.approved_at)
        .order_by("-asked_at", "-id")
        .first()
        if view.asker is Asker.COURT and view.approved_at
        else None
    )
    if row is None or (row.expires_at is not None and row.expires_at <= now()):
        return None
    state = PrintState(row.state)
    made = row.volumes.order_by("number").values_list("number", "pages", "size", "sha256")
    return VolumesView(
        row.id, state, row.total, row.problem, row.expires_at,
        state in (PrintState.WAITING, PrintState.RUNNING) and row.moved_at < now() - PRINT_STALLED,
        tuple(MadeVolume(*each) for each in made),
    )  # fmt: skip


def content_of(found: VolumesView, number: int) -> bytes:
    """One volume. Raises NotFound where there is none of that number."""
    row = CopyVolume.objects.filter(of_id=found.id, number=number).only("content").first()
    if row is None:
        raise NotFound
    return bytes(row.content)


def contents_of(found: VolumesView) -> Iterator[bytes]:
    """Every volume in order, one at a time."""
    return (content_of(found, each.number) for each in found.made)
