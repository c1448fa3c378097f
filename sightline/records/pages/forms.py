"""The forms of writing: made of a form of the procedures, for the children that an entry may be about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
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
    Shown,
    Text,
    Words,
)
from sightline.kernel.time import today
from sightline.procedures.schema import EntryForm, FormQuestion

from ..rules import says_impact
from ..terms import Confirming, ContributionKind

#: Longer than any entry may be: the rule says so, and nothing that was typed is cut.
UNCUT = 20_000_000


@dataclass(frozen=True)
class Child:
    """A child that an entry may be about. `called` is the name in use."""

    folder_id: UUID
    name: str
    called: str


@dataclass(frozen=True)
class About:
    """What a writing form is made of: the form of the procedures, and the child from whom writing began."""

    form: EntryForm
    child: Child
    beside: tuple[Child, ...] = ()
    colleagues: tuple[tuple[str, str], ...] = ()
    reviews: tuple[tuple[str, str], ...] = ()
    as_signed: bool = True
    """Whether the form has the words of the day of what is corrected."""

    @property
    def children(self) -> tuple[Child, ...]:
        return (self.child, *self.beside)


def impact_of(n: int) -> str:
    """The field of what a significant event means for the nth child. The first keeps the name that it had when all the
    children shared one, so that a draft kept then opens with its words at the child from whom the writing began.
    """
    return f"impact{n}" if n else "impact"


def significant_of(n: int) -> str:
    """The field of whether the event is significant for the nth child; the first as with `impact_of`."""
    return f"significant{n}" if n else "significant"


class WritingForm(PageForm):
    """An entry as it is written. Fields of one child are named `c0_seen`, that child's own lines `own0`; whether the
    event is significant for that child and what it means as `significant_of` and `impact_of` say."""

    about: About

    def clean(self) -> dict[str, Any]:
        """What was written of an event's meaning is never dropped because its tick is missing."""
        got = super().clean() or self.cleaned_data
        for n in self.chosen:
            if not got.get(significant_of(n)) and self.data.get(self.add_prefix(impact_of(n)), "").strip():
                self.add_error(
                    significant_of(n),
                    f"You wrote what this means for {self.about.children[n].called}: tick that it is significant, or "
                    "take those words out",
                )
        return got

    @property
    def chosen(self) -> list[int]:
        """The places, among the children, of those whom the entry is about."""
        if "others" not in self.fields:
            return [0]
        given = self["others"].value() or []
        return [0, *(n for n, c in enumerate(self.about.beside, start=1) if str(c.folder_id) in given)]

    def not_asked(self) -> set[str]:
        """What is asked of a child only where the entry is about that child, and what it means only of an event that
        is significant for that child."""
        hidden, chosen = super().not_asked(), set(self.chosen)
        hidden |= {
            impact_of(n) for n in range(len(self.about.children)) if not self[significant_of(n)].value()
        }
        return hidden | {
            name
            for name in self.fields
            for n in range(len(self.about.children))
            if n not in chosen
            and (name.startswith(f"c{n}_") or name in (f"own{n}", significant_of(n), impact_of(n)))
        }

    def names(self, n: int | None = None) -> list[str]:
        """The fields of the form's questions: of the entry, or of the nth child; those that others reveal left out."""
        before = "q_" if n is None else f"c{n}_"
        revealed = {
            name for f in self.fields.values() for o in getattr(f, "options", ()) for name in o.reveals
        }
        return [name for name in self.fields if name.startswith(before) and name not in revealed]

    def answers(self) -> dict[str, str]:
        return self._answers("q_")

    def child_answers(self) -> dict[UUID, dict[str, str]]:
        return {self.about.children[n].folder_id: self._answers(f"c{n}_") for n in self.chosen}

    def _answers(self, before: str) -> dict[str, str]:
        given = {
            name.removeprefix(before): value
            for name, value in self.cleaned_data.items()
            if name.startswith(before) and value not in (None, "")
        }
        return {name: v.isoformat() if isinstance(v, date) else str(v) for name, v in given.items()}

    def own(self) -> dict[UUID, str]:
        return {
            self.about.children[n].folder_id: words
            for n in self.chosen
            if (words := self.cleaned_data.get(f"own{n}", "").strip())
        }

    def impact(self) -> dict[UUID, str]:
        """What the event means for each child for whom it is significant, by folder."""
        return {
            self.about.children[n].folder_id: self.cleaned_data[impact_of(n)] or ""
            for n in self.chosen
            if self.cleaned_data[significant_of(n)]
        }

    def folder_ids(self) -> tuple[UUID, ...]:
        return tuple(self.about.children[n].folder_id for n in self.chosen)


