"""What happened on the children whom somebody works with, since they last opened each child's page."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sightline.access.queries import given_to, joined_to, leads_of
from sightline.audit.queries import last_looked
from sightline.children.queries import NameAndAge, names_of_folders, worked_with
from sightline.kernel.time import now
from sightline.procedures.queries import missed_since
from sightline.records.news import News, sources

#: News older than this stands in the record; a list of all of it would be no news.
REACH = timedelta(days=14)
#: The pages that show what came: whoever opened one of them has seen it. The second is told by the list itself.
SEEN_ON = ("web.child", "web.news")


@dataclass(frozen=True)
class NewsLine:
    """One piece of news with the child it is about."""

    folder_id: UUID
    child: NameAndAge
    news: News


def missed(folder_ids: Collection[UUID], since: datetime, _practitioner_id: UUID) -> Iterable[News]:
    """What was not done in time on these children; the clock tells it, so it is news to everybody."""
    return [
        News(m.folder_id, m.at, f"Missed: {m.title}", m.owner or "nobody named yet", f"/duty/{m.duty_id}/")
        for m in missed_since(folder_ids, since)
    ]


def news_on_my_children(practitioner_id: UUID) -> list[NewsLine]:
    """What others did, and what was missed, on the children whom somebody works with, the latest first.

    As far back as `REACH`, and for each child since they last opened the child's page. A fixed number of queries.
    """
    mine = worked_with(practitioner_id) | given_to(practitioner_id)
    if not mine:
        return []
    leads = leads_of(mine)
    joined = joined_to(set(leads.values()))
    lead_of = {**joined, **leads, **{lead: lead for lead in leads.values()}}
    since = now() - REACH
    looked = last_looked(practitioner_id, set(lead_of.values()), SEEN_ON, since)
    found = [
        news
        for source in (*sources, missed)
        for news in source(set(lead_of), since, practitioner_id)
        if news.at > looked.get(lead_of[news.folder_id], since)
    ]
    names = names_of_folders({lead_of[news.folder_id] for news in found})
    return [
        NewsLine(lead, names.get(lead, NameAndAge()), news)
        for news in sorted(found, key=lambda news: news.at, reverse=True)
        if (lead := lead_of[news.folder_id]) in names
    ]
