"""Figures of enquiries: where those that ended in a time found the harm, and what they found.

They count the records that the viewer may open; for whoever answers for the whole partnership all but the sealed,
and say nothing of them but numbers.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from sightline.concerns.figures import NOT_SAID, PLACES

from .terms import Finding


@dataclass
class Found:
    """What enquiries found where the harm is at one place: each child of each enquiry once."""

    place: str
    children: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    conferences: int = 0


def found_by_place(since: datetime, until: datetime, *, everywhere: bool = False) -> list[Found]:
    """Enquiries that ended from `since` to before `until`, by place; harm at two places stands at both. In the records
    that the viewer may open, or `everywhere` but in sealed records: nothing for somebody whose role does not reach over
    the partnership's work. One query."""
    asked = (
        "SELECT * FROM enquiries_found_everywhere(%s, %s)"
        if everywhere
        else "SELECT * FROM enquiries_found(%s, %s, '{}')"
    )
    with connection.cursor() as cursor:
        cursor.execute(asked, [since, until])
        rows = cursor.fetchall()
    found: dict[str, Found] = {}
    for where, finding, conference, count in rows:
        for place in [PLACES.get(one, one) for one in where] or [NOT_SAID]:
            line = found.setdefault(place, Found(place))
            line.children += count
            line.findings[Finding(finding).label] += count
            line.conferences += count if conference else 0
    return [found[place] for place in (*PLACES.values(), NOT_SAID) if place in found]
