"""The concerns that somebody raised, no more of each than they may know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from sightline.govuk.words import listed
from sightline.kernel.verdicts import NotFound
from sightline.kernel.viewer import current

from ..models import Addition, Answer, Concern, ConcernPart, PartName
from ..terms import AdditionKind, ConcernState


@dataclass(frozen=True)
class OwnConcern:
    """A concern as whoever raised it sees it: what they sent, how it stands in words, what they were told."""

    id: UUID
    reference: str
    raised_at: datetime
    immediate_danger: bool
    version: int
    state: ConcernState
    stands: str
    names: list[str]
    parts: list[ConcernPart]
    additions: list[Addition]
    answers: list[Answer]
    can_take_back: bool


_STANDS = {
    ConcernState.WAITING: "It has arrived. Nobody has taken it up yet.",
    ConcernState.BEING_SCREENED: "Somebody at the front door is dealing with it.",
    ConcernState.DECIDED: "A decision has been made. You will be told what you may know of it.",
    ConcernState.ANSWERED: "A decision has been made, and you have been told what you may know of it.",
    ConcernState.TAKEN_BACK: "You took it back. The front door still reads what you sent.",
}


#: Of one that had been decided on, answered or taken back.
_REOPENED = "It was opened again, and waits for a decision."


def _stands(rows: Sequence[Concern]) -> dict[UUID, str]:
    """How each stands, in words for whoever raised it. One query."""
    again = set(
        Addition.objects.filter(concern__in=rows, kind=AdditionKind.REOPENED.value).values_list(
            "concern_id", flat=True
        )
    )
    return {
        c.id: _REOPENED
        if c.id in again and ConcernState(c.state) is ConcernState.WAITING
        else _STANDS[ConcernState(c.state)]
        for c in rows
    }


def own_concern(concern_id: UUID | None = None) -> OwnConcern:
    """The viewer's own concern; for the public, the one of their reference and secret. Raises NotFound."""
    row = Concern.objects.filter(_own(), *([Q(id=concern_id)] if concern_id else [])).first()
    if row is None:
        raise NotFound
    names = list(
        PartName.objects.filter(concern=row).order_by("place_in_list").values_list("name", flat=True)
    )
    additions: dict[tuple[Any, ...], Addition] = {}
    for addition in Addition.objects.filter(concern=row, added_by=row.raised_by_id).order_by("added_at"):
        additions.setdefault((addition.kind, addition.words), addition)
    state = ConcernState(row.state)
    return OwnConcern(
        id=row.id,
        reference=row.reference,
        raised_at=row.raised_at,
        immediate_danger=row.immediate_danger,
        version=row.version,
        state=state,
        stands=_stands([row])[row.id],
        names=names,
        parts=list(ConcernPart.objects.filter(concern=row).order_by("place_in_list")),
        additions=list(additions.values()),
        answers=list(Answer.objects.filter(concern=row).order_by("sent_at")),
        can_take_back=state in (ConcernState.WAITING, ConcernState.BEING_SCREENED),
    )


def _own() -> Q:
    viewer = current()
    if viewer.practitioner_id is not None:
        return Q(raised_by_id=viewer.practitioner_id)
    return Q(reference=viewer.reference, secret_digest=viewer.secret_digest) & ~Q(secret_digest="")


def sent_already(draft_id: UUID) -> bool:
    """Whether the viewer has sent the concern that was written under this key."""
    return Concern.objects.filter(_own(), id=draft_id).exists()


@dataclass(frozen=True)
class OwnLine:
    """A concern in the list of those that the viewer raised: the children's names, and how it stands."""

    concern: Concern
    names: str
    stands: str
    folder_ids: tuple[UUID, ...]


def own_concerns(limit: int = 50) -> list[OwnLine]:
    """The concerns that the viewer raised, latest first."""
    rows = list(Concern.objects.filter(_own()).order_by("-raised_at")[:limit])
    named: dict[UUID, list[PartName]] = {}
    for name in PartName.objects.filter(concern__in=rows).order_by("place_in_list"):
        named.setdefault(name.concern_id, []).append(name)
    stands = _stands(rows)
    return [
        OwnLine(
            concern=c,
            names=listed([n.name for n in named.get(c.id, ())]),
            stands=stands[c.id],
            folder_ids=tuple(n.folder_id for n in named.get(c.id, ())),
        )
        for c in rows
    ]
