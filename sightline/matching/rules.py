"""Pure decisions of matching: what somebody typed into the one box, and how strong a likeness is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sightline.govuk.words import MONTHS

from .terms import FORMS_OF_NAMES, REASON_WORDS, Reason, Sort, Strength

#: More than this is not read: no name with address and numbers is longer.
LONGEST = 200
MOST_WORDS = 8
PAGE = 20

_INVISIBLE = re.compile(r"[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]")
_APOSTROPHES = re.compile(r"['`´‘’ʼʻʿʾ′]")
_BETWEEN = re.compile(r"[\W_]+")

_MONTHS = {
    name.lower()[:length]: number for number, name in enumerate(MONTHS, 1) for length in {3, 4, len(name)}
}
_MONTH = "(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_DATES: tuple[tuple[re.Pattern[str], tuple[str, str, str]], ...] = (
    (re.compile(r"(?<![\w/-])(\d{4})-(\d{1,2})-(\d{1,2})(?![\w/-])"), ("y", "m", "d")),
    (
        re.compile(r"(?<![\w/.-])(\d{1,2})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?(\d{4}|\d{2})(?![\w/-])"),
        ("d", "m", "y"),
    ),
    (
        re.compile(
            rf"(?<!\w)(\d{{1,2}})(?:st|nd|rd|th)?[\s-]+(?:of\s+)?{_MONTH}[\s,-]+(\d{{4}}|\d{{2}})(?!\w)", re.I
        ),
        ("d", "month", "y"),
    ),
    (
        re.compile(rf"(?<!\w){_MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})(?!\w)", re.I),
        ("month", "d", "y"),
    ),
    (re.compile(r"(?<![\w/.-])(\d{1,2})[ ](\d{1,2})[ ](\d{4})(?![\w/-])"), ("d", "m", "y")),
    (re.compile(r"(?<![\w/.-])([0-3]\d)([01]\d)((?:19|20)\d\d)(?![\w/.-])"), ("d", "m", "y")),
)
_MONTH_OF_YEAR = re.compile(rf"(?<!\w){_MONTH}\s+((?:19|20)\d\d)(?!\w)", re.I)
_AGE = re.compile(
    r"(?<![\w/])(?:aged?\s+(\d{1,2})|(\d{1,2})\s?-?\s?(years?|yrs?|y/?o|months?|mths?|weeks?|wks?))"
    r"(?:[\s-]+old)?(?!\w)",
    re.I,
)
_NHS = re.compile(r"(?<![\w-])(\d{3})[\s-]?(\d{3})[\s-]?(\d{4})(?![\w-])")
_UPN = re.compile(r"(?<!\w)([A-HJ-NP-RT-Z]\d{11}[0-9A-HJ-NP-RT-Z])(?!\w)", re.I)
_POSTCODE = re.compile(r"(?<!\w)([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})(?!\w)", re.I)
_DISTRICT = re.compile(r"(?<![\w/-])([A-Z]{1,2}\d[A-Z\d]?)(?![\w/-])", re.I)
#: Digits make a reference of a word; a concern's, three parts of fixed lengths, may be of letters alone.
_REFERENCE = re.compile(
    r"(?<![\w/-])(?=[\w/-]*\d|[A-Za-z]-[A-Za-z]{4}-[A-Za-z]{4}(?![\w/-]))([A-Za-z0-9][\w/-]{3,29})(?![\w/-])"
)
_ONE_WORD = re.compile(r"[A-Za-z][A-Za-z_/-]{3,29}")
_NINE = re.compile(r"(?<![\w/-])[A-Za-z]{9}(?![\w/-])")
_HOUSE = re.compile(r"^\d{1,4}[a-z]?$", re.I)
_SAID_ABOUT = re.compile(
    r"(?<!\w)(?:d\.?o\.?b\.?|date of birth|born(?: on)?|nhs(?: (?:number|no))?|upn|postcode|known as"
    r"|a\.?k\.?a\.?|ref(?:erence)?(?: (?:number|no))?)(?!\w)[.:]?",
    re.I,
)
# fmt: off
_STREETS = frozenset([
    "street", "st", "road", "rd", "avenue", "ave", "close", "drive", "lane", "ln", "court", "crescent",
    "gardens", "terrace", "place", "square", "grove", "way", "walk", "mews", "flat", "apartment",
])
# fmt: on

_FORMS: dict[str, frozenset[str]] = {}
for _group in FORMS_OF_NAMES:
    for _name in _group:
        _FORMS[_name] = _FORMS.get(_name, frozenset()) | _group


@dataclass(frozen=True)
class Question:
    """What was understood of what somebody typed. `query` is what the database's search is asked."""

    words: tuple[str, ...] = ()
    address: str = ""
    born: tuple[date, ...] = ()
    swapped: tuple[date, ...] = ()
    between: tuple[date, date] | None = None
    age: str = ""
    postcode: str = ""
    district: str = ""
    nhs: str = ""
    upn: str = ""
    references: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    """Words without a digit that may be a reference as well as a name: a single one, since some authorities give
    numbers of letters alone; beside others those of nine letters, as a concern's has without its dashes."""
    remarks: tuple[str, ...] = ()
    also: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(
            self.words or self.address or self.born or self.between or self.postcode or self.district
            or self.nhs or self.upn or self.references
        )  # fmt: skip

    def query(
        self, *, sort: Sort = Sort.CLOSEST, loosely: bool = False, leave_out: Iterable[UUID] = ()
    ) -> dict[str, Any]:
        """The argument of `matching_search`; its shape is said at `matching_candidates`."""
        words = [{"at": at, "word": word, "as": "typed"} for at, word in enumerate(self.words)]
        for at, word in enumerate(self.words):
            forms = _FORMS.get(plain(word), frozenset()) | {plain(other) for other in self.also.get(at, ())}
            words += [{"at": at, "word": form, "as": "form"} for form in sorted(forms - {plain(word)})]
        for at, (one, two) in enumerate(zip(self.words, self.words[1:], strict=False)):
            words += [{"at": place, "word": one + two, "as": "run"} for place in (at, at + 1)]
        keys = [
            {"kind": kind, "value": value}
            for kind, value in (
                ("nhs", self.nhs),
                ("upn", self.upn),
                ("postcode", self.postcode),
                *(("reference", reference) for reference in self.may_be_references),
            )
            if value
        ]
        return {
            "words": words,
            "address": self.address,
            "keys": keys,
            "district": self.district or None,
            "born": [day.isoformat() for day in self.born],
            "swapped": [day.isoformat() for day in self.swapped],
            "age": {"from": self.between[0].isoformat(), "until": self.between[1].isoformat()}
            if self.between
            else None,
            "sort": sort.value,
            "loosely": loosely,
            "leave_out": [str(folder) for folder in leave_out],
        }

    @property
    def may_be_references(self) -> tuple[str, ...]:
        """All that was typed that may be a reference, in capitals and digits alone."""
        return (*self.references, *self.perhaps)

    @property
    def searched(self) -> tuple[str, ...]:
        """What was searched, each as a page says it."""
        said = []
        if self.words:
            said.append(f"the name {' '.join(self.words)}, however spelt, and names once used")
        if self.born:
            day = self.born[0]
            said.append(
                f"born on {day.day} {day:%B %Y}"
                + (", or day and month the other way round" if self.swapped else "")
            )
        if self.age:
            said.append(self.age)
        if self.address:
            said.append(f"the address {self.address}")
        if self.postcode:
            said.append(f"the postcode {self.postcode[:-3]} {self.postcode[-3:]}")
        if self.district:
            said.append(f"postcodes in {self.district}")
        if self.nhs:
            said.append(f"the NHS number {self.nhs[:3]} {self.nhs[3:6]} {self.nhs[6:]}")
        if self.upn:
            said.append(f"the unique pupil number {self.upn}")
        if self.references:
            said.append("the reference " + " or ".join(self.references))
        return tuple(said)


