"""Assessments: begun, written section by section, sent, signed, set aside, updated, shared."""

from .aside import set_aside, take_up_again
from .beginning import Beginning, begin
from .drafts import clear_drafts, drop_draft, save_draft
from .findings import NeedIn, PartTaken, Seen, name_need, record_progress, take_part, withdraw_need
from .sharing import Sharing, share, update
from .signing import (
    Signing,
    digest_of,
    send,
    send_back,
    sign,
    snapshot,
    take_effect,
)
from .writing import link, unlink, write

__all__ = [
    "Beginning",
    "NeedIn",
    "PartTaken",
    "Seen",
    "Sharing",
    "Signing",
    "begin",
    "clear_drafts",
    "digest_of",
    "drop_draft",
    "link",
    "name_need",
    "record_progress",
    "save_draft",
    "send",
    "send_back",
    "set_aside",
    "share",
    "sign",
    "snapshot",
    "take_effect",
    "take_part",
    "take_up_again",
    "unlink",
    "update",
    "withdraw_need",
    "write",
]
