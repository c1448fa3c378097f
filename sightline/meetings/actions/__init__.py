"""The only writers of meetings, by subject."""

from .absence import MissedIn, decide_on_missed
from .agreed import ActionIn, action_done, agree_actions, hand_over_action, reopen_action
from .apart import RulingIn, end_keep_apart, keep_apart, rule_on_copy
from .base import stale_words
from .calling import add_child, call, cancel, change_chair, move, reopen, take_out_child
from .drafts import drop_draft, hand_over_minutes, save_draft
from .holding import AttendanceIn, hold, not_held, record_attendance
from .inviting import Invitee, change_needs, invite, withdraw_invitation
from .minutes import DecisionIn, SaidIn, conclude, correct_minutes, decide, dissent, write_minutes
from .packs import ask_pack, clear_packs, fail_pack, fetch_pack, make_pack
from .preparing import book_interpreter, give, offer_supporter, send_report, tell_child
from .ruling import rule_on

__all__ = [
    "ActionIn",
    "AttendanceIn",
    "DecisionIn",
    "Invitee",
    "MissedIn",
    "RulingIn",
    "SaidIn",
    "action_done",
    "add_child",
    "agree_actions",
    "ask_pack",
    "book_interpreter",
    "call",
    "cancel",
    "change_chair",
    "change_needs",
    "clear_packs",
    "conclude",
    "correct_minutes",
    "decide",
    "decide_on_missed",
    "dissent",
    "drop_draft",
    "end_keep_apart",
    "fail_pack",
    "fetch_pack",
    "give",
    "hand_over_action",
    "hand_over_minutes",
    "hold",
    "invite",
    "keep_apart",
    "make_pack",
    "move",
    "not_held",
    "offer_supporter",
    "record_attendance",
    "reopen",
    "reopen_action",
    "rule_on",
    "rule_on_copy",
    "save_draft",
    "send_report",
    "stale_words",
    "take_out_child",
    "tell_child",
    "withdraw_invitation",
    "write_minutes",
]