def plain(word: str) -> str:
    """A word without accents and capitals, for looking up its other forms."""
    parts = unicodedata.normalize("NFKD", word.lower().replace("ł", "l").replace("ø", "o"))
    return "".join(letter for letter in parts if letter.isalnum())


def cleaned(text: str) -> str:
    """The text without control, formatting and unpaired surrogate characters, spaces single."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text.encode("utf-8", "ignore").decode()))
    kept = (" " if unicodedata.category(letter).startswith(("C", "Z")) else letter for letter in text)
    return " ".join("".join(kept).split())


def nhs_number_fits(number: str) -> bool:
    """Whether the check digit of a ten-digit NHS number fits (weights 10 to 2, modulus 11)."""
    total = sum(int(digit) * weight for digit, weight in zip(number, range(10, 1, -1), strict=False))
    return (11 - total % 11) % 11 == int(number[9])


def upn_fits(number: str) -> bool:
    """Whether the check letter of a UPN fits: weights 2 to 13, modulus 23; a letter is its index."""
    letters = "ABCDEFGHJKLMNPQRTUVWXYZ"
    total = sum(
        (int(sign) if sign.isdigit() else letters.index(sign)) * weight
        for sign, weight in zip(number[1:], range(2, 14), strict=True)
    )
    return letters[total % 23] == number[0]


def born_between(number: int, unit: str, today: date) -> tuple[date, date]:
    """The first and last day of birth of somebody who is that many whole years, months or weeks old today.

    `unit` is "year", "month" or "week".
    """
    if unit == "week":
        last = today - timedelta(weeks=number)
        return last - timedelta(days=6), last
    step = 12 if unit == "year" else 1
    return months_before(today, (number + 1) * step) + timedelta(days=1), months_before(today, number * step)


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last day of a shorter month."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    month += 1
    for number in (day.day, 30, 29, 28):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError("every month has a 28th")


def year_meant(digits: str, today: date) -> int:
    """Two digits are the latest such year that is not to come."""
    if len(digits) == 4:
        return int(digits)
    year = today.year - today.year % 100 + int(digits)
    return year if year <= today.year else year - 100


def swapped_day(day: date) -> date | None:
    """The date with day and month the other way round, where there is one and it is another."""
    if day.day > 12 or day.day == day.month:
        return None
    return date(day.year, day.day, day.month)


def _named(forms: tuple[str, str, str], found: re.Match[str], today: date) -> tuple[int, int, int]:
    said = dict(zip(forms, found.groups(), strict=True))
    month = _MONTHS[said["month"].lower()] if "month" in said else int(said["m"])
    return year_meant(said["y"], today), month, int(said["d"])


def parse(text: str, today: date) -> Question:
    """What somebody typed into the one box: dates in many forms, ages, postcodes, numbers, else a name.

    Never raises; what could not be used is said in `remarks`.
    """
    remarks: list[str] = []
    text = cleaned(text)
    if len(text) > LONGEST:
        remarks.append(f"Only the first {LONGEST} characters were searched.")
        text = text[:LONGEST]
    born: list[date] = []
    swapped: list[date] = []
    between: tuple[date, date] | None = None
    age = nhs = upn = postcode = district = ""

    rest = _SAID_ABOUT.sub(" ", text)

    def take(pattern: re.Pattern[str]) -> re.Match[str] | None:
        nonlocal rest
        found = pattern.search(rest)
        if found:
            rest = f"{rest[: found.start()]} {rest[found.end() :]}"
        return found

    if found := take(_UPN):
        upn = found[1].upper()
        if not upn_fits(upn):
            remarks.append(f"The check letter of {upn} does not fit: a sign in it may be mistyped.")
    if found := take(_NHS):
        nhs = "".join(found.groups())
        if not nhs_number_fits(nhs):
            remarks.append("The check digit of that NHS number does not fit: a digit may be mistyped.")
    for pattern, forms in _DATES:
        while not born and (found := take(pattern)):
            year, month, day = _named(forms, found, today)
            first: date | None = None
            try:
                first = date(year, month, day)
            except ValueError:
                try:  # Month first, as some write it.
                    first = date(year, day, month)
                except ValueError:
                    remarks.append(f"{found[0].strip()} is not a date, so it was not searched.")
            if first:
                born.append(first)
                if other := swapped_day(first):
                    swapped.append(other)
    if found := take(_AGE):
        number = int(found[1] or found[2])
        unit = {"y": "year", "m": "month", "w": "week"}[(found[3] or "years").lower()[0]]
        between = born_between(number, unit, today)
        age = f"{number} {unit}{'' if number == 1 else 's'} old"
    elif not born and (found := take(_MONTH_OF_YEAR)):
        month, year = _MONTHS[found[1].lower()], int(found[2])
        after = date(year + month // 12, month % 12 + 1, 1)
        between, age = (
            (date(year, month, 1), after - timedelta(days=1)),
            f"born in {date(year, month, 1):%B %Y}",
        )
    if found := take(_POSTCODE):
        postcode = (found[1] + found[2]).upper()
    elif found := take(_DISTRICT):
        district = found[1].upper()
    references = []
    for found in list(_REFERENCE.finditer(rest))[:3]:
        references.append(re.sub(r"[^A-Z0-9]", "", found[1].upper()))
        rest = rest.replace(found[0], " ", 1)

    alone = _ONE_WORD.fullmatch(rest.strip())
    perhaps = [re.sub(r"[^A-Z]", "", rest.upper())] if alone else [w.upper() for w in _NINE.findall(rest)][:3]
    words = tuple(word for word in _BETWEEN.split(_APOSTROPHES.sub("", rest)) if word)
    words, address = _name_and_address(words)
    if len(words) > MOST_WORDS:
        remarks.append(f"Only the first {MOST_WORDS} words of the name were searched.")
        words = words[:MOST_WORDS]
    return Question(
        words=words,
        address=address,
        born=tuple(born),
        swapped=tuple(swapped),
        between=between,
        age=age,
        postcode=postcode,
        district=district,
        nhs=nhs,
        upn=upn,
        references=tuple(dict.fromkeys(references)),
        perhaps=tuple(dict.fromkeys(perhaps)),
        remarks=tuple(remarks),
    )


def _name_and_address(words: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """Parts a house number or street from the name before it. A street alone may also be somebody's name."""
    for at, word in enumerate(words):
        if _HOUSE.match(word) or word.lower() in ("flat", "apartment"):
            address = " ".join(words[at:]) if any(w.isalpha() for w in words[at:]) else ""
            return tuple(w for w in words[:at] if not _HOUSE.match(w)), address
    for at, word in enumerate(words):
        if at and word.lower() in _STREETS:
            before = tuple(words[: at - 1])
            return before or tuple(words), " ".join(words[at - 1 :])
    return tuple(word for word in words if not word.isdigit()), ""


