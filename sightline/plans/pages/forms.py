"""The forms of plans. Choices start without an answer; what siblings share is chosen child by child."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms

from sightline.children.terms import AbuseCategory
from sightline.govuk.forms import (
    Choice,
    Choices,
    Day,
    Moment,
    Option,
    PageForm,
    Select,
    Text,
    Whole,
    Words,
    YesNo,
)
from sightline.govuk.numbers import whole_number
from sightline.govuk.once import OnceForm
from sightline.records.pages.conflict import ConflictForm
from sightline.records.pages.interpreting import InterpretingForm
from sightline.voice.pages.wishes import WishesForm

from .. import actions
from ..queries import SameText
from ..terms import (
    PlanKind,
)

Pairs = Sequence[tuple[str, str]]


def labelled(terms: Any) -> list[tuple[str, str]]:
    """The terms of a list as a choice's answers."""
    return [(term.value, term.label) for term in terms]


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


CATEGORIES = [(c.value, _first_up(c.label)) for c in AbuseCategory]


class PlanForm(OnceForm):
    """A form about a plan: `as_of` is the count of its acts when the form was opened; `also` the brothers and
    sisters in whose plans the same is written."""

    as_of = forms.CharField(widget=forms.HiddenInput, required=False)

    def seen_version(self) -> int | None:
        return whole_number(str(self.data.get("as_of", "")))

    def offer_siblings(self, siblings: Pairs) -> None:
        """Ask in whose plans it stands as well."""
        if siblings:
            self.fields["also"] = Choices(
                "Write the same in the plan of", list(siblings), required=False, small=True,
                hint="Each child’s plan stays their own. Leave out a child to whom it does not apply",
            )  # fmt: skip

    def also(self) -> list[UUID]:
        return [UUID(i) for i in self.cleaned_data.get("also") or []]

    def offer_alike(self, found: Sequence[SameText]) -> None:
        """Ask in whose plans the same text is changed as well: what was written once for brothers and sisters."""
        self._alike = {str(one.plan_id): one.item for one in found}
        if found:
            self.fields["alike"] = Choices(
                "Change it in the same way in the plan of", [(str(one.plan_id), one.called) for one in found],
                required=False, small=True,
                hint="It was written once for them and still says the same there. Leave out a child to whom the change "
                "does not apply",
            )  # fmt: skip

    def alike(self) -> dict[UUID, UUID]:
        """The plans in which the same is changed, and its item in each."""
        return {UUID(i): self._alike[i] for i in self.cleaned_data.get("alike") or []}

    def choose(self, name: str, options: Iterable[tuple[str, str]]) -> None:
        """Fill the answers of a choice; without any the question is not asked."""
        found = list(options)
        if found:
            self.fields[name].set_options(found)  # type: ignore[attr-defined]
        else:
            del self.fields[name]

    def uuid(self, name: str) -> UUID | None:
        text = self.cleaned_data.get(name) or ""
        return UUID(text) if text else None


class OfWishes(WishesForm, PlanForm):
    """A form about a plan that asks for the child's wishes as well."""


class OfDecision(ConflictForm):
    """A form by which something is decided on a plan."""

    def conflicting(self) -> actions.ConflictIn:
        """Whether the child's welfare was in conflict with anybody's interests, as the actions take it."""
        return actions.ConflictIn(**self.conflict_said())


class OfSooner(PageForm):
    """What this child needs sooner than the clocks of a new plan ask (TIM-01)."""

    visit_by = Day(
        "Must this child be visited sooner than the procedures ask? By when", tense="future", required=False,
        hint="Leave empty where the usual time will do",
    )  # fmt: skip
    core_group_by = Day(
        "Must the core group meet sooner than the procedures ask? By when", tense="future", required=False,
        hint="With a child protection plan only. Leave empty where the usual time will do",
    )  # fmt: skip
    review_by = Day(
        "Must the plan be reviewed sooner than the procedures ask? By when", tense="future", required=False,
        hint="Leave empty where the usual time will do",
    )  # fmt: skip
    sooner_why = Text("Why sooner?", required=False)


class BeginForm(OfWishes, OfDecision, OfSooner):
    knows_family = YesNo(
        "Do you know anybody in this family outside your work?",
        ask="Say whether you know anybody in this family",
    )
    kind = Choice(
        "Which plan?",
        [
            Option(
                k.value,
                k.label,
                reveals=("category", "decision", "earlier_plans") if k is PlanKind.CHILD_PROTECTION else (),
            )
            for k in PlanKind
        ],
        ask="Select which plan it is",
    )
    category = Choice("Category", CATEGORIES, ask="Select the category of the plan", small=True)
    decision = Select(
        "The conference’s decision", required=False, empty="Choose the decision that it follows",
        hint="A child protection plan follows the decision of a conference",
    )  # fmt: skip
    earlier_plans = Whole(
        "Child protection plans before this one that were made elsewhere", required=False, most=50,
        hint="By another authority. Those made here are counted for you",
    )  # fmt: skip
    began_on = Day("From which day?", tense="past", ask="Enter the day on which the plan begins")
    lead = Select(
        "Who leads it?", required=False, empty="I do", hint="A child protection plan is led by a social worker"
    )  # fmt: skip
    reasons = Words("Why does the child need this plan?", rows=4, ask="Say why the child needs this plan")
    with_plan = Select(
        "Is it made together with the plan of a brother or sister?", required=False, empty="No, on its own"
    )
    field_order = (
        "knows_family", "kind", "category", "decision", "earlier_plans", "began_on", "lead", "with_plan", "reasons",
        "has_conflict", "conflict", "for_the_child", "conflict_resolved", "heard", "weight", "wishes_why_not",
        "visit_by", "core_group_by", "review_by", "sooner_why",
    )  # fmt: skip

    def sent(self) -> actions.BeginIn:
        got = self.cleaned_data
        return actions.BeginIn(
            PlanKind(got["kind"]), got["began_on"], got["reasons"], category=got["category"] or "",
            decision_id=self.uuid("decision"), lead_id=self.uuid("lead"), wishes=self.weighed(),
            earlier_plans=got["earlier_plans"], conflict=self.conflicting(), visit_by=got["visit_by"],
            core_group_by=got["core_group_by"], review_by=got["review_by"], sooner_why=got["sooner_why"],
        )  # fmt: skip


