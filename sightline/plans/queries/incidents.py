"""Times missing, domestic abuse and violence outside the home of one child."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sightline.govuk.words import short_moment
from sightline.kernel.time import day_of, now
from sightline.kernel.together import Asking, Wanted, prepared
from sightline.procedures.models import TO_DO, Duty
from sightline.procedures.pack import Pack
from sightline.procedures.queries import pack_in_force
from sightline.records.chronology import Undone

from .. import rules
from ..models import Incident, IncidentTakenBack
from ..terms import ChildWas, IncidentKind


@dataclass(frozen=True)
class TalkView:
    id: UUID
    held_at: datetime | None
    by_whom: str
    independent: bool | None
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
    rests_on_none: str
    """Of what was decided on it: that incidents it rested on were withdrawn, so that it counts no more."""
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
    """How many of a kind lie within the pack's span, the number at which a decision is due, and the span; and the most
    within such a span, whenever it was, on which nobody has decided."""

    kind: IncidentKind
    found: int
    count: int
    days: int
    undecided: int

    @property
    def due(self) -> bool:
        return self.undecided >= self.count


@dataclass(frozen=True)
class Away:
    """A child who is missing now: since when, and who told of it."""

    since: datetime
    told_by: str

    @property
    def words(self) -> str:
        return f"Missing since {short_moment(self.since)}, not back yet"


def incidents_of(folder_ids: Sequence[UUID], limit: int = 100) -> list[IncidentView]:
    """Incidents of a child, the latest first."""
    rows = list(
        Incident.objects.filter(folder_id__in=folder_ids)
        .select_related("written_by", "decision")
        .prefetch_related("conversations__taken_back__written_by", "taken_back__written_by")
        .order_by("-began_at", "-id")[:limit]
    )
    gone = _resting_on_none(
        [(IncidentKind(r.kind), r.began_at, r.decision_id, bool(r.withdrawn_why)) for r in rows],
        pack_in_force(),
    )
    return [
        IncidentView(
            id=r.id, kind=IncidentKind(r.kind), began_at=r.began_at, ended_at=r.ended_at, words=r.words,
            told_by=r.told_by, child_there=r.child_there,
            child_was=ChildWas(r.child_was) if r.child_was else None, withdrawn_why=r.withdrawn_why,
            decided=r.decision.outcome if r.decision else "",
            rests_on_none=RESTS_ON_NONE if r.decision_id in gone else "",
            by=_by(r),
            talks=tuple(
                TalkView(
                    t.id, t.held_at, t.by_whom, t.independent, t.said, t.pushes, t.declined, t.then,
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


#: What is said of a decision that counts no more.
RESTS_ON_NONE = (
    "Incidents that this was decided on were withdrawn, and fewer are left than the procedures’ number: it counts no "
    "more, and those that are left are counted anew."
)


def _resting_on_none(
    told: Iterable[tuple[IncidentKind, datetime, UUID | None, bool]], pack: Pack
) -> set[UUID]:
    """The decisions of which incidents were withdrawn, so that what is left never reached the pack's number. `told`: of
    each incident its kind, when it was, the decision on it, and whether it was withdrawn."""
    by_decision: dict[UUID, list[tuple[IncidentKind, datetime, bool]]] = {}
    for kind, began, decision_id, withdrawn in told:
        if decision_id is not None:
            by_decision.setdefault(decision_id, []).append((kind, began, withdrawn))
    found = set()
    for decision_id, on in by_decision.items():
        if not any(withdrawn for *_, withdrawn in on):
            continue
        # By the procedures of the time.
        limit = pack.repeat(f"{on[0][0].value}_repeated", day_of(max(began for _kind, began, _gone in on)))
        left = [began for _kind, began, withdrawn in on if not withdrawn]
        if rules.most_within(left, limit.days) < limit.count:
            found.add(decision_id)
    return found


def rests_on_none(decision_id: UUID) -> bool:
    """Whether incidents were withdrawn on which this was decided, so that it counts no more."""
    rows = Incident.objects.filter(decision_id=decision_id)
    told = rows.values_list("kind", "began_at", "decision_id", "withdrawn_why")
    return bool(_resting_on_none([(IncidentKind(k), b, d, bool(w)) for k, b, d, w in told], pack_in_force()))


@prepared
def _decided_on(folder_ids: Sequence[UUID]) -> Wanted:
    rows = Incident.objects.filter(folder_id__in=folder_ids, decision__isnull=False)
    return (rows.values_list("kind", "began_at", "decision_id", "withdrawn_at"),)


def undone(folder_ids: Sequence[UUID]) -> Asking[dict[UUID, Undone]]:
    """The decisions on incidents that count no more, since when and why, for the child's timeline."""
    (rows,) = asked = _decided_on(folder_ids)
    yield asked
    told = [(IncidentKind(kind), began, d, gone is not None) for kind, began, d, gone in rows]
    if not any(gone for *_, gone in told):
        return {}
    none = _resting_on_none(told, pack_in_force())
    return {
        decision_id: Undone(max(g for *_, d, g in rows if d == decision_id and g is not None), RESTS_ON_NONE)
        for decision_id in none
    }


