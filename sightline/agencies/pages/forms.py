"""The forms of people, agencies and the rota."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sightline.govuk.forms import (
    Choice,
    Confirm,
    Day,
    Email,
    Moment,
    Option,
    PageForm,
    Select,
    Telephone,
    Text,
    Whole,
)

from ..terms import AgencyKind

KINDS = {
    AgencyKind.LOCAL_AUTHORITY: "Local authority",
    AgencyKind.POLICE: "Police",
    AgencyKind.HEALTH: "Health",
    AgencyKind.SCHOOL: "School or college",
    AgencyKind.EARLY_YEARS: "Early years and childcare",
    AgencyKind.VOLUNTARY: "Voluntary or community organisation",
    AgencyKind.HOUSING: "Housing",
    AgencyKind.PROBATION: "Probation",
    AgencyKind.OTHER: "Another agency",
}

Pairs = Iterable[tuple[Any, str]]


def _options(pairs: Pairs) -> list[Option]:
    return [Option(str(value), label) for value, label in pairs]


class AppointForm(PageForm):
    name = Text("Name", ask="Enter the person's name", autocomplete="off")
    email = Email(hint="They sign in with it. It may not be shared.", autocomplete="off")
    telephone = Telephone(required=False, autocomplete="off")
    agency = Select("Agency", ask="Choose an agency")
    team = Select("Team", required=False, empty="No team")
    role = Select("Role in Sightline", ask="Choose a role", hint="What they may do follows from it.")
    post_title = Text("Title of the post", ask="Enter the title of the post", max_length=120)
    line_manager = Select("Manager", required=False, empty="Nobody: they manage others and stand at the top")
    held_from = Day("First day", required=False, hint="Leave it empty for today.")
    held_until = Day("Last day", required=False, tense="future", hint="Leave it empty if none is known.")

    def __init__(
        self, *args: Any, agencies: Pairs, teams: Pairs, roles: Pairs, managers: Pairs, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, pairs in (
            ("agency", agencies),
            ("team", teams),
            ("role", roles),
            ("line_manager", managers),
        ):
            self.fields[name].set_options(_options(pairs))  # type: ignore[attr-defined]


class EndForm(PageForm):
    """The last day, and for each thing that must be handed over, by its source's key, to whom it goes."""

    last_day = Day("Last day in the post", ask="Enter the last day in the post", tense="future")

    def __init__(
        self, *args: Any, handed_over: Mapping[str, str], people: Pairs, ended: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if ended:
            del self.fields["last_day"]
        self.handed_over = tuple(handed_over)
        options = list(people)
        for key, question in handed_over.items():
            self.fields[key] = Select(question, ask=f"Choose: {question[0].lower()}{question[1:]}")
            self.fields[key].set_options(_options(options))  # type: ignore[attr-defined]

    def goes_to(self) -> dict[str, UUID]:
        return {key: UUID(self.cleaned_data[key]) for key in self.handed_over}


class AgencyForm(PageForm):
    name = Text("Name of the agency")
    kind = Select(
        "Kind", ask="Choose what kind of agency it is", options=[(k.value, w) for k, w in KINDS.items()]
    )
    telephone = Telephone(required=False)
    sensitive = Confirm(
        "Sensitive: shown to others only as another service",
        required=False,
        hint="A refuge, or a sexual or mental health service.",
    )
    ask = Text("Whom others ask instead", required=False, hint="Only for a sensitive agency.")


class ChangeAgencyForm(PageForm):
    name = Text("Name of the agency", ask="Enter the name of the agency")
    telephone = Telephone(required=False)
    sensitive = Confirm(
        "Sensitive: shown to others only as another service",
        required=False,
        hint="A refuge, or a sexual or mental health service. Its name disappears from every search at once.",
    )
    ask = Text("Whom others ask instead", required=False, hint="Only for a sensitive agency.")


class TeamForm(PageForm):
    agency = Select("Agency", ask="Choose the agency")
    name = Text("Name of the team")

    def __init__(self, *args: Any, agencies: Pairs, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].set_options(_options(agencies))  # type: ignore[attr-defined]


class ShiftForm(PageForm):
    practitioner = Select("Person", ask="Choose a person")
    place = Choice(
        "Asked",
        ask="Choose whether they are asked first",
        options=[("1", "First"), ("2", "Second"), ("3", "Third")],
        inline=True,
    )
    starts_at = Moment("Start of the shift")
    ends_at = Moment("End of the shift")
    weeks = Whole(
        "For how many weeks", least=1, most=52, required=False, hint="Leave it empty for this one shift."
    )

    def __init__(self, *args: Any, people: Pairs, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practitioner"].set_options(_options(people))  # type: ignore[attr-defined]
