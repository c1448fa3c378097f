"""The only writers of the duty ledger, by subject.

An action elsewhere discharges a duty and opens the next, as the partnership's pack says; it names the kind of
duty, and the pack says the rest: limit, citation, what discharges it, when it counts as due soon or critical.
"""

from .by_people import answer_for, extend, shorten, withdraw
from .doing import discharge, discharge_these, happened
from .following import met_anew, run_anew
from .handing import hand_over_all, hand_to
from .keeping import keep_packs
from .missing import mark_missed
from .opening import (
    Clock,
    Opening,
    PastDuty,
    clock_of,
    open_duties,
    record_duties_bulk,
    sooner_by,
    still_sooner,
)
from .steps import Sent
from .taking_back import after_all, never_were, owe_again, withdraw_all, withdraw_these

__all__ = [
    "Clock",
    "Opening",
    "PastDuty",
    "Sent",
    "after_all",
    "answer_for",
    "clock_of",
    "discharge",
    "discharge_these",
    "extend",
    "hand_over_all",
    "hand_to",
    "happened",
    "keep_packs",
    "mark_missed",
    "met_anew",
    "never_were",
    "open_duties",
    "owe_again",
    "record_duties_bulk",
    "run_anew",
    "shorten",
    "sooner_by",
    "still_sooner",
    "withdraw",
    "withdraw_all",
    "withdraw_these",
]
