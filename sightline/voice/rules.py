"""What a child's words need before they are kept, and what the eight needs are answered from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sightline.kernel.time import day_of
from sightline.kernel.verdicts import Verdict

from .terms import AdvocacyAct, Answer, Heard, NeedName, Power, RightsForm

#: At which age the next form of the rights is offered first.
FORMS = ((7, RightsForm.YOUNG), (13, RightsForm.MIDDLE))


def view_is_whole(
    *,
    said: str,
    heard: Heard,
    houses: Sequence[str] = (),
    alone: bool | None,
    others: str,
    why_not_alone: str,
    place: str,
) -> Verdict:
    """The child's own words with how they were heard, and why not alone where they were not.

    CHD-02: Rotherham (children are spoken to alone where their age allows) and North East Lincolnshire;
    CHD-03: what was said is kept as it was said.
    """
    if heard is Heard.THREE_HOUSES:
        if not said.strip() and not any(house.strip() for house in houses):
            return Verdict.no("Write what the child put in at least one of the three houses.", "worries")
    elif not said.strip():
        what = "what you saw" if heard is Heard.OBSERVATION else "what the child said, in their own words"
        return Verdict.no(f"Write {what}.", "said")
    if not place.strip():
        return Verdict.no("Say where it was.", "place")
    if alone is None:
        return Verdict.no("Say whether the child was alone with who listened.", "alone")
    if not alone and not others.strip():
        return Verdict.no("Say who else was there.", "others")
    if not alone and not why_not_alone.strip():
        return Verdict.no("Say why the child was not heard alone.", "why_not_alone")
    return Verdict.yes()


def awaits_answer(heard: Heard, wants: str) -> bool:
    """Whether what a child said is owed an answer: all but what was only seen of a child who asked for nothing."""
    return heard is not Heard.OBSERVATION or bool(wants.strip())


def heard_since(heard_at: datetime, started_at: datetime) -> bool:
    """Whether a child heard then was heard after what asks for it: on that day or later. The clock begins with the
    writing of an urgent action, and whoever took it often spoke with the child before they came to write (CHD-13:
    Sightline baseline)."""
    return day_of(heard_at) >= day_of(started_at)


def explanation_is_whole(
    answer: Answer | None, words: str, why_no: str, *, views: int, decision: bool
) -> Verdict:
    """Told what came of it, with the reasons where the answer was not yes.

    CHD-04: Rotherham and Milton Keynes (children are told the outcome of assessments and decisions, and the reasons
    when their views did not meet with a positive response), North East Lincolnshire.
    """
    if not views and not decision:
        return Verdict.no("Choose what this answers: something the child said, or a decision.", "views")
    if answer is None:
        # A decision is explained only to a child who has said something: it is an answer to that as well.
        return Verdict.no("Say what the answer was to what the child wants.", "answer")
    if not words.strip():
        return Verdict.no("Write what the child was told, in the words used.", "words")
    if answer in (Answer.NO, Answer.PARTLY) and not why_no.strip():
        return Verdict.no("Write the reason that the child was given.", "why_no")
    return Verdict.yes()


def may_act_on_advocate(act: AdvocacyAct, name: str, history: Sequence[AdvocacyAct]) -> Verdict:
    """The steps of an offer of an advocate: one who is found has a name, and ends only after being found (CHD-10)."""
    if act is AdvocacyAct.NAMED and not name.strip():
        return Verdict.no("Give the advocate's name.", "name")
    if act is AdvocacyAct.ENDED and AdvocacyAct.NAMED not in history:
        return Verdict.no("No advocate is recorded who could have stopped working with the child.", "act")
    return Verdict.yes()


def told_is_whole(told: str, told_at: object, why_not_told: str) -> Verdict:
    """Told beforehand, with the day, or why not (CHD-12: North East Lincolnshire, Rotherham, Milton Keynes)."""
    if told.strip() and told_at is None:
        return Verdict.no("Say when the child was told.", "told_at")
    if not told.strip() and not why_not_told.strip():
        return Verdict.no("Say what the child was told, or why they were not told.", "told")
    return Verdict.yes()


def regard_is_whole(power: Power, views: int, weight: str, why_not: str, urgent: bool) -> Verdict:
    """Before a decision under section 17, 20, 22, 46 or 47: current wishes and their weight, or why they could
    not be learnt. Urgent action is never delayed for them (CHD-13: Rotherham, after the Children Act 1989)."""
    if urgent:
        return Verdict.yes()
    if views and not weight.strip():
        return Verdict.no("Say what weight was given to what the child wishes, and why.", "weight")
    if not views and not why_not.strip():
        return Verdict.no(
            f"Before a decision under section {power.value}, choose what the child said, "
            "or say why their wishes could not be learnt.",
            "why_not",
        )
    return Verdict.yes()


def rights_form(age_years: int | None) -> RightsForm:
    """The form of the rights that fits an age; the middle one where the age is not known."""
    if age_years is None:
        return RightsForm.MIDDLE
    return next((form for below, form in FORMS if age_years < below), RightsForm.OLDER)


def years_old(born: date | None, on: date) -> int | None:
    """Whole years on a day; None where the birth is not known."""
    if born is None or born > on:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


# -- the eight needs -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One thing that the record says to a need, and where it stands."""

    text: str
    href: str = ""
    on: date | None = None


