"""How long a record is kept, what holds it, and what is left of those that were disposed of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Max

from sightline.agencies.models import Agency
from sightline.children.queries import ChildView
from sightline.children.terms import StatusKind
from sightline.enquiries.models import Episode, LookedAfter
from sightline.kernel.time import day_of, today
from sightline.plans.models import Plan
from sightline.plans.terms import PlanKind, PlanState
from sightline.procedures.queries import pack_in_force
from sightline.records.models import Entry

from .. import rules
from ..models import AccessRequest, Disposal, Hold, Removal, Tombstone
from ..terms import DisposalState, RemovalState, RequestState

_ANSWERED = [RequestState.ANSWERED.value, RequestState.REFUSED.value, RequestState.TAKEN_BACK.value]
_AWAY = [RemovalState.ASKED.value, RemovalState.APPROVED.value, RemovalState.OUT.value]


@dataclass(frozen=True)
class Keeping:
    """How long a record is kept and why, as a page shows it."""

    until: rules.KeptUntil
    periods: tuple[rules.Period, ...]
    """Every period that holds for this record, of which the longest counts."""
    life: rules.Life
    holds: tuple[Hold, ...]
    ended: tuple[Hold, ...]
    requests_open: int
    proposed: Disposal | None
    history: tuple[Disposal, ...]

    @property
    def over(self) -> bool:
        return self.until.day is not None and self.until.day <= today()


def live_holds(folder_ids: Sequence[UUID]) -> list[Hold]:
    """What holds a record, the first first."""
    rows = Hold.objects.filter(folder_id__in=list(folder_ids), ended__isnull=True)
    return list(rows.select_related("author").order_by("written_at"))


def keeping(view: ChildView) -> Keeping:
    """How long this record is kept: by the schedule of every agency that recorded in it, of which the longest counts.
    Eleven queries."""
    folders = list(view.folder_ids)
    disposals = list(
        Disposal.objects.filter(folder_id__in=folders)
        .select_related("author", "decided_by")
        .order_by("-written_at")
    )
    ended = Hold.objects.filter(folder_id__in=folders, ended__isnull=False)
    life = _life(view)
    periods = _periods(_agency_types(folders))
    return Keeping(
        until=rules.kept_until(life, periods),
        periods=tuple(period for period in periods if period.holds(life)),
        life=life,
        holds=tuple(live_holds(folders)),
        ended=tuple(ended.select_related("author", "ended__author").order_by("-written_at")),
        requests_open=AccessRequest.objects.filter(folder_id__in=folders)
        .exclude(state__in=_ANSWERED)
        .count(),
        proposed=next((d for d in disposals if d.state == DisposalState.PROPOSED), None),
        history=tuple(d for d in disposals if d.state != DisposalState.PROPOSED),
    )


def _agency_types(folder_ids: Sequence[UUID]) -> list[str]:
    """The types of agency whose record it is: that which keeps it, and every one that wrote in it."""
    kept = Agency.objects.filter(folders__id__in=list(folder_ids)).values_list("kind", flat=True)
    wrote = Agency.objects.filter(entries__folder_id__in=list(folder_ids)).values_list("kind", flat=True)
    return sorted(kept.union(wrote))


def _periods(agency_types: Sequence[str]) -> list[rules.Period]:
    return [
        rules.Period(
            each.id, each.title, each.record, each.counts_from, each.years, each.from_death, each.citation,
            each.certainty.value, each.caveat, each.note,
        )
        for each in pack_in_force().retentions(today(), agency_types)
    ]  # fmt: skip


def _life(view: ChildView) -> rules.Life:
    folders = list(view.folder_ids)
    # What was recorded by mistake ended on the day on which it began, and held on none.
    stood = {status.kind for status in view.every_status if status.held_until != status.held_from}
    holds = set()
    placed = LookedAfter.objects.filter(folder_id__in=folders, taken_back__isnull=True)
    if StatusKind.LOOKED_AFTER in stood or placed.exists():
        holds.add("looked_after")
    plans = list(Plan.objects.filter(folder_id__in=folders).values_list("kind", "state", "ended_on"))
    if StatusKind.PROTECTION_PLAN in stood or any(kind == PlanKind.CHILD_PROTECTION for kind, _, _ in plans):
        holds.add("child_protection")
    ways = list(Episode.objects.filter(folder_id__in=folders).values_list("closed_at", flat=True))
    last = Entry.objects.filter(folder_id__in=folders).aggregate(last=Max("written_at"))["last"]
    closed = [ended for _, _, ended in plans if ended is not None]
    closed += [day_of(at) for at in (*ways, last) if at is not None]
    still = [
        words
        for words, yes in (
            ("the way through assessment and help", any(at is None for at in ways)),
            ("a plan", any(state != PlanState.CLOSED for _, state, _ in plans)),
            (
                "a paper volume out of its place",
                Removal.objects.filter(folder_id__in=folders, state__in=_AWAY).exists(),
            ),
        )
        if yes
    ]
    birth = view.child.birth
    return rules.Life(birth.born_on, birth.died_on, max(closed, default=None), frozenset(holds), tuple(still))


def tombstones(page: int, size: int = 25) -> tuple[list[Tombstone], int]:
    """Records that were disposed of, the latest first, one page of them, and how many there are."""
    rows = Tombstone.objects.select_related("proposed_by", "approved_by").order_by("-disposed_at", "-id")
    return list(rows[(page - 1) * size : page * size]), rows.count()
