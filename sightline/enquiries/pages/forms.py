"""The forms of this room. A section's form is made from the pack; what is incomplete can always be saved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any
from uuid import UUID

from sightline.children.terms import LivesAt
from sightline.concerns.terms import Place
from sightline.govuk.forms import (
    Choice,
    Choices,
    Confirm,
    Day,
    Moment,
    Option,
    PageForm,
    Postcode,
    Select,
    Text,
    Words,
    YesNo,
)
from sightline.kernel.verdicts import Verdict
from sightline.procedures.schema import AssessmentForm, AssessmentOutcome, FormSection
from sightline.voice.pages.wishes import WishesForm
from sightline.voice.rules import regard_is_whole
from sightline.voice.terms import Power

from ..queries.assessment import Sibling
from ..rules.assessment import (
    AGENCIES_WHY,
    CULTURE_ANSWER,
    DIFFICULTY,
    FATHER_WORDS,
    STRENGTH,
    WHY_NOTHING_LINKED,
    WHY_ONE_SIDED,
)
from ..rules.closing import Closing
from ..rules.contact import WHAT_NEXT
from ..terms import (
    Act,
    ActsForChild,
    AgainstAge,
    AssessmentState,
    ContactWay,
    Development,
    EmergencyKind,
    Factor,
    Finding,
    LegalBasis,
    Reached,
    StandsOn,
    StrategyOutcome,
    TookPart,
)
from .closing import NAMES, ClosingForm, closing_of


def pairs(terms: Iterable[Any]) -> list[tuple[str, str]]:
    """A StrEnum with labels as a question's answers."""
    return [(term.value, term.label) for term in terms]


