"""What is understood of the one box, and how strong a likeness is."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.matching.rules import (
    ChildDetails,
    asked_of,
    born_between,
    in_words,
    months_before,
    nhs_number_fits,
    parse,
    strength,
    swapped_day,
    upn_fits,
)
from sightline.matching.terms import FORMS_OF_NAMES, REASON_WORDS, Reason, Strength

TODAY = date(2026, 3, 2)
BORN = date(2016, 3, 12)


@pytest.mark.parametrize(
    "typed",
    [
        "12/03/2016", "12/3/16", "12-03-2016", "12.3.2016", "12 03 2016", "2016-03-12", "12032016",
        "12 March 2016", "12th March 2016", "12 Mar 16", "12th of march, 2016", "March 12, 2016",
        "Mar 12 2016", "dob 12/03/2016", "born on 12/03/2016", "D.O.B. 12/03/2016", "12-Mar-2016",
    ],
)  # fmt: skip
def test_a_date_of_birth_in_many_forms(typed):
    question = parse(f"Ana Reyes {typed}", TODAY)
    assert question.born == (BORN,)
    assert question.swapped == (date(2016, 12, 3),)
    assert question.words == ("Ana", "Reyes")
    assert not question.remarks


@pytest.mark.parametrize(
    ("typed", "born", "swapped"),
    [
        ("03/25/2016", (date(2016, 3, 25),), ()),
        ("25/03/2016", (date(2016, 3, 25),), ()),
        ("04/04/2016", (date(2016, 4, 4),), ()),
        ("29/02/2016", (date(2016, 2, 29),), ()),
        ("29/02/2015", (), ()),
        ("31/02/2016", (), ()),
        ("99/99/9999", (), ()),
        ("1/1/85", (date(1985, 1, 1),), ()),
    ],
)
def test_dates_that_are_none_or_have_no_twin(typed, born, swapped):
    question = parse(typed, TODAY)
    assert (question.born, question.swapped) == (born, swapped)
    assert bool(question.remarks) == (not born)


@pytest.mark.parametrize(
    ("typed", "between"),
    [
        ("9 years", (date(2016, 3, 3), date(2017, 3, 2))),
        ("9yrs", (date(2016, 3, 3), date(2017, 3, 2))),
        ("9 year old", (date(2016, 3, 3), date(2017, 3, 2))),
        ("9-year-old", (date(2016, 3, 3), date(2017, 3, 2))),
        ("aged 9", (date(2016, 3, 3), date(2017, 3, 2))),
        ("9yo", (date(2016, 3, 3), date(2017, 3, 2))),
        ("6 months", (date(2025, 8, 3), date(2025, 9, 2))),
        ("3 weeks old", (date(2026, 2, 3), date(2026, 2, 9))),
        ("March 2016", (date(2016, 3, 1), date(2016, 3, 31))),
        ("December 2016", (date(2016, 12, 1), date(2016, 12, 31))),
    ],
)
def test_ages_and_months(typed, between):
    assert parse(f"Ana {typed}", TODAY).between == between
    assert parse(f"Ana {typed}", TODAY).words == ("Ana",)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 25))
def test_ages_in_years_meet_without_gap_or_overlap(today, years):
    first, last = born_between(years, "year", today)
    next_first, next_last = born_between(years + 1, "year", today)
    assert next_first <= next_last < first <= last <= today
    assert (first - next_last).days == 1


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 400))
def test_months_before_keeps_the_day_or_ends_the_month(day, months):
    before = months_before(day, months)
    assert (day.year - before.year) * 12 + day.month - before.month == months
    assert before.day == day.day or before.day in (28, 29, 30)


@given(st.dates())
def test_swapping_a_date_twice_gives_it_back(day):
    other = swapped_day(day)
    assert other is None or swapped_day(other) == day


@pytest.mark.parametrize(
    ("typed", "field", "value"),
    [
        ("zz99 3cz", "postcode", "ZZ993CZ"),
        ("ZZ993CZ", "postcode", "ZZ993CZ"),
        ("ZZ99", "district", "ZZ99"),
        ("999 000 0018", "nhs", "9990000018"),
        ("999-000-0018", "nhs", "9990000018"),
        ("NHS number 9990000018", "nhs", "9990000018"),
        ("b999200005001", "upn", "B999200005001"),
        ("EA-20441234-7", "references", ("EA204412347",)),
        ("ref NM-000123", "references", ("NM000123",)),
    ],
)
def test_numbers_and_postcodes(typed, field, value):
    question = parse(f"Ana Reyes {typed}", TODAY)
    assert getattr(question, field) == value
    assert question.words == ("Ana", "Reyes")


@pytest.mark.parametrize(
    ("typed", "words", "address"),
    [
        ("12 Church Road", (), "12 Church Road"),
        ("12a Church Road", (), "12a Church Road"),
        ("Ana Reyes 12 Church Road", ("Ana", "Reyes"), "12 Church Road"),
        ("Flat 3, 12 Church Road", (), "Flat 3 12 Church Road"),
        ("Church Road", ("Church", "Road"), "Church Road"),
        ("Ana Reyes Church Road", ("Ana", "Reyes"), "Church Road"),
        ("Ana Reyes", ("Ana", "Reyes"), ""),
        ("12", (), ""),
        ("O'Brien-Smith, Ciara", ("OBrien", "Smith", "Ciara"), ""),
        ("Ciara known as Kiki", ("Ciara", "Kiki"), ""),
    ],
)
def test_a_name_and_an_address_are_told_apart(typed, words, address):
    question = parse(typed, TODAY)
    assert (question.words, question.address) == (words, address)


def test_check_digits():
    assert nhs_number_fits("9990000018")
    assert not nhs_number_fits("9990000019")
    assert upn_fits("B801200005001")
    assert not upn_fits("A801200005001")
    assert parse("9990000019", TODAY).remarks
    assert parse("9990000019", TODAY).nhs == "9990000019"
    assert parse("A801200005001", TODAY).remarks


def test_what_was_searched_is_said():
    said = parse("Ana Reyes 12/03/2016 9990000018 ZZ99 3CZ", TODAY).searched
    assert said == (
        "the name Ana Reyes, however spelt, and names once used",
        "born on 12 March 2016, or day and month the other way round",
        "the postcode ZZ99 3CZ",
        "the NHS number 999 000 0018",
    )


@given(st.text(max_size=400))
def test_any_text_is_parsed_into_a_bounded_question(text):
    question = parse(text, TODAY)
    query = question.query()
    assert len(question.words) <= 8
    assert all(len(word["word"]) <= 400 for word in query["words"])
    assert "\x00" not in str(query)
    assert isinstance(question.searched, tuple)


def test_other_forms_of_a_name_hold_both_ways():
    forms = {entry["word"] for entry in parse("Bill", TODAY).query()["words"] if entry["as"] == "form"}
    assert "william" in forms
    assert all(name == name.lower() and name.isascii() for group in FORMS_OF_NAMES for name in group)


def test_the_details_of_a_concern_become_a_question():
    question = asked_of(
        ChildDetails(
            names=(("Zofia Anna", "Nowak-Smith"), ("Zosia", ""), ("", "Lis")),
            born_on=BORN, postcode="zz99 3cz", lines="12 Church Road\nBradwell", nhs="999 000 0018",
            upn="b801200005001",
        )
    )  # fmt: skip
    assert question.words == ("Zofia", "Anna", "Nowak", "Smith")
    assert question.also == {0: ("Zosia",), 3: ("Lis",)}
    assert (question.postcode, question.nhs, question.upn) == ("ZZ993CZ", "9990000018", "B801200005001")
    assert question.swapped == (date(2016, 12, 3),)
    assert not asked_of(ChildDetails(()))


R = Reason


@pytest.mark.parametrize(
    ("reasons", "born_said", "born_known", "expected"),
    [
        (R.NHS_NUMBER, True, True, Strength.LIKELY),
        (R.UPN | R.PART_OF_NAME, False, False, Strength.LIKELY),
        (R.SAME_NAME | R.BORN_SAME_DAY, True, True, Strength.LIKELY),
        (R.SOUNDS_ALIKE | R.BORN_SWAPPED, True, True, Strength.LIKELY),
        (R.SPELT_ALIKE | R.POSTCODE, True, True, Strength.LIKELY),
        (R.SAME_NAME, False, True, Strength.POSSIBLE),
        (R.SAME_NAME, True, False, Strength.POSSIBLE),
        (R.SAME_NAME, True, True, Strength.POSSIBLE),
        (R.SOUNDS_ALIKE, True, True, None),
        (R.SOUNDS_ALIKE, False, True, Strength.POSSIBLE),
        (R.SOUNDS_ALIKE | R.PART_OF_NAME, False, True, None),
        (R.FORM_OF_NAME | R.PART_OF_NAME | R.BORN_SAME_DAY, True, True, Strength.POSSIBLE),
        (R.PART_OF_NAME | R.BORN_SAME_DAY, True, True, Strength.POSSIBLE),
        (R.BORN_SAME_DAY, True, True, None),
        (R.BORN_SAME_DAY | R.ADDRESS, True, True, Strength.POSSIBLE),
        (R.ADDRESS, False, False, None),
        (R.POSTCODE | R.FORMER_ADDRESS, False, False, None),
    ],
)
def test_how_strong_a_likeness_is(reasons, born_said, born_known, expected):
    assert strength(reasons, born_said=born_said, born_known=born_known) is expected


def test_every_reason_has_its_words():
    assert set(REASON_WORDS) == set(Reason)
    assert len(set(REASON_WORDS.values())) == len(REASON_WORDS)
    assert in_words(Reason.SAME_NAME | Reason.NHS_NUMBER) == ("same NHS number", "same name")
