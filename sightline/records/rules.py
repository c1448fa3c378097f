"""Rules of the record."""

from __future__ import annotations

import re

from sightline.kernel.verdicts import Verdict

#: A reason shorter than this says nothing that a court, or the grown-up child, could follow.
LEAST_WORDS = 3


def has_reasons(text: str, field: str = "reasons") -> Verdict:
    """A decision shows who made it and why (North East Lincolnshire, case recording; REC-08)."""
    if len(set(re.findall(r"[^\W\d_]{2,}", text.casefold()))) < LEAST_WORDS:
        return Verdict.no("Give your reasons in a sentence or two.", field)
    return Verdict.yes()


def conflict_is_answered(conflict: str, how: str, for_the_child: bool | None) -> Verdict:
    """A conflict with adults' interests is recorded and its resolution said (North East Lincolnshire 1; CHD-06)."""
    if not conflict.strip():
        return Verdict.yes()
    if for_the_child is None:
        return Verdict.no("Say whether the conflict was resolved in the child's favour.", "for_the_child")
    if for_the_child and not how.strip():
        return Verdict.no("Say how the conflict was resolved.", "conflict_resolved")
    return Verdict.yes()


def awaits_ruling(conflict: str, for_the_child: bool | None) -> bool:
    """Unless resolved for the child, the decision has no effect until a manager decides (CHD-06)."""
    return bool(conflict.strip()) and for_the_child is not True


def may_rule(maker_id: object, ruler_id: object) -> Verdict:
    """A manager rules on somebody else's decision, never on their own."""
    if maker_id == ruler_id:
        return Verdict.no("You made this decision yourself. Another manager must rule on it.")
    return Verdict.yes()


def may_correct(was_wrong: str, right: str) -> Verdict:
    """A correction adds: what was wrong and the right text; the original stays (REC-12)."""
    if not was_wrong.strip():
        return Verdict.no("Say what was wrong.", "was_wrong")
    if not right.strip():
        return Verdict.no("Write what is right.", "text")
    return Verdict.yes()
