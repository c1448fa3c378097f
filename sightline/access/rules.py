"""Pure rules of who may open a folder and why."""

from __future__ import annotations

import re
import secrets
from uuid import UUID

from sightline.kernel.verdicts import Verdict

#: Fewer different words than this are no reason that a reviewer could judge.
LEAST_WORDS = 4
#: What people type to get past a field.
_EMPTY_WORDS = frozenset("asdf qwerty test testing na none nothing reason urgent emergency need access xxx".split())


def reason_is_real(text: str, field: str = "reason") -> Verdict:
    """Opening a record in an emergency needs a reason of real words, which its owner reads at once."""
    words = {word for word in re.findall(r"[^\W\d_]{2,}", text.casefold()) if len(set(word)) > 1}
    if len(words - _EMPTY_WORDS) < LEAST_WORDS:
        return Verdict.no(
            "Say in a sentence why you must see this record now. Its owner and their manager read it at once.", field
        )
    return Verdict.yes()


def may_seal(named: set[UUID], sealer: UUID) -> Verdict:
    """A seal names at least one person, or nobody could ever lift it; and the sealer says who that is."""
    if not named:
        return Verdict.no("Name at least one person who may still open this record.", "named")
    return Verdict.yes()


def may_review(opened_by: UUID, reviewer: UUID) -> Verdict:
    """Nobody reviews their own emergency access."""
    if opened_by == reviewer:
        return Verdict.no("You opened this record yourself. Somebody else must review it.")
    return Verdict.yes()


def new_number(letters: str) -> str:
    """A record's reference number, such as EA-20441-7: random, so that it says nothing of how many there are.

    The last digit checks the others (weighted sum modulo 10 with alternating 3 and 1, as on a bar code), so
    that a slip of the pen finds nobody rather than somebody else.
    """
    digits = [secrets.randbelow(10) for _ in range(8)]
    check = (10 - sum(d * (3 if n % 2 == 0 else 1) for n, d in enumerate(reversed(digits))) % 10) % 10
    return f"{letters}-{''.join(map(str, digits))}-{check}"
