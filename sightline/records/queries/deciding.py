"""Decisions on children, of every kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from sightline.kernel.together import Wanted, prepared

from ..models import (
    Decision,
)
from ..terms import DecisionKind
from .reading import LATEST


@dataclass(frozen=True)
class DecisionView:
    """A decision with its maker and reasons; `in_effect` is False while a manager must rule, or ruled against."""

    id: UUID
    folder_id: UUID
    kind: DecisionKind
    outcome: str
    reasons: str
    maker: str
    maker_post: str
    made_at: datetime
    pack: str
    pack_version: str
    definition_id: str
    conflict: str
    conflict_resolved: str
    for_the_child: bool | None
    in_effect: bool
    ruling: str
    replaced: bool


def decisions(folder_ids: Iterable[UUID], *, limit: int = 100) -> list[DecisionView]:
    """All decisions on a child, latest first (REC-08). One query."""
    rows = _decisions(Q(folder_id__in=list(folder_ids))).order_by("-made_at", "-id")[:limit]
    return [_view(row) for row in rows]


@prepared
def _latest_decisions(folder_ids: Sequence[UUID]) -> Wanted:
    return (_decisions(Q(folder_id__in=folder_ids)).order_by("-made_at", "-id")[:LATEST],)


def latest_decisions(folder_ids: Sequence[UUID]) -> list[DecisionView]:
    """The first of `decisions`, as many as the child's page shows. One query."""
    (rows,) = _latest_decisions(folder_ids)
    return [_view(row) for row in rows]


def _decisions(where: Q) -> QuerySet[Decision]:
    """Decisions with their maker, the ruling on them, and whether there is a later one in their place."""
    later = Decision.objects.filter(replaces=OuterRef("pk"))
    return (
        Decision.objects.filter(where)
        .select_related("maker", "ruling__maker")
        .annotate(was_replaced=Exists(later))
    )


def _view(row: Any) -> DecisionView:
    # A decision as `_decisions` reads it.
    ruling: Decision | None = getattr(row, "ruling", None)
    words = f"{ruling.outcome}: {ruling.maker.name}, {ruling.maker_post}. {ruling.reasons}" if ruling else ""
    return DecisionView(
        id=row.id,
        folder_id=row.folder_id,
        kind=DecisionKind(row.kind),
        outcome=row.outcome,
        reasons=row.reasons,
        maker=row.maker.name,
        maker_post=row.maker_post,
        made_at=row.made_at,
        pack=row.pack,
        pack_version=row.pack_version,
        definition_id=row.definition_id,
        conflict=row.conflict,
        conflict_resolved=row.conflict_resolved,
        for_the_child=row.for_the_child,
        in_effect=not row.awaits_ruling or bool(ruling and ruling.upholds),
        ruling=words,
        replaced=row.was_replaced,
    )


def awaiting_ruling(folder_ids: Iterable[UUID] | None = None) -> list[DecisionView]:
    """Decisions that have no effect until a manager rules on them."""
    waiting = Q(awaits_ruling=True, ruling__isnull=True)
    if folder_ids is not None:
        waiting &= Q(folder_id__in=list(folder_ids))
    return [_view(row) for row in _decisions(waiting).order_by("made_at")[:100]]
