"""The forms of meetings. Nothing is chosen beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sightline.children.queries import ChildView
from sightline.govuk.forms import (
    Choice,
    Choices,
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

from ..queries import ChildPart, MeetingView
from ..terms import Format

Pairs = Iterable[tuple[Any, str]]


def options_of(pairs: Pairs) -> list[Option]:
    """Ids and names as answers to choose from."""
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
        self.fields["children"].set_options(options_of(children))  # type: ignore[attr-defined]
        for name in ("chair", "minute_taker"):
            self.fields[name].set_options(options_of(people))  # type: ignore[attr-defined]

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
        self.fields["chair"].set_options(options_of(people))  # type: ignore[attr-defined]


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


class PackForm(PageForm):
    reader = Select("Whose pack is it?", ask="Choose whose pack it is")

    def __init__(self, *args: Any, shown: MeetingView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reader"].set_options(options_of((i.id, i.said_as) for i in shown.invited))  # type: ignore[attr-defined]


class AddForm(Earlier):
    child = Select("Which child is looked at too?", ask="Choose the child")
    agenda = Words("What is this meeting to do for this child?", required=False, rows=3, max_length=4000)
    field_order = ("child", "agenda", "earlier_why")

    def __init__(self, *args: Any, children: Pairs, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["child"].set_options(options_of(children))  # type: ignore[attr-defined]


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
        self.fields["child"].set_options(options_of((c.folder_id, c.name) for c in children))  # type: ignore[attr-defined]


def siblings_of(view: ChildView) -> list[tuple[UUID, str]]:
    """The child of a record and the brothers and sisters whose own records lead somewhere."""
    found = [(view.folder_ids[0], view.child.name)]
    found += [(t.their_folder, t.name) for t in view.siblings if t.their_folder is not None]
    return found
