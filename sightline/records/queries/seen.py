"""When a child was last seen: the one answer to it, of the entries and of the rooms above."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, F, OuterRef, QuerySet, Subquery, When
from django.urls import reverse

from sightline.kernel.together import Asking, Wanted, answer, at_once, prepared

from ..models import (
    EntryAnswer,
)


@dataclass(frozen=True)
class LastSeen:
    """When a child was last seen, by whom, and whether alone; None where nobody wrote whether."""

    at: datetime
    by: str
    by_post: str
    alone: bool | None
    entry_id: UUID | None
    """The entry that says so; None where another room's own page does."""
    href: str = ""
    """That page."""
    how: str = ""
    """How they were met, where that is known: “direct work”."""


#: What else tells that a child was seen. A room above adds its own; the latest of them all is when the child was last
#: seen, wherever that is asked.
also_seen: list[Callable[[Sequence[UUID]], Asking[LastSeen | None]]] = []


@dataclass(frozen=True)
class VisitTold:
    """A visit as an entry has it now: whether the child was seen, and where."""

    at: datetime
    seen: bool
    where: str
    by: str
    by_post: str
    text: str


def _said(folder_ids: Sequence[UUID]) -> QuerySet[Any]:
    """Answers to whether the child was seen, as the last correction that says whether has it: those that were
    `put_right` since stand no more."""
    # Not Coalesce: behind a door no index is used for that.
    first = Case(When(entry__corrects__isnull=True, then=F("entry")), default=F("entry__corrects"))
    after = EntryAnswer.objects.filter(
        question_id="seen",
        entry__corrects=OuterRef("first"),
        entry__number__gt=OuterRef("entry__number"),
    )
    return (
        EntryAnswer.objects.filter(folder_id__in=folder_ids, question_id="seen")
        .select_related("entry__author")
        .annotate(first=first, put_right=Exists(after))
        .order_by("-entry__happened_at", "-entry__number")
    )


def visits_told(folder_ids: Iterable[UUID], *, limit: int = 50) -> list[VisitTold]:
    """Visits that entries tell of, whether the child was seen or not, the latest first. One query."""
    stood = EntryAnswer.objects.filter(entry=OuterRef("entry"), question_id="where").values("words")[:1]
    said = _said(list(folder_ids)).filter(value__in=["yes", "no"]).annotate(stood=Subquery(stood))
    return [
        VisitTold(
            one.entry.happened_at,
            one.value == "yes",
            one.stood or "",
            one.entry.author.name,
            one.entry.author_post,
            one.entry.text,
        )
        for one in said[:limit]
        if not one.put_right
    ]


@prepared
def _said_seen(folder_ids: Sequence[UUID]) -> Wanted:
    alone = EntryAnswer.objects.filter(entry=OuterRef("entry"), question_id="seen_alone").values("value")[:1]
    said = (
        _said(folder_ids)
        .filter(value="yes")
        .defer("entry__words", "entry__text")
        .annotate(alone=Subquery(alone))[:40]
    )
    return (said,)


def last_seen(folder_ids: Iterable[UUID]) -> LastSeen | None:
    """When somebody last recorded having seen the child, in whichever room. One query."""
    return answer(seen_last(list(folder_ids)))


def seen_last(folder_ids: Sequence[UUID]) -> Asking[LastSeen | None]:
    """The same, to be read together with what other rooms want. Of the same instant the entry tells most."""
    found = yield from at_once([seen_in_entries(folder_ids), *(told(folder_ids) for told in also_seen)])
    return max(
        (each for each in found if each is not None),
        key=lambda each: (each.at, each.entry_id is not None),
        default=None,
    )


def seen_in_entries(folder_ids: Sequence[UUID]) -> Asking[LastSeen | None]:
    """The latest entry that says the child was seen, as the last correction that says whether has it."""
    (candidates,) = wanted = _said_seen(folder_ids)
    yield wanted
    for said in candidates:
        row = said.entry
        if said.put_right:
            continue
        return LastSeen(
            row.happened_at,
            row.author.name,
            row.author_post,
            None if said.alone is None else said.alone == "yes",
            row.id,
            reverse("records:entry", args=[folder_ids[0], row.id]),
        )
    return None
