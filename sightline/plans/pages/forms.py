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
from sightline.voice.pages.wishes import WishesForm

from .. import actions
from ..queries import LocalView, SameText
from ..terms import (
    Achieved,
    Agrees,
    DidChange,
    FamilyPlan,
    Next,
    OfferState,
    PlanKind,
    StandsOn,
    TieKept,
    When,
    Whose,
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
    lead = Select("Who leads it?", required=False, empty="I do")
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
            ("done", "It is done"),
            Option("hand_over", "Somebody else does it", reveals=("practitioner",)),
            ("given_up", "It is given up"),
        ],
        ask="Select what has happened",
    )
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


class VisitForm(PlanForm):
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
    interpreter = Text(
        "Which interpreter was used?",
        required=False,
        hint="Not a relative. Leave empty where none was needed",
    )
    late_why = Text("If it is written late: why?", required=False)

    def sent(self) -> actions.VisitIn:
        got = self.cleaned_data
        return actions.VisitIn(
            visited_at=got["visited_at"], seen=got["seen"], alone=got["alone"], why_not=got["why_not"],
            where=got["where"], like=got["like"], said=got["said"], text=got["text"], others=got["others"],
            interpreter=got["interpreter"],
            adults_apart=got["adults_apart"], late_why=got["late_why"],
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
    met_at = Moment("When did the core group meet?", tense="past", ask="Enter the day and time")


class StartReviewForm(PlanForm):
    meeting = Select(
        "At which meeting was it held?", required=False, empty="At none that is recorded here",
        hint="Its list of who came, and its quorum, then stand in the review",
    )  # fmt: skip
    held_on = Day("When was the review held?", tense="past", ask="Enter the day of the review")
    who_came = Words(
        "Who was invited, who came, who sent a report or apologies, from which agency?", required=False, rows=3,
        hint="Leave empty where you have chosen the meeting",
    )  # fmt: skip

    agencies = Choices("Which agencies took part?", required=False, small=True)
    family_came = Whole("How many of the family took part?", required=False, most=50, width="2")
    without_quorum_why = Words(
        "If fewer took part than the procedures ask for: why does the review count all the same?", required=False,
        rows=2,
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        got: dict[str, Any] = super().clean() or {}
        if not got.get("meeting") and not got.get("who_came"):
            self.add_error("who_came", "Say who was invited and who came, from which agency")
        return got


class ReviewedForm(PlanForm):
    actual = Words("How is it actually?", rows=3, ask="Say how it actually is")
    evidence = Words("What shows it?", rows=2, ask="Say what shows it")
    achieved = Choice(
        "How far was it reached?", labelled(Achieved), ask="Select how far it was reached", small=True
    )
    scale = Whole("On the scale from 0 to 10, where is it now?", required=False, most=10, width="2")
    next = Choice(
        "What becomes of this outcome?",
        [Option(n.value, n.label, reveals=("next_words",) if n is Next.CHANGES else ()) for n in Next],
        ask="Select what becomes of this outcome",
    )
    next_words = Words("How does it change?", rows=2, ask="Say how the outcome changes")

    def sent(self) -> actions.ReviewedIn:
        got = self.cleaned_data
        return actions.ReviewedIn(
            got["actual"],
            got["evidence"],
            Achieved(got["achieved"]),
            Next(got["next"]),
            got["next_words"] or "",
            got["scale"],
        )


class OfferReviewedForm(PlanForm):
    changed = Choice(
        "Did it change what it was meant to change?", labelled(DidChange), inline=True,
        ask="Select whether it changed what it was meant to change",
    )  # fmt: skip
    words = Words(
        "What did it change, or what stood in the way?",
        rows=3,
        ask="Say what it changed, or what stood in the way",
    )
