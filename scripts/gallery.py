"""A picture of every page that people of the demonstration come to by links, at desktop and telephone width.

    uv run python -m scripts.gallery http://localhost:8000 /tmp/gallery [--only child] [--sheets]

It signs in as each person in turn, follows links, and keeps for each route the fullest page that it met. Pages that
no link leads to are named at the end: they are reached by forms alone, or by nobody.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import deque
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import httpx
from PIL import Image, ImageDraw
from playwright.sync_api import sync_playwright

from .chromium import chromium, launch_options
from .screenshots import NARROW, WIDE, signed_in

#: In whose eyes a page is shown first: who works most with children, then who decides, then everybody else.
PEOPLE = (
    "Dana Okafor", "Marek Holub", "Priya Nair", "Helen Abara", "Sam Reyes", "Ines Farrow", "Rhona Lindqvist",
    "Leila Haddad", "Owen Pritchard", "Grace Tan", "Femi Oduya", "",
)  # fmt: skip
#: Pages of one route that are looked at, for each person: the fullest is kept.
OF_EACH = 2
#: A sheet shows so many pictures side by side, each at most so tall.
ACROSS, TALLEST = 4, 1700


class Page(HTMLParser):
    """The links of a page and its first form to sign in as somebody."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href") and "download" not in given:
            self.links.append(str(given["href"]))


@dataclass
class Seen:
    """The fullest page of a route so far."""

    path: str
    person: str
    size: int


def route_of(path: str) -> str:
    """The name of the route, and nothing for what is no page of ours."""
    from django.urls import Resolver404, resolve

    try:
        return resolve(urlsplit(path).path).view_name or ""
    except Resolver404:
        return ""


def walk(base: str, person: str, cookies: dict[str, str], found: dict[str, Seen]) -> list[str]:
    """Follows links as this person, from the first page; gives the addresses that answered with an error."""
    wrong: list[str] = []
    looked: dict[str, int] = {}
    queue, known = deque(["/"]), {"/"}
    with httpx.Client(base_url=base, cookies=cookies, timeout=60) as client:
        while queue:
            path = queue.popleft()
            name = route_of(path)
            if not name or looked.get(name, 0) >= OF_EACH or name.startswith("account_logout"):
                continue
            looked[name] = looked.get(name, 0) + 1
            answer = client.get(path)
            if answer.is_redirect:
                queue.append(urlsplit(urljoin(path, answer.headers["Location"])).path)
                continue
            if answer.status_code >= 400:
                wrong.append(f"{path} ({name}) as {person or 'nobody'}: {answer.status_code}")
                continue
            if not answer.headers.get("Content-Type", "").startswith("text/html"):
                continue
            if name not in found or (found[name].person == person and found[name].size < len(answer.text)):
                found[name] = Seen(path, person, len(answer.text))
            for link in Page(answer.text).links:
                to = urldefrag(urljoin(path, link)).url
                if to.startswith("/") and to not in known:
                    known.add(to)
                    queue.append(to)
    return wrong


def take(
    base: str, folder: Path, only: str, people: tuple[str, ...]
) -> tuple[list[Path], list[str], list[str]]:
    """The files written, what was wrong on the way, and the routes that no link leads to."""
    program = chromium()
    if program is None:
        raise RuntimeError("No Chromium here: install Debian's `chromium`, or set SIGHTLINE_CHROMIUM.")
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, Seen] = {}
    wrong: list[str] = []
    written: list[Path] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options(program))
        contexts = {}
        for person in people:
            contexts[person] = signed_in(browser, base, person, WIDE)
            cookies = {c["name"]: c["value"] for c in contexts[person].cookies()}
            wrong += walk(base, person, cookies, found)
        wanted = sorted((name, seen) for name, seen in found.items() if only in name)
        for name, seen in wanted:
            page = contexts[seen.person].new_page()
            page.goto(urljoin(base, seen.path))
            for suffix, size in (("", WIDE), ("-narrow", NARROW)):
                page.set_viewport_size({"width": size["width"], "height": size["height"]})
                target = folder / f"{name.replace(':', '.')}{suffix}.png"
                page.screenshot(path=str(target), full_page=True)
                written.append(target)
                if (wide := page.evaluate("document.documentElement.scrollWidth")) > size["width"]:
                    wrong.append(f"{seen.path} ({name}) is {wide} wide at {size['width']}")
            page.close()
        browser.close()
    return written, wrong, sorted(set(every_route()) - set(found))


def every_route() -> list[str]:
    from django.urls import URLResolver, get_resolver

    def names(patterns: list[Any], space: str = "") -> list[str]:
        inner: list[str] = []
        for each in patterns:
            if isinstance(each, URLResolver):
                inner += names(each.url_patterns, f"{space}{each.namespace}:" if each.namespace else space)
            elif each.name:
                inner.append(f"{space}{each.name}")
        return inner

    return names(get_resolver().url_patterns)


def sheets(folder: Path, pictures: list[Path]) -> None:
    """Puts the pictures side by side on sheets, at half their size when wide, cut where they are very long."""
    for suffix, scale in (("", 0.5), ("-narrow", 1.0)):
        chosen = [p for p in pictures if p.stem.endswith("-narrow") == bool(suffix)]
        across = ACROSS if suffix else ACROSS - 1
        for number, start in enumerate(range(0, len(chosen), across)):
            images = []
            for path in chosen[start : start + across]:
                with Image.open(path) as whole:
                    small = whole.resize((int(whole.width * scale), int(whole.height * scale)))
                images.append(
                    (path.stem, small.crop((0, 0, small.width, min(small.height, TALLEST))), small.height)
                )
            width = sum(image.width + 12 for _n, image, _h in images)
            sheet = Image.new("RGB", (width, max(i.height for _n, i, _h in images) + 20), "#888")
            pen, left = ImageDraw.Draw(sheet), 0
            for name, image, height in images:
                sheet.paste(image, (left, 20))
                pen.text((left + 4, 4), f"{name} ({int(height / scale)} tall)", fill="white")
                left += image.width + 12
            sheet.save(folder / f"sheet{suffix}-{number:02}.png")


def main() -> int:
    """The command line: base address and folder."""
    parser = argparse.ArgumentParser(description="A picture of every page of a running demonstration.")
    parser.add_argument("base", help="address of a running demonstration, such as http://localhost:8000")
    parser.add_argument("folder", type=Path, help="where the PNG files go")
    parser.add_argument("--only", default="", help="only routes whose name holds these letters")
    parser.add_argument("--people", nargs="*", default=PEOPLE, help="as whom, in this order")
    parser.add_argument("--sheets", action="store_true", help="also several pictures side by side on sheets")
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sightline.config.settings")
    import django

    django.setup()
    written, wrong, unreached = take(given.base, given.folder, given.only, tuple(given.people))
    if given.sheets:
        sheets(given.folder, written)
    print(f"{len(written)} pictures.", *wrong, sep="\n")
    print("No link leads to:", *unreached, sep="\n  ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
