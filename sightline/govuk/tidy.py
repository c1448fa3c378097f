"""Typed text made safe to keep, and labels fitted into sentences."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError

#: Line ends of several kinds, made one.
_LINE_ENDS = re.compile("\r\n|\r|\u0085|\u2028|\u2029")
#: Invisible characters that make words read in another order than they are stored, or hide them.
_OVERRIDES = "\u202d\u202e"


def tidy(value: str, lines: bool = False) -> str:
    """Typed text without control characters, in composed form (NFC), trimmed.

    `lines` keeps line ends and tabs; otherwise they become spaces. Right-to-left text, marks of direction,
    joiners and emoji stay as typed. Raises ValidationError on a NUL, which no keyboard types.
    """
    if "\x00" in value:
        raise ValidationError("Take out the hidden character (NUL) that was pasted in.", code="nul")
    value = _LINE_ENDS.sub("\n", value)
    if not lines:
        value = re.sub(r"[\n\t]+", " ", value)
    kept = (
        c
        for c in value
        if c in "\n\t" or (unicodedata.category(c) not in ("Cc", "Cs") and c not in _OVERRIDES)
    )
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def digits(text: str) -> str:
    """Digits of any script (Arabic, Bengali) as 0 to 9."""
    return "".join(
        str(unicodedata.decimal(c)) if unicodedata.decimal(c, None) is not None else c for c in text
    )


def named(label: str) -> str:
    """A label inside a sentence: 'Date of birth' becomes 'date of birth', 'NHS number' stays."""
    return label[:1].lower() + label[1:] if label[1:2].islower() or label[1:2] == " " else label


def asks(label: str, verb: str) -> str:
    """What to say when an answer is missing: 'Enter date of birth', or the question itself."""
    label = label.strip()
    if label.endswith("?"):
        return f"Answer the question “{label}”"
    return f"{verb} {named(label)}" if label else f"{verb} an answer"
