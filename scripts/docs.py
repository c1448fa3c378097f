"""Writes what the documentation says of the code: nobody writes it twice, and it cannot fall behind.

    uv run python -m scripts.docs            # write it
    uv run python -m scripts.docs --check    # exit status 1, naming what is out of date

Whole files: docs/roles.md, docs/rooms.md, docs/states.md, docs/obligations.md. Parts between two comments:
the lists in README.md and in docs/decisions/README.md. What cannot be said (a mark that names no known
obligation, a room without a README or a storey, a decision without a status) is named, one line each, with
exit status 2.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = "sightline"
#: A module of ours in a string.
NAMED = re.compile(rf"{PROGRAM}(\.\w+)+(:\w+)?")
MADE = "Made by `scripts/docs.py`; do not edit here."


class Unsayable(Exception):
    """The documentation cannot be made. `faults` says what is wrong, one line each."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


# -- obligations ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Obligation:
    """One line of docs/obligations.toml. `manuals` are names of packs; `lacks` what is not there yet."""

    id: str
    title: str
    manuals: tuple[str, ...]
    lacks: str = ""


def obligations(root: Path = ROOT) -> dict[str, Obligation]:
    """The obligations by id, in the file's order. Raises Unsayable."""
    path = root / "docs" / "obligations.toml"
    found: dict[str, Obligation] = {}
    faults: list[str] = []
    for number, said in enumerate(tomllib.loads(path.read_text("utf-8")).get("obligation", ()), start=1):
        if strange := set(said) - {"id", "title", "manuals", "lacks"}:
            faults.append(f"{path.name}: obligation {number} says {', '.join(sorted(strange))}")
        elif not all(said.get(key) for key in ("id", "title", "manuals")):
            faults.append(f"{path.name}: obligation {number} needs id, title and manuals")
        elif said["id"] in found:
            faults.append(f"{path.name}: {said['id']} stands there twice")
        else:
            found[said["id"]] = Obligation(**{**said, "manuals": tuple(said["manuals"])})
    if faults:
        raise Unsayable(faults)
    return found


def files_of_tests(root: Path = ROOT) -> list[Path]:
    """Every file of tests, sorted."""
    return sorted(
        path
        for top in (PROGRAM, "tests")
        for path in (root / top).rglob("test_*.py")
        if "__pycache__" not in path.parts
    )


@lru_cache(maxsize=1024)
def _marks_in(path: Path, _changed: int) -> tuple[str, ...]:
    named = [
        each
        for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path)))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "obligation"
        for each in node.args
    ]
    found = [str(each.value) if isinstance(each, ast.Constant) else ast.unparse(each) for each in named]
    return tuple(dict.fromkeys(found))


def marks(root: Path = ROOT) -> dict[str, list[Path]]:
    """The files whose tests name each obligation, by what stands in the mark, paths below `root`."""
    found: dict[str, list[Path]] = {}
    for path in files_of_tests(root):
        for name in _marks_in(path, path.stat().st_mtime_ns):
            found.setdefault(name, []).append(path.relative_to(root))
    return found


def unknown_marks(root: Path = ROOT) -> list[str]:
    """Marks that name no known obligation, one line each."""
    known = obligations(root)
    return [
        f"{path}: there is no obligation {name}"
        for name, paths in marks(root).items()
        if name not in known
        for path in paths
    ]


def obligations_page(known: Mapping[str, Obligation], proved: Mapping[str, Sequence[Path]]) -> str:
    """docs/obligations.md: every obligation, the packs whose manuals ask for it, the tests that name it."""
    lines = [
        "# Obligations",
        "",
        f"{MADE} The titles stand in `docs/obligations.toml`, the proofs are the tests that carry the mark",
        '`@pytest.mark.obligation("REC-08")`. An obligation without a test is not delivered.',
        "",
        f"Named by tests: {len(set(known) & set(proved))} of {len(known)}.",
        "",
        "| | Obligation | Asked for by | Tests |",
        "|---|---|---|---|",
    ]
    for one in known.values():
        tests = "<br>".join(f"[{_short(path)}](../{path})" for path in proved.get(one.id, ()))
        says = f"{one.title}. Not there yet: {one.lacks}" if one.lacks else one.title
        lines.append(f"| {one.id} | {says} | {', '.join(one.manuals)} | {tests} |")
    return "\n".join(lines) + "\n"


def obligations_list(known: Mapping[str, Obligation], proved: Mapping[str, Sequence[Path]]) -> str:
    """The README's list: those that at least one test names."""
    there = [one for one in known.values() if one.id in proved]
    lines = [
        f"{len(there)} of the {len(known)} are named by at least one test so far:",
        "",
        *(f"- **{one.id}** {one.title}" for one in there),
    ]
    return "\n".join(lines) + "\n"


