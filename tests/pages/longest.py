"""Every text of a form exactly as long as the form lets it be: what the form takes, its column must hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from unittest import mock

from sightline.govuk.fields import (
    Choice,
    Choices,
    Confirm,
    Day,
    DayWidget,
    Email,
    Moment,
    Postcode,
    Select,
    Telephone,
    Text,
    Whole,
)
from sightline.govuk.forms import PageForm
from sightline.kernel.time import today

#: A form is sent once with each answer of its longest question, but not more often than this.
ROUNDS = 8


@contextmanager
def forms_made() -> Iterator[list[PageForm]]:
    """Every form that is made meanwhile, with the fields that are added to it later as well."""
    made: list[PageForm] = []
    first = PageForm.__init__

    def noted(self: PageForm, *args: Any, **kwargs: Any) -> None:
        made.append(self)
        first(self, *args, **kwargs)

    with mock.patch.object(PageForm, "__init__", noted):
        yield made


class Pressed(HTMLParser):
    """What a page sends without being asked: its hidden fields, and of its buttons one in each round."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("name") and (tag == "button" or (tag == "input" and given.get("type") == "hidden")):
            values = self.values.setdefault(str(given["name"]), [])
            values.extend({given.get("value") or ""} - {*values})


def longest(forms: list[PageForm], page: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """What to send, round by round: all texts as long as may be, days and numbers that could be right, and of each
    question, and of the buttons, another answer in each round."""
    fields = {form.add_prefix(name): field for form in forms for name, field in form.fields.items()}
    if not any(isinstance(field, Text) for field in fields.values()):
        return
    pressed = Pressed(page).values
    rounds = [len(field.options) for field in fields.values() if isinstance(field, (Choice, Choices, Select))]
    rounds += [1, *(len(values) for values in pressed.values())]
    for turn in range(min(max(rounds), ROUNDS)):
        data: dict[str, Any] = {name: values[turn % len(values)] for name, values in pressed.items()}
        for name, field in fields.items():
            data |= _given(name, field, turn)
        yield f"all as long as may be, answers {turn}", data


def _given(name: str, field: Any, turn: int) -> dict[str, Any]:
    if isinstance(field.widget, DayWidget):
        day = today() + timedelta(days=getattr(field, "tense", "") == "future")
        told = {"day": day.day, "month": day.month, "year": day.year, "time": "00:01"}
        return {f"{name}-{part}": str(told.get(part, "")) for part in field.widget.parts}
    match field:
        case Choice() | Select() | Choices():
            return {name: field.options[turn % len(field.options)].value} if field.options else {}
        case Confirm():
            return {name: "on"}
        case Day() | Moment():
            return {name: today().isoformat()}
        case Whole():
            return {name: str(field.least)}
        case Telephone():
            return {name: "01632 960001"}
        case Postcode():
            return {name: "ZZ99 3VZ"}
        case Email():
            end = "@" + ".".join(["e" * 60] * 3) + ".example"
            return {name: "x" * min(64, field.longest - len(end)) + end}
        case Text():
            return {name: "x" * field.longest}
    return {}
