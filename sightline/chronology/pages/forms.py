"""What a reader of the chronology may ask for."""

from __future__ import annotations

from typing import Any

from sightline.govuk.forms import Choices as Ticks
from sightline.govuk.forms import Day, Moment, PageForm, Select, Text, Words
from sightline.records.terms import StatementKind

from ..queries import Choices
from ..rules import Asked
from ..terms import Order


class AskForm(PageForm):
    """The filters; every one may be left out."""

    words = Text("Words", required=False, hint='Put a phrase in "quotation marks"')
    kind = Select("Kind", empty="Every kind", required=False)
    agency = Select("Agency", empty="Every agency", required=False)
    author = Select("Written by", empty="Everybody", required=False)
    statement = Select(
        "With a paragraph marked",
        [(kind.value, kind.label) for kind in StatementKind],
        empty="Anything",
        required=False,
    )
    significant = Ticks("Significance", [("yes", "Only significant events")], required=False, small=True)
    entries = Ticks("Entries", [("yes", "Only entries, which are numbered")], required=False, small=True)
    since = Day("From", required=False, hint="For example, 1 9 2025")
    until = Day("Until", required=False)
    as_of = Day(
        "As the record stood at the end of",
        tense="past",
        required=False,
        hint="Shows what was known on that day",
    )

    def offer(self, choices: Choices) -> None:
        """Fill the lists with what the record holds."""
        for name, held in (
            ("kind", choices.kinds),
            ("agency", choices.agencies),
            ("author", choices.authors),
        ):
            options = sorted(value for value, _ in held)
            self.fields[name].set_options([(value, value) for value in options])  # type: ignore[attr-defined]


def asked_of(form: AskForm, query: Any) -> Asked:
    """What was asked for. What cannot be read is left out; the form says so."""
    form.full_clean()
    got = form.cleaned_data
    return Asked(
        # What the record no longer offers is still what was asked for: it finds nothing, and says so.
        kind=str(query.get("kind", ""))[:200],
        agency=str(query.get("agency", ""))[:200],
        author=str(query.get("author", ""))[:200],
        statement=got.get("statement") or "",
        words=got.get("words") or "",
        significant=bool(got.get("significant")),
        entries=bool(got.get("entries")),
        since=got.get("since"),
        until=got.get("until"),
        as_of=got.get("as_of"),
        order=Order.KNOWN if query.get("order") == Order.KNOWN.value else Order.HAPPENED,
        oldest_first=query.get("first") == "oldest",
    )


class OwnForm(PageForm):
    what = Text("What happened, in a line?", ask="Say what happened, in a line")
    analysis = Words("What does it mean for the child?", ask="Say what it means for the child")


class FreeOwnForm(OwnForm):
    """A line about something that no moment of the record tells."""

    happened_at = Moment("When did it happen?", tense="past", ask="Enter when it happened")

    field_order = ("happened_at", "what", "analysis")