def _short(path: Path) -> str:
    return "/".join(part for part in path.parts if part not in (PROGRAM, "tests"))


# -- rooms ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Room:
    """One package of the program. `says` is the first paragraph of its README; `imports` are other rooms."""

    name: str
    says: str
    imports: frozenset[str]

    @property
    def gist(self) -> str:
        """The first sentence."""
        return re.split(r"(?<=\.)\s+(?=[A-Z])", self.says)[0]


def rooms(root: Path = ROOT) -> dict[str, Room]:
    """The rooms by name. Raises Unsayable for one without a README."""
    folders = sorted(path.parent for path in (root / PROGRAM).glob("*/__init__.py"))
    names = {folder.name for folder in folders}
    if silent := [folder for folder in folders if not (folder / "README.md").exists()]:
        raise Unsayable(f"{folder.relative_to(root)} has no README.md" for folder in silent)
    return {
        folder.name: Room(
            folder.name,
            first_paragraph((folder / "README.md").read_text("utf-8")),
            frozenset(_rooms_imported(folder) & names - {folder.name}),
        )
        for folder in folders
    }


def first_paragraph(markdown: str) -> str:
    """The first paragraph after the heading, on one line."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", markdown)]
    return next((" ".join(block.split()) for block in blocks if block and not block.startswith("#")), "")


def _rooms_imported(folder: Path) -> set[str]:
    """What the room's own code imports, tests apart.

    An import inside a function counts, and so does a module named in a string, as in Django's settings.
    """
    found: set[str] = set()
    for path in folder.rglob("*.py"):
        if {"tests", "__pycache__"} & set(path.relative_to(folder).parts):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
            if isinstance(node, ast.Import):
                dotted = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module == PROGRAM:
                dotted = [f"{PROGRAM}.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                dotted = [node.module or ""]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                dotted = [node.value] if NAMED.fullmatch(node.value) else []
            else:
                continue
            found |= {name.split(".")[1] for name in dotted if name.startswith(f"{PROGRAM}.")}
    return found


def storeys(found: Mapping[str, Room], root: Path = ROOT) -> list[list[Room]]:
    """The rooms from the top of the house to the ground, as pyproject.toml tells import-linter.

    Raises Unsayable for a room that stands on no storey, and where no contract has the storeys.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    contracts = project.get("tool", {}).get("importlinter", {}).get("contracts", [])
    layers = [c["layers"] for c in contracts if c["type"] == "layers" and c.get("containers") == [PROGRAM]]
    if len(layers) != 1:
        raise Unsayable(["pyproject.toml needs one contract of import-linter with the storeys of the house"])
    named = [[name.strip(" ()") for name in re.split(r"[|:]", layer)] for layer in layers[0]]
    if homeless := sorted(set(found) - {name for storey in named for name in storey}):
        raise Unsayable(f"{PROGRAM}/{name} stands on no storey in pyproject.toml" for name in homeless)
    return [there for storey in named if (there := [found[name] for name in storey if name in found])]


def rooms_page(found: Mapping[str, Room], root: Path = ROOT) -> str:
    """docs/rooms.md: each room with what it is for and which rooms it imports, the highest storey first."""
    lines = [
        "# The rooms",
        "",
        f"{MADE} The words are the first of each room's README. A room imports only rooms on",
        "storeys below its own (import-linter sees to it). `CONTRIBUTING.md` says what stands in a room.",
        "",
        "| Storey | Room | What it is for | Imports |",
        "|---|---|---|---|",
    ]
    built = storeys(found, root)
    for above, storey in enumerate(built):
        for room in storey:
            imports = ", ".join(sorted(room.imports)) or "nothing"
            link = f"[{room.name}](../{PROGRAM}/{room.name}/README.md)"
            lines.append(f"| {len(built) - above} | {link} | {room.says} | {imports} |")
    return "\n".join(lines) + "\n"


def rooms_list(found: Mapping[str, Room], root: Path = ROOT) -> str:
    """The README's map: one line a room, the highest storey first."""
    lines = [
        f"- [`{room.name}`]({PROGRAM}/{room.name}/README.md) {room.gist}"
        for storey in storeys(found, root)
        for room in storey
    ]
    return "\n".join(lines) + "\n"


# -- states, roles, decisions -------------------------------------------------------------------------


