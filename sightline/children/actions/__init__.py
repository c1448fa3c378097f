"""The only writer of the children room.

Each action asks who may, then whether it can be, then writes rows, brings the pointer up to date and tells
the audit trail, all in one transaction. Nothing is overwritten: what changes ends on a day and begins anew,
what was wrong stands beside what puts it right.

A form passes `seen`, the ids of the rows that it showed (`ChildView` gives them): where somebody else has
changed the same thing since, the action refuses and says who and when."""

from .gate import (
    london_day,
    pointer_changed,
    refresh_agency,
    refresh_pointer,
    refresh_pointers,
)
from .identity import (
    answer_identity,
    birth_of,
    born,
    correct_particulars,
    died,
    give_identifier,
    rename,
    withdraw_identifier,
)
from .people import (
    end_involvement,
    end_tie,
    involve,
    tie,
    tie_many,
)
from .putting_right import never_lived_there, recorded_wrongly
from .recording import (
    RecordedThen,
    record_adult,
    record_child,
    record_child_of_concern,
    record_children_bulk,
    record_family_bulk,
    tie_family_of_concern,
)
from .standing import (
    authority_changed,
    end_provider,
    end_status,
    leave_address,
    move_to,
    moved,
    record_authority,
    set_authority,
    set_provider,
    set_status,
)

__all__ = [
    "RecordedThen",
    "answer_identity",
    "authority_changed",
    "birth_of",
    "born",
    "correct_particulars",
    "died",
    "end_involvement",
    "end_provider",
    "end_status",
    "end_tie",
    "give_identifier",
    "involve",
    "leave_address",
    "london_day",
    "move_to",
    "moved",
    "never_lived_there",
    "pointer_changed",
    "record_adult",
    "record_authority",
    "record_child",
    "record_child_of_concern",
    "record_children_bulk",
    "record_family_bulk",
    "recorded_wrongly",
    "refresh_agency",
    "refresh_pointer",
    "refresh_pointers",
    "rename",
    "set_authority",
    "set_provider",
    "set_status",
    "tie",
    "tie_family_of_concern",
    "tie_many",
    "withdraw_identifier",
]
