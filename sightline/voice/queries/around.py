"""Advocate, rights, what the child was told beforehand, who matters to them, regard had to their wishes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q

from sightline.agencies.leaving import Part
from sightline.children.queries import ChildView
from sightline.kernel.models import held_on
from sightline.kernel.time import LONDON, today
from sightline.records import chronology
from sightline.records.chronology import Moment

from ..models import (
    Advocacy,
    Draft,
    MattersTo,
    Regard,
    RightsTold,
    ToldBefore,
    View,
)
from ..terms import AdvocacyAct, Explained, Heard, Near, Power, RightsForm
from . import put_right
from .put_right import Before


@dataclass(frozen=True)
class AdvocacyView:
    id: UUID
    act: AdvocacyAct
    on: date
    words: str
    name: str
    organisation: str
    telephone: str
    author: str
    author_post: str
    before: tuple[Before, ...] = ()


def advocacy(folder_ids: Iterable[UUID]) -> list[AdvocacyView]:
    """The steps of the offer of an advocate, the latest first."""
    rows = list(
        Advocacy.objects.standing()
        .filter(folder_id__in=list(folder_ids))
        .select_related("author")
        .order_by("-on", "-id")
    )
    before = put_right.before(rows)
    return [
        AdvocacyView(
            r.id,
            AdvocacyAct(r.act),
            r.on,
            r.words,
            r.name,
            r.organisation,
            r.telephone,
            r.author.name,
            r.author_post,
            before.get(r.id, ()),
        )
        for r in rows
    ]


def advocate_now(folder_ids: Iterable[UUID]) -> AdvocacyView | None:
    """The child's advocate; None while there is none."""
    for step in advocacy(folder_ids):
        if step.act is AdvocacyAct.ENDED:
            return None
        if step.act is AdvocacyAct.NAMED:
            return step
    return None


@dataclass(frozen=True)
class RightsView:
    id: UUID
    form: RightsForm
    how: Explained
    told_at: datetime
    told_by: str
    child_said: str
    before: tuple[Before, ...] = ()


def rights_told(folder_ids: Iterable[UUID]) -> list[RightsView]:
    """When the child's rights were explained, the latest first."""
    rows = list(
        RightsTold.objects.standing().filter(folder_id__in=list(folder_ids)).order_by("-told_at", "-id")
    )
    before = put_right.before(rows)
    return [
        RightsView(
            r.id,
            RightsForm(r.form),
            Explained(r.how),
            r.told_at,
            r.told_by,
            r.child_said,
            before.get(r.id, ()),
        )
        for r in rows
    ]


@dataclass(frozen=True)
class Happening:
    """A meeting, a move or a change of plan, and what the child was told before it."""

    id: UUID
    about: str
    on: date
    told: ToldBefore | None = None
    before: tuple[Before, ...] = ()
    """What stood there until it was put right."""

    @property
    def was_told(self) -> bool:
        return self.told is not None and bool(self.told.told)


#: The kinds of moments on the timeline that a child is to be told of beforehand, as the rooms above call them.
TOLD_OF = ("conference", "meeting", "review", "core group", "strategy discussion", "move", "plan")

#: Rooms that know of a happening that the timeline does not show yet (a meeting still to come) say so here.
happenings: list[Callable[[Sequence[UUID]], list[Happening]]] = []


def told_of(view: ChildView, timeline: Sequence[Moment] | None = None) -> list[Happening]:
    """Each meeting, move and change of plan of the last year, and those to come, with what the child was told."""
    since = view.today - timedelta(days=365)
    found: dict[UUID, Happening] = {}
    homes = sorted((r for r in view.child.residences if not r.never_held), key=lambda r: r.held_from)
    for home in homes[1:]:
        found[home.id] = Happening(home.id, f"Move: {home.lives_at.label.lower()}", home.held_from)
    for moment in chronology.told(view.folder_ids) if timeline is None else timeline:
        kind = moment.kind.lower()
        if any(word in kind for word in TOLD_OF) and moment.id not in found:
            day = moment.happened_at.astimezone(LONDON).date()
            found[moment.id] = Happening(moment.id, moment.kind, day)
    for ask in happenings:
        found |= {each.id: each for each in ask(view.folder_ids)}
    told: dict[UUID, ToldBefore] = {}
    others = []
    rows = list(
        ToldBefore.objects.standing().filter(folder_id__in=view.folder_ids).order_by("written_at", "id")
    )
    before = put_right.before(rows)
    for row in rows:
        if row.subject_id is None:
            others.append(Happening(row.id, row.about, row.happens_on, row, before.get(row.id, ())))
        else:
            told[row.subject_id] = row
            found.setdefault(row.subject_id, Happening(row.subject_id, row.about, row.happens_on))
    all_ = [_as_told(h, told.get(h.id), before) for h in found.values() if h.on >= since]
    all_ += [h for h in others if h.on >= since]
    return sorted(all_, key=lambda h: h.on, reverse=True)


