"""What may happen to a duty, and who may move its date.

One table says every step in the life of a duty; `diagram` draws it for the documentation. A duty that was
missed is never quietly finished: done late or no longer owed, it stays in sight until somebody has answered for it,
and was missed for good, unless what had opened it never was: then it counts in nothing, done or not. What was done
in time and written down late was done in time: the history keeps both.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sightline.kernel.time import LONDON
from sightline.kernel.verdicts import Verdict

from .schema import Extension, Limit
from .terms import Basis, DutyAct, DutyState

RUNNING = frozenset({DutyState.OPEN, DutyState.SHORTENED, DutyState.EXTENDED})
"""To be done, and not known to be late."""

STILL_TO_DO = RUNNING | {DutyState.MISSED, DutyState.ANSWERED}
"""The work itself has not been done."""

UNANSWERED = frozenset({DutyState.MISSED, DutyState.DONE_LATE, DutyState.LAPSED})
"""Late, and nobody has answered for it yet."""

IN_SIGHT = STILL_TO_DO | UNANSWERED
"""What work lists show."""

FINAL = frozenset({DutyState.DISCHARGED, DutyState.WITHDRAWN, DutyState.NEVER_DONE})
"""Nothing is left to do or to say."""

TRANSITIONS: dict[tuple[DutyState, DutyAct], DutyState] = {
    **{(state, DutyAct.SHORTEN): DutyState.SHORTENED for state in RUNNING},
    **{(state, DutyAct.EXTEND): DutyState.EXTENDED for state in RUNNING},
    **{(state, DutyAct.MISS): DutyState.MISSED for state in RUNNING},
    **{(state, DutyAct.DISCHARGE): DutyState.DISCHARGED for state in RUNNING},
    **{(state, DutyAct.WITHDRAW): DutyState.WITHDRAWN for state in RUNNING},
    **{
        (state, DutyAct.NEVER_OWE): DutyState.WITHDRAWN for state in DutyState if state != DutyState.WITHDRAWN
    },
    (DutyState.MISSED, DutyAct.WITHDRAW): DutyState.LAPSED,
    (DutyState.ANSWERED, DutyAct.WITHDRAW): DutyState.NEVER_DONE,
    (DutyState.MISSED, DutyAct.ANSWER): DutyState.ANSWERED,
    (DutyState.MISSED, DutyAct.DISCHARGE): DutyState.DONE_LATE,
    (DutyState.ANSWERED, DutyAct.DISCHARGE): DutyState.DISCHARGED,
    (DutyState.DONE_LATE, DutyAct.ANSWER): DutyState.DISCHARGED,
    (DutyState.LAPSED, DutyAct.ANSWER): DutyState.NEVER_DONE,
    (DutyState.LAPSED, DutyAct.OWE_AGAIN): DutyState.MISSED,
    (DutyState.NEVER_DONE, DutyAct.OWE_AGAIN): DutyState.ANSWERED,
    (DutyState.DONE_LATE, DutyAct.OWE_AGAIN): DutyState.MISSED,
    (DutyState.DISCHARGED, DutyAct.OWE_AGAIN): DutyState.ANSWERED,  # only what `goes_on_as_missed`
    **{
        (state, DutyAct.WRITE_UP): DutyState.DISCHARGED
        for state in (DutyState.MISSED, DutyState.ANSWERED, DutyState.DONE_LATE, DutyState.LAPSED)
    },
}
"""Every step that a duty may take; what is not here is refused."""

_REFUSALS = {
    DutyAct.SHORTEN: "It is late already, so it cannot be made due sooner. Do it now, or answer for it.",
    DutyAct.EXTEND: "Its date has passed. It cannot be extended afterwards: answer for it instead.",
    DutyAct.MISS: "It is already known to be late.",
    DutyAct.ANSWER: "There is nothing to answer for: it is not late, or somebody has answered already.",
    DutyAct.DISCHARGE: "It has been done or withdrawn already. Answer for its lateness to close it.",
    DutyAct.WITHDRAW: "It has been done or withdrawn already. Answer for its lateness to close it.",
    DutyAct.WRITE_UP: "It is not late, so nothing has to be put right.",
    DutyAct.OWE_AGAIN: "It is owed as it is.",
    DutyAct.NEVER_OWE: "It has been withdrawn already.",
}

LEAST_WORDS = 3


def step(state: DutyState, act: DutyAct) -> Verdict:
    """Whether that may happen to a duty that stands so."""
    if (state, act) in TRANSITIONS:
        return Verdict.yes()
    if state in FINAL:
        return Verdict.no(f"This duty is closed ({state.value}), so nothing more can happen to it.")
    return Verdict.no(_REFUSALS[act])


def after_step(state: DutyState, act: DutyAct) -> DutyState:
    """The state that follows. Raises `kernel.verdicts.Refused` where the table has no such step."""
    step(state, act).or_refuse()
    return TRANSITIONS[(state, act)]


def done_in_time(done: datetime | date, due_at: datetime) -> bool:
    """Whether what was done then meets a duty due at that instant; a day without a time is in time on the day itself.

    What counts is when the child was seen or the meeting held, not when somebody came to write it down; how late a
    record was written is marked on the record. Sightline baseline.
    """
    if isinstance(done, datetime):
        return done <= due_at
    return done <= due_at.astimezone(LONDON).date()


def steps_of_doing(state: DutyState, in_time: bool) -> tuple[DutyAct, ...]:
    """What happens to a duty that stands so when it becomes known that it was done, in time or late."""
    if state in RUNNING:
        return (DutyAct.DISCHARGE,) if in_time else (DutyAct.MISS, DutyAct.DISCHARGE)
    if in_time and (state, DutyAct.WRITE_UP) in TRANSITIONS:
        return (DutyAct.WRITE_UP,)
    return (DutyAct.DISCHARGE,) if (state, DutyAct.DISCHARGE) in TRANSITIONS else ()


def steps_of_withdrawing(state: DutyState, late: bool, *, never_owed: bool = False) -> tuple[DutyAct, ...]:
    """What happens to a duty that stands so when it is no longer owed. What is late by then was missed first, whether
    or not the clock has marked it: that it is not needed any more does not undo that. What was `never_owed`, because
    what opened it never was, cannot have been missed: it is not counted, late or not (Sightline baseline)."""
    if never_owed:
        return (DutyAct.NEVER_OWE,)
    return (DutyAct.MISS, DutyAct.WITHDRAW) if state in RUNNING and late else (DutyAct.WITHDRAW,)


def goes_on_as_missed(state: DutyState, missed: bool) -> bool:
    """Whether a duty whose closing is taken back is owed again as the missed one that it is, so that it is counted
    once, and what was answered for need not be again. What was done or withdrawn in time (it was not `missed`, or was
    written up since) begins anew with the clock that it had (Sightline baseline)."""
    if state is DutyState.DISCHARGED and not missed:
        return False
    return (state, DutyAct.OWE_AGAIN) in TRANSITIONS


def stood(acts: Sequence[DutyAct]) -> DutyState:
    """How a duty stood after these acts, in their order; what the table did not yet have then moved nothing."""
    state = DutyState.OPEN
    for act in acts:
        state = TRANSITIONS.get((state, act), state)
    return state


def diagram() -> str:
    """The transition table as a Mermaid state diagram, the same every time."""
    name = {state: "".join(word.capitalize() for word in state.value.split()) for state in DutyState}
    lines = ["stateDiagram-v2", f"    [*] --> {name[DutyState.OPEN]}"]
    lines += [f"    {name[state]}: {state.value}" for state in DutyState]
    order = {member: n for n, member in enumerate([*DutyState, *DutyAct])}
    for (state, act), then in sorted(
        TRANSITIONS.items(), key=lambda row: (order[row[0][0]], order[row[0][1]])
    ):
        lines.append(f"    {name[state]} --> {name[then]}: {act.value}")
    lines += [f"    {name[state]} --> [*]" for state in DutyState if state in FINAL]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class ManagerView:
    """What a manager of another agency said when asked about an extension."""

    agency: str
    manager: str
    post_title: str
    view: str
    agrees: bool


def may_shorten(reason: str, present_due: datetime, new_due: datetime, now: datetime) -> Verdict:
    """Whether a duty may be due sooner. Anybody who may act on it may shorten it, for a reason of real words.

    Source: limits are minimum standards and shorter ones must be achieved where the child's welfare needs it
    (North East Lincolnshire and Rotherham, closing paragraphs); elsewhere a Sightline baseline.
    """
    if not has_real_words(reason):
        return Verdict.no("Say why this child needs it sooner.", "reason")
    if new_due >= present_due:
        return Verdict.no("The new date must be earlier than the present one.", "due")
    if new_due <= now:
        return Verdict.no("The new date has passed already. Choose one that can still be kept.", "due")
    return Verdict.yes()


def may_start_sooner(why: str, by: datetime, due: datetime, at: datetime, field: str) -> Verdict:
    """Whether a clock that starts may end before its limit (`due`) does, for this child; `field` asks by when.

    Source: as `may_shorten`.
    """
    if by <= at:
        return Verdict.no("Give a day or time that is still to come.", field)
    if by >= due:
        return Verdict.no(
            "The time limit ends no later than that by itself. Give an earlier day or time, or none.", field
        )
    if not has_real_words(why):
        return Verdict.no("Say why this child needs it sooner.", "sooner_why")
    return Verdict.yes()


def may_extend(
    extension: Extension,
    role: str,
    reason: str,
    views: Sequence[ManagerView],
    *,
    own_agency: str,
    other_agencies: Collection[str],
    present_due: datetime,
    new_due: datetime,
    now: datetime,
) -> Verdict:
    """Whether somebody in that role may extend a duty's limit.

    `extension` is the pack's value for the limit (`Pack.extension`); `other_agencies` are the names of those
    that work with the child besides `own_agency`, each of which must have been asked; `views` are what their
    managers said. A view against does not stop the manager, who decides after consulting; it stays on the
    record beside the decision.

    Source: Rotherham, closing paragraphs: the relevant manager authorises, after consulting the relevant
    managers of the other agencies. The other manuals allow none (Sightline baseline).
    """
    if not extension.allowed:
        return Verdict.no(
            "The procedures of this partnership do not allow a time limit to be extended. The date stands; "
            "if it cannot be kept, tell your manager now."
        )
    if role not in extension.by_roles:
        return Verdict.no(
            "Only the manager whom the procedures name may authorise an extension. Ask them to decide."
        )
    if now > present_due:
        return Verdict.no(_REFUSALS[DutyAct.EXTEND], "due")
    if new_due <= present_due:
        return Verdict.no("The new date must be later than the present one.", "due")
    if not has_real_words(reason):
        return Verdict.no("Say why more time is needed and why the child is safe meanwhile.", "reason")
    heard = {view.agency for view in views if view.agency != own_agency and has_real_words(view.view)}
    unheard = sorted(set(other_agencies) - {own_agency} - heard)
    if unheard:
        return Verdict.no(
            f"Record the view of the manager of {_listed(unheard)} first. Until then the old date stands.",
            "views",
        )
    if not heard:
        return Verdict.no(
            "Record the view of a manager of another agency first. Until then the old date stands. If none is asked "
            "for here, add under People who else works with this child.",
            "views",
        )
    return Verdict.yes()


@dataclass(frozen=True)
class MovedDue:
    """The dates after an extension: what the duty is measured by, and what was agreed, where they differ."""

    due: datetime
    agreed: datetime | None


def extended_due(limit: Limit, present_due: datetime, new_due: datetime) -> MovedDue:
    """A local limit moves. A statutory one never does: the agreed date stands beside it."""
    if limit.basis is Basis.STATUTORY:
        return MovedDue(due=present_due, agreed=new_due)
    return MovedDue(due=new_due, agreed=None)


def may_withdraw(reason: str) -> Verdict:
    """A duty is withdrawn only for a reason of real words. Sightline baseline."""
    if not has_real_words(reason):
        return Verdict.no("Say why this is no longer owed to the child.", "reason")
    return Verdict.yes()


def may_answer(answer: str) -> Verdict:
    """Answering for a missed duty says what went wrong, in real words. Sightline baseline."""
    if not has_real_words(answer):
        return Verdict.no("Say what went wrong and what was done about it.", "answer")
    return Verdict.yes()


def has_real_words(text: str, least: int = LEAST_WORDS) -> bool:
    """Whether a text has at least so many different words, each of more than one sign, in any script."""
    # Vowel signs of Indic scripts are marks, not letters, and belong to their word all the same.
    spaced = "".join(sign if unicodedata.category(sign)[0] in "LM" else " " for sign in text)
    words = {word.casefold() for word in spaced.split() if len(set(word.casefold())) > 1}
    return len(words) >= least or _unspaced_letters(text) >= 2 * least


def _unspaced_letters(text: str) -> int:
    """Different letters of scripts written without spaces: Thai and Lao, Japanese, Chinese."""
    letters = {sign for sign in text if sign.isalpha()}
    return sum("\u0e00" <= sign <= "\u0eff" or "\u3040" <= sign <= "\u9fff" for sign in letters)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and of " + names[-1]
