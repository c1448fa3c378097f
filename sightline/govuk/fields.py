"""Form fields that say how they wish to be asked, and answer every mistake with what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from markupsafe import Markup

from sightline.kernel.time import LONDON, now, today

from .days import PARTS, DateMistake, PartialDate, definite, iso_day, read_day, read_time
from .tidy import asks, named, tidy
from .words import date_only, moment

LINE_LENGTH = 200
WORDS_LENGTH = 20_000


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


class Shown(forms.Field):
    """What every field of ours says about itself on the page.

    ask: the message when the answer is missing, a sentence without a full stop ("Enter the child's name").
    legend: the size of the label or legend, "s", "m", "l" or "" for plain.
    heading: the label is the page's h1.
    width: a class of the input, such as "2", "4", "10", "20" (characters) or "one-half", "two-thirds".
    beside: safe markup of guidance that stands beside the field, from the partnership's library.
    beneath: the same folded up beneath the label, before what is filled in.
    unanswered: what `cleaned_data` holds when the question was not asked.
    """

    unanswered: Any = None

    def __init__(
        self,
        *,
        hint: str | Markup = "",
        legend: str = "s",
        heading: bool = False,
        width: str = "",
        beside: Markup | None = None,
        beneath: Markup | None = None,
        **kwargs: Any,
    ) -> None:
        self.hint = hint
        self.legend = legend
        self.heading = heading
        self.width = width
        self.beside = beside
        self.beneath = beneath
        super().__init__(**kwargs)


class Text(Shown, forms.CharField):
    """One line of text. `cleaned_data` holds tidied text, an empty string when optional and empty."""

    lines = False
    unanswered: Any = ""

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
        self.autocomplete, self.inputmode, self.spellcheck = autocomplete, inputmode, spellcheck
        self.longest = max_length
        # Not given to Django's own field: the limit holds for the tidied text, and the message is ours.
        super().__init__(label=label, strip=False, **kwargs)
        self.error_messages["required"] = ask or asks(label, "Enter")

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
    """A United Kingdom postcode, given back in capitals with one space (BS 7666's form).

    ZZ99 is the NHS's own area for no fixed abode and addresses unknown.
    """

    _FORM = re.compile(
        r"(GIR0AA|ZZ99[0-9][A-Z]{2}|[A-PR-UWYZ]([0-9]{1,2}|[A-HK-Y][0-9]|[A-HK-Y][0-9]([0-9]|[ABEHMNPRV-Y])|"
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

    unanswered = None

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
        self.autocomplete = autocomplete
        super().__init__(label=label, strip=False, **kwargs)
        self.error_messages["required"] = ask or asks(label, "Enter")

    def to_python(self, value: Any) -> str:
        text = "" if value is None else str(value)
        if "\x00" in text:
            raise ValidationError("Take out the hidden character (NUL) that was pasted in.", code="nul")
        if len(text) > 1000:
            raise ValidationError("Shorten the password to 1,000 characters or fewer", code="max_length")
        return text


class _Chosen(Shown, forms.ChoiceField):
    """What questions with given answers share."""

    unanswered: Any = ""
    options: list[Option]
    invalid = "Select one of the answers offered for “{label}”"

    def __init__(
        self,
        label: str,
        options: Iterable[Option | tuple[str, str]] = (),
        *,
        ask: str = "",
        **kwargs: Any,
    ) -> None:
        if kwargs.get("initial") is not None:
            raise TypeError("A choice starts without an answer: `initial` is not for a field's declaration.")
        super().__init__(label=label, **kwargs)
        self.set_options(options)
        self.error_messages["required"] = ask or asks(label, "Select")
        for code in ("invalid_choice", "invalid_list"):
            self.error_messages[code] = self.invalid.format(label=label)

    def set_options(self, options: Iterable[Option | tuple[str, str]]) -> None:
        """Fills the answers of one form's field, as when they come from a pack or the database."""
        self.options = [o if isinstance(o, Option) else Option(str(o[0]), str(o[1])) for o in options]
        self.choices = [(o.value, o.label) for o in self.options]


class Choice(_Chosen):
    """One of a few answers as radio buttons. `cleaned_data` holds its value, "" when optional and empty.

    `options` are `Option`s or (value, label) pairs; call `set_options` on a form's field to fill them late.
    `inline` stands short answers (yes and no) side by side, `small` makes them smaller.
    """

    widget = forms.RadioSelect

    def __init__(self, *args: Any, inline: bool = False, small: bool = False, **kwargs: Any) -> None:
        self.inline, self.small = inline, small
        super().__init__(*args, **kwargs)


class YesNo(Choice):
    """Yes or no, as True or False; None when optional and unanswered."""

    unanswered = None

    def __init__(
        self, label: str, *, yes: Option | None = None, no: Option | None = None, **kwargs: Any
    ) -> None:
        kwargs.setdefault("inline", not ((yes and yes.reveals) or (no and no.reveals)))
        super().__init__(label, [yes or Option("yes", "Yes"), no or Option("no", "No")], **kwargs)

    def clean(self, value: Any) -> Any:
        return {"yes": True, "no": False}.get(super().clean(value))

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


class Select(_Chosen):
    """One of many (more than about fifteen) answers as a drop-down list, which starts with an empty line."""

    widget = forms.Select

    def __init__(self, *args: Any, empty: str = "Choose", **kwargs: Any) -> None:
        self.empty = empty
        super().__init__(*args, **kwargs)


class Choices(_Chosen, forms.MultipleChoiceField):
    """Any number of answers as checkboxes. `cleaned_data` holds a list of values."""

    widget = forms.CheckboxSelectMultiple
    unanswered: Sequence[str] = ()
    invalid = "Select only answers offered for “{label}”"

    def __init__(self, *args: Any, small: bool = False, **kwargs: Any) -> None:
        self.small = small
        super().__init__(*args, **kwargs)

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
    unanswered = False

    def __init__(self, label: str, *, ask: str = "", **kwargs: Any) -> None:
        if kwargs.get("initial"):
            raise TypeError("A confirmation starts unticked.")
        super().__init__(label=label, **kwargs)
        self.error_messages["required"] = ask or f"Tick the box to confirm: {named(label)}"


class DayWidget(forms.Widget):
    """Day, month and year as three inputs; the raw value is a tuple of three strings as typed."""

    parts: tuple[str, ...] = PARTS

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


class Day(Shown):
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
        self.tense, self.earliest, self.latest = tense, earliest, latest
        super().__init__(label=label, **kwargs)
        self.error_messages["required"] = ask or asks(label, "Enter")

    @property
    def title(self) -> str:
        """The label as it stands in a message."""
        return str(self.label or "date")

    def to_python(self, value: Any) -> date | None:
        if value is None or value == "":
            return None
        if isinstance(value, datetime):
            return value.astimezone(LONDON).date()
        if isinstance(value, date):
            return value
        label = self.title
        if isinstance(value, str):
            found = iso_day(value)
            if found is None:
                raise DateMistake(f"Enter the day, month and year of {named(label)}", PARTS)
            return found
        day, month, year = (str(part) for part in value)
        if not (day.strip() or month.strip() or year.strip()):
            return None
        return read_day(label, day, month, year)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        label, every = named(self.title), PARTS
        if self.tense == "past" and value > today():
            raise DateMistake(f"Enter {definite(label)} that is today or in the past", every)
        if self.tense == "future" and value < today():
            raise DateMistake(f"Enter {definite(label)} that is today or in the future", every)
        earliest = self.earliest() if callable(self.earliest) else self.earliest
        latest = self.latest() if callable(self.latest) else self.latest
        if earliest and value < earliest:
            raise DateMistake(f"Enter {definite(label)} that is {date_only(earliest)} or later", every)
        if latest and value > latest:
            raise DateMistake(f"Enter {definite(label)} that is {date_only(latest)} or earlier", every)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


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
            label = self.title
            if not (day or month or year):
                return None
            if day and not month:
                raise DateMistake(f"Enter the month of {named(label)}, or leave out the day too", ["month"])
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


class Moment(Day):
    """A day with a time of day in London, given back as an aware `datetime`; None when optional and empty.

    A time that the clocks skip in March is refused; one that comes twice in October means the first.
    whole_days: the time may be left empty, and then the day's last second is meant.
    """

    widget = MomentWidget

    def __init__(self, label: str, *, whole_days: bool = False, **kwargs: Any) -> None:
        self.whole_days = whole_days
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
                    f"Enter the day, month, year and time of {named(self.title)}",
                    MomentWidget.parts,
                )
            return found
        day, month, year, clock = (str(part) for part in value)
        if not any(part.strip() for part in (day, month, year, clock)):
            return None
        label = named(self.title)
        on = read_day(self.title, day, month, year)
        if not clock.strip():
            if self.whole_days:
                return datetime.combine(on, time(23, 59, 59), tzinfo=LONDON)
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
        label = definite(named(self.title))
        if self.tense == "past" and value > now() + timedelta(minutes=5):
            raise DateMistake(
                f"Enter {label} that is not in the future. It is {moment(now())} now", self.widget.parts
            )
        if self.tense == "future" and value < now():
            raise DateMistake(
                f"Enter {label} that is still to come. It is {moment(now())} now", self.widget.parts
            )
