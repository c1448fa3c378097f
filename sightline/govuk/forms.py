"""Form fields that render themselves in the design system's patterns and answer every mistake plainly.

A page declares a `PageForm` with the fields below and writes `{{ field_render(form['name']) }}`. Each message
says what to do. What was typed is always shown again. A choice never starts with an answer, since the quick
answer must not be the unsafe one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.forms import BaseForm, BoundField
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from markupsafe import Markup, escape

from sightline.kernel.time import LONDON, now, today
from sightline.kernel.verdicts import Verdict

from .words import MONTHS, date_only, listed, moment

EARLIEST_YEAR = 1880
LINE_LENGTH = 200
WORDS_LENGTH = 20_000

# -- text as typed ---------------------------------------------------------------------------------

#: Line ends of several kinds, made one.
_LINE_ENDS = re.compile("\r\n|\r|\u0085|\u2028|\u2029")
#: Invisible characters that make words read in another order than they are stored, or hide them.
_OVERRIDES = "\u202d\u202e"


def tidy(value: str, lines: bool = False) -> str:
    """Typed text without control characters, in composed form (NFC), trimmed.

    `lines` keeps line ends and tabs; otherwise they become spaces. Right-to-left text, marks of direction,
    joiners and emoji stay as typed. Raises ValidationError on a NUL, which no keyboard types.
    """
    if "\x00" in value:
        raise ValidationError("Take out the hidden character (NUL) that was pasted in.", code="nul")
    value = _LINE_ENDS.sub("\n", value)
    if not lines:
        value = re.sub(r"[\n\t]+", " ", value)
    kept = (
        c
        for c in value
        if c in "\n\t" or (unicodedata.category(c) not in ("Cc", "Cs") and c not in _OVERRIDES)
    )
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def _named(label: str) -> str:
    """A label inside a sentence: 'Date of birth' becomes 'date of birth', 'NHS number' stays."""
    return label[:1].lower() + label[1:] if label[1:2].islower() or label[1:2] == " " else label


def _asks(label: str, verb: str) -> str:
    label = label.strip()
    if label.endswith("?"):
        return f"Answer the question “{label}”"
    return f"{verb} {_named(label)}" if label else f"{verb} an answer"


# -- the fields ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Option:
    """One answer of a `Choice` or `Choices`.

    `reveals` names fields of the same form that are asked only with this answer. `exclusive` (checkboxes)
    means this answer alone, as in "None of these". `divider` is a word such as "or" standing before it.
    """

    value: str
    label: str
    hint: str = ""
    reveals: tuple[str, ...] = ()
    exclusive: bool = False
    divider: str = ""


class Shown:
    """What every field of ours says about itself on the page.

    ask: the message when the answer is missing, a sentence without a full stop ("Enter the child's name").
    legend: the size of the label or legend, "s", "m", "l" or "" for plain.
    heading: the label is the page's h1.
    width: a class of the input, such as "2", "4", "10", "20" (characters) or "one-half", "two-thirds".
    beside: safe markup of guidance that stands beside the field, from the partnership's library.
    """

    hint: str | Markup
    legend: str
    heading: bool
    width: str
    beside: Markup | None

    def _shown(
        self,
        hint: str | Markup = "",
        legend: str = "s",
        heading: bool = False,
        width: str = "",
        beside: Markup | None = None,
    ) -> None:
        self.hint = hint
        self.legend = legend
        self.heading = heading
        self.width = width
        self.beside = beside


def _parted(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Takes the parts meant for `Shown` out of a field's keyword arguments."""
    return {key: kwargs.pop(key) for key in ("hint", "legend", "heading", "width", "beside") if key in kwargs}


class Text(Shown, forms.CharField):
    """One line of text. `cleaned_data` holds tidied text, an empty string when optional and empty."""

    lines = False

    def __init__(
        self,
        label: str,
        *,
        ask: str = "",
        max_length: int = LINE_LENGTH,
        autocomplete: str = "off",
        inputmode: str = "",
        spellcheck: bool | None = None,
        **kwargs: Any,
    ) -> None:
        self._shown(**_parted(kwargs))
        self.autocomplete, self.inputmode, self.spellcheck = autocomplete, inputmode, spellcheck
        self.longest = max_length
        # Not given to Django's own field: the limit holds for the tidied text, and the message is ours.
        super().__init__(label=label, strip=False, **kwargs)
        self.error_messages["required"] = ask or _asks(label, "Enter")

    def to_python(self, value: Any) -> str:
        text = tidy("" if value is None else str(value), lines=self.lines)
        if len(text) > self.longest:
            raise ValidationError(
                f"Shorten “{self.label}” to {self.longest:,} characters or fewer. It has {len(text):,} now",
                code="max_length",
            )
        return text


