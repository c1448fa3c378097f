"""Pure rules of who may open a folder and why."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from uuid import UUID

from sightline.kernel.verdicts import Verdict

from .terms import GrantLevel

#: Fewer different words than this are no reason that a reviewer could judge.
LEAST_WORDS = 4
#: Longer than this nobody reads while something urgent is going on.
LONGEST_REASON = 2000
#: What people type to get past a field.
_EMPTY_WORDS = frozenset(
    {"access", "blah", "emergency", "need", "needed", "none", "nothing", "please", "reason", "test", "urgent"}
)
_KEYBOARD = re.compile(r"(asdf|qwer|zxcv|hjkl|uiop)")


def reason_is_real(text: str, field: str = "reason") -> Verdict:
    """Opening a record in an emergency needs a reason of real words, which its owner reads at once.

    Real: at least `LEAST_WORDS` different words beyond those that say nothing, in any language and script;
    neither a row of the keyboard nor one letter over and over.
    """
    words = {word for word in re.findall(r"[^\W\d_]{2,}", text.casefold()) if len(set(word)) > 1}
    words = {word for word in words - _EMPTY_WORDS if not _KEYBOARD.search(word)}
    # Chinese, Japanese, Thai and others write without spaces: there a run of letters is a sentence.
    letters = sum(len(word) for word in words if ord(max(word)) > 0x0E00)
    if len(words) < LEAST_WORDS and letters < 2 * LEAST_WORDS:
        return Verdict.no(
            "Say in a sentence why you must see this record now. Whoever answers for it reads it at once",
            field,
        )
    if len(text) > LONGEST_REASON:
        return Verdict.no(f"Shorten the reason to {LONGEST_REASON:,} characters or fewer", field)
    return Verdict.yes()


def may_seal(named: Collection[UUID], able: Collection[UUID]) -> Verdict:
    """A seal names at least one person who may lift it again, or the record would be closed for ever.

    `able` are those of the named whose role of today lets them seal.
    """
    if not named:
        return Verdict.no("Name at least one person who may still open this record", "named")
    if not able:
        return Verdict.no(
            "Name at least one person whose role lets them lift the seal, such as a team manager", "named"
        )
    return Verdict.yes()


def may_end(grant_id: UUID, level: str, writing: Collection[UUID]) -> Verdict:
    """Whether a grant may end: somebody must still be able to write in the record.

    `writing` are the grants of the folder by which somebody may write now.
    """
    if level == GrantLevel.WRITE and set(writing) <= {grant_id}:
        return Verdict.no(
            "Nobody else may write in this record. Give somebody else access first, then end this one"
        )
    return Verdict.yes()


def may_review(opened_by: UUID, reviewer: UUID) -> Verdict:
    """Nobody reviews their own emergency access."""
    if opened_by == reviewer:
        return Verdict.no("You opened this record yourself. Somebody else must review it")
    return Verdict.yes()


def check_digit(digits: str) -> str:
    """The digit that checks the others: weighted 3 and 1 in turn from the right, modulo 10, as on a bar code.

    Finds every single wrong digit and most swaps of neighbours.
    """
    total = sum(int(d) * (3 if n % 2 == 0 else 1) for n, d in enumerate(reversed(digits)))
    return str((10 - total % 10) % 10)


def new_number(letters: str) -> str:
    """A record's reference number, such as EA-20441738-6: random, so that it says nothing of how many there
    are.

    The last digit checks the others, so that a slip of the pen finds nobody rather than somebody else.
    """
    digits = "".join(str(secrets.randbelow(10)) for _ in range(8))
    return f"{letters}-{digits}-{check_digit(digits)}"
