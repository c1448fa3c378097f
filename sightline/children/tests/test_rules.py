"""Pure rules: truth tables, and ages against the calendar itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.gb import nhs, upn

from sightline.children import rules
from sightline.children.rules import Address, Answer, Birth, Held, Names, NewInvolvement, NewTie
from sightline.children.terms import (
    Answered,
    Disability,
    Ethnicity,
    IdentityQuestion,
    Kinship,
    Known,
    PersonKind,
    Requirement,
    Scheme,
    Sex,
    StatusKind,
)

TODAY = date(2026, 11, 22)
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


# -- numbers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "good"),
    [
        ("9990000018", True),
        ("999 000 0018", True),
        ("999-000-0018", True),
        ("９９９０００００１８", True),
        ("9990000019", False),
        ("999000001", False),
        ("99900000180", False),
        ("999000001O", False),
        ("٩٩٩٠٠٠٠٠١٨", False),
        ("", False),
        *[(str(n) * 10, False) for n in range(10)],
    ],
)
def test_nhs_numbers(number, good):
    assert bool(rules.check_nhs_number(number)) is good


@given(st.integers(0, 999_999_999))
def test_at_most_one_last_digit_makes_an_nhs_number(first_nine):
    good = [d for d in range(10) if rules.check_nhs_number(f"{first_nine:09}{d}")]
    assert len(good) <= 1
    if good and len(set(f"{first_nine:09}{good[0]}")) > 1:
        assert nhs.is_valid(f"{first_nine:09}{good[0]}")


def _upn(rest: str) -> str:
    return upn.calc_check_digit(rest) + rest


@pytest.mark.parametrize(
    ("number", "good", "words"),
    [
        (_upn("201200005001"), True, ""),
        (_upn("201200005001").lower(), True, ""),
        (_upn("20120000500A"), True, ""),
        *[(_upn(f"{code}200005001"), True, "") for code in (938, 940, 941, 942, 943)],
        (_upn("944200005001"), False, "no authority has the code 944"),
        (_upn("999200005001"), False, "no authority has the code 999"),
        ("A" + "201200005001", False, "first letter"),
        ("A" + "940200005001", False, "first letter"),
        (_upn("201200005001")[:-1], False, "13 characters"),
        ("1201200005001", False, "13 characters"),
        (_upn("201200005001")[:-1] + "I", False, "13 characters"),
        ("", False, "13 characters"),
    ],
)
def test_unique_pupil_numbers(number, good, words):
    verdict = rules.check_upn(number)
    assert bool(verdict) is good
    assert words in verdict.reason


@pytest.mark.parametrize(
    ("scheme", "value", "good"),
    [
        (Scheme.LA_CHILD, "AB123", True),
        (Scheme.LA_CHILD, "A" * 20, True),
        (Scheme.LA_CHILD, "A" * 21, False),
        (Scheme.LA_CHILD, "AB_123", False),
        (Scheme.OTHER, "Ward 4 / 17", True),
        (Scheme.OTHER, "x" * 61, False),
        (Scheme.OTHER, "  ", False),
        (Scheme.FORMER_UPN, _upn("201200005001"), True),
    ],
)
def test_other_numbers(scheme, value, good):
    assert bool(rules.check_number(scheme, value)) is good


# -- names --------------------------------------------------------------------------------------------


@pytest.mark.obligation("REC-16")
@pytest.mark.parametrize(
    ("given_name", "family", "known_as", "leads", "beside"),
    [
        ("Alexander", "Lund", "Roxana", "Roxana Lund", "Alexander Lund"),
        ("Alexander", "Lund", "Roxana Lund", "Roxana Lund", "Alexander Lund"),
        ("Alexander", "Lund", "Roxana Marsh", "Roxana Marsh", "Alexander Lund"),
        ("Maya", "Lund", "Maya", "Maya Lund", ""),
        ("Maya", "Lund", "", "Maya Lund", ""),
        ("", "", "Red", "Red", ""),
        ("", "", "", "Name not known", ""),
    ],
)
def test_the_name_that_leads_is_the_one_they_use(given_name, family, known_as, leads, beside):
    assert rules.used_name(given_name, family, known_as) == leads
    assert rules.full_beside(given_name, family, known_as) == beside


@pytest.mark.obligation("REC-16")
@pytest.mark.parametrize(
    ("given_name", "family", "known_as", "unborn", "shown", "said"),
    [
        ("Maya", "Ferreira-Lund", "", False, "Maya Ferreira-Lund", "Maya"),
        ("Maya", "Ferreira-Lund", "May", False, "Maya Ferreira-Lund", "May"),
        ("", "Lund", "", False, "Lund", "Lund"),
        ("", "", "", False, "Name not known", "Name not known"),
        ("", "", "", True, "Unborn child", "Unborn child"),
        ("", "Lund", "", True, "Lund", "Lund"),
        ("", "", "Red", False, "Name not known", "Red"),
        ("  Anne  Marie ", " O’Neill ", "", False, "Anne Marie O’Neill", "Anne Marie"),
        ("مريم", "", "", False, "مريم", "مريم"),
    ],
)
def test_what_somebody_is_called(given_name, family, known_as, unborn, shown, said):
    assert rules.display_name(given_name, family, unborn=unborn) == shown
    assert rules.called(given_name, family, known_as, unborn=unborn) == said


def test_a_name_that_the_table_cannot_hold_is_refused():
    assert not rules.check_names(Names(given="x" * 201))
    assert not rules.check_names(Names(also=("x" * 201,)))
    assert rules.check_names(Names())


# -- ages ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "born", "words"),
    [
        (TODAY, date(2017, 3, 14), "9 years old"),
        (TODAY, date(2026, 11, 22), "born today"),
        (TODAY, date(2026, 11, 21), "1 day old"),
        (TODAY, date(2026, 11, 16), "6 days old"),
        (TODAY, date(2026, 11, 15), "1 week old"),
        (TODAY, date(2026, 8, 24), "12 weeks old"),
        (TODAY, date(2026, 8, 23), "2 months old"),
        (TODAY, date(2026, 8, 22), "3 months old"),
        (TODAY, date(2024, 11, 23), "23 months old"),
        (TODAY, date(2024, 11, 22), "2 years old"),
        (date(2025, 2, 28), date(2020, 2, 29), "4 years old"),
        (date(2025, 3, 1), date(2020, 2, 29), "5 years old"),
        (date(2024, 2, 29), date(2020, 2, 29), "4 years old"),
        (TODAY, date(2027, 1, 9), "expected 9 January 2027"),
    ],
)
def test_ages_in_words(on, born, words):
    assert rules.age_words(on, born=born) == words


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({}, "age not known"),
        ({"expected": date(2026, 12, 9)}, "expected 9 December"),
        ({"expected": date(2027, 1, 9)}, "expected 9 January 2027"),
        ({"expected": date(2026, 11, 1)}, "expected 1 November, birth not yet recorded"),
        ({"born": date(2017, 3, 14), "estimated": True}, "about 9 years old"),
        ({"born": TODAY, "estimated": True}, "born about today"),
        ({"born": date(2017, 3, 14), "died": date(2026, 5, 4)}, "died on 4 May aged 9 years"),
        ({"born": date(2026, 5, 1), "died": date(2026, 5, 4)}, "died on 4 May aged 3 days"),
        ({"died": date(2025, 5, 4)}, "died on 4 May 2025"),
        ({"born": date(2017, 3, 14), "died": date(2026, 12, 1)}, "9 years old"),
    ],
)
def test_ages_of_the_unborn_the_estimated_and_the_dead(known, words):
    assert rules.age_words(TODAY, **known) == words


@given(born=DAYS, on=DAYS)
def test_years_are_birthdays_reached(born, on):
    """Counted the long way: birthdays from birth to the day, 29 February's on 1 March in other years."""
    if born > on:
        return

    def birthday(year: int) -> date:
        try:
            return born.replace(year=year)
        except ValueError:
            return date(year, 3, 1)

    assert rules.years_old(born, on) == sum(
        1 for year in range(born.year + 1, on.year + 1) if birthday(year) <= on
    )


