"""Whom a reader's copies must not name or give away, and what was decided on the texts that may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sightline.children.models import PersonName, Tie
from sightline.children.terms import Kinship
from sightline.kernel.models import held_on
from sightline.kernel.time import today

from ..models import CopyRuling
from .apart import kept_pairs
from .views import InvitedView, MeetingView


@dataclass(frozen=True)
class Kept:
    """Somebody from whom a reader is kept, invited or not: every name that is recorded of them, and what they are to
    the children. `unnamed`: they must not be named at all; otherwise only where they are must not be told."""

    person_id: UUID
    unnamed: bool
    names: tuple[tuple[str, str], ...]
    ties: frozenset[Kinship]


def kept_from(shown: MeetingView, reader: InvitedView) -> list[Kept]:
    """The grown-ups, and children whom the meeting is not about, from whom one of the family is kept. Four queries."""
    me, folders = reader.reader_id, [c.folder_id for c in shown.children]
    if not reader.reads_as_family or me is None:
        return []
    others = {b if a == me else a for a, b in kept_pairs(folders) if me in (a, b)}
    others -= {c.row.child_id for c in shown.children}
    if not others:
        return []
    unnamed = {b if a == me else a for a, b in kept_pairs(folders, in_room=True) if me in (a, b)}
    names: dict[UUID, list[tuple[str, str]]] = {}
    for row in PersonName.objects.filter(person_id__in=others):
        names.setdefault(row.person_id, []).append((row.given, row.family))
    ties: dict[UUID, set[Kinship]] = {}
    for tie in Tie.objects.filter(held_on(today()), folder_id__in=folders, other_id__in=others):
        ties.setdefault(tie.other_id, set()).add(Kinship(tie.kinship))
    return [
        Kept(one, one in unnamed, tuple(names.get(one, ())), frozenset(ties.get(one, ())))
        for one in sorted(others)
    ]


@dataclass(frozen=True)
class RulingView:
    """What somebody decided on a text for one reader's copies."""

    let_through: bool
    words: str
    by: str
    at: datetime


def rulings(invitation_id: UUID, digests: Sequence[str]) -> dict[str, RulingView]:
    """What was decided on these texts for a reader, the latest of each. One query."""
    found = CopyRuling.objects.filter(invitation_id=invitation_id, digest__in=list(digests))
    return {
        row.digest: RulingView(row.let_through, row.words, row.recorded_by.name, row.recorded_at)
        for row in found.select_related("recorded_by").order_by("recorded_at", "id")
    }
