"""The forms of deciding on a concern: on each child, and a manager's ruling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.forms import Field

from sightline.govuk.forms import (
    Choice,
    Choices,
    Confirm,
    Moment,
    Option,
    PageForm,
    Select,
    Text,
    Words,
    YesNo,
)
from sightline.govuk.once import OnceForm
from sightline.procedures.beside import beneath, sourced
from sightline.procedures.pack import Pack
from sightline.procedures.terms import GuidedField

from .. import rules
from ..actions import outcome_rule

NEEDS = (
    Option("N1", "Abuse, neglect or exploitation"),
    Option("N2", "The child's disability or illness"),
    Option("N3", "A parent's disability or illness"),
    Option("N4", "Family in acute stress"),
    Option("N5", "Family dysfunction"),
    Option("N6", "Socially unacceptable behaviour"),
    Option("N7", "Low income"),
    Option("N8", "Absent parenting"),
    Option("N9", "Not a child in need"),
)


SUMMARY_HINT = "What the worry was, what we did, what they must know to keep the child safe"


class ReopenForm(PageForm):
    """What starting the clock of the decision anew asks (TIM-01)."""

    sooner = YesNo(
        "Does any child of it need the new decision sooner than the time limit?",
        yes=Option("yes", "Yes", reveals=("sooner_by", "sooner_why")),
        no=Option("no", "No"),
        ask="Say whether any child needs the new decision sooner than the time limit",
    )
    sooner_by = Moment(
        "By when?", tense="future", whole_days=True,
        ask="Say by when the decision is needed",
        hint="For example, 27 3 2027. Add a time, such as 3pm, where it is a matter of hours.",
    )  # fmt: skip
    sooner_why = Text("Why is it needed sooner?", ask="Say why the decision is needed sooner")


class KnowsFamilyForm(PageForm):
    knows_family = YesNo(
        "Do you know anybody in this family outside your work?",
        hint="If you do, somebody else decides.",
        ask="Select whether you know anybody in this family",
    )


class ChildDecisionForm(PageForm):
    """A decision on one child. What only some outcomes ask stands inside their answer.

    Everything that it must say is checked again by the rules, and by the database. A question of an outcome is
    named `question_outcome`, since several outcomes may ask the same.
    """

    #: Asked only where known children are suggested.
    none_of_these = Confirm(
        "It is none of these", ask="Say which known child it is, or that it is none of those shown"
    )
    level_id = Choice("Level of need", small=True, ask="Choose the level of need")
    outcome_id = Choice(
        "What happens next for this child?", small=True, ask="Choose what happens next for this child"
    )
    reasons = Words(
        "Your reasons",
        hint="So that the child, grown up, could follow them.",
        ask="Give the reasons for this decision",
        rows=4,
    )
    working_well = Words(
        "What is working well for this child?",
        hint="Who and what keeps this child safe already. It stands on the child’s page.",
        required=False,
        max_length=2000,
        rows=2,
        count=False,
    )
    stands_on = Text(
        "On whose agreement, or under which power, does this stand?",
        hint="For example: the mother agreed on the telephone today; section 47, Children Act 1989",
        ask="Say on whose agreement, or under which power, this stands",
    )
    child_told = Text(
        "What was the child told, and by whom?", hint="Or why the child was not told.",
        ask="Say what the child was told and by whom, or why they were not told",
    )  # fmt: skip
    parents_told = Text(
        "What were the parents told, and by whom?", hint="Or why they were not told.",
        ask="Say what the parents were told and by whom, or why they were not told",
    )  # fmt: skip
    has_conflict = YesNo(
        "Is the child’s welfare in conflict with the interests of a parent, a carer or a professional?",
        yes=Option("yes", "Yes", reveals=("conflict", "for_the_child")),
        no=Option("no", "No"),
        ask="Say whether there is a conflict of interests",
    )
    conflict = Text(
        "With whose interests, and how?", ask="Say with whose interests the child's are in conflict"
    )
    for_the_child = YesNo(
        "Was it resolved in the child’s favour?",
        yes=Option("yes", "Yes", reveals=("conflict_resolved",)),
        no=Option("no", "No: a manager must decide before this takes effect"),
        ask="Say whether the conflict was resolved in the child's favour",
    )
    conflict_resolved = Text("How was it resolved?", ask="Say how the conflict was resolved")

    #: In the order of the page; what an outcome or a level asks stands inside it.
    shown = (
        "level_id", "outcome_id", "reasons", "working_well", "stands_on", "child_told", "parents_told",
        "has_conflict",
    )  # fmt: skip
    #: What somebody may take over from a brother or sister: their own words, never a choice.
    words = ("reasons", "working_well", "stands_on", "child_told", "parents_told")

    def __init__(
        self,
        *args: Any,
        pack: Pack,
        day: Any,
        may_be_known: bool = False,
        **kwargs: Any,
    ) -> None:
        # The fields must be there before the draft is laid into them, and after the class's own.
        self.pack, self.day = pack, day
        self.base_fields = {**type(self).base_fields, **_levels(pack, day), **_outcomes(pack, day)}  # type: ignore[misc]
        super().__init__(*args, **kwargs)
        if not may_be_known:
            del self.fields["none_of_these"]
        levels = pack.levels(day)
        self.fields["level_id"].hint = (  # type: ignore[attr-defined]
            f"{levels.title}. {levels.citation}. {levels.caveat}".strip()
        )
        self.fields["level_id"].set_options(  # type: ignore[attr-defined]
            [
                Option(
                    level.id, f"{level.number}: {level.name}", hint=level.summary,
                    reveals=(f"descriptors_{level.id}",),
                )
                for level in levels.level
            ]
        )  # fmt: skip
        self.fields["outcome_id"].set_options(  # type: ignore[attr-defined]
            [
                Option(
                    o.id, o.title, o.meaning, reveals=tuple(f"{n}_{o.id}" for n in _asked(pack, o.id, day))
                )
                for o in pack.screening_outcomes(day)
            ]
        )
        self._guide()

    def _guide(self) -> None:
        """Stand the partnership's guidance with the fields, folded: the page asks much."""
        places = {
            "level_id": GuidedField.LEVEL_OF_NEED,
            "outcome_id": GuidedField.OUTCOME,
            "stands_on": GuidedField.AGREEMENT_OR_POWER,
            "child_told": GuidedField.CHILD_TOLD,
            "has_conflict": GuidedField.CONFLICT_OF_INTERESTS,
        }
        places |= {
            f"sooner_{o.id}": GuidedField.SOONER
            for o in self.pack.screening_outcomes(self.day)
            if f"sooner_{o.id}" in self.fields
        }
        for name, place in places.items():
            beneath(self, name, self.pack, self.day, place)
        sourced(self, "outcome_id", self.pack.screening_outcomes(self.day))

    def descriptors(self) -> tuple[str, ...]:
        return tuple(self.cleaned_data.get(f"descriptors_{self.cleaned_data.get('level_id')}") or ())

    def answered(self, question: str) -> Any:
        """The answer to what the chosen outcome asks; None where it does not ask it."""
        return self.cleaned_data.get(self.named(question))

    def named(self, question: str) -> str:
        """The field of a question of the rules in this form: its own, the level's or the outcome's."""
        if question == "descriptors":
            return f"descriptors_{self.cleaned_data.get('level_id')}"
        name = f"{question}_{self.cleaned_data.get('outcome_id')}"
        return name if name in self.fields else question


