"""What the documentation says of the code is made from it, and marks name obligations that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts import docs


def _write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


def _between(name: str) -> str:
    return f"Before.\n\n<!-- {name}: made by scripts/docs.py -->\nold\n<!-- /{name} -->\n\nAfter.\n"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A little house: two rooms, two obligations, one of them proved, one decision."""
    return _write(
        tmp_path,
        {
            "docs/obligations.toml": (
                '[[obligation]]\nid = "A-01"\ntitle = "One"\nmanuals = ["x"]\n'
                '[[obligation]]\nid = "A-02"\ntitle = "Two"\nmanuals = ["x", "y"]\nlacks = "The rest."\n'
            ),
            "docs/decisions/README.md": _between("decisions"),
            "docs/decisions/0001-why.md": "# 1. Why\n\nStatus: accepted.\n\nBecause.\n",
            "sightline/low/__init__.py": "",
            "sightline/low/README.md": "# low\n\nThe ground. All stand\non it.\n\nMore.\n",
            "sightline/high/__init__.py": "",
            "sightline/high/README.md": "# high\n\nThe roof.\n",
            "sightline/high/rules.py": "from sightline.low import words\n",
            "sightline/high/tests/test_roof.py": (
                "import pytest\n\n@pytest.mark.obligation('A-02')\ndef test_it():\n    pass\n"
            ),
            "pyproject.toml": (
                '[[tool.importlinter.contracts]]\ntype = "layers"\ncontainers = ["sightline"]\n'
                'layers = ["(top)", "high | (wide)", "low"]\n'
            ),
            "README.md": _between("obligations") + _between("rooms"),
        },
    )


def test_every_obligation_of_the_manuals_stands_in_the_list_once():
    found = docs.obligations()
    assert len(found) == 132
    assert len({one.title for one in found.values()}) == 132
    packs = {path.parent.name for path in (docs.ROOT / "packs").glob("*/pack.toml")}
    assert {name for one in found.values() for name in one.manuals} <= packs


def test_every_mark_names_an_obligation_that_there_is():
    assert docs.unknown_marks() == []


def test_a_mark_of_no_obligation_is_named_with_its_file(house: Path, capsys: pytest.CaptureFixture[str]):
    _write(house, {"tests/test_more.py": "import pytest\npytestmark = pytest.mark.obligation('A-9')\n"})
    assert docs.main([], house) == 2
    assert "tests/test_more.py: there is no obligation A-9" in capsys.readouterr().err


def test_what_is_written_is_found_in_order_until_something_changes(house: Path):
    assert docs.main(["--check"], house) == 1
    assert not (house / "docs/rooms.md").exists()
    assert docs.main([], house) == 0
    assert docs.main(["--check"], house) == 0
    _write(house, {"sightline/low/README.md": "# low\n\nThe cellar.\n"})
    assert docs.main(["--check"], house) == 1


def test_the_readme_names_only_what_a_test_proves_and_keeps_its_own_words(house: Path):
    docs.main([], house)
    said = (house / "README.md").read_text("utf-8")
    assert "- **A-02** Two" in said
    assert "A-01" not in said
    assert said.count("Before.") == said.count("After.") == 2
    assert "old" not in said
    page = (house / "docs/obligations.md").read_text("utf-8")
    assert "Named by tests: 1 of 2." in page
    assert "| A-01 | One | x |  |" in page
    assert (
        "Two. Not there yet: The rest. | x, y | [high/test_roof.py](../sightline/high/tests/test_roof.py) |"
        in page
    )


def test_the_higher_room_stands_first_with_the_first_words_of_its_readme(house: Path):
    docs.main([], house)
    said = (house / "README.md").read_text("utf-8")
    assert said.index("`high`") < said.index("`low`")
    assert "The ground.\n" in said
    assert "| 1 | [low](../sightline/low/README.md) | The ground. All stand on it. | nothing |" in (
        house / "docs/rooms.md"
    ).read_text("utf-8")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (
            {"sightline/mute/__init__.py": "", "sightline/mute/README.md": "# mute\n"},
            "mute stands on no storey",
        ),
        ({"pyproject.toml": ""}, "needs one contract of import-linter"),
        ({"sightline/mute/__init__.py": ""}, "sightline/mute has no README.md"),
        (
            {"docs/decisions/0002-how.md": "# 3. How\n\nStatus: accepted.\n"},
            "docs/decisions/0002-how.md needs",
        ),
        ({"README.md": "Nothing of the kind."}, "'obligations' must stand once"),
        ({"docs/obligations.toml": '[[obligation]]\nid = "A-02"\n'}, "needs id, title and manuals"),
    ],
)
def test_what_cannot_be_said_is_named(
    house: Path, capsys: pytest.CaptureFixture[str], changed: dict[str, str], says: str
):
    _write(house, changed)
    assert docs.main(["--check"], house) == 2
    assert says in capsys.readouterr().err


def test_a_room_named_in_a_string_counts_as_imported(house: Path):
    _write(house, {"sightline/top/__init__.py": "", "sightline/top/README.md": "# top\n\nAll.\n"})
    _write(house, {"sightline/top/settings.py": 'ROOMS = ["sightline.high", "sightline.low.apps"]\n'})
    assert docs.rooms(house)["top"].imports == {"high", "low"}
    built = docs.storeys(docs.rooms(house), house)
    assert [[room.name for room in storey] for storey in built] == [["top"], ["high"], ["low"]]


def test_every_state_diagram_is_drawn():
    page = docs.states_page()
    assert page.count("```mermaid\nstateDiagram-v2") == len(re.findall(r"^## ", page, re.MULTILINE)) >= 4


def test_links_of_the_documentation_lead_somewhere():
    lost = [
        f"{page.relative_to(docs.ROOT)}: {target}"
        for page in [
            *docs.ROOT.glob("*.md"),
            *docs.ROOT.glob("docs/**/*.md"),
            *docs.ROOT.glob("sightline/*/README.md"),
        ]
        for target in docs.links(page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert lost == []
