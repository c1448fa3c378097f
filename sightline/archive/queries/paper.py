"""Paper volumes, where each is and whether it is out; copies that left; and who was told of the record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from sightline.access.queries import grants_on
from sightline.agencies.models import Posting
from sightline.children.queries import (
    ChildView,
    HeldElsewhere,
)
from sightline.kernel.together import Asking
from sightline.kernel.verdicts import NotFound

from ..models import (
    CopyBack,
    CopyOut,
    Removal,
    RemovalStep,
    ToldOfRecord,
    Volume,
    VolumeCheck,
    VolumePlace,
)
from ..terms import (
    PaperPoint,
    RemovalState,
)


@dataclass(frozen=True)
class VolumeView:
    """A volume as it stands: the latest place and dates, the latest check, and whether it is out."""

    id: UUID
    folder_id: UUID
    number: str
    place: str
    covers_from: date
    covers_until: date | None
    places: tuple[VolumePlace, ...]
    checks: tuple[VolumeCheck, ...]
    removals: tuple[Removal, ...]

    @property
    def now_removed(self) -> Removal | None:
        """The removal that is asked for, approved or out."""
        live = (RemovalState.ASKED, RemovalState.APPROVED, RemovalState.OUT)
        return next((r for r in self.removals if r.state in live), None)

    @property
    def out(self) -> Removal | None:
        removed = self.now_removed
        return removed if removed is not None and removed.state == RemovalState.OUT else None

    @property
    def sound(self) -> bool | None:
        """Whether the latest check found it right; None where nobody has checked it."""
        if not self.checks:
            return None
        latest = self.checks[0]
        return latest.agrees and set(latest.met) == {p.value for p in PaperPoint}


def volumes(folder_ids: Iterable[UUID]) -> list[VolumeView]:
    """The paper volumes of a child, by number. Six queries at most."""
    rows = (
        Volume.objects.filter(folder_id__in=list(folder_ids))
        .prefetch_related(
            Prefetch("places", VolumePlace.objects.select_related("author").order_by("-written_at", "-id")),
            Prefetch("checks", VolumeCheck.objects.select_related("author").order_by("-written_at", "-id")),
            Prefetch(
                "removals",
                Removal.objects.select_related("asked_by")
                .prefetch_related(
                    Prefetch(
                        "steps",
                        RemovalStep.objects.select_related("author")
                        .prefetch_related("notified")
                        .order_by("written_at", "id"),
                    )
                )
                .order_by("-asked_at", "-id"),
            ),
        )
        .order_by("number")
    )
    return [
        VolumeView(
            id=row.id,
            folder_id=row.folder_id,
            number=row.number,
            place=row.places.all()[0].place,
            covers_from=row.places.all()[0].covers_from,
            covers_until=row.places.all()[0].covers_until,
            places=tuple(row.places.all()),
            checks=tuple(row.checks.all()),
            removals=tuple(row.removals.all()),
        )
        for row in rows
    ]


@dataclass(frozen=True)
class MayNeed:
    """Somebody, or a team, to whom a record is open, and who may need its paper."""

    name: str
    practitioner_id: UUID | None = None
    team_id: UUID | None = None

    @property
    def key(self) -> str:
        return f"p{self.practitioner_id}" if self.practitioner_id else f"t{self.team_id}"


def who_may_need(folder_id: UUID) -> list[MayNeed]:
    """The people and teams to whom a record is open today, each once, by name."""
    found: dict[str, MayNeed] = {}
    for grant in grants_on(folder_id):
        one = None
        if grant.practitioner is not None:
            one = MayNeed(grant.practitioner.name, practitioner_id=grant.practitioner_id)
        elif grant.team is not None:
            one = MayNeed(f"{grant.team.name}, {grant.team.agency.name}", team_id=grant.team_id)
        if one is not None:
            found.setdefault(one.key, one)
    return sorted(found.values(), key=lambda one: (one.team_id is None, one.name))


def posted_in(team_ids: Iterable[UUID]) -> list[UUID]:
    """Who is posted in these teams today."""
    rows = Posting.objects.held_today().filter(team_id__in=list(team_ids))
    return list(rows.order_by("practitioner_id").values_list("practitioner_id", flat=True).distinct())


def volume(volume_id: UUID, folder_ids: Iterable[UUID]) -> VolumeView:
    """One volume of these folders. Raises NotFound."""
    found = next((v for v in volumes(folder_ids) if v.id == volume_id), None)
    if found is None:
        raise NotFound
    return found


def on_paper(folder_ids: Sequence[UUID]) -> Asking[HeldElsewhere]:
    """What this room holds of the things that every record must have: the volume numbers (REC-02)."""
    kept = Volume.objects.filter(folder_id__in=list(folder_ids)).order_by("number")
    yield (kept,)
    found = tuple(volume.number for volume in kept)
    return HeldElsewhere(on_paper=bool(found), volumes=found)


@dataclass(frozen=True)
class CopyOutView:
    id: UUID
    row: CopyOut
    back: CopyBack | None


def copies_out(folder_ids: Iterable[UUID]) -> list[CopyOutView]:
    """What of a record left on paper or a device, the latest two hundred, those first."""
    rows = _copies_out(folder_ids).order_by("-left_at", "-id")
    return [CopyOutView(r.id, r, getattr(r, "back", None)) for r in rows[:200]]


def copy_out(copy_id: UUID, folder_ids: Iterable[UUID]) -> CopyOutView:
    """One of them. Raises NotFound."""
    row = _copies_out(folder_ids).filter(id=copy_id).first()
    if row is None:
        raise NotFound
    return CopyOutView(row.id, row, getattr(row, "back", None))


def _copies_out(folder_ids: Iterable[UUID]) -> QuerySet[CopyOut]:
    return CopyOut.objects.filter(folder_id__in=list(folder_ids)).select_related("author", "back__author")


def told_of_record(folder_ids: Iterable[UUID]) -> list[ToldOfRecord]:
    """Who was told of the record, the latest first (REC-13)."""
    return list(
        ToldOfRecord.objects.filter(folder_id__in=list(folder_ids))
        .select_related("author")
        .order_by("-told_at", "-id")
    )


def not_told_of_record(view: ChildView) -> list[str]:
    """The child and those with parental responsibility whom nobody has told of the record."""
    rows = told_of_record(view.folder_ids)
    told = {row.person_id for row in rows}
    # By name only where it is not known who it was: a daughter may bear her mother's name, and a name may change.
    by_name = {row.name.casefold() for row in rows if row.person_id is None}
    people = [view.child, *(t.person for t in view.responsible_parents)]
    return [
        p.name
        for p in people
        if p.id not in told and by_name.isdisjoint({p.name.casefold(), p.full_name.casefold()} - {""})
    ]