class VisitForm(InterpretingForm, PlanForm):
    field_order = (
        "visited_at", "seen", "alone", "why_not", "where", "interpreting", "like", "said", "text", "others",
        "adults_apart", "late_why",
    )  # fmt: skip
    visited_at = Moment("When was the visit?", tense="past", ask="Enter the day and time of the visit")
    seen = YesNo(
        "Was the child seen?",
        yes=Option("yes", "Yes", reveals=("alone",)),
        ask="Say whether the child was seen",
    )
    alone = YesNo("Were they seen alone?", ask="Say whether the child was seen alone")
    why_not = Words("If not seen, or not alone: why?", required=False, rows=2)
    where = Text(
        "Where?", ask="Say where the visit was", hint="For example, at home, at school in the library"
    )
    like = Words(
        "What was the child like?",
        required=False,
        rows=3,
        hint="How they looked, moved, played and were with others",
    )
    said = Words(
        "What did the child say?", required=False, rows=3, hint="In their own words, without quotation marks"
    )
    text = Words("What happened on the visit?", rows=6, ask="Write what happened on the visit")
    others = Text("If not alone: who else was there?", required=False, max_length=200)
    adults_apart = Text("Which adults were spoken to on their own?", required=False, max_length=300)
    late_why = Text("If it is written late: why?", required=False)

    def sent(self) -> actions.VisitIn:
        got = self.cleaned_data
        return actions.VisitIn(
            visited_at=got["visited_at"], seen=got["seen"], alone=got["alone"], why_not=got["why_not"],
            where=got["where"], like=got["like"], said=got["said"], text=got["text"], others=got["others"],
            adults_apart=got["adults_apart"], late_why=got["late_why"], **self.interpreted(),
        )  # fmt: skip


class SignForm(PlanForm):
    without = Words("Why is it signed before every account is recorded?", required=False, rows=3)


class LeadForm(PlanForm):
    practitioner = Select("Who leads the plan from now on?", ask="Choose who leads the plan")
    why = Words("Why?", rows=2, ask="Say why somebody else leads from now on")
    from_day = Day("From which day?", tense="past", required=False, hint="Leave empty for today")


class CategoryForm(OfDecision, PlanForm):
    field_order = ("knows_family", "code", "why", "from_day", "has_conflict")
    knows_family = YesNo(
        "Do you know anybody in this family outside your work?",
        ask="Say whether you know anybody in this family",
    )
    code = Choice("Category from now on", CATEGORIES, ask="Select the category")
    why = Words("Why does it change?", rows=3, ask="Say why the category changes")
    from_day = Day("From which day?", tense="past", required=False, hint="Leave empty for today")

    def sent(self) -> actions.CategoryIn:
        got = self.cleaned_data
        return actions.CategoryIn(got["code"], got["why"], got["from_day"], self.conflicting())


class CoreForm(PlanForm):
    who = Select("Who?", ask="Choose who joins the group")
    role = Text("In what role?", max_length=120, ask="Say in what role they are in the group")
    brings = Text("What do they bring to the plan?", required=False, max_length=300)
    from_day = Day("From which day?", tense="past", required=False, hint="Leave empty for today")


class WhyForm(PlanForm):
    why = Words("Why?", rows=3, ask="Say why")


class EndRequestForm(WhyForm):
    """Why a request that is not needed any more ends: nothing that was decided is taken back."""

    knows_family = YesNo(
        "Do you know anybody in this family outside your work?",
        ask="Say whether you know anybody in this family",
    )
    field_order: tuple[str, ...] = ("knows_family", "why")


class ReopenForm(EndRequestForm, OfDecision):
    """Why what was decided is taken back."""

    field_order = ("knows_family", "why", "has_conflict", "conflict", "for_the_child", "conflict_resolved")


class JoinForm(WhyForm):
    with_plan = Select("With whose plan?", ask="Choose the brother or sister")
    field_order = ("with_plan", "why")


class MetForm(PlanForm):
    """A core group at no meeting that is recorded here; one that is counts from its own page."""

    met_at = Moment(
        "When did the core group meet?", tense="past", ask="Enter the day and time",
        hint="Where the meeting is recorded here, record on its own page who came: it counts from there",
    )  # fmt: skip
    agencies = Choices("Which agencies took part?", required=False, small=True)
    family_came = Whole("How many of the family took part?", required=False, most=50, width="2")
    without_quorum_why = Words(
        "If fewer took part than the procedures ask for: why does it count all the same?",
        required=False,
        rows=2,
    )