class Words(Text):
    """Several lines in a person's own words. `count` shows how many characters are left."""

    lines = True
    widget = forms.Textarea

    def __init__(
        self, label: str, *, max_length: int = WORDS_LENGTH, rows: int = 6, count: bool = True, **kwargs: Any
    ) -> None:
        self.rows, self.count = rows, count
        kwargs.setdefault("spellcheck", True)
        super().__init__(label, max_length=max_length, **kwargs)


class Email(Text):
    """An e-mail address."""

    def __init__(self, label: str = "Email address", **kwargs: Any) -> None:
        kwargs.setdefault("autocomplete", "email")
        kwargs.setdefault("max_length", 254)
        kwargs.setdefault("width", "two-thirds")
        super().__init__(label, spellcheck=False, inputmode="email", **kwargs)

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if text:
            try:
                validate_email(text)
            except ValidationError:
                raise ValidationError(
                    "Enter an email address in the usual form, like name@example.org", code="email"
                ) from None
        return text


class Telephone(Text):
    """A telephone number as people write it, with spaces, brackets and +; kept as typed."""

    def __init__(self, label: str = "Telephone number", **kwargs: Any) -> None:
        kwargs.setdefault("autocomplete", "tel")
        kwargs.setdefault("width", "20")
        super().__init__(label, max_length=40, spellcheck=False, inputmode="tel", **kwargs)

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        digits = sum(c.isdigit() for c in text)
        if text and (digits < 6 or digits > 15 or re.search(r"[^\d\s()+\-.x#]", text, re.IGNORECASE)):
            raise ValidationError(
                "Enter a telephone number with 6 to 15 digits, like 01632 960001 or +44 808 157 0192",
                code="telephone",
            )
        return text


class Postcode(Text):
    """A United Kingdom postcode, given back in capitals with one space (BS 7666's form)."""

    _FORM = re.compile(
        r"(GIR0AA|[A-PR-UWYZ]([0-9]{1,2}|[A-HK-Y][0-9]|[A-HK-Y][0-9]([0-9]|[ABEHMNPRV-Y])|"
        r"[0-9][A-HJKPS-UW])[0-9][ABD-HJLNP-UW-Z]{2})"
    )

    def __init__(self, label: str = "Postcode", **kwargs: Any) -> None:
        kwargs.setdefault("autocomplete", "postal-code")
        kwargs.setdefault("width", "10")
        super().__init__(label, max_length=20, spellcheck=False, **kwargs)

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if not text:
            return text
        plain = re.sub(r"[^A-Za-z0-9]", "", text).upper()
        if not self._FORM.fullmatch(plain):
            raise ValidationError("Enter a full postcode, like ZZ99 3VZ, or leave it empty", code="postcode")
        return f"{plain[:-3]} {plain[-3:]}"


