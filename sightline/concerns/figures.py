"""Figures of the front door: what was raised in a time, where the harm is, and what was decided, group by group.

They count the records that the viewer may open; for whoever answers for the whole partnership all but the sealed,
and say nothing of them but numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from sightline.children.rules import code_label
from sightline.children.terms import Answered, Disability, IdentityQuestion
from sightline.kernel.time import today
from sightline.procedures.queries import pack_in_force

from .terms import Place

PLACES = {
    Place.HOME.value: "At home",
    Place.OUTSIDE.value: "Outside the home",
    Place.ONLINE.value: "Online",
    Place.NOT_KNOWN.value: "Not known",
}
#: What ASM-03 asks to compare, in the order of the page.
QUESTIONS = (
    IdentityQuestion.ETHNICITY, IdentityQuestion.RELIGION, IdentityQuestion.LANGUAGE, IdentityQuestion.SEXUALITY,
    IdentityQuestion.DISABILITY,
)  # fmt: skip
#: Groups, level, outcome, and how many children.
_Row = tuple[list[str], str | None, str | None, int]
NOT_SAID, NOT_DECIDED, NOT_ASKED = "Not said", "Not decided yet", "Not asked yet"
#: An answer in somebody's own words is a group of its own where so many children gave it; fewer might be known by it
#: (Sightline baseline).
FEW = 5
IN_OWN_WORDS = f"In words of their own that fewer than {FEW} gave"
_BETWEEN_LANGUAGES = re.compile(r"\s*(?:[,;/&+\n]|\band\b)\s*")


@dataclass
class Split:
    """What was decided on one group's children: `children` counts each child of each concern once."""

    group: str
    children: int = 0
    levels: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Figures:
    """The same children counted several ways; a child harmed in two places, or with two languages, stands in both."""

    children: int
    by_place: list[Split]
    by_answer: dict[IdentityQuestion, list[Split]]


def figures(since: datetime, until: datetime, *, everywhere: bool = False) -> Figures:
    """What was raised from `since` to before `until`, with the decision that stands now and the child's own answers of
    today, wherever in the records that are read together they were given. In the records that the viewer may open, or
    `everywhere` but in sealed records: nothing for somebody whose role does not reach over the partnership's work.
    One query."""
    asked = (
        "SELECT * FROM concerns_decided_everywhere(%s, %s, %s)"
        if everywhere
        else "SELECT * FROM concerns_decided(%s, %s, %s, '{}')"
    )
    with connection.cursor() as cursor:
        cursor.execute(asked, [since, until, today()])
        rows = cursor.fetchall()
    titles = {o.id: o.title for o in pack_in_force().screening_outcomes(today())}
    by: dict[str, list[_Row]] = {}
    for split, groups, level, outcome, count in rows:
        by.setdefault(split, []).append((groups, level, outcome, count))
    places = by.get("place", [])
    return Figures(
        sum(count for *_, count in places),
        _split(
            [
                ([PLACES.get(place, place) for place in where] or [NOT_SAID], level, outcome, count)
                for where, level, outcome, count in places
            ],
            titles,
            [*PLACES.values(), NOT_SAID],
        ),
        {question: _split(_in_words(question, by.get(question, [])), titles) for question in QUESTIONS},
    )


def _in_words(question: IdentityQuestion, rows: Sequence[_Row]) -> list[_Row]:
    """Rows of answers as the database gives them ("declined", "code WBRI", "words polish and english") with the groups
    of a page."""
    apart = [
        ({each for answer in answers for each in _apart(question, answer)}, level, outcome, count)
        for answers, level, outcome, count in rows
    ]
    said: Counter[str] = Counter()
    for answers, _level, _outcome, count in apart:
        said.update(dict.fromkeys(answers, count))
    return [
        (
            sorted({_group(question, each, said[each]) for each in answers}) or [NOT_ASKED],
            level,
            outcome,
            count,
        )
        for answers, level, outcome, count in apart
    ]


def _apart(question: IdentityQuestion, answer: str) -> list[str]:
    """The answers in one: languages are told one after another in one line."""
    how, _, what = answer.partition(" ")
    if how != "words" or question is not IdentityQuestion.LANGUAGE:
        return [answer]
    return [f"words {each}" for each in _BETWEEN_LANGUAGES.split(what) if each]


def _group(question: IdentityQuestion, answer: str, children: int) -> str:
    how, _, what = answer.partition(" ")
    if how == "code":
        if question is IdentityQuestion.DISABILITY:
            return "No disability" if what == Disability.NONE else "Disabled"
        return code_label(question, what)
    if how == "words":
        return what[:1].upper() + what[1:] if children >= FEW else IN_OWN_WORDS
    return Answered(how).label


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
