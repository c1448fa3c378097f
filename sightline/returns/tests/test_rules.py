"""The judgements on values of a census return, as truth tables."""

import contextlib
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.gb import upn as stdnum_upn

from sightline.returns import rules
from sightline.returns.reading import read
from sightline.returns.shapes import Child
from sightline.returns.terms import ClosureReason, Ethnicity, Factor, Grade, ReferralSource, Sex, UPNUnknown


@given(st.dates(min_value=date(1900, 1, 1)))
def test_every_day_reads_as_itself(day: date) -> None:
    for text in (day.isoformat(), f"{day}Z", f"{day}+01:00"):
        assert rules.read_date(text) == (day, None)
    value, doubt = rules.read_date(f"{day}T00:00:00")
    assert value == day
    assert doubt is not None


@given(st.text(max_size=12))
def test_no_text_breaks_a_judgement(text: str) -> None:
    for take in (
        rules.read_date,
        rules.read_flag,
        rules.read_count,
        rules.read_upn,
        rules.read_year,
        rules.read_la_code,
        rules.read_child_id,
        lambda value: rules.read_code(value, Factor, 2026),
    ):
        with contextlib.suppress(rules.Unusable):
            take(text)


@pytest.mark.parametrize(
    "text", ["31/03/2022", "2022-3-31", "20220331", "2022-13-01", "2023-02-29", "1899-12-31", ""]
)
def test_not_a_date(text: str) -> None:
    with pytest.raises(rules.Unusable):
        rules.read_date(text)


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [
        ("B801200005001", False),
        ("A801200005001", True),
        ("b801200005001", True),
        ("Z80194000500A", None),
    ],
)
def test_upn_check_letters(text: str, doubtful: bool | None) -> None:
    value, doubt = rules.read_upn(text)
    assert value == text.upper()
    if doubtful is not None:
        assert (doubt is not None) is doubtful


