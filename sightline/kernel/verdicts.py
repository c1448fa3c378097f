"""The answer of a rule: yes, or no with a reason that a practitioner can act on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """What a rule decided. `reason` is shown on a page as it stands, so it says what to do next.

    `field` names the form field that the reason is about, where there is one.
    """

    allowed: bool
    reason: str = ""
    field: str = ""

    def __bool__(self) -> bool:
        return self.allowed

    @classmethod
    def yes(cls) -> Verdict:
        return cls(True)

    @classmethod
    def no(cls, reason: str, field: str = "") -> Verdict:
        if not reason:
            raise ValueError("A refusal needs a reason that the reader can act on.")
        return cls(False, reason, field)

    def or_refuse(self) -> None:
        """Raise `Refused` unless allowed."""
        if not self.allowed:
            raise Refused(self)


class Refused(Exception):
    """An action was refused by a rule. Nothing that it wrote stays; the refusal itself is audited."""

    def __init__(self, verdict: Verdict | str, field: str = "") -> None:
        self.verdict = verdict if isinstance(verdict, Verdict) else Verdict.no(verdict, field)
        super().__init__(self.verdict.reason)


class NotPermitted(Refused):
    """The viewer's role does not hold the permission that the action asks for."""


class NotFound(Exception):
    """No such thing for this viewer: sealed, foreign and invented ids are all answered alike."""