def undecided(folder_id: UUID, kind: IncidentKind) -> list[UUID]:
    """The incidents of a kind that count and on which nothing that counts was decided."""
    rows = Incident.objects.filter(folder_id=folder_id, kind=kind.value)
    told = list(rows.values_list("id", "began_at", "decision_id", "withdrawn_why"))
    gone = _resting_on_none([(kind, began, d, bool(why)) for _id, began, d, why in told], pack_in_force())
    return [id_ for id_, _began, d, why in told if not why and (d is None or d in gone)]


def counted(incidents: Sequence[IncidentView], pack: Pack) -> list[Counted]:
    """How often, by kind, beside the pack's number."""
    return _counted(
        [
            (i.kind, i.began_at, bool(i.decided) and not i.rests_on_none)
            for i in incidents
            if not i.withdrawn_why
        ],
        pack,
    )


def _counted(times: Sequence[tuple[IncidentKind, datetime, bool]], pack: Pack) -> list[Counted]:
    found, at = [], now()
    for kind in IncidentKind:
        limit = pack.repeat(f"{kind.value}_repeated", day_of(at))
        began = [when for which, when, _decided in times if which is kind]
        open_still = [when for which, when, decided in times if which is kind and not decided]
        found.append(
            Counted(
                kind,
                rules.within(began, at, limit.days),
                limit.count,
                limit.days,
                rules.most_within(open_still, limit.days),
            )
        )
    return found


@prepared
def _of_child(folder_ids: Sequence[UUID]) -> Wanted:
    rows = Incident.objects.filter(folder_id__in=folder_ids)
    return (rows.values_list("kind", "began_at", "decision_id", "withdrawn_why"),)


def tally(folder_ids: Sequence[UUID]) -> Asking[list[Counted]]:
    """The kinds of incident that this child had within the pack's span, or on which a decision is due, for the child's
    own page."""
    (rows,) = asked = _of_child(folder_ids)
    yield asked
    if not rows:
        return []
    pack = pack_in_force()
    told = [(IncidentKind(kind), began, decision_id, bool(why)) for kind, began, decision_id, why in rows]
    gone = _resting_on_none(told, pack)
    times = [(kind, at, d is not None and d not in gone) for kind, at, d, withdrawn in told if not withdrawn]
    return [c for c in _counted(times, pack) if c.found or c.due]


@prepared
def _open(folder_ids: Sequence[UUID]) -> Wanted:
    rows = Incident.objects.filter(
        folder_id__in=folder_ids, kind=IncidentKind.MISSING.value, ended_at__isnull=True, withdrawn_why=""
    )
    return (rows.order_by("began_at", "id").values_list("began_at", "told_by"),)


def away(folder_ids: Sequence[UUID]) -> Asking[list[Away]]:
    """Each time from which this child is missing and not back yet, the earliest first, however long ago it was; one
    that stands in several of the folders is told once."""
    (rows,) = asked = _open(folder_ids)
    yield asked
    return [Away(since, told_by) for since, told_by in dict.fromkeys(rows)]


def decision_owed(folder_id: UUID, kind: IncidentKind) -> list[UUID]:
    """The incidents of a kind, one withdrawn since as well, on which a decision is due; none where it is not."""
    of_kind = Incident.objects.filter(folder_id=folder_id, kind=kind.value).values("id")
    owed = Duty.objects.filter(TO_DO, kind="incident_decision", subject_id__in=of_kind)
    return [subject for subject in owed.values_list("subject_id", flat=True) if subject is not None]


def any_decision_owed(folder_ids: Sequence[UUID]) -> bool:
    """Whether a decision on repeated incidents of any kind is owed. One query."""
    return Duty.objects.filter(TO_DO, kind="incident_decision", folder_id__in=folder_ids).exists()
