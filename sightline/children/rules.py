"""Pure decisions about who a child is: numbers, names, ages, dates that cannot be, and what a record
lacks."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

from stdnum.exceptions import InvalidComponent
from stdnum.exceptions import ValidationError as NumberFault
from stdnum.gb import nhs, upn

from sightline.kernel.verdicts import Verdict

from .terms import (
    ETHNICITY_DECLINED,
    ETHNICITY_NOT_KNOWN,
    AbuseCategory,
    Answered,
    Disability,
    Ethnicity,
    IdentityQuestion,
    Kinship,
    Known,
    LivesAt,
    PersonKind,
    ProviderKind,
    Requirement,
    Scheme,
    Sex,
    StatusKind,
)

# -- numbers that somebody else knows a person by --------------------------------------------------

#: Census codes of authorities made since python-stdnum's list was written (standards.md I).
LATER_AUTHORITIES = range(940, 944)

SHORTEST_LA_NUMBER, LONGEST_LA_NUMBER = 1, 20


def tidy_number(scheme: Scheme, value: str) -> str:
    """The number as it is stored and compared: no spaces or hyphens, capitals. Other numbers keep their
    form."""
    value = unicodedata.normalize("NFKC", value).strip()
    if scheme is Scheme.OTHER:
        return " ".join(value.split())
    return "".join(c for c in value if c not in " -\u2010\u2011\u2013\u00a0\t").upper()


def shown_number(scheme: Scheme, value: str) -> str:
    """The number as people read it: an NHS number in groups of three, three and four."""
    if scheme is Scheme.NHS and len(value) == 10:
        return f"{value[:3]} {value[3:6]} {value[6:]}"
    return value


def check_nhs_number(value: str) -> Verdict:
    """Ten digits, the last a check digit modulo 11 (NHS data dictionary).

    A digit ten times over passes the sum, but is what people type when they do not know the number.
    """
    number = tidy_number(Scheme.NHS, value)
    if len(number) != 10 or not (number.isascii() and number.isdigit()):
        return Verdict.no("Enter an NHS number of 10 digits, like 999 000 0018.", "value")
    if len(set(number)) == 1:
        return Verdict.no("This is not an NHS number. Leave it empty if the number is not known.", "value")
    if not nhs.is_valid(number):
        return Verdict.no("Check the NHS number: its last digit does not fit the others.", "value")
    return Verdict.yes()


def check_upn(value: str) -> Verdict:
    """A letter, the authority's three digits, nine more; a temporary number ends in a letter.

    The first letter is a check modulo 23 over the rest (DfE's guide to unique pupil numbers; census rule
    1510).
    """
    number = tidy_number(Scheme.UPN, value)
    try:
        upn.validate(number)
    except InvalidComponent:
        if int(number[1:4]) not in LATER_AUTHORITIES:
            return Verdict.no(
                f"Check the unique pupil number: no authority has the code {number[1:4]}.", "value"
            )
        if upn.calc_check_digit(number[1:]) != number[0]:
            return _upn_letter()
    except NumberFault:
        if _has_upn_form(number):
            return _upn_letter()
        return Verdict.no(
            "Enter a unique pupil number of 13 characters: a letter and 12 digits, "
            "or a letter, 11 digits and a letter for a temporary one.",
            "value",
        )
    return Verdict.yes()


def _has_upn_form(number: str) -> bool:
    return (
        len(number) == 13
        and number.isascii()
        and number[0].isalpha()
        and number[1:12].isdigit()
        and number[12].isalnum()
        and number[12] not in "IOS"
    )


def _upn_letter() -> Verdict:
    return Verdict.no("Check the unique pupil number: its first letter does not fit the rest.", "value")


#: Nobody has two of these at a time.
ONE_EACH = (Scheme.NHS, Scheme.UPN, Scheme.LA_CHILD)


def check_number(scheme: Scheme, value: str) -> Verdict:
    """Whether `value` can be a number of `scheme`."""
    number = tidy_number(scheme, value)
    if not number:
        return Verdict.no(f"Enter the {scheme.label[0].lower() + scheme.label[1:]}.", "value")
    match scheme:
        case Scheme.NHS:
            return check_nhs_number(number)
        case Scheme.UPN | Scheme.FORMER_UPN:
            return check_upn(number)
        case Scheme.LA_CHILD:
            if len(number) > LONGEST_LA_NUMBER or not (number.isascii() and number.isalnum()):
                return Verdict.no(
                    f"Enter the local authority's number in at most {LONGEST_LA_NUMBER} letters and digits "
                    "(census rules 1570 and 1580).",
                    "value",
                )
        case Scheme.OTHER:
            if len(number) > 60:
                return Verdict.no("Shorten the number to 60 characters or fewer.", "value")
    return Verdict.yes()


# -- names -----------------------------------------------------------------------------------------


def tidy_name(value: str) -> str:
    """A name with single spaces and composed accents; its capitals and its script are the person's own."""
    return " ".join(unicodedata.normalize("NFC", value).split())


