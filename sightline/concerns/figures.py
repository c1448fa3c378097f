"""Figures of the front door: what was raised in a time, where the harm is, and what was decided, group by group.

They count the records that the viewer may open; for whoever answers for the whole partnership all but the sealed,
and say nothing of them but numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from sightline.children.terms import Answered, Ethnicity
from sightline.kernel.time import today
from sightline.procedures.queries import pack_in_force

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


def figures(since: datetime, until: datetime, *, everywhere: bool = False) -> Figures:
    """What was raised from `since` to before `until`, with the decision that stands now and the child's own answers of
    today. In the records that the viewer may open, or `everywhere` but in sealed records: nothing for somebody whose
    role does not reach over the partnership's work. One query."""
    asked = (
        "SELECT * FROM concerns_decided_everywhere(%s, %s, %s)"
        if everywhere
        else "SELECT * FROM concerns_decided(%s, %s, %s, '{}')"
    )
    with connection.cursor() as cursor:
        cursor.execute(asked, [since, until, today()])
        rows = cursor.fetchall()
    titles = {o.id: o.title for o in pack_in_force().screening_outcomes(today())}
    ethnicity = {each.value: each.label for each in Ethnicity}
    places: list[_Row] = []
    ethnicities: list[_Row] = []
    disabilities: list[_Row] = []
    for where, ethnic, ethnic_code, disabled, disabled_code, *decided, count in rows:
        level, outcome = decided
        places.append(([PLACES.get(place, place) for place in where] or [NOT_SAID], level, outcome, count))
        ethnicities.append(([_answer(ethnic, ethnic_code, ethnicity)], level, outcome, count))
        disabilities.append(([_answer(disabled, disabled_code, {})], level, outcome, count))
    return Figures(
        sum(count for *_, count in places),
        _split(places, titles, [*PLACES.values(), NOT_SAID]),
        _split(ethnicities, titles),
        _split(disabilities, titles),
    )


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
