"""One child's way through: every step that may be taken, and every step back.

Sources: Children Act 1989, sections 17, 46 and 47; Working Together, chapter 1; where they are silent, Sightline
baseline. What an assessment finds moves the child on only while no strategy discussion, enquiry or conference is
under way: protection that has begun is ended by those who began it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sightline.kernel.verdicts import Verdict

from ..terms import Act, Stage

BEGIN = frozenset({Stage.EARLY_HELP, Stage.ASSESSMENT, Stage.STRATEGY, Stage.HELP})
"""Where a child's way may begin; with help, where a child moves here with a plan or one is simply agreed."""

TRANSITIONS: dict[tuple[Stage, Act], Stage] = {
    (Stage.EARLY_HELP, Act.AGREE_HELP): Stage.HELP,
    (Stage.EARLY_HELP, Act.STEP_UP): Stage.ASSESSMENT,
    (Stage.EARLY_HELP, Act.CALL_STRATEGY): Stage.STRATEGY,
    (Stage.EARLY_HELP, Act.CLOSE): Stage.CLOSED,
    (Stage.ASSESSMENT, Act.AGREE_HELP): Stage.HELP,
    (Stage.ASSESSMENT, Act.STEP_DOWN): Stage.EARLY_HELP,
    (Stage.ASSESSMENT, Act.CALL_STRATEGY): Stage.STRATEGY,
    (Stage.ASSESSMENT, Act.CLOSE): Stage.CLOSED,
    (Stage.STRATEGY, Act.DISCUSS_AGAIN): Stage.STRATEGY,
    (Stage.STRATEGY, Act.START_ENQUIRY): Stage.ENQUIRY,
    (Stage.STRATEGY, Act.CONTINUE_ASSESSMENT): Stage.ASSESSMENT,
    (Stage.STRATEGY, Act.HELP_GOES_ON): Stage.HELP,
    (Stage.STRATEGY, Act.EARLY_HELP_GOES_ON): Stage.EARLY_HELP,
    (Stage.STRATEGY, Act.CLOSE): Stage.CLOSED,
    (Stage.ENQUIRY, Act.DISCUSS_AGAIN): Stage.STRATEGY,
    (Stage.ENQUIRY, Act.CALL_CONFERENCE): Stage.CONFERENCE,
    (Stage.ENQUIRY, Act.CONTINUE_ASSESSMENT): Stage.ASSESSMENT,
    (Stage.CONFERENCE, Act.DISCUSS_AGAIN): Stage.STRATEGY,
    (Stage.CONFERENCE, Act.MAKE_PLAN): Stage.HELP,
    (Stage.CONFERENCE, Act.CONTINUE_ASSESSMENT): Stage.ASSESSMENT,
    (Stage.HELP, Act.ASSESS_AGAIN): Stage.ASSESSMENT,
    (Stage.HELP, Act.EARLY_HELP_GOES_ON): Stage.EARLY_HELP,
    (Stage.HELP, Act.CALL_STRATEGY): Stage.STRATEGY,
    (Stage.HELP, Act.STEP_UP): Stage.ASSESSMENT,
    (Stage.HELP, Act.STEP_DOWN): Stage.EARLY_HELP,
    (Stage.HELP, Act.CLOSE): Stage.CLOSED,
}
"""Every step onwards. Every one of them may be taken back with a reason: `may_take_back`."""

PROTECTING = frozenset({Stage.STRATEGY, Stage.ENQUIRY, Stage.CONFERENCE})

_REFUSALS = {
    Act.AGREE_HELP: "Help under a plan follows an assessment. Finish the assessment first.",
    Act.STEP_UP: "This child is not in early help, so there is nothing to step up from.",
    Act.STEP_DOWN: "Step down follows an assessment or a plan. What is under way must be decided first.",
    Act.ASSESS_AGAIN: "An assessment can be begun again once help is under way. Update the open one instead.",
    Act.CALL_STRATEGY: "A strategy discussion or its enquiry is under way already. Record another discussion of it.",
    Act.DISCUSS_AGAIN: "There has been no strategy discussion yet. Call one first.",
    Act.START_ENQUIRY: "An enquiry begins at a strategy discussion. Record the discussion first.",
    Act.CONTINUE_ASSESSMENT: "There is no discussion, enquiry or conference to go back from.",
    Act.HELP_GOES_ON: "There is no discussion to go back from to the help that was under way.",
    Act.EARLY_HELP_GOES_ON: "There is no discussion or early help plan to go back from to early help.",
    Act.CALL_CONFERENCE: "A conference follows a strategy discussion and its enquiry. Record those first.",
    Act.MAKE_PLAN: "A child protection plan is made at a conference. Record the enquiry and the conference first.",
    Act.CLOSE: "A discussion, enquiry or conference is under way. Record what it decided before closing.",
}

LEAST_WORDS = 3


