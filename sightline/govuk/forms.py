"""The forms of pages: {{ field_render(form['name']) }} shows a field, `error_items` every mistake.

Each message says what to do. What was typed is always shown again. A choice never starts with an answer,
since the quick answer must not be the unsafe one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import BaseForm, BoundField
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from sightline.kernel.verdicts import Verdict

from .days import DateMistake, PartialDate
from .fields import (
    Born,
    Choice,
    Choices,
    Confirm,
    Day,
    DayWidget,
    Email,
    Expected,
    Moment,
    Option,
    PartialDay,
    Password,
    Postcode,
    Select,
    Shown,
    Telephone,
    Text,
    Whole,
    Words,
    YesNo,
)
from .tidy import tidy

__all__ = [
    "Born",
    "Choice",
    "Choices",
    "Confirm",
    "DateMistake",
    "Day",
    "Email",
    "Expected",
    "Moment",
    "Option",
    "PageForm",
    "PartialDate",
    "PartialDay",
    "Password",
    "Postcode",
    "Select",
    "Shown",
    "Telephone",
    "Text",
    "Whole",
    "Words",
    "YesNo",
    "error_items",
    "tidy",
    "typed",
]


def typed(data: Mapping[str, Any]) -> dict[str, list[str]]:
    """What a form sent, as a draft keeps it: every value as typed, without the token against forgery."""
    source = data if isinstance(data, MultiValueDict) else MultiValueDict({k: [v] for k, v in data.items()})
    return {
        name: [str(value).replace("\x00", "") for value in source.getlist(name)]
        for name in source
        if name != "csrfmiddlewaretoken"
    }


class PageForm(forms.Form):
    """A form as a page shows it.

    `draft` is what `typed` kept: it fills the page again as it was left, and nothing is checked yet.
    A field that an `Option` reveals is checked only with that answer; otherwise it is emptied.
    """

    use_required_attribute = False
    #: It may be saved half written and is complete only later: its empty fields are not called optional.
    written_over_time = False
    #: The names of fields of which one or another is needed: none of them is called optional.
    one_of_these: frozenset[str] = frozenset()

    def __init__(self, *args: Any, draft: Mapping[str, Sequence[str]] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        self._left: QueryDict | None = None
        super().__init__(*args, **kwargs)
        if draft is not None:
            self.refill(draft)

    def refill(self, draft: Mapping[str, Sequence[str]]) -> None:
        """Fill the form as `typed` kept it, where nothing was sent; fields that are added later as well."""
        self._left = QueryDict(mutable=True)
        for name, values in draft.items():
            self._left.setlist(name, list(values))

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """What was left in it, else what it starts from."""
        full = self.add_prefix(field_name)
        if self._left is not None and not field.widget.value_omitted_from_data(
            self._left, MultiValueDict(), full
        ):
            return field.widget.value_from_datadict(self._left, MultiValueDict(), full)
        return super().get_initial_for_field(field, field_name)

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]
        for name in self.not_asked():
            self._errors.pop(name, None)  # type: ignore[attr-defined]
            unanswered = getattr(self.fields[name], "unanswered", None)
            self.cleaned_data[name] = list(unanswered) if isinstance(unanswered, tuple) else unanswered

    def not_asked(self) -> set[str]:
        """The fields whose revealing answer was not given, or stands in a question itself not asked."""
        hidden: set[str] = set()
        # A question comes before what it reveals, so one pass in order sees whole chains of them.
        for name, field in self.fields.items():
            value = self[name].value()
            given = {str(v) for v in value} if isinstance(value, (list, tuple)) else {str(value)}
            options: list[Option] = getattr(field, "options", [])
            asked = {child for o in options if o.value in given and name not in hidden for child in o.reveals}
            hidden |= {child for o in options for child in o.reveals} - asked
        return hidden

    def refuse(self, verdict: Verdict) -> None:
        """Shows a rule's refusal as an error, at its field where it names one of this form's."""
        self.add_error(verdict.field if verdict.field in self.fields else None, verdict.reason)


def revealed_names(form: BaseForm) -> set[str]:
    """The fields that stand inside an answer of another field."""
    return {
        name
        for field in form.fields.values()
        for option in getattr(field, "options", ())
        for name in option.reveals
    }


def mistake(bound: BoundField) -> tuple[str, tuple[str, ...]]:
    """The first error of a field, and the inputs that it is about (for dates)."""
    for error in bound.errors.as_data() if bound.errors else ():
        parts = error.parts if isinstance(error, DateMistake) else ()
        return str(next(iter(error.messages))), parts
    return "", ()


def anchor(bound: BoundField) -> str:
    """The id of the input that an error of this field links to."""
    widget, ident = bound.field.widget, bound.auto_id or bound.html_name
    if isinstance(widget, DayWidget):
        _, parts = mistake(bound)
        return f"{ident}-{parts[0] if parts else widget.parts[0]}"
    return ident


def error_items(*found: BaseForm | Iterable[BaseForm] | None) -> list[dict[str, str]]:
    """The error summary's lines over one or several forms or formsets, each linked to its input."""
    items: list[dict[str, str]] = []
    for form in _flat(found):
        if not form.is_bound:
            continue
        for message in form.non_field_errors():
            items.append({"text": str(message)})
        for name in form.errors:
            if name == NON_FIELD_ERRORS:
                continue
            bound = form[name]
            for error in bound.errors.as_data():
                for message in error.messages:
                    items.append({"text": str(message), "href": f"#{anchor(bound)}"})
    return items


def _flat(found: Iterable[Any]) -> Iterator[BaseForm]:
    for one in found:
        if one is None:
            continue
        if isinstance(one, BaseForm):
            yield one
        else:
            yield from _flat(one)
