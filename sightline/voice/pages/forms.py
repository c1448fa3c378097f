"""The forms of this room."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms

from sightline.govuk.forms import (
    Choice,
    Choices,
    Day,
    Moment,
    Option,
    PageForm,
    Telephone,
    Text,
    Words,
    YesNo,
)
from sightline.govuk.once import OnceForm
from sightline.govuk.words import short_day
from sightline.records.queries import DecisionView

from ..actions import AdvocacyStep, Explaining, Mattering, RightsExplained, Said, Telling
from ..queries import Waiting
from ..terms import AdvocacyAct, Answer, Explained, Heard, Near, RightsForm, TookPart


def _options(terms: Iterable[Any], **reveals: tuple[str, ...]) -> list[Option]:
    return [Option(term.value, term.label, reveals=reveals.get(term.value, ())) for term in terms]


class HearForm(OnceForm):
    """What a child said, in their own words, and how it was heard."""

    said = Words(
        "What did they say?",
        hint="Their own words, as they said them. Do not tidy them. For a baby or a child who does not use "
        "words, write what you saw.",
        required=False,
        rows=5,
        count=False,
    )
    heard = Choice(
        "How did you hear it?",
        _options(Heard, three_houses=("worries", "good", "dreams")),
        ask="Select how you heard it",
    )
    worries = Words("House of worries", hint="In the child's own words", required=False, rows=3, count=False)
    good = Words("House of good things", required=False, rows=3, count=False)
    dreams = Words("House of dreams", required=False, rows=3, count=False)
    language = Text(
        "Language, and who interpreted",
        hint="Where it was not English, or somebody signed or interpreted",
        required=False,
        width="two-thirds",
    )
    heard_at = Moment("When was it?", tense="past")
    place = Text(
        "Where was it?",
        hint="For example, the music room at school",
        width="two-thirds",
        ask="Say where it was",
    )
    heard_by = Text(
        "Who listened?",
        hint="Only where it was not you: name and post",
        required=False,
        max_length=300,
        width="two-thirds",
    )
    alone = YesNo(
        "Was the child alone with who listened?",
        no=Option("no", "No", reveals=("others", "why_not_alone")),
        ask="Select whether the child was alone with who listened",
    )
    others = Text("Who else was there?", max_length=300, ask="Say who else was there")
    why_not_alone = Text("Why not alone?", max_length=1000, ask="Say why the child was not heard alone")
    wants = Words(
        "What do they want to happen?",
        hint="Leave empty if they asked for nothing",
        required=False,
        rows=3,
        count=False,
    )
    keep_from = Words(
        "Did they ask that somebody is not told?",
        hint="Who, and why. Everybody who reads this sees it as a warning.",
        required=False,
        rows=2,
        count=False,
    )

    def what(self) -> Said:
        got = self.cleaned_data
        return Said(
            heard=Heard(got["heard"]),
            **{
                name: got[name]
                for name in (
                    "heard_at", "place", "alone", "said", "worries", "good", "dreams", "heard_by", "others",
                    "why_not_alone", "language", "wants", "keep_from",
                )
            },
        )  # fmt: skip


class WhatWasWrong(PageForm):
    """Putting right what was written down wrongly, by adding."""

    was_wrong = Text("What was wrong?", max_length=1000, ask="Say what was wrong", width="two-thirds")

    field_order = ("was_wrong",)


class CorrectForm(WhatWasWrong, HearForm):
    """Putting right what a child is written to have said."""


class DoneForm(OnceForm):
    """What was done about something that the child said."""

    #: The fields in which an adult's own words stand; what the child says is left as it is said.
    adults_words = ("words",)

    words = Words("What was done, and by whom?", rows=4, count=False, ask="Write what was done, and by whom")
    done_on = Day("When?", tense="past")


class ExplainForm(OnceForm):
    """What the child was told came of it."""

    adults_words = ("why_no", "why_partly", "words")

    views = Choices("Which of the child's words does this answer?", required=False)
    decision = Choice("Which decision does this explain?", required=False)
    answer = Choice(
        "What was the answer?",
        _options(Answer, no=("why_no",), partly=("why_partly",)),
        hint="To what the child wants; of a decision, whether it is what the child hoped for",
        ask="Select what the answer was",
    )
    why_no = Words(
        "What reason was the child given?",
        rows=3,
        count=False,
        ask="Write the reason that the child was given",
    )
    why_partly = Words(
        "What reason was the child given for the rest?",
        rows=3,
        count=False,
        ask="Write the reason that the child was given",
    )
    words = Words(
        "What was the child told?",
        hint="In the words that were used. Short sentences, no abbreviations.",
        rows=5,
        count=False,
        ask="Write what the child was told",
    )
    how = Choice("How was it explained?", _options(Explained), ask="Select how it was explained")
    explained_at = Moment("When was it explained?", tense="past")
    explained_by = Text(
        "Who explained it?",
        hint="Only where it was not you: name and post",
        required=False,
        max_length=300,
        width="two-thirds",
    )
    child_said = Words("What did the child say to it?", required=False, rows=3, count=False)

    def __init__(
        self, *args: Any, views: Iterable[Waiting] = (), decisions: Iterable[DecisionView] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        of_views, of_decisions = list(views), list(decisions)
        self._set(
            "views", [Option(str(v.id), f"“{_short(v.words)}”", hint=short_day(v.heard_at)) for v in of_views]
        )
        self._set(
            "decision",
            [Option(str(d.id), d.outcome, hint=f"{short_day(d.made_at)}, {d.maker}") for d in of_decisions],
        )

    def _set(self, name: str, options: list[Option]) -> None:
        if options:
            self.fields[name].set_options(options)  # type: ignore[attr-defined]
        else:
            del self.fields[name]

    def what(self) -> Explaining:
        got = self.cleaned_data
        answer = Answer(got["answer"])
        return Explaining(
            words=got["words"],
            explained_at=got["explained_at"],
            how=Explained(got["how"]),
            view_ids=[UUID(value) for value in got.get("views") or ()],
            decision_id=UUID(got["decision"]) if got.get("decision") else None,
            answer=answer,
            why_no=(got["why_partly"] if answer is Answer.PARTLY else got["why_no"]) or "",
            explained_by=got["explained_by"],
            child_said=got["child_said"],
        )


def _short(words: str) -> str:
    return words if len(words) <= 160 else f"{words[:160].rsplit(' ', 1)[0]}…"


class AdvocacyForm(OnceForm):
    act = Choice(
        "What happened?",
        _options(AdvocacyAct, named=("name", "organisation", "telephone")),
        ask="Select what happened",
    )
    name = Text("Name of the advocate", ask="Enter the advocate's name", width="two-thirds")
    organisation = Text("Organisation", required=False, width="two-thirds")
    telephone = Telephone("Telephone number", required=False)
    on = Day("When?", tense="past")
    words = Words("What did the child say to it?", required=False, rows=3, count=False)

    def what(self) -> AdvocacyStep:
        got = self.cleaned_data
        return AdvocacyStep(
            AdvocacyAct(got["act"]), got["on"], got["words"], got["name"] or "", got["organisation"] or "",
            got["telephone"] or "",
        )  # fmt: skip


class RightsExplainedForm(OnceForm):
    form = Choice("Which form did you use?", _options(RightsForm), ask="Select the form that you used")
    how = Choice("How were they explained?", _options(Explained), ask="Select how they were explained")
    told_at = Moment("When was it?", tense="past")
    told_by = Text(
        "Who explained them?",
        hint="Only where it was not you: name and post",
        required=False,
        max_length=300,
        width="two-thirds",
    )
    child_said = Words("What did the child say to it?", required=False, rows=3, count=False)

    def what(self) -> RightsExplained:
        got = self.cleaned_data
        return RightsExplained(
            RightsForm(got["form"]), Explained(got["how"]), got["told_at"], got["told_by"], got["child_said"]
        )


class TellingForm(OnceForm):
    """What the child was told before something, and how they took part."""

    adults_words = ("told", "why_not_told", "part_words")

    subject = forms.UUIDField(required=False, widget=forms.HiddenInput)
    about = Text(
        "What is it?",
        hint="For example, the first review meeting",
        max_length=300,
        width="two-thirds",
        ask="Say what it is",
    )
    happens_on = Day("When is it, or was it?", hint="")
    was_told = YesNo(
        "Was the child told beforehand?",
        yes=Option("yes", "Yes", reveals=("told", "told_at", "told_by")),
        no=Option("no", "No", reveals=("why_not_told",)),
        ask="Select whether the child was told beforehand",
    )
    told = Words("What were they told?", rows=3, count=False, ask="Write what they were told")
    told_at = Moment("When were they told?", tense="past")
    told_by = Text(
        "Who told them?",
        hint="Only where it was not you: name and post",
        required=False,
        max_length=300,
        width="two-thirds",
    )
    why_not_told = Words("Why not?", rows=3, count=False, ask="Say why they were not told")
    took_part = Choice("How did they take part?", _options(TookPart), ask="Select how they took part")
    part_words = Words("In what way, or why were they not asked?", required=False, rows=3, count=False)

    def what(self) -> Telling:
        got = self.cleaned_data
        return Telling(
            about=got["about"],
            happens_on=got["happens_on"],
            took_part=TookPart(got["took_part"]),
            subject_id=got["subject"],
            told=got["told"] or "",
            told_at=got["told_at"],
            told_by=got["told_by"] or "",
            why_not_told=got["why_not_told"] or "",
            part_words=got["part_words"],
        )


class MattersForm(OnceForm):
    name = Text(
        "What does the child call them?",
        hint="A pet or a place may stand here too",
        ask="Write what the child calls them",
        width="two-thirds",
    )
    who = Text(
        "Who are they?",
        hint="For example, grandmother, or friend at school",
        required=False,
        width="two-thirds",
    )
    near = Choice("Where does the child put them?", _options(Near), ask="Select where the child puts them")
    words = Words("What does the child say of them?", required=False, rows=3, count=False)
    contact = Text(
        "How often do they see them, and what does the child wish?", required=False, max_length=300
    )

    def what(self) -> Mattering:
        got = self.cleaned_data
        return Mattering(got["name"], Near(got["near"]), got["who"], got["words"], got["contact"])


class EndForm(OnceForm):
    words = Words(
        "Why are they no longer on the map?",
        hint="In the child's words where you have them",
        rows=3,
        count=False,
        ask="Say why",
    )


class CorrectDoneForm(WhatWasWrong, DoneForm):
    """Putting right what was done."""


class CorrectExplanationForm(WhatWasWrong, ExplainForm):
    """Putting right what was explained; what it answers stays as it is."""


class CorrectAdvocacyForm(WhatWasWrong, AdvocacyForm):
    """Putting right a step of the offer of an advocate."""


class CorrectRightsForm(WhatWasWrong, RightsExplainedForm):
    """Putting right how the rights were explained."""


class CorrectTellingForm(WhatWasWrong, TellingForm):
    """Putting right what was told beforehand."""


class TakeBackForm(PageForm):
    """Why something that was written does not belong there."""

    why = Words(
        "Why does it not belong here?",
        hint="For example: it was said by another child, or it was never said",
        rows=3,
        count=False,
        ask="Say why it does not belong here",
    )