def whole_name(given: str, family: str) -> str:
    """Given name, then family name; either may be missing."""
    return " ".join(part for part in (tidy_name(given), tidy_name(family)) if part)


@dataclass(frozen=True)
class Names:
    """What somebody is called: in full, the name they use, other names they have or had."""

    given: str = ""
    family: str = ""
    known_as: str = ""
    also: tuple[str, ...] = ()
    former: tuple[str, ...] = ()


NAMELESS = Names()
LONGEST_NAME = 200


def check_names(names: Names) -> Verdict:
    """Any name may be missing, none may be longer than the table holds."""
    for field, value in (("given", names.given), ("family", names.family), ("known_as", names.known_as)):
        if len(tidy_name(value)) > LONGEST_NAME:
            return Verdict.no(f"Shorten the name to {LONGEST_NAME} characters or fewer.", field)
    if any(len(tidy_name(value)) > LONGEST_NAME for value in (*names.also, *names.former)):
        return Verdict.no(f"Shorten the name to {LONGEST_NAME} characters or fewer.", "also")
    return Verdict.yes()


NAME_NOT_KNOWN = "Name not known"
UNBORN = "Unborn child"


def display_name(given: str, family: str, *, unborn: bool = False) -> str:
    """What a page calls somebody in full. An unborn child without a name is called so."""
    return whole_name(given, family) or (UNBORN if unborn else NAME_NOT_KNOWN)


def used_name(given: str, family: str, known_as: str = "", *, unborn: bool = False) -> str:
    """The name that lists and headings lead with: the name somebody uses, with their family name where that is
    one word (REC-16)."""
    used = tidy_name(known_as)
    if not used:
        return display_name(given, family, unborn=unborn)
    # Of several words it may hold a family name of their own choice: nothing is put behind it.
    return used if " " in used else whole_name(used, family)


def full_beside(given: str, family: str, known_as: str = "") -> str:
    """The name in full, where it is another than the one used: it stands beside it where identity matters."""
    full = whole_name(given, family)
    return "" if full.casefold() == used_name(given, family, known_as).casefold() else full


def leading_name(name: str, known_as: str) -> str:
    """The same for a pointer, which knows a name in full and not its parts."""
    used = tidy_name(known_as)
    return name if not used or used.casefold() in name.casefold().split() else used


def called(given: str, family: str, known_as: str = "", *, unborn: bool = False) -> str:
    """What running text calls somebody: the name they use, else their given name (obligation REC-16)."""
    return tidy_name(known_as) or tidy_name(given) or display_name(given, family, unborn=unborn)


def listed(words: Sequence[str]) -> str:
    """'Ana, Jon and Theo'."""
    return ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else "".join(words)


