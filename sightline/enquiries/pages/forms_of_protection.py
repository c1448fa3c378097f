"""The forms of discussions, enquiries, emergency measures, medicals, looked-after periods and steps up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sightline.children.rules import Address
from sightline.children.terms import LivesAt
from sightline.concerns.terms import Place
from sightline.govuk.forms import (
    Choice,
    Choices,
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
from sightline.records.pages.conflict import ConflictForm
from sightline.records.pages.interpreting import InterpretingForm
from sightline.voice.pages.wishes import WishesForm
from sightline.voice.rules import regard_is_whole
from sightline.voice.terms import Power

from ..terms import (
    Act,
    EmergencyKind,
    Finding,
    LegalBasis,
    MadeSafeBy,
    StrategyOutcome,
)
from .closing import NAMES, ClosingForm
from .forms import pairs


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


class StrategyForm(WishesForm, ConflictForm, ClosingForm):
    field_order = (
        "outcome", *NAMES, "threshold", "safety", "reasons", "heard", "weight", "wishes_why_not", "has_conflict",
        "conference_by", "sooner_why",
    )  # fmt: skip
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
    conference_by = Day(
        "Does this child need the initial conference sooner than the procedures ask? By when", tense="future",
        required=False, hint="Where an enquiry begins. Leave empty where the usual time will do",
    )  # fmt: skip
    sooner_why = Text("Why sooner?", required=False)

    #: What may be written once for brothers and sisters, and what is asked where it stands nowhere.
    SHARED = {"threshold": "Say whether the threshold is met, and why", "reasons": "Give the reasons"}

    def __init__(
        self,
        *args: Any,
        several: bool = False,
        nothing_leads_to: Act,
        enquiry_goes_on: bool = False,
        conference_called: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if enquiry_goes_on or conference_called:
            # The clock of the conference runs already: it is brought forward on its own page.
            del fields["conference_by"], fields["sooner_why"]
        closes = nothing_leads_to is Act.CLOSE and not enquiry_goes_on
        if enquiry_goes_on:
            fields["outcome"].hint = (
                "A section 47 enquiry is under way: say here who leads it from now on. A manager ends it on its own "
                "page"
            )
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
                if o.enquires or not enquiry_goes_on
            ]
        )
        if several:
            for name, label in (
                ("threshold", "Is the threshold met, and why? What is different for this child"),
                ("reasons", "The reasons that are this child’s own"),
            ):
                fields[name].required, fields[name].label = False, label
                fields[name].hint = "Leave empty where it is all said above"

    def clean(self) -> dict[str, Any]:
        super().clean()
        got = self.cleaned_data
        if got.get("conference_by"):
            if got.get("outcome") and not StrategyOutcome(got["outcome"]).enquires:
                self.add_error(
                    "conference_by", "Leave this empty: no enquiry begins, so no conference is owed"
                )
            if not got.get("sooner_why"):
                self.add_error("sooner_why", "Say why this child needs it sooner")
        return got

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
        "What they were told of powers, whose account was heard, what agencies knew, other children. The rest is each "
        "child’s own"
    )
    harm_where = Choices("Where is the harm?", PLACES, required=False, hint="Choose all that apply")
    child_seen_on = Day(
        "When was the child seen?", tense="past", required=False, hint="Leave empty where not seen yet"
    )
    seen_alone = YesNo("Was the child seen alone?", required=False)
    not_seen_why = Words("If not seen, or not alone: why, and what was tried?", rows=2, required=False)
    seen_words = Words("Where, by whom, what the child was like and said", rows=4, required=False)
    powers_told = Words("What were parents and child told of the powers used?", rows=3, required=False)
    not_heard_why = Words(
        "Whose account is missing who is not recorded here, and why?",
        rows=2,
        required=False,
        hint="Such as a father whose name is not known: what is known of him, and what was done to hear him",
    )
    checks = Words(
        "What did the agencies know?", rows=4, required=False, hint="Whom you asked, and what each said"
    )
    other_children = Words("Which other children may be at risk?", rows=2, required=False)
    analysis = Words("Analysis", rows=6, required=False)
    finding = Choice("The finding", pairs(Finding), required=False)
    conference = YesNo("Is a child protection conference needed?", required=False)
    conference_why = Words("Why, or why not?", rows=3, required=False)


class SpokenForm(InterpretingForm, _Beside):
    field_order = (
        "person", "whom", "was_heard", "spoken_on", "alone", "not_alone_why", "interpreting", "interpreter",
        "relative_who", "relative_why", "told", "said", "not_heard_why",
    )  # fmt: skip
    also_hint = "What was said of each child apart is written in that child’s enquiry"
    person = Choice("Who is it?", ask="Select who it is", small=True)
    whom = Text("Who is it, and what are they to the child?", max_length=300, ask="Say who was spoken to")
    was_heard = Choice(
        "Were they spoken to?",
        [
            Option("yes", "Yes", reveals=("spoken_on", "alone", "interpreting", "told", "said")),
            Option("no", "No, they were not heard", reveals=("not_heard_why",)),
        ],
        ask="Say whether they were spoken to",
    )
    spoken_on = Day("When?", tense="past", ask="Enter the day")
    alone = Choice(
        "Were they spoken to alone?",
        [Option("yes", "Yes"), Option("no", "No", reveals=("not_alone_why",))],
        ask="Say whether they were spoken to alone",
    )
    not_alone_why = Words("Who else was there, and why?", rows=2, ask="Say who else was there, and why")
    told = Words(
        "What were they told of the powers used?", rows=3, ask="Say what they were told of the powers used"
    )
    said = Words("What did they say?", rows=3, required=False)
    not_heard_why = Words(
        "Why were they not heard, and what was tried?",
        rows=3,
        ask="Say why they were not heard, and what was tried",
    )

    def __init__(self, *args: Any, known: Mapping[UUID, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["person"].set_options(
            [
                *(Option(str(id), name) for id, name in known.items()),
                Option("other", "Somebody else", reveals=("whom",), divider="or"),
            ]
        )

    def account(self) -> dict[str, Any]:
        """As the action takes it."""
        got = self.cleaned_data
        return {
            "person_id": UUID(got["person"]) if got["person"] != "other" else None,
            "whom": got["whom"] or "",
            "spoken_on": got["spoken_on"] if got["was_heard"] == "yes" else None,
            "told": got["told"] or "",
            "said": got["said"] or "",
            "alone": {"yes": True, "no": False}.get(got["alone"] or ""),
            "not_alone_why": got["not_alone_why"] or "",
            "not_heard_why": got["not_heard_why"] or "",
            **(self.interpreted() if got["was_heard"] == "yes" else {}),
            "also": [UUID(value) for value in got.get("also") or ()],
        }


class EndForm(WishesForm, ConflictForm):
    field_order = (
        "knows_family", "finding", "conference", "reasons", "culture_answer", "heard", "weight", "wishes_why_not",
        "has_conflict",
    )  # fmt: skip
    knows_family = YesNo(
        "Do you know anybody in this family outside your work?",
        ask="Say whether you know anybody in this family",
    )
    finding = Choice("What is the finding for this child?", pairs(Finding), ask="Select the finding")
    conference = YesNo("Is a child protection conference needed?", ask="Say whether a conference is needed")
    reasons = Words("Your reasons", rows=5, ask="Give your reasons")
    culture_answer = Words(
        "What does this mean for the child’s safety?",
        rows=3,
        ask="Say what it means for this child’s safety",
    )

    def __init__(self, *args: Any, queried: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if queried:
            told = f"“{queried[0]}” may read as if culture explained the harm."
            fields["culture_answer"].hint = f"{told} Culture neither explains nor excuses it"
        else:
            del fields["culture_answer"]


class NoPlanForm(ConflictForm):
    field_order = ("knows_family", "decision", "reasons", "has_conflict")
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
    kind = Choice(
        "What was taken?",
        [
            Option(k.value, k.label, reveals=("ends_at",) if k is EmergencyKind.ORDER else ())
            for k in EmergencyKind
        ],
        ask="Select what was taken",
    )
    ends_at = Moment("When does the order end?", required=False)
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

    def longest(self, span: str) -> None:
        """How long an order may last, as the pack says: what stands where no end is given."""
        fields: dict[str, Any] = self.fields
        fields["ends_at"].hint = f"As the court said. Left empty, it lasts as long as the law allows: {span}"


class MadeSafeForm(PageForm):
    way = Choice("How is the child safe now?", pairs(MadeSafeBy), ask="Select how the child is safe now")
    what = Words(
        "What was done, and how does it keep the child safe tonight and after?",
        rows=4,
        ask="Say what was done, and how it keeps this child safe",
    )
    under = Words(
        "Under which power or agreement?",
        rows=2,
        ask="Say under which power, or who agreed and what to",
        hint="Where it stands on agreement: who agreed, and what to. Consent must be informed, and may be withdrawn.",
    )
    done_by = Text(
        "Who did it, and what is their post?", max_length=300, ask="Name who did it, and their post"
    )
    done_at = Moment("When?", tense="past", ask="Enter when it was done")
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
    needed_by = Moment(
        "Must this child be seen sooner than the procedures ask? By when", tense="future", required=False,
        hint="Leave empty where the usual time will do",
    )  # fmt: skip
    sooner_why = Text("Why sooner?", required=False)


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
    wrong = Text(
        "If this puts something right: what was wrong?", required=False,
        hint="What stood before stays readable below",
    )  # fmt: skip


class OnABasisForm(WishesForm, ConflictForm):
    """What a child is looked after under, and who decides it."""

    knows_family = YesNo(
        "Do you know anybody in this family outside your work?",
        ask="Say whether you know anybody in this family",
    )
    basis = Choice("On what does it stand?", pairs(LegalBasis), ask="Select on what it stands")
    basis_words = Words(
        "Whose agreement, or which court and order?",
        rows=2,
        ask="Say whose agreement, or which court and order",
    )
    nothing_less = Words(
        "If it does not stand on agreement: why would nothing less do?",
        rows=3,
        required=False,
        hint="What less was tried or weighed, and why it would not keep the child safe. Leave it empty for section 20",
    )
    reasons = Words("Your reasons", rows=4, ask="Give your reasons")


class LookedAfterForm(OnABasisForm):
    field_order = (
        "knows_family", "began_on", "basis", "basis_words", "nothing_less", "network", "lives_at", "placed_with",
        "lines", "area", "postcode", "confidential", "heard", "weight", "wishes_why_not", "reasons",
        "review_by", "visit_by", "sooner_why", "has_conflict",
    )  # fmt: skip
    began_on = Day("Since when?", tense="past", ask="Enter the day on which it began")
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
    review_by = Day(
        "Must the first review be sooner than the procedures ask? By when", tense="future", required=False,
        hint="Leave empty where the usual time will do",
    )  # fmt: skip
    visit_by = Day(
        "Must the first visit in the placement be sooner than the procedures ask? By when", tense="future",
        required=False, hint="Leave empty where the usual time will do",
    )  # fmt: skip
    sooner_why = Text("Why sooner?", required=False)


class LegalBasisForm(OnABasisForm):
    field_order = (
        "knows_family", "since", "basis", "basis_words", "nothing_less", "heard", "weight", "wishes_why_not", "reasons",
        "has_conflict",
    )  # fmt: skip
    since = Day("Since when?", tense="past", ask="Enter the day on which it changed")
    basis = Choice("On what does it stand now?", pairs(LegalBasis), ask="Select on what it stands now")


_HOME = ("lives_at", "with_whom", "lines", "area", "postcode", "confidential")


class EndDayForm(WishesForm, ConflictForm):
    field_order = (
        "knows_family", "ended_on", "words", "home_known", *_HOME, "heard", "weight", "wishes_why_not", "has_conflict",
    )  # fmt: skip
    knows_family = YesNo(
        "Do you know anybody in this family outside your work?",
        ask="Say whether you know anybody in this family",
    )
    ended_on = Day("Since when?", tense="past", ask="Enter the day on which it ended")
    words = Words("Why?", rows=3, ask="Say why it ended")
    home_known = YesNo(
        "Is it known where the child lives now?",
        yes=Option("yes", "Yes", reveals=_HOME),
        ask="Say whether it is known where the child lives now",
    )
    lives_at = Choice("Where?", pairs(LivesAt), ask="Select where the child lives")
    with_whom = Text("With whom?", max_length=300, ask="Say with whom")
    lines = Words("House and street", rows=2, count=False, max_length=500, required=False)
    area = Text("Town or district", max_length=80, ask="Enter the town or district")
    postcode = Postcode(required=False)
    confidential = YesNo(
        "Must this address be kept from anybody?", ask="Say whether it must be kept confidential"
    )

    def died(self) -> None:
        """Of a child who has died neither wishes nor a new home are asked for."""
        self.do_not_ask()
        for name in ("home_known", *_HOME):
            del self.fields[name]

    def home(self) -> Address | None:
        """Where the child lives now; None where it is not known."""
        got = self.cleaned_data
        if not got.get("home_known"):
            return None
        return Address(
            LivesAt(got["lives_at"]),
            got["lines"],
            got["postcode"],
            got["area"],
            got["with_whom"],
            got["confidential"],
        )


class StepUpForm(PageForm):
    reasons = Words("Why is early help not enough?", rows=5, ask="Say why early help is not enough")
    family_view = Words(
        "What was the family told, and what do they say to it?",
        rows=4,
        ask="Say what the family was told and says to it",
        hint="They need not agree; telling them is left out only where it would put the child at risk",
    )


class DecideStepUpForm(WishesForm, ConflictForm):
    field_order = (
        "knows_family", "accepted", "heard", "weight", "wishes_why_not", "reasons", "has_conflict",
    )  # fmt: skip
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