class Whole(Text):
    """A whole number from `least` to `most`, as an int; None when optional and empty."""

    def __init__(self, label: str, *, least: int = 0, most: int = 999, **kwargs: Any) -> None:
        self.least, self.most = least, most
        kwargs.setdefault("width", "4")
        super().__init__(label, max_length=40, inputmode="numeric", spellcheck=False, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        digits = text.replace(",", "").replace(" ", "")
        if not re.fullmatch(r"-?[0-9]{1,12}", digits) or not self.least <= int(digits) <= self.most:
            raise ValidationError(
                f"Enter a whole number between {self.least:,} and {self.most:,} in “{self.label}”",
                code="whole",
            )
        return int(digits)


class Password(Shown, forms.CharField):
    """A password as typed: not trimmed, not changed, never shown again. Pasting is allowed."""

    widget = forms.PasswordInput

    def __init__(
        self, label: str = "Password", *, ask: str = "", autocomplete: str = "current-password", **kwargs: Any
    ) -> None:
        self._shown(**_parted(kwargs))
        self.autocomplete = autocomplete
        super().__init__(label=label, strip=False, **kwargs)
        self.error_messages["required"] = ask or _asks(label, "Enter")

    def to_python(self, value: Any) -> str:
        text = "" if value is None else str(value)
        if "\x00" in text:
            raise ValidationError("Take out the hidden character (NUL) that was pasted in.", code="nul")
        if len(text) > 1000:
            raise ValidationError("Shorten the password to 1,000 characters or fewer", code="max_length")
        return text


def _options(options: Iterable[Option | tuple[str, str]]) -> list[Option]:
    return [o if isinstance(o, Option) else Option(str(o[0]), str(o[1])) for o in options]


class _Chosen(Shown):
    options: list[Option]

    def set_options(self, options: Iterable[Option | tuple[str, str]]) -> None:
        """Fills the answers of one form's field, as when they come from a pack or the database."""
        self.options = _options(options)
        self.choices = [(o.value, o.label) for o in self.options]

    @staticmethod
    def _no_initial(kwargs: Mapping[str, Any]) -> None:
        if kwargs.get("initial") is not None:
            raise TypeError("A choice starts without an answer: `initial` is not for a field's declaration.")


class Choice(_Chosen, forms.ChoiceField):
    """One of a few answers as radio buttons. `cleaned_data` holds its value, "" when optional and empty.

    `options` are `Option`s or (value, label) pairs; call `set_options` on a form's field to fill them late.
    `inline` stands short answers (yes and no) side by side, `small` makes them smaller.
    """

    widget = forms.RadioSelect

    def __init__(
        self,
        label: str,
        options: Iterable[Option | tuple[str, str]] = (),
        *,
        ask: str = "",
        inline: bool = False,
        small: bool = False,
        **kwargs: Any,
    ) -> None:
        self._no_initial(kwargs)
        self._shown(**_parted(kwargs))
        self.inline, self.small = inline, small
        super().__init__(label=label, **kwargs)
        self.set_options(options)
        self.error_messages["required"] = ask or _asks(label, "Select")
        self.error_messages["invalid_choice"] = f"Select one of the answers offered for “{label}”"


class YesNo(Choice):
    """Yes or no, as True or False; None when optional and unanswered."""

    def __init__(
        self, label: str, *, yes: Option | None = None, no: Option | None = None, **kwargs: Any
    ) -> None:
        kwargs.setdefault("inline", not ((yes and yes.reveals) or (no and no.reveals)))
        super().__init__(label, [yes or Option("yes", "Yes"), no or Option("no", "No")], **kwargs)

    def clean(self, value: Any) -> Any:
        return {"yes": True, "no": False}.get(super().clean(value))

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


class Select(_Chosen, forms.ChoiceField):
    """One of many (more than about fifteen) answers as a drop-down list, which starts with an empty line."""

    widget = forms.Select

    def __init__(
        self,
        label: str,
        options: Iterable[Option | tuple[str, str]] = (),
        *,
        ask: str = "",
        empty: str = "Choose",
        **kwargs: Any,
    ) -> None:
        self._no_initial(kwargs)
        self._shown(**_parted(kwargs))
        self.empty = empty
        super().__init__(label=label, **kwargs)
        self.set_options(options)
        self.error_messages["required"] = ask or _asks(label, "Select")
        self.error_messages["invalid_choice"] = f"Select one of the answers offered for “{label}”"


class Choices(_Chosen, forms.MultipleChoiceField):
    """Any number of answers as checkboxes. `cleaned_data` holds a list of values."""

    widget = forms.CheckboxSelectMultiple

    def __init__(
        self,
        label: str,
        options: Iterable[Option | tuple[str, str]] = (),
        *,
        ask: str = "",
        small: bool = False,
        **kwargs: Any,
    ) -> None:
        self._no_initial(kwargs)
        self._shown(**_parted(kwargs))
        self.small = small
        super().__init__(label=label, **kwargs)
        self.set_options(options)
        self.error_messages["required"] = ask or _asks(label, "Select")
        self.error_messages["invalid_choice"] = f"Select only answers offered for “{label}”"
        self.error_messages["invalid_list"] = f"Select only answers offered for “{label}”"

    def clean(self, value: Any) -> list[str]:
        chosen: list[str] = super().clean(value)
        alone = [o for o in self.options if o.exclusive and o.value in chosen]
        if alone and len(chosen) > 1:
            raise ValidationError(
                f"Select either “{alone[0].label}” or the other answers, not both", code="exclusive"
            )
        return chosen


class Confirm(Shown, forms.BooleanField):
    """One checkbox. When required it must be ticked; `cleaned_data` holds True or False."""

    widget = forms.CheckboxInput

    def __init__(self, label: str, *, ask: str = "", **kwargs: Any) -> None:
        if kwargs.get("initial"):
            raise TypeError("A confirmation starts unticked.")
        self._shown(**_parted(kwargs))
        super().__init__(label=label, **kwargs)
        self.error_messages["required"] = ask or f"Tick the box to confirm: {_named(label)}"


# -- dates -----------------------------------------------------------------------------------------


class DayWidget(forms.Widget):
    """Day, month and year as three inputs; the raw value is a tuple of three strings as typed."""

    parts: tuple[str, ...] = ("day", "month", "year")

    def value_from_datadict(
        self, data: Mapping[str, Any], files: Any, name: str
    ) -> tuple[str, ...] | str | None:
        if not any(f"{name}-{part}" in data for part in self.parts):
            # A whole date under the field's own name, as a link or another page may send it.
            whole = data.get(name)
            return str(whole) if whole else None
        return tuple(str(data.get(f"{name}-{part}", "") or "") for part in self.parts)

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and not any(f"{name}-{part}" in data for part in self.parts)

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return f"{id_}-{self.parts[0]}"


class DateMistake(ValidationError):
    """A date that does not make sense, and which of its inputs to mend."""

    def __init__(self, message: str, parts: Sequence[str]) -> None:
        super().__init__(message, code="date")
        self.parts = tuple(parts)


def _digits(text: str) -> str:
    """Digits of any script (Arabic, Bengali) as 0 to 9."""
    return "".join(
        str(unicodedata.decimal(c)) if unicodedata.decimal(c, None) is not None else c for c in text
    )


def read_month(text: str) -> int | None:
    """1 to 12 from '3', '03', 'March', 'mar'; None when it is no month."""
    text = _digits(text.strip()).lower().rstrip(".")
    if re.fullmatch(r"[0-9]{1,2}", text):
        return int(text) if 1 <= int(text) <= 12 else None
    found = [i for i, name in enumerate(MONTHS, start=1) if len(text) >= 3 and name.lower().startswith(text)]
    if text == "sept":
        return 9
    return found[0] if len(found) == 1 else None


def _length_of(month: int, year: int | None) -> int:
    following = date((year or 2000) + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


def read_day(label: str, day: str, month: str, year: str) -> date:
    """A date from three typed parts. DateMistake says which part is wrong and what to enter instead."""
    typed = {"day": tidy(day), "month": tidy(month), "year": tidy(year)}
    missing = [part for part, text in typed.items() if not text]
    if missing:
        raise DateMistake(f"Enter the {listed(missing)} of {_named(label)}", missing)
    year_text, day_text = _digits(typed["year"]), _digits(typed["day"])
    if not re.fullmatch(r"[0-9]{4}", year_text):
        raise DateMistake(f"Enter the year of {_named(label)} with 4 digits, for example 2017", ["year"])
    if int(year_text) < EARLIEST_YEAR or int(year_text) > 2199:
        raise DateMistake(
            f"Check the year of {_named(label)}: enter one between {EARLIEST_YEAR} and 2199", ["year"]
        )
    in_month = read_month(typed["month"])
    if in_month is None:
        raise DateMistake(
            f"Enter the month of {_named(label)} as a number from 1 to 12 or a name like March", ["month"]
        )
    if not re.fullmatch(r"[0-9]{1,2}", day_text) or int(day_text) == 0 or int(day_text) > 31:
        raise DateMistake(f"Enter the day of {_named(label)} as a number from 1 to 31", ["day"])
    longest = _length_of(in_month, int(year_text))
    if int(day_text) > longest:
        raise DateMistake(
            f"Enter a real date for {_named(label)}: {MONTHS[in_month - 1]} {year_text} has {longest} days",
            ["day"],
        )
    return date(int(year_text), in_month, int(day_text))


def _iso(value: str) -> date | None:
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        return None


class Day(Shown, forms.Field):
    """A day as day, month and year, given back as `date`; None when optional and empty.

    tense: "past" (today or before), "future" (today or after), or "" for any. earliest and latest narrow it
    further and may be functions, asked at the time. parts_autocomplete: "bday" for the signed-in person's own
    date of birth only.
    """

    widget = DayWidget

    def __init__(
        self,
        label: str,
        *,
        ask: str = "",
        tense: str = "",
        earliest: date | Callable[[], date] | None = None,
        latest: date | Callable[[], date] | None = None,
        **kwargs: Any,
    ) -> None:
        if tense not in ("", "past", "future"):
            raise TypeError('tense is "past", "future" or "".')
        kwargs.setdefault("hint", "For example, 27 3 2017" if tense == "past" else "")
        self._shown(**_parted(kwargs))
        self.tense, self.earliest, self.latest = tense, earliest, latest
        super().__init__(label=label, **kwargs)
        self.error_messages["required"] = ask or _asks(label, "Enter")

    def to_python(self, value: Any) -> date | None:
        if value is None or value == "":
            return None
        if isinstance(value, datetime):
            return value.astimezone(LONDON).date()
        if isinstance(value, date):
            return value
        label = self.label or "date"
        if isinstance(value, str):
            found = _iso(value)
            if found is None:
                raise DateMistake(
                    f"Enter the day, month and year of {_named(label)}", ("day", "month", "year")
                )
            return found
        day, month, year = (str(part) for part in value)
        if not (day.strip() or month.strip() or year.strip()):
            return None
        return read_day(label, day, month, year)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        label, every = _named(self.label or "date"), ("day", "month", "year")
        if self.tense == "past" and value > today():
            raise DateMistake(f"Enter {_definite(label)} that is today or in the past", every)
        if self.tense == "future" and value < today():
            raise DateMistake(f"Enter {_definite(label)} that is today or in the future", every)
        earliest = self.earliest() if callable(self.earliest) else self.earliest
        latest = self.latest() if callable(self.latest) else self.latest
        if earliest and value < earliest:
            raise DateMistake(f"Enter {_definite(label)} that is {date_only(earliest)} or later", every)
        if latest and value > latest:
            raise DateMistake(f"Enter {_definite(label)} that is {date_only(latest)} or earlier", every)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


def _definite(label: str) -> str:
    """'a date of birth', 'an expected date'; a question stands as 'a date'."""
    if label.endswith("?"):
        return "a date"
    if label.split(" ")[0] in ("the", "a", "an", "her", "his", "their"):
        return label
    return f"{'an' if label[:1] in 'aeiou' else 'a'} {label}"


def past_births() -> date:
    """The earliest date of birth taken: nobody is older than 120."""
    return today().replace(month=1, day=1, year=today().year - 120)


class Born(Day):
    """A date of birth: today or before, not more than 120 years ago."""

    def __init__(self, label: str = "Date of birth", **kwargs: Any) -> None:
        super().__init__(label, tense="past", earliest=past_births, **kwargs)


class Expected(Day):
    """The date on which an unborn child is expected: from a month ago (late) to ten months ahead."""

    def __init__(self, label: str = "Expected date of birth", **kwargs: Any) -> None:
        kwargs.setdefault("hint", "For example, 9 1 2027")
        super().__init__(
            label,
            earliest=lambda: today() - timedelta(days=31),
            latest=lambda: today() + timedelta(days=310),
            **kwargs,
        )


@dataclass(frozen=True)
class PartialDate:
    """A date of which perhaps only the year, or the month and year, is known."""

    year: int
    month: int | None = None
    day: int | None = None

    def first(self) -> date:
        """The earliest day that it can mean."""
        return date(self.year, self.month or 1, self.day or 1)

    def last(self) -> date:
        """The latest day that it can mean."""
        month = self.month or 12
        return date(self.year, month, self.day or _length_of(month, self.year))

    def __str__(self) -> str:
        if self.day and self.month:
            return date_only(self.first())
        return f"{MONTHS[self.month - 1]} {self.year}" if self.month else str(self.year)


class PartialDay(Day):
    """A day of which only the year, or the month and year, may be known; given back as `PartialDate`."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        kwargs.setdefault("hint", "Leave the day, or the day and month, empty if nobody knows")
        super().__init__(label, **kwargs)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, PartialDate):
            return value
        if isinstance(value, (tuple, list)):
            day, month, year = (tidy(str(part)) for part in value)
            label = self.label or "date"
            if not (day or month or year):
                return None
            if day and not month:
                raise DateMistake(f"Enter the month of {_named(label)}, or leave out the day too", ["month"])
            # What is left out is filled in only to check the rest by the same rules.
            whole = read_day(label, day or "1", month or "1", year)
            return PartialDate(whole.year, whole.month if month else None, whole.day if day else None)
        whole_day = super().to_python(value)
        return PartialDate(whole_day.year, whole_day.month, whole_day.day) if whole_day else None

    def validate(self, value: Any) -> None:
        if value is None:
            super().validate(value)
        elif self.tense == "past":
            # The earliest day that it can mean is what may not lie ahead.
            super().validate(value.first())
        else:
            super().validate(value.last())


class MomentWidget(DayWidget):
    """Day, month, year and a time of day."""

    parts = ("day", "month", "year", "time")


def read_time(text: str) -> time | None:
    """A time of day from '10:40', '10.40', '1040', '10:40pm', '3pm', 'noon' or 'midnight', else None."""
    text = _digits(tidy(text)).lower().replace(" ", "")
    if text in ("noon", "midday"):
        return time(12)
    if text == "midnight":
        return time(0)
    found = re.fullmatch(r"([0-9]{1,2})(?:[:.]?([0-9]{2}))?(am|pm|a\.m\.|p\.m\.)?", text)
    if not found:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").replace(".", "")
    if found[2] is None and not half:
        return None  # A bare "3" may be either.
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


class Moment(Day):
    """A day with a time of day in London, given back as an aware `datetime`; None when optional and empty.

    A time that the clocks skip in March is refused; one that comes twice in October means the first.
    """

    widget = MomentWidget

    def __init__(self, label: str, **kwargs: Any) -> None:
        kwargs.setdefault("hint", "For example, 19 11 2026 at 10:40 or 3pm")
        super().__init__(label, **kwargs)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, datetime) or value is None or value == "":
            return value or None
        if isinstance(value, str):
            try:
                found = datetime.fromisoformat(value)
            except ValueError:
                found = None
            if found is None or found.tzinfo is None:
                raise DateMistake(
                    f"Enter the day, month, year and time of {_named(self.label or 'date')}",
                    MomentWidget.parts,
                )
            return found
        day, month, year, clock = (str(part) for part in value)
        if not any(part.strip() for part in (day, month, year, clock)):
            return None
        label = _named(self.label or "date")
        on = read_day(self.label or "date", day, month, year)
        if not clock.strip():
            raise DateMistake(f"Enter the time of {label}", ["time"])
        at = read_time(clock)
        if at is None:
            raise DateMistake(f"Enter the time of {label} like 10:40, 22:15 or 3pm", ["time"])
        local = datetime.combine(on, at, tzinfo=LONDON)
        if local.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None) != local.replace(tzinfo=None):
            raise DateMistake(
                f"Enter another time for {label}: the clocks went forward and skipped {at:%H:%M} that day",
                ["time"],
            )
        return local

    def validate(self, value: Any) -> None:
        forms.Field.validate(self, value)
        if value is None:
            return
        label = _definite(_named(self.label or "date"))
        if self.tense == "past" and value > now() + timedelta(minutes=5):
            raise DateMistake(
                f"Enter {label} that is not in the future. It is {moment(now())} now", self.widget.parts
            )
        if self.tense == "future" and value < now():
            raise DateMistake(
                f"Enter {label} that is still to come. It is {moment(now())} now", self.widget.parts
            )


# -- forms -----------------------------------------------------------------------------------------


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

    def __init__(self, *args: Any, draft: Mapping[str, Sequence[str]] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        if draft is not None and not self.is_bound:
            kept = QueryDict(mutable=True)
            for name, values in draft.items():
                kept.setlist(name, list(values))
            for name, field in self.fields.items():
                full = self.add_prefix(name)
                if not field.widget.value_omitted_from_data(kept, MultiValueDict(), full):
                    self.initial[name] = field.widget.value_from_datadict(kept, MultiValueDict(), full)

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]
        for name in self.not_asked():
            self._errors.pop(name, None)  # type: ignore[union-attr]
            field = self.fields[name]
            if isinstance(field, forms.MultipleChoiceField):
                self.cleaned_data[name] = []
            elif isinstance(field, forms.BooleanField):
                self.cleaned_data[name] = False
            else:
                self.cleaned_data[name] = getattr(field, "empty_value", None)

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


def _mistake(bound: BoundField) -> tuple[str, tuple[str, ...]]:
    """The first error of a field, and the inputs that it is about (for dates)."""
    for error in bound.errors.as_data() if bound.errors else ():
        parts = error.parts if isinstance(error, DateMistake) else ()
        return str(next(iter(error.messages))), parts
    return "", ()


def anchor(bound: BoundField) -> str:
    """The id of the input that an error of this field links to."""
    widget, ident = bound.field.widget, bound.auto_id or bound.html_name
    if isinstance(widget, DayWidget):
        _, parts = _mistake(bound)
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
            if name == forms.forms.NON_FIELD_ERRORS:
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


# -- parameters of the design system's macros ------------------------------------------------------


def parameters(
    bound: BoundField, reveal: Callable[[BoundField], Markup] | None = None
) -> tuple[str, dict[str, Any]]:
    """The macro of govuk/fields.html that shows a field, and its parameters.

    Fields of ours say how they wish to be shown; any other Django field (of a library's form) is shown by
    its widget. `reveal` renders the fields inside an answer.
    """
    field, widget = bound.field, bound.field.widget
    ident = bound.auto_id or bound.html_name
    message, wrong_parts = _mistake(bound)
    params: dict[str, Any] = {"id": ident, "name": bound.html_name}
    hint = getattr(field, "hint", "") or bound.help_text
    if hint:
        params["hint"] = {"html": hint} if hasattr(hint, "__html__") else {"text": str(hint)}
    if message:
        params["errorMessage"] = {"text": message}
    if beside := getattr(field, "beside", None):
        params["beside"] = beside
    value = bound.value()
    if isinstance(widget, forms.HiddenInput):
        return "hidden", {**params, "value": "" if value is None else str(value)}

    size, heading = getattr(field, "legend", "s"), getattr(field, "heading", False)
    text = str(bound.label or "")
    if not field.required and not text.endswith("(optional)") and not _inside_an_answer(bound):
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
    classes = (
        (f"govuk-input--width-{width}" if width.isdigit() else f"govuk-!-width-{width}") if width else ""
    )

    if isinstance(widget, DayWidget):
        return "day", {**params, "fieldset": fieldset, "items": _day_items(bound, widget, wrong_parts)}
    if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        given = value if isinstance(value, (list, tuple)) else [value]
        chosen = {str(v) for v in given if v not in (None, "")}
        many = isinstance(widget, forms.CheckboxSelectMultiple)
        named = {"idPrefix": ident, "name": bound.html_name, "fieldset": fieldset}
        named["items"] = _answers(bound, chosen, reveal)
        looks = (
            [f"govuk-{'checkboxes' if many else 'radios'}--small"] if getattr(field, "small", False) else []
        )
        if getattr(field, "inline", False):
            looks.append("govuk-radios--inline")
        return ("checkboxes" if many else "radios"), {**params, **named, "classes": " ".join(looks)}
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


def _inside_an_answer(bound: BoundField) -> bool:
    return bound.name in revealed_names(bound.form) and bound.field.required


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
    elif isinstance(value, str) and (found := _iso(value[:10])):
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
        flat = [(v, t) for v, t in bound.field.widget.choices if v not in (None, "")]  # type: ignore[attr-defined]
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
    for key, text in bound.field.widget.choices:  # type: ignore[attr-defined]
        items.append({"value": str(key), "text": str(text), "selected": str(key) == chosen})
    return items


__all__ = [
    "BaseForm",
    "Born",
    "BoundField",
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
    "parameters",
    "revealed_names",
    "tidy",
    "typed",
]
