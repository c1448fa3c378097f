"""The forms of this room. A section's form is made from the pack; what is incomplete can always be saved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any
from uuid import UUID

from sightline.govuk.forms import (
    Choice,
    Choices,
    Day,
    Option,
    PageForm,
    Select,
    Text,
    Words,
    YesNo,
)
from sightline.kernel.verdicts import Verdict
from sightline.procedures.schema import AssessmentForm, AssessmentOutcome, FormSection
from sightline.records.pages.conflict import ConflictForm
from sightline.voice.pages.wishes import WishesForm

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
from ..terms import (
    ActsForChild,
    AgainstAge,
    AssessmentState,
    Development,
    Factor,
    StandsOn,
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
                "No father is recorded. Who is he, and why is he not part of this?",
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


class SignForm(WishesForm, ConflictForm):
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

    def __init__(
        self, *args: Any, outcomes: Sequence[AssessmentOutcome], died: bool = False, **kwargs: Any
    ) -> None:
        safe = {
            f"safe_words_{o.id}": Words(
                "How do you know that the child is safe?",
                rows=3,
                ask="Say how you know that the child is safe",
                hint="Not that nobody could be reached: what was seen, and by whom",
            )
            for o in outcomes
            if o.closes and not died
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
            [Option(o.id, o.title, hint=o.meaning, reveals=_asked_with(o, died)) for o in outcomes]
        )
        if not any("family_view" in _asked_with(o, died) for o in outcomes):
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


def _asked_with(outcome: AssessmentOutcome, died: bool) -> tuple[str, ...]:
    """What an outcome asks besides: how the child is safe where it closes, the family's view where it steps up."""
    if outcome.closes:
        names = NAMES if died else ("safe_words", *NAMES)
        return tuple(f"{name}_{outcome.id}" for name in names)
    return ("family_view",) if outcome.step == "step up" else ()


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

    def __init__(self, *args: Any, people: Sequence[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["person"].set_options([(str(id), words) for id, words in people])