def writing_form(
    about: About, *args: Any, entry: bool = True, reviews: str = "", late: bool = False, **kwargs: Any
) -> WritingForm:
    """The form of an entry, or (`entry` false) of its correction, which asks neither who else nor for whom."""
    fields: dict[str, Any] = {}
    if entry and about.beside:
        fields["others"] = Choices(
            "Who else is this about?",
            [(str(c.folder_id), c.name) for c in about.beside],
            required=False,
            small=True,
            hint="The same text then stands in each child’s own record.",
        )
    fields["happened_at"] = Moment("When did it happen?", tense="past", ask="Enter when it happened")
    fields["present"] = Text("Who was there?", required=False, max_length=500)
    if entry and about.reviews:
        fields["reviews"] = Choice(
            "Which earlier one does this look at again?",
            [*about.reviews, Option("none", "None of these", divider="or")],
            ask="Select which earlier one this looks at again, or none of these",
        )
    fields |= _questions(about, None)
    fields["text"] = Words(
        "What happened?" if entry else "What is right?",
        max_length=UNCUT,
        rows=14,
        count=False,
        ask="Write what happened" if entry else "Write what is right",
        legend="m",
    )
    for n, child in enumerate(about.children):
        fields |= _questions(about, n)
        if about.beside or not entry:
            fields[f"own{n}"] = Words(
                f"Only for {child.called}", max_length=UNCUT, rows=3, count=False, required=False,
            )  # fmt: skip
    for n, child in enumerate(about.children):
        fields[significant_of(n)] = Confirm(f"This is a significant event for {child.called}", required=False)
        fields[impact_of(n)] = Words(
            f"What does it mean for {child.called}?", rows=3, count=False, max_length=4000,
            ask=says_impact("", child.called).reason,
            hint="If the event is significant." + (" Stands in no other child’s record." if about.beside else ""),
        )  # fmt: skip
    if entry:
        fields["written_for"] = Select(
            "Who saw or heard it?",
            about.colleagues,
            required=False,
            empty="I saw or heard it myself",
            hint="They are asked to read and confirm it. Until they do, the entry says that they have not.",
        )
        fields["written_for_name"] = Text("Or the name of somebody without a sign-in", required=False)
        fields["written_for_post"] = Text("Their post title and agency", required=False, max_length=300)
    fields["late_why"] = Words(
        "Why was this not written sooner?", rows=2, count=False, required=late, max_length=2000,
        ask="Say why this was not written sooner",
    )  # fmt: skip
    if not entry:
        fields["was_wrong"] = Text("What was wrong?", ask="Say what was wrong", max_length=2000, legend="m")
    made = cast(type[WritingForm], type("WritingForm", (WritingForm,), {**fields, "about": about}))
    return made(*args, **kwargs)


def _questions(about: About, n: int | None) -> dict[str, Shown]:
    """The fields of the form's questions, asked of the entry or of the nth child."""
    before = "q_" if n is None else f"c{n}_"
    called = about.child.called if n is None else about.children[n].called
    asked = [q for q in about.form.question if q.each_child is (n is not None)]
    return {f"{before}{q.id}": _field(q, asked, before, called, about) for q in asked}


def _field(
    question: FormQuestion, asked: Sequence[FormQuestion], before: str, called: str, about: About
) -> Shown:
    label = question.title.replace("{child}", called)
    needed: dict[str, Any] = {"required": not question.optional, "hint": question.hint}

    def reveals(answer: str) -> tuple[str, ...]:
        return tuple(f"{before}{q.id}" for q in asked if q.condition == (question.id, answer))

    match question.type:
        case "yes_no":
            options = [
                Option("yes", "Yes", reveals=reveals("yes")),
                Option("no", "No", reveals=reveals("no")),
            ]
            return Choice(
                label, options, ask=f"Answer “{label}”", inline=not any(o.reveals for o in options), **needed
            )
        case "choice":
            options = [Option(a.id, a.title, reveals=reveals(a.id)) for a in question.answer]
            return Choice(label, options, ask=f"Answer “{label}”", small=True, **needed)
        case "worker":
            return Select(label, about.colleagues, ask=f"Answer “{label}”", **needed)
        case "day":
            return Day(label, ask=f"Answer “{label}”", **needed)
        case "words":
            return Words(label, rows=3, count=False, ask=f"Answer “{label}”", max_length=8000, **needed)
        case _:
            return Text(label, ask=f"Answer “{label}”", max_length=2000, **needed)


