"""Reads that join rooms: the work list with the children it is about, the news on them, the child's page."""

from .child import ChildPage, child_folders, child_overview, meetings_to_come
from .looks import Act, Look, acts, looks, older_than, people_named
from .news import NewsLine, news_on_my_children, with_names
from .supervision import NEXT as NEXT_SUPERVISION
from .supervision import OfWorker, supervision
from .work import SIZE, WAYS, Work, WorkGroup, WorkRow, work

__all__ = [
    "NEXT_SUPERVISION",
    "SIZE",
    "WAYS",
    "Act",
    "ChildPage",
    "Look",
    "NewsLine",
    "OfWorker",
    "Work",
    "WorkGroup",
    "WorkRow",
    "acts",
    "child_folders",
    "child_overview",
    "looks",
    "meetings_to_come",
    "news_on_my_children",
    "older_than",
    "people_named",
    "supervision",
    "with_names",
    "work",
]
