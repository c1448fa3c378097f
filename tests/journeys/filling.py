"""Filling forms by the names of their fields, in the way in which somebody came."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sightline.kernel.time import LONDON

from .conftest import Visitor


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
                fill(visitor, name, str(one))


def fill(visitor: Visitor, name: str, value: str) -> None:
    of_that_name = visitor.page.locator(f"[name='{name}']")
    if of_that_name.first.get_attribute("type") in ("radio", "checkbox"):
        visitor.answers(visitor.page.locator(f"[name='{name}'][value='{value}']"))
    else:
        visitor.answers(of_that_name.first, value)