# -- ages ------------------------------------------------------------------------------------------

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def day_words(day: date, on: date) -> str:
    """'9 January', with the year where it is not that of `on`."""
    words = f"{day.day} {MONTHS[day.month - 1]}"
    return words if day.year == on.year else f"{words} {day.year}"


def full_day(day: date) -> str:
    """'9 January 2027'."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def years_old(born: date, on: date) -> int:
    """Whole years lived on a day. Somebody born on 29 February turns a year older on 1 March in other
    years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def eighteenth(born: date) -> date:
    """The day on which somebody becomes 18; for a 29 February the 1 March."""
    try:
        return born.replace(year=born.year + 18)
    except ValueError:
        return date(born.year + 18, 3, 1)


def months_old(born: date, on: date) -> int:
    """Whole months lived on a day; a month is complete when the day of the month is reached or has passed."""
    return (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)


def age_words(
    on: date,
    *,
    born: date | None = None,
    expected: date | None = None,
    died: date | None = None,
    estimated: bool = False,
) -> str:
    """An age as it is said on the day `on`: '9 years old', 'about 9 years old', '7 months old', '3 weeks
    old', 'born today', 'expected 9 January', 'died on 4 May aged 9 years', 'age not known'."""
    if died is not None and died <= on:
        words = f"died on {day_words(died, on)}"
        if born is None or born > died:
            return words
        about = "about " if estimated else ""
        return f"{words} aged {about}{_length(born, died)}"
    if born is not None and born <= on:
        if born == on:
            return "born about today" if estimated else "born today"
        return f"{'about ' if estimated else ''}{_length(born, on)} old"
    if born is not None or expected is not None:
        day = born or expected
        assert day is not None
        words = f"expected {day_words(day, on)}"
        return words if day >= on else f"{words}, birth not yet recorded"
    return "age not known"


