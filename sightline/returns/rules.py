"""Pure decisions on what a children in need census return says: single values, and values against each other.

The numbers in comments are those of the published validation rules of the census. This is not the
validator: it finds what an import must know before it relies on a value.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import TypeVar

from stdnum.gb import upn as stdnum_upn

from sightline.returns.shapes import (
    Assessment,
    Child,
    ChildProtectionPlan,
    Episode,
    Finding,
    Header,
    Record,
    Section47,
)
from sightline.returns.terms import Coded, Disability, Factor, Grade, Sex

C = TypeVar("C", bound=Coded)

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(Z|[+-]\d{2}:\d{2})?", re.ASCII)
_DATE_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII)
_UPN = re.compile(r"[A-Z]\d{11}[\dA-Z]", re.ASCII)
_COUNT = re.compile(r"\+?\d{1,3}", re.ASCII)
_FLAGS = {"0": False, "1": True, "false": False, "true": True}
_NEVER_IN_UPN = "IOS"

EARLIEST = date(1900, 1, 1)
LONGEST_ID = 60
LONGEST_PREGNANCY = timedelta(days=300)


class Unusable(ValueError):
    """A value that cannot be used; the message says why in plain words."""


def read_date(text: str) -> tuple[date, str | None]:
    """A date of the return, and a doubt about it if there is one.

    Raises Unusable for anything but year-month-day (a time zone or time of day after it is let go).
    """
    doubt = None
    match = _DATE.fullmatch(text)
    digits = text[:10]
    if match is None:
        timed = _DATE_TIME.fullmatch(text)
        if timed is None:
            raise Unusable("is not a date written as year-month-day, such as 2022-03-31")
        digits = timed[1]
        doubt = "has a time of day, which was let go"
    try:
        value = date.fromisoformat(digits)
    except ValueError:
        raise Unusable("is a day that does not exist") from None
    if value < EARLIEST:
        raise Unusable("is before 1900")
    return value, doubt


def read_flag(text: str) -> tuple[bool, str | None]:
    """0, 1, true or false, and a doubt if capitals were used. Raises Unusable for anything else."""
    if text in _FLAGS:
        return _FLAGS[text], None
    if text.lower() in _FLAGS:
        return _FLAGS[text.lower()], "has capital letters; the census writes true or false"
    raise Unusable("is neither 0, 1, true nor false")


def read_count(text: str) -> int:
    """A whole number from 0 to 999. Raises Unusable for anything else."""
    if not _COUNT.fullmatch(text):
        raise Unusable("is not a whole number from 0 to 999")
    return int(text)


def read_code(text: str, codes: type[C], year: int | None) -> tuple[C, str | None]:
    """A code of one of the code sets, and a doubt if it is not one of this collection year's.

    Raises Unusable for a code that the set does not hold.
    """
    known = codes.by_code()
    doubt = None
    code = known.get(text)
    if code is None:
        code = known.get(text.upper())
        if code is None:
            raise Unusable("is not a code of the census")
        doubt = "is in small letters; the census writes it in capitals"
    if year is not None and not code.holds_in(year):
        if code.since is not None and year < code.since:
            doubt = f"is a code that came with the {code.since} collection"
        else:
            doubt = f"is a code that went after the {code.until} collection"
    return code, doubt


def read_upn(text: str) -> tuple[str, str | None]:
    """A unique pupil number in capitals, and a doubt if its check letter is wrong or it was in small letters.

    A number with a wrong check letter is kept: it is what the authority holds, and a person decides. The
    check is that of the common basic data set, by python-stdnum; its list of authorities ends at 938, so
    it is not asked. A temporary number ends in a letter, which counts as its place in the alphabet of
    check letters. Raises Unusable for anything not shaped like a UPN.
    """
    value = text.upper()
    if not _UPN.fullmatch(value):
        raise Unusable("is not a letter, eleven digits and a digit or letter")
    if value[0] != upn_check_letter(value):
        return value, f"does not fit its check letter, which would be {upn_check_letter(value) or 'another'}"
    return value, "is in small letters; the census writes it in capitals" if value != text else None


def upn_check_letter(upn: str) -> str:
    """The check letter of a UPN of 13 characters in capitals; empty if its last letter is never used in
    one."""
    return "" if upn[12] in _NEVER_IN_UPN else str(stdnum_upn.calc_check_digit(upn[1:]))


def read_year(text: str) -> tuple[int, str | None]:
    """A collection year of four digits. Raises Unusable for anything that is not one."""
    if not (len(text) == 4 and text.isascii() and text.isdigit() and 1990 <= int(text) <= 2100):
        raise Unusable("is not a year of four digits")
    return int(text), None


def read_la_code(text: str) -> tuple[str, str | None]:
    """An authority's number of three digits. Raises Unusable for anything else."""
    if not (len(text) == 3 and text.isascii() and text.isdigit()):
        raise Unusable("is not an authority's number of three digits")
    return text, None


