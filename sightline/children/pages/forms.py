"""The forms of this room. Each carries the ids of the rows that it shows as they were when it was opened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from markupsafe import Markup

from sightline.govuk.forms import (
    Born,
    Choice,
    Choices,
    Confirm,
    Day,
    Expected,
    Option,
    PageForm,
    Postcode,
    Select,
    Telephone,
    Text,
    Words,
    YesNo,
)

from ..rules import (
    Address,
    Answer,
    Birth,
    Names,
    NewAuthority,
    NewInvolvement,
    NewProvider,
    NewStatus,
    NewTie,
)
from ..terms import (
    AbuseCategory,
    Answered,
    Disability,
    Ethnicity,
    IdentityQuestion,
    Kinship,
    Known,
    LivesAt,
    ProviderKind,
    Scheme,
    Sex,
    StatusKind,
)


class Change(PageForm):
    """A form that changes something that somebody else may change meanwhile."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def seen_ids(self) -> list[UUID]:
        """The rows that the form showed; what is no id is passed over, which refuses rather than
        overwrites."""
        found = []
        for part in str(self.data.get("seen", "")).split(","):
            try:
                found.append(UUID(part.strip()))
            except ValueError:
                continue
        return found


def seen(ids: Iterable[UUID | None]) -> str:
    """What a form's `seen` holds."""
    return ",".join(str(i) for i in ids if i is not None)


def _since(label: str = "Since when?") -> Day:
    return Day(label, tense="past", required=False, hint="For example, 27 3 2017. Leave empty for today")


class NameForm(Change):
    given = Text("Given names", required=False, hint="As they or their family write it")
    family = Text("Family name", required=False)
    known_as = Text("Known as", required=False, hint="The name they use, if it is another one")
    also = Text("Also called", required=False, hint="Another name or spelling to find them by")
    former = Text("Former name", required=False)
    from_day = _since("From when are they called so?")

    def names(self) -> Names:
        got = self.cleaned_data
        return Names(
            got["given"],
            got["family"],
            got["known_as"],
            (got["also"],) if got["also"] else (),
            (got["former"],) if got["former"] else (),
        )


class BirthForm(Change):
    born_on = Born(required=False)
    estimated = Confirm("The date of birth is an estimate", required=False)
    expected_on = Expected("Expected date of birth", required=False)
    sex = Choice("Sex", [(s.value, s.label) for s in Sex], ask="Select the sex, or that it is not known")
    pronouns = Text(
        "Pronouns", required=False, max_length=40, width="20", hint="For example, she, he or they"
    )
    telephone = Telephone(required=False)
    died_on = Day("Date of death", tense="past", required=False, hint="Only where they have died")
    why = Words(
        "What was wrong?",
        required=False,
        rows=3,
        hint="Where this puts something right that was recorded before",
    )

    def birth(self) -> Birth:
        got = self.cleaned_data
        return Birth(
            born_on=got["born_on"],
            estimated=got["estimated"],
            expected_on=got.get("expected_on"),
            died_on=got["died_on"],
            sex=Sex(got["sex"]),
            pronouns=got["pronouns"],
            telephone=got["telephone"],
        )


class BornForm(PageForm):
    born_on = Born("When was the child born?")
    sex = Choice("Sex", [(s.value, s.label) for s in Sex], ask="Select the sex, or that it is not known")
    given = Text("Given names", required=False)
    family = Text("Family name", required=False)
    known_as = Text("Known as", required=False)


_ASKED: dict[IdentityQuestion, tuple[str, str]] = {
    IdentityQuestion.ETHNICITY: (
        "In their own words",
        "Nobody’s ethnicity is assumed: ask them or their family",
    ),
    IdentityQuestion.RELIGION: (
        "In their own words",
        "None is an answer too. Say what they would want respected",
    ),
    IdentityQuestion.LANGUAGE: ("Which languages?", "The ones that they speak or sign, the best first"),
    IdentityQuestion.SEXUALITY: (
        "In their own words",
        "Only what they have said of themselves and want written",
    ),
    IdentityQuestion.DISABILITY: ("In their own words", "What it means for them day to day"),
    IdentityQuestion.COMMUNICATION: (
        "How do they communicate?",
        "What somebody should do to understand them and be understood, for example: face her when you speak",
    ),
    IdentityQuestion.INTERPRETER: (
        "Which interpreter is needed?",
        "The language or sign language, and anybody who must not interpret",
    ),
}


