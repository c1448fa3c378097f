"""The only writer of entries and decisions."""

from .asking import (
    ask_to_confirm,
)
from .confirming import (
    confirm,
)
from .correcting import (
    ContributionIn,
    contribute,
    correct_entry,
)
from .deciding import (
    NO_CONFLICT,
    ConflictIn,
    Deciding,
    PastSitting,
    decide,
    record_decisions_bulk,
    rule_on,
    tell_maker,
    told_of_decisions,
)
from .drafts import (
    DRAFTS_KEPT,
    Kept,
    clear_drafts,
    drop_draft,
    drop_left_drafts,
    give_left_drafts,
    hand_over_drafts,
    keep_draft,
)
from .numbers import (
    clock_was_ahead,
    one_at_a_time,
)
from .past import (
    PastEntry,
    record_entries_bulk,
)
from .signing import (
    sign,
    sign_entry,
)
from .writing import (
    Answered,
    EntryIn,
    SignedEntry,
    told_of_entries,
    told_of_significant,
)

__all__ = [
    "DRAFTS_KEPT",
    "NO_CONFLICT",
    "Answered",
    "ConflictIn",
    "ContributionIn",
    "Deciding",
    "EntryIn",
    "Kept",
    "PastEntry",
    "PastSitting",
    "SignedEntry",
    "ask_to_confirm",
    "clear_drafts",
    "clock_was_ahead",
    "confirm",
    "contribute",
    "correct_entry",
    "decide",
    "drop_draft",
    "drop_left_drafts",
    "give_left_drafts",
    "hand_over_drafts",
    "keep_draft",
    "one_at_a_time",
    "record_decisions_bulk",
    "record_entries_bulk",
    "rule_on",
    "sign",
    "sign_entry",
    "tell_maker",
    "told_of_decisions",
    "told_of_entries",
    "told_of_significant",
]
