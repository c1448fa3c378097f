"""Lists over many children: an agency's actions, unmet needs; and the directory of local services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from sightline.children.queries import names_of_folders
from sightline.enquiries.queries.needs import unmet_needs
from sightline.kernel.time import day_of, today

from ..models import Action, LocalHelp, Need
from ..terms import ServiceNeed, When
from .parts import _holds_post, offer_views, offers_with_words
from .shown import OfferView


@dataclass(frozen=True)
class ActionRow:
    """One line of an agency's list: siblings whose action was written once stand together."""

    id: UUID
    words: str
    needed: When
    practitioner_id: UUID
    practitioner: str
    agency: str
    due_on: date
    left: bool
    children: tuple[tuple[UUID, str], ...]

    @property
    def late(self) -> bool:
        return self.due_on < today()


@dataclass(frozen=True)
class AgencyActions:
    """One page of an agency's list. `late`, `gone` (given to somebody who has left) and `coming` count all of it."""

    rows: list[ActionRow]
    late: int
    gone: int
    coming: int
    page: int

    @property
    def total(self) -> int:
        return self.late + self.gone + self.coming

    @property
    def pages(self) -> int:
        return max(-(-self.total // ACTIONS), 1)


#: So many actions stand on a page.
ACTIONS = 50


def actions_of_agencies(agency_ids: Sequence[UUID], page: int = 1) -> AgencyActions:
    """The open actions of agencies over all children whose records the viewer may open (PAR-05): what is late first,
    then what was given to somebody who has left, the soonest of each first. Of a page beyond the last, the last."""
    function = "plans_actions_of(%s, %s, %s, %s)"
    listed = _rows(function, list(agency_ids), today(), ACTIONS, (page - 1) * ACTIONS)
    if not listed and page > 1:
        first = actions_of_agencies(agency_ids)
        return first if first.pages == 1 else actions_of_agencies(agency_ids, first.pages)
    place = {ident: number for number, (ident, *_counts) in enumerate(listed)}
    rows = sorted(
        Action.objects.filter(id__in=list(place))
        .select_related("practitioner", "agency")
        .annotate(there=_holds_post("practitioner_id", "agency_id")),
        key=lambda row: place[row.id],
    )
    names = names_of_folders({r.folder_id for r in rows}) if rows else {}
    lines: dict[tuple[object, ...], tuple[Action, list[tuple[UUID, str]]]] = {}
    for row in rows:
        key = (row.written_together or row.id, row.practitioner_id, row.due_on)
        who = names[row.folder_id].name if row.folder_id in names else "A child"
        lines.setdefault(key, (row, []))[1].append((row.folder_id, who))
    out = [
        ActionRow(
            a.id, a.words, When(a.needed), a.practitioner_id, a.practitioner.name, a.agency.name, a.due_on,
            not getattr(a, "there", True), tuple(children),
        )
        for a, children in lines.values()
    ]  # fmt: skip
    late, gone, coming = listed[0][2:] if listed else (0, 0, 0)
    return AgencyActions(out, late, gone, coming, page)


def _rows(function: str, *values: Any) -> list[tuple[Any, ...]]:
    """What one of the room's functions says of all records that the viewer may open."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {function}", values)  # noqa: S608 - our own name
        return cursor.fetchall()


@dataclass(frozen=True)
class UnmetView:
    folder_id: UUID
    child: str
    words: str
    why: str
    agency: str
    area: str
    since: date
    waiting: str
    """The service that the family waits for, if it is a wait."""


#: How many needs and waits stand on a page of the list.
UNMET = 50


@dataclass(frozen=True)
class UnmetPage:
    """One page of the needs that nothing meets; `total` counts all of them."""

    rows: list[UnmetView]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(-(-self.total // UNMET), 1)


def unmet(page: int = 1) -> UnmetPage:
    """Needs without a service and waits for one, as plans and assessments name them, over the records that the viewer
    may open, by place and agency (HLP-09). Six queries, whatever their number."""
    found = _rows("plans_unmet(%s, %s)", UNMET, (page - 1) * UNMET)
    if not found and page > 1:
        return unmet()
    ids: dict[str, list[UUID]] = {"plan": [], "wait": [], "assessment": []}
    for kind, ident, _total in found:
        ids[kind].append(ident)
    views = {
        n.id: UnmetView(
            n.folder_id, "", n.words, n.unmet_why, n.agency.name if n.agency else "", n.area, day_of(n.written_at), ""
        )
        for n in Need.objects.filter(id__in=ids["plan"]).select_related("agency")
    }  # fmt: skip
    views |= {
        w.id: UnmetView(
            w.folder_id, "", w.meant_to_change, getattr(w, "last_words", "") or "",
            w.local.agency.name if w.local and w.local.agency else "",
            ", ".join(w.local.places) if w.local else "", w.offered_on, w.name,
        )
        for w in offers_with_words().filter(id__in=ids["wait"]).select_related("local__agency")
    }  # fmt: skip
    views |= {
        ident: UnmetView(n.folder_id, "", n.words, n.why, n.agency, n.area, n.since, n.waits_for)
        for ident, n in unmet_needs(ids["assessment"]).items()
    }
    names = names_of_folders({view.folder_id for view in views.values()})
    rows = [
        replace(view, child=names[view.folder_id].name if view.folder_id in names else "A child")
        for _kind, ident, _total in found
        if (view := views.get(ident)) is not None
    ]
    return UnmetPage(rows, found[0][2] if found else 0, page)


@dataclass(frozen=True)
class LocalView:
    id: UUID
    name: str
    gist: str
    needs: tuple[ServiceNeed, ...]
    from_age: int
    to_age: int
    for_adults: bool
    places: tuple[str, ...]
    reach: str
    waits: str
    agency_id: UUID | None
    agency: str
    checked_on: date
    ended_on: date | None

    @property
    def ages(self) -> str:
        if self.for_adults and self.from_age == 0 and self.to_age == 0:
            return "Adults"
        ages = f"{self.from_age} to {self.to_age} years"
        return f"{ages}, and adults" if self.for_adults else ages


def _local(row: LocalHelp) -> LocalView:
    return LocalView(
        row.id, row.name, row.gist, tuple(ServiceNeed(n) for n in row.needs), row.from_age, row.to_age, row.for_adults,
        tuple(row.places), row.reach, row.waits, row.agency_id, row.agency.name if row.agency else "", row.checked_on,
        row.ended_on,
    )  # fmt: skip


def local_matching(
    *, need: ServiceNeed | None = None, age: int | None = None, place: str = "", words: str = ""
) -> list[LocalView]:
    """Services of the directory for a need, an age and a place, by name."""
    rows = LocalHelp.objects.filter(ended_on__isnull=True).select_related("agency").order_by("name")
    if need is not None:
        rows = rows.filter(needs__contains=[need.value])
    if age is not None:
        rows = rows.filter(
            Q(from_age__lte=age, to_age__gte=age) | Q(for_adults=True, from_age__lte=18) & Q(to_age__gte=age)
        )
    if place:
        rows = rows.filter(Q(places=[]) | Q(places__contains=[place]))
    if words:
        rows = rows.filter(Q(name__icontains=words) | Q(gist__icontains=words))
    return [_local(row) for row in rows[:100]]


def local(local_id: UUID) -> LocalView | None:
    """One service of the directory."""
    row = LocalHelp.objects.filter(id=local_id).select_related("agency").first()
    return _local(row) if row else None


def places() -> list[str]:
    """The places that the directory's services name."""
    found: set[str] = set()
    for each in LocalHelp.objects.filter(ended_on__isnull=True).values_list("places", flat=True):
        found |= set(each)
    return sorted(found)


def offers_of_child(folder_ids: Sequence[UUID]) -> list[OfferView]:
    """Everything that was offered to a child's family, from plans, from concerns or from neither."""
    return offer_views(offers_with_words().filter(folder_id__in=folder_ids))
