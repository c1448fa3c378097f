"""Whole numbers that come from the environment: what they are where nothing is said, and the least of each."""

from __future__ import annotations

import os

from sightline.govuk.numbers import whole_number

NUMBERS = {
    "SIGHTLINE_THREADS": (4, 1),
    "SIGHTLINE_PROXIES": (0, 0),
    "SIGHTLINE_IDLE_MINUTES": (30, 1),
    "SIGHTLINE_DOCUMENT_MB": (200, 1),
}
MOST = 1_000_000

#: Web processes where nothing is said. Python answers one request at a time in each, and the database needs a core too.
PROCESSES = min(os.cpu_count() or 1, 4)


class NotANumber(Exception):
    """A setting is no whole number that can be meant; one sentence."""


def number(name: str) -> int:
    """The number of one of `NUMBERS`. Raises NotANumber."""
    otherwise, least = NUMBERS[name]
    said = os.environ.get(name, "").strip()
    if not said:
        return otherwise
    found = whole_number(said, most=MOST)
    if found is None or found < least:
        raise NotANumber(f"{name} is to be a whole number from {least} to {MOST:,}, and says {said[:40]!r}.")
    return found


def check_numbers() -> None:
    """Raises NotANumber for the first that is none, before anything is started with it."""
    for name in NUMBERS:
        number(name)
