"""What a case needs before it closes, whichever way it closes.

Sources: the children in need census (reason for closure); FAM-10, FAM-15, REC-02 and REC-20; the rest is Sightline
baseline.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from sightline.children.rules import check_ending
from sightline.kernel.verdicts import Verdict

from ..terms import Closure
from .stages import has_words


@dataclass(frozen=True)
class Closing:
    """What somebody says when a case closes. `reason`: a census code; `record_in_order_by` answers for the record."""

    reason: str = ""
    summary: str = ""
    helps_now: str = ""
    feedback_asked: str = ""
    record_in_order_by: UUID | None = None


def may_close(closing: Closing, *, died: bool) -> Verdict:
    """A case closes with its reason, its summary, who helps now, the family asked, and somebody who answers for it."""
    reason = check_reason(closing.reason, died=died)
    return reason if not reason else check_words(closing)


def may_close_case(*, under_way: bool, died: bool, safe_words: str, reasons: str) -> Verdict:
    """A manager closes a case that neither an assessment nor a plan ends: the child has died or moved, or what was
    begun is needed no more. It says how the child is known to be safe. Sightline baseline."""
    if not (clear := nothing_under_way(under_way)):
        return clear
    if not has_words(reasons):
        return Verdict.no("Give your reasons in a sentence or two.", "reasons")
    if not died and not has_words(safe_words):
        return Verdict.no("Say how you know that this child is safe.", "safe_words")
    return Verdict.yes()


def nothing_under_way(under_way: bool) -> Verdict:
    """No case closes over a discussion, an enquiry or a conference: also not by a ruling on what was decided before."""
    if under_way:
        return Verdict.no(
            "A discussion, enquiry or conference is under way. Record what it decided before closing."
        )
    return Verdict.yes()


def check_reason(reason: str, *, died: bool) -> Verdict:
    """A reason of the census, and that of a child's death for a child who died and for no other."""
    if reason not in {c.value for c in Closure}:
        return Verdict.no("Select why the child’s case ends", "reason")
    if died and reason != Closure.RC2:
        return Verdict.no("The child has died. Select that as the reason", "reason")
    if reason == Closure.RC2 and not died:
        return Verdict.no(
            "The child’s date of death is not recorded. Record it on the People tab first", "reason"
        )
    return Verdict.yes()


def check_words(closing: Closing) -> Verdict:
    """What a child's record needs at an end, also at the end of a plan that another follows."""
    if not (written := check_ending(closing.summary)):
        return written
    for text, field_name, ask in (
        (closing.helps_now, "helps_now", "Say who helps the family now, and how they reach them"),
        (
            closing.feedback_asked,
            "feedback_asked",
            "Say how the family was asked what they think, or why they were not",
        ),
    ):
        if not text.strip():
            return Verdict.no(ask, field_name)
    if only_no_contact(closing.summary):
        return Verdict.no(
            "That a family could not be reached is no reason by itself to close. Say what is known of the "
            "child’s safety, and who decided that it is enough",
            "summary",
        )
    if closing.record_in_order_by is None:
        return Verdict.no("Choose who answers for the state of the record", "record_in_order_by")
    return Verdict.yes()


_NO_CONTACT = re.compile(
    r"\b(no (contact|reply|answer|response)|not? (engag|respond|answer)\w*|disengag\w*|unable to contact|"
    r"could not be (reached|contacted)|did ?n[o’']t (answer|engage|respond))",
    re.IGNORECASE,
)


def only_no_contact(summary: str) -> bool:
    """Whether a summary speaks of failed contact and of little else (FAM-15)."""
    return bool(_NO_CONTACT.search(summary)) and len(re.findall(r"[^\W\d_]{2,}", summary)) < 20
