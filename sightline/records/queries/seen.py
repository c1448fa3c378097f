"""When a child was last seen, as the entries say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Exists, F, OuterRef, Subquery, When

from sightline.kernel.together import Asking, Wanted, answer, prepared

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


@prepared
def _said_seen(folder_ids: Sequence[UUID]) -> Wanted:
    alone = EntryAnswer.objects.filter(entry=OuterRef("entry"), question_id="seen_alone").values("value")[:1]
    # Not Coalesce: behind a door no index is used for that.
    first = Case(When(entry__corrects__isnull=True, then=F("entry")), default=F("entry__corrects"))
    after = EntryAnswer.objects.filter(
        question_id="seen",
        entry__corrects=OuterRef("first"),
        entry__number__gt=OuterRef("entry__number"),
    )
    said = (
        EntryAnswer.objects.filter(folder_id__in=folder_ids, question_id="seen", value="yes")
        .select_related("entry__author")
        .defer("entry__words", "entry__text")
        .annotate(first=first, alone=Subquery(alone), put_right=Exists(after))
        .order_by("-entry__happened_at", "-entry__number")[:40]
    )
    return (said,)


def last_seen(folder_ids: Iterable[UUID]) -> LastSeen | None:
    """The latest entry that says the child was seen, as the last correction that says whether has it. One query."""
    return answer(seen_last(list(folder_ids)))


def seen_last(folder_ids: Sequence[UUID]) -> Asking[LastSeen | None]:
    """The same, to be read together with what other rooms want."""
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
        )
    return None
