"""What is asked where a review, a plan or its stay with us ends: closing, stepping, moving between authorities."""

from __future__ import annotations

from typing import Any

from sightline.enquiries.pages.closing import ClosingForm, ClosingWords
from sightline.enquiries.terms import AFTER_ASSESSMENT, Closure
from sightline.govuk.forms import (
    Choice,
    Day,
    Option,
    Select,
    Text,
    Whole,
    Words,
    YesNo,
)
from sightline.kernel.time import today

from .. import actions
from ..terms import (
    PlanKind,
    ReviewResult,
)
from .forms import CATEGORIES, OfDecision, OfSooner, OfWishes, PlanForm, labelled


class CloseReviewForm(OfWishes, OfDecision):
    knows_family = YesNo(
        "Do you know anybody in this family outside your work?",
        ask="Say whether you know anybody in this family",
    )
    result = Choice(
        "What did the review decide?", labelled(ReviewResult), ask="Select what the review decided"
    )
    reasons = Words("Why?", rows=4, ask="Give the reasons")
    next_by = Day(
        "Does this child need the next review sooner than the procedures ask? By when", tense="future", required=False,
        hint="Leave empty where the usual time will do",
    )  # fmt: skip
    sooner_why = Text("Why sooner?", required=False)
    field_order = (
        "knows_family",
        "result",
        "reasons",
        "has_conflict",
        "conflict",
        "for_the_child",
        "conflict_resolved",
        "heard",
        "weight",
        "wishes_why_not",
        "next_by",
        "sooner_why",
    )


class _Ending(OfWishes, ClosingWords):
    knows_family = YesNo(
        "Do you know anybody in this family outside your work?",
        ask="Say whether you know anybody in this family",
    )
    reasons = Words("Why?", rows=4, ask="Give the reasons")


class CloseForm(_Ending, OfDecision, ClosingForm):
    reason = Choice(
        "Why does the child’s case end?",
        [(c.value, f"{c.label} ({c.value})") for c in Closure if c not in AFTER_ASSESSMENT],
        ask="Select why the child’s case ends", small=True,
    )  # fmt: skip
    field_order = (
        "knows_family", "reason", "reasons", "has_conflict", "conflict", "for_the_child", "conflict_resolved",
        "summary", "helps_now", "feedback_asked", "record_in_order_by", "heard", "weight", "wishes_why_not",
    )  # fmt: skip

    def sent(self) -> actions.EndIn:
        got = self.cleaned_data
        return actions.EndIn(
            got["reason"], got["reasons"], got["summary"], got["helps_now"], got["feedback_asked"],
            self.uuid("record_in_order_by"), self.weighed(), conflict=self.conflicting(),
            knows_family=got["knows_family"],
        )  # fmt: skip


class StepForm(_Ending, OfDecision, OfSooner):
    to = Choice("Which plan does the child go on under?", ask="Select the plan")
    category = Choice("Category", CATEGORIES, ask="Select the category of the plan", small=True)
    decision = Select(
        "The conference’s decision", required=False, empty="Choose the decision that it follows"
    )
    lead = Select(
        "Who leads it?", required=False, empty="Whoever leads the plan now",
        hint="A child protection plan is led by a social worker",
    )  # fmt: skip
    field_order = (
        "knows_family", "to", "category", "decision", "lead", "reasons", "has_conflict", "conflict", "for_the_child",
        "conflict_resolved", "summary", "helps_now", "feedback_asked", "record_in_order_by", "heard", "weight",
        "wishes_why_not", "visit_by", "core_group_by", "review_by", "sooner_why",
    )  # fmt: skip

    def offer_steps(self, kind: PlanKind) -> None:
        asked = ("category", "decision")
        self.fields["to"].set_options(  # type: ignore[attr-defined]
            [
                Option(
                    k.value, k.label, hint="Step up" if k.height > kind.height else "Step down",
                    reveals=asked if k is PlanKind.CHILD_PROTECTION else (),
                )
                for k in PlanKind
                if k is not kind
            ]
        )  # fmt: skip
        if kind is PlanKind.CHILD_PROTECTION:
            for name in (*asked, "core_group_by"):
                del self.fields[name]

    def sent(self) -> actions.StepIn:
        got = self.cleaned_data
        return actions.StepIn(
            PlanKind(got["to"]), got["reasons"], got["summary"], got["helps_now"], got["feedback_asked"],
            self.uuid("record_in_order_by"), category=got.get("category") or "", decision_id=self.uuid("decision"),
            lead_id=self.uuid("lead"), wishes=self.weighed(), conflict=self.conflicting(),
            knows_family=got["knows_family"], visit_by=got["visit_by"], core_group_by=got.get("core_group_by"),
            review_by=got["review_by"], sooner_why=got["sooner_why"],
        )  # fmt: skip


class AskTransferForm(PlanForm):
    authority = Text("Which authority is asked?", max_length=120, ask="Say which authority is asked")
    words = Words(
        "Transfer summary, which goes with the child", rows=6, ask="Write a transfer summary",
        hint="What the worry was, what we did, what they must know; what else was sent to whom, and what keeps the "
        "child safe meanwhile",
    )  # fmt: skip
    conference_on = Day(
        "When is their conference, if it is known?", required=False, hint="For example, 9 3 2027"
    )

    def of_kind(self, kind: PlanKind) -> None:
        """Only a protection plan is taken on by a conference."""
        if kind is not PlanKind.CHILD_PROTECTION:
            del self.fields["conference_on"]


