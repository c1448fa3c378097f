"""What a form asks of who interpreted, where somebody was spoken to (FAM-04)."""

from __future__ import annotations

from typing import Any

from sightline.govuk.forms import Choice, Option, PageForm, Text, Words

from ..terms import Interpreting


class InterpretingForm(PageForm):
    """Who interpreted: a professional, a relative with the reason, or nobody since it was not needed."""

    interpreting = Choice(
        "Who interpreted?",
        [
            Option(Interpreting.NONE_NEEDED.value, Interpreting.NONE_NEEDED.label),
            Option(Interpreting.BOOKED.value, Interpreting.BOOKED.label, reveals=("interpreter",)),
            Option(
                Interpreting.RELATIVE.value,
                Interpreting.RELATIVE.label,
                reveals=("relative_who", "relative_why"),
            ),
        ],
        ask="Say who interpreted, or that nobody had to",
        small=True,
    )
    interpreter = Text(
        "For which language, and which interpreter or service?", max_length=200, required=False,
        hint="Such as British Sign Language, Hands, booking 12",
    )  # fmt: skip
    relative_who = Text("Who, and for which language?", max_length=200, required=False)
    relative_why = Words(
        "Why was there no professional?", required=False, rows=2, max_length=1000,
        hint="A relative may leave out, add, or be in danger. Never use a child.",
    )  # fmt: skip

    def interpreted(self) -> dict[str, Any]:
        """The answers as actions take them: `interpreting`, `interpreter` (whoever it was), `relative_why`."""
        got = self.cleaned_data
        by = Interpreting(got["interpreting"])
        who = {Interpreting.BOOKED: "interpreter", Interpreting.RELATIVE: "relative_who"}.get(by)
        return {
            "interpreting": by,
            "interpreter": (got[who] or "") if who else "",
            "relative_why": (got["relative_why"] or "") if by is Interpreting.RELATIVE else "",
        }
