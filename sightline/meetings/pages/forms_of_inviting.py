"""The forms of inviting to a meeting, of what somebody needs there, and of who is kept apart."""

from __future__ import annotations

from typing import Any

from sightline.govuk.forms import (
    Choice,
    Choices,
    Confirm,
    Moment,
    Option,
    PageForm,
    Select,
    Text,
    Words,
    YesNo,
)

from ..terms import GivenKind, How, InviteeKind, SupporterAnswer, Topic
from .forms import Pairs, options_of

#: Somebody from outside comes for an agency, and for nobody of the family.
PROFESSIONAL = "professional"


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
                reveals=("name", "agency_name", "comes_for"),
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
    comes_for = Select(
        "Who do they come for?",
        ask="Say who they come for",
        hint="Their papers and minutes hold what that person may read. A solicitor comes for whom they act for.",
    )
    role = Text(
        "As what do they come?",
        required=False,
        max_length=120,
        hint="For example, mother, health visitor, solicitor",
    )
    essential = Confirm("The meeting is not quorate without them", required=False)
    needs_interpreter = YesNo(
        "Do they need an interpreter?", required=False,
        hint="British Sign Language included. Left open, what is recorded of somebody of the family is taken over.",
    )  # fmt: skip
    language = Text("Language, and how they communicate", required=False)
    needs = Words(
        "What do they need to take part?",
        required=False,
        rows=2,
        max_length=1000,
        hint="Access, large print, breaks, a lift, child care",
    )

    def __init__(
        self, *args: Any, practitioners: Pairs, people: Pairs, around: Pairs, family: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practitioner"].set_options(options_of(practitioners))  # type: ignore[attr-defined]
        self.fields["person"].set_options(options_of(people))  # type: ignore[attr-defined]
        whose = [(PROFESSIONAL, "An agency or another authority, as a professional"), *around]
        self.fields["comes_for"].set_options(options_of(whose))  # type: ignore[attr-defined]
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
        self.fields["form"].set_options(options_of(forms))  # type: ignore[attr-defined]


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
            self.fields[name].set_options(options_of(people))  # type: ignore[attr-defined]
