"""The forms of this room."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms

from sightline.govuk.forms import Choice as Radios
from sightline.govuk.forms import (
    Choices,
    Confirm,
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
from sightline.govuk.once import OnceForm

from ..actions import (
    Asking,
    Checked,
    Deciding,
    Giving,
    Identity,
    Keeping,
    Leaving,
    RemovalMove,
    TellingOf,
)
from ..terms import (
    SCAN_POINTS,
    Asker,
    Choice,
    GivenAs,
    Ground,
    HoldWhy,
    LeftAs,
    PaperPoint,
    PauseWhy,
    RemovalAct,
    ReplyKind,
)


def _options(terms: Iterable[Any], **reveals: tuple[str, ...]) -> list[Option]:
    return [Option(term.value, term.label, reveals=reveals.get(term.value, ())) for term in terms]


class PlaceForm(OnceForm):
    """Where a volume is kept from now on."""

    place = Text(
        "Where is it kept?",
        hint="Building, room, cabinet and shelf",
        max_length=300,
        ask="Say where it is kept",
    )
    covers_from = Day("First day that it covers", tense="past")
    covers_until = Day(
        "Last day that it covers",
        tense="past",
        required=False,
        hint="Leave empty while papers are still added",
    )
    why = Text("Why does it change?", max_length=1000, ask="Say why it changes")

    def what(self) -> Keeping:
        got = self.cleaned_data
        return Keeping(got["place"], got["covers_from"], got["covers_until"], got.get("why", ""))


class VolumeForm(PlaceForm):
    number = Text("Volume number", max_length=30, width="10", ask="Enter the number of the volume")
    why = None  # type: ignore[assignment]
    field_order = ("number",)


class CheckForm(OnceForm):
    agrees = YesNo(
        "Do paper and electronic record agree?",
        no=Option("no", "No", reveals=("differs",)),
        ask="Select whether paper and record agree",
    )
    differs = Words("Where do they differ?", rows=3, count=False, ask="Say where they differ")
    met = Choices("Tick what is as it must be", [(p.value, p.label) for p in PaperPoint], required=False)
    failed_words = Words(
        "What is amiss, where you did not tick something?", required=False, rows=3, count=False
    )

    def what(self) -> Checked:
        got = self.cleaned_data
        return Checked(
            got["agrees"], [PaperPoint(p) for p in got["met"]], got["differs"] or "", got["failed_words"]
        )


class ScanForm(OnceForm):
    met = Choices("Tick what the scan is", [(p.value, p.label) for p in SCAN_POINTS], required=False)
    failed_words = Words(
        "What is amiss, where you did not tick something?", required=False, rows=3, count=False
    )

    def points(self) -> list[PaperPoint]:
        return [PaperPoint(p) for p in self.cleaned_data["met"]]


class AskForm(OnceForm):
    purpose = Words("What is the volume needed for?", rows=3, count=False, ask="Say what it is needed for")
    going_to = Text(
        "Where does it go, and who keeps it there?", max_length=300, ask="Say where it goes, and who keeps it"
    )


class ApproveForm(OnceForm):
    due_back = Day("On which day does it come back?", tense="future", hint="")
    safeguards = Words(
        "How is it kept safe while it is out?", rows=3, count=False, ask="Say how it is kept safe"
    )
    chosen = Choices(
        "Who may need it, and is told here?",
        [],
        hint="Those to whom this record is open. They are told again when it is back",
        required=False,
        small=True,
    )
    told = Words(
        "Who else was told?",
        hint="In words, where somebody who may need it does not use Sightline",
        rows=2,
        count=False,
        required=False,
    )

    def __init__(self, *args: Any, may_need: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].set_options(may_need)  # type: ignore[attr-defined]
        if not may_need:
            del self.fields["chosen"]

    def what(self) -> RemovalMove:
        got = self.cleaned_data
        chosen = got.get("chosen") or []
        return RemovalMove(
            RemovalAct.APPROVE,
            "",
            got["due_back"],
            got["safeguards"],
            got["told"],
            [UUID(key[1:]) for key in chosen if key.startswith("p")],
            [UUID(key[1:]) for key in chosen if key.startswith("t")],
        )


class WordsForm(OnceForm):
    """One text, asked for under the label that it is given."""

    words = Words("What happened?", rows=3, count=False, ask="Say what happened, in a sentence")

    def __init__(self, *args: Any, label: str = "", required: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["words"].label = label
        self.fields["words"].required = required


class LeftForm(OnceForm):
    what_left = Words("What left?", rows=2, count=False, ask="Say what left")
    left_as = Radios(
        "How did it leave?",
        [o for o in _options(LeftAs) if o.value != LeftAs.SHOWN],
        ask="Select how it left",
    )
    purpose = Text("What is it needed for?", max_length=1000, ask="Say what it is needed for")
    to_whom = Text("Who has it?", max_length=300, ask="Say who has it")
    left_at = Moment("When did it leave?", tense="past")

    def what(self) -> Leaving:
        got = self.cleaned_data
        return Leaving(
            got["what_left"], LeftAs(got["left_as"]), got["purpose"], got["to_whom"], got["left_at"]
        )


class FingerprintForm(PageForm):
    """The fingerprint of a file in hand; the file itself stays where it is."""

    fingerprint = Text(
        "Fingerprint of the file you have",
        hint="64 numbers and letters from a to f. Capitals and spaces make no difference",
        max_length=200,
        ask="Enter the fingerprint of the file you have",
    )

    def clean_fingerprint(self) -> str:
        typed: str = re.sub(r"[\s:-]", "", self.cleaned_data["fingerprint"]).lower()
        if not re.fullmatch(r"[0-9a-f]{64}", typed):
            raise forms.ValidationError("A fingerprint is 64 numbers and letters from a to f")
        return typed


class CodesForm(PageForm):
    """What the paper with reference and secret code is needed for. Both are sent on, since they are shown only now."""

    reference = forms.CharField(widget=forms.HiddenInput)
    secret = forms.CharField(widget=forms.HiddenInput)
    purpose = Text(
        "What is the paper needed for?",
        hint="For example, to be handed to her at school",
        max_length=1000,
        ask="Say what the paper is needed for",
    )


class BackForm(OnceForm):
    words = Words(
        "How do you know that it is back, or destroyed?", rows=3, count=False, ask="Say how it is known"
    )
    on = Day("On which day?", tense="past")


class ToldForm(OnceForm):
    who = Select("Who was told?", empty="Somebody else", required=False)
    name = Text("Name, where it is somebody else", required=False, max_length=300, width="two-thirds")
    told_at = Moment("When?", tense="past")
    told_by = Text(
        "Who told them?",
        hint="Only where it was not you: name and post",
        required=False,
        max_length=300,
        width="two-thirds",
    )
    how = Words(
        "How were they told, and in which form?",
        hint="That a record is kept and why, who sees it, their right to confidentiality, how to see it",
        rows=3, count=False, ask="Say how they were told",
    )  # fmt: skip
    said = Words("What did they say to it?", required=False, rows=2, count=False)

    def __init__(self, *args: Any, people: Sequence[tuple[UUID, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(key): name for key, name in people}
        self.fields["who"].set_options(list(self.people.items()))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        got = super().clean() or {}
        if not got.get("who") and not got.get("name"):
            self.add_error("name", "Choose who was told, or write their name")
        return got

    def what(self) -> TellingOf:
        got = self.cleaned_data
        person = got["who"]
        return TellingOf(
            self.people.get(person, got["name"]), got["told_at"], got["how"], UUID(person) if person else None,
            got["told_by"], got["said"],
        )  # fmt: skip


class AskingForm(OnceForm):
    asker = Radios(
        "Who asks?",
        [Option(x.value, x.label, reveals=("due_on",) if x is Asker.COURT else ()) for x in Asker],
        ask="Select who asks",
    )
    due_on = Day(
        "Which day has it named for the copy?",
        tense="future",
        hint="It is owed by the end of that day, and stands in your work. Leave it empty where none is named",
        required=False,
    )
    who = Select("Which person of this record is it?", empty="Somebody not in the record", required=False)
    name = Text(
        "Their name",
        required=False,
        hint="Leave empty where you chose them above",
        max_length=300,
        width="two-thirds",
    )
    contact = Words(
        "How can they be reached safely?", rows=2, count=False, ask="Say how they can be reached safely"
    )
    how = Text(
        "How did the request come?",
        hint="For example by letter, or by telephone",
        ask="Say how it came",
        width="two-thirds",
    )
    received_at = Moment("When did it come?", tense="past")
    scope = Words(
        "What do they ask for?", hint="In their words", rows=4, count=False, ask="Write what they ask for"
    )

    def __init__(self, *args: Any, people: Sequence[tuple[UUID, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(key): name for key, name in people}
        self.fields["who"].set_options(list(self.people.items()))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        got = super().clean() or {}
        if not got.get("who") and not got.get("name"):
            self.add_error("name", "Choose who asks, or write their name")
        return got

    def what(self) -> Asking:
        got = self.cleaned_data
        person = got["who"]
        return Asking(
            Asker(got["asker"]), self.people.get(person, got["name"]), got["contact"], got["received_at"],
            got["how"], got["scope"], UUID(person) if person else None, got["due_on"],
        )  # fmt: skip


class Stale(OnceForm):
    """A form on a request: it carries how often the request had been acted on when it was opened."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)


