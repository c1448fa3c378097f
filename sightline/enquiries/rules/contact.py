"""Pure rules of contact with a family. Source: Sightline baseline, after the manuals' asking for families to take part
and for children to be seen; not engaging is never alone a reason to close."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile

from sightline.kernel.verdicts import Verdict

from ..terms import Reached
from .stages import has_words

WHAT_NEXT = {
    "another_way": "Try another way of reaching the family",
    "joint_visit": "Visit with another agency that the family trusts",
    "welfare_check": "Ask the police to see that the child is well",
    "strategy": "Call a strategy discussion",
    "seen_elsewhere": "The child is seen elsewhere: at school, in nursery or by a health worker",
}
"""What a manager may decide while nobody reaches a child. Closing is not among it."""


def may_record(
    *, reached: Reached, happened_at: datetime, now: datetime, words: str, whom: str, seen_alone: bool | None
) -> Verdict:
    """An attempt is past, says whom it meant and what happened; a child seen was seen alone or not."""
    if happened_at > now:
        return Verdict.no("Give a time that is past.", "happened_at")
    if not whom.strip():
        return Verdict.no("Say whom you tried to reach.", "whom")
    if not words.strip():
        return Verdict.no("Say what happened.", "words")
    if reached is Reached.SEEN and seen_alone is None:
        return Verdict.no("Say whether the child was seen alone.", "seen_alone")
    return Verdict.yes()


def in_a_row(latest_first: Sequence[bool]) -> int:
    """How many of the latest attempts and visits failed one after another. `latest_first`: for each whether it failed;
    a visit fails where the child was not seen, wherever it was written, and one at which the child was seen ends the
    run."""
    return sum(1 for _ in takewhile(bool, latest_first))


def may_decide(*, what: str, safe_words: str) -> Verdict:
    """A decision on a child who is not being seen names what is done and how the child is safe meanwhile."""
    if what not in WHAT_NEXT:
        return Verdict.no("Choose what is done next. Closing is not among it.", "what")
    if not has_words(safe_words):
        return Verdict.no("Say how the child is kept safe meanwhile.", "safe_words")
    return Verdict.yes()


def may_close(*, awaits_decision: bool, missed_meetings: bool) -> Verdict:
    """Not reaching a family never closes a child's case by itself: a manager first decides how the child is safe."""
    if awaits_decision:
        return Verdict.no(
            "Nobody has reached this child, and a manager must first decide how the child is kept safe. Record that "
            "decision under Contact with the family on the Enquiries tab, then close."
        )
    if missed_meetings:
        return Verdict.no(
            "Somebody of the family stayed away from meetings again and again, and a manager must first decide what "
            "that means for the child’s safety. The manager finds it under My work, or on the page of the last of the "
            "meetings. Then close."
        )
    return Verdict.yes()
