"""Every duty that a procedure pack opens can be met: an event of the pack that the program tells, or an act of a room,
discharges it. One that nothing discharges turns red and stays so whatever anybody does."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from typing import Any

from .plan import PACKAGE

PACKS = PACKAGE.parent / "packs"


def blocks(kind: str) -> list[dict[str, Any]]:
    """Every block of that kind, of all packs."""
    return [
        block
        for path in sorted(PACKS.glob("*/*.toml"))
        for block in tomllib.loads(path.read_text(encoding="utf-8")).get(kind, [])
    ]


def actions() -> Iterator[ast.AST]:
    """What every module that writes consists of."""
    for path in PACKAGE.glob("*/actions/**/*.py"):
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    for path in PACKAGE.glob("*/actions.py"):
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def _pattern(text: ast.JoinedStr) -> str:
    return "".join(
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z0-9_]+" for part in text.values
    )


def words_of_actions() -> re.Pattern[str]:
    """Whatever an action may call an event: its own words, f-strings, and what meetings say of themselves in a pack."""
    found = set()
    for node in actions():
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            found.add(re.escape(node.value))
        elif isinstance(node, ast.JoinedStr) and any(isinstance(part, ast.Constant) for part in node.values):
            found.add(_pattern(node))
    for meeting in blocks("meeting"):
        found |= {re.escape(event) for key in ("on_held", "on_concluded") for event in meeting.get(key, [])}
    return re.compile("|".join(sorted(found)))


def discharged_by_name() -> set[str]:
    """The kinds that an action discharges by their name."""
    found = set()
    for node in actions():
        if isinstance(node, ast.Call) and node.args:
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called == "discharge":
                found |= {
                    each.value
                    for each in ast.walk(node.args[0])
                    if isinstance(each, ast.Constant) and isinstance(each.value, str)
                }
    return found


def unmet(opened: set[str], events: list[dict[str, Any]]) -> set[str]:
    """The kinds that nothing discharges."""
    told = words_of_actions()
    met = {kind for event in events if told.fullmatch(event["id"]) for kind in event.get("discharges", [])}
    return opened - met - discharged_by_name()


def opened_by_packs() -> set[str]:
    return {
        kind for block in blocks("event") + blocks("screening_outcome") for kind in block.get("opens", [])
    }


def test_every_duty_that_a_pack_opens_is_met_by_something_that_the_program_does() -> None:
    opened = opened_by_packs()
    assert len(opened) > 30
    assert unmet(opened, blocks("event")) == set()


def test_a_duty_that_nothing_discharges_is_found() -> None:
    events = [event for event in blocks("event") if event["id"] != "service_given"]
    never_told = {"id": "nobody_ever_says_this", "discharges": ["signposting"]}
    assert unmet(opened_by_packs(), [*events, never_told]) == {"signposting"}
