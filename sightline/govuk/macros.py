"""From a form's field to the design system's macro that shows it, and that macro's parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.forms import BoundField
from markupsafe import Markup, escape

from sightline.kernel.time import LONDON

from .days import PartialDate, iso_day
from .fields import WORDS_LENGTH, DayWidget, Option, Text
from .forms import mistake


def parameters(
    bound: BoundField, reveal: Callable[[BoundField], Markup] | None = None
) -> tuple[str, dict[str, Any]]:
    """The macro of govuk/fields.html that shows a field, and its parameters.

    Fields of ours say how they wish to be shown; any other Django field (of a library's form) is shown by
    its widget. `reveal` renders the fields inside an answer.
    """
    field, widget = bound.field, bound.field.widget
    ident = bound.auto_id or bound.html_name
    message, wrong_parts = mistake(bound)
    params: dict[str, Any] = {"id": ident, "name": bound.html_name}
    hint = getattr(field, "hint", "") or bound.help_text
    if hint:
        params["hint"] = {"html": hint} if hasattr(hint, "__html__") else {"text": str(hint)}
    if message:
        params["errorMessage"] = {"text": message}
    if beside := getattr(field, "beside", None):
        params["beside"] = beside
    if beneath := getattr(field, "beneath", None):
        # The design system's macros call it by two names, after whether they ask with one input or several.
        params["formGroup"] = {"beforeInput": {"html": beneath}, "beforeInputs": {"html": beneath}}
    value = bound.value()
    if isinstance(widget, forms.HiddenInput):
        return "hidden", {**params, "value": "" if value is None else str(value)}

    size, heading = getattr(field, "legend", "s"), getattr(field, "heading", False)
    text = str(bound.label or "")
    # Where a form may be saved half written, what is still empty is asked for later: it is not optional.
    later = getattr(bound.form, "written_over_time", False) or bound.name in getattr(
        bound.form, "one_of_these", ()
    )
    if not field.required and not later and not text.endswith("(optional)"):
        text = f"{text} (optional)"
    label = {"text": text, "isPageHeading": heading, "classes": f"govuk-label--{size}" if size else ""}
    fieldset = {
        "legend": {
            "text": text,
            "isPageHeading": heading,
            "classes": f"govuk-fieldset__legend--{size}" if size else "",
        }
    }
    width = getattr(field, "width", "")
    classes = ""
    if width:
        classes = f"govuk-input--width-{width}" if width.isdigit() else f"govuk-!-width-{width}"

    if isinstance(widget, DayWidget):
        return "day", {**params, "fieldset": fieldset, "items": _day_items(bound, widget, wrong_parts)}
    if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        given = value if isinstance(value, (list, tuple)) else [value]
        chosen = {str(v) for v in given if v not in (None, "")}
        many = isinstance(widget, forms.CheckboxSelectMultiple)
        asked = {"idPrefix": ident, "fieldset": fieldset, "items": _answers(bound, chosen, reveal)}
        looks = []
        if getattr(field, "small", False):
            looks.append(f"govuk-{'checkboxes' if many else 'radios'}--small")
        if getattr(field, "inline", False):
            looks.append("govuk-radios--inline")
        return ("checkboxes" if many else "radios"), {**params, **asked, "classes": " ".join(looks)}
    if isinstance(widget, forms.CheckboxInput):
        item: dict[str, Any] = {
            "value": "yes",
            "text": str(bound.label),
            "checked": bool(value) and value != "False",
        }
        if "hint" in params:
            item["hint"] = params.pop("hint")
        return "checkboxes", {**params, "idPrefix": ident, "items": [item]}
    if isinstance(widget, forms.Select):
        return "select", {**params, "label": label, "items": _lines(bound, value), "classes": classes}
    if isinstance(widget, forms.Textarea):
        area = {**params, "label": label, "value": as_typed(value), "rows": getattr(field, "rows", 5)}
        area["attributes"] = {"dir": "auto"}
        area["spellcheck"] = getattr(field, "spellcheck", True)
        if getattr(field, "count", False):
            return "counted", {
                **area,
                "maxlength": str(getattr(field, "longest", WORDS_LENGTH)),
                "threshold": "75",
            }
        return "textarea", area
    params.update(label=label, classes=classes)
    attrs = widget.attrs
    params["autocomplete"] = getattr(field, "autocomplete", "") or attrs.get("autocomplete") or "off"
    if isinstance(widget, forms.PasswordInput):
        return "password", params
    params["value"] = "" if value is None else str(bound.field.prepare_value(value))
    params["inputmode"] = getattr(field, "inputmode", "") or attrs.get("inputmode")
    spellcheck = getattr(field, "spellcheck", None)
    if spellcheck is not None:
        params["spellcheck"] = spellcheck
    if isinstance(field, Text):
        params["attributes"] = {"dir": "auto"}
    if getattr(widget, "input_type", "text") in ("email", "tel", "url"):
        params["type"] = getattr(widget, "input_type", "text")
    return "line", params


def as_typed(value: Any) -> Markup:
    """Text for a textarea that comes back exactly as it was: line ends as references, since macros re-indent
    what they enclose, and one more at the start, since a browser drops the first."""
    text = "" if value is None else str(value).replace("\r\n", "\n").replace("\r", "\n")
    if text.startswith("\n"):
        text = "\n" + text
    return Markup(str(escape(text)).replace("\n", "&#10;"))  # noqa: S704 - escaped just before


def _day_items(bound: BoundField, widget: DayWidget, wrong: tuple[str, ...]) -> list[dict[str, Any]]:
    value = bound.value()
    shown: Sequence[str]
    if isinstance(value, datetime):
        local = value.astimezone(LONDON)
        shown = (str(local.day), str(local.month), str(local.year), f"{local:%H:%M}")
    elif isinstance(value, date):
        shown = (str(value.day), str(value.month), str(value.year), "")
    elif isinstance(value, PartialDate):
        shown = (str(value.day or ""), str(value.month or ""), str(value.year), "")
    elif isinstance(value, str) and (found := iso_day(value[:10])):
        shown = (str(found.day), str(found.month), str(found.year), "")
    else:
        shown = tuple(value) if isinstance(value, (tuple, list)) else ()
    named = f"{bound.html_name}-{{}}"
    ident = bound.auto_id or bound.html_name
    items: list[dict[str, Any]] = []
    for index, part in enumerate(widget.parts):
        width = {"year": "4", "time": "5"}.get(part, "2")
        mistaken = bool(bound.errors) and (part in wrong or not wrong)
        items.append(
            {
                "id": f"{ident}-{part}",
                "name": named.format(part),
                "label": part.capitalize(),
                "value": shown[index] if index < len(shown) else "",
                "classes": f"govuk-input--width-{width}" + (" govuk-input--error" if mistaken else ""),
                # Month names and times are taken too, so those keep the full keyboard.
                "inputmode": "numeric" if part in ("day", "year") else "text",
                "autocomplete": "off",
            }
        )
    return items


def _answers(
    bound: BoundField, chosen: set[str], reveal: Callable[[BoundField], Markup] | None
) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    options = getattr(bound.field, "options", None)
    if options is None:
        flat = [(v, t) for v, t in bound.field.widget.choices if v not in (None, "")]
        options = [Option(str(v), str(t)) for v, t in flat]
    for option in options:
        if option.divider:
            items.append({"divider": option.divider})
        item: dict[str, Any] = {
            "value": option.value,
            "text": option.label,
            "checked": option.value in chosen,
        }
        if option.hint:
            item["hint"] = {"text": option.hint}
        if option.exclusive:
            item["behaviour"] = "exclusive"
        if option.reveals and reveal is not None:
            inside = Markup("\n").join(reveal(bound.form[name]) for name in option.reveals)
            item["conditional"] = {"html": inside}
        items.append(item)
    return items


def _lines(bound: BoundField, value: Any) -> list[dict[str, Any]]:
    chosen = "" if value is None else str(value)
    items = []
    empty = getattr(bound.field, "empty", None)
    if empty is not None:
        items.append({"value": "", "text": empty, "selected": not chosen})
    for key, text in bound.field.widget.choices:
        items.append({"value": str(key), "text": str(text), "selected": str(key) == chosen})
    return items
