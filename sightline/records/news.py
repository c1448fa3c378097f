"""What came to a child's record lately, for those who work with the child.

A room that holds something that colleagues want to hear of tells it, when it loads:

    news.sources.append(queries.news)

A source is asked for the folders of the children whom somebody works with, since when, and who asks; what they
did themselves is no news to them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from .models import Decision, Entry
from .terms import EntryKind

#: A source gives so many at most, the latest.
MOST = 200


@dataclass(frozen=True)
class News:
    """Something that came to a record: what, by whom, when, and where it stands. Never its content."""

    folder_id: UUID
    at: datetime
    what: str
    by: str
    href: str = ""


#: What the rooms above add: given the folders, since when, and the practitioner who asks.
sources: list[Callable[[Collection[UUID], datetime, UUID], Iterable[News]]] = []


def of_records(folder_ids: Collection[UUID], since: datetime, practitioner_id: UUID) -> list[News]:
    """Entries and decisions of others since then. Two queries."""
    entries = (
        Entry.objects.filter(folder_id__in=folder_ids, written_at__gt=since)
        .exclude(author_id=practitioner_id)
        .order_by("-written_at")
        .values_list("folder_id", "written_at", "kind", "author__name", "author_post")
    )
    decisions = (
        Decision.objects.filter(folder_id__in=folder_ids, made_at__gt=since)
        .exclude(maker_id=practitioner_id)
        .order_by("-made_at")
        .values_list("folder_id", "made_at", "outcome", "maker__name", "maker_post")
    )
    return [
        News(folder_id, at, _entry(kind), f"{name}, {post}")
        for folder_id, at, kind, name, post in entries[:MOST]
    ] + [
        News(folder_id, at, f"Decision: {outcome}", f"{name}, {post}")
        for folder_id, at, outcome, name, post in decisions[:MOST]
    ]


def _entry(kind: str) -> str:
    if kind == EntryKind.CORRECTION.value:
        return "An entry was put right"
    return f"New entry: {kind.replace('_', ' ')}"


sources.append(of_records)
