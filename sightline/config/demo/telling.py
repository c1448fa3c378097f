"""What the families and the many children have in common: instants of the past, and decisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sightline.concerns.rules import ChildDecision
from sightline.concerns.terms import Referral
from sightline.kernel.time import LONDON, now, today
from sightline.procedures.clocks import WorkingCalendar
from sightline.procedures.pack import Pack

NOBODY_YET = UUID(int=0)


def at(days_ago: int, hour: int, minute: int = 0) -> datetime:
    """An instant so many days ago by the clock on the wall, and never one that is still to come."""
    then = datetime.combine(today() - timedelta(days=days_ago), time(hour, minute), LONDON)
    return min(then, now() - timedelta(minutes=5))


def at_work(days_ago: int, hour: int, minute: int = 0) -> datetime:
    """An instant so many working days ago: what was written a day late is late on a Monday as well."""
    on = WorkingCalendar.england().forgiven().add_working_days(today(), -days_ago)
    return datetime.combine(on, time(hour, minute), LONDON)


def day(days_ago: int) -> date:
    """The day so many days ago."""
    return today() - timedelta(days=days_ago)


def born(years: int, month: int, day_of_month: int) -> date:
    """The birthday of somebody who is so many years old today."""
    this_year = date(today().year, month, day_of_month)
    return date(today().year - years - (this_year > today()), month, day_of_month)


#: Which level of need each outcome rests on, by its place in a threshold document of any number of levels.
_LEVEL = {
    "no_further_action": 0,
    "signposting": 1,
    "early_help": 1,
    "section_17_assessment": -1,
    "strategy_discussion": -1,
    "immediate_protection": -1,
    "already_open": -1,
    "other_authority": -2,
}

_STANDS_ON = {
    "no_further_action": "The parents know of the concern and agree with the advice given.",
    "signposting": "Mother agreed on the telephone to be put in touch with the service.",
    "early_help": "Both parents agree to early help; without their agreement there is none.",
    "section_17_assessment": "Mother agrees to an assessment under section 17 of the Children Act 1989.",
    "strategy_discussion": "Section 47 of the Children Act 1989; agreement is not needed.",
    "immediate_protection": "Section 46 of the Children Act 1989, used by the police.",
    "already_open": "The plan that the parents have agreed to.",
    "other_authority": "Mother agrees that the concern is passed on.",
}


_WORKING_WELL = {
    "no_further_action": "The school and the parents talk every week.",
    "signposting": "The parents ask for help themselves.",
    "early_help": "Both parents come to what is arranged, and the children are at school every day.",
    "section_17_assessment": "A grandparent is there most afternoons.",
    "strategy_discussion": "There is an adult at school whom the child talks to.",
}


def decision(
    pack: Pack,
    on: date,
    outcome: str,
    reasons: str,
    *,
    part_id: UUID = NOBODY_YET,
    stands_on: str = "",
    descriptors: Sequence[int] = (0, 1),
    child_told: str = "By their teacher, in their own words, that somebody will help the family.",
    parents_told: str = "By telephone today: what was raised, what happens next and whom to ring.",
    working_well: str = "",
    advice: str = "",
    authority: str = "",
    summary: str = "",
    need_code: str = "N1",
    conflict: str = "",
    for_the_child: bool | None = None,
) -> ChildDecision:
    """A complete decision on one child, on the level of need that the outcome rests on in this pack."""
    rule = pack.screening_outcome(outcome, on)
    levels = pack.levels(on).level
    level = levels[_LEVEL[outcome]]
    referral = Referral(rule.referral)
    return ChildDecision(
        part_id=part_id,
        outcome_id=outcome,
        level_id=level.id,
        descriptors=tuple(level.descriptor[n % len(level.descriptor)].id for n in descriptors),
        reasons=reasons,
        stands_on=stands_on or _STANDS_ON[outcome],
        why_nothing_less="Help by agreement would leave the child where the harm is while we find out more."
        if rule.compulsory
        else "",
        child_told=child_told,
        parents_told=parents_told,
        working_well=working_well or _WORKING_WELL.get(outcome, ""),
        advice=advice,
        records_referral=False if referral is Referral.IF_RECORDED else None,
        need_code=need_code if referral is Referral.ALWAYS else "",
        authority=authority,
        summary=summary,
        conflict=conflict,
        for_the_child=for_the_child,
        sooner=False,
        # Children of the demonstration share names; whoever decides has looked at those who are alike.
        none_of_these=True,
    )