def read_text(text: str, longest: int) -> tuple[str, str | None]:
    """Free text. Raises Unusable if it is longer than there is room for."""
    if len(text) > longest:
        raise Unusable(f"is longer than {longest} characters")
    return text, None


def read_child_id(text: str) -> tuple[str, str | None]:
    """The authority's own number for a child, and a doubt if it is not 20 letters and digits at most
    (1570, 1580).

    Raises Unusable if it is longer than any number can be.
    """
    if len(text) > LONGEST_ID:
        raise Unusable(f"is longer than {LONGEST_ID} characters")
    if len(text) > 20:
        return text, "is longer than the census's 20 characters"
    if not (text.isascii() and text.isalnum()):
        return text, "has something in it other than letters and digits"
    return text, None


def findings_on(child: Child, header: Header) -> Iterator[Finding]:
    """What does not hold together in one child's record: dates out of order, and answers that exclude each
    other.

    Each value stays taken in; the finding says that it is in doubt.
    """
    doubts = _Doubts(child, header)
    yield from _on_person(doubts)
    for episode in child.episodes:
        yield from _on_episode(doubts, episode)
    yield from _on_sequence(doubts)


class _Doubts:
    """The child and the return that doubts are about, and how each is worded as a finding."""

    def __init__(self, child: Child, header: Header) -> None:
        self.child = child
        self.header = header

    def on(self, record: Record, element: str, message: str, value: date | str = "") -> Finding:
        return self.at(record.lines.get(element, record.line), element, message, value)

    def at(self, line: int, element: str, message: str, value: date | str = "") -> Finding:
        return Finding(self.child.la_child_id, line, element, message, str(value), Grade.DOUBTFUL)

    def bounds(self, line: int, element: str, day: date | None, *, begins: bool = False) -> Iterator[Finding]:
        """A day after the return's reference date, or of work that begins after the child died."""
        if day is None:
            return
        if self.header.reference_date and day > self.header.reference_date:
            yield self.at(line, element, "is after the return's reference date", day)
        if begins and self.child.death_date and day > self.child.death_date:
            yield self.at(line, element, "is after the child died", day)

    def bounds_on(
        self, record: Record, element: str, day: date | None, *, begins: bool = False
    ) -> Iterator[Finding]:
        return self.bounds(record.lines.get(element, record.line), element, day, begins=begins)


def _on_person(doubts: _Doubts) -> Iterator[Finding]:
    child = doubts.child
    birth, expected, death = child.birth_date, child.expected_birth_date, child.death_date
    if birth and expected:
        yield doubts.on(
            child,
            "ExpectedPersonBirthDate",
            "a date of birth and an expected one; the date of birth was used",
            expected,
        )
    if expected and not birth and child.sex not in (None, Sex.UNKNOWN):
        yield doubts.on(child, "Sex", "an unborn child's sex is written as U", child.sex or "")
    if birth and death and death < birth:
        yield doubts.on(child, "PersonDeathDate", "the date of death is before the date of birth", death)
    yield from doubts.bounds_on(child, "PersonBirthDate", birth)
    yield from doubts.bounds_on(child, "PersonDeathDate", death)
    if child.upn and child.upn_unknown:
        yield doubts.on(child, "UPNunknown", "a UPN, and a reason why there is none", child.upn_unknown)
    if Disability.NONE in child.disabilities and len(set(child.disabilities)) > 1:
        yield doubts.on(child, "Disability", "'no disability' together with a disability", Disability.NONE)


