"""The forms of giving access, sealing and reviewing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sightline.govuk.forms import Choice, Choices, Day, Option, PageForm, Select, Text, Words, YesNo

from ..terms import GrantLevel

Pairs = Iterable[tuple[UUID, str]]


def _options(pairs: Pairs) -> list[Option]:
    return [Option(str(key), label) for key, label in pairs]


class GiveForm(PageForm):
    """Who is let in: a person, a team or a whole agency."""

    to = Choice(
        "Who needs to open this record?",
        ask="Choose whether it is a person, a team or an agency",
        options=[
            Option("practitioner", "A person", reveals=("practitioner",)),
            Option("team", "A team", reveals=("team",)),
            Option("agency", "A whole agency", reveals=("agency",)),
        ],
    )
    practitioner = Select("Person", ask="Choose the person")
    team = Select("Team", ask="Choose the team")
    agency = Select("Agency", ask="Choose the agency")
    level = Choice(
        "What may they do?",
        ask="Choose what they may do",
        options=[(GrantLevel.READ.value, "Read"), (GrantLevel.WRITE.value, "Read and write")],
    )
    why = Words("Why do they need it?", ask="Say why they need to open this record", rows=3, max_length=1000)
    ends = Day(
        "Last day",
        required=False,
        tense="future",
        hint="Leave it empty if it goes on until somebody ends it.",
    )

    def __init__(self, *args: Any, people: Pairs, teams: Pairs, agencies: Pairs, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, pairs in (("practitioner", people), ("team", teams), ("agency", agencies)):
            self.fields[name].set_options(_options(pairs))  # type: ignore[attr-defined]

    def chosen(self, kind: str) -> UUID | None:
        """The id of the person, team or agency, where that kind was chosen."""
        return UUID(self.cleaned_data[kind]) if self.cleaned_data["to"] == kind else None


class HandOverForm(PageForm):
    manager = Select("Who answers for this record from today?", ask="Choose a manager")

    def __init__(self, *args: Any, managers: Pairs, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["manager"].set_options(_options(managers))  # type: ignore[attr-defined]


class SealForm(PageForm):
    """Why, and who is named: among `people`, whom the page adds to by what was typed into `find`."""

    why = Words("Why is this record sealed?", ask="Say why this record is sealed", rows=3, max_length=1000)
    find = Text(
        "Find somebody by name, post or agency", required=False, width="two-thirds",
        hint="Whoever is found is added to the list below. Whom you have chosen stays chosen.",
    )  # fmt: skip
    named = Choices("Who may still open it?", ask="Choose at least one person")

    def __init__(self, *args: Any, people: Pairs, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["named"].set_options(_options(people))  # type: ignore[attr-defined]


class NameForm(PageForm):
    person = Select("Who else may open it?", ask="Choose a person")

    def __init__(self, *args: Any, people: Pairs, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].set_options(_options(people))  # type: ignore[attr-defined]


class LiftForm(PageForm):
    why = Words("Why is the seal lifted?", ask="Say why the seal is lifted", rows=3, max_length=1000)


class ReviewForm(PageForm):
    justified = YesNo("Was it right to open the record?", ask="Say whether it was right to open the record")
    words = Words("What did you find?", ask="Say what you found", rows=4, max_length=2000)


class TakeOverForm(PageForm):
    seal = Select("Which record?", ask="Choose the record")
    practitioner = Select("Who answers for it from today?", ask="Choose a manager")
    why = Words("Why do they take it over?", ask="Say why they take it over", rows=3, max_length=1000)

    def __init__(self, *args: Any, seals: Pairs, people: Pairs, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seal"].set_options(_options(seals))  # type: ignore[attr-defined]
        self.fields["practitioner"].set_options(_options(people))  # type: ignore[attr-defined]