#: What outcomes may ask, in the order of the page.
QUESTIONS = ("why_nothing_less", "advice", "authority", "summary", "records_referral", "need_code", "sooner")


def _asked(pack: Pack, outcome_id: str, day: Any) -> list[str]:
    rule = outcome_rule(pack, outcome_id, day)
    asked = rules.questions(rule) if rule is not None else frozenset()
    return [question for question in QUESTIONS if question in asked]


def _levels(pack: Pack, day: Any) -> dict[str, Field]:
    return {
        f"descriptors_{level.id}": Choices(
            "Which of these do you rely on?",
            [(d.id, d.text) for d in level.descriptor],
            small=True,
            ask="Choose at least one descriptor of that level that you rely on",
        )
        for level in pack.levels(day).level
    }


def _outcomes(pack: Pack, day: Any) -> dict[str, Field]:
    """The questions of each outcome, by the rules; `records_referral` and `sooner` ask more in turn."""
    found: dict[str, Field] = {}
    for outcome in pack.screening_outcomes(day):
        for question in _asked(pack, outcome.id, day):
            found |= {f"{name}_{outcome.id}": field for name, field in _question(question, outcome.id)}
    return found


def _question(question: str, outcome_id: str) -> Iterator[tuple[str, Field]]:
    match question:
        case "why_nothing_less":
            ask = "Say why nothing less would keep this child safe"
            yield question, Words("Why would nothing less do?", ask=ask, max_length=2000, rows=3, count=False)
        case "advice":
            yield (
                question,
                Words(
                    "Advice given, or where the family was pointed to",
                    ask="Write the advice given, or where the family was pointed to",
                    max_length=2000,
                    rows=3,
                    count=False,
                ),
            )
        case "authority":
            ask = "Name the authority that the child is passed to"
            yield question, Text("Which authority is the child passed to?", ask=ask, max_length=120)
        case "summary":
            yield (
                question,
                Words(
                    "Transfer summary, which goes with the child", rows=6, ask="Write a transfer summary",
                    hint=SUMMARY_HINT,
                ),
            )  # fmt: skip
        case "records_referral":
            yield (
                question,
                YesNo(
                    "Is this recorded as a referral with no further action?",
                    hint="If not, it stays a contact.",
                    yes=Option("yes", "Yes", reveals=(f"need_code_{outcome_id}",)),
                    no=Option("no", "No"),
                    ask="Say whether this is recorded as a referral with no further action",
                ),
            )
            yield from _question("need_code", outcome_id)
        case "need_code":
            yield question, Select("Primary need", NEEDS, ask="Choose the child’s primary need")
        case "sooner":
            yield (
                question,
                YesNo(
                    "Does this child need anything sooner than the time limits?",
                    yes=Option("yes", "Yes", reveals=(f"sooner_by_{outcome_id}", f"sooner_why_{outcome_id}")),
                    no=Option("no", "No"),
                    ask="Say whether this child needs anything sooner than the time limits",
                ),
            )
            yield (
                "sooner_by",
                Moment(
                    "By when?", tense="future", whole_days=True,
                    ask="Say by when this child needs it",
                    hint="For example, 27 3 2027. Add a time, such as 3pm, where it is a matter of hours.",
                ),
            )  # fmt: skip
            ask = "Say why this child needs it sooner"
            yield "sooner_why", Text("Why does this child need it sooner?", ask=ask)


