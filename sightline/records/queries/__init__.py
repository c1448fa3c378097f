"""Reads of the record: entries and decisions of folders that the viewer may open."""

from .becoming import AlsoIn, Story, corrections_of, hidden_numbers, standing, story, written_together
from .deciding import DecisionView, WordingView, awaiting_ruling, decisions, latest_decisions
from .people import children_beside, colleagues_of, late_since, lateness, their_words, ways_into
from .reading import LATEST, entries, entries_named, entries_to_attach_to, entry, latest_entries, views
from .seen import LastSeen, last_seen
from .shown import EARLIEST, AnswerView, EntryView, RequestView, RestsOn, StatementView, told_of
from .waiting import (
    AskedView,
    asked,
    asked_of,
    count_asked_of,
    draft,
    drafts,
    latest_drafts,
    left_drafts,
    left_part,
    signed_from,
    supervisions_of,
)

__all__ = [
    "EARLIEST",
    "LATEST",
    "AlsoIn",
    "AnswerView",
    "AskedView",
    "DecisionView",
    "EntryView",
    "LastSeen",
    "RequestView",
    "RestsOn",
    "StatementView",
    "Story",
    "WordingView",
    "asked",
    "asked_of",
    "awaiting_ruling",
    "children_beside",
    "colleagues_of",
    "corrections_of",
    "count_asked_of",
    "decisions",
    "draft",
    "drafts",
    "entries",
    "entries_named",
    "entries_to_attach_to",
    "entry",
    "hidden_numbers",
    "last_seen",
    "late_since",
    "lateness",
    "latest_decisions",
    "latest_drafts",
    "latest_entries",
    "left_drafts",
    "left_part",
    "signed_from",
    "standing",
    "story",
    "supervisions_of",
    "their_words",
    "told_of",
    "views",
    "ways_into",
    "written_together",
]
