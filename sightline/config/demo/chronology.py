"""A worker's own chronology in the demonstration: what she chose from the story, and what it means for the child."""

from __future__ import annotations

from uuid import UUID

from sightline.chronology.actions import note_own
from sightline.chronology.queries import timeline
from sightline.chronology.rules import Asked

#: By words of the entry that each is about: the line, and what it means.
_LINES = (
    (
        "Audiology",
        "Three of four hearing appointments missed",
        "Without working hearing aids Maya cannot follow a lesson or call for help at night. It is the third time in a "
        "year, and each time we closed the matter with a letter.",
    ),
    (
        "Food in the house",
        "Home tidy, Maya not spoken to alone",
        "We saw the kitchen and not the child. What she would have told us then, the school heard six weeks later.",
    ),
)


def own_chronology(folder_id: UUID) -> None:
    """Dana's own lines on Maya; for whoever is looking."""
    for words, what, means in _LINES:
        for shown in timeline([folder_id], Asked(words=words)).shown[:1]:
            note_own(folder_id, what=what, analysis=means, moment=shown.moment)