@given(born=DAYS, on=DAYS)
def test_an_age_never_goes_back_and_always_says_something(born, on):
    words = rules.age_words(on, born=born)
    assert words
    assert "-" not in words
    if born < on:
        assert words.endswith(" old")
        assert not words.startswith("0")
        assert rules.months_old(born, on) <= rules.months_old(born, on + timedelta(days=1))
        assert rules.months_old(born, on) // 12 == rules.years_old(born, on)


@given(years=st.integers(0, 25), today=DAYS)
def test_an_estimated_birth_has_the_age_that_was_said(years, today):
    if today < date(1930, 1, 1):
        return
    assert rules.years_old(rules.born_about(years, today), today) == years


# -- births that can be -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "birth", "field"),
    [
        ("child", Birth(), None),
        ("child", Birth(born_on=TODAY), None),
        ("child", Birth(born_on=TODAY + timedelta(days=1)), "born_on"),
        ("child", Birth(expected_on=TODAY + timedelta(weeks=20)), None),
        ("child", Birth(expected_on=TODAY + timedelta(weeks=45)), "expected_on"),
        ("child", Birth(expected_on=TODAY - timedelta(weeks=3)), None),
        ("child", Birth(expected_on=TODAY - timedelta(weeks=5)), "expected_on"),
        ("child", Birth(born_on=TODAY, expected_on=TODAY), "expected_on"),
        ("child", Birth(expected_on=TODAY, sex=Sex.FEMALE), "sex"),
        ("child", Birth(born_on=date(1999, 11, 23)), None),
        ("child", Birth(born_on=date(1999, 11, 22)), "born_on"),
        ("adult", Birth(born_on=date(1950, 1, 1)), None),
        ("adult", Birth(born_on=date(1890, 1, 1)), "born_on"),
        ("adult", Birth(expected_on=TODAY), "expected_on"),
        ("child", Birth(born_on=date(2020, 1, 1), died_on=TODAY), None),
        ("child", Birth(born_on=date(2020, 1, 1), died_on=date(2019, 1, 1)), "died_on"),
        ("child", Birth(died_on=TODAY + timedelta(days=1)), "died_on"),
    ],
)
def test_births_that_can_be(kind, birth, field):
    verdict = rules.check_birth(PersonKind(kind), birth, TODAY)
    assert verdict.field == (field or "")
    assert bool(verdict) is (field is None)


