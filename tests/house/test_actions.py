"""Actions: the only writers, and each public one writes the audit trail.

Read from the source, since no run shows what a path not taken would have written. A function writes if it,
or one that it calls in the rooms' actions, saves, creates, updates or deletes; it tells the trail if it, or
one that it calls, records.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import pytest

from .plan import PACKAGE, ROOT, rooms

WRITES = {
    "save", "create", "bulk_create", "get_or_create", "update_or_create", "update", "bulk_update", "delete",
}  # fmt: skip
TELLS = {"record", "record_many", "attempt", "note", "outer_transaction"}
#: Writers of the trail itself, of what it is not told about, and what only asks.
NOT_TOLD = {
    "audit": "it is the trail",
    "concerns.save_draft": "a draft saved every few seconds is no act on a record; sending it is",
    "concerns.start_draft": "as save_draft",
    "concerns.drop_draft": "as save_draft",
    "meetings.save_draft": "as concerns.save_draft",
    "meetings.drop_draft": "as concerns.save_draft",
    "enquiries.keep_waiting": "a step of each decision over a conflict of interests, which tells the trail",
    "enquiries.ruling_owed": "as enquiries.keep_waiting",
    "plans.waits": "as enquiries.keep_waiting",
    "plans.carry": "a step of moving a plan on, which tells the trail",
    "plans.carry_back": "a step of taking it back that a plan was moved on",
    "enquiries.protected": "a step of each record of what protects a child, which tells the trail",
    "enquiries.stand_at": "a step of moving a child on, and of taking that back",
    "meetings.changed": "a step of each act on a meeting",
    "meetings.note_change": "a step of moving, cancelling, reopening a meeting",
    "meetings.child_row": "a step of calling a meeting",
    "meetings.invite_row": "a step of calling a meeting and of inviting",
    "meetings.open_invitation_duty": "a step of calling and of moving a meeting",
    "meetings.notify_invited": "a step of moving and of cancelling a meeting",
    "meetings.ask_about_absent": "a step of holding a meeting",
    "meetings.missed_stands_no_more": "a step of taking back that a meeting was held",
    "meetings.happened": "a step of holding and of concluding a meeting",
    "records.keep_draft": "a draft saved every few seconds is no act on a record; signing it is",
    "records.drop_draft": "as keep_draft",
    "voice.save_draft": "as concerns.save_draft",
    "voice.empty_draft": "a step of hearing a child",
    "enquiries.save_draft": "as the front door's",
    "enquiries.drop_draft": "as the front door's",
    "enquiries.happened": "a step of the act that happened",
    "access.grant_to": "a step of the acts that give access",
    "access.given_for": "a step of joining, which tells it",
    "access.keep_form": "as concerns.save_draft",
    "agencies.keep_answer": "a step of every form that is sent and taken; what it did tells it",
    "access.drop_form": "as concerns.save_draft",
    "access.drop_forms_before": "the job that asks for it tells the trail",
    "agencies.sync_roles": "runs at migration, as the owner, before anybody can sign in",
    "procedures.keep_packs": "as agencies.sync_roles",
    "agencies.notice_emailed": "the job that asks for it tells the trail of its own transaction",
    # Steps of other rooms' actions, which tell the trail what was done; the ledger keeps its own history.
    "voice.plan_made": "a step of the beginning of a plan, which tells it",
    "voice.decided": "a step of the decision, which the record tells",
    "procedures.open_duties": "a step of the act that opens them",
    "procedures.record_duties_bulk": "a step of an import, which tells it",
    "procedures.happened": "a step of the act that happened",
    "procedures.discharge": "a step of the act that discharges",
    "procedures.discharge_these": "as procedures.discharge",
    "procedures.done_then": "as procedures.discharge",
    "procedures.not_met": "a step of procedures.run_anew",
    "procedures.withdraw_all": "a step of the act that makes them void",
    "procedures.withdraw_these": "as procedures.withdraw_all",
    "procedures.never_were": "as procedures.withdraw_all",
    "procedures.withdrawn": "as procedures.withdraw_all",
    "procedures.step": "a step of each act on a duty",
    "procedures.move": "as procedures.step",
    "plans.changed": "a step of each act on a plan",
    "plans.looked_again": "a step of the acts by which a plan is looked at again",
    "plans.give_up_actions": "a step of ending a plan, and of taking its beginning back",
    "meetings.ruling_owed": "a step of deciding in a meeting",
}


@dataclass
class Function:
    room: str
    name: str
    calls: set[str] = field(default_factory=set)
    writes: bool = False
    tells: bool = False


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return f"{_name(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else ""


def _is_subject(room: str, name: str) -> bool:
    """Whether a room's actions have a file, or a folder of files, of that name."""
    beside = PACKAGE / room / "actions"
    return (beside / f"{name}.py").exists() or (beside / name).is_dir()


