"""Workers' own chronologies: each line as it stands, with what stood there before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sightline.children.queries import as_viewer_may_read
from sightline.kernel.verdicts import NotFound

from ..models import OwnMoment
from ..rules import Asked


@dataclass(frozen=True)
class OwnView:
    """A line of a worker's own chronology as it stands now, with its earlier versions, the latest first."""

    line: UUID
    version: int
    folder_id: UUID
    practitioner_id: UUID
    practitioner: str
    post: str
    moment_id: UUID | None
    moment_kind: str
    happened_at: datetime
    what: str
    analysis: str
    taken_out: bool
    written_at: datetime
    earlier: tuple[OwnView, ...] = ()


def own(folder_ids: Sequence[UUID], asked: Asked = Asked()) -> list[OwnView]:
    """Every worker's own lines that stand, by when it happened, as of the day asked about. One query."""
    rows = OwnMoment.objects.filter(folder_id__in=list(folder_ids)).select_related("practitioner")
    if asked.known_before:
        rows = rows.filter(written_at__lt=asked.known_before)
    lines: dict[UUID, OwnView] = {}
    for row in rows.order_by("version"):
        before = lines.get(row.line)
        earlier = () if before is None else (_own_view(before), *before.earlier)
        lines[row.line] = _own_view(row, earlier)
    standing = [view for view in lines.values() if not view.taken_out]
    ordered = sorted(
        standing, key=lambda view: (view.happened_at, str(view.line)), reverse=not asked.oldest_first
    )
    return as_viewer_may_read(folder_ids, ordered)


def own_in_print(folder_ids: Sequence[UUID], asked: Asked, before: datetime) -> list[OwnView]:
    """The own lines that belong to a print asked for at that instant: of its period, author and words. None where only
    moments of a kind, an agency or a mark are asked for, which an own line has not."""
    if asked.kind or asked.agency or asked.statement or asked.significant or asked.entries:
        return []
    return [
        line
        for line in own(folder_ids, asked)
        if line.written_at <= before
        and asked.author in ("", line.practitioner)
        and (asked.from_instant is None or line.happened_at >= asked.from_instant)
        and (asked.before_instant is None or line.happened_at < asked.before_instant)
        and asked.words.strip('"').casefold() in f"{line.what} {line.analysis}".casefold()
    ]


def own_line(line: UUID, folder_ids: Sequence[UUID]) -> OwnView:
    """One line that stands. Raises NotFound."""
    found = next((view for view in own(folder_ids) if view.line == line), None)
    if found is None:
        raise NotFound
    return found


def _own_view(row: Any, earlier: tuple[OwnView, ...] = ()) -> OwnView:
    return OwnView(
        line=row.line,
        version=row.version,
        folder_id=row.folder_id,
        practitioner_id=row.practitioner_id,
        practitioner=row.practitioner.name if isinstance(row, OwnMoment) else row.practitioner,
        post=row.post,
        moment_id=row.moment_id,
        moment_kind=row.moment_kind,
        happened_at=row.happened_at,
        what=row.what,
        analysis=row.analysis,
        taken_out=row.taken_out,
        written_at=row.written_at,
        earlier=earlier,
    )
