"""The plan of each room, and the words that explain it."""

from __future__ import annotations

import ast

import pytest

from .plan import PACKAGE, ROOT, rooms, storeys

FILES = ("actions.py", "queries.py", "rules.py")


def name_of(path):
    return path.name


@pytest.mark.parametrize("room", rooms(), ids=name_of)
def test_a_room_stands_on_a_storey_and_says_what_it_is_for(room):
    assert room.name in storeys()
    readme = room / "README.md"
    assert readme.exists(), "each room has a README.md of about ten lines"
    assert len(readme.read_text().splitlines()) <= 25


@pytest.mark.parametrize(
    "path",
    [
        p
        for room in rooms()
        for p in (*room.glob("*.py"), *room.glob("*/*.py"))
        if p.name in FILES or f"{p.parent.name}.py" in FILES
    ],
    ids=lambda p: str(p.relative_to(PACKAGE)),
)
def test_public_functions_say_what_they_do(path):
    silent = [
        node.name
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_names_are_the_fields_own():
    shunned = ("Manager", "Helper", "Utils", "Service")
    found = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        # Django's managers are called so.
        if isinstance(node, ast.ClassDef)
        and node.name.endswith(shunned)
        and not any("Manager" in ast.unparse(base) for base in node.bases)
    ]
    assert found == []


def test_only_the_demonstration_sets_the_clock():
    """Nothing that somebody can call over the web may write with another time than the present."""
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "as_on(" in path.read_text(encoding="utf-8") and "tests" not in path.parts
    }
    assert {path for path in users if not path.startswith("config/demo/")} == {"kernel/time.py"}
