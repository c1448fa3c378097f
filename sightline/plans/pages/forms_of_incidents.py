"""What is asked of missing, domestic abuse and violence outside the home."""

from __future__ import annotations

from sightline.govuk.forms import (
    Choice,
    Moment,
    Option,
    Text,
    Words,
    YesNo,
)

from ..terms import (
    ChildWas,
    IncidentKind,
)
from .forms import OfDecision, PlanForm, labelled


class IncidentForm(PlanForm):
    kind = Choice(
        "What was it?",
        [
            Option(k.value, k.label, reveals=("child_was",) if k is IncidentKind.COMMUNITY_VIOLENCE else ())
            for k in IncidentKind
        ],
        ask="Select what it was",
    )
    child_was = Choice(
        "What happened to the child, or did the child do?",
        labelled(ChildWas),
        ask="Say whether the child was harmed, harmed somebody, or both",
    )
    began_at = Moment("When did it begin?", tense="past", ask="Enter the day and time at which it began")
    ended_at = Moment(
        "When was the child back, or when was it over?", tense="past", required=False,
        hint="Leave empty while a child is still missing. For example, 19 11 2026 at 10:40",
    )  # fmt: skip
    words = Words("What happened?", rows=4, ask="Say what happened")
    told_by = Text(
        "Who told you, or did you see it yourself?", ask="Say who told you, or that you saw it yourself"
    )
    child_there = Text("Where was the child, and what did they see or hear?", required=False, max_length=300)


class ReturnForm(PlanForm):
    ended_at = Moment(
        "When did the child come back?", tense="past", ask="Enter the day and time of the return"
    )


class TalkForm(PlanForm):
    held = YesNo(
        "Was the conversation held?",
        yes=Option(
            "yes", "Yes", reveals=("held_at", "place", "by_whom", "independent", "alone", "said", "pushes")
        ),
        no=Option("no", "No, it was offered and declined", reveals=("declined",)),
        ask="Say whether the conversation was held",
    )
    held_at = Moment("When?", tense="past", ask="Enter the day and time of the conversation")
    place = Text("Where?", hint="For example, at home, in the garden", ask="Say where it was held")
    by_whom = Text("Who spoke with the child?", ask="Say who spoke with the child")
    independent = YesNo(
        "Were they independent of the people who care for the child?", ask="Say whether they were independent"
    )
    alone = YesNo(
        "Was the child alone with them?",
        no=Option("no", "No", reveals=("others", "why_not_alone")),
        ask="Say whether the child was alone with who spoke with them",
    )
    others = Text("Who else was there?", max_length=300, ask="Say who else was there")
    why_not_alone = Text("Why not alone?", max_length=1000, ask="Say why the child was not heard alone")
    said = Words("What did the child say?", rows=4, ask="Write what the child said, in their own words")
    pushes = Words("What do they go from, and what draws them?", required=False, rows=3)
    declined = Words(
        "How was it offered, and what did the child answer?",
        rows=3,
        ask="Say how it was offered and what the child answered",
    )
    then = Words("What is done about it?", required=False, rows=3)


class IncidentDecisionForm(PlanForm, OfDecision):
    field_order = (
        "knows_family", "kind", "outcome", "reasons", "has_conflict", "conflict", "for_the_child", "conflict_resolved",
    )  # fmt: skip
    knows_family = YesNo(
        "Do you know anybody in this family outside your work?",
        ask="Say whether you know anybody in this family",
    )
    kind = Choice("Which incidents?", labelled(IncidentKind), ask="Select which incidents")
    outcome = Text("What was decided?", ask="Say what was decided")
    reasons = Words("Why?", rows=4, ask="Give the reasons")