@dataclass(frozen=True)
class Need:
    """One of the eight, with what the record answers and what is missing."""

    name: NeedName
    asks: str
    lines: tuple[Line, ...]
    gaps: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """What the record holds that the eight needs are answered from."""

    called: str
    seen: Line | None = None
    seen_late: bool = False
    seen_within: str = ""
    worries_noticed: tuple[Line, ...] = ()
    heard: int = 0
    heard_alone: int = 0
    last_heard: Line | None = None
    heard_late: bool = False
    heard_within: str = ""
    acted_on: int = 0
    not_acted_on: int = 0
    worker: str = ""
    worker_since: date | None = None
    changes_of_worker: int = 0
    moves: int = 0
    own_words: tuple[str, ...] = ()
    told_before: int = 0
    not_told: tuple[str, ...] = ()
    took_part: int = 0
    explained: int = 0
    unanswered: int = 0
    decisions_unexplained: int = 0
    supports: tuple[Line, ...] = ()
    matters: tuple[str, ...] = ()
    advocacy: AdvocacyAct | None = None
    advocate: str = ""
    advocacy_on: date | None = None
    rights_on: date | None = None


ASKS = {
    NeedName.VIGILANCE: "Does anybody notice when something troubles them?",
    NeedName.UNDERSTANDING: "Are they heard and understood, and is it acted upon?",
    NeedName.STABILITY: "Is there a steady relationship with those who help?",
    NeedName.RESPECT: "Are they treated as somebody who is able?",
    NeedName.INFORMATION: "Are they told beforehand, and do they take part?",
    NeedName.EXPLANATION: "Are they told what came of it, and why?",
    NeedName.SUPPORT: "Is there help for them, and not only for the family?",
    NeedName.ADVOCACY: "Is there somebody who helps them to say it?",
}