class IdentityForm(Stale):
    identity = Words(
        "What was seen that proves who they are, and by whom?", rows=2, count=False, ask="Say what was seen"
    )
    asked_for = YesNo(
        "Did we have to ask them for proof?",
        hint="The clock begins when the proof came only where we had to ask for it.",
        yes=Option("yes", "Yes", reveals=("proof_came_at",)),
        ask="Select whether we had to ask for proof",
    )
    proof_came_at = Moment("When did the proof come?", tense="past")
    authority = Words(
        "What proves that they may ask for this person?",
        hint="Not needed where they ask for their own",
        required=False,
        rows=2,
        count=False,
    )
    child_view = Words(
        "What does the child say to it, and how do they understand it?",
        hint="A child who understands asks for themselves. Where they were not asked, say why.",
        required=False, rows=3, count=False,
    )  # fmt: skip

    def what(self) -> Identity:
        got = self.cleaned_data
        return Identity(got["identity"], got["authority"], got["child_view"], got["proof_came_at"])


class PauseForm(Stale):
    why = Radios("What does the clock wait for?", _options(PauseWhy), ask="Select what the clock waits for")
    words = Words(
        "What was asked of them, when and how?", rows=3, count=False, ask="Say what was asked of them"
    )


class ResumeForm(Stale):
    came_at = Moment("When did it come?", hint="The clock runs again from then", tense="past")
    words = Words("What came?", rows=3, count=False, ask="Say what came")


