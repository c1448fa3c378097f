"""The only writer of this room: paper volumes and their removal; requests to see a record, and what was given."""

from .bundles import (
    Deciding,
    approve,
    decide_item,
    gather,
    give_the_rest,
)
from .giving import (
    Given,
    Giving,
    copy_as_pdf,
    end_sharing,
    give,
    take_file_beside,
)
from .keeping import (
    disposals_so_far,
    dispose,
    end_hold,
    hold,
    keep_after_all,
    list_of_disposals,
    propose_disposal,
    told_of_repeated,
)
from .leaving import (
    Leaving,
    TellingOf,
    copy_back,
    copy_left,
    file_left,
    tell_of_record,
)
from .own import (
    answer_reply,
    read_own,
    reply,
)
from .paper import (
    Checked,
    Keeping,
    RemovalMove,
    add_volume,
    ask_removal,
    check_volume,
    move_removal,
    place_volume,
)
from .requests import (
    Asking,
    Identity,
    check_identity,
    close,
    extend,
    pause,
    receive,
    resume,
)
from .rows import (
    Kept,
)
from .scans import (
    check_scan,
)

__all__ = [
    "Asking",
    "Checked",
    "Deciding",
    "Given",
    "Giving",
    "Identity",
    "Keeping",
    "Kept",
    "Leaving",
    "RemovalMove",
    "TellingOf",
    "add_volume",
    "answer_reply",
    "approve",
    "ask_removal",
    "check_identity",
    "check_scan",
    "check_volume",
    "close",
    "copy_as_pdf",
    "copy_back",
    "copy_left",
    "decide_item",
    "disposals_so_far",
    "dispose",
    "end_hold",
    "end_sharing",
    "extend",
    "file_left",
    "gather",
    "give",
    "give_the_rest",
    "hold",
    "keep_after_all",
    "list_of_disposals",
    "move_removal",
    "pause",
    "place_volume",
    "propose_disposal",
    "read_own",
    "receive",
    "reply",
    "resume",
    "take_file_beside",
    "tell_of_record",
    "told_of_repeated",
]
