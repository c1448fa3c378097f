"""The forms of what stands in a plan: outcomes, statements, ties, views, scales, needs."""

from __future__ import annotations

from typing import Any

from sightline.govuk.forms import (
    Choice,
    Day,
    Option,
    Select,
    Text,
    Whole,
    Words,
)

from .. import actions
from ..terms import (
    Agrees,
    FamilyPlan,
    StandsOn,
    TieKept,
    When,
    Whose,
)
from .forms import PlanForm, labelled


class OutcomeForm(PlanForm):
    of_framework = Choice("Which of this partnership’s outcomes is it under?", small=True)
    words = Words(
        "What is to be different for this child?", rows=3, ask="Say what is to be different for this child"
    )
    measure = Words("How shall we know?", rows=2, ask="Say how we shall know that it is reached")
    baseline = Words("How is it now?", rows=2, ask="Say how it is now")
    baseline_scale = Whole(
        "On a scale from 0 to 10, where is it now?", required=False, most=10, width="2",
        hint="0 is as bad as it could be, 10 as good as it could be",
    )  # fmt: skip
    hoped_scale = Whole("Where should it be?", required=False, most=10, width="2")
    by = Day("By when?", ask="Enter the day by which it should be reached", hint="For example, 9 3 2027")
    whose = Choice("Whose view is it?", labelled(Whose), ask="Select whose view it is", small=True)
    whose_words = Text("Their name", required=False)
    needed = Choice(
        "Is it needed now, or later?", labelled(When), inline=True, ask="Select whether it is needed now"
    )

    def sent(self) -> actions.OutcomeIn:
        got = self.cleaned_data
        return actions.OutcomeIn(
            got["words"], got["measure"], got["baseline"], got["by"], Whose(got["whose"]), When(got["needed"]),
            of_framework=got.get("of_framework") or "", whose_words=got["whose_words"],
            baseline_scale=got["baseline_scale"], hoped_scale=got["hoped_scale"],
        )  # fmt: skip


class TextForm(PlanForm):
    """A statement that is words alone."""

    words = Words("", rows=4)


class StandsOnForm(PlanForm):
    answer = Choice(
        "What does the plan stand on?",
        [Option(s.value, s.label, reveals=(f"why_{s.value}",) if s.compulsory else ()) for s in StandsOn],
        ask="Select what the plan stands on",
    )
    #: Each answer asks for its own, since one field cannot stand inside two answers.
    why_section_47 = Words("Why would nothing less do?", rows=3, ask="Say why nothing less would do")
    why_court_order = Words("Why would nothing less do?", rows=3, ask="Say why nothing less would do")
    words = Words(
        "Who agreed, or which order is it, and since when?",
        rows=2,
        ask="Say who agreed, or which order it is",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        first = kwargs.get("initial") or {}
        if first.get("answer"):
            kwargs["initial"] = {**first, f"why_{first['answer']}": first.get("why", "")}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        got: dict[str, Any] = super().clean() or {}
        got["why"] = got.get(f"why_{got.get('answer')}") or ""
        return got


class FamilyPlanForm(PlanForm):
    answer = Choice(
        "What became of the family’s own plan?",
        labelled(FamilyPlan),
        ask="Select what became of the family’s plan",
    )
    words = Words("The family’s plan in their words", required=False, rows=5)
    why = Words(
        "What safety changes in it and why, or how they were helped to make one", required=False, rows=3
    )


class TieForm(PlanForm):
    about = Select("Who?", required=False, empty="Somebody else")
    name = Text("Their name", required=False, hint="Where they are not in the list")
    answer = Choice(
        "Does the plan keep this tie?", labelled(TieKept), ask="Select whether the plan keeps this tie"
    )
    words = Words("How it is kept, and what they are to the child", required=False, rows=3)
    why = Words("Why not, if it cannot be kept", required=False, rows=2)


class ViewForm(PlanForm):
    whom = Select("Whose view?", ask="Choose whose view it is")
    name = Text("Their name", required=False, hint="Where they are not in the list")
    agrees = Choice(
        "Do they agree with the plan?",
        [Option(a.value, a.label, reveals=("why_not",) if a is Agrees.NOT_HEARD else ()) for a in Agrees],
        ask="Select whether they agree",
    )
    words = Words("In their own words", required=False, rows=4)
    why_not = Words(
        "Why could it not be learnt, and what was tried?",
        rows=3,
        ask="Say why it could not be learnt, and what was tried",
    )
    heard_on = Day("When was it heard?", tense="past", required=False, hint="Leave empty for today")
    heard_how = Text("How?", required=False, hint="For example, drawing together at school, or by telephone")


class ScaleForm(PlanForm):
    outcome = Select("What is it about?", required=False, empty="How safe the child is")
    whom = Select("Whose scale is it?", ask="Choose whose scale it is")
    name = Text("Their name", required=False, hint="Where they are not in the list")
    value = Whole(
        "From 0 to 10, where are they?", most=10, width="2", ask="Enter a number from 0 to 10",
        hint="0 is as bad as it could be, 10 as good as it could be",
    )  # fmt: skip
    words = Words("What makes them say so?", required=False, rows=2)
    on = Day("On which day?", tense="past", required=False, hint="Leave empty for today")


class NeedForm(PlanForm):
    words = Words("What is needed?", rows=2, ask="Say what is needed")
    adult = Select("Whose need is it?", required=False, empty="The child’s")
    for_child = Words(
        "If it is an adult’s own: what does it do to the child?", required=False, rows=2,
        hint="An adult’s own needs stand apart from the child’s plan, and are linked to it here",
    )  # fmt: skip
    unmet_why = Words("If no service meets it: why not?", required=False, rows=2)
    agency = Select("Which agency would have met it?", required=False, empty="None in particular")
    area = Text("In which place?", required=False, max_length=80, width="20")

    def sent(self) -> actions.NeedIn:
        got = self.cleaned_data
        return actions.NeedIn(
            got["words"],
            self.uuid("adult"),
            got["for_child"],
            got["unmet_why"],
            self.uuid("agency"),
            got["area"],
        )
