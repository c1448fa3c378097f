"""Filling forms by the names of their fields: with the pointer, or with nothing but the keyboard."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sightline.kernel.time import LONDON

from .conftest import Visitor

#: More stops than any page has.
STOPS = 400


def _parts(name: str, value: Any) -> dict[str, Any]:
    """The inputs of a day or a moment, each with what is typed into it."""
    if isinstance(value, datetime):
        at = value.astimezone(LONDON)
        return {**_parts(name, at.date()), f"{name}-time": f"{at:%H:%M}"}
    if isinstance(value, date):
        return {f"{name}-day": value.day, f"{name}-month": value.month, f"{name}-year": value.year}
    return {name: value}


def fills(visitor: Visitor, **fields: Any) -> None:
    """Answer questions by the names of their fields: words, a day, a moment, a choice, or several in a list."""
    for field, given in fields.items():
        for name, value in _parts(field, given).items():
            for one in value if isinstance(value, list) else [value]:
                _fill(visitor, name, str(one))


def _fill(visitor: Visitor, name: str, value: str) -> None:
    of_that_name = visitor.page.locator(f"[name='{name}']")
    kind = of_that_name.first.get_attribute("type")
    if kind in ("radio", "checkbox"):
        visitor.page.locator(f"[name='{name}'][value='{value}']").check()
    elif visitor.page.locator(f"select[name='{name}']").count():
        of_that_name.first.select_option(value)
    else:
        of_that_name.first.fill(value)


def types(visitor: Visitor, **fields: Any) -> None:
    """The same with the keyboard alone: Tab to each field, type, or move with the arrows."""
    for field, given in fields.items():
        for name, value in _parts(field, given).items():
            for one in value if isinstance(value, list) else [value]:
                _type(visitor, name, str(one))


_FOCUSED = """() => {
    const e = document.activeElement;
    // At the end of the page nothing is focused, which is to say all of it.
    return [e.name || '', e.value || '', e.type || '', e === document.body ? '' : e.innerText || ''];
}"""


def _goes_by_tab(visitor: Visitor, wanted: Any) -> list[str]:
    keyboard = visitor.page.keyboard
    for _ in range(STOPS):
        keyboard.press("Tab")
        focused: list[str] = visitor.page.evaluate(_FOCUSED)
        if wanted(focused):
            return focused
    raise AssertionError(f"No way by keyboard on {visitor.page.url}")


def _type(visitor: Visitor, name: str, value: str) -> None:
    keyboard = visitor.page.keyboard
    _name, at, kind, _words = _goes_by_tab(visitor, lambda f: f[0] == name)
    if kind == "checkbox":
        while at != value:
            at = _goes_by_tab(visitor, lambda f: f[0] == name)[1]
        keyboard.press("Space")
    elif kind == "radio":
        if at == value:
            keyboard.press("Space")
        for _ in range(STOPS):
            if at == value:
                return
            keyboard.press("ArrowDown")
            at = visitor.page.evaluate(_FOCUSED)[1]
        raise AssertionError(f"{name} has no answer {value} that the arrows reach")
    elif kind == "select-one":
        for _ in range(STOPS):
            if visitor.page.evaluate(_FOCUSED)[1] == value:
                return
            keyboard.press("ArrowDown")
        raise AssertionError(f"{name} has no {value}")
    else:
        keyboard.press("Control+a")
        keyboard.type(value)


def presses_by_key(visitor: Visitor, button: str) -> None:
    """Tab to a button and press Enter on it."""
    _goes_by_tab(visitor, lambda f: f[2] == "submit" and button in f[3])
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")
    visitor.looks_over_the_page()


def follows_by_key(visitor: Visitor, link: str) -> None:
    """Tab to a link and press Enter on it."""
    _goes_by_tab(visitor, lambda f: f[2] != "submit" and link in f[3])
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")
    visitor.looks_over_the_page()


def opens_by_key(visitor: Visitor, summary: str) -> None:
    """Tab to what is folded away and press Enter on it."""
    _goes_by_tab(visitor, lambda f: summary in f[3])
    visitor.page.keyboard.press("Enter")