def has_words(text: str, least: int = LEAST_WORDS) -> bool:
    """Whether a text has at least so many different words, or as many letters of a script without spaces."""
    words = set(re.findall(r"[^\W\d_]{2,}", text.casefold()))
    letters = {letter for letter in text if letter.isalpha() and ord(letter) > 0x0E00}
    return len(words) >= least or len(letters) >= 2 * least


def step(stage: Stage, act: Act) -> Verdict:
    """Whether that step may be taken from that stage."""
    if (stage, act) in TRANSITIONS:
        return Verdict.yes()
    if stage is Stage.CLOSED:
        return Verdict.no("This work is closed. Begin anew, or take the closing back with a reason.")
    return Verdict.no(_REFUSALS[act])


def after(stage: Stage, act: Act) -> Stage:
    """The stage that follows. Raises `kernel.verdicts.Refused` where the table has no such step."""
    step(stage, act).or_refuse()
    return TRANSITIONS[(stage, act)]


def may_take_back(last: Act | None, reasons: str) -> Verdict:
    """The latest step may be taken back, for a reason of real words; it stays on the record."""
    if last is None:
        return Verdict.no("No step stands, so there is none to take back.")
    if not has_words(reasons):
        return Verdict.no("Say in a sentence why the step is taken back.", "reasons")
    return Verdict.yes()


def may_take_back_beginning(
    *, going_on: bool, discussed: bool, signed: bool, assessing: bool, reasons: str
) -> Verdict:
    """A way that should not have been begun is taken back once nothing that hangs on it goes on. Sightline baseline."""
    if not going_on:
        return Verdict.no("This work is closed, and no step of it stands. Begin anew.")
    if assessing:
        return Verdict.no(
            "An assessment is open. A manager sets it aside with a reason first; nothing in it is lost."
        )
    if signed:
        return Verdict.no("An assessment of it was signed, so it was work. Close the case instead.")
    if discussed:
        return Verdict.no(
            "A strategy discussion is called. Cancel it on its own page first, or record what it decided."
        )
    if not has_words(reasons):
        return Verdict.no("Say in a sentence why it is taken back.", "reasons")
    return Verdict.yes()


def standing(steps: Sequence[tuple[Act, Stage, Stage]]) -> list[int]:
    """The places of the steps that still stand: each `TAKE_BACK` undoes the latest one that stood."""
    kept: list[int] = []
    for place, (act, _before, _after) in enumerate(steps):
        if act is Act.TAKE_BACK:
            if kept:
                kept.pop()
        else:
            kept.append(place)
    return kept


def before_protection(steps: Sequence[tuple[Act, Stage, Stage]]) -> Stage | None:
    """Where a child stood before the discussions and enquiries that are under way; None where it began with them."""
    for place in reversed(standing(steps)):
        before = steps[place][1]
        if before not in PROTECTING:
            return before
    return None


def discussed_from(steps: Sequence[tuple[Act, Stage, Stage]]) -> Stage | None:
    """Where a child stood when the discussion that is under way was called; None where no step called it."""
    for place in reversed(standing(steps)):
        act, before, _after = steps[place]
        if act not in (Act.CALL_STRATEGY, Act.DISCUSS_AGAIN):
            return None
        if before is not Stage.STRATEGY:
            return before
    return None


def after_no_action(before: Stage | None, *, assessing: bool) -> Act:
    """What a discussion that decides on nothing further leads to: what was under way goes on, or the case closes."""
    if before is Stage.HELP:
        return Act.HELP_GOES_ON
    if before is Stage.EARLY_HELP:
        return Act.EARLY_HELP_GOES_ON
    return Act.CONTINUE_ASSESSMENT if assessing else Act.CLOSE


def diagram() -> str:
    """The transition table as a Mermaid state diagram, the same every time; steps back lead the other way."""
    name = {stage: "".join(word.capitalize() for word in stage.value.split("_")) for stage in Stage}
    lines = ["stateDiagram-v2"]
    lines += [f"    [*] --> {name[stage]}" for stage in Stage if stage in BEGIN]
    lines += [f"    {name[stage]}: {stage.label}" for stage in Stage]
    order = {member: n for n, member in enumerate([*Stage, *Act])}
    onwards = sorted(TRANSITIONS.items(), key=lambda row: (order[row[0][0]], order[row[0][1]]))
    lines += [f"    {name[stage]} --> {name[then]}: {act.value}" for (stage, act), then in onwards]
    lines += [
        f"    {name[stage]} --> {name[Stage.CLOSED]}: {Act.TAKE_BACK.value}"
        for stage in Stage
        if stage in BEGIN
    ]
    back = sorted(
        {(then, stage) for (stage, _act), then in TRANSITIONS.items() if then is not stage},
        key=lambda pair: (order[pair[0]], order[pair[1]]),
    )
    lines += [f"    {name[then]} --> {name[stage]}: {Act.TAKE_BACK.value}" for then, stage in back]
    return "\n".join(lines) + "\n"
