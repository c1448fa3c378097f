"""The chronology and the summary as their templates of print take them: everything in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from itertools import groupby
from typing import Any

from sightline.govuk.words import clock, date_only, day, plural, short_day
from sightline.kernel.time import LONDON

from .queries import OneOfFamily, OwnView, Shown
from .rules import Asked
from .terms import Order


def asked_words(asked: Asked) -> list[str]:
    """What was asked for, in words for the head of a page or a print."""
    said = [
        f"Only {asked.kind}" if asked.kind else "",
        f"Only from {asked.agency}" if asked.agency else "",
        f"Only by {asked.author}" if asked.author else "",
        f"Only with a paragraph marked {asked.statement}" if asked.statement else "",
        f"Only with the words {asked.words}" if asked.words else "",
        "Only significant events" if asked.significant else "",
        "Only entries" if asked.entries else "",
        f"From {date_only(asked.since)}" if asked.since else "",
        f"Until {date_only(asked.until)}" if asked.until else "",
        f"As the record stood at the end of {date_only(asked.as_of)}" if asked.as_of else "",
        "In the order in which it came to be known" if asked.order is Order.KNOWN else "",
    ]
    return [words for words in said if words]


def when(at: datetime, *, long: bool = False) -> str:
    """A day, with the time of day where there is one: something dated began with the day itself."""
    words = day(at) if long else short_day(at)
    return words if at.astimezone(LONDON).time() == time.min else f"{words}, {clock(at)}"


def notes(shown: Shown) -> list[str]:
    """The short notes beside a moment, in words."""
    moment = shown.moment
    found = ["Significant"] if moment.significant else []
    if moment.late:
        found.append("Late entry")
    return found + list(moment.tags)


def byline(shown: Shown) -> str:
    """Who wrote it, of which agency, and how long after it happened it came to be known."""
    moment = shown.moment
    who = ", ".join(part for part in (moment.author, moment.agency) if part)
    entry = f"entry {moment.number}" if moment.number else ""
    known = (
        f"known {plural(shown.known_days, 'day')} later, {when(moment.known_at)}" if shown.known_days else ""
    )
    return "; ".join(part for part in (who, entry, known) if part)


def volume(
    child: str, asked: Asked, shown: Sequence[Shown], number: int, of: int, total: int
) -> dict[str, Any]:
    """One volume: years and months as headings, so that the contents lead to them."""

    def at(each: Shown) -> Any:
        moment = each.moment
        return (moment.happened_at if asked.order is Order.HAPPENED else moment.known_at).astimezone(LONDON)

    years = []
    for year, of_year in groupby(shown, key=lambda each: at(each).year):
        months = [
            {"month": f"{month:%B %Y}", "moments": [_moment(each, at(each)) for each in of_month]}
            for month, of_month in groupby(of_year, key=lambda each: at(each).date().replace(day=1))
        ]
        years.append({"year": str(year), "months": months})
    return {
        "child": child,
        "asked": asked_words(asked),
        "count": f"{plural(len(shown), 'moment')} of {total:,}" if of > 1 else plural(total, "moment"),
        "years": years,
    }


def _moment(each: Shown, at: Any) -> dict[str, Any]:
    moment = each.moment
    return {
        "day": when(at, long=True),
        "kind": moment.kind,
        "notes": notes(each),
        "by": byline(each),
        "impact": moment.impact,
        "asides": [f"{asked}: {words}" for asked, words in each.asides],
        "paragraphs": [{"kind": p.kind, "told": p.told_by, "text": p.text} for p in each.paragraphs]
        or [{"kind": "", "told": "", "text": moment.text}],
    }


def by_month(shown: Sequence[Shown], asked: Asked) -> list[tuple[str, list[Shown]]]:
    """The moments of a page under the month in which each happened, or came to be known."""

    def month(each: Shown) -> str:
        moment = each.moment
        at = moment.happened_at if asked.order is Order.HAPPENED else moment.known_at
        return f"{at.astimezone(LONDON):%B %Y}"

    return [(words, list(of_month)) for words, of_month in groupby(shown, key=month)]


def by_worker(lines: Sequence[OwnView]) -> list[tuple[str, list[OwnView]]]:
    """Own lines under the name and post of who wrote them."""
    found: dict[str, list[OwnView]] = {}
    for line in lines:
        found.setdefault(line.practitioner, []).append(line)
    return sorted(found.items())


def side_by_side(
    shown: Sequence[Shown], children: Sequence[OneOfFamily], asked: Asked
) -> list[tuple[str, list[list[Shown]]]]:
    """Rows of days, each with what happened to each child in the order of `children`."""
    column = {folder: n for n, each in enumerate(children) for folder in each.folder_ids}

    def day_of(each: Shown) -> Any:
        moment = each.moment
        at = moment.happened_at if asked.order is Order.HAPPENED else moment.known_at
        return at.astimezone(LONDON).date()

    rows = []
    for at, of_day in groupby(shown, key=day_of):
        cells: list[list[Shown]] = [[] for _ in children]
        for each in of_day:
            cells[column[each.moment.folder_id]].append(each)
        rows.append((short_day(at), cells))
    return rows
