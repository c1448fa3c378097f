"""The forms of meetings. Nothing is chosen beforehand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sightline.children.queries import ChildView
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
    Whole,
    Words,
    YesNo,
)
from sightline.procedures.schema import MeetingRule
from sightline.records.pages.conflict import ConflictForm

from .. import rules
from ..queries import ChildPart, InvitedView, MeetingView
from ..terms import Came, ChildStage, Format, GivenKind, How, InviteeKind, SupporterAnswer, Topic

Pairs = Iterable[tuple[Any, str]]


def _options(pairs: Pairs) -> list[Option]:
    return [Option(str(key), label) for key, label in pairs]


def uuid_or_none(text: str) -> UUID | None:
    """An id chosen in a list; None where nothing was chosen."""
    return UUID(text) if text else None


class Earlier(PageForm):
    """A meeting that may come before what it rests on: asked why only once that is so."""

    earlier_why = Words(
        "Where does it stand, if it is not recorded here?", required=False, rows=3, max_length=2000,
        hint="When it was, by whom, and what was decided",
    )  # fmt: skip

    def ask_earlier_only_where_missing(self) -> None:
        """Leave the question out until an answer was asked for."""
        if not (self.is_bound and ("earlier_why" in self.errors or self.data.get("earlier_why"))) and not (
            self.get_initial_for_field(self.fields["earlier_why"], "earlier_why")
        ):
            del self.fields["earlier_why"]


class CallForm(Earlier):
    purpose = Choice("What kind of meeting is it?", ask="Choose the kind of meeting")
    children = Choices(
        "Who is it about?",
        ask="Choose at least one child",
        hint="Brothers and sisters whose records you may write in.",
    )
    when = Moment("When does it start?")
    minutes_long = Whole("How many minutes may it take?", least=5, most=600, hint="For example, 90")
    format = Choice(
        "How do people take part?",
        [
            Option(Format.IN_PERSON.value, Format.IN_PERSON.label),
            Option(Format.BOTH.value, Format.BOTH.label, reveals=("link",)),
            Option(Format.VIDEO.value, Format.VIDEO.label, reveals=("video_link",)),
            Option(Format.TELEPHONE.value, Format.TELEPHONE.label, reveals=("number",)),
        ],
        ask="Choose how people take part",
    )
    link = Text("Link or number for those who are not in the room", max_length=500)
    video_link = Text("Link", max_length=500)
    number = Text("Number to ring", max_length=500)
    place = Text(
        "Where is it?",
        required=False,
        max_length=300,
        hint="Room and address. Leave it empty if all take part by video or telephone.",
    )
    chair = Select("Who chairs it?", ask="Choose the chair")
    minute_taker = Select("Who takes the minutes?", required=False, empty="The chair")
    agenda = Words("What is the meeting to do?", ask="Say what the meeting is to do", rows=4, max_length=4000)
    arrangements = Words(
        "Arrangements so that everybody can take part",
        required=False,
        rows=3,
        max_length=2000,
        hint="Step-free room, a separate room for those who must not meet, breaks, child care, travel",
    )
    runs = Words(
        "How it runs, where that is different from the usual", required=False, rows=3, max_length=2000
    )

    def __init__(
        self,
        *args: Any,
        rules: Sequence[MeetingRule],
        children: Pairs,
        people: Pairs,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "earlier_why"] + ["earlier_why"])
        people = list(people)
        self.fields["purpose"].set_options([Option(rule.id, rule.title) for rule in rules])  # type: ignore[attr-defined]
        self.fields["children"].set_options(_options(children))  # type: ignore[attr-defined]
        for name in ("chair", "minute_taker"):
            self.fields[name].set_options(_options(people))  # type: ignore[attr-defined]

    @property
    def given_link(self) -> str:
        got = self.cleaned_data
        return got["link"] or got["video_link"] or got["number"] or ""


class MoveForm(PageForm):
    when = Moment("When does it start now?")
    place = Text("Where is it?", required=False, max_length=300)
    link = Text("Link or number", required=False, max_length=500)
    why = Words("Why is it moved?", ask="Say why it is moved", rows=3, max_length=2000)


class ChairForm(PageForm):
    chair = Select("Who chairs it now?", ask="Choose the chair")
    why = Words("Why does the chair change?", ask="Say why the chair changes", rows=3, max_length=2000)

    def __init__(self, *args: Any, people: Pairs, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chair"].set_options(_options(people))  # type: ignore[attr-defined]


class WhyForm(PageForm):
    """One answer in words: why something is done."""

    why = Words("Why?", rows=3, max_length=2000)

    def __init__(self, *args: Any, label: str, ask: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].label = label
        self.fields["why"].error_messages["required"] = ask


class NotHeldForm(WhyForm):
    """The same, where what the meeting decided stands no more: that decides something for the family."""

    field_order = ("knows_family", "why")
    knows_family = YesNo(
        "Do you know anybody in this family outside your work?",
        ask="Say whether you know anybody in this family",
    )

    def __init__(self, *args: Any, decided: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not decided:
            del self.fields["knows_family"]


class InviteForm(PageForm):
    kind = Choice(
        "Who do you invite?",
        [
            Option(
                InviteeKind.PRACTITIONER.value, "Somebody of an agency", reveals=("practitioner", "opens")
            ),
            Option(
                InviteeKind.FAMILY.value,
                "Somebody of the family, or a child",
                reveals=("person", "kept_apart"),
            ),
            Option(
                InviteeKind.OUTSIDER.value,
                "Somebody who has no account here",
                hint="Such as a solicitor, or a worker of another authority",
                reveals=("name", "agency_name"),
            ),
        ],
        ask="Choose whom you invite",
    )
    practitioner = Select("Person", ask="Choose the person")
    opens = YesNo(
        "May they read these children’s records until the minutes are read?",
        ask="Say whether the meeting opens the records to them",
    )
    person = Select("Person", ask="Choose the person")
    kept_apart = Words(
        "How are they kept from anybody whom they must not meet?",
        required=False,
        rows=2,
        max_length=1000,
        hint="Asked only where somebody is recorded as kept apart from them.",
    )
    name = Text("Name", ask="Give their name")
    agency_name = Text("Agency or firm", required=False)
    role = Text(
        "As what do they come?",
        required=False,
        max_length=120,
        hint="For example, mother, health visitor, solicitor",
    )
    essential = Confirm("The meeting is not quorate without them", required=False)
    needs_interpreter = YesNo(
        "Do they need an interpreter?", required=False, hint="British Sign Language included"
    )
    language = Text("Language, and how they communicate", required=False)
    needs = Words(
        "What do they need to take part?",
        required=False,
        rows=2,
        max_length=1000,
        hint="Access, large print, breaks, a lift, child care",
    )

    def __init__(self, *args: Any, practitioners: Pairs, people: Pairs, family: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practitioner"].set_options(_options(practitioners))  # type: ignore[attr-defined]
        self.fields["person"].set_options(_options(people))  # type: ignore[attr-defined]
        if not family:
            kind = self.fields["kind"]
            kind.set_options([o for o in kind.options if o.value != InviteeKind.FAMILY.value])  # type: ignore[attr-defined]
            del self.fields["person"], self.fields["kept_apart"]


class NeedsForm(PageForm):
    needs_interpreter = YesNo(
        "Do they need an interpreter?", required=False, hint="British Sign Language included"
    )
    language = Text("Language, and how they communicate", required=False)
    needs = Words("What do they need to take part?", required=False, rows=2, max_length=1000)
    kept_apart = Words(
        "How are they kept from anybody whom they must not meet?", required=False, rows=2, max_length=1000
    )


class GivenForm(PageForm):
    kind = Choice(
        "What reached them?",
        [
            Option(GivenKind.INVITATION.value, "The invitation", reveals=("form",)),
            Option(GivenKind.PAPERS.value, "The reports", reveals=("late_why",)),
            Option(GivenKind.EXPLAINED.value, "An explanation", reveals=("covers", "understood", "reply")),
            Option(GivenKind.MINUTES.value, "Their copy of the minutes"),
        ],
        ask="Choose what reached them",
    )
    form = Choice("In which form?", ask="Choose the form", small=True)
    late_why = Words("If later than it should have been: why?", required=False, rows=2, max_length=1000)
    covers = Choices(
        "What was explained?",
        [(t.value, t.label) for t in Topic],
        ask="Choose what was explained",
        small=True,
    )
    understood = Words(
        "What did they understand?",
        ask="Say what they understood of it, or that they would not say",
        rows=2,
        max_length=2000,
    )
    reply = Words("What did they answer, in their words?", required=False, rows=2, max_length=2000)
    how = Choice("How?", [(h.value, h.label) for h in How], ask="Choose how it reached them", small=True)
    at = Moment("When?", tense="past")
    by_whom = Text(
        "Who gave it to them?", required=False, max_length=200, hint="Leave empty where you did", width="20"
    )

    def __init__(self, *args: Any, forms: Pairs, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form"].set_options(_options(forms))  # type: ignore[attr-defined]


class SupporterForm(PageForm):
    offered = YesNo(
        "Were they told that they may bring somebody?",
        yes=Option("yes", "Yes", reveals=("answer",)),
        no=Option("no", "No", reveals=("why_not",)),
        ask="Say whether a supporter was offered",
    )
    answer = Choice(
        "What did they answer?",
        [
            Option(SupporterAnswer.BRINGS.value, SupporterAnswer.BRINGS.label, reveals=("name", "relation")),
            Option(SupporterAnswer.DECLINES.value, SupporterAnswer.DECLINES.label),
            Option(SupporterAnswer.NOT_YET.value, SupporterAnswer.NOT_YET.label),
        ],
        ask="Choose what they answered",
    )
    name = Text("Who?", ask="Give the name of whoever they bring")
    relation = Text("Who are they to them?", required=False, max_length=120)
    why_not = Words("Why not?", ask="Say why no supporter was offered", rows=2, max_length=1000)


class InterpreterForm(PageForm):
    language = Text(
        "Which language, or way of signing?",
        ask="Say for which language, or which way of signing",
        max_length=120,
    )
    relative = YesNo(
        "Is the interpreter a relative or friend of the family?",
        yes=Option("yes", "Yes", reveals=("relative_why",)),
        no=Option("no", "No, a professional", reveals=("booked_with",)),
        ask="Say whether the interpreter is a relative or friend",
    )
    relative_why = Words(
        "Why is there no professional?",
        required=False,
        rows=2,
        max_length=1000,
        hint="A relative may leave out, add, or be in danger. Never use a child.",
    )
    booked_with = Text("Booked with which service, under which number?", required=False)
    name = Text("The interpreter’s name", required=False)


class ToldForm(PageForm):
    stage = Choice(
        "What do you record?",
        [
            (ChildStage.BEFORE.value, "What they were told before the meeting"),
            (ChildStage.PART.value, "How they took part"),
            (ChildStage.AFTER.value, "What they were told of the decision"),
        ],
        ask="Choose what you record",
    )
    done = YesNo("Was it done?", ask="Say whether it was done")
    words = Words(
        "What and how, or why not?",
        ask="Say what the child was told and how they took part, or why not",
        rows=4,
        max_length=4000,
    )
    at = Moment("When?", tense="past")


class ReportForm(PageForm):
    for_family = YesNo(
        "May the family read it before the meeting?",
        no=Option("no", "No", reveals=("not_for_family_why", "words_for_family")),
        ask="Say whether the family may read it",
    )
    not_for_family_why = Words("Why not?", ask="Say why the family may not read it", rows=2, max_length=1000)
    words_for_family = YesNo(
        "Are they still given what they said themselves?",
        required=False,
        hint="Their own words are theirs. Everybody of the family who has this child’s papers reads them: keep them "
        "back only where that would put somebody at risk",
    )

    def __init__(
        self, *args: Any, children: Sequence[ChildPart], attached: Collection[str] = (), **kwargs: Any
    ) -> None:
        """`attached`: the names of the inputs in which a file came ('file_0')."""
        super().__init__(*args, **kwargs)
        self.children, self.attached = children, attached
        self.files_of = {f"file_{n}": child.folder_id for n, child in enumerate(children)}
        asked = {}
        for n, child in enumerate(children):
            asked[f"text_{n}"] = Words(f"Your report on {child.called}", required=False, rows=10)
            asked[f"family_said_{n}"] = Words(
                f"What did {child.with_family} say about what you report?",
                required=False,
                rows=4,
                hint="In their own words, also where they do not agree. Say who said what.",
            )
            asked[f"no_family_why_{n}"] = Words(
                "If there is nothing from them, or from one of them: why?",
                required=False,
                rows=2,
                max_length=1000,
            )
        self.fields = {**asked, **self.fields}
        self.one_of_these = frozenset(
            {"words_for_family", *(name for name in asked if not name.startswith("text_"))}
        )

    def clean(self) -> dict[str, Any]:
        got: dict[str, Any] = super().clean() or self.cleaned_data
        for n, child in enumerate(self.children):
            said, why_none = got.get(f"family_said_{n}", ""), got.get(f"no_family_why_{n}", "")
            if got.get(f"text_{n}") or f"file_{n}" in self.attached:
                heard = rules.family_heard(said, why_none, child.with_family)
                if not heard.allowed and not {f"family_said_{n}", f"no_family_why_{n}"} & set(self.errors):
                    self.add_error(f"family_said_{n}", heard.reason)
            elif (said or why_none) and f"text_{n}" not in self.errors:
                self.add_error(
                    f"text_{n}",
                    f"Write your report on {child.called}, or attach it. You wrote what was said of it.",
                )
        said_anything = any(got.get(f"family_said_{n}") for n in range(len(self.children)))
        if got.get("for_family") is False and said_anything and got.get("words_for_family") is None:
            self.add_error("words_for_family", "Say whether they are given what they said themselves")
        return got

    def by_folder(self, asked: str) -> dict[UUID, str]:
        """What was written on each child: 'text', 'family_said', 'no_family_why'."""
        return {child.folder_id: self.cleaned_data[f"{asked}_{n}"] for n, child in enumerate(self.children)}


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
        self.fields["who"].set_options(_options((i.id, i.said_as) for i in shown.invited))  # type: ignore[attr-defined]
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
        self.fields["child"].set_options(_options((c.folder_id, c.called) for c in shown.present_children))  # type: ignore[attr-defined]
        self.fields["practitioner"].set_options(_options(people))  # type: ignore[attr-defined]
        outcomes = list(outcomes)
        if outcomes:
            self.fields["outcome"].set_options(_options(outcomes))  # type: ignore[attr-defined]
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
        self.fields["who"].set_options(_options((i.id, i.said_as) for i in shown.invited))  # type: ignore[attr-defined]


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


class RulingForm(PageForm):
    what = Choice(
        "What becomes of it?",
        [
            Option("through", "It may go to them as it stands here", reveals=("why",)),
            Option("out", "It is left out", reveals=("why_out",)),
        ],
        required=False,
        small=True,
    )
    why = Words("Why is it safe?", rows=2, max_length=2000, ask="Say why it is safe")
    why_out = Words("Why is it left out?", rows=2, max_length=2000, ask="Say why it is left out")


class ApartForm(PageForm):
    one = Select("Who?", ask="Choose the first person")
    other = Select("And who else?", ask="Choose the second person")
    what = Choices(
        "What must not happen?",
        [
            Option("in_room", "They must not be in one room"),
            Option("address", "Neither may learn the other’s address"),
        ],
        ask="Choose what must not happen",
    )
    why = Words("Why, and who says so?", ask="Say why, and who says so", rows=3, max_length=2000)

    def __init__(self, *args: Any, people: Pairs, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = list(people)
        for name in ("one", "other"):
            self.fields[name].set_options(_options(people))  # type: ignore[attr-defined]


class PackForm(PageForm):
    reader = Select("Whose pack is it?", ask="Choose whose pack it is")

    def __init__(self, *args: Any, shown: MeetingView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reader"].set_options(_options((i.id, i.said_as) for i in shown.invited))  # type: ignore[attr-defined]


class AddForm(Earlier):
    child = Select("Which child is looked at too?", ask="Choose the child")
    agenda = Words("What is this meeting to do for this child?", required=False, rows=3, max_length=4000)
    field_order = ("child", "agenda", "earlier_why")

    def __init__(self, *args: Any, children: Pairs, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["child"].set_options(_options(children))  # type: ignore[attr-defined]


class TakeOutForm(PageForm):
    child = Select("Which child leaves the meeting?", ask="Choose the child")
    why = Words(
        "Why, and where are they looked at instead?",
        ask="Say why this child leaves the meeting",
        rows=3,
        max_length=2000,
    )

    def __init__(self, *args: Any, children: Sequence[ChildPart], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["child"].set_options(_options((c.folder_id, c.name) for c in children))  # type: ignore[attr-defined]


def siblings_of(view: ChildView) -> list[tuple[UUID, str]]:
    """The child of a record and the brothers and sisters whose own records lead somewhere."""
    found = [(view.folder_ids[0], view.child.name)]
    found += [(t.their_folder, t.name) for t in view.siblings if t.their_folder is not None]
    return found