def _length(born: date, on: date) -> str:
    """Years from the second birthday, months from 13 weeks, weeks from the seventh day, else days."""
    years = years_old(born, on)
    if years >= 2:
        return f"{years} years"
    days = (on - born).days
    if days >= 91:
        return _count(months_old(born, on), "month")
    return _count(days // 7, "week") if days >= 7 else _count(days, "day")


def _count(number: int, one: str) -> str:
    return f"{number} {one}" if number == 1 else f"{number} {one}s"


def born_about(years: int, today: date) -> date:
    """An estimated date of birth for an age in whole years: half a year before the last birthday could have
    been."""
    return date(today.year - years, today.month, 1) - timedelta(days=182)


# -- births and deaths that can be -----------------------------------------------------------------

#: Support to a care leaver can last to the 25th birthday; a "child" older than this is a slip in the year.
OLDEST_CHILD = 26
OLDEST_PERSON = 120
#: A pregnancy lasts about 40 weeks; more than this ahead is a slip in the year.
LONGEST_EXPECTED = timedelta(weeks=44)
#: How long after the expected day a child can still be recorded as not yet born.
LONGEST_OVERDUE = timedelta(weeks=4)


@dataclass(frozen=True)
class Birth:
    """What is known of somebody's birth, death, sex, pronouns and telephone number.

    Either `born_on` or, for a child not yet born, `expected_on`; neither where nothing is known.
    """

    born_on: date | None = None
    estimated: bool = False
    expected_on: date | None = None
    died_on: date | None = None
    sex: Sex = Sex.NOT_KNOWN
    pronouns: str = ""
    telephone: str = ""

    @property
    def unborn(self) -> bool:
        return self.born_on is None and self.expected_on is not None

    @property
    def words(self) -> str:
        """'Born about 4 May 2019, female, she', as a history lists it."""
        about = "about " if self.estimated else ""
        parts = [
            f"born {about}{full_day(self.born_on)}" if self.born_on else "",
            f"expected {full_day(self.expected_on)}" if self.expected_on else "",
            f"died {full_day(self.died_on)}" if self.died_on else "",
            self.sex.label.lower() if self.sex is not Sex.NOT_KNOWN else "",
            self.pronouns,
            self.telephone,
        ]
        return ", ".join(part for part in parts if part) or "nothing known"


NOTHING_KNOWN = Birth()


def check_birth(kind: PersonKind, birth: Birth, today: date, *, opened: date | None = None) -> Verdict:
    """Whether the dates can be. `opened` is the day on which a child's record was opened: a record of long
    ago is put right by the age that the child had then."""
    born, expected, died = birth.born_on, birth.expected_on, birth.died_on
    if born is not None and born > today:
        return Verdict.no(
            "The date of birth is in the future. For a child not yet born, give the expected date instead.",
            "born_on",
        )
    if born is not None and expected is not None:
        return Verdict.no("Give the date of birth or the expected date, not both.", "expected_on")
    if expected is not None:
        if kind is PersonKind.ADULT:
            return Verdict.no("Only a child can have an expected date of birth.", "expected_on")
        if expected > today + LONGEST_EXPECTED:
            return Verdict.no(
                "Check the year: the expected date is more than ten months away.", "expected_on"
            )
        if expected < (opened or today) - LONGEST_OVERDUE:
            return Verdict.no(
                "The expected date is more than four weeks ago. Give the date of birth, "
                "estimated if it is not known.",
                "expected_on",
            )
        if birth.sex is not Sex.NOT_KNOWN:
            return Verdict.no("Leave the sex as not known until the child is born.", "sex")
    if born is not None:
        oldest = OLDEST_CHILD if kind is PersonKind.CHILD else OLDEST_PERSON
        if years_old(born, min(opened or today, today)) > oldest:
            return Verdict.no(
                f"Check the year: this would make the {'child' if kind is PersonKind.CHILD else 'person'} "
                f"more than {oldest} years old.",
                "born_on",
            )
    if died is not None:
        if died > today:
            return Verdict.no("The date of death is in the future.", "died_on")
        if born is not None and died < born:
            return Verdict.no("The date of death is before the date of birth.", "died_on")
    return Verdict.yes()


def check_correction(before: Birth, after: Birth, why: str) -> Verdict:
    """Adding what was not known needs no reason; putting right what was recorded says what was wrong
    (REC-12).

    A child expected who is born, and somebody who has died, are news and no correction.
    """
    put_right = [
        field
        for field in ("born_on", "expected_on", "died_on", "sex", "pronouns")
        if (old := getattr(before, field)) not in (None, "", Sex.NOT_KNOWN) and old != getattr(after, field)
    ]
    if put_right == ["expected_on"] and after.born_on is not None:
        return Verdict.yes()
    if put_right and not why.strip():
        return Verdict.no("Say what was wrong, so that the record shows why it changed.", "why")
    return Verdict.yes()


# -- dated rows ------------------------------------------------------------------------------------


def may_begin(day: date, today: date, what: str) -> Verdict:
    """What holds from a day is recorded when that day has come, so that every page is right on its day."""
    if day > today:
        return Verdict.no(
            f"{what} begins on a day still to come. Record it when that day has come.", "held_from"
        )
    return Verdict.yes()


def may_end(day: date, began: date, today: date, what: str) -> Verdict:
    """An end is not before the beginning, and is recorded when it has come."""
    if day > today:
        return Verdict.no(
            f"{what} ends on a day still to come. Record it when that day has come.", "held_until"
        )
    if day < began:
        return Verdict.no(
            f"{what} began on {day_words(began, today)}; the end cannot be before that.", "held_until"
        )
    return Verdict.yes()


# -- identity --------------------------------------------------------------------------------------

#: Questions with a list of codes; the others are answered in words.
CODES: dict[IdentityQuestion, type[Ethnicity] | type[Disability]] = {
    IdentityQuestion.ETHNICITY: Ethnicity,
    IdentityQuestion.DISABILITY: Disability,
}


@dataclass(frozen=True)
class Answer:
    """An answer to one question of identity: codes, the person's own words, or both.

    `self_described` says that the words are theirs (or, for a small child, their parent's).
    """

    question: IdentityQuestion
    answered: Answered
    codes: tuple[str, ...] = ()
    words: str = ""
    self_described: bool = False


def check_answer(answer: Answer) -> Verdict:
    """Whether an answer can be recorded. Codes are the census's; disability alone may have several."""
    if answer.answered is not Answered.GIVEN:
        if answer.codes or answer.words.strip():
            return Verdict.no(
                f"Either record the answer, or that it is {answer.answered.label.lower()}, not both.",
                "answered",
            )
        return Verdict.yes()
    if not answer.codes and not answer.words.strip():
        return Verdict.no("Write the answer in the person's own words, or choose one from the list.", "words")
    known = CODES.get(answer.question)
    if answer.codes and known is None:
        return Verdict.no("This question is answered in words.", "words")
    for code in answer.codes:
        if known is not None and code not in {member.value for member in known}:
            return Verdict.no(f"“{code}” is not one of the answers in the list.", "codes")
    if len(answer.codes) > 1 and answer.question is not IdentityQuestion.DISABILITY:
        return Verdict.no("Choose one answer from the list.", "codes")
    if Disability.NONE in answer.codes and len(answer.codes) > 1:
        return Verdict.no("“No disability” cannot stand beside a disability.", "codes")
    return Verdict.yes()


def code_label(question: IdentityQuestion, code: str) -> str:
    """The words for a code; an empty string for none. ValueError for a code that is not in the list."""
    known = CODES.get(question)
    return known(code).label if code and known is not None else ""


def ethnicity_from_census(code: str) -> Answer:
    """The answer that a census code stands for: declined and not yet obtained are answers of their own.

    ValueError for a code that the census does not have.
    """
    if code == ETHNICITY_DECLINED:
        return Answer(IdentityQuestion.ETHNICITY, Answered.DECLINED)
    if code == ETHNICITY_NOT_KNOWN:
        return Answer(IdentityQuestion.ETHNICITY, Answered.NOT_KNOWN)
    return Answer(IdentityQuestion.ETHNICITY, Answered.GIVEN, codes=(Ethnicity(code).value,))


# -- addresses -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Address:
    """Where somebody lives. `lines` is house and street, a line each; `area` the town or district, which a
    search shows unless the address is confidential. `held_from`: since when, None for today."""

    lives_at: LivesAt = LivesAt.HOME
    lines: str = ""
    postcode: str = ""
    area: str = ""
    with_whom: str = ""
    confidential: bool = False
    held_from: date | None = None


def check_address(address: Address) -> Verdict:
    """An address says at least something of where; a refuge may be an area alone."""
    if not (address.lines.strip() or address.postcode.strip() or address.area.strip()):
        return Verdict.no("Enter the street, the postcode or the area, whichever is known.", "lines")
    return Verdict.yes()


# -- ties, statuses, involvements ------------------------------------------------------------------


@dataclass(frozen=True)
class NewTie:
    """Somebody in a child's life. `words` is the family's own word for it ("Nan")."""

    other_id: UUID
    kinship: Kinship
    parental_responsibility: Known = Known.NOT_KNOWN
    lives_with_child: Known = Known.NOT_KNOWN
    words: str = ""
    held_from: date | None = None


def check_tie(child_id: UUID, tie: NewTie, other: PersonKind) -> Verdict:
    """Whether somebody can be tied to a child so."""
    if child_id == tie.other_id:
        return Verdict.no("Nobody is tied to themselves. Choose another person.", "other")
    if other is PersonKind.CHILD and tie.kinship is Kinship.GRANDPARENT:
        return Verdict.no("A child cannot be a grandparent. Choose another relationship.", "kinship")
    if (
        tie.kinship is Kinship.SIBLING
        and tie.parental_responsibility is Known.YES
        and other is PersonKind.CHILD
    ):
        return Verdict.no(
            "A brother or sister who is a child cannot hold parental responsibility.",
            "parental_responsibility",
        )
    return Verdict.yes()


@dataclass(frozen=True)
class NewStatus:
    """A legal status or plan, from a day, until but not on another. `category` for a protection plan
    alone."""

    kind: StatusKind
    held_from: date
    held_until: date | None = None
    category: str = ""


def check_status(kind: StatusKind, category: str) -> Verdict:
    """A child protection plan names its category; no other status has one."""
    if kind is StatusKind.PROTECTION_PLAN:
        if category not in {member.value for member in AbuseCategory}:
            return Verdict.no("Choose the category of the child protection plan.", "category")
    elif category:
        return Verdict.no("Only a child protection plan has a category.", "category")
    return Verdict.yes()


@dataclass(frozen=True)
class NewProvider:
    kind: ProviderKind
    name: str
    telephone: str = ""
    held_from: date | None = None


@dataclass(frozen=True)
class NewAuthority:
    """The authority responsible for the child and the one in whose area the child is (empty: the same).

    `put_right_why`: where the one before was recorded wrongly, what was wrong with it.
    """

    responsible: str
    present: str = ""
    held_from: date | None = None
    put_right_why: str = ""


def may_record_authority(recorded: str, new: NewAuthority) -> Verdict:
    """Whether that authority may be written down as responsible where `recorded` is ("": nobody's yet).

    A child goes to another authority only once it has accepted, knowing what it must: that is recorded where the
    concern was passed on, or the plan transferred. What was recorded wrongly is put right with a reason.

    Source: Sightline baseline; duties hold wherever a child is found, until another authority accepts them.
    """
    if not new.responsible.strip():
        return Verdict.no("Enter the authority that is responsible for the child.", "responsible")
    if not recorded or tidy_name(new.responsible).casefold() == recorded.casefold():
        return Verdict.yes()
    if not new.put_right_why.strip():
        return Verdict.no(
            f"{recorded} is responsible for this child. Another authority becomes so only when it has accepted the "
            "child: record that on the concern that was passed to it, or under Plan, where it is asked to take the "
            f"plan. If {recorded} was recorded wrongly, say so below.",
            "responsible",
        )
    return check_wrong(new.put_right_why, "put_right_why")


def check_wrong(why: str, field: str = "why") -> Verdict:
    """Whether these words say what was wrong with what is recorded: three different ones at the least (REC-12).

    Source: Sightline baseline.
    """
    if len(set(why.casefold().split())) < 3:
        return Verdict.no("Say what was wrong with what is recorded, and how you know.", field)
    return Verdict.yes()


@dataclass(frozen=True)
class NewInvolvement:
    """An agency, and somebody of it where named, that works with the child: as what, contributing what."""

    agency_id: UUID
    role: str
    practitioner_id: UUID | None = None
    contribution: str = ""
    lead: bool = False
    held_from: date | None = None
    held_until: date | None = None


def check_involvement(new: NewInvolvement) -> Verdict:
    """An agency works with a child as something; the lead professional is a named person."""
    if not new.role.strip():
        return Verdict.no("Enter the role in which they work with the child.", "role")
    if new.lead and new.practitioner_id is None:
        return Verdict.no("Name the person who is lead professional.", "practitioner")
    return Verdict.yes()


# -- a person as a whole ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Number:
    scheme: Scheme
    value: str


@dataclass(frozen=True)
class NewChild:
    """A child as first recorded, with whatever is known. `id` may be chosen by the caller."""

    folder_id: UUID
    names: Names = NAMELESS
    birth: Birth = NOTHING_KNOWN
    answers: tuple[Answer, ...] = ()
    numbers: tuple[Number, ...] = ()
    address: Address | None = None
    statuses: tuple[NewStatus, ...] = ()
    providers: tuple[NewProvider, ...] = ()
    authority: NewAuthority | None = None
    involvements: tuple[NewInvolvement, ...] = ()
    id: UUID | None = None


@dataclass(frozen=True)
class NewAdult:
    """An adult as first recorded. `id` may be chosen by the caller."""

    names: Names = NAMELESS
    birth: Birth = NOTHING_KNOWN
    answers: tuple[Answer, ...] = ()
    numbers: tuple[Number, ...] = ()
    address: Address | None = None
    id: UUID | None = None


def changes_of_worker(leads: Iterable[tuple[date, UUID | None]], today: date) -> int:
    """How often the lead professional became another person in the last 12 months. `leads`: since when, and
    who.

    The first ever is no change, nor is a new row for the same person.
    """
    year_ago = date(today.year - 1, today.month, min(today.day, 28))
    ordered = sorted(leads, key=lambda lead: lead[0])
    return sum(1 for before, after in pairwise(ordered) if after[1] != before[1] and after[0] > year_ago)


# -- what a record lacks ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """What a child's record holds, for the check against REC-02. `ended`: work with the child was closed, and none is
    open.

    Identity questions give how they were answered, None where not yet asked. `on_paper` says that a paper
    file is kept as well, `volumes` its volume numbers.
    """

    name: str = ""
    address: bool = False
    born_on: date | None = None
    expected_on: date | None = None
    ethnicity: Answered | None = None
    religion: Answered | None = None
    numbers: int = 0
    risk_assessed: bool = False
    ended: bool = False
    summary: bool = False
    on_paper: bool = False
    volumes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lack:
    """One thing that the record lacks, and what to do about it."""

    requirement: Requirement
    todo: str


def lacks(held: Held) -> list[Lack]:
    """What the record lacks of the things that every record must hold (obligation REC-02).

    "Not known" and "declined" are answers to a question of identity. A summary is wanted once the record is
    closed or transferred, volume numbers once there is paper.
    """
    wanted: Sequence[tuple[bool, Requirement, str]] = (
        (bool(held.name), Requirement.FULL_NAME, "Record the child's full name."),
        (held.address, Requirement.ADDRESS, "Record where the child lives."),
        (
            held.born_on is not None or held.expected_on is not None,
            Requirement.DATE_OF_BIRTH,
            "Record the date of birth, estimated if need be, or the expected date.",
        ),
        (
            held.ethnicity is not None,
            Requirement.ETHNICITY,
            "Ask about ethnicity; “not known” and “preferred not to say” are answers.",
        ),
        (
            held.religion is not None,
            Requirement.RELIGION,
            "Ask about religion or belief; “not known” and “preferred not to say” are answers.",
        ),
        (
            held.numbers > 0,
            Requirement.REFERENCE_NUMBER,
            "Record a number that another agency knows the child by.",
        ),
        (held.risk_assessed, Requirement.RISK_ASSESSMENT, "Record an assessment of risk."),
        (
            held.summary or not held.ended,
            Requirement.SUMMARY,
            "Write the closing or transfer summary; without it the record stays open.",
        ),
        (
            bool(held.volumes) or not held.on_paper,
            Requirement.VOLUME_NUMBERS,
            "Give the volume numbers of the paper file.",
        ),
    )
    return [Lack(requirement, todo) for there, requirement, todo in wanted if not there]


def check_ending(summary: str, *, transferred: bool = False) -> Verdict:
    """A record cannot be closed or transferred without its summary (obligation REC-02)."""
    if summary.strip():
        return Verdict.yes()
    if transferred:
        return Verdict.no(
            "Write a transfer summary: what the worry was, what we did, what they must know", "summary"
        )
    return Verdict.no(
        "Write a closing summary: what the worry was, what was done, what is different", "summary"
    )