def test_an_old_record_is_put_right_by_the_age_of_its_day():
    birth = Birth(born_on=date(1985, 5, 5))
    assert not rules.check_birth(PersonKind.CHILD, birth, TODAY)
    assert rules.check_birth(PersonKind.CHILD, birth, TODAY, opened=date(2001, 1, 1))


@pytest.mark.obligation("REC-12")
@pytest.mark.parametrize(
    ("before", "after", "why", "allowed"),
    [
        (Birth(), Birth(born_on=TODAY), "", True),
        (Birth(born_on=TODAY), Birth(born_on=TODAY, sex=Sex.MALE), "", True),
        (Birth(born_on=TODAY), Birth(born_on=TODAY - timedelta(days=1)), "", False),
        (Birth(born_on=TODAY), Birth(born_on=TODAY - timedelta(days=1)), "The hospital was wrong", True),
        (Birth(born_on=TODAY), Birth(), "", False),
        (Birth(expected_on=TODAY), Birth(born_on=TODAY), "", True),
        (Birth(expected_on=TODAY), Birth(expected_on=TODAY + timedelta(days=9)), "", False),
        (Birth(pronouns="she"), Birth(pronouns="they"), "", False),
        (Birth(telephone="1"), Birth(telephone="2"), "", True),
    ],
)
def test_putting_right_says_what_was_wrong(before, after, why, allowed):
    assert bool(rules.check_correction(before, after, why)) is allowed


