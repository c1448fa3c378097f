"""What a child's part of a return comes to: past referrals and the work after them, what the child stands
under, what is still owed, and how it goes with what was imported before. Pure.

Sources: the children in need census as in `shapes`; which duties are still open follows from what the
return does not yet show as done. Time limits are the procedure pack's; here stands only the day that each
clock runs from.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from enum import Enum
from typing import Any, Final
from uuid import UUID

from sightline.returns.shapes import Child, ChildProtectionPlan, Episode, Finding, PreProceedings
from sightline.returns.terms import DutyOwed, Grade, Standing, StepKind

_WHERE: Final = frozenset({"line", "lines", "raw", "findings", "repeats_line"})

MOST_REPEATS: Final = 1000
"""Records that repeat an id and are put together with the first; beyond that the file is at fault as a
whole."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done after a referral. `codes` are factors or categories; `words` say the rest
    that the return tells of it."""

    kind: StepKind
    began_on: date | None
    ended_on: date | None
    codes: tuple[str, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """Days on which the child stands under something: from the first, until but not on the other.

    `category` is the census's code for a child protection plan, empty for anything else.
    """

    kind: Standing
    category: str
    held_from: date
    held_until: date | None
    line: int


@dataclass(frozen=True, slots=True)
class Owed:
    """A duty that the return shows to be open, and the day that its clock runs from."""

    kind: DutyOwed
    since: date


def said(record: object) -> dict[str, Any]:
    """All that a record says, by the name of each value: dates in ISO form, codes as they are; no line
    numbers."""
    assert is_dataclass(record)
    return {
        field.name: _plain(value)
        for field in fields(record)
        if field.name not in _WHERE and (value := getattr(record, field.name)) not in (None, ())
    }


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if is_dataclass(value):
        return said(value)
    return value


def digest(record: object) -> str:
    """SHA-256, in hex, over what a record says; where it stands in the file makes no difference."""
    text = json.dumps(said(record), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def steps(episode: Episode) -> Iterator[Step]:
    """The work after a referral, one step each; reviews stand beside their plan, conferences beside the
    enquiry."""
    for assessment in episode.assessments:
        reviewed = _dated("Reviewed by a manager on", assessment.reviewed_on)
        yield Step(
            StepKind.ASSESSMENT,
            assessment.started_on,
            assessment.authorised_on,
            tuple(dict.fromkeys(assessment.factors)),
            _sentences(reviewed),
        )
    for plan in episode.plans:
        yield Step(StepKind.CHILD_IN_NEED_PLAN, plan.started_on, plan.ended_on)
    for enquiry in episode.enquiries:
        required = "No conference was required." if enquiry.conference_not_required else ""
        target = _dated("Conference due by", enquiry.conference_target)
        yield Step(StepKind.SECTION_47, enquiry.started_on, None, words=_sentences(required, target))
    for day in sorted(_conferences(episode)):
        yield Step(StepKind.CONFERENCE, day, day)
    for protection in episode.protection_plans:
        categories = (protection.initial_category, protection.latest_category)
        earlier = f"Earlier plans: {protection.previous_plans}." if protection.previous_plans else ""
        yield Step(
            StepKind.PROTECTION_PLAN,
            protection.started_on,
            protection.ended_on,
            tuple(dict.fromkeys(category for category in categories if category is not None)),
            earlier,
        )
        for review in protection.reviews:
            yield Step(StepKind.REVIEW, review.held_on, review.held_on)
    for proceedings in episode.pre_proceedings:
        yield Step(StepKind.PRE_PROCEEDINGS, proceedings.started_on, None, words=_proceedings(proceedings))


def _sentences(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _dated(words: str, day: date | None) -> str:
    return "" if day is None else f"{words} {day.day} {day:%B %Y}."


def _proceedings(told: PreProceedings) -> str:
    """What the module on pre-proceedings says, in words; the meaning of its outcome codes is not
    published."""
    flags = (
        (told.family_meeting_offered, "A family group decision-making meeting was offered."),
        (told.family_meeting_held, "A family group decision-making meeting was held."),
    )
    return _sentences(
        _dated("Letter before proceedings sent on", told.letter_before_proceedings_on),
        *(words for said, words in flags if said),
        _dated("First meeting on", told.first_meeting_on),
        f"Review meetings: {told.review_meetings}." if told.review_meetings is not None else "",
        _dated("Decided on the next step on", told.step_decided_on),
        f"Outcome, as coded: {told.outcome}." if told.outcome else "",
        _dated("Application to court on", told.court_application_on),
        _dated("Letter of issue on", told.letter_of_issue_on),
    )


def _conferences(episode: Episode) -> set[date]:
    days = {enquiry.conference_on for enquiry in episode.enquiries} | {episode.conference_on}
    return {day for day in days if day is not None}


def owed(episode: Episode, *, died: bool = False) -> list[Owed]:
    """What is still owed to the child on one referral, at most one duty of a kind.

    - An assessment without its authorisation runs from the referral (45 working days, Working Together); one
      begun after another was finished runs from its own start, as rule 8670 of the census counts.
    - A section 47 enquiry that neither led to a conference nor says that none is required runs to the
      conference from its start, since the return has no strategy discussion (15 working days).
    - A child protection plan without its end runs to the next review: from its start for the first, else from
      the last one held (3 months, then 6).

    Nothing is owed on a closed case or to a child who has died. An end whose date could not be used counts as
    none: a duty too many is seen and withdrawn, one too few is not seen.
    """
    if died or episode.closed_on is not None:
        return []
    found: list[Owed] = []
    open_ones = [a for a in episode.assessments if a.authorised_on is None]
    if open_ones:
        finished = [a.authorised_on for a in episode.assessments if a.authorised_on is not None]
        starts = [a.started_on for a in open_ones if a.started_on is not None]
        later = bool(finished and starts) and min(starts) >= min(finished)
        since = min(starts) if later else (episode.referred_on or min(starts, default=None))
        if since is not None:
            found.append(Owed(DutyOwed.ASSESSMENT, since))
    held = _conferences(episode) | {p.started_on for p in episode.protection_plans if p.started_on}
    waiting = [
        enquiry.started_on
        for enquiry in episode.enquiries
        if enquiry.started_on is not None
        and enquiry.conference_on is None
        and enquiry.conference_not_required is not True
        and not any(day >= enquiry.started_on for day in held)
    ]
    if waiting:
        found.append(Owed(DutyOwed.CONFERENCE, min(waiting)))
    running = [p for p in episode.protection_plans if p.ended_on is None and p.started_on is not None]
    if running:
        found.append(_next_review(max(running, key=lambda plan: plan.started_on or date.min)))
    return found


def done_on(kind: DutyOwed, episode: Episode, since: date) -> date | None:
    """The day on which the return shows a duty done whose clock ran from `since`; None where it shows no
    such day."""
    match kind:
        case DutyOwed.ASSESSMENT:
            days = [a.authorised_on for a in episode.assessments]
        case DutyOwed.CONFERENCE:
            days = [*_conferences(episode), *(p.started_on for p in episode.protection_plans)]
        case _:
            days = [review.held_on for plan in episode.protection_plans for review in plan.reviews]
    return min((day for day in days if day is not None and day > since), default=None)


def _next_review(plan: ChildProtectionPlan) -> Owed:
    assert plan.started_on is not None
    held = [review.held_on for review in plan.reviews if review.held_on >= plan.started_on]
    return Owed(DutyOwed.LATER_REVIEW, max(held)) if held else Owed(DutyOwed.FIRST_REVIEW, plan.started_on)


def periods(child: Child, today: date) -> tuple[list[Period], list[Finding]]:
    """What the child stood and stands under, without overlap, and what could not be kept of it.

    A child is in need from a referral that was not closed at once until the case was closed; a plan holds
    from its start until its end. Where two of a kind overlap, the earlier ends when the later begins.
    """
    read: list[Period] = []
    for episode in child.episodes:
        if episode.referred_on is not None and episode.no_further_action is not True:
            until = _until(episode.closed_on, child.death_date)
            read.append(Period(Standing.CHILD_IN_NEED, "", episode.referred_on, until, episode.line))
        for plan in episode.protection_plans:
            if plan.started_on is not None:
                category = plan.latest_category or plan.initial_category
                until = _until(plan.ended_on or episode.closed_on, child.death_date)
                read.append(
                    Period(Standing.PROTECTION_PLAN, category or "", plan.started_on, until, plan.line)
                )
    kept: list[Period] = []
    findings: list[Finding] = []

    def leave_out(period: Period, why: str) -> None:
        findings.append(
            Finding(child.la_child_id, period.line, _ELEMENT[period.kind], why, str(period.held_from))
        )

    for kind in Standing:
        mine: list[Period] = []
        for period in sorted((p for p in read if p.kind is kind), key=lambda p: (p.held_from, p.line)):
            if period.held_from > today:
                leave_out(period, "begins on a day still to come, so the child does not stand under it yet")
            elif period.held_until is not None and period.held_until < period.held_from:
                leave_out(period, "ends before it begins, so it was not recorded as a status")
            elif kind is Standing.PROTECTION_PLAN and not period.category:
                leave_out(period, "has no category that could be used, so it was not recorded as a status")
            elif mine and mine[-1].held_from == period.held_from:
                leave_out(period, f"begins on the day of the one at line {mine[-1].line}, which was recorded")
            else:
                if mine and (mine[-1].held_until is None or mine[-1].held_until > period.held_from):
                    mine[-1] = replace(mine[-1], held_until=period.held_from)
                mine.append(period)
        kept += mine
    return kept, findings


STANDINGS: Final = frozenset(kind.value for kind in Standing)
_ELEMENT = {Standing.CHILD_IN_NEED: "CINdetails", Standing.PROTECTION_PLAN: "ChildProtectionPlans"}


def _until(ended: date | None, died: date | None) -> date | None:
    return min(ended, died) if ended and died else ended or died


@dataclass(frozen=True, slots=True)
class Known:
    """A referral imported before. `thread` stays the same while corrections replace the row; `as_of` is the
    reference date of the return that last told of it."""

    id: UUID
    thread: UUID
    referred_on: date | None
    digest: str
    as_of: date | None


@dataclass(frozen=True, slots=True)
class Pairing:
    """How the referrals of a return go with those known.

    `same` and `older` stay as they are; `replaced` puts the read one in the known one's place; `new` are not
    known yet; `withdrawn` stood in an earlier version of this very return, and do no longer.
    """

    same: tuple[tuple[Known, Episode], ...] = ()
    older: tuple[tuple[Known, Episode], ...] = ()
    replaced: tuple[tuple[Known, Episode], ...] = ()
    new: tuple[Episode, ...] = ()
    withdrawn: tuple[Known, ...] = ()

    @property
    def changes(self) -> bool:
        return bool(self.replaced or self.new or self.withdrawn)


def pair(known: Sequence[Known], read: Sequence[Episode], as_of: date | None) -> Pairing:
    """Pair the referrals of a return with those imported before, so that none is doubled.

    First those that say the same; then those of one day, where a later return replaces and an earlier one
    does not; then, within corrections of one return (the same `as_of`), what is left on both sides, in the
    order of days: the day itself was corrected. What is left of the known then was taken out of the return.
    """
    left_known = sorted(known, key=lambda k: (k.referred_on or date.min, str(k.id)))
    left_read = sorted(read, key=lambda e: (e.referred_on or date.min, e.line))
    digests = {id(episode): digest(episode) for episode in left_read}
    same: list[tuple[Known, Episode]] = []
    older: list[tuple[Known, Episode]] = []
    replaced: list[tuple[Known, Episode]] = []

    def take(matches: Any, into: list[tuple[Known, Episode]]) -> None:
        for episode in list(left_read):
            found = next((k for k in left_known if matches(k, episode)), None)
            if found is not None:
                into.append((found, episode))
                left_known.remove(found)
                left_read.remove(episode)

    take(lambda k, e: k.digest == digests[id(e)], same)
    take(lambda k, e: _is_later(k.as_of, as_of) and _same_day(k, e), older)
    take(_same_day, replaced)
    if as_of is not None:
        take(lambda k, e: k.as_of == as_of, replaced)
    withdrawn = [k for k in left_known if as_of is not None and k.as_of == as_of]
    return Pairing(tuple(same), tuple(older), tuple(replaced), tuple(left_read), tuple(withdrawn))


def _is_later(one: date | None, other: date | None) -> bool:
    return one is not None and other is not None and one > other


def _same_day(known: Known, episode: Episode) -> bool:
    return known.referred_on is not None and known.referred_on == episode.referred_on


def contradictions(
    child: Child, *, born_on: date | None, expected_on: date | None, upns: Iterable[str]
) -> list[str]:
    """Why a child with the same id may be another child: a different birth date together with a different
    UPN.

    One of them alone is a correction. A child who was expected and is now born does not contradict.
    """
    numbers = {number for number in (child.upn, child.former_upn) if number}
    known_numbers = set(upns)
    other_birth = bool(born_on and child.birth_date and born_on != child.birth_date)
    other_upn = bool(numbers and known_numbers and not numbers & known_numbers)
    if other_birth and other_upn:
        return ["has this id, but another date of birth and another UPN"]
    if expected_on and child.birth_date and abs((child.birth_date - expected_on).days) > _LONGEST_GAP:
        return ["has this id, but was expected at quite another time"]
    return []


_LONGEST_GAP = 300


def together(first: Child, others: Iterable[Child]) -> tuple[Child, list[Finding]]:
    """Records of one return with the same id put together: the first one's particulars, the referrals of all.

    A record that contradicts the first (`contradictions`) is left out, and a finding says so.
    """
    episodes = list(first.episodes)
    known = {digest(episode) for episode in episodes}
    findings: list[Finding] = []
    for other in others:
        if contradictions(
            other,
            born_on=first.birth_date,
            expected_on=first.expected_birth_date,
            upns=[number for number in (first.upn, first.former_upn) if number],
        ):
            findings.append(
                Finding(
                    first.la_child_id,
                    other.line,
                    "LAchildID",
                    f"has the id of the child at line {first.line}, but another birth date and UPN",
                    other.la_child_id or "",
                )
            )
            continue
        for episode in other.episodes:
            if digest(episode) not in known:
                known.add(digest(episode))
                episodes.append(episode)
        findings.append(
            Finding(
                first.la_child_id,
                other.line,
                "Child",
                f"was put together with the child at line {first.line}, who has the same id",
                other.la_child_id or "",
                Grade.DOUBTFUL,
            )
        )
    return replace(first, episodes=tuple(episodes)), findings