def _as_told(
    happening: Happening, told: ToldBefore | None, before: Mapping[UUID, tuple[Before, ...]]
) -> Happening:
    return Happening(
        happening.id, happening.about, happening.on, told, before.get(told.id, ()) if told else ()
    )


def not_told(view: ChildView) -> list[Happening]:
    """What the child was not told of beforehand, or nobody wrote down (CHD-12)."""
    return [h for h in told_of(view) if not h.was_told]


@dataclass(frozen=True)
class Mattering:
    """Somebody on the child's own map."""

    id: UUID
    name: str
    who: str
    near: Near
    words: str
    contact: str
    person_id: UUID | None
    since: date
    ended: date | None
    ended_why: str


def who_matters(folder_ids: Iterable[UUID], *, on: date | None = None) -> list[Mattering]:
    """The child's own map of who matters, the nearest first, as it stood on a day (CHD-14)."""
    rows = MattersTo.objects.filter(held_on(on or today()), folder_id__in=list(folder_ids))
    order = list(Near)
    return sorted((_mattering(r) for r in rows), key=lambda m: (order.index(m.near), m.since, m.name))


def mattered(folder_ids: Iterable[UUID]) -> list[Mattering]:
    """Who stood on the map before."""
    rows = MattersTo.objects.filter(folder_id__in=list(folder_ids), held_until__isnull=False)
    return [_mattering(r) for r in rows.order_by("-held_until", "name")]


def _mattering(r: MattersTo) -> Mattering:
    return Mattering(
        r.id,
        r.name,
        r.who,
        Near(r.near),
        r.words,
        r.contact,
        r.person_id,
        r.held_from,
        r.held_until,
        r.ended_why,
    )


@dataclass(frozen=True)
class Regarded:
    """What a child had said that was weighed, as it was written then. `since`: what became of it afterwards, in words;
    empty where it stands."""

    words: str
    quoted: bool
    heard_at: datetime
    heard_by: str
    since: str


@dataclass(frozen=True)
class RegardView:
    power: Power
    weight: str
    why_not: str
    urgent: bool
    written_at: datetime
    author: str
    author_post: str
    decision_id: UUID | None
    views: tuple[Regarded, ...] = ()


def regards(folder_ids: Iterable[UUID], *, of: Collection[UUID] | None = None) -> list[RegardView]:
    """The regard had to the child's wishes before decisions, or before those of `of`, the latest first, each with what
    it rests on in the order in which it was said (CHD-13). Two queries."""
    where = Q(folder_id__in=list(folder_ids))
    if of is not None:
        where &= Q(decision_id__in=of)
    rows = list(Regard.objects.filter(where).select_related("author").order_by("-written_at", "-id"))
    named = {view_id for row in rows for view_id in row.views}
    said = View.objects.filter(id__in=named).select_related("taken_back", "corrected_by").order_by("heard_at")
    views = [(view.id, _regarded(view)) for view in said] if named else []
    return [
        RegardView(
            Power(r.power), r.weight, r.why_not, r.urgent, r.written_at, r.author.name, r.author_post,
            r.decision_id, tuple(regarded for view_id, regarded in views if view_id in r.views),
        )
        for r in rows
    ]  # fmt: skip


def _regarded(view: View) -> Regarded:
    houses = [words for words in (view.said, view.worries, view.good, view.dreams) if words]
    since = ""
    if hasattr(view, "taken_back"):
        since = "It was taken back since"
    elif hasattr(view, "corrected_by"):
        since = "It was put right since"
    quoted = view.heard != Heard.OBSERVATION
    return Regarded(" / ".join(houses), quoted, view.heard_at, view.heard_by, since)


def left_part(posting_id: UUID) -> Part | None:
    """What the holder of a post has begun to write of what children said, as the page that ends the post lists it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM voice_left_drafts(%s)", [posting_id])
        (many,) = cursor.fetchone()
    if not many:
        return None
    title = "They have begun to write what a child said"
    return Part(title if many == 1 else f"{title}, {many} times", (), ask="Who goes on with that from today?")


@dataclass(frozen=True)
class DraftView:
    """What the viewer has typed so far of what a child said, on one page. `version` counts the savings."""

    id: UUID
    version: int
    content: dict[str, list[str]]
    saved_at: datetime


def drafts(folder_id: UUID) -> list[DraftView]:
    """The viewer's own, the latest first: more than one where two pages held different words. Row security shows
    nobody another's."""
    rows = Draft.objects.filter(folder_id=folder_id).exclude(content={}).order_by("-saved_at", "-id")
    return [DraftView(row.id, row.version, row.content, row.saved_at) for row in rows]
