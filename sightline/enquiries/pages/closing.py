"""What every form asks that closes a child's case, whichever way it closes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sightline.govuk.forms import Choice, PageForm, Select, Words

from ..rules.closing import Closing
from ..terms import Closure


class ClosingWords(PageForm):
    """What a record needs at an end: what it came to, who helps now, the family asked, who answers for the record."""

    summary = Words(
        "Closing summary", rows=8, ask="Write a closing summary",
        hint="What the worry was, what was done, what is different for the child, what to look out for",
    )  # fmt: skip
    helps_now = Words(
        "Who helps the family from now on, and how do they reach them?",
        rows=3,
        ask="Say who helps the family now",
    )
    feedback_asked = Words(
        "How was the family asked what they think of the help?", rows=2, hint="Or why they were not asked",
        ask="Say how the family was asked, or why not",
    )  # fmt: skip
    record_in_order_by = Select(
        "Who answers for the state of the record?", ask="Choose who answers for the state of the record"
    )

    def offer_people(self, people: Sequence[tuple[str, str]]) -> None:
        """Who may answer for the record."""
        fields: dict[str, Any] = self.fields
        for name in self.fields:
            if name.startswith("record_in_order_by"):
                fields[name].set_options(people)


class ClosingForm(ClosingWords):
    """All that the closing of a case needs, with the census's reason."""

    reason = Choice(
        "Why does the child’s case end?", [(c.value, f"{c.label} ({c.value})") for c in Closure],
        ask="Select why the child’s case ends", small=True,
    )  # fmt: skip
    field_order: tuple[str, ...] = ("reason", "summary", "helps_now", "feedback_asked", "record_in_order_by")

    @property
    def closing(self) -> Closing:
        return closing_of(self.cleaned_data)


#: In the order in which they are asked.
NAMES = ("reason", "summary", "helps_now", "feedback_asked", "record_in_order_by")


def closing_of(got: Mapping[str, Any], suffix: str = "") -> Closing:
    """What was said of a closing; nothing where it was not asked."""
    reason, summary, helps_now, feedback, who = (got.get(f"{name}{suffix}") or "" for name in NAMES)
    return Closing(reason, summary, helps_now, feedback, UUID(who) if who else None)
