"""Times missing, domestic abuse and violence outside the home of one child."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sightline.kernel.time import day_of, now
from sightline.kernel.together import Asking, Wanted, prepared
from sightline.procedures.models import TO_DO, Duty
from sightline.procedures.pack import Pack
from sightline.procedures.queries import pack_in_force

from .. import rules
from ..models import Incident, IncidentTakenBack
from ..terms import ChildWas, IncidentKind


@dataclass(frozen=True)
class TalkView:
    id: UUID
    held_at: datetime | None
    by_whom: str
    said: str
    pushes: str
    declined: str
    then: str
    taken_back: str
    """Why and by whom it was taken back; empty where it stands."""


@dataclass(frozen=True)
class IncidentView:
    id: UUID
    kind: IncidentKind
    began_at: datetime
    ended_at: datetime | None
    words: str
    told_by: str
    child_there: str
    child_was: ChildWas | None
    withdrawn_why: str
    decided: str
    by: str
    talks: tuple[TalkView, ...]
    counts_again: tuple[str, ...]
    """Each time it had been withdrawn and counts again: why, in a sentence."""

    @property
    def still_missing(self) -> bool:
        return self.kind is IncidentKind.MISSING and self.ended_at is None and not self.withdrawn_why

    @property
    def talk_owed(self) -> bool:
        return (
            self.kind is IncidentKind.MISSING
            and self.ended_at is not None
            and all(t.taken_back for t in self.talks)
            and not self.withdrawn_why
        )


@dataclass(frozen=True)
class Counted:
    """How many of a kind lie within the pack's span, the number at which a decision is due, and the span."""

    kind: IncidentKind
    found: int
    count: int
    days: int
    undecided: int

    @property
    def due(self) -> bool:
        return self.undecided >= self.count


def incidents_of(folder_ids: Sequence[UUID], limit: int = 100) -> list[IncidentView]:
    """Incidents of a child, the latest first."""
    rows = (
        Incident.objects.filter(folder_id__in=folder_ids)
        .select_related("written_by", "decision")
        .prefetch_related("conversations__taken_back__written_by", "taken_back__written_by")
        .order_by("-began_at", "-id")[:limit]
    )
    return [
        IncidentView(
            id=r.id, kind=IncidentKind(r.kind), began_at=r.began_at, ended_at=r.ended_at, words=r.words,
            told_by=r.told_by, child_there=r.child_there,
            child_was=ChildWas(r.child_was) if r.child_was else None, withdrawn_why=r.withdrawn_why,
            decided=r.decision.outcome if r.decision else "",
            by=_by(r),
            talks=tuple(
                TalkView(
                    t.id, t.held_at, t.by_whom, t.said, t.pushes, t.declined, t.then,
                    f"{back.why} ({_by(back)})" if (back := getattr(t, "taken_back", None)) else "",
                )
                for t in r.conversations.all()
            ),
            counts_again=tuple(
                f"It had been withdrawn: {b.withdrawn_why} It counts again: {b.why} ({_by(b)})"
                for b in r.taken_back.all()
                if b.withdrawn_at is not None
            ),
        )
        for r in rows
    ]  # fmt: skip


def _by(row: Incident | IncidentTakenBack) -> str:
    return f"{row.written_by.name}, {row.written_post}" if row.written_by else row.written_post


def counted(incidents: Sequence[IncidentView], pack: Pack) -> list[Counted]:
    """How often, by kind, beside the pack's number."""
    return _counted([(i.kind, i.began_at, bool(i.decided)) for i in incidents if not i.withdrawn_why], pack)


def _counted(times: Sequence[tuple[IncidentKind, datetime, bool]], pack: Pack) -> list[Counted]:
    found, at = [], now()
    for kind in IncidentKind:
        limit = pack.repeat(f"{kind.value}_repeated", day_of(at))
        began = [when for which, when, _decided in times if which is kind]
        open_still = [when for which, when, decided in times if which is kind and not decided]
        found.append(
            Counted(
                kind,
                rules.over_threshold(began, at, count=1, days=limit.days),
                limit.count,
                limit.days,
                rules.over_threshold(open_still, at, count=1, days=limit.days),
            )
        )
    return found


@prepared
def _of_child(folder_ids: Sequence[UUID]) -> Wanted:
    rows = Incident.objects.filter(folder_id__in=folder_ids, withdrawn_why="")
    return (rows.values_list("kind", "began_at", "decision_id"),)


def tally(folder_ids: Sequence[UUID]) -> Asking[list[Counted]]:
    """The kinds of incident that this child had within the pack's span, for the child's own page."""
    (rows,) = asked = _of_child(folder_ids)
    yield asked
    times = [(IncidentKind(kind), began, decided is not None) for kind, began, decided in rows]
    return [c for c in _counted(times, pack_in_force()) if c.found] if times else []


def decision_owed(folder_id: UUID, kind: IncidentKind) -> list[UUID]:
    """The incidents of a kind, one withdrawn since as well, on which a decision is due; none where it is not."""
    of_kind = Incident.objects.filter(folder_id=folder_id, kind=kind.value).values("id")
    owed = Duty.objects.filter(TO_DO, kind="incident_decision", subject_id__in=of_kind)
    return [subject for subject in owed.values_list("subject_id", flat=True) if subject is not None]


def any_decision_owed(folder_ids: Sequence[UUID]) -> bool:
    """Whether a decision on repeated incidents of any kind is owed. One query."""
    return Duty.objects.filter(TO_DO, kind="incident_decision", folder_id__in=folder_ids).exists()