def which_records(children: Iterable[Child], called: str, field: str = "others") -> Choices:
    """Whether what is added stands in the records of other children too. Nothing is chosen for the writer."""
    return Choices(
        "In which other records does the same stand?",
        [
            *(Option(str(c.folder_id), c.name) for c in children),
            Option("none", f"Only in {called}’s record", exclusive=True, divider="or"),
        ],
        ask="Select the records in which the same stands, or only this one",
    )


class ConfirmForm(PageForm):
    said = Choice(
        "Is this as you saw or heard it?",
        [
            Option(Confirming.CONFIRMED.value, "Yes, it is right"),
            Option(Confirming.DISPUTED.value, "No, something is not right", reveals=("words",)),
        ],
        ask="Select whether it is right",
    )
    words = Words("What is not right?", rows=4, ask="Say what is not right")


class CannotForm(PageForm):
    """For somebody who has left, whoever may write says that they cannot confirm it, and nothing else in their name."""

    why = Text(
        "Why can they not confirm it?",
        hint="Such as: has left the agency",
        ask="Say why it cannot be confirmed",
    )


class ConfirmForOthersForm(PageForm):
    """For somebody without a sign-in."""

    said = Choice(
        "What did they say?",
        [
            Option(Confirming.CONFIRMED.value, "They read it and say that it is right", reveals=("how",)),
            Option(Confirming.DISPUTED.value, "They say that something is not right", reveals=("words",)),
            Option(Confirming.CANNOT.value, "They cannot confirm it any more", reveals=("why",)),
        ],
        ask="Select what they said",
    )
    how = Text(
        "How did they confirm it?", hint="Such as: read and signed on paper", ask="Say how they confirmed it"
    )
    words = Words("What is not right?", rows=4, ask="Say what is not right")
    why = Text("Why not?", hint="Such as: has left the school", ask="Say why it cannot be confirmed")


class ContributionForm(PageForm):
    """Somebody's own words beside an entry. `kind` says whether they disagree with it."""

    name = Text("Whose words are these?", hint="Their name", ask="Write whose words these are")
    relation = Text("Who are they to the child?", hint="Such as mother, grandfather, the child")
    kind = Choice(
        "What do they say of the entry?",
        [
            Option(ContributionKind.CONTRIBUTION.value, "They add something to it"),
            Option(ContributionKind.DISAGREEMENT.value, "They disagree with it"),
        ],
        ask="Select what they say of the entry",
    )
    words = Words("What they say, in their own words", max_length=UNCUT, count=False, rows=8)
    how = Text(
        "How did they give it?",
        hint="Such as: in writing, spoken and read back to them, through an interpreter",
    )
    happened_at = Moment("When did they say or write it?", tense="past")
    late_why = Words("Why was this not written sooner?", rows=2, count=False, required=False, max_length=2000)


class LeftDraftsForm(PageForm):
    """What becomes of what somebody who left had begun."""

    what = Choice(
        "What becomes of them?",
        [
            Option("give", "Somebody else goes on with them", reveals=("practitioner",)),
            Option("drop", "They are thrown away", reveals=("why",)),
        ],
        ask="Select what becomes of them",
    )
    practitioner = Select("Who goes on with them?", ask="Choose who goes on with them")
    why = Words("Why are they not needed?", rows=2, ask="Say why they are not needed", max_length=2000)


class AskForm(PageForm):
    """Whom to ask to confirm what a paragraph says that they told."""

    practitioner = Select("Who told you?", ask="Choose who told you")


def starting_values() -> Mapping[str, Any]:
    """The day of today, without a time: most entries are written on the day."""
    day = today()
    return {"happened_at": (str(day.day), str(day.month), str(day.year), "")}
