"""What happened on the children whom somebody works with, since they last opened each child's page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sightline.children.queries import NameAndAge, names_of_folders
from sightline.kernel.time import now
from sightline.procedures.news import News, news

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


def news_on_my_children() -> list[News]:
    """What others did, and what was missed, on the children whom the viewer works with, the latest first.

    As far back as `REACH`, and for each child since the viewer last opened the child's page. One query.
    """
    return news(now() - REACH, SEEN_ON)


def with_names(found: list[News]) -> list[NewsLine]:
    """The same with the children's names."""
    names = names_of_folders({each.folder_id for each in found})
    return [
        NewsLine(each.folder_id, names[each.folder_id], each) for each in found if each.folder_id in names
    ]
