"""The forms of this room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sightline.govuk.forms import Choices, Confirm, Day, Moment, Option, PageForm, Select, Text, Words

from .. import rules
from ..rules import Mark
from ..terms import BodyView, MarkKind, MediaKind, Region

__all__ = ["AddForm", "BodyMapForm", "FindForm", "WithdrawForm"]


class FindForm(PageForm):
    """What the list shows."""

    words = Text(
        "Words",
        required=False,
        hint="In the name, what is said of it, or its text (of a PDF or a newer Office file)",
        width="20",
    )
    kind = Select("Type", [(k.value, k.label) for k in MediaKind], empty="All types", required=False)


class AddForm(PageForm):
    """Files are chosen beside this form, since they cannot be kept when a form comes back."""

    about = Words(
        "What is it?",
        required=False,
        rows=3,
        max_length=2000,
        hint="For example: letter from the hospital after the visit on 3 March. Say only what you know",
    )
    dated = Day(
        "Date that it bears",
        required=False,
        tense="past",
        hint="The day on the letter, or when the photograph was taken. Leave empty if nobody knows",
    )
    also = Choices("Is it about these children as well?", [], required=False)

    def __init__(
        self, *args: Any, others: Sequence[tuple[str, str]] = (), beside: Sequence[tuple[str, str]] = (),
        called: str = "", **kwargs: Any,
    ) -> None:  # fmt: skip
        """`others` are the child's siblings, `beside` those for whom what the files are attached to was written too:
        of these it is always asked, since what is about one of them only belongs in no other record."""
        super().__init__(*args, **kwargs)
        if beside:
            self.fields["also"] = Choices(
                "It was written for other children as well. In whose records do these files belong, beside this one?",
                [
                    *(Option(key, name) for key, name in beside),
                    Option("none", f"Only in {called}’s record", exclusive=True, divider="or"),
                ],
                ask="Select the records in which these files belong, or only this one",
            )
        elif others:
            self.fields["also"].set_options(others)  # type: ignore[attr-defined]
        else:
            del self.fields["also"]

    def also_in(self) -> list[UUID]:
        """The folders of the other children that were chosen."""
        return [UUID(key) for key in self.cleaned_data.get("also", []) if key != "none"]


class WithdrawForm(PageForm):
    why = Words(
        "Why should it not be in this record?",
        rows=3,
        max_length=2000,
        ask="Say why it should not be in this record",
        hint="For example: it is about another child with the same name",
    )


class BodyMapForm(PageForm):
    """The map itself; its marks are forms of their own."""

    seen_at = Moment("When did you see it?", tense="past", ask="Enter when you saw it")
    seen_parts = Words(
        "How much of the body did you see, and how?",
        rows=3,
        max_length=2000,
        ask="Say how much of the body you saw, and how",
        hint="For example: both arms to the elbow, when she pushed up her sleeves to paint",
    )
    said = Words(
        "What did the child say about it?",
        rows=3,
        max_length=5000,
        required=False,
        hint="In the child’s own words. Do not ask them to show you more",
    )
    none_seen = Confirm("I looked and saw no mark", required=False)


class RightForm(BodyMapForm):
    """A body map that puts an earlier one right."""

    was_wrong = Text("What was wrong with the earlier body map?", ask="Say what was wrong")
    field_order = ("was_wrong", "seen_at", "seen_parts", "said", "none_seen")


class MarkForm(PageForm):
    """One mark. Where on the drawing it was pointed at is kept beside it."""

    view = Select("Which side?", [(v.value, v.label) for v in BodyView], ask="Choose the side")
    region = Select(
        "Which part of the body?",
        [(r.value, r.label) for r in Region],
        ask="Choose the part of the body",
        hint="Left and right are the child’s own",
    )
    kind = Select("What is it?", [(k.value, k.label) for k in MarkKind], ask="Choose what it is")
    description = Words(
        "Colour and shape",
        rows=2,
        max_length=1000,
        count=False,
        ask="Describe the colour and shape",
        hint="Describe what you saw, not what you think caused it",
    )
    size = Text("Size", required=False, max_length=100, hint="Measured or guessed: say which", width="20")
    said = Words("How was it explained, and by whom?", rows=2, max_length=2000, count=False, required=False)

    def mark(self, x: float | None, y: float | None) -> Mark:
        got = self.cleaned_data
        view, region = BodyView(got["view"]), Region(got["region"])
        if x is None or y is None or rules.region_at(view, x, y) is not region:
            # Whoever chose another part from the list meant that one.
            x = y = None
        return Mark(view, region, MarkKind(got["kind"]), got["description"], got["size"], got["said"], x, y)
