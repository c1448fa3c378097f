"""Everything here hangs on a child's folder. What was written stays: texts, steps and signatures are append-only."""

from .assessment import (
    Assessment,
    Contribution,
    Draft,
    Evidence,
    Need,
    Participation,
    Progress,
    SectionText,
    Shared,
    SignOff,
)
from .contact import Attempt
from .episode import Episode, Step

__all__ = [
    "Assessment",
    "Attempt",
    "Contribution",
    "Draft",
    "Episode",
    "Evidence",
    "Need",
    "Participation",
    "Progress",
    "SectionText",
    "Shared",
    "SignOff",
    "Step",
]
