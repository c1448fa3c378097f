"""Reading the files of one procedure pack, with each fault's file and line in words for non-programmers."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from .lines import LineIndex
from .schema import KINDS, Example, Manual, Part, Source, Value, keys_of
from .terms import Certainty

P = TypeVar("P", bound=Part)


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong in a pack, and where. `file` is relative to the packs' root; `line` counts from 1."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Table:
    """One table of a file as it was written, with the way back to its lines."""

    kind: str
    data: dict[str, Any]
    file: str
    lines: LineIndex
    path: tuple[str | int, ...]

    def fault(self, message: str, *inside: str | int) -> Fault:
        return Fault(self.file, self.lines.at((*self.path, *inside)), message)


@dataclass
class Folder:
    """One pack's folder, read and checked value by value, not yet laid over its base."""

    name: str
    digest: str
    manual: Manual | None = None
    sources: dict[str, Source] = field(default_factory=dict)
    values: list[tuple[Value, Table]] = field(default_factory=list)
    examples: list[tuple[Example, Table]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    head: Table | None = None

    def of(self, kind: str) -> Iterator[tuple[Value, Table]]:
        return ((value, table) for value, table in self.values if value.kind == kind)


def files_of(folder: Path) -> tuple[dict[str, bytes], list[Fault]]:
    """The TOML files of a pack by their names, in order, with the line ends of no particular system; and those that
    cannot be read."""
    files: dict[str, bytes] = {}
    faults = []
    for path in sorted(folder.glob("*.toml")):
        try:
            files[path.name] = path.read_bytes().replace(b"\r\n", b"\n")
        except OSError as error:
            faults.append(
                Fault(f"{folder.name}/{path.name}", 1, f"cannot be read: {error.strerror or error}")
            )
    return files, faults


def digest_of(files: Mapping[str, bytes]) -> str:
    """SHA-256 of the names and the text of a pack's own files, as `files_of` gives them, in hex."""
    digest = hashlib.sha256()
    for name, raw in files.items():
        digest.update(name.encode() + b"\0" + raw + b"\0")
    return digest.hexdigest()


#: Of the digest in a version.
DIGITS = 12


def version_of(name: str, own: str, base: str = "") -> str:
    """What decisions and duties keep of a pack: its name, and the digests of its own files and its base's in short."""
    return f"{name}@{hashlib.sha256(f'{base}{own}'.encode()).hexdigest()[:DIGITS]}"


def read_folder(folder: Path, base_sources: dict[str, Source] | None = None) -> Folder:
    """Read every TOML file of a pack. Never raises for what stands in the files: it is in `faults`."""
    files, faults = files_of(folder)
    return read_files(folder.name, files, base_sources, faults)


def read_files(
    name: str,
    files: Mapping[str, bytes],
    base_sources: dict[str, Source] | None = None,
    faults: Sequence[Fault] = (),
) -> Folder:
    """The same of files that were read already, or kept; `faults` are those of reading them."""
    read = Folder(name, digest_of(files), faults=list(faults))
    tables: list[Table] = []
    for file, raw in files.items():
        tables += _tables(raw, f"{name}/{file}", read.faults)
    _read_head(read, tables)
    # Without its head, or before its base has been read, nobody can say which sources a pack may cite.
    waits = read.manual is None or (bool(read.manual.overlays) and base_sources is None)
    known = None if waits else dict(base_sources or {}) | read.sources
    for table in tables:
        if table.kind in KINDS:
            _read_value(read, table, known)
        elif table.kind == "example":
            example = _validated(Example, table, table.data, read.faults)
            if example:
                read.examples.append((example, table))
    _no_version_twice(read)
    return read


def _tables(raw: bytes, shown: str, faults: list[Fault]) -> list[Table]:
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        faults.append(Fault(shown, line, "is not UTF-8 text: save the file with the encoding UTF-8"))
        return []
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        message = re.sub(r"\s*\(at .*\)$", "", str(error)) or "cannot be read"
        line = int(found[1]) if found else max(1, text.rstrip("\n").count("\n") + 1)
        column = f", column {found[2]}" if found else ""
        faults.append(
            Fault(shown, line, f"is not well-formed TOML{column}: {message[:1].lower()}{message[1:]}")
        )
        return []
    lines = LineIndex(text)
    tables: list[Table] = []
    for kind, rows in content.items():
        line = lines.at((kind, 0))
        if kind == "pack":
            if isinstance(rows, dict):
                tables.append(Table(kind, rows, shown, lines, (kind,)))
            else:
                faults.append(Fault(shown, line, "the head of a pack is written [pack]"))
        elif kind not in KINDS and kind not in ("source", "example"):
            known = ", ".join(sorted([*KINDS, "pack", "source", "example"]))
            faults.append(Fault(shown, line, f'"{kind}" is not known in a pack; known are {known}'))
        elif not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            faults.append(Fault(shown, line, f"each entry of this kind is written [[{kind}]]"))
        else:
            tables += [Table(kind, row, shown, lines, (kind, n)) for n, row in enumerate(rows)]
    return tables


def _read_head(read: Folder, tables: list[Table]) -> None:
    heads = [table for table in tables if table.kind == "pack"]
    if not heads:
        read.faults.append(
            Fault(f"{read.name}/pack.toml", 1, "a pack needs a file pack.toml with a table [pack]")
        )
    for extra in heads[1:]:
        read.faults.append(extra.fault("a second [pack]: the head of a pack stands once"))
    if heads:
        read.head = heads[0]
        read.manual = _validated(Manual, heads[0], heads[0].data, read.faults)
        if read.manual and read.manual.name != read.name:
            read.faults.append(heads[0].fault(f'the name must be that of the folder, "{read.name}"', "name"))
    for table in tables:
        if table.kind == "source":
            source = _validated(Source, table, table.data, read.faults)
            if source and source.id in read.sources:
                read.faults.append(table.fault(f'the source "{source.id}" stands twice', "id"))
            elif source:
                read.sources[source.id] = source
    if read.head and read.manual and read.manual.manual and read.manual.manual not in read.sources:
        read.faults.append(read.head.fault(f'no [[source]] has the id "{read.manual.manual}"', "manual"))


def _read_value(read: Folder, table: Table, known: dict[str, Source] | None) -> None:
    model, data = KINDS[table.kind], table.data
    missing = [key for key in ("source", "place") if not data.get(key)]
    if missing:
        read.faults.append(
            table.fault(
                f"has no citation: `{'` and `'.join(missing)}` must say the document and the place in it"
            )
        )
        data = {**data, **{key: "sightline" for key in missing}}
    source = known.get(str(data.get("source"))) if known is not None else None
    if source is None and known is not None and "source" not in missing:
        read.faults.append(table.fault(f'no [[source]] has the id "{data.get("source")}"', "source"))
    stand_in = source or Source(id="unknown", title="unknown", publisher="unknown")
    for reserved in ("document", "pack"):
        if reserved in data:
            read.faults.append(table.fault(f'unknown key "{reserved}"', reserved))
    value = _validated(model, table, {**data, "document": stand_in, "pack": read.name}, read.faults)
    if value is None or source is None:
        return
    if (value.certainty is Certainty.BASELINE) != (source.id == "sightline"):
        read.faults.append(
            table.fault(
                'a value cited from the source "sightline" is a "Sightline baseline", and no other is',
                "certainty",
            )
        )
    read.values.append((value, table))


def _no_version_twice(read: Folder) -> None:
    seen: dict[tuple[str, str, date], Table] = {}
    for value, table in read.values:
        key = (value.kind, value.id, value.from_)
        if key in seen:
            read.faults.append(
                table.fault(
                    f'"{value.id}" stands twice from {value.from_}: give the later version its own date', "id"
                )
            )
        seen[key] = table


def _validated(model: type[P], table: Table, data: dict[str, Any], faults: list[Fault]) -> P | None:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            location = tuple(detail["loc"])
            faults.append(table.fault(_plainly(model, detail, location), *location))
        return None


def _plainly(model: type[Part], detail: Any, location: tuple[str | int, ...]) -> str:
    """A fault of the schema in words for somebody who is not a programmer."""
    where = ".".join(str(part) for part in location if isinstance(part, str))
    given = detail.get("input")
    match detail["type"]:
        case "extra_forbidden":
            keys = f"; known are {', '.join(sorted(keys_of(model)))}" if len(location) == 1 else ""
            return f'unknown key "{where}"{keys}'
        case "missing":
            return f"`{where}` is missing"
        case "enum" | "literal_error":
            return f'`{where}` is "{given}", but must be {detail["ctx"]["expected"]}'
        case "value_error":
            reason = str(detail["ctx"]["error"])
            return f"`{where}` {reason}" if where else reason
        case "string_pattern_mismatch":
            return f'`{where}` is "{given}", which is not written as such a name is (see packs/README.md)'
        case "int_type" | "int_parsing" | "int_from_float":
            return f"`{where}` must be a whole number without quotes"
        case "bool_type" | "bool_parsing":
            return f"`{where}` must be true or false"
        case "greater_than" | "greater_than_equal" | "less_than_equal" | "too_short" | "string_too_short":
            return f"`{where}`: {detail['msg'][:1].lower()}{detail['msg'][1:]}"
        case _:
            return f"`{where}`: {detail['msg'][:1].lower()}{detail['msg'][1:]}"