@given(st.integers(0, 10**11 - 1), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUVWXYZ"))
def test_a_upn_with_its_own_check_letter_is_without_doubt(digits: int, last: str) -> None:
    """Numbers of authorities 940 to 943 too, which the library's list does not hold."""
    body = f"{digits:011d}{last}"
    upn = stdnum_upn.calc_check_digit(body) + body
    assert rules.read_upn(upn) == (upn, None)


def test_a_last_letter_that_no_upn_has_is_in_doubt() -> None:
    assert rules.read_upn("A80120000500S")[1] is not None


@pytest.mark.parametrize(
    ("code", "codes", "year", "doubtful"),
    [
        ("5D", ReferralSource, 2022, True),
        ("5D", ReferralSource, 2023, False),
        ("5D", ReferralSource, None, False),
        ("RC9", ClosureReason, 2022, True),
        ("RC9", ClosureReason, 2026, False),
        ("18A", Factor, 2024, False),
        ("18A", Factor, 2025, True),
        ("19A", Factor, 2026, True),
        ("18B", Factor, 2026, False),
        ("wbri", Ethnicity, 2026, True),
        ("UN6", UPNUnknown, 2026, False),
        ("m", Sex, 2026, True),
    ],
)
def test_codes_hold_in_their_years(code: str, codes: type, year: int | None, doubtful: bool) -> None:
    value, doubt = rules.read_code(code, codes, year)
    assert value == code.upper()
    assert value.label
    assert (doubt is not None) is doubtful


def test_the_code_sets_are_complete() -> None:
    assert len(ReferralSource) == 22
    assert len(Factor) == 44
    assert len(Ethnicity) == 20


CASE = """<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2026</Year>
<ReferenceDate>2026-03-31</ReferenceDate></CollectionDetails><Source><LEA>999</LEA></Source></Header>
<Children><Child><ChildIdentifiers><LAchildID>A1</LAchildID><UPNunknown>UN1</UPNunknown>
<PersonBirthDate>2023-05-01</PersonBirthDate><Sex>F</Sex></ChildIdentifiers>
<ChildCharacteristics><Ethnicity>WBRI</Ethnicity><Disabilities><Disability>NONE</Disability></Disabilities>
</ChildCharacteristics>
<CINdetails><CINreferralDate>2025-05-01</CINreferralDate><ReferralSource>6</ReferralSource>
<CINclosureDate>2026-02-27</CINclosureDate><ReasonForClosure>RC7</ReasonForClosure>
<Assessments><AssessmentActualStartDate>2025-05-02</AssessmentActualStartDate>
<AssessmentInternalReviewDate>2025-05-12</AssessmentInternalReviewDate>
<AssessmentAuthorisationDate>2025-06-20</AssessmentAuthorisationDate>
<FactorsIdentifiedAtAssessment><AssessmentFactors>1B</AssessmentFactors></FactorsIdentifiedAtAssessment></Assessments>
<CINPlanDates><CINPlanStartDate>2025-06-23</CINPlanStartDate><CINPlanEndDate>2025-07-01</CINPlanEndDate></CINPlanDates>
<Section47><S47ActualStartDate>2025-06-10</S47ActualStartDate><InitialCPCtarget>2025-07-01</InitialCPCtarget>
<DateOfInitialCPC>2025-07-01</DateOfInitialCPC><ICPCnotRequired>0</ICPCnotRequired></Section47>
<ReferralNFA>0</ReferralNFA>
<ChildProtectionPlans><CPPstartDate>2025-07-01</CPPstartDate><CPPendDate>2026-02-20</CPPendDate>
<InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse><LatestCategoryOfAbuse>NEG</LatestCategoryOfAbuse>
<NumberOfPreviousCPP>0</NumberOfPreviousCPP><Reviews><CPPreviewDate>2025-09-20</CPPreviewDate>
<CPPreviewDate>2026-02-20</CPPreviewDate></Reviews></ChildProtectionPlans>
</CINdetails></Child></Children></Message>"""


def doubts(text: str) -> list[tuple[str, str]]:
    children = [item for item in read(io.BytesIO(text.encode())) if isinstance(item, Child)]
    assert all(finding.grade is Grade.DOUBTFUL for child in children for finding in child.findings)
    return [(finding.element, finding.message) for child in children for finding in child.findings]


def test_a_case_in_order_is_without_doubt() -> None:
    assert doubts(CASE) == []


@pytest.mark.parametrize(
    ("old", "new", "element", "part"),
    [
        (
            "<CINreferralDate>2025-05-01",
            "<CINreferralDate>2026-02-28",
            "CINclosureDate",
            "before the referral",
        ),
        (
            "<CINreferralDate>2025-05-01",
            "<CINreferralDate>2021-05-01",
            "CINreferralDate",
            "could be expected",
        ),
        ("<CINclosureDate>2026-02-27", "<CINclosureDate>2026-04-01", "CINclosureDate", "reference date"),
        ("<ReasonForClosure>RC7</ReasonForClosure>", "", "ReasonForClosure", "no reason"),
        ("<CINclosureDate>2026-02-27</CINclosureDate>", "", "CINclosureDate", "no date of closure"),
        ("StartDate>2025-05-02", "StartDate>2025-04-30", "AssessmentActualStartDate", "before the referral"),
        ("2025-06-20", "2025-05-01", "AssessmentAuthorisationDate", "before it starts"),
        ("2025-05-12", "2025-05-01", "AssessmentInternalReviewDate", "before the assessment"),
        (
            "<AssessmentAuthorisationDate>2025-06-20</AssessmentAuthorisationDate>",
            "",
            "AssessmentAuthorisationDate",
            "its assessment is not",
        ),
        (
            "<AssessmentFactors>1B",
            "<AssessmentFactors>21</AssessmentFactors><AssessmentFactors>1B",
            "AssessmentFactors",
            "no factor",
        ),
        ("<CINPlanEndDate>2025-07-01", "<CINPlanEndDate>2025-06-01", "CINPlanEndDate", "before it starts"),
        ("<CINPlanEndDate>2025-07-01", "<CINPlanEndDate>2026-03-01", "CINPlanEndDate", "after the case"),
        ("<CINPlanEndDate>2025-07-01</CINPlanEndDate>", "", "CINPlanEndDate", "its plan is not"),
        (
            "<S47ActualStartDate>2025-06-10",
            "<S47ActualStartDate>2025-04-10",
            "S47ActualStartDate",
            "before the ref",
        ),
        (
            "<S47ActualStartDate>2025-06-10",
            "<S47ActualStartDate>2025-07-10",
            "DateOfInitialCPC",
            "before the enq",
        ),
        (
            "<S47ActualStartDate>2025-06-10",
            "<S47ActualStartDate>2025-07-10",
            "InitialCPCtarget",
            "due before",
        ),
        ("<ICPCnotRequired>0", "<ICPCnotRequired>1", "ICPCnotRequired", "none was required"),
        (
            "<DateOfInitialCPC>2025-07-01",
            "<DateOfInitialCPC>2025-06-30",
            "CPPstartDate",
            "day of a conference",
        ),
        (
            "<Assessments>",
            "<DateOfInitialCPC>2025-07-01</DateOfInitialCPC><Assessments>",
            "DateOfInitialCPC",
            "both for the referral",
        ),
        ("<CPPendDate>2026-02-20", "<CPPendDate>2025-06-20", "CPPendDate", "before it starts"),
        ("<CPPreviewDate>2025-09-20", "<CPPreviewDate>2025-06-20", "CPPreviewDate", "before the plan"),
        ("<CPPreviewDate>2026-02-20", "<CPPreviewDate>2026-02-21", "CPPreviewDate", "after the plan ended"),
        ("<ReferralNFA>0", "<ReferralNFA>1", "ReferralNFA", "yet work follows"),
        (
            "<Sex>F</Sex>",
            "<Sex>F</Sex><PersonDeathDate>2023-01-01</PersonDeathDate>",
            "PersonDeathDate",
            "before the date of birth",
        ),
        (
            "<Sex>F</Sex>",
            "<Sex>F</Sex><PersonDeathDate>2025-06-30</PersonDeathDate>",
            "CPPstartDate",
            "after the child died",
        ),
        (
            "<Sex>",
            "<ExpectedPersonBirthDate>2023-05-02</ExpectedPersonBirthDate><Sex>",
            "ExpectedPersonBirthDate",
            "the date of birth was used",
        ),
        ("PersonBirthDate>", "ExpectedPersonBirthDate>", "Sex", "unborn"),
        ("<UPNunknown>", "<UPN>B801200005001</UPN><UPNunknown>", "UPNunknown", "a reason why there is none"),
        ("<Disability>", "<Disability>MOB</Disability><Disability>", "Disability", "no disability"),
        ("<Sex>F</Sex>", "<GenderCurrent>2</GenderCurrent>", "GenderCurrent", "called Sex"),
        (
            "</CINdetails>",
            "</CINdetails><CINdetails><CINreferralDate>2026-01-01</CINreferralDate>"
            "<ReferralSource>6</ReferralSource><ReferralNFA>1</ReferralNFA></CINdetails>",
            "CINreferralDate",
            "not yet closed",
        ),
        (
            "</ChildProtectionPlans>",
            "</ChildProtectionPlans><ChildProtectionPlans><CPPstartDate>2026-01-01</CPPstartDate>"
            "<CPPendDate>2026-02-20</CPPendDate>"
            "<InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse><LatestCategoryOfAbuse>NEG</LatestCategoryOfAbuse>"
            "<NumberOfPreviousCPP>0</NumberOfPreviousCPP></ChildProtectionPlans>",
            "CPPstartDate",
            "not yet ended",
        ),
    ],
)
def test_what_does_not_hold_together(old: str, new: str, element: str, part: str) -> None:
    assert old in CASE
    assert any(name == element and part in message for name, message in doubts(CASE.replace(old, new)))


def test_the_same_referral_twice_is_said() -> None:
    start, end = CASE.index("<CINdetails>"), CASE.index("</CINdetails>") + len("</CINdetails>")
    found = doubts(CASE[:end] + CASE[start:end] + CASE[end:])
    assert any(message.startswith("the same referral as at line") for _, message in found)
