"""What a children in need census return says, as frozen values, each with the line on which it stands.

``lines`` gives the line of each simple element by its name in the return; ``line`` is where the record
begins. A value that was missing or could not be used is None, and a ``Finding`` says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from sightline.returns.terms import (
    AbuseCategory,
    ClosureReason,
    Disability,
    Ethnicity,
    Factor,
    Grade,
    PrimaryNeed,
    ReferralSource,
    Sex,
    UPNUnknown,
)

Lines = Mapping[str, int]


class Record(Protocol):
    """Any record of the return: where it begins, and where its simple elements stand."""

    @property
    def line(self) -> int: ...

    @property
    def lines(self) -> Lines: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """One element that could not be used, or was used in doubt: where, what, and the text that stood
    there."""

    child: str | None
    line: int
    element: str
    message: str
    value: str = ""
    grade: Grade = Grade.NOT_TAKEN


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the file cannot be read any further; the last thing a reading says. ``line`` is 0 if no line is
    meant."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Header:
    """What the return says of itself. ``year`` is the collection year: the year in which it ends."""

    line: int = 0
    collection: str | None = None
    year: int | None = None
    reference_date: date | None = None
    level: str | None = None
    la_code: str | None = None
    software: str | None = None
    release: str | None = None
    serial: str | None = None
    written_at: str | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """An assessment of need under section 17. Open while it has no ``authorised_on``."""

    line: int
    started_on: date | None
    reviewed_on: date | None
    authorised_on: date | None
    factors: tuple[Factor, ...]
    lines: Lines = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ChildInNeedPlan:
    """A period on a child in need plan."""

    line: int
    started_on: date | None
    ended_on: date | None
    lines: Lines = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Section47:
    """A section 47 enquiry and the initial child protection conference that it led to, if any.

    ``conference_not_required`` is None if the return did not say.
    """

    line: int
    started_on: date | None
    conference_target: date | None
    conference_on: date | None
    conference_not_required: bool | None
    lines: Lines = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Review:
    """A review of a child protection plan."""

    line: int
    held_on: date


@dataclass(frozen=True, slots=True)
class ChildProtectionPlan:
    """A child protection plan. Open while it has no ``ended_on``."""

    line: int
    started_on: date | None
    ended_on: date | None
    initial_category: AbuseCategory | None
    latest_category: AbuseCategory | None
    previous_plans: int | None
    reviews: tuple[Review, ...]
    lines: Lines = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class PreProceedings:
    """Pre-proceedings and family group decision-making, as newer software writes them.

    No published schema or rule covers this module; it is read so that nothing is lost.
    """

    line: int
    started_on: date | None
    letter_before_proceedings_on: date | None
    family_meeting_offered: bool | None
    family_meeting_held: bool | None
    first_meeting_on: date | None
    review_meetings: int | None
    step_decided_on: date | None
    outcome: str | None
    court_application_on: date | None
    letter_of_issue_on: date | None
    lines: Lines = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Episode:
    """One referral and all that followed from it (the return's ``CINdetails``). Open while it has no
    ``closed_on``."""

    line: int
    referred_on: date | None
    source: ReferralSource | None
    primary_need: PrimaryNeed | None
    closed_on: date | None
    closure_reason: ClosureReason | None
    conference_on: date | None
    no_further_action: bool | None
    assessments: tuple[Assessment, ...]
    plans: tuple[ChildInNeedPlan, ...]
    enquiries: tuple[Section47, ...]
    protection_plans: tuple[ChildProtectionPlan, ...]
    pre_proceedings: tuple[PreProceedings, ...]
    lines: Lines = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Child:
    """One child of the return.

    ``raw`` is the child's XML as it stood in the file. ``repeats_line`` is the line of an earlier child
    with the same LA child id, if there was one.
    """

    line: int
    la_child_id: str | None
    upn: str | None
    former_upn: str | None
    upn_unknown: UPNUnknown | None
    birth_date: date | None
    expected_birth_date: date | None
    sex: Sex | None
    death_date: date | None
    ethnicity: Ethnicity | None
    disabilities: tuple[Disability, ...]
    episodes: tuple[Episode, ...]
    raw: str = field(compare=False, repr=False)
    lines: Lines = field(compare=False, repr=False)
    repeats_line: int | None = None
    findings: tuple[Finding, ...] = ()


Read = Header | Child | Finding | Refusal