def _on_episode(doubts: _Doubts, episode: Episode) -> Iterator[Finding]:
    referred, closed = episode.referred_on, episode.closed_on
    birth = doubts.child.birth_date
    yield from doubts.bounds_on(episode, "CINreferralDate", referred, begins=True)
    yield from doubts.bounds_on(episode, "CINclosureDate", closed)
    yield from doubts.bounds_on(episode, "DateOfInitialCPC", episode.conference_on)
    if referred and birth and referred < birth - LONGEST_PREGNANCY:
        yield doubts.on(
            episode, "CINreferralDate", "the referral is from before the child could be expected", referred
        )
    if referred and closed and closed < referred:
        yield doubts.on(episode, "CINclosureDate", "the closure is before the referral", closed)
    if closed and "ReasonForClosure" not in episode.lines:  # 8805
        yield doubts.on(episode, "ReasonForClosure", "closed, but no reason is given")
    if episode.closure_reason and "CINclosureDate" not in episode.lines:
        yield doubts.on(
            episode, "CINclosureDate", "a reason for closure, but no date of closure", episode.closure_reason
        )
    work = (episode.assessments, episode.plans, episode.enquiries, episode.protection_plans)
    if episode.no_further_action and any(work):
        yield doubts.on(
            episode, "ReferralNFA", "a referral with no further action, yet work follows it", "true"
        )
    if episode.conference_on and any(enquiry.conference_on for enquiry in episode.enquiries):  # 2884
        yield doubts.on(
            episode,
            "DateOfInitialCPC",
            "the conference is given both for the referral and for a section 47 enquiry",
            episode.conference_on,
        )
    for assessment in episode.assessments:
        yield from _on_assessment(doubts, episode, assessment)
    for plan in episode.plans:
        yield from _on_period(
            doubts, episode, plan, ("CINPlanStartDate", plan.started_on), ("CINPlanEndDate", plan.ended_on)
        )
    for enquiry in episode.enquiries:
        yield from _on_enquiry(doubts, episode, enquiry)
    for protection in episode.protection_plans:
        yield from _on_protection_plan(doubts, episode, protection)
    for proceedings in episode.pre_proceedings:
        if proceedings.started_on and referred and proceedings.started_on < referred:
            yield doubts.on(
                proceedings,
                "PPStartDate",
                "pre-proceedings start before the referral",
                proceedings.started_on,
            )


def _on_assessment(doubts: _Doubts, episode: Episode, assessment: Assessment) -> Iterator[Finding]:
    started, reviewed, authorised = assessment.started_on, assessment.reviewed_on, assessment.authorised_on
    yield from doubts.bounds_on(assessment, "AssessmentActualStartDate", started, begins=True)
    yield from doubts.bounds_on(assessment, "AssessmentInternalReviewDate", reviewed)
    yield from doubts.bounds_on(assessment, "AssessmentAuthorisationDate", authorised)
    if started and episode.referred_on and started < episode.referred_on:  # 1103
        yield doubts.on(
            assessment, "AssessmentActualStartDate", "the assessment starts before the referral", started
        )
    if started and authorised and authorised < started:
        yield doubts.on(
            assessment, "AssessmentAuthorisationDate", "the assessment ends before it starts", authorised
        )
    if started and reviewed and reviewed < started:
        yield doubts.on(
            assessment,
            "AssessmentInternalReviewDate",
            "the review point is before the assessment starts",
            reviewed,
        )
    if episode.closed_on and "AssessmentAuthorisationDate" not in assessment.lines:
        yield doubts.on(
            assessment, "AssessmentAuthorisationDate", "the case is closed, its assessment is not"
        )
    if Factor.NONE in assessment.factors and len(set(assessment.factors)) > 1:  # 8869
        yield doubts.on(
            assessment, "AssessmentFactors", "'no factor found' together with a factor", Factor.NONE
        )


