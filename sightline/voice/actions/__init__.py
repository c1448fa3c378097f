"""The only writer of what children said and what they were told, by subject."""

from .around import Mattering, Wishes, WishesIn, have_regard, matters, matters_no_more, weigh
from .drafts import DRAFTS_KEPT, Kept, OpenedOn, clear_drafts, hand_over_drafts, save_draft
from .past import PastVoice, record_past_voices
from .putting_right import (
    Wrong,
    correct,
    correct_advocacy,
    correct_done,
    correct_explanation,
    correct_rights,
    correct_telling,
)
from .taking_back import never_heard, take_back
from .turning import plan_made
from .writing import (
    AdvocacyStep,
    Explaining,
    RightsExplained,
    Said,
    Telling,
    acted,
    advocacy,
    decided,
    explain,
    hear,
    tell_before,
    tell_rights,
)

__all__ = [
    "DRAFTS_KEPT",
    "AdvocacyStep",
    "Explaining",
    "Kept",
    "Mattering",
    "OpenedOn",
    "PastVoice",
    "RightsExplained",
    "Said",
    "Telling",
    "Wishes",
    "WishesIn",
    "Wrong",
    "acted",
    "advocacy",
    "clear_drafts",
    "correct",
    "correct_advocacy",
    "correct_done",
    "correct_explanation",
    "correct_rights",
    "correct_telling",
    "decided",
    "explain",
    "hand_over_drafts",
    "have_regard",
    "hear",
    "matters",
    "matters_no_more",
    "never_heard",
    "plan_made",
    "record_past_voices",
    "save_draft",
    "take_back",
    "tell_before",
    "tell_rights",
    "weigh",
]
