"""The chronology and the summary as their templates of print take them: everything in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from itertools import groupby
from typing import Any
from uuid import UUID

from markupsafe import Markup

from sightline.govuk.words import clock, date_only, day, listed, plural, short_day
from sightline.kernel.time import LONDON, today
from sightline.procedures.queries import pack_in_force
from sightline.procedures.schema import Abbreviation
from sightline.records.wording import explained, explained_line

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


def writer(shown: Shown) -> str:
    """Who wrote it, after whose own words they are."""
    moment = shown.moment
    return f"{moment.whose}, written down by {moment.author}" if moment.whose else moment.author


def byline(shown: Shown) -> str:
    """Who wrote it, of which agency, and how long after it happened it came to be known."""
    moment = shown.moment
    who = ", ".join(part for part in (writer(shown), moment.agency) if part)
    entry = f"entry {moment.number}" if moment.number else ""
    known = (
        f"known {plural(shown.known_days, 'day')} later, {when(moment.known_at)}" if shown.known_days else ""
    )
    return "; ".join(part for part in (who, entry, known) if part)


def volume(
    child: str,
    asked: Asked,
    shown: Sequence[Shown],
    number: int,
    of: int,
    total: int,
    *,
    hidden: Sequence[str] = (),
    glossary: Sequence[Abbreviation] = (),
    own: Sequence[OwnView] = (),
) -> dict[str, Any]:
    """One volume: years and months as headings, so that the contents lead to them; `hidden` says which entries its
    reader may not read. `own`, the workers' own lines with their analysis, stand at the end of the last."""

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
        "hidden": list(hidden),
        "own": [
            {"worker": f"{worker}, {lines[0].post}", "lines": [_own_line(line) for line in lines]}
            for worker, lines in by_worker(own)
        ],
        "abbreviations": abbreviations(shown, glossary, own),
    }


def _own_line(line: OwnView) -> dict[str, Any]:
    return {
        "day": when(line.happened_at, long=True),
        "what": line.what,
        "about": line.moment_kind,
        "analysis": line.analysis,
        "written": f"Written {when(line.written_at)}"
        + (f"; changed {plural(len(line.earlier), 'time')}" if line.earlier else ""),
    }


def _moment(each: Shown, at: Any) -> dict[str, Any]:
    moment = each.moment
    return {
        "day": when(at, long=True),
        "kind": moment.kind,
        "notes": notes(each),
        "by": byline(each),
        "impact": moment.impact,
        "asides": [f"{put}{'' if put.endswith('?') else ':'} {words}" for put, words in each.asides],
        "paragraphs": [{"kind": p.kind, "told": p.told_by, "text": p.text} for p in each.paragraphs]
        or [{"kind": "", "told": "", "text": moment.text}],
        "right": _right(each),
    }


def _right(each: Shown) -> dict[str, Any] | None:
    """What put a moment right, to stand under it: as a moment, `title` in place of its day and kind."""
    if each.right is None:
        return None
    moment = each.right.moment
    moved = moment.happened_at != each.moment.happened_at
    return _moment(each.right, moment.happened_at) | {
        "title": f"What is right, by entry {moment.number}, written {when(moment.known_at)}"
        + (f"; happened {when(moment.happened_at, long=True)}" if moved else "")
    }


def not_open(hidden: Mapping[UUID, Sequence[int]], names: Mapping[UUID, str] | None = None) -> list[str]:
    """The numbers that were given and that a reader may not read, a line for each record; `names` where there are
    several children (REC-03)."""
    said = []
    for folder_id, numbers in hidden.items():
        whose = (names or {}).get(folder_id, "")
        many = [*map(str, numbers[:20]), *([f"{len(numbers) - 20} more"] if len(numbers) > 20 else [])]
        which = f"{'Entry' if len(numbers) == 1 else 'Entries'} {listed(many)}" + (
            f" of {whose}’s record" if whose else ""
        )
        is_ = "is" if len(numbers) == 1 else "are"
        said.append(f"{which} {is_} not open to you. Ask the manager who answers for this record.")
    return said


class Explaining:
    """Somebody's text as paragraphs with the partnership's abbreviations explained where they stand; `came_up` are
    those that did, for the list at the end, which is read also where a title on an abbreviation is not."""

    def __init__(self, glossary: Sequence[Abbreviation]) -> None:
        self._glossary = glossary
        self._found: dict[str, Abbreviation] = {}

    def __call__(self, text: str) -> Markup:
        """The text as paragraphs of a page."""
        shown, used = explained(text, self._glossary)
        self._found |= {each.abbreviation: each for each in used}
        return shown

    def line(self, text: str) -> Markup:
        """The same of a text within a line."""
        shown, used = explained_line(text, self._glossary)
        self._found |= {each.abbreviation: each for each in used}
        return shown

    @property
    def came_up(self) -> list[Abbreviation]:
        return sorted(self._found.values(), key=lambda each: each.abbreviation.casefold())


def explaining() -> Explaining:
    """With the glossary of the partnership as it is today."""
    return Explaining(pack_in_force().glossary(today()))


def abbreviations(
    shown: Sequence[Shown], glossary: Sequence[Abbreviation], own: Sequence[OwnView] = ()
) -> list[dict[str, str]]:
    """The abbreviations that stand in these moments, for the end of a print."""
    explain = Explaining(glossary)
    for each in (told for one in shown for told in (one, one.right) if told):
        words = (each.moment.text, each.moment.impact, *(said for _, said in each.asides))
        explain("\n\n".join((*words, *(p.text for p in each.paragraphs))))
    for line in own:
        explain(f"{line.what}\n\n{line.analysis}")
    return [
        {"short": a.abbreviation, "long": ". ".join(w for w in (a.stands_for, a.explained) if w)}
        for a in explain.came_up
    ]


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