class BeginForm(PageForm):
    form = Choice("What is it?", ask="Select what kind of assessment it is")
    children = Choices("Which children is it about?", ask="Select at least one child")
    author = Select("Who writes it?", ask="Choose who writes it", hint="They become the lead professional")
    stands_on = Choice(
        "What does it stand on?",
        [
            Option(StandsOn.AGREEMENT.value, "The family’s agreement", reveals=("agreed",)),
            Option(StandsOn.POWER.value, "A legal power or duty", reveals=("power", "why_nothing_less")),
        ],
        ask="Select what it stands on",
    )
    agreed = Words("Who agreed, when, and to what?", rows=3, ask="Say who agreed, when and to what")
    power = Words("Which power or duty?", rows=2, ask="Say which power or duty it is")
    why_nothing_less = Words("Why would nothing less do?", rows=3, ask="Say why nothing less would do")
    sooner = YesNo(
        "Does this child need it sooner than the time limit?",
        ask="Say whether this child needs it sooner",
        yes=Option("yes", "Yes", reveals=("sooner_on", "sooner_why")),
        hint="The limit is the longest that it may take",
    )
    sooner_on = Day(
        "By which day?",
        tense="future",
        ask="Enter the day by which it is needed",
        hint="For example, 9 1 2027",
    )
    sooner_why = Words("Why sooner?", rows=2, ask="Say why this child needs it sooner")

    def __init__(
        self,
        *args: Any,
        kinds: Sequence[AssessmentForm],
        family: Sequence[tuple[UUID, str]],
        authors: Sequence[tuple[UUID, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["form"].set_options([Option(kind.id, kind.title, hint=kind.gist) for kind in kinds])
        fields["children"].set_options([(str(folder_id), name) for folder_id, name in family])
        fields["author"].set_options([(str(id), words) for id, words in authors])


class SectionForm(PageForm):
    """A section as the pack words it. Nothing is required to save; what is missing is listed before sending."""

    written_over_time = True

    def __init__(
        self,
        *args: Any,
        section: FormSection,
        siblings: Sequence[Sibling] = (),
        queried: Sequence[str] = (),
        one_sided: bool = False,
        waiting: bool = False,
        father_missing: bool = False,
        nothing_linked: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        match section.kind:
            case "words":
                for prompt in section.prompt:
                    fields[prompt.id] = Words(prompt.title, hint=prompt.hint, required=False, rows=6)
            case "side":
                for prompt in section.prompt:
                    fields[f"{prompt.id}.{STRENGTH}"] = Words(
                        f"{prompt.title}: what works well", required=False, rows=4, count=False
                    )
                    fields[f"{prompt.id}.{DIFFICULTY}"] = Words(
                        f"{prompt.title}: what worries", hint=prompt.hint, required=False, rows=4, count=False
                    )
            case "factors":
                fields["factors"] = Choices(
                    "Which factors did the assessment find?",
                    [Option(f.value, f"{f.label}", exclusive=f is Factor.NONE) for f in Factor],
                    required=False,
                    small=True,
                )
        if one_sided:
            fields[WHY_ONE_SIDED] = Words(
                "Why is nothing named on one of the two sides?",
                required=False,
                rows=3,
                hint="Every child and family has both; where only one is named, say why",
            )
        if nothing_linked:
            fields[WHY_NOTHING_LINKED] = Words(
                "No entry of the record is linked yet. If none can be, why?", required=False, rows=3
            )
        if queried:
            fields[CULTURE_ANSWER] = Words(
                "What does this mean for the child’s safety?",
                required=False,
                rows=3,
                hint="Culture neither explains nor excuses harm. Say what happened and what keeps the child safe",
            )
        if waiting:
            fields[AGENCIES_WHY] = Words(
                "Why does the assessment not wait for what is still to come?", required=False, rows=3
            )
        if father_missing:
            fields[FATHER_WORDS] = Words(
                "No father or male carer is recorded. Who is he, and why is he not part of this?",
                required=False,
                rows=3,
            )
        still_open = [s for s in siblings if s.state is AssessmentState.WRITING]
        if section.shared and still_open:
            fields["also"] = Choices(
                "Is this the same for",
                [(str(s.assessment_id), s.name) for s in still_open],
                required=False,
                hint="The text is saved for each child that you tick, in their own assessment",
            )

    def content(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "also"}

    def also(self) -> list[UUID]:
        return [UUID(value) for value in self.cleaned_data.get("also") or ()]


class PartForm(PageForm):
    took_part = Choice(
        "Did they take part?",
        [
            Option(TookPart.YES.value, "Yes", reveals=("how",)),
            Option(TookPart.PARTLY.value, "In part", reveals=("how_partly", "why_partly")),
            Option(TookPart.NO.value, "No", reveals=("why_not",)),
        ],
        ask="Say whether they took part",
    )
    how = Words("How?", rows=3, ask="Say how they took part", hint="Where, how often, with whose help")
    how_partly = Words("How did they take part?", rows=3, ask="Say how they took part")
    why_partly = Words("Why not fully?", rows=3, ask="Say why not fully")
    why_not = Words(
        "Why not?", rows=3, ask="Say why they did not take part", hint="What was tried, and what they said"
    )
    barrier = Words(
        "What stood in their way?",
        rows=3,
        required=False,
        hint="Language, fear, disability, shift work, earlier experience of services. Leave empty where nothing did",
    )
    adjustment = Words("What was done about it?", rows=3, required=False)
    acts_for_child = Choice(
        "Do they act in the child’s interest?",
        pairs(ActsForChild),
        ask="Say whether they act in the child’s interest",
    )
    acts_evidence = Words("What shows it?", rows=3, ask="Say what shows it")

    def __init__(self, *args: Any, carer: bool, siblings: Sequence[Sibling] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if not carer:
            del fields["acts_for_child"], fields["acts_evidence"]
        still_open = [s for s in siblings if s.state is AssessmentState.WRITING]
        if still_open:
            fields["also"] = Choices(
                "Is this the same for", [(str(s.assessment_id), s.name) for s in still_open], required=False
            )


class ProgressForm(PageForm):
    area = Choice("What is it about?", pairs(Development), ask="Select what it is about")
    seen_on = Day("When was it seen?", tense="past", ask="Enter the day on which it was seen")
    against_age = Choice(
        "Beside what is usual at that age",
        pairs(AgainstAge),
        ask="Select how it stands beside what is usual at that age",
    )
    words = Words("What does the child do or can do?", rows=3, ask="Say what the child does or can do")
    source = Text("Who saw it?", ask="Say who saw it, and their agency", hint="Name, role and agency")


class NeedForm(PageForm):
    words = Words("What is needed?", rows=3, ask="Say what is needed")
    whose = Text(
        "Whose need is it?", required=False, hint="Leave empty for the child’s own; or, for example, mother"
    )
    met = Choice(
        "What meets it?",
        [
            Option("service", "A service", reveals=("service", "agency", "waiting_since")),
            Option("nothing", "Nothing does", reveals=("unmet_why",)),
            Option("open", "Not settled yet"),
        ],
        ask="Say what meets it",
    )
    service = Text("Which service?", max_length=300, ask="Say which service")
    agency = Select("Of which agency?", required=False, empty="Another, or not known")
    waiting_since = Day("Waiting since", tense="past", required=False, hint="Leave empty where it has begun")
    unmet_why = Words("Why not?", rows=3, ask="Say why nothing meets it")


class AgencyForm(PageForm):
    agency = Select("Which agency?", ask="Choose the agency")

    def __init__(self, *args: Any, names: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["agency"]
        field.set_options(names)


class AskForm(PageForm):
    agency = Select("Which agency?", ask="Choose the agency")
    practitioner = Select(
        "Who is asked?",
        required=False,
        empty="Nobody in Sightline: I ask by telephone or letter",
        hint="They see your question and their own answer, and no more of the record",
    )
    words = Words("What do you ask them?", rows=4, ask="Say what you ask them")


class AnswerForm(PageForm):
    gives = Choice(
        "What do they give?",
        [
            Option("answer", "A contribution", reveals=("answer",)),
            Option("declined", "None, for a reason", reveals=("declined",)),
        ],
        ask="Say whether a contribution is given",
    )
    answer = Words(
        "The contribution",
        rows=10,
        ask="Write the contribution",
        hint="What is known, from when and from whom. Keep facts apart from opinions",
    )
    declined = Words("Why is none given?", rows=3, ask="Say why none is given")
    given_by = Text(
        "Who gave it?", required=False, max_length=300, ask="Say who gave it", hint="Name, post and agency"
    )


class SendForm(PageForm):
    outcome_id = Choice("Which outcome do you recommend?", ask="Select the outcome that you recommend")
    words = Words("Why?", rows=5, ask="Say why you recommend it")
    manager = Select("Who is to sign it?", ask="Choose who is to sign it")

    def __init__(
        self,
        *args: Any,
        outcomes: Sequence[AssessmentOutcome],
        managers: Sequence[tuple[UUID, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["outcome_id"].set_options([Option(o.id, o.title, hint=o.meaning) for o in outcomes])
        fields["manager"].set_options([(str(id), words) for id, words in managers])


class SignForm(WishesForm):
    field_order = (
        "knows_family", "outcome_id", "reasons", "heard", "weight", "wishes_why_not", "family_view", "has_conflict",
    )  # fmt: skip
    knows_family = YesNo(
        "Do you know anybody in this family outside your work?",
        ask="Say whether you know anybody in this family",
    )
    outcome_id = Choice("What is the outcome for this child?", ask="Select the outcome")
    reasons = Words("Your reasons", rows=6, ask="Give your reasons")
    family_view = Words(
        "What was the family told of the step up, and what do they say to it?",
        rows=3,
        ask="Say what the family was told and says to it",
        hint="The front door decides on the step up; until then early help goes on",
    )
    has_conflict = YesNo(
        "Is the child’s welfare in conflict with anybody’s interests here?",
        ask="Say whether there is a conflict",
        yes=Option("yes", "Yes", reveals=("conflict", "for_the_child")),
    )
    conflict = Words("Whose interests, and what is the conflict?", rows=3, ask="Say what the conflict is")
    for_the_child = YesNo(
        "Was it resolved in the child’s favour?",
        ask="Say whether it was resolved in the child’s favour",
        yes=Option("yes", "Yes", reveals=("conflict_resolved",)),
        no=Option("no", "No", hint="The decision then has no effect until another manager decides"),
    )
    conflict_resolved = Words("How was it resolved?", rows=2, ask="Say how it was resolved")

    def __init__(self, *args: Any, outcomes: Sequence[AssessmentOutcome], **kwargs: Any) -> None:
        safe = {
            f"safe_words_{o.id}": Words(
                "How do you know that the child is safe?",
                rows=3,
                ask="Say how you know that the child is safe",
                hint="Not that nobody could be reached: what was seen, and by whom",
            )
            for o in outcomes
            if o.closes
        }
        # Each outcome that closes asks for its own, since one field cannot stand inside two answers.
        ends = {
            f"{name}_{o.id}": deepcopy(ClosingForm.base_fields[name])
            for o in outcomes
            if o.closes
            for name in NAMES
        }
        self.base_fields = {**type(self).base_fields, **safe, **ends}  # type: ignore[misc]
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["outcome_id"].set_options(
            [Option(o.id, o.title, hint=o.meaning, reveals=_asked_with(o)) for o in outcomes]
        )
        if not any("family_view" in _asked_with(o) for o in outcomes):
            del fields["family_view"]

    @property
    def safe_words(self) -> str:
        return self.cleaned_data.get(f"safe_words_{self.cleaned_data['outcome_id']}") or ""

    @property
    def closing(self) -> Closing:
        return closing_of(self.cleaned_data, f"_{self.cleaned_data['outcome_id']}")

    def offer_people(self, people: Sequence[tuple[UUID, str]]) -> None:
        """Who may answer for the record of a case that closes."""
        fields: dict[str, Any] = self.fields
        for name in self.fields:
            if name.startswith("record_in_order_by_"):
                fields[name].set_options([(str(id), words) for id, words in people])

    def refuse(self, verdict: Verdict) -> None:
        own = f"{verdict.field}_{self.cleaned_data.get('outcome_id')}"
        super().refuse(replace(verdict, field=own) if own in self.fields else verdict)


def _asked_with(outcome: AssessmentOutcome) -> tuple[str, ...]:
    """What an outcome asks besides: how the child is safe where it closes, the family's view where it steps up."""
    if outcome.closes:
        return tuple(f"{name}_{outcome.id}" for name in ("safe_words", *NAMES))
    return ("family_view",) if outcome.step == "step up" else ()


class WhyForm(PageForm):
    words = Words("Why?", rows=4, ask="Say why")

    def __init__(
        self, *args: Any, label: str = "Why?", ask: str = "Say why", hint: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["words"]
        field.label, field.hint = label, hint
        field.error_messages["required"] = ask


class ShareForm(PageForm):
    person = Choice("Who is it about?", ask="Select whom it is about")
    was_shared = Choice(
        "Was the assessment shared with them?",
        [
            Option("yes", "Yes", reveals=("shared_on", "how", "said")),
            Option("no", "No", reveals=("why_not",)),
        ],
        ask="Say whether it was shared with them",
    )
    shared_on = Day("When?", tense="past", ask="Enter the day on which it was shared")
    how = Words(
        "How, by whom and in which language or form?", rows=3, ask="Say how it was shared and by whom"
    )
    said = Words("What did they say to it, in their own words?", rows=3, required=False)
    why_not = Words("Why not?", rows=3, ask="Say why it was not shared")
    done = Confirm("Everybody has been told who is to be told", required=False)

    def __init__(self, *args: Any, people: Sequence[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["person"].set_options([(str(id), words) for id, words in people])


class AttemptForm(PageForm):
    happened_at = Moment("When was it?", ask="Enter when it was")
    way = Choice("How did you try?", pairs(ContactWay), ask="Select how you tried")
    whom = Text("Whom did you try to reach?", max_length=300, ask="Say whom you tried to reach")
    reached = Choice(
        "What came of it?",
        [Option(r.value, r.label, reveals=("seen_alone",) if r is Reached.SEEN else ()) for r in Reached],
        ask="Select what came of it",
    )
    seen_alone = YesNo("Was the child seen alone?", ask="Say whether the child was seen alone")
    words = Words(
        "What happened?",
        rows=5,
        ask="Say what happened",
        hint="Where the child was seen: what they were like and what they said",
    )
    adapted = Words(
        "What did you do differently this time?",
        rows=3,
        required=False,
        hint="Another hour, another place, an interpreter, somebody whom they trust",
    )


class NonContactForm(PageForm):
    knows_family = YesNo(
        "Do you know anybody in this family outside your work?",
        ask="Say whether you know anybody in this family",
    )
    what = Choice("What is done next?", list(WHAT_NEXT.items()), ask="Choose what is done next")
    safe_words = Words(
        "How is the child kept safe meanwhile?", rows=4, ask="Say how the child is kept safe meanwhile"
    )
    reasons = Words("Your reasons", rows=4, ask="Give your reasons")


class RulingForm(PageForm):
    upholds = Choice(
        "Does the decision take effect?",
        [("yes", "Yes, it takes effect"), ("no", "No, it does not")],
        ask="Say whether the decision takes effect",
    )
    reasons = Words("Your reasons", rows=4, ask="Give your reasons")


class CallForm(PageForm):
    children = Choices("Which children is it about?", ask="Select at least one child")
    when = Moment(
        "When is it, or when was it?", ask="Enter when it is", hint="For example, 19 11 2026 at 10:40 or 3pm"
    )
    cause = Words(
        "What gives reasonable cause to suspect significant harm?",
        rows=4,
        ask="Say what gives reasonable cause to suspect significant harm",
    )
    safety_now = Words(
        "How is each child kept safe until then?", rows=3, ask="Say how each child is kept safe until then"
    )
    chair = Select("Who chairs it?", ask="Choose who chairs it")
    link = Text(
        "Telephone number or link",
        ask="Enter the telephone number or link",
        hint="Or the room, where it is in a room",
    )
    police = Select(
        "Who is asked from the police?", required=False, empty="Nobody yet",
        hint="Police and health are needed at the least. You can ask more people on the discussion’s own page",
    )  # fmt: skip
    health = Select("Who is asked from health?", required=False, empty="Nobody yet")
    asked = Choices(
        "Who else of those who work with the child is asked?",
        required=False,
        hint="Whoever raised the concern is asked in any case",
    )
    opens = YesNo(
        "May those whom you ask read these children’s records, and write in them, until the minutes are read?",
        required=False,
        hint="Only then can they send in writing what their agency knows, each under their own name",
    )


class StrategyForm(WishesForm, ClosingForm):
    field_order = ("outcome", *NAMES, "threshold", "safety", "reasons", "heard", "weight", "wishes_why_not")
    outcome = Choice(
        "What was decided for this child?",
        ask="Select what was decided for this child",
    )
    threshold = Words(
        "Is the threshold of section 47 met, and why?",
        rows=3,
        ask="Say whether the threshold is met, and why",
    )
    safety = Words(
        "How is this child safe now, and who sees to it?", rows=3, ask="Say how this child is safe now"
    )
    reasons = Words("The reasons", rows=4, ask="Give the reasons")

    #: What may be written once for brothers and sisters, and what is asked where it stands nowhere.
    SHARED = {"threshold": "Say whether the threshold is met, and why", "reasons": "Give the reasons"}

    def __init__(self, *args: Any, several: bool = False, nothing_leads_to: Act, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        closes = nothing_leads_to is Act.CLOSE
        if not closes:
            for name in NAMES:
                del fields[name]
        fields["outcome"].set_options(
            [
                Option(
                    o.value,
                    o.label,
                    hint=_NOTHING[nothing_leads_to] if o is StrategyOutcome.NOTHING else "",
                    reveals=NAMES if closes and o is StrategyOutcome.NOTHING else (),
                )
                for o in StrategyOutcome
            ]
        )
        if several:
            for name, label in (
                ("threshold", "Is the threshold met, and why? What is different for this child"),
                ("reasons", "The reasons that are this child’s own"),
            ):
                fields[name].required, fields[name].label = False, label
                fields[name].hint = "Leave empty where it is all said above"

    def takes(self, sitting: StrategySittingForm) -> bool:
        """What was written once for all counts for this child too, before what is their own; False asks for more."""
        for name, ask in self.SHARED.items():
            said = (sitting.cleaned_data.get(f"{name}_all"), self.cleaned_data.get(name))
            whole = "\n\n".join(words for words in said if words)
            if not whole:
                self.add_error(name, ask)
            self.cleaned_data[name] = whole
        wishes = self.weighed()
        regard = regard_is_whole(Power.SECTION_47, len(wishes.view_ids), wishes.weight, wishes.why_not, False)
        if not regard:
            self.refuse(replace(regard, field=_WISHES.get(regard.field, regard.field)))
        return self.is_valid()


#: What becomes of the child where a discussion decides on nothing further.
_NOTHING = {
    Act.CLOSE: "Nothing else is under way, so the child’s case closes",
    Act.HELP_GOES_ON: "The help under the child’s plan goes on as before",
    Act.EARLY_HELP_GOES_ON: "Early help goes on as before",
    Act.CONTINUE_ASSESSMENT: "The assessment goes on as before",
}

#: The field of a rule's refusal, as the form names it.
_WISHES = {"why_not": "wishes_why_not"}


class StrategySittingForm(PageForm):
    knows_family = YesNo(
        "Do you know anybody in this family outside your work?",
        ask="Say whether you know anybody in this family",
    )
    threshold_all = Words(
        "Is the threshold of section 47 met for all of them, and why?", rows=3, required=False
    )
    reasons_all = Words("The reasons that are the same for all", rows=4, required=False)
    worker = Select("Who carries out an enquiry, if there is one?", ask="Choose who carries out an enquiry")

    def __init__(self, *args: Any, several: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not several:
            del self.fields["threshold_all"], self.fields["reasons_all"]


class _Beside(PageForm):
    """A form of an enquiry of which a part may be written once for brothers and sisters."""

    also_label = "Write the same for"
    also_hint = ""

    def __init__(self, *args: Any, beside: Sequence[tuple[UUID, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if beside:
            self.fields["also"] = Choices(
                self.also_label, [(str(id), name) for id, name in beside], required=False, hint=self.also_hint
            )


PLACES = (
    Option(Place.HOME.value, "At home"),
    Option(Place.OUTSIDE.value, "Outside the home"),
    Option(Place.ONLINE.value, "Online"),
    Option(Place.NOT_KNOWN.value, "Not known yet", exclusive=True, divider="or"),
)


class EnquiryForm(_Beside):
    written_over_time = True
    also_label = "Write what is about the family once for"
    also_hint = (
        "What they were told of powers, what agencies knew, other children. The rest is each child’s own"
    )
    harm_where = Choices("Where is the harm?", PLACES, required=False, hint="Choose all that apply")
    child_seen_on = Day(
        "When was the child seen?", tense="past", required=False, hint="Leave empty where not seen yet"
    )
    seen_alone = YesNo("Was the child seen alone?", required=False)
    not_seen_why = Words("If not seen, or not alone: why, and what was tried?", rows=2, required=False)
    seen_words = Words("Where, by whom, what the child was like and said", rows=4, required=False)
    powers_told = Words("What were parents and child told of the powers used?", rows=3, required=False)
    checks = Words(
        "What did the agencies know?", rows=4, required=False, hint="Whom you asked, and what each said"
    )
    other_children = Words("Which other children may be at risk?", rows=2, required=False)
    analysis = Words("Analysis", rows=6, required=False)
    finding = Choice("The finding", pairs(Finding), required=False)
    conference = YesNo("Is a child protection conference needed?", required=False)
    conference_why = Words("Why, or why not?", rows=3, required=False)


class SpokenForm(_Beside):
    also_hint = "What was said of each child apart is written in that child’s enquiry"
    whom = Text("Who was spoken to?", max_length=300, ask="Say who was spoken to")
    spoken_on = Day("When?", tense="past", ask="Enter the day")
    told = Words(
        "What were they told of the powers used?", rows=3, ask="Say what they were told of the powers used"
    )
    said = Words("What did they say?", rows=3, required=False)


class EndForm(WishesForm):
    field_order = (
        "knows_family", "finding", "conference", "reasons", "heard", "weight", "wishes_why_not", "has_conflict",
    )  # fmt: skip
    knows_family = YesNo(
        "Do you know anybody in this family outside your work?",
        ask="Say whether you know anybody in this family",
    )
    finding = Choice("What is the finding for this child?", pairs(Finding), ask="Select the finding")
    conference = YesNo("Is a child protection conference needed?", ask="Say whether a conference is needed")
    reasons = Words("Your reasons", rows=5, ask="Give your reasons")
    has_conflict = YesNo(
        "Is the child’s welfare in conflict with anybody’s interests here?",
        ask="Say whether there is a conflict",
        yes=Option("yes", "Yes", reveals=("conflict", "for_the_child")),
    )
    conflict = Words("Whose interests, and what is the conflict?", rows=3, ask="Say what the conflict is")
    for_the_child = YesNo(
        "Was it resolved in the child’s favour?",
        ask="Say whether it was resolved in the child’s favour",
        yes=Option("yes", "Yes", reveals=("conflict_resolved",)),
        no=Option("no", "No", hint="The decision then has no effect until another manager decides"),
    )
    conflict_resolved = Words("How was it resolved?", rows=2, ask="Say how it was resolved")


class NoPlanForm(PageForm):
    knows_family = YesNo(
        "Do you know anybody in this family outside your work?",
        ask="Say whether you know anybody in this family",
    )
    decision = Choice("Which decision of the conference is it?", ask="Select the decision of the conference")
    reasons = Words(
        "Why does this child need no protection plan, and what helps instead?",
        rows=4,
        ask="Say why this child needs no protection plan, and what helps instead",
    )


class EmergencyForm(PageForm):
    kind = Choice("What was taken?", pairs(EmergencyKind), ask="Select what was taken")
    began_at = Moment("When did it begin?", ask="Enter when it began")
    authority = Text("Which officer, or which court?", max_length=300, ask="Name the officer, or the court")
    reasons = Words("Why?", rows=3, ask="Give the reasons")
    why_nothing_less = Words(
        "Why would nothing less keep the child safe?",
        rows=3,
        ask="Say why nothing less would keep this child safe",
    )
    where = Words("Where is the child, and with whom?", rows=2, ask="Say where the child is, and with whom")
    told = Words(
        "What were child and parents told?", rows=3, ask="Say what child and parents were told, or why not"
    )


class EndEmergencyForm(PageForm):
    what = Choice(
        "What happened?",
        [
            Option("ended", "It has ended", reveals=("ended_at",)),
            Option("extended", "The court has extended the order", reveals=("until",)),
        ],
        ask="Select what happened",
    )
    ended_at = Moment("When did it end?", ask="Enter when it ended")
    until = Moment("Until when?", ask="Enter until when")
    words = Words(
        "How, and how is the child safe from now on?",
        rows=4,
        ask="Say how, and how the child is safe from now on",
    )


class AskMedicalForm(PageForm):
    reasons = Words("What is it to find out?", rows=3, ask="Say what it is to find out")
    asked_of = Text(
        "Which doctor or service is asked?", max_length=300, ask="Say which doctor or service is asked"
    )


class MedicalForm(PageForm):
    written_over_time = True
    consent = Words("Who consented, when and how?", rows=2, required=False, hint="Or which court directed it")
    refused = Words("Who refused, and what was done then?", rows=2, required=False)
    done_at = Moment("When was it done?", required=False)
    done_by = Text("By whom?", max_length=300, required=False)
    result = Words("The result", rows=4, required=False)
    document = Select("The report, as a document of the record", required=False, empty="None yet")
    told = Words("Who was told of the result, and when?", rows=2, required=False)
    closed_why = Words("If it is not done after all: why not?", rows=2, required=False)


class LookedAfterForm(PageForm):
    knows_family = YesNo(
        "Do you know anybody in this family outside your work?",
        ask="Say whether you know anybody in this family",
    )
    began_on = Day("Since when?", tense="past", ask="Enter the day on which it began")
    basis = Choice("On what does it stand?", pairs(LegalBasis), ask="Select on what it stands")
    basis_words = Words(
        "Whose agreement, or which court and order?",
        rows=2,
        ask="Say whose agreement, or which court and order",
    )
    network = Words(
        "Who in the family network was asked to care for the child?",
        rows=3,
        ask="Say who in the family network was asked, or why there was no time",
        hint="And what each said; or why there was no time to ask",
    )
    lives_at = Choice(
        "Where does the child live now?",
        [(p.value, p.label) for p in LivesAt if p is not LivesAt.HOME],
        ask="Select where the child lives",
    )
    placed_with = Text("With whom?", max_length=300, ask="Say with whom")
    lines = Words("House and street", rows=2, count=False, max_length=500, required=False)
    area = Text("Town or district", max_length=80, ask="Enter the town or district")
    postcode = Postcode(required=False)
    confidential = YesNo(
        "Must this address be kept from anybody?", ask="Say whether it must be kept confidential"
    )
    wishes_why_not = Words(
        "What does the child wish, what weight did it have, or why could it not be learnt?",
        rows=3,
        ask="Say what the child wishes, or why that could not be learnt",
    )
    reasons = Words("Your reasons", rows=4, ask="Give your reasons")


class EndDayForm(PageForm):
    ended_on = Day("Since when?", tense="past", ask="Enter the day on which it ended")
    words = Words(
        "Why, and with whom does the child live now?",
        rows=3,
        ask="Say why, and with whom the child lives now",
    )


class StepUpForm(PageForm):
    reasons = Words("Why is early help not enough?", rows=5, ask="Say why early help is not enough")
    family_view = Words(
        "What was the family told, and what do they say to it?",
        rows=4,
        ask="Say what the family was told and says to it",
        hint="They need not agree; telling them is left out only where it would put the child at risk",
    )


class DecideStepUpForm(PageForm):
    knows_family = YesNo(
        "Do you know anybody in this family outside your work?",
        ask="Say whether you know anybody in this family",
    )
    accepted = Choice(
        "What is decided?",
        [
            ("yes", "The local authority assesses this child"),
            ("no", "Early help goes on"),
        ],
        ask="Select what is decided",
    )
    reasons = Words(
        "Your reasons",
        rows=4,
        ask="Give your reasons",
        hint="Where early help goes on: what help there is instead",
    )


class LookAgainForm(PageForm):
    changes = Choice(
        "Does it change what you think of this child’s safety or needs?",
        [("yes", "Yes"), ("no", "No")],
        inline=True,
        ask="Say whether it changes anything",
    )
    words = Words("What does it change, or why nothing?", rows=4, ask="Say what it changes, or why nothing")
