"""Pure decisions of the chronology: what a reader asked for, and what was known on a day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sightline.kernel.time import LONDON
from sightline.kernel.verdicts import Verdict
from sightline.records.chronology import Moment

from .terms import Order

#: A print is one volume for so many moments: more would take a process past its memory.
VOLUME = 1_000
#: How long a finished print is kept for whoever asked for it.
PRINT_KEPT = timedelta(hours=24)
#: A print that has not moved for so long will not move again.
PRINT_STALLED = timedelta(minutes=10)
LEAST_WORDS = 3


@dataclass(frozen=True)
class Asked:
    """What a reader wants to see. Empty means everything; days are London's and inclusive.

    `as_of` shows the record as it stood at the end of that day: only what was known by then.
    """

    kind: str = ""
    agency: str = ""
    author: str = ""
    statement: str = ""
    words: str = ""
    significant: bool = False
    entries: bool = False
    since: date | None = None
    until: date | None = None
    as_of: date | None = None
    order: Order = Order.HAPPENED
    oldest_first: bool = False

    @property
    def narrowed(self) -> bool:
        """Whether something is left out (a view of an earlier day leaves out what came later)."""
        return replace(self, order=Order.HAPPENED, oldest_first=False) != Asked()

    @property
    def filtered(self) -> bool:
        """Whether only some of the entries that were known are asked for."""
        return replace(self, order=Order.HAPPENED, oldest_first=False, as_of=None, entries=False) != Asked()

    @property
    def known_before(self) -> datetime | None:
        """The instant after which nothing was known yet."""
        return start_of(self.as_of + timedelta(days=1)) if self.as_of else None

    @property
    def from_instant(self) -> datetime | None:
        return start_of(self.since) if self.since else None

    @property
    def before_instant(self) -> datetime | None:
        return start_of(self.until + timedelta(days=1)) if self.until else None

    def as_data(self) -> dict[str, Any]:
        """As JSON keeps it; `from_data` reads it back."""
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asdict(self).items()
            if value not in (None, "", False)
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Asked:
        found: dict[str, Any] = dict(data)
        for name in ("since", "until", "as_of"):
            if found.get(name):
                found[name] = date.fromisoformat(found[name])
        if "order" in found:
            found["order"] = Order(found["order"])
        return cls(**found)


def start_of(day: date) -> datetime:
    """The first instant of a day in London."""
    return datetime.combine(day, time.min, LONDON)


def stands(moment: Moment, asked: Asked) -> bool:
    """Whether a moment that is no entry belongs to what was asked; words are matched by the database.

    The kinds of statement (fact, opinion and so on; REC-05) are those of entries; a decision of any kind is one of
    them.
    """
    return (
        not asked.entries
        and asked.kind in ("", moment.kind)
        and asked.agency in ("", moment.agency)
        and asked.author in ("", moment.author)
        and (not asked.statement or (asked.statement == "decision" and moment.kind == DECISION))
        and (not asked.significant or moment.significant)
        and (asked.from_instant is None or moment.happened_at >= asked.from_instant)
        and (asked.before_instant is None or moment.happened_at < asked.before_instant)
        and (asked.known_before is None or moment.known_at < asked.known_before)
    )


#: What a decision is called on the timeline.
DECISION = "Decision"


def as_known(moment: Moment, asked: Asked) -> Moment:
    """The moment with what had come to be known of it by the day asked about, and nothing later."""
    if not moment.turns and not moment.later:
        return moment
    before = asked.known_before
    for at, changes in moment.turns:
        if before is None or at < before:
            moment = replace(moment, **changes)
    return replace(
        moment,
        tags=(*moment.tags, *(note for at, note in moment.later if before is None or at < before)),
        later=(),
        turns=(),
    )


def known_of(moments: Iterable[Moment], asked: Asked) -> list[Moment]:
    """What was known by the day asked about, as it was known then."""
    before = asked.known_before
    known = (as_known(each, asked) for each in moments if before is None or each.known_at < before)
    return [each for each in known if not each.gone]


def place(moment: Moment, order: Order) -> tuple[datetime, int, str]:
    """Where a moment stands in the order, earliest first."""
    at = moment.happened_at if order is Order.HAPPENED else moment.known_at
    return at, moment.number, str(moment.id)


def known_after(moment: Moment) -> int:
    """How many days (London's) after it happened it came to be known here."""
    days = (moment.known_at.astimezone(LONDON).date() - moment.happened_at.astimezone(LONDON).date()).days
    return max(days, 0)


def volumes(total: int, size: int = VOLUME) -> int:
    """How many volumes a print of so many moments has; an empty one still has one."""
    return max(1, -(-total // size))


def may_note(what: str, analysis: str) -> Verdict:
    """A line of a worker's own chronology says what happened and what it means (Sightline baseline)."""
    if not what.strip():
        return Verdict.no("Say what happened, in a line.", "what")
    if len(re.findall(r"[^\W\d_]{2,}", analysis)) < LEAST_WORDS:
        return Verdict.no("Say in a sentence or two what it means for the child.", "analysis")
    return Verdict.yes()
