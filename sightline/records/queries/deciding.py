"""Decisions on children, of every kind."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from sightline.kernel.time import LONDON
from sightline.kernel.together import Wanted, prepared

from ..models import (
    Decision,
    DecisionWording,
)
from ..terms import DecisionKind
from .reading import LATEST

_LATEST_FIRST = ("-made_at", "-id")


@dataclass(frozen=True)
class WordingView:
    """How a decision was worded before a correction: until when, and who put it right."""

    outcome: str
    reasons: str
    until: datetime
    by: str
    by_post: str
    entry_id: UUID


@dataclass(frozen=True)
class DecisionView:
    """A decision with its maker and reasons; `in_effect` is False while a manager must rule, or ruled against.

    `outcome` and `reasons` are its right words; `earlier` those that were corrected. `signature_with` is who holds the
    signature of a maker that has no sign-in.
    """

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
    earlier: tuple[WordingView, ...] = ()
    signature_with: str = ""

    @property
    def made_on(self) -> date:
        """The day in London: what was in force then is asked by it."""
        return self.made_at.astimezone(LONDON).date()


def decisions(
    folder_ids: Iterable[UUID], *, only: Collection[UUID | None] | None = None
) -> list[DecisionView]:
    """All decisions on a child, or those that are named, latest first (REC-08). One query."""
    where = Q(folder_id__in=list(folder_ids))
    if only is not None:
        where &= Q(id__in=only)
    return [_view(row) for row in _decisions(where).order_by(*_LATEST_FIRST)]


def decisions_page(folder_ids: Sequence[UUID], *, limit: int, offset: int) -> tuple[list[DecisionView], int]:
    """So many of a child's decisions, latest first, and how many there are in all. Two queries."""
    of_child = Q(folder_id__in=folder_ids)
    rows = _decisions(of_child).order_by(*_LATEST_FIRST)[offset : offset + limit]
    return [_view(row) for row in rows], Decision.objects.filter(of_child).count()


def decisions_since(decision_id: UUID, folder_ids: Sequence[UUID]) -> int | None:
    """How many decisions stand before this one in a child's list; None where it is not one of the child's."""
    of_child = Decision.objects.filter(folder_id__in=folder_ids)
    made_at = of_child.filter(id=decision_id).values_list("made_at", flat=True).first()
    if made_at is None:
        return None
    return of_child.filter(Q(made_at__gt=made_at) | Q(made_at=made_at, id__gt=decision_id)).count()


@prepared
def _latest_decisions(folder_ids: Sequence[UUID]) -> Wanted:
    return (_decisions(Q(folder_id__in=folder_ids)).order_by(*_LATEST_FIRST)[:LATEST],)


def latest_decisions(folder_ids: Sequence[UUID]) -> list[DecisionView]:
    """The first of `decisions`, as many as the child's page shows. One query."""
    (rows,) = _latest_decisions(folder_ids)
    return [_view(row) for row in rows]


def _decisions(where: Q) -> QuerySet[Decision]:
    """Decisions with their maker, the ruling on them, and whether there is a later one in their place."""
    later = Decision.objects.filter(replaces=OuterRef("pk"))
    wordings = DecisionWording.objects.filter(decision=OuterRef("pk")).order_by("at", "id")
    return (
        Decision.objects.filter(where)
        .select_related("maker", "ruling__maker")
        .annotate(
            was_replaced=Exists(later),
            worded=ArraySubquery(
                wordings.values(
                    json=JSONObject(
                        outcome="outcome",
                        reasons="reasons",
                        at="at",
                        by="by__name",
                        post="by_post",
                        entry="entry_id",
                    )
                )
            ),
        )
    )


def _view(row: Any) -> DecisionView:
    # A decision as `_decisions` reads it.
    ruling: Decision | None = getattr(row, "ruling", None)
    outcome, reasons, earlier = row.outcome, row.reasons, []
    for each in row.worded:
        until = datetime.fromisoformat(each["at"])
        earlier.append(WordingView(outcome, reasons, until, each["by"], each["post"], UUID(each["entry"])))
        outcome, reasons = each["outcome"], each["reasons"]
    words = f"{ruling.outcome}: {ruling.maker.name}, {ruling.maker_post}. {ruling.reasons}" if ruling else ""
    return DecisionView(
        id=row.id,
        folder_id=row.folder_id,
        kind=DecisionKind(row.kind),
        outcome=outcome,
        reasons=reasons,
        maker=row.maker_name or row.maker.name,
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
        earlier=tuple(earlier),
        signature_with=row.maker.name if row.maker_name else "",
    )
