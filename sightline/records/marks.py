"""The marks with which a writer says what a paragraph is, without leaving the text. Pure.

A paragraph ends at an empty line, or where the next line begins with a mark. At its start may stand

    o She is hiding something.            one of f o j d and a space: fact, opinion, judgement, decision
    a: Her needs are met.                 the letter and a colon, which assessment needs: "a" may begin a sentence
    Opinion: she is hiding something.     the word itself and a colon, for whoever prefers it
    @Sam Reyes, teacher: He was hungry.   who told it, up to the colon
    o @Sam Reyes: She is afraid.          both

and without a mark it is a fact that the writer saw or heard. `#12` anywhere in it points to entry 12 of the record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from .terms import StatementKind, StatementSource

_LETTERS = {kind.value[0]: kind for kind in StatementKind}
_LETTER = re.compile(r"([foajd]):[ \t]*(?=\S)|([fojd])[ \t]+(?=\S)|(a)[ \t]+(?=@)")
_WORD = re.compile(rf"({'|'.join(StatementKind)})[ \t]*:[ \t]*", re.IGNORECASE)
_TOLD = re.compile(r"@[ \t]*([^:\n]{1,120}?)[ \t]*:[ \t]*")
_REFERENCE = re.compile(r"(?<![\w#&])#(\d{1,6})\b")
_REASON = re.compile(r"(?<=[\s.;,(])reasons?[ \t]*:", re.IGNORECASE)
_BECAUSE = re.compile(r"(?<=[\s.;,(])(?<!\bjust )(?<!\bonly )because\b", re.IGNORECASE)

#: What may stand for a name to say that the writer knows it themselves.
SELF = {"me", "myself", "i"}


@dataclass(frozen=True)
class Paragraph:
    """One paragraph as it is signed. `told_by` is empty where the author saw or heard it.

    `only` is said of a line that stands in the record of one child alone. `line` is the line of the writer's text on
    which it starts, from 0. `unfinished` says that a mark began and could not be read. `as_given`: somebody else's own
    words, in which a number after # is no entry's.
    """

    text: str
    kind: StatementKind = StatementKind.FACT
    source: StatementSource = StatementSource.FIRST_HAND
    told_by: str = ""
    only: bool = False
    line: int = 0
    unfinished: str = ""
    as_given: bool = False

    @property
    def references(self) -> tuple[int, ...]:
        """The numbers of the entries that it names, each once, in order."""
        if self.as_given:
            return ()
        return tuple(dict.fromkeys(int(found) for found in _REFERENCE.findall(self.text)))

    @property
    def decided(self) -> tuple[str, str]:
        """Of a decision: what was decided, and the reasons; the second empty where none are said, or nothing that was
        decided stands before them. “Reason:” says it plainest; “because” only where it is not there."""
        for word in (_REASON, _BECAUSE):
            for found in word.finditer(self.text):
                if outcome := self.text[: found.start()].strip(" \t\n.;,("):
                    return f"{outcome}.", self.text[found.end() :].strip().rstrip(")")
        return self.text, ""


def paragraphs(text: str, *, only: bool = False) -> list[Paragraph]:
    """The paragraphs of what somebody wrote, each with what its marks say. Never raises."""
    found: list[Paragraph] = []
    lines: list[str] = []
    began = 0

    def close() -> None:
        if any(line.strip() for line in lines):
            found.append(_paragraph("\n".join(lines).strip("\n"), began, only))
        lines.clear()

    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        if not line.strip():
            close()
            continue
        if lines and starts_with_mark(line) and _may_begin(line, lines[-1]):
            close()
        if not lines:
            began = number
        lines.append(line.rstrip())
    close()
    return found


def _may_begin(line: str, before: str) -> bool:
    """Whether a mark on a line without an empty one before it is meant: in a pasted text that was cut into lines,
    a single letter may be part of the sentence."""
    return not _LETTER.match(line.lstrip()) or before.rstrip().endswith(
        (".", "!", "?", ":", ";", "”", '"', ")")
    )


def starts_with_mark(line: str) -> bool:
    """Whether a line begins a paragraph by its mark."""
    line = line.lstrip()
    return bool(_LETTER.match(line) or _WORD.match(line)) or line.startswith("@")


def _paragraph(text: str, line: int, only: bool) -> Paragraph:
    rest, kind = text.lstrip(), StatementKind.FACT
    if letter := _LETTER.match(rest):
        kind, rest = _LETTERS[letter[0][0]], rest[letter.end() :]
    elif word := _WORD.match(rest):
        kind, rest = StatementKind(word[1].lower()), rest[word.end() :]
    told_by, unfinished = "", ""
    if rest.startswith("@"):
        if (told := _TOLD.match(rest)) and (told[1].strip(" @,")):
            told_by, rest = " ".join(told[1].split()), rest[told.end() :]
            if told_by.casefold() in SELF:
                told_by = ""
        else:
            unfinished = "After @ write who told you and a colon, as in @Sam Reyes, teacher: He was hungry."
    if not unfinished and not rest.strip():
        unfinished = "A mark stands here without a text after it."
    source = StatementSource.TOLD if told_by else StatementSource.FIRST_HAND
    return Paragraph(rest.strip(), kind, source, told_by, only, line, unfinished)


def in_whose_words(found: Iterable[Paragraph], names: Sequence[str]) -> list[Paragraph]:
    """The same paragraphs, those told by the child of the record marked as the child's own words.

    `names` are what the child is called: in full, in use, the first name alone.
    """
    own = {name.casefold() for name in names if name}
    return [
        replace(p, source=StatementSource.CHILD) if p.told_by and p.told_by.casefold() in own else p
        for p in found
    ]


def renumbered(text: str, numbers: Mapping[int, int]) -> str:
    """The text with each `#12` that is among `numbers` given the number that it has in another record."""
    return _REFERENCE.sub(lambda found: f"#{numbers.get(int(found[1]), int(found[1]))}", text)


def whole(found: Iterable[Paragraph]) -> str:
    """The text as it reads without marks: paragraphs parted by an empty line, who told it before each."""
    return "\n\n".join(f"{p.told_by}: {p.text}" if p.told_by else p.text for p in found)


def mark_of(kind: StatementKind) -> str:
    """What a writer types to say it: 'o ', and 'a: ' where a letter alone would begin a sentence."""
    return "a: " if kind is StatementKind.ASSESSMENT else f"{kind.value[0]} "


def marked(found: Iterable[Paragraph]) -> str:
    """The text with its marks again, as a writer would have typed it: what a correction starts from."""
    lines = []
    for p in found:
        kind = "" if p.kind is StatementKind.FACT else mark_of(p.kind)
        told = f"@{p.told_by}: " if p.told_by else ""
        start = f"{kind}{told}"
        # A text that would itself be read as a mark is kept from it by saying what it is.
        if not start and starts_with_mark(p.text):
            start = "f "
        lines.append(f"{start}{p.text}")
    return "\n\n".join(lines)
