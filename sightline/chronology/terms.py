"""The words of the chronology room."""

from enum import StrEnum


class Order(StrEnum):
    """By when it happened, or by when it came to be known here."""

    HAPPENED = "happened"
    KNOWN = "known"


class PrintState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
