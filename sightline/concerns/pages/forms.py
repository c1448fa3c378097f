"""The forms of raising a concern, a step a form. The story comes first, categories only beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sightline.agencies.terms import AgencyKind
from sightline.children.terms import Kinship, Known, Sex
from sightline.govuk.forms import (
    Born,
    Choice,
    Choices,
    Expected,
    Moment,
    Option,
    PageForm,
    Postcode,
    Telephone,
    Text,
    Whole,
    Words,
    YesNo,
)
from sightline.govuk.once import OnceForm
from sightline.govuk.words import by_when
from sightline.kernel.time import now
from sightline.kernel.verdicts import Refused
from sightline.procedures.actions import clock_of, sooner_by
from sightline.procedures.beside import beneath, beside, heading, sourced
from sightline.procedures.pack import Pack
from sightline.procedures.terms import GuidedField

from .. import rules
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

#: How what the family knows and agreed to is shown, before the words.
TOLD_WORDS = {
    Told.YES: "Yes. ",
    Told.NO: "No. ",
    Told.PARTLY: "Some of them. ",
    Told.NOT_ASKED: "Not asked",
    Told.NOT_KNOWN: "Whoever sent this does not know. ",
}
AGREED_WORDS = {
    Agreed.YES: "Yes. ",
    Agreed.NO: "No. ",
    Agreed.NOT_ASKED: "They were not asked. ",
    Agreed.NOT_KNOWN: "Whoever sent this does not know. ",
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


def _reason(label: str, ask: str, *, hint: str = "", required: bool = True) -> Words:
    """A few words inside an answer; without `ask` another rule says when they are owed."""
    return Words(label, ask=ask, hint=hint, required=required and bool(ask), max_length=2000, rows=3)


IN_DANGER = "Is any child in danger now?"


class DangerForm(PageForm):
    danger = YesNo(
        IN_DANGER,
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

    def __init__(self, *args: Any, pack: Pack, day: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Whom to ring is read before anything is answered.
        heading(self, "danger", pack, day, GuidedField.IMMEDIATE_DANGER)


class PractitionerDangerForm(DangerForm):
    """Starting the decision's clock asks whether this child needs it sooner (TIM-01). A danger has the shortest clock
    anyway, and somebody without an account is asked for no more than that."""

    danger = YesNo(
        IN_DANGER,
        yes=Option("yes", "Yes", reveals=("danger_words",)),
        no=Option("no", "No", reveals=("sooner_by", "sooner_why")),
        hint="If a child may be hurt in the next hours, ring 999 first. Then come back and tell us here.",
        legend="l",
        heading=True,
        ask="Select yes if a child is in danger now",
    )
    sooner_by = Moment(
        "Must somebody decide sooner than the time limit? By when", tense="future", required=False,
        whole_days=True,
    )  # fmt: skip
    sooner_why = Text("Why sooner?", required=False)

    def __init__(self, *args: Any, pack: Pack, day: Any, **kwargs: Any) -> None:
        super().__init__(*args, pack=pack, day=day, **kwargs)
        self.pack = pack
        beneath(self, "sooner_by", pack, day, GuidedField.SOONER)
        limit = clock_of(pack, rules.DECISION, now()).due_at
        self.fields["sooner_by"].hint = (  # type: ignore[attr-defined]
            f"The limit is {by_when(limit)}. Give a day, and a time such as 3pm, where this child needs it "
            "before then: before a journey or a visit, for example."
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        by, why = cleaned.get("sooner_by"), cleaned.get("sooner_why") or ""
        if by is None and why and "sooner_by" not in self.errors:
            self.add_error("sooner_by", "Say by when somebody must decide")
        try:
            sooner_by(rules.DECISION, now(), by, why, pack=self.pack, field="sooner_by")
        except Refused as refused:
            self.refuse(refused.verdict)
        return cleaned


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
        beside(self, "indicators", pack, day, GuidedField.INDICATORS)
        sourced(self, "indicators", categories)
        beside(self, "what_happened", pack, day, GuidedField.WHAT_HAPPENED)


class VoiceForm(PageForm):
    """What each child said. The fields are made for the children of the draft, each under the child's own number there:
    what one said never becomes another's where a child is taken out."""

    #: How the fields of a child are named, before its number.
    ASKED = ("said", "why_not", "about")

    def __init__(
        self, *args: Any, names: Mapping[int, str], pack: Pack, day: Any, public: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.names, self.public = names, public
        if not public:
            # One of the two is owed: neither is called optional.
            self.one_of_these = frozenset(f"{asked}_{n}" for n in names for asked in ("said", "why_not"))
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
        if names:
            beside(self, f"said_{min(names)}", pack, day, GuidedField.CHILD_VIEWS)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for n, name in self.names.items() if not self.public else ():
            said, why_not = (cleaned.get(f"{asked}_{n}") or "" for asked in ("said", "why_not"))
            heard = rules.childs_side(said, why_not, name=name)
            if not heard and not {f"said_{n}", f"why_not_{n}"} & set(self.errors):
                self.add_error(f"said_{n}", heard.reason)
        return cleaned


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
    """What the family knows and agreed to, or why not.

    Each reason stands inside one answer alone: a field inside two is sent twice, and the empty one puts out what was
    typed in the other.
    """

    told = Choice(
        "Does the family know that you are raising this concern?",
        [
            Option(Told.YES.value, "Yes", reveals=("told_words",)),
            Option(Told.PARTLY.value, "Some of them", reveals=("told_some",)),
            Option(Told.NO.value, "No", reveals=("told_why_not",)),
        ],
        ask="Select whether the family knows",
    )
    told_words = _reason("What were they told, and by whom?", "Say what the family was told, and by whom")
    told_some = _reason(
        "Who was told what, and why do the others not know?",
        "Say who was told what, and why the others do not know",
    )
    told_why_not = _reason(
        "Why do they not know?",
        "Say why the family does not know. A few words are enough",
        hint="Do not tell them if it could put a child or anybody else at risk.",
    )
    agreed = Choice(
        "Did they agree to it?",
        [
            Option(Agreed.YES.value, "Yes"),
            Option(Agreed.NO.value, "No", reveals=("agreed_words",)),
            Option(Agreed.NOT_ASKED.value, "They were not asked", reveals=("not_asked_words",)),
        ],
        hint="You may raise a concern without their agreement. Nobody can stop you.",
        ask="Select whether the family agreed",
    )
    agreed_words = _reason(
        "Why did they not agree?",
        "Say why they did not agree. If they gave no reason, say that",
        hint="If they gave no reason, say that.",
    )
    not_asked_words = _reason(
        "Why were they not asked?", "", hint="Leave this empty if you said above why they do not know."
    )
    #: Owed by whoever told them and did not ask, so it is not called optional.
    one_of_these = frozenset({"not_asked_words"})
    public = False

    def __init__(self, *args: Any, pack: Pack, day: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.public:
            beside(self, "told", pack, day, GuidedField.FAMILY_KNOWS)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        told, told_words, agreed, agreed_words = self.side()
        owed = rules.family_side(told, told_words, agreed, agreed_words, public=self.public)
        if agreed is Agreed.NOT_ASKED and "agreed" not in self.errors and "agreed_words" in owed:
            self.add_error("not_asked_words", owed["agreed_words"])
        return cleaned

    def side(self) -> tuple[Told, str, Agreed, str]:
        """Whether they know and what or why not, whether they agreed and why not; not asked where not answered yet."""
        got = self.cleaned_data
        words = (got.get(name) or "" for name in ("told_words", "told_some", "told_why_not"))
        return (
            Told(got.get("told") or Told.NOT_ASKED),
            next(filter(None, words), ""),
            Agreed(got.get("agreed") or Agreed.NOT_ASKED),
            got.get("agreed_words") or got.get("not_asked_words") or "",
        )


class PublicFamilyForm(FamilyForm):
    """The same of somebody without an account, who may not know, and need not find out."""

    told = Choice(
        "Does the family know that you are telling us?",
        [
            Option(Told.YES.value, "Yes", reveals=("told_words",)),
            Option(Told.PARTLY.value, "Some of them", reveals=("told_some",)),
            Option(Told.NO.value, "No", reveals=("told_why_not",)),
            Option(Told.NOT_KNOWN.value, "I do not know", divider="or"),
        ],
        hint="You do not have to tell them, and you do not have to find out.",
        ask="Select whether the family knows, or that you do not know",
    )
    told_words = _reason("What do they know?", "", required=False)
    told_some = _reason("Who knows, and what?", "", required=False)
    told_why_not = _reason(
        "Why not?",
        "Say why they do not know. A few words are enough",
        hint="A few words are enough, such as “I do not know them” or “I am afraid of what they might do”.",
    )
    agreed = Choice(
        "Did they agree to it?",
        [
            Option(Agreed.YES.value, "Yes"),
            Option(Agreed.NO.value, "No", reveals=("agreed_words",)),
            Option(
                Agreed.NOT_ASKED.value, "I have not spoken with them about it", reveals=("not_asked_words",)
            ),
            Option(Agreed.NOT_KNOWN.value, "I do not know", divider="or"),
        ],
        hint="You may tell us without their agreement.",
        ask="Select whether they agreed, or that you do not know",
    )
    agreed_words = _reason(
        "Why not, as far as you know?", "Say why they did not agree, or that you do not know why"
    )
    not_asked_words = _reason(
        "Why not?", "", hint="A few words are enough. Leave this empty if you said it above."
    )
    public = True


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

    def __init__(self, *args: Any, pack: Pack, day: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        beside(self, "interpreter", pack, day, GuidedField.INTERPRETER)


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
