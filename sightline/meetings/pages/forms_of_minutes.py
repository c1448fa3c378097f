"""The forms of a meeting that is held: who came, what was said, decided and agreed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sightline.govuk.forms import (
    Choice,
    Choices,
    Confirm,
    Day,
    Moment,
    Option,
    PageForm,
    Select,
    Text,
    Words,
    YesNo,
)
from sightline.records.pages.conflict import ConflictForm

from ..queries import InvitedView, MeetingView
from ..terms import Came
from .forms import Pairs, options_of


class HoldForm(PageForm):
    """Who took part: a question for each of the invited, so that nobody is left out silently."""

    began_at = Moment("When did it begin?", tense="past")

    def __init__(self, *args: Any, shown: MeetingView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people: list[tuple[str, InvitedView]] = []
        for n, one in enumerate(shown.invited):
            self.people.append((f"p{n}", one))
            self._ask(f"p{n}", one)
        self.fields["without_quorum_why"] = Words(
            "Why do you go on without a quorum?", required=False, rows=3, max_length=2000
        )
        self.fields["unready_why"] = Words(
            "Why was the family not prepared as the procedures ask?", required=False, rows=3, max_length=2000
        )

    def _ask(self, key: str, one: InvitedView) -> None:
        if one.row.needs_interpreter:
            self.fields[f"{key}_interpreter"] = YesNo("Was an interpreter there?", required=False)
            self.fields[f"{key}_no_interpreter"] = Text("If not, why not?", required=False, max_length=500)
        if one.supporter is not None and one.supporter.offered:
            self.fields[f"{key}_supporter"] = YesNo("Did a supporter come with them?", required=False)
        self.fields[key] = Choice(
            f"{one.name}, {one.row.role}" if one.row.role else one.name,
            [Option(came.value, came.label) for came in Came],
            inline=True,
            small=True,
            ask=f"Say whether {one.name} took part",
        )
        self.fields[f"{key}_words"] = Text(
            "If they were not there: what was tried, or who came instead?"
            if one.of_family
            else "If they were not there: what did they say, or who came instead?",
            required=False,
            legend="",
            max_length=1000,
        )
        if not one.of_family:
            self.fields[f"{key}_report"] = Confirm("They sent a report", required=False)


class SaidForm(PageForm):
    who = Select("Who said it?", ask="Choose who said it", required=False, empty="Nobody in particular")
    words = Words(
        "What was said?",
        required=False,
        rows=5,
        hint="For each child alike. Write what is only for one child below.",
    )
    what = Choices(
        "About this passage",
        [
            Option("adult", "It is about an adult’s own needs, apart from the child’s"),
            Option("no_account", "It says why this person’s account is not there"),
            Option("not_family", "It was said without the family, and their copies leave it out"),
        ],
        required=False,
        small=True,
    )
    not_for_family_why = Text("If the family’s copies leave it out: why?", required=False, max_length=500)

    def __init__(self, *args: Any, shown: MeetingView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].set_options(options_of((i.id, i.said_as) for i in shown.invited))  # type: ignore[attr-defined]
        self.only: dict[str, UUID] = {}
        children = shown.present_children
        if len(children) > 1:
            for n, child in enumerate(children):
                self.only[f"only_{n}"] = child.folder_id
                self.fields[f"only_{n}"] = Words(f"For {child.called} alone", required=False, rows=3)
        order = ["who", "words", *self.only, "what", "not_for_family_why"]
        self.order_fields(order)

    def by_folder(self) -> dict[UUID, str]:
        """What was written for one child alone, put after what is for all of them."""
        got = self.cleaned_data
        return {
            folder: "\n\n".join(text for text in (got["words"], got[name]) if text)
            for name, folder in self.only.items()
            if got[name]
        }


class DecisionForm(ConflictForm):
    """What is decided for one child, and who does not agree. The `first` asks whether the chair knows the family."""

    knows_family = YesNo(
        "Do you know anybody in this family outside your work?",
        ask="Say whether you know anybody in this family",
    )
    outcome = Text("What is decided?", max_length=200, ask="Say what was decided")
    reasons = Words("Why?", ask="Give the reasons", rows=4, max_length=8000)
    agreed = Choice(
        "Does everybody agree?",
        [Option("yes", "Yes"), Option("no", "No", reveals=())],
        ask="Say whether everybody agrees",
    )

    field_order = (
        "knows_family",
        "outcome",
        "reasons",
        "has_conflict",
        "conflict",
        "for_the_child",
        "agreed",
    )

    def __init__(self, *args: Any, shown: MeetingView, first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not first:
            del self.fields["knows_family"]
        self.dissents: dict[str, UUID] = {}
        for n, one in enumerate(shown.invited):
            if one.came is None or one.came.took_part or one.of_family:
                self.dissents[f"dissent_{n}"] = one.id
                self.fields[f"dissent_{n}"] = Words(
                    f"{one.name} does not agree: why, in their words", required=False, rows=2, max_length=2000
                )
        self.fields["agreed"].set_options(  # type: ignore[attr-defined]
            [Option("yes", "Yes"), Option("no", "No", reveals=tuple(self.dissents))]
        )

    def against(self) -> dict[UUID, str]:
        return {
            who: self.cleaned_data[name] for name, who in self.dissents.items() if self.cleaned_data[name]
        }

    def clean(self) -> dict[str, Any]:
        got: dict[str, Any] = super().clean() or {}
        if got.get("agreed") == "no" and not any(got.get(name) for name in self.dissents):
            self.add_error("agreed", "Write why they do not agree beside the name of whoever it is")
        return got


class ActionForm(PageForm):
    child = Select("For which child?", ask="Choose the child")
    words = Text("What will be done?", max_length=1000, ask="Say what is to be done")
    practitioner = Select(
        "By whom?", required=False, empty="Somebody of the family or from outside, named below"
    )
    by_whom = Text("If nobody of an agency: who?", required=False)
    due_on = Day("By when?", ask="Say by when")
    timing_why = Text(
        "Why does this day suit the child’s age and stage?",
        max_length=1000,
        ask="Say why this day suits the child's age and stage",
    )
    outcome = Select("Which outcome does it serve?", required=False, empty="None of the framework")

    def __init__(self, *args: Any, shown: MeetingView, people: Pairs, outcomes: Pairs, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["child"].set_options(options_of((c.folder_id, c.called) for c in shown.present_children))  # type: ignore[attr-defined]
        self.fields["practitioner"].set_options(options_of(people))  # type: ignore[attr-defined]
        outcomes = list(outcomes)
        if outcomes:
            self.fields["outcome"].set_options(options_of(outcomes))  # type: ignore[attr-defined]
        else:
            del self.fields["outcome"]


class CorrectForm(PageForm):
    was_wrong = Text("What was wrong?", ask="Say what was wrong", max_length=1000)
    words = Words("What is right?", ask="Write what is right", rows=5)
    for_all = Confirm("The same for the other children for whom it was written", required=False)


class DissentForm(PageForm):
    who = Select("Who does not agree?", ask="Choose who does not agree")
    words = Words(
        "Why, in their words?", ask="Write why they do not agree, in their words", rows=4, max_length=2000
    )

    def __init__(self, *args: Any, shown: MeetingView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].set_options(options_of((i.id, i.said_as) for i in shown.invited))  # type: ignore[attr-defined]


class DoneForm(PageForm):
    done = Choice(
        "What has happened?",
        [
            Option("yes", "It was done"),
            Option("no", "It was not done, and will not be"),
            Option("hand_over", "Somebody else does it", reveals=("practitioner",)),
        ],
        ask="Say what has happened",
    )
    practitioner = Select("Who does it from now on?", ask="Choose who does it from now on")
    words = Words(
        "What came of it, or why not?",
        ask="Say what came of it, or why it will not be done",
        hint="Where somebody else does it: why",
        rows=4,
        max_length=4000,
    )

    def __init__(self, *args: Any, people: Sequence[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["practitioner"].set_options([(str(id), words) for id, words in people])