def in_words(reasons: Reason) -> tuple[str, ...]:
    """The reasons as a page says them, the strongest first."""
    return tuple(words for reason, words in REASON_WORDS.items() if reasons & reason)


@dataclass(frozen=True)
class ChildDetails:
    """What a concern says of one child, as far as it is known; for suggesting who is meant.

    `names` are (given, family), the full name first, then others such as "known as"; `lines` is house and
    street.
    """

    names: tuple[tuple[str, str], ...]
    born_on: date | None = None
    postcode: str = ""
    lines: str = ""
    nhs: str = ""
    upn: str = ""


def asked_of(details: ChildDetails) -> Question:
    """The question that a child's details put to the search."""
    given, family = details.names[0] if details.names else ("", "")
    first = _split(given)
    words = first + _split(family)
    also: dict[int, list[str]] = {}
    for other_given, other_family in details.names[1:]:
        # Another given name stands where the first stands, another family name where the last does.
        for place, others in ((0, _split(other_given)), (len(words) - 1, _split(other_family))):
            if words and others:
                also.setdefault(place, []).extend(others)
    swapped = swapped_day(details.born_on) if details.born_on else None
    return Question(
        words=tuple(words[:MOST_WORDS]),
        address=cleaned(details.lines.replace("\n", ", "))[:LONGEST],
        born=(details.born_on,) if details.born_on else (),
        swapped=(swapped,) if swapped else (),
        postcode=re.sub(r"[^A-Z0-9]", "", details.postcode.upper())[:10],
        nhs=re.sub(r"\D", "", details.nhs)[:10],
        upn=re.sub(r"[^A-Z0-9]", "", details.upn.upper())[:13],
        also={place: tuple(others) for place, others in also.items()},
    )


