"""Pictures of real pages for the README, at desktop and telephone width.

    uv run python -m scripts.screenshots http://localhost:8000 docs/screenshots pages.toml

The list of pages is TOML:

    [[picture]]
    name = "my-work"                 # my-work.png and my-work-narrow.png
    path = "/my-work/"
    person = "Dana Okafor"           # whom of the demonstration to sign in as, or nothing
    click = ["text=Oldest first"]    # optional: what to press before the picture
    full = false                     # the whole page instead of one screen
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from .chromium import chromium, launch_options

WIDE = {"width": 1280, "height": 1000}
NARROW = {"width": 320, "height": 800}


@dataclass(frozen=True)
class Picture:
    """One page to show. `person` is the name of the demonstration's person who is signed in for it."""

    name: str
    path: str
    person: str = ""
    click: tuple[str, ...] = field(default=())
    full: bool = False


def pictures(text: str) -> list[Picture]:
    """Reads the list; ValueError names a picture without a name or path, or with a key that means nothing."""
    found = []
    for number, one in enumerate(tomllib.loads(text).get("picture", []), start=1):
        unknown = set(one) - {"name", "path", "person", "click", "full"}
        if unknown or not one.get("name") or not one.get("path"):
            raise ValueError(f"Picture {number} needs a name and a path, and nothing unknown: {one}")
        found.append(Picture(**{**one, "click": tuple(one.get("click", ()))}))
    return found


def take(base: str, folder: Path, wanted: list[Picture]) -> list[Path]:
    """Takes every picture at both widths; gives the files written. RuntimeError names a page that fails."""
    program = chromium()
    if program is None:
        raise RuntimeError("No Chromium here: install Debian's `chromium`, or set SIGHTLINE_CHROMIUM.")
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options(program))
        for suffix, size in (("", WIDE), ("-narrow", NARROW)):
            contexts: dict[str, BrowserContext] = {}
            for picture in wanted:
                if picture.person not in contexts:
                    contexts[picture.person] = signed_in(browser, base, picture.person, size)
                page = contexts[picture.person].new_page()
                target = folder / f"{picture.name}{suffix}.png"
                _show(page, base, picture)
                page.screenshot(path=str(target), full_page=picture.full)
                page.close()
                written.append(target)
        browser.close()
    return written


def signed_in(browser: Browser, base: str, person: str, size: dict[str, int]) -> BrowserContext:
    """A browser of its own in which this person of the demonstration is signed in; `person` may be nobody."""
    context = browser.new_context(viewport=size, reduced_motion="reduce")  # type: ignore[arg-type]
    if person:
        page = context.new_page()
        page.goto(urljoin(base, "/sign-in/login/"))
        page.locator("main form button[type=submit]").filter(has_text=person).first.click()
        page.wait_for_load_state()
        page.close()
    return context


def _show(page: Page, base: str, picture: Picture) -> None:
    answer = page.goto(urljoin(base, picture.path))
    if answer is None or answer.status >= 400:
        raise RuntimeError(f"{picture.path} answered {answer.status if answer else 'nothing'}.")
    for selector in picture.click:
        page.locator(selector).first.click()
        page.wait_for_load_state()
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        raise RuntimeError(f"{picture.path} scrolls sideways at {page.viewport_size}.")


def main() -> int:
    """The command line: base address, folder, list of pages."""
    parser = argparse.ArgumentParser(description="Pictures of real pages for the README.")
    parser.add_argument("base", help="address of a running Sightline, such as http://localhost:8000")
    parser.add_argument("folder", type=Path, help="where the PNG files go, such as docs/screenshots")
    parser.add_argument("pages", type=Path, help="TOML list of pages")
    given = parser.parse_args()
    try:
        for path in take(given.base, given.folder, pictures(given.pages.read_text(encoding="utf-8"))):
            print(path)
    except (RuntimeError, ValueError, OSError) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
