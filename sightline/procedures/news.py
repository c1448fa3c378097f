"""What came to a child's record lately, for those who work with the child: what others did, and what was missed.

It is read from the audit trail, so that it costs one query however many rooms there are. A room says which of
its acts colleagues want to hear of, by the name under which the trail keeps them, when it loads:

    news.words["voice.record_words"] = news.Words("The child said something", "voice:child")
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from .terms import DutyState


@dataclass(frozen=True)
class Words:
    """What an act is called in the news, and the page of the child (a route that takes the folder) that shows it."""

    text: str
    route: str = ""


#: The acts that are news, by their name in the trail.
words: dict[str, Words] = {}


@dataclass(frozen=True)
class News:
    """One piece of news on a child: what and by whom, never its content. `duty_id` where something was missed."""

    folder_id: UUID
    at: datetime
    text: str
    route: str
    by: str
    duty_id: UUID | None


_MISSED = {
    DutyState.DONE_LATE.value: "Done late",
    DutyState.LAPSED.value: "Missed, and no longer owed",
}


def news(since: datetime, seen_on: Collection[str]) -> list[News]:
    """The news for whoever is looking, the latest first, at most 500: since then, and since they last opened one of
    the pages `seen_on` (as the trail names them) of the child. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT folder, at, what, by_whom, duty, stands FROM procedures_news(%s, %s, %s)",
            [since, list(words), list(seen_on)],
        )
        rows = cursor.fetchall()
    return [
        News(
            folder, at, f"{_MISSED.get(stands, 'Missed')}: {what}", "",
            by or "nobody named yet", duty,
        )
        if duty is not None
        else News(folder, at, words[what].text, words[what].route, by or "a member of the public", None)
        for folder, at, what, by, duty, stands in rows
    ]  # fmt: skip
