"""What a page of this room carries, read from its HTML as a browser would."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


class Page(HTMLParser):
    """The hidden inputs of a page's main forms, its links by their words, and what is chosen in its lists."""

    def __init__(self, response: Any) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}
        self.links: list[tuple[str, str]] = []
        self.chosen: dict[str, str] = {}
        self._href: str | None = None
        self._words: list[str] = []
        self._list = ""
        self.feed(response.content.decode().partition("<main")[2])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and given.get("type") == "hidden" and given.get("name") != "csrfmiddlewaretoken":
            self.hidden[given.get("name", "")] = given.get("value", "")
        elif tag == "select":
            self._list = given.get("name", "")
        elif tag == "option" and "selected" in given:
            self.chosen[self._list] = given.get("value", "")
        elif tag == "a":
            self._href, self._words = given.get("href", ""), []

    def handle_data(self, data: str) -> None:
        if self._href is not None:
            self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._href is not None:
            self.links.append((" ".join("".join(self._words).split()), self._href))
            self._href = None

    def link(self, words: str) -> str:
        """Where the first link that begins with these words leads."""
        return next(href for text, href in self.links if text.startswith(words))