def _split(name: str) -> list[str]:
    return [word for word in _BETWEEN.split(_APOSTROPHES.sub("", cleaned(name))) if word]


_NAME = (
    Reason.SAME_NAME | Reason.SPELT_ALIKE | Reason.SOUNDS_ALIKE | Reason.FORM_OF_NAME | Reason.BEGINS_ALIKE
)
_BIRTH = Reason.BORN_SAME_DAY | Reason.BORN_SWAPPED | Reason.BORN_NEARLY
_PLACE = Reason.POSTCODE | Reason.ADDRESS | Reason.ADDRESS_ALIKE
_NUMBER = Reason.NHS_NUMBER | Reason.UPN


def strength(reasons: Reason, *, born_said: bool, born_known: bool) -> Strength | None:
    """How strongly the reasons say that two records are about one child; None: not enough to suggest it.

    A number, or the whole name with the date of birth or the place, is likely. The name alone suggests
    only where no date of birth speaks against it; part of the name needs the same day of birth or the place.
    """
    if reasons & _NUMBER:
        return Strength.LIKELY
    named = bool(reasons & (_NAME | Reason.PART_OF_NAME))
    whole = named and not reasons & Reason.PART_OF_NAME
    birth, place = bool(reasons & _BIRTH), bool(reasons & _PLACE)
    if whole and (birth or place):
        return Strength.LIKELY
    if whole and not (born_said and born_known):
        return Strength.POSSIBLE
    if whole and reasons & Reason.SAME_NAME:
        return Strength.POSSIBLE
    if (named and birth) or (birth and place):
        return Strength.POSSIBLE
    return None
