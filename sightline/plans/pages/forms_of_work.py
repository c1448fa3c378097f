"""The forms of what is done under a plan: actions, and services that are offered."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sightline.govuk.forms import (
    Choice,
    Day,
    Option,
    Select,
    Text,
    Words,
)

from .. import actions
from ..queries import LocalView
from ..terms import (
    OfferState,
    When,
)
from .forms import PlanForm, labelled


class ActionForm(PlanForm):
    words = Words("What is to be done?", rows=2, ask="Say what is to be done")
    practitioner = Select(
        "Who does it?", ask="Choose who does it", hint="They come to open the record, and find it in My work"
    )
    due_on = Day(
        "By when?", tense="future", ask="Enter the day by which it is done", hint="For example, 9 3 2027"
    )
    timing = Words(
        "Why does that day suit the child’s age and stage?",
        rows=2,
        ask="Say why this day suits the child’s age and stage",
    )
    needed = Choice(
        "Is it needed now, or later?", labelled(When), inline=True, ask="Select whether it is needed now"
    )
    outcome = Select("Which outcome does it serve?", required=False, empty="More than one")

    def sent(self) -> actions.ActionIn:
        got = self.cleaned_data
        return actions.ActionIn(
            got["words"],
            UUID(got["practitioner"]),
            got["due_on"],
            got["timing"],
            When(got["needed"]),
            self.uuid("outcome"),
        )


class ActionStepForm(PlanForm):
    act = Choice(
        "What has happened?",
        [
            Option("done", "It is done", reveals=("on",)),
            Option("hand_over", "Somebody else does it", reveals=("practitioner",)),
            ("given_up", "It is given up"),
        ],
        ask="Select what has happened",
    )
    on = Day("When was it done?", tense="past", required=False, hint="Leave empty for today")
    practitioner = Select("Who does it from now on?", ask="Choose who does it from now on")
    words = Words("What was done and what it led to, or why", rows=3, ask="Say what was done, or why")


class OfferForm(PlanForm):
    local = Select("Which service?", required=False, empty="One that is not in the directory")
    name = Text("Its name", required=False, hint="Where it is not in the directory")
    meant_to_change = Words(
        "What is it meant to change?", rows=2, ask="Say what the service is meant to change"
    )
    need = Select("Which need does it answer?", required=False, empty="None in particular")
    outcome = Select("Which outcome does it serve?", required=False, empty="None in particular")
    adult = Select("Who is it for?", required=False, empty="The child or the whole family")
    state = Choice(
        "How does it stand?",
        [(s.value, s.label) for s in OfferState if s is not OfferState.ENDED],
        ask="Select how it stands",
        small=True,
    )
    words = Words("What did the family say?", required=False, rows=2)

    def sent(self) -> actions.OfferIn:
        got = self.cleaned_data
        return actions.OfferIn(
            got["meant_to_change"], local_id=self.uuid("local"), name=got["name"], need=self.uuid("need"),
            outcome=self.uuid("outcome"), adult_id=self.uuid("adult"), state=OfferState(got["state"]),
            words=got["words"],
        )  # fmt: skip

    def offer_services(self, found: Sequence[LocalView]) -> None:
        """The directory's services, each with the ages and places that it is for."""
        self.fields["local"].set_options(  # type: ignore[attr-defined]
            [(str(s.id), f"{s.name} ({', '.join([s.ages, *s.places])})") for s in found]
        )


class OfferStepForm(PlanForm):
    state = Choice("How does it stand now?", labelled(OfferState), ask="Select how it stands now", small=True)
    words = Words("What came of it, in the family’s words where you can", required=False, rows=3)
    on = Day("Since when?", tense="past", required=False, hint="Leave empty for today")
