"""The only writer of the agencies room, and `permit`, the one gate that every action asks."""

from .gate import permit
from .notices import (
    acknowledge,
    notice_emailed,
    notify,
    notify_duty_manager,
    settle_and_pass_on,
    tell_of_ending_posts,
)
from .partnership import (
    add_agency,
    add_team,
    change_agency,
    following_agencies,
    set_up_partnership,
    sync_roles,
)
from .people import appoint, end_posting, first_administrator, give_passphrase, hand_over_people
from .rota import add_shifts, remove_shift, set_rota
from .sent import AGAIN_WITHIN, forget_sent, keep_answer, led_to
from .sessions import clear_ended_counts, clear_ended_sessions

__all__ = [
    "AGAIN_WITHIN",
    "acknowledge",
    "add_agency",
    "add_shifts",
    "add_team",
    "appoint",
    "change_agency",
    "clear_ended_counts",
    "clear_ended_sessions",
    "end_posting",
    "first_administrator",
    "following_agencies",
    "forget_sent",
    "give_passphrase",
    "hand_over_people",
    "keep_answer",
    "led_to",
    "notice_emailed",
    "notify",
    "notify_duty_manager",
    "permit",
    "remove_shift",
    "set_rota",
    "set_up_partnership",
    "settle_and_pass_on",
    "sync_roles",
    "tell_of_ending_posts",
]
