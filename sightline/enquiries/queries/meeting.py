"""What enquiries say of meetings: what should come before one of a kind."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sightline.access.queries import joined_set
from sightline.children.queries import names_of_folders
from sightline.govuk.words import in_a_row
from sightline.meetings.terms import Purpose

from ..terms import Stage
from .episode import open_episode

#: Where a child stands once a strategy discussion has begun an enquiry.
_ENQUIRED = frozenset({Stage.ENQUIRY, Stage.CONFERENCE})


def before_meeting(purpose: Purpose, folder_ids: Sequence[UUID]) -> list[str]:
    """An initial conference comes after the strategy discussion that began the child's enquiry."""
    if purpose is not Purpose.INITIAL_CONFERENCE:
        return []
    without = []
    for folder_id in folder_ids:
        episode = open_episode(joined_set(folder_id))
        if episode is None or Stage(episode.stage) not in _ENQUIRED:
            without.append(folder_id)
    if not without:
        return []
    called = in_a_row(one.called for one in names_of_folders(without).values())
    return [
        f"No strategy discussion has begun an enquiry about {called}. Hold the discussion first, on the tab Enquiries "
        "of the child’s page."
    ]
