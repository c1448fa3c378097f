"""One gate: every action that a page calls asks it before it writes anything.

Read from the source as in test_actions: an action's calls in their order, those of the actions that it calls among
them. What is met first is the gate (`permit`, or the rule `permitted` behind it) or a write. Public functions that no
page calls are steps of actions that have asked, or the work of named jobs and imports, which the tables' doors let in.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from .plan import rooms
from .test_actions import WRITES, _imported, _is_subject, _name, public_writers

GATE = "agencies.permit"
#: What `permit` itself asks: for rooms that say in their own words who is kept out, or let named jobs by.
RULE = ("sightline.agencies.rules", "permitted")
#: Names that two functions of a room have: which of them is not called by pages, and why it need not ask.
TWICE = {"enquiries.begin": "episode.begin is a step of whatever brings a child to the statutory services"}
#: What somebody does to what is theirs alone, or without an account: no permission of a role is asked, and the door of
#: the table lets nobody write another's.
OF_ONES_OWN = {
    "access.keep_form": "a form begun by whoever writes it",
    "agencies.acknowledge": "a notice to oneself",
    "agencies.keep_answer": "what one's own session was answered, by any form that was let in",
    "archive.reply": "whoever was given their own record answers it by reference and secret",
    "concerns.save_draft": "a draft of one's own, also without an account",
    "concerns.start_draft": "a draft of one's own, also without an account",
    "concerns.take_back": "whoever raised it takes it back, also without an account",
    "enquiries.save_draft": "a draft of one's own",
    "meetings.save_draft": "a draft of one's own",
    "records.give_left_drafts": "drafts handed to oneself when their writer left",
}

#: What the worker and the commands do beside their jobs; no page comes to it.
OF_COMMANDS = {"audit/anchor.py"}


def _steps(room: str, tree: ast.Module, inside: bool) -> Iterator[tuple[str, list[str]]]:
    """Each function, and what it does in order: GATE, a write (""), or the name of what it calls."""
    known = _imported(tree, room, inside)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == RULE[0]:
            known |= {a.asname or a.name: GATE for a in node.names if a.name == RULE[1]}
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        calls = [inner for inner in ast.walk(node) if isinstance(inner, ast.Call)]
        # By their ends: what stands in the brackets of a call is done before it.
        calls.sort(key=lambda call: (call.end_lineno or 0, call.end_col_offset or 0))
        steps = []
        for call in calls:
            called = _name(call.func)
            first, _, last = called.rpartition(".")
            written = first and last in WRITES and not first.endswith(("dict", "hash", "digest", "seen"))
            known_as = known.get(called) or (known[first] + last if first in known else f"{room}.{called}")
            steps.append("" if written else known_as)
        yield node.name, steps


@cache
def bodies() -> dict[str, list[list[str]]]:
    """What each function of the rooms' actions does; of two by one name in a room, both."""
    found: dict[str, list[list[str]]] = {}
    for room in rooms():
        for path in (*room.glob("actions.py"), *sorted(room.glob("actions/**/*.py"))):
            for name, steps in _steps(room.name, ast.parse(path.read_text()), path.name != "actions.py"):
                found.setdefault(f"{room.name}.{name}", []).append(steps)
    return found


def asks_first(name: str, seen: frozenset[str] = frozenset()) -> bool | None:
    """Whether the gate is met before a write; None where neither is."""
    met = []
    for steps in bodies().get(name, []) if name not in seen else []:
        for step in steps:
            one = step == GATE if step in ("", GATE) else asks_first(step, seen | {name})
            if one is not None:
                met.append(one)
                break
    return any(met) if name in TWICE else all(met) if met else None


def _called_by(room: Path, path: Path) -> set[str]:
    """The actions of any room that a module names, as `room.name`."""
    tree = ast.parse(path.read_text())
    known = _imported(tree, room.name)
    for node in ast.walk(tree):
        # Pages import their own room's actions as `from .. import actions`.
        if isinstance(node, ast.ImportFrom) and node.level and not node.module:
            known |= {a.asname or a.name: f"{room.name}." for a in node.names if a.name == "actions"}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in known:
            found.add(known[node.id])
        elif isinstance(node, ast.Attribute) and (first := _name(node.value)) in known:
            found.add(known[first] + node.attr)
    return found


@cache
def called_by_pages() -> frozenset[str]:
    """What any page calls, and what stands around every page."""
    return frozenset(
        name
        for room in rooms()
        for path in sorted(room.rglob("*.py"))
        if not {"tests", "migrations", "actions"} & set(path.relative_to(room).parts)
        and path.name not in ("actions.py", "jobs.py", "apps.py")
        and path.relative_to(room.parent).as_posix() not in OF_COMMANDS
        and room.name != "config"
        for name in _called_by(room, path)
    )


def acts() -> list[str]:
    return [name for name in public_writers() if name in called_by_pages()]


def test_the_rooms_acts_are_found():
    assert len(acts()) > 200
    assert {"access.seal", "concerns.raise_concern", "records.sign", "children.rename", "voice.hear"} <= set(
        acts()
    )
    assert _is_subject("access", "seals")


@pytest.mark.obligation("REC-18")
def test_each_action_asks_the_gate_before_it_writes():
    """Named here: what writes before permit() is asked, or never asks."""
    assert [name for name in acts() if name not in OF_ONES_OWN and not asks_first(name)] == []


def test_no_other_name_stands_for_two_functions():
    assert {name for name, found in bodies().items() if len(found) > 1} == set(TWICE)


def test_what_is_excused_is_called_and_does_not_ask():
    assert set(OF_ONES_OWN) <= set(acts())
    assert [name for name in OF_ONES_OWN if asks_first(name)] == []