@given(held_from=DAYS, until=DAYS, today=DAYS)
def test_dated_rows_begin_and_end_in_order_and_not_ahead(held_from, until, today):
    assert bool(rules.may_begin(held_from, today, "It")) is (held_from <= today)
    assert bool(rules.may_end(until, held_from, today, "It")) is (held_from <= until <= today)


# -- identity -----------------------------------------------------------------------------------------

Q = IdentityQuestion
GIVEN, NOT_KNOWN, DECLINED = Answered.GIVEN, Answered.NOT_KNOWN, Answered.DECLINED


@pytest.mark.obligation("ASM-03")
@pytest.mark.parametrize(
    ("answer", "allowed"),
    [
        (Answer(Q.ETHNICITY, GIVEN, ("WBRI",)), True),
        (Answer(Q.ETHNICITY, GIVEN, (), "Cornish"), True),
        (Answer(Q.ETHNICITY, GIVEN, ("MWAS",), "Goan and Scots"), True),
        (Answer(Q.ETHNICITY, GIVEN), False),
        (Answer(Q.ETHNICITY, GIVEN, ("WBRI", "CHNE")), False),
        (Answer(Q.ETHNICITY, GIVEN, ("REFU",)), False),
        (Answer(Q.ETHNICITY, NOT_KNOWN), True),
        (Answer(Q.ETHNICITY, DECLINED), True),
        (Answer(Q.ETHNICITY, DECLINED, ("WBRI",)), False),
        (Answer(Q.RELIGION, DECLINED, (), "none"), False),
        (Answer(Q.RELIGION, GIVEN, ("WBRI",)), False),
        (Answer(Q.DISABILITY, GIVEN, ("HEAR", "COMM")), True),
        (Answer(Q.DISABILITY, GIVEN, ("NONE",)), True),
        (Answer(Q.DISABILITY, GIVEN, ("NONE", "HEAR")), False),
    ],
)
def test_answers_to_questions_of_identity(answer, allowed):
    assert bool(rules.check_answer(answer)) is allowed


def test_the_census_codes_stand_for_answers():
    assert rules.ethnicity_from_census("REFU").answered is DECLINED
    assert rules.ethnicity_from_census("NOBT").answered is NOT_KNOWN
    for code in Ethnicity:
        answer = rules.ethnicity_from_census(code.value)
        assert answer.codes == (code.value,)
        assert rules.check_answer(answer)
        assert rules.code_label(Q.ETHNICITY, code.value) == code.label
    assert all(d.label for d in Disability)
    with pytest.raises(ValueError, match="XXXX"):
        rules.ethnicity_from_census("XXXX")


# -- addresses, ties, statuses, work -----------------------------------------------------------------


def test_an_address_says_something():
    assert not rules.check_address(Address(lines=" \n "))
    assert rules.check_address(Address(area="Eastmere"))


ME, OTHER = uuid4(), uuid4()


@pytest.mark.parametrize(
    ("tie", "other", "allowed"),
    [
        (NewTie(OTHER, Kinship.MOTHER, Known.YES), PersonKind.ADULT, True),
        (NewTie(ME, Kinship.SIBLING), PersonKind.CHILD, False),
        (NewTie(OTHER, Kinship.GRANDPARENT), PersonKind.CHILD, False),
        (NewTie(OTHER, Kinship.MOTHER, Known.YES), PersonKind.CHILD, True),  # a mother may be a child herself
        (NewTie(OTHER, Kinship.SIBLING, Known.YES), PersonKind.CHILD, False),
        (NewTie(OTHER, Kinship.SIBLING, Known.YES), PersonKind.ADULT, True),
    ],
)
def test_ties_that_can_be(tie, other, allowed):
    assert bool(rules.check_tie(ME, tie, other)) is allowed


