"""The forms of a review of a plan."""

from __future__ import annotations

from typing import Any

from sightline.govuk.forms import (
    Choice,
    Choices,
    Day,
    Option,
    Select,
    Whole,
    Words,
)

from .. import actions
from ..terms import (
    Achieved,
    DidChange,
    Next,
)
from .forms import PlanForm, labelled


class StartReviewForm(PlanForm):
    meeting = Select(
        "At which meeting was it held?", required=False, empty="At none that is recorded here",
        hint="Its list of who came, and its quorum, then stand in the review",
    )  # fmt: skip
    held_on = Day("When was the review held?", tense="past", ask="Enter the day of the review")
    who_came = Words(
        "Who was invited, who came, who sent a report or apologies, from which agency?", required=False, rows=3,
        hint="Leave empty where you have chosen the meeting",
    )  # fmt: skip

    agencies = Choices("Which agencies took part?", required=False, small=True)
    family_came = Whole("How many of the family took part?", required=False, most=50, width="2")
    without_quorum_why = Words(
        "If fewer took part than the procedures ask for: why does the review count all the same?", required=False,
        rows=2,
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        got: dict[str, Any] = super().clean() or {}
        if not got.get("meeting") and not got.get("who_came"):
            self.add_error("who_came", "Say who was invited and who came, from which agency")
        return got


class ReviewedForm(PlanForm):
    actual = Words("How is it actually?", rows=3, ask="Say how it actually is")
    evidence = Words("What shows it?", rows=2, ask="Say what shows it")
    achieved = Choice(
        "How far was it reached?", labelled(Achieved), ask="Select how far it was reached", small=True
    )
    scale = Whole("On the scale from 0 to 10, where is it now?", required=False, most=10, width="2")
    next = Choice(
        "What becomes of this outcome?",
        [Option(n.value, n.label, reveals=("next_words",) if n is Next.CHANGES else ()) for n in Next],
        ask="Select what becomes of this outcome",
    )
    next_words = Words("How does it change?", rows=2, ask="Say how the outcome changes")

    def sent(self) -> actions.ReviewedIn:
        got = self.cleaned_data
        return actions.ReviewedIn(
            got["actual"],
            got["evidence"],
            Achieved(got["achieved"]),
            Next(got["next"]),
            got["next_words"] or "",
            got["scale"],
        )


class OfferReviewedForm(PlanForm):
    changed = Choice(
        "Did it change what it was meant to change?", labelled(DidChange), inline=True,
        ask="Select whether it changed what it was meant to change",
    )  # fmt: skip
    words = Words(
        "What did it change, or what stood in the way?",
        rows=3,
        ask="Say what it changed, or what stood in the way",
    )
