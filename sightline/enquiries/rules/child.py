"""What a child's birth, death or eighteenth birthday means for work that would begin.

Source: Children Act 1989, section 105 (a child is under eighteen); Sightline baseline.
"""

from __future__ import annotations

from datetime import date

from sightline.children.rules import eighteenth
from sightline.kernel.verdicts import Verdict


def may_begin_work(
    *, born: date | None, died: date | None, unborn: bool, day: date, before_birth: bool = True
) -> Verdict:
    """Whether something may begin for a child on a day. `before_birth`: it can be about a child who is not born yet."""
    if died is not None and died <= day:
        return Verdict.no(
            "This child has died, so nothing new begins. Close the case on the Enquiries tab, or the plan on its own. "
            "To look at what happened, call a professionals’ meeting."
        )
    if born is not None and eighteenth(born) <= day:
        turned = eighteenth(born)
        return Verdict.no(
            f"This young person turned 18 on {turned.day} {turned:%B %Y}, so nothing for children begins. Close what "
            "is open, and say who helps them as an adult."
        )
    if not before_birth and (unborn or (born is not None and born > day)):
        return Verdict.no(
            "This child is not born yet. Call a strategy discussion to plan with the midwife, and record the birth on "
            "the People tab when it has come."
        )
    return Verdict.yes()
