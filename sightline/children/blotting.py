"""Words taken out of a page as it leaves, wherever they stand in it: in its text, also where a word is marked or
linked, in what is read out in place of a picture, in a field that comes filled in.

The design is denial: whatever is not known to be harmless is looked through. Places of the program itself (addresses
of pages, names of fields) are left, and a field is left that holds what its reader typed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from itertools import accumulate

_TAG = r"<[a-zA-Z/!](?:\"[^\"]*\"|'[^']*'|[^'\">])*>"
_TOKEN = re.compile(
    r"(?P<skip><!--.*?-->|<style\b.*?</style\s*>)"
    r"|(?P<open><(?P<raw>script|textarea)\b(?:\"[^\"]*\"|'[^']*'|[^'\">])*>)(?P<held>.*?)(?P<shut></(?P=raw)\s*>)"
    rf"|(?P<tag>{_TAG})|(?P<text>[^<]+|<)",
    re.DOTALL | re.IGNORECASE,
)
#: Tags within a sentence: what stands before and after them is read as one.
_INNER = r"</?(?:a|abbr|b|bdi|cite|code|del|dfn|em|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|time|u|var|wbr)\b"
_WITHIN = re.compile(rf"{_INNER}|<br\b", re.IGNORECASE)
_STRIPPED = re.compile(rf"{_INNER}[^>]*>", re.IGNORECASE)
_BREAK = re.compile(r"<br\b[^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([\s\"'])([a-zA-Z][\w:.-]*)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
#: What a browser follows, sends or finds things by, and nobody reads.
_PLACES = frozenset({
    "href", "src", "action", "formaction", "formmethod", "method", "id", "class", "name", "for", "type", "role", "lang",
    "dir", "rel", "target", "datetime", "autocomplete", "inputmode", "enctype", "srcset", "sizes", "width", "height",
    "rows", "cols", "aria-labelledby", "aria-describedby", "aria-controls", "aria-current", "aria-live",
})  # fmt: skip
_CHARACTER = re.compile(r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);|.", re.DOTALL)


def to_look_through(page: str) -> list[str]:
    """The page, and the page without the tags that stand within sentences: no words are in it that are in neither.
    Taking it apart costs ten times as much, and is needed only where something is found."""
    return [unescape(page), unescape(_STRIPPED.sub("", _BREAK.sub("\n", page)))]


@dataclass
class _Part:
    """Something of the page: `shown` as it stands there; `plain` where somebody may read it."""

    shown: str
    plain: str | None = None
    within: bool = False
    control: bool = False
    raw: bool = False
    attributes: list[str] = field(default_factory=list)


def blotted(page: str, words: Collection[str], *, instead: str, typed: Collection[str] = ()) -> str:
    """The page with `instead` in place of these words, written as they stand in it but for small and large letters.
    Fields that hold one of the texts in `typed` are left as they are."""
    if not words:
        return page
    own = {_same(text) for text in typed}
    parts = list(_parts(page))
    words = sorted(set(words), key=len, reverse=True)
    finding = re.compile("|".join(re.escape(each) for each in words), re.IGNORECASE)
    made: list[str] = []
    run: list[_Part] = []
    for part in parts:
        if part.within or (part.plain is not None and not part.control and not part.raw):
            run.append(part)
            continue
        made += [*_of_run(run, finding, instead, own), _of_part(part, finding, instead, own)]
        run = []
    return "".join([*made, *_of_run(run, finding, instead, own)])


def blotted_text(text: str, words: Sequence[str], *, instead: str) -> str:
    """A text that is no page, without these words."""
    for each in sorted(words, key=len, reverse=True):
        text = re.sub(re.escape(each), lambda _: instead, text, flags=re.IGNORECASE)
    return _once(text, instead)


def _parts(page: str) -> Iterator[_Part]:
    for token in _TOKEN.finditer(page):
        kind = token.lastgroup
        if token["skip"] is not None:
            yield _Part(token[0])
        elif token["raw"] is not None:
            yield _tag(token["open"])
            yield _held(token["held"], token["raw"].lower() == "script")
            yield _Part(token["shut"])
        elif kind == "tag":
            yield _tag(token[0])
        else:
            yield _Part(token[0], unescape(token[0]))


def _held(text: str, script: bool) -> _Part:
    return _Part(text, text, raw=True) if script else _Part(text, unescape(text), control=True)


def _tag(shown: str) -> _Part:
    values = [
        unescape(found[3] if found[3] is not None else found[4])
        for found in _ATTRIBUTE.finditer(shown)
        if found[2].lower() not in _PLACES
    ]
    return _Part(shown, within=bool(_WITHIN.match(shown)), attributes=[v for v in values if len(v) > 3])


def _of_part(part: _Part, finding: re.Pattern[str], instead: str, own: Collection[str]) -> str:
    if part.plain is None:
        return _of_tag(part, finding, instead, own)
    if _same(part.plain) in own or not finding.search(part.plain):
        return part.shown
    without = _once(finding.sub(lambda _: instead, part.plain), instead)
    return (
        without
        if part.raw
        else ("\n" if part.shown.startswith(("\n", "\r\n")) else "")
        + escape(without.removeprefix("\r\n").removeprefix("\n"))
    )


def _of_tag(part: _Part, finding: re.Pattern[str], instead: str, own: Collection[str]) -> str:
    if not any(finding.search(value) for value in part.attributes):
        return part.shown

    def changed(found: re.Match[str]) -> str:
        value = unescape(found[3] if found[3] is not None else found[4])
        if found[2].lower() in _PLACES or _same(value) in own or not finding.search(value):
            return found[0]
        without = _once(finding.sub(lambda _: instead, value), instead)
        return f'{found[1]}{found[2]}="{escape(without)}"'

    return _ATTRIBUTE.sub(changed, part.shown)


def _of_run(
    run: Sequence[_Part], finding: re.Pattern[str], instead: str, own: Collection[str]
) -> Iterator[str]:
    """Sentences with the tags in them. The words go, the tags stay."""
    read = [
        part.plain or "" if not part.within else "\n" if part.shown[:3].lower() == "<br" else ""
        for part in run
    ]
    plain, ends = "".join(read), set(accumulate(map(len, read)))
    spans = _joined([found.span() for found in finding.finditer(plain)], plain, ends)
    at = 0
    for part in run:
        if part.within:
            at += part.shown[:3].lower() == "<br"
            yield _of_tag(part, finding, instead, own)
            continue
        length = len(part.plain or "")
        if not any(start < at + length and end > at for start, end in spans):
            at += length
            yield part.shown
            continue
        for found in _CHARACTER.finditer(part.shown):
            one = unescape(found[0])
            inside = next((s for s in spans if s[0] < at + len(one) and s[1] > at), None)
            if inside is None:
                yield found[0]
            elif at <= inside[0] < at + len(one):
                yield escape(instead)
            at += len(one)


def _joined(spans: Sequence[tuple[int, int]], plain: str, ends: Collection[int]) -> list[tuple[int, int]]:
    """Those with nothing but spaces and commas between them as one, unless a tag is there: no link is emptied."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        near = found and re.fullmatch(r"[\s,;.]*", plain[found[-1][1] : start])
        if near and not any(found[-1][1] <= tag <= start for tag in ends):
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return found


def _once(text: str, instead: str) -> str:
    return re.sub(rf"{re.escape(instead)}(?:[\s,;.]*{re.escape(instead)})+", lambda _: instead, text)


def _same(text: str) -> str:
    """As a browser sends it back, and as it was typed, are one."""
    return text.replace("\r\n", "\n").strip()
