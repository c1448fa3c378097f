"""What is asked where something is decided besides an assessment: closing a case, taking back, handing over, ruling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sightline.govuk.forms import (
    Choice,
    PageForm,
    Select,
    Words,
    YesNo,
)
from sightline.records.actions import NO_CONFLICT
from sightline.records.pages.conflict import ConflictForm
from sightline.voice.pages.wishes import WishesForm

from ..actions.changes import CaseEnd
from .closing import NAMES, ClosingForm


class CloseCaseForm(WishesForm, ConflictForm, ClosingForm):
    field_order = (
        "knows_family", "reason", "reasons", "safe_words", *NAMES[1:], "heard", "weight", "wishes_why_not",
        "has_conflict",
    )  # fmt: skip
    knows_family = YesNo(
        "Do you know anybody in this family outside your work?",
        ask="Say whether you know anybody in this family",
    )
    reasons = Words("Your reasons", rows=4, ask="Give your reasons")
    safe_words = Words(
        "How do you know that the child is safe?",
        rows=3,
        ask="Say how you know that the child is safe",
        hint="What was seen, and by whom",
    )

    def __init__(self, *args: Any, died: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if died:
            for name in ("safe_words", "has_conflict", "conflict", "for_the_child", "conflict_resolved"):
                del self.fields[name]
            self.do_not_ask()

    def sent(self) -> CaseEnd:
        got = self.cleaned_data
        return CaseEnd(
            got["reasons"], self.closing, got["knows_family"], got.get("safe_words") or "", self.weighed(),
            self.conflict_in() if "has_conflict" in self.fields else NO_CONFLICT,
        )  # fmt: skip


class WhyForm(PageForm):
    words = Words("Why?", rows=4, ask="Say why")

    def __init__(
        self, *args: Any, label: str = "Why?", ask: str = "Say why", hint: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["words"]
        field.label, field.hint = label, hint
        field.error_messages["required"] = ask


class DecideWhyForm(WhyForm, ConflictForm):
    """The same, where it decides something for a family: nobody decides for one that they know, and a conflict of
    interests is said."""

    field_order = ("knows_family", "words", "has_conflict")
    knows_family = YesNo(
        "Do you know anybody in this family outside your work?",
        ask="Say whether you know anybody in this family",
    )

    def why(self) -> dict[str, Any]:
        """Why, and what else was said of the decision, as the actions take it."""
        got = self.cleaned_data
        return {
            "words": got["words"],
            "knows_family": got["knows_family"],
            "conflict": self.conflict_in(),
        }


class HandOverForm(PageForm):
    to = Select(
        "Who goes on with it?", ask="Choose who goes on with it", hint="They become the lead professional"
    )
    why = Words("Why?", rows=3, ask="Say why somebody else goes on with it")

    def __init__(self, *args: Any, people: Sequence[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["to"].set_options([(str(id), words) for id, words in people])


class RulingForm(PageForm):
    upholds = Choice(
        "Does the decision take effect?",
        [("yes", "Yes, it takes effect"), ("no", "No, it does not")],
        ask="Say whether the decision takes effect",
    )
    reasons = Words("Your reasons", rows=4, ask="Give your reasons")
