"""What is asked in the directory of local services."""

from __future__ import annotations

from uuid import UUID

from sightline.govuk.forms import (
    Choices,
    Confirm,
    PageForm,
    Select,
    Text,
    Whole,
    Words,
)

from .. import actions
from ..terms import (
    ServiceNeed,
)
from .forms import labelled


class DirectoryForm(PageForm):
    need = Select("What is needed?", labelled(ServiceNeed), required=False, empty="Anything")
    age = Whole("How old is the child or young person?", required=False, most=25, width="2")
    place = Select("Where?", required=False, empty="Anywhere")
    words = Text("Words in its name or description", required=False, width="20")


class LocalForm(PageForm):
    name = Text("Name of the service", ask="Enter the name of the service")
    gist = Words("What does it do, in plain words?", rows=3, ask="Say in plain words what it does")
    needs = Choices(
        "What does it help with?", labelled(ServiceNeed), ask="Select what it helps with", small=True
    )
    from_age = Whole("Youngest age", most=25, width="2", ask="Enter the youngest age")
    to_age = Whole("Oldest age", most=25, width="2", ask="Enter the oldest age")
    for_adults = Confirm("It is for adults too", required=False)
    places = Words(
        "Where? One place a line",
        required=False,
        rows=3,
        count=False,
        hint="Leave empty where it is everywhere",
    )
    reach = Text(
        "How does a family or a worker reach it?",
        max_length=300,
        ask="Say how a family or a worker reaches it",
    )
    waits = Text("How long do families wait?", required=False, max_length=120)
    agency = Select("Which agency runs it?", required=False, empty="None of the partnership’s")

    def sent(self) -> actions.LocalIn:
        got = self.cleaned_data
        return actions.LocalIn(
            name=got["name"], gist=got["gist"], needs=[ServiceNeed(n) for n in got["needs"]], reach=got["reach"],
            from_age=got["from_age"], to_age=got["to_age"], for_adults=got["for_adults"],
            places=got["places"].splitlines(), waits=got["waits"],
            agency_id=UUID(got["agency"]) if got["agency"] else None,
        )  # fmt: skip
