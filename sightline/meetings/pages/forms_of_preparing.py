"""The forms of preparing a meeting: what the child was told, and reports."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sightline.govuk.forms import (
    Choice,
    Moment,
    Option,
    PageForm,
    Words,
    YesNo,
)

from .. import rules
from ..queries import ChildPart
from ..terms import ChildStage


class ToldForm(PageForm):
    stage = Choice(
        "What do you record?",
        [
            (ChildStage.BEFORE.value, "What they were told before the meeting"),
            (ChildStage.PART.value, "How they took part"),
            (ChildStage.AFTER.value, "What they were told of the decision"),
        ],
        ask="Choose what you record",
    )
    done = YesNo("Was it done?", ask="Say whether it was done")
    words = Words(
        "What and how, or why not?",
        ask="Say what the child was told and how they took part, or why not",
        rows=4,
        max_length=4000,
    )
    at = Moment("When?", tense="past")


class ReportForm(PageForm):
    for_family = YesNo(
        "May the family read it before the meeting?",
        no=Option("no", "No", reveals=("not_for_family_why", "words_for_family")),
        ask="Say whether the family may read it",
    )
    not_for_family_why = Words("Why not?", ask="Say why the family may not read it", rows=2, max_length=1000)
    words_for_family = YesNo(
        "Are they still given what they said themselves?",
        required=False,
        hint="Their own words are theirs. Everybody of the family who has this child’s papers reads them: keep them "
        "back only where that would put somebody at risk",
    )

    def __init__(
        self, *args: Any, children: Sequence[ChildPart], attached: Collection[str] = (), **kwargs: Any
    ) -> None:
        """`attached`: the names of the inputs in which a file came ('file_0')."""
        super().__init__(*args, **kwargs)
        self.children, self.attached = children, attached
        self.files_of = {f"file_{n}": child.folder_id for n, child in enumerate(children)}
        asked = {}
        for n, child in enumerate(children):
            asked[f"text_{n}"] = Words(f"Your report on {child.called}", required=False, rows=10)
            asked[f"family_said_{n}"] = Words(
                f"What did {child.with_family} say about what you report?",
                required=False,
                rows=4,
                hint="In their own words, also where they do not agree. Say who said what.",
            )
            asked[f"no_family_why_{n}"] = Words(
                "If there is nothing from them, or from one of them: why?",
                required=False,
                rows=2,
                max_length=1000,
            )
        self.fields = {**asked, **self.fields}
        self.one_of_these = frozenset(
            {"words_for_family", *(name for name in asked if not name.startswith("text_"))}
        )

    def clean(self) -> dict[str, Any]:
        got: dict[str, Any] = super().clean() or self.cleaned_data
        for n, child in enumerate(self.children):
            said, why_none = got.get(f"family_said_{n}", ""), got.get(f"no_family_why_{n}", "")
            if got.get(f"text_{n}") or f"file_{n}" in self.attached:
                heard = rules.family_heard(said, why_none, child.with_family)
                if not heard.allowed and not {f"family_said_{n}", f"no_family_why_{n}"} & set(self.errors):
                    self.add_error(f"family_said_{n}", heard.reason)
            elif (said or why_none) and f"text_{n}" not in self.errors:
                self.add_error(
                    f"text_{n}",
                    f"Write your report on {child.called}, or attach it. You wrote what was said of it.",
                )
        said_anything = any(got.get(f"family_said_{n}") for n in range(len(self.children)))
        if got.get("for_family") is False and said_anything and got.get("words_for_family") is None:
            self.add_error("words_for_family", "Say whether they are given what they said themselves")
        return got

    def by_folder(self, asked: str) -> dict[UUID, str]:
        """What was written on each child: 'text', 'family_said', 'no_family_why'."""
        return {child.folder_id: self.cleaned_data[f"{asked}_{n}"] for n, child in enumerate(self.children)}