def _on_enquiry(doubts: _Doubts, episode: Episode, enquiry: Section47) -> Iterator[Finding]:
    started, conference, target = enquiry.started_on, enquiry.conference_on, enquiry.conference_target
    yield from doubts.bounds_on(enquiry, "S47ActualStartDate", started, begins=True)
    yield from doubts.bounds_on(enquiry, "DateOfInitialCPC", conference)
    if started and episode.referred_on and started < episode.referred_on:
        yield doubts.on(enquiry, "S47ActualStartDate", "the enquiry starts before the referral", started)
    if started and conference and conference < started:
        yield doubts.on(
            enquiry, "DateOfInitialCPC", "the conference is before the enquiry starts", conference
        )
    if started and target and target < started:
        yield doubts.on(
            enquiry, "InitialCPCtarget", "the conference is due before the enquiry starts", target
        )
    if conference and enquiry.conference_not_required:
        yield doubts.on(enquiry, "ICPCnotRequired", "a conference was held, yet none was required", "true")


def _on_protection_plan(doubts: _Doubts, episode: Episode, plan: ChildProtectionPlan) -> Iterator[Finding]:
    started, ended = plan.started_on, plan.ended_on
    yield from _on_period(doubts, episode, plan, ("CPPstartDate", started), ("CPPendDate", ended))
    held = {enquiry.conference_on for enquiry in episode.enquiries} | {episode.conference_on}
    held.discard(None)
    if started and held and started not in held:  # 2885
        yield doubts.on(plan, "CPPstartDate", "the plan does not start on the day of a conference", started)
    for review in plan.reviews:
        if started and review.held_on < started:  # 8841
            yield doubts.at(
                review.line, "CPPreviewDate", "the review is before the plan starts", review.held_on
            )
        elif ended and review.held_on > ended:
            yield doubts.at(
                review.line, "CPPreviewDate", "the review is after the plan ended", review.held_on
            )
        yield from doubts.bounds(review.line, "CPPreviewDate", review.held_on)


def _on_period(
    doubts: _Doubts,
    episode: Episode,
    plan: Record,
    start: tuple[str, date | None],
    end: tuple[str, date | None],
) -> Iterator[Finding]:
    """A plan, of either kind: its first and last day against each other and against the case."""
    (first, started), (last, ended) = start, end
    yield from doubts.bounds_on(plan, first, started, begins=True)
    yield from doubts.bounds_on(plan, last, ended)
    if started and episode.referred_on and started < episode.referred_on:
        yield doubts.on(plan, first, "the plan starts before the referral", started)
    if started and ended and ended < started:
        yield doubts.on(plan, last, "the plan ends before it starts", ended)
    if episode.closed_on and last not in plan.lines:
        yield doubts.on(plan, last, "the case is closed, its plan is not")
    if episode.closed_on and ended and ended > episode.closed_on:
        yield doubts.on(plan, last, "the plan ends after the case was closed", ended)


def _on_sequence(doubts: _Doubts) -> Iterator[Finding]:
    """Two cases, or two child protection plans, of one child at one time."""
    cases = sorted(
        ((e.referred_on, e.line, e) for e in doubts.child.episodes if e.referred_on), key=lambda row: row[:2]
    )
    for (began, line, case), (next_began, _, later) in pairwise(cases):
        closed, next_closed = case.closed_on, later.closed_on
        if (next_began, next_closed) == (began, closed):
            message = f"the same referral as at line {line}"
        elif closed is None or next_began < closed:
            message = f"the referral falls into the case at line {line}, not yet closed then"
        else:
            continue
        yield doubts.on(later, "CINreferralDate", message, next_began)
    plans = sorted(
        (
            (p.started_on, p.line, p)
            for e in doubts.child.episodes
            for p in e.protection_plans
            if p.started_on
        ),
        key=lambda row: row[:2],
    )
    for (_, line, plan), (next_began, _, later_plan) in pairwise(plans):
        if plan.ended_on is None or next_began < plan.ended_on:
            yield doubts.on(
                later_plan,
                "CPPstartDate",
                f"the plan falls into the one at line {line}, not yet ended then",
                next_began,
            )
