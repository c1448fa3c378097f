"""A whole number as it was sent: in an address, in a hidden field, on a button."""

from __future__ import annotations

#: More than any count or version that a page sends, and still an integer of the database.
MOST = 999_999_999


def whole_number(text: str, *, most: int = MOST) -> int | None:
    """The number from 0 to `most` that the text is in the digits 0 to 9 alone; None for anything else.

    Never raises: `isdigit` calls "²" a digit, which `int` does not take, and `int` takes no more than 4,300 digits.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))):
        return None
    number = int(text)
    return number if number <= most else None