class ReceiveTransferForm(PlanForm):
    authority = Text("Which authority asks?", max_length=120, ask="Say which authority asks")
    kind = Choice(
        "Which plan does the child have there?",
        [
            Option(
                PlanKind.CHILD_PROTECTION.value, PlanKind.CHILD_PROTECTION.label,
                hint="Our conference decides on it",
                reveals=("category", "earlier_plans", "conference_by", "sooner_why"),
            ),
            Option(
                PlanKind.CHILD_IN_NEED.value, PlanKind.CHILD_IN_NEED.label, hint="It is taken on without a conference"
            ),
        ],
        ask="Select which plan the child has there",
    )  # fmt: skip
    category = Choice(
        "Category of their plan", CATEGORIES, ask="Select the category of their plan", small=True
    )
    earlier_plans = Whole("Child protection plans before that one", required=False, most=50)
    asked_on = Day(
        "When did their written request come?", tense="past", ask="Enter the day on which the request came"
    )
    words = Words(
        "What did they send, and who keeps the child safe meanwhile?", rows=4,
        ask="Say what they sent, and who keeps the child safe meanwhile",
    )  # fmt: skip
    conference_by = Day(
        "Must the receiving conference be sooner than the procedures ask? By when", tense="future", required=False,
        hint="Leave empty where the usual time will do",
    )  # fmt: skip
    sooner_why = Text("Why sooner?", required=False)


class AnswerOutForm(_Ending, OfDecision):
    accepted = YesNo("Did their conference accept the plan?", ask="Say whether the plan was accepted")
    conference_on = Day("When was the conference?", tense="past", required=False)
    answered_by = Text("Who answered, and in which post?", ask="Say who answered, and in which post")
    words = Words("What was decided, and why?", rows=3, ask="Say what was decided, and why")
    field_order = (
        "knows_family", "accepted", "conference_on", "answered_by", "words", "has_conflict", "conflict",
        "for_the_child", "conflict_resolved", "summary", "helps_now", "feedback_asked", "record_in_order_by", "heard",
        "weight", "wishes_why_not",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["reasons"]
        for name in ("summary", "helps_now", "feedback_asked", "record_in_order_by"):
            self.fields[name].required = False

    def of_kind(self, kind: PlanKind) -> None:
        """Only a protection plan is taken on by a conference."""
        if kind is not PlanKind.CHILD_PROTECTION:
            del self.fields["conference_on"]
            self.fields["accepted"].label = "Did they accept the plan?"

    def answer(self) -> actions.TransferAnswer:
        got = self.cleaned_data
        end = actions.EndIn(
            Closure.RC5.value, got["words"], got["summary"], got["helps_now"], got["feedback_asked"],
            self.uuid("record_in_order_by"), self.weighed(), conflict=self.conflicting(),
            knows_family=got["knows_family"],
        )  # fmt: skip
        return actions.TransferAnswer(
            got["accepted"],
            got["answered_by"],
            got["words"],
            got.get("conference_on"),
            end=end if got["accepted"] else None,
        )


class AnswerInForm(OfWishes, OfDecision):
    knows_family = YesNo(
        "Do you know anybody in this family outside your work?",
        ask="Say whether you know anybody in this family",
    )
    accepted = YesNo("Did our conference accept the plan?", ask="Say whether the plan was accepted")
    conference_on = Day("When was the receiving conference?", tense="past", required=False)
    answered_by = Text("Who chaired it?", ask="Say who chaired it")
    words = Words("What was decided, and why?", rows=3, ask="Say what was decided, and why")
    category = Choice("Category of our plan", CATEGORIES, required=False, small=True)
    lead = Select(
        "Who leads it here?", required=False, empty="I do", hint="A child protection plan is led by a social worker"
    )  # fmt: skip
    field_order = (
        "knows_family", "accepted", "conference_on", "answered_by", "words", "has_conflict", "conflict",
        "for_the_child", "conflict_resolved", "category", "lead", "heard", "weight", "wishes_why_not",
    )  # fmt: skip

    def of_kind(self, kind: PlanKind) -> None:
        """Only a protection plan is taken on by a conference, and by a social worker."""
        if kind is not PlanKind.CHILD_PROTECTION:
            for name in ("conference_on", "category"):
                del self.fields[name]
            for name, label in (
                ("accepted", "Did we accept the plan?"),
                ("answered_by", "Who decided, in which post?"),
            ):
                self.fields[name].label = label
            self.fields["answered_by"].error_messages["required"] = "Say who decided, and in which post"
            self.fields["lead"].hint = ""  # type: ignore[attr-defined]

    def answer(self, authority: str, category: str, earlier: int | None) -> actions.TransferAnswer:
        got = self.cleaned_data
        begin, conference_on = None, got.get("conference_on")
        if got["accepted"] and (conference_on or "conference_on" not in self.fields):
            begin = actions.BeginIn(
                PlanKind.CHILD_PROTECTION if category else PlanKind.CHILD_IN_NEED, conference_on or today(),
                got["words"], category=got.get("category") or category,
                lead_id=self.uuid("lead"), wishes=self.weighed(), earlier_plans=earlier, from_authority=authority,
                conflict=self.conflicting(),
            )  # fmt: skip
        return actions.TransferAnswer(
            got["accepted"], got["answered_by"], got["words"], conference_on, begin=begin,
            knows_family=got["knows_family"],
        )  # fmt: skip