class RulingForm(OnceForm):
    knows_family = YesNo(
        "Do you know anybody in this family outside your work?",
        hint="If you do, another manager rules on it.",
        ask="Select whether you know anybody in this family",
    )
    upholds = Choice(
        "Does the decision take effect?",
        [("yes", "Yes, it takes effect now"), ("no", "No: the concern is decided anew")],
        ask="Select whether the decision takes effect",
    )
    reasons = Words("Your reasons", ask="Give your reasons")


class ReceivedForm(PageForm):
    """They have it, and have not said yet that they accept."""

    received_by = Text(
        "Who confirmed that they have it, and what is their post?", max_length=200,
        ask="Name who confirmed, and their post",
    )  # fmt: skip
    received_at = Moment("When did they confirm?", tense="past", ask="Enter when they confirmed")


class AcceptedForm(PageForm):
    """`with_summary`: the summary went with the child. It is asked here of one that was passed on without."""

    accepted_by = Text(
        "Who accepted, and what is their post?", max_length=200, ask="Name who accepted, and their post"
    )
    summary = Words(
        "Transfer summary", rows=8, ask="Write a transfer summary",
        hint=f"None went with the child. {SUMMARY_HINT}",
    )  # fmt: skip

    def __init__(self, *args: Any, with_summary: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if with_summary:
            del self.fields["summary"]
