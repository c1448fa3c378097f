"""Writing aids: what a writer might look at again. Pure, on this machine, and never a bar to signing.

The words come from the partnership's procedures (`wording` and `glossary` of the packs) and from what the family calls
itself. Records are in plain English, neither judgemental nor speculative, and abbreviations are kept down and
explained (North East Lincolnshire, case recording; REC-10); language that blames is pointed out (FAM-13).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from markupsafe import Markup

from sightline.procedures.schema import Abbreviation, Phrase, Wording

from .marks import Paragraph
from .terms import AidKind, StatementKind, StatementSource

#: A sentence with more words than this is hard to follow when it is read aloud.
LONGEST_SENTENCE = 30
#: More than so many at once are not read.
MOST_AIDS = 12

_ABBREVIATION = re.compile(r"(?<![\w&/])[A-Z][A-Z0-9]{1,6}s?(?![\w&/])")
_SENTENCE = re.compile(r"[^.!?…]+(?:[.!?…]+[”\"')]*|$)")
_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
_SPELT_OUT = re.compile(r"\(([A-Z][A-Z0-9]{1,6})s?\)")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|‘[^’]*’(?!\w)")


@dataclass(frozen=True)
class Aid:
    """Something worth a second look: which words, why, and what to do; `paragraph` counts from 1, 0 for the whole.
    `where` is what the writer was asked there, where it does not stand in the text itself."""

    kind: AidKind
    words: str
    says: str
    advice: str = ""
    paragraph: int = 0
    where: str = ""


@dataclass(frozen=True)
class Beside:
    """What is written beside the text of an entry: what was asked, and the paragraphs that answer it."""

    where: str
    paragraphs: tuple[Paragraph, ...]


def answered(where: str, text: str, kind: StatementKind = StatementKind.FACT) -> Beside:
    """An answer without marks, each of its paragraphs of one kind."""
    parts = (part.strip() for part in text.replace("\r\n", "\n").split("\n\n"))
    return Beside(where, tuple(Paragraph(part, kind, as_given=True) for part in parts if part))


@dataclass(frozen=True)
class TheirWords:
    """What somebody in the family calls themselves, and what is written instead."""

    theirs: str
    whose: str
    not_these: tuple[str, ...]
    asks: bool = False
    """They have said how they wish to be called."""


@dataclass(frozen=True)
class Pronouns:
    """The pronouns that a child has said are theirs, such as "they/them", and what the child is called."""

    said: str
    called: tuple[str, ...]

    @property
    def not_these(self) -> frozenset[str]:
        """The pronouns of one person that are not theirs. "They" is also said of several, and is left alone."""
        theirs = set(re.findall(r"[a-z]+", self.said.casefold()))
        others = [words for words in (_SHE, _HE) if not words & theirs]
        return frozenset().union(*others) - theirs if theirs else frozenset()


_SHE = frozenset({"she", "her", "hers", "herself"})
_HE = frozenset({"he", "him", "his", "himself"})
#: Where one of these is named beside the child, a pronoun may well be theirs.
_SOMEBODY_ELSE = re.compile(
    r"\b(?:mother|mum|mummy|mam|father|dad|daddy|stepmother|stepfather|stepdad|stepmum|parents?|sister|brother|"
    r"aunt|auntie|uncle|nan|gran|granny|grandma|grandad|grandmother|grandfather|cousin|partner|boyfriend|girlfriend|"
    r"carer|teacher|friend|doctor|nurse|officer|worker|man|woman|boy|girl|baby)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Lists:
    """The partnership's words and the family's own. `names` are those of the children written about."""

    wordings: tuple[Wording, ...] = ()
    glossary: tuple[Abbreviation, ...] = ()
    theirs: tuple[TheirWords, ...] = ()
    names: tuple[str, ...] = ()
    pronouns: tuple[Pronouns, ...] = ()


def aids(paragraphs: Sequence[Paragraph], lists: Lists, beside: Sequence[Beside] = ()) -> list[Aid]:
    """What to look at again in an entry, in the order of its text and of what stands beside it, each thing once; at
    most `MOST_AIDS`.

    What stands in quotation marks is somebody's own words and is left alone.
    """
    found: dict[tuple[AidKind, str], Aid] = {}
    for number, paragraph in enumerate(paragraphs, start=1):
        for aid in _of(number, paragraph, lists):
            found.setdefault((aid.kind, aid.words.casefold()), aid)
    for each in beside:
        for paragraph in each.paragraphs:
            for aid in _of(0, paragraph, lists):
                found.setdefault((aid.kind, aid.words.casefold()), replace(aid, where=each.where))
    rest = [_rests_on(paragraphs)] if paragraphs else []
    return [*found.values(), *(aid for aid in rest if aid is not None)][:MOST_AIDS]


def _of(number: int, paragraph: Paragraph, lists: Lists) -> Iterator[Aid]:
    if paragraph.unfinished:
        yield Aid(AidKind.MARK, paragraph.text[:40], "This mark cannot be read", paragraph.unfinished, number)
    if paragraph.kind is StatementKind.DECISION and not paragraph.decided[1]:
        yield Aid(
            AidKind.MARK,
            paragraph.text[:40],
            "A decision needs its reason",
            "Write “Reason:” and say why.",
            number,
        )
    own = _QUOTED.sub(" ", paragraph.text)
    yield from _abbreviations(number, own, lists)
    for wording in lists.wordings:
        if wording.type == "everyday" or (
            wording.type == "speculation"
            and (
                paragraph.kind is not StatementKind.FACT or paragraph.source is not StatementSource.FIRST_HAND
            )
        ):
            continue
        for phrase in wording.phrase:
            if match := _pattern(phrase.words).search(own):
                yield Aid(AidKind(wording.type), match[0], wording.title, _advice(phrase, wording), number)
    for sentence in _SENTENCE.findall(own):
        words = _WORD.findall(sentence)
        if len(words) > LONGEST_SENTENCE:
            yield Aid(
                AidKind.LONG_SENTENCE,
                " ".join(words[:6]) + " …",
                f"This sentence has {len(words)} words",
                "Two shorter ones are easier to follow, also when they are read aloud.",
                number,
            )
    yield from _pronouns(number, own, lists.pronouns)
    for term in lists.theirs:
        if term.asks and paragraph.source is StatementSource.CHILD:
            continue  # a child says mum
        for instead in term.not_these:
            if match := re.search(rf"\b{re.escape(instead)}\b", own, re.IGNORECASE):
                yield Aid(
                    AidKind.THEIR_WORDS,
                    match[0],
                    f"{term.whose} asks to be called {term.theirs}"
                    if term.asks
                    else f"{term.whose}: “{term.theirs}”",
                    "The name of their choice, unless you mean somebody else."
                    if term.asks
                    else "Their own word, unless you mean something else.",
                    number,
                )
                break


def _pronouns(number: int, text: str, pronouns: Iterable[Pronouns]) -> Iterator[Aid]:
    """A pronoun beside a child's name, or at the start of the sentence after it, that is not the child's (REC-16)."""
    sentences = [sentence.strip() for sentence in _SENTENCE.findall(text) if sentence.strip()]
    for each in pronouns:
        if not each.not_these:
            continue
        for place, sentence in enumerate(sentences):
            named = next((m for name in each.called if (m := _named(name).search(sentence))), None)
            if named is None or _SOMEBODY_ELSE.search(sentence):
                continue
            words = _WORD.findall(sentence[named.end() :])
            if place + 1 < len(sentences) and not _SOMEBODY_ELSE.search(sentences[place + 1]):
                words += _WORD.findall(sentences[place + 1])[:1]
            wrong = next((word for word in words if word.casefold() in each.not_these), None)
            if wrong is not None:
                yield Aid(
                    AidKind.THEIR_WORDS,
                    wrong,
                    f"{named[0]}’s pronouns are {each.said}",
                    "The pronouns of their choice, unless you mean somebody else.",
                    number,
                )
                break


@lru_cache(maxsize=512)
def _named(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")


def _abbreviations(number: int, text: str, lists: Lists) -> Iterator[Aid]:
    known = {a.abbreviation.upper() for a in lists.glossary}
    everyday = {p.words.upper() for w in lists.wordings if w.type == "everyday" for p in w.phrase}
    pointed_out = {
        p.words.upper() for w in lists.wordings if w.type != "everyday" for p in w.phrase if p.words.isupper()
    }
    spelt_out = set(_SPELT_OUT.findall(text))
    for match in _ABBREVIATION.finditer(text):
        short = match[0].rstrip("s")
        if short.upper() in known | everyday | pointed_out or short in spelt_out or short.isdigit():
            continue
        yield Aid(
            AidKind.ABBREVIATION,
            match[0],
            "Nobody outside may know this abbreviation",
            "Spell it out. The partnership’s glossary does not explain it.",
            number,
        )


def _advice(phrase: Phrase, wording: Wording) -> str:
    return f"Perhaps: {phrase.instead}. {wording.advice}" if phrase.instead else wording.advice


@lru_cache(maxsize=512)
def _pattern(words: str) -> re.Pattern[str]:
    """The phrase with its usual endings, in any case; an abbreviation in capitals only."""
    flags = re.NOFLAG if words.isupper() else re.IGNORECASE
    end = "" if words.isupper() or " " in words else r"(?:s|d|ed|ing|ly)?"
    return re.compile(rf"(?<!\w){re.escape(words)}{end}(?!\w)", flags)


def _rests_on(paragraphs: Sequence[Paragraph]) -> Aid | None:
    """A judgement names the entries that it rests on, unless the facts stand in the same entry (ASM-05)."""
    if any(p.kind is StatementKind.FACT for p in paragraphs):
        return None
    for number, p in enumerate(paragraphs, start=1):
        if p.kind in (StatementKind.JUDGEMENT, StatementKind.ASSESSMENT) and not p.references:
            return Aid(
                AidKind.RESTS_ON,
                p.text[:40],
                f"What does this {p.kind.value} rest on?",
                "Name the entries by # and their number, as in #12, so that a reader can follow it back.",
                number,
            )
    return None


def _explained(words: str, by_short: Mapping[str, Abbreviation], came_up: dict[str, Abbreviation]) -> Markup:
    out, at = Markup(""), 0
    for match in _ABBREVIATION.finditer(words):
        short = match[0] if match[0] in by_short else match[0].rstrip("s")
        entry = by_short.get(short)
        if entry is None:
            continue
        came_up[short] = entry
        out += words[at : match.start()] + Markup('<abbr title="{}">{}</abbr>').format(
            entry.stands_for, match[0]
        )
        at = match.end()
    return out + words[at:]


def explained_line(text: str, glossary: Iterable[Abbreviation]) -> tuple[Markup, list[Abbreviation]]:
    """The same of one line, without paragraphs."""
    came_up: dict[str, Abbreviation] = {}
    return _explained(text, {a.abbreviation: a for a in glossary}, came_up), list(came_up.values())


def explained(text: str, glossary: Iterable[Abbreviation]) -> tuple[Markup, list[Abbreviation]]:
    """The text as paragraphs, each abbreviation of the glossary explained where it stands, and those that came up."""
    by_short = {a.abbreviation: a for a in glossary}
    came_up: dict[str, Abbreviation] = {}
    parts = [part for part in text.split("\n\n") if part.strip()]
    shown = Markup("").join(
        Markup('<p class="govuk-body sl-words" dir="auto">{}</p>').format(
            Markup("<br>").join(_explained(one, by_short, came_up) for one in part.strip("\n").split("\n"))
        )
        for part in parts
    )
    return shown, list(came_up.values())
