"""The only writer of concerns: raised, taken up, decided, answered, taken back, corrected, reopened."""

from .allocating import (
    allocate,
    pass_to_team,
)
from .answering import (
    acknowledge,
    add_more,
    answer,
    close_taken_back,
    reopen,
    take_back,
)
from .deciding import (
    Incomplete,
    outcome_rule,
    screen,
)
from .drafts import (
    drop_draft,
    hand_over_drafts,
    save_draft,
    start_draft,
)
from .effect import (
    outcome_is_protection,
)
from .front_door import (
    danger_acted_on,
    decide_match,
    hand_back,
    say_not_known,
    take_up,
    undo_match,
)
from .giving import (
    GivenIn,
    give_service,
)
from .passing_on import (
    transfer_accepted,
    transfer_received,
)
from .past import (
    PastAnswer,
    PastConcern,
    PastDecisions,
    record_past_concerns_bulk,
)
from .raising import (
    ChildIn,
    ConcernIn,
    PersonIn,
    Raised,
    raise_concern,
)
from .ruling import (
    rule_on,
)
from .steps import (
    stale_words,
)

__all__ = [
    "ChildIn",
    "ConcernIn",
    "GivenIn",
    "Incomplete",
    "PastAnswer",
    "PastConcern",
    "PastDecisions",
    "PersonIn",
    "Raised",
    "acknowledge",
    "add_more",
    "allocate",
    "answer",
    "close_taken_back",
    "danger_acted_on",
    "decide_match",
    "drop_draft",
    "give_service",
    "hand_back",
    "hand_over_drafts",
    "outcome_is_protection",
    "outcome_rule",
    "pass_to_team",
    "raise_concern",
    "record_past_concerns_bulk",
    "reopen",
    "rule_on",
    "save_draft",
    "say_not_known",
    "screen",
    "stale_words",
    "start_draft",
    "take_back",
    "take_up",
    "transfer_accepted",
    "transfer_received",
    "undo_match",
]