def _imported(tree: ast.Module, room: str, inside: bool = False) -> dict[str, str]:
    """What a name in this module stands for, as `room.name` or as a room's actions (`room.`)."""
    found = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom):
            continue
        module = node.module or ""
        if node.level:
            module = f"sightline.{room}" + (f".{module}" if module else "")
        parts = module.split(".")
        for alias in node.names:
            if parts[0] == "sightline" and len(parts) == 3 and parts[2] == "actions":
                # Of a room whose actions stand by subject, the subject is imported; else a function.
                subject = _is_subject(parts[1], alias.name)
                found[alias.asname or alias.name] = f"{parts[1]}." if subject else f"{parts[1]}.{alias.name}"
            elif parts[0] == "sightline" and len(parts) == 4 and parts[2] == "actions":
                found[alias.asname or alias.name] = f"{parts[1]}.{alias.name}"
            elif node.level and inside and _is_subject(room, alias.name):
                found[alias.asname or alias.name] = f"{room}."
            elif parts[0] == "sightline" and len(parts) == 2 and alias.name == "actions":
                found[alias.asname or alias.name] = f"{parts[1]}."
    return found


def _functions(room: str, tree: ast.Module, inside: bool = False) -> Iterator[Function]:
    known = _imported(tree, room, inside)
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        function = Function(room, node.name)
        for inner in ast.walk(node):
            if not isinstance(inner, ast.Call):
                continue
            called = _name(inner.func)
            first, _, last = called.rpartition(".")
            word = last or called
            if first and word in WRITES and not first.endswith(("dict", "hash", "digest", "seen")):
                function.writes = True
            target = known.get(called) or (known[first] + word if first in known else f"{room}.{called}")
            if word in TELLS and target.startswith("audit."):
                function.tells = True
            function.calls.add(target)
        yield function


@cache
def functions() -> dict[str, Function]:
    found = {}
    for room in rooms():
        # A room's actions stand in one file, or by subject in several, a large subject in a folder of its own.
        for path in (*room.glob("actions.py"), *sorted(room.glob("actions/**/*.py"))):
            inside = path.name != "actions.py"
            for function in _functions(room.name, ast.parse(path.read_text()), inside):
                found[f"{room.name}.{function.name}"] = function
    return found


def reaches(name: str, what: str, seen: frozenset[str] = frozenset()) -> bool:
    function = functions().get(name)
    if function is None or name in seen:
        return False
    return getattr(function, what) or any(reaches(c, what, seen | {name}) for c in function.calls)


def public_writers() -> list[str]:
    return sorted(
        name
        for name, function in functions().items()
        if not function.name.startswith("_") and function.name[0].islower() and reaches(name, "writes")
    )


@pytest.mark.parametrize("name", public_writers())
def test_each_public_action_tells_the_trail(name):
    if name in NOT_TOLD or name.split(".")[0] in NOT_TOLD:
        return
    assert reaches(name, "tells"), "no call of record() or attempt() is reached from here"


def test_what_is_excused_is_there():
    assert {name for name in NOT_TOLD if "." in name} <= set(functions())


WRITERS = ("actions.py", "intake.py", "jobs.py")


def test_only_actions_write():
    """Pages, queries and rules neither save nor create: whoever reads an action has read every write."""
    found = []
    for room in rooms():
        if room.name in ("config", "kernel"):
            continue
        for path in sorted(room.rglob("*.py")):
            parts = path.relative_to(room).parts
            if parts[0] in ("tests", "migrations", "actions") or parts[-1] in WRITERS:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and node.func.attr in WRITES - {"update", "create", "delete", "save"}
                ) or (isinstance(node, ast.Call) and ".objects.create" in _name(node.func)):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []
