"""Takes names, lines and values out of the elements of a return, with a finding for whatever cannot be
taken."""

from collections.abc import Callable, Mapping
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from typing import Final, NamedTuple, TypeVar, cast

from lxml import etree

from sightline.returns import rules
from sightline.returns.shapes import Finding
from sightline.returns.terms import Coded, Grade

C = TypeVar("C", bound=Coded)
V = TypeVar("V")

LONGEST_VALUE: Final = 20_000
"""Characters of a value that a finding shows; the child's whole XML is kept beside it."""

_LAST_LINE_KEPT: Final = 65_535
_ONCE: Final = frozenset({"CollectionDetails", "Source", "ChildIdentifiers", "ChildCharacteristics"})


class Simple(NamedTuple):
    text: str
    line: int


class Taker:
    """Takes values out of elements, and writes a finding for each that it cannot take."""

    def __init__(self, findings: list[Finding], child: str | None = None, year: int | None = None) -> None:
        self.findings = findings
        self.child = child
        self.year = year

    def find(self, line: int, element: str, message: str, value: str = "", *, doubtful: bool = False) -> None:
        if len(value) > LONGEST_VALUE:
            message += f" (the first {LONGEST_VALUE} of {len(value)} characters are shown)"
            value = value[:LONGEST_VALUE]
        grade = Grade.DOUBTFUL if doubtful else Grade.NOT_TAKEN
        self.findings.append(Finding(self.child, line, element, message, value, grade))

    def unknown(self, node: etree._Element, known: Mapping[str, bool]) -> None:
        name = name_of(node)
        near = _nearest(name, tuple(known))
        hint = f"; did you mean <{near}>?" if near else ""
        self.find(
            line_of(node), shorten(name, 80), "the census has no such element here" + hint, as_text(node)
        )

    def repeated(self, node: etree._Element) -> None:
        self.find(
            line_of(node), name_of(node), "stands here a second time; the first was used", as_text(node)
        )

    def stray_text(self, text: str, parent: etree._Element, line: int) -> None:
        self.find(line, name_of(parent), "text where only elements belong", text.strip())

    def stray(self, element: etree._Element) -> None:
        """Findings for text among an element's children, and for attributes."""
        if element.text and not element.text.isspace():
            self.stray_text(element.text, element, line_of(element))
        for node in element:
            if node.tail and not node.tail.isspace():
                self.stray_text(node.tail, element, line_of(node))
        self.attributes(element)

    def attributes(self, element: etree._Element) -> None:
        for key, value in element.attrib.items():
            self.find(
                line_of(element),
                name_of(element),
                f"an attribute {shorten(str(key), 80)!r}, which the census does not have",
                str(value),
            )

    def open(
        self, element: etree._Element, known: Mapping[str, bool]
    ) -> tuple[dict[str, Simple], dict[str, list[etree._Element]]]:
        """The simple elements in this one by name, and those that hold others, in order."""
        simple: dict[str, Simple] = {}
        groups: dict[str, list[etree._Element]] = {}
        if element.attrib:
            self.attributes(element)
        if element.text and not element.text.isspace():
            self.stray_text(element.text, element, line_of(element))
        for node in element:
            if node.tail and not node.tail.isspace():
                self.stray_text(node.tail, element, line_of(node))
            if not isinstance(node.tag, str):
                continue
            name = name_of(node)
            kind = known.get(name)
            if kind is None:
                self.unknown(node, known)
            elif kind:
                if name in simple:
                    self.repeated(node)
                else:
                    simple[name] = self.simple(node)
            elif name in groups and name in _ONCE:
                self.repeated(node)
            else:
                groups.setdefault(name, []).append(node)
        return simple, groups

    def simple(self, node: etree._Element) -> Simple:
        """The text of a simple element; a finding if it is empty or holds elements."""
        line = line_of(node)
        if node.attrib:
            self.attributes(node)
        text = node.text or ""
        for inner in node:
            if isinstance(inner.tag, str):
                self.find(
                    line_of(inner), name_of(node), "an element where only a value belongs", as_text(inner)
                )
            text += inner.tail or ""
        text = text.strip()
        if not text:
            self.find(line, name_of(node), "is there, but empty")
        return Simple(text, line)

    def list_of(self, groups: list[etree._Element], name: str) -> list[Simple]:
        """The simple elements of one name in elements that hold nothing else; a finding if none."""
        values: list[Simple] = []
        for group in groups:
            before = len(values)
            if group.attrib:
                self.attributes(group)
            if group.text and not group.text.isspace():
                self.stray_text(group.text, group, line_of(group))
            for node in group:
                if node.tail and not node.tail.isspace():
                    self.stray_text(node.tail, group, line_of(node))
                if not isinstance(node.tag, str):
                    continue
                if name_of(node) == name:
                    values.append(self.simple(node))
                else:
                    self.unknown(node, {name: True})
            if len(values) == before:
                self.find(line_of(group), name_of(group), f"is there, but holds no <{name}>")
        return [value for value in values if value.text]

    def missing(self, line: int, *names: str) -> None:
        for name in names:
            self.find(line, name, "is missing")

    def value(
        self, simple: Mapping[str, Simple], name: str, take: Callable[[str], tuple[V, str | None]]
    ) -> V | None:
        found = simple.get(name)
        if found is None or not found.text:
            return None
        return self.taken(found, name, take)

    def taken(self, found: Simple, name: str, take: Callable[[str], tuple[V, str | None]]) -> V | None:
        try:
            value, doubt = take(found.text)
        except rules.Unusable as fault:
            self.find(found.line, name, str(fault), found.text)
            return None
        if doubt:
            self.find(found.line, name, doubt, found.text, doubtful=True)
        return value

    def date(self, simple: Mapping[str, Simple], name: str) -> date | None:
        return self.value(simple, name, rules.read_date)

    def flag(self, simple: Mapping[str, Simple], name: str) -> bool | None:
        return self.value(simple, name, rules.read_flag)

    def count(self, simple: Mapping[str, Simple], name: str) -> int | None:
        return self.value(simple, name, lambda text: (rules.read_count(text), None))

    def code(self, simple: Mapping[str, Simple], name: str, codes: type[C]) -> C | None:
        return self.value(simple, name, lambda text: rules.read_code(text, codes, self.year))

    def codes(self, values: list[Simple], name: str, codes: type[C]) -> tuple[C, ...]:
        taken = [
            self.taken(value, name, lambda text: rules.read_code(text, codes, self.year)) for value in values
        ]
        return tuple(code for code in taken if code is not None)

    def text(self, simple: Mapping[str, Simple], name: str, longest: int = 255) -> str | None:
        return self.value(simple, name, lambda text: rules.read_text(text, longest))


@lru_cache(maxsize=4096)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def name_of(node: etree._Element) -> str:
    """An element's name without its namespace."""
    return _local(node.tag)


@lru_cache(maxsize=4096)
def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    folded = {each.lower(): each for each in known}
    near = get_close_matches(name[:80].lower(), folded, n=1, cutoff=0.8)
    return folded[near[0]] if near else None


def line_of(node: etree._Element, steps: int = 5) -> int:
    """The line on which an element's start tag ends.

    The parser keeps lines beyond 65,534 only for text. There the line of an element is that of the first text
    in it, or else after it, less the line breaks which that text itself holds. ``steps`` bounds how many
    elements may be looked through for such a text.
    """
    line = cast("int | None", node.sourceline) or 0
    if line < _LAST_LINE_KEPT or steps == 0:
        return line
    if node.text and isinstance(node.tag, str):
        return line - node.text.count("\n")
    if len(node):
        first = node[0]
        if isinstance(first.tag, str):
            return line_of(first, steps - 1)
        return line - (first.text or "").count("\n") - (first.tail or "").count("\n")
    if node.tail:
        return line - node.tail.count("\n")
    following = node.getnext()
    return line if following is None else line_of(following, steps - 1)


def as_text(node: etree._Element) -> str:
    """An element as it stood in the file."""
    return etree.tostring(node, encoding="unicode", with_tail=False)


def shorten(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
