"""The forms of raising a concern, a step a form. The story comes first, categories only beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.forms import Field
from markupsafe import Markup, escape

from sightline.agencies.terms import AgencyKind
from sightline.children.terms import Kinship, Known, Sex
from sightline.govuk.forms import (
    Born,
    Choice,
    Choices,
    Confirm,
    Expected,
    Moment,
    Option,
    PageForm,
    Postcode,
    Select,
    Telephone,
    Text,
    Whole,
    Words,
    YesNo,
)
from sightline.govuk.once import OnceForm
from sightline.procedures.pack import Pack

from ..actions import outcome_rule
from ..rules import questions
from ..terms import Agreed, Place, Told

PLACES = (
    Option(Place.HOME.value, "At home"),
    Option(
        Place.OUTSIDE.value,
        "Outside the home",
        hint="At school, in the street, with other young people or adults",
    ),
    Option(Place.ONLINE.value, "Online"),
    Option(Place.NOT_KNOWN.value, "I do not know", exclusive=True, divider="or"),
)

KINSHIP_WORDS = {
    Kinship.MOTHER: "Mother",
    Kinship.FATHER: "Father",
    Kinship.PARENT: "Parent",
    Kinship.STEP_PARENT: "Step-parent",
    Kinship.PARENTS_PARTNER: "Partner of a parent",
    Kinship.GRANDPARENT: "Grandparent",
    Kinship.SIBLING: "Brother or sister, grown up",
    Kinship.AUNT_OR_UNCLE: "Aunt or uncle",
    Kinship.CARER: "Carer",
    Kinship.OTHER_RELATIVE: "Another relative",
    Kinship.OTHER: "Somebody else",
}

SOURCES_OF_AGENCY: dict[AgencyKind, tuple[tuple[str, str], ...]] = {
    AgencyKind.SCHOOL: (("2A", "A school"), ("2B", "An education service")),
    AgencyKind.EARLY_YEARS: (("2B", "An education service"), ("2A", "A school")),
    AgencyKind.HEALTH: (
        ("3A", "A general practice"),
        ("3B", "Health visiting"),
        ("3C", "School nursing"),
        ("3D", "Another primary health service"),
        ("3E", "An emergency department"),
        ("3F", "Another health service"),
    ),
    AgencyKind.HOUSING: (("4", "Housing"),),
    AgencyKind.LOCAL_AUTHORITY: (
        ("5A", "Children's social care"),
        ("5B", "Another service of this authority"),
        ("5C", "A service of another authority"),
        ("5D", "Early help"),
    ),
    AgencyKind.POLICE: (("6", "Police"),),
    AgencyKind.PROBATION: (("7", "Another legal agency"),),
    AgencyKind.VOLUNTARY: (("8", "Another organisation"), ("5D", "Early help")),
    AgencyKind.OTHER: (("8", "Another organisation"), ("7", "Another legal agency")),
}

SOURCES_OF_PUBLIC = (
    Option("1A", "A parent, carer or relative of the child"),
    Option("1B", "A neighbour or friend"),
    Option("1C", "The child or young person"),
    Option("1D", "Somebody else"),
)


class DangerForm(PageForm):
    danger = YesNo(
        "Is any child in danger now?",
        yes=Option("yes", "Yes", reveals=("danger_words",)),
        hint="If a child may be hurt in the next hours, ring 999 first. Then come back and tell us here.",
        legend="l",
        heading=True,
        ask="Select yes if a child is in danger now",
    )
    danger_words = Words(
        "What makes you think so, and where is the child now?",
        ask="Say what the danger is and where the child is now",
        max_length=2000,
    )


class ChildForm(PageForm):
    given = Text(
        "First name", required=False, hint="As the family says it. Leave it empty if you do not know it."
    )
    family = Text("Last name", required=False)
    known_as = Text("Name that the child uses, if it is another one", required=False)
    when = Choice(
        "When was the child born?",
        [
            Option("born", "I know the date of birth", reveals=("born_on",)),
            Option("age", "I know about how old the child is", reveals=("age_years",)),
            Option("expected", "The child is not born yet", reveals=("expected_on",)),
            Option("not_known", "I do not know"),
        ],
        ask="Select what you know about when the child was born",
    )
    born_on = Born()
    age_years = Whole("Age in years", most=25, hint="0 for a baby", width="2", ask="Enter the age in years")
    expected_on = Expected()
    sex = Choice(
        "Sex",
        [
            (Sex.FEMALE.value, "Girl"),
            (Sex.MALE.value, "Boy"),
            (Sex.NOT_KNOWN.value, "Not known, or not born yet"),
        ],
        inline=True,
        ask="Select girl, boy or not known",
    )
    lines = Words("Where the child lives", required=False, hint="House and street", max_length=300)
    postcode = Postcode(required=False)
    school = Text("School or nursery", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("given") and not cleaned.get("family") and cleaned.get("when") == "not_known":
            self.add_error(
                "given",
                "Give at least a first or last name, or about how old the child is, so that we can find them.",
            )
        return cleaned


class HappenedForm(PageForm):
    what_happened = Words(
        "What has happened?",
        hint="In your own words: what you saw or heard, when and where. Keep what you saw apart from what you think.",
        legend="l",
        heading=True,
        ask="Say what has happened",
    )
    harm_where = Choices("Where is the harm?", PLACES, ask="Select where the harm is")
    indicators = Choices(
        "Did you notice any of these?",
        required=False,
        small=True,
        hint="Only if it helps. Your own words count; nobody decides by these boxes.",
    )

    def __init__(self, *args: Any, pack: Pack, day: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        categories = pack.indicators(day)
        self.categories = [(c.title, [f"{c.id}.{i.id}" for i in c.item]) for c in categories]
        self.fields["indicators"].set_options(  # type: ignore[attr-defined]
            [Option(f"{c.id}.{i.id}", i.text, divider="") for c in categories for i in c.item]
        )
        beside(self, "what_happened", pack, day, "concern.what_happened")


class VoiceForm(PageForm):
    """What each child said. The fields are made for the children of the draft, each under the child's own number there:
    what one said never becomes another's where a child is taken out."""

    #: How the fields of a child are named, before its number.
    ASKED = ("said", "why_not", "about")

    def __init__(self, *args: Any, names: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names
        for n, name in names.items():
            self.fields[f"said_{n}"] = Words(
                f"What has {name} said?",
                hint="Word for word, as far as you can. A baby speaks too: what did you see?",
                required=False,
                max_length=4000,
            )
            self.fields[f"why_not_{n}"] = Text(
                f"If {name} has not said anything, or was not asked: why?", required=False
            )
            self.fields[f"about_{n}"] = Words(
                f"Anything that is about {name} only", required=False, max_length=4000,
                hint="It will stand in no brother's or sister's record." if len(names) > 1 else "",
            )  # fmt: skip


class PersonForm(PageForm):
    given = Text("First name", ask="Enter a first name, or how people call them")
    family = Text("Last name", required=False)
    kinship = Choice(
        "Who are they to the children?",
        [(k.value, words) for k, words in KINSHIP_WORDS.items()],
        ask="Select who they are to the children",
    )
    lives_with = Choice(
        "Do they live with the children?",
        [(Known.YES.value, "Yes"), (Known.NO.value, "No"), (Known.NOT_KNOWN.value, "I do not know")],
        inline=True,
        ask="Select whether they live with the children",
    )
    telephone = Telephone(required=False)


class FamilyForm(PageForm):
    told = Choice(
        "Does the family know that you are raising this concern?",
        [
            Option(Told.YES.value, "Yes", reveals=("told_words",)),
            Option(Told.PARTLY.value, "Some of them", reveals=("told_words",)),
            Option(Told.NO.value, "No", reveals=("told_why_not",)),
        ],
        ask="Select whether the family knows",
    )
    told_words = Words("What were they told, and by whom?", required=False, max_length=2000)
    told_why_not = Words(
        "Why not?",
        hint="Do not tell them if it could put a child or anybody else at risk.",
        required=False,
        max_length=2000,
    )
    agreed = Choice(
        "Did they agree to it?",
        [
            Option(Agreed.YES.value, "Yes"),
            Option(Agreed.NO.value, "No", reveals=("agreed_words",)),
            Option(Agreed.NOT_ASKED.value, "They were not asked", reveals=("agreed_words",)),
        ],
        hint="You may raise a concern without their agreement. Nobody can stop you.",
        ask="Select whether the family agreed",
    )
    agreed_words = Words("Why not?", required=False, max_length=2000)


class HelpForm(PageForm):
    known_agencies = Words(
        "Who else helps this family, as far as you know?",
        hint="School, health visitor, a support worker, a charity",
        required=False,
        max_length=2000,
    )
    interpreter = Text(
        "Does anybody need an interpreter or other help to communicate?",
        hint="Which language, or British Sign Language, and for whom",
        required=False,
    )


class PractitionerForm(PageForm):
    source_code = Choice("Which service do you raise this for?", ask="Select your service")
    contact = Telephone("How can the front door reach you today?", ask="Enter a telephone number")

    def __init__(self, *args: Any, kind: AgencyKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source_code"].set_options(SOURCES_OF_AGENCY[kind])  # type: ignore[attr-defined]


class PublicForm(PageForm):
    source_code = Choice(
        "Who are you to the child?", SOURCES_OF_PUBLIC, ask="Select who you are to the child"
    )
    who = Choice(
        "Will you tell us your name?",
        [
            Option("named", "Yes", reveals=("name", "contact", "relation")),
            Option("anonymous", "No, I want to stay anonymous", hint="We still act on what you tell us."),
        ],
        ask="Select whether you will tell us your name",
    )
    name = Text("Your name", ask="Enter your name")
    contact = Text(
        "How can we reach you safely?", hint="A telephone number or e-mail address, and when", required=False
    )
    relation = Text("How do you know the family?", required=False)


class ReturnForm(PageForm):
    reference = Text("Reference", width="20", hint="For example C-7KQ4-M2XD", ask="Enter the reference")
    secret = Text(
        "Secret code", width="20", hint="Four groups of four letters and numbers", ask="Enter the secret code"
    )


class WordsForm(OnceForm):
    """One text: something to add, a reason, an answer."""

    words = Words("Your words", ask="Write something first")

    def __init__(self, *args: Any, label: str = "", hint: str = "", ask: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["words"].label = label
        self.fields["words"].hint = hint  # type: ignore[attr-defined]
        if ask:
            self.fields["words"].error_messages["required"] = ask


def beside(form: PageForm, name: str, pack: Pack, day: Any, place: str) -> None:
    """Stand the partnership's guidance beside the field that it concerns (NTC-06)."""
    texts = pack.guidance(place, day)
    if texts:
        form.fields[name].beside = Markup("").join(  # type: ignore[attr-defined]
            Markup("<p><strong>{}</strong></p><p>{}</p><p class='sl-note'>{}</p>").format(
                escape(t.title), escape(t.text), escape(t.citation)
            )
            for t in texts
        )


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

    def __init__(self, *args: Any, pack: Pack, day: Any, may_be_known: bool = False, **kwargs: Any) -> None:
        # The fields must be there before the draft is laid into them, and after the class's own.
        self.pack, self.day = pack, day
        self.base_fields = {**type(self).base_fields, **_levels(pack, day), **_outcomes(pack, day)}  # type: ignore[misc]
        super().__init__(*args, **kwargs)
        if not may_be_known:
            del self.fields["none_of_these"]
        self.fields["level_id"].set_options(  # type: ignore[attr-defined]
            [
                Option(
                    level.id, f"{level.number}: {level.name}", hint=level.summary,
                    reveals=(f"descriptors_{level.id}",),
                )
                for level in pack.levels(day).level
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
        beside(self, "reasons", pack, day, "screening.reasons")
        beside(self, "level_id", pack, day, "screening.level")

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
QUESTIONS = ("why_nothing_less", "advice", "authority", "records_referral", "need_code", "sooner")


def _asked(pack: Pack, outcome_id: str, day: Any) -> list[str]:
    rule = outcome_rule(pack, outcome_id, day)
    asked = questions(rule) if rule is not None else frozenset()
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
            yield question, Text("Which authority is the child passed to?", ask=ask)
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


class AcceptedForm(PageForm):
    accepted_by = Text("Who accepted, and what is their post?", ask="Name who accepted, and their post")