@pytest.mark.parametrize("kind", list(StatusKind))
def test_only_a_protection_plan_has_a_category(kind):
    plan = kind is StatusKind.PROTECTION_PLAN
    assert bool(rules.check_status(kind, "NEG")) is plan
    assert bool(rules.check_status(kind, "")) is not plan
    assert not rules.check_status(kind, "XXX")


def test_a_lead_professional_is_a_named_person():
    agency = uuid4()
    assert not rules.check_involvement(NewInvolvement(agency, "nurse", lead=True))
    assert not rules.check_involvement(NewInvolvement(agency, " "))
    assert rules.check_involvement(NewInvolvement(agency, "nurse", uuid4(), lead=True))


def test_changes_of_worker_are_of_the_person_and_of_the_last_year():
    one, two, three = uuid4(), uuid4(), uuid4()
    assert rules.changes_of_worker([], TODAY) == 0
    assert rules.changes_of_worker([(date(2026, 5, 1), one)], TODAY) == 0
    leads = [
        (date(2024, 1, 1), one),
        (date(2025, 1, 1), two),
        (date(2026, 1, 1), one),
        (date(2026, 6, 1), one),
    ]
    assert rules.changes_of_worker(leads, TODAY) == 1
    assert rules.changes_of_worker([*leads, (date(2026, 11, 1), three)], TODAY) == 2
    assert (
        rules.changes_of_worker([(date(2024, 2, 28), one), (date(2024, 2, 29), two)], date(2024, 2, 29)) == 1
    )


# -- what a record lacks ------------------------------------------------------------------------------

FULL = Held(
    name="Maya",
    address=True,
    born_on=TODAY,
    ethnicity=GIVEN,
    religion=DECLINED,
    numbers=1,
    risk_assessed=True,
)


@pytest.mark.obligation("REC-02")
@pytest.mark.parametrize(
    ("change", "lacking"),
    [
        ({}, []),
        ({"name": ""}, [Requirement.FULL_NAME]),
        ({"address": False}, [Requirement.ADDRESS]),
        ({"born_on": None}, [Requirement.DATE_OF_BIRTH]),
        ({"born_on": None, "expected_on": TODAY}, []),
        ({"ethnicity": None}, [Requirement.ETHNICITY]),
        ({"ethnicity": NOT_KNOWN}, []),
        ({"ethnicity": DECLINED}, []),
        ({"religion": None}, [Requirement.RELIGION]),
        ({"numbers": 0}, [Requirement.REFERENCE_NUMBER]),
        ({"risk_assessed": False}, [Requirement.RISK_ASSESSMENT]),
        ({"ended": True}, [Requirement.SUMMARY]),
        ({"ended": True, "summary": True}, []),
        ({"on_paper": True}, [Requirement.VOLUME_NUMBERS]),
        ({"on_paper": True, "volumes": ("1",)}, []),
    ],
)
def test_what_a_record_lacks(change, lacking):
    assert [lack.requirement for lack in rules.lacks(replace(FULL, **change))] == lacking


@pytest.mark.obligation("REC-02")
def test_no_record_ends_without_its_summary():
    for transferred, ask in ((False, "Write a closing summary"), (True, "Write a transfer summary")):
        for empty in ("", " \n"):
            verdict = rules.check_ending(empty, transferred=transferred)
            assert (bool(verdict), verdict.field) == (False, "summary")
            assert verdict.reason.startswith(ask)
        assert rules.check_ending("Maya is safe with her aunt.", transferred=transferred)


@pytest.mark.obligation("REC-02")
def test_a_record_of_which_nothing_is_known_lacks_all_that_one_that_is_open_on_no_paper_must_hold():
    assert len(rules.lacks(Held())) == 7