class ExtendForm(Stale):
    words = Words(
        "Why is the request complex, or how many are there?", rows=3, count=False, ask="Give the reasons"
    )
    told = Words(
        "When and how were they told, with the reasons?",
        rows=2,
        count=False,
        ask="Say when and how they were told",
    )


class StepForm(Stale):
    words = Words("What happened?", rows=3, count=False, ask="Say what happened, in a sentence")

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].label = label


class NameDayForm(Stale):
    due_on = Day(
        "Which day has the court or inquiry named?", tense="future", hint="The copy is owed by its end"
    )
    words = Words(
        "Why is the day another, and how did they tell us?",
        rows=3,
        count=False,
        ask="Say why, and how they told us",
    )


class AgainForCourtForm(StepForm):
    """Opening again what a court or an inquiry was given."""

    due_on = Day(
        "By which day do they need it now?",
        tense="future",
        hint="Leave it empty where the day that they named before still holds",
        required=False,
    )


class ItemForm(PageForm):
    """What is decided on one item."""

    choice = Radios(
        "What is given of it?",
        _options(Choice, partly=("words",)),
        ask="Select what is given of it",
    )
    words = Words(
        "Words to hold back",
        hint="One name or phrase to a line, as it stands in the text",
        rows=4,
        count=False,
        ask="Write the words to hold back",
    )
    ground = Radios("On what ground, where something is held back?", _options(Ground), required=False)
    reasons = Words(
        "Your reasons", required=False, rows=3, count=False, hint="Needed where something is held back"
    )

    def what(self) -> Deciding:
        got = self.cleaned_data
        return Deciding(
            Choice(got["choice"]), Ground(got["ground"]) if got["ground"] else None,
            (got["words"] or "").splitlines(), got["reasons"],
        )  # fmt: skip


class GiveForm(Stale):
    given_as = Radios(
        "How is it given?",
        [
            *(o for o in _options(GivenAs, online=("days",))),
        ],
        ask="Select how it is given",
    )
    days = Whole("For how many days can it be read here?", least=1, most=28, ask="Enter for how many days")
    to_whom = Text("To whom?", max_length=300, ask="Say to whom it is given", width="two-thirds")
    given_at = Moment("When was it given?", tense="past")
    words = Words("Who was there to explain it, or how was it sent?", required=False, rows=3, count=False)

    def what(self) -> Giving:
        got = self.cleaned_data
        return Giving(
            GivenAs(got["given_as"]), got["to_whom"], got["given_at"], got["words"], got["days"] or 0
        )


class OpenForm(PageForm):
    """How whoever holds a reference and a secret comes to their copy."""

    reference = Text("Reference", width="20", hint="For example R-7KQ4-M2XD", ask="Enter the reference")
    secret = Text(
        "Secret code", width="20", hint="Four groups of four letters and numbers", ask="Enter the secret code"
    )


class ReplyForm(PageForm):
    kind = Radios("What do you want to tell us?", _options(ReplyKind), ask="Select what you want to tell us")
    words = Words("In your own words", rows=5, count=False, ask="Write what you want to tell us")


class HoldForm(OnceForm):
    why = Radios("Why is the record kept longer?", _options(HoldWhy), ask="Select why it is kept longer")
    words = Words("Which is it, and who asked?", rows=3, count=False, ask="Say which it is, and who asked")


class DisposeForm(OnceForm):
    words = Words(
        "Why may the record go?",
        hint="This stays for good. Do not name the child or anybody of the family.",
        rows=3,
        count=False,
        ask="Say why the record may go",
    )
    sure = Confirm("I know that what the record holds is removed for good and cannot be brought back")