def states_page() -> str:
    """docs/states.md: the transition tables, drawn."""
    from sightline.concerns import rules as concerns
    from sightline.enquiries.rules import assessment, stages
    from sightline.meetings import rules as meetings
    from sightline.procedures import rules as procedures

    return f"""# What may follow what

{MADE} Each picture is drawn from the table `TRANSITIONS` in the room's `rules.py`; what is not in the
table is refused, with a reason.

## A concern

`sightline/concerns/rules.py`

```mermaid
{concerns.diagram().rstrip()}
```

## A duty

`sightline/procedures/rules.py`

```mermaid
{procedures.diagram().rstrip()}
```

## A child's way through

`sightline/enquiries/rules/stages.py`. Every step may be taken back with a reason, and stays on the record.

```mermaid
{stages.diagram().rstrip()}
```

## An assessment

`sightline/enquiries/rules/assessment.py`

```mermaid
{assessment.diagram().rstrip()}
```

## A meeting

`sightline/meetings/rules.py`

```mermaid
{meetings.diagram().rstrip()}
```
"""


def roles_page() -> str:
    """docs/roles.md, as the room agencies words it."""
    from sightline.agencies.roles import roles_table

    return roles_table()


@dataclass(frozen=True)
class Choice:
    """One decision of docs/decisions: `title` as its heading, `status` as its line says."""

    path: Path
    title: str
    status: str


def choices(root: Path = ROOT) -> list[Choice]:
    """The decisions in the order of their numbers. Raises Unsayable."""
    found: list[Choice] = []
    faults: list[str] = []
    for path in sorted((root / "docs" / "decisions").glob("[0-9]*.md")):
        text = path.read_text("utf-8")
        title = re.match(r"# (\d+)\. (.+)\n", text)
        status = re.search(r"^Status: (.+)\.$", text, re.MULTILINE)
        if title is None or status is None or not path.name.startswith(f"{int(title[1]):04d}-"):
            faults.append(f"{path.relative_to(root)} needs '# {path.name[:4]}. ...' and 'Status: ...'")
        else:
            found.append(Choice(path, title[2], status[1]))
    if faults:
        raise Unsayable(faults)
    return found


def choices_list(found: Iterable[Choice]) -> str:
    """The index of docs/decisions/README.md."""
    lines = ["| | Decision | Status |", "|---|---|---|"]
    lines += [f"| {one.path.name[:4]} | [{one.title}]({one.path.name}) | {one.status} |" for one in found]
    return "\n".join(lines) + "\n"


def links(markdown: str) -> list[str]:
    """The files that a page links to, relative to it; pictures and other sites are left out."""
    found = re.findall(r"(?<!!)\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)", markdown)
    return [target for target in found if not re.match(r"[a-z]+:", target)]


# -- writing ----------------------------------------------------------------------------------------


def put_between(text: str, name: str, part: str) -> str:
    """The text with `part` between `<!-- name: made by scripts/docs.py -->` and `<!-- /name -->`.

    Raises Unsayable where the two comments do not stand there once, in that order.
    """
    begin, end = f"<!-- {name}: made by scripts/docs.py -->\n", f"<!-- /{name} -->"
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise Unsayable([f"The comments around the part '{name}' must stand once, in order"])
    before, rest = text.split(begin)
    return f"{before}{begin}\n{part}\n{end}{rest.split(end)[1]}"


def made(root: Path = ROOT) -> Iterator[tuple[Path, str]]:
    """Every file that has a generated part, with the whole text that it should have. Raises Unsayable."""
    if faults := unknown_marks(root):
        raise Unsayable(faults)
    known, proved, found = obligations(root), marks(root), rooms(root)
    docs = root / "docs"
    yield docs / "obligations.md", obligations_page(known, proved)
    yield docs / "rooms.md", rooms_page(found, root)
    yield docs / "states.md", states_page()
    yield docs / "roles.md", roles_page()
    index = docs / "decisions" / "README.md"
    yield index, put_between(index.read_text("utf-8"), "decisions", choices_list(choices(root)))
    readme = root / "README.md"
    text = put_between(readme.read_text("utf-8"), "obligations", obligations_list(known, proved))
    yield readme, put_between(text, "rooms", rooms_list(found, root))


def out_of_date(root: Path = ROOT) -> list[tuple[Path, str]]:
    """The files that are not as they should be, with the text that they should have. Raises Unsayable."""
    return [(path, text) for path, text in made(root) if not path.exists() or path.read_text("utf-8") != text]


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """The exit status: 0 all is as it should be, 1 something is out of date, 2 it cannot be made."""
    parser = argparse.ArgumentParser(description="Write the generated parts of the documentation.")
    parser.add_argument(
        "--check", action="store_true", help="Write nothing; fail if anything is out of date."
    )
    check = parser.parse_args(arguments).check
    try:
        late = out_of_date(root)
    except Unsayable as unsayable:
        print(unsayable, file=sys.stderr)
        return 2
    for path, text in late:
        if not check:
            path.write_text(text, "utf-8")
        print(f"{path.relative_to(root)} {'is out of date' if check else 'written'}")
    if check and late:
        print("Run `uv run python -m scripts.docs`.", file=sys.stderr)
    return 1 if check and late else 0


if __name__ == "__main__":
    sys.exit(main())
