"""Everything here hangs on a child's folder. What was written stays: texts, steps and signatures are append-only."""

from .assessment import (
    AnswerDraft,
    Assessment,
    Contribution,
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
from .protection import (
    Closing,
    Emergency,
    Enquiry,
    EnquiryEnd,
    EnquiryText,
    LookedAfter,
    LookedAfterTakenBack,
    Medical,
    Relook,
    SpokenTo,
    StepUp,
    Strategy,
    StrategyDecision,
)
from .waiting import Waiting, WaitingHome

__all__ = [
    "AnswerDraft",
    "Assessment",
    "Attempt",
    "Closing",
    "Contribution",
    "Emergency",
    "Enquiry",
    "EnquiryEnd",
    "EnquiryText",
    "Episode",
    "Evidence",
    "LookedAfter",
    "LookedAfterTakenBack",
    "Medical",
    "Need",
    "Participation",
    "Progress",
    "Relook",
    "SectionText",
    "Shared",
    "SignOff",
    "SpokenTo",
    "Step",
    "StepUp",
    "Strategy",
    "StrategyDecision",
    "Waiting",
    "WaitingHome",
]