class IdentityForm(Change):
    """One question; the codes are the census's, the words the person's own."""

    answered = Choice("", ask="Select whether there is an answer")
    code = Choice("Which of these is nearest?", required=False, small=True)
    codes = Choices("Which of these?", required=False, small=True)
    words = Words("In their own words", required=False, rows=3, max_length=2000)
    self_described = YesNo(
        "Are these their own words?", required=False, hint="Or, for a small child, a parent’s"
    )

    def __init__(
        self, *args: Any, question: IdentityQuestion, guidance: Markup | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.question = question
        fields: dict[str, Any] = self.fields
        fields["answered"].beneath = guidance
        fields["words"].label, fields["words"].hint = _ASKED[question]
        asked = ["words", "self_described"]
        if question is IdentityQuestion.ETHNICITY:
            fields["code"].set_options([(e.value, e.label) for e in Ethnicity])
            asked.append("code")
        else:
            del fields["code"]
        if question is IdentityQuestion.DISABILITY:
            fields["codes"].set_options(
                [Option(d.value, d.label, exclusive=d is Disability.NONE) for d in Disability]
            )
            asked.append("codes")
        else:
            del fields["codes"]
        fields["answered"].label = question.label
        fields["answered"].set_options(
            [
                Option(Answered.GIVEN.value, "They have told us", reveals=tuple(asked)),
                Option(Answered.NOT_KNOWN.value, "Not known", hint="They were asked, and nobody knows"),
                Option(Answered.DECLINED.value, "They prefer not to say"),
            ]
        )

    def answer(self) -> Answer:
        got = self.cleaned_data
        codes = tuple(got.get("codes") or ([got["code"]] if got.get("code") else []))
        return Answer(
            self.question,
            Answered(got["answered"]),
            codes=codes,
            words=got["words"] or "",
            self_described=bool(got["self_described"]),
        )


#: The kind of number, and whose record holds it.
ELSEWHERE = (
    "This {} stands on the record of {} too. If it is one child, ask the front door to have the records read together; "
    "if it is wrong there, ask them to withdraw it. Tick the box to record it here all the same"
)


class NumberForm(PageForm):
    scheme = Choice(
        "Which number is it?", [(s.value, s.label) for s in Scheme], ask="Select which number it is"
    )
    value = Text("Number", max_length=60, width="20", ask="Enter the number", spellcheck=False)
    #: Asked only where another record holds the number.
    although = Confirm("I have checked it: record it here all the same", required=False)


class WhyForm(PageForm):
    why = Words("Why?", rows=3, ask="Say why")


class WrongForm(PageForm):
    """That something was recorded wrongly, whatever it is."""

    why = Words(
        "What was wrong with it, and how do you know?", rows=3, max_length=1000, count=False,
        ask="Say what was wrong with it, and how you know",
    )  # fmt: skip


class AddressForm(Change):
    lives_at = Choice(
        "Where do they live?", [(p.value, p.label) for p in LivesAt], ask="Select the kind of place"
    )
    lines = Words("House and street", required=False, rows=3, count=False, max_length=500)
    area = Text("Town or district", required=False, max_length=80, width="20")
    postcode = Postcode(required=False)
    with_whom = Text("With whom?", required=False, max_length=300)
    confidential = YesNo(
        "Must this address be kept from anybody?",
        ask="Say whether the address must be kept confidential",
        yes=Option(
            "yes", "Yes", hint="Only those whose role needs it see it; a search does not show the area"
        ),
    )
    held_from = _since("Since when do they live here?")

    def address(self) -> Address:
        got = self.cleaned_data
        return Address(
            lives_at=LivesAt(got["lives_at"]),
            lines=got["lines"],
            postcode=got["postcode"],
            area=got["area"],
            with_whom=got["with_whom"],
            confidential=got["confidential"],
            held_from=got["held_from"],
        )


class TieForm(Change):
    kinship = Choice(
        "Who are they to the child?", [(k.value, k.label) for k in Kinship], ask="Select who they are"
    )
    words = Text("The family’s own word for it", required=False, hint="For example, Nan")
    parental_responsibility = Choice(
        "Do they hold parental responsibility?",
        [(k.value, k.label) for k in Known],
        inline=True,
        ask="Say whether they hold parental responsibility",
        hint="A mother holds it from birth; others by marriage, registration, agreement or order",
    )
    lives_with_child = Choice(
        "Do they live with the child?",
        [(k.value, k.label) for k in Known],
        inline=True,
        ask="Say whether they live with the child",
    )
    held_from = _since()

    def tie(self, other_id: UUID) -> NewTie:
        got = self.cleaned_data
        return NewTie(
            other_id,
            Kinship(got["kinship"]),
            Known(got["parental_responsibility"]),
            Known(got["lives_with_child"]),
            got["words"],
            got["held_from"],
        )


class PersonForm(TieForm):
    """An adult not yet recorded, and who they are to the child."""

    given = Text("Given names", required=False)
    family = Text("Family name", required=False)
    known_as = Text("Known as", required=False)
    born_on = Born(required=False)
    sex = Choice("Sex", [(s.value, s.label) for s in Sex], ask="Select the sex, or that it is not known")
    telephone = Telephone(required=False)
    field_order = (
        "given", "family", "known_as", "born_on", "sex", "telephone",
        "kinship", "words", "parental_responsibility", "lives_with_child", "held_from",
    )  # fmt: skip

    def clean(self) -> dict[str, object]:
        got = super().clean() or self.cleaned_data
        if not (got.get("given") or got.get("family") or got.get("known_as")):
            self.add_error("given", "Enter at least one name")
        return got


class SiblingForm(TieForm):
    """A child with a record of their own."""

    number = Text(
        "Number of their record", width="20", ask="Enter the number of their record", spellcheck=False
    )
    field_order = ("number", "kinship", "words", "parental_responsibility", "lives_with_child", "held_from")


class EndForm(PageForm):
    held_until = Day("When did it end?", tense="past", ask="Enter the day on which it ended")


class StatusForm(Change):
    kind = Choice(
        "What is the child under?",
        [
            Option(k.value, k.label, reveals=("category",) if k is StatusKind.PROTECTION_PLAN else ())
            for k in StatusKind
        ],
        ask="Select the status or plan",
    )
    category = Choice(
        "Category of the plan",
        [(c.value, c.label[0].upper() + c.label[1:]) for c in AbuseCategory],
        ask="Select the category of the plan",
    )
    held_from = Day("Since when?", tense="past", ask="Enter the day on which it began")

    def status(self) -> NewStatus:
        got = self.cleaned_data
        return NewStatus(StatusKind(got["kind"]), got["held_from"], category=got["category"] or "")


class ProviderForm(Change):
    name = Text("Name", ask="Enter the name")
    telephone = Telephone(required=False)
    held_from = _since()

    def provider(self, kind: ProviderKind) -> NewProvider:
        got = self.cleaned_data
        return NewProvider(kind, got["name"], got["telephone"], got["held_from"])


class AuthorityForm(Change):
    responsible = Text("Which authority is responsible for the child?", max_length=120)
    present = Text(
        "In whose area is the child?", required=False, max_length=120, hint="Leave empty where it is the same"
    )
    held_from = _since()
    put_right_why = Words(
        "Was another authority recorded wrongly? Say what was wrong, and how you know", required=False,
        rows=3, max_length=1000, count=False,
        hint="A child who is passed on goes with the other authority's acceptance, on the concern or the plan.",
    )  # fmt: skip

    def authority(self) -> NewAuthority:
        got = self.cleaned_data
        return NewAuthority(got["responsible"], got["present"], got["held_from"], got["put_right_why"])


class AgencyForm(PageForm):
    agency = Select("Which agency?", ask="Select the agency")


class InvolveForm(Change):
    practitioner = Select("Who in this agency?", required=False, empty="Not yet named")
    role = Text("In what role do they work with the child?", max_length=120, hint="For example, school nurse")
    contribution = Text("What do they contribute?", required=False, max_length=300)
    lead = YesNo(
        "Are they the lead professional from now on?",
        ask="Say whether they are the lead professional",
        hint="Whoever is now goes on working with the child without the lead",
    )
    held_from = _since()

    def involvement(self, agency_id: UUID) -> NewInvolvement:
        got = self.cleaned_data
        return NewInvolvement(
            agency_id,
            got["role"],
            UUID(got["practitioner"]) if got["practitioner"] else None,
            got["contribution"],
            got["lead"],
            got["held_from"],
        )
