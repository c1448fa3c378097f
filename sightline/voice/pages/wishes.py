"""What every form of a decision about a child in need or at risk asks: what the child said, and what it weighed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sightline.govuk.forms import Choices, PageForm, Words
from sightline.govuk.words import date_only

from ..actions import WishesIn
from ..queries import SaidLately, Voice, voices


class WishesForm(PageForm):
    """What the child said that bears on a decision, its weight, or why it was not learnt."""

    one_of_these = frozenset({"heard", "weight", "wishes_why_not"})

    heard = Choices(
        "What has the child said that bears on this?", required=False, small=True,
        hint="Early help apart, no decision is made without it, or without the reason why it could not be learnt",
    )  # fmt: skip
    weight = Words("What weight was given to that, and why?", required=False, rows=2)
    wishes_why_not = Words(
        "If their wishes could not be learnt: why, and what was tried", required=False, rows=2
    )

    def offer_heard(self, folder_ids: Iterable[UUID]) -> None:
        """The last things that the child said, to choose those that bear on the decision."""
        self.offer_said(voices(folder_ids, limit=8))

    def offer_said(self, said: Iterable[Voice | SaidLately]) -> None:
        """As `offer_heard`, where a page of several children has read it already."""
        found = [(str(v.id), f"{v.words[:160]} ({date_only(v.heard_at)})") for v in said]
        fields: dict[str, Any] = self.fields
        if found:
            fields["heard"].set_options(found)
        else:
            del fields["heard"], fields["weight"]
            fields[
                "wishes_why_not"
            ].label = "Nothing that the child said is recorded. Why not, and what was tried?"

    def do_not_ask(self) -> None:
        """A decision that is none under the Act."""
        for name in ("heard", "weight", "wishes_why_not"):
            del self.fields[name]

    def weighed(self) -> WishesIn:
        got = self.cleaned_data
        return WishesIn(
            tuple(UUID(i) for i in got.get("heard") or ()),
            got.get("weight") or "",
            got.get("wishes_why_not") or "",
        )
