"""Figures of the front door: what was raised in a time, where the harm is, and what was decided, group by group.

They count the records that the viewer may open and no others: row security counts with them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, OuterRef, QuerySet, Subquery

from sightline.children.models import Identity
from sightline.children.terms import Answered, Ethnicity, IdentityQuestion
from sightline.kernel.models import held_on
from sightline.kernel.time import today
from sightline.procedures.queries import pack_in_force

from .models import ConcernPart, Screening
from .terms import Place

PLACES = {
    Place.HOME.value: "At home",
    Place.OUTSIDE.value: "Outside the home",
    Place.ONLINE.value: "Online",
    Place.NOT_KNOWN.value: "Not known",
}
#: Groups, level, outcome, and how many children.
_Row = tuple[list[str], str | None, str | None, int]
NOT_SAID, NOT_DECIDED = "Not said", "Not decided yet"


@dataclass
class Split:
    """What was decided on one group's children: `children` counts each child of each concern once."""

    group: str
    children: int = 0
    levels: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Figures:
    """The same children counted three ways; a child harmed in two places stands in both."""

    children: int
    by_place: list[Split]
    by_ethnicity: list[Split]
    by_disability: list[Split]


def figures(since: datetime, until: datetime) -> Figures:
    """What was raised from `since` to before `until`, with the decision that stands now. Three queries."""
    parts = ConcernPart.objects.filter(written_at__gte=since, written_at__lt=until).order_by()
    latest = Screening.objects.filter(part=OuterRef("pk")).order_by("-decision__made_at")
    told = parts.annotate(
        level=Subquery(latest.values("level_name")[:1]), outcome=Subquery(latest.values("outcome_id")[:1])
    )
    titles = {o.id: o.title for o in pack_in_force().screening_outcomes(today())}
    places = [
        ([PLACES.get(place, place) for place in where] or [NOT_SAID], level, outcome, count)
        for where, level, outcome, count in told.values_list("harm_where", "level", "outcome").annotate(
            n=Count("id")
        )
    ]
    ethnicity = {each.value: each.label for each in Ethnicity}
    return Figures(
        sum(count for *_, count in places),
        _split(places, titles, [*PLACES.values(), NOT_SAID]),
        _split(_answers(told, IdentityQuestion.ETHNICITY, ethnicity), titles),
        _split(_answers(told, IdentityQuestion.DISABILITY, {}), titles),
    )


def _answers(told: QuerySet[ConcernPart], question: IdentityQuestion, labels: dict[str, str]) -> list[_Row]:
    """Rows of (groups, level, outcome, how many) by the child's own answer of today to a question."""
    answer = Identity.objects.filter(held_on(today()), person=OuterRef("child"), question=question.value)
    rows = (
        told.annotate(
            answered=Subquery(answer.values("answered")[:1]), code=Subquery(answer.values("code")[:1])
        )
        .values_list("answered", "code", "level", "outcome")
        .annotate(n=Count("id"))
    )
    return [
        ([_answer(answered, code, labels)], level, outcome, count)
        for answered, code, level, outcome, count in rows
    ]


def _answer(answered: str | None, code: str | None, labels: dict[str, str]) -> str:
    if answered is None:
        return "Not asked yet"
    if answered != Answered.GIVEN:
        return Answered(answered).label
    if labels:
        return labels.get(code or "", "In their own words")
    return "No disability" if code == "NONE" else "Disabled"


def _split(rows: Iterable[_Row], titles: dict[str, str], order: list[str] | None = None) -> list[Split]:
    found: dict[str, Split] = {}
    for groups, level, outcome, count in rows:
        for group in groups:
            split = found.setdefault(group, Split(group))
            split.children += count
            split.levels[level or NOT_DECIDED] += count
            split.outcomes[titles.get(outcome, outcome) if outcome else NOT_DECIDED] += count
    if order is not None:
        return [found[group] for group in order if group in found]
    return sorted(found.values(), key=lambda split: (-split.children, split.group))