def times(number: int, one: str, many: str = "") -> str:
    """'1 time', '3 times'."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def needs(known: Known) -> list[Need]:
    """The eight things that children say they need, each answered from the record, with its gaps.

    CHD-05: Rotherham 3 and Milton Keynes 2, "Children have said that they need".
    """
    answers = {
        NeedName.VIGILANCE: _vigilance(known),
        NeedName.UNDERSTANDING: _understanding(known),
        NeedName.STABILITY: _stability(known),
        NeedName.RESPECT: _respect(known),
        NeedName.INFORMATION: _information(known),
        NeedName.EXPLANATION: _explanation(known),
        NeedName.SUPPORT: _support(known),
        NeedName.ADVOCACY: _advocacy(known),
    }
    return [
        Need(name, ASKS[name], tuple(line for line in lines if line.text), tuple(gap for gap in gaps if gap))
        for name, (lines, gaps) in answers.items()
    ]


def _vigilance(k: Known) -> tuple[list[Line], list[str]]:
    lines = [*([k.seen] if k.seen else []), *k.worries_noticed]
    gaps = []
    if k.seen is None:
        gaps.append(f"No visit or meeting on the record says that {k.called} was seen.")
    elif k.seen_late:
        gaps.append(f"{k.called} has not been seen within {k.seen_within}.")
    return lines, gaps


def _understanding(k: Known) -> tuple[list[Line], list[str]]:
    lines, gaps = [], []
    if k.heard:
        lines.append(Line(f"Heard {times(k.heard, 'time')}, {times(k.heard_alone, 'time')} alone."))
        if k.last_heard:
            lines.append(k.last_heard)
        if k.acted_on:
            lines.append(Line(f"Something was done about it {times(k.acted_on, 'time')}."))
    else:
        gaps.append(f"Nobody has written down what {k.called} says.")
    if k.heard and k.heard_late:
        gaps.append(f"{k.called} has not been heard within {k.heard_within}.")
    if k.heard and not k.heard_alone:
        gaps.append(f"{k.called} has never been heard alone.")
    if k.not_acted_on:
        gaps.append(
            f"Nothing is recorded as done about {times(k.not_acted_on, 'thing')} that {k.called} said."
        )
    return lines, gaps


def _stability(k: Known) -> tuple[list[Line], list[str]]:
    lines, gaps = [], []
    if k.worker:
        lines.append(Line(f"{k.worker} is the one who brings the work together.", on=k.worker_since))
    else:
        gaps.append("There is no lead professional.")
    lines.append(
        Line(
            f"The lead professional has changed {times(k.changes_of_worker, 'time')} in the last 12 months."
            if k.changes_of_worker
            else "The lead professional has not changed in the last 12 months."
        )
    )
    lines.append(
        Line(
            f"{k.called} has moved {times(k.moves, 'time')} in the last 12 months."
            if k.moves
            else "No move is recorded in the last 12 months."
        )
    )
    if k.changes_of_worker > 1:
        gaps.append(
            f"{k.called} has had to get to know {k.changes_of_worker + 1} lead professionals in a year."
        )
    return lines, gaps


def _respect(k: Known) -> tuple[list[Line], list[str]]:
    lines = [Line(words) for words in k.own_words]
    gaps = [] if k.own_words else [f"Nothing is recorded in {k.called}'s own words about who they are."]
    return lines, gaps


def _information(k: Known) -> tuple[list[Line], list[str]]:
    lines, gaps = [], []
    if k.told_before:
        lines.append(Line(f"Told beforehand {times(k.told_before, 'time')}."))
    if k.took_part:
        lines.append(Line(f"Took part {times(k.took_part, 'time')}."))
    if k.rights_on:
        lines.append(Line("Their rights were explained.", on=k.rights_on))
    else:
        gaps.append("That their rights were explained is not recorded.")
    gaps += [f"Not told beforehand, or nobody wrote it down: {what}." for what in k.not_told[:5]]
    if len(k.not_told) > 5:
        gaps.append(f"And {len(k.not_told) - 5} more that they were not told of.")
    if not k.told_before and not k.not_told:
        gaps.append(f"Nothing says what {k.called} was told before meetings, moves or changes of plan.")
    return lines, gaps


def _explanation(k: Known) -> tuple[list[Line], list[str]]:
    lines, gaps = [], []
    if k.explained:
        lines.append(Line(f"Told what came of it {times(k.explained, 'time')}."))
    elif not k.unanswered and not k.decisions_unexplained:
        gaps.append(f"Nothing says that anything was explained to {k.called}.")
    if k.unanswered:
        gaps.append(f"{times(k.unanswered, 'thing')} that {k.called} said not answered yet.")
    if k.decisions_unexplained:
        gaps.append(f"{times(k.decisions_unexplained, 'decision')} not explained to {k.called} yet.")
    return lines, gaps


def _support(k: Known) -> tuple[list[Line], list[str]]:
    lines = list(k.supports)
    gaps = []
    if not k.supports:
        gaps.append(f"Nobody is recorded as working with {k.called}.")
    if k.matters:
        lines.append(Line(f"On their own map of who matters: {', '.join(k.matters)}."))
    else:
        gaps.append(f"{k.called} has not been asked who matters to them.")
    return lines, gaps


def _advocacy(k: Known) -> tuple[list[Line], list[str]]:
    said = {
        AdvocacyAct.OFFERED: "An advocate was offered.",
        AdvocacyAct.ACCEPTED: f"{k.called} would like an advocate.",
        AdvocacyAct.DECLINED: f"{k.called} was offered an advocate and does not want one now.",
        AdvocacyAct.NAMED: f"{k.advocate} is {k.called}'s advocate.",
        AdvocacyAct.ENDED: "The last advocate no longer works with them.",
    }
    if k.advocacy is None:
        return [], ["An advocate has not been offered."]
    gaps = {
        AdvocacyAct.OFFERED: ["The answer to the offer is not recorded."],
        AdvocacyAct.ACCEPTED: ["No advocate has been found yet."],
        AdvocacyAct.ENDED: ["An advocate has not been offered again."],
    }.get(k.advocacy, [])
    return [Line(said[k.advocacy], on=k.advocacy_on)], gaps


# -- the map of who matters ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Dot:
    """Somebody on the picture of the map: where they stand from its middle, in its own units."""

    name: str
    x: float
    y: float


def placed(people: Sequence[tuple[str, int]]) -> list[Dot]:
    """Where each stands on the map: those of one ring spread evenly round it, each ring turned against the last."""
    rings: dict[int, list[str]] = {}
    for name, ring in people:
        rings.setdefault(ring, []).append(name)
    dots = []
    for nth, (ring, names) in enumerate(sorted(rings.items())):
        for at, name in enumerate(names):
            turn = 2 * math.pi * at / len(names) - math.pi / 2 + nth * 0.7
            shown = name if len(name) <= 14 else f"{name[:13]}…"
            dots.append(Dot(shown, round(ring * math.cos(turn), 1), round(ring * math.sin(turn), 1)))
    return dots


def may_take_back(why: str) -> Verdict:
    """Nothing that was written of a child is withdrawn without a reason (Sightline baseline)."""
    return Verdict.yes() if why.strip() else Verdict.no("Say why it does not belong here.", "why")
