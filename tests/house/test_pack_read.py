"""What a procedure pack sets is so: every limit ends a clock or is asked for, every event happens, every kind of duty
is opened. A value that nothing reads would be shown as the procedure and change nothing."""

from __future__ import annotations

import ast
import re
import tomllib
from itertools import product
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: What the statute sets and no room does yet: each with what is not recorded here.
NOT_YET = {
    "private_fostering_visit_first_year": "that a child is privately fostered is not recorded yet",
    "private_fostering_visit_later": "that a child is privately fostered is not recorded yet",
    "allegation_about_staff": "allegations about staff have no room yet",
    "serious_incident_notification": "serious incidents have no room yet",
    "rapid_review": "serious incidents have no room yet",
}


def _pack() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for file in sorted((ROOT / "packs" / "england").glob("*.toml")):
        for kind, blocks in tomllib.loads(file.read_text()).items():
            if isinstance(blocks, list):
                found.setdefault(kind, []).extend(blocks)
    return found


def _said() -> tuple[set[str], list[re.Pattern[str]]]:
    """The texts of the program, and what its texts with something to be filled in can come to."""
    whole: set[str] = set()
    filled: list[re.Pattern[str]] = []
    for file in (ROOT / "sightline").rglob("*.py"):
        if {"tests", "migrations"} & set(file.parts):
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [
                    re.escape(part.value) if isinstance(part, ast.Constant) else "[a-z0-9_]*"
                    for part in node.values
                ]
                words = "".join(part for part in parts if part != "[a-z0-9_]*")
                if re.fullmatch(r"[a-z0-9]*_[a-z0-9_]*", words) and len(words.strip("_")) > 3:
                    filled.append(re.compile("".join(parts)))
    return whole, filled


PACK = _pack()
SAID, FILLED = _said()
IDS = {kind: sorted({each["id"] for each in PACK[kind]}) for kind in ("limit", "duty_kind", "event")}


def _named(name: str) -> bool:
    return name in SAID or any(pattern.fullmatch(name) for pattern in FILLED)


def _by_data(*names: str) -> set[str]:
    """What other blocks of the pack name under these keys."""
    found: set[str] = set()
    for block, name in product((b for blocks in PACK.values() for b in blocks), names):
        value = block.get(name, ())
        found |= {value} if isinstance(value, str) else {each for each in value if isinstance(each, str)} \
            if isinstance(value, list) else set()  # fmt: skip
    return found


@pytest.mark.parametrize("limit", IDS["limit"])
def test_every_time_limit_of_the_pack_is_read(limit: str) -> None:
    of_a_duty = limit in {each["limit"] for each in PACK["duty_kind"]}
    assert (of_a_duty or _named(limit)) is (limit not in NOT_YET), (
        "read it, or say in NOT_YET why nothing does"
    )


@pytest.mark.parametrize("kind", IDS["duty_kind"])
def test_every_kind_of_duty_of_the_pack_is_opened(kind: str) -> None:
    assert kind in _by_data("opens") or _named(kind)


@pytest.mark.parametrize("event", IDS["event"])
def test_every_event_of_the_pack_happens(event: str) -> None:
    assert event in _by_data("on_held", "on_concluded") or _named(event)
